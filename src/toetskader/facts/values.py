"""A chart's values, walked through: every value with the way to it, and the leaves as places of findings."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from toetskader.facts.names import words

Steps = tuple[str | int, ...]
"""The way to a value: text for a key, a number for an index."""


@dataclass(frozen=True, slots=True)
class Leaf:
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
        if self.value is None or self.value in ({}, []):
            return ""
        if isinstance(self.value, float) and self.value.is_integer():
            return str(int(self.value))
        return str(self.value).strip()


def leaves(values: Mapping[str, Any]) -> tuple[Leaf, ...]:
    """Return every leaf of a chart's values, in order; empty mappings and lists are leaves.

    An entry of a list of variables (`{name: LOG_LEVEL, value: info}`) gives the leaf `….LOG_LEVEL` as well.
    """
    return tuple(_leaves(values))


def _leaves(values: Mapping[str, Any]) -> Iterator[Leaf]:
    for steps, value in _walk(values):
        if isinstance(value, Mapping) and isinstance(value.get("name"), str) and "value" in value:
            yield _leaf((*steps, value["name"]), value["value"])
        if steps and _is_leaf(value):
            yield _leaf(steps, value)


def _leaf(steps: Steps, value: Any) -> Leaf:
    keys = [str(step) for step in steps]
    return Leaf(".".join(keys), " ".join(map(words, keys)), value)


def walk_leaves(values: Any) -> Iterator[tuple[Steps, Any]]:
    """Yield every leaf with the steps to it, in order; empty mappings and lists are leaves."""
    return ((steps, value) for steps, value in _walk(values) if steps and _is_leaf(value))


def _walk(values: Any) -> Iterator[tuple[Steps, Any]]:
    """Yield every value with the steps to it, what holds others first. Iterative: values can be deep."""
    stack: list[tuple[Steps, Any]] = [((), values)]
    while stack:
        steps, value = stack.pop()
        yield steps, value
        parts: list[tuple[str | int, Any]] = []
        if isinstance(value, Mapping):
            parts = [(str(key), part) for key, part in value.items()]
        elif isinstance(value, list):
            parts = list(enumerate(value))
        stack.extend(((*steps, step), part) for step, part in reversed(parts))


def _is_leaf(value: Any) -> bool:
    return not value or not isinstance(value, Mapping | list)
