"""What a judgement can be given: facts of a target and derivations on them, each built once per scene."""

from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar

import msgspec

from toetskader.core.failure import Unjudgeable
from toetskader.facts.attempt import NotSeen
from toetskader.facts.chart import Circumstance, Render, Undecided
from toetskader.facts.key import Attempt, Fact, FactKey, Need, TargetFacts
from toetskader.facts.kubernetes.declared import reading
from toetskader.judging.deadline import TooLong
from toetskader.kinds.kind import Kind
from toetskader.kinds.registry import KINDS, RESTS_ON, SUBJECTS
from toetskader.kinds.subject import Scene, Subject

Made = TypeVar("Made")


class Missing(Unjudgeable):
    """A fact that a judgement needs was not seen.

    Attributes: `key`, of the fact; `attempt`, with the reason; `scene`, in which it was asked for.
    """

    def __init__(self, key: FactKey, attempt: NotSeen, scene: "SceneSubjects") -> None:
        super().__init__(attempt.message.en)
        self.key = key
        self.attempt = attempt
        self.scene = scene


def reads(subject: str) -> frozenset[str]:
    """Return all kinds of Kubernetes objects that a subject is derived from (`facts.kubernetes.declared`)."""
    found = SUBJECTS[subject]
    return frozenset(found.objects).union(*(reads(name) for name in found.rests_on))


def fact_kinds(subject: str, part: str) -> frozenset[str]:
    """Return the kinds of facts that a subject needs on a part."""
    return frozenset({RESTS_ON[part][subject]}).union(*(fact_kinds(name, part) for name in SUBJECTS[subject].rests_on))


def needs(subject: str, part: str, argument: str) -> frozenset[Need]:
    """Return what must be collected for a subject on a part.

    Parameters: `argument`, what its own fact must be made with; those that it rests on are made without.
    """
    own = Need(RESTS_ON[part][subject], argument)
    return frozenset({own}).union(*(needs(name, part, "") for name in SUBJECTS[subject].rests_on))


def parts_of(subject: str) -> frozenset[str]:
    """Return the parts on which a subject can be seen."""
    return frozenset(part for part, subjects in RESTS_ON.items() if subject in subjects)


class SceneSubjects:
    """The subjects of one part of a target in one scene."""

    def __init__(self, facts: TargetFacts, part: str, scene: str, *, varied: "SceneSubjects | None" = None) -> None:
        """Parameters: `varied`, of another circumstance, the scene that the variants are of."""
        self._facts = facts
        self.varied: Scene | None = varied
        self.target = facts.target
        self.part = part
        self.scene = scene
        self._built: dict[tuple[str, str], Any] = {}
        self._broken: dict[tuple[str, str], Exception | TooLong] = {}
        self._made: dict[Any, Any] = {}

    def get(self, name: str, argument: str = "") -> Any:
        """Return a subject, building it the first time.

        Parameters: `argument`, what its fact was made with. Raises `Missing` when its fact was not seen, `Malformed`
        when its objects cannot be read, and `TooLong` when that takes too long; the same again at every later call.
        """
        asked = (name, argument)
        if asked in self._broken:
            raise self._broken[asked]
        if asked not in self._built:
            try:
                self._built[asked] = self._build(SUBJECTS[name], argument)
            except (Exception, TooLong) as error:
                self._broken[asked] = error
                raise
        return self._built[asked]

    def seen(self, kind: str, *, per_scene: bool = True) -> Attempt | None:
        """Return what came of collecting a kind of fact, None when it was not asked for."""
        return self._facts.attempts.get(FactKey(kind, self.scene if per_scene else ""))

    def once(self, make: Callable[["Scene"], Made]) -> Made:
        """Make something of the scene the first time, and return that ever after."""
        if make not in self._made:
            self._made[make] = make(self)
        return self._made[make]  # type: ignore[no-any-return]

    @property
    def kind(self) -> Kind[Any]:
        """The kind of its part."""
        return KINDS[self.part]

    @cached_property
    def otherwise(self) -> tuple[tuple[Circumstance, "SceneSubjects"], ...]:
        """The same scene in each other circumstance that changes what there is."""
        seen = self.seen(self.kind.varies)
        if not isinstance(seen, Render):
            return ()
        key = FactKey(self.kind.varies, self.scene)
        return tuple((item, self._under(key, seen, item)) for item in seen.otherwise)

    @cached_property
    def undecided(self) -> tuple[Undecided, ...]:
        """The objects that come or stay away by what no value decides."""
        seen = self.seen(self.kind.varies)
        return seen.undecided if isinstance(seen, Render) else ()

    def _under(self, key: FactKey, render: Render, item: Circumstance) -> "SceneSubjects":
        changed = msgspec.structs.replace(render, objects=item.objects, notes=item.notes, otherwise=())
        facts = msgspec.structs.replace(self._facts, attempts={**self._facts.attempts, key: changed})
        return SceneSubjects(facts, self.part, self.scene, varied=self)

    def key(self, name: str, argument: str = "") -> FactKey:
        """Return the key of the fact a subject rests on."""
        subject = SUBJECTS[name]
        return FactKey(RESTS_ON[self.part][name], self.scene if subject.per_scene else "", argument)

    def _build(self, subject: Subject, argument: str) -> Any:
        attempt = self.attempt(subject.name, argument)
        with reading(reads(subject.name)):
            return subject.derive(self, attempt)

    def attempt(self, name: str, argument: str = "") -> Fact:
        """Return the fact a subject rests on. Raises `Missing` when it was not seen."""
        key = self.key(name, argument)
        attempt = self._facts.attempts[key]
        if isinstance(attempt, NotSeen):
            raise Missing(key, attempt, self)
        return attempt


class TargetSubjects:
    """The subjects of one target, in all its scenes."""

    def __init__(self, facts: TargetFacts) -> None:
        self.target = facts.target
        self._facts = facts
        self._scenes: dict[tuple[str, str], SceneSubjects] = {}

    def scenes(self, part: str, *, per_scene: bool = True) -> tuple[SceneSubjects, ...]:
        """Return every scene of a part, or the part as a whole for a judgement that needs no scene."""
        return tuple(self.scene(part, scene) for scene in (self._facts.scenes[part] if per_scene else ("",)))

    def scene(self, part: str, scene: str) -> SceneSubjects:
        """Return one scene of a part, by name; the part as a whole by none."""
        key = (part, scene)
        if key not in self._scenes:
            self._scenes[key] = SceneSubjects(self._facts, part, scene)
        return self._scenes[key]
