"""A whole audit of what runs: pytest on a real namespace, on a snapshot of it, and with the rights that are shipped."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from control_plane import ControlPlane

ROOT = Path(__file__).parents[2]
CHART = ROOT / "targets/voorbeeld/chart"
NAMESPACE = "voorbeeld"
TARGET = """\
name: live
supplier: Voorbeeld Software BV
component: Meldingen
gate: 1
profiles: [haven]
parts:
  namespace: {{environment: production, namespace: voorbeeld, {source}}}
"""
LACKING = {
    "DDC-1.4-05": "Helm installed it, not Flux",
    "DDC-7.4-01": "no metrics are served, so the autoscaler cannot read any",
    "DDC-7.11-01": "no policy of the platform shuts the whole namespace",
}
"""What this bare control plane does not have, and a municipality's cluster does."""


@pytest.fixture(scope="module")
def installed(control_plane: ControlPlane) -> Iterator[ControlPlane]:
    control_plane.apply_crds()
    values = [ROOT / "targets/voorbeeld/values/productie.yaml"]
    control_plane.storage("gemeente-bestanden", "bestanden.gemeente.example")
    control_plane.install(CHART, values, release="voorbeeld", namespace=NAMESPACE)
    control_plane.unseal(NAMESPACE)
    control_plane.wait_for_pods(NAMESPACE, "app.kubernetes.io/component=web", 3)
    control_plane.wait_for_pods(NAMESPACE, "app.kubernetes.io/component=worker", 2)
    judged = "--for=jsonpath={.status.conditions[?(@.type=='ScalingActive')].status}=False"
    scalers = ("hpa/voorbeeld-web", "hpa/voorbeeld-worker", f"--namespace={NAMESPACE}")
    control_plane.kubectl("wait", judged, *scalers, "--timeout=90s")
    yield control_plane
    control_plane.kubectl("delete", "namespace", NAMESPACE, "--timeout=90s")


def audited(folder: Path, source: str) -> dict[str, Any]:
    """Audit a namespace as a person would. Returns the results."""
    folder.mkdir(parents=True)
    (folder / "target.yaml").write_text(TARGET.format(source=source), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--target={folder}", "--lang=en"]
    done = subprocess.run(
        [*command, f"--reports={folder / 'reports'}"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    found: dict[str, Any] = json.loads((folder / "reports/live/latest/results.json").read_text())
    return found


def verdicts(report: dict[str, Any]) -> dict[str, str]:
    return {result["requirement"]: result["verdict"] for result in report["results"]}


@pytest.fixture(scope="module")
def live(installed: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return audited(tmp_path_factory.mktemp("live") / "target", f"kubeconfig: {installed.kubeconfig}")


def test_what_runs_is_judged(live: dict[str, Any]) -> None:
    found = verdicts(live)
    assert {result["part"] for result in live["results"]} == {"namespace"}
    assert found["DDC-7.2-13"] in ("pass", "undetermined")
    assert found["DDC-1.3-11"] == "pass"
    assert {id_ for id_, verdict in found.items() if verdict == "fail"} == LACKING.keys()
    assert sum(verdict == "pass" for verdict in found.values()) >= 25


def test_a_snapshot_says_the_same(installed: ControlPlane, live: dict[str, Any], tmp_path: Path) -> None:
    command = [str(Path(sys.executable).with_name("toetskader")), "snapshot", str(tmp_path / "snapshot")]
    options = [f"--namespace={NAMESPACE}", "--environment=production", f"--kubeconfig={installed.kubeconfig}"]
    done = subprocess.run([*command, *options], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert verdicts(audited(tmp_path / "target", f"snapshot: {tmp_path / 'snapshot'}")) == verdicts(live)
