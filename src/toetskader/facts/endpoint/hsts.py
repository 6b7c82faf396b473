"""Strict-Transport-Security as RFC 6797 reads it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from toetskader.facts.endpoint.graded import Graded, Remark
from toetskader.text import Text

# directive [= value] in RFC 6797, 6.1, with the white space that RFC 2616 allows between words
_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_DIRECTIVE = re.compile(
    rf"[ \t]*(?:(?P<name>{_WORD})[ \t]*(?:=[ \t]*(?:(?P<plain>{_WORD})|\"(?P<quoted>(?:[^\"\\]|\\.)*)\")[ \t]*)?)?"
)
LONGEST_VALUE = 4_096
"""Characters of a header that are read."""


@dataclass(frozen=True, slots=True)
class Hsts:
    """What a browser makes of the header."""

    max_age: int | None
    """Seconds; None when the header does not conform, so that browsers ignore it."""
    include_subdomains: bool = False


def hsts(value: str) -> Hsts:
    """Read one header field. One that breaks the grammar, or names a directive twice, has no effect (RFC 6797, 6.1)."""
    directives = _directives(value)
    age = directives.get("max-age") if directives is not None else None
    if directives is None or age is None or not re.fullmatch(r"[0-9]{1,100}", age):
        return Hsts(None)
    if directives.get("includesubdomains"):
        return Hsts(None)  # it takes no value
    return Hsts(int(age), "includesubdomains" in directives)


def _directives(value: str) -> dict[str, str | None] | None:
    """Return directives by name in lower case, or None when the field does not conform."""
    found: dict[str, str | None] = {}
    position = 0
    if len(value) > LONGEST_VALUE:
        return None
    while True:
        match = _DIRECTIVE.match(value, position)
        if match is None:
            return None
        if match["name"]:
            name = match["name"].lower()
            if name in found:
                return None
            found[name] = match["plain"] if match["plain"] is not None else match["quoted"]
        position = match.end()
        if position == len(value):
            return found
        if value[position] != ";":
            return None
        position += 1


def grade_hsts(values: Sequence[str], *, min_age_s: int) -> Graded:
    """Judge the header fields of an answer, of which browsers read the first only (RFC 6797, 8.1).

    Parameters: `values`, one for each field; `min_age_s`, shortest `max-age` in seconds.
    """
    expected = Text(f"max-age van minstens {min_age_s} seconden", f"max-age of at least {min_age_s} seconds")
    if not values:
        return Graded((Remark("no-hsts", Text("geen header", "no header"), expected),))
    read = hsts(values[0])
    if read.max_age is None:
        seen = Text(
            f"'{values[0]}', wat niet aan RFC 6797 voldoet: browsers negeren het",
            f"'{values[0]}', which does not conform to RFC 6797: browsers ignore it",
        )
        return Graded((Remark("invalid", seen, expected),))
    if read.max_age < min_age_s:
        return Graded((Remark("max-age-too-short", Text(values[0], values[0]), expected),))
    return Graded()


_INTERNETNL = re.compile(r"\s*[-+]?[0-9]{1,100}(?:_[0-9]{1,100})*\s*")


def internetnl_differs(values: Sequence[str], *, min_age_s: int) -> bool:
    """Tell whether internet.nl judges these fields otherwise: it looks for a number right after `max-age=` only.

    Of a field with commas it takes what is before the first.
    """
    if not values or len(values[0]) > LONGEST_VALUE:
        return False
    age = values[0].partition(",")[0].lower().partition("max-age=")[2].partition(";")[0]
    passes_there = _INTERNETNL.fullmatch(age) is not None and len(age) <= 100 and int(age) >= min_age_s
    return passes_there != (not grade_hsts(values, min_age_s=min_age_s).remarks)
