"""What a target's selector chooses is judged, and of nothing that runs nothing is met."""

import copy
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
import yaml
from golden_namespace import GOLDEN, Facts, facts, judged, requirements
from test_live_judgements import BASE

from toetskader.collect.kubernetes.selection import selected
from toetskader.facts.kubernetes.live import Live
from toetskader.results import Verdict

Documents = list[dict[str, Any]]
OURS = "app.kubernetes.io/part-of=meldingen"
FAIL, UNKNOWN, PASS = Verdict.FAIL, Verdict.UNDETERMINED, Verdict.PASS
JOB = """
apiVersion: batch/v1
kind: Job
metadata: {name: migratie, namespace: meldingen, uid: j1, labels: {app.kubernetes.io/part-of: meldingen}}
spec:
  template:
    metadata: {labels: {app.kubernetes.io/part-of: meldingen}}
    spec: {containers: [{name: m, image: m:1}]}
status: {conditions: [{type: %s, status: "True"}]}
"""
CRON_JOB = """
apiVersion: batch/v1
kind: CronJob
metadata: {name: nacht, namespace: meldingen, uid: c1}
spec:
  suspend: %s
  schedule: "0 0 * * *"
  jobTemplate: {spec: {template: {spec: {containers: [{name: m, image: m:1}]}}}}
"""
POD = """
apiVersion: v1
kind: Pod
metadata: {name: los, namespace: meldingen, uid: p9}
spec: {containers: [{name: m, image: "m:1"}]}
status: {phase: %s}
"""


def with_selector(found: Facts, selector: str = OURS) -> Facts:
    live = found["live"]
    assert isinstance(live, Live)
    return {**found, "live": msgspec.structs.replace(live, selector=selector)}


def changed(change: Callable[[Documents], object]) -> Facts:
    documents = yaml.safe_load(yaml.safe_dump(yaml.safe_load(GOLDEN)))
    change(documents)
    return facts(yaml.safe_dump(documents))


def scaled(replicas: int, *, pods: bool) -> Facts:
    """Return the golden namespace with other numbers of replicas."""

    def change(documents: Documents) -> None:
        for item in documents:
            if item["kind"] in ("Deployment", "ReplicaSet"):
                item["spec"]["replicas"] = replicas
        if not pods:
            documents[:] = [item for item in documents if item["kind"] != "Pod"]

    return changed(change)


NOTHING_RUNS = {
    "an empty namespace": facts("[]"),
    "a job that is done": facts(f"[{yaml.safe_load(JOB % 'Complete')}]"),
    "a job that failed": facts(f"[{yaml.safe_load(JOB % 'Failed')}]"),
    "a suspended schedule": facts(f"[{yaml.safe_load(CRON_JOB % 'true')}]"),
    "a pod that ended": facts(f"[{yaml.safe_load(POD % 'Succeeded')}]"),
    "scaled to nothing": scaled(0, pods=False),
    "a selector that chooses nothing": with_selector(facts(), "app.kubernetes.io/part-of=anders"),
}


@pytest.mark.parametrize("name", NOTHING_RUNS)
def test_where_nothing_runs_nothing_is_met_or_beside_the_point(name: str) -> None:
    outcomes = judged(NOTHING_RUNS[name])
    assert {outcome.verdict for outcome in outcomes.values()} <= {UNKNOWN, FAIL}
    assert all(outcome.reason is not None for outcome in outcomes.values() if outcome.verdict is UNKNOWN)
    assert sum("nothing runs" in outcome.reason.en for outcome in outcomes.values() if outcome.reason) > 10


def test_the_reason_says_where_and_what_to_check() -> None:
    empty = judged(NOTHING_RUNS["an empty namespace"])["DDC-7.15-04"].reason
    assert empty is not None
    assert "namespace meldingen (production) nothing runs. Check name and selector" in empty.en
    chosen = judged(NOTHING_RUNS["a selector that chooses nothing"])["DDC-7.15-04"].reason
    assert chosen is not None
    assert "'app.kubernetes.io/part-of=anders'" in chosen.nl
    parked = judged(NOTHING_RUNS["scaled to nothing"])["DDC-7.15-04"].reason
    assert parked is not None
    assert "Deployment/app has ended or is at zero" in parked.en


RUNS = {
    "a schedule": facts(f"[{yaml.safe_load(CRON_JOB % 'false')}]"),
    "a job that is not done": facts(f"[{yaml.safe_load(JOB % 'Suspended')}]"),
    "a pod that starts": facts(f"[{yaml.safe_load(POD % 'Pending')}]"),
    "pods of what is being scaled to nothing": scaled(0, pods=True),
}


@pytest.mark.parametrize("name", RUNS)
def test_what_runs_or_will_by_itself_is_judged(name: str) -> None:
    verdicts = {outcome.verdict for outcome in judged(RUNS[name]).values()}
    assert PASS in verdicts


def second(labels: dict[str, str]) -> Callable[[Documents], None]:
    """Return what adds a second component with faults: other images, root, no limits, nothing of Flux."""

    def add(documents: Documents) -> None:
        deployment = copy.deepcopy(next(item for item in documents if item["kind"] == "Deployment"))
        template = deployment["spec"]["template"]
        container = template["spec"]["containers"][0]
        container.update(image="docker.io/ander/ander:latest", securityContext={"runAsUser": 0}, resources={})
        deployment["metadata"].update(name="ander", uid="d9", labels=labels)
        template["metadata"] = {"labels": {**labels, "app": "ander"}}
        pod = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {
                "name": "ander-1",
                "namespace": "meldingen",
                "uid": "p9",
                "labels": template["metadata"]["labels"],
                "ownerReferences": [
                    {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "ander-1", "uid": "r9", "controller": True}
                ],
            },
            "spec": template["spec"],
            "status": {"phase": "Running"},
        }
        replica_set = {**deployment, "kind": "ReplicaSet", "metadata": {**deployment["metadata"]}}
        owner = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "ander", "uid": "d9", "controller": True}
        replica_set["metadata"].update(name="ander-1", uid="r9", ownerReferences=[owner])
        documents += [replica_set, deployment, pod]

    return add


FAULTS = {"DDC-7.2-05", "DDC-7.2-07", "DDC-7.2-13", "DDC-7.2-14", "DDC-7.22-01", "DDC-1.4-05", "DDC-7.7-02"}


def test_faults_of_another_component_are_not_the_suppliers() -> None:
    found = changed(second({"app.kubernetes.io/part-of": "ander"}))
    whole = judged(found)
    assert {whole[id_].verdict for id_ in FAULTS} == {FAIL}
    chosen = judged(with_selector(found))
    assert {id_: outcome.verdict for id_, outcome in chosen.items() if outcome.verdict is not BASE[id_]} == {
        "DDC-7.6-01": FAIL  # the namespace is not the component's alone, whatever the selector says
    }


def test_the_selector_does_not_change_what_the_golden_namespace_meets() -> None:
    outcomes = judged(with_selector(facts()))
    assert {id_: outcome.verdict for id_, outcome in outcomes.items()} == BASE


def test_what_does_not_say_whose_it_is_cannot_escape() -> None:
    outcomes = judged(with_selector(changed(second({"iets": "anders"}))))
    assert {outcomes[id_].verdict for id_ in FAULTS} == {FAIL}


def test_a_pod_that_bears_the_labels_counts_whatever_runs_it() -> None:
    def relabel(documents: Documents) -> None:
        second({"app.kubernetes.io/part-of": "ander"})(documents)
        documents[-1]["metadata"]["labels"] = {"app.kubernetes.io/part-of": "meldingen"}
        documents[-1]["spec"]["hostNetwork"] = True

    outcomes = judged(with_selector(changed(relabel)))
    assert outcomes["DDC-7.2-05"].verdict in (FAIL, UNKNOWN)
    assert outcomes["DDC-7.11-01"].verdict is FAIL  # of the whole namespace


def test_policies_routes_and_services_of_others_bear_on_the_component() -> None:
    def opened(documents: Documents) -> None:
        documents.append(
            yaml.safe_load("""
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: open, namespace: meldingen, labels: {app.kubernetes.io/part-of: ander}}
            spec: {podSelector: {}, ingress: [{}], egress: [{}], policyTypes: [Ingress, Egress]}
            """)
        )

    outcomes = judged(with_selector(changed(opened)))
    assert outcomes["DDC-7.11-01"].verdict is FAIL
    assert outcomes["DDC-7.5-05"].verdict is FAIL


def test_a_claim_that_only_another_component_mounts_is_not_the_suppliers() -> None:
    def mounted(documents: Documents) -> None:
        second({"app.kubernetes.io/part-of": "ander"})(documents)
        volume = {"name": "data", "persistentVolumeClaim": {"claimName": "data"}}
        documents[-2]["spec"]["template"]["spec"]["volumes"] = [volume]
        documents.append(
            yaml.safe_load("""
            apiVersion: v1
            kind: PersistentVolumeClaim
            metadata: {name: data, namespace: meldingen, annotations: {meta.helm.sh/release-name: ander}}
            spec: {storageClassName: local-path, accessModes: [ReadWriteOnce]}
            status: {phase: Bound}
            """)
        )

    found = changed(mounted)
    assert judged(found)["DDC-7.15-05"].verdict is FAIL
    assert judged(with_selector(found))["DDC-7.15-05"].verdict is BASE["DDC-7.15-05"]


def test_pods_to_look_at_are_the_components() -> None:
    def names(labels: dict[str, str], selector: str) -> set[str]:
        live = with_selector(changed(second(labels)), selector)["live"]
        assert isinstance(live, Live)
        return {pod.name for pod in selected(live, per_workload=5, most=50).pods}

    ours = {"app-5c-a", "app-5c-b"}
    assert names({"app.kubernetes.io/part-of": "ander"}, OURS) == ours
    assert names({"app.kubernetes.io/part-of": "ander"}, "") == {*ours, "ander-1"}
    assert names({"iets": "anders"}, OURS) == {*ours, "ander-1"}


def test_a_selector_that_is_none_leaves_all_open() -> None:
    outcomes = judged(with_selector(facts(), "dit is er geen"))
    assert {outcome.verdict for outcome in outcomes.values()} == {UNKNOWN}
    assert len(outcomes) == len(requirements())
    assert all(outcome.crash is None for outcome in outcomes.values())
