"""The fields of documents, as the models say them: what a field is called, what fits it, and what is below it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, cast

import msgspec
from msgspec import inspect

from toetskader.core.fields import Model
from toetskader.facts.dossier.documents import KINDS
from toetskader.facts.dossier.envelope import Envelope
from toetskader.text import Text

Shape = Literal["one", "list", "members", "block", "pairs"]
"""One value, a list of values, a list of blocks, a block of its own, or names each with a value."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a kind of document, or of a block in it."""

    owner: type[msgspec.Struct]
    """The model that declares it."""
    name: str
    """As it stands in YAML."""
    attribute: str
    is_required: bool
    shape: Shape
    type: inspect.Type
    """Of the value; of a list, of its members; of names with a value, of that."""
    description: str
    """As the model says it, in English; empty where the name says all."""
    is_quotable: bool = True
    """Whether a text of its file can say it: how to reach somebody is kept back, and what is one of a list of words
    need not stand there in these."""

    @property
    def key(self) -> str:
        """Name by which its words are kept: `Certificate.standard`."""
        return f"{self.owner.__name__}.{self.name}"

    @property
    def below(self) -> "tuple[Field, ...]":
        """Fields of the block, or of the blocks of the list, that it is."""
        return fields_of(cast("inspect.StructType", self.type).cls) if self.shape in ("block", "members") else ()


@cache
def fields_of(model: type[msgspec.Struct]) -> tuple[Field, ...]:
    """Return the fields of a model in the order in which it declares them, those that it inherits first."""
    info = cast("inspect.StructType", inspect.type_info(model))
    return tuple(_field(model, item) for item in info.fields)


def own_fields(kind: str) -> tuple[Field, ...]:
    """Return the fields of a kind of document beyond those of every document."""
    return tuple(field for field in fields_of(KINDS[kind]) if field.owner is not Envelope)


def envelope_fields() -> tuple[Field, ...]:
    """Return the fields of every document."""
    return fields_of(Envelope)


def all_fields() -> Iterator[Field]:
    """Yield every field of every kind, also those in blocks, each once."""
    seen: set[str] = set()
    waiting = [field for model in (Envelope, *KINDS.values()) for field in fields_of(model)]
    while waiting:
        field = waiting.pop(0)
        if field.key not in seen:
            seen.add(field.key)
            yield field
            waiting += field.below


def _field(model: type[msgspec.Struct], item: inspect.Field) -> Field:
    kind, extra, description = _bare(item.type)
    shape, inner, inner_extra = _shape(kind)
    extra = {**inner_extra, **extra}
    return Field(
        owner=_owner(model, item.name),
        name=item.encode_name,
        attribute=item.name,
        is_required=item.required,
        shape=shape,
        type=inner,
        description=description,
        is_quotable=not extra.get("reach") and not isinstance(inner, inspect.LiteralType),
    )


def _owner(model: type[msgspec.Struct], attribute: str) -> type[msgspec.Struct]:
    models = [base for base in model.__mro__ if issubclass(base, Model)]
    return next(base for base in reversed(models) if attribute in base.__struct_fields__)


def _bare(kind: inspect.Type) -> tuple[inspect.Type, dict[str, Any], str]:
    """Return a type without what is noted of it and without None, and these notes: a mapping, and what it is."""
    extra: dict[str, Any] = {}
    description = ""
    while True:
        if isinstance(kind, inspect.Metadata):
            extra = {**(kind.extra or {}), **extra}
            description = description or (kind.extra_json_schema or {}).get("description", "")
            kind = kind.type
        elif isinstance(kind, inspect.UnionType):
            (kind, *_) = (member for member in kind.types if not isinstance(member, inspect.NoneType))
        else:
            return kind, extra, description


def _shape(kind: inspect.Type) -> tuple[Shape, inspect.Type, dict[str, Any]]:
    match kind:
        case inspect.VarTupleType():
            inner, extra, _ = _bare(kind.item_type)
            return ("members" if isinstance(inner, inspect.StructType) else "list"), inner, extra
        case inspect.DictType():
            inner, extra, _ = _bare(kind.value_type)
            return "pairs", inner, extra
        case inspect.StructType():
            return "block", kind, {}
        case _:
            return "one", kind, {}


def fits(field: Field) -> Text:
    """Say what a value of a field must be, in a few words."""
    one = _fits(field.type)
    match field.shape:
        case "one":
            return one
        case "list":
            return Text(f"lijst van {one.nl}", f"list of {one.en}")
        case "pairs":
            return Text(f"namen, elk met {one.nl}", f"names, each with {one.en}")
        case "block":
            return Text("blok", "block")
        case "members":
            return Text("lijst van blokken", "list of blocks")


def _fits(kind: inspect.Type) -> Text:
    match kind:
        case inspect.LiteralType():
            choices = ", ".join(map(str, kind.values))
            return Text(f"een van: {choices}", f"one of: {choices}")
        case inspect.DateType():
            return Text("datum", "date")
        case inspect.IntType():
            return Text("geheel getal", "whole number")
        case inspect.FloatType():
            return Text("getal", "number")
        case inspect.BoolType():
            return Text("true of false", "true or false")
        case _:
            return Text("tekst", "text")
