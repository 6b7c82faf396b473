"""What a judgement can ask for by the name of an argument, and what it is derived from."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from toetskader.facts.key import Attempt, Fact

Made = TypeVar("Made")


class Scene(Protocol):
    """One scene of a part, as derivations see it: its facts, and the other subjects on them."""

    part: str
    scene: str
    varied: "Scene | None"
    """Of another circumstance, the scene that it is a variant of."""

    def get(self, name: str) -> Any:
        """Return another subject of the scene."""

    def attempt(self, name: str) -> Fact:
        """Return the fact that a subject rests on. Raises when it was not seen."""

    def seen(self, kind: str, *, per_scene: bool = True) -> Attempt | None:
        """Return what came of collecting a kind of fact, None when it was not asked for."""

    def once(self, make: Callable[["Scene"], Made]) -> Made:
        """Make something of the scene the first time, and return that ever after."""


Derive = Callable[[Scene, Any], Any]


@dataclass(frozen=True, slots=True)
class Subject:
    """Something a judgement can ask for; on which fact it rests differs by kind of part."""

    name: str
    derive: Derive
    per_scene: bool = True
    rests_on: tuple[str, ...] = ()
    """Other subjects that it is derived from."""
    objects: tuple[str, ...] = ()
    """Kinds of Kubernetes objects that it is derived from, besides those of the subjects that it rests on."""
    made_with: str = ""
    """Parameter of the requirement that its fact is made with; empty for a fact that needs none."""


def the_fact(_: Scene, fact: Any) -> Any:
    """Derive nothing: the subject is the fact itself."""
    return fact


def facts(*names: str, per_scene: bool = True) -> dict[Subject, str]:
    """Return subjects that are facts of the same name."""
    return {Subject(name, the_fact, per_scene): name for name in names}
