"""What protects a route at the edge: limits on requests and lists of allowed addresses, per kind of edge.

Each function answers True or False, or None when the route refers to something outside the scene that may do it.
"""

import ipaddress
import re
from collections.abc import Callable, Iterator

from toetskader.facts.kubernetes.declared import must_be_declared
from toetskader.facts.kubernetes.network_policies import is_everything
from toetskader.facts.kubernetes.node import Node
from toetskader.facts.kubernetes.objects import KubernetesObject, Objects
from toetskader.facts.kubernetes.routes import Route

# Annotations that hold a number, from the documentation of each ingress controller.
_RATE_ANNOTATIONS = (
    "nginx.ingress.kubernetes.io/limit-rps",
    "nginx.ingress.kubernetes.io/limit-rpm",
    "nginx.ingress.kubernetes.io/limit-connections",
    "nginx.org/limit-req-rate",
    "haproxy.org/rate-limit-requests",
    "haproxy-ingress.github.io/limit-rps",
    "haproxy-ingress.github.io/limit-connections",
    "haproxy.router.openshift.io/rate-limit-connections.rate-http",
    "haproxy.router.openshift.io/rate-limit-connections.rate-tcp",
)
# Annotations that hold address ranges.
_ALLOW_ANNOTATIONS = (
    "nginx.ingress.kubernetes.io/whitelist-source-range",
    "nginx.ingress.kubernetes.io/allowlist-source-range",
    "haproxy.org/allow-list",
    "haproxy.org/whitelist",
    "haproxy-ingress.github.io/allowlist-source-range",
    "haproxy-ingress.github.io/whitelist-source-range",
    "ingress.kubernetes.io/whitelist-source-range",
    "k8s.apisix.apache.org/allowlist-source-range",
    "haproxy.router.openshift.io/ip_allowlist",
    "haproxy.router.openshift.io/ip_whitelist",
)
_SNIPPETS = ("nginx.ingress.kubernetes.io/configuration-snippet", "nginx.ingress.kubernetes.io/server-snippet")
# Directives of nginx on a line of their own or after another one; in a comment they do nothing.
_LIMIT_DIRECTIVE = re.compile(r"(?:^|[;{])[ \t]*limit_req\s+zone=", re.MULTILINE)
_DENY_DIRECTIVE = re.compile(r"(?:^|[;{])[ \t]*deny\s+all\s*;", re.MULTILINE)
# Words in the name of an ingress class that tell its controller, and the prefixes of annotations that it reads.
_CONTROLLERS = {
    "nginx": ("nginx.ingress.kubernetes.io/", "nginx.org/"),
    "haproxy": ("haproxy.org/", "haproxy-ingress.github.io/", "ingress.kubernetes.io/"),
    "traefik": (),
    "kong": (),
    "apisix": ("k8s.apisix.apache.org/",),
    "contour": (),
    "openshift": ("haproxy.router.openshift.io/",),
    "application-gateway": (),
    "istio": (),
    "cilium": (),
}
_TRAEFIK_MIDDLEWARES = "traefik.ingress.kubernetes.io/router.middlewares"
_KONG_PLUGINS = "konghq.com/plugins"
_APISIX_CONFIG = "k8s.apisix.apache.org/plugin-config-name"


_MEASURES = (
    "ApisixPluginConfig",
    "PluginConfig",
    "ApisixGlobalRule.apisix.apache.org",
    "Middleware",
    "KongPlugin",
    "KongClusterPlugin",
)
LIMITS = (*_MEASURES, "BackendTrafficPolicy.gateway.envoyproxy.io")
"""Kinds of objects that can limit requests (`limits_requests`)."""
ALLOW_LISTS = (*_MEASURES, "SecurityPolicy.gateway.envoyproxy.io")
"""Kinds of objects that can let listed addresses through only (`allows_listed_addresses`)."""


def limits_requests(route: Route, objects: Objects) -> bool | None:
    """Tell whether the edge limits the requests of one sender on a route. Where everybody is exempt, it does not."""
    must_be_declared(*LIMITS)
    annotations = _read_by_its_controller(route)
    exempt = _parts(annotations.get("nginx.ingress.kubernetes.io/limit-whitelist", ""))
    if (not exempt or leaves_anybody_out(exempt)) and any(
        _positive(annotations.get(name, "")) for name in _RATE_ANNOTATIONS
    ):
        return True
    if any(_LIMIT_DIRECTIVE.search(annotations.get(name, "")) for name in _SNIPPETS):
        return True
    return _by_objects(
        route,
        objects,
        plugin=lambda name, _: name in ("limit-req", "limit-count", "limit-conn"),
        middleware=lambda spec: bool(spec.get("rateLimit")) or bool(spec.get("inFlightReq")),
        kong=("rate-limiting", "rate-limiting-advanced", "response-ratelimiting"),
        policy=("BackendTrafficPolicy", "rateLimit"),
    )


def allows_listed_addresses(route: Route, objects: Objects) -> bool | None:
    """Tell whether the edge lets only listed addresses through to a route. A list of every address is none."""
    must_be_declared(*ALLOW_LISTS)
    annotations = _read_by_its_controller(route)
    if any(leaves_anybody_out(_parts(annotations.get(name, ""))) for name in _ALLOW_ANNOTATIONS):
        return True
    if any(_DENY_DIRECTIVE.search(annotations.get(name, "")) for name in _SNIPPETS):
        return True
    return _by_objects(
        route,
        objects,
        plugin=lambda name, config: name == "ip-restriction" and leaves_anybody_out(_texts(config.get("whitelist"))),
        middleware=lambda spec: any(
            leaves_anybody_out(_texts(spec.get(kind, "sourceRange"))) for kind in ("ipAllowList", "ipWhiteList")
        ),
        kong=("ip-restriction",),
        policy=("SecurityPolicy", "authorization"),
    )


def _read_by_its_controller(route: Route) -> dict[str, str]:
    """Return the annotations that the route's controller reads, as far as the name of its class tells which that is."""
    annotations = route.object.annotations
    if route.object.kind != "Ingress":
        return annotations
    name = " ".join(node.text() or "" for node in route.entrances).lower()
    known = [prefixes for word, prefixes in _CONTROLLERS.items() if word in name]
    if not known:
        return annotations
    wanted = tuple(prefix for prefixes in known for prefix in prefixes)
    return {key: value for key, value in annotations.items() if key.startswith(wanted)} if wanted else {}


def _by_objects(
    route: Route,
    objects: Objects,
    *,
    plugin: Callable[[str, Node], bool],
    middleware: Callable[[Node], bool],
    kong: tuple[str, ...],
    policy: tuple[str, str],
) -> bool | None:
    """Look for a measure in the objects that a route refers to, or that refer to it."""
    answers = [
        _apisix(route, objects, plugin),
        _traefik(route, objects, middleware),
        _kong(route, objects, kong),
        _envoy_gateway(route, objects, *policy),
    ]
    return True if True in answers else None if None in answers else False


def _apisix(route: Route, objects: Objects, wanted: Callable[[str, Node], bool]) -> bool | None:
    item = route.object
    configs = {
        (config.namespace, config.name): config
        for config in objects.of_kind("ApisixPluginConfig", "PluginConfig")
        if config.stays
    }
    names: list[str | None] = []
    if item.kind == "ApisixRoute":
        everywhere = objects.of_kind("ApisixGlobalRule", group="apisix.apache.org")
        if any(rule.stays and _has_plugin(rule.get("spec", "plugins"), wanted) for rule in everywhere):
            return True
        rules = tuple(item.get("spec", "http").each())
        bare = [rule for rule in rules if not _has_plugin(rule.get("plugins"), wanted)]
        if rules and not bare:
            return True
        names = [rule.get("plugin_config_name").text() for rule in bare]
    elif item.kind == "Ingress" and _APISIX_CONFIG in item.annotations:
        names = [item.annotations[_APISIX_CONFIG]]
    elif item.kind == "HTTPRoute":
        names = [_plugin_config(rule) for rule in item.get("spec", "rules").each()]
    if not names or None in names:
        return False
    found = [configs.get((item.namespace, name or "")) for name in names]
    if any(config is None for config in found):
        return None
    return all(config is not None and _has_plugin(config.get("spec", "plugins"), wanted) for config in found)


def _plugin_config(rule: Node) -> str | None:
    """Return the name of the PluginConfig that a rule of an HTTPRoute refers to."""
    for entry in rule.get("filters").each():
        if entry.get("extensionRef", "kind").text() == "PluginConfig":
            return entry.get("extensionRef", "name").text()
    return None


def _has_plugin(plugins: Node, wanted: Callable[[str, Node], bool]) -> bool:
    return any(
        plugin.get("enable").flag() is not False and wanted(plugin.get("name").text() or "", plugin.get("config"))
        for plugin in plugins.each()
    )


def _traefik(route: Route, objects: Objects, wanted: Callable[[Node], bool]) -> bool | None:
    """Each rule of an IngressRoute has middlewares of its own; the annotation holds for a whole Ingress."""
    item = route.object
    if item.kind == "IngressRoute":
        rules = [
            {entry.get("name").text() or "" for entry in rule.get("middlewares").each()}
            for rule in item.get("spec", "routes").each()
        ]
    else:
        text = item.annotations.get(_TRAEFIK_MIDDLEWARES, "")
        # `namespace-name@kubernetescrd`; a dash can be in both, so that the namespace is taken off as a prefix.
        rules = [
            {
                part.strip().partition("@")[0].removeprefix(f"{item.namespace}-")
                for part in text.split(",")
                if part.strip()
            }
        ]
    known = {middleware.name: middleware for middleware in objects.of_kind("Middleware") if middleware.stays}
    answers = [_one_of(names, known, wanted) for names in rules]
    return False if False in answers or not answers else None if None in answers else True


def _one_of(names: set[str], known: dict[str, KubernetesObject], wanted: Callable[[Node], bool]) -> bool | None:
    if any(name in known and wanted(known[name].get("spec")) for name in names):
        return True
    return False if names <= known.keys() else None


def _kong(route: Route, objects: Objects, wanted: tuple[str, ...]) -> bool | None:
    names = {part.strip() for part in route.object.annotations.get(_KONG_PLUGINS, "").split(",") if part.strip()}
    known = {item.name: item for item in objects.of_kind("KongPlugin", "KongClusterPlugin") if item.stays}
    if any(
        name in known and known[name].get("plugin").text() in wanted and known[name].get("disabled").flag() is not True
        for name in names
    ):
        return True
    return False if names <= known.keys() else None


def _envoy_gateway(route: Route, objects: Objects, kind: str, field: str) -> bool:
    return any(
        item.namespace == route.object.namespace
        and item.stays
        and item.get("spec", field)
        and any(target.get("name").text() == route.object.name for target in _targets(item))
        for item in objects.of_kind(kind, group="gateway.envoyproxy.io")
    )


def _targets(item: KubernetesObject) -> Iterator[Node]:
    yield item.get("spec", "targetRef")
    yield from item.get("spec", "targetRefs").each()


def _texts(nodes: Node) -> list[str]:
    return [node.text() or "" for node in nodes.each()]


def _positive(text: str) -> bool:
    """Tell whether an annotation holds a number above zero, unit or not (`10r/s`)."""
    match = re.match(r"\s*([0-9]+)", text)
    return match is not None and int(match[1]) > 0


def _parts(text: str) -> list[str]:
    return [part for part in re.split(r"[,\s]+", text) if part]


def leaves_anybody_out(ranges: list[str]) -> bool:
    """Tell whether address ranges are a list that leaves anybody out. An empty one is none."""
    try:
        networks = [ipaddress.ip_network(text.strip(), strict=False) for text in ranges if text]
    except ValueError:
        return False
    return bool(networks) and not any(is_everything(networks, version=version) for version in (4, 6))
