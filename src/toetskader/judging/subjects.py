"""What a judgement can be given: facts of a target and derivations on them, each built once per scene."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import msgspec

from toetskader.core.failure import Unjudgeable
from toetskader.facts.attempt import NotSeen
from toetskader.facts.chart import ChartFiles, Circumstance, Render, Undecided
from toetskader.facts.databases import DATABASE_KINDS, Databases, databases
from toetskader.facts.key import Fact, FactKey, TargetFacts
from toetskader.facts.kubernetes.component import Component
from toetskader.facts.kubernetes.declared import AT_HAND, EVERY_KIND, reading
from toetskader.facts.kubernetes.environment import ENVIRONMENT_KINDS, Environment
from toetskader.facts.kubernetes.live import Live
from toetskader.facts.kubernetes.network_policies import POLICY_KINDS, NetworkPolicies
from toetskader.facts.kubernetes.objects import Objects
from toetskader.facts.kubernetes.pods import LivePods
from toetskader.facts.kubernetes.routes import ROUTE_KINDS, routes
from toetskader.facts.kubernetes.unseen import unseen
from toetskader.facts.kubernetes.workloads import WORKLOAD_KINDS, Workloads
from toetskader.facts.subcharts import Off, switched_off, unset
from toetskader.facts.templates import Templates
from toetskader.facts.values import Leaf, leaves
from toetskader.judging.deadline import TooLong


class Missing(Unjudgeable):
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
    base: Objects
    """The objects of the render that this is a variant of: not those of another circumstance."""

    @property
    def overrides(self) -> dict[str, Any]:
        """Values path → value that was set."""
        return self.render.overrides


@dataclass(frozen=True, slots=True)
class Subject:
    """Something a judgement can ask for by the name of its argument."""

    name: str
    kinds: Mapping[str, str]
    """Part of a target it is seen on → kind of fact it is, or is derived from, there."""
    per_scene: bool
    derive: Callable[["SceneSubjects", Any], Any]
    rests_on: tuple[str, ...] = ()
    """Other subjects that it is derived from."""
    objects: tuple[str, ...] = ()
    """Kinds of Kubernetes objects that it is derived from, besides those of the subjects that it rests on."""

    @property
    def reads(self) -> frozenset[str]:
        """All kinds of Kubernetes objects that it is derived from (`facts.kubernetes.declared`)."""
        return frozenset(self.objects).union(*(SUBJECTS[name].reads for name in self.rests_on))

    def fact_kinds(self, part: str) -> frozenset[str]:
        """Kinds of facts that it needs on a part."""
        return frozenset({self.kinds[part]}).union(*(SUBJECTS[name].fact_kinds(part) for name in self.rests_on))


def _objects(_: "SceneSubjects", fact: Render | Live) -> Objects:
    return Objects.of_live(fact) if isinstance(fact, Live) else Objects.of(fact)


def _environment(scene: "SceneSubjects", _: Any) -> Environment:
    return Environment(scene.get("workloads"), scene.get("objects"))


def _component(fact: Render | Live) -> Component | None:
    """Return which workloads are the supplier's; of a chart all are."""
    return Component.of(fact) if isinstance(fact, Live) else None


def _workloads(scene: "SceneSubjects", fact: Render | Live) -> Workloads:
    return Workloads(scene.get("objects"), _component(fact), partial=True)


def _pods(scene: "SceneSubjects", live: Live) -> LivePods:
    return LivePods(scene.get("objects"), scene.get("workloads"), _component(live))


def _databases(scene: "SceneSubjects", _: Any) -> Databases:
    return databases(scene.get("workloads"), scene.get("objects"), scene.get("environment"), scene.get("values"))


def _values(scene: "SceneSubjects", render: Render) -> tuple[Leaf, ...]:
    """Return the leaves of the values that can set something in a render, those that its chart leaves null too."""
    templates, chart = scene.get("templates"), scene.attempt("templates")
    found = scene.off.settings(leaves(render.values), templates)
    return (*found, *unset(chart, render.values, scene.off)) if isinstance(chart, ChartFiles) else found


def _templates(scene: "SceneSubjects", chart: ChartFiles) -> Templates:
    return Templates(chart.files, scene.off.files(chart.files))


def _variant(scene: "SceneSubjects", render: Render) -> Variant:
    return Variant(render, Objects.of(render), (scene.varied or scene).get("objects"))


def _fact(_: "SceneSubjects", fact: Any) -> Any:
    return fact


_CHART = {"chart": "chart"}
_RENDER = {"chart": "render"}
_LIVE = {"namespace": "live"}
_RELEASE = {"release": "contracted"}
_WORKLOADS = {**_RENDER, **_LIVE}
"""The same judgements hold for what a chart would make and for what runs."""

SUBJECTS: dict[str, Subject] = {
    subject.name: subject
    for subject in (
        Subject("chart", _CHART, False, _fact),
        Subject("templates", _CHART, False, _templates),
        Subject("render", _RENDER, True, _fact),
        Subject("values", _RENDER, True, _values, rests_on=("templates",)),
        Subject(
            "databases",
            _RENDER,
            True,
            _databases,
            rests_on=("workloads", "objects", "environment", "values"),
            objects=DATABASE_KINDS,
        ),
        Subject("vanity", {"chart": "render_vanity"}, True, _variant, rests_on=("objects",)),
        Subject("next_kubernetes", {"chart": "render_next"}, True, _variant, rests_on=("objects",)),
        Subject("scaled", {"chart": "render_scaled"}, True, _variant, rests_on=("objects",)),
        Subject("objects", _WORKLOADS, True, _objects),
        Subject(
            "unseen",
            _RENDER,
            True,
            lambda scene, _: unseen(scene.get("objects")),
            rests_on=("objects",),
            objects=(EVERY_KIND,),
        ),
        Subject("workloads", _WORKLOADS, True, _workloads, rests_on=("objects",), objects=WORKLOAD_KINDS),
        Subject(
            "network_policies",
            _WORKLOADS,
            True,
            lambda scene, _: NetworkPolicies(scene.get("objects")),
            rests_on=("objects",),
            objects=POLICY_KINDS,
        ),
        Subject(
            "routes",
            _WORKLOADS,
            True,
            lambda scene, _: routes(scene.get("objects")),
            rests_on=("objects",),
            objects=ROUTE_KINDS,
        ),
        Subject(
            "environment",
            _WORKLOADS,
            True,
            _environment,
            rests_on=("workloads", "objects"),
            objects=ENVIRONMENT_KINDS,
        ),
        Subject("live", {**_LIVE, "release": "live"}, True, _fact),
        Subject("contracted", _RELEASE, True, _fact),
        Subject("pods", _LIVE, True, _pods, rests_on=("objects", "workloads"), objects=("Pod", AT_HAND)),
        *(Subject(name, {"namespace": name}, True, _fact) for name in ("logs", "metrics", "usage", "inside")),
        Subject("rights", {"rbac": "rights"}, True, _fact),
        Subject("haven", {"cluster": "haven"}, False, _fact),
        Subject("endpoints", {"saas": "endpoints"}, False, _fact),
        *(Subject(name, {"saas": name}, True, _fact) for name in ("endpoint", "dns", "dnssec", "tls", "http", "rpki")),
    )
}
_BY_KIND = {
    kind: (part, subject)
    for subject in SUBJECTS.values()
    for part, kind in reversed(tuple(subject.kinds.items()))  # of a part that rests on others the others hold the fact
}


def keys_of(kind: str, scenes: Mapping[str, tuple[str, ...]]) -> tuple[FactKey, ...]:
    """Return the keys that facts of a kind have on a target: one, or one a scene; none without its part.

    Parameters: `scenes`, part of the target → its scenes.
    """
    part, subject = _BY_KIND[kind]
    if part not in scenes:
        return ()
    return tuple(FactKey(kind, scene) for scene in (scenes[part] if subject.per_scene else ("",)))


class SceneSubjects:
    """The subjects of one part of a target in one scene."""

    def __init__(self, facts: TargetFacts, part: str, scene: str, *, varied: "SceneSubjects | None" = None) -> None:
        """Parameters: `varied`, of another circumstance, the scene that the variants are of."""
        self._facts = facts
        self.varied = varied
        self.target = facts.target
        self.part = part
        self.scene = scene
        self._built: dict[str, Any] = {}
        self._broken: dict[str, Exception | TooLong] = {}

    def get(self, name: str) -> Any:
        """Return a subject, building it the first time.

        Raises `Missing` when its fact was not seen, `Malformed` when its objects cannot be read, and `TooLong` when
        that takes too long; the same again at every later call.
        """
        if name in self._broken:
            raise self._broken[name]
        if name not in self._built:
            try:
                self._built[name] = self._build(SUBJECTS[name])
            except (Exception, TooLong) as error:
                self._broken[name] = error
                raise
        return self._built[name]

    @cached_property
    def otherwise(self) -> tuple[tuple[Circumstance, "SceneSubjects"], ...]:
        """The same scene in each other circumstance that changes what a chart renders."""
        key = FactKey("render", self.scene)
        render = self._facts.attempts.get(key) if self.part == "chart" else None
        if not isinstance(render, Render):
            return ()
        return tuple((item, self._under(key, render, item)) for item in render.otherwise)

    @cached_property
    def off(self) -> Off:
        """What of a chart takes no part in this scene; nothing where no values decide it."""
        chart, render = (self._facts.attempts.get(key) for key in (FactKey("chart"), FactKey("render", self.scene)))
        if self.part != "chart" or not isinstance(chart, ChartFiles) or not isinstance(render, Render):
            return Off()
        return switched_off(chart, render.values)

    @cached_property
    def undecided(self) -> tuple[Undecided, ...]:
        """The objects of a chart that come or stay away by what no value decides."""
        render = self._facts.attempts.get(FactKey("render", self.scene)) if self.part == "chart" else None
        return render.undecided if isinstance(render, Render) else ()

    def _under(self, key: FactKey, render: Render, item: Circumstance) -> "SceneSubjects":
        changed = msgspec.structs.replace(render, objects=item.objects, notes=item.notes, otherwise=())
        facts = msgspec.structs.replace(self._facts, attempts={**self._facts.attempts, key: changed})
        return SceneSubjects(facts, self.part, self.scene, varied=self)

    def key(self, name: str) -> FactKey:
        """Return the key of the fact a subject rests on."""
        subject = SUBJECTS[name]
        return FactKey(subject.kinds[self.part], self.scene if subject.per_scene else "")

    def _build(self, subject: Subject) -> Any:
        attempt = self.attempt(subject.name)
        with reading(subject.reads):
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
        self._facts = facts
        self._scenes: dict[tuple[str, str], SceneSubjects] = {}

    def scenes(self, part: str, *, per_scene: bool = True) -> tuple[SceneSubjects, ...]:
        """Return every scene of a part, or the part as a whole for a judgement that needs no scene."""
        return tuple(self._scene(part, scene) for scene in (self._facts.scenes[part] if per_scene else ("",)))

    def _scene(self, part: str, scene: str) -> SceneSubjects:
        key = (part, scene)
        if key not in self._scenes:
            self._scenes[key] = SceneSubjects(self._facts, part, scene)
        return self._scenes[key]
