"""Time between two moments of a row: in hours, and in working days."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from toetskader.facts.dossier.rules import Value, day_of
from toetskader.patterns import linear

_TIME = linear(r"(?:^|[\sT,])([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?(?:$|[\s,])")
_FRIDAY = 4


def moment_of(value: Value) -> datetime | None:
    """Return the moment that a value says: `2026-11-30T10:05`, `30-11-2026 10:05`; None without a day or a time.

    What says no time zone has none.
    """
    if not isinstance(value, str):
        return None
    text = value.strip()
    if ":" not in text:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    day, time = day_of(text), _TIME.search(text)
    if day is None or time is None:
        return None
    try:
        return datetime(day.year, day.month, day.day, int(time[1]), int(time[2]), int(time[3] or 0))
    except ValueError:
        return None


def elapsed(first: datetime, last: datetime) -> timedelta | None:
    """Return the time between two moments; None when only one of them says its time zone."""
    if (first.tzinfo is None) is not (last.tzinfo is None):
        return None
    return last - first


def working_days(first: date, last: date, days_off: Collection[date]) -> int:
    """Return how many working days there are after the first day up to and including the last; 0 when it is not later.

    Parameters: `days_off`, days besides Saturdays and Sundays that are none.
    """
    if last <= first:
        return 0
    weeks, rest = divmod((last - first).days, 7)
    ends = (last - timedelta(days=offset) for offset in range(rest))
    worked = weeks * 5 + sum(day.weekday() <= _FRIDAY for day in ends)
    return worked - sum(first < day <= last and day.weekday() <= _FRIDAY for day in set(days_off))
