"""Every check on a kind whose mutants are edits of files can fail, and each mutant changes what it says alone."""

from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from auditor import TODAY, Auditor, Outcome
from dated_copy import copied_as_of
from file_mutants import MUTANTS_FOLDER, FileMutant, not_shown
from measurements import by_requirement
from mutant import assert_changes_only, assert_well_said
from stages import STORED, golden_target, mutants_of

from toetskader.catalogue.models import Part
from toetskader.results import Verdict


@cache
def golden(kind: Part) -> tuple[Auditor, Outcome]:
    """Return the auditor of a kind, and what its golden target comes to."""
    auditor = Auditor(kind)
    return auditor, auditor.audit(folder(kind))


def folder(kind: Part) -> Path:
    found = golden_target(kind)
    assert found is not None, f"{kind} has no golden target: store one in {MUTANTS_FOLDER / kind / 'golden'}"
    return found


@pytest.mark.parametrize("kind", STORED)
def test_the_golden_target_meets_everything_that_it_shows(kind: Part) -> None:
    auditor, outcome = golden(kind)
    assert outcome.keys() == auditor.requirements.keys()
    assert_well_said(outcome)
    hidden = by_requirement(not_shown(MUTANTS_FOLDER / kind), auditor.requirements.values(), kind)
    assert {id_: judged.verdict for id_, judged in outcome.items()} == dict.fromkeys(outcome, Verdict.PASS) | hidden


@pytest.mark.parametrize("days", [40, 200, 800])
@pytest.mark.parametrize("kind", STORED)
def test_the_golden_target_has_the_same_verdicts_on_any_run_date(kind: Part, days: int, tmp_path: Path) -> None:
    """What is seen so many days later is dated so much later, and nothing else in it may run out."""
    later = timedelta(days=days)
    stored = copied_as_of(folder(kind), tmp_path / "target", later=later)
    found = Auditor(kind, today=TODAY + later).audit(stored)
    _, outcome = golden(kind)
    assert {id_: judged.verdict for id_, judged in found.items()} == {
        id_: judged.verdict for id_, judged in outcome.items()
    }


@pytest.mark.parametrize("kind", STORED)
def test_every_check_can_pass(kind: Part) -> None:
    auditor, outcome = golden(kind)
    passed = {id_ for id_, judged in outcome.items() if judged.verdict is Verdict.PASS}
    for mutant in mutants_of(kind):
        changes = by_requirement(mutant.changes, auditor.requirements.values(), kind)
        passed |= {id_ for id_, verdict in changes.items() if verdict is Verdict.PASS}
    assert sorted(auditor.requirements.keys() - passed) == []


@pytest.mark.parametrize(
    ("kind", "mutant"),
    [pytest.param(kind, item, id=f"{kind}-{item.name}") for kind in STORED for item in mutants_of(kind)],
)
def test_mutant_changes_these_verdicts_only(kind: Part, mutant: FileMutant, tmp_path: Path) -> None:
    auditor, outcome = golden(kind)
    changed = auditor.audit(mutant.make(folder(kind), tmp_path / "target"))
    assert_changes_only(mutant, auditor, outcome, changed)
    assert_well_said(changed)
