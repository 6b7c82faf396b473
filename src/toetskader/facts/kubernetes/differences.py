"""Where an object that runs is not what was rendered of it, field by field.

Compared is what the render says. What the API server fills in by itself (defaults, status, identity) is no difference,
nor are a number written in another way (`0.5` and `500m`), and an empty value that the API leaves out. What only the
running object has is a difference where no API server ever fills anything in, or fills in something else.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from toetskader.facts.attempt import Malformed
from toetskader.facts.kubernetes.node import Node
from toetskader.facts.kubernetes.objects import KubernetesObject
from toetskader.facts.kubernetes.quantities import quantity
from toetskader.facts.kubernetes.workloads import POD_KINDS
from toetskader.facts.redaction.markers import holds_marker
from toetskader.facts.secrets.names import names_secret
from toetskader.facts.secrets.shapes import leaks
from toetskader.text import Text

_DEFAULTS_AT: Mapping[tuple[str, str], object] = {
    ("CronJob", "spec.suspend"): False,
    ("DaemonSet", "spec.updateStrategy.type"): "RollingUpdate",
    ("Deployment", "spec.paused"): False,
    ("Deployment", "spec.replicas"): 1,
    ("Deployment", "spec.strategy.rollingUpdate.maxSurge"): "25%",
    ("Deployment", "spec.strategy.rollingUpdate.maxUnavailable"): "25%",
    ("Deployment", "spec.strategy.type"): "RollingUpdate",
    ("HorizontalPodAutoscaler", "spec.minReplicas"): 1,
    ("Job", "spec.suspend"): False,
    ("Service", "spec.externalTrafficPolicy"): "Cluster",
    ("Service", "spec.internalTrafficPolicy"): "Cluster",
    ("Service", "spec.publishNotReadyAddresses"): False,
    ("Service", "spec.sessionAffinity"): "None",
    ("Service", "spec.type"): "ClusterIP",
    ("StatefulSet", "spec.replicas"): 1,
    ("StatefulSet", "spec.updateStrategy.type"): "RollingUpdate",
}
"""Kind and place → what the API server takes where nothing is said; another value was set by somebody."""
_DEFAULTS: Mapping[str, object] = {
    "concurrencyPolicy": "Allow",
    "defaultMode": 0o644,
    "dnsPolicy": "ClusterFirst",
    "failedJobsHistoryLimit": 1,
    "failureThreshold": 3,
    "periodSeconds": 10,
    "podManagementPolicy": "OrderedReady",
    "procMount": "Default",
    "progressDeadlineSeconds": 600,
    "revisionHistoryLimit": 10,
    "scheme": "HTTP",
    "schedulerName": "default-scheduler",
    "successThreshold": 1,
    "successfulJobsHistoryLimit": 3,
    "terminationGracePeriodSeconds": 30,
    "terminationMessagePath": "/dev/termination-log",
    "terminationMessagePolicy": "File",
    "timeoutSeconds": 1,
}
"""The same for fields that mean one thing wherever they stand in a workload (Kubernetes API reference)."""
# Fields that no API server fills in. Admission can, but does so on the pods that are made and not on what makes them.
_NEVER_FILLED_IN = frozenset(
    {
        "activeDeadlineSeconds", "affinity", "allowPrivilegeEscalation", "appArmorProfile", "args",
        "automountServiceAccountToken", "behavior", "capabilities", "command", "defaultBackend", "dnsConfig",
        "egress", "env", "envFrom", "except", "externalIPs", "externalName", "filters", "fsGroup", "host",
        "hostAliases", "hostIPC", "hostNetwork", "hostPID", "hostPath", "hostPort", "hostUsers", "hostname",
        "hostnames", "httpHeaders", "imagePullSecrets", "ingress", "initContainers", "initialDelaySeconds", "ipBlock",
        "lifecycle", "limits", "livenessProbe", "loadBalancerIP", "loadBalancerSourceRanges", "matchExpressions",
        "matchLabels", "minReadySeconds", "namespaceSelector", "nodeName", "nodeSelector", "optional",
        "plugin_config_name", "plugins", "podSelector", "ports", "priorityClassName", "privileged", "readOnly",
        "readOnlyRootFilesystem", "readinessProbe", "requests", "runAsGroup", "runAsNonRoot", "runAsUser",
        "runtimeClassName", "seLinuxOptions", "seccompProfile", "selector", "serviceAccountName",
        "shareProcessNamespace", "startupProbe", "subPath", "subPathExpr", "subdomain", "supplementalGroups",
        "sysctls", "tls", "tolerations", "topologySpreadConstraints", "volumeDevices", "volumeMounts", "volumes",
        "workingDir",
    }
)  # fmt: skip
_CONTROLLERS = frozenset(POD_KINDS) - {"Pod"}
_STRICT_KINDS = _CONTROLLERS | {
    "ApisixRoute", "GRPCRoute", "HTTPRoute", "HorizontalPodAutoscaler", "Ingress", "NetworkPolicy", "Service",
}  # fmt: skip
"""Kinds of which it is known what the API server fills in."""
_FREE_MAPS = frozenset({"limits", "matchLabels", "nodeSelector", "requests", "selector"})
"""Mappings in which every key counts, and into which no API server puts one."""
# The controller of Jobs gives them a selector and labels of its own.
_FILLED_IN_BY_JOBS = frozenset({"labels", "selector"})
_STEERING = (
    "haproxy-ingress.github.io/",
    "haproxy.org/",
    "k8s.apisix.apache.org/",
    "konghq.com/",
    "nginx.ingress.kubernetes.io/",
    "nginx.org/",
    "service.beta.kubernetes.io/azure-",
    "traefik.ingress.kubernetes.io/",
)
"""Starts of annotations by which people steer traffic, and that no program sets by itself."""
_SET_BY_TOOLS = ("STAKATER_",)
"""Starts of names of variables by which a tool has pods start again (Reloader)."""
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
_MAPS = frozenset(
    {"labels", "annotations", "matchLabels", "nodeSelector", "data", "binaryData", "stringData", "requests", "limits"}
)
"""Mappings that the API leaves out when they are empty. Other empty ones mean something, as `emptyDir: {}` does."""
_KEPT = frozenset(
    {
        "allowPrivilegeEscalation", "automountServiceAccountToken", "backoffLimit", "fsGroup", "maxSurge",
        "maxUnavailable", "minAvailable", "privileged", "readOnlyRootFilesystem", "replicas", "runAsGroup",
        "runAsNonRoot", "runAsUser", "shareProcessNamespace", "terminationGracePeriodSeconds",
    }
)  # fmt: skip
"""Fields of which the API keeps `0` and `false`: these say something else than nothing (`runAsUser: 0`)."""
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
NOT_SHOWN = Text("de waarde uit de chart (niet getoond)", "the chart's value (not shown)")
NOT_THERE = Text("niet aanwezig", "not there")
NOT_RENDERED = Text("staat niet in de chart", "not in the chart")
REDACTED = Text(
    "Hier staat een geheim, en geheimen worden niet bewaard om te vergelijken. Zet het in een Secret met verwijzing.",
    "A secret stands here, and secrets are not kept to be compared. Put it in a Secret, and refer to that.",
)
BINARY = Text(
    "De inhoud van `binaryData` wordt niet bewaard om te vergelijken; vergelijk die met de hand.",
    "The content of `binaryData` is not kept to be compared; compare it by hand.",
)


@dataclass(frozen=True, slots=True)
class Difference:
    """A place where what runs is not what was rendered."""

    node: Node
    """The place, by names rather than numbers (`spec.template.spec.containers[app].image`), in the rendered object."""
    seen: object
    """What runs; never a value that may be secret."""
    expected: object
    """What was rendered, or what the API server takes where nothing was."""


@dataclass(frozen=True, slots=True)
class Incomparable:
    """A place of which cannot be told whether it differs, and why."""

    node: Node
    reason: Text


Outcome = Difference | Incomparable


def differences(item: KubernetesObject, found: KubernetesObject) -> Iterator[Outcome]:
    """Yield where an object that runs is not what was rendered of it.

    Parameters: `item`, as rendered; `found`, the same object as it runs, in the same version of its API. Of Secrets
    only labels, annotations and type are compared: their content is not collected.
    """
    yield from _metadata(item, found)
    if item.kind == "Secret" and not item.group:
        if found.get("type").value is not None:
            yield from _compare(item.document.get("type", "Opaque"), found.document.get("type"), "type", item)
        return
    for key, value in item.document.items():
        if key == "binaryData" and item.kind == "ConfigMap":
            yield from _binary(item, found)
        elif key not in ("apiVersion", "kind", "metadata", "status"):
            yield from _compare(value, found.document.get(key), key, item)
    if item.kind == "ConfigMap":
        yield from _more_entries(item, found)
    if item.kind in _STRICT_KINDS:
        yield from _additions(item.document.get("spec"), found.document.get("spec"), "spec", item)
        yield from _off_default(item, found)


def is_checksum(path: str) -> bool:
    """Tell whether a place holds the checksum of another object, by which pods are renewed (Helm's own convention).

    Of a Secret, or of what comes out otherwise each time, it tells no more than that object, which is compared itself.
    """
    return ".annotations.checksum/" in path


def _metadata(item: KubernetesObject, found: KubernetesObject) -> Iterator[Outcome]:
    there = found.get("metadata").mapping()
    for key, value in item.get("metadata").mapping().items():
        if key in _SERVER_METADATA:
            continue
        if key in ("labels", "annotations") and isinstance(value, dict):
            value = {name: text for name, text in value.items() if name not in _SET_BY_HELM}  # noqa: PLW2901
        if value:
            yield from _compare(value, there.get(key), f"metadata.{key}", item)
    if item.kind in ("Ingress", "Service"):
        for name, text in found.annotations.items():
            if name.startswith(_STEERING) and name not in item.annotations:
                yield _addition(text, f"metadata.annotations.{name}", item)


def _binary(item: KubernetesObject, found: KubernetesObject) -> Iterator[Outcome]:
    there = found.get("binaryData").mapping()
    for key, node in item.get("binaryData").entries():
        if key in there:
            yield Incomparable(node, BINARY)
        else:
            yield Difference(node, NOT_THERE, NOT_SHOWN)


def _more_entries(item: KubernetesObject, found: KubernetesObject) -> Iterator[Outcome]:
    """Yield entries of a ConfigMap that the chart does not write; the server never adds any."""
    for field in ("data", "binaryData"):
        for key, node in found.get(field).entries():
            if key not in item.get(field).mapping():
                yield Difference(node.owned_by(item), HIDDEN, NOT_RENDERED)


def _off_default(item: KubernetesObject, found: KubernetesObject) -> Iterator[Outcome]:
    """Yield places where the render says nothing, and what runs is not what the API server makes of that."""
    for (kind, path), default in _DEFAULTS_AT.items():
        if kind == item.kind:
            keys = path.split(".")
            node = found.get(*keys)
            if item.get(*keys).value is None and node.value is not None and node.value != default:
                yield Difference(node.owned_by(item), node.value, default)


def _compare(said: Any, there: Any, path: str, item: KubernetesObject) -> Iterator[Outcome]:
    """Yield the places below one where what runs is not what the render says."""
    if said is None:
        return
    if isinstance(said, dict) and isinstance(there, dict):
        if path.endswith(".metadata"):  # of a pod template or a claim template
            said = {key: value for key, value in said.items() if key not in _SERVER_METADATA - {"name"}}
        for key, value in said.items():
            yield from _compare(value, there.get(key), f"{path}.{key}", item)
    elif isinstance(said, list) and isinstance(there, list):
        yield from _compare_lists(said, there, path, item)
    elif there is not None and (holds_marker(said) or holds_marker(there)):
        if not is_checksum(path):
            yield Incomparable(Node(said, path, item), REDACTED)
    elif not _same(said, there, path, item):
        yield _difference(said, there, path, item)


def _compare_lists(said: list[Any], there: list[Any], path: str, item: KubernetesObject) -> Iterator[Outcome]:
    for key, (value, other) in _paired(said, there, path).items():
        place = f"{path}[{key}]"
        if value is not None and other is not None:
            yield from _compare(value, other, place, item)
        elif value is not None:
            yield Difference(Node(value, place, item), NOT_THERE, _shown(value, place))
        elif other is not None and item.kind not in _FILLED_IN_LISTS and not _is_of_a_tool(key, path):
            yield _addition(other, place, item)


def _is_of_a_tool(name: str, path: str) -> bool:
    return path.endswith(".env") and name.startswith(_SET_BY_TOOLS)


def _paired(said: list[Any], there: list[Any], path: str) -> dict[str, tuple[Any, Any]]:
    """Put the items of two lists beside each other: by name where the API does so, else by place."""
    fields = _KEYED_LISTS.get(_last(path), ())
    wanted, present = _by_key(said, fields), _by_key(there, fields)
    if wanted is None or present is None:
        wanted = {str(index): item for index, item in enumerate(said)}
        present = {str(index): item for index, item in enumerate(there)}
    return {key: (wanted.get(key), present.get(key)) for key in wanted | present}


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


def _same(said: Any, there: Any, path: str, item: KubernetesObject) -> bool:
    """Tell whether two values mean the same to the API."""
    if type(said) is type(there) and said == there:
        return True
    if isinstance(said, str) and isinstance(there, str) and said.rstrip("\n") == there.rstrip("\n"):
        return True  # a text at the end of a template
    if there is None:
        return _left_out_when_empty(said, _last(path))
    if isinstance(said, bool) or isinstance(there, bool) or isinstance(said, dict | list):
        return False
    if isinstance(said, int | float) and isinstance(there, int | float):
        return said == there
    if path.endswith(".target.value") or any(part in _QUANTITIES for part in _parts(path)):
        try:
            return quantity(Node(said, path, item)) == quantity(Node(there, path, item))
        except Malformed:
            return False
    return not isinstance(there, dict | list) and str(said) == str(there)  # ports are text or number


def _left_out_when_empty(said: Any, key: str) -> bool:
    """Tell whether the API leaves a value out when it is empty, so that its absence means the same."""
    if isinstance(said, dict):
        return not said and key in _MAPS
    return not said and (isinstance(said, list | str) or key not in _KEPT)


def _additions(said: Any, there: Any, path: str, item: KubernetesObject) -> Iterator[Outcome]:
    """Yield what only the running object has, and no API server fills in."""
    if isinstance(there, dict):
        said_here = said if isinstance(said, dict) else {}
        every_key_counts = _last(path) in _FREE_MAPS or path.endswith("template.metadata.labels")
        for key, value in there.items():
            place = f"{path}.{key}"
            if item.kind == "Job" and key in _FILLED_IN_BY_JOBS:
                continue
            if said_here.get(key) is not None:
                yield from _additions(said_here[key], value, place, item)
            elif every_key_counts or key in _NEVER_FILLED_IN:
                if not _says_nothing(value, key):
                    yield _addition(value, place, item)
            elif key in _DEFAULTS and item.kind in _CONTROLLERS:
                if value != _DEFAULTS[key]:
                    yield Difference(Node(None, place, item), value, _DEFAULTS[key])
            elif isinstance(value, dict):
                yield from _additions({}, value, place, item)
    elif isinstance(there, list) and isinstance(said, list):
        for key, (value, other) in _paired(said, there, path).items():
            if value is not None and other is not None:
                yield from _additions(value, other, f"{path}[{key}]", item)


def _says_nothing(value: Any, key: str) -> bool:
    if key == "env" and isinstance(value, list):
        return all(_is_of_a_tool(str(_step(item, "name")), ".env") for item in value)
    return value is None or value in ("", [], {}) or (value is False and key not in _KEPT)


def _addition(value: Any, path: str, item: KubernetesObject) -> Difference:
    return Difference(Node(None, path, item), _shown(value, path), NOT_RENDERED)


def _difference(said: Any, there: Any, path: str, item: KubernetesObject) -> Difference:
    node = Node(said, path, item)
    if _may_be_secret(path, said, there):
        return Difference(node, NOT_THERE if there is None else HIDDEN, NOT_SHOWN)
    return Difference(node, NOT_THERE if there is None else _shown(there, path), _shown(said, path))


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
