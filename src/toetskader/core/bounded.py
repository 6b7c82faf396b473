"""Reading files that may come from anybody: no more of them than fits, and never a wait for a pipe."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

from toetskader.core.failure import ToetskaderError
from toetskader.text import Text

MEGABYTE = 1_000_000


class UnfitFileError(ToetskaderError):
    """A file that is not read for what it is. Attribute: `text`, to stand behind the name of the file: `is a link`."""

    def __init__(self, nl: str, en: str) -> None:
        super().__init__(en)
        self.text = Text(nl, en)


class LinkedFileError(UnfitFileError):
    """A symbolic link, where these are not followed."""

    def __init__(self) -> None:
        super().__init__("is een koppeling", "is a link")


class NotRegularFileError(UnfitFileError):
    """A folder, pipe, device or socket."""

    def __init__(self) -> None:
        super().__init__("is geen gewoon bestand", "is no regular file")


class TooLargeFileError(UnfitFileError):
    """More bytes than are read of it. Parameters: `most`, that number."""

    def __init__(self, most: int) -> None:
        size = f"{most // MEGABYTE} MB" if most >= MEGABYTE else f"{most} bytes"
        super().__init__(f"is groter dan {size}", f"is larger than {size}")


def read_bounded(path: Path, most: int, *, follow: bool = False) -> bytes:
    """Read a regular file whole.

    Parameters: `most`, bytes that it may hold; `follow`, whether the path itself may be a symbolic link: for what the
    auditor names, which may be mounted by links as Kubernetes does, and never for what stands in a folder that somebody
    hands over. Raises UnfitFileError when it is not such a file, and OSError when the system refuses it.
    """
    with open_bounded(path, most, follow=follow) as stream:
        size = os.fstat(stream.fileno()).st_size
        content = stream.read(size + 1)  # room for all that fits would be taken before anything is read
        if len(content) > size:  # it grew, or tells no size, as a file of /proc
            content += stream.read(most + 1 - len(content))
    if len(content) > most:
        raise TooLargeFileError(most)
    return content


@contextmanager
def open_bounded(path: Path, most: int, *, follow: bool = False) -> Iterator[BufferedReader]:
    """Open a regular file, to read it in pieces. Parameters and errors as of `read_bounded`."""
    # A pipe that nobody writes to would keep us waiting.
    flags = os.O_RDONLY | os.O_NONBLOCK | (0 if follow else os.O_NOFOLLOW)
    try:
        number = os.open(path, flags)
    except OSError as error:
        if error.errno == errno.ELOOP and not follow:
            raise LinkedFileError from None
        if error.errno == errno.ENXIO:  # a socket
            raise NotRegularFileError from None
        raise
    try:
        status = os.fstat(number)
        if not stat.S_ISREG(status.st_mode):
            raise NotRegularFileError
        if status.st_size > most:
            raise TooLargeFileError(most)
        with os.fdopen(number, "rb", closefd=False) as stream:
            yield stream
    finally:
        os.close(number)
