"""Judgements on what an endpoint answers over HTTP: reachable, enforced HTTPS, at work, fast enough, signing in."""

import re

import msgspec

from toetskader.facts.endpoint.graded import Remark, told_over_http2
from toetskader.facts.endpoint.hsts import grade_hsts, internetnl_differs
from toetskader.facts.endpoint.http import AddressHttp, Answer, Exchange, How, HttpFacts, Redirect, Unanswered
from toetskader.facts.endpoint.loads import refresh
from toetskader.facts.endpoint.names import Endpoint
from toetskader.facts.endpoint.page import ENTRA, likeness
from toetskader.judging import EndpointPlace, Findings, Parameters, Text, check, not_applicable, together
from toetskader.judging.doubts import HttpDoubts
from toetskader.norms.web import WebNorm

_REDIRECTS = (301, 302, 303, 307, 308)
_NO_FAULT_SHOWN = (How.UNREACHABLE, How.CLIENT_CERTIFICATE, How.TOO_LARGE, How.LOOP, How.KEPT_OFF)
"""Ends of a request that may be due to the way of measuring: without IPv6, a client certificate or cookies."""
_ANSWERS = Text("een antwoord over HTTPS", "an answer over HTTPS")


@check("http.https_reachable", is_aspect=True)
def test_https_answers_on_every_address(http: HttpFacts, norm: WebNorm, findings: Findings) -> None:
    """Endpoint norm: HTTPS answers on every A and AAAA address."""
    _judge_reachable(http, norm, findings)


def _judge_reachable(http: HttpFacts, norm: WebNorm, findings: Findings) -> None:
    doubts = HttpDoubts(http, findings, norm)
    for refused in http.refused_addresses:
        seen = Text("een adres dat vanaf het internet niet bereikbaar is", "an address that cannot be reached")
        findings.add(EndpointPlace(f"{http.host} ({refused})"), seen=seen, expected=_ANSWERS, strength=norm.https)
    for address in http.addresses:
        first = address.first
        if isinstance(first, Answer):
            findings.saw(
                f"{address.where}: {first.protocol}, status {first.status}",
                f"{address.where}: {first.protocol}, status {first.status}",
            )
            if first.protocol == "HTTP/2":
                findings.differs(norm.difference("measuring.http2"))
        elif first.how in (How.CLIENT_CERTIFICATE, How.TOO_LARGE):
            findings.saw(f"{address.where}: {first.message.nl}", f"{address.where}: {first.message.en}")
        elif first.how in (How.UNREACHABLE, How.KEPT_OFF):
            doubts.answer(address, first)
        else:
            findings.add(
                EndpointPlace(http.place(address)),
                seen=first.message,
                expected=_ANSWERS,
                strength=norm.https,
                command=http.curl(address),
            )
    doubts.end()


@check("http.redirect_to_https", is_aspect=True)
def test_plain_http_leads_to_https(http: HttpFacts, norm: WebNorm, findings: Findings) -> None:
    """Endpoint norm: plain HTTP is closed, or its first hop goes to HTTPS on the same host."""
    _judge_redirect(http, norm, findings)


def _judge_redirect(http: HttpFacts, norm: WebNorm, findings: Findings) -> None:
    doubts = HttpDoubts(http, findings, norm)
    for address in http.addresses:
        if _is_closed(address):
            findings.saw(
                f"{address.where}: poort {http.http_port} is dicht", f"{address.where}: port {http.http_port} is closed"
            )
            continue
        answer = address.plain
        if isinstance(answer, Answer) and answer.redirect is not None:
            target = answer.redirect
            if target.scheme == "https" and target.host == http.host:
                findings.saw(f"{address.where}: naar {target.location}", f"{address.where}: to {target.location}")
                continue
            seen = Text(f"naar {target.location}", f"to {target.location}")
        else:
            own = doubts.answer(address, answer, plain=True)
            if own is None:
                continue
            seen = Text(f"antwoord {own.status} zonder omleiding", f"answer {own.status} without redirect")
        findings.add(
            EndpointPlace(http.plain_place(address), "Location"),
            seen=seen,
            expected=Text(f"eerst naar https://{http.host}", f"first to https://{http.host}"),
            strength=norm.https_redirect,
            command=http.curl(address, plain=True),
        )
    doubts.end()


def _is_closed(address: AddressHttp) -> bool:
    """Tell whether plain HTTP is closed: refused, or silent where HTTPS does answer."""
    plain = address.plain
    if isinstance(plain, Answer):
        return False
    silent = plain.how is How.TIMED_OUT and not plain.connected
    return plain.how is How.REFUSED or (silent and isinstance(address.first, Answer))


@check("http.nothing_in_the_clear", is_aspect=True)
def test_plain_http_gives_no_data(http: HttpFacts, findings: Findings) -> None:
    """SLA 13.1, TA 5.2.1, DDC 7.17: plain HTTP is closed or does nothing but redirect to HTTPS, of whatever host."""
    doubts = HttpDoubts(http)
    for address in http.addresses:
        answer = address.plain
        if _is_closed(address) or (
            isinstance(answer, Answer) and answer.redirect is not None and answer.redirect.scheme == "https"
        ):
            continue
        own = doubts.answer(address, answer, plain=True)
        if own is not None and own.status >= 400:
            place = http.plain_place(address)
            doubts.add(
                f"{place}: antwoord {own.status}; of andere paden wel gegevens geven, is niet te zien. Sluit de poort "
                "of stuur alles door naar https.",
                f"{place}: answer {own.status}; whether other paths do give data cannot be seen. Close the port, or "
                "redirect everything to https.",
            )
        elif own is not None:
            findings.add(
                EndpointPlace(http.plain_place(address)),
                seen=Text(f"antwoord {own.status} zonder versleuteling", f"answer {own.status} without encryption"),
                expected=Text("gesloten, of een omleiding naar https", "closed, or a redirect to https"),
                command=http.curl(address, plain=True),
            )
    doubts.end()


@check("http.hsts", is_aspect=True)
def test_browsers_are_told_to_keep_to_https(http: HttpFacts, norm: WebNorm, findings: Findings) -> None:
    """Endpoint norm, RFC 6797: the first HTTPS answer has Strict-Transport-Security of a year, over HTTP/2 as well."""
    _judge_hsts(http, norm, findings)


def _judge_hsts(http: HttpFacts, norm: WebNorm, findings: Findings) -> None:
    doubts = HttpDoubts(http, findings, norm)
    for address in http.addresses:
        told: tuple[Remark, ...] = ()
        for exchange in address.firsts:
            answer = doubts.answer(address, exchange)
            if answer is None:
                continue
            over_http2 = exchange is address.http2
            values = answer.values("strict-transport-security")
            for remark in grade_hsts(values, min_age_s=norm.hsts_min_age_s).remarks:
                if remark in told:
                    continue
                findings.add(
                    EndpointPlace(http.place(address), "Strict-Transport-Security"),
                    seen=told_over_http2(remark.seen) if over_http2 else remark.seen,
                    expected=remark.expected,
                    strength=norm.hsts,
                    command=http.curl(address, http2=over_http2),
                    differs=norm.difference("measuring.browsers") if over_http2 else None,
                )
                told = (*told, remark)
            if values:
                findings.saw(f"{address.where}: {values[0]}", f"{address.where}: {values[0]}")
            if not over_http2 and internetnl_differs(values, min_age_s=norm.hsts_min_age_s):
                findings.differs(norm.difference("hsts"))
            if answer.malformed:
                findings.differs(norm.difference("measuring.malformed"))
    doubts.end()


def _judge_downgrade(http: HttpFacts, norm: WebNorm, findings: Findings) -> None:
    """Report what leads from HTTPS to plain HTTP, a redirect or the page itself: then the page is not on HTTPS."""
    for address in http.addresses:
        led: list[tuple[str, Text]] = []
        if address.document is not None and address.document.sent_on.startswith("http:"):
            to = address.document.sent_on
            led.append(("HTML", Text(f"de pagina stuurt door naar {to}", f"the page sends on to {to}")))
        for exchange in (*address.firsts, *address.hops):
            if target := _leads_to_http(exchange):
                led.append(("Location", Text(f"naar {target}", f"to {target}")))
        for path, seen in led:
            findings.add(
                EndpointPlace(http.place(address), path),
                seen=seen,
                expected=Text("een pagina over HTTPS", "a page over HTTPS"),
                strength=norm.https,
                command=http.curl(address),
            )


def _leads_to_http(exchange: Exchange) -> str:
    """Return where an answer sends browsers over plain HTTP, by a redirect or by the header Refresh; else nothing."""
    if not isinstance(exchange, Answer):
        return ""
    if exchange.redirect is not None:
        return exchange.redirect.location if exchange.redirect.scheme == "http" else ""
    onward = next((refresh(value) for value in exchange.values("refresh")), "")
    return onward if onward.lower().startswith("http:") else ""


@check("http.enforced")
def test_https_is_enforced(http: HttpFacts, norm: WebNorm, findings: Findings) -> None:
    """SLA 11.2 and TA 5.1c: HTTPS everywhere, plain HTTP leads to it, and browsers remember (HSTS)."""
    together(
        lambda: _judge_reachable(http, norm, findings),
        lambda: _judge_redirect(http, norm, findings),
        lambda: _judge_hsts(http, norm, findings),
        lambda: _judge_downgrade(http, norm, findings),
    )


@check("http.same_service", is_aspect=True)
def test_ipv4_and_ipv6_serve_the_same(http: HttpFacts, norm: WebNorm, findings: Findings) -> None:
    """Endpoint norm: IPv4 and IPv6 give the same ports and status, and documents that hardly differ."""
    v4 = [address for address in http.addresses if not address.is_v6]
    v6 = [address for address in http.addresses if address.is_v6]
    if not v4 or not v6:
        not_applicable(
            f"{http.host} heeft geen adressen van beide soorten, IPv4 en IPv6.",
            f"{http.host} has no addresses of both kinds, IPv4 and IPv6.",
        )
    if all(_demands_certificate(address) for address in (*v4, *v6)):
        not_applicable(
            f"{http.host} eist op elk adres een clientcertificaat: er is geen openbaar document om te vergelijken.",
            f"{http.host} demands a client certificate on every address: there is no public document to compare.",
        )
    doubts = HttpDoubts(http, findings, norm)
    one = v4[0]
    for other in v6:
        _compare(one, other, http, norm, findings, doubts)
    doubts.end()


def _demands_certificate(address: AddressHttp) -> bool:
    return isinstance(address.first, Unanswered) and address.first.how is How.CLIENT_CERTIFICATE


def _compare(
    one: AddressHttp, other: AddressHttp, http: HttpFacts, norm: WebNorm, findings: Findings, doubts: HttpDoubts
) -> None:
    expected = Text(f"hetzelfde als op {one.where}", f"the same as on {one.where}")
    place = EndpointPlace(http.place(other))
    for name, mine, theirs in (("https", one.first, other.first), ("http", one.plain, other.plain)):
        for address, exchange in ((one, mine), (other, theirs)):
            if isinstance(exchange, Unanswered) and exchange.how is How.KEPT_OFF:
                doubts.answer(address, exchange, plain=name == "http")
                return
        seen = Text(f"{name}: {_outcome(theirs).nl}", f"{name}: {_outcome(theirs).en}")
        if _outcome(mine) != _outcome(theirs):
            findings.add(
                place,
                seen=seen,
                expected=expected,
                strength=norm.same_service,
                command=http.curl(other, plain=name == "http"),
            )
            return
    first, second = one.document, other.document
    if doubts.answer(one, one.last) is None or doubts.answer(other, other.last) is None:
        return
    if first is None or second is None:
        return  # both lead elsewhere in the same way
    alike = first.sha256 != "" and first.sha256 == second.sha256
    if not alike and (not first.sketch or not second.sketch):
        doubts.add(
            "Van het document is te weinig gelezen om IPv4 en IPv6 te vergelijken.",
            "Too little of the document was read to compare IPv4 and IPv6.",
        )
        return
    differs = round(100 * (1 - likeness(first, second)))
    findings.saw(f"{other.where}: {differs}% verschil", f"{other.where}: {differs}% different")
    if differs > norm.same_service_percent:
        findings.add(
            place,
            seen=Text(f"een document dat {differs}% verschilt", f"a document that differs {differs}%"),
            expected=Text(f"hoogstens {norm.same_service_percent}% verschil", f"at most {norm.same_service_percent}%"),
            strength=norm.same_service,
            command=http.curl(other),
        )


def _outcome(exchange: Exchange) -> Text:
    """Say how a request ended, as far as another address should end in the same way."""
    if isinstance(exchange, Answer):
        return Text(f"antwoord {exchange.status}", f"answer {exchange.status}")
    return Text("geen antwoord", "no answer")


@check("http.operational")
def test_service_works_in_production(endpoint: Endpoint, http: HttpFacts, findings: Findings) -> None:
    """NeRDS 6: the service is in production and can be reached."""
    if endpoint.environment != "production":
        not_applicable(f"{endpoint.host} is geen productieomgeving.", f"{endpoint.host} is not in production.")
    _judge_at_work(http, findings)


@check("http.portal_reachable")
def test_portal_can_be_reached(endpoint: Endpoint, http: HttpFacts, findings: Findings) -> None:
    """SLA 5: the customer portal answers with a page or a way to sign in, over a connection that browsers trust."""
    if endpoint.role != "portal":
        not_applicable(f"{endpoint.host} is geen klantenportaal.", f"{endpoint.host} is no customer portal.")
    _judge_at_work(http, findings)


def _judge_at_work(http: HttpFacts, findings: Findings) -> None:
    doubts = HttpDoubts(http)
    for address in http.addresses:
        last = address.last
        place = EndpointPlace(http.place(address))
        report_distrust(http, address, findings)
        if isinstance(last, Unanswered) and last.how not in _NO_FAULT_SHOWN:
            findings.add(place, seen=last.message, expected=_ANSWERS, command=http.curl(address))
            continue
        answer = doubts.answer(address, last)
        if answer is None:
            continue
        redirect = answer.redirect if answer.redirect is not None and answer.redirect.scheme == "https" else None
        if redirect is not None and not asks_to_sign_in(redirect):
            doubt_redirect(doubts, http, address, redirect)
            continue
        if 200 <= answer.status < 300 or redirect is not None or answer.status == 401:
            where = (
                Text(f", naar {answer.redirect.host}", f", to {answer.redirect.host}")
                if answer.redirect
                else Text("", "")
            )
            findings.saw(
                f"{address.where}: status {answer.status}{where.nl}",
                f"{address.where}: status {answer.status}{where.en}",
            )
        else:
            expected = Text("200, of een omleiding om aan te melden", "200, or a redirect to sign in")
            findings.add(place, seen=f"status {answer.status}", expected=expected, command=http.curl(address))
    doubts.end()


def doubt_redirect(doubts: HttpDoubts, http: HttpFacts, address: AddressHttp, redirect: Redirect) -> None:
    """Keep as a reason that a redirect leads to another host, which was not asked."""
    place = http.place(address)
    doubts.add(
        f"{place}: leidt naar {redirect.location}, wat niet gevolgd is. Noem dat adres als endpoint.",
        f"{place}: leads to {redirect.location}, which was not followed. Name it as an endpoint.",
    )


def report_distrust(http: HttpFacts, address: AddressHttp, findings: Findings) -> None:
    """Report why a browser with its standard settings makes no connection that it trusts."""
    if address.certificate_fault:
        findings.add(
            EndpointPlace(http.place(address), "certificate"),
            seen=address.certificate_fault,
            expected=Text("een certificaat dat browsers vertrouwen", "a certificate that browsers trust"),
            command=http.curl(address, trusting=False),
        )
    if address.browser_fault is not None:
        why = address.browser_fault
        findings.add(
            EndpointPlace(http.place(address), "TLS"),
            seen=Text(f"zoals browsers het vragen: {why.nl}", f"asked as browsers do: {why.en}"),
            expected=Text(
                "TLS 1.2 of nieuwer, met suites en handtekeningen (SHA-256) die browsers van nu hebben",
                "TLS 1.2 or newer, with suites and signatures (SHA-256) that browsers have today",
            ),
            command=http.curl(address, trusting=False),
        )


class LoadTime(msgspec.Struct, forbid_unknown_fields=True):
    """How fast a document must be there."""

    seconds: float


@check("http.load_time", params=LoadTime)
def test_document_loads_in_time(http: HttpFacts, params: LoadTime, findings: Findings) -> None:
    """SLA 7.2.4: the document is there in time, over a new connection. Measured once, without images and scripts."""
    doubts = HttpDoubts(http)
    for address in http.addresses:
        answer = doubts.answer(address, address.last)
        if answer is None:
            continue
        if address.load_ms is None:
            place = http.place(address)
            doubts.add(
                f"{place}: er is geen volledig document op dit adres zelf geladen, dus ook geen laadtijd gemeten.",
                f"{place}: no complete document was loaded from this address itself, so no time was measured.",
            )
            continue
        seconds = address.load_ms / 1000
        findings.saw(f"{address.where}: {seconds:.1f} s", f"{address.where}: {seconds:.1f} s")
        if seconds > params.seconds:
            findings.add(
                EndpointPlace(http.place(address)),
                seen=f"{seconds:.1f} s",
                expected=Text(f"hoogstens {params.seconds:g} s", f"at most {params.seconds:g} s"),
                command=http.curl(address),
            )
    doubts.end()


@check("http.web_application")
def test_it_is_a_web_application_or_service(http: HttpFacts, findings: Findings) -> None:
    """TA 5.1a: the address gives HTML or a document of a web service over HTTPS."""
    doubts = HttpDoubts(http)
    for address in http.addresses:
        answer = doubts.answer(address, address.last)
        if answer is None:
            continue
        page = address.document
        if answer.redirect is not None:
            if asks_to_sign_in(answer.redirect):
                host = answer.redirect.host
                findings.saw(f"{address.where}: aanmelden bij {host}", f"{address.where}: sign in at {host}")
                continue
            doubt_redirect(doubts, http, address, answer.redirect)
        elif answer.status == 401 and answer.values("www-authenticate"):
            findings.saw(f"{address.where}: vraagt om aan te melden", f"{address.where}: asks for credentials")
        elif answer.status == 200 and page is not None and (page.form in ("html", "json", "xml") or page.api_document):
            kind = page.content_type or page.form
            findings.saw(f"{address.where}: {kind}", f"{address.where}: {kind}")
        else:
            kind = page.content_type if page is not None else ""
            findings.add(
                EndpointPlace(http.place(address)),
                seen=f"status {answer.status} {kind}".strip(),
                expected=Text(
                    "200 met HTML of een document van een webservice", "200 with HTML or a web service's document"
                ),
                command=http.curl(address),
            )
    doubts.end()


@check("http.entra_login")
def test_users_sign_in_at_entra_id(
    endpoint: Endpoint, http: HttpFacts, parameters: Parameters, findings: Findings
) -> None:
    """SLA 4 and TA 5.1e: whoever is not signed in is sent to the municipality's tenant of Entra ID."""
    _only_where_users_sign_in(endpoint)
    tenant = str(parameters.require("entra_tenant")).lower()
    doubts = HttpDoubts(http)
    for address in http.addresses:
        place = EndpointPlace(http.place(address), "sign-in")
        for page in (address.document, address.sign_in_page):
            if page is not None and page.password_form:
                seen = Text("een eigen formulier voor een wachtwoord", "a password form of its own")
                expected = Text("alleen aanmelden bij Entra ID", "sign-in at Entra ID only")
                findings.add(place, seen=seen, expected=expected, command=http.curl(address))
                break
        targets = _sign_in_targets(address)
        at_entra = [path.strip("/").partition("/")[0].lower() for host, path in targets if host == ENTRA]
        others = _other_sign_ins(address)
        if others:
            _doubt_sign_in(doubts, http, address, others, [])
        elif tenant in at_entra:
            findings.saw(f"{address.where}: {ENTRA}/{tenant}", f"{address.where}: {ENTRA}/{tenant}")
        elif at_entra and _is_other_tenant(tenant, at_entra[0]):
            findings.add(place, seen=f"{ENTRA}/{at_entra[0]}", expected=f"{ENTRA}/{tenant}", command=http.curl(address))
        else:
            _doubt_sign_in(doubts, http, address, targets, at_entra)
    doubts.end()


@check("http.sso_protocol")
def test_sign_in_uses_saml_or_openid_connect(endpoint: Endpoint, http: HttpFacts, findings: Findings) -> None:
    """TA 5.1e: single sign-on by SAML 2.0 or OpenID Connect, as the redirect to it shows; with PKCE where it can be."""
    _only_where_users_sign_in(endpoint)
    doubts = HttpDoubts(http)
    for address in http.addresses:
        redirect = _sent_to_sign_in(address)
        place = EndpointPlace(http.place(address), "Location")
        if redirect is None:
            _doubt_sign_in(doubts, http, address, _sign_in_targets(address), [])
            continue
        protocol = _protocol(redirect)
        findings.saw(f"{address.where}: {protocol}", f"{address.where}: {protocol}")
        expected = Text("SAML 2.0 of OpenID Connect", "SAML 2.0 or OpenID Connect")
        if protocol == "WS-Federation":
            findings.add(place, seen=protocol, expected=expected, command=http.curl(address))
        elif protocol == "OpenID Connect" and "code_challenge" not in redirect.parameters:
            seen = Text("geen code_challenge", "no code_challenge")
            findings.add(place, seen=seen, expected="PKCE", strength="recommended", command=http.curl(address))
    doubts.end()


def _only_where_users_sign_in(endpoint: Endpoint) -> None:
    if endpoint.role != "application":
        not_applicable(
            f"{endpoint.host} is niet de toepassing waarin medewerkers werken.",
            f"{endpoint.host} is not the application that employees work in.",
        )


def _redirects(address: AddressHttp) -> list[Redirect]:
    """Return the redirects to other hosts that were met, on the way to the page and on the way to sign in."""
    return [
        exchange.redirect
        for exchange in (address.first, *address.hops, *address.sign_in)
        if isinstance(exchange, Answer) and exchange.redirect is not None and exchange.status in _REDIRECTS
    ]


def _sign_in_targets(address: AddressHttp) -> list[tuple[str, str]]:
    """Return host and path of where redirects lead, and links on the page that lead to Entra ID at once."""
    links = address.document.sign_in if address.document is not None else ()
    direct = [(ENTRA, link.removeprefix(f"https://{ENTRA}")) for link in links if link.startswith(f"https://{ENTRA}/")]
    redirects = [redirect for redirect in _redirects(address) if redirect.scheme == "https"]
    return [(redirect.host, redirect.path) for redirect in redirects] + direct


def _other_sign_ins(address: AddressHttp) -> list[tuple[str, str]]:
    """Return host and path of redirects that ask to sign in at another place than Entra ID, whatever the page links."""
    return [
        (redirect.host, redirect.path)
        for redirect in _redirects(address)
        if _protocol(redirect) and (redirect.host, redirect.scheme) != (ENTRA, "https")
    ]


def _sent_to_sign_in(address: AddressHttp) -> Redirect | None:
    return next((redirect for redirect in _redirects(address) if _protocol(redirect)), None)


def asks_to_sign_in(redirect: Redirect) -> bool:
    """Tell whether a redirect leads to where users sign in: Entra ID, or by a protocol for that."""
    return redirect.host == ENTRA or _protocol(redirect) != ""


def _protocol(redirect: Redirect) -> str:
    """Tell by which protocol a redirect asks to sign in: by the parameters it has; empty when it does not."""
    names = set(redirect.parameters)
    if "SAMLRequest" in names:
        return "SAML 2.0"
    if {"client_id", "response_type"} <= names or {"client_id", "request_uri"} <= names:
        return "OpenID Connect"
    return "WS-Federation" if {"wa", "wtrealm"} <= names else ""


_ANY_TENANT = ("common", "organizations", "consumers")
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _is_other_tenant(wanted: str, seen: str) -> bool:
    """Tell whether two tenants differ for certain: a tenant goes by its id and by each of its domain names."""
    if seen in _ANY_TENANT:
        return False
    return bool(_GUID.fullmatch(wanted)) and bool(_GUID.fullmatch(seen)) and wanted != seen


def _doubt_sign_in(
    doubts: HttpDoubts, http: HttpFacts, address: AddressHttp, targets: list[tuple[str, str]], at_entra: list[str]
) -> None:
    place = http.place(address)
    if at_entra:
        doubts.add(
            f"{place}: het aanmelden gaat naar {ENTRA}/{at_entra[0]}; of dat de tenant van de gemeente is, is zo "
            "niet te zien. Vul bij 'entra_tenant' in wat in dat adres staat, of kijk in Entra ID.",
            f"{place}: sign-in goes to {ENTRA}/{at_entra[0]}; whether that is the municipality's tenant cannot be "
            "seen. Give as 'entra_tenant' what that address has, or look in Entra ID.",
        )
        return
    elsewhere = [host for host, _ in targets if host and host != http.host]
    if elsewhere:
        doubts.add(
            f"{place}: het aanmelden gaat naar {elsewhere[0]}, wat niet gevolgd is.",
            f"{place}: sign-in goes to {elsewhere[0]}, which was not followed.",
        )
        return
    if doubts.answer(address, address.last) is not None:
        doubts.add(
            f"{place}: waar gebruikers aanmelden is zonder browser niet te zien. Zet in 'url' van "
            "het eindpunt het pad waar het begint.",
            f"{place}: where users sign in cannot be seen without a browser. Put in 'url' of "
            "the endpoint the path where it begins.",
        )
