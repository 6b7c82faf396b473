"""A whole audit of a chart and the namespace it runs in: what was agreed, what runs, and the evidence of both."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from control_plane import ControlPlane
from run_folders import newest_run

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "targets/voorbeeld"
NAMESPACE = "overeengekomen"
WORKER = "deployment/voorbeeld-worker"
PRODUCTION = "production"
REQUIREMENT = "DDC-7.9-12"
TARGET = """\
name: meldingen
supplier: Voorbeeld Software BV
component: Meldingen
gate: 2
profiles: [haven]
parts:
  chart:
    source: {chart}
    release: voorbeeld
    namespace: voorbeeld
    kubernetes: "1.35"
    values:
      standaard: []
      productie: [{values}]
  namespace: {{environment: {environment}, namespace: overeengekomen, {values_of}{source}}}
"""


@pytest.fixture(scope="module")
def installed(control_plane: ControlPlane) -> Iterator[ControlPlane]:
    control_plane.apply_crds()
    control_plane.storage("gemeente-bestanden", "bestanden.gemeente.example")
    control_plane.install(
        GOLDEN / "chart", [GOLDEN / "values/productie.yaml"], release="voorbeeld", namespace=NAMESPACE
    )
    control_plane.unseal(NAMESPACE)
    control_plane.wait_for_pods(NAMESPACE, "app.kubernetes.io/component=web", 3)
    control_plane.wait_for_pods(NAMESPACE, "app.kubernetes.io/component=worker", 2)
    yield control_plane
    control_plane.kubectl("delete", "namespace", NAMESPACE, "--wait=false")


@pytest.fixture
def drifted(installed: ControlPlane) -> Iterator[ControlPlane]:
    """The same, with a variable that somebody set by hand."""
    installed.kubectl("set", "env", WORKER, "MET_DE_HAND=1", f"--namespace={NAMESPACE}")
    yield installed
    installed.kubectl("set", "env", WORKER, "MET_DE_HAND-", f"--namespace={NAMESPACE}")


def target(folder: Path, source: str, *, values_of: str = "values: productie, ", environment: str = PRODUCTION) -> str:
    """Write a target. Returns the option that names it."""
    folder.mkdir(parents=True, exist_ok=True)
    text = TARGET.format(
        chart=GOLDEN / "chart",
        values=GOLDEN / "values/productie.yaml",
        environment=environment,
        values_of=values_of,
        source=source,
    )
    (folder / "target.yaml").write_text(text, encoding="utf-8")
    return f"--target={folder}"


def audited(folder: Path, option: str) -> tuple[int, dict[str, Any]]:
    """Run an audit of drift alone, as a person would. Returns its exit code and results."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "drift", "--lang=en", option]
    done = subprocess.run(
        [*command, f"--reports={folder / 'reports'}"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    results = newest_run(folder / "reports") / "results.json"
    assert results.exists(), done.stdout + done.stderr
    return done.returncode, json.loads(results.read_text())


def verdict(found: tuple[int, dict[str, Any]]) -> tuple[int, str, list[str]]:
    """Return exit code, verdict and the places found."""
    code, report = found
    (result,) = [item for item in report["results"] if item["requirement"] == REQUIREMENT]
    assert result["part"] == "release"
    return code, result["verdict"], [f"{item['where']} {item['path']}" for item in result["findings"]]


def test_what_was_delivered_runs(installed: ControlPlane, tmp_path: Path) -> None:
    option = target(tmp_path, f"kubeconfig: {installed.kubeconfig}")
    assert verdict(audited(tmp_path, option)) == (0, "pass", [])


def test_drift_fails_the_run_with_its_place_and_so_do_its_evidence_and_a_snapshot(
    drifted: ControlPlane, tmp_path: Path
) -> None:
    place = "Deployment/voorbeeld-worker spec.template.spec.containers[worker].env[MET_DE_HAND]"
    option = target(tmp_path, f"kubeconfig: {drifted.kubeconfig}")
    assert verdict(audited(tmp_path, option)) == (1, "fail", [place])
    evidence = newest_run(tmp_path / "reports") / "evidence"
    assert verdict(audited(tmp_path / "again", f"--replay={evidence.resolve()}")) == (1, "fail", [place])
    command = [str(Path(sys.executable).with_name("toetskader")), "snapshot", str(tmp_path / "snapshot")]
    options = [f"--namespace={NAMESPACE}", "--environment=production", f"--kubeconfig={drifted.kubeconfig}"]
    subprocess.run([*command, *options], cwd=ROOT, capture_output=True, text=True, check=True)
    option = target(tmp_path / "handed-over", f"snapshot: {tmp_path / 'snapshot'}")
    assert verdict(audited(tmp_path / "handed-over", option)) == (1, "fail", [place])


def test_without_values_set_nothing_is_said_but_what_to_fill_in(installed: ControlPlane, tmp_path: Path) -> None:
    option = target(tmp_path, f"kubeconfig: {installed.kubeconfig}", values_of="")
    code, report = audited(tmp_path, option)
    assert verdict((code, report)) == (1, "undetermined", [])
    (result,) = [item for item in report["results"] if item["requirement"] == REQUIREMENT]
    assert "put 'values' at that namespace, one of: standaard, productie." in result["reason"]


def test_the_test_environment_may_differ(installed: ControlPlane, tmp_path: Path) -> None:
    option = target(tmp_path, f"kubeconfig: {installed.kubeconfig}", environment="test")
    _, report = audited(tmp_path, option)
    left_out = {item["requirement"]: item["reason"] for item in report["targets"][0]["not_looked_at"]}
    assert left_out[REQUIREMENT] == "the target names no environment: acceptance, production"


def test_another_name_of_the_release_is_asked_for(installed: ControlPlane, tmp_path: Path) -> None:
    option = target(
        tmp_path, f"kubeconfig: {installed.kubeconfig}", values_of="values: productie, release: meldingen, "
    )
    code, report = audited(tmp_path, option)
    assert verdict((code, report)) == (1, "undetermined", [])
    (result,) = [item for item in report["results"] if item["requirement"] == REQUIREMENT]
    assert "holds nothing of release meldingen, but of voorbeeld" in result["reason"]
