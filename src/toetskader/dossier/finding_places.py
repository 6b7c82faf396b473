"""Proposing where in its files the facts of a document stand, by searching them for what the document says.

Only what was found is proposed, in the words that were found; whether those words say that fact is for a person.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec

from toetskader.collect.dossier.folders import Found, read_folders
from toetskader.collect.dossier.reading import Reader, open_reader
from toetskader.dossier.fields import Field, fields_of
from toetskader.dossier.yaml_text import YamlText
from toetskader.facts.dossier.attachments import PlaceAsked
from toetskader.facts.dossier.envelope import Envelope, Fact
from toetskader.facts.dossier.fact import Unread
from toetskader.facts.dossier.paths import fact, one_name
from toetskader.facts.dossier.text import says
from toetskader.yamlfile import misfits

MOST_ASKED = 1_000
"""Texts that one file is searched for."""
_SHORTEST = 3
"""Characters of a text that is searched for: what is shorter stands everywhere."""
_LONGEST = 500
_HOUSEKEEPING = frozenset(
    {"id", "type", "title", "language", "supersedes", "files", "signatures", "places"}
    | {"table", "sheet", "columns", "personal", "key", "form", "format"}
)
"""Fields that say how a document is filed, and not what it says."""
_MONTHS_NL = ("januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober",
              "november", "december")  # fmt: skip
_MONTHS_EN = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
              "November", "December")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Proposal:
    """A place that was found."""

    fact: str
    file: str
    page: int
    text: str

    def entry(self, first: str) -> dict[str, str | int]:
        """Return it as it stands under `places`. Parameters: `first`, the first file, which need not be named."""
        named = {} if self.file == first else {"file": self.file}
        return {"fact": self.fact, **named, "page": self.page, "text": self.text}


@dataclass(frozen=True, slots=True)
class Searched:
    """What came of searching the files of one document."""

    found: Found
    proposals: tuple[Proposal, ...]
    missed: tuple[str, ...]
    """Facts that were found in no file."""

    @property
    def entries(self) -> list[dict[str, str | int]]:
        """What can be added under `places`."""
        first = self.found.document.files[0].path if self.found.document.files else ""
        return [item.entry(first) for item in self.proposals]

    def write(self) -> None:
        """Add the proposals to the document's `places`. Raises FileError."""
        text = YamlText(self.found.file)
        text.add_items("places", self.entries)
        text.save()


def search(folders: Iterable[Path], base: Path) -> tuple[tuple[Searched, ...], tuple[Unread, ...]]:
    """Search the files of every document for the facts that have no place yet.

    Returns what came of those documents that have such facts, and the documents that cannot be read.
    """
    found, unread = read_folders(folders, base)
    with open_reader((), datetime.now(UTC)) as reader:
        searched = [_searched(item, reader) for item in found if item.document.files]
    return tuple(item for item in searched if item.proposals or item.missed), unread


def _searched(item: Found, reader: Reader) -> Searched:
    document = item.document
    placed = {one_name(document, place.fact) for place in document.places}
    wanted = [(path, value) for path, value in facts(document) if one_name(document, path) not in placed]
    proposals: dict[str, Proposal] = {}
    for listed in document.files:
        if not listed.path.lower().endswith(".pdf"):
            continue
        asked = [
            (path, text)
            for path, value in wanted
            if path not in proposals
            for text in writings(value)
            if _SHORTEST <= len(text) <= _LONGEST
        ][:MOST_ASKED]
        places = tuple(PlaceAsked(page=1, text=text) for _, text in asked)
        read = reader.read(item.folder / listed.path, named=listed.path, places=places)
        for (path, text), seen in zip(asked, read.places, strict=True):
            page = 1 if seen.found else seen.elsewhere
            if page is not None:
                proposals.setdefault(path, Proposal(path, listed.path, page, text))
    has_pdf = any(listed.path.lower().endswith(".pdf") for listed in document.files)
    missed = tuple(path for path, _ in wanted if path not in proposals) if has_pdf else ()
    return Searched(item, tuple(proposals[path] for path, _ in wanted if path in proposals), missed)


def facts(document: Envelope) -> Iterator[tuple[str, Any]]:
    """Yield the facts of a document that can be quoted, each by its path."""
    for path, value in _facts(document, "", fields_of(type(document))):
        if value != "" and not misfits(path, Fact) and fact(document, path) == value:
            yield path, value


def _facts(holder: Any, prefix: str, fields: Sequence[Field]) -> Iterator[tuple[str, Any]]:
    for field in fields:
        if not prefix and field.name in _HOUSEKEEPING:
            continue
        value = getattr(holder, field.attribute)
        path = f"{prefix}{field.name}"
        if value is None or not field.is_quotable:
            continue
        if field.shape == "block":
            yield from _facts(value, f"{path}.", field.below)
        elif field.shape == "members":
            for number, member in enumerate(value):
                yield from _facts(member, f"{path}.{number}.", field.below)
        elif field.shape == "list":
            yield from ((f"{path}.{number}", one) for number, one in enumerate(value))
        elif field.shape == "pairs":
            yield from ((f"{path}.{name}", one) for name, one in value.items())
        else:
            yield path, value


def writings(value: Any) -> Iterator[str]:
    """Yield the ways in which people write a value; only those that say that value."""
    yield from (text for text in dict.fromkeys(_writings(value)) if says(text, value))


def _writings(value: Any) -> Iterator[str]:
    match value:
        case bool():
            return
        case date():
            day, month, year = value.day, value.month, value.year
            yield f"{day} {_MONTHS_NL[month - 1]} {year}"
            yield f"{day} {_MONTHS_EN[month - 1]} {year}"
            yield f"{_MONTHS_EN[month - 1]} {day}, {year}"
            yield value.isoformat()
            for sign in "-/.":
                yield f"{day:02}{sign}{month:02}{sign}{year}"
                yield f"{day}{sign}{month}{sign}{year}"
        case int() | float():
            plain = msgspec.json.encode(int(value) if float(value).is_integer() else value).decode()
            yield plain.replace(".", ",")
            yield plain
            yield f"{value:,}".removesuffix(".0").translate(str.maketrans(",.", ".,"))
        case str():
            yield value
