"""Every check can fail: each mutant of the golden target changes the verdicts that it says, and no other."""

from collections.abc import Callable

import pytest
from auditor import Auditor, Outcome
from mutations import Mutant, load_mutants

from toetskader.judging.judge import Judged
from toetskader.results import Verdict

MUTANTS = load_mutants()


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_mutant_changes_these_verdicts_only(
    mutant: Mutant, golden: Outcome, outcome_of: Callable[[Mutant], Outcome]
) -> None:
    outcome = outcome_of(mutant)
    changed = {
        id_: judged.verdict
        for id_, judged in outcome.items()
        if judged.verdict is not golden[id_].verdict and not _is_hidden(judged, mutant.hides)
    }
    assert any(_is_hidden(judged, mutant.hides) for judged in outcome.values()) is bool(mutant.hides)
    assert outcome.keys() == golden.keys()
    assert [judged.crash for judged in outcome.values() if judged.crash] == []
    assert changed == mutant.changes, "\n".join(
        f"{id_}: {_said(outcome[id_])}" for id_ in sorted(changed.keys() ^ mutant.changes.keys())
    )


def test_every_chart_requirement_has_a_mutant_that_fails_it(auditor: Auditor) -> None:
    failed = {
        id_
        for mutant in MUTANTS
        for id_, verdict in mutant.changes.items()
        if verdict is Verdict.FAIL and auditor.judged_alike(id_, mutant.requirement)
    }
    assert sorted(auditor.chart_requirements.keys() - failed) == []


def test_every_check_can_pass(auditor: Auditor, golden: Outcome) -> None:
    passed = {id_ for id_, judged in golden.items() if judged.verdict is Verdict.PASS}
    passed |= {id_ for mutant in MUTANTS for id_, verdict in mutant.changes.items() if verdict is Verdict.PASS}
    assert sorted(set(auditor.chart_requirements.values()) - {auditor.chart_requirements[id_] for id_ in passed}) == []


def _is_hidden(judged: Judged, hides: str) -> bool:
    reason = judged.reason.en if judged.verdict is Verdict.UNDETERMINED and judged.reason else ""
    return bool(hides) and reason.startswith(hides)


def _said(judged: Judged) -> str:
    """Put a verdict into words for whoever mends a mutant or a check."""
    findings = [f"{item.where} {item.path} ({item.scene}): {_en(item.seen)}" for item in judged.findings[:3]]
    return "; ".join([judged.verdict.value, judged.reason.en if judged.reason else "", *findings])


def _en(value: object) -> object:
    return getattr(value, "en", value)
