"""The files that a run writes: all of them or none, and never half a file under its own name."""

import contextlib
import errno
import itertools
import os
import stat
from pathlib import Path

_numbers = itertools.count()


class Outputs:
    """Files that are written beside their places, and take these when all are whole."""

    def __init__(self) -> None:
        self._beside: dict[Path, Path] = {}
        """Place → what will be put there."""
        self._streams: list[tuple[Path, bytes]] = []

    def add(self, path: Path, content: bytes) -> None:
        """Write a file beside its place. Raises OSError with the name of the place: no room, no right, no folder."""
        if _is_stream(path):
            self._streams.append((path, content))
            return
        try:
            place = Path(os.path.realpath(path))
            place.parent.mkdir(parents=True, exist_ok=True)
            beside = _beside(place)
            with beside.open("xb") as stream:
                self._beside[place] = beside
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())  # only then some file systems tell that they are full
        except OSError as error:
            raise _named(error, path) from error

    def send(self) -> None:
        """Write to devices and pipes, before `commit`: whoever reads these may be slow. Raises OSError."""
        for place, content in self._streams:
            try:
                os.close(os.open(place, os.O_WRONLY | os.O_NONBLOCK))  # of a pipe that nobody reads this is refused
                place.write_bytes(content)
            except OSError as error:
                raise _named(error, place) from error
        self._streams.clear()

    def commit(self) -> None:
        """Put all files in their places. Raises OSError."""
        for place, beside in self._beside.items():
            try:
                beside.replace(place)
            except OSError as error:
                raise _named(error, place) from error
        self._beside.clear()

    def discard(self) -> None:
        """Remove what was written and did not take its place."""
        for beside in self._beside.values():
            with contextlib.suppress(OSError):
                beside.unlink()
        self._beside.clear()
        self._streams.clear()


def require_writable(path: Path) -> None:
    """Find out, without leaving anything, whether a file can be written. Raises OSError."""
    try:
        with contextlib.suppress(FileNotFoundError):
            if stat.S_ISDIR(path.stat().st_mode):
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
            if not os.access(path, os.W_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        if not _is_stream(path):
            require_room_below(Path(os.path.realpath(path)).parent)
    except OSError as error:
        raise _named(error, path) from error


def require_room_below(folder: Path) -> None:
    """Find out whether files can be made in a folder, or in the one that it will be made in. Raises OSError."""
    existing = next(place for place in (folder, *folder.parents) if os.path.lexists(place))
    trial = _beside(existing / "x")
    trial.touch(exist_ok=False)
    trial.unlink()


def _beside(place: Path) -> Path:
    return place.with_name(f".toetskader-{os.getpid()}-{next(_numbers)}")


def _is_stream(place: Path) -> bool:
    """Tell whether it is a device or a pipe, such as /dev/stdout, that is written to and not replaced."""
    try:
        return not stat.S_ISREG(place.stat().st_mode) and not place.is_dir()
    except OSError:
        return False


def _named(error: OSError, path: Path) -> OSError:
    return OSError(error.errno, error.strerror or str(error), str(path))
