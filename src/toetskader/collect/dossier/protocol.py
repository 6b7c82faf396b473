"""What a reader of files asks its child process, as JSON; the content of a file follows in a frame of its own."""

from datetime import datetime

import msgspec

from toetskader.collect.dossier.limits import Limits
from toetskader.facts.dossier.attachments import Format, PlaceAsked, TableAsked


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """Said once to a child, first."""

    limits: Limits
    roots: tuple[bytes, ...]
    """Certificates that signatures are trusted by, in DER."""
    moment: datetime
    """When they must be trusted."""


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of a file; its content follows in the next frame."""

    path: str
    format: Format
    places: tuple[PlaceAsked, ...] = ()
    table: TableAsked | None = None
    form: bool = False
