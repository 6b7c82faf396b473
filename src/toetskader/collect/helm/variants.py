"""The ways to take the decisions of a chart: few, and whatever one on pods can lead to is made in one of them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from toetskader.facts.template_decisions import Arm, Chain, Decision, Decisions
from toetskader.facts.template_sources import Site, Source

MOST_VARIANTS = 16

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

    First every condition holds, later none does; a chain of `else if` needs one more for every arm. Then what stands
    inside other decisions: each arm on pods is reached, by taking the arms around it, those around what includes its
    template among them. Arms that do not bar each other are reached together. Where what `lookup` finds decides by
    being there, each way is taken with and without. What decides on other objects alone is taken both ways.
    """
    conditions = [one for one in decisions.decisions if one.site is Site.CONDITION]
    arms: dict[Chain, list[int]] = {}
    for one in conditions:
        known = arms.setdefault(one.key, [])
        if one.arm not in known:
            known.append(one.arm)
    on_pods = [one for one in decisions.decisions if decisions.pods_of(one)]
    most = max((len(arms[one.key]) for one in on_pods if one.site is Site.CONDITION), default=1)
    ways: list[tuple[_Wanted, bool]] = []
    for number in range(most + 1):
        wanted = {chain: known[number] if number < len(known) else _NONE_HOLDS for chain, known in arms.items()}
        ways.append((wanted, number < most))
    first = ways[0][0]
    more = _reaching(decisions, on_pods, arms, [wanted for wanted, _ in ways])
    ways += [({**first, **wanted}, True) for wanted in more]
    if any(one.site is not Site.CONDITION and Source.LOOKUP in one.sources for one in on_pods):
        ways += [(wanted, not answers) for wanted, answers in ways]
    found = [Variant({one: wanted[one.key] == one.arm for one in conditions}, answers) for wanted, answers in ways]
    different = {(tuple(item.outcomes.values()), item.answers): item for item in found}
    return [*different.values()]


def _reaching(
    decisions: Decisions, on_pods: Iterable[Decision], arms: Mapping[Chain, list[int]], known: list[_Wanted]
) -> list[_Wanted]:
    """Return what to take besides, so that every arm of these decisions is reached.

    Parameters: `arms`, of each chain those that have a condition to take; `known`, ways that are taken already.
    """
    found: list[_Wanted] = []
    for needed in _needs(decisions, on_pods, arms):
        if any(needed.items() <= way.items() for way in known):
            continue
        fitting = next((way for way in found if all(way.get(chain, arm) == arm for chain, arm in needed.items())), None)
        if fitting is None:
            found.append(needed)
        else:
            fitting.update(needed)
    return found


def _needs(decisions: Decisions, on_pods: Iterable[Decision], arms: Mapping[Chain, list[int]]) -> Iterator[_Wanted]:
    """Yield for every arm of these decisions what must be taken for it to be reached."""
    for chain, unit, outer in dict.fromkeys((one.key, one.unit, one.outer) for one in on_pods):
        for context in decisions.contexts[unit]:
            around = _taken([*context, *((unit, *arm) for arm in outer)], arms)
            if around is None:
                continue
            if (
                chain not in arms
            ):  # `with`, `range` or a choice: what is there decides, and only that it is reached counts
                yield around
            for arm in (*arms[chain], _NONE_HOLDS) if chain in arms else ():
                yield {**around, chain: arm}


def _taken(places: Iterable[Arm], arms: Mapping[Chain, list[int]]) -> _Wanted | None:
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
