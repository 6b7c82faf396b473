"""Policies of the network plugins Cilium and Calico, as far as their selection and openness are easily read."""

import ipaddress
import re
from functools import cached_property
from itertools import takewhile

from toetskader.facts.kubernetes.network_policies import Direction, IpBlock, network_of, opening_cluster
from toetskader.facts.kubernetes.node import Node
from toetskader.facts.kubernetes.objects import KubernetesObject
from toetskader.facts.kubernetes.selectors import Requirement, Selector, selector
from toetskader.facts.kubernetes.workloads import Workload

_TERM = re.compile(
    r"""\s*(?:
        (?P<all>all\(\))
      | (?P<has>!?)has\((?P<label>[\w./-]+)\)
      | (?P<key>[\w./-]+)\s*(?P<operator>==|!=)\s*(?P<quote>["'])(?P<value>[^"']*)(?P=quote)
    )\s*""",
    re.VERBOSE,
)
_EVERY_ADDRESS = [ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0")]
# Entities of Cilium that any pod is. `world` is what is outside the cluster, and addresses (`toCIDR`) select no pods.
_ANY_ENTITY = frozenset({"all", "cluster"})
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
            return item.derived(_Cilium).covers(workload, direction)
        case "NetworkPolicy", _:
            return item.derived(_Calico).covers(workload, direction)
        case _:
            return None


class _PluginPolicy:
    """A policy, read once for all workloads."""

    def __init__(self, item: KubernetesObject) -> None:
        self._item = item
        self._told: dict[Direction, bool | None] = {}

    def covers(self, workload: Workload, direction: Direction) -> bool | None:
        chosen = self._selector
        if chosen is None:
            return None
        if not chosen.selects(workload.pod_labels):
            return False
        if not self._is_read_whole:
            return None
        if direction not in self._told:
            self._told[direction] = self._limits(self._item.get("spec"), direction)
        return self._told[direction]

    @property
    def _selector(self) -> Selector | None:
        """Whom it holds for, as far as that is read; None when nothing of it is."""
        raise NotImplementedError

    @property
    def _is_read_whole(self) -> bool:
        return True

    def _limits(self, spec: Node, direction: Direction) -> bool | None:
        """Tell whether it closes a direction for whom it holds for."""
        raise NotImplementedError


class _Cilium(_PluginPolicy):
    @cached_property
    def _selector(self) -> Selector | None:
        spec = self._item.get("spec")
        if not spec or not spec.get("endpointSelector") or spec.get("enableDefaultDeny"):
            return None
        chosen = spec.get("endpointSelector")
        labels = {_plain(key): value for key, value in chosen.get("matchLabels").labels().items()}
        expressions = [
            {**item.mapping(), "key": _plain(item.get("key").text() or "")}
            for item in chosen.get("matchExpressions").each()
        ]
        return selector(Node({"matchLabels": labels, "matchExpressions": expressions}, chosen.path, chosen.owner))

    def _limits(self, spec: Node, direction: Direction) -> bool | None:
        section = spec.get(direction.value)
        if not section and not spec.get(f"{direction.value}Deny"):
            return False
        entities = "fromEntities" if direction is Direction.INGRESS else "toEntities"
        for rule in section.each():
            if _ANY_ENTITY & {entity.text() for entity in rule.get(entities).each()} and not rule.get("toPorts"):
                return None
        return True


def _plain(key: str) -> str:
    for source in _CILIUM_SOURCES:
        key = key.removeprefix(source)
    return key


class _Calico(_PluginPolicy):
    """Its selector is read as far as it has terms joined by `&&`."""

    @cached_property
    def _terms(self) -> tuple[re.Match[str] | None, ...]:
        text = self._item.get("spec", "selector").text() or "all()"
        return tuple(map(_TERM.fullmatch, text.split("&&")))

    @cached_property
    def _selector(self) -> Selector | None:
        found: list[Requirement] = []
        for term in takewhile(bool, self._terms):
            if term and term["label"]:
                found.append(Requirement(term["label"], present=not term["has"], values=None))
            if term and term["key"]:
                found.append(Requirement(term["key"], term["operator"] == "==", frozenset({term["value"]})))
        return Selector(tuple(found))

    @property
    def _is_read_whole(self) -> bool:
        return all(self._terms)

    def _limits(self, spec: Node, direction: Direction) -> bool | None:
        types = [node.text() for node in spec.get("types").each()]
        closed = direction.value.capitalize() in types if types else bool(spec.get(direction.value))
        if not closed and not types and direction is Direction.INGRESS:
            closed = not spec.get("egress")
        if not closed:
            return False
        peer = "source" if direction is Direction.INGRESS else "destination"
        for rule in spec.get(direction.value).each():
            if rule.get("action").text() == "Allow" and _is_anybody(rule.get(peer)):
                return None
        return True


def _is_anybody(peer: Node) -> bool:
    """Tell whether a peer of Calico names nobody: nothing at all, or just addresses that pods are among."""
    named = peer.mapping().keys()
    if not named <= {"nets", "notNets"}:
        return False
    exceptions = tuple(network_of(item) for item in peer.get("notNets").each())
    networks = [network_of(item) for item in peer.get("nets").each()] or _EVERY_ADDRESS
    return bool(opening_cluster([IpBlock(network, exceptions, peer) for network in networks]))
