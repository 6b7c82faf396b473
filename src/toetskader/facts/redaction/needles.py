"""The second look at facts: the values that were found, wherever else they occur."""

import base64
import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from toetskader.facts.redaction.changes import Change, Steps, changed
from toetskader.facts.redaction.forms import cores, is_distinctive, versions, written
from toetskader.facts.redaction.markers import WORD, encoded
from toetskader.facts.secrets.encoded import is_certificate
from toetskader.text import spliced

_SHORTEST = 3
_WORDS_IN_PROSE = re.compile(r"[^\s\"'`(),;:=<>]{3,}")
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/]")

_encode = msgspec.json.Encoder().encode


class Needles:
    """Hides values, as they are and in the other forms they are written in; those that can be nothing but the secret
    they are. A `Hider`.

    Parameters: `given`, value → the marker it got.
    """

    def __init__(self, given: Mapping[str, str]) -> None:
        self._plain: dict[str, str] = {}
        self._base64: dict[str, str] = {}
        for value, marker in given.items():
            shown = marker if "\n" not in marker else WORD
            for text in versions(value):
                if is_distinctive(text):
                    self._plain[text] = shown
                    self._plain |= dict.fromkeys(written(text), WORD)
                    for core in (*cores(text), *cores(base64.b64encode(text.encode()).decode().rstrip("="))):
                        self._base64[core] = WORD
        self._short = frozenset(value for value in given if len(value) >= _SHORTEST and "\n" not in value)
        self._ordered = sorted(self._plain, key=len, reverse=True)
        self._seen: dict[int, tuple[Any, Any]] = {}

    def __bool__(self) -> bool:
        """Tell whether there is anything to look for."""
        return bool(self._plain)

    def file(self, path: str, text: str, *, in_base64: bool = True) -> str:  # noqa: ARG002 - it occurs in any file
        """Return a file without the values."""
        return self._without(text, in_base64=in_base64)

    def text(self, name: str, text: str) -> str:  # noqa: ARG002 - it occurs under any name
        """Return a text without the values."""
        return self._without(text)

    def notes(self, text: str) -> str:
        """Return a text for people without the values, also as words by themselves that may be something else."""
        return self._without_short(self._without(text))

    def message(self, text: str) -> str:
        """Return what a program said without the values, nor what is left of them where it was cut."""
        return self._without_short(self._cut(self._without(text)))

    def tree(self, root: dict[str, Any], *, schema: bool = False) -> dict[str, Any]:  # noqa: ARG002 - it occurs anywhere
        """Return mappings and lists without the values."""
        return changed(root, self._changes(root)) if self._occurs(_encode(root).decode()) else root

    def document(self, document: dict[str, Any]) -> dict[str, Any]:
        """Return a Kubernetes object without the values; each is looked through once."""
        if id(document) not in self._seen:
            self._seen[id(document)] = (document, self.tree(document))  # kept, so that its id is not given to another
        found: dict[str, Any] = self._seen[id(document)][1]
        return found

    def _without_short(self, text: str) -> str:
        """Take whole words away that are a value, in prose that no judgement reads word by word."""
        return _WORDS_IN_PROSE.sub(lambda match: WORD if match[0] in self._short else match[0], text)

    def _changes(self, root: dict[str, Any]) -> Iterator[Change]:
        stack: list[tuple[Steps, Any]] = [((), root)]
        while stack:
            steps, holder = stack.pop()
            for step, part in holder.items() if isinstance(holder, dict) else enumerate(holder):
                if isinstance(part, dict | list):
                    stack.append(((step, steps), part))
                elif isinstance(part, str):
                    new = self._without(part)
                    if new != part:
                        yield (step, steps), new

    def _occurs(self, text: str) -> bool:
        return any(needle in text for needle in self._plain) or any(core in text for core in self._base64)

    def _without(self, text: str, *, in_base64: bool = True) -> str:
        if is_certificate(text):  # it has a number of its private key in it, which is no secret there
            return text
        for needle in self._ordered:
            if needle in text:
                text = text.replace(needle, self._plain[needle])
        for core, marker in self._base64.items() if in_base64 else ():
            if core in text:
                text = spliced(text, ((start, end, encoded(marker)) for start, end in _runs(text, core)))
        return text

    def _cut(self, text: str) -> str:
        """Take away what is left of a value where a long message was cut."""
        before, gap, after = text.partition(" … ")
        if not gap:
            return text
        for needle in self._ordered:
            for size in range(len(needle) - 1, 3, -1):
                if before.endswith(needle[:size]):
                    before = before[:-size] + WORD
                if after.startswith(needle[-size:]):
                    after = WORD + after[size:]
        return before + gap + after


def _runs(text: str, core: str) -> Iterator[tuple[int, int]]:
    """Yield where every run of base64 that holds a core stands."""
    last = 0
    position = text.find(core)
    while position >= 0:
        start = position
        while start > last and not _NOT_BASE64.match(text[start - 1]):
            start -= 1
        stop = _NOT_BASE64.search(text, position)
        end = stop.start() if stop else len(text)
        while end < len(text) and text[end] == "=":
            end += 1
        yield start, end
        last, position = end, text.find(core, end)
