"""Every kind of part is held to the same: what a kind lacks is named here."""

import pytest
from auditor import Auditor
from mutant import alike, without_mutant
from stages import MUTANTS

from toetskader.catalogue.models import Part


@pytest.mark.parametrize("kind", MUTANTS)
def test_every_requirement_has_a_mutant_that_fails_it(kind: Part) -> None:
    requirements = Auditor(kind).requirements.values()
    assert without_mutant(requirements, kind, MUTANTS[kind]) == [], f"no mutant of kind {kind} fails these"
    assert alike(requirements, kind, MUTANTS[kind]) == [], f"no mutant of kind {kind} tells these apart"
