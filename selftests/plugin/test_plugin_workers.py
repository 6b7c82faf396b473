"""pytest-xdist: the same results, and a run that counts itself when a worker or a test gets lost."""

import json

import pytest
from tiny_project import Project, Run, without_moments


@pytest.fixture(scope="module")
def alone(project: Project) -> Run:
    project.target("somber", values={"mood": "bad"})
    return project.run("--target=targets", "-q")


def test_two_workers_give_the_same_results(project: Project, alone: Run) -> None:
    both = project.run("--target=targets", "-n", "2", "-q")
    assert both.code == alone.code == 1
    assert without_moments(json.dumps(both.results)) == without_moments(json.dumps(alone.results))
    assert both.text.partition("Wat de poort")[2].partition("rapport:")[0] in alone.text
    assert "6 deselected" in both.out.splitlines()[-1]


def test_a_crash_of_a_worker_ends_non_zero_and_names_the_missing_verdict(project: Project, alone: Run) -> None:
    done = project.run("-n", "2", "-q", env={"CRASH": "1"})
    assert done.code == 3
    assert "Geen oordeel over: TST-1-01@voorbeeld" in done.text
    assert done.results["run"]["complete"] is False
    assert done.results["run"]["exit_code"] == 3
    assert done.verdicts().keys() == {
        "TST-1-02",
        "TST-2-01",
        "TST-2-02",
        "TST-2-03",
        "TST-2-04",
        "TST-3-01",
        "TST-4-01",
    }
    assert set(done.verdicts().values()) == {"pass", "not_applicable"}
    # All that was judged is met, but level 1 is not reached on what was lost.
    assert done.summary("voorbeeld")["level_reached"] == 0
    assert done.summary("voorbeeld")["blocked_by"] == ["TST-1-01"]
    assert "Deze run is niet volledig" in done.text


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["alone", "workers"])
def test_a_lost_test_ends_non_zero_and_names_the_missing_verdict(project: Project, workers: list[str]) -> None:
    done = project.run("-q", *workers, env={"LOSE": "TST-2-01@"})
    assert done.code == 3
    assert "Geen oordeel over: TST-2-01@voorbeeld" in done.text
    assert "Deze run is niet volledig" in done.text
    assert done.summary("voorbeeld")["level_reached"] == 1
