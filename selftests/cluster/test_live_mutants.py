"""The golden chart as it runs meets everything; each fault made by kubectl changes the verdicts that it says, alone."""

import time
from collections.abc import Iterator, Mapping

import pytest
from control_plane import ControlPlane
from golden_live import NAMESPACE, LiveAuditor, golden_namespace
from live_mutations import LiveMutant, load_live_mutants

from toetskader.judging.combining import Judged
from toetskader.results import Verdict

MUTANTS = load_live_mutants()
SECONDS_TO_SETTLE = 120
"""At most: a look that finds what is expected twice ends the wait."""

NOT_SHOWN = {
    "DDC-7.2-06": Verdict.NOT_APPLICABLE,  # no image has a preliminary version
    "DDC-7.2-15": Verdict.UNDETERMINED,  # nothing is entered without `exec: true`, and these pods have no inside
}
"""What the golden chart does not show here."""

Outcome = Mapping[str, Judged]
"""Requirement → what its check said."""


@pytest.fixture(scope="module")
def auditor(control_plane: ControlPlane) -> Iterator[LiveAuditor]:
    with golden_namespace(control_plane):
        yield LiveAuditor(control_plane)


@pytest.fixture(scope="module")
def golden(auditor: LiveAuditor) -> Outcome:
    return auditor.judged()


def changed(outcome: Outcome, golden: Outcome) -> dict[str, Verdict]:
    return {id_: judged.verdict for id_, judged in outcome.items() if judged.verdict is not golden[id_].verdict}


def settled(auditor: LiveAuditor, golden: Outcome, expected: Mapping[str, Verdict]) -> Outcome:
    """Look until two looks in a row find what is expected, or time is up; return the last look.

    Controllers need a moment, and what is in between two states of theirs is neither.
    """
    end, found = time.monotonic() + SECONDS_TO_SETTLE, 0
    while True:
        outcome = auditor.judged()
        found = found + 1 if changed(outcome, golden) == expected else 0
        if found == 2 or time.monotonic() > end:
            return outcome
        time.sleep(0.2)


def test_the_golden_chart_meets_everything_that_what_runs_can_show(golden: Outcome) -> None:
    assert {id_: judged.verdict for id_, judged in golden.items() if judged.verdict is not Verdict.PASS} == NOT_SHOWN
    assert [judged.crash for judged in golden.values() if judged.crash] == []


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_mutant_changes_these_verdicts_only(
    mutant: LiveMutant, control_plane: ControlPlane, auditor: LiveAuditor, golden: Outcome
) -> None:
    with mutant.made(control_plane):
        if mutant.restarts:
            rolled_out(control_plane)
        outcome = settled(auditor, golden, mutant.changes)
    assert [judged.crash for judged in outcome.values() if judged.crash] == []
    found = changed(outcome, golden)
    assert found == mutant.changes, "\n".join(
        f"{id_}: {_said(outcome[id_])}" for id_ in sorted(found.keys() | mutant.changes.keys())
    )
    if mutant.restarts:
        rolled_out(control_plane)
    assert changed(settled(auditor, golden, {}), golden) == {}, "the namespace is not as it was"


def test_every_requirement_on_what_runs_has_a_mutant_that_fails_it(auditor: LiveAuditor) -> None:
    failed = {id_ for mutant in MUTANTS for id_, verdict in mutant.changes.items() if verdict is Verdict.FAIL}
    assert sorted(auditor.requirements.keys() - failed) == []


def rolled_out(control_plane: ControlPlane) -> None:
    for item in control_plane.get("deployment", f"--namespace={NAMESPACE}")["items"]:
        where = (item["metadata"]["name"], f"--namespace={NAMESPACE}", f"--timeout={SECONDS_TO_SETTLE}s")
        control_plane.kubectl("rollout", "status", "deployment", *where)


def _said(judged: Judged) -> str:
    """Put a verdict into words for whoever mends a mutant or a check."""
    findings = [f"{item.where} {item.path}: {getattr(item.seen, 'en', item.seen)}" for item in judged.findings[:3]]
    return "; ".join([judged.verdict.value, judged.reason.en if judged.reason else "", *findings])
