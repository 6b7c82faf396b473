"""The targets that come with the project, for tests that audit them as anybody does."""

import fcntl
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
EMBEDDED = tuple(sorted(file.parent.name for file in ROOT.glob("targets/voorbeeld*/target.yaml")))
"""Names of their folders, and of the targets."""
_LOCK = Path(tempfile.gettempdir()) / f"toetskader-embedded-{os.getuid()}.lock"


@dataclass(frozen=True)
class Run:
    """An audit in a process of its own."""

    code: int
    results: dict[str, Any]
    reports: Path
    said: str

    def of(self, target: str) -> dict[str, dict[str, Any]]:
        """Return the results of a target, by requirement."""
        return {item["requirement"]: item for item in self.results["results"] if item["target"] == target}


def audit(targets: Sequence[str | Path], folder: Path, *options: str) -> Run:
    """Audit targets with pytest in the project's folder, with the reports in a folder.

    The embedded services have ports that their targets name, so one audit of them runs at a time.
    """
    command = [sys.executable, "-m", "pytest", *(f"--target={ROOT / 'targets' / name}" for name in targets), *options]
    command += [f"--reports={folder}", f"--results={folder / 'results.json'}", "-p", "no:cacheprovider"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    with _ports_to_itself():
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=300
        )
    assert done.returncode in (0, 1), done.stdout[-2000:] + done.stderr[-2000:]
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    return Run(done.returncode, results, folder, done.stdout)


@contextmanager
def _ports_to_itself() -> Iterator[None]:
    with _LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
