"""On a real API server: what custom resources run and keep, what was seen inside, and files as kubectl writes them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import pytest
from auditor import Auditor, Outcome
from control_plane import ControlPlane, Object

from toetskader.catalogue.models import TargetParameters
from toetskader.collect.kubernetes.collector import NamespaceCollector
from toetskader.facts.key import FactKey, TargetFacts
from toetskader.kinds.namespace.part import NamespaceEntry
from toetskader.results import Verdict

AUDITOR = Auditor("namespace", today=datetime.now(UTC).date())
PARAMETERS = TargetParameters(trusted_image_locations=("registry.acme.example/",))
PASS, FAIL, UNDETERMINED = Verdict.PASS, Verdict.FAIL, Verdict.UNDETERMINED
OPERATORS = {
    "Argo": ("apps/v1", "ReplicaSet", "argoproj.io", "Rollout", UNDETERMINED),
    "Knative": ("apps/v1", "Deployment", "serving.knative.dev", "Revision", PASS),
    "OpenShift": ("v1", "ReplicationController", "apps.openshift.io", "DeploymentConfig", UNDETERMINED),
    "OpenKruise": ("apps/v1", "StatefulSet", "apps.kruise.io", "UnitedDeployment", PASS),
}
"""What a custom resource makes, its group and kind, and how its pods are replaced, as far as that shows."""


def judged(entry: NamespaceEntry, *kinds: str) -> Outcome:
    """Return what every requirement on namespaces comes to, by the facts of one."""
    missing = NamespaceCollector(NamespaceEntry(environment="production", namespace="x"))
    found = {
        **missing.collect(frozenset({"logs", "metrics", "usage", "inside"})),
        **NamespaceCollector(entry).collect(frozenset({"live", *kinds})),
    }
    attempts = {FactKey(kind, entry.environment): attempt for kind, attempt in found.items()}
    outcomes = AUDITOR.judged(TargetFacts("t", {"namespace": (entry.environment,)}, attempts), PARAMETERS)
    assert [item.crash for item in outcomes.values() if item.crash] == []
    return outcomes


def verdicts(found: Outcome) -> dict[str, Verdict]:
    return {id_: item.verdict for id_, item in found.items()}


def container(image: str = "app:1.2.3", **context: object) -> Object:
    security = {"runAsNonRoot": True, "runAsUser": 1001, "readOnlyRootFilesystem": True} | context
    return {"name": "web", "image": f"registry.acme.example/{image}", "securityContext": security}


def template(name: str, **given: Any) -> Object:
    return {"metadata": {"labels": {"app": name}}, "spec": {"containers": [container(**given)]}}


def workload(kind: str, name: str, replicas: int, api_version: str = "apps/v1", **given: Any) -> Object:
    labels = {"app": name}
    spec: Object = {"replicas": replicas, "template": template(name, **given)}
    spec["selector"] = labels if kind == "ReplicationController" else {"matchLabels": labels}
    if kind == "StatefulSet":
        spec["serviceName"] = name
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name}, "spec": spec}


def entry(control_plane: ControlPlane, namespace: str, **given: Any) -> NamespaceEntry:
    source = {} if "dumps" in given else {"kubeconfig": control_plane.kubeconfig}
    return NamespaceEntry(environment="production", namespace=namespace, **source, **given)


def define(control_plane: ControlPlane, group: str, kind: str) -> None:
    plural = f"{kind.lower()}s"
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    spec = {"group": group, "scope": "Namespaced", "names": {"kind": kind, "plural": plural, "singular": kind.lower()}}
    spec["versions"] = [{"name": "v1", "served": True, "storage": True, "schema": schema}]
    definition = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition"}
    control_plane.apply({**definition, "metadata": {"name": f"{plural}.{group}"}, "spec": spec})
    control_plane.kubectl("wait", "--for=condition=Established", f"crd/{plural}.{group}", "--timeout=60s")


@pytest.mark.parametrize("name", OPERATORS)
def test_revisions_that_run_nothing_change_no_verdict(control_plane: ControlPlane, namespace: str, name: str) -> None:
    api_version, made, group, kind, rolling = OPERATORS[name]
    define(control_plane, group, kind)
    owner = {"apiVersion": f"{group}/v1", "kind": kind}
    control_plane.apply({**owner, "metadata": {"name": "shop"}, "spec": {}}, namespace=namespace)
    uid = control_plane.get(f"{kind.lower()}s.{group}", "shop", f"--namespace={namespace}")["metadata"]["uid"]
    reference = {"ownerReferences": [{**owner, "name": "shop", "uid": uid, "controller": True}]}
    try:
        now = workload(made, "shop-1", 1, api_version)
        now["metadata"] |= reference
        control_plane.apply(now, namespace=namespace)
        control_plane.wait_for_pods(namespace, "app=shop-1")
        before = judged(entry(control_plane, namespace))
        old = workload(made, "shop-0", 0, api_version, image="old:latest", runAsNonRoot=False, runAsUser=0)
        old["metadata"] |= reference
        control_plane.apply(old, namespace=namespace)
        after = judged(entry(control_plane, namespace))
        assert verdicts(after) == verdicts(before)
        assert after["DDC-7.5-04"].verdict is rolling
        assert rolling is PASS or f"{kind}/shop" in str(after["DDC-7.5-04"].reason)
        assert after["DDC-7.2-13"].verdict is PASS
        # Without that owner it is a workload that may run again, and is judged.
        del old["metadata"]["ownerReferences"]
        old["metadata"]["name"] = "shop-2"
        control_plane.apply(old, namespace=namespace)
        assert judged(entry(control_plane, namespace))["DDC-7.2-13"].verdict is FAIL
    finally:
        control_plane.kubectl("delete", "crd", f"{kind.lower()}s.{group}", "--wait=false")


@pytest.mark.parametrize(
    ("context", "user", "verdict"),
    [
        ({"runAsNonRoot": None, "runAsUser": None}, 65534, PASS),
        ({"runAsNonRoot": False, "runAsUser": None}, 65534, PASS),
        ({"runAsNonRoot": None, "runAsUser": None}, 0, FAIL),
        ({"runAsNonRoot": None, "runAsUser": 0}, 65534, FAIL),
    ],
)
def test_who_runs_inside_outweighs_what_is_not_asked_for(
    control_plane: ControlPlane, namespace: str, context: dict[str, Any], user: int, verdict: Verdict
) -> None:
    control_plane.apply(workload("Deployment", "web", 2, **context), namespace=namespace)
    control_plane.wait_for_pods(namespace, "app=web", 2)
    assert judged(entry(control_plane, namespace))["DDC-7.2-13"].verdict is FAIL
    control_plane.enters(namespace, user=user)
    found = judged(entry(control_plane, namespace, exec=True), "inside")["DDC-7.2-13"]
    assert found.verdict is verdict
    assert any(f"{user}" in text.en for text in found.measured) or user == 0


# Files as people make them

KINDS = "kubectl api-resources --namespaced --verbs=list -o name"


@pytest.fixture(scope="module")
def filled(control_plane: ControlPlane) -> Iterator[str]:
    with control_plane.namespace("bestanden-van-kubectl") as name:
        control_plane.apply(workload("Deployment", "web", 2), namespace=name)
        control_plane.wait_for_pods(name, "app=web", 2)
        yield name


def written(control_plane: ControlPlane, folder: Path, namespace: str, form: str, *kinds: str) -> tuple[Path, ...]:
    paths = []
    for number, names in enumerate(kinds):
        paths.append(folder / f"{number}.{form}")
        told = control_plane.kubectl("get", names, f"--namespace={namespace}", f"--output={form}").stdout
        paths[-1].write_text(told, encoding="utf-8")
    return tuple(paths)


def every_kind(control_plane: ControlPlane) -> str:
    told = control_plane.kubectl(*KINDS.split()[1:]).stdout
    return ",".join(told.split())


CLUSTER = "persistentvolumes,storageclasses,customresourcedefinitions"


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_files_of_all_kinds_say_what_the_cluster_says(
    control_plane: ControlPlane, filled: str, tmp_path: Path, form: str
) -> None:
    live = verdicts(judged(entry(control_plane, filled)))
    given = written(control_plane, tmp_path, filled, form, every_kind(control_plane), CLUSTER)
    told = verdicts(judged(entry(control_plane, filled, dumps=given, asked="everything")))
    assert {id_: verdict for id_, verdict in told.items() if verdict is not live[id_]} == {}
    # Nothing says that these are all: then what is found stands, and nothing else.
    silent = judged(entry(control_plane, filled, dumps=given))
    failing = {id_ for id_, verdict in live.items() if verdict is FAIL}
    assert {id_ for id_, item in silent.items() if item.verdict is FAIL} == failing
    assert len(failing) >= 4
    assert {item.verdict for item in silent.values()} == {FAIL, UNDETERMINED}
    assert any("asked: everything" in str(item.reason) for item in silent.values())


@pytest.mark.parametrize(
    ("kinds", "asked"),
    [
        (("all", "networkpolicies,poddisruptionbudgets"), ("all", "netpol", "pdb")),
        (("deployments,replicasets,pods", "statefulsets", "rc"), ("deploy,rs,po", "statefulsets.apps", "rc")),
    ],
)
def test_files_of_some_kinds_leave_only_the_rest_open(
    control_plane: ControlPlane,
    filled: str,
    tmp_path: Path,
    kinds: tuple[str, ...],
    asked: tuple[str, ...] | Literal["everything"],
) -> None:
    live = verdicts(judged(entry(control_plane, filled)))
    given = written(control_plane, tmp_path, filled, "yaml", *kinds)
    told = verdicts(judged(entry(control_plane, filled, dumps=given, asked=asked)))
    assert {id_: verdict for id_, verdict in told.items() if verdict not in (live[id_], UNDETERMINED)} == {}
    decided = {id_ for id_, verdict in told.items() if verdict is not UNDETERMINED}
    assert ({"DDC-7.2-13", "DDC-7.2-14", "DDC-7.19-01"} <= decided) is ("all" in asked)
    assert "DDC-7.19-01" in decided  # no probes: a fault of what is there
