"""A document comes back from the rows of a sheet as it was, whatever stands in it."""

import json
from datetime import date
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import inspect

from toetskader.dossier.fields import Field, fields_of
from toetskader.dossier.flat import Read, Unfit, columns, read_rows, rows_of
from toetskader.facts.dossier.attachments import Cell, Unreadable
from toetskader.facts.dossier.documents import KINDS

TEXTS = (
    '"', '""', '"a"', " ", " x ", "=1+1", "+31", "-2", "@x", "'", "1", "1.0", "TRUE", "ja", "2026-01-01", "_x0041_",
    "a\nb", "a\r\nb", "#", "{a: b}", "\U0001f600", "null", "", "Voorbeeld BV", "\u00e9", "\u3000", "<b>", "a, b", "~",
)  # fmt: skip
PATTERNS = {
    "^[a-z0-9][a-z0-9._-]*": ("a", "0", "27001", "1.5", "x-y_z.9", "null", "true"),
    "^[0-9a-f]{64}": ("ab" * 32, "1" * 64),
    "^[A-Z]{2}": ("NL", "NO"),
    "^[a-z0-9_]+(": ("valid_until", "clauses.0.ref"),
    "^[^\\x00-": ("a.pdf", "=b.xlsx", " c", '"d"', "1"),
    "^(\\+?[0-9": ("", "+31 (0)30 123", "0301234567"),
    "^([^\\s@]+@": ("", "=a@b", "x@y.example"),
}
"""How a pattern begins → what fits it."""


class Maker:
    """Makes documents that fit their models, of all that can stand in them."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def document(self, kind: str) -> dict[str, Any]:
        return {"kind": kind, **self._block(fields_of(KINDS[kind]))}

    def _block(self, fields: tuple[Field, ...]) -> dict[str, Any]:
        return {field.name: self._value(field) for field in fields if field.is_required or self._random.random() < 0.5}

    def _value(self, field: Field) -> Any:
        many = range(self._random.randint(1, 3))
        match field.shape:
            case "one":
                return self._scalar(field.type)
            case "list":
                return [self._scalar(field.type) for _ in many]
            case "pairs":
                return {name: self._scalar(field.type) for name in ("a", "1.5", "true")[: len(many)]}
            case "block":
                return self._block(field.below)
            case "members":
                return [self._block(field.below) for _ in many]

    def _scalar(self, kind: inspect.Type) -> Any:
        random = self._random
        match kind:
            case inspect.StrType() if kind.pattern is not None:
                return random.choice(next(fit for begin, fit in PATTERNS.items() if kind.pattern.startswith(begin)))
            case inspect.StrType():
                return random.choice([text for text in TEXTS if len(text) >= (kind.min_length or 0)])
            case inspect.DateType():
                return random.choice(("2026-03-04", "0001-01-01", "1900-02-28", "1900-03-01", "9999-12-31"))
            case inspect.IntType():
                return random.randint(kind.ge or 0, kind.le or random.choice((9, 10**17)))
            case inspect.FloatType():
                return random.choice((0.1, 99.5, -3, 16, 16.0, 1e17 + 2, 2**60, 1.5e-7, 0))
            case inspect.BoolType():
                return random.random() < 0.5
            case inspect.LiteralType():
                return random.choice(kind.values)
            case _:
                raise AssertionError(kind)


def read_back(cell: Any) -> Cell:
    """What the reader of sheets makes of a cell."""
    if isinstance(cell, bool):
        return cell
    if isinstance(cell, date):
        return cell.isoformat() + "T00:00:00"
    if isinstance(cell, str):
        return cell.strip() or None
    return int(cell) if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53 else cell


def returned(kind: str, data: dict[str, Any]) -> list[Read | Unfit]:
    headings = [column.heading for column in columns(kind)]
    rows = rows_of(kind, data)
    cells = [(number, {name: read_back(row.get(name)) for name in headings}) for number, row in enumerate(rows, 3)]
    return list(read_rows(kind, cells))


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(KINDS)), st.integers(0, 10**9))
def test_a_document_comes_back(kind: str, seed: int) -> None:
    document = Maker(seed).document(kind)
    model = KINDS[kind]
    (back,) = returned(kind, document)
    assert isinstance(back, Read), back.message.en
    assert msgspec.convert(back.data, model) == msgspec.convert(document, model)


@pytest.mark.parametrize("kind", KINDS)
def test_headings_differ(kind: str) -> None:
    headings = [column.heading for column in columns(kind)]
    assert len(set(headings)) == len(headings)


ROW: dict[str, Cell] = {"id": "a", "title": "A"}
PAIR: dict[str, Cell] = {"values[].name": "x", "values[].value": 1}


@pytest.mark.parametrize(
    ("rows", "heading"),
    [
        ([{"title": "A"}], "id"),
        ([ROW, {"id": "a", "title": "B"}], "title"),
        ([ROW | {"title": Unreadable("formula")}], "title"),
        (
            [ROW | {"values[].name": "x", "values[].value": 1}, {"values[].name": "x", "values[].value": 2}],
            "values[].value",
        ),
        ([ROW | {"values[].value": 1}], "values[].value"),
    ],
)
def test_rows_that_say_no_document(rows: list[dict[str, Cell]], heading: str) -> None:
    found = [item for item in read_rows("policy", enumerate(rows, 3)) if isinstance(item, Unfit)]
    assert [item.heading for item in found] == [heading]


def test_a_row_without_an_id_belongs_to_the_one_above() -> None:
    rows: list[dict[str, Cell]] = [ROW | {"topics[].topic": "x"}, {}, {"topics[].topic": "y"}, {"id": "b"}]
    first, second = read_rows("policy", enumerate(rows, 3))
    assert isinstance(first, Read)
    assert first.data["topics"] == [{"topic": "x"}, {"topic": "y"}]
    assert isinstance(second, Read)
    assert second.data["id"] == "b"


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("2026-12-31", "2026-12-31"),
        ("2026-12-31T00:00:00", "2026-12-31"),
        ("31-12-2026", "2026-12-31"),
        ("31 december 2026", "2026-12-31"),
        ("gisteren", "gisteren"),
        (46000, "46000"),
    ],
)
def test_days_as_people_write_them(cell: Cell, said: str) -> None:
    (found,) = read_rows("policy", [(3, ROW | {"issued_on": cell})])
    assert isinstance(found, Read)
    assert found.data["issued_on"] == said


@pytest.mark.parametrize(("cell", "said"), [("Ja", True), ("false", False), (True, True), ("x", "x"), (1, "1")])
def test_yes_and_no_as_people_write_them(cell: Cell, said: object) -> None:
    (found,) = read_rows("policy", [(3, ROW | {"withdrawn": cell})])
    assert isinstance(found, Read)
    assert found.data["withdrawn"] is said or found.data["withdrawn"] == said


@pytest.mark.parametrize(("cell", "said"), [("99,5", 99.5), ("1.234,5", 1234.5), (16, 16), ("veel", "veel")])
def test_numbers_as_people_write_them(cell: Cell, said: object) -> None:
    (found,) = read_rows("policy", [(3, ROW | {"values[].name": "x", "values[].value": cell})])
    assert isinstance(found, Read)
    assert found.data["values"] == {"x": said}


def test_numbers_in_a_field_of_text_stay_text() -> None:
    (found,) = read_rows("policy", [(3, {"id": 27001, "title": 2.0, "version": 1.5, "type": "x"})])
    assert isinstance(found, Read)
    assert json.dumps([found.data[name] for name in ("id", "title", "version")]) == '["27001", "2", "1.5"]'
