"""A supplier's folder is data: what makes a folder one, and how Python is kept from loading modules from it.

It imports nothing that Python has not loaded at its start: a module of that name in the working folder would be taken.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

TARGET_FILE = "target.yaml"
"""A folder with this file in it is a target."""

TARGETS_FOLDER = "targets"
"""Where a project keeps the targets it audits."""

_CONFTEST_READ = 64_000
"""Bytes of a conftest.py that are read: ours has no thousand."""

_marks: dict[str, str | None] = {}
"""What was found of a folder: every folder of a package is asked for once, with all above it."""


class _Nothing:
    """Finds no module: what the import system gets for a folder that is closed."""

    def find_spec(self, _name: str, _target: object = None) -> None:
        """Find nothing."""


def is_project(folder: str) -> bool:
    """Say whether a folder is a project of Toetskader: its conftest.py names our plugin. It is read, never run."""
    conftest = os.path.join(folder, "conftest.py")
    if not os.path.isfile(conftest):
        return False
    try:
        with open(conftest, "rb") as file:
            text = file.read(_CONFTEST_READ)
    except OSError:
        return False
    return b"pytest_plugins" in text and b"toetskader.plugin" in text


def supplied(path: str | os.PathLike[str]) -> str | None:
    """Return what makes a path a supplier's, None when nothing does.

    That is a target file beside it or in a folder above it, or the folder `targets` of a project above it; both for
    the path as written and for where its symlinks lead.
    """
    written = os.path.abspath(path)
    for start in dict.fromkeys((written, os.path.realpath(written))):
        for folder in _upwards(start):
            if mark := _mark(folder):
                return mark
    return None


def close_to_imports() -> None:
    """Let Python find no module in a supplier's folder, however it came on the path. For the rest of the process."""
    sys.path_hooks.insert(0, _nothing_in_supplied)
    sys.path_importer_cache.clear()


def _nothing_in_supplied(path: str) -> _Nothing:
    # The environment we run from stays open wherever it stands: a supplier may have it in a folder of his own.
    own = (sys.prefix, sys.base_prefix, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    if any(folder in own for folder in _upwards(path)) or supplied(path) is None:
        raise ImportError(path)
    return _Nothing()


def _upwards(path: str) -> Iterator[str]:
    while True:
        yield path
        above = os.path.dirname(path)
        if above == path:
            return
        path = above


def _mark(folder: str) -> str | None:
    if folder not in _marks:
        target = os.path.join(folder, TARGET_FILE)
        above, name = os.path.split(folder)
        is_kept_here = name == TARGETS_FOLDER and is_project(above)
        _marks[folder] = target if os.path.isfile(target) else folder if is_kept_here else None
    return _marks[folder]
