"""What was read of the files beside a document: what they are, who signed them, and what stands where.

Nothing here is believed because somebody says so: each value was read from the bytes whose SHA-256 it carries.
"""

from datetime import date
from typing import Any, Literal

import msgspec

from toetskader.text import Text

Format = Literal["pdf", "sheet", "csv", "json", "yaml", "other"]
"""What a file is: of PDFs and sheets by their content, of the rest by their name."""

Active = Literal["javascript", "files", "launch", "macros"]
"""What a file can do or carries besides what it shows: scripts, other files, starting programs, macros of a sheet."""


class SignatureSeen(msgspec.Struct, frozen=True, kw_only=True):
    """One signature in a PDF. Of a person only the organisation is kept, and which certificate it was."""

    certificate: str = ""
    """SHA-256 of the signing certificate; empty when it could not be read."""
    organisation: str = ""
    """O of the certificate's subject."""
    unit: str = ""
    """OU of the certificate's subject."""
    country: str = ""
    """C of the certificate's subject."""
    signed_on: date | None = None
    """As the signature itself says, or its time stamp when a trusted one is there."""
    stamped: bool = False
    """Whether a trusted time stamp says when it was signed."""
    intact: bool = False
    """Whether the signed bytes are those that were signed."""
    has_roots: bool = False
    """Whether there was any root to trust it by."""
    trusted: bool = False
    """Whether the certificate leads to one of the roots, at the moment that is judged."""
    covers_whole_file: bool = False
    """Whether the file holds nothing but what was signed, later signatures, and proof of their validity."""
    changed_after: bool = False
    """Whether something was changed after signing, beyond filling in a form, signing again and adding proof."""
    bytes_after: int = 0
    """Bytes behind what was signed that nothing accounts for."""
    problem: Text | None = None
    """Why it could not be judged, or why its certificate is not trusted."""

    @property
    def valid(self) -> bool:
        """Whether it proves who signed this whole file."""
        return self.intact and self.trusted and self.covers_whole_file and not self.changed_after

    @property
    def matter(self) -> Text | None:
        """What is the matter with it, the worst first; None when it is valid."""
        if self.valid:
            return None
        if not self.intact:
            if self.problem is not None:
                return self.problem
            return Text(
                "De handtekening klopt niet: wat ondertekend is, is daarna veranderd.",
                "The signature is wrong: what was signed has been changed since.",
            )
        if self.changed_after:
            return Text(
                "Na het ondertekenen is het document gewijzigd.",
                "The document was changed after it was signed.",
            )
        if not self.covers_whole_file:
            if self.bytes_after:
                return Text(
                    f"Niet het hele bestand is ondertekend: na de handtekening volgen nog {self.bytes_after} bytes.",
                    f"Not the whole file is signed: {self.bytes_after} more bytes follow the signature.",
                )
            return Text("Niet het hele bestand is ondertekend.", "Not the whole file is signed.")
        if not self.has_roots:
            return Text(
                "Ondertekend, niet te controleren: er zijn geen stamcertificaten opgegeven.",
                "Signed, cannot be verified: no root certificates were given.",
            )
        if self.problem is not None:
            return self.problem
        return Text(
            "Ondertekend, maar het certificaat is niet uitgegeven onder een van de opgegeven stamcertificaten.",
            "Signed, but the certificate was not issued under any of the root certificates given.",
        )


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a document."""

    path: str
    """As the document names it."""
    size: int = 0
    sha256: str = ""
    """Of its content; empty when it could not be read at all."""
    format: Format = "other"
    pages: int | None = None
    """Of a PDF."""
    has_text: bool | None = None
    """Whether any page of a PDF holds text; a scan has none. None of what is no PDF, or was not read."""
    signatures: tuple[SignatureSeen, ...] = ()
    encrypted: bool = False
    active: tuple[Active, ...] = ()
    problem: Text | None = None
    """Why it could not be read, and what to do about it."""


class PlaceAsked(msgspec.Struct, frozen=True, kw_only=True):
    """Where a document says that something stands."""

    page: int
    """The first page is 1."""
    text: str
    """What stands there, as quoted by whoever filled in the document."""


class PlaceSeen(msgspec.Struct, frozen=True, kw_only=True):
    """Whether it stands there."""

    page: int
    text: str
    found: bool = False
    elsewhere: int | None = None
    """The first other page that has it, when this one has not."""
    problem: Text | None = None
    """Why it could not be looked up: the page has no text, or the file could not be read."""


class TableAsked(msgspec.Struct, frozen=True, kw_only=True):
    """Which table of a sheet or CSV is read, and how; what is None is found out."""

    sheet: str | None = None
    """Name of the sheet; the first one when None."""
    header_row: int | None = None
    """Row that names the columns, the first of the sheet being 1; the first row with anything in it when None."""
    delimiter: str | None = None
    """Of a CSV."""
    encoding: str | None = None
    """Of a CSV: a name that Python knows."""


class Unreadable(msgspec.Struct, frozen=True, tag="unreadable"):
    """A cell that holds something that cannot be known: it is not empty."""

    why: Literal["formula", "error", "value"]
    """A formula that was saved without its outcome, one that ended in an error, or a value that cannot be kept."""


Cell = str | int | float | bool | Unreadable | None
"""A cell: dates as ISO text (what was text stays as it stands), None when it is empty."""


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A table: the names of its columns, and its rows without those that are empty."""

    sheet: str = ""
    """Name of the sheet; empty of a CSV."""
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    """Each as long as `columns`."""
    numbers: tuple[int, ...] = ()
    """Of each row, where it stands in the file, the first one being 1: of a CSV the line."""
    problem: Text | None = None
    """Why there is no table."""


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """All that was read of one file."""

    attachment: Attachment
    places: tuple[PlaceSeen, ...] = ()
    """In the order in which they were asked for."""
    table: Table | None = None
    """When a table was asked for."""
    form: Any = None
    """Of a JSON or YAML form that was asked for: what it holds, as Python's own types."""
