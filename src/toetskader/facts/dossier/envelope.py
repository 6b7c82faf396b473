"""What every document of a dossier says of itself, whatever its kind."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from toetskader.core.fields import END, FileName, Model, Name, NonEmpty
from toetskader.text import Text

Person = Annotated[
    str,
    Meta(max_length=200, description="Name of a person; evidence keeps a number instead", extra={"person": True}),
]
"""Somebody's name. What is kept of a run has a number in its place, the same for the same person."""
Side = Literal["supplier", "municipality", "independent"]
"""On whose behalf: of the supplier, of the municipality, or of neither."""
Digest = Annotated[
    str,
    Meta(
        pattern=rf"^[0-9a-f]{{64}}{END}",
        description="SHA-256 of the file; `toetskader dossier hash` fills it in",
        extra={"expected": Text("een SHA-256 van 64 tekens", "a SHA-256 of 64 characters")},
    ),
]
Fact = Annotated[
    str, Meta(pattern=rf"^[a-z0-9_]+(\.[a-z0-9_-]+)*{END}", description="A fact of this document: `valid_until`")
]
"""Where a fact stands in a document: `issuer.organisation`, `clauses.0.topic`, `measured.rto_hours`."""


class Issuer(Model, frozen=True, kw_only=True):
    """Who issued a document."""

    organisation: NonEmpty
    side: Side
    person: Person = ""
    role: str = ""


class Period(Model, frozen=True, kw_only=True, rename={"first": "from", "last": "to"}):
    """The days that what a document says is about."""

    first: date
    last: date


class ListedFile(Model, frozen=True, kw_only=True):
    """A file that belongs to a document."""

    path: Annotated[FileName, Meta(description="Path from the folder of this document, which it cannot leave")]
    sha256: Digest | None = None


class Signature(Model, frozen=True, kw_only=True):
    """Who signed, as the document says."""

    name: Person
    organisation: NonEmpty
    side: Side
    role: str = ""
    on: date
    how: Annotated[
        Literal["pdf", "wet", "platform"],
        Meta(description="A signature in the PDF, ink on paper, or a platform for signing that gives a report"),
    ]
    file: Annotated[FileName | None, Meta(description="The file that it stands in; absent: the first")] = None


class Place(Model, frozen=True, kw_only=True):
    """Where in a file a fact of the document stands."""

    fact: Fact
    file: Annotated[FileName | None, Meta(description="Absent: the first file")] = None
    page: Annotated[int, Meta(ge=1, le=500, description="Counted from 1")] = 1
    text: Annotated[str, Meta(min_length=2, max_length=500, description="The words that say it, as they stand there")]


class Envelope(Model, frozen=True, kw_only=True, tag_field="kind"):
    """Base of the kinds of documents."""

    id: Name
    type: Annotated[Name, Meta(description="Which of its kind: a certificate `27001`, an agreement `sla`")]
    title: NonEmpty
    version: str = ""
    language: Literal["nl", "en"] = "nl"
    issuer: Issuer
    issued_on: Annotated[date, Meta(description="Day that the document was made, not the day it was added")]
    period: Annotated[Period | None, Meta(description="What it is about in time")] = None
    valid_from: date | None = None
    valid_until: Annotated[date | None, Meta(description="Last day that it holds")] = None
    supersedes: Annotated[tuple[Name, ...], Meta(description="Ids of documents that it replaces")] = ()
    files: tuple[ListedFile, ...] = ()
    signatures: tuple[Signature, ...] = ()
    places: tuple[Place, ...] = ()

    @property
    def dated(self) -> date:
        """The day that it speaks of: the end of its period, or else the day that it was made."""
        return self.issued_on if self.period is None else self.period.last
