"""Hostile texts for a pattern, made from its own parse tree, and what matching them costs."""

import re
import time
from collections.abc import Callable, Iterator
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

_REPEATS = (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT)
_SINGLE = (sre.LITERAL, sre.NOT_LITERAL, sre.IN, sre.ANY)
_ALPHABET = [chr(code) for code in range(128)] + ["é", "Ω", "\u2028"]
_MOST = 12
"""Characters tried of one class, and pieces tried of one body."""
_LONG = 16
"""Repeats that may be at least so many are worth pumping."""

Items = list[tuple[Any, Any]]


def pumps(pattern: str, flags: int) -> Iterator[Callable[[int], str]]:
    """Yield what makes a hostile text of about a length: what each quantifier repeats, repeated, and left unfinished.

    Besides, whatever may stand before a quantifier is repeated, so that a search starts again at every place.
    """
    tree = _parser.parse(pattern, flags & ~re.DEBUG)
    letters = _representatives(tree)
    pieces: dict[tuple[str, str], str] = {}
    # What may be left out is left out, or filled with a letter, or with a space: a word boundary wants one of these.
    wholes = []
    for filler in ("", "a", " "):
        whole = _sample(tree, letters, filler)
        wholes.append(whole)
        for prefix, body in _repeated(list(tree), "", letters, filler):
            pieces.setdefault((prefix, body), whole)
    for (prefix, body), whole in pieces.items():
        rest = whole[len(prefix) :]
        for end in dict.fromkeys(("", "\0", "\n", "é", rest, rest[:-1])):
            yield lambda length, p=prefix, b=body, e=end: p + b * (length // len(b)) + e  # type: ignore[misc]
        for unit in dict.fromkeys((prefix + body, prefix + body * 3, prefix + body + "\n", body + prefix)):
            yield lambda length, u=unit: u * (length // len(u))  # type: ignore[misc]
    for unit in dict.fromkeys((*wholes, *(whole[:-1] for whole in wholes), *(prefix for prefix, _ in pieces))):
        if unit:
            for end in ("", "\0"):
                yield lambda length, u=unit, e=end: u * (length // len(u)) + e  # type: ignore[misc]


def _representatives(tree: Any) -> list[str]:
    """Return one character of each class that the pattern tells apart."""
    sets = list(_sets(tree))
    found: dict[tuple[bool, ...], str] = {}
    for char in sorted(_ALPHABET, key=lambda char: (not char.isalnum(), not char.isprintable(), char)):
        found.setdefault(tuple(_accepts(item, char) for item in sets), char)
    return list(found.values())


def _sets(tree: Any) -> Iterator[tuple[Any, Any]]:
    for op, value in tree:
        if op in _SINGLE:
            yield op, value
        for inner in _inside(op, value):
            yield from _sets(inner)


def _inside(op: Any, value: Any) -> list[Any]:
    if op in _REPEATS:
        return [value[2]]
    if op is sre.SUBPATTERN:
        return [value[3]]
    if op is sre.BRANCH:
        return list(value[1])
    if op in (sre.ASSERT, sre.ASSERT_NOT):
        return [value[1]]
    if op is sre.ATOMIC_GROUP:
        return [value]
    return []


def _accepts(item: tuple[Any, Any], char: str) -> bool:
    op, value = item
    if op is sre.LITERAL:
        return ord(char) == value
    if op is sre.NOT_LITERAL:
        return ord(char) != value
    if op is sre.ANY:
        return char != "\n"
    negated, hit = False, False
    for kind, what in value:
        if kind is sre.NEGATE:
            negated = True
        elif kind is sre.LITERAL:
            hit |= ord(char) == what
        elif kind is sre.RANGE:
            hit |= what[0] <= ord(char) <= what[1]
        elif kind is sre.CATEGORY:
            hit |= _CATEGORIES[what](char)
    return hit != negated


_CATEGORIES: dict[Any, Callable[[str], bool]] = {
    sre.CATEGORY_DIGIT: str.isdigit,
    sre.CATEGORY_NOT_DIGIT: lambda char: not char.isdigit(),
    sre.CATEGORY_SPACE: str.isspace,
    sre.CATEGORY_NOT_SPACE: lambda char: not char.isspace(),
    sre.CATEGORY_WORD: lambda char: char.isalnum() or char == "_",
    sre.CATEGORY_NOT_WORD: lambda char: not (char.isalnum() or char == "_"),
}


def _sample(tree: Any, letters: list[str], filler: str) -> str:
    """Return a short text that fits, assertions left aside; what may be left out begins with the filler, if it can."""
    groups: dict[int, str] = {}

    def of(items: Any) -> str:
        text = ""
        for op, value in items:
            if op in _SINGLE:
                text += _first(op, value, letters)
            elif op in _REPEATS:
                text += of(value[2]) * min(value[0], 60) or _optional(value, letters, filler)
            elif op is sre.SUBPATTERN:
                part = of(value[3])
                groups[value[0]] = part
                text += part
            elif op is sre.BRANCH:
                text += of(value[1][0])
            elif op is sre.ATOMIC_GROUP:
                text += of(value)
            elif op is sre.GROUPREF:
                text += groups.get(value, "")
        return text

    return of(tree)


def _optional(repeat: Any, letters: list[str], filler: str) -> str:
    body = list(repeat[2])
    fits = filler and len(body) == 1 and body[0][0] in _SINGLE and _accepts(body[0], filler)
    return filler if fits else ""


def _first(op: Any, value: Any, letters: list[str]) -> str:
    if op is sre.LITERAL:
        return chr(value)
    return next((char for char in [*letters, *_ALPHABET] if _accepts((op, value), char)), "x")


def _repeated(items: Items, prefix: str, letters: list[str], filler: str) -> Iterator[tuple[str, str]]:
    """Yield what stands before a quantifier, and what it may repeat."""
    for op, value in items:
        if op in _REPEATS:
            least, most, body = value
            if most is sre.MAXREPEAT or most >= _LONG:
                for piece in _pieces(body, letters):
                    yield prefix, piece
            yield from _repeated(list(body), prefix, letters, filler)
            if least == 0 and most != 1:
                yield from _repeated(list(body), prefix + _sample(body, letters, filler), letters, filler)
        else:
            for inner in _inside(op, value):
                yield from _repeated(list(inner), prefix, letters, filler)
        prefix += _sample([(op, value)], letters, filler)


def _pieces(body: Any, letters: list[str]) -> list[str]:
    """Return texts that a body fits, none of them empty."""
    items = list(body)
    if len(items) == 1 and items[0][0] in _SINGLE:
        op, value = items[0]
        fitting = [char for char in letters if _accepts((op, value), char)]
        return (fitting or [_first(op, value, letters)])[:_MOST]
    found = [_sample(body, letters, filler) for filler in ("", "a", " ")]
    for op, value in flattened(items):
        if op is sre.BRANCH:
            found += [_sample(branch, letters, "") for branch in value[1]]
        elif op in _REPEATS:
            found += _pieces(value[2], letters)[:3]
    return [piece for piece in dict.fromkeys(found) if piece][:_MOST]


def flattened(items: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every part of a parsed pattern, however deep."""
    for op, value in items:
        yield op, value
        for inner in _inside(op, value):
            yield from flattened(inner)


def cost(run: Callable[[Any], object], text: Any, tries: int = 1) -> float:
    """Return what it costs to match a text, in nanoseconds of processor time a character."""
    best = float("inf")
    for _ in range(tries):
        started = time.thread_time_ns()
        run(text)
        best = min(best, time.thread_time_ns() - started)
    return best / max(len(text), 1)
