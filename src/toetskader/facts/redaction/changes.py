"""Changes to a tree of mappings and lists, each with the steps that lead to what is changed."""

from collections.abc import Iterable, Iterator
from typing import Any

Steps = tuple[Any, ...]
"""Keys and indexes that lead to a value; the last first: `(last, (before, (…, ())))`."""
Change = tuple[Steps, Any]


def below(inner: Steps, outer: Steps) -> Steps:
    """Put steps that start at the key of a holder below the steps to that holder."""
    for step in reversed([*walked(inner)][:-1]):
        outer = (step, outer)
    return outer


def walked(steps: Steps) -> Iterator[Any]:
    """Yield the steps, the last first."""
    while steps:
        yield steps[0]
        steps = steps[1]


def changed(root: dict[str, Any], changes: Iterable[Change]) -> dict[str, Any]:
    """Return a tree with other values in some places, copied no further than that takes; itself without changes."""
    copies: dict[Steps, Any] = {}

    def holder(steps: Steps) -> Any:
        path = []
        while steps not in copies and steps:
            path.append(steps)
            steps = steps[1]
        if not steps and () not in copies:
            copies[()] = dict(root)
        at = copies[steps]
        for deeper in reversed(path):
            part = at[deeper[0]]
            at[deeper[0]] = copies[deeper] = at = dict(part) if isinstance(part, dict) else list(part)
        return at

    for (step, above), new in changes:
        holder(above)[step] = new
    found: dict[str, Any] = copies.get((), root)
    return found
