"""Pods that run, as a namespace shows them: what manages them, and how their containers fare."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from toetskader.facts.attempt import Unseen
from toetskader.facts.kubernetes.component import Component
from toetskader.facts.kubernetes.node import Node
from toetskader.facts.kubernetes.objects import KubernetesObject, Objects
from toetskader.facts.kubernetes.owners import Owners
from toetskader.facts.kubernetes.workloads import Container, Workload, Workloads


@dataclass(frozen=True, slots=True)
class Ended:
    """How a container ended."""

    reason: str
    """`OOMKilled`, `Error`, `Completed`, …"""
    exit_code: int | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class ContainerState:
    """How one container of a pod fares, from the pod's status."""

    container: Container
    node: Node
    """The entry in the pod's status; without value when there is none yet."""
    phase: str
    """`running`, `waiting` or `terminated`; empty when the status does not say."""
    waiting: str
    """Why it waits: `CrashLoopBackOff`, `ImagePullBackOff`, …; empty when it does not."""
    ready: bool
    started: bool | None
    """Whether its startup probe passed, or it has none."""
    restarts: int
    ended: tuple[Ended, ...]
    """Its end, now and before the last restart, as far as the status tells."""
    image_id: str
    """What the node runs: `registry/name@sha256:…`; empty when not known."""

    @property
    def digest(self) -> str:
        """Digest of the image that runs, `sha256:…`; empty when not known."""
        _, at, digest = self.image_id.rpartition("@")
        return digest if at else self.image_id if self.image_id.startswith("sha256:") else ""


class LivePod:
    """One pod, with what manages it."""

    def __init__(self, item: KubernetesObject, top: KubernetesObject | None) -> None:
        self.object = item
        self.workload = Workload(item)
        self.name = item.name
        self.namespace = item.namespace
        self.where = item.where
        self.source = item.source
        self.path = ""
        self.top = top
        """What manages it in the end, as far as the namespace shows: the Deployment, not its ReplicaSet."""
        self.phase = item.get("status", "phase").text() or ""
        self.reason = item.get("status", "reason").text() or ""
        """Why the pod as a whole is so: `Evicted`, `NodeLost`, …"""

    def get(self, *keys: str) -> Node:
        """Step into the pod's document."""
        return self.object.get(*keys)

    @property
    def labels(self) -> dict[str, str]:
        """The pod's labels."""
        return self.object.labels

    @property
    def managed_by(self) -> str:
        """Kind and name of what manages it in the end: `Deployment/app`; the pod itself when nothing does."""
        return self.top.where if self.top else self.where

    @property
    def created(self) -> datetime | None:
        """When it was made."""
        return moment(self.get("metadata", "creationTimestamp"))

    @property
    def is_leaving(self) -> bool:
        """True when it was told to end."""
        return self.get("metadata", "deletionTimestamp").value is not None

    @property
    def is_running(self) -> bool:
        """True when its containers run and it was not told to end."""
        return self.phase == "Running" and not self.is_leaving

    @property
    def is_ready(self) -> bool:
        """True when it takes traffic: condition Ready."""
        return self.condition("Ready").get("status").text() == "True"

    def condition(self, name: str) -> Node:
        """Return a condition of its status by type; a node without value when it has none."""
        return condition(self.object, name)

    @cached_property
    def containers(self) -> tuple[ContainerState, ...]:
        """Its containers in the order of the pod: init, regular, ephemeral."""
        known: dict[str, Node] = {}
        for field in ("initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses"):
            for node in self.get("status", field).each():
                known[node.get("name").text() or ""] = node
        nothing = Node(None, "status.containerStatuses", self.object)
        return tuple(_state(item, known.get(item.name, nothing)) for item in self.workload.containers)


class LivePods:
    """The pods of a namespace, or of the supplier's component in it. Raises `Unseen` when the pods were not seen.

    Parameters: `component`, which of the pods are the supplier's; those that one of its `workloads` runs always are.
    """

    def __init__(self, objects: Objects, workloads: Workloads, component: Component | None = None) -> None:
        self.scene = objects.scene
        if workloads.unseen is not None and workloads.left_out:  # whose they are is not known
            raise Unseen("Pod", workloads.unseen)
        owners = Owners(objects)
        self.of_namespace = tuple(LivePod(item, _top(item, owners)) for item in objects.of_kind("Pod", group=""))
        """All of them, those of somebody else included."""
        self._workloads = tuple(workloads)
        self._pods = self.of_namespace
        if component is not None:
            known = {item.where for item in workloads.of_namespace}
            own = {item.where for item in workloads.with_tests}
            self._pods = tuple(pod for pod in self.of_namespace if _is_of(component, pod, known, own))

    def __iter__(self) -> Iterator[LivePod]:
        return iter(self._pods)

    def __len__(self) -> int:
        return len(self._pods)

    @property
    def running(self) -> tuple[LivePod, ...]:
        """Pods that run and were not told to end."""
        return tuple(pod for pod in self._pods if pod.is_running)

    @cached_property
    def by_workload(self) -> dict[str, tuple[LivePod, ...]]:
        """`Deployment/app` → its pods, those that ended included. Workloads without pods have none here."""
        found: dict[str, list[LivePod]] = defaultdict(list)
        for pod in self._pods:
            found[pod.managed_by].append(pod)
        return {where: tuple(pods) for where, pods in found.items()}

    def of(self, workload: Workload) -> tuple[LivePod, ...]:
        """Return the pods that a workload runs, in the end."""
        return self.by_workload.get(workload.where, ())

    @property
    def without_pods(self) -> tuple[Workload, ...]:
        """Workloads that should run all the time and of which there is no pod, though more than none is asked for."""
        return tuple(
            item
            for item in self._workloads
            if item.is_long_running and not self.of(item) and item.get("spec", "replicas").value != 0
        )


def _is_of(component: Component, pod: LivePod, known: set[str], own: set[str]) -> bool:
    """Tell whether a pod is the component's: what runs it decides, and else its own labels."""
    if pod.managed_by in known:
        return pod.managed_by in own or component.is_chosen_by(pod.labels)
    return component.may_hold(pod.labels)


def condition(item: KubernetesObject, name: str) -> Node:
    """Return a condition of an object's status by type; a node without value when it has none."""
    for node in item.get("status", "conditions").each():
        if node.get("type").text() == name:
            return node
    return Node(None, f"status.conditions[type={name}]", item)


def moment(node: Node) -> datetime | None:
    """Read a moment as the API writes it (RFC 3339); None when it is not there or is none."""
    text = node.text()
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def _top(item: KubernetesObject, owners: Owners) -> KubernetesObject | None:
    """Follow the controllers as far as the namespace shows them; no kind makes its own, so that this ends."""
    top, at = None, owners.maker(item)
    while at is not None:
        top, at = at, owners.maker(at)
    return top


def _state(container: Container, node: Node) -> ContainerState:
    state, last = node.get("state"), node.get("lastState")
    phases = [name for name in ("running", "waiting", "terminated") if state.get(name).value is not None]
    ended = (_ended(state.get("terminated")), _ended(last.get("terminated")))
    return ContainerState(
        container=container,
        node=node,
        phase=phases[0] if phases else "",
        waiting=state.get("waiting", "reason").text() or "",
        ready=node.get("ready").flag() is True,
        started=node.get("started").flag(),
        restarts=node.get("restartCount").number() or 0,
        ended=tuple(item for item in ended if item is not None),
        image_id=node.get("imageID").text() or "",
    )


def _ended(node: Node) -> Ended | None:
    if node.value is None:
        return None
    return Ended(node.get("reason").text() or "", node.get("exitCode").number(), moment(node.get("finishedAt")))
