"""Workloads: everything that runs pods, their containers and effective security context."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, TypeVar

from toetskader.facts.attempt import Malformed, Unseen
from toetskader.facts.kubernetes.component import Component
from toetskader.facts.kubernetes.declared import AT_HAND
from toetskader.facts.kubernetes.images import ImageReference, parse_image
from toetskader.facts.kubernetes.node import Node
from toetskader.facts.kubernetes.objects import KubernetesObject, Objects
from toetskader.facts.kubernetes.owners import Owners, operator_of
from toetskader.facts.kubernetes.served_apis import is_builtin
from toetskader.text import Text

_Made = TypeVar("_Made")

POD_KINDS = (
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "ReplicaSet",
    "ReplicationController",
    "Pod",
    "Job",
    "CronJob",
)
WORKLOAD_KINDS = (*POD_KINDS, AT_HAND)
"""Kinds of objects that run pods: those, and any custom resource that holds a pod template (`Workloads`)."""
_BATCH_KINDS = frozenset({"Job", "CronJob"})
_SCALABLE_KINDS = frozenset({"Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"})


class ContainerRole(StrEnum):
    """What a container is in its pod."""

    REGULAR = "container"
    INIT = "init container"
    SIDECAR = "sidecar"
    """An init container with `restartPolicy: Always`: it runs as long as the pod does (KEP-753)."""
    EPHEMERAL = "ephemeral container"


@dataclass(frozen=True, slots=True)
class SecurityContext:
    """The fields in force for a container: its own, else the pod's where the field exists there.

    Source: Kubernetes API, PodSecurityContext and SecurityContext; the Pod Security Standards read them so.
    """

    run_as_user: Node
    run_as_non_root: Node
    read_only_root_filesystem: Node


class Container:
    """One container of a workload."""

    def __init__(self, workload: "Workload", node: Node, role: ContainerRole) -> None:
        self.workload = workload
        self.role = role
        self.name = node.get("name").text() or ""
        self.source = workload.source
        self.where = f"{workload.where}, {role.value} {self.name or node.path}"
        self.node = node.owned_by(self)
        self.path = node.path
        self._stepped: dict[tuple[str, ...], Node] = {}
        self._derived: dict[Callable[[Container], Any], Any] = {}

    def derived(self, make: Callable[["Container"], _Made]) -> _Made:
        """Return what a function makes of this container, such as the server that it is; it is made once.

        Whoever asks for it declares the kinds of objects that are read to make it.
        """
        if make not in self._derived:
            self._derived[make] = make(self)
        found: _Made = self._derived[make]
        return found

    def get(self, *keys: str) -> Node:
        """Step into the container's specification."""
        found = self._stepped.get(keys)
        if found is None:  # many judgements look at the same places
            found = self._stepped[keys] = self.node.get(*keys)
        return found

    @property
    def runs_continuously(self) -> bool:
        """True when it runs as long as the pod: regular containers and sidecars."""
        return self.role in (ContainerRole.REGULAR, ContainerRole.SIDECAR)

    @cached_property
    def security(self) -> SecurityContext:
        """The security context in force."""
        own = self.get("securityContext")
        pod = self.workload.pod.get("securityContext").owned_by(self)

        def inherited(key: str) -> Node:
            return own.get(key) if own.get(key) else pod.get(key) if pod.get(key) else own.get(key)

        return SecurityContext(
            run_as_user=inherited("runAsUser"),
            run_as_non_root=inherited("runAsNonRoot"),
            read_only_root_filesystem=own.get("readOnlyRootFilesystem"),
        )

    @cached_property
    def image(self) -> ImageReference | None:
        """The image reference; None when the container names none. Raises `Malformed` for one no registry accepts."""
        node = self.get("image")
        text = node.text()
        if not text:
            return None
        try:
            return parse_image(text)
        except ValueError as error:
            raise Malformed(self.where, node.path, "image reference", f"{text!r} ({error})") from error

    def env(self) -> Iterator[Node]:
        """Yield the entries of `env`."""
        return iter(self._env)

    @cached_property
    def _env(self) -> tuple[Node, ...]:
        return tuple(self.get("env").each())

    def command_line(self) -> Iterator[Node]:
        """Yield the parts of `command`, then those of `args`."""
        yield from self.get("command").each()
        yield from self.get("args").each()

    @cached_property
    def commands(self) -> tuple[tuple[Node, ...], ...]:
        """The parts of each command that it runs: as it starts, as a probe, after its start, at its end."""
        hooks = (self.get("lifecycle", name) for name in ("postStart", "preStop"))
        handlers = (tuple(handler.get("exec", "command").each()) for handler in (*self.probes(), *hooks))
        return tuple(self.command_line()), *(command for command in handlers if command)

    @property
    def command_text(self) -> str:
        """The command line as one text."""
        return " ".join(str(part.value) for part in self.command_line())

    def probes(self) -> Iterator[Node]:
        """Yield the three probes, set or not."""
        for name in ("livenessProbe", "readinessProbe", "startupProbe"):
            yield self.get(name)


class Workload:
    """An object that runs pods.

    Parameters: `objects`, those it stands among, where something about it is told by others; `kept`, a pod template
    that it holds for something else, which decides when and how pods are made of it.
    """

    def __init__(self, item: KubernetesObject, objects: Objects | None = None, kept: Node | None = None) -> None:
        self.object = item
        self.objects = objects
        self.holds_for_others = kept is not None
        self.kind = item.kind
        self.name = item.name
        self.namespace = item.namespace
        self.where = item.where
        self.source = item.source
        self.path = ""
        match item.kind:
            case _ if kept is not None:
                self._template = kept
            case "Pod":
                self._template = item.root
            case "CronJob":
                self._template = item.get("spec", "jobTemplate", "spec", "template")
            case _:
                self._template = item.get("spec", "template")
        self.pod = self._template.get("spec")
        self.containers = tuple(self._containers())

    def _containers(self) -> Iterator[Container]:
        for node in self.pod.get("initContainers").each():
            sidecar = node.get("restartPolicy").text() == "Always"
            yield Container(self, node, ContainerRole.SIDECAR if sidecar else ContainerRole.INIT)
        for node in self.pod.get("containers").each():
            yield Container(self, node, ContainerRole.REGULAR)
        for node in self.pod.get("ephemeralContainers").each():
            yield Container(self, node, ContainerRole.EPHEMERAL)

    def get(self, *keys: str) -> Node:
        """Step into the object's document."""
        return self.object.get(*keys)

    @property
    def pod_metadata(self) -> Node:
        """Metadata of the pods it runs."""
        return self._template.get("metadata")

    @cached_property
    def pod_labels(self) -> dict[str, str]:
        """Labels of the pods it runs."""
        return self._template.get("metadata", "labels").labels()

    @cached_property
    def pod_annotations(self) -> dict[str, str]:
        """Annotations of the pods it runs."""
        return self._template.get("metadata", "annotations").labels()

    @property
    def is_batch(self) -> bool:
        """True for Job and CronJob: they end, so they have no probe duty (norm: workloads)."""
        return self.kind in _BATCH_KINDS

    @property
    def is_long_running(self) -> bool:
        """True when its pods are meant to keep running, as far as can be told.

        No Job, no Pod that ends by itself or is a Helm hook, and no hook of another kind that Helm takes away.
        """
        if self.object.is_taken_away or self.holds_for_others:
            return False
        if self.kind == "Pod":
            return not self.is_hook and self.pod.get("restartPolicy").text() in (None, "Always")
        return not self.is_batch

    @property
    def is_custom(self) -> bool:
        """True for a custom resource: how its controller makes and replaces pods is not known here."""
        return not is_builtin(self.object)

    @property
    def is_scalable(self) -> bool:
        """True when it has a number of replicas: by its kind, or as a custom resource that says one."""
        return self.kind in _SCALABLE_KINDS or (self.is_custom and self.get("spec", "replicas").value is not None)

    @property
    def is_hook(self) -> bool:
        """True for a Helm hook."""
        return bool(self.object.hooks)

    @property
    def on_host_network(self) -> bool:
        """True when the pods share the node's network: no NetworkPolicy holds for them."""
        return self.pod.get("hostNetwork").flag() is True

    def volumes(self) -> Iterator[Node]:
        """Yield the pod's volumes."""
        yield from self.pod.get("volumes").each()


def _runs_pods(item: KubernetesObject) -> bool:
    """Tell whether an object of another kind has a pod template, as Argo's Rollout and OpenShift's DeploymentConfig."""
    value: object = item.document
    for key in ("spec", "template", "spec"):
        value = value.get(key) if isinstance(value, dict) else None
    return isinstance(value, dict) and isinstance(value.get("containers"), list)


def _seen(objects: Objects) -> tuple[tuple[str, ...], Text | None]:
    """Return the kinds that run pods and were seen, and why others were not. Raises `Unseen` when none was."""
    unseen: Unseen | None = None
    kinds = []
    for kind in POD_KINDS:
        try:
            objects.of_kind(kind)
            kinds.append(kind)
        except Unseen as outcome:
            unseen = unseen or outcome
    if unseen is not None and not kinds:
        raise unseen
    return tuple(kinds), unseen.reason if unseen is not None else None


def _run_by_what_was_seen(found: Iterable[KubernetesObject], unseen: Collection[str]) -> Iterator[KubernetesObject]:
    """Leave out what names a controller of a kind that was not seen, and what that runs: it is not judged in its place.

    Parameters: `found`, by kind, as `POD_KINDS` has them.
    """
    left_out: set[object] = set()
    # What controls comes before what it made: CronJob, Job, Pod.
    for item in sorted(found, key=lambda item: (item.kind == "Pod", item.kind == "Job")):
        owners = [owner for owner in item.get("metadata", "ownerReferences").each() if owner.get("controller").flag()]
        if any(owner.get("kind").text() in unseen or owner.get("uid").value in left_out for owner in owners):
            left_out.add(item.get("metadata", "uid").value)
        else:
            yield item


def _kept_templates(item: KubernetesObject) -> Iterator[Node]:
    """Yield the pod templates that something else makes pods of: those of a PodTemplate, or of a custom resource.

    Only whole ones: in a part of a template its controller fills in the rest, so that nothing can be said of it. On
    what runs the pods show themselves.
    """
    if item.is_live or (is_builtin(item) and item.kind != "PodTemplate"):
        return
    stack = [item.root]
    while stack:
        node = stack.pop()
        if isinstance(node.value, list):
            stack.extend(node.each())
        elif isinstance(node.value, dict) and _is_whole(node.value):
            yield node
        elif isinstance(node.value, dict):
            stack.extend(part for _, part in node.entries())


def _is_whole(template: dict[str, Any]) -> bool:
    spec = template.get("spec")
    containers = spec.get("containers") if isinstance(spec, dict) else None
    return (
        isinstance(containers, list)
        and bool(containers)
        and all(isinstance(one, dict) and isinstance(one.get("image"), str) and one["image"] for one in containers)
    )


class Workloads:
    """The workloads of one scene. Iterating leaves out Helm tests, which run-time rules do not concern.

    Parameters: `component`, which of those in a namespace are the supplier's; all of them without it; `partial`,
    whether those of kinds that were seen will do when others were not, which `unseen` then says; else that is `Unseen`.

    In a namespace that runs, what a controller made of another workload of it is left out when it runs what that says:
    the ReplicaSets of a Deployment, the Pods of a Job. So is what a custom resource keeps of before and that runs
    nothing. All else counts as a workload, whatever owner it names.
    """

    def __init__(self, objects: Objects, component: Component | None = None, *, partial: bool = False) -> None:
        self.scene = objects.scene
        kinds, self.unseen = _seen(objects) if partial else (POD_KINDS, None)
        others = [item for item in objects if item.kind not in POD_KINDS and _runs_pods(item)]
        found = [item for item in objects.of_kind(*kinds) if is_builtin(item) or _runs_pods(item)] + others
        everything = len(found)
        if self.unseen is not None:
            found = list(_run_by_what_was_seen(found, set(POD_KINDS) - set(kinds)))
        self.left_out = len(found) < everything
        """Whether something is run by a kind that was not seen, so that it is not judged."""
        taken = {id(item) for item in found}
        kept = (
            Workload(item, objects, node) for item in objects if id(item) not in taken for node in _kept_templates(item)
        )
        owners = self._owners = Owners(found)
        self.of_namespace = tuple(
            Workload(item, objects)
            for item in found
            if not (owners.runs_what_its_maker_says(item) or owners.is_past(item))
        ) + tuple(kept)
        """All of them, Helm tests and those of somebody else included."""
        self.with_tests = (
            self.of_namespace
            if component is None
            else tuple(item for item in self.of_namespace if component.may_hold(item.pod_labels, item.object.labels))
        )
        self._run_time = tuple(item for item in self.with_tests if not item.object.is_test)

    def __iter__(self) -> Iterator[Workload]:
        return iter(self._run_time)

    @property
    def bare_pods(self) -> tuple[Workload, ...]:
        """Pods that nothing manages: no controller starts them again when they end or their node does."""
        return tuple(item for item in self._run_time if item.kind == "Pod" and not self.is_managed(item))

    def is_managed(self, workload: Workload) -> bool:
        """Tell whether a workload has a controller: one of Kubernetes, or the custom resource that it names."""
        return self._owners.maker(workload.object) is not None or bool(operator_of(workload.object))

    def __len__(self) -> int:
        return len(self._run_time)

    def containers(self, *, tests: bool = False) -> Iterator[Container]:
        """Yield all containers of all workloads; `tests` adds those of Helm tests."""
        for workload in self.with_tests if tests else self._run_time:
            yield from workload.containers
