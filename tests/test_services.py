"""Judgements on Services and the ports that containers serve on."""

from collections.abc import Collection
from typing import NoReturn

from toetskader.facts.kubernetes.environment import Environment
from toetskader.facts.kubernetes.fronts import BACKEND_KINDS, Services, missing_backends
from toetskader.facts.kubernetes.node import Node
from toetskader.facts.kubernetes.objects import Objects
from toetskader.facts.kubernetes.routes import ROUTE_KINDS
from toetskader.facts.kubernetes.services import (
    CALLING_KINDS,
    Protocol,
    ServicePort,
    asks_one_of,
    called_by_the_api_server,
    container_ports,
    perhaps_called,
    port_protocol,
    serves_tls_only,
    service_ports,
    whether_called,
)
from toetskader.facts.kubernetes.workloads import Workloads
from toetskader.judging import Findings, Strength, Text, check, not_applicable, undetermined


@check("service.no_load_balancer", objects=("Service",))
def test_component_makes_no_way_in_of_its_own(workloads: Workloads, objects: Objects, findings: Findings) -> None:
    """DDC 1.3: the component makes no load balancer; a port on the nodes is the same way round the ingress."""
    services = [item for item in objects.of_kind("Service") if not item.is_test]
    if not services and not len(workloads):
        not_applicable("Er is geen Service en geen workload.", "There is no Service and no workload.")
    for service in services:
        kind = service.get("spec", "type")
        if kind.text() in ("LoadBalancer", "NodePort"):
            findings.add(kind, seen=kind.value, expected="ClusterIP")
        addresses = service.get("spec", "externalIPs")
        if any(True for _ in addresses.each()):
            expected = Text("geen externe adressen op een Service", "no external addresses on a Service")
            findings.add(addresses, seen=addresses.value, expected=expected)
    for container in workloads.containers():
        for port in container.get("ports").each():
            on_node = port.get("hostPort")
            if on_node.number():
                expected = Text("geen poort op de node", "no port on the node")
                findings.add(on_node, seen=on_node.value, expected=expected)
    for workload in workloads:
        if workload.on_host_network:
            expected = Text("het netwerk van de pod zelf", "the pod's own network")
            findings.add(workload.pod.get("hostNetwork"), seen=True, expected=expected)


@check("service.plain_http_port", objects=("Service", "Ingress", *BACKEND_KINDS, *CALLING_KINDS, *ROUTE_KINDS))
def test_component_serves_plain_http(
    workloads: Workloads, objects: Objects, environment: Environment, findings: Findings
) -> None:
    """DDC 7.17: the component serves plain HTTP on a container port; the ingress or gateway does the encryption.

    What the API server calls, such as an admission webhook, it calls over HTTPS only, so that is no way to the
    component. A port of a Service that leads nowhere is remarked on, unless HTTP was to come by it alone, as are a
    Service without pods and an Ingress without a Service: no requirement is about those.
    """
    _remark_on_what_leads_nowhere(workloads, objects, findings)
    ports = list(service_ports(objects, workloads))
    plain = {
        id(item)
        for port in ports
        if port.protocol is Protocol.HTTP and not port.leads_nowhere
        for item in port.workloads
    }
    doubtful = [
        port for port in perhaps_called(objects, ports) if not all(id(item) in plain for item in port.workloads)
    ]
    called = (*called_by_the_api_server(objects, ports), *doubtful)
    _report_tls_in_the_pod(workloads, objects, environment, called, findings)
    for port in ports:
        in_plain = port.leads_nowhere or all(id(item) in plain for item in port.workloads)
        if port.protocol is Protocol.TLS and port not in called and not in_plain:
            _report_tls_only(port, findings)
    declared = _declared_ports(workloads, called)
    shown = bool(plain) or any(port_protocol(port) is Protocol.HTTP for port in declared)
    _report_leading_nowhere(ports, findings, shown=shown)
    if doubtful and not findings.fail:
        doubt = whether_called(doubtful)
        undetermined(doubt.nl, doubt.en)
    if findings.fail or shown:
        return
    if not declared and all(port in called for port in ports):
        _not_reached(webhook=bool(called))
    undetermined(
        "Van geen poort is te zien dat ze HTTP spreekt. Noem de containerpoort 'http' en wijs de Service ernaar.",
        "No port shows that it speaks HTTP. Name the container port 'http' and point the Service at it.",
    )


def _declared_ports(workloads: Workloads, called: Collection[ServicePort]) -> list[Node]:
    """Return the declared ports of what keeps running, without those that only the API server calls."""
    behind = {(id(target.owner), target.path) for port in called for target in port.targets}
    running = (workload for workload in workloads if workload.is_long_running)
    declared = (port for workload in running for port in container_ports(workload))
    return [port for port in declared if (id(port.owner), port.path) not in behind]


def _report_leading_nowhere(ports: list[ServicePort], findings: Findings, *, shown: bool) -> None:
    """Report the ports of Services that lead to no port of a container: a fault where HTTP was to come by it alone."""
    for port in ports:
        if port.leads_nowhere:
            meant = port.protocol is Protocol.HTTP and not shown
            expected = Text("een poort van de container", "a port of the container")
            strength: Strength = "required" if meant else "recommended"
            findings.add(port.target, seen=port.target.value, expected=expected, strength=strength)


def _remark_on_what_leads_nowhere(workloads: Workloads, objects: Objects, findings: Findings) -> None:
    objects.of_kind("Service")
    for service in objects.derived(Services).without(workloads.of_namespace):
        findings.add(
            service.get("spec", "selector"),
            seen=Text("geen pods met deze labels", "no pods with these labels"),
            expected=Text("de labels van de pods", "the labels of the pods"),
            strength="recommended",
        )
    for name in missing_backends(objects):
        findings.add(
            name,
            seen=Text(f"geen Service {name.value}", f"no Service {name.value}"),
            expected=Text("een Service die er is", "a Service that is there"),
            strength="recommended",
        )


def _not_reached(*, webhook: bool) -> NoReturn:
    if webhook:
        not_applicable(
            "Er is alleen een poort die Kubernetes zelf aanroept, en dat altijd met HTTPS: niemand benadert de "
            "component over HTTP.",
            "There is just a port that Kubernetes itself calls, always over HTTPS: nobody reaches the component over "
            "HTTP.",
        )
    not_applicable(
        "Er is geen Service en geen containerpoort: niemand benadert de component over HTTP.",
        "There is no Service and no container port: nobody reaches the component over HTTP.",
    )


def _report_tls_only(port: ServicePort, findings: Findings) -> None:
    findings.add(
        port.target,
        seen=Text("een poort voor HTTPS", "a port for HTTPS"),
        expected=Text("een poort voor HTTP", "a port for HTTP"),
    )


# Annotations of routes and Services by which the edge speaks TLS to the pods, with the beginning of values that do.
_TLS_TO_PODS = {
    "nginx.ingress.kubernetes.io/backend-protocol": ("https", "grpcs"),
    "nginx.ingress.kubernetes.io/ssl-passthrough": ("true",),
    "nginx.org/ssl-services": ("",),
    "haproxy.org/server-ssl": ("true",),
    "haproxy-ingress.github.io/backend-protocol": ("h1-ssl", "h2-ssl", "https", "grpcs"),
    "haproxy-ingress.github.io/ssl-passthrough": ("true",),
    "appgw.ingress.kubernetes.io/backend-protocol": ("https",),
    "traefik.ingress.kubernetes.io/service.serversscheme": ("https",),
    "konghq.com/protocol": ("https", "grpcs"),
}


def _report_tls_in_the_pod(
    workloads: Workloads,
    objects: Objects,
    environment: Environment,
    called: Collection[ServicePort],
    findings: Findings,
) -> None:
    """Report what shows that a container ends TLS itself: its probes, its settings, a route that speaks TLS to it.

    Parameters: `called`, ports that only the API server calls.
    """
    for variable in environment.variables():
        if serves_tls_only(variable):
            findings.add(variable.place, seen=f"{variable.name}: {variable.text[:80]}", expected="HTTP")
    for workload in workloads:
        for container in workload.containers:
            for probe in container.probes():
                scheme = probe.get("httpGet", "scheme")
                if (scheme.text() or "").upper() == "HTTPS" and not asks_one_of(container, probe, called):
                    findings.add(scheme, seen=scheme.value, expected="HTTP")
    for item in objects.of_kind("Ingress", "Service"):
        for key, values in _TLS_TO_PODS.items():
            setting = item.get("metadata", "annotations").get(key)
            if setting and (setting.text() or "").lower().startswith(values):
                findings.add(setting, seen=setting.value, expected="HTTP")
