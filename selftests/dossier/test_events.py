"""What happened: from records and from lists, in each quarter or sprint, and never what is still to come."""

from datetime import date, timedelta
from typing import Any

import pytest
from looking import TODAY, Bench, day, stated

from toetskader.facts.attempt import NotProven
from toetskader.facts.dossier.events import Events, gaps, quarters
from toetskader.facts.dossier.rules import Rule

D = date


def record(on: str, **says: Any) -> Any:
    return stated("record", "demo", id=f"verslag-{on}", event="demo", on=on, **says)


def listed(*rows: tuple[Any, ...]) -> Any:
    columns = {"on": "Datum", "item": "Wat", "participants": "Aantal"}
    return stated("register", "demo", as_of=day(-1), table="demos.csv", columns=columns, rows=rows)


def test_records_and_rows_of_a_list_are_events_in_order() -> None:
    bench = Bench(record(day(-5), item="b"), listed((day(-9), "a", 4), (day(-2), "c", 5)))
    with bench.papers.look(bench.findings, bench.parameters, TODAY) as look:
        events = Events(look, "record:demo")
        assert [event.item for event in events.all] == ["a", "b", "c"]
        assert events.about("C") is events.all[2]
        assert events.about("d") is None


def test_of_several_the_last_counts() -> None:
    bench = Bench(listed((day(-2), "a", 4), (day(-9), "a", 1)))
    with bench.papers.look(bench.findings, bench.parameters, TODAY) as look:
        found = Events(look, "record:demo").about("a")
        assert found is not None
        assert found.on == TODAY - timedelta(days=2)


@pytest.mark.parametrize("document", [record(day(3)), listed((day(3), "a", 4))], ids=["record", "row"])
def test_what_is_still_to_come_is_no_event(document: Any) -> None:
    bench = Bench(document)
    with bench.papers.look(bench.findings, bench.parameters, TODAY) as look:
        assert Events(look, "record:demo").all == ()


def test_without_record_or_list_nothing_is_proven() -> None:
    bench = Bench(stated("record", "other", event="x", on=day(-3)))
    with bench.papers.look(bench.findings, bench.parameters, TODAY) as look, pytest.raises(NotProven):
        Events(look, "record:demo")


def test_events_of_both_kinds_are_held_to_rules() -> None:
    bench = Bench(
        record(day(-5), item="b", participants=["A. Jansen"]), listed((day(-9), "a", None), (day(-2), "c", 1))
    )
    with bench.papers.look(bench.findings, bench.parameters, TODAY) as look:
        events = Events(look, "record:demo")
        events.hold(events.all, [Rule(field="participants", at_least=2)])
    assert bench.wrong == ["participants", "participants"]
    assert "does not say participants" in bench.lacking


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        (D(2026, 1, 1), D(2026, 3, 31), [(D(2026, 1, 1), D(2026, 3, 31))]),
        (D(2026, 1, 2), D(2026, 3, 31), []),
        (D(2026, 1, 1), D(2026, 3, 30), []),
        (D(2025, 11, 22), D(2026, 8, 1), [(D(2026, 1, 1), D(2026, 3, 31)), (D(2026, 4, 1), D(2026, 6, 30))]),
        (D(2025, 10, 1), D(2026, 1, 1), [(D(2025, 10, 1), D(2025, 12, 31))]),
        (D(2026, 5, 1), D(2026, 5, 1), []),
    ],
)
def test_whole_quarters(first: date, last: date, found: list[tuple[date, date]]) -> None:
    assert list(quarters(first, last)) == found


@pytest.mark.parametrize(
    ("days", "found"),
    [
        ([1, 15, 29], []),
        # At the beginning of one sprint and at the end of the next.
        ([1, 28], []),
        ([1, 29], [(1, 29)]),
        ([15], []),
        ([], [(1, 30)]),
        ([29], [(1, 29)]),
        ([1], [(1, 30)]),
    ],
)
def test_gaps_in_which_a_whole_sprint_lies(days: list[int], found: list[tuple[int, int]]) -> None:
    told = gaps((D(2026, 6, one) for one in days), D(2026, 6, 1), D(2026, 6, 30), timedelta(weeks=2))
    assert list(told) == [(D(2026, 6, one), D(2026, 6, other)) for one, other in found]
