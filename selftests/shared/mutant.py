"""One engine for mutants of all kinds of parts: what a mutant says, and whether that and nothing else is so.

A mutant is a golden target in which one thing is changed, and every verdict that this changes. How it is made is the
business of its kind: edits of files, a scene of the laboratory, what kubectl does.
"""

from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Protocol, TypeVar

import msgspec
from auditor import Auditor, Outcome
from measurements import by_requirement, measurement

from toetskader.catalogue.models import Part, Requirement
from toetskader.judging.combining import Judged
from toetskader.results import Verdict


class Mutant(Protocol):
    """A named change of a golden target."""

    @property
    def name(self) -> str:
        """Its name, unique among those of its kind."""

    @property
    def check(self) -> str:
        """The measurement it is about."""

    @property
    def why(self) -> str:
        """Why what it is about is no longer met, can no longer be judged, or does not apply."""

    @property
    def changes(self) -> Mapping[str, Verdict]:
        """Measurement → new verdict: all that differ from the golden target, and no other."""

    @property
    def remarks(self) -> Mapping[str, str]:
        """Measurement → path of a remark that it gains, whatever its verdict."""

    @property
    def hides(self) -> str:
        """Object of which nobody knows what it makes: all else judged on objects is undetermined and names it."""


Mutation = TypeVar("Mutation", bound=Mutant)


class WrittenMutant(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of mutants that stand in YAML: see `Mutant` for the fields."""

    name: str
    check: str
    why: str
    changes: dict[str, Verdict]
    remarks: dict[str, str] = {}
    hides: str = ""

    def __post_init__(self) -> None:
        if measurement(self.check).check not in {measurement(text).check for text in self.changes}:
            raise ValueError(f"{self.name}: 'changes' does not name its own check {self.check}")


def unique(mutants: Iterable[Mutation]) -> tuple[Mutation, ...]:
    """Return mutants. Raises ValueError for a name given twice."""
    found = tuple(mutants)
    names = [mutant.name for mutant in found]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"name given twice: {', '.join(sorted(twice))}")
    return found


def expected(mutant: Mutant, auditor: Auditor, golden: Outcome) -> dict[str, Verdict]:
    """Return the verdicts that a mutant changes, by requirement."""
    return by_requirement(mutant.changes, (auditor.requirements[id_] for id_ in golden), auditor.part)


def changed(outcome: Outcome, golden: Outcome, hides: str = "") -> dict[str, Verdict]:
    """Return the verdicts that differ from those of the golden target, by requirement, but what is hidden."""
    return {
        id_: judged.verdict
        for id_, judged in outcome.items()
        if judged.verdict is not golden[id_].verdict and not _is_hidden(judged, hides)
    }


def assert_changes_only(mutant: Mutant, auditor: Auditor, golden: Outcome, outcome: Outcome) -> None:
    """Hold a mutant to what it says. Raises AssertionError with what is otherwise."""
    assert outcome.keys() == golden.keys()
    assert [judged.crash for judged in outcome.values() if judged.crash] == []
    assert any(_is_hidden(judged, mutant.hides) for judged in outcome.values()) is bool(mutant.hides)
    said, found = expected(mutant, auditor, golden), changed(outcome, golden, mutant.hides)
    wrong = sorted(id_ for id_ in said.keys() | found.keys() if said.get(id_) is not found.get(id_))
    assert not wrong, "\n".join(f"{id_}: {described(outcome[id_])}" for id_ in wrong)
    remarked = by_requirement(mutant.remarks, (auditor.requirements[id_] for id_ in golden), auditor.part)
    for id_, path in remarked.items():
        gained = _remarks(outcome[id_]) - _remarks(golden[id_])
        assert any(path in remark for remark in gained), f"{id_}: no remark on {path!r}: {described(outcome[id_])}"


def assert_well_said(outcome: Outcome) -> None:
    """Hold findings and reasons to what a reader needs. Raises AssertionError."""
    for id_, judged in outcome.items():
        assert all(finding.where and finding.expected is not None for finding in judged.findings), id_
        if judged.verdict is Verdict.FAIL:
            assert any(finding.strength == "required" for finding in judged.findings), id_
        elif judged.verdict is not Verdict.PASS:
            assert judged.reason is not None, id_
            assert judged.reason.nl, id_
            assert judged.reason.en, id_


def described(judged: Judged) -> str:
    """Put a verdict into words for whoever mends a mutant or a check."""
    findings = [
        f"{item.where} {item.path} ({', '.join(filter(None, (item.scene, item.strength)))}): {_en(item.seen)}"
        for item in judged.findings[:4]
    ]
    return "; ".join([judged.verdict.value, judged.reason.en if judged.reason else "", *findings])


def _remarks(judged: Judged) -> set[str]:
    """Return what is remarked, as path and what was seen; not the place, which may hold a port that differs."""
    return {f"{item.path}: {_en(item.seen)}" for item in judged.findings if item.strength != "required"}


def _is_hidden(judged: Judged, hides: str) -> bool:
    reason = judged.reason.en if judged.verdict is Verdict.UNDETERMINED and judged.reason else ""
    return bool(hides) and reason.startswith(hides)


def _en(value: object) -> object:
    return getattr(value, "en", value)


# What the mutants of a kind leave out


_NOT_MET = (Verdict.FAIL, Verdict.UNPROVEN)


def without_mutant(requirements: Iterable[Requirement], part: Part, mutants: Iterable[Mutant]) -> list[str]:
    """Return the requirements that no mutant fails that is about their check, each as `id (check)`."""
    mutants = tuple(mutants)
    return [
        f"{item.id} ({item.check_for(part)})"
        for item in requirements
        if not any(
            measurement(mutant.check).is_of(item, part) and _verdict(mutant, item, part) in _NOT_MET
            for mutant in mutants
        )
    ]


def alike(requirements: Iterable[Requirement], part: Part, mutants: Iterable[Mutant]) -> list[str]:
    """Return the pairs that one check measures, with other parameters or about other things, and no mutant tells apart.

    That the check fails for one of them says nothing of what the other has of its own.
    """
    mutants = tuple(mutants)
    return [
        f"{one.id} and {other.id} ({one.check_for(part)})"
        for one, other in combinations(requirements, 2)
        if one.check_for(part) == other.check_for(part)
        and _asked(one, part) != _asked(other, part)
        and all(_verdict(mutant, one, part) is _verdict(mutant, other, part) for mutant in mutants)
    ]


def _asked(requirement: Requirement, part: Part) -> tuple[object, ...]:
    return requirement.params_for(part), requirement.roles, requirement.environments


def _verdict(mutant: Mutant, requirement: Requirement, part: Part) -> Verdict | None:
    """Return the verdict that a mutant gives a requirement; None when it leaves it as it is."""
    found = (verdict for text, verdict in mutant.changes.items() if measurement(text).is_of(requirement, part))
    return next(found, None)
