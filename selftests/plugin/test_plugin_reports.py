"""What a run leaves behind: its folder, the files that were asked for, and evidence that can be judged again."""

import csv
import json
import shutil
from xml.etree import ElementTree as ET

import pytest
from tiny_project import Project, Run, without_moments

from toetskader.plugin.checksums import write_sums

HOSTILE = "<script>alert(1)</script>\x1b[31m\u202e"


@pytest.fixture(scope="module")
def first(project: Project) -> Run:
    project.target("somber", values={"mood": "bad"})
    asked = ["--html=uit/r.html", "--results=uit/r.json", "--csv=uit/r.csv", "--junitxml=uit/r.xml"]
    return project.run("-q", "--target=targets/somber", *asked)


def test_files_go_where_they_were_asked(project: Project, first: Run) -> None:
    out = project.root / "uit"
    assert json.loads((out / "r.json").read_text()) == first.results
    assert '<html lang="nl"' in (out / "r.html").read_text()
    with (out / "r.csv").open(encoding="utf-8-sig") as stream:
        rows = list(csv.DictReader(stream, delimiter=";"))
    assert {row["requirement"]: row["verdict"] for row in rows} == first.verdicts()
    suite = ET.parse(out / "r.xml").getroot()
    assert suite.get("failures"), suite.get("errors") == ("1", "1")
    assert first.line("rapport: ") == "rapport: uit/r.html"


def test_a_run_has_a_folder_and_latest_points_to_it(project: Project, first: Run) -> None:
    latest = project.root / "reports/somber/latest"
    assert latest.is_symlink()
    assert latest.resolve() in project.reports()
    assert {path.name for path in latest.iterdir()} >= {"evidence", "junit.xml", "results.json"}
    second = project.run("-q", "--target=targets/somber", "-k", "TST-1", "--reports=elders")
    assert second.results == {}  # nothing under reports/
    (part,) = (project.root / "elders/somber").iterdir()  # and no `latest`: a part is no whole run
    assert {path.name for path in part.iterdir()} == {"evidence", "junit.xml", "report.html", "results.json"}


def test_every_result_names_evidence_that_exists(project: Project, first: Run) -> None:
    evidence = project.root / "reports/somber/latest/evidence"
    for row in first.results["results"]:
        assert row["evidence"]
        for name in row["evidence"]:
            assert (evidence / name).is_file()


def test_evidence_is_judged_again_without_chart_and_without_helm(project: Project, first: Run) -> None:
    evidence = project.root / "bewijs"
    project.run("-q", "--target=targets/somber", "--reports=vers")  # other tests have runs below reports/
    shutil.copytree(project.root / "vers/somber/latest/evidence", evidence)
    shutil.move(project.root / "targets/somber", project.root / "weg")
    try:
        # An empty module in the place of Helm's SDK: whoever imports it gets nothing.
        project.write("zonder/helm_sdkpy.py", "raise ImportError")
        no_helm = {"PATH": "/nonexistent", "PYTHONPATH": str(project.root / "zonder")}
        again = project.run("-q", "--replay=bewijs", env=no_helm)
        english = project.run("-q", "--replay=bewijs", "--lang=en", "-n2", env=no_helm)
    finally:
        shutil.move(project.root / "weg", project.root / "targets/somber")
    assert again.code == english.code == 1
    assert without_moments(json.dumps(again.results["results"])) == without_moments(
        json.dumps(first.results["results"])
    )
    assert english.verdicts() == first.verdicts()
    assert english.row("TST-2-01")["title"] == "Requirement TST-2-01"
    assert english.summary("somber")["parts"]["chart"].startswith("tiny 1.0.0 (")
    assert again.results["run"]["options"]["--replay"].endswith("/bewijs")


def test_what_was_not_collected_is_undetermined_and_says_so(project: Project, first: Run) -> None:
    part = project.root / "deel"
    part.mkdir()
    shutil.copy(project.root / "reports/somber/latest/evidence/run.json", part)
    write_sums(part)
    done = project.run("-q", "--replay=deel")
    assert done.code == 1
    assert set(done.verdicts().values()) == {"undetermined"}
    assert "de run waaruit dit bewijs komt heeft dit niet verzameld" in done.text


def test_damaged_evidence_ends_with_4(project: Project, first: Run) -> None:
    project.write("stuk/run.json", '{"date": "2026-01-01"')
    write_sums(project.root / "stuk")
    named = json.loads((project.root / "reports/somber/latest/evidence/run.json").read_text())
    named["targets"][0]["name"] = "../../elders"
    project.write("vals/run.json", json.dumps(named))
    write_sums(project.root / "vals")
    before = project.reports()
    for folder, said in (("stuk", "past niet bij deze versie"), ("vals", "../../elders: verwacht: ten hoogste 63")):
        done = project.run("-q", f"--replay={folder}")
        assert done.code == 4
        assert said in " ".join(done.error.split())
        assert "Traceback" not in done.out + done.error
    assert project.reports() == before


def test_hostile_text_of_a_chart_stays_text(project: Project) -> None:
    project.target("kwaad", values={"mood": HOSTILE}, supplier="<b>Kwaad</b> BV")
    chart = project.root / "targets/kwaad/chart/templates/map.yaml"
    chart.write_text(chart.read_text() + '  "<img src=x>\\u001b[1m": "yes"\n')
    done = project.run("-v", "--color=no", "--target=targets/kwaad", "--html=kwaad.html", "--level=1")
    said = done.out + done.error
    assert "\x1b" not in said
    assert "\u202e" not in said
    page = (project.root / "kwaad.html").read_text()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<b>Kwaad" not in page
    assert "\x1b" not in page
    assert done.row("TST-2-01")["findings"][0]["seen"] == HOSTILE
