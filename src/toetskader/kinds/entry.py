"""How a target gives a part: by what its file says of it, or as what follows from other parts."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from toetskader.text import Text
from toetskader.vocabulary import Environment
from toetskader.yamlfile import Steps

PartT = TypeVar("PartT")
"""A part with its references resolved."""

Problems = Iterator[tuple[Steps, Text]]
"""What is wrong in a file: the steps to it, and why."""
Parts = Mapping[str, object]
"""Kind → the part of it that a target has; a kind's own `Kind.of` tells what that is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A target file, as far as kinds of parts read it."""

    folder: Path
    """The folder that it stands in: what it names is relative to that."""
    entries: Mapping[str, object]
    """Kind → what the file says of the part; without those that it does not name."""
    own_namespaces: Mapping[Environment, tuple[str, ...]]
    """Further namespaces of the supplier, by environment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(Generic[PartT]):
    """A part that a target file has a key for, of the name of its kind."""

    model: Any
    """What may stand there: a struct, or a union of what it can be written as."""
    errors: Callable[[Any, Written], Problems]
    """Takes what stands there, of the model, and yields what is wrong with it beyond its types, with the steps below
    the key. That a file it names is absent is an error only where the part cannot be collected without."""
    resolve: Callable[[Any, Written], PartT | None]
    """Takes what stands there, without errors, and returns the part; None for what comes to no part."""
    part: type[PartT]
    """What it is resolved to, of which evidence keeps a copy."""
    kept_as: str = ""
    """Its key in the evidence of a run; empty for the name of the kind."""


@dataclass(frozen=True, slots=True)
class Follows(Generic[PartT]):
    """A part that no file names: what `of` makes of the parts that stand before it in the registry."""

    of: Callable[[Parts], PartT | None]
