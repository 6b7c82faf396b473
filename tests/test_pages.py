"""Judgements on the document that an endpoint shows: what it asks of a browser and of the user's computer."""

from tests.test_http import report_distrust
from tests.test_served_certificates import report_revoked
from toetskader.facts.attempt import NotSeen
from toetskader.facts.endpoint.cookies import refusals
from toetskader.facts.endpoint.graded import Remark
from toetskader.facts.endpoint.http import AddressHttp, Answer, HttpFacts, Page
from toetskader.facts.endpoint.page import upgrades_requests
from toetskader.facts.endpoint.tls import TlsFacts
from toetskader.judging import EndpointPlace, Findings, Text, check, not_applicable
from toetskader.judging.doubts import HttpDoubts


@check("http.no_plug_ins")
def test_only_a_browser_is_needed(http: HttpFacts, findings: Findings) -> None:
    """SLA 4 and TA 5.1a: the page needs no plug-in, no other program and no download; scripts are not run."""
    doubts = HttpDoubts(http)
    for address, page in _documents(http, doubts):
        if page.scripted:
            findings.saw(
                f"{address.where}: HTML met scripts, die niet zijn uitgevoerd",
                f"{address.where}: HTML with scripts, which were not run",
            )
        for what in (*page.plug_ins, *page.handlers, *page.downloads):
            findings.add(
                EndpointPlace(http.place(address), "HTML"),
                seen=what,
                expected=Text("alleen wat een browser zelf kan", "only what a browser does by itself"),
                command=http.curl(address),
            )
    doubts.end()


@check("http.standard_browser_security")
def test_standard_browser_settings_suffice(http: HttpFacts, tls: TlsFacts | NotSeen, findings: Findings) -> None:
    """TA 5.1a: a connection that browsers make and trust, no parts over http in a page, no cookies that are refused.

    Browsers read the staple that comes with a certificate, and go no further with one that it says is revoked.
    """
    doubts = HttpDoubts(http)
    if isinstance(tls, TlsFacts):
        report_revoked(tls, findings)
    for address in http.addresses:
        report_distrust(http, address, findings)
        _judge_cookies(http, address, findings)
    for address, page in _documents(http, doubts):
        last = address.last
        policy = last.joined("content-security-policy") if isinstance(last, Answer) else None
        upgraded = policy is not None and upgrades_requests(policy)
        if page.upgrades or upgraded:
            findings.saw(f"{address.where}: upgrade-insecure-requests", f"{address.where}: upgrade-insecure-requests")
        if upgraded:
            continue
        for what in page.insecure:
            findings.add(
                EndpointPlace(http.place(address), "HTML"), seen=what, expected="https", command=http.curl(address)
            )
    doubts.end()


def _judge_cookies(http: HttpFacts, address: AddressHttp, findings: Findings) -> None:
    """Report cookies that browsers refuse, of the page and of what comes before it and leads to sign in."""
    told: dict[Text, Remark] = {}
    for exchange in (*address.firsts, *address.hops, *address.sign_in):
        if isinstance(exchange, Answer) and not exchange.blocker:
            for cookie in exchange.cookies:
                told.update({remark.seen: remark for remark in refusals(cookie, http.host)})
    for remark in told.values():
        place = EndpointPlace(http.place(address), "Set-Cookie")
        findings.add(place, seen=remark.seen, expected=remark.expected, command=http.curl(address))


def _documents(http: HttpFacts, doubts: HttpDoubts) -> list[tuple[AddressHttp, Page]]:
    """Return the HTML documents, one an address; what could not be read whole is a doubt."""
    found = []
    others = 0
    for address in http.addresses:
        answer = doubts.answer(address, address.last)
        if answer is None:
            continue
        page, place = address.document, http.place(address)
        if page is None or answer.redirect is not None or answer.status >= 400:
            doubts.add(
                f"{place}: antwoord {answer.status} zonder pagina op dit adres. Zet in 'url' van het eindpunt "
                "het pad van een pagina die zonder aanmelden te zien is.",
                f"{place}: answer {answer.status} without a page at this address. Put in 'url' of the endpoint the "
                "path of a page that can be seen without signing in.",
            )
        elif page.encoding_unread or not page.complete:
            doubts.add(f"{place}: de pagina is niet volledig gelezen.", f"{place}: the page was not read completely.")
            found.append((address, page))
        elif page.form == "html":
            found.append((address, page))
        else:
            others += 1
    if others and not found and others == len(http.addresses):
        not_applicable(f"{http.host} geeft geen webpagina.", f"{http.host} gives no web page.")
    return found
