"""What the models of our own files share: their base, and fields that several of them have."""

from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from toetskader.text import Text

END = r"$(?!\n)"
"""End of a text in a pattern: Python's `$` also matches before a last newline, that of JSON Schema does not."""

NonEmpty = Annotated[str, Meta(min_length=1)]

Name = Annotated[
    str,
    Meta(
        pattern=rf"^[a-z0-9][a-z0-9._-]*{END}",
        max_length=63,
        extra={
            "expected": Text(
                "ten hoogste 63 kleine letters, cijfers, punten, streepjes, en een letter of cijfer vooraan",
                "at most 63 lower case letters, digits, dots, dashes, and a letter or digit in front",
            )
        },
    ),
]
_DNS = Text("kleine letters, cijfers en streepjes", "lower case letters, digits and dashes")
Release = Annotated[str, Meta(pattern=rf"^[a-z0-9]([a-z0-9-]*[a-z0-9])?{END}", max_length=53, extra={"expected": _DNS})]
Namespace = Annotated[
    str, Meta(pattern=rf"^[a-z0-9]([a-z0-9-]*[a-z0-9])?{END}", max_length=63, extra={"expected": _DNS})
]
FileName = Annotated[
    str,
    Meta(
        pattern=rf"^[^\x00-\x1f]+{END}",
        max_length=500,
        description="Path, relative to this file",
        extra={"expected": Text("een pad, vanaf dit bestand", "a path, relative to this file")},
    ),
]
WebAddress = Annotated[
    str,
    Meta(
        pattern=rf"^https?://[^\s@]+{END}",
        extra={
            "expected": Text(
                "een adres met https:// of http://, zonder gebruikersnaam of wachtwoord",
                "an address with https:// or http://, without user name or password",
            ),
            "secret": True,
        },
    ),
]
Domain = Annotated[
    str,
    Meta(
        pattern=rf"^([a-z0-9_-]+\.)+[a-z0-9-]+{END}",
        extra={"expected": Text("een domein zoals gemeente.nl", "a domain such as gemeente.nl")},
    ),
]


class Model(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of what stands in a file of ours: immutable, and strict: a key that means nothing is an error."""


def below(folder: Path, name: str | None) -> Path | None:
    """Return the path that a file names, from the folder it stands in; None where it names none."""
    return None if name is None else folder / name
