"""Every check on a service can fail: each mutant changes the verdicts that it says, and no other."""

from collections.abc import Callable, Mapping

import mutants_dns
import mutants_http
import mutants_tls
import pytest
from service_auditor import Outcome, ServiceAuditor
from service_mutations import ServiceMutant

from toetskader.judging.judge import Judged
from toetskader.results import Verdict

MUTANTS = (*mutants_http.MUTANTS, *mutants_dns.MUTANTS, *mutants_tls.MUTANTS)
NEVER_IN_SCOPE = {"DDC-7.17-04", "DDC-7.17-05"}
"""Demands on the municipality; no profile is hers."""


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_mutant_changes_these_verdicts_only(
    mutant: ServiceMutant, goldens: Mapping[str, Outcome], outcome_of: Callable[[ServiceMutant], Outcome]
) -> None:
    golden, outcome = goldens[mutant.of], outcome_of(mutant)
    changed = {id_: judged.verdict for id_, judged in outcome.items() if judged.verdict is not golden[id_].verdict}
    assert outcome.keys() == golden.keys()
    assert [judged.crash for judged in outcome.values() if judged.crash] == []
    wrong = {id_ for id_ in changed.keys() | mutant.changes.keys() if changed.get(id_) is not mutant.changes.get(id_)}
    assert not wrong, "\n".join(f"{id_}: {_said(outcome[id_])}" for id_ in sorted(wrong))
    for id_, path in mutant.remarks.items():
        gained = _remarks(outcome[id_]) - _remarks(golden[id_])
        assert any(path in found for found in gained), f"{id_}: no remark on {path!r}: {_said(outcome[id_])}"


def test_what_fails_says_where_and_how_to_see_it(outcome_of: Callable[[ServiceMutant], Outcome]) -> None:
    """Every finding of every mutant names a host, what was seen and what was expected."""
    for mutant in MUTANTS:
        for id_, judged in outcome_of(mutant).items():
            for finding in judged.findings:
                assert finding.where, (mutant.name, id_)
                assert finding.expected, (mutant.name, id_)
            if judged.verdict is Verdict.FAIL:
                assert any(finding.strength == "required" for finding in judged.findings), (mutant.name, id_)
            elif judged.verdict is not Verdict.PASS:
                assert judged.reason is not None, (mutant.name, id_)
                assert judged.reason.nl, (mutant.name, id_)
                assert judged.reason.en, (mutant.name, id_)


def test_names_of_mutants_are_unique() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)


def test_every_service_requirement_has_a_mutant_that_fails_it(auditor: ServiceAuditor) -> None:
    """At least one mutant that is about this requirement, or about one that the same check judges alike, fails it."""
    failed = {
        id_
        for mutant in MUTANTS
        for id_, verdict in mutant.changes.items()
        if verdict is Verdict.FAIL and auditor.judged_alike(id_, mutant.requirement)
    }
    assert auditor.service_requirements.keys() - failed == NEVER_IN_SCOPE


def test_every_requirement_passes_on_a_golden_scene(auditor: ServiceAuditor, goldens: Mapping[str, Outcome]) -> None:
    passed = {id_ for golden in goldens.values() for id_, judged in golden.items() if judged.verdict is Verdict.PASS}
    assert auditor.service_requirements.keys() - passed == NEVER_IN_SCOPE


def test_mutants_change_nothing_in_the_golden_supplier(goldens: Mapping[str, Outcome]) -> None:
    """The supplier meets everything without exception; of the coupling, what needs an answer cannot be said."""
    assert {judged.verdict for judged in goldens["supplier"].values()} == {Verdict.PASS}
    verdicts = {judged.verdict for judged in goldens["coupling"].values()}
    assert verdicts == {Verdict.PASS, Verdict.UNDETERMINED}
    assert all(judged.crash is None for golden in goldens.values() for judged in golden.values())


def _remarks(judged: Judged) -> set[str]:
    """Return what is remarked, as path and what was seen; not the port, which differs at every run."""
    return {f"{item.path}: {_en(item.seen)}" for item in judged.findings if item.strength != "required"}


def _said(judged: Judged) -> str:
    """Put a verdict into words for whoever mends a mutant or a check."""
    findings = [f"{item.where} {item.path} ({item.strength}): {_en(item.seen)}" for item in judged.findings[:4]]
    return "; ".join([judged.verdict.value, judged.reason.en if judged.reason else "", *findings])


def _en(value: object) -> object:
    return getattr(value, "en", value)
