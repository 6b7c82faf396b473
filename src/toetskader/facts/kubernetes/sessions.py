"""What ties the requests of one session to one pod: the edge, or an application that keeps sessions to itself."""

import re
from collections.abc import Iterator

from toetskader.facts.kubernetes.environment import Variable
from toetskader.facts.kubernetes.node import Node
from toetskader.facts.kubernetes.objects import Objects
from toetskader.facts.names import words

# Annotations of Ingresses and Services that do, with the beginning of the values that do; from the documentation of
# each ingress controller.
_ANNOTATIONS = {
    "nginx.ingress.kubernetes.io/affinity": "cookie",
    "nginx.ingress.kubernetes.io/upstream-hash-by": "",
    "nginx.org/sticky-cookie-services": "",
    "traefik.ingress.kubernetes.io/service.sticky.cookie": "true",
    "haproxy.org/cookie-persistence": "",
    "haproxy-ingress.github.io/affinity": "cookie",
    "appgw.ingress.kubernetes.io/cookie-based-affinity": "true",
}
# Fields of other objects that do, with the value that does; None for any.
_FIELDS = {
    "ApisixUpstream.apisix.apache.org": (("spec", "loadbalancer", "type"), "chash"),
    "DestinationRule.networking.istio.io": (("spec", "trafficPolicy", "loadBalancer", "consistentHash"), None),
    "TraefikService.traefik.io": (("spec", "weighted", "sticky"), None),
    "BackendTrafficPolicy.gateway.envoyproxy.io": (("spec", "loadBalancer", "type"), "ConsistentHash"),
}

STICKY_KINDS = ("Service", "Ingress", "HTTPRoute", "GRPCRoute", "IngressRoute", *_FIELDS)
"""Kinds of objects that can tie a session to one pod (`sticky_sessions`)."""

_SESSION_STORE = re.compile(r"(?:.*\b)?sessions? (?:driver|engine|store|store type|backend|(?:save )?handler)")
_IN_THE_POD = re.compile(
    r"(?:[\w.]{1,100}\.)?(?:files?|file ?system|loc(?:al)?mem|in[-_ ]?memory|memory)", re.IGNORECASE
)


def keeps_sessions(variable: Variable) -> bool:
    """Tell whether a setting has sessions kept in the process or its own files (`SESSION_DRIVER=file`)."""
    return (
        _SESSION_STORE.fullmatch(words(variable.name)) is not None and _IN_THE_POD.fullmatch(variable.text) is not None
    )


def sticky_sessions(objects: Objects) -> Iterator[Node]:
    """Yield the settings by which the requests of one session go to one pod."""
    for item in objects.of_kind("Service"):
        affinity = item.get("spec", "sessionAffinity")
        if affinity.text() == "ClientIP":
            yield affinity
    for item in objects.of_kind("Ingress", "Service"):
        for key, value in _ANNOTATIONS.items():
            setting = item.get("metadata", "annotations").get(key)
            text = setting.text()
            if text is not None and text.lower().startswith(value):
                yield setting
    for item in objects.of_kind("HTTPRoute", "GRPCRoute"):
        for rule in item.get("spec", "rules").each():
            if rule.get("sessionPersistence"):
                yield rule.get("sessionPersistence")
    for item in objects.of_kind("IngressRoute"):
        for rule in item.get("spec", "routes").each():
            yield from (node.get("sticky") for node in rule.get("services").each() if node.get("sticky"))
    for item in objects.present(*_FIELDS):
        keys, wanted = _FIELDS[f"{item.kind}.{item.group}"]
        if item.get(*keys) and wanted in (None, item.get(*keys).value):
            yield item.get(*keys)
