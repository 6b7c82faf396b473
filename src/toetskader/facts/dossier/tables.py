"""Rows of registers and exports as judgements look at them: which count, and what each must say.

What the file does not have proves nothing: no rows, no such column, an empty cell. A cell that holds something that
cannot be known (a formula saved without its outcome) leaves open what rests on it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePosixPath
from typing import Annotated

from msgspec import Meta

from toetskader.core.failure import ToetskaderError
from toetskader.core.fields import Model, Name
from toetskader.facts.attempt import NotProven, Unseen
from toetskader.facts.dossier.attachments import Cell, Unreadable
from toetskader.facts.dossier.documents import Export, Register
from toetskader.facts.dossier.papers import ROWS, Look, Paper, PaperPlace
from toetskader.facts.dossier.rules import (
    Breach,
    NoParameter,
    Plain,
    Rule,
    Value,
    asked,
    breach,
    day_of,
    folded,
    is_empty,
    same,
    shown,
)
from toetskader.patterns import linear
from toetskader.text import Text

_SEPARATORS = linear(r"""[\s,;|"'\[\]]+""")
"""Between the members of a list in a cell."""
_NAMED = 8
"""Rows that one sentence names by number."""


class Newest(Model, frozen=True, kw_only=True):
    """How recent the newest row must be."""

    field: Annotated[Name, Meta(description="Column with the day")]
    within_days: Annotated[int, Meta(ge=0)]


@dataclass(frozen=True, slots=True)
class Row:
    """One row."""

    number: int
    """Where it stands in the file, the first line or row being 1."""
    cells: Mapping[str, Cell]

    def value(self, column: str) -> Value:
        """Return the value in a column; None when it is empty or there is no such column.

        Raises UnreadableCell.
        """
        cell = self.cells.get(column)
        if isinstance(cell, Unreadable):
            raise UnreadableCell(self.number, column, cell)
        return cell

    def text(self, column: str) -> str:
        """Return the value in a column as people see it; empty when there is none. Raises UnreadableCell."""
        value = self.value(column)
        return "" if is_empty(value) else shown(value)

    def key(self, column: str) -> str:
        """Return the value in a column as it is compared with those of other rows. Raises UnreadableCell."""
        return folded(self.text(column))

    def listed(self, column: str) -> tuple[str, ...]:
        """Return the members of a list in one cell, as they are compared: `1, 2` or `["1", "2"]`.

        Raises UnreadableCell.
        """
        members = _SEPARATORS.sub(" ", self.key(column)).split()
        return tuple(dict.fromkeys(one for one in members if not is_empty(one) and one != "null"))


class UnreadableCell(ToetskaderError):  # noqa: N818 - caught by who judges
    """A cell that holds something that cannot be known. Attributes: `number`, of its row; `column`; `cell`."""

    def __init__(self, number: int, column: str, cell: Unreadable) -> None:
        super().__init__(f"{number}, {column}: {cell.why}")
        self.number = number
        self.column = column
        self.cell = cell


class Rows:
    """The rows of a document that a judgement looks at.

    Attributes: `paper`, the document; `file`, which of its files holds them; `all`, its rows. Raises NotProven when it
    has none, and Unseen when they could not be read.
    """

    def __init__(self, look: Look, paper: Paper) -> None:
        self._look = look
        self.paper = paper
        document = paper.document
        if not isinstance(document, Register | Export):
            raise TypeError(f"{document.id}: a {document.__struct_config__.tag} has no rows")
        self.file = document.table
        self._file = PurePosixPath(paper.stated.where).parent / document.table
        table = paper.stated.table
        if table is None:
            raise NotProven(
                Text(
                    f"{paper.name} heeft geen rijen: {document.table} is er niet.",
                    f"{paper.name} has no rows: {document.table} is not there.",
                )
            )
        if table.problem is not None:
            raise Unseen(str(self._file), table.problem)
        if not table.rows:
            raise NotProven(
                Text(
                    f"{paper.name} heeft geen rijen; een lege lijst bewijst niets.",
                    f"{paper.name} has no rows; an empty list proves nothing.",
                )
            )
        paper.used[ROWS] = None
        self._headings = document.columns
        self._columns = frozenset(table.columns)
        self.all = tuple(
            Row(number, dict(zip(table.columns, row, strict=True)))
            for number, row in zip(table.numbers, table.rows, strict=True)
        )

    def place(self, row: Row, column: str) -> PaperPlace:
        """Return the place of a cell, for a finding."""
        return self.paper.place(column, f"{self._file}:{row.number}")

    def has(self, *columns: str) -> bool:
        """Tell whether the file has these columns; what it has not is reported as lacking."""
        absent = [name for name in dict.fromkeys(columns) if name not in self._columns]
        for name in absent:
            told = self._absent(name)
            self._look.lacks(self.paper, told.nl, told.en)
        return not absent

    def require(self, *columns: str) -> None:
        """End the judgement when the file lacks one of these columns. Raises NotProven."""
        for name in columns:
            if name not in self._columns:
                told = self._absent(name)
                raise NotProven(Text(f"{self.paper.name} {told.nl}.", f"{self.paper.name} {told.en}."))

    def _absent(self, column: str) -> Text:
        heading = self._headings.get(column)
        if heading is None:
            nl, en = "noem onder columns welke kolom dat is", "name under columns which one that is"
        else:
            nl, en = f"het bestand heeft geen kop {heading}", f"the file has no heading {heading}"
        return Text(f"heeft geen kolom {column}: {nl}", f"has no column {column}: {en}")

    def values(self, rows: Iterable[Row], column: str) -> Iterator[tuple[Row, Value]]:
        """Yield the rows that say something in a column, with that. A cell that cannot be read is left open."""
        for row in rows:
            try:
                value = row.value(column)
            except UnreadableCell as cell:
                self.leave_open(cell)
                continue
            if not is_empty(value):
                yield row, value

    def readable(self, rows: Iterable[Row], *columns: str) -> Iterator[Row]:
        """Yield the rows of which these columns can be read; what cannot is left open."""
        for row in rows:
            try:
                for column in columns:
                    row.value(column)
            except UnreadableCell as cell:
                self.leave_open(cell)
                continue
            yield row

    def only(self, rules: Sequence[Rule]) -> tuple[Row, ...]:
        """Return the rows that meet all of these rules. A row that does not say what they ask for is reported.

        Raises NotProven when the file lacks a column that they name.
        """
        self.require(*_needed(rules))
        chosen, silent = [], defaultdict[str, list[Row]](list)
        for row in self.all:
            found = [self._breach(rule, row) for rule in rules]
            if all(item is None for item in found):
                chosen.append(row)
            for rule, item in zip(rules, found, strict=True):
                if isinstance(item, Breach) and item.empty and rule.operator != "filled":
                    silent[rule.field].append(row)
        for column, rows in silent.items():
            self.lack(
                rows,
                f"noemt geen {column}, en daarvan hangt af of de eis erover gaat",
                f"does not say {column}, on which it depends whether the requirement is about it",
            )
        return tuple(chosen)

    def meets(self, row: Row, rules: Iterable[Rule]) -> bool:
        """Tell whether a row meets all of these rules. A cell that cannot be read is left open."""
        return all(self._breach(rule, row) is None for rule in rules)

    def count(self, rows: Sequence[Row], at_least: int, at_most: int | None = None, only: Sequence[Rule] = ()) -> None:
        """Ask that there are so many rows: fewer prove nothing, more are wrong.

        Parameters: `only`, what they were chosen by, to tell which rows are meant.
        """
        seen = len(rows)
        if seen < at_least:
            meant = [(rule.field, asked(rule, self._look.given)) for rule in only]
            nl, en = ("; ".join(f"{name} {text[lang]}" for name, text in meant) for lang in ("nl", "en"))
            self._look.lacks(
                self.paper,
                f"heeft {seen} rijen waar de eis over gaat, gevraagd is minstens {at_least}"
                + (f" ({nl})" if nl else ""),
                f"has {seen} rows that this is about, asked is at least {at_least}" + (f" ({en})" if en else ""),
            )
        if at_most is not None and seen > at_most:
            self._look.findings.add(
                self.place(rows[at_most], ""),
                seen=Text(f"{seen} rijen", f"{seen} rows"),
                expected=Text(f"hooguit {at_most}", f"at most {at_most}"),
            )

    def count_values(
        self, rows: Iterable[Row], distinct: str, per_year: str, *, at_least: int, at_most: int | None
    ) -> None:
        """Ask how many rows there are, or different values in a column; in all, or in each calendar year.

        Parameters: `distinct`, that column, empty for the rows; `per_year`, a column with a day, empty for in all.
        Raises NotProven when the file lacks a column.
        """
        columns = tuple(filter(None, (distinct, per_year)))
        self.require(*columns)
        self.hold(rows := tuple(rows), [Rule(field=column) for column in columns])
        groups: dict[str, list[Row]] = defaultdict(list)
        for row in self.readable(rows, *columns):
            day = day_of(row.value(per_year)) if per_year else None
            if per_year and day is None:
                self.lack([row], f"noemt in {per_year} geen dag", f"has no day in {per_year}")
            groups[str(day.year) if day else ""].append(row)
        for year, those in groups.items():
            count = len({folded(row.text(distinct)) for row in those} - {""}) if distinct else len(those)
            if count < at_least or (at_most is not None and count > at_most):
                nl, en = (f" in {year}", f" in {year}") if year else ("", "")
                most = "" if at_most is None else f" – {at_most}"
                self._look.findings.add(
                    self.paper.place(distinct),
                    seen=Text(f"{count}{nl}", f"{count}{en}"),
                    expected=f"{at_least}{most}" if most else f"≥ {at_least}",
                )

    def hold(self, rows: Sequence[Row], rules: Sequence[Rule], share: float = 100) -> None:
        """Hold rows to rules, of which a share must meet them all.

        Parameters: `share`, in percent. An empty cell or a day that passed is not proven, another value is wrong. Rules
        on columns that the file lacks are reported, and the others judged.
        """
        known = [rule for rule in rules if self.has(rule.field, *rule.others)]
        broken: dict[int, list[tuple[Rule, Breach]]] = {}
        for index, row in enumerate(rows):
            found = [(rule, item) for rule in known if isinstance(item := self._breach(rule, row), Breach)]
            if found:
                broken[index] = found
        met = len(rows) - len(broken)
        self._look.findings.saw(
            f"{self.paper.document.id}: {met} van {len(rows)} rijen voldoen",
            f"{self.paper.document.id}: {met} of {len(rows)} rows comply",
        )
        if met * 100 >= share * len(rows):
            return
        lacking = defaultdict[tuple[str, str], list[Row]](list)
        for index, items in broken.items():
            for _, item in items:
                if item.empty:
                    lacking[f"noemt geen {item.field}", f"does not say {item.field}"].append(rows[index])
                elif item.expired:
                    nl, en = item.expected.nl, item.expected.en
                    lacking[
                        f"heeft in {item.field} {item.seen}, gevraagd is {nl}",
                        f"has {item.seen} in {item.field}, asked is {en}",
                    ].append(rows[index])
                else:
                    self._look.findings.add(self.place(rows[index], item.field), seen=item.seen, expected=item.expected)
        for (nl, en), those in lacking.items():
            self.lack(those, nl, en)

    def newest(self, rows: Iterable[Row], asked: Newest) -> None:
        """Ask that the newest row is recent; what is to come does not count."""
        self.require(asked.field)
        today = self._look.today
        days = [day for _, value in self.values(rows, asked.field) if (day := day_of(value)) is not None]
        last = max((day for day in days if day <= today), default=None)
        if last is None or last < today - timedelta(days=asked.within_days):
            seen = ("geen", "none") if last is None else (last.isoformat(),) * 2
            self._look.lacks(
                self.paper,
                f"is niet bijgehouden: de nieuwste {asked.field} is {seen[0]}, gevraagd is hooguit "
                f"{asked.within_days} dagen geleden",
                f"is not kept up: its newest {asked.field} is {seen[1]}, asked is at most {asked.within_days} days ago",
            )

    def occur(self, rows: Sequence[Row], column: str, wanted: Iterable[Plain]) -> None:
        """Ask that each of these values stands in a column of some row; `@component` is what the target calls it."""
        self.require(column)
        there = [value for _, value in self.values(rows, column)]
        named = [self._look.given(one) if isinstance(one, str) and one.startswith("@") else one for one in wanted]
        absent = [one for one in named if not any(same(value, one) for value in there)]
        if absent:
            text = ", ".join(map(shown, absent))
            self._look.lacks(self.paper, f"noemt in {column} niet: {text}", f"does not name in {column}: {text}")

    def leave_open(self, cell: UnreadableCell) -> None:
        """Leave the verdict open for a cell that cannot be read."""
        nl, en = _WHY[cell.cell.why]
        self._look.leaves_open(
            Unseen(
                str(self._file),
                Text(
                    f"{self._file}, rij {cell.number}, kolom {cell.column}: {nl}",
                    f"{self._file}, row {cell.number}, column {cell.column}: {en}",
                ),
            )
        )

    def _breach(self, rule: Rule, row: Row) -> Breach | UnreadableCell | None:
        def read(name: str) -> Value:
            return self._look.given(name) if name.startswith("@") else row.value(name)

        try:
            return breach(rule, read, self._look.today)
        except UnreadableCell as cell:
            self.leave_open(cell)
            return cell
        except NoParameter as outcome:
            self._look.parameters.require(outcome.name)
            raise

    def lack(self, rows: Sequence[Row], nl: str, en: str) -> None:
        """Report what rows lack, by their numbers."""
        numbers = ", ".join(str(row.number) for row in rows[:_NAMED])
        more = len(rows) - _NAMED
        word = ("rij", "row") if len(rows) == 1 else ("rijen", "rows")
        rest = (f" en nog {more}", f" and {more} more") if more > 0 else ("", "")
        self._look.lacks(self.paper, f"({word[0]} {numbers}{rest[0]}) {nl}", f"({word[1]} {numbers}{rest[1]}) {en}")


def _needed(rules: Iterable[Rule]) -> tuple[str, ...]:
    return tuple(name for rule in rules for name in (rule.field, *rule.others))


_WHY = {
    "formula": (
        "een formule zonder uitkomst; open het bestand in een rekenprogramma, sla het op en lever het opnieuw aan",
        "a formula without its outcome; open the file in a spreadsheet program, save it and supply it again",
    ),
    "error": ("een formule die op een fout uitkomt; herstel die", "a formula that ends in an error; mend it"),
    "value": (
        "een waarde die niet te lezen is; vul gewone tekst in",
        "a value that cannot be read; fill in plain text",
    ),
}
