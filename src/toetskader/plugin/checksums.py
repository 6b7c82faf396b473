"""Checksums of an evidence folder, in the form that `sha256sum --check` reads, and what was changed since."""

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from toetskader.collect.evidence import LARGEST_FILE, EvidenceError, read_file
from toetskader.core.bounded import TooLargeFileError, UnfitFileError, open_bounded
from toetskader.report import json_view
from toetskader.text import Lang, Text

SUMS = "SHA256SUMS"
"""File with a line for every other file of the evidence folder, as `sha256sum` of GNU coreutils writes it."""
_RESULTS = "results.json"
_EVIDENCE = "evidence"

_LINE = re.compile(r"([0-9a-f]{64})  (.+)")
_CHANGED = Text("gewijzigd", "changed")
_ADDED = Text("toegevoegd", "added")
_MISSING = Text("weg", "gone")
_TOO_LARGE = Text("te groot om bewijs te zijn", "too large to be evidence")
_NO_FILE = Text("geen gewoon bestand", "no regular file")
_OTHER_THAN_RESULTS = Text(
    "anders dan het bestand results.json ernaast noemt", "other than the file results.json beside it names"
)
_WITHOUT = Text(
    f"heeft geen controlesommen ({SUMS} ontbreekt): de run is niet afgemaakt, een oudere versie schreef het, of iemand "
    "heeft ze weggehaald. Niet beoordeeld; toets opnieuw zonder --replay",
    f"has no checksums ({SUMS} is missing): the run was not finished, an older version wrote it, or somebody took them "
    "away. Not judged; audit again without --replay",
)
_NO_SUMS = Text("bevat geen controlesommen; toets opnieuw zonder --replay", "holds no checksums; audit again instead")


@dataclass(frozen=True, slots=True)
class Checked:
    """What an evidence folder is, laid beside its checksums."""

    digest: str
    """SHA-256 of the file with checksums: one value that stands for all of the evidence."""
    changes: Mapping[str, Text]
    """File → how it differs from what the run stored; empty when nothing does."""


def write_sums(folder: Path) -> tuple[str, dict[str, str]]:
    """Write the checksums of all files of an evidence folder; return the digest of these, and each file's.

    Raises OSError.
    """
    sums = {name: _digest(path) for name, path in _files(folder) if path.is_file()}
    content = _text(sums)
    (folder / SUMS).write_bytes(content)
    return hashlib.sha256(content).hexdigest(), sums


def check(folder: Path, lang: Lang) -> Checked:
    """Lay an evidence folder beside its checksums, and beside the results of its run where these are still there.

    Raises EvidenceError when there are no checksums: what cannot be checked is not judged.
    """
    file = folder / SUMS
    if not os.path.lexists(file):
        raise EvidenceError(f"{folder}: {_WITHOUT[lang]}")
    content = read_file(file)
    named = _read_sums(content, file, lang)
    changes: dict[str, Text] = {}
    found: set[str] = set()
    for name, path in _files(folder):
        found.add(name)
        change = _change(path, named.get(name))
        if change is not None:
            changes[name] = change
    changes |= dict.fromkeys(named.keys() - found, _MISSING)
    real = Path(os.path.realpath(folder))  # a link to the folder does not hide what stands beside it
    if real.name == _EVIDENCE and os.path.lexists(real.parent / _RESULTS):
        changes |= _differences(named, real.parent / _RESULTS, lang)
    return Checked(hashlib.sha256(content).hexdigest(), dict(sorted(changes.items())))


def _change(path: Path, digest: str | None) -> Text | None:
    """Say how a file differs from what was stored. Parameters: `digest`, of what was; None when there was no such file.

    Raises OSError.
    """
    try:
        with open_bounded(path, LARGEST_FILE) as stream:
            if digest is None:
                return _ADDED
            return None if hashlib.file_digest(stream, "sha256").hexdigest() == digest else _CHANGED
    except TooLargeFileError:  # a file without content can be said to have any size
        return _TOO_LARGE
    except UnfitFileError:
        return _NO_FILE


def _differences(named: Mapping[str, str], results: Path, lang: Lang) -> dict[str, Text]:
    """Compare with what the results of the run say of its evidence. Raises EvidenceError when these cannot be read."""
    try:
        stored = json_view.decode(read_file(results), str(results)).run.evidence
    except json_view.ResultsError as error:
        raise EvidenceError(error.message[lang]) from error
    different = {name for name in named.keys() | stored.keys() if named.get(name) != stored.get(name)}
    return dict.fromkeys(different, _OTHER_THAN_RESULTS)


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield name and path of whatever stands in the folder but its checksums; links are not followed."""
    for place, folders, files in os.walk(folder):
        here = Path(place)
        linked = [name for name in folders if (here / name).is_symlink()]
        for name in sorted([*files, *linked]):
            path = here / name
            if path != folder / SUMS:
                yield path.relative_to(folder).as_posix(), path


def _text(sums: Mapping[str, str]) -> bytes:
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items())).encode()


def _read_sums(content: bytes, file: Path, lang: Lang) -> dict[str, str]:
    try:
        lines = content.decode().splitlines()
    except UnicodeDecodeError as error:
        raise EvidenceError(f"{file}: {_NO_SUMS[lang]}") from error
    matches = [_LINE.fullmatch(line) for line in lines]
    named = {match[2]: match[1] for match in matches if match}
    if len(named) != len(lines) or not named:
        raise EvidenceError(f"{file}: {_NO_SUMS[lang]}")
    return named


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
