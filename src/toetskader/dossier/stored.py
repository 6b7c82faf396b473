"""The documents of a dossier as their files say them, also those that are yet to be filled in."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from toetskader.collect.dossier.folders import document_file, read_folders
from toetskader.text import Text
from toetskader.yamlfile import FileError


@dataclass(frozen=True, slots=True)
class Stored:
    """A document in its file."""

    path: Path
    where: str
    """The file, from the folder of the target."""
    kind: str
    data: dict[str, Any]
    is_blank: bool
    """Whether something in it is yet to be filled in."""

    @property
    def id(self) -> str:
        """Its id; empty when it has none."""
        found = self.data.get("id")
        return found if isinstance(found, str) else ""


def stored(folders: Iterable[Path], base: Path) -> tuple[list[Stored], list[Text]]:
    """Return the documents of a dossier, and why others cannot be read. Parameters: `base`, folder of the target."""
    found, unread = read_folders(folders, base)
    documents = [Stored(item.file.path, item.where, item.file.data["kind"], item.file.data, False) for item in found]
    wrong = []
    for item in unread:
        if not item.is_blank:
            wrong.append(item.why)
            continue
        path = base / item.where
        try:
            data = document_file(path).data
        except FileError as error:
            wrong.append(Text(error.text("nl"), error.text("en")))
        else:
            documents.append(Stored(path, item.where, item.kind, data, True))
    return documents, wrong
