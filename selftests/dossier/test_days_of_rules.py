"""A day is compared with another one that a rule puts off: months by the calendar, then days."""

from collections.abc import Mapping
from datetime import date

import pytest

from toetskader.facts.dossier.rules import NoParameter, Rule, Value, breach

TODAY = date(2026, 11, 22)


def broken(rule: Rule, says: Mapping[str, Value]) -> str | None:
    found = breach(rule, says.get, TODAY)
    return None if found is None else found.expected.en


@pytest.mark.parametrize(
    ("end", "last"),
    [
        (date(2026, 1, 31), date(2026, 2, 28)),
        (date(2024, 1, 31), date(2024, 2, 29)),
        (date(2026, 12, 1), date(2027, 1, 1)),
    ],
)
def test_a_month_later_is_the_same_day_or_the_last(end: date, last: date) -> None:
    rule = Rule(field="on", not_after="end", plus_months=1)
    assert broken(rule, {"on": last, "end": end}) is None
    assert broken(rule, {"on": last.replace(month=last.month + 1), "end": end}) == f"not after end + 1 months ({last})"


def test_days_come_after_months() -> None:
    rule = Rule(field="on", not_after="@ends_on", plus_months=1, plus_days=30)
    given: dict[str, Value] = {"@ends_on": date(2026, 1, 31)}
    assert broken(rule, {"on": date(2026, 3, 30), **given}) is None
    assert broken(rule, {"on": date(2026, 3, 31), **given}) == "not after @ends_on + 1 months + 30 days (2026-03-30)"
    with pytest.raises(NoParameter, match="ends_on"):
        broken(rule, {"on": date(2026, 3, 30)})


def test_the_earliest_day_can_be_put_off_as_well() -> None:
    rule = Rule(field="on", not_before="end", plus_days=1)
    assert broken(rule, {"on": date(2026, 2, 1), "end": date(2026, 1, 31)}) is None
    assert broken(rule, {"on": date(2026, 1, 31), "end": date(2026, 1, 31)}) == "not before end + 1 days (2026-02-01)"


@pytest.mark.parametrize("given", [{"plus_months": 1}, {"plus_days": 1, "days_left": 3}])
def test_there_must_be_a_day_to_add_to(given: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="plus_"):
        Rule(field="on", **given)
