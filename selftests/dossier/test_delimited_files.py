"""CSV: encodings and delimiters that are found out, and what is not taken for a table."""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toetskader.collect.dossier.contents import read
from toetskader.collect.dossier.limits import Limits
from toetskader.collect.dossier.protocol import Request, Start
from toetskader.facts.dossier.attachments import Table, TableAsked

SETTINGS = settings(max_examples=100, deadline=None, derandomize=True)
START = Start(limits=Limits(rows=5, columns=4, cell_bytes=40), roots=(), moment=datetime(2026, 11, 30, tzinfo=UTC))
EURO = "naam;bedrag\r\nCafé;€ 1,5\r\n"


@pytest.fixture(autouse=True)
def _limit_of_this_module_alone() -> Iterator[None]:
    """Give other tests their limit back: Python keeps it for the whole process."""
    before = csv.field_size_limit()
    yield
    csv.field_size_limit(before)


def table(content: bytes, asked: TableAsked | None = None) -> Table:
    seen = read(Request(path="t.csv", format="csv", table=asked or TableAsked()), content, START)
    assert seen.attachment.problem is None
    assert seen.table is not None
    return seen.table


def problem(content: bytes, asked: TableAsked | None = None) -> str:
    found = table(content, asked)
    assert found.rows == found.columns == ()
    assert found.problem is not None
    return found.problem.en


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_encodings(encoding: str) -> None:
    assert table(EURO.encode(encoding)) == Table(columns=("naam", "bedrag"), rows=(("Café", "€ 1,5"),), numbers=(2,))


def test_an_encoding_that_is_named() -> None:
    assert table("naam;x\né;1\n".encode("latin-1"), TableAsked(encoding="latin-1")).rows == (("é", "1"),)
    assert "encoding" in problem(b"a;b\n\xff;1\n", TableAsked(encoding="utf-8"))
    assert "encoding" in problem(b"a;b\n", TableAsked(encoding="niets"))
    assert "encoding" in problem(b"a;b\n", TableAsked(encoding="hex"))
    assert "encoding" in problem(b"a;b\n\0;1\n")
    assert "encoding" in problem(b"a;b\n\x81;1\n")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(delimiter: str) -> None:
    rows = (("naam", "wat"), ("Acme", "een, twee; drie"), ("Beta", "x"))
    content = "".join(f'{name}{delimiter}"{what}"\n' for name, what in rows).encode()

    assert table(content).rows == rows[1:]
    assert table(content, TableAsked(delimiter=delimiter)).rows == rows[1:]


def test_decimal_commas_are_no_columns() -> None:
    assert table(b"naam;bedrag\n1,5;2,5\n3,5;4,5\n").rows == (("1,5", "2,5"), ("3,5", "4,5"))


def test_one_column() -> None:
    assert table(b"naam\nAcme\n").rows == (("Acme",),)


def test_lines_by_their_number() -> None:
    found = table(b'\n\nnaam;wat\n"een\ntwee";x\n;\nBeta;y\n')

    assert found.columns == ("naam", "wat")
    assert found.rows == (("een\ntwee", "x"), ("Beta", "y"))
    assert found.numbers == (4, 7)


def test_a_heading_further_down() -> None:
    content = b"Register;\nvan;\nnaam;wat\nAcme;x\n"

    assert table(content, TableAsked(header_row=3)).rows == (("Acme", "x"),)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "nothing in the table"),
        (b";;\n\n", "nothing in the table"),
        (b"a;b\n1;2;3\n", "line 2 has 3 cells, and the heading 2"),
        (b"a;b\n1;2\n1\n", "line 3 has 1 cells, and the heading 2"),
        (b'a;b\n"1;2\n', "quotation marks at line 2"),
        (b'a;b\n"1"x;2\n', "quotation marks at line 2"),
        (b"a;b\n" + b"x" * 41 + b";1\n", "line 2 has more than 40 characters"),
        (b"a;b\n" + "é".encode() * 21 + b";1\n", "more than 40 bytes"),
        (b"a;b;c;d;e\n", "more than 4 columns"),
        (b"a;b\n" + b"1;2\n" * 6, "more than 5 rows"),
        (b"a;b\n" + b"1;2\n" * 6000, "more than 5 rows"),
    ],
)
def test_no_table(content: bytes, said: str) -> None:
    assert said in problem(content)


def test_a_delimiter_that_is_none() -> None:
    for delimiter in (";;", '"', "\n"):
        assert "delimiter" in problem(b"a;b\n", TableAsked(delimiter=delimiter))


@SETTINGS
@given(st.binary(max_size=300))
def test_any_bytes_come_to_something(content: bytes) -> None:
    seen = read(Request(path="t.csv", format="csv", table=TableAsked()), content, START)

    assert seen.table is not None
    assert seen.table.problem is not None or seen.table.columns


CELLS = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=9).map(str.strip)


@SETTINGS
@given(st.lists(st.tuples(CELLS.filter(bool), CELLS.filter(bool)), min_size=1, max_size=5))
def test_any_table_comes_back(rows: list[tuple[str, str]]) -> None:
    quoted = [[cell.replace('"', '""') for cell in row] for row in rows]
    content = "".join(f'"{first}";"{second}"\n' for first, second in [("een", "twee"), *quoted]).encode()

    assert table(content, TableAsked(delimiter=";")).rows == tuple(rows)
