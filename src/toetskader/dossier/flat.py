"""Documents as rows of a sheet, and back without loss.

A column stands for one field by its path. What a document has several of goes down: the second clause stands in the
second row of that document, under the first. A list inside such a block is one cell of JSON.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Literal

from msgspec import inspect

from toetskader.core.failure import ToetskaderError
from toetskader.dossier.fields import Field, fields_of
from toetskader.facts.dossier.attachments import Cell, Unreadable
from toetskader.facts.dossier.documents import KINDS
from toetskader.facts.dossier.rules import shown
from toetskader.facts.dossier.text import date_in, number_in
from toetskader.text import Text

Value = str | int | float | bool | date
"""What is written in a cell."""
Row = Mapping[str, Value]
"""Heading → cell; what is not there is empty."""

MOST_TEXT = 32_767
"""Characters of a cell, as Excel has it."""
_FIRST_DAY = date(1900, 3, 1)
"""Excel takes days before it for others."""
_MOST_EXACT = 2**53
"""Whole numbers above it lose digits in a sheet."""
_YES = frozenset({"ja", "yes", "true", "waar"})
_NO = frozenset({"nee", "no", "false", "onwaar"})


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the sheet of a kind."""

    path: tuple[str, ...]
    repeats: int | None
    """How many steps of the path lead to what a document has several of; None for a field that it has one of."""
    field: Field
    part: Literal["value", "name", "json"] = "value"

    @property
    def heading(self) -> str:
        """Its name: `issuer.organisation`, `clauses[].topic`, `sites[]`."""
        if self.repeats is None:
            return ".".join(self.path)
        rest = (*self.path[self.repeats :], *((self.part,) if self.field.shape == "pairs" else ()))
        return ".".join((f"{'.'.join(self.path[: self.repeats])}[]", *rest))


class Unfit(ToetskaderError):  # noqa: N818 - caught by who reads a sheet
    """A row that does not say a document. Attributes: `number`, the row; `heading`; `message`."""

    def __init__(self, number: int, heading: str, message: Text) -> None:
        super().__init__(message.en)
        self.number = number
        self.heading = heading
        self.message = message


@cache
def columns(kind: str) -> tuple[Column, ...]:
    """Return the columns of the sheet of a kind of document."""
    return tuple(_columns(fields_of(KINDS[kind]), (), None))


def _columns(fields: Sequence[Field], before: tuple[str, ...], repeats: int | None) -> Iterator[Column]:
    for field in fields:
        path = (*before, field.name)
        if field.shape == "one":
            yield Column(path, repeats, field)
        elif field.shape == "block":
            yield from _columns(field.below, path, repeats)
        elif repeats is not None:
            yield Column(path, repeats, field, "json")
        elif field.shape == "members":
            yield from _columns(field.below, path, len(path))
        elif field.shape == "pairs":
            yield Column(path, len(path), field, "name")
            yield Column(path, len(path), field)
        else:
            yield Column(path, len(path), field)


# Writing


def rows_of(kind: str, data: Mapping[str, Any]) -> list[Row]:
    """Return a document as rows; its id stands in each. Parameters: `data`, as its YAML says it."""
    rows: list[dict[str, Value]] = [{}]
    for column in columns(kind):
        for number, value in enumerate(_values(column, data)):
            while len(rows) <= number:
                rows.append({})
            if value is not None:
                rows[number][column.heading] = _cell(column, value)
    return [{"id": data["id"], **row} for row in rows]


def _values(column: Column, data: Mapping[str, Any]) -> list[Any]:
    if column.repeats is None:
        return [_at(data, column.path)]
    found = _at(data, column.path[: column.repeats])
    if found is None:
        return []
    if column.field.shape == "pairs" and column.part != "json":
        return list(found) if column.part == "name" else list(found.values())
    return [_at(item, column.path[column.repeats :]) for item in found]


def _at(data: Any, path: Sequence[str]) -> Any:
    for name in path:
        data = data.get(name) if isinstance(data, Mapping) else None
    return data


def _cell(column: Column, value: Any) -> Value:
    if column.part == "json":
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, str):
        if column.part == "value" and isinstance(column.field.type, inspect.DateType):
            day = _iso(value)
            return day if day is not None and day >= _FIRST_DAY else value
        return quoted(value)
    if isinstance(value, int) and abs(value) >= _MOST_EXACT:
        return str(value)
    plain: Value = value
    return plain


def quoted(text: str) -> str:
    """Return a text as a cell keeps it: in quotation marks when blanks at an end, or these, would be lost."""
    is_plain = text and text == text.strip() and not (text[0] == text[-1] == '"')
    return text if is_plain else f'"{text}"'


def _iso(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


# Reading


@dataclass(frozen=True, slots=True)
class Read:
    """A document as rows say it."""

    number: int
    """Its first row."""
    data: dict[str, Any]
    """As its YAML would say it."""


def read_rows(kind: str, rows: Iterable[tuple[int, Mapping[str, Cell]]]) -> Iterator[Read | Unfit]:
    """Yield the documents that the rows of a sheet say, in their order, or what is wrong with a document.

    Parameters: `rows`, each with its number in the file. A row without an id belongs to the document above it.
    """
    groups: dict[str, list[tuple[int, Mapping[str, Cell]]]] = {}
    current = None
    for number, row in rows:
        if not any(cell is not None for cell in row.values()):
            continue
        said = row.get("id")
        if isinstance(said, str | int | float):
            current = _plain(shown(said))
        if current is None:
            yield Unfit(number, "id", Text("id ontbreekt; geef elk document een id", "id is missing; give an id"))
        else:
            groups.setdefault(current, []).append((number, row))
    for group in groups.values():
        try:
            yield Read(group[0][0], _document(kind, group))
        except Unfit as outcome:
            yield outcome


def _document(kind: str, rows: Sequence[tuple[int, Mapping[str, Cell]]]) -> dict[str, Any]:
    data: dict[str, Any] = {"id": "", "kind": kind}
    names: dict[tuple[str, ...], list[tuple[int, str | None]]] = {}
    for column in columns(kind):
        cells = [(number, _value(column, row.get(column.heading), number)) for number, row in rows]
        if column.repeats is None:
            if (value := _single(column, cells)) is not None:
                _put(data, column.path, value)
        elif column.part == "name":
            names[column.path] = cells
        elif column.field.shape == "pairs" and column.part != "json":
            if pairs := _pairs(column, names[column.path], cells):
                _put(data, column.path, pairs)
        else:
            _fill(data, column, cells)
    _without_gaps(data)
    return data


def _single(column: Column, cells: Sequence[tuple[int, Any]]) -> Any:
    found = [(number, value) for number, value in cells if value is not None]
    for number, value in found[1:]:
        if value != found[0][1]:
            message = Text(
                f"staat er twee keer en verschilt, eerst op rij {found[0][0]}",
                f"stands there twice and differs, first in row {found[0][0]}",
            )
            raise Unfit(number, column.heading, message)
    return found[0][1] if found else None


def _pairs(column: Column, names: Sequence[tuple[int, Any]], cells: Sequence[tuple[int, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for (number, name), (_, value) in zip(names, cells, strict=True):
        if name is None and value is None:
            continue
        if name is None or name in found:
            message = Text("geef elke waarde een eigen naam", "give each value a name of its own")
            raise Unfit(number, column.heading, message)
        found[name] = value
    return found


def _fill(data: dict[str, Any], column: Column, cells: Sequence[tuple[int, Any]]) -> None:
    """Put what a column says of members of a list, or its values, in that list: one for each row, gaps included."""
    if all(value is None for _, value in cells):
        return
    where, below = column.path[: column.repeats], column.path[column.repeats :]
    members = _at(data, where)
    if members is None:
        members = [None] * len(cells)
        _put(data, where, members)
    for index, (_, value) in enumerate(cells):
        if value is not None and not below:
            members[index] = value
        elif value is not None:
            members[index] = members[index] or {}
            _put(members[index], below, value)


def _without_gaps(data: dict[str, Any]) -> None:
    for name, value in data.items():
        if isinstance(value, list):
            data[name] = [item for item in value if item is not None]
        elif isinstance(value, dict):
            _without_gaps(value)


def _put(data: dict[str, Any], path: Sequence[str], value: Any) -> None:
    for name in path[:-1]:
        data = data.setdefault(name, {})
    data[path[-1]] = value


def _value(column: Column, cell: Cell, number: int) -> Any:
    """Return what a cell says, as YAML would; what does not fit stays as it is, for the model to refuse."""
    if cell is None:
        return None
    if isinstance(cell, Unreadable):
        message = Text(
            "is een formule zonder uitkomst of een fout; zet er de waarde zelf neer",
            "is a formula without an outcome or an error; put the value itself there",
        )
        raise Unfit(number, column.heading, message)
    if column.part == "json":
        try:
            return json.loads(cell if isinstance(cell, str) else json.dumps(cell))
        except (ValueError, RecursionError):
            raise Unfit(number, column.heading, Text("is geen JSON", "is no JSON")) from None
    if column.part == "name":
        return _plain(shown(cell))
    return _typed(column.field.type, cell)


def _typed(kind: inspect.Type, cell: str | float | bool) -> Any:
    text = _plain(shown(cell))
    match kind:
        case inspect.DateType():
            day = _iso(text[:10]) if text[10:] in ("", "T00:00:00") else None
            day = day or (date_in(text) if len(text) <= 30 else None)
            return day.isoformat() if day else text
        case inspect.IntType() | inspect.FloatType():
            return _number(kind, cell, text)
        case inspect.BoolType():
            word = text.casefold()
            return True if word in _YES else False if word in _NO else text
        case _:
            return text


def _number(kind: inspect.Type, cell: str | float | bool, text: str) -> Any:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return cell
    found = number_in(text)
    if found is None:
        return text
    return int(found) if isinstance(kind, inspect.IntType) and found == int(found) else float(found)


def _plain(text: str) -> str:
    return text[1:-1] if len(text) >= 2 and text[0] == text[-1] == '"' else text
