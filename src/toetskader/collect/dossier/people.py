"""Persons in a dossier: evidence keeps a number in the place of each, the same for one person however spelled.

Judgements need to tell persons apart (who owns, who approves, who was trained), and nothing else of them.
"""

import unicodedata
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from toetskader.targets.people import may_be_one_person

MOST_COMPARED = 200
"""Names that are compared with each other by spelling; of more, such as the rows of a register, only those that are
written the same are one person."""
KEPT_BACK = "(niet bewaard)"
"""What stands in the place of an address or number of somebody."""

Part = TypeVar("Part", bound=msgspec.Struct)


class People:
    """The persons of one dossier, numbered in the order in which they come up."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._models: dict[type, inspect.Type] = {}

    def number(self, name: str) -> str:
        """Return what evidence keeps of a name; nothing for nothing, and for dashes alone."""
        folded = " ".join(unicodedata.normalize("NFKC", name).casefold().split())
        if not any(map(str.isalnum, folded)):
            return ""
        if folded not in self._numbers:
            self._numbers[folded] = self._alike(name) or len(set(self._numbers.values())) + 1
        return f"persoon {self._numbers[folded]}"

    def _alike(self, name: str) -> int | None:
        if len(self._numbers) > MOST_COMPARED:
            return None
        return next((number for known, number in self._numbers.items() if may_be_one_person(known, name)), None)

    def without_names(self, part: Part) -> Part:
        """Return a document with a number in the place of each person's name."""
        model = type(part)
        if model not in self._models:
            self._models[model] = inspect.type_info(model)
        found: Part = _walked(part, self._models[model], self)
        return found


def _walked(value: Any, kind: inspect.Type, people: People) -> Any:
    match kind:
        case inspect.Metadata():
            extra = kind.extra or {}
            if extra.get("person") and isinstance(value, str):
                return people.number(value)
            if extra.get("reach") and isinstance(value, str):
                return KEPT_BACK if value else ""
            return _walked(value, kind.type, people)
        case inspect.StructType():
            changed = {field.name: _walked(getattr(value, field.name), field.type, people) for field in kind.fields}
            return msgspec.structs.replace(value, **changed)
        case inspect.VarTupleType() if isinstance(value, tuple):
            return tuple(_walked(item, kind.item_type, people) for item in value)
        case inspect.UnionType() if isinstance(value, msgspec.Struct):
            return people.without_names(value)
        case _:
            return value
