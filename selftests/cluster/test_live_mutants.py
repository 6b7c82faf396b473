"""The golden chart as it runs meets everything; each fault made by kubectl changes the verdicts that it says, alone."""

import time
from collections.abc import Iterator, Mapping

import pytest
from auditor import Outcome
from control_plane import ControlPlane
from golden_live import NAMESPACE, LiveAuditor, golden_namespace
from measurements import by_requirement
from mutant import assert_changes_only, assert_well_said, changed, expected
from namespace_mutants import MUTANTS, LiveMutant

from toetskader.results import Verdict

SECONDS_TO_SETTLE = 120
"""At most: a look that finds what is expected twice ends the wait."""

NOT_SHOWN = {
    "image.running_prerelease": Verdict.NOT_APPLICABLE,  # no image has a preliminary version
    # Nothing is entered without `exec: true`, and these pods have no inside.
    "workload.writes_to_volumes": Verdict.UNDETERMINED,
}
"""What the golden chart does not show here."""


@pytest.fixture(scope="module")
def live(control_plane: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveAuditor]:
    with golden_namespace(control_plane):
        yield LiveAuditor(control_plane, tmp_path_factory.mktemp("live"))


@pytest.fixture(scope="module")
def golden(live: LiveAuditor) -> Outcome:
    return live.judged()


def settled(live: LiveAuditor, golden: Outcome, expected: Mapping[str, Verdict]) -> Outcome:
    """Look until two looks in a row find what is expected, or time is up; return the last look.

    Controllers need a moment, and what is in between two states of theirs is neither.
    """
    end, found = time.monotonic() + SECONDS_TO_SETTLE, 0
    while True:
        outcome = live.judged()
        found = found + 1 if changed(outcome, golden) == expected else 0
        if found == 2 or time.monotonic() > end:
            return outcome
        time.sleep(0.2)


def test_the_golden_chart_meets_everything_that_what_runs_can_show(live: LiveAuditor, golden: Outcome) -> None:
    not_shown = by_requirement(NOT_SHOWN, live.auditor.requirements.values(), "namespace")
    assert {id_: judged.verdict for id_, judged in golden.items() if judged.verdict is not Verdict.PASS} == not_shown
    assert [judged.crash for judged in golden.values() if judged.crash] == []


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_mutant_changes_these_verdicts_only(
    mutant: LiveMutant, control_plane: ControlPlane, live: LiveAuditor, golden: Outcome
) -> None:
    with mutant.made(control_plane):
        if mutant.restarts:
            rolled_out(control_plane)
        outcome = settled(live, golden, expected(mutant, live.auditor, golden))
    assert_changes_only(mutant, live.auditor, golden, outcome)
    assert_well_said(outcome)
    if mutant.restarts:
        rolled_out(control_plane)
    assert changed(settled(live, golden, {}), golden) == {}, "the namespace is not as it was"


def rolled_out(control_plane: ControlPlane) -> None:
    for item in control_plane.get("deployment", f"--namespace={NAMESPACE}")["items"]:
        where = (item["metadata"]["name"], f"--namespace={NAMESPACE}", f"--timeout={SECONDS_TO_SETTLE}s")
        control_plane.kubectl("rollout", "status", "deployment", *where)
