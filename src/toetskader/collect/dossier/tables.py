"""A table, made of the rows of a sheet or a CSV."""

from collections.abc import Mapping, Sequence

from toetskader.collect.dossier.limits import Limits, no_table, too_large
from toetskader.facts.dossier.attachments import Cell, Table, Unreadable

Rows = Mapping[int, Sequence[Cell]]
"""What stands in each row that holds anything, by its number in the file, the first being 1."""


def table_of(rows: Rows, header_row: int | None, limits: Limits, *, sheet: str = "", ragged: bool = False) -> Table:
    """Make a table.

    Parameters: `header_row`, the row that names the columns, the first one when None; `ragged`, whether a row may have
    fewer cells than the columns have names, as in sheets, which keep no empty ones. Raises Failed when it is too large,
    has no names of columns, or has rows that do not go with these.
    """
    if not rows:
        raise no_table("er staat niets in de tabel", "there is nothing in the table")
    header = min(rows) if header_row is None else header_row
    if header not in rows:
        raise no_table(f"op rij {header} staan geen namen van kolommen", f"row {header} holds no names of columns")
    numbers = [number for number in sorted(rows) if number > header]
    if len(numbers) > limits.rows:
        raise too_large(f"de tabel heeft meer dan {limits.rows} rijen", f"the table has more than {limits.rows} rows")
    names = _trimmed(rows[header])
    kept = [_trimmed(rows[number]) for number in numbers]
    width = max(len(names), *map(len, kept)) if ragged and kept else len(names)
    if width > limits.columns:
        raise too_large(
            f"de tabel heeft meer dan {limits.columns} kolommen", f"the table has more than {limits.columns} columns"
        )
    for number, row in zip(numbers, kept, strict=True):
        if len(row) > width or (not ragged and len(rows[number]) < width):
            raise no_table(
                f"regel {number} heeft {len(rows[number])} cellen, en de kop {width}",
                f"line {number} has {len(rows[number])} cells, and the heading {width}",
            )
        if any(isinstance(cell, str) and len(cell.encode()) > limits.cell_bytes for cell in row):
            raise too_large(
                f"een cel op rij {number} heeft meer dan {limits.cell_bytes} bytes",
                f"a cell of row {number} has more than {limits.cell_bytes} bytes",
            )
    return Table(
        sheet=sheet,
        columns=tuple(map(_name, _padded(names, width))),
        rows=tuple(tuple(row if len(row) == width else _padded(row, width)) for row in kept),
        numbers=tuple(numbers),
    )


def _trimmed(row: Sequence[Cell]) -> Sequence[Cell]:
    """A row without the empty cells at its end."""
    end = len(row)
    while end and row[end - 1] is None:
        end -= 1
    return row[:end]


def _padded(row: Sequence[Cell], width: int) -> Sequence[Cell]:
    return [*row, *[None] * (width - len(row))]


def _name(cell: Cell) -> str:
    return "" if cell is None or isinstance(cell, Unreadable) else " ".join(str(cell).split())
