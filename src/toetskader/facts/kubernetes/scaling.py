"""What scales a workload and what guards it against disruption: replicas, autoscalers, disruption budgets."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter

from toetskader.facts.attempt import Malformed
from toetskader.facts.kubernetes.declared import in_group, must_be_declared
from toetskader.facts.kubernetes.node import Node
from toetskader.facts.kubernetes.objects import KubernetesObject, Objects
from toetskader.facts.kubernetes.quantities import int_or_percentage
from toetskader.facts.kubernetes.selectors import Selectors, members, selector
from toetskader.facts.kubernetes.workloads import Workload


@dataclass(frozen=True, slots=True)
class Autoscaler:
    """A HorizontalPodAutoscaler, or KEDA's ScaledObject that makes one."""

    object: KubernetesObject
    minimum: int
    maximum: int

    @property
    def bounds(self) -> Node:
        """The place that holds the bounds."""
        return self.object.get("spec")

    @property
    def moves(self) -> bool:
        """True when there is room between the bounds."""
        return self.minimum < self.maximum

    @property
    def disabled(self) -> Node | None:
        """The field that forbids one of the directions (`selectPolicy: Disabled`), if any; KEDA hands it on."""
        behavior = self.object.get("spec", "behavior")
        if self.object.kind == "ScaledObject":
            behavior = self.object.get("spec", "advanced", "horizontalPodAutoscalerConfig", "behavior")
        policies = (behavior.get(direction, "selectPolicy") for direction in ("scaleUp", "scaleDown"))
        return next((policy for policy in policies if policy.text() == "Disabled"), None)


def autoscaler(objects: Objects, workload: Workload) -> Autoscaler | None:
    """Return what scales a workload: the target's kind and name fit, in the same namespace.

    Absent bounds are the API's defaults: at least 1 (KEDA: 0), at most 100 with KEDA; a HorizontalPodAutoscaler has
    no default maximum.
    """
    must_be_declared(*SCALER_KINDS)
    scalers = objects.derived(_Scalers)
    for item in scalers.of("HorizontalPodAutoscaler", workload):
        if _targets(item, workload, default_kind=""):
            least = item.get("spec", "minReplicas").number()
            return Autoscaler(item, 1 if least is None else least, item.get("spec", "maxReplicas").number() or 0)
    for item in scalers.of("ScaledObject", workload):
        if _targets(item, workload, default_kind="Deployment"):
            most = item.get("spec", "maxReplicaCount").number()
            return Autoscaler(item, item.get("spec", "minReplicaCount").number() or 0, 100 if most is None else most)
    return None


_ByName = dict[tuple[str, str | None], list[tuple[int, KubernetesObject]]]


class _Scalers:
    """Autoscalers by the name of what they scale."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._named: dict[str, _ByName] = {}

    @staticmethod
    def _read(items: Iterator[KubernetesObject]) -> _ByName:
        """Return them by namespace and name of what they scale; None for one that cannot be read, told when asked."""
        found: _ByName = {}
        for place, item in enumerate(items):
            name: str | None = None
            with contextlib.suppress(Malformed):
                name = item.get("spec", "scaleTargetRef").get("name").text() or ""
            found.setdefault((item.namespace, name), []).append((place, item))
        return found

    def of(self, kind: str, workload: Workload) -> Iterator[KubernetesObject]:
        """Yield those that may scale a workload, in their order. Raises `Unseen` as `Objects.of_kind` does."""
        found = self._objects.of_kind(kind, group=_SCALERS[kind])
        if kind not in self._named:
            self._named[kind] = self._read(found)
        by_name = self._named[kind]
        named = by_name.get((workload.namespace, workload.name), [])
        unread = by_name.get((workload.namespace, None), [])
        yield from (item for _, item in sorted([*named, *unread], key=itemgetter(0)))


_SCALERS = {"HorizontalPodAutoscaler": "autoscaling", "ScaledObject": "keda.sh"}
SCALER_KINDS = tuple(in_group(kind, group) for kind, group in _SCALERS.items())
"""Kinds of objects that scale a workload (`autoscaler`, `replicas_at_least`)."""
BUDGET_KINDS = ("PodDisruptionBudget.policy", *SCALER_KINDS)
"""Kinds of objects that guard a workload against disruption, by its number of replicas (`disruption_budgets`)."""


def replicas_at_least(objects: Objects, workload: Workload) -> int:
    """Return the smallest number of pods that the chart asks for: the autoscaler's minimum, else `replicas`."""
    scaler = autoscaler(objects, workload)
    if scaler is not None:
        return scaler.minimum
    number = workload.get("spec", "replicas").number() if workload.is_scalable else None
    return 1 if number is None else number


@dataclass(frozen=True, slots=True)
class DisruptionBudget:
    """A PodDisruptionBudget that selects a workload's pods."""

    object: KubernetesObject
    blocks_drain: Node | None
    """The field by which no pod may ever be evicted, so that a node cannot be drained."""
    guards_nothing: Node | None
    """The field by which every pod may be evicted at once."""


def disruption_budgets(objects: Objects, workload: Workload) -> tuple[DisruptionBudget, ...]:
    """Return the budgets that select a workload's pods, in the same namespace (policy/v1: `{}` selects all).

    One that Helm takes away after its hooks guards nothing.
    """
    replicas = replicas_at_least(objects, workload)
    objects.of_kind("PodDisruptionBudget", group="policy")  # raises where they were not seen
    return tuple(
        DisruptionBudget(item, _blocking_field(item, replicas), _idle_field(item, replicas))
        for item in objects.derived(_Budgets).selecting(workload)
    )


class _Budgets:
    """The budgets that stay, with the pods they select."""

    def __init__(self, objects: Objects) -> None:
        budgets = (item for item in objects.of_kind("PodDisruptionBudget", group="policy") if item.stays)
        self._all = tuple((item, selector(item.get("spec", "selector"))) for item in budgets)
        self._selectors = Selectors(chosen for _, chosen in self._all)

    def selecting(self, workload: Workload) -> Iterator[KubernetesObject]:
        """Yield those of a workload's pods. Raises `Malformed` on reaching one that the API refuses."""
        for number in members(self._selectors.selecting(workload.pod_labels)):
            item, chosen = self._all[number]
            if item.namespace == workload.namespace:
                if chosen.fault is not None:
                    raise chosen.fault
                yield item


def _blocking_field(item: KubernetesObject, replicas: int) -> Node | None:
    """Return the field that leaves no room for an eviction. The disruption controller rounds percentages up."""
    most, least = item.get("spec", "maxUnavailable"), item.get("spec", "minAvailable")
    if int_or_percentage(most, max(replicas, 1), round_up=True) == 0:
        return most
    available = int_or_percentage(least, max(replicas, 1), round_up=True)
    return least if available is not None and available >= max(replicas, 1) else None


def _idle_field(item: KubernetesObject, replicas: int) -> Node | None:
    """Return the field that lets all pods go at once. For a lone pod `maxUnavailable: 1` can be no other."""
    most, least = item.get("spec", "maxUnavailable"), item.get("spec", "minAvailable")
    if int_or_percentage(least, max(replicas, 1), round_up=True) == 0:
        return least
    gone = int_or_percentage(most, max(replicas, 1), round_up=True)
    return most if most.value == "100%" or (gone is not None and 1 < max(replicas, 1) <= gone) else None


def _targets(item: KubernetesObject, workload: Workload, default_kind: str) -> bool:
    target = item.get("spec", "scaleTargetRef")
    return (
        item.namespace == workload.namespace
        and item.stays
        and target.get("name").text() == workload.name
        and (target.get("kind").text() or default_kind) == workload.kind
    )
