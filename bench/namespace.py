"""A namespace of a thousand pods and five thousand objects on a real API server: collected, and every judgement asked.

Objects are made straight through the API, pods with the status of one that runs; nothing runs them, so that what is
measured is the reading. Logs are apart: they take a request a container.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import urllib3

from bench.chart import Figures
from bench.process import ROOT, run_pytest
from toetskader.collect.kubernetes.client import ApiServer
from toetskader.collect.kubernetes.kubeconfig import read_kubeconfig

if TYPE_CHECKING:
    from control_plane import ControlPlane

NAMESPACE = "meting"
_PODS_PER_WORKLOAD = 10
_TARGET = """\
name: meting
supplier: Meting BV
component: Meting
gate: 4
profiles: [haven]
parts:
  namespace: {{environment: test, namespace: {namespace}, kubeconfig: {kubeconfig}}}
"""

Document = dict[str, Any]


def measure_namespace(pods: int = 1_000, objects: int = 5_000) -> Figures:
    """Measure a namespace on a control plane that is started for it; nothing to measure where there is none.

    Parameters: `objects`, how many there are in all, `pods` among them.
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
        started = time.perf_counter()
        number = fill(running.kubeconfig, pods, objects)
        figures = [(f"{number} objecten gemaakt, waarvan {pods} pods", f"{time.perf_counter() - started:.0f} s")]
        figures += _measured(running, "alleen soorten van Kubernetes zelf")
        running.apply_crds()
        kinds = len(running.get("crd")["items"])
        return figures + list(_measured(running, f"en {kinds} soorten van toevoegingen"))


def _measured(running: "ControlPlane", which: str) -> Iterator[tuple[str, str]]:
    """Audit the namespace as a person would, and yield the figures of the whole run."""
    user = f"meter-{len(which)}"
    kubeconfig = running.user(user, ["system:masters"])
    with tempfile.TemporaryDirectory(prefix="toetskader-bench-") as name:
        target = Path(name, "target.yaml")
        target.write_text(_TARGET.format(namespace=NAMESPACE, kubeconfig=kubeconfig), encoding="utf-8")
        run = run_pytest(Path(name, "reports"), f"--target={target}")
        live = json.loads((run.folder / "evidence/meting/live.test.json").read_bytes())
    events = running.audit(user)
    asked = [event.get("objectRef", {}) for event in events if event["stage"] == "ResponseComplete"]
    requests = sum(reference.get("subresource") != "log" for reference in asked)
    seen = Counter(item["document"]["kind"] for item in live["objects"])
    verdicts = Counter(result["verdict"] for result in run.results["results"])
    yield f"{which}: gezien", f"{seen.total()} objecten, {seen['Pod']} pods"
    yield "  hele run: verzamelen, oordelen, rapport (doel ≤ 8 s)", f"{run.seconds:.1f} s"
    yield "  verzoeken aan de API-server, logs niet meegeteld (doel ≤ 25)", str(requests)
    yield "  verzoeken om logs", str(len(asked) - requests)
    yield "  hoogste geheugen (doel ≤ 400 MB)", f"{run.peak_mb:.0f} MB"
    yield "  oordelen", ", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items()))
    missing = [item["plural"] for item in live["lists"] if not item.get("complete", True) and not item.get("left_out")]
    yield "  soorten die niet volledig gezien zijn", ", ".join(missing) or "geen"


def fill(kubeconfig: Path, pods: int, objects: int) -> int:
    """Make the objects of a large namespace through the API, and return how many there are.

    Parameters: `objects`, all together, `pods` among them.
    """
    access = read_kubeconfig(kubeconfig, None)
    with ApiServer(access, deadline_s=1200) as server:
        pool, headers = server._connected()
        workloads = max(pods // _PODS_PER_WORKLOAD, 1)
        # Owners first: the others name their uid.
        owners = dict(_made(pool, access.server, headers, _owners(workloads)))
        rest = _rest(pods, objects - pods - workloads, owners)
        return len(owners) + sum(1 for _ in _made(pool, access.server, headers, rest))


def _made(
    pool: urllib3.PoolManager, server: str, headers: dict[str, str], documents: Iterator[tuple[str, Document]]
) -> Iterator[tuple[str, str]]:
    """Make objects, and yield the name and uid of each."""

    def make(given: tuple[str, Document]) -> tuple[str, str]:
        path, document = given
        read = send("POST", path, document)
        name = read["metadata"]["name"]
        if "status" in document:
            send("PATCH", f"{path}/{name}/status", {"status": document["status"]})
        return f"{document['kind']}/{name}", read["metadata"]["uid"]

    def send(method: str, path: str, document: Document) -> Document:
        answer = pool.request(
            method,
            f"{server}{path}",
            body=json.dumps(document),
            headers={**headers, "Content-Type": f"application/{'merge-patch+' if method == 'PATCH' else ''}json"},
        )
        if answer.status not in (200, 201):
            raise RuntimeError(f"{path}: {answer.status} {answer.data[:300]!r}")
        read: Document = json.loads(answer.data)
        return read

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
        yield _path("api/v1", "pods"), {**document, "spec": spec, "status": _status(app)}
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


def _status(index: int) -> Document:
    began = "2026-01-01T00:00:00Z"
    conditions = ("Initialized", "Ready", "ContainersReady", "PodScheduled")
    container: Document = {"name": "app", "ready": True, "started": True, "restartCount": 0}
    container |= {"image": f"registry.example/app-{index}:1.2.3", "containerID": f"containerd://{index:064x}"}
    container |= {"imageID": f"registry.example/app-{index}@sha256:{index:064x}"}
    container |= {"state": {"running": {"startedAt": began}}, "lastState": {}}
    return {
        "phase": "Running",
        "startTime": began,
        "conditions": [{"type": name, "status": "True", "lastTransitionTime": began} for name in conditions],
        "containerStatuses": [container],
    }


_CONFIGURATION = """\
server: {{port: 8080, name: app-{index}}}
logging: {{level: info}}
datasource:
  url: jdbc:postgresql://database:5432/app{index}
  username: app
  password: ${{DATABASE_PASSWORD}}
"""


def main() -> None:
    """Measure a namespace of another size by hand."""
    parser = argparse.ArgumentParser(prog="python -m bench.namespace", description=__doc__)
    parser.add_argument("--pods", type=int, default=1_000)
    parser.add_argument("--objects", type=int, default=5_000, help="all together, pods among them (default: 5000)")
    options = parser.parse_args()
    for label, value in measure_namespace(options.pods, options.objects):
        print(f"{label:<66} {value}", flush=True)


if __name__ == "__main__":
    main()
