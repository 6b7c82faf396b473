"""A chart's values, walked through: every value with the way to it, and the leaves as places of findings."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from toetskader.facts.names import words

Steps = tuple[str | int, ...]
"""The way to a value: text for a key, a number for an index."""


class Leaf(msgspec.Struct, frozen=True):
    """One leaf of a chart's values. It is a place that a finding can point to."""

    path: str
    """Keys joined with dots, as in Helm's `--set`; list items by their index."""
    words: str
    """The path in lower-case words: `mail smtp host` for `mail.smtpHost` or `MAIL_SMTP_HOST`."""
    value: Any
    where: str = "values"
    source: str = "values.yaml"

    @property
    def text(self) -> str:
        """The value as text; empty for nothing."""
        if isinstance(self.value, str):
            return self.value.strip()
        if self.value is None or self.value in ({}, []):
            return ""
        if isinstance(self.value, float) and self.value.is_integer():
            return str(int(self.value))
        return str(self.value).strip()


def leaves(values: Mapping[str, Any]) -> tuple[Leaf, ...]:
    """Return every leaf of a chart's values, in order; empty mappings and lists are leaves.

    An entry of a list of variables (`{name: LOG_LEVEL, value: info}`) gives the leaf `….LOG_LEVEL` as well.
    """
    return tuple(_leaves(values)) if values else ()


def _leaves(values: Mapping[str, Any]) -> Iterator[Leaf]:
    # As in `walk_leaves`, with path and words growing on the way: values have thousands of leaves.
    stack: list[tuple[str, str, Any]] = [("", "", values)]
    while stack:
        path, worded, value = stack.pop()
        dot, space = (".", " ") if value is not values else ("", "")
        if isinstance(value, dict) and value:
            name = value.get("name")
            if isinstance(name, str) and "value" in value:
                yield Leaf(f"{path}{dot}{name}", f"{worded}{space}{words(name)}", value["value"])
            parts = [(str(key), part) for key, part in value.items()]
        elif isinstance(value, list) and value:
            parts = [(str(index), part) for index, part in enumerate(value)]
        else:
            yield Leaf(path, worded, value)
            continue
        stack.extend((f"{path}{dot}{key}", f"{worded}{space}{words(key)}", part) for key, part in reversed(parts))


def walk_leaves(values: Any) -> Iterator[tuple[Steps, Any]]:
    """Yield every leaf with the steps to it, in order; empty mappings and lists are leaves.

    Iterative: values can be deep.
    """
    stack: list[tuple[Steps, Any]] = [((), values)]
    while stack:
        steps, value = stack.pop()
        if value and isinstance(value, dict):
            stack.extend(((*steps, str(key)), part) for key, part in reversed(value.items()))
        elif value and isinstance(value, list):
            stack.extend(((*steps, index), value[index]) for index in reversed(range(len(value))))
        elif steps:
            yield steps, value


def texts_within(values: Any) -> Iterator[str]:
    """Yield the texts among the leaves, in order."""
    stack: list[Any] = [values]
    while stack:
        value = stack.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            stack.extend(reversed(value.values()))
        elif isinstance(value, list):
            stack.extend(reversed(value))
