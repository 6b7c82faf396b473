"""Beginning a dossier: the forms that are lacking are written, and nothing that is there is touched."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from toetskader.collect.dossier.folders import read_folders
from toetskader.core.failure import UsageError
from toetskader.dossier.asked import Asked, asked_of
from toetskader.dossier.opened import Opened
from toetskader.dossier.scaffold import form, schemas_from
from toetskader.oserrors import why
from toetskader.text import Lang, Text


@dataclass(frozen=True, slots=True)
class Begun:
    """A document that a target needs."""

    asked: Asked
    path: Path
    """Its form; where it would stand, when the dossier has such a document."""
    is_new: bool


def begun(dossier: Opened, schemas: Path, lang: Lang) -> Iterator[Begun]:
    """Write the forms that a dossier lacks, those that serve most requirements first, and tell of all.

    Parameters: `schemas`, the folder with schemas for editors. Raises UsageError for what cannot be written.
    """
    found, unread = read_folders([folder for folder in dossier.part.folders if folder.exists()], dossier.base)
    there = [(str(item.document.__struct_config__.tag), item.document.type) for item in found]
    there += [(item.kind, item.type) for item in unread]
    named = schemas_from(dossier.folder, schemas)
    for asked in asked_of(dossier.target, dossier.catalogue):
        made = form(asked, schemas=named, lang=lang)
        path = dossier.folder / made.path
        is_new = not any(asked.reference.covers(*one) for one in there) and not path.exists()
        if is_new:
            _write(path, made.text, dossier.folder)
            there.append((asked.reference.kind, asked.reference.type))
        yield Begun(asked, path, is_new)


def _write(path: Path, text: str, folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if path.parent.is_symlink():
            message = Text(f"{path.parent} is een koppeling; haal die weg", f"{path.parent} is a link; remove it")
            raise UsageError(message)
        path.parent.mkdir(exist_ok=True)
        with path.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as error:
        reason = why(error)
        message = Text(f"{path} is niet te schrijven: {reason.nl}", f"{path} cannot be written: {reason.en}")
        raise UsageError(message) from None
