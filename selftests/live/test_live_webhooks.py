"""What only the API server calls is told by objects outside the namespace: of a port over TLS nobody knows there."""

import msgspec
import pytest
import yaml
from golden_namespace import GOLDEN, Facts, facts, judged

from toetskader.facts.kubernetes.live import Live
from toetskader.results import Verdict

HTTP_ROW, EDGE_ROW = "DDC-7.17-01", "DDC-7.17-02"
OUTSIDE = (
    "ValidatingWebhookConfiguration.admissionregistration.k8s.io",
    "MutatingWebhookConfiguration.admissionregistration.k8s.io",
)
WEBHOOK = """
- apiVersion: admissionregistration.k8s.io/v1
  kind: ValidatingWebhookConfiguration
  metadata: {name: keurt}
  webhooks: [{name: a.nl, clientConfig: {service: {name: keuring, namespace: meldingen}}}]
"""
SERVICE = """
- apiVersion: v1
  kind: Service
  metadata: {name: keuring, namespace: meldingen, uid: s9}
  spec:
    type: %s
    selector: {rol: keuring}
    ports: [{port: 443, protocol: TCP, targetPort: 9443}]
- apiVersion: apps/v1
  kind: Deployment
  metadata: {name: keuring, namespace: meldingen, uid: d9}
  spec:
    replicas: 1
    selector: {matchLabels: {rol: keuring}}
    template:
      metadata: {labels: {rol: keuring}}
      spec:
        containers:
        - name: keuring
          image: ghcr.io/voorbeeld/keuring:1.0.0
          ports: [{containerPort: 9443}]
          readinessProbe: {httpGet: {path: /, port: 9443, scheme: HTTPS}}
        volumes: [{name: tls, secret: {secretName: keuring-tls}}]
"""


def seen(more: str, *, others: tuple[str, ...] = OUTSIDE) -> Facts:
    documents = yaml.safe_load(GOLDEN) + yaml.safe_load(more)
    found = facts(yaml.safe_dump(documents))
    live = found["live"]
    assert isinstance(live, Live)
    return {**found, "live": msgspec.structs.replace(live, others=others)}


def verdicts(found: Facts) -> tuple[Verdict, Verdict]:
    outcomes = judged(found)
    return outcomes[HTTP_ROW].verdict, outcomes[EDGE_ROW].verdict


def test_whether_only_the_api_server_calls_it_is_not_known_in_a_namespace() -> None:
    outcome = judged(seen(SERVICE % "ClusterIP"))[HTTP_ROW]
    assert verdicts(seen(SERVICE % "ClusterIP")) == (Verdict.UNDETERMINED, Verdict.UNDETERMINED)
    assert outcome.reason is not None
    assert "Service/keuring" in outcome.reason.nl
    assert "kubectl get validatingwebhookconfigurations" in outcome.reason.nl


def test_with_the_object_that_says_so_it_is_as_in_the_chart() -> None:
    assert verdicts(seen(SERVICE % "ClusterIP" + WEBHOOK)) == (Verdict.PASS, Verdict.PASS)


@pytest.mark.parametrize("kind", ["LoadBalancer", "NodePort"])
def test_a_way_in_of_its_own_is_one(kind: str) -> None:
    assert verdicts(seen(SERVICE % kind)) == (Verdict.FAIL, Verdict.FAIL)


def test_where_all_is_seen_it_is_a_fault() -> None:
    assert verdicts(seen(SERVICE % "ClusterIP", others=())) == (Verdict.FAIL, Verdict.FAIL)


def test_what_a_route_leads_to_is_reached_by_others() -> None:
    route = """
- apiVersion: networking.k8s.io/v1
  kind: Ingress
  metadata: {name: keuring, namespace: meldingen, uid: i9}
  spec:
    tls: [{hosts: [keuring.stad.nl], secretName: x}]
    rules:
    - host: keuring.stad.nl
      http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: keuring, port: {number: 443}}}}]}
"""
    assert verdicts(seen(SERVICE % "ClusterIP" + route)) == (Verdict.FAIL, Verdict.FAIL)


def test_plain_http_beside_it_is_a_way_in() -> None:
    assert verdicts(seen("[]", others=OUTSIDE)) == (Verdict.PASS, Verdict.PASS)
