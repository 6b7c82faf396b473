"""The entries of a tar archive, read so strictly that no reader can see others in it.

Helm unpacks with Go's `archive/tar`, and every reader resolves what is unclear in a way of its own: two names for one
entry, a size in two places, something behind the end. `helm package` writes none of that, and GNU tar, bsdtar and
Python do not either; so an archive that needs such a rule is refused, with the entry and the reason.

Source: POSIX.1-2024, pax, *Extended Interchange Format*; GNU tar manual, *Basic Tar Format*; Go's `archive/tar`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from toetskader.core.failure import Unreadable
from toetskader.text import Text

BLOCK = 512
_END = bytes(BLOCK)
_POSIX, _GNU = b"ustar\x0000", b"ustar  \x00"
_OCTAL = re.compile(rb" *(?:([0-7]+)[ \0]*|\0[ \0]*)?")
_RECORD = re.compile(rb"([0-9]{1,7}) ([^=\0]+)=")
_FILE, _FOLDER, _PAX, _GLOBAL, _LONG_NAME = b"0", b"5", b"x", b"g", b"L"
_PERMISSIONS, _IS_FILE = 0o7777, 0o100000


class Unclear(Unreadable):
    """What readers of archives read in different ways, or not at all."""

    def __init__(self, nl: str, en: str) -> None:
        super().__init__(en)
        self.text = Text(nl, en)


@dataclass(frozen=True, slots=True)
class Entry:
    """One file or folder of an archive; what is neither has `is_special`."""

    name: str
    size: int
    is_folder: bool = False
    is_special: bool = False


class Tarball:
    """An archive, entry by entry.

    Parameters: `read`, returns as many bytes as asked for, or what is left. Before the next entry is asked for, the
    content of the last must have been read.
    """

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read

    def next(self) -> Entry | None:
        """Return the next entry; None at the end of the archive. Raises `Unclear`."""
        names: list[str] = []
        problem: Text | None = None
        announced = False
        while True:
            block = self._read(BLOCK)
            if not block or block == _END:
                if announced:
                    raise _broken()
                self._read_end(block)
                return None
            header = _Header(block)
            if header.type not in (_PAX, _GLOBAL, _LONG_NAME):
                if problem is not None:
                    raise _unclear(", ".join([*names, header.name]), problem.nl, problem.en)
                return header.entry(names[0] if names else header.name)
            if announced:
                problem = problem or Text("heeft meer dan één naam", "has more than one name")
            data = self._content(header.size)
            name, trouble = _long_name(data) if header.type == _LONG_NAME else _named_by_pax(data)
            if header.type == _GLOBAL and name is not None:
                trouble = Text("heeft een naam die voor alle geldt", "has a name that holds for all")
            names += [name] if name is not None else []
            problem = problem or trouble
            announced = announced or header.type != _GLOBAL

    def content(self, entry: Entry) -> bytes:
        """Return what is in a file. Raises `Unclear` when the archive ends in it."""
        return self._content(entry.size)

    def _content(self, size: int) -> bytes:
        data = self._read(size + -size % BLOCK)
        if len(data) != size + -size % BLOCK:
            raise _broken()
        return data[:size]

    def _read_end(self, block: bytes) -> None:
        """Read what is behind the last entry: nothing but zeros. Raises `Unclear`: another entry, or whatever it is."""
        while block:
            block = self._read(BLOCK)
            if block.strip(b"\0"):
                name = _until_nul(block[:100]).decode("ascii", "backslashreplace")
                raise _unclear(name, "staat achter het einde van het archief", "is behind the archive's end")


class _Header:
    """One header block."""

    def __init__(self, block: bytes) -> None:
        if len(block) != BLOCK:
            raise _broken()
        self.name = _text(_until_nul(block[:100]))
        self.type = _FILE if block[156:157] == b"\0" else block[156:157]
        if _octal(block[148:156]) != sum(block[:148]) + 8 * ord(" ") + sum(block[156:]):
            raise _unclear(self.name, "heeft een kop die beschadigd is", "has a damaged header")
        match block[257:265], block[345:500]:
            case _, _ if block[508:] == b"tar\0":
                raise _unclear(self.name, "heeft een kop van star", "has a header of star's")
            case magic, prefix if magic == _POSIX:
                before = _text(_until_nul(prefix))
                self.name = f"{before}/{self.name}" if before else self.name
            case magic, rest if magic == _GNU and not rest.strip(b"\0"):
                pass
            case _:
                raise _unclear(self.name, "heeft een onbekende kop", "has an unknown header")
        size, mode = _octal(block[124:136]), _octal(block[100:108])
        if size is None or mode is None:
            raise _unclear(self.name, "heeft een grootte die niet te lezen is", "has a size that cannot be read")
        self.size = size
        self._kind = mode & ~_PERMISSIONS

    def entry(self, name: str) -> Entry:
        """Return the entry with this header, under the name it has in the end."""
        if self.type == _FOLDER:
            if self.size:
                raise _unclear(name, "is een map met inhoud", "is a folder with content")
            return Entry(name, 0, is_folder=True)
        if self.type != _FILE:
            return Entry(name, 0, is_special=True)
        if name.endswith("/") or self._kind not in (0, _IS_FILE):
            raise _unclear(name, "is een bestand en een map", "is a file and a folder")
        return Entry(name, self.size)


def _named_by_pax(data: bytes) -> tuple[str | None, Text | None]:
    """Return how a pax header calls the next entry, if it does, and what in it is read in different ways."""
    name: str | None = None
    while data:
        match = _RECORD.match(data)
        length = int(match[1]) if match else 0
        if match is None or not match.end() < length <= len(data) or data[length - 1 : length] != b"\n":
            return name, Text("heeft een pax-kop die niet te lezen is", "has a pax header that cannot be read")
        key, value, data = _text(match[2]), data[match.end() : length - 1], data[length:]
        if key in ("size", "linkpath", "hdrcharset") or key.startswith("GNU.sparse."):
            return name, Text(f"heeft een pax-kop met {key}", f"has a pax header with {key}")
        if key == "path" and (name is not None or not value or b"\0" in value):
            return name, Text("heeft een pax-kop met meer dan één naam of geen", "has a pax header with no single name")
        if key == "path":
            name = _text(value)
    return name, None


def _long_name(data: bytes) -> tuple[str | None, Text | None]:
    """Return how GNU's header calls the next entry, and what is wrong with that."""
    name = data.rstrip(b"\0")
    if not name or b"\0" in name:
        return None, Text("heeft een lange naam die niet te lezen is", "has a long name that cannot be read")
    return _text(name), None


def _octal(field: bytes) -> int | None:
    match = _OCTAL.fullmatch(field)
    return int(match[1] or b"0", 8) if match else None


def _until_nul(field: bytes) -> bytes:
    return field.partition(b"\0")[0]


def _text(name: bytes) -> str:
    try:
        return name.decode()
    except UnicodeDecodeError as error:
        shown = name.decode("ascii", "backslashreplace")
        raise Unclear(
            f"de naam {shown} is geen UTF-8; geef het bestand een andere naam",
            f"the name {shown} is not UTF-8; give the file another name",
        ) from error


def _unclear(name: str, nl: str, en: str) -> Unclear:
    return Unclear(f"{name[:80]} {nl}", f"{name[:80]} {en}")


def _broken() -> Unclear:
    return Unclear("het archief breekt af", "the archive breaks off")
