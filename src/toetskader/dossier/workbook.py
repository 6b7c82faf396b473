"""A dossier as a workbook: a sheet for each kind of document, with lists to choose from.

Nothing in it is a formula: each text is a text, whatever it begins with, also after somebody edited its cell.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from msgspec import inspect

from toetskader.core.failure import UsageError
from toetskader.dossier.asked import Asked
from toetskader.dossier.flat import MOST_TEXT, Column, Value, columns, rows_of
from toetskader.dossier.stored import Stored
from toetskader.dossier.words import FIELDS
from toetskader.dossier.words import KINDS as KIND_WORDS
from toetskader.report.visible import one_line
from toetskader.text import Lang, Text

HEADINGS = 2
"""The row with the names of columns; above it stands what they mean."""
_LAST_ROW = 2_000
"""As far as lists to choose from reach."""
_CHOICES = "keuzes"
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML cannot hold."""
_CODED = re.compile(r"_x(?=[0-9A-Fa-f]{4}_)|\r")
_WIDTH = 22


def sheet_of(kind: str) -> str:
    """Return the name of the sheet of a kind."""
    return KIND_WORDS[kind].name


def save(documents: Iterable[Stored], asked: Iterable[Asked], path: Path, lang: Lang) -> int:
    """Write documents to a new workbook, and return how many.

    Parameters: `asked`, whose types can be chosen from. Raises UsageError for a document that no sheet can hold, and
    OSError when the file cannot be written, or is there.
    """
    import openpyxl  # type: ignore[import-untyped]  # noqa: PLC0415 - it loads slowly

    by_kind: dict[str, list[Stored]] = {kind: [] for kind in KIND_WORDS}
    for document in documents:
        by_kind[document.kind].append(document)
    types = {kind: sorted({item.reference.type for item in asked if item.reference.kind == kind}) for kind in by_kind}
    book = openpyxl.Workbook()
    _explain(book.active, lang)
    for kind, members in by_kind.items():
        sheet = book.create_sheet(sheet_of(kind))
        _head(sheet, kind, lang)
        number = HEADINGS
        for document in sorted(members, key=lambda item: item.id):
            for row in rows_of(kind, document.data | {"id": document.id or document.path.parent.name}):
                number += 1
                _write(sheet, number, kind, row, document.where)
    _add_choices(book, types)
    with path.open("xb") as stream:
        book.save(stream)
    return sum(map(len, by_kind.values()))


_TO_READ = Text(
    "Elk tabblad is een soort document, elke rij een document. Rij 1 legt uit, rij 2 noemt de velden: laat die staan.\n"
    "Van wat een document er meer heeft (handtekeningen, artikelen) staat het volgende een rij lager, met die id.\n"
    "Datums zijn datums of tekst zoals 31-12-2027. Formules worden niet gelezen: zet de waarde zelf neer.\n"
    "Klaar? toetskader dossier import DIT-BESTAND DOEL",
    "Each sheet is a kind of document, each row a document. Row 1 explains, row 2 names the fields: leave these.\n"
    "Of what a document has several of (signatures, clauses) the next stands in the row below, with the same id.\n"
    "Dates are dates, or text such as 31-12-2027. Formulas are not read: put the value itself there.\n"
    "Done? toetskader dossier import THIS-FILE TARGET",
)


def _explain(sheet: Any, lang: Lang) -> None:
    sheet.title = "lees mij" if lang == "nl" else "read me"
    sheet.column_dimensions["A"].width = 120
    for number, line in enumerate(_TO_READ[lang].split("\n"), 1):
        _put(sheet, number, 1, line)


def _head(sheet: Any, kind: str, lang: Lang) -> None:
    from openpyxl.styles import Alignment, Font  # type: ignore[import-untyped]  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]  # noqa: PLC0415

    for index, column in enumerate(columns(kind), 1):
        _put(sheet, 1, index, _about(column, lang))
        sheet.cell(1, index).alignment = Alignment(wrap_text=True, vertical="top")
        _put(sheet, HEADINGS, index, column.heading)
        sheet.cell(HEADINGS, index).font = Font(bold=column.field.is_required)
        sheet.column_dimensions[get_column_letter(index)].width = _WIDTH
    sheet.row_dimensions[1].height = 75
    sheet.freeze_panes = sheet.cell(HEADINGS + 1, 2)


def _about(column: Column, lang: Lang) -> str:
    words = FIELDS.get(column.field.key)
    what = words.what if words is not None and lang == "nl" else column.field.description or column.heading
    if column.part == "name":
        what = Text(f"naam bij: {what}", f"name for: {what}")[lang]
    if column.part == "json":
        what += " (JSON)"
    example = f"\n{words.example}" if words is not None and words.example and column.repeats is None else ""
    return what + example


def _write(sheet: Any, number: int, kind: str, row: Mapping[str, Value], where: str) -> None:
    for index, column in enumerate(columns(kind), 1):
        value = row.get(column.heading)
        if value is None:
            continue
        if isinstance(value, str) and (len(value) > MOST_TEXT or _UNFIT.search(value)):
            path = column.heading
            raise UsageError(
                Text(
                    f"{where}: {path} past niet in een cel: meer dan {MOST_TEXT} tekens, of geen tekst",
                    f"{where}: {path} does not fit in a cell: over {MOST_TEXT} characters, or one that is no text",
                )
            )
        _put(sheet, number, index, value)


def _put(sheet: Any, row: int, column: int, value: Value) -> None:
    """Put a value in a cell: a text as a text, and nothing as a formula."""
    cell = sheet.cell(row, column)
    if isinstance(value, str):
        cell.value = _CODED.sub(_code, value)
        cell.data_type = "s"  # also what begins with = or names an error
        cell.quotePrefix = True
        cell.number_format = "@"
    else:
        cell.value = value
        if isinstance(value, date):
            cell.number_format = "yyyy-mm-dd"


def _code(found: re.Match[str]) -> str:
    """Write what spreadsheets take for a code, or change, as they code it themselves."""
    return "_x000D_" if found[0] == "\r" else "_x005F_x"


def _add_choices(book: Any, types: Mapping[str, list[str]]) -> None:
    """Let cells with a fixed list of words be chosen from a list; of types those that requirements ask for."""
    from openpyxl.utils import get_column_letter  # noqa: PLC0415
    from openpyxl.worksheet.datavalidation import DataValidation  # type: ignore[import-untyped]  # noqa: PLC0415

    sheet = book.create_sheet(_CHOICES)
    sheet.sheet_state = "hidden"
    lists: dict[tuple[str, ...], str] = {}
    for kind, known in types.items():
        for index, column in enumerate(columns(kind), 1):
            words = tuple(known) if column.heading == "type" else _words(column)
            if not words:
                continue
            if words not in lists:
                number = len(lists) + 1
                for row, word in enumerate(words, 1):
                    _put(sheet, row, number, one_line(word))
                letter = get_column_letter(number)
                lists[words] = f"={_CHOICES}!${letter}$1:${letter}${len(words)}"
            letter = get_column_letter(index)
            rule = DataValidation(type="list", formula1=lists[words], allow_blank=True)
            rule.showErrorMessage = column.heading != "type"
            rule.add(f"{letter}{HEADINGS + 1}:{letter}{_LAST_ROW}")
            book[sheet_of(kind)].add_data_validation(rule)


def _words(column: Column) -> tuple[str, ...]:
    if column.part != "value":
        return ()
    match column.field.type:
        case inspect.LiteralType():
            return tuple(map(str, column.field.type.values))
        case inspect.BoolType():
            return ("true", "false")
        case _:
            return ()
