"""Judgements on how the component is reached: by one edge, with TLS, internally unless decided otherwise."""

import re
from collections.abc import Iterator

import msgspec

from toetskader.facts.chart import ChartFiles
from toetskader.facts.kubernetes.declared import AT_HAND
from toetskader.facts.kubernetes.literals import LITERAL_KINDS, literals
from toetskader.facts.kubernetes.node import Node
from toetskader.facts.kubernetes.objects import Objects
from toetskader.facts.kubernetes.route_measures import (
    ALLOW_LISTS,
    LIMITS,
    allows_listed_addresses,
    leaves_anybody_out,
    limits_requests,
)
from toetskader.facts.kubernetes.routes import Route, can_route, is_below, unread_routes
from toetskader.facts.kubernetes.routes import routes as routes_of
from toetskader.facts.kubernetes.services import (
    CALLING_KINDS,
    ServicePort,
    asks_one_of,
    called_by_the_api_server,
    perhaps_called,
    public_load_balancers,
    service_ports,
)
from toetskader.facts.kubernetes.workloads import WORKLOAD_KINDS, Workload, Workloads
from toetskader.facts.secrets.documents import texts
from toetskader.judging import (
    FilePlace,
    Findings,
    Parameters,
    Text,
    Variant,
    check,
    not_applicable,
    not_shown,
    undetermined,
)

Routes = tuple[Route, ...]


@check("ingress.xor_gateway", objects=(AT_HAND, "Service"))
def test_ingress_only_without_gateway(chart: ChartFiles, routes: Routes, objects: Objects, findings: Findings) -> None:
    """DDC 1.4: the ingress controller is used only when the API gateway is not.

    One values set renders one of both, also when their hosts differ. Whether the chart can do either shows from the
    values sets that the target names.
    """
    _need_routes(routes, chart, objects)
    gateways = [route for route in routes if route.through == "gateway"]
    names = ", ".join(route.object.where for route in gateways[:3])
    for route in routes:
        if gateways and route.through == "ingress":
            findings.add(
                route.object,
                seen=Text(f"{route.object.kind} naast {names}", f"{route.object.kind} beside {names}"),
                expected=Text("alleen de route door de API-gateway", "only the route through the API gateway"),
            )
    _need_readable(objects, findings)


@check("ingress.internal_by_default", objects=(AT_HAND, "Service"))
def test_routes_are_internal(
    chart: ChartFiles, routes: Routes, objects: Objects, parameters: Parameters, findings: Findings
) -> None:
    """DDC 5: a component for users comes available through the internal ingress controller.

    Every values set counts: where the municipality decided that a component is to be reached from outside, that
    decision is recorded as a deviation. A gateway is known as internal or external by the parameters or, since the
    document names no gateway classes, by its name (`apisix-internal`).
    """
    internal = parameters.require("internal_ingress_class")
    for service in public_load_balancers(objects):
        kind = service.get("spec", "type")
        findings.add(
            kind,
            seen=kind.value,
            expected=Text("ClusterIP, achter de interne ingress", "ClusterIP, behind the internal ingress"),
            remedy=Text(
                "Zet het type op ClusterIP en leid het verkeer langs de interne ingress controller.",
                "Set the type to ClusterIP and lead the traffic through the internal ingress controller.",
            ),
        )
    if not findings:
        _need_routes(routes, chart, objects)
    unknown: list[str] = []
    for route in routes:
        place = route.entrances[0] if route.entrances else route.object
        side = _side(route, parameters)
        if side == "internal":
            continue
        if side is None and route.through == "gateway":
            unknown.append(route.object.where)
            continue
        seen = ", ".join(node.text() or "" for node in route.entrances)
        findings.add(
            place,
            seen=seen or Text("geen klasse: het cluster kiest", "no class: the cluster chooses"),
            expected=internal,
            remedy=Text(
                f"Zet de klasse in de values op {internal}. Heeft de gemeente besloten tot toegang van buiten, leg "
                "dat dan vast als afwijking.",
                f"Set the class in the values to {internal}. If the municipality decided on access from outside, "
                "record that as a deviation.",
            ),
        )
    if unknown and not findings:
        undetermined(
            f"Of de gateway van {', '.join(unknown)} intern is, blijkt niet; verwijs naar een gateway die bij naam "
            "intern is, of vul parameter 'internal_ingress_class' met haar klasse.",
            f"Whether the gateway of {', '.join(unknown)} is internal does not show; refer to a gateway that is "
            "internal by name, or fill in its class as parameter 'internal_ingress_class'.",
        )
    _need_readable(objects, findings)


@check("ingress.external_measures", objects=(AT_HAND, "Service", *ALLOW_LISTS))
def test_external_routes_have_further_measures(
    chart: ChartFiles, routes: Routes, objects: Objects, parameters: Parameters, findings: Findings
) -> None:
    """DDC 5: access from outside takes more than multi-factor authentication, such as a list of allowed addresses.

    An indication: a VPN or application proxy in front does not show in the chart.
    """
    external = parameters.require("external_ingress_class")
    for service in public_load_balancers(objects):
        ranges = service.get("spec", "loadBalancerSourceRanges")
        if not leaves_anybody_out([node.text() or "" for node in ranges.each()]):
            expected = Text("een lijst van toegestane adressen", "a list of allowed addresses")
            findings.add(ranges, seen=ranges.value, expected=expected)
    if not findings:
        _need_routes(routes, chart, objects)
    judged = [route for route in routes if _side(route, parameters) != "internal"]
    if not judged and not findings:
        _need_readable(objects, findings)
        not_applicable("Geen route is van buiten bereikbaar.", "No route can be reached from outside.")
    doubtful = []
    for route in judged:
        listed = allows_listed_addresses(route, objects)
        if listed:
            continue
        if listed is None or _side(route, parameters) is None:
            doubtful.append(route.object.where)
            continue
        findings.add(
            route.object,
            seen=Text("geen lijst van toegestane adressen", "no list of allowed addresses"),
            expected=Text(
                "een lijst zoals nginx.ingress.kubernetes.io/whitelist-source-range",
                "a list such as nginx.ingress.kubernetes.io/whitelist-source-range",
            ),
        )
    if doubtful and not findings:
        undetermined(
            f"Van {', '.join(doubtful)} blijkt niet of hij van buiten bereikbaar is en dan beperkt: noem de klasse "
            f"(extern is '{external}') en de lijst van toegestane adressen in de chart.",
            f"{', '.join(doubtful)} does not show whether it can be reached from outside, and then is limited: name "
            f"the class (external is '{external}') and the list of allowed addresses in the chart.",
        )
    _need_readable(objects, findings)


_INTERNAL_NAME = re.compile(r"(?:^|[-_.])(?:internal|intern|private|prive|intranet)(?:$|[-_.])", re.IGNORECASE)
_EXTERNAL_NAME = re.compile(r"(?:^|[-_.])(?:external|extern|public|publiek|internet)(?:$|[-_.])", re.IGNORECASE)


def _side(route: Route, parameters: Parameters) -> str | None:
    """Tell on which side a route lets users in: `internal`, `external`, or None when that does not show."""
    names = [node.text() or "" for node in route.entrances]
    if not names:
        return None
    if parameters.get("external_ingress_class") in names:
        return "external"
    if all(name == parameters.get("internal_ingress_class") for name in names):
        return "internal"
    if route.through == "ingress":
        return None
    if any(_EXTERNAL_NAME.search(name) for name in names):
        return "external"
    return "internal" if all(_INTERNAL_NAME.search(name) for name in names) else None


class VanityHost(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Parameters of ingress.vanity_host."""

    host: str
    """The host name that was tried."""


@check("ingress.vanity_host", params=VanityHost, objects=(*WORKLOAD_KINDS, *LITERAL_KINDS, "Service"))
def test_host_name_is_free_to_choose(
    chart: ChartFiles, routes: Routes, objects: Objects, vanity: Variant, params: VanityHost, findings: Findings
) -> None:
    """DDC 7.8: the component can be given a host name of the municipality's choice.

    The chart is rendered again with every host in its values set to that name. It must arrive in all routes and their
    TLS sections, and the old name must be left in no route and no setting. A route without host answers to any name.
    Redirects and cookies show on a live system only.
    """
    changed = routes_of(vanity.objects)
    varied = {_with_hosts(route) for route in routes_of(vanity.base)}
    others = [route.object.where for route in routes if _with_hosts(route) not in varied]
    routes = tuple(route for route in routes if _with_hosts(route) in varied)
    if not vanity.overrides:
        _no_value_sets_host(routes, params.host, findings)
        _need_tried(others)
        _need_routes(routes, chart, objects)
        return
    if not changed or (varied and not routes):
        _need_tried(others)
        _need_routes((), chart, objects)
    misfits = []
    for route in changed:
        for host in route.hosts:
            if _NO_HOST.search(host.name) and params.host in host.name:
                misfits.append(route.object.where)
            elif host.name and not is_below(host.name, params.host):
                findings.add(host.node, seen=host.name, expected=params.host, remedy=_FROM_VALUES)
        for node in route.tls_names:
            if not is_below(node.text() or "", params.host):
                findings.add(node, seen=node.text(), expected=params.host, remedy=_FROM_VALUES)
    _need_known_lists(vanity, changed, findings)
    settable = " ".join(node.value for node in texts(Node(vanity.render.values, "", FilePlace("values.yaml"))))
    # A name that a value of its own holds can be changed there.
    fixed = [name for name in _old_names(routes, params.host) if not _names(name, settable)]
    for name in fixed:
        for node in _written(vanity.objects, changed):
            if _names(name, str(node.value)):
                findings.add(node, seen=name, expected=params.host, remedy=_FROM_VALUES)
    if misfits and not findings:
        undetermined(
            f"De waarde voor de host van {', '.join(misfits)} is leeg en heeft een vorm die hier niet te raden is; "
            "voeg een waardenset toe waarin de host is ingevuld.",
            f"The value for the host of {', '.join(misfits)} is empty and has a form that cannot be guessed here; "
            "add a values set in which the host is filled in.",
        )
    _need_tried(others)
    _need_readable(objects, findings)


def _need_known_lists(vanity: Variant, changed: Routes, findings: Findings) -> None:
    """End when a list of hosts could not be filled in and no route has a host: one for any host shows nothing."""
    if vanity.render.untried and not any(host.name for route in changed for host in route.hosts) and not findings:
        untried = vanity.render.untried[0]
        undetermined(
            f"Of de host vrij te kiezen is, was hier niet te proberen met {untried.path}: {untried.why.nl}. Voeg een "
            "waardenset toe waarin de host is ingevuld.",
            f"Whether the host is free to choose could not be tried here with {untried.path}: {untried.why.en}. Add a "
            "values set in which the host is filled in.",
        )


def _with_hosts(route: Route) -> tuple[str, tuple[str, ...]]:
    return route.object.where, tuple(host.name for host in route.hosts)


def _need_tried(others: list[str]) -> None:
    """End when routes are not the ones that were rendered with another host: something else decides on these too."""
    if others:
        undetermined(
            f"Of de host van {', '.join(others)} de values volgt is hier niet te zien: bij het proberen met een andere "
            "host was die er niet, of met een andere host. Laat in de template alleen values daarover beslissen.",
            f"Whether the host of {', '.join(others)} follows the values cannot be seen here: when another host was "
            "tried it was not there, or had another host. Have values alone decide that in the template.",
        )


def _written(objects: Objects, routes: Routes) -> Iterator[Node]:
    """Yield what is written out in a render: literals of containers and ConfigMaps, annotations of routes."""
    yield from (literal.node for literal in literals(Workloads(objects), objects) if literal.text)
    for route in routes:
        yield from (node for _, node in route.object.get("metadata", "annotations").entries())


# What no host name has; a list of hosts that is made up in another shape than the template's gives text like this.
_NO_HOST = re.compile(r"[^\w.*-]")

_FROM_VALUES = Text(
    "Leid deze host in de template af van de waarde die ook de route gebruikt.",
    "Derive this host in the template from the value that the route uses too.",
)


def _no_value_sets_host(routes: Routes, wanted: str, findings: Findings) -> None:
    fixed = [host for route in routes for host in route.hosts if host.name]
    for host in fixed:
        findings.add(
            host.node,
            seen=Text(f"{host.name}, door geen waarde in te stellen", f"{host.name}, set by no value"),
            expected=wanted,
            remedy=Text(
                "Voeg een waarde voor de host toe (bijvoorbeeld host) en gebruik die in de template.",
                "Add a value for the host (for instance host) and use it in the template.",
            ),
        )


def _old_names(routes: Routes, host: str) -> set[str]:
    """Return the host names of the render as contracted. One word, such as localhost, occurs everywhere."""
    names = {item.name for route in routes for item in route.hosts}
    return {name for name in names if "." in name and not is_below(name, host)}


def _names(host: str, text: str) -> bool:
    """Tell whether a text names a host itself, not a longer name that it is part of."""
    return host in text and re.search(rf"(?<![\w.-]){re.escape(host)}(?![\w-]|\.\w)", text) is not None


@check("ingress.tls_at_edge", objects=(AT_HAND, "Service", "Secret", *CALLING_KINDS))
def test_tls_ends_at_the_edge(
    chart: ChartFiles, routes: Routes, workloads: Workloads, objects: Objects, findings: Findings
) -> None:
    """DDC 7.17: encryption with certificates is done by the ingress controller or API gateway, not in the pods.

    Every host has TLS at the edge, and no pod serves HTTPS with a server certificate of its own, but to the API
    server: that calls webhooks in no other way. A default certificate of the ingress controller does not show in a
    chart, so the hosts are named.
    """
    elsewhere = [route.object.where for route in routes if any(host.tls is None for host in route.hosts)]
    for route in routes:
        for host in route.hosts:
            if host.tls is False:
                name = host.name or Text("elke host", "any host")
                findings.add(
                    host.node,
                    seen=Text(
                        f"geen TLS aan de rand voor {name if isinstance(name, str) else name.nl}",
                        f"no TLS at the edge for {name if isinstance(name, str) else name.en}",
                    ),
                    expected=Text("TLS die aan de rand eindigt", "TLS that ends at the edge"),
                )
    report_tls_in_pods(workloads, objects, findings)
    if elsewhere and not findings:
        undetermined(
            f"Of {', '.join(elsewhere)} TLS heeft aan de rand, bepaalt een gateway buiten de chart. Toon dat aan op de "
            "namespace, of lever het object dat de TLS regelt (Gateway, ApisixTls) mee.",
            f"Whether {', '.join(elsewhere)} has TLS at the edge is up to a gateway outside the chart. Show it in the "
            "namespace, or bring the object that does the TLS (Gateway, ApisixTls) along.",
        )
    if not findings:
        _need_routes(routes, chart, objects)
    _need_readable(objects, findings)


def report_tls_in_pods(workloads: Workloads, objects: Objects, findings: Findings) -> tuple[ServicePort, ...]:
    """Report the server certificates of pods that end TLS themselves.

    Returns the ports for which a pod may have its certificate, as nobody knows whether only the API server calls them.
    """
    ports = tuple(service_ports(objects, workloads))
    called, perhaps = called_by_the_api_server(objects, ports), perhaps_called(objects, ports)
    doubtful: list[ServicePort] = []
    for workload in workloads:
        if any(_serves_https(workload, (*called, *perhaps))):
            for volume in _certificates(workload, objects):
                findings.add(
                    volume,
                    seen=Text("een servercertificaat in de pod", "a server certificate in the pod"),
                    expected=Text("HTTP in de pod, TLS aan de rand", "HTTP in the pod, TLS at the edge"),
                )
        elif any(_serves_https(workload, called)) and any(_certificates(workload, objects)):
            doubtful += (port for port in perhaps if workload in port.workloads)
    return tuple(doubtful)


_HTTPS_PORTS = frozenset({443, 8443, 9443, 6443})
_CERTIFICATE_NAME = re.compile(r"(?:^|[-_.])(?:tls|ssl|https|server-?certs?|certs?|certificates?|crt)(?:$|[-_.])")


def _serves_https(workload: Workload, called: tuple[ServicePort, ...]) -> Iterator[bool]:
    """Yield what shows that somebody is served HTTPS; the API server, which takes nothing else, is nobody."""
    exempt = frozenset().union(*(port.numbers for port in called if workload in port.workloads))
    for container in workload.containers:
        for port in container.get("ports").each():
            number = port.get("containerPort").number()
            yield number not in exempt and (number in _HTTPS_PORTS or "https" in (port.get("name").text() or ""))
        for probe in container.probes():
            is_https = probe.get("httpGet", "scheme").text() == "HTTPS"
            yield is_https and not asks_one_of(container, probe, called)


def _certificates(workload: Workload, objects: Objects) -> Iterator[Node]:
    """Yield the volumes that hold a certificate with its key: of a TLS Secret, or by their names."""
    typed = {
        item.name
        for item in objects.of_kind("Secret", group="")
        if item.namespace == workload.namespace and item.get("type").text() == "kubernetes.io/tls"
    }
    for volume in workload.volumes():
        name = volume.get("secret", "secretName").text() or ""
        keys = {item.get("key").text() for item in volume.get("secret", "items").each()}
        if name and (name in typed or _CERTIFICATE_NAME.search(name) or "tls.key" in keys):
            yield volume.get("secret")


@check("ingress.rate_limit", objects=(AT_HAND, "Service", *LIMITS))
def test_requests_are_limited_at_the_edge(
    chart: ChartFiles, routes: Routes, objects: Objects, findings: Findings
) -> None:
    """DDC 7.11: the service mesh, ingress controller or API gateway limits the requests of one sender.

    The document gives no number, so any limit counts. An indication: what the edge does by itself, and whether the
    limit works, shows on a live route.
    """
    _need_routes(routes, chart, objects)
    elsewhere = report_unlimited(routes, objects, findings)
    if elsewhere and not findings:
        undetermined(
            f"{', '.join(elsewhere)} verwijst naar middleware of plugins buiten de chart; neem die op in de chart, of "
            "toon de grens aan op de route zelf.",
            f"{', '.join(elsewhere)} refers to middleware or plugins outside the chart; put those in the chart, or "
            "show the limit on the route itself.",
        )
    _need_readable(objects, findings)


def report_unlimited(routes: Routes, objects: Objects, findings: Findings) -> list[str]:
    """Report the routes without a limit on requests; return those of which something elsewhere decides."""
    elsewhere = []
    for route in routes:
        limited = limits_requests(route, objects)
        if limited is None:
            elsewhere.append(route.object.where)
        elif not limited:
            findings.add(
                route.object,
                seen=Text("geen grens aan het aantal verzoeken", "no limit to the number of requests"),
                expected=Text("een grens per afzender", "a limit for each sender"),
            )
    return elsewhere


def _need_readable(objects: Objects, findings: Findings | None = None) -> None:
    """End undetermined where there is a route that is not read here, unless something was found already."""
    unread = unread_routes(objects)
    if unread and not findings:
        names = ", ".join(item.where for item in unread[:3])
        undetermined(
            f"Deze routes zijn hier niet te lezen: {names}. Gebruik een Ingress, of een route van de Gateway API, "
            "APISIX, OpenShift, Traefik of Istio.",
            f"These routes cannot be read here: {names}. Use an Ingress, or a route of Gateway API, APISIX, OpenShift, "
            "Traefik or Istio.",
        )


def _need_routes(routes: Routes, chart: ChartFiles, objects: Objects) -> None:
    """End for a render without routes: another values set may show one, or the chart has none at all.

    A load balancer or a port on the nodes is a way in as well, round any edge that could be judged.
    """
    if routes:
        return
    _need_readable(objects)
    for service in objects.of_kind("Service"):
        kind = service.get("spec", "type").text()
        if kind in ("LoadBalancer", "NodePort"):
            undetermined(
                f"{service.where} is van buiten bereikbaar ({kind}) zonder ingress of gateway; leid het verkeer via "
                "een route, dan kan die beoordeeld worden.",
                f"{service.where} can be reached from outside ({kind}) without ingress or gateway; lead the traffic "
                "through a route, then that can be judged.",
            )
    if can_route(chart.files):
        not_shown(
            "De chart rendert met deze waardenset geen route naar buiten, en kan dat wel; voeg bij het doel een "
            "waardenset toe waarin de ingress of route aan staat.",
            "With this values set the chart renders no route to the outside, though it can; add a values set to the "
            "target in which the ingress or route is on.",
        )
    not_applicable("De chart heeft geen route naar buiten.", "The chart has no route to the outside.")
