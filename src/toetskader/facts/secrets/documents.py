"""Parsed documents: every value with the name it goes by, and with what stands around it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from toetskader.facts.kubernetes.node import Node
from toetskader.facts.secrets.messages import Surroundings
from toetskader.facts.secrets.names import name_of_pair


class Setting(NamedTuple):
    """A scalar of a document."""

    name: str
    """Its key, or that of the list it stands in; for an entry with `name` or `key` and `value`, as `env` has, that."""
    node: Node
    above: str
    """The name of the mapping or list that holds it."""
    around: Surroundings
    """What it stands in; the nearest has no entries for an item of a list."""


def settings(root: Node, *, above: str | None = None) -> Iterator[Setting]:
    """Yield every scalar of a document. Parameters: `above`, to yield only what stands in what has that name."""
    # A node is made of what is yielded only: documents have thousands of places.
    stack: list[tuple[Iterator[_Part], str, Surroundings]] = [
        (iter([("", root.path, root.value)]), "", Surroundings({}))
    ]
    while stack:
        parts, holder, around = stack[-1]
        for name, path, value in parts:
            if isinstance(value, dict):
                stack.append((_entries(value, path, all_of=above in (None, name)), name, Surroundings(value, around)))
                break
            if isinstance(value, list):
                items = _items(value, name, path, all_of=above in (None, name))
                stack.append((items, name, Surroundings({}, around)))
                break
            if above is None or holder == above:
                yield Setting(name, Node(value, path, root.owner), holder, around)
        else:
            stack.pop()


_Part = tuple[str, str, Any]
"""The name that something goes by, the path to it, and what it is."""


def _entries(value: dict[str, Any], path: str, *, all_of: bool) -> Iterator[_Part]:
    """Yield the entries of a mapping. Parameters: `all_of`, false for those alone that hold others."""
    pair = name_of_pair(value)
    dot = f"{path}." if path else ""
    for key, part in value.items():
        if all_of or isinstance(part, dict | list):
            yield pair if pair and key == "value" else str(key), f"{dot}{key}", part


def _items(value: list[Any], name: str, path: str, *, all_of: bool) -> Iterator[_Part]:
    """Yield the items of a list, by its name. Parameters: as of `_entries`."""
    for index, part in enumerate(value):
        if all_of or isinstance(part, dict | list):
            yield name, f"{path}[{index}]", part


def texts(root: Node) -> Iterator[Node]:
    """Yield every text in a document."""
    return (item.node for item in settings(root) if isinstance(item.node.value, str))


_REFERENCES = frozenset({"secretRef", "secretKeyRef", "secret", "imagePullSecrets", "pullSecrets"})


def _says_secret(key: str) -> bool:
    return key == "secretName" or key.endswith("SecretName")


def named_secrets(documents: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """Return the names of Secrets that objects refer to, whatever their kind.

    A key that says so (`secretName`, `tlsSecretName`), a reference as the API has it (`secretKeyRef: {name: …}`,
    `imagePullSecrets: [{name: …}]`), the rules of a role, and Secrets themselves.
    """
    found: set[str] = set()
    stack: list[tuple[str, Any]] = [("", document) for document in documents]
    while stack:
        name, value = stack.pop()
        if isinstance(value, str):
            if value and _says_secret(name):
                found.add(value)
        elif isinstance(value, list):
            every = _says_secret(name)
            stack.extend((name, item) for item in value if every or isinstance(item, dict | list))
        elif isinstance(value, dict):
            of_secret = name in _REFERENCES
            stack.extend(
                (str(key), part)
                for key, part in value.items()
                if isinstance(part, dict | list) or _says_secret(str(key))
            )
            if of_secret:
                stack.append(("secretName", value.get("name")))
            if value.get("kind") == "Secret" and isinstance(value.get("metadata"), dict):
                stack.append(("secretName", value["metadata"].get("name")))
            if isinstance(value.get("resources"), list) and "secrets" in value["resources"]:
                stack.append(("secretName", value.get("resourceNames")))
    return frozenset(found)
