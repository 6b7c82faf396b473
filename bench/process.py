"""Runs pytest as a person would, and measures the whole process with its children."""

import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Measured:
    """One run: wall-clock seconds, peak memory of all its processes together, exit code, and its results."""

    seconds: float
    peak_mb: float
    exit_code: int
    results: dict[str, Any]
    folder: Path


def run_pytest(reports: Path, *arguments: str) -> Measured:
    """Run an audit in a process of its own. Raises RuntimeError with its output when it broke."""
    # A cache of its own: what pytest remembers of thousands of measured items would slow down every later run here.
    command = [sys.executable, "-m", "pytest", "-q", f"--override-ini=cache_dir={reports / 'cache'}"]
    command += [f"--reports={reports}", *arguments]
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    peak = _Peak(process.pid)
    output, _ = process.communicate()
    seconds = time.perf_counter() - started
    peak.stop()
    if process.returncode not in (0, 1):
        raise RuntimeError(output[-4000:])
    (latest,) = reports.glob("*/latest")
    results = json.loads((latest / "results.json").read_bytes())
    return Measured(seconds, peak.bytes / 1e6, process.returncode, results, latest)


class _Peak(threading.Thread):
    """Samples the resident memory of a process and its descendants, shared pages counted once a process."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid = pid
        self.bytes = 0
        self._ended = threading.Event()
        self.start()

    def run(self) -> None:
        while not self._ended.wait(0.02):
            self.bytes = max(self.bytes, sum(_resident(pid) for pid in _family(self.pid)))

    def stop(self) -> None:
        self._ended.set()
        self.join()


def _family(pid: int) -> list[int]:
    found = [pid]
    for parent in found:
        try:
            for task in Path(f"/proc/{parent}/task").iterdir():
                found += [int(child) for child in (task / "children").read_text().split()]
        except OSError:
            continue
    return found


def _resident(pid: int) -> int:
    """Private and shared resident pages, the file-backed ones left out: they are the same for every process."""
    try:
        _, resident, shared = Path(f"/proc/{pid}/statm").read_text().split()[:3]
    except OSError:
        return 0
    return (int(resident) - int(shared)) * _PAGE
