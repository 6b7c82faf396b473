"""Every check on what was written down of a cluster can fail: mutants change the verdicts that they say alone."""

from functools import cache
from pathlib import Path

import pytest
from auditor import Auditor, Outcome
from file_mutants import MUTANTS_FOLDER, FileMutant, load_mutants
from measurements import by_requirement
from mutant import assert_changes_only, assert_well_said
from stages import STORED

from toetskader.catalogue.models import Part
from toetskader.results import Verdict

MUTANTS = {kind: load_mutants(MUTANTS_FOLDER / kind) for kind in STORED}
NOT_SHOWN = {
    "rbac.can_i{layers: [3]}": Verdict.NOT_APPLICABLE,  # the component is of layer 2
    "rbac.temporary_write": Verdict.NOT_APPLICABLE,  # nobody writes in production
}
"""What the golden targets do not show; mutants do."""


def folder(kind: Part) -> Path:
    return MUTANTS_FOLDER / kind / "golden"


@cache
def golden(kind: Part) -> tuple[Auditor, Outcome]:
    """Return the auditor of a kind, and what its golden target comes to."""
    auditor = Auditor(kind)
    return auditor, auditor.audit(folder(kind))


@pytest.mark.parametrize("kind", STORED)
def test_the_golden_target_meets_everything_that_it_shows(kind: Part) -> None:
    auditor, outcome = golden(kind)
    assert outcome.keys() == auditor.requirements.keys()
    assert_well_said(outcome)
    not_shown = by_requirement(NOT_SHOWN, auditor.requirements.values(), kind) if kind == "rbac" else {}
    assert {id_: judged.verdict for id_, judged in outcome.items()} == dict.fromkeys(outcome, Verdict.PASS) | not_shown


@pytest.mark.parametrize("kind", STORED)
def test_every_check_can_pass(kind: Part) -> None:
    auditor, outcome = golden(kind)
    passed = {id_ for id_, judged in outcome.items() if judged.verdict is Verdict.PASS}
    for mutant in MUTANTS[kind]:
        changes = by_requirement(mutant.changes, auditor.requirements.values(), kind)
        passed |= {id_ for id_, verdict in changes.items() if verdict is Verdict.PASS}
    assert sorted(auditor.requirements.keys() - passed) == []


@pytest.mark.parametrize(
    ("kind", "mutant"),
    [pytest.param(kind, item, id=f"{kind}-{item.name}") for kind in STORED for item in MUTANTS[kind]],
)
def test_mutant_changes_these_verdicts_only(kind: Part, mutant: FileMutant, tmp_path: Path) -> None:
    auditor, outcome = golden(kind)
    changed = auditor.audit(mutant.make(folder(kind), tmp_path / "target"))
    assert_changes_only(mutant, auditor, outcome, changed)
    assert_well_said(changed)
