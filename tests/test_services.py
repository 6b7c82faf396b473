"""Judgements on Services and the ports that containers serve on."""

from toetskader.facts.kubernetes.environment import Environment
from toetskader.facts.kubernetes.objects import Objects
from toetskader.facts.kubernetes.services import (
    Protocol,
    ServicePort,
    container_ports,
    port_protocol,
    serves_tls_only,
    service_ports,
)
from toetskader.facts.kubernetes.workloads import Workloads
from toetskader.judging import Findings, Text, check, not_applicable, undetermined


@check("service.no_load_balancer")
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


@check("service.plain_http_port")
def test_component_serves_plain_http(
    workloads: Workloads, objects: Objects, environment: Environment, findings: Findings
) -> None:
    """DDC 7.17: the component serves plain HTTP on a container port; the ingress or gateway does the encryption."""
    ports = list(service_ports(objects, workloads))
    _report_tls_in_the_pod(workloads, objects, environment, findings)
    for port in ports:
        if port.leads_nowhere:
            expected = Text("een poort van de container", "a port of the container")
            findings.add(port.target, seen=port.target.value, expected=expected)
    plain = {id(item) for port in ports if port.protocol is Protocol.HTTP for item in port.workloads}
    for port in ports:
        if port.protocol is Protocol.TLS and not all(id(item) in plain for item in port.workloads):
            _report_tls_only(port, findings)
    if findings or plain:
        return
    declared = [port for workload in workloads if workload.is_long_running for port in container_ports(workload)]
    if any(port_protocol(port) is Protocol.HTTP for port in declared):
        return
    if not ports and not declared:
        not_applicable(
            "Er is geen Service en geen containerpoort: niemand benadert de component over HTTP.",
            "There is no Service and no container port: nobody reaches the component over HTTP.",
        )
    undetermined(
        "Van geen poort is te zien dat ze HTTP spreekt. Noem de containerpoort 'http' en wijs de Service ernaar.",
        "No port shows that it speaks HTTP. Name the container port 'http' and point the Service at it.",
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
    workloads: Workloads, objects: Objects, environment: Environment, findings: Findings
) -> None:
    """Report what shows that a container ends TLS itself: its probes, its settings, a route that speaks TLS to it."""
    for variable in environment.variables():
        if serves_tls_only(variable):
            findings.add(variable.place, seen=f"{variable.name}: {variable.text[:80]}", expected="HTTP")
    for workload in workloads:
        for container in workload.containers:
            for probe in container.probes():
                scheme = probe.get("httpGet", "scheme")
                if (scheme.text() or "").upper() == "HTTPS":
                    findings.add(scheme, seen=scheme.value, expected="HTTP")
    for item in objects.of_kind("Ingress", "Service"):
        for key, values in _TLS_TO_PODS.items():
            setting = item.get("metadata", "annotations").get(key)
            if setting and (setting.text() or "").lower().startswith(values):
                findings.add(setting, seen=setting.value, expected="HTTP")
