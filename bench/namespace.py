"""A namespace of a thousand pods and five thousand objects on a real API server: collected, and every judgement asked.

Objects are made straight through the API and nothing runs them, so that what is measured is the reading. Logs are
apart: they take a request a container.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import urllib3

from bench.chart import Figures
from toetskader.collect.kubernetes.client import ApiServer
from toetskader.collect.kubernetes.kubeconfig import read_kubeconfig

ROOT = Path(__file__).parent.parent
NAMESPACE = "meting"
_PODS_PER_WORKLOAD = 10

Document = dict[str, Any]


def measure_namespace(pods: int = 1_000, others: int = 4_000) -> Figures:
    """Measure a namespace on a control plane that is started for it; nothing to measure where there is none.

    Parameters: `pods`, and how many `others` there are of everything else together.
    """
    found = subprocess.run([ROOT / ".ci/control-plane", "--no-build"], capture_output=True, text=True, check=False)
    if found.returncode:
        return [("niet gemeten: er is geen control plane", found.stderr.strip().splitlines()[-1][:60])]
    sys.path.insert(0, str(ROOT / "selftests/cluster"))
    from control_plane import ControlPlane  # noqa: PLC0415 - belongs to the tests

    logs = ROOT / ".cache" / "bench-control-plane"
    logs.mkdir(parents=True, exist_ok=True)
    with ControlPlane(Path(found.stdout.strip()), logs) as running:
        running.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
        running.apply_crds()
        started = time.perf_counter()
        number = fill(running.kubeconfig, pods, others)
        filled = time.perf_counter() - started
        return [
            (f"{number} objecten gemaakt, waarvan {pods} pods", f"{filled:.0f} s"),
            *_measured(running.kubeconfig, pods),
        ]


def _measured(kubeconfig: Path, pods: int) -> Iterator[tuple[str, str]]:
    """Collect and judge in a process of its own, as a run would, and yield its figures."""
    command = [sys.executable, "-m", "bench.namespace", str(kubeconfig)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    figures = json.loads(done.stdout)
    yield "gezien: objecten, pods", f"{figures['objects']}, {figures['pods']} van {pods}"
    yield "verzamelen", f"{figures['collect']:.1f} s"
    yield "oordelen", f"{figures['judge']:.1f} s"
    yield "  samen, met het laden van Python (doel ≤ 8 s)", f"{figures['whole']:.1f} s"
    yield "  verzoeken aan de API-server (doel ≤ 25)", str(figures["requests"])
    yield "  hoogste geheugen (doel ≤ 400 MB)", f"{figures['peak_mb']:.0f} MB"
    yield "  soorten die niet volledig gezien zijn", ", ".join(figures["incomplete"]) or "geen"


def fill(kubeconfig: Path, pods: int, others: int) -> int:
    """Make the objects of a large namespace through the API, and return how many there are."""
    access = read_kubeconfig(kubeconfig, None)
    with ApiServer(access, deadline_s=1200) as server:
        pool, headers = server._connected()
        workloads = max(pods // _PODS_PER_WORKLOAD, 1)
        # Owners first: the others name their uid.
        owners = dict(_made(pool, access.server, headers, _owners(workloads)))
        rest = _rest(pods, others - workloads, owners)
        return len(owners) + sum(1 for _ in _made(pool, access.server, headers, rest))


def _made(
    pool: urllib3.PoolManager, server: str, headers: dict[str, str], documents: Iterator[tuple[str, Document]]
) -> Iterator[tuple[str, str]]:
    """Make objects, and yield the name and uid of each."""

    def make(given: tuple[str, Document]) -> tuple[str, str]:
        path, document = given
        answer = pool.request(
            "POST",
            f"{server}{path}",
            body=json.dumps(document),
            headers={**headers, "Content-Type": "application/json"},
        )
        if answer.status not in (200, 201):
            raise RuntimeError(f"{path}: {answer.status} {answer.data[:300]!r}")
        read = json.loads(answer.data)
        return f"{document['kind']}/{read['metadata']['name']}", read["metadata"]["uid"]

    with ThreadPoolExecutor(4) as workers:
        yield from workers.map(make, documents)


def _path(group: str, plural: str) -> str:
    return f"/{group}/namespaces/{NAMESPACE}/{plural}"


def _owners(workloads: int) -> Iterator[tuple[str, Document]]:
    for index in range(workloads):
        # No replicas: the pods are made here, not by a controller.
        spec = {"replicas": 0, "selector": {"matchLabels": {"app": f"app-{index}"}}, "template": _template(index)}
        head = {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": _metadata(f"app-{index}")}
        yield _path("apis/apps/v1", "statefulsets"), {**head, "spec": {**spec, "serviceName": f"app-{index}"}}


def _rest(pods: int, others: int, owners: dict[str, str]) -> Iterator[tuple[str, Document]]:
    workloads = len(owners)
    for index in range(pods):
        app = index % workloads
        template = _template(app)
        owner: Document = {"apiVersion": "apps/v1", "kind": "StatefulSet", "controller": True}
        owner |= {"name": f"app-{app}", "uid": owners[f"StatefulSet/app-{app}"]}
        metadata = {**_metadata(f"app-{app}-x{index}"), "labels": {**template["metadata"]["labels"], "n": str(index)}}
        # A label of its own and nobody to schedule it: no controller counts it as its own and takes it away.
        metadata["labels"].pop("app")
        spec = {**template["spec"], "schedulerName": "nobody"}
        document = {"apiVersion": "v1", "kind": "Pod", "metadata": {**metadata, "ownerReferences": [owner]}}
        yield _path("api/v1", "pods"), {**document, "spec": spec}
    for index in range(others):
        name = f"object-{index}"
        match index % 8:
            case 0 | 1:
                data = {"application.yaml": _CONFIGURATION.format(index=index), "LOG_LEVEL": "info"}
                yield _path("api/v1", "configmaps"), _document("v1", "ConfigMap", name, data=data)
            case 2 | 3:
                secret = {"password": f"wachtwoord-{index}-zZ9"}
                yield _path("api/v1", "secrets"), _document("v1", "Secret", name, stringData=secret)
            case 4:
                service: Document = {"selector": {"app": f"app-{index % workloads}"}, "clusterIP": "None"}
                service["ports"] = [{"name": "http", "port": 80, "targetPort": 8080}]
                yield _path("api/v1", "services"), _document("v1", "Service", name, spec=service)
            case 5:
                policy = {"podSelector": {"matchLabels": {"app": f"app-{index % workloads}"}}, "ingress": [{}]}
                path = _path("apis/networking.k8s.io/v1", "networkpolicies")
                yield path, _document("networking.k8s.io/v1", "NetworkPolicy", name, spec=policy)
            case 6:
                selector = {"matchLabels": {"app": f"app-{index % workloads}"}}
                template = {**_template(index % workloads)}
                spec = {"replicas": 0, "selector": selector, "template": template}
                yield _path("apis/apps/v1", "replicasets"), _document("apps/v1", "ReplicaSet", name, spec=spec)
            case _:
                yield _path("api/v1", "serviceaccounts"), _document("v1", "ServiceAccount", name)


def _document(api_version: str, kind: str, name: str, **more: Any) -> Document:
    return {"apiVersion": api_version, "kind": kind, "metadata": _metadata(name), **more}


def _metadata(name: str) -> Document:
    labels = {"app.kubernetes.io/part-of": "meting", "app.kubernetes.io/version": "1.2.3"}
    return {"name": name, "labels": labels, "annotations": {"meting.example/beschrijving": "een object om te lezen"}}


def _template(index: int) -> Document:
    probe = {"httpGet": {"path": "/gezond", "port": 8080}, "periodSeconds": 10}
    container = {
        "name": "app",
        "image": f"registry.example/app-{index}:1.2.3@sha256:{index:064x}",
        "env": [
            {"name": "LOG_LEVEL", "value": "info"},
            {"name": "DATABASE_URL", "value": f"postgresql://app@database-{index}:5432/app"},
            {"name": "DATABASE_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "object-2", "key": "password"}}},
        ],
        "ports": [{"name": "http", "containerPort": 8080}],
        "resources": {"requests": {"cpu": "10m", "memory": "64Mi"}, "limits": {"memory": "64Mi"}},
        "livenessProbe": probe,
        "readinessProbe": probe,
        "securityContext": {"runAsNonRoot": True, "readOnlyRootFilesystem": True, "allowPrivilegeEscalation": False},
        "volumeMounts": [{"name": "tijdelijk", "mountPath": "/tmp"}],
    }
    spec = {"containers": [container], "volumes": [{"name": "tijdelijk", "emptyDir": {}}]}
    return {"metadata": {"labels": {"app": f"app-{index}"}}, "spec": spec}


_CONFIGURATION = """\
server: {{port: 8080, name: app-{index}}}
logging: {{level: info}}
datasource:
  url: jdbc:postgresql://database:5432/app{index}
  username: app
  password: ${{DATABASE_PASSWORD}}
"""


def _run(kubeconfig: Path) -> Document:
    """Collect and judge one namespace, and return how that went."""
    from toetskader.collect.kubernetes.collector import NamespaceCollector  # noqa: PLC0415 - loading counts
    from toetskader.facts.kubernetes.live import Live  # noqa: PLC0415
    from toetskader.targets.namespaces import NamespaceEntry  # noqa: PLC0415

    began = time.perf_counter()
    entry = NamespaceEntry(environment="test", namespace=NAMESPACE, kubeconfig=kubeconfig)
    collector = NamespaceCollector(entry)
    live = collector.collect(frozenset({"live"}))["live"]
    collected = time.perf_counter()
    if not isinstance(live, Live):
        raise RuntimeError(repr(live))
    _judge(live)
    judged = time.perf_counter()
    return {
        "objects": len(live.objects),
        "pods": sum(item.document["kind"] == "Pod" for item in live.objects),
        "collect": collected - began,
        "judge": judged - collected,
        "whole": time.perf_counter() - _BEGAN,
        "requests": collector.requests,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "incomplete": [item.resource for item in live.lists if not item.complete],
    }


def _judge(live: Any) -> None:
    """Build what judgements share, and look through all of it once."""
    from toetskader.facts.kubernetes.network_policies import NetworkPolicies  # noqa: PLC0415
    from toetskader.facts.kubernetes.objects import Objects  # noqa: PLC0415
    from toetskader.facts.kubernetes.pods import LivePods  # noqa: PLC0415
    from toetskader.facts.kubernetes.routes import routes  # noqa: PLC0415
    from toetskader.facts.kubernetes.workloads import Workloads  # noqa: PLC0415

    objects = Objects.of_live(live)
    workloads = Workloads(objects)
    pods = LivePods(objects, workloads)
    policies = NetworkPolicies(objects)
    routes(objects)
    for workload in workloads:
        policies.uncovered(workload)
    for pod in pods:
        for state in pod.containers:
            _ = state.restarts, state.container.security.run_as_user.value


_BEGAN = time.perf_counter()

if __name__ == "__main__":
    print(json.dumps(_run(Path(sys.argv[1]))))
