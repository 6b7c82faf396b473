"""Taking documents over from a workbook: new ones are made, forms are filled in, and what differs is told.

The workbook comes from anybody: it is read as the files of a dossier are, in a process with limits.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import msgspec
import yaml

from toetskader.collect.dossier.folders import CARD, DOCUMENT
from toetskader.collect.dossier.reading import open_reader
from toetskader.core.fields import Name
from toetskader.dossier.fields import Field, fields_of
from toetskader.dossier.flat import Read, Unfit, columns, read_rows
from toetskader.dossier.opened import Opened
from toetskader.dossier.scaffold import schemas_from
from toetskader.dossier.stored import Stored, stored
from toetskader.dossier.words import KINDS as KIND_WORDS
from toetskader.dossier.workbook import HEADINGS, sheet_of
from toetskader.facts.dossier.attachments import Table, TableAsked
from toetskader.facts.dossier.documents import KINDS
from toetskader.oserrors import why
from toetskader.text import Text
from toetskader.yamlfile import (
    FileError,
    FileErrors,
    Steps,
    did_you_mean,
    joined,
    misfits,
    read_yaml,
    shown,
    shown_path,
)

What = Literal["made", "filled", "same", "differs", "overwritten"]
TOLD: dict[What, Text] = {
    "made": Text("gemaakt", "made"),
    "filled": Text("ingevuld", "filled in"),
    "same": Text("ongewijzigd", "unchanged"),
    "differs": Text(
        "verschilt en is niet overschreven; noem --overwrite", "differs, not overwritten; name --overwrite"
    ),
    "overwritten": Text("overschreven", "overwritten"),
}


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of one document of a workbook."""

    id: str
    where: str
    what: What
    differs: tuple[str, ...] = ()
    """Fields in which it differs from what was there."""
    empty: tuple[str, ...] = ()
    """What is yet to be filled in."""


def tables(path: Path) -> Iterator[tuple[str, Table]]:
    """Yield the sheet of each kind of a workbook. Raises FileErrors for a file that is none."""
    with open_reader((), datetime.now(UTC)) as reader:
        for kind in KIND_WORDS:
            asked = TableAsked(sheet=sheet_of(kind), header_row=HEADINGS)
            read = reader.read(path, named=path.name, table=asked)
            if read.attachment.problem is not None:
                raise FileErrors([FileError(path, read.attachment.problem)])
            yield kind, read.table or Table(problem=Text("geen tabel", "no table"))


def take_over(path: Path, dossier: Opened, schemas: Path, *, overwrite: bool) -> Iterator[Taken | Text]:
    """Take documents over from a workbook, and yield what came of each, or what is wrong.

    Parameters: `schemas`, the folder with schemas for editors; `overwrite`, write over documents that differ too.
    Raises FileErrors for a file that is no workbook.
    """
    there, wrong = stored([folder for folder in dossier.part.folders if folder.exists()], dossier.base)
    yield from wrong
    known = {item.id: item for item in there}
    seen: set[str] = set()
    writer = _Writer(dossier, schemas)
    for kind, table in list(tables(path)):
        sheet = sheet_of(kind)
        if table.problem is not None:
            yield Text(f"{sheet}: {table.problem.nl}", f"{sheet}: {table.problem.en}")
            continue
        yield from _unknown(kind, table)
        rows = (
            (number, dict(zip(table.columns, row, strict=True)))
            for number, row in zip(table.numbers, table.rows, strict=True)
        )
        for item in read_rows(kind, rows):
            try:
                yield _taken(kind, item, known, seen, writer, overwrite=overwrite)
            except Unfit as outcome:
                yield _at(sheet, outcome)
            except FileError as error:
                yield Text(error.text("nl"), error.text("en"))


def _unknown(kind: str, table: Table) -> Iterator[Text]:
    """Yield the columns that no field has, and those that stand twice: what stands there would be lost."""
    headings = {column.heading for column in columns(kind)}
    sheet = sheet_of(kind)
    for index, name in enumerate(table.columns):
        if name in headings and name in table.columns[:index]:
            yield Text(
                f"{sheet}: kolom {shown(name)} staat er twee keer", f"{sheet}: column {shown(name)} is there twice"
            )
        elif name not in headings and (name or any(row[index] is not None for row in table.rows)):
            message = Text(
                f"{sheet}: kolom {shown(name) or index + 1} is geen veld en wordt niet gelezen.",
                f"{sheet}: column {shown(name) or index + 1} is no field and is not read.",
            )
            yield joined(message, did_you_mean(name, headings))


def _at(sheet: str, outcome: Unfit) -> Text:
    where = Text(f"{sheet}, rij {outcome.number}, ", f"{sheet}, row {outcome.number}, ")
    heading = f"{shown(outcome.heading)}: " if outcome.heading else ""
    return joined(where, Text(heading, heading), outcome.message)


def _taken(
    kind: str, item: Read | Unfit, known: Mapping[str, Stored], seen: set[str], writer: "_Writer", *, overwrite: bool
) -> Taken:
    """Take one document over. Raises Unfit for what is no document, and FileError for what cannot be written."""
    if isinstance(item, Unfit):
        raise item
    data = item.data
    if misfits(data["id"], Name):
        raise Unfit(item.number, "id", misfits(data["id"], Name)[0][1])
    if data["id"] in (CARD, DOCUMENT):
        raise Unfit(item.number, "id", Text("is de naam van een bestand", "is the name of a file"))
    if data["id"] in seen:
        raise Unfit(item.number, "id", Text("staat er twee keer", "stands there twice"))
    seen.add(data["id"])
    _leave_empty(data, fields_of(KINDS[kind]))
    for steps, message in misfits(data, KINDS[kind]):
        if not steps or _value_at(data, steps) is not None:
            raise Unfit(item.number, shown_path(steps), message)
    empty = tuple(shown_path(steps) for steps, _ in misfits(data, KINDS[kind]))
    had = known.get(data["id"])
    if had is None:
        return Taken(data["id"], writer.new(kind, data), "made", empty=empty)
    differs = tuple(_differences(had.data, data, KINDS[kind]))
    if not differs:
        return Taken(data["id"], had.where, "same", empty=empty)
    if empty and not had.is_blank:
        message = Text(
            "ontbreekt, en in het dossier staat het; vul het in", "is missing, and is in the dossier; fill it in"
        )
        raise Unfit(item.number, empty[0], message)
    if not had.is_blank and not overwrite:
        return Taken(data["id"], had.where, "differs", differs, empty)
    writer.over(had, data)
    return Taken(data["id"], had.where, "filled" if had.is_blank else "overwritten", differs, empty)


def _leave_empty(data: dict[str, Any], fields: tuple[Field, ...]) -> None:
    """Name what must be there and is not, so that its file says that it is yet to be filled in."""
    for field in fields:
        value = data.get(field.name)
        if field.shape == "block" and (field.is_required or value is not None):
            if isinstance(value, dict) or value is None:
                _leave_empty(data.setdefault(field.name, {}), field.below)
        elif field.shape == "members" and isinstance(value, list):
            for member in value:
                if isinstance(member, dict):
                    _leave_empty(member, field.below)
        elif field.is_required and field.name not in data:
            data[field.name] = None


def _value_at(data: Any, steps: Steps) -> Any:
    for step in steps:
        data = data[step]
    return data


def _differences(had: Mapping[str, Any], data: Mapping[str, Any], model: type[msgspec.Struct]) -> Iterator[str]:
    """Yield the fields in which two documents differ; one that says what goes without saying does not."""
    if had.get("kind") != data.get("kind"):
        yield "kind"
        return
    try:
        one, other = msgspec.convert(had, model), msgspec.convert(data, model)
    except msgspec.ValidationError:  # one is yet to be filled in
        names = dict.fromkeys((*had, *data))
        yield from (name for name in names if _said(had.get(name)) != _said(data.get(name)))
        return
    for field in fields_of(model):
        if getattr(one, field.attribute) != getattr(other, field.attribute):
            yield field.name


def _said(value: Any) -> Any:
    """Return a value without all that is left empty in it; None when that is everything."""
    if isinstance(value, dict):
        return {key: said for key, item in value.items() if (said := _said(item)) is not None} or None
    if isinstance(value, list):
        return [said for item in value if (said := _said(item)) is not None] or None
    return None if value == "" else value


class _Writer:
    """Writes documents."""

    def __init__(self, dossier: Opened, schemas: Path) -> None:
        self._dossier = dossier
        self._schemas = schemas

    def new(self, kind: str, data: Mapping[str, Any]) -> str:
        """Write a document that was not there, and return where. Raises FileError, also when a file is there."""
        folder = self._dossier.folder if kind == "card" else self._dossier.folder / data["id"]
        path = folder / (CARD if kind == "card" else DOCUMENT)
        try:
            self._dossier.folder.mkdir(parents=True, exist_ok=True)
            if folder.is_symlink():
                raise FileError(folder, Text("is een koppeling; haal die weg", "is a link; remove it"))
            folder.mkdir(exist_ok=True)
            if path.exists() or path.is_symlink():
                message = Text("is er al, met een andere id; hernoem er een", "is there, with another id; rename one")
                raise FileError(path, message)
            self._write(path, data)
        except OSError as error:
            raise _not_written(path, error) from None
        return path.relative_to(self._dossier.folder).as_posix()

    def over(self, had: Stored, data: Mapping[str, Any]) -> None:
        """Write a document over what was there. Raises FileError."""
        try:
            self._write(had.path, data)
        except OSError as error:
            raise _not_written(had.path, error) from None

    def _write(self, path: Path, data: Mapping[str, Any]) -> None:
        name = "kaart" if path.name == CARD else "bewijs"
        schema = f"{schemas_from(path.parent, self._schemas)}/{name}.schema.json"
        text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=120)
        made = path.with_name(f".{path.name}.new")
        try:
            with made.open("x", encoding="utf-8") as stream:
                stream.write(f"# yaml-language-server: $schema={schema}\n{text}")
            if read_yaml(made).data != data:
                message = Text("is niet als YAML te schrijven", "cannot be written as YAML")
                raise FileError(path, message)
            made.replace(path)
        finally:
            made.unlink(missing_ok=True)


def _not_written(path: Path, error: OSError) -> FileError:
    reason = why(error)
    return FileError(path, Text(f"is niet te schrijven: {reason.nl}", f"cannot be written: {reason.en}"))
