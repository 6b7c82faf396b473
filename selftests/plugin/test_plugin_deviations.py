"""Deviations in a run: applied, expired, superfluous, about to expire, and never for what could not be determined."""

import pytest
from tiny_project import DEVIATION, Project, Run

DEVIATIONS = [
    {**DEVIATION, "id": "GELDT", "requirements": ["TST-2-01", "TST-2-02"]},
    {**DEVIATION, "id": "VERLOPEN", "requirements": ["TST-3-01"], "expires": "2026-06-30"},
    {**DEVIATION, "id": "OVERBODIG", "requirements": ["TST-1-01"]},
    {**DEVIATION, "id": "BIJNA", "requirements": ["TST-4-01"], "expires": "2026-07-30"},
]


@pytest.fixture(scope="module")
def july(project: Project) -> Run:
    project.target("somber", values={"mood": "bad"}, deviations=DEVIATIONS)
    return project.run("-q", "--target=targets/somber", "--date=2026-07-01")


def test_an_applied_deviation_explains(july: Run) -> None:
    row = july.row("TST-2-01")
    assert row["verdict"] == "explained"
    assert (row["deviation"]["id"], row["deviation"]["status"]) == ("GELDT", "applied")
    assert row["findings"][0]["seen"] == "bad"


def test_no_deviation_explains_what_could_not_be_determined(july: Run) -> None:
    row = july.row("TST-2-02")
    assert (row["verdict"], row["gated"]) == ("undetermined", True)
    assert july.code == 1


def test_an_expired_deviation_does_not_count_and_says_so(july: Run) -> None:
    row = july.row("TST-3-01")
    assert row["verdict"] == "fail"
    assert row["reason"] == "Afwijking VERLOPEN is verlopen op 2026-06-30."
    assert "Afwijking VERLOPEN verliep op 30 juni 2026 en telt niet meer." in july.text


def test_a_deviation_on_what_is_met_is_superfluous(july: Run) -> None:
    assert july.row("TST-1-01")["verdict"] == "pass"
    assert july.row("TST-1-01")["deviation"] is None
    statuses = {item["id"]: item["status"] for item in july.summary("somber")["deviations"]}
    assert statuses == {"GELDT": "applied", "VERLOPEN": "expired", "OVERBODIG": "superfluous", "BIJNA": "applied"}


def test_a_deviation_that_expires_soon_is_announced(july: Run) -> None:
    assert "afwijking BIJNA verloopt op 30 juli 2026 (over 29 dagen)" in july.text
    assert "afwijking GELDT" not in july.text


def test_the_day_of_expiry_still_counts(project: Project, july: Run) -> None:
    day = project.run("-q", "--target=targets/somber", "--date=2026-06-30", "-k", "TST-3-01")
    assert (day.code, day.verdicts()) == (0, {"TST-3-01": "explained"})
    assert day.results["run"]["date"] == "2026-06-30"
