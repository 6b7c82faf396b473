"""Judgements on the host name that a chart is given, beside what users of that name are shown."""

import re
from collections.abc import Collection, Iterator

from tests.test_dns import must_be_municipal
from tests.test_http import asks_to_sign_in, doubt_redirect
from toetskader.facts.addresses import is_address
from toetskader.facts.chart import Render
from toetskader.facts.endpoint.http import AddressHttp, Answer, HttpFacts
from toetskader.facts.endpoint.loads import refresh
from toetskader.facts.endpoint.names import Endpoint
from toetskader.facts.kubernetes.routes import Route, answering, host_covers, is_below
from toetskader.judging import EndpointPlace, Findings, Text, Undetermined, check
from toetskader.judging.doubts import HttpDoubts

Routes = tuple[Route, ...]

_FROM_THE_HOST = Text(
    "Leid het eigen adres van de applicatie af van de waarde die de route gebruikt, of laat haar X-Forwarded-Host "
    "volgen.",
    "Derive the application's own address from the value that the route uses, or have it follow X-Forwarded-Host.",
)
_HOST_IN_ADDRESS = re.compile(r"(?:https?:)?[/\\]{2}(?:[^/\\?#@]*@)?(\[[^\]]*\]|[^/\\:?#]+)", re.IGNORECASE)
_IN_THE_CLUSTER = (".svc", ".cluster.local")
"""Ends of names that nothing outside a cluster resolves: those of Services."""


@check("ingress.host_in_use", absent={"chart": None})
def test_users_keep_the_chosen_name(
    endpoint: Endpoint,
    http: HttpFacts,
    render_of_chart: Render | Undetermined | None,
    routes_of_chart: Routes | Undetermined | None,
    findings: Findings,
) -> None:
    """DDC 7.8: the component works on a host name of the municipality, `https://name.municipality.nl`.

    Met where the endpoint has such a name, the chart's values set of its environment has a route that answers to it,
    and the name leads to a page or a way to sign in. Not met where users are sent on to another name that the chart is
    given, or that only exists inside the cluster, or come back on such a name when they have signed in, or are given a
    cookie for it, which browsers refuse. A further name of the municipality is as good, and a sign-in elsewhere is no
    other name of the application.

    A route without host answers to any name, as for `ingress.vanity_host`. Behind something in front that asks for the
    component by another name, nothing shows that it works on this one: then it cannot be known. Without a chart, what
    the name shows decides. Whether the certificate is trusted is for other requirements.
    """
    must_be_municipal(endpoint)
    doubts = HttpDoubts(http)
    others: frozenset[str] = frozenset()
    for claim in (render_of_chart, routes_of_chart):
        if isinstance(claim, Undetermined):
            doubts.keep(claim.reason)
    if isinstance(render_of_chart, Render) and isinstance(routes_of_chart, tuple):
        others = frozenset(_foreign_names(routes_of_chart, endpoint))
        _judge_claim(endpoint, routes_of_chart, render_of_chart.scene, findings, doubts)
    for address in http.addresses:
        _judge_shown(http, address, others, findings, doubts)
    doubts.end()


def _foreign_names(routes: Routes, endpoint: Endpoint) -> Iterator[str]:
    """Yield the names of routes that are none of the municipality; a wildcard as it is written."""
    for route in routes:
        for host in route.hosts:
            name = host.name.lower()
            if name.strip("*.") and not is_below(name.removeprefix("*."), endpoint.municipal_domain):
                yield name


def _judge_claim(endpoint: Endpoint, routes: Routes, values: str, findings: Findings, doubts: HttpDoubts) -> None:
    """Tell which routes answer to the endpoint's name, or doubt that the component knows it."""
    answers = [route for route in routes if answering(route, endpoint.host)]
    if answers:
        where = ", ".join(route.object.where for route in answers[:3])
        findings.saw(f"waardenset {values}: {where}", f"values set {values}: {where}")
        return
    names = ", ".join(dict.fromkeys(host.name for route in routes for host in route.hosts))
    shown = (
        Text(f"antwoordt alleen op {names}", f"answers to {names} only")
        if routes
        else Text("maakt geen route die hier te lezen is", "makes no route that can be read here")
    )
    doubts.add(
        f"De chart {shown.nl} met waardenset {values}, en het eindpunt is {endpoint.host}. Hoort bij dit eindpunt een "
        f"andere waardenset, zet die in het doelbestand bij {endpoint.authority} met de sleutel values. Roept iets "
        "vóór het component het onder een andere naam aan, dan blijkt niet dat het op deze werkt.",
        f"The chart {shown.en} with values set {values}, and the endpoint is {endpoint.host}. If another values set "
        f"goes with this endpoint, write it at {endpoint.authority} in the target file with the key values. If "
        "something in front of the component calls it by another name, nothing shows that it works on this one.",
    )


def _judge_shown(
    http: HttpFacts, address: AddressHttp, others: Collection[str], findings: Findings, doubts: HttpDoubts
) -> None:
    """Judge what one address shows: where it sends users, for which name its cookies are, and whether it works."""
    place, led = http.place(address), tuple(_led_elsewhere(http, address, others))
    for path, to in dict.fromkeys(led):
        findings.add(
            EndpointPlace(place, path),
            seen=Text(f"naar {to}", f"to {to}"),
            expected=Text(f"een adres op {http.host}", f"an address on {http.host}"),
            remedy=_FROM_THE_HOST,
            command=http.curl(address, plain=path == _PLAIN),
        )
    for name in dict.fromkeys(_cookies_for_others(http, address, others)):
        findings.add(
            EndpointPlace(place, "Set-Cookie"),
            seen=Text(f"een cookie voor {name}", f"a cookie for {name}"),
            expected=Text(f"een cookie voor {http.host}", f"a cookie for {http.host}"),
            remedy=_FROM_THE_HOST,
            command=http.curl(address),
        )
    answer = doubts.answer(address, address.last)
    if answer is None or led:
        return
    redirect = answer.redirect
    if redirect is not None and not asks_to_sign_in(redirect):
        doubt_redirect(doubts, http, address, redirect)
    elif redirect is None and address.document is not None and address.document.form == "empty":
        doubts.add(
            f"{place}: een leeg antwoord ({answer.status}), dus niet te zien is dat het component op deze naam werkt. "
            "Noem in het adres van het eindpunt een pad met een pagina.",
            f"{place}: an empty answer ({answer.status}), so that the component works on this name cannot be seen. "
            "Name a path with a page in the endpoint's address.",
        )
    elif redirect is not None or 200 <= answer.status < 300 or answer.status == 401:
        findings.saw(f"{address.where}: status {answer.status}", f"{address.where}: status {answer.status}")
    else:
        doubts.add(
            f"{place}: antwoord {answer.status}, dus niet te zien is dat het component op deze naam werkt. Noem in het "
            "adres van het eindpunt een pad dat er is, of laat het werken.",
            f"{place}: answer {answer.status}, so that the component works on this name cannot be seen. Name a path "
            "that is there in the endpoint's address, or have it work.",
        )


_PLAIN = "Location (http)"


def _led_elsewhere(http: HttpFacts, address: AddressHttp, others: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield how, and where to, users are sent on to a name that the application has besides the chosen one."""
    for exchange in (*address.firsts, *address.hops, address.plain):
        if not isinstance(exchange, Answer) or exchange.blocker:
            continue
        redirect = exchange.redirect
        if redirect is None:
            for onward in map(refresh, exchange.values("refresh")):
                if _is_other(_host_of(onward), http, others):
                    yield "Refresh", onward
        elif _is_in_the_cluster(redirect.host) or (
            not asks_to_sign_in(redirect) and _is_other(redirect.host, http, others)
        ):
            yield _PLAIN if exchange is address.plain else "Location", redirect.location
    for exchange in (*address.firsts, *address.hops, *address.sign_in):
        # Of the component itself: who signs users in for several may have the next in line send them back to itself.
        if isinstance(exchange, Answer) and exchange.redirect is not None and _host_of(exchange.url) == http.host:
            returns_to = exchange.redirect.returns_to
            if asks_to_sign_in(exchange.redirect) and _is_other(returns_to, http, others):
                yield "redirect_uri", returns_to
    sent_on = address.document.sent_on if address.document is not None else ""
    if _is_other(_host_of(sent_on), http, others):
        yield "HTML", sent_on


def _host_of(address: str) -> str:
    """Return the host that a page or a header sends on to; empty for an address on the same host."""
    found = _HOST_IN_ADDRESS.match(address)
    return "" if found is None else found[1]


def _is_in_the_cluster(host: str) -> bool:
    """Tell whether a name is one of a Service in full, to which nobody outside a cluster is led, to sign in neither."""
    return host.lower().rstrip(".").endswith(_IN_THE_CLUSTER)


def _is_other(host: str, http: HttpFacts, others: Collection[str]) -> bool:
    """Tell whether a name is another one of the application: given to the chart, or of the cluster alone."""
    host = host.lower().rstrip(".")
    if not host or host == http.host:
        return False
    only_inside = "." not in host or _is_in_the_cluster(host) or is_address(host)
    return only_inside or any(host_covers(name, host) for name in others)


def _cookies_for_others(http: HttpFacts, address: AddressHttp, others: Collection[str]) -> Iterator[str]:
    """Yield the names that cookies are set for, where that is another name that the chart is given, or of the cluster.

    Browsers refuse a cookie for a domain that the host is not of (RFC 6265, 5.3, step 6). One that something in front
    sets for a name of its own is not the component's.
    """
    for exchange in (*address.firsts, *address.hops, *address.sign_in):
        for cookie in exchange.cookies if isinstance(exchange, Answer) else ():
            domain = cookie.domain.lower().lstrip(".")
            if not domain or is_below(http.host, domain):
                continue
            if _is_in_the_cluster(domain) or any(is_below(name.removeprefix("*."), domain) for name in others):
                yield domain
