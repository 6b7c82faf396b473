"""Routes into the component: their hosts, where TLS ends, and what protects them."""

import pytest
from from_yaml import objects

from toetskader.facts.kubernetes.certificates import certificate_names, has_certificate, private_keys
from toetskader.facts.kubernetes.route_measures import allows_listed_addresses, limits_requests
from toetskader.facts.kubernetes.routes import Route, answering, host_covers, routes


def only(text: str) -> Route:
    (route,) = routes(objects(text))
    return route


def ingress(spec: str, annotations: str = "{}") -> str:
    return (
        "{apiVersion: networking.k8s.io/v1, kind: Ingress, "
        f"metadata: {{name: web, annotations: {annotations}}}, spec: {spec}}}"
    )


def apisix(http: str, *, kind: str = "ApisixRoute") -> str:
    return f"{{apiVersion: apisix.apache.org/v2, kind: {kind}, metadata: {{name: web}}, spec: {{http: [{http}]}}}}"


GATEWAY = """
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge}
spec: {listeners: [%s]}
---
"""
HTTP_ROUTE = """
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web}
spec: {parentRefs: [{name: edge}], hostnames: [a.nl]}
"""
APISIX_TLS = "{apiVersion: apisix.apache.org/v2, kind: ApisixTls, metadata: {name: t}, spec: {hosts: [%s]}}\n---\n"
ISTIO = """
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: edge}
spec: {servers: [{hosts: ["*.nl"], tls: {mode: %s}}]}
---
{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: v}, spec: {gateways: [edge], hosts: [a.nl]}}
"""
TRAEFIK_ROUTE = "{apiVersion: traefik.io/v1alpha1, kind: IngressRoute, spec: {routes: [{match: '%s'}]}}"

TLS = {
    "Ingress, host named": (ingress("{rules: [{host: a.nl}], tls: [{hosts: [a.nl]}]}"), {"a.nl": True}),
    "Ingress, one of two": (
        ingress("{rules: [{host: a.nl}, {host: b.nl}], tls: [{hosts: [a.nl]}]}"),
        {"a.nl": True, "b.nl": False},
    ),
    "Ingress, wildcard": (ingress("{rules: [{host: a.b.nl}], tls: [{hosts: ['*.b.nl']}]}"), {"a.b.nl": True}),
    "Ingress, no TLS": (ingress("{rules: [{host: a.nl}], tls: []}"), {"a.nl": False}),
    "Ingress, Secret for all": (ingress("{rules: [{host: a.nl}], tls: [{secretName: t}]}"), {"a.nl": True}),
    "Ingress, any host": (ingress("{defaultBackend: {}}"), {"": False}),
    "Ingress, passed through": (
        ingress(
            "{rules: [{host: a.nl}], tls: [{hosts: [a.nl]}]}",
            "{nginx.ingress.kubernetes.io/ssl-passthrough: 'true'}",
        ),
        {"a.nl": False},
    ),
    "gateway outside the chart": (HTTP_ROUTE, {"a.nl": None}),
    "gateway with TLS": (GATEWAY % "{protocol: HTTPS}" + HTTP_ROUTE, {"a.nl": True}),
    "gateway for another host": (GATEWAY % "{protocol: HTTPS, hostname: b.nl}" + HTTP_ROUTE, {"a.nl": False}),
    "gateway without TLS": (GATEWAY % "{protocol: HTTP}" + HTTP_ROUTE, {"a.nl": False}),
    "gateway that passes through": (
        GATEWAY % "{protocol: TLS, tls: {mode: Passthrough}}" + HTTP_ROUTE,
        {"a.nl": False},
    ),
    "APISIX outside": (apisix("{match: {hosts: [a.nl]}}"), {"a.nl": None}),
    "APISIX with certificate": (APISIX_TLS % "a.nl" + apisix("{match: {hosts: [a.nl]}}"), {"a.nl": True}),
    "APISIX, another's certificate": (APISIX_TLS % "b.nl" + apisix("{match: {hosts: [a.nl]}}"), {"a.nl": False}),
    "OpenShift, edge": (
        "{apiVersion: route.openshift.io/v1, kind: Route, spec: {host: a.nl, tls: {termination: edge}}}",
        {"a.nl": True},
    ),
    "OpenShift, passed through": (
        "{apiVersion: route.openshift.io/v1, kind: Route, spec: {host: a.nl, tls: {termination: passthrough}}}",
        {"a.nl": False},
    ),
    "Traefik": (
        "{apiVersion: traefik.io/v1alpha1, kind: IngressRoute, "
        "spec: {tls: {}, routes: [{match: 'Host(`a.nl`) || Host(`b.nl`)'}]}}",
        {"a.nl": True, "b.nl": True},
    ),
    "Traefik, no TLS": (
        "{apiVersion: traefik.io/v1alpha1, kind: IngressRoute, spec: {routes: [{match: 'Host(`a.nl`)'}]}}",
        {"a.nl": False},
    ),
    "Istio": (ISTIO % "SIMPLE", {"a.nl": True}),
    "Istio, passed through": (ISTIO % "PASSTHROUGH", {"a.nl": False}),
}


@pytest.mark.parametrize(("text", "expected"), TLS.values(), ids=TLS)
def test_hosts_and_where_tls_ends(text: str, expected: dict[str, bool | None]) -> None:
    assert {host.name: host.tls for host in only(text).hosts} == expected


def test_traffic_within_the_mesh_is_no_route() -> None:
    service = "{apiVersion: networking.istio.io/v1, kind: VirtualService, spec: {gateways: [mesh], hosts: [db]}}"
    assert routes(objects(service)) == ()


@pytest.mark.parametrize(
    ("text", "through", "entrances"),
    [
        (ingress("{ingressClassName: intern}"), "ingress", ["intern"]),
        (ingress("{}", "{kubernetes.io/ingress.class: oud}"), "ingress", ["oud"]),
        (ingress("{ingressClassName: ''}"), "ingress", []),
        (HTTP_ROUTE, "gateway", ["edge"]),
        (apisix("{}"), "gateway", []),
    ],
)
def test_where_a_route_lets_in(text: str, through: str, entrances: list[str]) -> None:
    route = only(text)
    assert (route.through, [node.text() for node in route.entrances]) == (through, entrances)


@pytest.mark.parametrize(
    ("pattern", "host", "covers"),
    [
        ("a.nl", "a.nl", True),
        ("A.nl", "a.NL", True),
        ("*.b.nl", "a.b.nl", True),
        ("*.b.nl", "b.nl", False),
        ("*.b.nl", "x.a.b.nl", False),
        ("*.b.nl", ".b.nl", False),
        ("b.nl", "a.b.nl", False),
    ],
)
def test_names_in_certificates(pattern: str, host: str, covers: bool) -> None:
    assert host_covers(pattern, host) is covers


def middleware(spec: str) -> str:
    return f"\n---\n{{apiVersion: traefik.io/v1alpha1, kind: Middleware, metadata: {{name: m}}, spec: {spec}}}"


TRAEFIK = "{traefik.ingress.kubernetes.io/router.middlewares: namespace-m@kubernetescrd}"
PLUGINS = "{plugins: [{name: %s, enable: %s, config: {whitelist: [%s]}}]}"
CONFIGURED = apisix("{plugin_config_name: p}")
CONFIG = "{apiVersion: apisix.apache.org/v2, kind: ApisixPluginConfig, metadata: {name: p}, spec: %s}\n---\n"
LIMITS: dict[str, tuple[str, bool | None]] = {
    "nothing": (ingress("{}"), False),
    "nginx": (ingress("{}", "{nginx.ingress.kubernetes.io/limit-rps: '20'}"), True),
    "nginx, zero": (ingress("{}", "{nginx.ingress.kubernetes.io/limit-rps: '0'}"), False),
    "nginx, bandwidth only": (ingress("{}", "{nginx.ingress.kubernetes.io/limit-rate: '100'}"), False),
    "NGINX Inc.": (ingress("{}", "{nginx.org/limit-req-rate: 10r/s}"), True),
    "APISIX": (apisix(PLUGINS % ("limit-count", "true", "")), True),
    "APISIX, switched off": (apisix(PLUGINS % ("limit-count", "false", "")), False),
    "APISIX, one rule of two": (apisix(PLUGINS % ("limit-req", "true", "") + ", {}"), False),
    "APISIX, elsewhere": (CONFIGURED, None),
    "APISIX, in the scene": (CONFIG % PLUGINS % ("limit-conn", "true", "") + CONFIGURED, True),
    "Traefik": (ingress("{}", TRAEFIK) + middleware("{rateLimit: {average: 20}}"), True),
    "Traefik, something else": (ingress("{}", TRAEFIK) + middleware("{compress: {}}"), False),
    "Traefik, elsewhere": (ingress("{}", TRAEFIK), None),
    "Kong, elsewhere": (ingress("{}", "{konghq.com/plugins: x}"), None),
    "Kong, switched off": (
        "{apiVersion: configuration.konghq.com/v1, kind: KongPlugin, metadata: {name: x}, plugin: rate-limiting, "
        "disabled: true}\n---\n" + ingress("{}", "{konghq.com/plugins: x}"),
        False,
    ),
    "nginx, by its own rules": (ingress("{}", "{nginx.ingress.kubernetes.io/server-snippet: limit_req zone=z;}"), True),
    "nginx, in a comment": (
        ingress("{}", "{nginx.ingress.kubernetes.io/server-snippet: '# limit_req zone=z;'}"),
        False,
    ),
    "nginx, read by Traefik": (
        ingress("{ingressClassName: traefik-internal}", "{nginx.ingress.kubernetes.io/limit-rps: '20'}"),
        False,
    ),
    "nginx, read by nginx": (
        ingress("{ingressClassName: nginx-internal}", "{nginx.ingress.kubernetes.io/limit-rps: '20'}"),
        True,
    ),
    "Traefik, one rule of two": (
        "{apiVersion: traefik.io/v1alpha1, kind: IngressRoute, metadata: {name: r}, "
        "spec: {routes: [{match: 'Host(`a.nl`)', middlewares: [{name: m}]}, {match: 'Host(`b.nl`)'}]}}"
        + middleware("{rateLimit: {average: 20}}"),
        False,
    ),
    "Gateway API, one rule of two": (
        "{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: r}, spec: {rules: "
        "[{filters: [{type: ExtensionRef, extensionRef: {kind: PluginConfig, name: p}}]}, {}]}}\n---\n"
        "{apiVersion: apisix.apache.org/v1alpha1, kind: PluginConfig, metadata: {name: p}, "
        "spec: {plugins: [{name: limit-req}]}}",
        False,
    ),
}
LISTS: dict[str, tuple[str, bool | None]] = {
    "nothing": (ingress("{}"), False),
    "nginx": (ingress("{}", "{nginx.ingress.kubernetes.io/whitelist-source-range: '10.0.0.0/8, 1.2.3.4'}"), True),
    "nginx, everybody": (ingress("{}", "{nginx.ingress.kubernetes.io/whitelist-source-range: 0.0.0.0/0}"), False),
    "nginx, everybody in two halves": (
        ingress("{}", "{nginx.ingress.kubernetes.io/whitelist-source-range: '0.0.0.0/1,128.0.0.0/1'}"),
        False,
    ),
    "nginx, denied in a comment": (
        ingress("{}", "{nginx.ingress.kubernetes.io/server-snippet: '# deny all;'}"),
        False,
    ),
    "nginx, no address": (ingress("{}", "{nginx.ingress.kubernetes.io/whitelist-source-range: kantoor}"), False),
    "APISIX": (apisix(PLUGINS % ("ip-restriction", "true", "10.0.0.0/8")), True),
    "APISIX, empty": (apisix(PLUGINS % ("ip-restriction", "true", "")), False),
    "Traefik": (ingress("{}", TRAEFIK) + middleware("{ipAllowList: {sourceRange: [10.0.0.0/8]}}"), True),
}


@pytest.mark.parametrize(("text", "expected"), LIMITS.values(), ids=LIMITS)
def test_limits_on_requests(text: str, expected: bool | None) -> None:
    assert limits_requests(only(text), objects(text)) is expected


@pytest.mark.parametrize(("text", "expected"), LISTS.values(), ids=LISTS)
def test_lists_of_addresses(text: str, expected: bool | None) -> None:
    assert allows_listed_addresses(only(text), objects(text)) is expected


@pytest.mark.parametrize(
    ("text", "host", "answers"),
    [
        (ingress("{rules: [{host: a.nl}, {host: B.nl}]}"), "b.nl", ["B.nl"]),
        (ingress("{rules: [{host: a.nl}]}"), "b.nl", []),
        (ingress("{rules: [{host: '*.a.nl'}]}"), "x.a.nl", ["*.a.nl"]),
        (ingress("{rules: [{host: '*.a.nl'}]}"), "y.x.a.nl", []),
        (ingress("{rules: [{host: '*.a.nl'}]}"), "a.nl", []),
        (ingress("{defaultBackend: {}}"), "b.nl", [""]),
        (HTTP_ROUTE.replace("[a.nl]", "['*.a.nl']"), "y.x.a.nl", ["*.a.nl"]),
        (HTTP_ROUTE.replace("[a.nl]", "['*.a.nl']"), "xa.nl", []),
        (apisix("{match: {hosts: [a.nl]}}"), "a.nl", ["a.nl"]),
        (GATEWAY % "{hostname: a.nl}, {hostname: b.nl}" + HTTP_ROUTE, "a.nl", ["a.nl"]),
        (GATEWAY % "{}" + HTTP_ROUTE, "a.nl", ["a.nl"]),
        (GATEWAY % "{hostname: b.nl}" + HTTP_ROUTE, "a.nl", []),
        (GATEWAY % "{hostname: b.nl}" + HTTP_ROUTE.replace(", hostnames: [a.nl]", ""), "a.nl", []),
        (ISTIO % "SIMPLE", "a.nl", ["a.nl"]),
        ((ISTIO % "SIMPLE").replace("*.nl", "intern/b.nl"), "a.nl", []),
        ((ISTIO % "SIMPLE").replace("*.nl", "./*"), "a.nl", ["a.nl"]),
        ((ISTIO % "SIMPLE").replace("*.nl", "b.nl").replace("[edge]", "[edge, elders/rand]"), "a.nl", ["a.nl"]),
        (TRAEFIK_ROUTE % "Host(`b.nl`) && !Host(`a.nl`)", "a.nl", []),
        (TRAEFIK_ROUTE % "!Host(`b.nl`) && Host(`a.nl`)", "a.nl", ["a.nl"]),
    ],
)
def test_the_hosts_that_a_route_answers_to(text: str, host: str, answers: list[str]) -> None:
    assert [item.name for item in answering(only(text), host)] == answers


def test_names_that_certificates_are_used_for() -> None:
    text = "\n---\n".join(
        [
            ingress("{tls: [{hosts: [a.nl]}]}"),
            "{apiVersion: cert-manager.io/v1, kind: Certificate, spec: {commonName: b.nl, dnsNames: ['*.c.nl']}}",
            GATEWAY % "{protocol: HTTPS, hostname: d.nl}, {protocol: HTTP, hostname: http.nl}",
            APISIX_TLS % "e.nl",
        ]
    )
    found = {node.text() for node in certificate_names(objects(text.replace("---\n\n---", "---")))}
    assert found == {"a.nl", "b.nl", "*.c.nl", "d.nl", "e.nl"}


def test_keys_and_certificates_in_objects() -> None:
    key = "-----BEGIN " + "PRIVATE KEY-----\\nMIIEvQIBADANBg"
    (item,) = objects(f'{{kind: ConfigMap, data: {{a: "{key}", b: "-----BEGIN CERTIFICATE-----"}}}}')
    assert [node.path for node in private_keys(item)] == ["data.a"]
    assert has_certificate(item)
