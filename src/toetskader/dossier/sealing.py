"""Recording which files a document consists of: their SHA-256 in its YAML file.

What was recorded is not recorded anew by itself: that a file changed is what the digest is there to tell.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from os.path import relpath
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from toetskader.collect.dossier.folders import CARD, DOCUMENT, document_file, document_files
from toetskader.core.bounded import MEGABYTE, UnfitFileError, open_bounded
from toetskader.dossier.yaml_text import YamlText
from toetskader.facts.dossier.fact import Unread
from toetskader.oserrors import why
from toetskader.text import Text
from toetskader.yamlfile import FileError, YamlFile, shown

MOST_BYTES = 1_000 * MEGABYTE
"""Of one file."""
_CHUNK = 1 << 20

What = Literal["sealed", "listed", "updated", "changed", "missing", "unfit", "unlisted"]
TOLD: dict[What, Text] = {
    "sealed": Text("vastgelegd", "recorded"),
    "listed": Text("onder files gezet en vastgelegd", "listed under files and recorded"),
    "updated": Text("opnieuw vastgelegd, want gewijzigd", "recorded anew, as it was changed"),
    "changed": Text(
        "gewijzigd nadat het is vastgelegd; klopt dat, draai dan met --update",
        "changed after it was recorded; if that is right, run with --update",
    ),
    "missing": Text("is er niet", "is not there"),
    "unfit": Text("is niet te lezen", "cannot be read"),
    "unlisted": Text(
        "staat niet onder files; hoort het erbij, zet het er dan bij", "is not under files; add it if it belongs"
    ),
}
WRITTEN: frozenset[What] = frozenset({"sealed", "listed", "updated"})
"""What is a change of the YAML file."""
WRONG: frozenset[What] = frozenset({"changed", "missing", "unfit"})


@dataclass(frozen=True, slots=True)
class Sealed:
    """What came of one file of a document."""

    where: str
    """The YAML file, from the folder of the target."""
    path: str
    """The file, as its document names it."""
    what: What
    why: Text | None = None


@dataclass(frozen=True, slots=True)
class _Digest:
    sha256: str = ""
    what: What | None = None
    why: Text | None = None


def seal(folders: Iterable[Path], base: Path, *, update: bool, check: bool) -> Iterator[Sealed | Text]:
    """Record the digests of the files of every document, and yield what came of each file.

    Parameters: `base`, the folder of the target file; `update`, record files that changed anew; `check`, write nothing
    and tell what would be written. Of what cannot be read or written the reason is yielded.
    """
    unread: list[Unread] = []
    for path in document_files(folders, base, unread):
        where = relpath(path, base)
        try:
            yield from _document(path, where, update=update, check=check)
        except FileError as error:
            yield Text(error.text("nl"), error.text("en"))
    yield from (item.why for item in unread)


def _document(path: Path, where: str, *, update: bool, check: bool) -> Iterator[Sealed]:
    file = document_file(path)
    text = YamlText(file)
    found = list(_listed(file, text, where, update=update))
    if any(item.what in WRITTEN for item in found) and not check:
        text.save()
    yield from found


def _listed(file: YamlFile, text: YamlText, where: str, *, update: bool) -> Iterator[Sealed]:
    files = file.data.get("files") if isinstance(file.data, dict) else None
    if not isinstance(file.data, dict) or not (files is None or isinstance(files, list)):
        return
    there = _files_in(file.path.parent)
    if not files:
        digests = [(name, _digest(file.path.parent, name)) for name in there]
        good = [(name, digest.sha256) for name, digest in digests if digest.what is None]
        if good:
            text.add_items("files", [{"path": name, "sha256": digest} for name, digest in good])
        for name, digest in digests:
            yield Sealed(where, name, digest.what or "listed", digest.why)
        return
    names = []
    for index, entry in enumerate(files):
        if isinstance(entry, dict) and isinstance(entry.get("path"), str):
            names.append(entry["path"])
            yield from _entry(file, text, index, entry, where, update=update)
    for name in there:
        if name not in names:
            yield Sealed(where, name, "unlisted")


def _entry(
    file: YamlFile, text: YamlText, index: int, entry: dict[str, Any], where: str, *, update: bool
) -> Iterator[Sealed]:
    name = entry["path"]
    digest = _digest(file.path.parent, name)
    had = entry.get("sha256")
    if digest.what is not None:
        yield Sealed(where, name, digest.what, digest.why)
    elif had is None:
        text.set_member(("files", index), "sha256", digest.sha256)
        yield Sealed(where, name, "sealed")
    elif had != digest.sha256 and update:
        text.set_member(("files", index), "sha256", digest.sha256)
        yield Sealed(where, name, "updated")
    elif had != digest.sha256:
        yield Sealed(where, name, "changed")


def _files_in(folder: Path) -> list[str]:
    """Return the files that lie beside a document, PDFs first; hidden ones and those of office programs are none."""
    try:
        names = [
            entry.name
            for entry in folder.iterdir()
            if entry.name not in (DOCUMENT, CARD)
            and not entry.name.startswith((".", "~$"))
            and entry.is_file()
            and not entry.is_symlink()
        ]
    except OSError:
        return []
    return sorted(names, key=lambda name: (not name.lower().endswith(".pdf"), name))


def _digest(folder: Path, name: str) -> _Digest:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name:
        return _Digest(
            what="unfit",
            why=Text("een bestand staat in de map van zijn document", "a file stands in the folder of its document"),
        )
    digest = sha256()
    try:
        parent = (folder / path).parent
        if not parent.resolve().is_relative_to(folder.resolve()):
            return _Digest(what="unfit", why=Text("staat achter een koppeling", "stands behind a link"))
        with open_bounded(folder / path, MOST_BYTES) as stream:
            while part := stream.read(_CHUNK):
                digest.update(part)
    except UnfitFileError as error:
        return _Digest(what="unfit", why=error.text)
    except FileNotFoundError:
        return _Digest(what="missing")
    except (OSError, RuntimeError) as error:
        return _Digest(what="unfit", why=why(error) if isinstance(error, OSError) else Text(shown(str(error)), "link"))
    return _Digest(digest.hexdigest())
