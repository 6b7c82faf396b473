"""What a judgement can be given: facts of a target and derivations on them, each built once per scene."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from toetskader.facts.attempt import NotSeen
from toetskader.facts.chart import Render
from toetskader.facts.databases import Databases, databases
from toetskader.facts.kubernetes.environment import Environment
from toetskader.facts.kubernetes.network_policies import NetworkPolicies
from toetskader.facts.kubernetes.objects import Objects
from toetskader.facts.kubernetes.routes import routes
from toetskader.facts.kubernetes.workloads import Workloads
from toetskader.facts.store import Fact, FactKey, TargetFacts
from toetskader.facts.templates import Templates
from toetskader.facts.values import leaves


class Missing(Exception):  # noqa: N818 - carries a failed attempt to the verdict
    """A fact that a judgement needs was not seen."""

    def __init__(self, key: FactKey, attempt: NotSeen) -> None:
        super().__init__(attempt.message.en)
        self.key = key
        self.attempt = attempt


@dataclass(frozen=True, slots=True)
class Variant:
    """A render with something changed, to see whether the change arrives."""

    render: Render
    objects: Objects

    @property
    def overrides(self) -> dict[str, Any]:
        """Values path → value that was set."""
        return self.render.overrides


@dataclass(frozen=True, slots=True)
class Subject:
    """Something a judgement can ask for by the name of its argument."""

    name: str
    part: str
    """Part of the target it is seen on."""
    kind: str
    """Kind of fact it is, or is derived from."""
    per_scene: bool
    derive: Callable[["SceneSubjects", Any], Any]


def _environment(scene: "SceneSubjects", render: Render) -> Environment:  # noqa: ARG001
    return Environment(scene.get("workloads"), scene.get("objects"))


def _databases(scene: "SceneSubjects", render: Render) -> Databases:  # noqa: ARG001
    return databases(scene.get("workloads"), scene.get("objects"), scene.get("environment"), scene.get("values"))


def _variant(scene: "SceneSubjects", render: Render) -> Variant:  # noqa: ARG001 - one signature for all derivations
    return Variant(render, Objects.of(render))


SUBJECTS: dict[str, Subject] = {
    subject.name: subject
    for subject in (
        Subject("chart", "chart", "chart", False, lambda _, fact: fact),
        Subject("render", "chart", "render", True, lambda _, fact: fact),
        Subject("objects", "chart", "render", True, lambda _, fact: Objects.of(fact)),
        Subject("workloads", "chart", "render", True, lambda scene, _: Workloads(scene.get("objects"))),
        Subject("network_policies", "chart", "render", True, lambda scene, _: NetworkPolicies(scene.get("objects"))),
        Subject("routes", "chart", "render", True, lambda scene, _: routes(scene.get("objects"))),
        Subject("environment", "chart", "render", True, _environment),
        Subject("values", "chart", "render", True, lambda _, render: leaves(render.values)),
        Subject("databases", "chart", "render", True, _databases),
        Subject("templates", "chart", "chart", False, lambda _, chart: Templates(chart.files)),
        Subject("vanity", "chart", "render_vanity", True, _variant),
        Subject("next_kubernetes", "chart", "render_next", True, _variant),
        Subject("scaled", "chart", "render_scaled", True, _variant),
        Subject("endpoints", "saas", "endpoints", False, lambda _, fact: fact),
        Subject("endpoint", "saas", "endpoint", True, lambda _, fact: fact),
        Subject("dns", "saas", "dns", True, lambda _, fact: fact),
        Subject("dnssec", "saas", "dnssec", True, lambda _, fact: fact),
        Subject("tls", "saas", "tls", True, lambda _, fact: fact),
        Subject("http", "saas", "http", True, lambda _, fact: fact),
        Subject("rpki", "saas", "rpki", True, lambda _, fact: fact),
    )
}


_BY_KIND = {subject.kind: subject for subject in SUBJECTS.values()}


def keys_of(kind: str, scenes: Mapping[str, tuple[str, ...]]) -> tuple[FactKey, ...]:
    """Return the keys that facts of a kind have on a target: one, or one a scene; none without its part.

    Parameters: `scenes`, part of the target → its scenes.
    """
    subject = _BY_KIND[kind]
    if subject.part not in scenes:
        return ()
    return tuple(FactKey(kind, scene) for scene in (scenes[subject.part] if subject.per_scene else ("",)))


class SceneSubjects:
    """The subjects of one target in one scene."""

    def __init__(self, facts: TargetFacts, scene: str) -> None:
        self._facts = facts
        self.scene = scene
        self._built: dict[str, Any] = {}
        self._broken: dict[str, Exception] = {}

    def get(self, name: str) -> Any:
        """Return a subject, building it the first time.

        Raises `Missing` when its fact was not seen, and `Malformed` when its objects cannot be read; the same
        again at every later call.
        """
        if name in self._broken:
            raise self._broken[name]
        if name not in self._built:
            try:
                self._built[name] = self._build(SUBJECTS[name])
            except Exception as error:
                self._broken[name] = error
                raise
        return self._built[name]

    def key(self, name: str) -> FactKey:
        """Return the key of the fact a subject rests on."""
        subject = SUBJECTS[name]
        return FactKey(subject.kind, self.scene if subject.per_scene else "")

    def _build(self, subject: Subject) -> Any:
        attempt = self.attempt(subject.name)
        return subject.derive(self, attempt)

    def attempt(self, name: str) -> Fact:
        """Return the fact a subject rests on. Raises `Missing` when it was not seen."""
        key = self.key(name)
        attempt = self._facts.attempts[key]
        if isinstance(attempt, NotSeen):
            raise Missing(key, attempt)
        return attempt


class TargetSubjects:
    """The subjects of one target, in all its scenes."""

    def __init__(self, facts: TargetFacts) -> None:
        self.target = facts.target
        self._scenes = {
            part: tuple(SceneSubjects(facts, scene) for scene in scenes) for part, scenes in facts.scenes.items()
        }
        self._whole = SceneSubjects(facts, "")

    def scenes(self, part: str) -> tuple[SceneSubjects, ...]:
        """Return every scene of a part, or the target as a whole for a judgement that needs no scene (no part)."""
        return self._scenes[part] if part else (self._whole,)
