"""Services and the container ports behind them, and what protocol a port is named for."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from toetskader.facts.kubernetes.environment import Variable
from toetskader.facts.kubernetes.fronts import Services
from toetskader.facts.kubernetes.node import Node
from toetskader.facts.kubernetes.objects import KubernetesObject, Objects
from toetskader.facts.kubernetes.routes import ROUTE_KINDS
from toetskader.facts.kubernetes.workloads import Container, Workload, Workloads
from toetskader.text import Text


class Protocol(StrEnum):
    """What a port speaks, as far as its declaration tells."""

    HTTP = "http"
    TLS = "tls"
    OTHER = "other"


# Ports that applications commonly serve plain HTTP on, and those for HTTP over TLS.
_HTTP_PORTS = frozenset({80, 3000, 4200, 5000, 8000, 8008, 8080, 8081, 8888, 9000})
_TLS_PORTS = frozenset({443, 8443, 9443, 4443})
_HTTP_NAMES = ("http", "web", "www", "h2c")
_TLS_NAMES = ("https", "tls", "ssl", "wss")


@dataclass(frozen=True, slots=True)
class ServicePort:
    """A port of a Service, with the container port it leads to."""

    service: KubernetesObject
    node: Node
    workloads: tuple[Workload, ...]
    """The workloads whose pods the Service selects."""
    targets: tuple[Node, ...]
    """The container ports it leads to, where they are declared."""

    @property
    def target(self) -> Node:
        """The place that names the container port."""
        target = self.node.get("targetPort")
        return target if target else self.node.get("port")

    @property
    def leads_nowhere(self) -> bool:
        """True when it names a container port that none of the selected pods has."""
        return bool(self.workloads) and isinstance(self.target.value, str) and not self.targets

    @property
    def numbers(self) -> frozenset[int]:
        """The numbers of the container ports it leads to, declared or not."""
        found = {_number(port) for port in self.targets} | {_number_of(self.target)}
        return frozenset(number for number in found if number is not None)

    @property
    def is_asked_over_http(self) -> bool:
        """True when the kubelet asks one of the container ports behind it over plain HTTP, by an `httpGet` probe."""
        return any(
            probed_number(container, probe) in self.numbers
            for workload in self.workloads
            for container in workload.containers
            if container.runs_continuously
            for probe in container.probes()
            if (probe.get("httpGet", "scheme").text() or "HTTP").upper() == "HTTP"
        )

    @property
    def protocol(self) -> Protocol:
        """What the container behind it speaks.

        The container port decides by its declaration, then the target, then a probe over plain HTTP, then the Service.
        """
        if any(_contradicts(port) for port in self.targets):
            return Protocol.OTHER
        signs = [_sign(_name(port), _number(port)) for port in self.targets]
        signs.append(_sign(_app_protocol(self.node), None))
        signs.append(_sign(str(self.target.value), _number_of(self.target)))
        signs.append(Protocol.HTTP if self.is_asked_over_http else Protocol.OTHER)
        signs.append(_sign(_name(self.node), _number_of(self.node.get("port"))))
        return next((sign for sign in signs if sign is not Protocol.OTHER), Protocol.OTHER)


def service_ports(objects: Objects, workloads: Workloads) -> Iterator[ServicePort]:
    """Yield the TCP ports of every Service that selects pods, Helm tests left out."""
    fronts = objects.derived(Services)
    selected: dict[int, list[Workload]] = {}
    for workload in workloads:
        for service in fronts.of(workload):
            selected.setdefault(id(service), []).append(workload)
    ports: dict[Workload, dict[str | int | None, list[Node]]] = {}
    for service in objects.of_kind("Service"):
        if service.is_test or not service.get("spec", "selector").labels():
            continue
        behind = tuple(selected.get(id(service), ()))
        for node in service.get("spec", "ports").each():
            if node.get("protocol").text() in (None, "TCP"):
                yield ServicePort(service, node, behind, _targets(node, behind, ports))


def probed_number(container: Container, probe: Node) -> int | None:
    """Return the number of the port that an `httpGet` probe asks; None for another probe, or a name nothing has."""
    port = probe.get("httpGet", "port").text_or_number()
    if isinstance(port, str) and not port.isdigit():
        return next((_number(item) for item in container.get("ports").each() if _name(item) == port), None)
    return None if port is None else int(port)


def asks_one_of(container: Container, probe: Node, ports: Iterable[ServicePort]) -> bool:
    """Tell whether a probe asks a port of a container that one of some Services leads to."""
    number = probed_number(container, probe)
    return any(container.workload in port.workloads and number in port.numbers for port in ports)


CALLING_KINDS = (
    "ValidatingWebhookConfiguration.admissionregistration.k8s.io",
    "MutatingWebhookConfiguration.admissionregistration.k8s.io",
    "CustomResourceDefinition.apiextensions.k8s.io",
    "APIService.apiregistration.k8s.io",
)
"""Kinds of objects that have the API server call a Service (`called_by_the_api_server`)."""
_CALLING = tuple(kind for kind in CALLING_KINDS if not kind.startswith("CustomResourceDefinition"))
"""Those of them that a Service by itself cannot be told from; what converts custom resources answers webhooks too."""


def called_by_the_api_server(objects: Objects, ports: Iterable[ServicePort]) -> tuple[ServicePort, ...]:
    """Return the ports of Services that the API server calls, which it does over HTTPS and in no other way.

    They are those of admission webhooks, of conversion webhooks of custom resources, and of aggregated APIs
    (Kubernetes: WebhookClientConfig, "the scheme must be https"; APIService). Without a number the port is 443.
    """
    called = {
        (
            service.get("namespace").text() or "",
            service.get("name").text() or "",
            443 if service.get("port").value is None else service.get("port").number(),
        )
        for service in _called_services(objects)
    }
    return tuple(
        port for port in ports if (port.service.namespace, port.service.name, port.node.get("port").number()) in called
    )


def perhaps_called(objects: Objects, ports: Iterable[ServicePort]) -> tuple[ServicePort, ...]:
    """Return the ports over TLS of which nobody knows whether only the API server calls them.

    What makes it call a Service is in no namespace, and not seen with one. A Service that a route leads to, or that has
    a way in of its own, is reached by others all the same.
    """
    if all(objects.is_seen(*kind.split(".", 1)) for kind in _CALLING) or any(objects.present(*_CALLING)):
        return ()
    routes = [item.haystack for item in objects.present(*ROUTE_KINDS)]
    return tuple(
        port
        for port in ports
        if port.protocol is Protocol.TLS
        and port.service.get("spec", "type").text() in (None, "ClusterIP")
        and not any(f'"{port.service.name}"' in text for text in routes)
    )


def whether_called(ports: Sequence[ServicePort]) -> Text:
    """Say of which Services it cannot be told whether the API server calls them, and how to find out. One or more."""
    named = ", ".join(dict.fromkeys(port.service.where for port in ports))
    kinds = "validatingwebhookconfigurations,mutatingwebhookconfigurations,apiservices"
    return Text(
        f"{named} spreekt TLS, en er leidt geen route naartoe. Of alleen Kubernetes zelf dat aanroept (als webhook, "
        f"altijd met HTTPS), staat in objecten buiten de namespace. Voeg bij `dumps` de uitvoer toe van `kubectl get "
        f"{kinds} -o yaml`, of toets de chart, die ze bevat.",
        f"{named} speaks TLS, and no route leads to it. Whether Kubernetes alone calls it (as a webhook, always over "
        f"HTTPS) is in objects outside the namespace. Add to `dumps` the output of `kubectl get {kinds} -o yaml`, or "
        "audit the chart, which has them.",
    )


def _called_services(objects: Objects) -> Iterator[Node]:
    """Yield what names a Service for the API server; of a namespace such objects are not asked for."""
    for item in objects.present(*CALLING_KINDS):
        match item.kind:
            case "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration":
                for webhook in item.get("webhooks").each():
                    yield webhook.get("clientConfig", "service")
            case "CustomResourceDefinition":
                yield item.get("spec", "conversion", "webhook", "clientConfig", "service")
            case "APIService":
                yield item.get("spec", "service")


# Annotations by which cloud providers keep a load balancer inside the network, with the values that do.
_KEPT_INSIDE = {
    "service.beta.kubernetes.io/azure-load-balancer-internal": "true",
    "service.beta.kubernetes.io/aws-load-balancer-internal": "true",
    "service.beta.kubernetes.io/aws-load-balancer-scheme": "internal",
    "networking.gke.io/load-balancer-type": "internal",
    "cloud.google.com/load-balancer-type": "internal",
}


def public_load_balancers(objects: Objects) -> Iterator[KubernetesObject]:
    """Yield the Services that make a load balancer that nothing keeps inside the network, Helm tests left out."""
    for service in objects.of_kind("Service"):
        inside = any(service.annotations.get(key, "").lower() == value for key, value in _KEPT_INSIDE.items())
        if service.get("spec", "type").text() == "LoadBalancer" and not inside and not service.is_test:
            yield service


def serves_tls_only(variable: Variable) -> bool:
    """Tell whether a setting of a common framework has the application serve TLS and nothing else.

    Spring Boot (`server.ssl.enabled`) has one port, ASP.NET Core those of `ASPNETCORE_URLS`.
    """
    value = variable.text.lower()
    match variable.name.upper():
        case "SERVER_SSL_ENABLED":
            return value == "true"
        case "ASPNETCORE_URLS":
            return "https://" in value and "http://" not in value
    return False


def container_ports(workload: Workload) -> Iterator[Node]:
    """Yield the declared ports of a workload's running containers."""
    for container in workload.containers:
        if container.runs_continuously:
            yield from container.get("ports").each()


def port_protocol(port: Node) -> Protocol:
    """Tell what a declared container port is named for."""
    return Protocol.OTHER if _contradicts(port) else _sign(_name(port), _number(port))


def _contradicts(port: Node) -> bool:
    """Tell whether a port is named for HTTP and has the number of HTTPS, so that neither counts."""
    return _number(port) in _TLS_PORTS and _sign(_name(port), None) is Protocol.HTTP


def _targets(
    node: Node, selected: tuple[Workload, ...], known: dict[Workload, dict[str | int | None, list[Node]]]
) -> tuple[Node, ...]:
    """Return the container ports that a Service's port leads to. Parameters: `known`, ports by name and by number."""
    number, target = node.get("port").number(), node.get("targetPort").text_or_number()
    wanted = number if target is None else target
    found: list[Node] = []
    for workload in selected:
        ports = known.get(workload)
        if ports is None:
            ports = known[workload] = {}
            for port in container_ports(workload):
                for sign in dict.fromkeys((_name(port), _number(port))):
                    ports.setdefault(sign, []).append(port)
        found += ports.get(wanted, ())
    return tuple(found)


def _sign(name: str, number: int | None) -> Protocol:
    """Read a port's name before its number: `https` on 8080 is TLS."""
    lowered = name.lower()
    if lowered.startswith(_TLS_NAMES) or lowered.endswith(("-https", "-tls")):
        return Protocol.TLS
    if lowered.startswith(_HTTP_NAMES) or lowered.endswith("-http") or lowered == "kubernetes.io/h2c":
        return Protocol.HTTP
    if number in _TLS_PORTS:
        return Protocol.TLS
    # A port that is named for something else (`metrics`, `tcp-redis`) is not taken for HTTP by its number.
    return Protocol.HTTP if number in _HTTP_PORTS and not name.strip("0123456789") else Protocol.OTHER


def _app_protocol(node: Node) -> str:
    return node.get("appProtocol").text() or ""


def _name(port: Node) -> str:
    return port.get("name").text() or ""


def _number(port: Node) -> int | None:
    return port.get("containerPort").number()


def _number_of(node: Node) -> int | None:
    """Read a number that Kubernetes also lets be a name."""
    return node.value if isinstance(node.value, int) and not isinstance(node.value, bool) else None
