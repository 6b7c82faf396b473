"""The ways to take the decisions of a chart: few, and whatever those on pods can lead to together is made in one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from toetskader.facts.template_decisions import Arm, Chain, Decision, Decisions
from toetskader.facts.template_sources import Source

MOST_VARIANTS = 32
"""Renders of one values set with its decisions taken; a chart that needs more is a doubt. Of some 150 real charts the
one with the most decisions on pods needs 16."""

_NONE_HOLDS = -1
"""The arm that is taken when no condition of a chain holds: its `else`, or nothing."""

_Wanted = dict[Chain, int]
"""Chain → the arm to take."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One way in which all decisions can be taken."""

    outcomes: Mapping[Decision, bool]
    """Decision → whether its condition holds."""
    answers: bool
    """Whether `lookup` finds something."""


def variants(decisions: Decisions) -> list[Variant]:
    """Return the ways to take the decisions of a chart.

    First every condition holds, at last none does. Decisions that meet in one file that makes pods are taken in every
    way that they can be taken together, since what each of them sets aside another may use; what stands inside of an
    arm is taken both ways only where that arm is. Files that do not bar each other share a way. What decides on other
    objects alone is taken both ways. Where what `lookup` finds decides by being there, each way is taken with and
    without. There can be more than `MOST_VARIANTS`, and then they are not all.
    """
    conditions = [one for one in decisions.decisions if one.can_be_taken]
    arms: dict[Chain, list[int]] = {}
    for one in conditions:
        known = arms.setdefault(one.key, [])
        if one.arm not in known:
            known.append(one.arm)
    ways: list[_Wanted] = [{}]
    for met in decisions.met_in_pods:
        for wanted in _together(decisions, met, arms):
            fitting = next((way for way in ways if all(way.get(key, arm) == arm for key, arm in wanted.items())), None)
            if fitting is None:
                ways.append(dict(wanted))
            else:
                fitting.update(wanted)
    none = dict.fromkeys(arms, _NONE_HOLDS)
    taken = [_filled(way, number, arms) for number, way in enumerate(ways)]
    answered = [(way, True) for way in taken if way != none or not none] + [(none, False)]
    on_pods = (one for one in decisions.decisions if not one.can_be_taken and decisions.pods_of(one))
    if any(Source.LOOKUP in one.sources for one in on_pods):
        answered += [(way, not answers) for way, answers in answered]
    found = [Variant({one: way[one.key] == one.arm for one in conditions}, answers) for way, answers in answered]
    different = {(tuple(item.outcomes.values()), item.answers): item for item in found}
    return [*different.values()]


def _filled(way: _Wanted, number: int, arms: Mapping[Chain, Sequence[int]]) -> _Wanted:
    """Add the arms that a way leaves open: each has its turn, and after the last none holds."""
    return {chain: way.get(chain, (*known, _NONE_HOLDS)[min(number, len(known))]) for chain, known in arms.items()}


def _together(decisions: Decisions, met: Iterable[Decision], arms: Mapping[Chain, Sequence[int]]) -> list[_Wanted]:
    """Return every way to take some decisions together; more than `MOST_VARIANTS` are not looked for."""
    around: dict[Chain, list[_Wanted]] = {}
    for one in met:
        around.setdefault(one.key, list(_around(decisions, one, arms)))
    ways: list[_Wanted] = [{}]
    for chain in sorted(
        around, key=lambda key: max(map(len, around[key]), default=0)
    ):  # what stands around comes first
        if len(ways) > MOST_VARIANTS:
            break
        new = []
        for way in ways:
            reached = any(all(way.get(key, arm) == arm for key, arm in place.items()) for place in around[chain])
            new += [{**way, chain: arm} for arm in (*arms[chain], _NONE_HOLDS)] if reached else [way]
        ways = new
    return ways


def _around(decisions: Decisions, one: Decision, arms: Mapping[Chain, Sequence[int]]) -> Iterator[_Wanted]:
    """Yield which arms to take to come to a decision, for each way to come there."""
    for context in decisions.contexts[one.unit]:
        taken = _taken([*context, *((one.unit, *arm) for arm in one.outer)], arms)
        if taken is not None:
            yield taken


def _taken(places: Iterable[Arm], arms: Mapping[Chain, Sequence[int]]) -> _Wanted | None:
    """Return which arms to take to come to a place; None when two of them bar each other."""
    found: _Wanted = {}
    for unit, chain, arm in places:
        known = arms.get((unit, chain))
        if known is None:
            continue
        wanted = arm if arm in known else _NONE_HOLDS
        if found.setdefault((unit, chain), wanted) != wanted:
            return None
    return found
