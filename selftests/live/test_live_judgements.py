"""Judgements on a namespace: what is right passes, each fault fails what it should and nothing else."""

import copy
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
import yaml
from golden_namespace import GOLDEN, PARAMETERS, Facts, facts, judged, not_seen, requirements, with_fact

from toetskader.facts.kubernetes.live import (
    ContainerUse,
    Family,
    Inside,
    InsideContainer,
    ListOutcome,
    Logs,
    LogTail,
    Metrics,
)
from toetskader.results import Verdict
from toetskader.text import Text

FAIL, UNKNOWN, NA, PASS = Verdict.FAIL, Verdict.UNDETERMINED, Verdict.NOT_APPLICABLE, Verdict.PASS
RUNNING = 'state: {running: {startedAt: "2026-11-20T06:00:10Z"}}'
BASE = {id_: outcome.verdict for id_, outcome in judged(facts()).items()}
NOTHING_TO_JUDGE = {"DDC-1.3-08", "DDC-7.2-06", "DDC-7.11-03", "DDC-7.12-02", "DDC-7.15-04"}


def changed(found: Facts) -> dict[str, Verdict]:
    """Judge, and return what is not as in the golden namespace. No judgement may break."""
    outcomes = judged(found)
    assert [(id_, outcome.crash) for id_, outcome in outcomes.items() if outcome.crash] == []
    return {id_: outcome.verdict for id_, outcome in outcomes.items() if outcome.verdict is not BASE[id_]}


def test_the_golden_namespace_meets_all_that_it_shows() -> None:
    assert {id_ for id_, verdict in BASE.items() if verdict is NA} == NOTHING_TO_JUDGE
    assert {id_ for id_, verdict in BASE.items() if verdict is not PASS} == NOTHING_TO_JUDGE
    assert len(requirements()) >= 40


MUTANTS: dict[str, tuple[str, str, dict[str, Verdict]]] = {
    "a tag that is no version": (
        "meldingen:1.4.2",
        "meldingen:latest",
        {"DDC-7.2-05": FAIL, "DDC-7.2-06": FAIL},
    ),
    "a preliminary version in production": ("meldingen:1.4.2", "meldingen:1.4.2-rc.1", {"DDC-7.2-06": FAIL}),
    "an image from elsewhere": ("image: ghcr.io/voorbeeld", "image: docker.io/ander", {"DDC-7.2-07": FAIL}),
    "no digest": ("imageID: ghcr.io/voorbeeld/meldingen@", "imageID: los-", {"DDC-7.2-05": UNKNOWN}),
    "cannot be pulled": (
        RUNNING,
        "state: {waiting: {reason: ImagePullBackOff}}",
        {"DDC-7.2-05": FAIL, "DDC-7.7-02": FAIL},
    ),
    "crash loop": (
        RUNNING,
        "state: {waiting: {reason: CrashLoopBackOff}}",
        {"DDC-7.2-05": UNKNOWN, "DDC-7.7-02": FAIL},
    ),
    "out of memory": (
        "restartCount: 0",
        "restartCount: 1\n      lastState: {terminated: {reason: OOMKilled, exitCode: 137}}",
        {"DDC-7.7-02": FAIL},
    ),
    "restarts again and again": (
        "restartCount: 0",
        "restartCount: 4\n      lastState: "
        '{terminated: {reason: Error, exitCode: 1, finishedAt: "2026-11-22T05:00:00Z"}}',
        {"DDC-7.7-02": FAIL},
    ),
    "restarted long ago": (
        "restartCount: 0",
        "restartCount: 4\n      lastState: "
        '{terminated: {reason: Error, exitCode: 1, finishedAt: "2026-11-01T05:00:00Z"}}',
        {},
    ),
    "a probe that does not answer": ("ready: true\n", "ready: false\n", {"DDC-7.19-01": FAIL}),
    "pods that are not ready": (
        '{type: Ready, status: "True"}]\n    containerStatuses',
        '{type: Ready, status: "False"}]\n    containerStatuses',
        {"DDC-7.7-02": FAIL},
    ),
    "no readiness probe": (
        "readinessProbe: {httpGet: {path: /gereed, port: http}}",
        "tty: false",
        {"DDC-7.19-01": FAIL},
    ),
    "a Secret made by hand": ("kind: SealedSecret, name: app, uid: s1", "kind: Iets, name: app", {"DDC-7.16-05": FAIL}),
    "the SealedSecret is gone": ("kind: SealedSecret\n", "kind: Anders\n", {"DDC-7.16-05": FAIL}),
    "cannot be unsealed": ('type: Synced, status: "True"', 'type: Synced, status: "False"', {"DDC-7.16-05": FAIL}),
    "not applied by Flux": ("helm.toolkit.fluxcd.io/name: meldingen", "iets: anders", {"DDC-1.4-05": FAIL}),
    "Flux is suspended": ("interval: 5m\n    chart", "suspend: true\n    chart", {"DDC-1.4-05": FAIL}),
    "Flux is not ready": (
        '{type: Ready, status: "True", reason: InstallSucceeded}',
        '{type: Ready, status: "False", reason: UpgradeFailed}',
        {"DDC-1.4-05": FAIL},
    ),
    "Flux says nothing of it": (
        'status: {observedGeneration: 2, conditions: [{type: Ready, status: "True", reason: InstallSucceeded}]}',
        "status: {}",
        {"DDC-1.4-05": FAIL},
    ),
    "Flux did not see the last change": (
        "observedGeneration: 2,",
        "observedGeneration: 1,",
        {"DDC-1.4-05": FAIL},
    ),
    "from another host": ("@gitlab.voorbeeld.nl/", "@gitlab.voorbeeld.nl.example/", {"DDC-1.4-05": FAIL}),
    "a HelmRelease by hand": ("kustomize.toolkit.fluxcd.io/name: apps", "a: b", {"DDC-1.4-05": FAIL}),
    "a Kustomization elsewhere": (
        "kustomize.toolkit.fluxcd.io/namespace: meldingen",
        "kustomize.toolkit.fluxcd.io/namespace: flux-system",
        {"DDC-1.4-05": UNKNOWN},
    ),
    "nothing is shut by default": (
        "podSelector: {}, policyTypes",
        "podSelector: {matchLabels: {a: b}}, policyTypes",
        {"DDC-7.11-01": FAIL},
    ),
    "open to every namespace": (
        "from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ingress}}}]",
        "from: [{namespaceSelector: {}}]",
        {"DDC-7.11-01": FAIL, "DDC-7.11-05": FAIL},
    ),
    "an autoscaler without metric": (
        '{type: ScalingActive, status: "True", reason: ValidMetricFound}',
        '{type: ScalingActive, status: "False", reason: FailedGetResourceMetric}',
        {"DDC-7.4-01": FAIL},
    ),
    "an autoscaler that never scales down": (
        "minReplicas: 2, maxReplicas: 5}",
        "minReplicas: 2, maxReplicas: 5, behavior: {scaleDown: {selectPolicy: Disabled}}}",
        {"DDC-7.4-01": FAIL},
    ),
    "an autoscaler without status": (
        "status:\n    conditions:\n",
        "other:\n    conditions:\n",
        {"DDC-7.4-01": UNKNOWN},
    ),
    "a certificate that ended": ("2027-02-01", "2026-11-21", {"DDC-7.17-02": FAIL}),
    "a certificate that ends soon": ("2027-02-01", "2026-11-30", {}),
    "no TLS": (
        "tls: [{hosts: [meldingen.voorbeeld.nl], secretName: meldingen-tls}]",
        "tls: []",
        {"DDC-7.17-02": FAIL},
    ),
    "a wildcard": ("dnsNames: [meldingen.voorbeeld.nl]", 'dnsNames: ["*.voorbeeld.nl"]', {"DDC-1.4-03": FAIL}),
    "no limit": ('nginx.ingress.kubernetes.io/limit-rps: "20"', "x: y", {"DDC-7.11-09": FAIL}),
    "a certificate from the release": (
        "annotations: {cert-manager.io/certificate-name: meldingen}",
        "annotations: {meta.helm.sh/release-name: meldingen}",
        {"DDC-1.4-04": FAIL, "DDC-7.16-05": FAIL, "DDC-7.17-06": FAIL},
    ),
    "no variable for the level": ("LOG_LEVEL: info, ", "", {"DDC-7.16-06": FAIL, "DDC-7.20-02": FAIL}),
    "a level that is not heeded": ("LOG_LEVEL: info", "LOG_LEVEL: error", {"DDC-7.20-02": FAIL}),
    "another time zone": ("TZ: UTC", "TZ: Europe/Amsterdam", {"DDC-7.20-04": FAIL}),
    "root": ("runAsUser: 1000", "runAsUser: 0", {"DDC-7.2-13": FAIL}),
    "a Service with nothing behind it": (
        "selector: {app.kubernetes.io/name: meldingen}\n    ports",
        "selector: {app.kubernetes.io/name: niets}\n    ports",
        {"DDC-7.7-02": FAIL, "DDC-7.21-03": FAIL},
    ),
    "no limits": ('limits: {cpu: "1", memory: 512Mi}', "limits: {}", {"DDC-7.22-01": FAIL}),
    "made by hand": ("labels: *labels, annotations: *release}\n  data", "labels: {}}\n  data", {"DDC-7.7-01": FAIL}),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_fault_fails_what_it_should(name: str) -> None:
    before, after, expected = MUTANTS[name]
    assert before in GOLDEN
    assert changed(facts(GOLDEN.replace(before, after))) == expected


Documents = list[dict[str, Any]]


def second_pod(documents: Documents) -> dict[str, Any]:
    """Return the second pod, apart from all that it shares in the file."""
    index = next(at for at, item in enumerate(documents) if item["metadata"]["name"] == "app-5c-b")
    documents[index] = copy.deepcopy(documents[index])
    return documents[index]


def add(documents: Documents, text: str) -> None:
    documents.append(yaml.safe_load(text))


CLAIM = """
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data, namespace: meldingen, annotations: {meta.helm.sh/release-name: meldingen}}
spec: {storageClassName: %s, accessModes: [ReadWriteMany]}
status: {phase: Bound}
"""
CHANGES: dict[str, tuple[Callable[[Documents], object], dict[str, Verdict]]] = {
    "one pod runs another image": (
        lambda items: second_pod(items)["spec"]["containers"][0].update(image="docker.io/ander/x:nieuw"),
        {"DDC-7.2-05": FAIL, "DDC-7.2-06": UNKNOWN, "DDC-7.2-07": FAIL},
    ),
    "one pod runs as root": (
        lambda items: second_pod(items)["spec"]["containers"][0]["securityContext"].update(runAsUser=0),
        {"DDC-7.2-13": FAIL},
    ),
    "a tag with two images": (
        lambda items: second_pod(items)["status"]["containerStatuses"][0].update(
            imageID="ghcr.io/voorbeeld/meldingen@sha256:" + "b" * 64
        ),
        {"DDC-7.2-05": FAIL},
    ),
    "a container of a mesh": (
        lambda items: second_pod(items)["spec"]["containers"].append({"name": "istio-proxy", "image": "mesh/proxy"}),
        {"DDC-7.2-05": UNKNOWN},
    ),
    "storage on a node": (
        lambda items: add(items, CLAIM % "local-path"),
        {"DDC-1.3-08": FAIL, "DDC-7.15-02": FAIL, "DDC-7.15-04": PASS, "DDC-7.15-05": FAIL},
    ),
    "storage of AKS": (
        lambda items: add(items, CLAIM % "azurefile-csi"),
        {"DDC-1.3-08": PASS, "DDC-7.15-02": FAIL, "DDC-7.15-04": PASS},
    ),
    "storage of a class that nobody knows": (
        lambda items: add(items, CLAIM % "snel"),
        {"DDC-1.3-08": UNKNOWN, "DDC-7.15-02": FAIL, "DDC-7.15-04": PASS},
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_shows_where_it_should(name: str) -> None:
    change, expected = CHANGES[name]
    documents = yaml.safe_load(GOLDEN)
    change(documents)
    assert changed(facts(yaml.safe_dump(documents))) == expected


def test_a_second_component_is_not_met() -> None:
    documents = yaml.safe_load(GOLDEN)
    other = copy.deepcopy(next(item for item in documents if item["kind"] == "Deployment"))
    other["metadata"].update(name="ander", uid="d9")
    other["metadata"]["labels"]["app.kubernetes.io/part-of"] = "ander"
    outcome = judged(facts(yaml.safe_dump([*documents, other])))["DDC-7.6-01"]
    assert outcome.verdict is FAIL
    assert [item.where for item in outcome.findings] == ["Deployment/ander"]


KINDS = sorted({(item["kind"], item["apiVersion"].rpartition("/")[0]) for item in yaml.safe_load(GOLDEN)})


@pytest.mark.parametrize(("kind", "group"), [*KINDS, ("CiliumNetworkPolicy", "cilium.io"), ("StatefulSet", "apps")])
def test_what_was_refused_is_undetermined_and_never_met(kind: str, group: str) -> None:
    left = [
        item
        for item in yaml.safe_load(GOLDEN)
        if (item["kind"], item["apiVersion"].rpartition("/")[0]) != (kind, group)
    ]
    refused = ListOutcome(
        kind=kind,
        group=group,
        plural=f"{kind.lower()}s",
        complete=False,
        denied=True,
        reason=Text("verboden", "forbidden"),
    )
    found = changed(facts(yaml.safe_dump(left), lists=(refused,)))
    assert set(found.values()) <= {UNKNOWN}
    assert found or kind == "Namespace"


REFUSED = ListOutcome(kind="CronJob", group="batch", complete=False, denied=True, reason=Text("geweigerd", "refused"))


def test_a_fault_stands_whatever_else_was_refused() -> None:
    """What was not seen may be at fault as well; what was seen is."""
    documents = yaml.safe_load(GOLDEN)
    without(documents, "runAsNonRoot", runAsUser=0)
    found = judged(facts(yaml.safe_dump(documents), lists=(REFUSED,)))["DDC-7.2-13"]
    assert found.verdict is FAIL
    assert "refused" in str(found.doubt)
    right = judged(facts(GOLDEN, lists=(REFUSED,)))["DDC-7.2-13"]
    assert right.verdict is UNKNOWN
    assert "refused" in str(right.reason)


def test_what_something_runs_that_was_not_seen_is_not_judged_in_its_place() -> None:
    documents = yaml.safe_load(GOLDEN)
    without(documents, "runAsNonRoot", runAsUser=0)
    left = [item for item in documents if item["kind"] != "Deployment"]
    refused = msgspec.structs.replace(REFUSED, kind="Deployment", group="apps")
    found = judged(facts(yaml.safe_dump(left), lists=(refused,)))
    assert FAIL not in {found[id_].verdict for id_ in ("DDC-7.2-13", "DDC-7.5-04", "DDC-7.7-02")}


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("logs", {"DDC-7.16-06", "DDC-7.20-01", "DDC-7.20-02", "DDC-7.20-03", "DDC-7.20-04"}),
        ("metrics", {"DDC-7.21-01", "DDC-7.21-03"}),
        ("inside", {"DDC-7.2-15"}),
        ("usage", set()),
        ("live", set(BASE)),
    ],
)
def test_a_fact_that_was_not_seen_leaves_only_its_own_open(kind: str, expected: set[str]) -> None:
    found = facts()
    found[kind] = not_seen("niet gezien", "not seen")
    assert changed(found) == dict.fromkeys(expected, UNKNOWN)


def test_an_empty_namespace_meets_nothing_of_what_only_it_shows() -> None:
    outcomes = judged(facts("[]"))
    own = {row.id for row, _ in requirements() if "namespace" in row.checks} | {"DDC-7.6-01", "DDC-7.11-01"}
    assert {id_: outcomes[id_].verdict for id_ in own} == dict.fromkeys(own, UNKNOWN)


def tail(**changes: Any) -> Facts:
    """Return golden facts in which both logs have other counts."""
    logs = facts()["logs"]
    assert isinstance(logs, Logs)
    base = {"lines": 50, "json": 50, "levels": 50, "utc": 50, "level_names": ("info",)}
    return with_fact(
        "logs",
        tails=tuple(
            LogTail(pod=item.pod, container="app", workload="Deployment/app", **{**base, **changes})
            for item in logs.tails
        ),
    )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"json": 49}, {"DDC-7.20-03": FAIL}),
        ({"json": 0, "utc": 40}, {"DDC-7.20-03": FAIL, "DDC-7.20-04": UNKNOWN}),
        ({"utc": 49}, {"DDC-7.20-04": FAIL}),
        ({"utc": 0}, {"DDC-7.20-04": FAIL}),
        ({"utc": 40, "other_times": 10}, {"DDC-7.20-04": UNKNOWN}),
        ({"utc": 40, "other_times": 10, "elsewhere": 1}, {"DDC-7.20-04": FAIL}),
        ({"levels": 0, "level_names": ()}, {"DDC-7.20-02": UNKNOWN}),
        ({"level_names": ("debug", "info")}, {"DDC-7.16-06": FAIL, "DDC-7.20-02": FAIL}),
        (
            {"lines": 0, "json": 0, "levels": 0, "utc": 0, "level_names": ()},
            dict.fromkeys(("DDC-7.16-06", "DDC-7.20-01", "DDC-7.20-02", "DDC-7.20-03", "DDC-7.20-04"), UNKNOWN),
        ),
        (
            {"failure": Text("verboden", "forbidden")},
            dict.fromkeys(("DDC-7.16-06", "DDC-7.20-01", "DDC-7.20-02", "DDC-7.20-03", "DDC-7.20-04"), UNKNOWN),
        ),
    ],
)
def test_lines_decide_on_logging(changes: dict[str, Any], expected: dict[str, Verdict]) -> None:
    assert changed(tail(**changes)) == expected


def page(**changes: Any) -> Facts:
    """Return golden facts in which the one page of metrics is another."""
    metrics = facts()["metrics"]
    assert isinstance(metrics, Metrics)
    return with_fact("metrics", pages=(msgspec.structs.replace(metrics.pages[0], **changes),))


RUNTIME = (Family(name="go_gc_duration_seconds", type="summary"), Family(name="process_open_fds", type="gauge"))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"families": RUNTIME}, {"DDC-7.21-01": FAIL}),
        ({"families": (), "form": ""}, {"DDC-7.21-01": FAIL, "DDC-7.21-03": FAIL}),
        ({"problems": (Text("regel 3", "line 3"),)}, {"DDC-7.21-03": FAIL}),
        ({"form": "", "content_type": "text/html"}, {"DDC-7.21-03": FAIL}),
        (
            {"families": (), "status": 404, "failure": Text("404", "404")},
            {"DDC-7.21-01": FAIL, "DDC-7.21-03": FAIL},
        ),
        (
            {"families": (), "status": 0, "failure": Text("verboden", "forbidden")},
            {"DDC-7.21-01": UNKNOWN, "DDC-7.21-03": UNKNOWN},
        ),
        ({"families": RUNTIME, "cut": True}, {"DDC-7.21-01": UNKNOWN}),
    ],
)
def test_families_decide_on_metrics(changes: dict[str, Any], expected: dict[str, Verdict]) -> None:
    assert changed(page(**changes)) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"uid": 0}, {"DDC-7.2-13": FAIL}),
        ({"read_only_root": False, "writable": ("/", "/tmp")}, {"DDC-7.2-14": FAIL, "DDC-7.2-15": FAIL}),
        ({"writable": ("/tmp", "/var/lib/data")}, {"DDC-7.2-15": FAIL}),
        ({"writable": ("/tmp", "/dev/shm", "/etc/hosts")}, {}),
        ({"uid": None, "not_seen": Text("geen shell", "no shell")}, {"DDC-7.2-15": UNKNOWN}),
    ],
)
def test_what_is_inside_decides(changes: dict[str, Any], expected: dict[str, Verdict]) -> None:
    base = {"pod": "app-5c-a", "container": "app", "uid": 1000, "read_only_root": True, "writable": ("/tmp",)}
    item = InsideContainer(**{**base, **changes})
    found = facts()
    inside = found["inside"]
    assert isinstance(inside, Inside)
    assert changed(with_fact("inside", containers=(item,))) == expected


def without(documents: Documents, *keys: str, **given: object) -> None:
    """Take fields out of every container's security context, or give them another value; the pods say nothing."""
    for item in documents:
        spec = item.get("spec", {}).get("template", item).get("spec", {})
        spec.pop("securityContext", None)
        for container in spec.get("containers", ()):
            context = container.setdefault("securityContext", {})
            context.update(given)
            for key in keys:
                context.pop(key, None)


WRITABLE = {"DDC-7.2-14": FAIL, "DDC-7.2-15": FAIL, "DDC-7.15-05": UNKNOWN}


@pytest.mark.parametrize(
    ("keys", "given", "inside", "expected"),
    [
        # Nothing is asked for, and the image runs as another user than root, on a root that is read-only.
        (("runAsNonRoot", "runAsUser"), {}, {}, {}),
        (("runAsUser",), {"runAsNonRoot": False}, {}, {}),
        (("readOnlyRootFilesystem",), {}, {}, {"DDC-7.15-05": UNKNOWN}),
        ((), {"readOnlyRootFilesystem": False}, {}, {"DDC-7.15-05": UNKNOWN}),
        # What was seen is the other way around, was not seen, or is of another workload.
        (("runAsNonRoot", "runAsUser"), {}, {"uid": 0}, {"DDC-7.2-13": FAIL}),
        (("runAsNonRoot", "runAsUser"), {}, {"uid": None}, {"DDC-7.2-13": FAIL}),
        (("runAsNonRoot", "runAsUser"), {}, {"container": "other"}, {"DDC-7.2-13": FAIL, "DDC-7.2-15": UNKNOWN}),
        (("runAsNonRoot", "runAsUser"), {}, {"workload": "Deployment/other"}, {"DDC-7.2-13": FAIL}),
        (("readOnlyRootFilesystem",), {}, {"read_only_root": None}, WRITABLE),
        # Root is asked for.
        ((), {"runAsUser": 0}, {}, {"DDC-7.2-13": FAIL}),
    ],
)
def test_what_was_seen_inside_outweighs_what_is_not_asked_for(
    keys: tuple[str, ...], given: dict[str, Any], inside: dict[str, Any], expected: dict[str, Verdict]
) -> None:
    documents = yaml.safe_load(GOLDEN)
    without(documents, *keys, **given)
    found = facts(yaml.safe_dump(documents))
    seen = found["inside"]
    assert isinstance(seen, Inside)
    changes = msgspec.structs.replace(seen.containers[0], **inside)
    assert changed({**found, "inside": msgspec.structs.replace(seen, containers=(changes,))}) == expected


def test_a_pod_that_differs_from_its_workload_says_nothing_of_it() -> None:
    documents = yaml.safe_load(GOLDEN)
    without(documents, "runAsNonRoot", "runAsUser")
    for item in documents:
        if item["kind"] == "Pod":
            item["spec"] = copy.deepcopy(item["spec"])
            item["spec"]["containers"][0]["image"] = "ghcr.io/voorbeeld/meldingen:1.4.1"
    assert changed(facts(yaml.safe_dump(documents)))["DDC-7.2-13"] is FAIL


OF_ROLLOUT = """
apiVersion: apps/v1
kind: %s
metadata:
  name: shop-1
  namespace: meldingen
  labels: {app.kubernetes.io/managed-by: Helm}
  ownerReferences: [{apiVersion: %s, kind: %s, name: shop, uid: u1, controller: true}]
spec: {replicas: 2, updateStrategy: {type: %s}}
"""


@pytest.mark.parametrize(
    ("kind", "api_version", "by", "strategy", "verdict"),
    [
        ("ReplicaSet", "argoproj.io/v1alpha1", "Rollout", "", UNKNOWN),
        ("StatefulSet", "postgres-operator.crunchydata.com/v1beta1", "PostgresCluster", "OnDelete", UNKNOWN),
        ("StatefulSet", "postgres-operator.crunchydata.com/v1beta1", "PostgresCluster", "RollingUpdate", PASS),
        ("ReplicaSet", "apps/v1", "Deployment", "", FAIL),
    ],
)
def test_what_another_kind_replaces_is_undetermined(
    kind: str, api_version: str, by: str, strategy: str, verdict: Verdict
) -> None:
    documents = yaml.safe_load(GOLDEN)
    template = next(item for item in documents if item["kind"] == "Deployment")["spec"]
    made = yaml.safe_load(OF_ROLLOUT % (kind, api_version, by, strategy))
    made["spec"] |= {"template": copy.deepcopy(template["template"]), "selector": template["selector"]}
    documents.append(made)
    found = judged(facts(yaml.safe_dump(documents)))["DDC-7.5-04"]
    assert found.verdict is verdict
    if verdict is UNKNOWN:
        assert f"{by}/shop" in str(found.reason)


def test_use_above_what_was_asked_is_remarked_on() -> None:
    use = ContainerUse(pod="app-5c-a", container="app", cpu="50m", memory="300Mi")
    outcome = judged(with_fact("usage", containers=(use,)))["DDC-7.22-01"]
    assert outcome.verdict is PASS
    assert [(item.path, item.strength) for item in outcome.findings] == [
        ("spec.containers[0].resources.requests.memory", "recommended")
    ]


def test_a_class_that_the_platform_made_is_remarked_on() -> None:
    documents = yaml.safe_load(GOLDEN)
    add(documents, CLAIM % "gemeente")
    add(documents, "{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: gemeente}, provisioner: x.nl}")
    outcome = judged(facts(yaml.safe_dump(documents)))["DDC-1.3-08"]
    assert outcome.verdict is PASS
    assert [item.strength for item in outcome.findings] == ["recommended"]


def stateful_set(documents: Documents) -> None:
    """Add a database with a claim that its template made."""
    made = copy.deepcopy(next(item for item in documents if item["kind"] == "Deployment"))
    made["kind"] = "StatefulSet"
    made["metadata"].update(name="db", uid="s9")
    made["spec"]["template"]["spec"]["containers"][0]["image"] = "ghcr.io/voorbeeld/postgres:16.1.0"
    made["spec"]["volumeClaimTemplates"] = [{"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"]}}]
    documents.append(made)
    add(
        documents,
        (CLAIM % "managed-csi").replace("name: data", "name: data-db-0").replace("ReadWriteMany", "ReadWriteOnce"),
    )


def test_a_claim_of_a_stateful_set_goes_by_its_template() -> None:
    documents = yaml.safe_load(GOLDEN)
    stateful_set(documents)
    found = facts(yaml.safe_dump(documents))
    assert judged(found)["DDC-7.15-04"].verdict is NA  # the data of a database is no file store
    declared = msgspec.structs.replace(PARAMETERS, external_storage_claims=("data",))
    places = {item.where for item in judged(found, declared)["DDC-7.15-02"].findings}
    assert "PersistentVolumeClaim/data-db-0" not in places


@pytest.mark.parametrize(("told", "verdict"), [(True, PASS), (False, UNKNOWN)])
def test_what_runs_and_may_be_a_data_store_is_left_open(told: bool, verdict: Verdict) -> None:
    documents = yaml.safe_load(GOLDEN)
    app = next(item for item in documents if item["kind"] == "Deployment")["spec"]["template"]["spec"]
    app["volumes"].append({"name": "d", "persistentVolumeClaim": {"claimName": "data"}})
    app["containers"][0]["volumeMounts"].append({"name": "d", "mountPath": "/data"})
    if told:
        app["containers"][0]["env"].append({"name": "DB_HOST", "value": "db.example.nl"})
    add(documents, CLAIM % "managed-csi")
    assert judged(facts(yaml.safe_dump(documents)))["DDC-7.15-01"].verdict is verdict


def test_a_hook_that_helm_left_bears_no_labels_of_flux() -> None:
    documents = yaml.safe_load(GOLDEN)
    hook = copy.deepcopy(next(item for item in documents if item["kind"] == "Deployment"))
    hook.update(apiVersion="batch/v1", kind="Job", status={"conditions": [{"type": "Complete", "status": "True"}]})
    hook["metadata"].update(name="migratie", uid="j1", labels={}, annotations={"helm.sh/hook": "pre-upgrade"})
    assert judged(facts(yaml.safe_dump([*documents, hook])))["DDC-1.4-05"].verdict is PASS
