"""Bilingual text: Dutch, the language of auditors and suppliers, and English; and small work on texts."""

import re
from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate
from typing import Literal

import msgspec

Lang = Literal["nl", "en"]

_DIGITS = re.compile(r"([0-9]+)")


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One sentence or phrase in both languages."""

    nl: str
    en: str

    def __getitem__(self, lang: Lang) -> str:
        return self.nl if lang == "nl" else self.en


def words(value: object, lang: Lang) -> str:
    """Put any value a finding holds into plain words of one language.

    Parameters: `value`, a `Text` or a plain value as seen in an object; `lang`, the language of the run.
    """
    if isinstance(value, Text):
        return value[lang]
    if value is None:
        return "niets" if lang == "nl" else "nothing"
    if value is True or value is False:
        return str(value).lower()
    return str(value)


def spliced(text: str, spans: Iterable[tuple[int, int, str]]) -> str:
    """Return a text with something else in some places.

    Parameters: `spans`, start, end and what to put there, in the order of the text; none overlaps another.
    """
    out, last = [], 0
    for start, end, new in spans:
        out += [text[last:start], new]
        last = end
    return "".join([*out, text[last:]])


class Places:
    """Places in a text, which may overlap: tells fast whether one of them covers a position."""

    def __init__(self, places: Iterable[tuple[int, int]]) -> None:
        """Parameters: `places`, start and end of each."""
        found = sorted(places)
        self._starts = [start for start, _ in found]
        self._ends = list(accumulate((end for _, end in found), max))

    def __contains__(self, position: int) -> bool:
        """Tell whether a place covers a position."""
        before = bisect_right(self._starts, position)
        return before > 0 and position < self._ends[before - 1]


def natural(text: str) -> tuple[tuple[int, str], ...]:
    """Return a sort key that puts 7.2 before 7.10: numbers by value, the rest as text."""
    return tuple((int(part), "") if part.isdecimal() and part.isascii() else (-1, part) for part in _DIGITS.split(text))
