"""What happened: each event a record of its own, or a row of a register of the same type.

A demo every two weeks is kept as a list, a failover as a document: `record:demo` takes `register:demo` as well, with
columns that are called as the facts of a record (`on`, `item`, `result`).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from toetskader.facts.attempt import NotProven
from toetskader.facts.dossier.documents import Record
from toetskader.facts.dossier.envelope import Side
from toetskader.facts.dossier.papers import Look, Paper
from toetskader.facts.dossier.rules import Rule, day_of, folded
from toetskader.facts.dossier.tables import Row, Rows
from toetskader.text import Text

ON = "on"
ITEM = "item"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened."""

    on: date
    item: str
    source: Paper | Row


class Events:
    """The events of one type, without those that are still to come.

    Raises NotProven when there is no record or register of them, and Unseen when one could not be read.
    """

    def __init__(self, look: Look, ref: str) -> None:
        self._look = look
        kind, _, type_ = ref.partition(":")
        register = f"register:{type_}"
        self._rows = Rows(look, look.the(register)) if look.all(register) else None
        records = look.all(ref)
        if kind != "record" or (not records and self._rows is None):
            raise NotProven(
                Text(
                    f"Het dossier heeft geen verslag van type {type_} (record), en ook geen register daarvan.",
                    f"The dossier has no record of type {type_}, nor a register of them.",
                )
            )
        self.all = tuple(sorted((*self._of_records(records), *self._of_rows()), key=lambda event: event.on))

    def hold(self, events: Iterable[Event], rules: Iterable[Rule], signed_by: Iterable[Side] = ()) -> None:
        """Hold events to rules. Parameters: `signed_by`, on behalf of whom each record must be signed."""
        rules, signed_by = tuple(rules), tuple(signed_by)
        rows: list[Row] = []
        for event in events:
            if isinstance(event.source, Row):
                rows.append(event.source)
                continue
            self._look.take(event.source)
            self._look.hold(event.source, rules)
            self._look.require_signed(event.source, signed_by)
        if rows and self._rows is not None:
            self._rows.hold(rows, rules)
            self._look.require_signed(self._rows.paper, signed_by)

    def about(self, name: str) -> Event | None:
        """Return the last event about something; None when there is none."""
        return next((event for event in reversed(self.all) if folded(event.item) == folded(name)), None)

    def _of_records(self, papers: Iterable[Paper]) -> Iterator[Event]:
        for paper in papers:
            if not isinstance(paper.document, Record):
                continue
            paper.value(ON)
            paper.value(ITEM)
            if paper.document.on > self._look.today:
                self._look.take(paper)
                self._look.lacks(paper, "gaat over een dag die nog komt", "is about a day that is still to come")
            else:
                yield Event(paper.document.on, paper.document.item, paper)

    def _of_rows(self) -> Iterator[Event]:
        if self._rows is None:
            return
        self._rows.require(ON)
        items = {row.number: str(value) for row, value in self._rows.values(self._rows.all, ITEM)}
        for row, value in self._rows.values(self._rows.all, ON):
            day = day_of(value)
            if day is not None and day <= self._look.today:
                yield Event(day, items.get(row.number, ""), row)


def quarters(first: date, last: date) -> Iterator[tuple[date, date]]:
    """Yield the first and last day of each quarter that lies wholly between two days."""
    begin = date(first.year, (first.month - 1) // 3 * 3 + 1, 1)
    while True:
        after = date(begin.year + begin.month // 10, (begin.month + 2) % 12 + 1, 1)
        end = after - timedelta(days=1)
        if end > last:
            return
        if begin >= first:
            yield begin, end
        begin = after


def gaps(days: Iterable[date], first: date, last: date, length: timedelta) -> Iterator[tuple[date, date]]:
    """Yield the pairs of days between which a whole period of this length passed without an event.

    It is not known when a period begins: between two events in periods that follow each other there is always less than
    twice the length.
    """
    known = sorted({first, *(day for day in days if first <= day <= last), last})
    for one, next_ in pairwise(known):
        if next_ - one >= 2 * length:
            yield one, next_
