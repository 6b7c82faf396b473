"""Deviations as a report shows them: each with its status on the day that is judged."""

from collections.abc import Sequence
from datetime import date

from toetskader.results import Deviation, Result, Verdict
from toetskader.targets import models
from toetskader.targets.models import Bearing, Target

_MET = frozenset({Verdict.PASS, Verdict.NOT_APPLICABLE})


def record_of(bearing: Bearing) -> Deviation:
    """Put the deviation that bears on a result into the result model."""
    return _record(bearing.deviation, bearing.status)


def statuses(target: Target, results: Sequence[Result], today: date) -> tuple[Deviation, ...]:
    """Return all deviations of a target: applied, expired, or superfluous.

    Superfluous is one that is in force while every requirement it covers, of those that were judged, is met without it.
    """
    verdicts = {result.requirement: result.verdict for result in results}
    found = []
    for bearing in target.deviations_on(today):
        judged = [verdicts[id_] for id_ in bearing.requirements if id_ in verdicts]
        superfluous = judged and all(verdict in _MET for verdict in judged)
        status = "superfluous" if superfluous and bearing.status == "applied" else bearing.status
        found.append(_record(bearing.deviation, status))
    return tuple(found)


def _record(item: models.Deviation, status: str) -> Deviation:
    return Deviation(
        id=item.id,
        status=status,
        reason=item.reason,
        risk=item.risk,
        mitigation=item.mitigation,
        owner=item.owner,
        approved_by=item.approved_by,
        approved_on=item.approved_on.isoformat(),
        expires=item.expires.isoformat(),
        evidence=item.evidence,
        requirements=item.requirements,
    )
