"""pytest's own selection and habits: -k, -m, paths, --lf, -x, --collect-only, fixtures, and exit codes 4 and 5."""

import pytest
from tiny_project import DEVIATION, Project


@pytest.fixture(scope="module", autouse=True)
def target(project: Project) -> None:
    project.target("somber", values={"mood": "bad"})


@pytest.mark.parametrize(
    ("args", "selected"),
    [
        (["-k", "mood and not TST-4"], {"TST-2-01", "TST-2-03", "TST-3-01"}),
        (["-k", "tiny.never"], {"TST-1-02"}),
        (["-m", "level(n=1) and source(id='TST') and part(name='chart')"], {"TST-1-01", "TST-1-02"}),
        (["tests/test_tiny.py::test_it_never_applies"], {"TST-1-02"}),
    ],
    ids=["k", "k with a check", "m", "path"],
)
def test_pytest_selects(project: Project, args: list[str], selected: set[str]) -> None:
    done = project.run("-q", *args)
    assert done.code == 0
    assert done.verdicts().keys() == selected
    left_out = {item["requirement"]: item["reason"] for item in done.summary("voorbeeld")["not_looked_at"]}
    assert left_out["TST-2-02"] == "niet geselecteerd in deze run"
    assert left_out["TST-2-91"].startswith("deze versie heeft de toets rbac.can_i nog niet")
    assert len(left_out) == 11 - len(selected)
    assert list(done.results["run"]["options"].values()) == [args[-1]]
    assert f"op {len(selected)} van 11 eisen" in done.text


def test_stops_at_the_first_failure_and_says_what_is_missing(project: Project) -> None:
    done = project.run("-q", "-x", "--target=targets/somber")
    assert done.code == 1
    assert done.verdicts() == {"TST-1-01": "pass", "TST-1-02": "not_applicable", "TST-2-01": "fail"}
    assert done.results["run"]["complete"] is False
    assert "Geen oordeel over: TST-2-02@somber, TST-2-03@somber" in done.text
    assert done.summary("somber")["level_reached"] == 1


def test_last_failed_selects_what_blocked(project: Project) -> None:
    project.run("-q", "--target=targets/somber")
    again = project.run("-q", "--lf", "--target=targets/somber")
    assert again.verdicts() == {"TST-2-01": "fail", "TST-2-02": "undetermined", "TST-3-01": "fail"}


def test_collect_only_lists_requirements_and_writes_nothing(project: Project) -> None:
    before = project.reports()
    done = project.run("--collect-only", "-q", "--html=lijst.html", "--csv=lijst.csv", "--results=lijst.json")
    assert done.code == 5
    assert "Er is niets beoordeeld." in done.text
    lines = done.out.splitlines()
    assert "tests/test_tiny.py::test_mood_is_good[TST-2-01@voorbeeld/chart]" in lines
    assert sum("@voorbeeld/chart]" in line for line in lines) == 8
    assert "8/11 tests collected (3 deselected)" in done.out
    assert project.reports() == before
    assert not list(project.root.glob("lijst.*"))


@pytest.mark.parametrize(
    "chosen", ["-k=nothing_has_this_name", "-k=mood", "--lf", "-x", "tests/test_tiny.py::test_mood_is_good"]
)
def test_latest_stays_at_the_last_run_of_all_requirements(project: Project, chosen: str) -> None:
    project.run("-q", "--target=targets/somber")
    latest = project.root / "reports/somber/latest"
    whole = latest.resolve()
    before = project.reports()
    project.run("-q", "--target=targets/somber", chosen)
    assert len(project.reports() - before) == 1
    assert latest.resolve() == whole


def test_nothing_selected_ends_with_5(project: Project) -> None:
    done = project.run("-q", "-k", "nothing_has_this_name")
    assert done.code == 5
    assert "Over poort 4 is niets te zeggen: geen enkele eis is bekeken" in done.text


def test_a_profile_replaces_that_of_the_target(project: Project) -> None:
    done = project.run("-q", "--profile=saas")
    assert done.verdicts() == {"TST-3-93": "pass"}
    summary = done.summary("voorbeeld")
    assert summary["profiles"] == ["saas"]
    assert {item["reason"] for item in summary["not_looked_at"]} == {
        "hoort niet bij profiel saas",
        "is een eis aan de gemeente",
    }


WRONG = [
    ("--profile=havn", "--profile: profiel havn bestaat niet; kies uit haven, saas."),
    ("--profile=havn --lang=en", "--profile: profile havn does not exist; choose from haven, saas."),
    ("--level=5", "invalid choice: 5"),
    ("--date=gisteren", "--date: 'gisteren' is geen datum; schrijf JJJJ-MM-DD"),
    ("--helm=/nergens/helm", "--helm: /nergens/helm is geen programma dat te starten is"),
    ("--html=tests", "--html: tests is een map; noem een bestand"),
    ("--replay=tests", "--replay: tests is geen bewijsmap (geen run.json)"),
    ("--replay=tests --target=targets/somber", "laat --target weg"),
    ("--target=targets/niemand", "targets/niemand: bestaat niet"),
    ("--policies=nergens", "nergens: is geen map; noem de map met policies"),
    ("tests/test_none.py", "file or directory not found: tests/test_none.py"),
]


def test_a_wrong_command_line_ends_with_4_and_leaves_nothing(project: Project) -> None:
    before = project.reports()
    for args, said in WRONG:
        done = project.run("-q", *args.split())
        assert done.code == 4, args
        assert said in " ".join((done.out + done.error).split())
        assert "Traceback" not in done.out + done.error
    assert project.reports() == before
    assert not (project.root / "reports/niemand").exists()


def test_wrong_files_are_named_with_file_and_line(project: Project) -> None:
    typo = project.target("typo", gaet=3)
    values = project.target("waarden")
    values.write_text(values.read_text().replace("productie.yaml", "verdwenen.yaml"))
    project.target(
        "afwijking", deviations=[{**DEVIATION, "approved_by": "productmanager", "requirements": ["TST-9-99"]}]
    )
    done = project.run("--target=targets/typo", "--target=targets/waarden", "--target=targets/afwijking")
    assert done.code == 4
    gate = next(n for n, line in enumerate(typo.read_text().splitlines(), 1) if '"gaet"' in line)
    assert f"targets/typo/target.yaml:{gate}: gaet: onbekende sleutel gaet. Bedoelt u gate?" in done.error
    file = next(n for n, line in enumerate(values.read_text().splitlines(), 1) if "verdwenen.yaml" in line)
    assert f"targets/waarden/target.yaml:{file}: " in done.error
    assert "bestand verdwenen.yaml bestaat niet" in done.error
    assert "kunnen één mens zijn (dezelfde naam of rol)" in done.error
    assert "targets/afwijking/afwijkingen.yaml:6: deviations[0].requirements[0]: eis TST-9-99" in done.error
    assert "Traceback" not in done.out + done.error


def test_a_resolver_that_is_none_is_a_usage_error(project: Project) -> None:
    done = project.run("-q", "--resolver=nonsense")
    assert done.code == 4
    assert "--resolver: 'nonsense' is geen resolver; schrijf 192.0.2.1" in done.error


def test_a_check_that_another_module_imports_is_judged_once(project: Project) -> None:
    project.write("tests/test_more.py", "from tests.test_tiny import *\n")
    done = project.run("--collect-only", "-q")
    assert done.code == 5
    assert not [line for line in done.out.splitlines() if line.startswith("tests/test_more.py")]
