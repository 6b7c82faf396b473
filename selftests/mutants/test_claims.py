"""Every claim on paper that is laid beside a measurement: confirmed when both say the same, turned over when not.

What is measured is made of what the golden dossier states: first all of it and nothing else, then something more.
"""

from collections.abc import Mapping
from typing import Any

import pytest
from auditor import TODAY, Auditor
from dossier_bench import Bench
from measured_facts import SHOWS, Facts, Shows, Values

from toetskader.catalogue.models import Beside, Requirement
from toetskader.facts.dossier.papers import Look
from toetskader.facts.dossier.stating import Statements, stated
from toetskader.facts.key import FactKey, TargetFacts
from toetskader.judging.combining import Judged, laid_beside
from toetskader.judging.findings import Findings
from toetskader.judging.judge import judge
from toetskader.judging.outcomes import Parameters
from toetskader.judging.stage import Matched
from toetskader.judging.subjects import TargetSubjects
from toetskader.results import Verdict
from toetskader.targets.models import with_defaults
from toetskader.text import words

CLAIMS = [row for row in Auditor("dossier").catalogue.requirements.values() if row.beside is not None]
each_claim = pytest.mark.parametrize("claim", CLAIMS, ids=[row.id for row in CLAIMS])


def shows(beside: Beside) -> Shows:
    """Return what shows the other side of a claim."""
    for value in map(str, beside.params.values()):
        if f"{beside.check}/{value}" in SHOWS:
            return SHOWS[f"{beside.check}/{value}"]
    return SHOWS[beside.check]


class Claim:
    """A claim of the golden dossier, and what it comes to beside what another part shows."""

    def __init__(self, row: Requirement, bench: Bench) -> None:
        assert row.beside is not None
        self._row = row
        self._asked = row.beside
        self._bench = bench
        self._parameters = Parameters(with_defaults(bench.auditor.load(bench.target), bench.auditor.catalogue.profiles))
        self.shows = shows(row.beside)

    @property
    def stated(self) -> Statements:
        """What the golden dossier states."""
        asked = self._bench.auditor.checks[self._asked.check].converted(self._asked.params)
        return stated(Look(self._bench.golden, Findings(), self._parameters, TODAY), asked)

    @property
    def values(self) -> Values:
        """Of what it states, all that can be measured."""
        return tuple(sorted(value for value in self.stated.values if self.shows.can_show(value)))

    def beside(self, facts: Facts | None) -> Judged:
        """Judge it beside what a part shows; None for a target without that part."""
        attempts = {FactKey("dossier"): self._bench.golden, **(facts or {})}
        scenes = {"dossier": (), **({self.shows.part: (self.shows.scene,)} if facts else {})}
        subjects = TargetSubjects(TargetFacts("t", scenes, attempts))
        matched = {self.shows.part: {"": self.shows.scene}} if facts else {}
        paper = self._judged(self._row.check, self._row.params, subjects, {})
        return laid_beside(paper, self._judged(self._asked.check, self._asked.params, subjects, matched))

    def _judged(self, check: str, params: Mapping[str, Any], subjects: TargetSubjects, matched: Matched) -> Judged:
        return judge(
            self._bench.auditor.checks[check],
            subjects,
            part="dossier",
            params=params,
            parameters=self._parameters,
            today=TODAY,
            fixtures={},
            norms=self._bench.auditor.catalogue.norms,
            matched=matched,
        )


@each_claim
def test_a_measurement_that_says_the_same_makes_it_as_strong_as_can_be(
    claim: Requirement, dossier_bench: Bench
) -> None:
    case = Claim(claim, dossier_bench)
    judged = case.beside(case.shows.make(case.values))
    assert judged.verdict is Verdict.PASS, judged
    assert judged.worth is not None
    assert judged.worth.strength == 4


@each_claim
def test_a_measurement_that_says_otherwise_fails_it_and_both_sides_are_named(
    claim: Requirement, dossier_bench: Bench
) -> None:
    case = Claim(claim, dossier_bench)
    judged = case.beside(case.shows.make(case.shows.turned(case.values, case.shows.more)))
    assert judged.verdict is Verdict.FAIL
    (found,) = (item for item in judged.findings if item.strength == "required")
    assert case.stated.paper.name in words(found.expected, "nl")
    assert case.shows.more in words(found.seen, "nl"), found


@each_claim
def test_without_the_other_part_the_paper_stands_alone(claim: Requirement, dossier_bench: Bench) -> None:
    judged = Claim(claim, dossier_bench).beside(None)
    assert judged.verdict is Verdict.PASS
    assert judged.worth is not None
    assert judged.worth.strength < 4
    assert any("Niet naast een meting gelegd" in text.nl for text in judged.measured)
