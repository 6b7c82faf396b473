"""Which NetworkPolicy covers which pod, in which direction (Kubernetes networking.k8s.io/v1 semantics)."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from toetskader.facts.kubernetes.node import Node
from toetskader.facts.kubernetes.objects import KubernetesObject, Objects
from toetskader.facts.kubernetes.selectors import matches
from toetskader.facts.kubernetes.workloads import Workload


class Direction(StrEnum):
    """Direction of traffic, seen from the pod."""

    INGRESS = "ingress"
    EGRESS = "egress"


@dataclass(frozen=True, slots=True)
class Rule:
    """One ingress or egress rule."""

    direction: Direction
    node: Node

    @property
    def peers(self) -> tuple[Node, ...]:
        """The declared peers; empty means everybody."""
        return tuple(self.node.get("from" if self.direction is Direction.INGRESS else "to").each())

    @property
    def ports(self) -> tuple[Node, ...]:
        """The declared ports; empty means every port."""
        return tuple(self.node.get("ports").each())

    @property
    def allows_everybody(self) -> bool:
        """True when the rule declares no peers, or one that is everybody."""
        return not self.peers or any(_is_everybody(peer) for peer in self.peers)

    @property
    def allows_everything(self) -> bool:
        """True when the rule lets everybody in or out on every port: it segments nothing."""
        return self.allows_everybody and not self.ports


class NetworkPolicy:
    """One NetworkPolicy."""

    def __init__(self, item: KubernetesObject) -> None:
        self.object = item
        self.where = item.where
        self.source = item.source
        self.path = ""
        self.namespace = item.namespace
        self.annotations = item.annotations

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
        return tuple(Rule(direction, node) for node in self.object.get("spec", direction.value).each())

    def selects(self, workload: Workload) -> bool:
        """Tell whether the policy holds for the workload's pods: same namespace, labels selected."""
        return self.namespace == workload.namespace and matches(
            self.object.get("spec", "podSelector"), workload.pod_labels
        )

    def covers(self, workload: Workload, direction: Direction) -> bool:
        """Tell whether the policy segments the workload's traffic in a direction. One that allows all does not."""
        return (
            direction in self.directions
            and not workload.on_host_network
            and self.selects(workload)
            and not any(rule.allows_everything for rule in self.rules(direction))
        )


class NetworkPolicies:
    """The NetworkPolicies of one scene, and the policy objects of other network plugins beside them."""

    def __init__(self, objects: Objects) -> None:
        self.policies = tuple(
            NetworkPolicy(item) for item in objects.of_kind("NetworkPolicy", group="networking.k8s.io")
        )
        self.of_other_plugins = tuple(
            item
            for item in objects
            if item.kind in ("CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy", "GlobalNetworkPolicy")
            or (item.kind == "NetworkPolicy" and item.group.endswith("projectcalico.org"))
        )

    def uncovered(self, workload: Workload) -> tuple[Direction, ...]:
        """Return the directions in which no policy segments the workload's traffic.

        Policies add up: one that allows everything opens the direction, whatever the others say.
        """
        return tuple(direction for direction in Direction if not self._covered(workload, direction))

    def _covered(self, workload: Workload, direction: Direction) -> bool:
        holding = [item for item in self.policies if direction in item.directions and item.selects(workload)]
        return bool(holding) and all(item.covers(workload, direction) for item in holding)


def _is_everybody(peer: Node) -> bool:
    """A peer that is any address, or any pod in any namespace."""
    if peer.get("ipBlock"):
        return peer.get("ipBlock", "cidr").text() in ("0.0.0.0/0", "::/0")
    namespaces, pods = peer.get("namespaceSelector"), peer.get("podSelector")
    return namespaces.value == {} and not pods.mapping()
