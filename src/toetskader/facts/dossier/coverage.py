"""Whether a register has each of a list of things, and whether it has nothing that it should not have missed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from toetskader.facts.dossier.papers import Look
from toetskader.facts.dossier.rules import Rule, folded, holds_word, shown
from toetskader.facts.dossier.tables import Row, Rows
from toetskader.text import Text

_NAMED = 8
"""Things that one sentence names."""


def cover(
    look: Look,
    table: Rows,
    rows: Iterable[Row],
    column: str,
    names: Sequence[str],
    *,
    rules: Sequence[Rule] = (),
    each: Mapping[str, Sequence[str]] | None = None,
    share: float = 100,
) -> None:
    """Ask that a share of things each has a row that meets the rules, and one for each of the values in `each`.

    Parameters: `column`, which names the thing; `each`, column → words, of which each must stand in that column of a
    row of the thing; `share`, in percent. Raises NotProven when the file lacks a column.
    """
    each = each or {}
    table.require(column, *each)
    about: dict[str, list[Row]] = defaultdict(list)
    for row, value in table.values(rows, column):
        about[folded(shown(value))].append(row)
    lacking: dict[tuple[str, str], list[str]] = defaultdict(list)
    unmet: list[Row] = []
    short = 0
    for name in names:
        found = about.get(folded(name), [])
        good = [row for row in found if table.meets(row, rules)]
        why = [(f"{other}: {word}", f"{other}: {word}") for other, word in _without(table, good, each)]
        if not found:
            why = [("", "")]
        elif not good:
            unmet += found
        for item in why:
            lacking[item].append(name)
        short += bool(why) or not good
    met = len(names) - short
    look.findings.saw(
        f"{table.paper.document.id}: {met} van {len(names)} gedekt",
        f"{table.paper.document.id}: {met} of {len(names)} covered",
    )
    if met * 100 >= share * len(names):
        return
    table.hold(unmet, rules)
    for (nl, en), those in lacking.items():
        look.lacks(
            table.paper,
            f"heeft geen rij{f' met {nl}' if nl else ''} over: {_some(those, 'en nog')}",
            f"has no row{f' with {en}' if en else ''} on: {_some(those, 'and more:')}",
        )


def _without(table: Rows, rows: Sequence[Row], each: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    """Return which words stand in none of these rows, with their column."""
    return [
        (column, word)
        for column, words in each.items()
        for word in words
        if rows and not any(holds_word(value, word) for _, value in table.values(rows, column))
    ]


def hold_all(look: Look, table: Rows, rows: Iterable[Row], column: str, seen: Sequence[str]) -> None:
    """Ask that a register has all that was seen; what it lacks is wrong.

    Parameters: `column`, which names them, several in one cell with a semicolon between them, and `*.example.nl` for
    all names below that domain; `seen`, names as they were seen. Raises NotProven when the file lacks the column.
    """
    table.require(column)
    names = {
        folded(one) for _, value in table.values(rows, column) for one in shown(value).replace(";", "\n").splitlines()
    }
    domains = [name.removeprefix("*") for name in names if name.startswith("*.")]
    unknown = [
        name
        for name in seen
        if folded(name) not in names and not any(folded(name).endswith(domain) for domain in domains)
    ]
    look.findings.saw(
        f"{table.paper.document.id}: {len(seen) - len(unknown)} van {len(seen)} staan erin",
        f"{table.paper.document.id}: {len(seen) - len(unknown)} of {len(seen)} are in it",
    )
    for name in unknown:
        look.findings.add(
            table.paper.place(column),
            seen=Text(f"{name}, en dat staat er niet in", f"{name}, which is not in it"),
            expected=Text("alles wat gezien is, staat in het register", "all that was seen is in the register"),
        )


def _some(names: Sequence[str], more: str) -> str:
    rest = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" {more} {rest}" if rest > 0 else "")
