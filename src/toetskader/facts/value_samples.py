"""Samples in the comments of values.yaml: what can be filled in at a key, and is not."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from toetskader.patterns import linear

_KEY = linear(r"(?P<indent> *)(?P<key>[A-Za-z_][\w.-]{0,100})[ \t]*:(?:[ \t]+(?P<value>\S.*))?[ \t]*")
_COMMENT = linear(r"(?P<indent> *)#+(?P<text>.*)")
_ENTRY = linear(r"[ \t]*(?:-[ \t]+)?\{?[ \t]*[\"']?name[\"']?:[ \t]*[\"']?(?P<name>[A-Za-z_][\w.-]{0,200})")
_PAIR = linear(
    r"[ \t]*(?:-[ \t]+)?[\"']?(?P<name>[A-Z][A-Z0-9_]{2,200})[\"']?[ \t]*[:=][ \t]*"
    r"(?:\"[^\"]*\"|'[^']*'|[^\s\"']+)[ \t]*"
)

_WORD = re.compile(r"[\w.-]+")
_VALUE = linear(r"\bvalue(?:From)?[\"']?[ \t]*:")


@dataclass(frozen=True, slots=True)
class Sample:
    """A key that takes variables, and the names that its comments show for it."""

    path: tuple[str, ...]
    names: frozenset[str]


@lru_cache(maxsize=256)
def samples(text: str) -> tuple[Sample, ...]:
    """Return the samples of variables in a values file.

    A sample stands in a comment right below its key, or right above it; what a comment says in words is none.
    """
    found: list[Sample] = []
    above: list[str] = []
    deeper = 0
    path: list[tuple[int, str]] = []
    last: tuple[str, ...] = ()
    for line in text.splitlines():
        comment = _COMMENT.fullmatch(line)
        if comment:
            deeper = min(deeper, len(comment["indent"])) if above else len(comment["indent"])
            above.append(comment["text"])
            continue
        if not line.strip():
            if last and above:
                found.extend(_sample(last, above))
            above, last = [], ()
            continue
        key = _KEY.fullmatch(line)
        if last and above and (key is None or not _says(above, key["key"])):
            found.extend(_sample(last, above))
        if key is None:
            above, last = [], ()
            continue
        indent = len(key["indent"])
        path = [(depth, name) for depth, name in path if depth < indent] + [(indent, key["key"])]
        steps = tuple(name for _, name in path)
        if deeper <= indent:
            found.extend(_sample(steps, above))
        above, last = [], steps
    if last and above:
        found.extend(_sample(last, above))
    return tuple(found)


def _sample(path: tuple[str, ...], comment: list[str]) -> Iterator[Sample]:
    names = frozenset(_names(comment))
    if names:
        yield Sample(path, names)


def _names(comment: list[str]) -> Iterator[str]:
    """Yield the variables of a comment: entries with a value behind them, and names with a value."""
    for line, below in pairwise([*comment, ""]):
        entry = _ENTRY.match(line)
        if entry and _VALUE.search(f"{line}\n{below}"):
            yield entry["name"]
            continue
        pair = _PAIR.fullmatch(line)
        if pair:
            yield pair["name"]


def _says(comment: list[str], key: str) -> bool:
    """Tell whether a comment speaks of the key below it."""
    return any(key in _WORD.findall(line) for line in comment)
