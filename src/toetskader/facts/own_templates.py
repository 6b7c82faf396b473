"""The part of a chart's templates that makes one object: what stands elsewhere says nothing of it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, lru_cache

from toetskader.facts.kubernetes.objects import KubernetesObject
from toetskader.facts.template_syntax import Definition, parsed, walk
from toetskader.facts.templates import COMMENT
from toetskader.patterns import linear

_DOCUMENT = re.compile(r"^---[^\n]*$", re.MULTILINE)
_NAME = linear(r"(?:^|[^\w/.-])name:[ \t]*([^\n]*)")
_ACTION = linear(r"\{\{.*?\}\}")
_MOST_INCLUDED = 500


class OwnTemplates:
    """The templates of a chart, by the objects they make."""

    def __init__(self, files: Mapping[str, str]) -> None:
        """Parameters: `files`, path inside the chart → text."""
        self._files = {path: text for path, text in files.items() if "templates/" in path}

    def of(self, item: KubernetesObject) -> tuple[str, ...]:
        """Return the texts that an object is made with: its own document, and all templates that this includes.

        Comments are left out. Of documents that cannot be told apart all are returned, and a template that is included
        whole, as is done for a checksum, is not among them.
        """
        return tuple(self._with_included(_documents_of(item, self._files.get(item.source.partition("/")[2], ""))))

    def _with_included(self, texts: Iterable[str]) -> Iterator[str]:
        found: set[str] = set()
        todo = list(texts)
        while todo and len(found) < _MOST_INCLUDED:
            text = todo.pop()
            yield COMMENT.sub("", text)
            for name in _included(text) - found:
                found.add(name)
                todo.extend(self._definitions.get(name, ()))

    @cached_property
    def _definitions(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for text in self._files.values():
            for name, body in _defined(text):
                found.setdefault(name, []).append(body)
        return found


def _documents_of(item: KubernetesObject, text: str) -> list[str]:
    """Return the documents of a template that can be an object's: of its kind, with a name that fits."""
    documents = [part for part in _DOCUMENT.split(text) if part.strip()]
    kind = re.compile(rf"^[ \t]*kind:[ \t]*[\"']?{re.escape(item.kind)}\b", re.MULTILINE)
    of_kind = [part for part in documents if kind.search(part)]
    if len(of_kind) < 2:
        return of_kind or documents
    fits = {part: _fit(item.name, part) for part in of_kind}
    best = max(fits.values())
    return [part for part, fit in fits.items() if fit == best]


def _fit(name: str, document: str) -> int:
    """Return how many letters of a name a document writes out; -1 when it writes another name."""
    match = _NAME.search(document[max(document.find("metadata:"), 0) :])
    if match is None:
        return 0
    written = re.split(r"[,}#]", _ACTION.sub("\0", match[1]))[0].strip(" \t\r\"'")
    literal = [part.strip("\"'") for part in written.split("\0")]
    return sum(map(len, literal)) if all(part in name for part in literal) else -1


@lru_cache(maxsize=4096)
def _defined(text: str) -> tuple[tuple[str, str], ...]:
    """Return the named templates in a text, each with what it writes."""
    if "define" not in text and "block" not in text:
        return ()
    nodes = walk(parsed(text) or ())
    return tuple((node.name, text[node.start : node.end]) for node in nodes if isinstance(node, Definition))


@lru_cache(maxsize=4096)
def _included(text: str) -> frozenset[str]:
    """Return the names of the templates that a piece of a template includes; it need not be whole."""
    return frozenset(_INCLUDE.findall(text))


_INCLUDE = re.compile(r"\b(?:include|template)[ \t]+[\"`]([^\"`\n]{1,200})[\"`]")
