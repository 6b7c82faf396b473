"""`--html` of pytest-html gives our page."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from toetskader.report import json_view
from toetskader.results.model import Report

EARLY = """
import pytest
from toetskader.report import carrier

@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    carrier.prepare(config)

def pytest_html_results_summary(prefix, summary, postfix):
    prefix.append("<p>Van een andere plug-in</p>")
"""

LATE = """
from pathlib import Path
import pytest
from toetskader.report import carrier, json_view

HERE = Path(__file__).parent

def write(path, content):
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)

@pytest.hookimpl(trylast=True)
def pytest_configure(config):
    got = carrier.install(config, lambda: json_view.read(HERE / "results.json"), write)
    where = "worker" if hasattr(config, "workerinput") else "main"
    (HERE / f"installed-{where}").write_text(str(got is not None))
"""

TESTS = """
import pytest
@pytest.mark.parametrize("x", ["<script>alert(1)</script>", "b"])
def test_it(x): assert x == "b"
"""


@pytest.fixture
def run(tmp_path: Path, report: Report):
    """Run pytest on two small tests in a process of its own."""
    (tmp_path / "results.json").write_bytes(json_view.encode(report))
    (tmp_path / "conftest.py").write_text(EARLY)
    (tmp_path / "late.py").write_text(LATE)
    (tmp_path / "test_small.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "extra.css").write_text("/* eigen stijl */")

    def run_(*args: str) -> subprocess.CompletedProcess[str]:
        plugins = ("pytest_metadata.plugin", "pytest_html.plugin", "xdist.plugin", "late")
        path = os.pathsep.join([str(tmp_path), *sys.path])
        environment = {**os.environ, "PYTHONPATH": path, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        options = [part for name in plugins for part in ("-p", name)]
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options, *args],
            cwd=tmp_path, env=environment,
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    return run_


def test_html_option_yields_our_page_alone(run, tmp_path: Path) -> None:
    done = run("--html=out/rapport.html", "--css=extra.css")
    assert done.returncode == 1, done.stdout + done.stderr
    html = (tmp_path / "out" / "rapport.html").read_text(encoding="utf-8")
    assert '<html lang="nl">' in html
    assert "Niveau 1 op 10 van 46 eisen" in html
    assert "<p>Van een andere plug-in</p>" in html
    assert "/* eigen stijl */" in html
    assert "test_small" not in html
    assert f"Generated html report: {(tmp_path / 'out' / 'rapport.html').as_uri()}" in done.stdout
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["rapport.html"]


def test_under_xdist_only_the_controller_writes(run, tmp_path: Path) -> None:
    done = run("--html=rapport.html", "-n", "2")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Niveau 1 op 10 van 46 eisen" in (tmp_path / "rapport.html").read_text(encoding="utf-8")
    assert (tmp_path / "installed-main").read_text() == "True"
    assert (tmp_path / "installed-worker").read_text() == "False"


def test_without_html_nothing_is_replaced(run, tmp_path: Path) -> None:
    done = run()
    assert done.returncode == 1, done.stdout + done.stderr
    assert (tmp_path / "installed-main").read_text() == "False"
    assert "html report" not in done.stdout


def test_a_path_that_cannot_be_written_is_a_sentence(run, tmp_path: Path) -> None:
    (tmp_path / "map.html").mkdir()
    done = run("--html=map.html")
    assert done.returncode == 4
    assert "map.html: het rapport is niet te schrijven: is een map" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
