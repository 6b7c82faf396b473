"""Every check on a service can fail: each mutant changes the verdicts that it says, and no other."""

from collections.abc import Callable, Mapping

import pytest
from auditor import Auditor, Outcome
from mutant import assert_changes_only, assert_well_said
from saas_mutants import MUTANTS
from service_mutations import ServiceMutant

from toetskader.results import Verdict


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_mutant_changes_these_verdicts_only(
    mutant: ServiceMutant,
    auditor: Auditor,
    goldens: Mapping[str, Outcome],
    outcome_of: Callable[[ServiceMutant], Outcome],
) -> None:
    outcome = outcome_of(mutant)
    assert_changes_only(mutant, auditor, goldens[mutant.of], outcome)
    assert_well_said(outcome)


def test_every_requirement_passes_on_a_golden_scene(auditor: Auditor, goldens: Mapping[str, Outcome]) -> None:
    passed = {id_ for golden in goldens.values() for id_, judged in golden.items() if judged.verdict is Verdict.PASS}
    assert auditor.requirements.keys() - passed == set()


def test_what_the_golden_scenes_come_to(goldens: Mapping[str, Outcome]) -> None:
    """The supplier meets everything without exception; of the coupling, what needs an answer cannot be said."""
    assert {judged.verdict for judged in goldens["supplier"].values()} == {Verdict.PASS}
    verdicts = {judged.verdict for judged in goldens["coupling"].values()}
    assert verdicts == {Verdict.PASS, Verdict.UNDETERMINED}
    assert all(judged.crash is None for golden in goldens.values() for judged in golden.values())
