"""Audits as a user runs them, with lowered limits."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hostile_targets import ROOT

from toetskader.report import json_view
from toetskader.results import Report, Result


@dataclass(frozen=True)
class Audited:
    """What an audit left behind."""

    code: int
    terminal: str
    report: Report
    html: str
    files: Mapping[str, bytes]
    evidence: Path

    def of(self, target: str) -> dict[str, Result]:
        """Return the results of a target by requirement."""
        return {result.requirement: result for result in self.report.results if result.target == target}


def run_pytest(*options: str) -> subprocess.CompletedProcess[str]:
    """Run an audit as a user does, with lowered limits."""
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent)}
    command = [sys.executable, "-m", "pytest", "-p", "lowered_limits", "-p", "no:cacheprovider", "--lang=en", *options]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, check=False)


def audit(target: Path, reports: Path) -> Audited:
    """Audit a target or portfolio, and return what is left."""
    done = run_pytest(f"--target={target}", f"--reports={reports}", "--csv", str(reports / "results.csv"), "-v")
    (run,) = [path for path in reports.glob("*/*") if path.name != "latest" and path.is_dir()]
    return Audited(
        done.returncode,
        done.stdout + done.stderr,
        json_view.read(run / "results.json"),
        (run / "report.html").read_text(encoding="utf-8"),
        {path.name: path.read_bytes() for path in (run / "junit.xml", run / "results.json", reports / "results.csv")},
        run / "evidence",
    )
