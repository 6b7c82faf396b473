"""Routes from outside into the component: Ingress, Gateway API, APISIX and OpenShift, read alike."""

from collections.abc import Iterator
from dataclasses import dataclass

from toetskader.facts.kubernetes.node import Node
from toetskader.facts.kubernetes.objects import KubernetesObject, Objects

_GATEWAY_KINDS = ("HTTPRoute", "GRPCRoute", "TLSRoute")


@dataclass(frozen=True, slots=True)
class Host:
    """A host name that a route answers to, and whether the route's own object ends TLS for it."""

    name: str
    node: Node
    tls: bool


@dataclass(frozen=True, slots=True)
class Route:
    """One object that routes traffic to the component."""

    object: KubernetesObject
    through: str
    """`ingress` for an ingress controller, `gateway` for an API gateway or Gateway API."""
    hosts: tuple[Host, ...]
    tls_names: tuple[Node, ...]
    """Host names in the route's TLS sections."""


def routes(objects: Objects) -> tuple[Route, ...]:
    """Return all routes of a scene.

    Gateway API ends TLS on the Gateway's listener and APISIX on an ApisixTls object, so that their hosts count as
    ended at the edge when such an object of the scene names them, or when the gateway lies outside the chart.
    """
    found = [_ingress(item) for item in objects.of_kind("Ingress", group="networking.k8s.io")]
    found += [_gateway_route(item) for item in objects.of_kind(*_GATEWAY_KINDS, group="gateway.networking.k8s.io")]
    found += [_apisix_route(item) for item in objects.of_kind("ApisixRoute", group="apisix.apache.org")]
    found += [_openshift_route(item) for item in objects.of_kind("Route", group="route.openshift.io")]
    return tuple(found)


def host_covers(pattern: str, host: str) -> bool:
    """Tell whether a TLS host name covers a host: equal, or a wildcard for exactly one label (RFC 6125, 6.4.3)."""
    if pattern == host:
        return True
    return pattern.startswith("*.") and host.partition(".")[2] == pattern[2:] and bool(host.partition(".")[0])


def _ingress(item: KubernetesObject) -> Route:
    tls_names = tuple(name for entry in item.get("spec", "tls").each() for name in entry.get("hosts").each())
    names = tuple(name.text() or "" for name in tls_names)
    hosts = []
    for rule in item.get("spec", "rules").each():
        node = rule.get("host")
        host = node.text() or ""
        hosts.append(Host(host, node, tls=any(host_covers(name, host) for name in names)))
    return Route(item, "ingress", tuple(hosts), tls_names)


def _gateway_route(item: KubernetesObject) -> Route:
    hosts = tuple(Host(node.text() or "", node, tls=True) for node in item.get("spec", "hostnames").each())
    return Route(item, "gateway", hosts, ())


def _apisix_route(item: KubernetesObject) -> Route:
    return Route(item, "gateway", tuple(_apisix_hosts(item)), ())


def _apisix_hosts(item: KubernetesObject) -> Iterator[Host]:
    for rule in item.get("spec", "http").each():
        for node in rule.get("match", "hosts").each():
            yield Host(node.text() or "", node, tls=True)


def _openshift_route(item: KubernetesObject) -> Route:
    node = item.get("spec", "host")
    host = Host(node.text() or "", node, tls=bool(item.get("spec", "tls", "termination")))
    return Route(item, "ingress", (host,), ())
