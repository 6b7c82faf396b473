"""One folder for all temporary files of a process, so that removing it leaves none, wherever a run is broken off."""

import os
import shutil
import tempfile
from pathlib import Path

_folder: Path | None = None


def make() -> None:
    """Make the folder below the system's own, and let Python make temporary files in it. Raises OSError."""
    global _folder  # noqa: PLW0603 - one to a process, as Python's own setting is
    _folder = Path(tempfile.mkdtemp(prefix=f"toetskader-run-{os.getpid()}-"))
    tempfile.tempdir = str(_folder)


def folder() -> Path | None:
    """Return the folder of this process; None when it has none."""
    return _folder


def remove() -> None:
    """Remove the folder with all that is in it."""
    global _folder  # noqa: PLW0603
    if _folder is not None:
        tempfile.tempdir = None
        shutil.rmtree(_folder, ignore_errors=True)
        _folder = None
