"""Owner references hide nothing: they are believed where a controller makes such objects, and the templates agree."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from from_live import live
from from_yaml import workloads as of_chart

from toetskader.facts.kubernetes.objects import Objects
from toetskader.facts.kubernetes.workloads import Workloads

Document = dict[str, Any]
Change = Callable[[dict[str, Document]], object]
TEMPLATE: Document = {
    "metadata": {"labels": {"app": "web"}},
    "spec": {
        "serviceAccountName": "web",
        "containers": [
            {
                "name": "web",
                "image": "r.nl/web:1.0.0",
                "args": ["serve"],
                "env": [{"name": "A", "value": "1"}],
                "securityContext": {"runAsUser": 1000, "capabilities": {"drop": ["ALL"]}},
            }
        ],
    },
}


def owned(kind: str, name: str, uid: str, api_version: str = "apps/v1") -> list[Document]:
    return [{"apiVersion": api_version, "kind": kind, "name": name, "uid": uid, "controller": True}]


def namespace() -> dict[str, Document]:
    """Return a namespace as the controllers fill it, by name."""
    hashed = copy.deepcopy(TEMPLATE)
    hashed["metadata"]["labels"]["pod-template-hash"] = "5c"
    injected = copy.deepcopy(hashed)
    injected["spec"]["containers"][0]["env"].append({"name": "KUBERNETES_SERVICE_HOST", "value": "10.96.0.1"})
    injected["spec"]["containers"].append({"name": "istio-proxy", "image": "mesh.nl/proxy:1.0.0"})
    injected["spec"]["volumes"] = [{"name": "token", "projected": {}}]
    injected["spec"]["securityContext"] = {"fsGroup": 1000, "seLinuxOptions": {"level": "s0"}}
    job = {"template": {"spec": {"containers": [{"name": "job", "image": "r.nl/job:1.0.0"}]}}}
    documents: list[Document] = [
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "uid": "d1"}},
        {"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"name": "web-5c", "uid": "r1"}},
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web-5c-x", "uid": "p1"}},
        {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "cron", "uid": "c1"}},
        {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "cron-1", "uid": "j1"}},
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "cron-1-x", "uid": "p2"}},
    ]
    made = {item["metadata"]["name"]: item for item in documents}
    made["web"]["spec"] = {"replicas": 1, "template": TEMPLATE}
    made["web-5c"]["spec"] = {"replicas": 1, "template": hashed}
    made["web-5c"]["metadata"]["ownerReferences"] = owned("Deployment", "web", "d1")
    made["web-5c-x"]["metadata"] |= {
        "labels": injected["metadata"]["labels"],
        "ownerReferences": owned("ReplicaSet", "web-5c", "r1"),
    }
    made["web-5c-x"]["spec"] = injected["spec"]
    made["web-5c-x"]["status"] = {"phase": "Running"}
    made["cron"]["spec"] = {"jobTemplate": {"spec": job}}
    made["cron-1"]["spec"] = job
    made["cron-1"]["metadata"]["ownerReferences"] = owned("CronJob", "cron", "c1", "batch/v1")
    made["cron-1-x"]["spec"] = job["template"]["spec"]
    made["cron-1-x"]["metadata"]["ownerReferences"] = owned("Job", "cron-1", "j1", "batch/v1")
    return {name: json.loads(json.dumps(item)) for name, item in made.items()}  # no part is shared


def judged(change: Change | None = None) -> set[str]:
    """Return what is judged by itself in a namespace in which something was changed."""
    documents = namespace()
    if change is not None:
        change(documents)
    text = yaml.safe_dump_all([item for item in documents.values() if item])
    return {item.where for item in Workloads(Objects.of_live(live(text)))}


HONEST = {"Deployment/web", "CronJob/cron"}


def test_what_controllers_made_is_judged_with_what_they_made_it_for() -> None:
    assert judged() == HONEST


def reference(name: str, /, **changes: object) -> Change:
    return lambda made: made[name]["metadata"]["ownerReferences"][0].update(changes)


def pod(**changes: object) -> Change:
    return lambda made: made["web-5c-x"]["spec"].update(changes)


def container(name: str, /, **changes: object) -> Change:
    def change(made: dict[str, Document]) -> None:
        spec = made[name]["spec"]
        spec.get("template", {"spec": spec})["spec"]["containers"][0].update(changes)

    return change


def hidden(made: dict[str, Document]) -> None:
    made["evil"] = copy.deepcopy(made["web"])
    made["evil"]["metadata"] = {"name": "evil", "uid": "e1", "ownerReferences": owned("Deployment", "web", "d1")}


def in_another_namespace(made: dict[str, Document]) -> None:
    made["web"]["metadata"]["namespace"] = "elders"


HIDES: dict[str, tuple[Change, str]] = {
    "a Deployment makes no Deployment": (hidden, "Deployment/evil"),
    "a Deployment makes no Pod": (
        lambda made: made["web-5c-x"]["metadata"].update(ownerReferences=owned("Deployment", "web", "d1")),
        "Pod/web-5c-x",
    ),
    "a reference without uid": (reference("web-5c", uid=""), "ReplicaSet/web-5c"),
    "the uid of another object": (reference("web-5c", uid="c1"), "ReplicaSet/web-5c"),
    "another name": (reference("web-5c", name="weg"), "ReplicaSet/web-5c"),
    "another version": (reference("web-5c", apiVersion="v1"), "ReplicaSet/web-5c"),
    "another kind": (reference("web-5c", kind="Foo"), "ReplicaSet/web-5c"),
    "a group of somebody's own": (reference("web-5c", apiVersion="evil.example/v1"), "ReplicaSet/web-5c"),
    "no controller": (reference("web-5c", controller=False), "ReplicaSet/web-5c"),
    "an owner that is gone": (lambda made: made["web"].clear(), "ReplicaSet/web-5c"),
    "an owner in another namespace": (in_another_namespace, "ReplicaSet/web-5c"),
    "a custom resource": (reference("cron-1", apiVersion="argoproj.io/v1", kind="Workflow"), "Job/cron-1"),
    "another image in the ReplicaSet": (container("web-5c", image="evil.nl/x:1"), "ReplicaSet/web-5c"),
    "a right more in the ReplicaSet": (container("web-5c", securityContext={"privileged": True}), "ReplicaSet/web-5c"),
    "another image in an unfinished Job": (container("cron-1", image="evil.nl/x:1"), "Job/cron-1"),
    "a pod that runs on for a Job that is said to have ended": (
        lambda made: made["cron-1"].update(status={"conditions": [{"type": "Complete", "status": "True"}]}),
        "Pod/cron-1-x",
    ),
    "labels of nobody": (lambda made: made["web-5c-x"]["metadata"].update(labels={"app": "x"}), "Pod/web-5c-x"),
    "the network of the host": (pod(hostNetwork=True), "Pod/web-5c-x"),
    "the processes of the host": (pod(hostPID=True), "Pod/web-5c-x"),
    "files of the host": (pod(volumes=[{"name": "h", "hostPath": {"path": "/"}}]), "Pod/web-5c-x"),
    "another account": (pod(serviceAccountName="admin"), "Pod/web-5c-x"),
    "rights of the pod": (pod(securityContext={"sysctls": [{"name": "x", "value": "1"}]}), "Pod/web-5c-x"),
    "a privileged container": (container("web-5c-x", securityContext={"privileged": True}), "Pod/web-5c-x"),
    "a capability": (container("web-5c-x", securityContext={"capabilities": {"add": ["ALL"]}}), "Pod/web-5c-x"),
    "another command": (container("web-5c-x", args=["mine"]), "Pod/web-5c-x"),
    "a variable less": (container("web-5c-x", env=[]), "Pod/web-5c-x"),
    "a container of another name": (container("web-5c-x", name="x"), "Pod/web-5c-x"),
}  # fmt: skip


@pytest.mark.parametrize("name", HIDES)
def test_a_reference_that_cannot_be_true_hides_nothing(name: str) -> None:
    change, where = HIDES[name]
    assert where in judged(change)


RUNS_NOTHING_ELSE: dict[str, Change] = {
    "an old ReplicaSet": lambda made: made["web-5c"]["spec"].update(replicas=0, template={"spec": {"containers": []}}),
    "a finished Job of an older schedule": lambda made: (
        made["cron-1"].update(status={"conditions": [{"type": "Complete", "status": "True"}]}),
        made["cron-1"]["spec"].update(template={"spec": {"containers": []}}),
        made["cron-1-x"].update(status={"phase": "Succeeded"}),
    ),
    "rights that admission takes away": container(
        "web-5c-x",
        securityContext={
            "runAsUser": 1000,
            "runAsNonRoot": True,
            "allowPrivilegeEscalation": False,
            "seccompProfile": {"type": "RuntimeDefault"},
            "capabilities": {"drop": ["ALL"]},
        },
    ),
    "an image from another registry": container("web-5c-x", image="mirror.nl/web@sha256:" + "a" * 64),
}


@pytest.mark.parametrize("name", RUNS_NOTHING_ELSE)
def test_what_runs_nothing_else_is_not_judged_twice(name: str) -> None:
    extra = {"Pod/web-5c-x"} if name == "an old ReplicaSet" else set()
    assert judged(RUNS_NOTHING_ELSE[name]) == HONEST | extra


def test_nothing_in_a_chart_has_been_made_by_anything() -> None:
    found = of_chart(yaml.safe_dump_all(namespace().values()))
    assert {item.where for item in found} == {f"{item['kind']}/{name}" for name, item in namespace().items()}
    assert {item.name for item in found.bare_pods} == {"web-5c-x", "cron-1-x"}


# What a custom resource keeps of earlier revisions

OPERATORS = {
    "Argo": ("ReplicaSet", "apps/v1", "Rollout", "argoproj.io/v1alpha1"),
    "Knative": ("Deployment", "apps/v1", "Revision", "serving.knative.dev/v1"),
    "OpenShift": ("ReplicationController", "v1", "DeploymentConfig", "apps.openshift.io/v1"),
    "OpenKruise": ("StatefulSet", "apps/v1", "UnitedDeployment", "apps.kruise.io/v1alpha1"),
}


def of_operator(name: str, replicas: int, **owner: object) -> Document:
    kind, api_version, by, by_version = OPERATORS[name]
    reference = {"apiVersion": by_version, "kind": by, "name": "shop", "uid": "o1", "controller": True, **owner}
    return {
        "apiVersion": api_version,
        "kind": kind,
        "metadata": {"name": "shop-1", "uid": "s1", "ownerReferences": [reference]},
        "spec": {"replicas": replicas, "template": TEMPLATE},
    }


def seen(*documents: Document) -> set[str]:
    return {item.where for item in Workloads(Objects.of_live(live(yaml.safe_dump_all(copy.deepcopy(list(documents))))))}


@pytest.mark.parametrize("name", OPERATORS)
def test_a_revision_that_runs_nothing_is_not_judged(name: str) -> None:
    where = f"{OPERATORS[name][0]}/shop-1"
    assert seen(of_operator(name, 0)) == set()
    # What runs is judged, and so is what nothing else than Kubernetes scales.
    assert seen(of_operator(name, 2)) == {where}
    assert seen(of_operator(name, 0, controller=False)) == {where}
    assert seen(of_operator(name, 0, apiVersion="apps/v1", kind="Deployment")) == {where}


@pytest.mark.parametrize("name", ["Argo", "OpenShift"])
def test_a_pod_that_is_left_of_such_a_revision_is_judged_by_itself(name: str) -> None:
    revision = of_operator(name, 0)
    pod: Document = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "shop-1-x", "uid": "p1"}}
    pod["metadata"] |= {"labels": {"app": "web"}, "ownerReferences": owned(revision["kind"], "shop-1", "s1")}
    pod["metadata"]["ownerReferences"][0]["apiVersion"] = revision["apiVersion"]
    pod["spec"] = TEMPLATE["spec"]
    assert seen(revision, pod) == {"Pod/shop-1-x"}
    pod["status"] = {"phase": "Succeeded"}
    assert seen(revision, pod) == set()


def test_a_pod_of_a_deployment_that_a_revision_keeps_at_none_is_judged_by_itself() -> None:
    deployment = of_operator("Knative", 0)
    replicas: Document = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "spec": {"replicas": 0, "template": TEMPLATE}}
    replicas["metadata"] = {"name": "shop-1-5c", "uid": "r1", "ownerReferences": owned("Deployment", "shop-1", "s1")}
    pod: Document = {"apiVersion": "v1", "kind": "Pod", "spec": TEMPLATE["spec"]}
    pod["metadata"] = {"name": "shop-1-5c-x", "labels": {"app": "web"}}
    pod["metadata"]["ownerReferences"] = owned("ReplicaSet", "shop-1-5c", "r1")
    assert seen(deployment, replicas) == set()
    assert seen(deployment, replicas, pod) == {"Pod/shop-1-5c-x"}


@pytest.mark.parametrize(
    ("kind", "api_version", "status"),
    [
        ("Pod", "v1", {"phase": "Succeeded"}),
        ("Pod", "v1", {"phase": "Failed"}),
        ("Job", "batch/v1", {"conditions": [{"type": "Complete", "status": "True"}]}),
    ],
)
def test_what_a_custom_resource_ran_and_has_ended_is_not_judged(kind: str, api_version: str, status: Document) -> None:
    owner = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow", "name": "w", "uid": "o1", "controller": True}
    item: Document = {"apiVersion": api_version, "kind": kind, "metadata": {"name": "w-1", "ownerReferences": [owner]}}
    item["spec"] = TEMPLATE["spec"] if kind == "Pod" else {"template": TEMPLATE}
    assert seen(item) == {f"{kind}/w-1"}
    assert seen({**item, "status": status}) == set()
    # Nobody else's: what ran by itself was the component's.
    alone = {**item, "metadata": {"name": "w-1"}, "status": status}
    assert seen(alone) == {f"{kind}/w-1"}
