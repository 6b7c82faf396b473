"""A namespace of a real control plane, collected: what is there, what is refused, and nothing that is secret."""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from control_plane import ControlPlane
from pod_network import Answer

from toetskader.collect.kubernetes.collector import KINDS, NamespaceCollector, write_snapshot
from toetskader.collect.kubernetes.resources import RESOURCES, Resource
from toetskader.core.failure import Reason
from toetskader.facts.attempt import NotSeen, Unseen
from toetskader.facts.kubernetes.live import Inside, Live, Logs, Metrics
from toetskader.facts.kubernetes.objects import Objects
from toetskader.facts.kubernetes.pods import LivePods
from toetskader.facts.kubernetes.workloads import Workloads
from toetskader.kinds.namespace.part import NamespaceEntry

PASSWORD = "Zw4arT-g3heim-en-lang-77"
TOKEN = "ghp_" + "aZ09" * 9
OBJECTS = f"""
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web, labels: {{app: web}}}}
spec:
  replicas: 2
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
      containers:
      - name: web
        image: registry.example/web:1.0.0
        ports: [{{name: metrics, containerPort: 9090}}]
        env: [{{name: DB_PASSWORD, value: {PASSWORD}}}, {{name: LOG_LEVEL, value: info}}]
---
apiVersion: v1
kind: Service
metadata: {{name: web}}
spec: {{selector: {{app: web}}, ports: [{{name: http, port: 80, targetPort: 9090}}]}}
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: instellingen}}
data: {{app.yaml: "token: {TOKEN}\\nlog: info\\n", url: "postgresql://app:{PASSWORD}@db/app"}}
---
apiVersion: v1
kind: Secret
metadata: {{name: wachtwoord}}
type: kubernetes.io/basic-auth
stringData: {{username: app, password: {PASSWORD}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: dicht}}
spec: {{podSelector: {{}}, policyTypes: [Ingress, Egress]}}
---
apiVersion: v1
kind: Pod
metadata: {{name: los, labels: {{app: los}}}}
spec: {{containers: [{{name: los, image: "registry.example/los:1.0.0"}}]}}
"""


def entry(kubeconfig: Path, namespace: str, **more: Any) -> NamespaceEntry:
    return NamespaceEntry(environment="test", namespace=namespace, kubeconfig=kubeconfig, **more)


def live_of(kubeconfig: Path, namespace: str, **more: Any) -> Live:
    found = NamespaceCollector(entry(kubeconfig, namespace, **more)).collect(frozenset({"live"}))["live"]
    assert isinstance(found, Live), found
    return found


def refused(kubeconfig: Path, namespace: str) -> NotSeen:
    found = NamespaceCollector(entry(kubeconfig, namespace)).collect(frozenset({"live", "logs"}))
    assert found["live"] == found["logs"]
    assert isinstance(found["live"], NotSeen), found
    return found["live"]


@pytest.fixture
def filled(control_plane: ControlPlane, namespace: str) -> str:
    control_plane.apply(OBJECTS, namespace=namespace)
    control_plane.wait_for_pods(namespace, count=3)
    return namespace


def test_a_namespace_is_seen_whole_and_without_its_secrets(control_plane: ControlPlane, filled: str) -> None:
    live = live_of(control_plane.kubeconfig, filled)
    written = msgspec.json.encode(live)
    for secret in (PASSWORD, TOKEN):
        assert secret.encode() not in written
        assert base64.b64encode(secret.encode()) not in written
    assert live.kubernetes.startswith("v1.")
    assert msgspec.json.decode(written, type=Live) == live
    objects = Objects.of_live(live)
    assert [item.where for item in Workloads(objects)] == ["Deployment/web", "Pod/los"]
    pods = LivePods(objects, Workloads(objects))
    assert len(pods.by_workload["Deployment/web"]) == 2
    assert all(pod.is_running and pod.is_ready for pod in pods)
    assert [item.name for item in objects.of_kind("NetworkPolicy")] == ["dicht"]
    assert all("managedFields" not in item.document["metadata"] for item in live.objects)
    assert all(item.complete for item in live.lists), [item for item in live.lists if not item.complete]


def test_of_a_secret_its_metadata_and_type_are_seen(control_plane: ControlPlane, filled: str) -> None:
    objects = Objects.of_live(live_of(control_plane.kubeconfig, filled))
    (secret,) = objects.of_kind("Secret", group="")
    assert set(secret.document) == {"apiVersion", "kind", "metadata", "type"}
    assert secret.document["type"] == "kubernetes.io/basic-auth"
    assert "kubectl.kubernetes.io/last-applied-configuration" not in secret.annotations


def test_one_list_per_kind_and_nothing_is_written(control_plane: ControlPlane, filled: str) -> None:
    reader = control_plane.user("kijker", ["system:masters"])
    before = len(control_plane.audit("kijker"))
    collector = NamespaceCollector(entry(reader, filled, users=("ontwikkelaar",)))
    found = collector.collect(frozenset(KINDS))
    events = control_plane.audit("kijker")[before:]
    assert len(events) >= collector.requests > 0
    writes = [event for event in events if event["verb"] not in ("get", "list")]
    assert {event["objectRef"]["resource"] for event in writes} <= {"subjectaccessreviews"}
    lists = [
        (event["objectRef"]["resource"], event["objectRef"].get("apiGroup", ""))
        for event in events
        if event["verb"] == "list" and event["objectRef"].get("namespace") == filled
    ]
    assert len([item for item in lists if item[0] == "pods" and item[1] == ""]) == 1
    live = found["live"]
    assert isinstance(live, Live)
    assert live.requests <= 25 + sum(item.served and "." in item.group for item in live.lists if item.requests)


def test_a_namespace_that_does_not_exist_is_said_so_with_near_names(control_plane: ControlPlane, filled: str) -> None:
    missing = refused(control_plane.kubeconfig, filled[:-1])
    assert missing.reason is Reason.REFUSED_INPUT
    assert filled in missing.message.en
    may_not_list = refused(control_plane.user("niemand"), filled)
    assert may_not_list.reason is Reason.DENIED


ADD_ONS = (
    {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "data"}, "spec": {
        "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}, "storageClassName": "geen"}},
    {"apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization", "metadata": {"name": "zaken"}, "spec": {
        "interval": "5m", "prune": True, "sourceRef": {"kind": "GitRepository", "name": "zaken"}}},
)  # fmt: skip
"""Objects without which some kinds are not asked for: volumes and classes of storage, sources of Flux."""


def role_of(kind: str, name: str, resources: list[Resource]) -> dict[str, Any]:
    rules = [{"apiGroups": [item.group], "resources": [item.plural], "verbs": ["list"]} for item in resources]
    metadata = {"name": name}
    return {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": metadata, "rules": rules}


def binding_of(kind: str, name: str, user: str) -> dict[str, Any]:
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": f"{kind}Binding",
        "metadata": {"name": name},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": user}],
    }


def test_each_kind_refused_in_turn_is_that_kind_alone(control_plane: ControlPlane, filled: str) -> None:
    """Every kind that is served here, of add-ons and of the whole cluster too."""
    control_plane.apply_crds()
    control_plane.apply(*ADD_ONS, namespace=filled)
    asked = {(item.kind, item.group) for item in live_of(control_plane.kubeconfig, filled).lists if item.requests}
    kinds = [item for item in RESOURCES if item.key in asked]
    assert len(kinds) > 30
    name = f"lezer-{filled}"
    user = control_plane.user(name)
    where = {"Role": [item for item in kinds if item.namespaced]}
    where["ClusterRole"] = [item for item in kinds if not item.namespaced]
    for kind, resources in where.items():
        control_plane.apply(role_of(kind, name, resources), binding_of(kind, name, name), namespace=filled)
    try:
        assert [item.kind for item in live_of(user, filled).lists if not item.complete] == []
        for resource in kinds:
            kind = "Role" if resource.namespaced else "ClusterRole"
            control_plane.apply(
                role_of(kind, name, [item for item in where[kind] if item != resource]), namespace=filled
            )
            live = live_of(user, filled)
            refused = {(item.kind, item.group) for item in live.lists if item.denied}
            through = {("Endpoints", "")} if resource.kind == "EndpointSlice" else set()
            assert refused == {resource.key} | through, resource
            objects = Objects.of_live(live)
            with pytest.raises(Unseen, match=resource.plural):
                objects.of_kind(resource.kind, group=resource.group)
            if resource.kind != "NetworkPolicy":
                assert [item.name for item in objects.of_kind("NetworkPolicy", group="networking.k8s.io")] == ["dicht"]
            control_plane.apply(role_of(kind, name, where[kind]), namespace=filled)
    finally:
        control_plane.kubectl("delete", "clusterrole,clusterrolebinding", name)


def test_logs_are_judged_and_not_kept(control_plane: ControlPlane, filled: str) -> None:
    lines = [
        json.dumps({"level": "info", "time": "2026-01-01T10:00:00Z", "message": "burger 999993653"}),
        "zomaar een regel van J. Jansen",
    ]
    control_plane.says(filled, lines)
    found = NamespaceCollector(entry(control_plane.kubeconfig, filled)).collect(frozenset({"logs"}))
    logs = found["logs"]
    assert isinstance(logs, Logs), logs
    assert set(found) == {"logs"}
    assert {tail.workload for tail in logs.tails} == {"Deployment/web", "Pod/los"}
    for tail in logs.tails:
        assert (tail.lines, tail.json, tail.levels, tail.utc, tail.failure) == (2, 1, 1, 1, None)
    written = msgspec.json.encode(logs)
    assert b"Jansen" not in written
    assert b"999993653" not in written


METRICS = """# HELP http_requests_total Requests.
# TYPE http_requests_total counter
http_requests_total{code="200",user="jansen"} 5
# TYPE process_open_fds gauge
process_open_fds 12
"""


def test_metrics_are_read_through_the_proxy(control_plane: ControlPlane, filled: str) -> None:
    with control_plane.answers(filled, "app=web", 9090, {"/metrics": Answer(METRICS)}) as requests:
        found = NamespaceCollector(entry(control_plane.kubeconfig, filled)).collect(frozenset({"metrics"}))
    metrics = found["metrics"]
    assert isinstance(metrics, Metrics), metrics
    assert requests == ["/metrics"]
    (page,) = metrics.pages
    assert (page.status, page.workload, page.failure) == (200, "Deployment/web", None)
    assert [(family.name, family.type) for family in page.families] == [
        ("http_requests", "counter"),
        ("process_open_fds", "gauge"),
    ]
    assert b"jansen" not in msgspec.json.encode(metrics)
    assert metrics.without == ("Pod/los",)
    with control_plane.answers(filled, "app=web", 9090, {"/metrics": Answer(METRICS)}):
        collector = NamespaceCollector(entry(control_plane.kubeconfig, filled), only=frozenset())
        nothing_else = collector.collect(frozenset({"metrics", "logs"}))
    assert isinstance(nothing_else["metrics"], Metrics)
    assert nothing_else["metrics"].pages == metrics.pages
    assert nothing_else["metrics"].without == metrics.without
    assert isinstance(nothing_else["logs"], Logs)
    assert {tail.workload for tail in nothing_else["logs"].tails} == {"Deployment/web", "Pod/los"}
    away = NamespaceCollector(entry(control_plane.kubeconfig, filled)).collect(frozenset({"metrics"}))["metrics"]
    assert isinstance(away, Metrics)
    assert away.pages[0].failure is not None


def test_containers_are_entered_only_when_that_is_asked(
    control_plane: ControlPlane, filled: str, tmp_path: Path
) -> None:
    control_plane.enters(filled, folder=tmp_path)
    closed = NamespaceCollector(entry(control_plane.kubeconfig, filled)).collect(frozenset({"inside"}))["inside"]
    assert isinstance(closed, NotSeen)
    assert closed.reason is Reason.NOT_COLLECTED
    opened = NamespaceCollector(entry(control_plane.kubeconfig, filled, exec=True)).collect(frozenset({"inside"}))
    inside = opened["inside"]
    assert isinstance(inside, Inside), inside
    assert {item.workload for item in inside.containers} == {"Deployment/web", "Pod/los"}
    for item in inside.containers:
        assert item.not_seen is None
        assert item.uid is not None
        assert item.read_only_root is not None


def test_a_snapshot_says_what_the_cluster_said(control_plane: ControlPlane, filled: str, tmp_path: Path) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    files = write_snapshot(entry(control_plane.kubeconfig, filled), tmp_path / "momentopname", now=now)
    assert (tmp_path / "momentopname/live.json") in files
    assert all(PASSWORD.encode() not in path.read_bytes() for path in files)
    given = NamespaceEntry(environment="production", namespace=filled, snapshot=tmp_path / "momentopname")
    found = NamespaceCollector(given).collect(frozenset({"live", "logs", "usage"}))
    live, logs = found["live"], found["logs"]
    assert isinstance(live, Live), live
    assert isinstance(logs, Logs)
    assert isinstance(found["usage"], NotSeen)
    assert live.environment == "production"
    assert live.provenance.at == now
    seen = live_of(control_plane.kubeconfig, filled)
    assert {(item.document["kind"], item.document["metadata"]["name"]) for item in live.objects} == {
        (item.document["kind"], item.document["metadata"]["name"]) for item in seen.objects
    }
    other = NamespaceEntry(environment="test", namespace="andere", snapshot=tmp_path / "momentopname")
    assert isinstance(NamespaceCollector(other).collect(frozenset({"live"}))["live"], NotSeen)


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_output_of_kubectl_says_what_the_cluster_said(
    control_plane: ControlPlane, filled: str, tmp_path: Path, form: str
) -> None:
    kinds = "deployments,replicasets,statefulsets,daemonsets,replicationcontrollers,jobs,cronjobs,pods"
    kinds += ",services,configmaps,secrets,networkpolicies"
    path = tmp_path / f"alles.{form}"
    path.write_text(control_plane.kubectl("get", kinds, f"--namespace={filled}", f"--output={form}").stdout)
    given = NamespaceEntry(environment="test", namespace=filled, dumps=(path,))
    live = NamespaceCollector(given).collect(frozenset({"live"}))["live"]
    assert isinstance(live, Live), live
    assert PASSWORD.encode() not in msgspec.json.encode(live)
    assert base64.b64encode(PASSWORD.encode()) not in msgspec.json.encode(live)
    cluster = {
        (item.document["kind"], item.document["metadata"]["name"]): item
        for item in live_of(control_plane.kubeconfig, filled).objects
    }
    for item in live.objects:
        key = item.document["kind"], item.document["metadata"]["name"]
        assert item.document["metadata"] == cluster[key].document["metadata"]
        assert item.document.get("spec") == cluster[key].document.get("spec")
    with pytest.raises(Unseen, match="kubectl get"):
        Objects.of_live(live).of_kind("Ingress")
