"""What the models of our own files share."""

from pathlib import Path

import msgspec


class Model(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of what stands in a file of ours: immutable, and strict: a key that means nothing is an error."""


def below(folder: Path, name: str | None) -> Path | None:
    """Return the path that a file names, from the folder it stands in; None where it names none."""
    return None if name is None else folder / name
