"""What a run writes is whole or not there: full disks, places that cannot be written, and names that are no text."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from tiny_project import CONFTEST, Project

from toetskader.report import json_view

# A run on a file system that has only so many kB left beside an earlier one.
ON_A_SMALL_DISK = """
set -e
mount -t tmpfs -o size=32m none "$DISK"
cp -a "$FIRST/." "$DISK"
used=$(du -sk "$DISK" | cut -f1)
mount -o "remount,size=$((used + ROOM))k" "$DISK"
set +e
"$PYTHON" -m pytest -q -p no:cacheprovider --reports="$DISK" $ASKED >"$OUT/said" 2>&1
code=$?
cp -a "$DISK" "$OUT/kept"
exit $code
"""
NAMESPACE = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]


@dataclass(frozen=True)
class Second:
    """The second run on a small disk: what it returned and said, and what stands on the disk."""

    code: int
    said: str
    disk: Path

    @property
    def runs(self) -> list[Path]:
        return sorted(path for path in self.disk.glob("voorbeeld/*T*") if path.is_dir())


def second_run(project: Project, folder: Path, room: int, *asked: str) -> Second:
    if not (first := project.root / "eerst").is_dir():
        assert project.run("-q", "--reports=eerst").code == 0
    names = {
        "FIRST": first,
        "DISK": folder / "disk",
        "OUT": folder,
        "PYTHON": sys.executable,
        "ROOM": room,
        "ASKED": " ".join(asked),
    }
    (folder / "disk").mkdir()
    given = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(
        [*NAMESPACE, "sh", "-c", ON_A_SMALL_DISK],
        cwd=project.root,
        env=given | {name: str(value) for name, value in names.items()},
        capture_output=True,
        text=True,
        check=False,
    )
    if "mount" in done.stderr and not (folder / "said").exists():
        pytest.skip(f"no file system can be mounted here: {done.stderr}")
    return Second(done.returncode, " ".join((folder / "said").read_text().split()), folder / "kept")


ALONE: list[str] = []
FULL = [(room, ALONE) for room in (0, 12, 40, 80, 120)] + [(12, ["-n2"]), (80, ["-n2"]), (12, ["--replay=$EARLIER"])]


@pytest.mark.parametrize(("room", "asked"), FULL)
def test_a_full_disk_ends_in_a_sentence_and_not_in_a_report(
    room: int, asked: list[str], project: Project, tmp_path: Path
) -> None:
    done = second_run(
        project,
        tmp_path,
        room,
        *(item.replace("$EARLIER", str(tmp_path / "disk/voorbeeld/latest/evidence")) for item in asked),
    )
    assert "Traceback" not in done.said
    assert "INTERNALERROR" not in done.said
    (latest,) = tmp_path.glob("kept/voorbeeld/latest")
    whole = [run for run in done.runs if (run / "results.json").exists()]
    for run in whole:
        assert (run / "report.html").read_text().strip().endswith("</html>")
        assert json_view.read(run / "results.json").run.complete is (run == whole[0] or done.code == 0)
    if done.code == 0:
        assert len(whole) == 2
        assert latest.resolve() == whole[1]
    else:
        assert done.code in (2, 3, 4)
        assert "de schijf is vol" in done.said
        assert len(done.runs) == len(whole)
        assert latest.resolve() == whole[0]
        assert not list(tmp_path.glob("kept/**/.*"))


def test_with_room_for_it_the_run_is_whole(project: Project, tmp_path: Path) -> None:
    done = second_run(project, tmp_path, 8000)
    assert done.code == 0, done.said


@pytest.mark.parametrize("limit", [1, 16])
def test_a_limit_on_the_size_of_files_is_met_alike(limit: int, project: Project, tmp_path: Path) -> None:
    command = f'ulimit -f {limit}; exec "{sys.executable}" -m pytest -q -p no:cacheprovider --reports="{tmp_path}/r"'
    done = subprocess.run(["bash", "-c", command], cwd=project.root, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    assert done.returncode in (3, 4), said
    assert said.count("File too large") == 1
    assert "Traceback" not in said
    assert not list(tmp_path.glob("r/**/*.json"))


def test_places_that_cannot_be_written_are_found_before_the_run(project: Project) -> None:
    project.write("bestand", "")
    (project.root / "vol.csv").mkdir(exist_ok=True)
    locked = project.write("dicht.csv", "")
    immutable = subprocess.run(["chattr", "+i", str(locked)], capture_output=True, check=False).returncode == 0
    before = project.reports()
    places = {
        "--html=bestand/r.html": "--html: bestand/r.html is niet te schrijven (een deel van het pad is geen map)",
        "--results=/proc/niets/r.json": "--results: /proc/niets/r.json is niet te schrijven",
        "--csv=vol.csv": "vol.csv is een map",
        "--junitxml=/dev/null/x": "--junitxml: /dev/null/x is niet te schrijven (een deel van het pad is geen map)",
        "--reports=bestand": "--reports: bestand is niet te schrijven (een deel van het pad is geen map)",
        "--reports=/proc/niets": "--reports: /proc/niets is niet te schrijven",
        f"--csv={'x' * 300}": "File name too long",
        "--results=targets/voorbeeld/target.yaml": "target.yaml is zelf wat getoetst wordt",
        "--csv=targets/voorbeeld/productie.yaml": "productie.yaml is zelf wat getoetst wordt",
        "--html=targets/voorbeeld/chart/templates/r.html": "r.html is zelf wat getoetst wordt",
        "--junitxml=targets/../targets/voorbeeld/chart/r.xml": "r.xml is zelf wat getoetst wordt",
        "--reports=targets/voorbeeld/chart": "--reports: targets/voorbeeld/chart is zelf wat getoetst wordt",
        "--csv=a.out --results=./x/../a.out": "--results en --csv noemen hetzelfde bestand",
        "--csv=a.out --results=a.out": "--results en --csv noemen hetzelfde bestand: a.out",
    }
    if immutable and not os.access(locked, os.W_OK):
        places["--csv=dicht.csv"] = "--csv: dicht.csv is niet te schrijven"
    try:
        for args, said in places.items():
            done = project.run("-q", *args.split())
            assert done.code == 4, args
            assert said in " ".join(done.error.split())
            assert "Traceback" not in done.out + done.error
            assert "voldoet" not in done.out
    finally:
        subprocess.run(["chattr", "-i", str(locked)], capture_output=True, check=False)
    assert project.reports() == before
    assert not list(project.root.glob(".toetskader-*"))


def test_what_is_no_regular_file_is_written_to_and_stays(project: Project, tmp_path: Path) -> None:
    (tmp_path / "r.csv").symlink_to("elders.csv")
    done = project.run("-q", "--results=/dev/null", f"--csv={tmp_path / 'r.csv'}")
    assert done.code == 0
    assert not Path("/dev/null").is_file()
    assert (tmp_path / "r.csv").is_symlink()
    assert (tmp_path / "elders.csv").stat().st_size > 0


def test_a_pipe_that_nobody_reads_ends_in_a_sentence(project: Project, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pijp")
    done = project.run("-q", f"--results={tmp_path / 'pijp'}")
    assert (done.code, "Er is geen rapport" in done.text, done.results) == (3, True, {})


def test_a_device_that_is_full_ends_in_a_sentence(project: Project) -> None:
    before = project.reports()
    done = project.run("-q", "--csv=/dev/full")
    assert done.code == 3
    assert "Er is geen rapport: /dev/full: de schijf is vol." in done.text
    assert project.reports() == before


def test_names_that_are_no_text(project: Project) -> None:
    target = project.target("naam").parent
    odd = target.rename(f"{target}-{os.fsdecode(bytes([255]))}")
    done = project.run("-q", f"--target={odd}")
    assert done.code == 4
    assert "de naam van dit pad is geen UTF-8; hernoem het of kopieer het doel" in done.error
    reports = os.fsdecode(os.fsencode(project.root) + b"/r\xff")
    done = project.run("-q", f"--reports={reports}", f"--csv={reports}.csv")
    assert done.code == 0, done.error
    again = project.run("-q", f"--replay={reports}/voorbeeld/latest/evidence")
    assert again.code == 0, again.error
    assert again.results["run"]["evidence_edited"] is False


@pytest.mark.parametrize("key", ["source", "values"])
def test_a_name_that_no_file_can_have(key: str, project: Project) -> None:
    path = project.target("nul")
    old, new = {"source": ('"chart"', '"ch\\u0000art"'), "values": ("productie.yaml", "pro\\u0000ductie.yaml")}[key]
    text = path.read_text()
    assert old in text
    place = text.rindex(old)
    path.write_text(text[:place] + new + text[place + len(old) :])
    done = project.run("-q", "--target=targets/nul")
    assert done.code == 4
    assert "target.yaml:" in done.error
    assert "verwacht: een pad" in done.error
    assert "Traceback" not in done.out + done.error


FORKED = """

def pytest_addoption(parser):
    parser.addoption("--forked", action="store_true")
"""


def test_judging_in_forks_is_refused(project: Project) -> None:
    project.write("conftest.py", CONFTEST + FORKED)
    try:
        done = project.run("-q", "--forked")
    finally:
        project.write("conftest.py", CONFTEST)
    assert done.code == 4
    assert "--forked: een oordeel in een eigen proces ziet niet wat er verzameld is" in done.error
