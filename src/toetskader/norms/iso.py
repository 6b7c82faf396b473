"""Editions of standards that organisations are certified by: which one a text names, and until when it counts.

One edition has many names. CEN and NEN adopt a text of ISO unchanged under a year of their own (NEN-EN-ISO/IEC
27001:2023 is ISO/IEC 27001:2022), amendments stand behind it, and people write underscores, spaces or nothing between.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from msgspec import Meta

from toetskader.core.fields import Model, Name, NonEmpty
from toetskader.norms.difference import Difference, Differences, find_difference
from toetskader.text import Text

_YEARS = range(1985, 2100)
_TOKEN = re.compile(r"[a-z]+|[0-9]+|[^a-z0-9]+", re.ASCII)
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))
_SIGNS = frozenset("-_/:+.,() ")
_PASSED_OVER = frozenset(
    {"iso", "iec", "cen", "cenelec", "en", "nen", "din", "bs", "nbn"}  # Who publishes.
    | {"nl", "e", "norm", "incl", "inclusief", "including", "met", "with", "and"}
)
_AMENDMENT = frozenset({"a", "am", "amd", "amendment"})
_CORRECTION = frozenset({"c", "ac", "cor", "corr"})
_LONGEST = 120
"""Characters of a name that is read."""


@dataclass(frozen=True, slots=True)
class Named:
    """A standard as a text names it."""

    number: str
    """`27001`, with its part `20000-1`; empty when only an edition was read."""
    year: int | None
    """None when it names no edition."""
    amendments: frozenset[int] = frozenset()
    """By number. A correction is part of its edition and does not stand here."""


@dataclass(frozen=True, slots=True)
class _Token:
    sign: str
    """What stands between this and the word before it, without spaces."""
    text: str

    @property
    def is_year(self) -> bool:
        return self.text.isdecimal() and int(self.text) in _YEARS

    @property
    def is_short(self) -> bool:
        return self.text.isdecimal() and len(self.text) <= 2


def named(text: str, *, edition_only: bool = False) -> Named | None:
    """Return which standard and edition a text names; None when it names none, several, or says anything besides.

    Parameters: `text`, as people write it: `NEN-EN-ISO/IEC 27001:2023/A1:2024`, `ISO_IEC 27002_2022`, `ISO27001`;
    `edition_only`, true for what stands behind the number: `2023+A1:2024`.
    """
    tokens = _tokens(text)
    number, year, amendments = "", None, set()
    while tokens:
        token = tokens.pop(0)
        if token.text in _AMENDMENT | _CORRECTION:
            if not tokens or not tokens[0].is_short:
                return None
            which = int(tokens.pop(0).text)
            if tokens and tokens[0].is_year:
                tokens.pop(0)
            if token.text in _AMENDMENT:
                amendments.add(which)
        elif token.text in _PASSED_OVER:
            continue
        elif not number and not edition_only and token.text.isdecimal() and 3 <= len(token.text) <= 5:
            number = token.text
            if tokens and tokens[0].sign == "-" and tokens[0].is_short:
                number = f"{number}-{int(tokens.pop(0).text)}"
        elif year is None and token.is_year:
            year = int(token.text)
            if tokens and tokens[0].sign == "-" and tokens[0].is_short:
                tokens.pop(0)  # The month, as DIN writes it.
        else:
            return None
    return Named(number, year, frozenset(amendments)) if number or (edition_only and year) else None


def _tokens(text: str) -> list[_Token]:
    """Return the words and numbers of a text; signs that no name of a standard has are a word that none has either."""
    plain = unicodedata.normalize("NFKC", text).translate(_DASHES).casefold()
    tokens, sign = [], ""
    for part in _TOKEN.findall(plain[: _LONGEST + 1]):
        if part.isascii() and part.isalnum():
            tokens.append(_Token(sign, part))
        elif not _SIGNS.issuperset(part):
            tokens.append(_Token("", f"{part} "))
        sign = part.strip()
    return tokens if len(plain) <= _LONGEST else [_Token("", plain)]


class Edition(Model, frozen=True, kw_only=True):
    """An edition of a standard."""

    year: Annotated[int, Meta(ge=1985, le=2099, description="Of the edition itself, as ISO publishes it")]
    adopted: Annotated[
        tuple[int, ...], Meta(description="Years under which others adopted the same text: 2023 of NEN-EN")
    ] = ()
    amendments: Annotated[tuple[int, ...], Meta(description="Numbers of its amendments: 1 of A1, 11 of A11")] = ()
    last_day: Annotated[date | None, Meta(description="Last day that it counts; absent while it does")] = None
    source: Annotated[NonEmpty, Meta(description="Who says so, where, and when that was looked up")]
    note: Annotated[Text, Meta(description="What to know of it, in a sentence or two of our own")]


class Standard(Model, frozen=True, kw_only=True):
    """A standard and its editions."""

    number: Annotated[NonEmpty, Meta(pattern=r"^[0-9]{3,5}(-[0-9]{1,2})?\Z", description="27001, 20000-1")]
    name: Annotated[NonEmpty, Meta(description="As it is named in full, without an edition: ISO/IEC 27001")]
    editions: Annotated[tuple[Edition, ...], Meta(min_length=1)]

    def __post_init__(self) -> None:
        """Raise ValueError for a year that names two editions."""
        years = [year for edition in self.editions for year in (edition.year, *edition.adopted)]
        if twice := sorted({year for year in years if years.count(year) > 1}):
            raise ValueError(f"{self.name}: {twice[0]} names two editions")

    def edition(self, name: Named) -> Edition | None:
        """Return the edition that a text names; None for a year or an amendment that is not known."""
        found = next((item for item in self.editions if name.year in (item.year, *item.adopted)), None)
        return found if found is not None and name.amendments.issubset(found.amendments) else None


class IsoNorm(Model, frozen=True, kw_only=True, tag_field="kind", tag="iso"):
    """Editions of standards, as they are known on a day."""

    id: Name
    title: Text
    source: NonEmpty
    standards: Annotated[tuple[Standard, ...], Meta(min_length=1)]
    differences: Differences = ()

    def standard(self, number: str) -> Standard | None:
        """Return a standard by its number; None when the norm does not know it."""
        return next((item for item in self.standards if item.number == number), None)

    def difference(self, about: str) -> Difference | None:
        """Return what differs on purpose in a field of this norm."""
        return find_difference(self.differences, about)
