"""Sheets: what is read of honest ones, what must not be read as empty, and archives that are made to harm a reader."""

import io
import struct
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from dossier_files import MAIN, archive, ods, row, xlsx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from toetskader.collect.dossier import archives
from toetskader.collect.dossier.limits import Limits
from toetskader.collect.dossier.reading import Reader, open_reader
from toetskader.core.failure import Failed
from toetskader.facts.dossier.attachments import Read, Table, TableAsked, Unreadable

ON = datetime(2026, 11, 30, 12, tzinfo=UTC)
LIMITS = Limits(memory_bytes=600 * 2**20)
SHEET = "xl/worksheets/sheet1.xml"
HEADING = row(1, "naam", "datum", "aantal")


def text(value: str) -> str:
    return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'


def line(*cells: str) -> str:
    return f"<table:table-row>{''.join(cells)}</table:table-row>"


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with open_reader((), ON, LIMITS) as opened:
        yield opened


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sheets")


def read(reader: Reader, folder: Path, content: bytes, asked: TableAsked | None = None, name: str = "t.xlsx") -> Read:
    (folder / name).write_bytes(content)
    return reader.read(folder / name, named=name, table=asked or TableAsked())


def table(reader: Reader, folder: Path, content: bytes, asked: TableAsked | None = None, name: str = "t.xlsx") -> Table:
    found = read(reader, folder, content, asked, name).table
    assert found is not None
    return found


def refused(reader: Reader, folder: Path, content: bytes, name: str = "t.xlsx") -> str:
    """Return why a file is not read; nothing of it is then a table."""
    seen = read(reader, folder, content, name=name)
    assert seen.table is not None
    assert seen.table.rows == seen.table.columns == ()
    assert seen.table.problem is not None
    assert seen.attachment.sha256
    return seen.table.problem.en


def test_a_table(reader: Reader, folder: Path) -> None:
    rows = row(3, "naam", "aantal", "ja") + row(4, "Acme", 3, True) + row(6, "Beta", 1.5)

    assert table(reader, folder, xlsx(rows)) == Table(
        sheet="Blad1",
        columns=("naam", "aantal", "ja"),
        rows=(("Acme", 3, True), ("Beta", 1.5, None)),
        numbers=(4, 6),
    )


def test_a_table_of_an_ods(reader: Reader, folder: Path) -> None:
    day = '<table:table-cell office:value-type="date" office:date-value="2026-12-31"/>'
    number = '<table:table-cell office:value-type="float" office:value="3"><text:p>3</text:p></table:table-cell>'
    content = ods(line(text("naam"), text("datum"), text("aantal")), line(text("Acme"), day, number))

    assert table(reader, folder, content, name="t.ods") == Table(
        sheet="Blad1", columns=("naam", "datum", "aantal"), rows=(("Acme", "2026-12-31", 3),), numbers=(2,)
    )


def test_dates(reader: Reader, folder: Path) -> None:
    styles = (
        f'<styleSheet xmlns="{MAIN}"><cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/>'
        "</cellXfs></styleSheet>"
    )
    rows = row(1, "a", "b", "c", "d") + row(
        2, '<c s="1"><v>46387</v></c>', '<c s="2"><v>46387.5</v></c>', "31-12-2026", '<c t="d"><v>2026-12-31</v></c>'
    )

    (found,) = table(reader, folder, xlsx(rows, more={"xl/styles.xml": styles})).rows

    assert found == ("2026-12-31", "2026-12-31T12:00:00", "31-12-2026", "2026-12-31")


def test_what_is_not_empty_is_not_read_as_such(reader: Reader, folder: Path) -> None:
    rows = (
        row(1, "a", "b", "c", "d", "e", "f")
        + row(
            2,
            "<c><f>1+1</f></c>",
            "<c><f>1+1</f><v>2</v></c>",
            '<c t="e"><v>#REF!</v></c>',
            '<c t="str"><f>x</f><v></v></c>',
        )
        + row(3, "x", "<c><x:f>1+1</x:f></c>", "<c t='e'><f>1/0</f><v>#DIV/0!</v></c>", "<c><v>1e999</v></c>")
        + row(9, None, None, None, None, None, "<c><f>SUM(A1:A2)</f></c>")
    )

    found = table(reader, folder, xlsx(rows.replace("<row", '<row xmlns:x="urn:x"'), more={})).rows

    assert found == (
        (Unreadable("formula"), 2, Unreadable("error"), None, None, None),
        ("x", Unreadable("formula"), Unreadable("error"), Unreadable("value"), None, None),
        (None, None, None, None, None, Unreadable("formula")),
    )


def test_a_formula_nobody_can_place(reader: Reader, folder: Path) -> None:
    rows = HEADING + '<row r="2"><c><f>1+1</f></c></row>'

    assert "outcome" in refused(reader, folder, xlsx(rows))


@pytest.mark.parametrize(
    "cell",
    [
        '<table:table-cell table:formula="of:=1+1"/>',
        '<table:table-cell table:formula="of:=1/0" office:value-type="string" calcext:value-type="error" />',
    ],
)
def test_a_formula_without_outcome_in_an_ods(reader: Reader, folder: Path, cell: str) -> None:
    content = ods(line(text("naam"), text("som")), line(text("Acme"), cell))

    assert "outcome" in refused(reader, folder, content, name="t.ods")


def test_hidden_rows_are_read(reader: Reader, folder: Path) -> None:
    rows = HEADING + row(2, "Acme").replace("<row", '<row hidden="1"')

    assert table(reader, folder, xlsx(rows)).rows == (("Acme", None, None),)


def test_sheets_by_name(reader: Reader, folder: Path) -> None:
    content = xlsx(HEADING + row(2, "een"), HEADING + row(2, "twee"), states=("hidden", "visible"))

    assert table(reader, folder, content).rows[0][0] == "twee"  # the first that people see
    assert table(reader, folder, content, TableAsked(sheet="Blad1")).rows[0][0] == "een"
    missing = table(reader, folder, content, TableAsked(sheet="Blad3")).problem
    assert missing is not None
    assert "Blad1, Blad2" in missing.en


def test_the_row_of_the_heading(reader: Reader, folder: Path) -> None:
    rows = row(1, "Register van subverwerkers") + row(3, "naam") + row(4, "Acme")

    assert table(reader, folder, xlsx(rows), TableAsked(header_row=3)).columns == ("naam",)
    assert table(reader, folder, xlsx(rows)).columns == ("Register van subverwerkers",)
    problem = table(reader, folder, xlsx(rows), TableAsked(header_row=2)).problem
    assert problem is not None
    assert "row 2" in problem.en


def test_nothing_in_it(reader: Reader, folder: Path) -> None:
    assert "nothing in the table" in refused(reader, folder, xlsx(""))


@pytest.mark.parametrize(
    ("limits", "rows", "said"),
    [
        (Limits(rows=2), HEADING + row(2, 1) + row(3, 1) + row(4, 1), "2 rows"),
        (Limits(columns=2), HEADING, "2 columns"),
        (Limits(cell_bytes=40), row(1, "naam" * 10 + "é"), "40 bytes"),
    ],
)
def test_limits_of_tables(folder: Path, limits: Limits, rows: str, said: str) -> None:
    with open_reader((), ON, limits) as reader:
        if "bytes" in said:
            rows += row(2, "é" * 21)
        assert said in refused(reader, folder, xlsx(rows))


def test_as_much_as_may_be(folder: Path) -> None:
    with open_reader((), ON, Limits(rows=2, columns=3, cell_bytes=40)) as reader:
        assert table(reader, folder, xlsx(HEADING + row(2, "é" * 20) + row(3, 1))).problem is None


@pytest.mark.parametrize(
    ("more", "active"),
    [
        ({"xl/vbaProject.bin": b"x"}, ("macros",)),
        ({"xl/embeddings/oleObject1.bin": b"x"}, ("files",)),
        ({}, ()),
    ],
)
def test_what_it_carries_is_said(reader: Reader, folder: Path, more: dict[str, bytes], active: tuple[str]) -> None:
    seen = read(reader, folder, xlsx(HEADING, more=more), name="t.xlsm")

    assert seen.attachment.active == active
    assert seen.attachment.problem is None


def linked() -> bytes:
    made = io.BytesIO(xlsx(HEADING))
    with zipfile.ZipFile(made, "a") as opened:
        member = zipfile.ZipInfo("xl/link.xml")
        member.external_attr = 0o120777 << 16
        opened.writestr(member, "/etc/passwd")
    return made.getvalue()


def twice() -> bytes:
    made = io.BytesIO(xlsx(HEADING))
    with zipfile.ZipFile(made, "a") as opened, pytest.warns(UserWarning, match="Duplicate"):
        opened.writestr("xl/workbook.xml", "<a/>")
    return made.getvalue()


def locked() -> bytes:
    content = bytearray(xlsx(HEADING))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.index(mark)
        content[at + place] |= 1
    return bytes(content)


ENTITIES = '<!DOCTYPE a [<!ENTITY b "cccc">]>'
HARMFUL = {
    "much in little": (xlsx(HEADING, more={"xl/a.bin": bytes(150_000_000)}), "times over"),
    "more than fits": (archive({"xl/workbook.xml": "", **{f"{n}": bytes(10**8) for n in range(3)}}), "200 MB"),
    "outside": (xlsx(HEADING, more={"../../etc/cron.d/x": "x"}), "outside"),
    "outside, as Windows writes it": (xlsx(HEADING, more={"..\\x": "x"}), "outside"),
    "from the root": (xlsx(HEADING, more={"/etc/passwd": "x"}), "outside"),
    "a drive": (xlsx(HEADING, more={"C:/x": "x"}), "outside"),
    "a link": (linked(), "links"),
    "a name twice": (twice(), "twice"),
    "a password": (locked(), "password"),
    "entities": (xlsx(HEADING, prologue=f'<?xml version="1.0"?>{ENTITIES}'), "entities"),
    "entities after a comment": (xlsx(HEADING, prologue=f"<!-- <a> -->{ENTITIES}"), "entities"),
    "entities far away": (xlsx(HEADING, prologue=f"<!--{'x' * 70_000}-->{ENTITIES}"), "entities"),
    "entities in UTF-16": (xlsx(HEADING, more={"xl/workbook.xml": f"{ENTITIES}<a/>".encode("utf-16")}), "entities"),
    "no archive": (b"PK\x03\x04" + bytes(100), "damaged"),
    "half an archive": (xlsx(HEADING)[:-40], "damaged"),
    "no workbook": (archive({"word/document.xml": "<a/>"}), "no .xlsx or .ods"),
    "no sheet": (xlsx(), "no visible sheet"),
    "text": (b"naam;datum", "no .xlsx or .ods"),
    "an old sheet": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old Excel"),
    "a workbook that is no XML": (xlsx(HEADING, more={"xl/workbook.xml": "<a"}), ""),
    "an encrypted ODS": (ods(more={"META-INF/manifest.xml": "<m><x:encryption-data/></m>"}), "password"),
}


@pytest.mark.parametrize("name", HARMFUL)
def test_harmful(reader: Reader, folder: Path, name: str) -> None:
    content, said = HARMFUL[name]

    assert said in refused(reader, folder, content)
    assert table(reader, folder, xlsx(HEADING + row(2, "Acme"))).rows == (("Acme", None, None),)


def test_a_directory_that_lies(reader: Reader, folder: Path) -> None:
    """A member of hundreds of megabytes that is said to have few costs no more than the reader's own limits."""
    head, size = b"<worksheet><sheetData>", 500 * 2**20
    made = io.BytesIO(xlsx(HEADING))
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(lying := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name != SHEET:
                new.writestr(name, old.read(name))
        with new.open(SHEET, "w") as member:
            member.write(head)
            for _ in range(size // 2**20):
                member.write(b" " * 2**20)
    content = lying.getvalue().replace(struct.pack("<L", size + len(head)), struct.pack("<L", 10_000))
    assert len(content) < 2**20

    assert refused(reader, folder, content)
    assert table(reader, folder, xlsx(HEADING + row(2, "Acme"))).problem is None


def test_a_sheet_of_two_far_cells(reader: Reader, folder: Path) -> None:
    rows = row(1, "a") + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'

    assert refused(reader, folder, xlsx(rows))
    assert table(reader, folder, xlsx(HEADING + row(2, "Acme"))).problem is None


def test_too_many_members() -> None:
    with pytest.raises(Failed, match="more than 5 files"):
        archives.opened(archive({str(number): "" for number in range(6)}), Limits(members=5))


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_any_change_is_survived(reader: Reader, folder: Path, data: st.DataObject) -> None:
    content = bytearray(xlsx(HEADING + row(2, "Acme", "2026-12-31", 3)))
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place : place + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))

    seen = read(reader, folder, bytes(content))

    assert seen.table is not None
    assert seen.table.problem is not None or seen.table.rows


SOUND = st.text(
    st.characters(codec="utf-8", exclude_characters="<>&", exclude_categories=["C"]), min_size=1, max_size=8
)
VALUES = st.one_of(st.none(), st.booleans(), st.integers(-(2**50), 2**50), SOUND.map(str.strip).filter(bool))


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(VALUES, VALUES, VALUES), min_size=1, max_size=6))
def test_any_table_comes_back(reader: Reader, folder: Path, values: list[tuple[object, ...]]) -> None:
    rows = HEADING + "".join(row(number, *cells) for number, cells in enumerate(values, start=2))

    found = table(reader, folder, xlsx(rows))

    assert found.problem is None
    assert found.rows == tuple(cells for cells in values if any(cell is not None for cell in cells))
