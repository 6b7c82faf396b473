"""Facts of a document by their path: `valid_until`, `issuer.organisation`, `clauses.audit`, `measured.rto_hours`."""

from collections.abc import Iterator
from typing import Any

import msgspec

from toetskader.facts.dossier.rules import Value

_NOTHING: Any = object()


def fact(document: msgspec.Struct, path: str) -> Value:
    """Return the fact at a path; None when the document does not say it.

    A member of a list is named by its own key (the topic of a clause, the name of a level) or its number from 0.
    """
    value: Any = document
    for step in path.split("."):
        value = _below(value, step)
        if value is _NOTHING:
            return None
    return _plain(value)


def is_fact(model: type[msgspec.Struct], path: str) -> bool:
    """Tell whether a kind of document has a fact of that name: the first step of its path is a field."""
    return path.split(".", maxsplit=1)[0] in model.__struct_fields__


def _below(value: Any, step: str) -> Any:
    if isinstance(value, dict):
        return value.get(step, _NOTHING)
    if isinstance(value, tuple):
        return next(_named(value, step), _NOTHING)
    return getattr(value, step, _NOTHING) if isinstance(value, msgspec.Struct) else _NOTHING


def _named(members: tuple[Any, ...], step: str) -> Iterator[Any]:
    yield from (item for item in members if getattr(item, "key", None) == step)
    if step.isdecimal() and int(step) < len(members):
        yield members[int(step)]


def _plain(value: Any) -> Value:
    """Return a value as it is compared: of what has a name of its own, what stands of it in a file."""
    if isinstance(value, tuple):
        return tuple(_plain(item) for item in value)
    if isinstance(value, msgspec.Struct):
        said: Value = getattr(value, "said", None)
        return "x" if said is None else said
    if isinstance(value, dict):
        return tuple(value)
    plain: Value = value
    return plain
