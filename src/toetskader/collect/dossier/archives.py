"""Archives that sheets are: what they would unpack to is known from their directory, before anything is unpacked."""

import io
import lzma
import re
import stat
import zipfile
import zlib
from pathlib import PurePosixPath

from toetskader.collect.dossier.limits import Limits, damaged, encrypted, too_large
from toetskader.core.bounded import MEGABYTE

# A document type stands before the first element.
_PROLOGUE = 64 * 1024
_ELEMENT = re.compile(rb"<[A-Za-z_]")
_XML = (".xml", ".rels", ".rdf", ".vml")
_ENCRYPTED = 0x1


def opened(content: bytes, limits: Limits) -> zipfile.ZipFile:
    """Open an archive that may be unpacked. Raises Failed for one that may not, with the reason."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise damaged("het archief is beschadigd", "the archive is damaged") from None
    members = archive.infolist()
    if len(members) > limits.members:
        raise too_large(
            f"het archief bevat meer dan {limits.members} bestanden",
            f"the archive holds more than {limits.members} files",
        )
    names = set()
    for member in members:
        _refuse_member(member)
        if member.filename.casefold() in names:
            raise damaged("een naam staat twee keer in het archief", "the archive holds a name twice")
        names.add(member.filename.casefold())
    unpacked = sum(member.file_size for member in members)
    if unpacked > limits.unpacked_bytes:
        raise too_large(
            f"uitgepakt is het meer dan {limits.unpacked_bytes // MEGABYTE} MB",
            f"unpacked it is more than {limits.unpacked_bytes // MEGABYTE} MB",
        )
    if unpacked > limits.ratio * len(content):
        raise too_large(
            f"het is meer dan {limits.ratio} keer ingepakt", f"it is packed more than {limits.ratio} times over"
        )
    for member in members:
        if member.filename.lower().endswith(_XML):
            _refuse_entities(archive, member.filename)
    return archive


def unpacked(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """Return a member. Raises Failed when it is not there, is larger than `most` bytes, or is damaged."""
    content = _begin(archive, name, most + 1)
    if len(content) > most:
        raise too_large(f"{name} is meer dan {most} bytes", f"{name} is more than {most} bytes")
    return content


def _refuse_member(member: zipfile.ZipInfo) -> None:
    path = PurePosixPath(member.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
        raise damaged("het archief wijst naar bestanden erbuiten", "the archive points to files outside it")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise damaged("het archief bevat koppelingen", "the archive holds links")
    if member.flag_bits & _ENCRYPTED:
        raise encrypted()


def _refuse_entities(archive: zipfile.ZipFile, name: str) -> None:
    """Sheets have no document type, so no entities either: what has one is made to harm a reader."""
    head = _begin(archive, name, _PROLOGUE)
    first = _ELEMENT.search(head)
    if head and (first is None or b"<!" in re.sub(rb"<!--.*?-->", b"", head[: first.start()], flags=re.DOTALL)):
        raise damaged(
            f"{name} is geen gewone XML: een documenttype en entiteiten worden niet gelezen",
            f"{name} is no plain XML: a document type and entities are not read",
        )


def _begin(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    try:
        with archive.open(name) as stream:
            return stream.read(most)
    except KeyError:
        raise damaged(f"{name} ontbreekt in het archief", f"{name} is missing from the archive") from None
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, ValueError, NotImplementedError, OSError, EOFError):
        raise damaged("het archief is beschadigd", "the archive is damaged") from None
