"""Ctrl-C and SIGTERM, wherever a run is: it ends, says that it is not whole, and leaves nothing behind."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tiny_project import CHECKS, CONFTEST, Project

from toetskader.report import json_view

PATIENCE_S = 300
"""How long to wait for a run to get where it is to be broken off; a busy machine may need it."""
SOON_S = 120
"""How long to wait for the end on a busy machine; what hangs would wait for `hold`, which takes ten minutes."""
WHEN = ("loading", "judging", "reporting")

HOLD = """
import os
import time
from pathlib import Path


def hold(when):
    if os.environ.get("HOLD") == when:
        Path(os.environ["HELD"]).touch()
        time.sleep(600)
"""
SLOW = "{{ range until 3000 }}" * 3 + "{{ sha256sum `x` | trunc 0 }}" + "{{ end }}" * 3


@dataclass
class Broken:
    """A run that is on its way, in a session of its own."""

    process: subprocess.Popen[str]
    scratch: Path
    held: Path

    def wait_until(self, is_so: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE_S
        while not is_so():
            assert self.process.poll() is None, self.process.communicate()
            assert time.monotonic() < end, "it never came so far"
            time.sleep(0.01)

    def others(self) -> dict[int, str]:
        """The other processes of its session: number → command."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError, ValueError):
                state, _, _, session = (folder / "stat").read_text().rpartition(")")[2].split()[:4]
                if int(session) == self.process.pid != int(folder.name) and state != "Z":
                    found[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ")
        return found

    def temporary(self) -> list[Path]:
        """Temporary files of ours: pytest keeps folders of its own for the last runs."""
        return [path for path in self.scratch.iterdir() if not path.name.startswith("pytest-of-")]

    def end(self, number: int) -> str:
        """Send a signal, and return what it said: Ctrl-C reaches all processes of a terminal, others the run alone."""
        (os.killpg if number == signal.SIGINT else os.kill)(self.process.pid, number)
        out, error = self.process.communicate(timeout=SOON_S)
        return " ".join((out + error).split())

    def leaves_nothing(self) -> None:
        end = time.monotonic() + SOON_S
        while (self.others() or self.temporary()) and time.monotonic() < end:
            time.sleep(0.02)
        assert self.others() == {}
        assert self.temporary() == []


Start = Callable[..., Broken]


@pytest.fixture(scope="module")
def slow(project: Project) -> Project:
    """The project with places to be held at, four charts that take for ever, and an earlier run."""
    project.write(
        "tests/test_tiny.py", HOLD + CHECKS.replace("    assert len(list", "    hold('judging')\n    assert len(list")
    )
    with (project.root / "tests/test_tiny.py").open("a") as stream:
        stream.write('\n\nhold("loading")\n')
    project.write(
        "conftest.py", HOLD + CONFTEST + "\n\ndef pytest_html_results_summary(prefix):\n    hold('reporting')\n"
    )
    for number in range(4):
        project.target(f"traag-{number}")
        project.write(f"targets/traag-{number}/chart/templates/slow.yaml", SLOW)
    assert project.run("-q").code == 0
    return project


@pytest.fixture
def start(slow: Project, tmp_path: Path) -> Iterator[Start]:
    """Start a run on the project, with a folder for temporary files of its own."""
    running: list[Broken] = []

    def start_(*args: str, hold: str = "") -> Broken:
        scratch = tmp_path / "scratch"
        scratch.mkdir()
        held = tmp_path / "held"
        given = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        process = subprocess.Popen(
            # What starts the tests may have Ctrl-C ignored, as a shell does for what runs behind it.
            ["env", "--default-signal=INT", sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", *args],
            cwd=slow.root,
            env=given | {"HOLD": hold, "HELD": str(held), "TMPDIR": str(scratch)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        running.append(Broken(process, scratch, held))
        return running[-1]

    yield start_
    for broken in running:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(broken.process.pid, signal.SIGKILL)
        broken.process.communicate()


def latest(project: Project, name: str = "voorbeeld") -> str | None:
    link = project.root / "reports" / name / "latest"
    return str(link.readlink()) if link.is_symlink() else None


def is_broken_off(project: Project, broken: Broken, said: str, before: set[Path]) -> None:
    assert broken.process.returncode not in (0, 1), said
    assert "Traceback" not in said
    assert "niet volledig" in said or "fgebroken" in said, said
    for folder in project.reports() - before:
        found = [json_view.read(path).run for path in folder.glob("results.json")]
        assert [run.complete for run in found] in ([], [False])
    broken.leaves_nothing()


ALONE: list[str] = []
TWO = ["-n2"]
ENDS = [(when, number, ALONE) for when in WHEN for number in (signal.SIGINT, signal.SIGTERM)] + [
    ("loading", signal.SIGTERM, TWO),
    ("judging", signal.SIGINT, TWO),
    ("judging", signal.SIGTERM, TWO),
]


@pytest.mark.parametrize(("when", "number", "workers"), ENDS)
def test_a_run_that_is_broken_off_says_so(
    when: str, number: signal.Signals, workers: list[str], slow: Project, start: Start
) -> None:
    before, pointed = slow.reports(), latest(slow)
    broken = start(*workers, hold=when)
    broken.wait_until(broken.held.exists)
    said = broken.end(number)
    is_broken_off(slow, broken, said, before)
    assert latest(slow) == pointed
    assert "KeyboardInterrupt" not in said
    if when == "judging":
        assert "Deze run is afgebroken (Ctrl-C of SIGTERM)" in said
        assert "zoek de fout" not in said


@pytest.mark.parametrize(
    ("number", "workers"), [(signal.SIGINT, ALONE), (signal.SIGTERM, ALONE), (signal.SIGTERM, TWO)]
)
def test_charts_that_are_being_rendered_are_let_go(
    number: signal.Signals, workers: list[str], slow: Project, start: Start
) -> None:
    before = slow.reports()
    broken = start(*workers, *(f"--target=targets/traag-{number}" for number in range(4)))
    broken.wait_until(lambda: rendering(broken) > 1)
    assert broken.temporary()
    said = broken.end(number)
    is_broken_off(slow, broken, said, before)
    assert latest(slow, "portefeuille") is None


def rendering(broken: Broken) -> int:
    """How many processes are at work on a chart: past loading their libraries, by the time that they took."""
    busy = 0
    for pid, command in broken.others().items():
        if "helm.child" in command:
            with contextlib.suppress(OSError):
                used = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                busy += (int(used[11]) + int(used[12])) / os.sysconf("SC_CLK_TCK") > 1.5
    return busy


def test_a_run_that_is_broken_off_while_it_loads_ends_in_a_sentence(slow: Project, tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import pytest; raise KeyboardInterrupt"]
    done = subprocess.run(command, cwd=slow.root, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith("Afgebroken voordat er iets getoetst was")
    # What is no audit keeps Python's own way.
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "Traceback" in done.stderr
    assert "toetst" not in done.stderr


@pytest.mark.parametrize("workers", [ALONE, TWO])
def test_of_a_run_that_is_killed_the_children_clear_up(workers: list[str], start: Start) -> None:
    broken = start(*workers, *(f"--target=targets/traag-{number}" for number in range(4)))
    broken.wait_until(lambda: rendering(broken) > 1)
    broken.end(signal.SIGKILL)
    broken.leaves_nothing()


def test_a_second_signal_ends_a_run_whose_code_swallowed_the_first(slow: Project, start: Start) -> None:
    slow.write("tests/test_stubborn.py", "import os\n" + HOLD.partition("def hold")[0] + STUBBORN)
    try:
        broken = start(hold="stubborn")
        broken.wait_until(broken.held.exists)
        broken.process.send_signal(signal.SIGTERM)
        broken.wait_until(broken.held.with_name("swallowed").exists)
        time.sleep(1.1)  # a second signal is meant as one after a second
        broken.end(signal.SIGTERM)
    finally:
        (slow.root / "tests/test_stubborn.py").unlink()
    assert broken.process.returncode == 130
    broken.leaves_nothing()


STUBBORN = """
if os.environ.get("HOLD") == "stubborn":
    held = Path(os.environ["HELD"])
    try:
        held.touch()
        time.sleep(600)
    except KeyboardInterrupt:
        held.with_name("swallowed").touch()
        time.sleep(600)
"""
