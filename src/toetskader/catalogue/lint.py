"""Warnings on a sound catalogue: what is allowed and probably not meant."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from toetskader.catalogue.load import PLANNED
from toetskader.catalogue.models import Catalogue, CheckInfo, Requirement
from toetskader.text import Text, natural
from toetskader.yamlfile import FileError

MAX_TITLE = 120
"""Characters of a title that still fit a line of the report."""


def lint_catalogue(folder: Path, catalogue: Catalogue, checks: Mapping[str, CheckInfo]) -> tuple[FileError, ...]:
    """Return warnings, none of which makes a run fail, in order of file and line.

    Parameters: `folder`, where the catalogue was loaded from; `checks`, the checks that are built, by id.
    """
    rows = tuple(catalogue.requirements.values())
    found = [
        FileError(Path(row.file), message, line=row.line, path=row.id)
        for row, before in zip(rows, (None, *rows), strict=False)
        for message in _on_requirement(row, before)
    ]
    used = {id_ for row in rows for id_ in (row.check, *row.checks.values())}
    used |= {row.beside.check for row in rows if row.beside is not None}
    for id_ in catalogue.planned.keys() - used:
        message = Text(f"geen eis noemt toets {id_}; haal hem weg", f"no requirement names check {id_}; remove it")
        found.append(FileError(folder / PLANNED, message))
    for id_ in {id_ for id_, check in checks.items() if not check.is_aspect} - used:
        message = Text(f"geen eis noemt toets {id_} uit tests/", f"no requirement names check {id_} of tests/")
        found.append(FileError(folder, message))
    return tuple(sorted(found, key=lambda warning: (natural(str(warning.file)), warning.line, warning.message.en)))


def _on_requirement(row: Requirement, before: Requirement | None) -> Iterator[Text]:
    if before is not None and before.file == row.file and natural(row.id) < natural(before.id):
        yield Text(f"staat na {before.id}; sorteer op id", f"stands after {before.id}; sort by id")
    for lang, text in (("nl", row.title.nl), ("en", row.title.en)):
        if len(text) > MAX_TITLE:
            yield Text(
                f"titel ({lang}) heeft {len(text)} tekens; houd het bij {MAX_TITLE}",
                f"title ({lang}) has {len(text)} characters; keep it at {MAX_TITLE}",
            )
    for name, pair in (("title", row.title), ("remedy", row.remedy)):
        if not pair.nl.strip() or not pair.en.strip():
            yield Text(f"{name} is leeg", f"{name} is empty")
        elif pair.nl == pair.en:
            yield Text(
                f"{name} is in beide talen hetzelfde; vertaal", f"{name} is the same in both languages; translate"
            )
    if row.title.nl == row.remedy.nl:
        yield Text("de remedie herhaalt de titel; zeg wat te doen", "the remedy repeats the title; say what to do")
