"""Facts of a document by their path: `valid_until`, `issuer.organisation`, `clauses.audit`, `measured.rto_hours`."""

from collections.abc import Iterator
from functools import cache
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


def one_name(document: msgspec.Struct, path: str) -> str:
    """Return the path of a fact in one way of writing, for paths of one fact to be compared.

    Members of lists are numbered, fields are named as the model does: `clauses.audit` and `clauses.0` are one fact, and
    so are `period.to` and `period.last`. What does not exist is returned as it stands.
    """
    value: Any = document
    steps = []
    for step in path.split("."):
        name, value = _step(value, step)
        steps.append(name)
    return ".".join(steps)


def _below(value: Any, step: str) -> Any:
    return _step(value, step)[1]


def _step(value: Any, step: str) -> tuple[str, Any]:
    """Return the one name of a step below a value, and what is there."""
    if isinstance(value, dict):
        return step, value.get(step, _NOTHING)
    if isinstance(value, tuple):
        return next(_named(value, step), (step, _NOTHING))
    if not isinstance(value, msgspec.Struct):
        return step, _NOTHING
    name = _fields(type(value)).get(step, step)
    return name, getattr(value, name, _NOTHING)


@cache
def _fields(model: type[msgspec.Struct]) -> dict[str, str]:
    """Return the name of each field in files → that of the model."""
    return dict(zip(model.__struct_encode_fields__, model.__struct_fields__, strict=True))


def _named(members: tuple[Any, ...], step: str) -> Iterator[tuple[str, Any]]:
    yield from ((str(number), item) for number, item in enumerate(members) if getattr(item, "key", None) == step)
    if step.isdecimal() and int(step) < len(members):
        yield str(int(step)), members[int(step)]


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
