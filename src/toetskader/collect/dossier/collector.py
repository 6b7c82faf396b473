"""The collector of dossiers: documents as they state themselves, and what was read of their files."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from os.path import relpath
from pathlib import Path

from msgspec.structs import replace

from toetskader.collect import stopping
from toetskader.collect.attempting import attempted
from toetskader.collect.collector import Collector, Task
from toetskader.collect.dossier.folders import Found, read_folders
from toetskader.collect.dossier.form_formats.seen import form_seen
from toetskader.collect.dossier.hide import without_secrets
from toetskader.collect.dossier.people import People
from toetskader.collect.dossier.reading import Reader, open_reader
from toetskader.facts.attempt import NotSeen, Provenance
from toetskader.facts.dossier.attachments import Cell, PlaceAsked, Read, Table, TableAsked, Unreadable
from toetskader.facts.dossier.documents import Export, Form, Register
from toetskader.facts.dossier.envelope import Envelope, Place
from toetskader.facts.dossier.fact import Dossier, PlaceFound, Stated
from toetskader.facts.dossier.forms import FormSeen
from toetskader.facts.dossier.quotes import states
from toetskader.facts.key import Attempt, FactKey
from toetskader.kinds.dossier import DossierPart


@contextmanager
def dossiers(*_: object) -> Iterator[Collector[DossierPart]]:
    """Open the collector of dossiers, which share nothing."""

    def collected(part: DossierPart, task: Task) -> Mapping[FactKey, Attempt]:
        if "dossier" not in task.wanted.kinds:
            return {}
        target = task.target
        base = target.file.parent

        def read() -> Dossier | NotSeen:
            dossier = read_dossier(
                part,
                base,
                supplier=target.supplier,
                component=target.component,
                gate=target.gate,
                agreements=target.agreements,
            )
            return without_secrets(dossier, task.redaction)

        def provenance() -> Provenance:
            return Provenance(at=datetime.now(UTC), by="dossier", source=_source(part, base))

        return {FactKey("dossier"): attempted(read, "dossier", _source(part, base), provenance)}

    yield collected


def read_dossier(
    part: DossierPart,
    base: Path,
    *,
    supplier: str,
    component: str,
    gate: int | None = None,
    agreements: tuple[str, ...] = (),
    people: People | None = None,
    reader: Reader | None = None,
) -> Dossier:
    """Read a dossier.

    Parameters: `base`, folder of the target file; `supplier`, `component`, `gate` and `agreements`, as the target names
    them; `people`, the persons that were met before; `reader`, one that is open, of its own when None. Raises Failed
    when a root that signatures are trusted by cannot be read.
    """
    found, unread = read_folders(part.folders, base)
    people = people or People()
    now = datetime.now(UTC)
    with nullcontext(reader) if reader is not None else open_reader(roots(part), now) as opened:
        documents = tuple(_stated(item, opened, people) for item in found)
    return Dossier(
        provenance=Provenance(
            at=now,
            by="dossier",
            source=_source(part, base),
            digest=_digest(documents),
        ),
        supplier=supplier,
        component=component,
        gate=gate,
        agreements=agreements,
        documents=documents,
        unread=unread,
    )


def roots(part: DossierPart) -> tuple[Path, ...]:
    """Return where the roots are; nowhere when the folder is not there, so that no signature is trusted."""
    return (part.trust,) if part.trust is not None and part.trust.is_dir() else ()


def _source(part: DossierPart, base: Path) -> str:
    return ", ".join(relpath(folder, base) for folder in part.folders)


def _stated(item: Found, reader: Reader, people: People) -> Stated:
    """Read the files of a document, and lay its places beside them."""
    document = item.document
    reads = {
        listed.path: _read(document, listed.path, item.folder, reader)
        for listed in document.files
        if (item.folder / listed.path).exists() or (item.folder / listed.path).is_symlink()
    }
    return Stated(
        document=people.without_names(document),  # type: ignore[arg-type]
        where=item.where,
        attachments=tuple(read.attachment for read in reads.values()),
        places=tuple(_place(document, place, reads) for place in document.places),
        table=_table(document, reads, people),
        form=_form(document, reads),
    )


def _read(document: Envelope, name: str, folder: Path, reader: Reader) -> Read:
    stopping.go_on()
    table = None
    if isinstance(document, Register | Export) and document.table == name:
        table = TableAsked(sheet=document.sheet or None)
    return reader.read(
        folder / name,
        named=name,
        places=tuple(PlaceAsked(page=place.page, text=place.text) for place in _places_in(document, name)),
        table=table,
        form=isinstance(document, Form) and document.form == name,
    )


def _places_in(document: Envelope, name: str) -> tuple[Place, ...]:
    return tuple(place for place in document.places if _file_of(document, place) == name)


def _file_of(document: Envelope, place: Place) -> str:
    return place.file or (document.files[0].path if document.files else "")


def _place(document: Envelope, place: Place, reads: Mapping[str, Read]) -> PlaceFound:
    name = _file_of(document, place)
    seen = None
    if name in reads:
        index = _places_in(document, name).index(place)
        seen = reads[name].places[index] if index < len(reads[name].places) else None
    return PlaceFound(seen=seen, agrees=states(document, place.fact, place.text))


def _table(document: Envelope, reads: Mapping[str, Read], people: People) -> Table | None:
    """Keep of a table the columns that its document names, with a number in the place of each person."""
    if not isinstance(document, Register | Export) or document.table not in reads:
        return None
    table = reads[document.table].table or Table()
    headings = {heading: index for index, heading in enumerate(table.columns)}
    known = {name: headings[heading] for name, heading in document.columns.items() if heading in headings}
    personal = {name for name in known if name in document.personal}
    return replace(
        table,
        columns=tuple(known),
        rows=tuple(
            tuple(_named(row[index], people) if name in personal else row[index] for name, index in known.items())
            for row in table.rows
        ),
    )


def _named(cell: Cell, people: People) -> Cell:
    """Return a cell with a number in the place of a person; what cannot be read stays that."""
    return cell if cell is None or isinstance(cell, Unreadable) else people.number(str(cell))


def _form(document: Envelope, reads: Mapping[str, Read]) -> FormSeen | None:
    """Keep of a form what can be counted; what people wrote in it stays behind."""
    if not isinstance(document, Form) or document.form not in reads:
        return None
    data = reads[document.form].form
    return None if data is None else form_seen(document.format, data)


def _digest(documents: tuple[Stated, ...]) -> str:
    """Return one value that changes when a file of the dossier does."""
    digest = hashlib.sha256()
    for item in documents:
        for attachment in item.attachments:
            digest.update(f"{item.document.id}/{attachment.path}:{attachment.sha256}\n".encode())
    return digest.hexdigest()
