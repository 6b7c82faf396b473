"""Routes from outside into the component, read alike: Ingress, Gateway API, APISIX, OpenShift, Traefik and Istio."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from toetskader.facts.kubernetes.declared import in_group, must_be_declared
from toetskader.facts.kubernetes.node import Node
from toetskader.facts.kubernetes.objects import KubernetesObject, Objects

_HTTPS = frozenset({"HTTPS", "TLS"})
_LEGACY_CLASS = "kubernetes.io/ingress.class"
_PASSTHROUGH = "nginx.ingress.kubernetes.io/ssl-passthrough"
_TRAEFIK_HOST = re.compile(r"(?<![!\w])Host(?:SNI)?\(([^()]*)\)")
_QUOTED = re.compile(r"[`\"']([^`\"']+)[`\"']")


@dataclass(frozen=True, slots=True)
class Host:
    """A host name that a route answers to, and whether TLS for it ends at the edge. Without name: any host."""

    name: str
    node: Node
    tls: bool | None
    """None when a gateway outside the scene decides."""


@dataclass(frozen=True, slots=True)
class Route:
    """One object that routes traffic to the component."""

    object: KubernetesObject
    through: Literal["ingress", "gateway"]
    """`ingress` for an ingress controller, `gateway` for an API gateway or Gateway API."""
    hosts: tuple[Host, ...]
    """At least one."""
    tls_names: tuple[Node, ...]
    """Host names in the route's own TLS sections."""
    entrances: tuple[Node, ...]
    """Where it is let in: the ingress class, or the gateways it hangs on. Empty when the cluster chooses."""
    let_in: tuple[str, ...] | None = None
    """Host names that those gateways let in, empty for any; None when one lies outside the scene, or none is needed."""


def routes(objects: Objects) -> tuple[Route, ...]:
    """Return all routes of a scene.

    Gateway API and Istio end TLS on a Gateway, APISIX on an ApisixTls. Their hosts count as ended at the edge when
    such an object of the scene does so; when it lies outside the chart, that does not show. A route that hands TLS
    through to the pods does not end it.
    """
    must_be_declared(*ROUTE_KINDS)
    return tuple(
        read(item, objects)
        for (kind, group), read in _READERS.items()
        for item in objects.of_kind(kind, group=group)
        if read is not _istio or _leaves_the_mesh(item)
    )


# Kinds of routes, those of controllers that are not read here too (Contour, NGINX, Kong, Ambassador).
_KINDS = (
    r"(?:\w{0,40}Ingress|\w{0,40}Route(?:TCP|UDP)?|VirtualService|HTTPProxy|VirtualServer|TransportServer"
    r"|(?:TCP)?Mapping)"
)
_ROUTE_KIND = re.compile(_KINDS)
_ROUTE_TEMPLATE = re.compile(rf"^[ \t]*kind:\s*[\"']?{_KINDS}\b", re.MULTILINE)


def unread_routes(objects: Objects) -> tuple[KubernetesObject, ...]:
    """Return the objects that are routes by their kind, of controllers that are not read here."""
    return tuple(
        item for item in objects if _ROUTE_KIND.fullmatch(item.kind) and (item.kind, item.group) not in _READERS
    )


def can_route(files: Mapping[str, str]) -> bool:
    """Tell whether a chart has a template of a route, so that other values could make it render one.

    Parameters: `files`, path inside the chart → text.
    """
    return any("templates/" in path and _makes_route(text) for path, text in files.items())


@lru_cache(maxsize=4096)
def _makes_route(text: str) -> bool:
    return "kind:" in text and _ROUTE_TEMPLATE.search(text) is not None


def host_covers(pattern: str, host: str) -> bool:
    """Tell whether a TLS host name covers a host: equal, or a wildcard for exactly one label (RFC 6125, 6.4.3)."""
    pattern, host = pattern.lower(), host.lower()
    if pattern == host:
        return True
    return pattern.startswith("*.") and host.partition(".")[2] == pattern[2:] and bool(host.partition(".")[0])


def is_below(name: str, domain: str) -> bool:
    """Tell whether a host name is a domain, or one below it (`api.…`). Parameters: both in the same case."""
    return name == domain or name.endswith(f".{domain}")


def answering(route: Route, host: str) -> tuple[Host, ...]:
    """Return the host names of a route by which it answers to a host.

    One without name answers to any. A wildcard stands for one label in an Ingress, and for one or more in Gateway API
    and Istio (HTTPRoute, `hostnames`; VirtualService, `hosts`). What the gateways that it hangs on do not let in does
    not reach it (Gateway API, `Listener.hostname`; Istio, `Server.hosts`).
    """
    host = host.lower()

    def answers(name: str) -> bool:
        name = name.lower()
        return name in ("", "*") or (_covers_below if route.through == "gateway" else host_covers)(name, host)

    if route.let_in is not None and not any(map(answers, route.let_in)):
        return ()
    return tuple(item for item in route.hosts if answers(item.name))


def _hosts(nodes: Iterator[Node], anywhere: Node, tls: Callable[[str], bool | None]) -> tuple[Host, ...]:
    """Make hosts of name nodes; none at all means any host."""
    found = tuple(Host(node.text() or "", node, tls(node.text() or "")) for node in nodes)
    return found or (Host("", anywhere, tls("")),)


def _ingress(item: KubernetesObject, objects: Objects) -> Route:  # noqa: ARG001 - one signature for all readers
    entries = tuple(item.get("spec", "tls").each())
    names = tuple(name for entry in entries for name in entry.get("hosts").each())
    # An entry without hosts holds for every host that the certificate names (ingress-nginx, Traefik).
    for_all = any(not any(entry.get("hosts").each()) and entry.get("secretName").text() for entry in entries)
    through_to_pods = item.annotations.get(_PASSTHROUGH) == "true"

    def tls(host: str) -> bool:
        named = any(host_covers(name.text() or "", host) for name in names) if host else False
        return (for_all or named) and not through_to_pods

    hosts = _hosts((rule.get("host") for rule in item.get("spec", "rules").each()), item.get("spec"), tls)
    return Route(item, "ingress", hosts, names, _class_of(item))


def _class_of(item: KubernetesObject) -> tuple[Node, ...]:
    """Return the class, by the field and by the annotation: where both stand, controllers differ in which they read."""
    named = item.get("spec", "ingressClassName"), item.get("metadata", "annotations", _LEGACY_CLASS)
    return tuple(node for node in named if node.text())


def _gateway_api(item: KubernetesObject, objects: Objects) -> Route:
    parents = tuple(item.get("spec", "parentRefs").each())
    listeners = tuple(_listeners(item, parents, objects))
    all_in_scene = len(listeners) == len(parents) and bool(parents)

    def tls(host: str) -> bool | None:
        if any(_ends_tls(listener, host) for found in listeners for listener in found):
            return True
        return False if all_in_scene or item.kind == "TLSRoute" else None

    hosts = _hosts(item.get("spec", "hostnames").each(), item.get("spec"), tls)
    let_in = tuple(listener.get("hostname").text() or "" for found in listeners for listener in found)
    entrances = tuple(parent.get("name") for parent in parents)
    return Route(item, "gateway", hosts, (), entrances, let_in if all_in_scene else None)


def _listeners(item: KubernetesObject, parents: tuple[Node, ...], objects: Objects) -> Iterator[tuple[Node, ...]]:
    """Yield the listeners of each parent that is in the scene."""
    for parent in parents:
        namespace = parent.get("namespace").text() or item.namespace
        for gateway in objects.of_kind("Gateway", group="gateway.networking.k8s.io"):
            if gateway.name == parent.get("name").text() and gateway.namespace == namespace:
                section = parent.get("sectionName").text()
                yield tuple(
                    listener
                    for listener in gateway.get("spec", "listeners").each()
                    if section is None or listener.get("name").text() == section
                )


def _ends_tls(listener: Node, host: str) -> bool:
    name = listener.get("hostname").text() or ""
    return (
        listener.get("protocol").text() in _HTTPS
        and listener.get("tls", "mode").text() != "Passthrough"
        and (not name or not host or host_covers(name, host))
    )


def _apisix(item: KubernetesObject, objects: Objects) -> Route:
    certificates = [
        name.text() or ""
        for entry in objects.of_kind("ApisixTls", group="apisix.apache.org")
        if entry.namespace == item.namespace
        for name in entry.get("spec", "hosts").each()
    ]

    def tls(host: str) -> bool | None:
        return any(host_covers(name, host) for name in certificates) if certificates else None

    rules = tuple(item.get("spec", "http").each())
    names = (node for rule in rules for node in rule.get("match", "hosts").each())
    return Route(item, "gateway", _hosts(names, item.get("spec"), tls), (), _class_of(item))


def _openshift(item: KubernetesObject, objects: Objects) -> Route:  # noqa: ARG001 - one signature for all readers
    node = item.get("spec", "host")
    ends = item.get("spec", "tls", "termination").text() in ("edge", "reencrypt")
    return Route(item, "ingress", (Host(node.text() or "", node, ends),), (), ())


def _traefik(item: KubernetesObject, objects: Objects) -> Route:  # noqa: ARG001 - one signature for all readers
    section = item.get("spec", "tls")
    ends = bool(section) and section.get("passthrough").flag() is not True
    hosts = tuple(
        Host(name, rule.get("match"), ends)
        for rule in item.get("spec", "routes").each()
        for part in _TRAEFIK_HOST.findall(rule.get("match").text() or "")
        for name in _QUOTED.findall(part)
    )
    domains = tuple(
        name
        for domain in section.get("domains").each()
        for name in (domain.get("main"), *domain.get("sans").each())
        if name
    )
    return Route(item, "ingress", hosts or (Host("", item.get("spec"), ends),), domains, _class_of(item))


def _istio(item: KubernetesObject, objects: Objects) -> Route:
    names = tuple(item.get("spec", "gateways").each())
    gateways = [
        gateway
        for gateway in objects.of_kind("Gateway", group="networking.istio.io")
        if any(_without_namespace(name) == gateway.name for name in names)
    ]

    def tls(host: str) -> bool | None:
        return (
            None
            if not gateways
            else any(
                server.get("tls", "mode").text() in ("SIMPLE", "MUTUAL", "OPTIONAL_MUTUAL")
                and any(_covers_below(_without_namespace(name), host) for name in server.get("hosts").each())
                for gateway in gateways
                for server in gateway.get("spec", "servers").each()
            )
        )

    outside = set(map(_without_namespace, names)) - {"mesh", *(each.name for each in gateways)}
    let_in = tuple(
        _without_namespace(name)
        for gateway in gateways
        for server in gateway.get("spec", "servers").each()
        for name in server.get("hosts").each()
    )
    hosts = _hosts(item.get("spec", "hosts").each(), item.get("spec"), tls)
    return Route(item, "gateway", hosts, (), names, None if outside else let_in)


def _without_namespace(name: Node) -> str:
    """Return the name of a gateway or host where Istio takes `namespace/name`."""
    return (name.text() or "").rpartition("/")[2]


def _covers_below(pattern: str, host: str) -> bool:
    """Tell whether a host name of Gateway API or Istio covers a host: a wildcard stands for one label or more."""
    return pattern == "*" or host_covers(pattern, host) or (pattern.startswith("*.") and host.endswith(pattern[1:]))


def _leaves_the_mesh(item: KubernetesObject) -> bool:
    """A VirtualService without gateways routes between pods only."""
    return any(name.text() not in (None, "mesh") for name in item.get("spec", "gateways").each())


_READERS: dict[tuple[str, str], Callable[[KubernetesObject, Objects], Route]] = {
    ("Ingress", "networking.k8s.io"): _ingress,
    ("Ingress", "extensions"): _ingress,
    ("HTTPRoute", "gateway.networking.k8s.io"): _gateway_api,
    ("GRPCRoute", "gateway.networking.k8s.io"): _gateway_api,
    ("TLSRoute", "gateway.networking.k8s.io"): _gateway_api,
    ("ApisixRoute", "apisix.apache.org"): _apisix,
    ("Route", "route.openshift.io"): _openshift,
    ("IngressRoute", "traefik.io"): _traefik,
    ("IngressRoute", "traefik.containo.us"): _traefik,
    ("VirtualService", "networking.istio.io"): _istio,
}
ROUTE_KINDS = (
    *(in_group(kind, group) for kind, group in _READERS),
    "Gateway.gateway.networking.k8s.io",
    "Gateway.networking.istio.io",
    "ApisixTls.apisix.apache.org",
)
"""Kinds of routes, and of what ends TLS for them (`routes`)."""
