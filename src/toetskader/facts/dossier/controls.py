"""The controls of ISO/IEC 27002:2022 by their numbers, and the rows of a statement of applicability."""

from collections.abc import Iterable

from toetskader.facts.dossier.papers import Look
from toetskader.facts.dossier.rules import Value, folded, is_empty, shown, truth
from toetskader.facts.dossier.tables import Row, Rows
from toetskader.patterns import linear

_NAMED = 10
"""Controls that one sentence names."""

CONTROLS_2022: tuple[str, ...] = tuple(
    f"{clause}.{number}" for clause, last in ((5, 37), (6, 8), (7, 14), (8, 34)) for number in range(1, last + 1)
)
"""All 93: organisational 5.1–5.37, people 6.1–6.8, physical 7.1–7.14, technological 8.1–8.34 (annex A of ISO/IEC
27001:2022 writes an A before them)."""

_CONTROL = linear(r"^(?:a ?[.-]? ?)?([5-8])\.0?([1-9][0-9]?)(?:[^0-9.]|\.?$|\.[^0-9])")


def control_of(text: str) -> str | None:
    """Return the number of the control that a cell names: `A.5.1`, `5.01`, `5.1 Beleid`; None when it names none.

    Numbers of 2013 have three parts (`A.14.2.7`) and are none of these.
    """
    found = _CONTROL.search(folded(text))
    number = f"{found[1]}.{found[2]}" if found else ""
    return number if number in CONTROLS_2022 else None


_APPLIES = frozenset({"van toepassing", "toepasselijk", "applicable", "included"})
_EXCLUDED = frozenset(
    {"niet van toepassing", "niet toepasselijk", "nvt", "n.v.t.", "uitgesloten", "not applicable", "n/a", "excluded"}
)


def applies(value: Value) -> bool | None:
    """Tell whether a cell says that a control applies; None when it says neither."""
    said = truth(value)
    if said is not None or is_empty(value):
        return said
    text = folded(shown(value))
    return True if text in _APPLIES else False if text in _EXCLUDED else None


def controls_in(look: Look, table: Rows, rows: Iterable[Row], column: str) -> dict[str, Row]:
    """Return the row of each control; those that are lacking, or that stand there twice, are reported.

    Rows about something else are passed over. Raises NotProven when the file lacks the column.
    """
    table.require(column)
    found: dict[str, Row] = {}
    for row, value in table.values(rows, column):
        number = control_of(shown(value))
        if number is None:
            continue
        if number in found:
            table.lack(
                [found[number], row],
                f"noemen allebei {number}; is dat {number}0, maak dan tekst van de kolom",
                f"both name {number}; if that is {number}0, make the column text",
            )
        found[number] = row
    absent = [number for number in CONTROLS_2022 if number not in found]
    if absent:
        named = ", ".join(absent[:_NAMED]) + ("…" if len(absent) > _NAMED else "")
        look.lacks(
            table.paper,
            f"heeft {len(absent)} van de {len(CONTROLS_2022)} maatregelen van ISO/IEC 27002:2022 niet: {named}",
            f"lacks {len(absent)} of the {len(CONTROLS_2022)} controls of ISO/IEC 27002:2022: {named}",
        )
    return found
