"""Every check on a chart can fail: each mutant of the golden target changes the verdicts that it says, and no other."""

from collections.abc import Callable

import pytest
from auditor import Auditor, Outcome
from chart_mutants import MUTANTS
from file_mutants import FileMutant
from mutant import assert_changes_only, assert_well_said, by_requirement

from toetskader.results import Verdict


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_mutant_changes_these_verdicts_only(
    mutant: FileMutant, auditor: Auditor, golden: Outcome, outcome_of: Callable[[FileMutant], Outcome]
) -> None:
    outcome = outcome_of(mutant)
    assert_changes_only(mutant, auditor, golden, outcome)
    assert_well_said(outcome)


def test_every_check_can_pass(auditor: Auditor, golden: Outcome) -> None:
    passed = {auditor.check_of(id_).id for id_, judged in golden.items() if judged.verdict is Verdict.PASS}
    for mutant in MUTANTS:
        changes = by_requirement(mutant.changes, auditor.requirements.values(), "chart")
        passed |= {auditor.check_of(id_).id for id_, verdict in changes.items() if verdict is Verdict.PASS}
    assert sorted({auditor.check_of(id_).id for id_ in auditor.requirements} - passed) == []
