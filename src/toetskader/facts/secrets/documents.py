"""Parsed documents: every value with the name it goes by."""

from collections.abc import Iterator
from typing import Any

from toetskader.facts.kubernetes.node import Node


def named_values(root: Node) -> Iterator[tuple[str, Node]]:
    """Yield every scalar of a document with the name it goes by.

    That is its key, or that of the list it stands in; for an entry with `name` and `value`, as `env` has, the name.
    """
    # Paths grow on the way, and a node is made of what is yielded only: documents have thousands of places.
    stack: list[tuple[str, str, Any]] = [("", root.path, root.value)]
    while stack:
        name, path, value = stack.pop()
        if isinstance(value, dict):
            pair = value.get("name") if isinstance(value.get("name"), str) and "value" in value else None
            dot = f"{path}." if path else ""
            stack.extend(
                (pair if pair and key == "value" else str(key), f"{dot}{key}", part)
                for key, part in reversed(value.items())
            )
        elif isinstance(value, list):
            stack.extend((name, f"{path}[{index}]", value[index]) for index in reversed(range(len(value))))
        else:
            yield name, Node(value, path, root.owner)


def texts(root: Node) -> Iterator[Node]:
    """Yield every text in a document."""
    return (node for _, node in named_values(root) if isinstance(node.value, str))
