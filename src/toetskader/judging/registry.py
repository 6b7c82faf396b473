"""The checks of a folder of judgements, by id."""

import importlib
import sys
from collections.abc import Mapping
from pathlib import Path

from toetskader.core.failure import ToetskaderError
from toetskader.judging.check import Check, check_of


class RegistryError(ToetskaderError):
    """Two checks with one id, or a module of judgements that cannot be imported."""


def load_checks(folder: Path) -> Mapping[str, Check]:
    """Import every `test_*.py` of a package of judgements and return its checks by id.

    Parameters: `folder`, the package (`tests/`), whose parent must be importable. Raises RegistryError.
    """
    root = str(folder.parent.resolve())
    if sys.path[:1] != [root]:  # first: another folder on the path may hold a package of this name too
        sys.path.insert(0, root)
    found: dict[str, Check] = {}
    for path in sorted(folder.glob("test_*.py")):
        module = importlib.import_module(f"{folder.name}.{path.stem}")
        for candidate in vars(module).values():
            check = check_of(candidate)
            if check is None or check.function.__module__ != module.__name__:
                continue
            if check.id in found:
                raise RegistryError(f"{path}: check {check.id} exists twice; give one of them another id")
            found[check.id] = check
    return found
