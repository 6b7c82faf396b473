"""Which NetworkPolicy covers which pod, in which direction (Kubernetes networking.k8s.io/v1 semantics)."""

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TypeVar

from toetskader.facts.attempt import Malformed
from toetskader.facts.kubernetes.node import Node
from toetskader.facts.kubernetes.objects import KubernetesObject, Objects
from toetskader.facts.kubernetes.selectors import Selector, Selectors, members, selector
from toetskader.facts.kubernetes.workloads import Workload

IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network
_Same = TypeVar("_Same", ipaddress.IPv4Network, ipaddress.IPv6Network)
_HIGHEST_PORT = 65535
# The widest networks that are private: 10.0.0.0/8 and fc00::/7. What is wider names no party.
_WIDEST = {4: 8, 6: 7}
# Addresses that the internet does not route, which those of pods and Services are among (RFC 1918; RFC 4193, of which
# the other half is not assigned).
_PRIVATE: tuple[IpNetwork, ...] = tuple(
    ipaddress.ip_network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fd00::/8")
)


PLUGIN_KINDS = (
    ("CiliumNetworkPolicy", "cilium.io"),
    ("CiliumClusterwideNetworkPolicy", "cilium.io"),
    ("NetworkPolicy", "crd.projectcalico.org"),
    ("GlobalNetworkPolicy", "crd.projectcalico.org"),
)
"""Kinds of other network plugins whose policies add to those of Kubernetes, with their API group."""
POLICY_KINDS = tuple(dict.fromkeys(("NetworkPolicy", *(kind for kind, _ in PLUGIN_KINDS))))
"""Kinds of policies, whatever the group: that of Calico has several (`NetworkPolicies`)."""


class Direction(StrEnum):
    """Direction of traffic, seen from the pod."""

    INGRESS = "ingress"
    EGRESS = "egress"


def _is_within(one: IpNetwork, other: IpNetwork) -> bool:
    if isinstance(one, ipaddress.IPv4Network):
        return isinstance(other, ipaddress.IPv4Network) and one.subnet_of(other)
    return isinstance(other, ipaddress.IPv6Network) and one.subnet_of(other)


@dataclass(frozen=True, slots=True)
class IpBlock:
    """A peer by address."""

    network: IpNetwork
    exceptions: tuple[IpNetwork, ...]
    node: Node

    def overlaps(self, other: IpNetwork) -> bool:
        """Tell whether it lets traffic to any address of a network through."""
        return bool(self.shared_with(other))

    def shared_with(self, other: IpNetwork) -> tuple[IpNetwork, ...]:
        """Return what of a network it lets traffic through to."""
        if self.network.version != other.version or not self.network.overlaps(other):
            return ()
        left = [max(self.network, other, key=lambda item: item.prefixlen)]
        for exception in self.exceptions:
            left = [part for item in left for part in _without(item, exception)]
        return tuple(left)

    @property
    def is_private(self) -> bool:
        """True when it lies in networks that the internet does not route (RFC 1918, RFC 4193)."""
        return any(_is_within(self.network, other) for other in _PRIVATE)

    @property
    def is_wide(self) -> bool:
        """True for more addresses than a private network has: that names no party."""
        return self.network.prefixlen < _WIDEST[self.network.version]


@dataclass(frozen=True)
class Rule:
    """One ingress or egress rule. What it comes to is asked once for every workload, so it is kept."""

    direction: Direction
    node: Node

    @cached_property
    def peers(self) -> tuple[Node, ...]:
        """The declared peers; empty means everybody."""
        return tuple(self.node.get("from" if self.direction is Direction.INGRESS else "to").each())

    @cached_property
    def ports(self) -> tuple[Node, ...]:
        """The declared ports; empty means every port."""
        return tuple(self.node.get("ports").each())

    @cached_property
    def blocks(self) -> tuple[IpBlock, ...]:
        """The peers by address. Raises `Malformed` for an address the API refuses."""
        return tuple(_ip_block(peer.get("ipBlock")) for peer in self.peers if peer.get("ipBlock"))

    @cached_property
    def whole_cluster_peers(self) -> tuple[Node, ...]:
        """The peers that are any pod in any namespace."""
        return tuple(peer for peer in self.peers if not peer.get("ipBlock") and _is_any_pod(peer))

    @cached_property
    def whole_world_blocks(self) -> tuple[IpBlock, ...]:
        """The peers by address that are, alone or together, every address, or too many of them to name anybody.

        Exceptions do not count: everything but one address is still everything. `0.0.0.0/1` beside `128.0.0.0/1` is
        everything too, and either one alone names half the world.
        """
        return too_many(self.blocks)

    @cached_property
    def open_blocks(self) -> tuple[IpBlock, ...]:
        """The peers by address that open the cluster (`opening_cluster`)."""
        return opening_cluster(self.blocks)

    @property
    def allows_everybody(self) -> bool:
        """True when the rule declares no peers, or one that is everybody."""
        return not self.peers or bool(self.whole_cluster_peers or self.open_blocks)

    @property
    def allows_all_ports(self) -> bool:
        """True when the rule names no port, or only a protocol or, in one range or more, every port of one."""
        ports = self.ports
        return not ports or any(_is_any_port(port) for port in ports) or _spans_all(ports)

    @cached_property
    def allows_everything(self) -> bool:
        """True when the rule lets everybody in or out on every port: it segments nothing."""
        return self.allows_everybody and self.allows_all_ports

    @property
    def is_name_lookup(self) -> bool:
        """True when the rule lets nothing but DNS out: every port it names is 53 (or the names charts use for it)."""
        ports = [port.get("port").text_or_number() for port in self.ports]
        return self.direction is Direction.EGRESS and bool(ports) and all(port in _DNS_PORTS for port in ports)


class NetworkPolicy:
    """One NetworkPolicy."""

    def __init__(self, item: KubernetesObject) -> None:
        self.object = item
        self.where = item.where
        self.source = item.source
        self.path = ""
        self.namespace = item.namespace
        self.annotations = item.annotations
        self._open: dict[Direction, bool] = {}
        self._rules: dict[Direction, tuple[Rule, ...]] = {}

    @cached_property
    def directions(self) -> frozenset[Direction]:
        """Directions the policy holds for.

        As the API defaults `policyTypes`: Ingress always, Egress when there are egress rules.
        """
        declared = [node.text() for node in self.object.get("spec", "policyTypes").each()]
        if declared:
            return frozenset(Direction(name.lower()) for name in declared if name in ("Ingress", "Egress"))
        has_egress = any(True for _ in self.object.get("spec", "egress").each())
        return frozenset({Direction.INGRESS, Direction.EGRESS} if has_egress else {Direction.INGRESS})

    def rules(self, direction: Direction) -> tuple[Rule, ...]:
        """Return the rules for a direction; none means that nothing is allowed."""
        if direction not in self.directions:
            return ()
        if direction not in self._rules:
            nodes = self.object.get("spec", direction.value).each()
            self._rules[direction] = tuple(Rule(direction, node) for node in nodes)
        return self._rules[direction]

    @cached_property
    def selector(self) -> Selector:
        """Which pods the policy holds for.

        An absent `podSelector` is an empty one and selects all: in this API it is a value, not a pointer.
        """
        node = self.object.get("spec", "podSelector")
        return selector(node) if node else Selector()

    def allows_everything(self, direction: Direction) -> bool:
        """Tell whether a rule of the policy opens a direction to everybody."""
        if direction not in self._open:
            self._open[direction] = any(rule.allows_everything for rule in self.rules(direction))
        return self._open[direction]


class _Reach:
    """Policies that hold together for some pods, in one direction.

    What it tells raises `Malformed` on reaching a policy whose selector the API refuses.
    """

    def __init__(self, policies: tuple[NetworkPolicy, ...], direction: Direction) -> None:
        self._policies = policies
        self._direction = direction

    @cached_property
    def any(self) -> bool:
        """True when there is a policy at all."""
        return any(_readable(item) for item in self._policies[:1])

    @cached_property
    def limits(self) -> bool:
        """True when there are policies, and none opens the direction to everybody."""
        policies = [item for item in self._policies if _readable(item)]
        return bool(policies) and not any(item.allows_everything(self._direction) for item in policies)


def _readable(policy: NetworkPolicy) -> bool:
    if policy.selector.fault is not None:
        raise policy.selector.fault
    return True


class NetworkPolicies:
    """The NetworkPolicies of one scene, and the policy objects of other network plugins beside them.

    Those of Helm tests are left out: they are there only while a test runs.
    """

    def __init__(self, objects: Objects) -> None:
        self.policies = tuple(
            NetworkPolicy(item)
            for item in objects.of_kind("NetworkPolicy", group="networking.k8s.io")
            if not item.is_test
        )
        self._objects = objects
        self._places: dict[tuple[str, Direction, bool], int] = {}
        self._reaches: dict[tuple[int, Direction], _Reach] = {}

    @cached_property
    def of_other_plugins(self) -> tuple[KubernetesObject, ...]:
        """The policies of other network plugins. Raises `Unseen` where there may be some that were not seen."""
        for kind, group in PLUGIN_KINDS:
            self._objects.of_kind(kind, group=group)
        return tuple(
            item
            for item in self._objects.present(*POLICY_KINDS)
            if item.kind != "NetworkPolicy" or item.group.endswith("projectcalico.org")
        )

    def rules(self, direction: Direction) -> tuple[tuple[NetworkPolicy, Rule], ...]:
        """Return every rule for a direction, with its policy."""
        return tuple((policy, rule) for policy in self.policies for rule in policy.rules(direction))

    def uncovered(self, workload: Workload) -> tuple[Direction, ...]:
        """Return the directions in which no policy segments the workload's traffic.

        Policies add up: one that allows everything opens the direction, whatever the others say.
        """
        return tuple(direction for direction in Direction if not self._covered(workload, direction))

    def undeclared(self, workload: Workload) -> tuple[Direction, ...]:
        """Return the directions for which no policy at all holds for the workload."""
        return tuple(direction for direction in Direction if not self._reach(workload, direction).any)

    def _covered(self, workload: Workload, direction: Direction) -> bool:
        """Tell whether policies segment the workload's traffic in a direction. One that allows all does not."""
        reach = self._reach(workload, direction)
        return reach.any and not workload.on_host_network and reach.limits  # on the node's network no policy holds

    def _reach(self, workload: Workload, direction: Direction) -> "_Reach":
        """Return the policies that hold for the workload's pods in a direction: same namespace, labels selected.

        A policy that Helm takes away after its hooks holds for hooks only. What a set of policies comes to is worked
        out once for all workloads.
        """
        holding = self._selectors.selecting(workload.pod_labels)
        holding &= self._in(workload.namespace, direction, for_hooks=workload.is_hook)
        found = self._reaches.get((holding, direction))
        if found is None:
            policies = tuple(self.policies[number] for number in members(holding))
            found = self._reaches[holding, direction] = _Reach(policies, direction)
        return found

    @cached_property
    def _selectors(self) -> Selectors:
        return Selectors(item.selector for item in self.policies)

    def _in(self, namespace: str, direction: Direction, *, for_hooks: bool) -> int:
        """Return the policies of a namespace and a direction, a bit each."""
        known_as = (namespace, direction, for_hooks)
        if known_as not in self._places:
            self._places[known_as] = sum(
                1 << number
                for number, item in enumerate(self.policies)
                if direction in item.directions and item.namespace == namespace and (for_hooks or item.object.stays)
            )
        return self._places[known_as]


# Kubernetes sets this label on all namespaces.
_ON_EVERY_NAMESPACE = "kubernetes.io/metadata.name"
_DNS_PORTS = (53, "dns", "dns-tcp", "dns-udp")


def _is_any_pod(peer: Node) -> bool:
    """A peer that is any pod in any namespace. The API refuses one that names nothing; it is read as anybody."""
    namespaces, pods = peer.get("namespaceSelector"), peer.get("podSelector")
    if not namespaces and not pods:
        return True
    any_pod, any_namespace = _selects_all(pods), _selects_all(namespaces)  # both are read, whatever one of them says
    return namespaces.value is not None and any_namespace and any_pod


def _selects_all(selector: Node) -> bool:
    """Tell whether a selector names nothing: no labels, and no expressions but such as leave only some out."""
    return not selector.get("matchLabels").mapping() and all(
        item.get("operator").text() in ("NotIn", "DoesNotExist")
        or (item.get("operator").text() == "Exists" and item.get("key").text() == _ON_EVERY_NAMESPACE)
        for item in selector.get("matchExpressions").each()
    )


def _is_any_port(port: Node) -> bool:
    number, end = port.get("port").text_or_number(), port.get("endPort").number()
    return number is None or (number in (0, 1) and end is not None and end >= _HIGHEST_PORT)


def _spans_all(ports: Iterable[Node]) -> bool:
    """Tell whether the ranges of one protocol are every port together."""
    spans: dict[str, list[tuple[int, int]]] = {}
    for port in ports:
        number = port.get("port").value
        if isinstance(number, int) and not isinstance(number, bool):
            span = (number, port.get("endPort").number() or number)
            spans.setdefault(port.get("protocol").text() or "TCP", []).append(span)
    return any(_reaches(sorted(found)) for found in spans.values())


def _reaches(spans: list[tuple[int, int]]) -> bool:
    free = 1
    for first, last in spans:
        if first > free:
            return False
        free = max(free, last + 1)
    return free > _HIGHEST_PORT


def _ip_block(node: Node) -> IpBlock:
    exceptions = tuple(network_of(item) for item in node.get("except").each())
    return IpBlock(network_of(node.get("cidr")), exceptions, node)


def network_of(node: Node) -> IpNetwork:
    """Read an address range. Raises `Malformed` for one that is none."""
    text = node.text() or ""
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError as error:
        raise Malformed(node.where, node.path, "address range (CIDR)", repr(text)) from error


def too_many(blocks: Sequence[IpBlock]) -> tuple[IpBlock, ...]:
    """Return the peers by address that are, alone or together, every address, or too many; without their exceptions."""
    everything = _versions_in_full(blocks)
    return tuple(block for block in blocks if block.network.version in everything or block.is_wide)


def opening_cluster(blocks: Sequence[IpBlock]) -> tuple[IpBlock, ...]:
    """Return the peers by address that open the cluster: every address, or too many, private ones among them.

    The internet without the private ranges is no pod: it opens nothing inside. What other peers add of those ranges
    counts with it, from half of them on; a range that names a party, such as that of databases, does not.
    """
    everything = {version for version in _versions_in_full(blocks) if _opens_half_of_private(blocks, version)}
    return tuple(
        block
        for block in too_many(blocks)
        if block.network.version in everything or (block.is_wide and any(map(block.overlaps, _PRIVATE)))
    )


def _versions_in_full(blocks: Iterable[IpBlock]) -> frozenset[int]:
    """Return the IP versions of which peers are every address together, exceptions left out."""
    networks = [item.network for item in blocks]
    return frozenset(version for version in (4, 6) if is_everything(networks, version=version))


def _opens_half_of_private(blocks: Iterable[IpBlock], version: int) -> bool:
    ranges = [item for item in _PRIVATE if item.version == version]
    opened = _merged(part for block in blocks for item in ranges for part in block.shared_with(item))
    return 2 * sum(item.num_addresses for item in opened) >= sum(item.num_addresses for item in ranges)


def _merged(networks: Iterable[IpNetwork]) -> list[IpNetwork]:
    """Return networks without what they have twice."""
    found = list(networks)
    return [
        *ipaddress.collapse_addresses(item for item in found if isinstance(item, ipaddress.IPv4Network)),
        *ipaddress.collapse_addresses(item for item in found if isinstance(item, ipaddress.IPv6Network)),
    ]


def is_everything(networks: Iterable[IpNetwork], *, version: int) -> bool:
    """Tell whether the networks of one IP version are every address together."""
    spans = sorted(
        (int(item.network_address), int(item.broadcast_address), item.max_prefixlen)
        for item in networks
        if item.version == version
    )
    free = 0
    for first, last, _ in spans:
        if first > free:
            return False
        free = max(free, last + 1)
    return bool(spans) and free >= 2 ** spans[0][2]


def _without(network: IpNetwork, exception: IpNetwork) -> Iterable[IpNetwork]:
    """Return what is left of a network; of networks either one holds the other, or they are apart."""
    if isinstance(network, ipaddress.IPv4Network) and isinstance(exception, ipaddress.IPv4Network):
        return (network,) if not network.overlaps(exception) else _carve(network, exception)
    if isinstance(network, ipaddress.IPv6Network) and isinstance(exception, ipaddress.IPv6Network):
        return (network,) if not network.overlaps(exception) else _carve(network, exception)
    return (network,)


def _carve(network: _Same, exception: _Same) -> Iterable[_Same]:
    return () if network.prefixlen >= exception.prefixlen else network.address_exclude(exception)
