"""The folders of a dossier: which documents there are, and what is wrong with those that cannot be read.

A document is a folder with `bewijs.yaml` and its files; the card is `kaart.yaml` beside these folders. A file that
cannot be read costs what it would have proven, and no more: its reason stands where the document would have stood.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from os.path import relpath
from pathlib import Path, PurePosixPath
from typing import Any

from toetskader.core.fields import Name
from toetskader.facts.dossier.documents import KINDS, Card, Export, Form, Register
from toetskader.facts.dossier.envelope import Envelope
from toetskader.facts.dossier.fact import Unread
from toetskader.oserrors import why
from toetskader.text import Text
from toetskader.yamlfile import (
    FileError,
    FileErrors,
    Steps,
    YamlFile,
    did_you_mean,
    joined,
    misfits,
    read_yaml,
    shown,
    shown_path,
)

DOCUMENT = "bewijs.yaml"
CARD = "kaart.yaml"
MOST_DOCUMENTS = 2_000
_SHOWN = 3
"""Errors of one file that a reason tells."""
_NAMED = 8
"""Fields that a reason names which are yet to be filled in."""


@dataclass(frozen=True, slots=True)
class Found:
    """A document as its YAML file states it."""

    document: Envelope
    file: YamlFile
    where: str
    """The file, from the folder of the target."""

    @property
    def folder(self) -> Path:
        """The folder that its files stand in."""
        return self.file.path.parent


def read_folders(folders: Iterable[Path], base: Path) -> tuple[tuple[Found, ...], tuple[Unread, ...]]:
    """Read the documents of a dossier, by id, and those that cannot be read.

    Parameters: `base`, folder of the target file, from which places are told. A document is unread whose file is no
    YAML of its kind, is a link, names a file outside its folder, or has the id of another.
    """
    found: list[Found] = []
    unread: list[Unread] = []
    for path in document_files(folders, base, unread):
        where = relpath(path, base)
        try:
            file = document_file(path)
        except FileError as error:
            unread.append(_unread(path, where, (error,)))
            continue
        try:
            found.append(Found(_document(file), file, where))
        except FileErrors as error:
            unread.append(_unread(path, where, error.errors, file.data))
        except FileError as error:
            unread.append(_unread(path, where, (error,), file.data))
    counted = Counter(item.document.id for item in found)
    for item in found:
        if counted[item.document.id] > 1:
            name = item.document.id
            message = Text(
                f"id {name} staat er {counted[name]} keer; geef elk document een eigen id",
                f"id {name} stands here {counted[name]} times; give each document an id of its own",
            )
            unread.append(_unread(item.file.path, item.where, (item.file.error(("id",), message),), item.file.data))
    unique = (item for item in found if counted[item.document.id] == 1)
    return tuple(sorted(unique, key=lambda item: item.document.id)), tuple(sorted(unread, key=lambda item: item.where))


def document_files(folders: Iterable[Path], base: Path, unread: list[Unread]) -> Iterator[Path]:
    """Yield the YAML files of a dossier.

    Parameters: `unread`, which takes what cannot be listed.
    """
    count = 0
    for folder in folders:
        try:
            entries = sorted(folder.iterdir())
        except OSError as error:
            reason = why(error)
            message = Text(f"kan niet worden gelezen: {reason.nl}", f"cannot be read: {reason.en}")
            unread.append(_unread(folder, relpath(folder, base), (FileError(folder, message),)))
            continue
        for entry in entries:
            path = entry if entry.name == CARD else entry / DOCUMENT
            if not path.exists() and not path.is_symlink():
                continue
            count += 1
            if count > MOST_DOCUMENTS:
                message = Text(
                    f"heeft meer dan {MOST_DOCUMENTS} documenten; splits het dossier",
                    f"has more than {MOST_DOCUMENTS} documents; split the dossier",
                )
                unread.append(_unread(folder, relpath(folder, base), (FileError(folder, message),)))
                return
            yield path


def document_file(path: Path) -> YamlFile:
    """Read the YAML of a document. Raises FileError, also for a link."""
    if path.is_symlink() or path.parent.is_symlink():
        raise FileError(
            path, Text("is een koppeling; zet het bestand zelf hier", "is a link; put the file itself here")
        )
    return read_yaml(path)


def _document(file: YamlFile) -> Envelope:
    """Return what a document says. Raises FileError and FileErrors."""
    document: Envelope = file.convert(_model(file))
    problems = [file.error(steps, message) for steps, message in _problems(document)]
    if problems:
        raise FileErrors(problems)
    return document


def _model(file: YamlFile) -> type[Envelope]:
    """Return what a document of its kind says. Raises FileError for an unknown kind, or a card in another place."""
    kind = file.data.get("kind") if isinstance(file.data, dict) else None
    if not isinstance(kind, str) or kind not in KINDS:
        known = ", ".join(sorted(KINDS))
        message = Text(
            f"kind moet een van deze zijn: {known}; niet {shown(kind)}.",
            f"kind must be one of these: {known}; not {shown(kind)}.",
        )
        raise file.error(("kind",), joined(message, did_you_mean(str(kind), KINDS)))
    is_card = file.path.name == CARD
    if is_card is not (KINDS[kind] is Card):
        raise file.error(
            ("kind",),
            Text(
                f"alleen een kaart (kind: card) staat in {CARD}, en die staat daar",
                f"only a card (kind: card) stands in {CARD}, and it stands there",
            ),
        )
    return KINDS[kind]


def _problems(document: Envelope) -> Iterator[tuple[tuple[str | int, ...], Text]]:
    """Yield what is wrong with a document beyond its types."""
    names = [item.path for item in document.files]
    for index, name in enumerate(names):
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or "\\" in name:
            yield (
                ("files", index, "path"),
                Text(
                    "een bestand staat in de map van zijn document; zet het daar",
                    "a file stands in the folder of its document; put it there",
                ),
            )
        elif names.index(name) != index:
            yield ("files", index, "path"), Text("staat er twee keer; haal er een weg", "stands here twice; remove one")
    match document:
        case Register() | Export():
            holder, needed = "table", document.table
        case Form():
            holder, needed = "form", document.form
        case _:
            return
    if needed not in names:
        yield (
            (holder,),
            Text(
                f"{shown(needed)} staat niet onder files; zet het erbij", f"{shown(needed)} is not under files; add it"
            ),
        )


def _unread(path: Path, where: str, errors: tuple[FileError, ...], data: Any = None) -> Unread:
    """Say why a document cannot be read, with what it is as far as that can be told.

    Parameters: `data`, what stands in its file, when that is YAML.
    """
    kind, type_ = ("card", "") if path.name == CARD else _said_to_be(data)
    if empty := _left_empty(data):
        named = ", ".join(shown_path(steps) for steps in empty[:_NAMED]) + (", …" if len(empty) > _NAMED else "")
        why = Text(
            f"{where} is nog niet ingevuld; vul in: {named}", f"{where} is yet to be filled in; fill in: {named}"
        )
        return Unread(where=where, kind=kind, type=type_, why=why, is_blank=True)
    told = errors[:_SHOWN]
    more = len(errors) - len(told)
    rest = Text(f" (en nog {more})", f" (and {more} more)") if more else Text("", "")
    lines = [(f":{item.line}" if item.line else "", f"{item.path}: " if item.path else "") for item in told]
    nl, en = (
        "; ".join(f"{where}{line} {steps}{item.message[lang]}" for (line, steps), item in zip(lines, told, strict=True))
        for lang in ("nl", "en")
    )
    return Unread(where=where, kind=kind, type=type_, why=Text(f"{nl}{rest.nl}", f"{en}{rest.en}"))


def _said_to_be(data: Any) -> tuple[str, str]:
    """Return the kind and type that a document says it is of; empty where it does not."""
    if not isinstance(data, dict) or data.get("kind") not in list(KINDS):
        return "", ""
    type_ = data.get("type")
    return data["kind"], type_ if isinstance(type_, str) and not misfits(type_, Name) else ""


def _left_empty(data: Any) -> list[Steps]:
    """Return what a document leaves empty, when it is wrong for no other reason."""
    kind, _ = _said_to_be(data)
    wrong = [steps for steps, _ in misfits(data, KINDS[kind])] if kind else []
    return wrong if all(steps and _at(data, steps) is None for steps in wrong) else []


def _at(data: Any, steps: Steps) -> Any:
    for step in steps:
        data = data[step]
    return data
