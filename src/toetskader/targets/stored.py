"""Targets as the evidence of a run keeps them: what a replay needs, without secrets, one key for each kind of part."""

from pathlib import Path
from typing import Any, cast

import msgspec

from toetskader.catalogue.models import Addressee, Level, TargetParameters
from toetskader.facts.redaction import Redaction
from toetskader.kinds.parts import with_followers
from toetskader.kinds.registry import ENTRIES, KINDS
from toetskader.targets.models import Deviation, Target


class StoredTarget(msgspec.Struct, frozen=True, kw_only=True):
    """A target without its parts; see `Target`. What is stored is a `TARGET_WITH_PARTS`."""

    name: str
    supplier: str
    component: str
    gate: Level
    profiles: tuple[str, ...]
    addressee: Addressee
    parameters: TargetParameters
    deviations: tuple[Deviation, ...]
    agreements: tuple[str, ...]
    file: Path


_KEYS = {name: entry.kept_as or name for name, entry in ENTRIES.items()}
"""Kind → the key of its part. What follows from other parts is not stored: it follows again."""

TARGET_WITH_PARTS = cast(
    "type[StoredTarget]",
    msgspec.defstruct(
        "Target",
        [(_KEYS[name], entry.part | None, None) for name, entry in ENTRIES.items()],
        bases=(StoredTarget,),
        frozen=True,
        kw_only=True,
    ),
)
"""A target with a field for its part of each kind that a file can name; None without it."""


def stored(target: Target) -> StoredTarget:
    """Return a target as evidence may keep it: without the secrets that its file holds."""
    redaction = Redaction()
    parts = {
        _KEYS[name]: KINDS[name].redacted(part, redaction) for name, part in target.parts.items() if name in ENTRIES
    }
    return TARGET_WITH_PARTS(**_fields(target), **parts)


def restored(target: StoredTarget) -> Target:
    """Return a target that was stored."""
    given: dict[str, Any] = {name: getattr(target, key) for name, key in _KEYS.items()}
    # Of namespaces there can be none at all, which is no part.
    return Target(**_fields(target), parts=with_followers({name: part or None for name, part in given.items()}))


def _fields(target: Target | StoredTarget) -> dict[str, Any]:
    return {name: getattr(target, name) for name in StoredTarget.__struct_fields__}
