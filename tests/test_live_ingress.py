"""Judgements on the way in, as it is in a namespace: TLS at the edge, certificates that hold, limits."""

from datetime import date, timedelta

from tests.test_ingress import Routes, report_tls_in_pods, report_unlimited
from tests.test_live_images import require_running
from toetskader.facts.kubernetes.objects import Objects
from toetskader.facts.kubernetes.pods import condition, moment
from toetskader.facts.kubernetes.route_measures import LIMITS
from toetskader.facts.kubernetes.services import CALLING_KINDS, whether_called
from toetskader.facts.kubernetes.workloads import Workloads
from toetskader.judging import Findings, Text, check, not_applicable, undetermined

RENEWAL = timedelta(days=14)
"""How long before its end a certificate should have been renewed."""


@check("ingress.tls_in_use", objects=("Certificate.cert-manager.io", "Service", "Secret", *CALLING_KINDS))
def test_tls_ends_at_the_edge_with_certificates_that_hold(
    workloads: Workloads, routes: Routes, objects: Objects, today: date, findings: Findings
) -> None:
    """DDC 7.17: the ingress controller or API gateway ends TLS, not the pods, with a certificate that holds.

    Of certificates that cert-manager keeps, the status says until when; what is in other Secrets is not collected.
    """
    require_running(workloads)
    doubtful = report_tls_in_pods(workloads, objects, findings)
    elsewhere = [route.object.where for route in routes if any(host.tls is None for host in route.hosts)]
    for route in routes:
        for host in route.hosts:
            if host.tls is False:
                name = host.name or "*"
                findings.add(
                    host.node,
                    seen=Text(f"geen TLS aan de rand voor {name}", f"no TLS at the edge for {name}"),
                    expected=Text("TLS die aan de rand eindigt", "TLS that ends at the edge"),
                )
    _report_certificates(objects, today, findings)
    if doubtful and not findings.fail:
        doubt = whether_called(doubtful)
        undetermined(doubt.nl, doubt.en)
    if elsewhere:
        undetermined(
            f"Of {', '.join(elsewhere)} TLS heeft aan de rand, bepaalt een gateway buiten deze namespace. Geef lees"
            "recht op die gateway, of toon het aan op het adres zelf.",
            f"Whether {', '.join(elsewhere)} has TLS at the edge is up to a gateway outside this namespace. Give read "
            "rights on that gateway, or show it on the address itself.",
        )
    if not routes and not findings:
        _need_routes(objects)


def _report_certificates(objects: Objects, today: date, findings: Findings) -> None:
    for item in objects.of_kind("Certificate", group="cert-manager.io"):
        ready = condition(item, "Ready").get("status")
        if ready.text() == "False":
            findings.add(
                ready,
                seen=Text("cert-manager kreeg dit certificaat niet (Ready: False)", "not issued (Ready: False)"),
                expected=Text("Ready: True", "Ready: True"),
            )
        node = item.get("status", "notAfter")
        end = moment(node)
        if end is None:
            continue
        day = end.date()
        findings.saw(f"{item.where} geldig tot {day}", f"{item.where} valid until {day}")
        if day < today:
            findings.add(
                node, seen=str(day), expected=Text("een certificaat dat nog geldt", "a certificate that still holds")
            )
        elif day - today < RENEWAL:
            findings.add(
                node,
                seen=str(day),
                expected=Text("vernieuwd, 14 dagen voor het einde", "renewed, 14 days before its end"),
                strength="recommended",
            )


@check("ingress.limit_in_use", objects=("Service", *LIMITS))
def test_requests_are_limited_on_the_routes(
    workloads: Workloads, routes: Routes, objects: Objects, findings: Findings
) -> None:
    """DDC 7.11: the ingress controller or API gateway limits the requests of one sender, on each route there is."""
    require_running(workloads)
    elsewhere = report_unlimited(routes, objects, findings)
    if elsewhere:
        undetermined(
            f"{', '.join(elsewhere)} verwijst naar middleware of plugins van elders; geef daar leesrecht op.",
            f"{', '.join(elsewhere)} refers to middleware or plugins elsewhere; give read rights on those.",
        )
    if not routes:
        _need_routes(objects)


def _need_routes(objects: Objects) -> None:
    """End for a namespace without routes; a load balancer or a port on the nodes is a way in as well."""
    for service in objects.of_kind("Service", group=""):
        kind = service.get("spec", "type").text()
        if kind in ("LoadBalancer", "NodePort"):
            undetermined(
                f"{service.where} is van buiten bereikbaar ({kind}) zonder ingress of gateway; leid het verkeer via "
                "een route, dan kan die beoordeeld worden.",
                f"{service.where} can be reached from outside ({kind}) without ingress or gateway; lead the traffic "
                "through a route, then that can be judged.",
            )
    not_applicable("De namespace heeft geen route naar buiten.", "The namespace has no route to the outside.")
