"""Policies of the network plugins Cilium and Calico, as far as their selection and openness are easily read."""

import re

from toetskader.facts.kubernetes.network_policies import Direction
from toetskader.facts.kubernetes.node import Node
from toetskader.facts.kubernetes.objects import KubernetesObject
from toetskader.facts.kubernetes.selectors import matches
from toetskader.facts.kubernetes.workloads import Workload

_TERM = re.compile(
    r"""\s*(?:
        (?P<all>all\(\))
      | (?P<has>!?)has\((?P<label>[\w./-]+)\)
      | (?P<key>[\w./-]+)\s*(?P<operator>==|!=)\s*(?P<quote>["'])(?P<value>[^"']*)(?P=quote)
    )\s*""",
    re.VERBOSE,
)
# Labels in Cilium say where they come from.
_CILIUM_SOURCES = ("k8s:", "any:")


def plugin_covers(item: KubernetesObject, workload: Workload, direction: Direction) -> bool | None:
    """Tell whether a policy of a network plugin segments the workload's traffic in a direction.

    None when it cannot be told from what is read here: another selector, an allow-all, a cluster-wide policy, or
    `specs`. Sources: CiliumNetworkPolicy (cilium.io/v2: a direction is closed when the policy has a section for it),
    Calico NetworkPolicy (projectcalico.org/v3: `types`, else by the sections there are).
    """
    if item.namespace != workload.namespace:
        return False
    match item.kind, item.group:
        case "CiliumNetworkPolicy", "cilium.io":
            return _cilium(item.get("spec"), workload, direction)
        case "NetworkPolicy", _:
            return _calico(item.get("spec"), workload, direction)
        case _:
            return None


def _cilium(spec: Node, workload: Workload, direction: Direction) -> bool | None:
    if not spec or not spec.get("endpointSelector") or spec.get("enableDefaultDeny"):
        return None
    if not matches(_without_sources(spec.get("endpointSelector")), workload.pod_labels):
        return False
    section = spec.get(direction.value)
    if not section and not spec.get(f"{direction.value}Deny"):
        return False
    entities = "fromEntities" if direction is Direction.INGRESS else "toEntities"
    for rule in section.each():
        if {"all", "world"} & {entity.text() for entity in rule.get(entities).each()} and not rule.get("toPorts"):
            return None
    return True


def _without_sources(selector: Node) -> Node:
    labels = {_plain(key): value for key, value in selector.get("matchLabels").labels().items()}
    expressions = [
        {**item.mapping(), "key": _plain(item.get("key").text() or "")}
        for item in selector.get("matchExpressions").each()
    ]
    return Node({"matchLabels": labels, "matchExpressions": expressions}, selector.path, selector.owner)


def _plain(key: str) -> str:
    for source in _CILIUM_SOURCES:
        key = key.removeprefix(source)
    return key


def _calico(spec: Node, workload: Workload, direction: Direction) -> bool | None:
    selected = _selects(spec.get("selector").text() or "all()", workload.pod_labels)
    if not selected:
        return selected
    types = [node.text() for node in spec.get("types").each()]
    closed = direction.value.capitalize() in types if types else bool(spec.get(direction.value))
    if not closed and not types and direction is Direction.INGRESS:
        closed = not spec.get("egress")
    if not closed:
        return False
    peer = "source" if direction is Direction.INGRESS else "destination"
    for rule in spec.get(direction.value).each():
        if rule.get("action").text() == "Allow" and not rule.get(peer).mapping():
            return None
    return True


def _selects(selector: str, labels: dict[str, str]) -> bool | None:
    """Evaluate a Calico selector of terms joined by `&&`; None for any other."""
    for text in selector.split("&&"):
        term = _TERM.fullmatch(text)
        if term is None:
            return None
        if term["label"] and (term["label"] in labels) == bool(term["has"]):
            return False
        if term["key"] and (labels.get(term["key"]) == term["value"]) != (term["operator"] == "=="):
            return False
    return True
