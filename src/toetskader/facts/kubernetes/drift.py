"""Drift: where what runs differs from what a chart renders, object by object.

Compared is what the render says. What the API server fills in by itself (defaults, status, identity) is no drift, nor
are a number written in another way (`0.5` and `500m`), an empty value that the API leaves out, and the replicas of a
workload that something scales. Fields that no API server ever fills in are drift when only the live object has them.
Of Secrets only labels, annotations and type are compared: their content is not collected.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from toetskader.facts.attempt import Malformed, Unseen
from toetskader.facts.chart import Render
from toetskader.facts.kubernetes.live import Live
from toetskader.facts.kubernetes.node import Node
from toetskader.facts.kubernetes.objects import CLUSTER_KINDS, KubernetesObject, Objects
from toetskader.facts.kubernetes.quantities import quantity
from toetskader.facts.kubernetes.scaling import autoscaler
from toetskader.facts.kubernetes.workloads import POD_KINDS, Workload
from toetskader.facts.secrets import leaks, names_secret
from toetskader.text import Text

RELEASE_NAME = "meta.helm.sh/release-name"
"""Annotation that Helm puts on each object of a release."""
INSTANCE = "app.kubernetes.io/instance"
KUSTOMIZATION = "kustomize.toolkit.fluxcd.io/name"
"""Label that Flux puts on what it applies from a repository without Helm."""

_ROUTES = ("Ingress", "HTTPRoute", "GRPCRoute", "ApisixRoute", "IngressRoute", "Route", "VirtualService")
_SIMPLE_DEFAULTS: Mapping[tuple[str, str], object] = {
    ("Deployment", "spec.replicas"): 1,
    ("Deployment", "spec.paused"): False,
    ("StatefulSet", "spec.replicas"): 1,
    ("CronJob", "spec.suspend"): False,
    ("Job", "spec.suspend"): False,
    ("Service", "spec.type"): "ClusterIP",
    ("Service", "spec.sessionAffinity"): "None",
}
"""Kind and place → what the API server takes where nothing is said; another value was set by somebody."""
# Fields of a workload's pods, of Services and of network policies that no API server fills in. Admission can, but does
# so on the pods that are made and not on what makes them.
_NEVER_FILLED_IN = frozenset(
    {
        "affinity", "allowPrivilegeEscalation", "args", "capabilities", "command", "egress", "env", "envFrom",
        "externalIPs", "fsGroup", "hostAliases", "hostIPC", "hostNetwork", "hostPID", "hostPath", "hostPort",
        "imagePullSecrets", "ingress", "initContainers", "lifecycle", "limits", "livenessProbe",
        "loadBalancerSourceRanges", "nodeName", "nodeSelector", "privileged", "readOnlyRootFilesystem",
        "readinessProbe", "requests", "runAsGroup", "runAsNonRoot", "runAsUser", "shareProcessNamespace",
        "startupProbe", "supplementalGroups", "tolerations", "volumeMounts", "volumes",
    }
)  # fmt: skip
_KINDS_WITH_SUCH_FIELDS = frozenset({*POD_KINDS, "NetworkPolicy", "Service"} - {"Pod"})
# Admission fills in lists of these: volumes and tolerations of a pod, pull secrets of an account.
_FILLED_IN_LISTS = frozenset({"Pod", "ServiceAccount"})
_KEYED_LISTS: Mapping[str, tuple[str, ...]] = {
    "containers": ("name",),
    "initContainers": ("name",),
    "env": ("name",),
    "volumes": ("name",),
    "volumeMounts": ("mountPath",),
    "volumeClaimTemplates": ("metadata.name",),
    "imagePullSecrets": ("name",),
    "hostAliases": ("ip",),
    "ports": ("containerPort", "port"),
}
"""Lists that the API takes as maps: by which field."""
_QUANTITIES = frozenset({"requests", "limits", "sizeLimit", "divisor", "averageValue", "capacity", "hard"})
# Maps that the API leaves out when they are empty. Other empty mappings mean something, as `emptyDir: {}` does.
_MAPS = frozenset(
    {"labels", "annotations", "matchLabels", "nodeSelector", "data", "binaryData", "stringData", "requests", "limits"}
)
_SERVER_METADATA = frozenset(
    {
        "creationTimestamp", "deletionGracePeriodSeconds", "deletionTimestamp", "finalizers", "generateName",
        "generation", "managedFields", "name", "namespace", "ownerReferences", "resourceVersion", "selfLink", "uid",
    }
)  # fmt: skip
_SET_BY_HELM = frozenset(
    {"app.kubernetes.io/managed-by", "meta.helm.sh/release-name", "meta.helm.sh/release-namespace"}
)
"""Labels and annotations that Helm sets, whatever the chart says."""
_CONTENT = ("data", "binaryData", "stringData", "value")
HIDDEN = Text("een andere waarde (niet getoond)", "another value (not shown)")
NOT_THERE = Text("niet aanwezig", "not there")
NOT_RENDERED = Text("staat niet in de chart", "not in the chart")


@dataclass(frozen=True, slots=True)
class Difference:
    """A place where a live object is not what the chart renders."""

    node: Node
    """The place in the live object, by names rather than numbers: `spec.template.spec.containers[app].image`."""
    seen: object
    """What runs; never a value that may be secret."""
    expected: object
    """What the chart renders."""


@dataclass(frozen=True, slots=True)
class NotCompared:
    """An object of the render that could not be compared, and why."""

    object: KubernetesObject
    reason: Text


@dataclass(frozen=True, slots=True)
class Drift:
    """What a namespace holds against what a chart renders."""

    missing: tuple[KubernetesObject, ...] = ()
    """Rendered, and not in the namespace."""
    extra: tuple[KubernetesObject, ...] = ()
    """In the namespace and of the component, and not rendered."""
    changed: tuple[Difference, ...] = ()
    not_compared: tuple[NotCompared, ...] = ()
    compared: int = 0
    """Objects that were found on both sides and compared."""

    @property
    def is_none(self) -> bool:
        """True when nothing was found to differ; what was not compared can still."""
        return not (self.missing or self.extra or self.changed)


def drift(render: Render, live: Live) -> Drift:
    """Compare what a chart renders with what a namespace holds.

    Parameters: `render`, made with the release name, namespace, values and Kubernetes version of the environment;
    `live`, the namespace. Raises `Malformed` for objects without kind or metadata that the API could read.
    """
    return compared(Objects.of(render), Objects.of_live(live), release=render.release)


def compared(rendered: Objects, running: Objects, *, release: str) -> Drift:
    """Compare the objects of a render with those of a namespace.

    Objects outside the namespace, Helm hooks, and jobs that clean themselves up are left out: they need not be there.
    An object of a kind that was not seen, or that is served in another version than it was written in, is named as
    not compared.
    """
    known = {(item.kind, item.group, item.name): item for item in running if item.namespace == running.namespace}
    missing: list[KubernetesObject] = []
    changed: list[Difference] = []
    skipped: list[NotCompared] = []
    wanted: set[tuple[str, str, str]] = set()
    count = 0
    for item in rendered:
        if item.kind in CLUSTER_KINDS or item.namespace != rendered.namespace:
            skipped.append(NotCompared(item, _OUTSIDE))
            continue
        key = (item.kind, item.group, item.name)
        wanted.add(key)
        if item.hooks:
            continue
        found = known.get(key)
        if found is None:
            reason = _why_unseen(item, running)
            if reason is not None:
                skipped.append(NotCompared(item, reason))
            elif not _cleans_up(item):
                missing.append(item)
        elif found.api_version != item.api_version:
            skipped.append(NotCompared(item, _other_version(item, found)))
        else:
            count += 1
            changed.extend(_changes(item, found, rendered, running, skipped))
    extra = tuple(item for item in running if _is_extra(item, wanted, release, running))
    return Drift(tuple(missing), extra, tuple(changed), tuple(skipped), count)


_OUTSIDE = Text(
    "Dit object valt buiten de namespace die bekeken is.", "This object is outside the namespace that was looked at."
)


def _other_version(item: KubernetesObject, found: KubernetesObject) -> Text:
    return Text(
        f"De chart schrijft {item.api_version}, het cluster toont {found.api_version}; schrijf die versie in de chart.",
        f"The chart writes {item.api_version}, the cluster shows {found.api_version}; write that version in the chart.",
    )


def _why_unseen(item: KubernetesObject, running: Objects) -> Text | None:
    try:
        running.of_kind(item.kind, group=item.group)
    except Unseen as unseen:
        return unseen.reason
    return None


def _cleans_up(item: KubernetesObject) -> bool:
    """Tell whether an object goes away by itself once it is done."""
    return item.kind == "Job" and item.get("spec", "ttlSecondsAfterFinished").value is not None


def _changes(
    item: KubernetesObject,
    found: KubernetesObject,
    rendered: Objects,
    running: Objects,
    skipped: list[NotCompared],
) -> Iterator[Difference]:
    if item.kind == "Secret" and not item.group:
        yield from _metadata(item.document, found)
        if found.get("type").value is not None:
            yield from _compare(item.document.get("type", "Opaque"), found.document.get("type"), "type", found)
        return
    own_replicas = True
    if item.kind in POD_KINDS:
        try:
            own_replicas = not (_is_scaled(rendered, item) or _is_scaled(running, found))
        except Unseen as unseen:
            skipped.append(NotCompared(item, unseen.reason))
            own_replicas = False
    yield from _metadata(item.document, found)
    for key, value in item.document.items():
        if key in ("apiVersion", "kind", "metadata", "status"):
            continue
        if key == "spec" and not own_replicas and isinstance(value, dict):
            value = {name: part for name, part in value.items() if name != "replicas"}  # noqa: PLW2901 - what is left
        yield from _compare(value, found.document.get(key), key, found)
    if item.kind == "ConfigMap":
        yield from _more_entries(item, found)
    if item.kind in _KINDS_WITH_SUCH_FIELDS:
        yield from _additions(item.document.get("spec"), found.document.get("spec"), "spec", found)
    yield from _off_default(item, found, own_replicas=own_replicas)


def _is_scaled(objects: Objects, item: KubernetesObject) -> bool:
    return autoscaler(objects, Workload(item)) is not None


def _metadata(document: Mapping[str, Any], found: KubernetesObject) -> Iterator[Difference]:
    metadata = document.get("metadata")
    said = metadata if isinstance(metadata, dict) else {}
    for key, value in said.items():
        if key in _SERVER_METADATA:
            continue
        if key in ("labels", "annotations") and isinstance(value, dict):
            value = {name: text for name, text in value.items() if name not in _SET_BY_HELM}  # noqa: PLW2901
        if value:
            yield from _compare(value, found.get("metadata").mapping().get(key), f"metadata.{key}", found)


def _more_entries(item: KubernetesObject, found: KubernetesObject) -> Iterator[Difference]:
    """Yield entries of a ConfigMap that the chart does not write; the server never adds any."""
    for field in ("data", "binaryData"):
        for key, node in found.get(field).entries():
            if key not in item.get(field).mapping():
                yield Difference(node, HIDDEN, NOT_RENDERED)


def _off_default(item: KubernetesObject, found: KubernetesObject, *, own_replicas: bool) -> Iterator[Difference]:
    for (kind, path), default in _SIMPLE_DEFAULTS.items():
        if kind != item.kind or (path == "spec.replicas" and not own_replicas):
            continue
        keys = path.split(".")
        said, node = item.get(*keys), found.get(*keys)
        if said.value is None and node.value is not None and node.value != default:
            yield Difference(node, node.value, default)


def _compare(said: Any, there: Any, path: str, found: KubernetesObject) -> Iterator[Difference]:
    """Yield the places below one where the live object is not what the render says."""
    if said is None or _same(said, there, path, found):
        return
    if isinstance(said, dict) and isinstance(there, dict):
        if path.endswith(".metadata"):  # of a pod template or a claim template
            said = {key: value for key, value in said.items() if key not in _SERVER_METADATA - {"name"}}
        for key, value in said.items():
            yield from _compare(value, there.get(key), f"{path}.{key}", found)
    elif isinstance(said, list) and isinstance(there, list):
        yield from _compare_lists(said, there, path, found)
    else:
        yield _difference(said, there, path, found)


def _compare_lists(said: list[Any], there: list[Any], path: str, found: KubernetesObject) -> Iterator[Difference]:
    fields = _KEYED_LISTS.get(_last(path), ())
    wanted, present = _by_key(said, fields), _by_key(there, fields)
    if wanted is None or present is None:
        wanted = {str(index): item for index, item in enumerate(said)}
        present = {str(index): item for index, item in enumerate(there)}
    for key, value in wanted.items():
        place = f"{path}[{key}]"
        if key in present:
            yield from _compare(value, present[key], place, found)
        else:
            yield Difference(Node(None, place, found), NOT_THERE, _shown(value, place))
    if found.kind in _FILLED_IN_LISTS:
        return
    for key, value in present.items():
        if key not in wanted:
            place = f"{path}[{key}]"
            yield Difference(Node(value, place, found), _shown(value, place), NOT_RENDERED)


def _by_key(items: list[Any], fields: Iterable[str]) -> dict[str, Any] | None:
    """Return list items by their key; None when they have none, or share one."""
    found: dict[str, Any] = {}
    for item in items:
        key = next((value for field in fields if (value := _step(item, field)) is not None), None)
        if key is None:
            return None
        text = str(key)
        protocol = item.get("protocol") or "TCP"
        if "port" in fields and protocol != "TCP":
            text = f"{text}/{protocol}"
        if text in found:
            return None
        found[text] = item
    return found


def _step(item: Any, field: str) -> Any:
    for key in field.split("."):
        item = item.get(key) if isinstance(item, dict) else None
    return item


def _same(said: Any, there: Any, path: str, found: KubernetesObject) -> bool:
    """Tell whether two values mean the same to the API."""
    if type(said) is type(there) and said == there:
        return True
    if there is None:
        return _left_out_when_empty(said, path)
    if isinstance(said, bool) or isinstance(there, bool) or isinstance(said, dict | list):
        return False
    if isinstance(said, int | float) and isinstance(there, int | float):
        return said == there
    if any(part in _QUANTITIES for part in _parts(path)):
        try:
            return quantity(Node(said, path, found)) == quantity(Node(there, path, found))
        except Malformed:
            return False
    return not isinstance(there, dict | list) and str(said) == str(there)  # ports are text or number


def _left_out_when_empty(said: Any, path: str) -> bool:
    """Tell whether the API leaves a value out when it is empty, so that its absence means the same."""
    if isinstance(said, dict):
        return not said and _last(path) in _MAPS
    return said in ("", 0, False) or said == []


def _additions(said: Any, there: Any, path: str, found: KubernetesObject) -> Iterator[Difference]:
    """Yield fields that only the live object has and that no API server fills in."""
    if isinstance(there, dict):
        said_here = said if isinstance(said, dict) else {}
        for key, value in there.items():
            place = f"{path}.{key}"
            if said_here.get(key) is not None:
                yield from _additions(said_here[key], value, place, found)
            elif key in _NEVER_FILLED_IN and value not in (None, False, "", [], {}):
                yield Difference(Node(value, place, found), _shown(value, place), NOT_RENDERED)
            elif isinstance(value, dict):
                yield from _additions({}, value, place, found)
    elif isinstance(there, list) and isinstance(said, list):
        fields = _KEYED_LISTS.get(_last(path), ())
        wanted, present = _by_key(said, fields), _by_key(there, fields)
        if wanted is None or present is None:
            wanted = {str(index): item for index, item in enumerate(said)}
            present = {str(index): item for index, item in enumerate(there)}
        for key in wanted.keys() & present.keys():
            yield from _additions(wanted[key], present[key], f"{path}[{key}]", found)


def _difference(said: Any, there: Any, path: str, found: KubernetesObject) -> Difference:
    if _may_be_secret(path, said, there):
        return Difference(
            Node(there, path, found),
            NOT_THERE if there is None else HIDDEN,
            Text("de waarde uit de chart (niet getoond)", "the chart's value (not shown)"),
        )
    seen = NOT_THERE if there is None else _shown(there, path)
    return Difference(Node(there, path, found), seen, _shown(said, path))


def _shown(value: Any, path: str) -> object:
    """Return what may be shown of a value: lists and mappings by what they hold, nothing that may be secret."""
    if _may_be_secret(path, value):
        return HIDDEN
    if isinstance(value, dict):
        return Text("een mapping met " + ", ".join(map(str, value)), "a mapping with " + ", ".join(map(str, value)))
    if isinstance(value, list):
        return Text(f"een lijst van {len(value)}", f"a list of {len(value)}")
    return value


def _may_be_secret(path: str, *values: Any) -> bool:
    parts = _parts(path)
    in_content = bool(parts) and (parts[0] in _CONTENT or (parts[-1] == "value" and "env" in parts))
    return (
        in_content
        or names_secret(_last(path))
        or any(isinstance(value, str) and bool(leaks(value)) for value in values)
    )


def _parts(path: str) -> list[str]:
    return [part.partition("[")[0] for part in path.split(".")]


def _last(path: str) -> str:
    return path.rpartition(".")[2].partition("[")[0] if not path.endswith("]") else ""


def _is_extra(item: KubernetesObject, wanted: set[tuple[str, str, str]], release: str, running: Objects) -> bool:
    """Tell whether an object is of the component while the chart does not render it.

    By Helm's marks of the release; a workload, Service or route also without any: nobody but the component puts those
    in its namespace. What something else made (an owner), Helm's own records and what Flux applies beside are left out.
    """
    if (item.kind, item.group, item.name) in wanted or item.namespace != running.namespace or item.hooks:
        return False
    if any(True for _ in item.get("metadata", "ownerReferences").each()):
        return False
    if item.kind == "Secret" and item.name.startswith("sh.helm.release."):
        return False
    named = item.annotations.get(RELEASE_NAME)
    if named is not None:
        return named == release
    if KUSTOMIZATION in item.labels:
        return False
    if item.kind in (*POD_KINDS, "Service", *_ROUTES):
        return not (item.kind == "Service" and item.name == "kubernetes")
    if item.kind == "PersistentVolumeClaim" and _is_from_template(item, running):
        return False
    return item.labels.get(INSTANCE) == release and item.labels.get("app.kubernetes.io/managed-by") == "Helm"


def _is_from_template(claim: KubernetesObject, running: Objects) -> bool:
    """Tell whether a StatefulSet made a claim: it owns none of them, but names them."""
    return any(
        claim.name.startswith(f"{template.get('metadata', 'name').text()}-{item.name}-")
        for item in running
        if item.kind == "StatefulSet"
        for template in item.get("spec", "volumeClaimTemplates").each()
    )
