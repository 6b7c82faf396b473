"""A private copy of an opened chart, in which templates can have another text, and values are held to no schema.

It is for values that Helm took for the chart itself, or that it must take for once: to hold values to a schema takes a
third of the time of a render. The copy is one archive: to write that, and to read it, takes less than a hundred files.
"""

import gzip
import io
import re
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from toetskader.collect.helm.archive import PACKED, SCHEMA, OpenSource, contents_for_helm
from toetskader.core.failure import Reason, failed

_END = bytes(2 * tarfile.BLOCKSIZE)
_NOT_IN_AN_ARCHIVE = re.compile(r"\.\.|[A-Za-z]:/|.*\\", re.DOTALL)
"""Names of files that Helm reads in a folder, and refuses or reads otherwise in an archive (`LoadArchiveFiles`)."""


class ChartCopy:
    """A copy of a chart, made when it is first written to.

    Use as a context manager: leaving it removes the copy.
    """

    def __init__(self, source: OpenSource) -> None:
        self._source = source
        self._scratch = tempfile.TemporaryDirectory(prefix="toetskader-chart-")
        self._archive = Path(self._scratch.name) / f"chart{PACKED}"
        self._entries: dict[str, bytes] = {}
        self._rewritten: dict[tuple[str, str], bytes] = {}

    def write(self, texts: Mapping[str, str]) -> Path:
        """Write the copy, in which templates have another text and all others their own; return where it is.

        Parameters: `texts`, path inside the chart → what stands there; of a packed subchart too, which is then unpacked
        in the copy. Raises `Failed`: the chart has a file that no archive can hold.
        """
        if not self._entries:
            self._add(contents_for_helm(self._source))
        for path in texts:
            self._unpack_around(path)
        for path, text in texts.items() - self._rewritten.keys():
            self._rewritten[path, text] = _entry(path, text.encode())
        entries = self._entries | {path: self._rewritten[path, text] for path, text in texts.items()}
        # To make it smaller takes longer than to write it.
        self._archive.write_bytes(gzip.compress(b"".join([*entries.values(), _END]), compresslevel=0, mtime=0))
        return self._archive

    def _add(self, contents: Mapping[str, bytes]) -> None:
        for path, data in contents.items():
            if _NOT_IN_AN_ARCHIVE.match(path):
                raise failed(
                    Reason.REFUSED_INPUT,
                    nl=f"{path!r}: met die bestandsnaam is een chart niet in te pakken; noem het bestand anders.",
                    en=f"{path!r}: with that file name a chart cannot be packed; give the file another name.",
                )
            if path.rpartition("/")[2] != SCHEMA:
                self._entries[path] = _entry(path, data)

    def _unpack_around(self, path: str) -> None:
        """Put the files of the packed subcharts that a file is in, which were read before, in their places."""
        folders = path.split("/")
        for number in range(0, len(folders) - 2, 2):
            if folders[number] != "charts":
                return
            charts, name = "/".join(folders[: number + 1]), folders[number + 1]
            below = f"{charts}/{name}/"
            if any(other.startswith(below) for other in self._entries):
                continue
            for other, entry in list(self._entries.items()):
                if other.startswith(f"{charts}/") and other.endswith(PACKED) and _top(entry) == name:
                    del self._entries[other]
            own = (other for other in self._source.files if other.startswith(below))
            self._add({other: self._source.for_helm(other).encode() for other in own})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._scratch.cleanup()


def _entry(path: str, data: bytes) -> bytes:
    """Return what a file is in an archive."""
    header = tarfile.TarInfo(f"chart/{path}")
    header.size = len(data)
    return b"".join([header.tobuf(), data, bytes(-len(data) % tarfile.BLOCKSIZE)])


def _top(entry: bytes) -> str:
    """Return the folder in an archive that is an entry of another one."""
    with tarfile.open(fileobj=io.BytesIO(entry)) as outer:
        packed = outer.extractfile(outer.getmembers()[0])
        with tarfile.open(fileobj=packed) as inner:
            first = inner.next()
    return first.name.split("/")[0] if first else ""
