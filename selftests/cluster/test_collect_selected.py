"""A run asks for what its requirements read: no other kinds, and a later replay is told which those were."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from control_plane import ControlPlane
from run_folders import newest_run

ROOT = Path(__file__).parents[2]
TARGET = """\
name: gekozen
supplier: Acme BV
component: Zaken
gate: 1
profiles: [haven]
parts:
  namespace: {{environment: test, namespace: {namespace}, kubeconfig: {kubeconfig}}}
"""
OBJECTS = """
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {containers: [{name: web, image: "registry.example/web:1.0.0", securityContext: {runAsUser: 1000}}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}], type: NodePort}
"""
NOT_ROOT, NO_LOAD_BALANCER = "DDC-7.2-13", "DDC-1.3-11"


def audited(folder: Path, *options: str) -> dict[str, dict[str, Any]]:
    """Audit as a person would. Returns the results by requirement."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--lang=en", *options]
    done = subprocess.run(
        [*command, f"--reports={folder / 'reports'}"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    found = json.loads((newest_run(folder / "reports") / "results.json").read_text())
    return {result["requirement"]: result for result in found["results"]}


@pytest.fixture
def filled(control_plane: ControlPlane, namespace: str) -> str:
    control_plane.apply(OBJECTS, namespace=namespace)
    control_plane.wait_for_pods(namespace)
    return namespace


def test_a_run_of_one_requirement_leaves_other_kinds_alone(
    control_plane: ControlPlane, filled: str, tmp_path: Path
) -> None:
    reader = control_plane.user("een-eis", ["system:masters"])
    (tmp_path / "target.yaml").write_text(TARGET.format(namespace=filled, kubeconfig=reader), encoding="utf-8")
    before = len(control_plane.audit("een-eis"))
    first = audited(tmp_path, f"--target={tmp_path / 'target.yaml'}", f"-k={NOT_ROOT}")
    events = control_plane.audit("een-eis")[before:]
    assert first.keys() == {NOT_ROOT}
    assert first[NOT_ROOT]["verdict"] == "pass"
    listed = {event["objectRef"]["resource"] for event in events if event["verb"] == "list"}
    assert "pods" in listed
    assert not listed & {"services", "configmaps", "secrets", "ingresses", "networkpolicies", "roles"}

    evidence = newest_run(tmp_path / "reports") / "evidence"
    again = audited(tmp_path / "again", f"--replay={evidence}", f"-k={NOT_ROOT} or {NO_LOAD_BALANCER}")
    assert again[NOT_ROOT]["verdict"] == "pass"
    assert again[NO_LOAD_BALANCER]["verdict"] == "undetermined"
    assert "services was not asked for" in again[NO_LOAD_BALANCER]["reason"]
    assert "without --replay" in again[NO_LOAD_BALANCER]["reason"]

    both = audited(tmp_path / "both", f"--target={tmp_path / 'target.yaml'}", f"-k={NOT_ROOT} or {NO_LOAD_BALANCER}")
    assert {id_: result["verdict"] for id_, result in both.items()} == {NOT_ROOT: "pass", NO_LOAD_BALANCER: "fail"}
