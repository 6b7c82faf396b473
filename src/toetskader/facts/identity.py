"""Remembering what was derived from a mapping."""

from collections.abc import Mapping
from typing import Any


class Identity:
    """A mapping compared by identity, to be an argument of a cached function.

    A mapping has no hash of its own. The cache keeps it alive, so that its identity is not given to another.
    """

    __slots__ = ("value",)

    def __init__(self, value: Mapping[str, Any]) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Identity) and self.value is other.value

    def __hash__(self) -> int:
        return id(self.value)
