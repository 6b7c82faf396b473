"""The fact of a dossier: its documents as they say themselves, beside what was read of their files."""

import msgspec

from toetskader.facts.attempt import Provenance
from toetskader.facts.dossier.attachments import Attachment, PlaceSeen, Table
from toetskader.facts.dossier.documents import AnyDocument
from toetskader.facts.dossier.forms import FormSeen
from toetskader.text import Text


class PlaceFound(msgspec.Struct, frozen=True, kw_only=True):
    """What came of looking up a place of a document in its file."""

    seen: PlaceSeen | None
    """None when the place names no file of the document."""
    agrees: bool
    """Whether the quoted words say what the document states of that fact."""

    @property
    def proves(self) -> bool:
        """Whether the file says what the document states."""
        return self.seen is not None and self.seen.found and self.agrees


class Stated(msgspec.Struct, frozen=True, kw_only=True):
    """One document, and what its files turned out to hold."""

    document: AnyDocument
    where: str
    """Its YAML file, from the folder of the target."""
    attachments: tuple[Attachment, ...] = ()
    """What was read of each of its files, in that order."""
    places: tuple[PlaceFound, ...] = ()
    """What was found at each of its places, in that order."""
    table: Table | None = None
    """Of a register or export, its rows."""
    form: FormSeen | None = None
    """Of a form, what is kept of it; None when its file holds no form that could be read."""


class Unread(msgspec.Struct, frozen=True, kw_only=True):
    """A document that could not be read."""

    where: str
    kind: str
    """As far as that could be told; empty for any."""
    type: str
    why: Text
    is_blank: bool = False
    """Whether nothing is the matter but that something was left empty: it is yet to be filled in."""


class Dossier(msgspec.Struct, frozen=True, kw_only=True, tag="dossier"):
    """All documents of a target."""

    provenance: Provenance
    commands: tuple[str, ...] = ()
    supplier: str
    """Who the target says delivers it."""
    component: str
    gate: int | None = None
    """Level up to which failing blocks; None when nobody says so."""
    agreements: tuple[str, ...] = ()
    """Requirements of level 4 that block, as the target says."""
    documents: tuple[Stated, ...]
    """By id."""
    unread: tuple[Unread, ...] = ()
