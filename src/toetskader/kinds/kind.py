"""What a kind of part is: all that the engine must know of it, in one declaration."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Generic, cast

import msgspec

from toetskader.facts.key import Attempt, FactKey
from toetskader.facts.redaction import Redaction
from toetskader.kinds.entry import Entry, Follows, Parts, PartT
from toetskader.kinds.scaffold import Scaffold
from toetskader.kinds.subject import Scene, Subject
from toetskader.text import Lang, Text

_LACKING: Any = object()


def nothing_to_say(*_: object) -> None:
    """For a kind in which what is not there is an answer: nothing stays out of sight."""


def not_described(*_: object) -> str:
    """For a kind of which nothing need be said that other parts do not say."""
    return ""


def no_secrets(part: PartT, _: Redaction) -> PartT:
    """For a kind of which a target file holds nothing that can be a secret: the part as it is."""
    return part


def no_places(_: object) -> tuple[Path, ...]:
    """For a kind that is not made of files: it has none."""
    return ()


@dataclass(frozen=True, slots=True)
class SceneEntry:
    """One scene of a part, and what it is of where that is told."""

    name: str
    environment: str = ""
    role: str = ""
    """What an endpoint is for."""
    values: str | None = None
    """Values set of the target's chart that is in use there, where the target tells."""
    written: str = ""
    """What it is called in a target file, where that is not its name."""

    @property
    def shown(self) -> str:
        """What messages call it, so that it can be found in the target file."""
        return self.written or self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A document that a part consists of, for people."""

    id: str
    title: str
    about: str
    """What it is: `certificate 27001`."""
    issuer: str = ""
    issued_on: str = ""
    valid_until: str = ""
    """Last day that it holds (ISO 8601); empty for one without an end."""
    problem: Text | None = None
    """Why it could not be read."""


def no_documents(_: Mapping[FactKey, Attempt]) -> tuple[Listed, ...]:
    """For a kind that is not made of documents: it has none."""
    return ()


@dataclass(frozen=True, kw_only=True)
class Kind(Generic[PartT]):
    """A kind of part. Every field but the last must be given: one that lacks fails at import, with its name."""

    name: str
    given: Entry[PartT] | Follows[PartT] = _LACKING
    """How a target gives it: by a key of its file, or as what follows from other parts."""
    scenes: Callable[[PartT], tuple[SceneEntry, ...]] = _LACKING
    """Returns the scenes of a part; none for a kind that has but one of everything."""
    redacted: Callable[[PartT, Redaction], PartT] = _LACKING
    """Returns the part as evidence may keep it: without secrets that the target file holds."""
    places: Callable[[PartT], Iterable[Path]] = _LACKING
    """Returns the files and folders that a part is made of: nothing may be written there while it is audited."""
    describe: Callable[[PartT, Mapping[FactKey, Attempt], Path, Lang], str] = _LACKING
    """Takes a part, what came of collecting its target, the folder of the target's file, and a language. Says in a few
    words what was looked at; empty for nothing to say."""
    facts: Mapping[str, type[msgspec.Struct]] = _LACKING
    """Kind of fact → its type. One that several kinds of parts rest on stands with the kind that collects it."""
    subjects: Mapping[Subject, str] = _LACKING
    """What judgements can ask for → the kind of fact that it rests on."""
    always: tuple[str, ...] = _LACKING
    """Kinds of facts that say what was looked at, and so are collected whatever is judged."""
    collector: str = _LACKING
    """What opens its collector (`toetskader.collect.collector.Opens`), as `module:name`: it is imported when a target
    has such a part. The same as that of an earlier kind whose collector brings the facts of this one too."""
    after: tuple[str, ...] = _LACKING
    """Kinds that must be collected before it, as its collector reads what was seen of them."""
    scene: Text = _LACKING
    """What one of several is called: a values set, an environment; empty where there is but one."""
    scene_asked: Text = _LACKING
    """How is said that none of the scenes a requirement is about is there: no `endpoint of kind` x."""
    places_name_scene: bool = _LACKING
    """Whether the place of a finding tells by itself in which scene it is: a host does, a template does not."""
    are_variants: bool = _LACKING
    """Whether scenes are variants of one thing (values sets), rather than several things (environments)."""
    varies: str = _LACKING
    """Kind of fact that tells what else can be so, by circumstance; each is judged. Empty for none."""
    lists_objects: bool = _LACKING
    """Whether its collector lists Kubernetes objects, and so must know which kinds of these are read."""
    nothing_there: Callable[[Scene], Text | None] = _LACKING
    """Returns why a scene in which there is nothing proves nothing; None where there is something."""
    left_out: Callable[[Scene, frozenset[str]], Text | None] = _LACKING
    """Returns why what a judgement of these subjects looks at is not all there is, or will be; None when it is."""
    scaffold: Scaffold | None = _LACKING
    """How `toetskader scaffold target` begins one; None for a kind that is not begun so."""
    docs: tuple[str, str] = _LACKING
    """Page under docs/, and the heading of the section that tells how it is named and read."""
    indication: Text | None = None
    """What a pass on it shows, where that is but an indication; None for the usual words."""
    documents: Callable[[Mapping[FactKey, Attempt]], tuple[Listed, ...]] = no_documents
    """Returns the documents that were read, of what came of collecting a target."""

    def __post_init__(self) -> None:
        """Raise TypeError, with the name of the kind, for a declaration that is not whole."""
        lacking = [field.name for field in fields(self) if getattr(self, field.name) is _LACKING]
        if lacking:
            raise TypeError(f"kind {self.name} lacks {', '.join(lacking)}")
        unknown = set(self.always) - self.facts.keys()
        if unknown or (self.varies and self.varies not in self.facts):
            raise TypeError(f"kind {self.name} collects facts that it does not declare")

    def of(self, parts: Parts) -> PartT | None:
        """Return a target's part of this kind, None when it has none."""
        return cast("PartT | None", parts.get(self.name))
