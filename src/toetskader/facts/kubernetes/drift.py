"""Drift: where what runs in a namespace is not what a chart renders, object by object."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from toetskader.facts.attempt import Unseen
from toetskader.facts.chart import Render
from toetskader.facts.kubernetes.component import Component
from toetskader.facts.kubernetes.differences import NOT_RENDERED, Difference, Incomparable, differences, is_checksum
from toetskader.facts.kubernetes.live import Live
from toetskader.facts.kubernetes.node import Node
from toetskader.facts.kubernetes.objects import CLUSTER_KINDS, KubernetesObject, Objects
from toetskader.facts.kubernetes.owners import Owners
from toetskader.facts.kubernetes.scaling import autoscaler
from toetskader.facts.kubernetes.workloads import POD_KINDS, Workload
from toetskader.text import Text

RELEASE_NAME = "meta.helm.sh/release-name"
"""Annotation that Helm puts on each object of a release."""
INSTANCE = "app.kubernetes.io/instance"
KUSTOMIZATION = "kustomize.toolkit.fluxcd.io/name"
"""Label that Flux puts on what it applies from a repository without Helm."""
_POLICY = "helm.sh/resource-policy"
"""Annotation by which a chart tells Helm to leave an object where it is."""

_ROUTES = ("Ingress", "HTTPRoute", "GRPCRoute", "ApisixRoute", "IngressRoute", "Route", "VirtualService")
_SCALERS = ("HorizontalPodAutoscaler", "ScaledObject")
_ONLY_THE_COMPONENTS = (*POD_KINDS, *_SCALERS, *_ROUTES, "Service")
"""Kinds that nobody but the component puts into its namespace, so that one is extra without any mark of a release."""
_ENDS = frozenset({"Job", "Pod"})
"""Kinds of hooks that Helm may leave behind under a name that is another each time."""


@dataclass(frozen=True, slots=True)
class NotCompared:
    """Something that could not be compared, and why."""

    where: str
    """An object, or a kind of object of which none may be there that the chart does not render."""
    reason: Text
    path: str = ""
    """The place in the object; empty for all of it."""


@dataclass(frozen=True, slots=True)
class Drift:
    """What a namespace holds against what a chart renders."""

    missing: tuple[KubernetesObject, ...] = ()
    """Rendered, and not in the namespace."""
    extra: tuple[KubernetesObject, ...] = ()
    """In the namespace and of the component, and not rendered."""
    changed: tuple[Difference, ...] = ()
    not_compared: tuple[NotCompared, ...] = ()
    outside: tuple[str, ...] = ()
    """Objects of the render that do not belong in the namespace, and so were not looked at."""
    secrets: tuple[str, ...] = ()
    """Secrets of which all but the content was compared."""
    compared: int = 0
    """Objects that were found on both sides and compared."""
    releases: tuple[str, ...] = ()
    """Helm releases that have objects in the namespace."""

    @property
    def is_none(self) -> bool:
        """True when nothing was found to differ; what was not compared can still."""
        return not (self.missing or self.extra or self.changed)


def drift(render: Render, live: Live) -> Drift:
    """Compare what a chart renders with what a namespace holds.

    Parameters: `render`, made with the release name, namespace, values and Kubernetes version of the environment;
    `live`, the namespace. Raises `Malformed` for objects without kind or metadata that the API could read, and
    `Unseen` when kinds were not asked for, or the selector of the component is none.
    """
    return compared(
        Objects.of(render),
        Objects.of_live(live),
        release=render.release,
        varies=frozenset(render.varies),
        component=Component.of(live),
    )


def varying(one: Render, other: Render) -> tuple[str, ...]:
    """Return the places in which two renders of one chart with the same values differ: chance, or the clock.

    Raises `Malformed` as `drift` does.
    """
    found = compared(Objects.of(one), Objects.of(other), release=one.release)
    changed = (f"{item.node.where} {item.node.path}" for item in found.changed)
    return tuple(dict.fromkeys((*changed, *(item.where for item in found.missing))))


def compared(
    rendered: Objects,
    running: Objects,
    *,
    release: str,
    varies: frozenset[str] = frozenset(),
    component: Component | None = None,
) -> Drift:
    """Compare the objects of a render with those of a namespace.

    Helm hooks, and jobs that clean themselves up, need not be there. Objects outside the namespace are only named. An
    object of a kind that was not seen, or that is served in another version than it was written in, is not compared;
    nor is a place of `varies` (see `varying`), or one where a secret stood. Parameters: `release`, Helm's name for
    what was installed; `component`, which of the workloads are the supplier's, None for all of them.
    """
    return _Comparison(rendered, running, release, varies, component or Component()).drift()


_NEW_EACH_TIME = Text(
    "De chart maakt hier elke keer iets anders van (toeval of de klok), dus dit is niet te vergelijken.",
    "The chart makes something else of this each time (chance or the clock), so it cannot be compared.",
)


class _Comparison:
    """One comparison of a render with a namespace."""

    def __init__(
        self, rendered: Objects, running: Objects, release: str, varies: frozenset[str], component: Component
    ) -> None:
        self._rendered = rendered
        self._running = running
        self._release = release
        self._varies = varies
        self._renamed = {where.partition("/")[0] for where in varies if " " not in where}
        self._component = component
        self._here = [item for item in running.of_every_kind() if item.namespace == running.namespace]
        self._owners = Owners(self._here)
        self._wanted = {(item.kind, item.group, item.name) for item in rendered}
        self._not_compared: list[NotCompared] = []

    def drift(self) -> Drift:
        known = {(item.kind, item.group, item.name): item for item in self._here}
        missing: list[KubernetesObject] = []
        outside: list[str] = []
        pairs: list[tuple[KubernetesObject, KubernetesObject]] = []
        for item in self._rendered:
            if item.kind in CLUSTER_KINDS or item.namespace != self._rendered.namespace:
                outside.append(item.where)
                continue
            found = known.get((item.kind, item.group, item.name))
            if item.hooks:
                continue
            if found is None:
                if self._is_missing(item):
                    missing.append(item)
            elif found.api_version != item.api_version:
                self._leave(item.where, _other_version(item, found))
            else:
                pairs.append((item, found))
        changed = [one for item, found in pairs for one in self._changes(item, found)]
        changed += self._of_pods()
        extra = tuple(item for item in self._here if self._is_extra(item))
        self._leave_unseen_kinds()
        return Drift(
            missing=tuple(missing),
            extra=extra,
            changed=tuple(changed),
            not_compared=tuple(dict.fromkeys(self._not_compared)),
            outside=tuple(outside),
            secrets=tuple(item.where for item, _ in pairs if item.kind == "Secret" and not item.group),
            compared=len(pairs),
            releases=tuple(sorted({item.annotations.get(RELEASE_NAME, "") for item in self._here} - {""})),
        )

    def _leave(self, where: str, reason: Text, path: str = "") -> None:
        self._not_compared.append(NotCompared(where, reason, path))

    def _is_missing(self, item: KubernetesObject) -> bool:
        """Tell whether an object that is not here ought to be."""
        try:
            self._running.of_kind(item.kind, group=item.group)
        except Unseen as unseen:
            self._leave(item.where, unseen.reason)
            return False
        if item.where in self._varies:
            self._leave(item.where, _NEW_EACH_TIME)
            return False
        return not _cleans_up(item)

    def _changes(self, item: KubernetesObject, found: KubernetesObject) -> Iterator[Difference]:
        for one in differences(item, found):
            place = f"{item.where} {one.node.path}"
            if isinstance(one, Incomparable):
                self._leave(item.where, one.reason, one.node.path)
            elif self._varies and any(part in self._varies for part in _above(place)):
                if not is_checksum(one.node.path):
                    self._leave(item.where, _NEW_EACH_TIME, one.node.path)
            elif one.node.path != "spec.replicas" or not self._is_scaled(item, found):
                yield one

    def _is_scaled(self, item: KubernetesObject, found: KubernetesObject) -> bool:
        """Tell whether something else than the chart decides on the replicas of a workload."""
        if item.kind not in POD_KINDS:
            return False
        try:
            scaled = autoscaler(self._rendered, Workload(item)) or autoscaler(self._running, Workload(found))
        except Unseen as unseen:
            self._leave(item.where, unseen.reason, "spec.replicas")
            return True
        return scaled is not None

    def _of_pods(self) -> Iterator[Difference]:
        """Yield where a pod was changed since it was made: its images, and containers to look inside.

        A pod may run what its Deployment wants no more, until it is replaced, so it is held to what made it. Where an
        image is taken from, and by which digest, admission may change.
        """
        for pod in self._here:
            if pod.kind != "Pod" or not self._component.may_hold(pod.labels):
                continue
            for container in pod.get("spec", "ephemeralContainers").each():
                name = container.get("name").text() or ""
                place = Node(name, f"spec.ephemeralContainers[{name}]", pod)
                yield Difference(place, container.get("image").text(), NOT_RENDERED)
            maker = self._owners.maker(pod)
            if maker is not None and maker.kind == "ReplicaSet":
                wanted = _images(maker.get("spec", "template", "spec"))
                for name, node in _images(pod.get("spec")).items():
                    if name in wanted and _short(node.text()) != _short(wanted[name].text()):
                        place = Node(node.value, f"spec.{name}.image", pod)
                        yield Difference(place, node.value, wanted[name].value)

    def _is_extra(self, item: KubernetesObject) -> bool:
        """Tell whether an object is of the component while the chart does not render it.

        By Helm's marks of the release; a workload, Service, scaler or route also without any. What something else made
        (an owner), Helm's own records, what a chart told Helm to keep, and what Flux applies beside are left out.
        """
        if (item.kind, item.group, item.name) in self._wanted or self._is_made_by_others(item):
            return False
        if item.hooks and item.kind in _ENDS:
            return False
        if item.kind == "PersistentVolumeClaim" and item.name.startswith(self._from_templates):
            return False
        named = item.annotations.get(RELEASE_NAME)
        if named is not None:
            return named == self._release and not self._has_new_name(item)
        if item.kind in _ONLY_THE_COMPONENTS:
            return self._component.may_hold(item.labels)
        of_release = item.labels.get(INSTANCE) == self._release
        return of_release and item.labels.get("app.kubernetes.io/managed-by") == "Helm"

    def _is_made_by_others(self, item: KubernetesObject) -> bool:
        """Tell whether something else than a person put an object there, beside the release."""
        return (
            self._owners.is_made(item)
            or (item.kind == "Secret" and item.name.startswith("sh.helm.release."))
            or (item.kind == "Service" and item.name == "kubernetes")
            or item.annotations.get(_POLICY) == "keep"
            or (RELEASE_NAME not in item.annotations and KUSTOMIZATION in item.labels)
        )

    def _has_new_name(self, item: KubernetesObject) -> bool:
        """Tell whether an object may be one that the chart gives another name each time."""
        return item.kind in self._renamed

    @cached_property
    def _from_templates(self) -> tuple[str, ...]:
        """Starts of the names of claims that StatefulSets make: they own none of those, but name them."""
        return tuple(
            f"{template.get('metadata', 'name').text()}-{item.name}-"
            for item in self._here
            if item.kind == "StatefulSet"
            for template in item.get("spec", "volumeClaimTemplates").each()
        )

    def _leave_unseen_kinds(self) -> None:
        """Say of which kinds it cannot be told that there are none but those of the chart."""
        for kind in _ONLY_THE_COMPONENTS:
            try:
                self._running.of_kind(kind)
            except Unseen as unseen:
                self._leave(kind, unseen.reason)


def _above(place: str) -> Iterator[str]:
    """Yield a place and every place that it is in."""
    yield place
    yield from (place[: end.start()] for end in re.finditer(r"[.[]", place))


def _other_version(item: KubernetesObject, found: KubernetesObject) -> Text:
    return Text(
        f"De chart schrijft {item.api_version}, het cluster toont {found.api_version}; schrijf die versie in de chart.",
        f"The chart writes {item.api_version}, the cluster shows {found.api_version}; write that version in the chart.",
    )


def _cleans_up(item: KubernetesObject) -> bool:
    """Tell whether an object goes away by itself once it is done."""
    return item.kind == "Job" and item.get("spec", "ttlSecondsAfterFinished").value is not None


def _images(spec: Node) -> dict[str, Node]:
    """Return the images of a pod by container: `containers[app]`."""
    return {
        f"{kind}[{container.get('name').text()}]": container.get("image")
        for kind in ("initContainers", "containers")
        for container in spec.get(kind).each()
    }


def _short(image: str | None) -> str:
    """Return an image without the registry it comes from and without digest."""
    name = (image or "").partition("@")[0]
    host, slash, rest = name.partition("/")
    return rest if slash and ("." in host or ":" in host or host == "localhost") else name
