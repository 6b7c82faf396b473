"""What a verdict comes to in pytest: outcome, words, totals, exit code; and what a gate lets pass."""

import pytest
from tiny_project import DEVIATION, Project, Run

SAD = {"mood": "bad"}


@pytest.fixture(scope="module")
def dutch(project: Project) -> Run:
    deviations = [{**DEVIATION, "requirements": ["TST-3-01"]}]
    project.target("somber", values=SAD, deviations=deviations)
    return project.run("-v", "--target=targets/somber", "--date=2026-06-01")


@pytest.fixture(scope="module")
def english(project: Project, dutch: Run) -> Run:
    return project.run("--target=targets/somber", "--date=2026-06-01", "--lang=en", "-rA")


def test_an_id_names_check_requirement_target_and_part(dutch: Run) -> None:
    assert "tests/test_tiny.py::test_mood_is_good[TST-2-01@somber/chart] " in dutch.out


@pytest.mark.parametrize(
    ("requirement", "verdict", "word"),
    [
        ("TST-1-01", "pass", "VOLDOET"),
        ("TST-1-02", "not_applicable", "N.V.T. (Deze chart doet hier niets mee.)"),
        ("TST-2-01", "fail", "VOLDOET NIET"),
        ("TST-2-02", "undetermined", "NIET TE BEPALEN"),
        ("TST-2-03", "fail", "VOLDOET NIET (TELT NIET MEE) (ConfigMap/tiny)"),
        ("TST-3-01", "explained", "LEG UIT (AFW-1: Volgende versie.)"),
        ("TST-4-01", "fail", "VOLDOET NIET (TELT NIET MEE) (ConfigMap/tiny)"),
    ],
)
def test_every_verdict_has_its_own_word(dutch: Run, requirement: str, verdict: str, word: str) -> None:
    said = next(line for line in dutch.out.splitlines() if f"[{requirement}@somber/chart]" in line)
    assert said.split("] ", 1)[1].rpartition("[")[0].strip() == word
    assert dutch.verdicts()[requirement] == verdict


def test_fixtures_that_apply_of_themselves_change_nothing(project: Project, dutch: Run) -> None:
    prepared = project.run("-v", "--target=targets/somber", "--date=2026-06-01", env={"UNASKED": "1"})
    assert prepared.verdicts() == dutch.verdicts()
    assert prepared.code == dutch.code


def test_totals_count_verdicts_in_the_language_of_the_run(dutch: Run, english: Run) -> None:
    totals = "2 voldoet, 1 n.v.t., 1 voldoet niet, 2 voldoet niet (telt niet mee), 1 niet te bepalen, 1 leg uit"
    last = dutch.out.splitlines()[-1]
    assert sorted(totals.split(", ")) == sorted(last.strip("= ").rpartition(" in ")[0].split(", ")[1:])
    last = english.out.splitlines()[-1]
    for word in ("3 deselected", "2 met", "1 n/a", "1 not met,", "2 not met (not deciding)", "1 undetermined"):
        assert word in last


def test_what_fails_is_a_sentence_with_place_and_remedy_and_no_traceback(dutch: Run, english: Run) -> None:
    said = dutch.text.partition("Wat de poort tegenhoudt")[2]
    assert "TST-2-01@somber [voldoet niet] Eis TST-2-01 (TST 1, regels 1–2; niveau 2)" in said
    expected = "ConfigMap/tiny: gezien bad, verwacht good (data.mood, tiny/templates/map.yaml, waardenset productie)."
    assert f"{expected} Herstel: Zet mood op good." in dutch.text
    assert "Parameter 'mail_host' ontbreekt" in dutch.text
    assert "ConfigMap/tiny: seen bad, expected good" in english.text
    assert "Traceback" not in dutch.out + dutch.error


def test_the_summary_says_level_coverage_what_blocks_counts_and_where_the_report_is(
    dutch: Run, project: Project
) -> None:
    said = dutch.text
    assert "somber (Klein BV, Kaartje): niveau 1 op 8 van 11 eisen. Poort 3 is niet gehaald: 2 eisen blokkeren." in said
    assert "blokkeert: TST-2-01, TST-2-02" in said
    assert "niveau 1 (experiment): 1 n.v.t., 1 voldoet" in said
    place = dutch.line("rapport: ").removeprefix("rapport: ")
    assert (project.root / place).is_file()


def test_run_with_something_that_blocks_ends_with_1(dutch: Run, english: Run) -> None:
    assert dutch.code == english.code == 1
    assert dutch.results["run"]["exit_code"] == 1
    assert dutch.results["run"]["complete"] is True


def test_a_run_without_anything_that_blocks_ends_with_0(project: Project) -> None:
    done = project.run("-q")
    assert done.code == 0
    assert "niveau 4 op 8 van 11 eisen. Poort 4 is gehaald" in done.text
    assert set(done.verdicts().values()) == {"pass", "not_applicable"}
    assert done.row("TST-2-04")["reason"].startswith("De chart toont de bedoeling")


def test_what_is_not_looked_at_is_deselected_and_has_a_reason(dutch: Run) -> None:
    assert "collected 11 items / 3 deselected / 8 selected" in dutch.out
    reasons = {item["requirement"]: item["reason"] for item in dutch.summary("somber")["not_looked_at"]}
    assert reasons == {
        "TST-2-91": "deze versie heeft de toets rbac.can_i nog niet; nodig: rbac",
        "TST-2-92": "is een eis aan de gemeente",
        "TST-3-93": "hoort niet bij profiel haven",
    }


def test_a_failure_above_the_gate_is_a_forecast_that_cannot_fail_the_run(project: Project, dutch: Run) -> None:
    done = project.run("--target=targets/somber", "--level=1", "-q")
    assert done.code == 0
    assert done.verdicts() == {**dutch.verdicts(), "TST-3-01": done.verdicts()["TST-3-01"]}
    assert not any(row["gated"] for row in done.results["results"] if row["level"] > 1)
    assert done.summary("somber")["gate"] == 1
    assert done.results["run"]["options"] == {"--level": "1"}
    assert "niet te bepalen (telt niet mee)" in done.out


def test_level_4_blocks_only_what_agreements_name(project: Project) -> None:
    project.target("zonder", gate=4, values=SAD, parameters={"mail_host": "m"})
    project.target("met", gate=4, values=SAD, parameters={"mail_host": "m"}, agreements=["TST-4-01"])
    done = project.run("--target=targets/zonder", "--target=targets/met", "-k", "TST-4", "-q")
    assert done.code == 1
    assert done.row("TST-4-01", "met")["gated"] is True
    assert done.row("TST-4-01", "zonder")["gated"] is False
    assert "nodig voor niveau 1" in done.text or "nodig voor niveau 4" in done.text


def test_a_check_that_breaks_costs_one_verdict_and_shows_where(project: Project) -> None:
    project.target("stuk", values={"broken": "yes"}, parameters={"mail_host": "m"})
    done = project.run("--target=targets/stuk", "-q")
    assert done.code == 1
    assert done.verdicts().pop("TST-2-04") == "undetermined"
    assert list(done.verdicts().values()).count("undetermined") == 1
    assert len(done.verdicts()) == 8
    crash = done.out.partition("Toets liep vast")[2]
    assert "TST-2-04@stuk" in crash
    assert 'test_tiny.py", line' in crash
    assert "test_nothing_is_broken" in crash
