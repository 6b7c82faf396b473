"""Patterns for text that others wrote, matched in time that grows with its length and no faster, whatever it holds.

Matching is RE2's, which has no look-around and no references back, and so never starts over. Python's own `re` tries
possibilities one after the other, so that a pattern with two neighbours that fit the same text takes a time that
grows with the square of its length. For RE2 `\\w`, `\\d`, `\\s` and `\\b` are those of ASCII, `$` is the end of the
text and no place before it, and a repeat counts to 1000 at most. Source: https://github.com/google/re2/wiki/Syntax.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import re2  # type: ignore[import-untyped]

_SHORT = 200
_REMEMBERED = 32_768
"""Matches of short texts that are remembered: names and settings come back in every scene, chart and judgement, and
each match gives other threads a turn, which takes far longer than the match itself while facts are collected."""
_LETTERS = {re.IGNORECASE: "i", re.MULTILINE: "m", re.DOTALL: "s"}


class Match:
    """Where a pattern fits, as `re.Match` tells it."""

    __slots__ = ("_found", "_numbers")

    def __init__(self, found: Any, numbers: Mapping[str, int]) -> None:
        self._found = found
        self._numbers = numbers

    def __getitem__(self, group: int | str) -> Any:
        """Return the text of a group, or None for one that did not take part."""
        return self._found[self._number(group)]

    def start(self, group: int | str = 0) -> int:
        """Return where a group starts."""
        return self.span(group)[0]

    def end(self, group: int | str = 0) -> int:
        """Return where a group ends."""
        return self.span(group)[1]

    def span(self, group: int | str = 0) -> tuple[int, int]:
        """Return where a group starts and ends; -1 for one that did not take part."""
        start, end = self._found.span(self._number(group))
        return start, end

    def _number(self, group: int | str) -> int:
        return self._numbers[group] if isinstance(group, str) else group


class Linear:
    """A pattern, with the methods of `re.Pattern`. Make one with `linear`."""

    __slots__ = ("_compiled", "_numbers", "flags", "pattern")

    def __init__(self, pattern: str, flags: re.RegexFlag) -> None:
        self.pattern = pattern
        self.flags = flags
        options = re2.Options()
        options.log_errors = False
        letters = "".join(letter for flag, letter in _LETTERS.items() if flags & flag)
        self._compiled = re2.compile(f"(?{letters}){pattern}" if letters else pattern, options)
        self._numbers: dict[str, int] = self._compiled.groupindex

    def search(self, text: str, pos: int = 0, endpos: int | None = None) -> Match | None:
        """Return where it first fits, or None."""
        return self._first("search", text, pos, endpos)

    def match(self, text: str, pos: int = 0, endpos: int | None = None) -> Match | None:
        """Return how it fits at the beginning, or None."""
        return self._first("match", text, pos, endpos)

    def fullmatch(self, text: str) -> Match | None:
        """Return how it fits the whole text, or None."""
        return self._first("fullmatch", text, 0, None)

    def _first(self, how: str, text: str, pos: int, endpos: int | None) -> Match | None:
        if pos == 0 and endpos is None and len(text) <= _SHORT:
            return _of_short(self, how, text)
        return self._matched(how, text, pos, endpos)

    def _matched(self, how: str, text: str, pos: int = 0, endpos: int | None = None) -> Match | None:
        found = getattr(self._compiled, how)(_encodable(text), pos, endpos)
        return None if found is None else Match(found, self._numbers)

    def finditer(self, text: str, pos: int = 0, endpos: int | None = None) -> Iterator[Match]:
        """Yield every place where it fits, from left to right."""
        for found in self._compiled.finditer(_encodable(text), pos, endpos):
            yield Match(found, self._numbers)

    def findall(self, text: str) -> list[str]:
        """Return what fits, or the one group of it."""
        found: list[str] = self._compiled.findall(_encodable(text))
        return found

    def sub(self, replacement: str | Callable[[Match], str], text: str) -> str:
        """Return a text with what fits replaced."""
        new = replacement if isinstance(replacement, str) else lambda found: replacement(Match(found, self._numbers))
        found: str = self._compiled.sub(new, _encodable(text))
        return found

    def split(self, text: str, maxsplit: int = 0) -> list[str]:
        """Return what stands between the places where it fits."""
        found: list[str] = self._compiled.split(_encodable(text), maxsplit)
        return found

    def __repr__(self) -> str:
        return f"linear({self.pattern!r})"


@lru_cache(maxsize=_REMEMBERED)
def _of_short(pattern: Linear, how: str, text: str) -> Match | None:
    return pattern._matched(how, text)


def linear(pattern: str, flags: re.RegexFlag = re.NOFLAG) -> Linear:
    """Compile a pattern that is matched in linear time.

    Parameters: `flags`, of `re.IGNORECASE`, `re.MULTILINE` and `re.DOTALL`. Raises ValueError for other flags and for
    what RE2 does not know.
    """
    if flags & ~(re.IGNORECASE | re.MULTILINE | re.DOTALL):
        raise ValueError(f"no such flags here: {flags!r}")
    try:
        return Linear(pattern, flags)
    except re2.error as error:
        raise ValueError(f"{pattern}: {error.args[0]!r}") from None


def _encodable(text: str) -> str:
    """Return a text with a question mark for each half of a surrogate pair, which UTF-8 has no bytes for."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode(errors="replace").decode()
    return text
