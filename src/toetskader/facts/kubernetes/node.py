"""A place in a Kubernetes object, read with types that the API demands.

A supplier's object can hold anything anywhere (`containers: 3`). Reading through a `Node` gives `None` for
what is absent and raises `Malformed` for what has the wrong type, so that nothing wrong is ever read as empty.
"""

from collections.abc import Iterator
from typing import Any, Protocol

from toetskader.facts.attempt import Malformed


class Place(Protocol):
    """Where a finding points to."""

    @property
    def where(self) -> str:
        """Object and container, for people."""

    @property
    def source(self) -> str:
        """Template or file."""

    @property
    def path(self) -> str:
        """JSON path in the object, or line in the file."""


class Node:
    """A value in an object, with the path that leads to it."""

    __slots__ = ("owner", "path", "value")

    def __init__(self, value: Any, path: str, owner: Place) -> None:
        self.value = value
        self.path = path
        self.owner = owner

    @property
    def where(self) -> str:
        """The object (and container) this value stands in."""
        return self.owner.where

    @property
    def source(self) -> str:
        """The template or file the object comes from."""
        return self.owner.source

    def owned_by(self, owner: Place) -> "Node":
        """Return the same place, reported under another owner (a container instead of its object)."""
        return Node(self.value, self.path, owner)

    def get(self, *keys: str) -> "Node":
        """Step into mappings. A missing key, or a step into nothing, gives a node without value."""
        value = self.value
        for key in keys:
            if isinstance(value, dict):
                value = value.get(key)
            elif value is None:
                break
            else:
                raise self._no_mapping(keys)
        return Node(value, ".".join((self.path, *keys) if self.path else keys), self.owner)

    def _no_mapping(self, keys: tuple[str, ...]) -> Malformed:
        """Say where on the way stands something that cannot be stepped into."""
        value, path = self.value, self.path
        for key in keys:
            if not isinstance(value, dict):
                break
            value, path = value.get(key), f"{path}.{key}" if path else key
        return Malformed(self.where, path, "mapping", type_name(value))

    def each(self) -> Iterator["Node"]:
        """Yield the items of a list; nothing for an absent one."""
        if self.value is None:
            return
        if not isinstance(self.value, list):
            raise Malformed(self.where, self.path, "list", type_name(self.value))
        for index, item in enumerate(self.value):
            yield Node(item, f"{self.path}[{index}]", self.owner)

    def entries(self) -> Iterator[tuple[str, "Node"]]:
        """Yield key and value of a mapping; nothing for an absent one."""
        for key, value in self.mapping().items():
            yield str(key), Node(value, f"{self.path}.{key}" if self.path else str(key), self.owner)

    def mapping(self) -> dict[str, Any]:
        """Return the mapping here; empty when absent."""
        if self.value is None:
            return {}
        if not isinstance(self.value, dict):
            raise Malformed(self.where, self.path, "mapping", type_name(self.value))
        return self.value

    def text(self) -> str | None:
        """Return the string here, or None when absent."""
        if self.value is None or isinstance(self.value, str):
            return self.value
        raise Malformed(self.where, self.path, "text", type_name(self.value))

    def texts(self) -> list[str | None]:
        """Return the strings of a list, None for an absent one among them; nothing for an absent list."""
        if isinstance(self.value, list) and all(isinstance(item, str) for item in self.value):
            return [*self.value]
        return [item.text() for item in self.each()]

    def number(self) -> int | None:
        """Return the whole number here, or None when absent."""
        if self.value is None:
            return None
        if isinstance(self.value, int) and not isinstance(self.value, bool):
            return self.value
        raise Malformed(self.where, self.path, "whole number", type_name(self.value))

    def text_or_number(self) -> str | int | None:
        """Return the text or whole number here (the API's IntOrString, as ports are), or None when absent."""
        return self.value if isinstance(self.value, str) else self.number()

    def flag(self) -> bool | None:
        """Return the boolean here, or None when absent."""
        if self.value is None or isinstance(self.value, bool):
            return self.value
        raise Malformed(self.where, self.path, "true or false", type_name(self.value))

    def labels(self) -> dict[str, str]:
        """Return a mapping of text to text (labels, annotations, selectors); empty when absent."""
        mapping = self.mapping()
        for key, value in mapping.items():
            if not isinstance(value, str):
                raise Malformed(self.where, f"{self.path}.{key}", "text", type_name(value))
        return mapping

    def __bool__(self) -> bool:
        return self.value is not None


def type_name(value: object) -> str:
    """Name the YAML type of a value for people."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true or false"
        case int() | float():
            return "number"
        case str():
            return "text"
        case list():
            return "list"
        case dict():
            return "mapping"
        case _:
            return type(value).__name__
