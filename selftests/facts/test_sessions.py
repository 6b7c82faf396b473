"""What ties a session to one pod."""

import pytest
from from_yaml import objects

from toetskader.facts.kubernetes.environment import Environment
from toetskader.facts.kubernetes.sessions import keeps_sessions, sticky_sessions
from toetskader.facts.kubernetes.workloads import Workloads

STICKY = {
    "a Service": "{kind: Service, metadata: {name: a}, spec: {sessionAffinity: ClientIP}}",
    "an Ingress": "{kind: Ingress, metadata: {name: a, annotations: {nginx.ingress.kubernetes.io/affinity: cookie}}}",
    "a hash": "{kind: Ingress, metadata: {name: a, annotations: {nginx.ingress.kubernetes.io/upstream-hash-by: $x}}}",
    "Gateway API": "{kind: HTTPRoute, metadata: {name: a}, spec: {rules: [{sessionPersistence: {sessionName: s}}]}}",
    "Traefik": "{kind: IngressRoute, metadata: {name: a}, spec: {routes: [{services: [{sticky: {cookie: {}}}]}]}}",
    "APISIX": "{apiVersion: apisix.apache.org/v2, kind: ApisixUpstream, metadata: {name: a}, "
    "spec: {loadbalancer: {type: chash}}}",
    "Istio": "{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: a}, "
    "spec: {trafficPolicy: {loadBalancer: {consistentHash: {useSourceIp: true}}}}}",
}
FREE = {
    "a Service": "{kind: Service, metadata: {name: a}, spec: {sessionAffinity: None}}",
    "APISIX": "{apiVersion: apisix.apache.org/v2, kind: ApisixUpstream, metadata: {name: a}, "
    "spec: {loadbalancer: {type: roundrobin}}}",
    "Istio": "{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: a}, "
    "spec: {trafficPolicy: {loadBalancer: {simple: ROUND_ROBIN}}}}",
}


@pytest.mark.parametrize("text", STICKY.values(), ids=STICKY)
def test_sticky_sessions(text: str) -> None:
    assert len(list(sticky_sessions(objects(text)))) == 1


@pytest.mark.parametrize("text", FREE.values(), ids=FREE)
def test_sessions_on_any_pod(text: str) -> None:
    assert list(sticky_sessions(objects(text))) == []


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("SESSION_DRIVER", "file", True),
        ("SESSION_ENGINE", "django.contrib.sessions.backends.file", True),
        ("SESSION_STORE", "memory", True),
        ("SESSION_DRIVER", "redis", False),
        ("SESSION_ENGINE", "django.contrib.sessions.backends.cache", False),
        ("SESSION_COOKIE_NAME", "file", False),
    ],
)
def test_sessions_kept_in_the_pod(name: str, value: str, expected: bool) -> None:
    text = "{kind: Pod, metadata: {name: p}, spec: {containers: [{name: c, env: [{name: %s, value: %s}]}]}}"
    everything = objects(text % (name, value))
    (variable,) = Environment(Workloads(everything), everything).variables()
    assert keeps_sessions(variable) is expected
