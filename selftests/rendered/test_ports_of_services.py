"""Plain HTTP on a container port: what shows it, what is no way to the component, and what is only remarked on."""

import pytest
from rendered_chart import container, judged, workload

from toetskader.results import Verdict

PASS, FAIL, UNKNOWN, NA = Verdict.PASS, Verdict.FAIL, Verdict.UNDETERMINED, Verdict.NOT_APPLICABLE
HTTP = "ports: [{name: http, containerPort: 8080}]"


def service(name: str, ports: str, *, selects: str = "") -> str:
    chosen = selects or name
    return (
        f"---\n{{apiVersion: v1, kind: Service, metadata: {{name: {name}}}, "
        f"spec: {{selector: {{app: {chosen}}}, ports: [{ports}]}}}}\n"
    )


WEB = workload("web", container(HTTP)) + service("web", "{name: http, port: 80, targetPort: http}")
ODD = "ports: [{name: app, containerPort: 8065}]"
TO_ODD = service("web", "{name: app, port: 8065, targetPort: app}")
UNDECLARED = service("web", "{name: app, port: 443, targetPort: 8065}")

SHOWN = {
    "by a readiness probe": (f"{ODD}, readinessProbe: {{httpGet: {{path: /, port: app}}}}", TO_ODD, PASS),
    "by a liveness probe of a number": (f"{ODD}, livenessProbe: {{httpGet: {{port: 8065}}}}", TO_ODD, PASS),
    "by a startup probe, in capitals": (
        f"{ODD}, startupProbe: {{httpGet: {{port: 8065, scheme: HTTP}}}}",
        TO_ODD,
        PASS,
    ),
    "of a port that is not declared": ("livenessProbe: {httpGet: {port: 8065}}", UNDECLARED, PASS),
    "of another port": (
        "ports: [{name: app, containerPort: 8065}, {name: health, containerPort: 9001}], "
        "livenessProbe: {httpGet: {port: health}}",
        TO_ODD,
        UNKNOWN,
    ),
    "by a probe of the connection only": (f"{ODD}, livenessProbe: {{tcpSocket: {{port: app}}}}", TO_ODD, UNKNOWN),
    "by gRPC": (f"{ODD}, livenessProbe: {{grpc: {{port: 8065}}}}", TO_ODD, UNKNOWN),
    "over HTTPS": (f"{ODD}, livenessProbe: {{httpGet: {{port: app, scheme: HTTPS}}}}", TO_ODD, FAIL),
    "of a port with the number of HTTPS": (
        "ports: [{name: http, containerPort: 8443}], livenessProbe: {httpGet: {port: http}}",
        service("web", "{name: web, port: 8443, targetPort: http}"),
        UNKNOWN,
    ),
    "of no port": ("livenessProbe: {httpGet: {port: nergens}}", TO_ODD, UNKNOWN),
}


@pytest.mark.parametrize(("more", "services", "verdict"), SHOWN.values(), ids=SHOWN)
def test_what_a_probe_shows(more: str, services: str, verdict: Verdict) -> None:
    assert judged("service.plain_http_port", workload("web", container(more)) + services).verdict is verdict


LEADS_NOWHERE = {
    "beside a port that serves": (
        service("extra", "{name: http, port: 80, targetPort: http}, {name: adm, port: 81, targetPort: adm}"),
        PASS,
    ),
    "of the same pods": (service("metrics", "{name: metrics, port: 9150, targetPort: metrics}", selects="web"), PASS),
    "of another workload": (
        workload("worker", container()) + service("worker", "{name: http, port: 80, targetPort: http}"),
        PASS,
    ),
}


@pytest.mark.parametrize(("more", "verdict"), LEADS_NOWHERE.values(), ids=LEADS_NOWHERE)
def test_a_port_that_leads_nowhere_is_remarked_on(more: str, verdict: Verdict) -> None:
    documents = WEB + more.replace("extra", "web2").replace("{app: web2}", "{app: web}")
    found = judged("service.plain_http_port", documents)
    assert found.verdict is verdict
    assert [item.strength for item in found.findings] == ["recommended"]


def test_a_port_that_leads_nowhere_shows_no_http() -> None:
    nowhere = workload("web", container()) + service("web", "{name: http, port: 80, targetPort: http}")
    assert judged("service.plain_http_port", nowhere).verdict is FAIL
    for of_something_else in ("{name: metrics, port: 9150, targetPort: metrics}", "{port: 7001, targetPort: tls}"):
        other = workload("web", container()) + service("web", of_something_else)
        assert judged("service.plain_http_port", other).verdict is UNKNOWN


ROUTE = (
    "---\n{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: web}, spec: {ingressClassName: x, "
    "tls: [{hosts: [a.example], secretName: a}], rules: [{host: a.example, http: {paths: [{path: /, pathType: Prefix, "
    "backend: {service: {name: web, port: {name: http}}}}]}}]}}\n"
)
NOWHERE = {
    "a Service without pods": (service("leeg", "{port: 80}", selects="niets"), "Service/leeg"),
    "a Service in another namespace": (
        service("web", "{port: 80}").replace("{name: web}", "{name: web, namespace: elders}"),
        "Service/web",
    ),
    "an Ingress without a Service": (
        "---\n{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: i}, spec: {defaultBackend: "
        "{service: {name: weg, port: {number: 80}}}}}\n",
        "Ingress/i",
    ),
    "a path without a Service": (
        "---\n{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: i}, spec: {rules: [{http: {paths: "
        "[{backend: {service: {name: web, port: {number: 80}}}}, {backend: {service: {name: weg}}}]}}]}}\n",
        "Ingress/i",
    ),
}


@pytest.mark.parametrize(("more", "where"), NOWHERE.values(), ids=NOWHERE)
def test_what_leads_nowhere_is_remarked_on(more: str, where: str) -> None:
    found = judged("service.plain_http_port", WEB + more)
    assert found.verdict is PASS
    assert [(item.where, item.strength) for item in found.findings] == [(where, "recommended")]


def test_what_leads_somewhere_is_not() -> None:
    more = "---\n{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {type: ExternalName, externalName: b.nl}}\n"
    assert judged("service.plain_http_port", WEB + ROUTE + more).findings == ()


WEBHOOK = "ports: [{name: webhook, containerPort: 9443}], readinessProbe: {httpGet: {port: 9443, scheme: HTTPS}}"
FRONT = service("hook", "{name: https, port: 443, targetPort: webhook}")
CALLS = {
    "a mutating webhook": (
        "{apiVersion: admissionregistration.k8s.io/v1, kind: MutatingWebhookConfiguration, metadata: {name: x}, "
        "webhooks: [{clientConfig: {service: {name: hook, namespace: proef}}}]}"
    ),
    "a validating webhook by its port": (
        "{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingWebhookConfiguration, metadata: {name: x}, "
        "webhooks: [{clientConfig: {service: {name: hook, namespace: proef, port: 443}}}]}"
    ),
    "a conversion webhook": (
        "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: x}, spec: {conversion: "
        "{strategy: Webhook, webhook: {clientConfig: {service: {name: hook, namespace: proef}}}}}}"
    ),
    "an aggregated API": (
        "{apiVersion: apiregistration.k8s.io/v1, kind: APIService, metadata: {name: x}, "
        "spec: {service: {name: hook, namespace: proef}}}"
    ),
}
CERTIFICATES = "volumes: [{name: c, secret: {secretName: hook-tls}}]"


@pytest.mark.parametrize("caller", CALLS.values(), ids=CALLS)
def test_what_the_api_server_calls_may_speak_https(caller: str) -> None:
    hook = workload("hook", f"{container(WEBHOOK)}, {CERTIFICATES}") + FRONT + f"---\n{caller}\n"
    # What changes pods as they are made is a doubt of its own, and no fault.
    met, absent = (UNKNOWN, UNKNOWN) if "Mutating" in caller else (PASS, NA)
    for check in ("service.plain_http_port", "ingress.tls_at_edge"):
        found = judged(check, WEB + ROUTE + hook)
        assert (found.verdict, found.findings) == (met, ())
    assert judged("service.plain_http_port", hook).verdict is absent


OTHERWISE = {
    "called by nothing": "",
    "called elsewhere": CALLS["a conversion webhook"].replace("namespace: proef", "namespace: elders"),
    "called by another name": CALLS["a conversion webhook"].replace("name: hook", "name: haak"),
    "called at another port": CALLS["a validating webhook by its port"].replace("port: 443", "port: 8443"),
}


@pytest.mark.parametrize("caller", OTHERWISE.values(), ids=OTHERWISE)
def test_what_nobody_or_something_else_calls_may_not(caller: str) -> None:
    hook = workload("hook", f"{container(WEBHOOK)}, {CERTIFICATES}") + FRONT + f"---\n{caller}\n"
    for check in ("service.plain_http_port", "ingress.tls_at_edge"):
        assert judged(check, WEB + ROUTE + hook).verdict is FAIL


def test_a_webhook_that_serves_users_over_https_too_is_found() -> None:
    both = WEBHOOK.replace("containerPort: 9443}", "containerPort: 9443}, {name: https, containerPort: 8443}")
    documents = workload("hook", f"{container(both)}, {CERTIFICATES}") + FRONT.replace(
        "targetPort: webhook}", "targetPort: webhook}, {name: app, port: 8443, targetPort: https}"
    )
    documents += f"---\n{CALLS['a conversion webhook']}\n"
    for check in ("service.plain_http_port", "ingress.tls_at_edge"):
        assert judged(check, WEB + ROUTE + documents).verdict is FAIL


METRICS = {
    "a port of the container": (container("ports: [{name: metrics, containerPort: 9100}]"), "", PASS),
    "a port of the Service by number": (container(HTTP), "{name: http-metrics, port: 9100, targetPort: 9100}", PASS),
    "a port of the Service by name": (container(HTTP), "{name: prometheus, port: 9100, targetPort: http}", PASS),
    "a port of the Service itself": (container(HTTP), "{name: tcp-metrics, port: 9102}", PASS),
    "one that leads nowhere": (container(HTTP), "{name: metrics, port: 9100, targetPort: metrics}", FAIL),
    "one of another name": (container(HTTP), "{name: beheer, port: 9100, targetPort: 9100}", FAIL),
    "one that leads to an exporter": (
        "containers: [{name: web, image: 'registry.example/web:1.4.2'}, {name: e, image: 'x/redis-exporter:1.0.0', "
        "ports: [{name: e, containerPort: 9121}]}]",
        "{name: metrics, port: 9121, targetPort: e}",
        FAIL,
    ),
}


@pytest.mark.parametrize(("pod", "port", "verdict"), METRICS.values(), ids=METRICS)
def test_metrics_are_offered_by_a_port_that_is_named_for_them(pod: str, port: str, verdict: Verdict) -> None:
    documents = workload("web", pod) + (service("web", port) if port else "")
    assert judged("metrics.exposed", documents).verdict is verdict
