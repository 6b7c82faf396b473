"""Reading of the files of a dossier."""

import csv
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]

from toetskader.core.bounded import UnfitFileError, open_bounded
from toetskader.facts.dossier.attachments import Attachment, PlaceAsked, PlaceSeen, Read, Table, TableAsked
from toetskader.facts.dossier.text import normal
from toetskader.oserrors import why

MOST_BYTES = 50_000_000


class Reader:
    """Reads files."""

    def read(
        self,
        path: Path,
        *,
        named: str,
        places: tuple[PlaceAsked, ...] = (),
        table: TableAsked | None = None,
        form: bool = False,
    ) -> Read:
        """Read a file. Parameters: `named`, what its document calls it."""
        try:
            with open_bounded(path, MOST_BYTES) as stream:
                content = stream.read(MOST_BYTES + 1)
        except UnfitFileError as error:
            return Read(attachment=Attachment(path=named, problem=error.text))
        except OSError as error:
            return Read(attachment=Attachment(path=named, problem=why(error)))
        attachment = Attachment(path=named, size=len(content), sha256=sha256(content).hexdigest())
        pages: list[str] = []
        if content.startswith(b"%PDF"):
            with pypdfium2.PdfDocument(content) as document:
                pages = [normal(page.get_textpage().get_text_bounded()) for page in document]
        rows = list(csv.reader(content.decode().splitlines())) if table is not None else []
        return Read(
            attachment=attachment,
            places=tuple(
                PlaceSeen(
                    page=item.page,
                    text=item.text,
                    found=item.page <= len(pages) and normal(item.text) in pages[item.page - 1],
                )
                for item in places
            ),
            table=None
            if table is None
            else Table(
                columns=tuple(rows[0]),
                rows=tuple(tuple(cell or None for cell in row) for row in rows[1:]),
                numbers=tuple(range(2, len(rows) + 1)),
            ),
            form=json.loads(content) if form else None,
        )


@contextmanager
def open_reader(roots: tuple[Path, ...], moment: datetime) -> Iterator[Reader]:  # noqa: ARG001
    """Open a reader."""
    yield Reader()
