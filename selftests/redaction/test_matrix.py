"""No canary in any output: every place × every form × every file and line that a run writes."""

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from matrix import FORMS, PIN, all_alone, cells, write_target

from toetskader.collect.helm.engine import Helm
from toetskader.collect.helm.protocol import ChartAnswer, Rendered, RenderRequest
from toetskader.collect.kubernetes.hide import without_secrets
from toetskader.core.failure import Failure
from toetskader.facts.redaction import Redaction

ROOT = Path(__file__).parents[2]


def traces(secret: str) -> Iterator[str]:
    """Yield what of a secret must be nowhere, in every form: long enough to be nothing else."""
    data = secret.encode()
    yield from (secret, secret[:10], secret.upper(), secret.lower(), secret[::-1], data.hex(), data.hex().upper())
    yield base64.b32encode(data).decode().rstrip("=")
    for plain in (data, base64.b64encode(data).rstrip(b"=")):
        for shift in range(3):
            written = base64.b64encode(bytes(shift) + plain)[shift + 1 if shift else 0 : (shift + len(plain)) * 8 // 6]
            yield written.decode()


CANARIES = {f"{place}, {form}": secret for place, form, secret in cells()} | {
    f"{where} alone": secret for where, secret in all_alone().items()
}


def leaked(text: str) -> list[str]:
    """Return the cells whose canary a text holds a trace of."""
    return [cell for cell, secret in CANARIES.items() if any(trace in text for trace in traces(secret))]


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_target(tmp_path_factory.mktemp("matrix"))


@pytest.fixture(scope="module")
def output(target: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return name → text of everything that a run writes and says."""
    folder = tmp_path_factory.mktemp("reports")
    places = {
        "csv": folder / "x.csv",
        "junit": folder / "x.xml",
        "results": folder / "x.json",
        "html": folder / "x.html",
    }
    command = [sys.executable, "-m", "pytest", f"--target={target}", f"--reports={folder}", "-vv", "--tb=long", "-ra"]
    command += [f"--csv={places['csv']}", f"--results={places['results']}", f"--html={places['html']}"]
    done = subprocess.run(
        [*command, f"--junitxml={places['junit']}"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stdout + done.stderr
    files = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_text("utf-8") for name, path in files.items()} | {"said": done.stdout + done.stderr}


def test_every_canary_is_in_the_target(target: Path) -> None:
    """Else the other tests would say nothing."""
    given = "".join(path.read_text("utf-8") for path in target.parent.rglob("*") if path.is_file())
    assert [cell for cell in CANARIES if cell not in leaked(given)] == []


@pytest.mark.redaction("chart")
def test_no_output_holds_a_canary(output: dict[str, str]) -> None:
    assert {"said", "x.csv", "x.json", "x.html", "x.xml"} <= set(output)
    assert any(name.endswith("chart.json") for name in output)
    assert {name: leaked(text) for name, text in output.items() if leaked(text)} == {}


def test_a_short_secret_is_not_repeated_in_notes_or_messages(output: dict[str, str]) -> None:
    for name, text in output.items():
        if name.endswith(".json") and "render" in name:
            assert PIN not in json.loads(text).get("notes", "")
    assert PIN not in output["said"]


def test_what_runs_holds_no_canary(target: Path) -> None:
    """The same objects, as a snapshot of a namespace has them."""
    with Helm(processes=1) as helm:
        opened = helm.open(target.parent / "chart")
        assert not isinstance(opened, Failure)
        with opened:
            answer = opened.read([RenderRequest(key="s", release="matrix", namespace="matrix", kube_version="1.35.0")])
    assert isinstance(answer, ChartAnswer)
    rendered = answer.renders["s"]
    assert isinstance(rendered, Rendered)
    documents = [item.document for item in rendered.objects]
    assert len(leaked(json.dumps(documents))) > len(FORMS)
    without_secrets(documents, Redaction())
    assert leaked(json.dumps(documents)) == []
