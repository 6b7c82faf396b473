"""What a run adds up to for a target: level reached, what blocks it, counts per level."""

from collections import Counter
from collections.abc import Iterable, Sequence

from toetskader.audit.disposition import BEST_EFFORT
from toetskader.audit.scope import InScope, Scope
from toetskader.catalogue.models import Requirement
from toetskader.results import Deviation, Document, LevelCount, Result, TargetSummary, Verdict

LEVELS = (1, 2, 3, 4)
_MET = frozenset({Verdict.PASS, Verdict.EXPLAINED, Verdict.NOT_APPLICABLE})


def level_reached(results: Iterable[Result], lost: Iterable[Requirement] = ()) -> tuple[int, tuple[str, ...]]:
    """Return the highest level at or below which everything in scope is met, and what stands before the next.

    Parameters: `lost`, requirements that were to be judged and got no verdict: they are not met. Best-effort
    requirements warn and hold nothing up. A level is never reached on nothing: one at which nothing was met is
    not claimed, unless a higher one is reached.
    """
    results, lost = list(results), list(lost)
    reached = 0
    for level in LEVELS:
        here = [result for result in results if result.level == level]
        unmet = [result.requirement for result in here if result.verdict not in _MET and result.mode != BEST_EFFORT]
        unmet += [item.id for item in lost if item.level == level and item.mode != BEST_EFFORT]
        if unmet:
            return reached, tuple(sorted(unmet))
        if any(result.verdict in _MET for result in here):
            reached = level
    return reached, ()


def summarise(
    scope: Scope,
    results: Sequence[Result],
    *,
    lost: Iterable[InScope] = (),
    gate: int,
    parts: dict[str, str],
    commands: dict[str, tuple[str, ...]],
    documents: tuple[Document, ...] = (),
    deviations: tuple[Deviation, ...],
) -> TargetSummary:
    """Add up the results of one target.

    Parameters: `lost`, what was to be judged and got no verdict; `gate`, the level that decides; `parts`, what was
    looked at per part, for people; `commands`, with which files of evidence are seen by hand; `deviations`,
    all deviations of the target with their status.
    """
    reached, blocked_by = level_reached(results, (item.requirement for item in lost))
    target = scope.target
    return TargetSummary(
        target=target.name,
        supplier=target.supplier,
        component=target.component,
        gate=gate,
        profiles=scope.profiles,
        parts=parts,
        commands=commands,
        documents=documents,
        level_reached=reached,
        blocked_by=blocked_by,
        looked_at=len(results),
        total=len(scope.looked_at) + len(scope.not_looked_at),
        levels=tuple(_count(level, scope, results) for level in LEVELS),
        not_looked_at=scope.not_looked_at,
        deviations=deviations,
    )


def _count(level: int, scope: Scope, results: Sequence[Result]) -> LevelCount:
    counted = Counter(result.verdict.value for result in results if result.level == level)
    return LevelCount(
        level=level,
        verdicts={verdict.value: counted[verdict.value] for verdict in Verdict},
        not_looked_at=sum(1 for item in scope.not_looked_at if item.level == level),
    )
