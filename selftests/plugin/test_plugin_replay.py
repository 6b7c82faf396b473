"""Evidence that is judged again: it must be what a run stored, and its deviations are held to the rules of loading."""

import csv
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from tiny_project import DEVIATION, Project, Run, without_moments

from toetskader.plugin.checksums import SUMS, write_sums

Edit = Callable[[Path], object]
FACTS = "somber"


@pytest.fixture(scope="module")
def first(project: Project) -> Run:
    """A run that found something, and one that did not, to swap with."""
    parameters = {"mail_host": "mail.example"}
    project.target("somber", values={"mood": "bad"}, deviations=[DEVIATION], gate=2, parameters=parameters)
    project.run("-q", "--reports=anders")
    done = project.run("-q", "--target=targets/somber", "--date=2026-07-01")
    shutil.copytree(project.root / "reports/somber/latest", project.root / "bewaard")
    return done


@pytest.fixture
def run_folder(project: Project, first: Run, tmp_path: Path) -> Path:
    """A copy of the folder of the run, as somebody would hand it over."""
    return Path(shutil.copytree(project.root / "bewaard", tmp_path / "run"))


def in_json(name: str, change: Callable[[Any], object]) -> Edit:
    def edit(evidence: Path) -> None:
        content = json.loads((evidence / name).read_text())
        change(content)
        (evidence / name).write_text(json.dumps(content))

    return edit


def healed(evidence: Path) -> None:
    """Make the bad mood good in every render: the run would find nothing."""
    for path in (evidence / FACTS).glob("render*.json"):
        path.write_text(path.read_text().replace("bad", "good"))


def with_new_sums(edit: Edit) -> Edit:
    def both(evidence: Path) -> None:
        edit(evidence)
        write_sums(evidence)

    return both


def swapped(evidence: Path) -> None:
    one, other = (evidence / FACTS / f"render.{scene}.json" for scene in ("standaard", "productie"))
    texts = one.read_text(), other.read_text()
    one.write_text(texts[1].replace('"productie"', '"standaard"'))
    other.write_text(texts[0].replace('"standaard"', '"productie"'))


def without_a_fact(evidence: Path) -> None:
    (evidence / FACTS / "chart.json").unlink()
    in_json(f"{FACTS}/index.json", lambda index: index["facts"].remove({"kind": "chart", "scene": "", "argument": ""}))(
        evidence
    )


def of_another_target(evidence: Path) -> None:
    others = evidence.parents[1] / "anders"
    for path in (others / "voorbeeld/latest/evidence/voorbeeld").glob("render*.json"):
        shutil.copyfile(path, evidence / FACTS / path.name)


def moved_run(evidence: Path) -> None:
    shutil.rmtree(evidence)
    shutil.copytree(evidence.parents[1] / "anders/voorbeeld/latest/evidence", evidence)


def enlarged(evidence: Path) -> None:
    """It can be said to have any size, without taking any room."""
    os.truncate(evidence / FACTS / "chart.json", 1 << 42)


def with_links_to_it(evidence: Path) -> None:
    """Facts and checksums are made anew; the results stand beside where the link leads, not beside the link."""
    with_new_sums(healed)(evidence)
    evidence.parent.rename(evidence.parents[1] / "echt")
    evidence.parent.mkdir()
    (evidence.parent / "evidence").symlink_to("../echt/evidence")


EDITS: dict[str, tuple[Edit, str]] = {
    "a fact": (healed, "somber/render.productie.json (gewijzigd)"),
    "a fact and its checksum": (with_new_sums(healed), "(anders dan het bestand results.json ernaast noemt)"),
    "all behind a link": (with_links_to_it, "(anders dan het bestand results.json ernaast noemt)"),
    "facts swapped": (swapped, "somber/render.productie.json (gewijzigd)"),
    "a fact added": (lambda at: (at / FACTS / "render_x.json").write_text("{}"), "somber/render_x.json (toegevoegd)"),
    "a fact removed": (without_a_fact, "somber/chart.json (weg)"),
    "a fact of another target": (of_another_target, "somber/render.productie.json (gewijzigd)"),
    "the evidence of another run": (moved_run, "run.json (anders dan het bestand results.json ernaast noemt)"),
    "the day": (in_json("run.json", lambda run: run.update(date="2026-12-30")), "run.json (gewijzigd)"),
    "the gate": (in_json("run.json", lambda run: run["targets"][0].update(gate=1)), "run.json (gewijzigd)"),
    "no more deviations": (
        in_json("run.json", lambda run: run["targets"][0].update(deviations=[])),
        "run.json (gewijzigd)",
    ),
    "the order of the index": (
        in_json(f"{FACTS}/index.json", lambda index: index["facts"].reverse()),
        "somber/index.json (gewijzigd)",
    ),
}


@pytest.mark.parametrize("name", EDITS)
def test_edited_evidence_is_said_and_never_ends_well(name: str, project: Project, run_folder: Path) -> None:
    shutil.copytree(project.root / "anders", run_folder.parent / "anders", symlinks=True)
    edit, said = EDITS[name]
    edit(run_folder / "evidence")
    asked = [f"--{kind}={run_folder / kind}" for kind in ("html", "junitxml", "csv")]
    done = project.run("-q", f"--replay={run_folder / 'evidence'}", "--level=1", *asked)
    assert done.code == 1, done.text
    assert done.results["run"]["evidence_edited"] is True
    assert said in ", ".join(done.results["run"]["evidence_changes"])
    assert "Het bewijs is gewijzigd nadat een run het opsloeg" in done.text
    assert "Over poort 1 is niets te zeggen: het bewijs is gewijzigd." in done.text
    assert "dit zijn niet de feiten die een run opsloeg" in done.text
    assert "Vergelijk het kenmerk" not in done.text
    assert ": opnieuw beoordeeld: " in done.text
    page = (run_folder / "html").read_text()
    assert "Het bewijs is gewijzigd" in page.partition("Conclusie")[0]
    assert "is gehaald" not in page
    assert ET.parse(run_folder / "junitxml").getroot().get("errors") != "0"
    with (run_folder / "csv").open(encoding="utf-8-sig") as stream:
        assert list(csv.DictReader(stream, delimiter=";"))


def test_with_workers_it_is_said_too(project: Project, run_folder: Path) -> None:
    healed(run_folder / "evidence")
    done = project.run("-q", "-n2", f"--replay={run_folder / 'evidence'}", "--lang=en")
    assert done.code == 1
    assert done.results["run"]["evidence_edited"] is True
    assert "The evidence was edited after a run stored it: somber/render.productie.json (changed)" in done.text


def test_a_replay_of_a_replay_does_not_make_edited_evidence_whole(project: Project, run_folder: Path) -> None:
    healed(run_folder / "evidence")
    once = project.run("-q", f"--replay={run_folder / 'evidence'}", f"--reports={run_folder / 'once'}")
    assert once.results == {}
    (kept,) = (run_folder / "once/somber").glob("*T*")
    again = project.run("-q", f"--replay={kept / 'evidence'}")
    assert again.code == 1
    assert again.results["run"]["evidence_changes"] == ["een kopie van bewijs dat al gewijzigd was"]


def test_untouched_evidence_says_that_it_is_a_replay_and_of_what(
    project: Project, first: Run, run_folder: Path
) -> None:
    digest = first.results["run"]["evidence_digest"]
    for folder in (run_folder / "evidence", Path(shutil.copytree(run_folder / "evidence", run_folder / "elders"))):
        done = project.run("-q", f"--replay={folder}", f"--html={run_folder / 'html'}")
        assert done.code == first.code == 0
        assert done.results["run"]["evidence_edited"] is False
        assert done.results["run"]["replayed"] == digest
        assert "dit gaat over feiten die een run van 1 juli 2026 opsloeg; er is nu niets bekeken." in done.text
        assert digest in done.text
        page = (run_folder / "html").read_text()
        assert "<h1>Toetsrapport <bdi>somber (opnieuw beoordeeld)</bdi></h1>" in page
        assert digest in page.partition("Conclusie")[0]
        assert without_moments(json.dumps(done.results["results"])) == without_moments(
            json.dumps(first.results["results"])
        )
    assert first.results["run"]["replayed"] == ""


def test_the_checksums_are_those_of_a_standard_tool(first: Run, run_folder: Path) -> None:
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", SUMS], cwd=run_folder / "evidence", check=True)
    told = subprocess.run(["sha256sum", SUMS], cwd=run_folder / "evidence", check=True, capture_output=True, text=True)
    assert told.stdout.split()[0] == first.results["run"]["evidence_digest"]
    assert len(first.results["run"]["evidence"]) == len((run_folder / "evidence" / SUMS).read_text().splitlines())


REFUSED: dict[str, tuple[Edit, str]] = {
    "no checksums": (lambda at: (at / SUMS).unlink(), "heeft geen controlesommen (SHA256SUMS ontbreekt)"),
    "empty checksums": (lambda at: (at / SUMS).write_text(""), "SHA256SUMS: bevat geen controlesommen"),
    "other checksums": (lambda at: (at / SUMS).write_text("abc  run.json\n"), "SHA256SUMS: bevat geen controlesommen"),
    "no text": (lambda at: (at / SUMS).write_bytes(b"\xff\x00"), "SHA256SUMS: bevat geen controlesommen"),
    "linked checksums": (
        lambda at: (at / SUMS).rename(at / "x") and (at / SUMS).symlink_to("x"),
        "SHA256SUMS: is een koppeling",
    ),
    "results that are none": (
        lambda at: (at.parent / "results.json").write_text("{"),
        "results.json: geen resultaten van toetskader",
    ),
    "an unknown key": (
        with_new_sums(in_json("run.json", lambda run: run["targets"][0].update(exempt=True))),
        "run.json: onbekende sleutel exempt",
    ),
    "an unknown key of a deviation": (
        with_new_sums(in_json("run.json", lambda run: run["targets"][0]["deviations"][0].update(note="x"))),
        "run.json: past niet bij deze versie",
    ),
}


def deviation(**over: str) -> Edit:
    return with_new_sums(in_json("run.json", lambda run: run["targets"][0]["deviations"][0].update(over)))


REFUSED |= {
    "an approver who owns it": (deviation(approved_by="Productmanager."), "kunnen één mens zijn"),
    "approved after the run": (deviation(approved_on="2026-07-02"), "approved_on: 2026-07-02 ligt na vandaag"),
    "expired before it began": (
        deviation(expires="2025-01-01"),
        "expires: verloopt op 2025-01-01, voor de goedkeuring",
    ),
    "another requirement": (
        with_new_sums(
            in_json("run.json", lambda run: run["targets"][0]["deviations"][0].update(requirements=["TST-9-99"]))
        ),
        "eis TST-9-99 bestaat niet",
    ),
    "a target twice": (
        with_new_sums(in_json("run.json", lambda run: run["targets"].append(run["targets"][0]))),
        "staat er twee keer",
    ),
    "held for ever": (deviation(expires="9999-12-31"), "expires: verloopt op 9999-12-31"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_checked_or_is_unsound_is_refused(name: str, project: Project, run_folder: Path) -> None:
    edit, said = REFUSED[name]
    edit(run_folder / "evidence")
    before = project.reports()
    done = project.run("-q", f"--replay={run_folder / 'evidence'}")
    assert done.code == 4, done.text
    assert said in " ".join(done.error.split())
    assert "Traceback" not in done.out + done.error
    assert project.reports() == before


@pytest.mark.parametrize("place", ["voorbeeld/extra.json", "run.json", "sub/r.json", ""])
def test_nothing_is_written_into_the_evidence_that_is_judged(place: str, project: Project, run_folder: Path) -> None:
    evidence = run_folder / "evidence"
    before = {path: path.read_bytes() for path in evidence.rglob("*") if path.is_file()}
    option = f"--results={evidence / place}" if place else f"--reports={evidence}"
    done = project.run("-q", f"--replay={evidence}", option)
    assert (done.code, "is zelf wat getoetst wordt" in done.error) == (4, True)
    assert {path: path.read_bytes() for path in evidence.rglob("*") if path.is_file()} == before


def test_evidence_of_any_size_is_told_at_once(project: Project, run_folder: Path) -> None:
    enlarged(run_folder / "evidence")
    done = project.run("-q", f"--replay={run_folder / 'evidence'}")
    assert done.code != 0
    assert "Traceback" not in done.out + done.error
