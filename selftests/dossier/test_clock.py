"""Moments and days between two cells: what says no time or no zone is never guessed."""

from datetime import date, timedelta
from typing import Any

import pytest

from toetskader.facts.dossier.clock import elapsed, moment_of, working_days

MONDAY = date(2026, 11, 2)


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("2026-11-30T10:05", "2026-11-30T10:05:00"),
        ("2026-11-30 10:05:30", "2026-11-30T10:05:30"),
        ("30-11-2026 10:05", "2026-11-30T10:05:00"),
        ("30 november 2026, 10:05", "2026-11-30T10:05:00"),
        ("2026-11-30T10:05:00Z", "2026-11-30T10:05:00+00:00"),
        (" 2026-11-30 10:05 ", "2026-11-30T10:05:00"),
    ],
)
def test_moments_are_read(cell: str, read: str) -> None:
    found = moment_of(cell)
    assert found is not None
    assert found.isoformat() == read


@pytest.mark.parametrize(
    "cell", ["2026-11-30", "10:05", "30-11-2026 25:00", "30-11-2026 10:75", "gisteren 10:05", "", None, 45000.5, True]
)
def test_what_is_no_day_with_a_time_is_no_moment(cell: Any) -> None:
    assert moment_of(cell) is None


def test_a_moment_with_a_zone_is_not_laid_beside_one_without() -> None:
    local, zoned = moment_of("2026-11-30 10:05"), moment_of("2026-11-30T10:05:00+01:00")
    assert local is not None
    assert zoned is not None
    assert elapsed(local, zoned) is None
    assert elapsed(zoned, zoned + timedelta(minutes=5)) == timedelta(minutes=5)
    other = moment_of("2026-11-30T09:35:00Z")
    assert other is not None
    assert elapsed(zoned, other) == timedelta(minutes=30)


@pytest.mark.parametrize(
    ("last", "days"),
    [
        (MONDAY, 0),
        (MONDAY - timedelta(days=3), 0),
        (MONDAY + timedelta(days=1), 1),
        (MONDAY + timedelta(days=4), 4),
        (MONDAY + timedelta(days=6), 4),
        (MONDAY + timedelta(days=7), 5),
        (MONDAY + timedelta(days=14), 10),
    ],
)
def test_working_days_after_a_monday(last: date, days: int) -> None:
    assert working_days(MONDAY, last, ()) == days


def test_days_off_count_once_and_only_where_they_fall() -> None:
    last = MONDAY + timedelta(days=14)
    off = [MONDAY + timedelta(days=offset) for offset in (0, 2, 2, 5, 6, 14, 15)]
    assert working_days(MONDAY, last, off) == 10 - 2


@pytest.mark.parametrize("start", range(7))
@pytest.mark.parametrize("length", [1, 5, 8, 20, 400])
def test_it_is_as_counting_day_by_day(start: int, length: int) -> None:
    first = MONDAY + timedelta(days=start)
    days = [first + timedelta(days=offset) for offset in range(1, length + 1)]
    off = days[::3]
    counted = sum(day.weekday() < 5 and day not in off for day in days)
    assert working_days(first, days[-1], off) == counted
