"""CSV, as programs and people write it: the encoding and the delimiter are found out where nobody says them."""

import codecs
import csv
import io
from collections import Counter
from itertools import islice

from toetskader.collect.dossier.limits import Limits, no_table, too_large
from toetskader.collect.dossier.tables import Rows
from toetskader.facts.dossier.attachments import Cell, TableAsked

_DELIMITERS = ";,\t|"
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Rows by which the delimiter is told.
_TRIED = 50


def read_delimited(content: bytes, asked: TableAsked, limits: Limits) -> Rows:
    """Return the lines of a CSV that hold anything. Raises Failed."""
    text = _text(content, asked.encoding)
    csv.field_size_limit(limits.cell_bytes)
    delimiter = asked.delimiter or _delimiter(text)
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise no_table("het scheidingsteken is niet één teken", "the delimiter is not one character")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: dict[int, list[Cell]] = {}
    line = 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows[line] = [cell.strip() or None for cell in row]
            line = reader.line_num + 1
            if len(rows) > 2 * limits.rows:  # whatever stands above the heading
                break
    except csv.Error as error:
        raise _told(error, line, limits) from None
    return rows


def _text(content: bytes, encoding: str | None) -> str:
    if encoding is None:
        encoding = next((name for mark, name in _BYTE_ORDER_MARKS if content.startswith(mark)), None)
    # Excel writes UTF-8 or, in the Netherlands, Windows-1252.
    for name in ("utf-8", "cp1252") if encoding is None else (encoding,):
        try:
            text = content.decode(name)
        except (UnicodeError, LookupError, ValueError):
            continue
        if isinstance(text, str) and "\0" not in text:
            return text
    raise no_table("de tekencodering klopt niet", "its character encoding is wrong")


def _delimiter(text: str) -> str:
    """The sign that parts most of the first rows into equally many columns; a comma when there is one column."""

    def rows(sign: str) -> int:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign)
        try:
            widths = Counter(len(row) for row in islice(reader, _TRIED) if row)
        except csv.Error:
            return 0
        (width, count), *_ = widths.most_common(1) or [(0, 0)]
        return count if width > 1 else 0

    best = max(_DELIMITERS, key=rows)
    return best if rows(best) else ","


def _told(error: csv.Error, line: int, limits: Limits) -> Exception:
    if "field limit" in str(error):
        return too_large(
            f"een cel op regel {line} heeft meer dan {limits.cell_bytes} tekens",
            f"a cell at line {line} has more than {limits.cell_bytes} characters",
        )
    return no_table(
        f"de aanhalingstekens op regel {line} kloppen niet", f"the quotation marks at line {line} do not match"
    )
