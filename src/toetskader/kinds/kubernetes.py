"""Subjects of Kubernetes objects: the same judgements hold for what a chart would make and for what runs."""

from typing import Any

from toetskader.facts.chart import Render
from toetskader.facts.kubernetes.component import Component
from toetskader.facts.kubernetes.environment import ENVIRONMENT_KINDS, Environment
from toetskader.facts.kubernetes.live import Live
from toetskader.facts.kubernetes.network_policies import POLICY_KINDS, NetworkPolicies
from toetskader.facts.kubernetes.objects import Objects
from toetskader.facts.kubernetes.routes import ROUTE_KINDS, routes
from toetskader.facts.kubernetes.workloads import WORKLOAD_KINDS, Workloads
from toetskader.kinds.subject import Scene, Subject
from toetskader.text import Text


def component(fact: Render | Live) -> Component | None:
    """Return which workloads are the supplier's; of a chart all are."""
    return Component.of(fact) if isinstance(fact, Live) else None


def _objects(_: Scene, fact: Render | Live) -> Objects:
    return Objects.of_live(fact) if isinstance(fact, Live) else Objects.of(fact)


def _workloads(scene: Scene, fact: Render | Live) -> Workloads:
    return Workloads(scene.get("objects"), component(fact), partial=True)


def _network_policies(scene: Scene, _: Any) -> NetworkPolicies:
    return NetworkPolicies(scene.get("objects"))


def _routes(scene: Scene, _: Any) -> Any:
    return routes(scene.get("objects"))


def _environment(scene: Scene, _: Any) -> Environment:
    return Environment(scene.get("workloads"), scene.get("objects"))


OBJECT_SUBJECTS = (
    Subject("objects", _objects),
    Subject("workloads", _workloads, rests_on=("objects",), objects=WORKLOAD_KINDS),
    Subject("network_policies", _network_policies, rests_on=("objects",), objects=POLICY_KINDS),
    Subject("routes", _routes, rests_on=("objects",), objects=ROUTE_KINDS),
    Subject("environment", _environment, rests_on=("workloads", "objects"), objects=ENVIRONMENT_KINDS),
)
OF_OBJECTS = frozenset(subject.name for subject in OBJECT_SUBJECTS)
_OF_RUNNING = frozenset({"workloads", "pods", "environment"})


def not_listed(scene: Scene, subjects: frozenset[str]) -> Text | None:
    """Return why there may be more in a namespace than was seen, of what a judgement looks at."""
    if (OF_OBJECTS | _OF_RUNNING | {"live"}).isdisjoint(subjects):
        return None
    live: Live = scene.get("live")
    if live.presumed is not None or _OF_RUNNING.isdisjoint(subjects):
        return live.presumed
    workloads: Workloads = scene.get("workloads")
    return workloads.unseen
