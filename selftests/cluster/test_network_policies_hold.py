"""What our reading of network policies says is what connections between pods on a real node come to."""

import itertools
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

import pytest
from control_plane import ControlPlane, until
from network_namespace import NetworkNamespace
from real_node import ADDRESS, RealNode

from toetskader.collect.kubernetes.collector import NamespaceCollector
from toetskader.facts.kubernetes.live import Live
from toetskader.facts.kubernetes.network_policies import Direction, NetworkPolicies
from toetskader.facts.kubernetes.objects import Objects
from toetskader.facts.kubernetes.workloads import Workload, Workloads
from toetskader.kinds.namespace.part import NamespaceEntry

PORTS = (8080, 9090)
SERVES = f"httpd -p {PORTS[0]} -h /tmp; exec httpd -f -p {PORTS[1]} -h /tmp"
INGRESS, EGRESS = Direction.INGRESS, Direction.EGRESS
PEERS = ("friend", "stranger")

Reached = Mapping[str, tuple[int, ...]]
"""Peer → the ports on which a connection with it succeeds."""
EVERYBODY: Reached = dict.fromkeys(PEERS, PORTS)
NOBODY: Reached = dict.fromkeys(PEERS, ())


@dataclass(frozen=True)
class Case:
    """Policies, and with whom the pod that they are about can make connections."""

    specs: tuple[str, ...]
    incoming: Reached
    outgoing: Reached


def only(**ports: tuple[int, ...]) -> Reached:
    return {**NOBODY, **ports}


DENY = "{podSelector: {}, policyTypes: [Ingress, Egress]}"
WEB = "podSelector: {matchLabels: {app: web}}"
CASES = {
    "no policy": Case((), EVERYBODY, EVERYBODY),
    "deny all": Case((DENY,), NOBODY, NOBODY),
    "no selector is the empty selector": Case(("{policyTypes: [Ingress, Egress]}",), NOBODY, NOBODY),
    "by label": Case((f"{{{WEB}, policyTypes: [Ingress, Egress]}}",), NOBODY, NOBODY),
    "by expression": Case(
        ("{podSelector: {matchExpressions: [{key: app, operator: In, values: [web, api]}]}}",), NOBODY, EVERYBODY
    ),
    "of another pod": Case(
        ("{podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress, Egress]}",), EVERYBODY, EVERYBODY
    ),
    "by default ingress only": Case((f"{{{WEB}}}",), NOBODY, EVERYBODY),
    "egress rules imply egress": Case((f"{{{WEB}, egress: [{{ports: [{{port: 53}}]}}]}}",), NOBODY, NOBODY),
    "empty egress does not": Case((f"{{{WEB}, egress: []}}",), NOBODY, EVERYBODY),
    "egress alone": Case((f"{{{WEB}, policyTypes: [Egress]}}",), EVERYBODY, NOBODY),
    "allow all": Case(
        (f"{{{WEB}, policyTypes: [Ingress, Egress], ingress: [{{}}], egress: [{{}}]}}",), EVERYBODY, EVERYBODY
    ),
    "one opens what another closes": Case(
        (f"{{{WEB}, policyTypes: [Ingress, Egress]}}", f"{{{WEB}, policyTypes: [Egress], egress: [{{}}]}}"),
        NOBODY,
        EVERYBODY,
    ),
    "everybody on one port": Case(
        (f"{{{WEB}, ingress: [{{ports: [{{port: 8080}}]}}]}}",), dict.fromkeys(PEERS, (8080,)), EVERYBODY
    ),
    "everybody on a port by name": Case(
        (f"{{{WEB}, ingress: [{{ports: [{{port: metrics}}]}}]}}",), dict.fromkeys(PEERS, (9090,)), EVERYBODY
    ),
    "everybody on every TCP port": Case(
        (f"{{{WEB}, ingress: [{{ports: [{{protocol: TCP}}]}}]}}",), EVERYBODY, EVERYBODY
    ),
    "everybody on every UDP port": Case(
        (f"{{{WEB}, ingress: [{{ports: [{{port: 53, protocol: UDP}}]}}]}}",), NOBODY, EVERYBODY
    ),
    "everybody on the whole range": Case(
        (f"{{{WEB}, ingress: [{{ports: [{{port: 1, endPort: 65535}}]}}]}}",), EVERYBODY, EVERYBODY
    ),
    "everybody on half the range": Case(
        (f"{{{WEB}, ingress: [{{ports: [{{port: 9000, endPort: 65535}}]}}]}}",),
        dict.fromkeys(PEERS, (9090,)),
        EVERYBODY,
    ),
    "every pod of every namespace": Case(
        (f"{{{WEB}, ingress: [{{from: [{{namespaceSelector: {{}}}}]}}]}}",), EVERYBODY, EVERYBODY
    ),
    "every pod of the own namespace": Case(
        (f"{{{WEB}, ingress: [{{from: [{{podSelector: {{}}}}]}}]}}",), only(friend=PORTS), EVERYBODY
    ),
    "a pod of any namespace": Case(
        (
            f"{{{WEB}, ingress: [{{from: [{{namespaceSelector: {{}}, "
            "podSelector: {matchLabels: {app: stranger}}}]}]}",
        ),
        only(stranger=PORTS),
        EVERYBODY,
    ),
    "a namespace, or a pod": Case(
        (
            f"{{{WEB}, ingress: [{{from: [{{namespaceSelector: {{matchLabels: {{toets: elders}}}}}}, "
            "{podSelector: {matchLabels: {app: nobody}}}], ports: [{port: 8080}]}]}",
        ),
        only(stranger=(8080,)),
        EVERYBODY,
    ),
    "every address": Case(
        (f"{{{WEB}, policyTypes: [Ingress, Egress], egress: [{{to: [{{ipBlock: {{cidr: 0.0.0.0/0}}}}]}}]}}",),
        NOBODY,
        EVERYBODY,
    ),
    "every address in two halves": Case(
        (
            f"{{{WEB}, policyTypes: [Ingress, Egress], egress: "
            "[{to: [{ipBlock: {cidr: 0.0.0.0/1}}, {ipBlock: {cidr: 128.0.0.0/1}}]}]}",
        ),
        NOBODY,
        EVERYBODY,
    ),
    "one address": Case(
        (f"{{{WEB}, policyTypes: [Egress], egress: [{{to: [{{ipBlock: {{cidr: FRIEND/32}}}}]}}]}}",),
        EVERYBODY,
        only(friend=PORTS),
    ),
    "addresses with an exception": Case(
        (
            f"{{{WEB}, policyTypes: [Egress], egress: "
            "[{to: [{ipBlock: {cidr: 10.245.0.0/24, except: [STRANGER/32]}}], ports: [{port: 9090}]}]}",
        ),
        EVERYBODY,
        only(friend=(9090,)),
    ),
}


class World:
    """Pods that serve on two ports: the one that policies are about, a friend beside it, a stranger elsewhere."""

    def __init__(self, plane: ControlPlane, node: RealNode, own: str, other: str) -> None:
        self._plane = plane
        self._own = own
        namespaces = {"web": own, "friend": own, "ready": own, "host": own, "stranger": other}
        self._turn = itertools.cycle(PORTS)
        self.addresses = {
            name: plane.get("pod", name, f"--namespace={namespace}")["status"]["podIP"]
            for name, namespace in namespaces.items()
        }
        self._networks = {
            name: node.network if address == ADDRESS else node.network_of(address)
            for name, address in self.addresses.items()
        }

    def hold(self, *specs: str) -> None:
        """Let these policies hold in the own namespace, and no other; returns when they do.

        The last policy is about another pod, and opens another port each time: when that is so, the others hold too.
        """
        names = [f"policy-{number}" for number in range(len(specs))]
        port = next(self._turn)
        texts = [*specs, f"{{podSelector: {{matchLabels: {{app: ready}}}}, ingress: [{{ports: [{{port: {port}}}]}}]}}"]
        for name, address in self.addresses.items():
            texts = [text.replace(name.upper(), address) for text in texts]
        where = f"--namespace={self._own}"
        self._plane.kubectl("delete", "networkpolicy", "--selector=toets=geval", where)
        head = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:"
        made = [
            f"{head} {{name: {name}, labels: {{toets: {'klaar' if name == 'ready' else 'geval'}}}}}\nspec: {text}"
            for name, text in zip([*names, "ready"], texts, strict=True)
        ]
        self._plane.apply(*made, namespace=self._own)
        until(lambda: self.reached("stranger", ["ready"])["ready"] == (port,), "the policies hold", 20)

    def reached(self, start: str, ends: list[str]) -> Reached:
        """Return on which ports each of these pods answers one."""
        network = self._networks[start]
        return {end: tuple(port for port in PORTS if _connects(network, self.addresses[end], port)) for end in ends}

    def with_web(self) -> dict[Direction, Reached]:
        """Return what connections with the pod that policies are about succeed."""
        return {
            INGRESS: {peer: self.reached(peer, ["web"])["web"] for peer in PEERS},
            EGRESS: self.reached("web", list(PEERS)),
        }

    def read(self) -> tuple[NetworkPolicies, dict[str, Workload]]:
        """Return the policies and pods of the own namespace, as our collector sees them."""
        entry = NamespaceEntry(environment="test", namespace=self._own, kubeconfig=self._plane.kubeconfig)
        live = NamespaceCollector(entry, only=("Pod", "NetworkPolicy")).collect(frozenset({"live"}))["live"]
        assert isinstance(live, Live), live
        objects = Objects.of_live(live)
        return NetworkPolicies(objects), {item.name: item for item in Workloads(objects)}


def _connects(network: NetworkNamespace, address: str, port: int) -> bool:
    try:
        network.connect((address, port), seconds=2).close()
    except OSError:  # refused, or no answer
        return False
    return True


@pytest.fixture(scope="module")
def world(control_plane: ControlPlane, real_node: RealNode) -> Iterator[World]:
    suffix = uuid.uuid4().hex[:6]
    ports = [{"name": name, "containerPort": port} for name, port in zip(("http", "metrics"), PORTS, strict=True)]
    container: dict[str, Any] = {"command": ["sh", "-c", SERVES], "ports": ports}
    container["readinessProbe"] = {"tcpSocket": {"port": PORTS[1]}, "periodSeconds": 1}
    with (
        control_plane.namespace(f"eigen-{suffix}") as own,
        control_plane.namespace(f"ander-{suffix}", {"toets": "elders"}) as other,
    ):
        pods = [real_node.pod(name, container) for name in ("web", "friend", "ready", "host")]
        pods[-1]["spec"]["hostNetwork"] = True
        control_plane.apply(*pods, namespace=own)
        control_plane.apply(real_node.pod("stranger", container), namespace=other)
        control_plane.wait_for_pods(own, count=4)
        control_plane.wait_for_pods(other)
        yield World(control_plane, real_node, own, other)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_connections_are_as_our_reading_says(world: World, case: Case) -> None:
    world.hold(*case.specs)
    reached = world.with_web()
    assert reached == {INGRESS: case.incoming, EGRESS: case.outgoing}
    policies, pods = world.read()
    # Covered is what somebody cannot pass: a stranger, or whoever asks for another port.
    assert set(policies.uncovered(pods["web"])) == {side for side in Direction if reached[side] == EVERYBODY}
    blocks = [block for _, rule in policies.rules(EGRESS) for block in rule.blocks]
    if blocks:
        through = {peer for peer in PEERS if any(item.overlaps(ip_network(world.addresses[peer])) for item in blocks)}
        assert through == {peer for peer in PEERS if reached[EGRESS][peer]}


def test_no_policy_holds_on_the_network_of_the_node(world: World) -> None:
    world.hold(DENY.replace("{}", "{matchLabels: {app: host}}"))
    assert world.addresses["host"] == ADDRESS
    assert world.reached("friend", ["host"]) == {"host": PORTS}
    assert world.reached("host", ["friend"]) == {"friend": PORTS}
    policies, pods = world.read()
    assert set(policies.uncovered(pods["host"])) == set(Direction)
