"""Archives that sheets are: what they would unpack to is known from their directory, before anything is unpacked."""

import io
import lzma
import stat
import zipfile
import zlib
from contextlib import suppress
from pathlib import PurePosixPath
from xml.parsers import expat

from toetskader.collect.dossier.limits import Limits, damaged, encrypted, too_large
from toetskader.core.bounded import MEGABYTE

# A document type stands before the first element.
_PROLOGUE = 64 * 1024
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
    no_plain_xml = damaged(
        f"{name} is geen gewone XML: een documenttype en entiteiten worden niet gelezen",
        f"{name} is no plain XML: a document type and entities are not read",
    )

    def refuse(*_: object) -> None:
        raise no_plain_xml

    head = _begin(archive, name, _PROLOGUE)
    elements: list[str] = []
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda element, _: elements.append(element)
    with suppress(expat.ExpatError):  # what follows the first element is the sheet reader's
        parser.Parse(head)
    if head and not elements:
        raise no_plain_xml


def _begin(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    try:
        with archive.open(name) as stream:
            return stream.read(most)
    except KeyError:
        raise damaged(f"{name} ontbreekt in het archief", f"{name} is missing from the archive") from None
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, ValueError, NotImplementedError, OSError, EOFError):
        raise damaged("het archief is beschadigd", "the archive is damaged") from None
