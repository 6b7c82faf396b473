"""What a check can name: every text in its code, and in all code of ours that it leads to.

A check that asks a namespace for `Ingress` has that text somewhere: in itself, in a table, or in a derivation that it
calls. So the kinds of objects that a check may read follow from its code, and stand in no second list that could lag
behind. A kind is found that is named for another reason too; the other way around, code that takes the name of a kind
from what it read has to name the kinds that it can handle.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cached_property, lru_cache, partial
from inspect import unwrap
from types import CodeType, FunctionType
from typing import Any

import msgspec

from toetskader.facts.kubernetes.objects import EVERY_KIND, Objects
from toetskader.judging.check import Check
from toetskader.judging.subjects import SUBJECTS

_OURS = ("toetskader.", "tests.")
_HOLDERS = frozenset({"toetskader.facts.kubernetes.objects", "toetskader.facts.kubernetes.node"})
"""Modules that hold objects of whatever kind, and ask for none themselves."""


def texts_of(check: Check) -> frozenset[str]:
    """Return every text that a check can name, also in the derivations of its subjects."""
    found = _texts(check.function)
    left, derived = list(check.subjects), set[str]()
    while left:
        name = left.pop()
        if name not in derived:
            derived.add(name)
            derive = SUBJECTS[name].derive
            found |= _texts(derive)
            left.extend(_other_subjects(derive))
    return found


def _other_subjects(derive: Callable[..., Any]) -> Iterator[str]:
    """Yield the subjects that a derivation asks for, which it does by name."""
    code = getattr(derive, "__code__", None)
    yield from (text for text in code.co_consts if text in SUBJECTS) if code else ()


@lru_cache(maxsize=1024)
def _texts(start: Any) -> frozenset[str]:
    """Follow a function to all that it refers to, and return the texts among that."""
    texts: set[str] = set()
    followed: dict[int, Any] = {}
    left = [start]
    while left:
        found = left.pop()
        if isinstance(found, str):
            texts.add(found)
        elif id(found) not in followed:
            followed[id(found)] = found
            left.extend(_next(found))
    return frozenset(texts)


def _next(found: Any) -> Iterator[Any]:
    """Yield what a value holds or refers to, as far as it is ours."""
    match found:
        case Mapping():
            yield from found
            yield from found.values()
        case tuple() | list() | set() | frozenset():
            yield from found
        case CodeType():
            yield from found.co_consts
            if Objects.of_every_kind.__name__ in found.co_names:
                yield EVERY_KIND
        case property():
            yield found.fget
        case type() if _is_ours(found):
            yield from found.__mro__[1:]
            yield from vars(found).values()
        case FunctionType() if _is_ours(found):
            yield found.__code__
            yield from found.__annotations__.values()
            yield from (found.__defaults__, found.__kwdefaults__)
            yield from _named(found.__code__, found.__globals__)
            yield from (cell.cell_contents for cell in found.__closure__ or ())
        case _ if hasattr(found, "__wrapped__"):
            yield unwrap(found)
        case cached_property():
            yield found.func
        case partial():
            yield from (found.func, found.args, found.keywords)
        case _ if is_dataclass(found) and not isinstance(found, type):
            yield from (getattr(found, field.name) for field in fields(found))
        case msgspec.Struct():
            yield from (getattr(found, name) for name in found.__struct_fields__)


def _named(code: CodeType, known: Mapping[str, Any]) -> Iterator[Any]:
    """Yield the values of global names in code, and in the code that it holds (comprehensions, lambdas)."""
    yield from (known[name] for name in code.co_names if name in known)
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _named(inner, known)


def _is_ours(found: Any) -> bool:
    module = str(getattr(found, "__module__", ""))
    return module.startswith(_OURS) and module not in _HOLDERS
