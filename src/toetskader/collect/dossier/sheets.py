"""Sheets: XLSX and ODS, read by calamine, with what calamine reads as empty though it is not.

A program that writes a formula need not write its outcome, and calamine tells neither that nor an error: so these are
looked up in the XML. Hidden rows and sheets are read as all others.
"""

import io
import posixpath
import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import chain, pairwise
from math import isfinite
from xml.etree import ElementTree  # entities are refused before: archives.py

import python_calamine

from toetskader.collect.dossier import archives
from toetskader.collect.dossier.formats import OLE, ZIP
from toetskader.collect.dossier.limits import Limits, damaged, encrypted, no_table, too_large
from toetskader.collect.dossier.tables import table_of
from toetskader.facts.dossier.attachments import Active, Cell, Table, TableAsked, Unreadable
from toetskader.yamlfile import shown

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_PART = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_WORKBOOK = "xl/workbook.xml"
_MANIFEST = "META-INF/manifest.xml"
_PARTS_BYTES = 2_000_000
"""Of what lists the sheets of a workbook."""

_UNSURE = (b"<f", b":f", b'"e"', b"'e'")
"""One of these stands in a sheet that has formulas or errors, and as a rule in no other."""
_CELL = re.compile(rb"<(?:\w+:)?c(\s[^<>]*)?>")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
_OUTCOME = re.compile(rb"<(?:\w+:)?v[\s>/]")
_ERROR = re.compile(rb"""\st\s*=\s*["']e["']""")
_PLACE = re.compile(rb"""\sr\s*=\s*["']([A-Z]{1,3})([1-9][0-9]{0,6})["']""")
_ODS_CELL = re.compile(rb"<table:(?:covered-)?table-cell\s[^<>]*>")
_ODS_FORMULA = b"table:formula="
_ODS_OUTCOME = b"office:value-type="
_ODS_ERROR = b'calcext:value-type="error"'


class Sheets:
    """A workbook. Raises Failed when it is not to be opened. Parameters: `content`, its bytes."""

    def __init__(self, content: bytes, limits: Limits) -> None:
        if content.startswith(OLE):
            raise damaged(
                "het is een oud Excel-bestand, of een versleuteld; bewaar het zonder wachtwoord als .xlsx of .ods",
                "it is an old Excel file, or an encrypted one; save it without a password as .xlsx or .ods",
            )
        if not content.startswith(ZIP):
            raise damaged("het is geen .xlsx of .ods", "it is no .xlsx or .ods")
        self._content = content
        self._limits = limits
        self._archive = archives.opened(content, limits)
        self._names = frozenset(self._archive.namelist())
        self._is_ods = "content.xml" in self._names
        if self._is_ods and _MANIFEST in self._names and b"encryption-data" in self._member(_MANIFEST):
            raise encrypted()
        if not self._is_ods and _WORKBOOK not in self._names:
            raise damaged("het is geen .xlsx of .ods", "it is no .xlsx or .ods")

    @property
    def active(self) -> tuple[Active, ...]:
        """What it carries besides cells."""
        found: set[Active] = set()
        if any(name.lower().endswith("vbaproject.bin") or name.startswith("Basic/") for name in self._names):
            found.add("macros")
        if any(name.startswith(("xl/embeddings/", "Object ")) for name in self._names):
            found.add("files")
        return tuple(sorted(found))

    def table(self, asked: TableAsked) -> Table:
        """Read a table. Raises Failed when there is no such sheet, or it is too large or damaged."""
        try:
            book = python_calamine.load_workbook(io.BytesIO(self._content))
            name = self._chosen(book, asked.sheet)
            sheet = book.get_sheet_by_name(name)
        except python_calamine.PasswordError:
            raise encrypted() from None
        except python_calamine.WorksheetNotFound:
            raise no_table("het blad ontbreekt", "the sheet is missing") from None
        except python_calamine.CalamineError:
            raise damaged("de werkmap is beschadigd", "the workbook is damaged") from None
        if sheet.total_height > 2 * self._limits.rows:  # whatever stands above the heading
            raise too_large(f"het blad heeft {sheet.total_height} rijen", f"the sheet has {sheet.total_height} rows")
        rows = _rows(sheet)
        if self._is_ods:
            self._refuse_unsure_ods()
        else:
            for number, column, cell in self._unsure(name):
                row = rows.setdefault(number, [])
                row += [None] * (column - len(row))
                row[column - 1] = cell
        return table_of(rows, asked.header_row, self._limits, sheet=name, ragged=True)

    def _chosen(self, book: python_calamine.CalamineWorkbook, wanted: str | None) -> str:
        """The sheet that is asked for, or the first one that people see."""
        sheets = [item for item in book.sheets_metadata if item.typ is python_calamine.SheetTypeEnum.WorkSheet]
        if wanted is not None:
            if any(item.name == wanted for item in sheets):
                return wanted
            there = ", ".join(shown(item.name) for item in sheets[:10])
            raise no_table(
                f"het blad {shown(wanted)} ontbreekt; er zijn: {there}",
                f"the sheet {shown(wanted)} is missing; there are: {there}",
            )
        visible = [item for item in sheets if item.visible is python_calamine.SheetVisibleEnum.Visible]
        if not visible:
            raise no_table("het heeft geen zichtbaar blad", "it has no visible sheet")
        return visible[0].name

    def _unsure(self, name: str) -> Iterator[tuple[int, int, Cell]]:
        """Cells of an XLSX with a formula that has no outcome, and with an error."""
        content = self._member(self._part_of(name), self._limits.unpacked_bytes)
        if not any(mark in content for mark in _UNSURE):
            return
        for cell, following in pairwise(chain(_CELL.finditer(content), (None,))):
            assert cell is not None  # noqa: S101 - only what follows the last one is
            attributes = cell[1] or b""
            inside = content[cell.end() : following.start() if following else None]  # no cell stands in another
            if _ERROR.search(attributes):
                why = Unreadable("error")
            elif _FORMULA.search(inside) and not _OUTCOME.search(inside):
                why = Unreadable("formula")
            else:
                continue
            place = _PLACE.search(attributes)
            if place is None:
                raise no_table("een cel zonder plaats heeft geen uitkomst", "a cell without a place has no outcome")
            yield int(place[2]), _column(place[1]), why

    def _part_of(self, name: str) -> str:
        """The file of a sheet in the archive, as the workbook says."""
        workbook = self._xml(_WORKBOOK)
        relation = next(item.get(_RELATION) for item in workbook.iter(f"{_MAIN}sheet") if item.get("name") == name)
        for part in self._xml("xl/_rels/workbook.xml.rels").iter(_PART):
            if part.get("Id") == relation:
                return posixpath.normpath(posixpath.join("/xl", part.get("Target", ""))).lstrip("/")
        raise damaged("de werkmap is beschadigd", "the workbook is damaged")

    def _refuse_unsure_ods(self) -> None:
        """Raise Failed for an ODS with formulas that have no outcome: where these are is not told."""
        content = self._member("content.xml", self._limits.unpacked_bytes)
        for cell in _ODS_CELL.findall(content):
            if _ODS_FORMULA in cell and (_ODS_OUTCOME not in cell or _ODS_ERROR in cell):
                raise no_table(
                    "er staan formules in zonder uitkomst; open het bestand en bewaar het opnieuw",
                    "it has formulas without an outcome; open the file and save it again",
                )

    def _xml(self, name: str) -> ElementTree.Element:
        try:
            return ElementTree.fromstring(self._member(name))  # noqa: S314 - see the import
        except ElementTree.ParseError:
            raise damaged(f"{name} is beschadigd", f"{name} is damaged") from None

    def _member(self, name: str, most: int = _PARTS_BYTES) -> bytes:
        return archives.unpacked(self._archive, name, most)


def _rows(sheet: python_calamine.CalamineSheet) -> dict[int, list[Cell]]:
    """The rows of a sheet that hold anything. Rows come from the first on, columns from the first that is used."""
    before: list[Cell] = [None] * (sheet.start[1] if sheet.start else 0)
    rows: dict[int, list[Cell]] = {}
    for number, row in enumerate(sheet.iter_rows(), start=1):
        # Most cells are text: a call for each would take as long as reading the sheet.
        cells = [(value.strip() or None) if isinstance(value, str) else _cell(value) for value in row]
        if cells.count(None) < len(cells):
            rows[number] = before + cells
    return rows


def _cell(value: float | bool | date | time | timedelta) -> Cell:
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        if not isfinite(value):
            return Unreadable("value")
        return int(value) if value == int(value) and abs(value) < 2**53 else value
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return value.total_seconds()


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number
