"""What a test sees inside a pod, it sees in a container that runs, on a node with a real kubelet."""

import json
import os
from typing import Any

import pytest
from control_plane import ControlPlane, until
from real_node import RealNode

from toetskader.collect.kubernetes.collector import NamespaceCollector
from toetskader.facts.kubernetes.live import Inside, Logs
from toetskader.kinds.namespace.part import NamespaceEntry

STRICT = {
    "runAsNonRoot": True,
    "runAsUser": 10001,
    "runAsGroup": 10001,
    "readOnlyRootFilesystem": True,
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
}
TMP = {"name": "tmp", "emptyDir": {}}


@pytest.fixture
def strict(control_plane: ControlPlane, namespace: str, real_node: RealNode) -> str:
    """The name of a pod that logs a line, writes in /tmp alone, and is ready once it has."""
    container: dict[str, Any] = {
        "command": ["sh", "-c", 'echo \'{"level":"info"}\'; touch /tmp/ready; exec sleep 600'],
        "securityContext": STRICT,
        "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],
        "readinessProbe": {"exec": {"command": ["test", "-e", "/tmp/ready"]}, "periodSeconds": 1},
    }
    control_plane.apply(real_node.pod("strict", container, (TMP,)), namespace=namespace)
    control_plane.wait_for_pods(namespace, "app=strict")
    return "strict"


def test_a_container_logs_and_is_entered(control_plane: ControlPlane, namespace: str, strict: str) -> None:
    where = f"--namespace={namespace}"
    assert control_plane.kubectl("logs", strict, where).stdout == '{"level":"info"}\n'
    run = ["exec", strict, where, "--", "sh", "-c"]
    assert control_plane.kubectl(*run, "id -u; id -g").stdout == "10001\n10001\n"
    assert control_plane.kubectl(*run, "exit 7", check=False).returncode == 7
    assert control_plane.kubectl(*run, "touch /tmp/written && ls /tmp").stdout == "ready\nwritten\n"
    refused = control_plane.kubectl(*run, "touch /bin/written", check=False)
    assert refused.returncode == 1
    assert "Read-only file system" in refused.stderr


def test_a_container_that_ends_is_restarted(control_plane: ControlPlane, namespace: str, real_node: RealNode) -> None:
    container = {"command": ["sh", "-c", "echo over; exit 3"]}
    control_plane.apply(real_node.pod("ends", container), namespace=namespace)

    def ended() -> dict[str, Any]:
        statuses = control_plane.get("pod", "ends", f"--namespace={namespace}")["status"].get("containerStatuses", [{}])
        return statuses[0] if statuses[0].get("restartCount") else {}

    until(lambda: bool(ended().get("lastState", {}).get("terminated")), "it was restarted")
    assert ended()["lastState"]["terminated"]["exitCode"] == 3


def test_a_probe_and_the_api_proxy_ask_a_container(
    control_plane: ControlPlane, namespace: str, real_node: RealNode
) -> None:
    port = 8080
    serve = f"echo 'up 1' > /tmp/metrics; exec httpd -f -p {port} -h /tmp"
    probe = {"httpGet": {"port": port, "path": "/metrics"}, "periodSeconds": 1}
    container = {"command": ["sh", "-c", serve], "readinessProbe": probe, "ports": [{"containerPort": port}]}
    control_plane.apply(real_node.pod("serves", container), namespace=namespace)
    control_plane.wait_for_pods(namespace, "app=serves")
    path = f"/api/v1/namespaces/{namespace}/pods/serves:{port}/proxy"
    assert control_plane.kubectl("get", f"--raw={path}/metrics").stdout == "up 1\n"
    missing = control_plane.kubectl("get", f"--raw={path}/nowhere", check=False)
    assert missing.returncode != 0


def test_the_image_that_runs_has_a_digest(control_plane: ControlPlane, namespace: str, strict: str) -> None:
    status = control_plane.get("pod", strict, f"--namespace={namespace}")["status"]["containerStatuses"][0]
    assert "sha256:" in json.dumps(status["imageID"])


def test_the_collector_sees_a_container_from_within_and_reads_its_log(
    control_plane: ControlPlane,
    namespace: str,
    strict: str,
    real_node: RealNode,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", f"{control_plane.kubectl_binary.parent}{os.pathsep}{os.environ['PATH']}")
    control_plane.apply(real_node.pod("loose", {"command": ["sleep", "600"]}), namespace=namespace)
    control_plane.wait_for_pods(namespace, "app=loose")
    entry = NamespaceEntry(environment="test", namespace=namespace, kubeconfig=control_plane.kubeconfig, exec=True)
    found = NamespaceCollector(entry).collect(frozenset({"inside", "logs"}))
    inside, logs = found["inside"], found["logs"]
    assert isinstance(inside, Inside)
    seen = {item.pod: (item.uid, item.read_only_root, "/" in item.writable) for item in inside.containers}
    assert seen == {strict: (10001, True, False), "loose": (0, False, True)}
    assert "/tmp" in next(item.writable for item in inside.containers if item.pod == strict)
    assert isinstance(logs, Logs)
    (tail,) = (tail for tail in logs.tails if tail.pod == strict)
    assert (tail.lines, tail.json, tail.level_names) == (1, 1, ("info",))
