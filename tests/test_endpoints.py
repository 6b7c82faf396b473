"""Judgements on an endpoint as a whole, and on all endpoints of a service together."""

from datetime import date

from tests import test_dns, test_headers, test_http, test_rpki, test_security_txt, test_tls
from toetskader.facts.attempt import NotSeen
from toetskader.facts.endpoint.dns import DnsFacts
from toetskader.facts.endpoint.dnssec import DnssecFacts
from toetskader.facts.endpoint.http import HttpFacts
from toetskader.facts.endpoint.names import Endpoint, Endpoints
from toetskader.facts.endpoint.rpki import RpkiFacts
from toetskader.facts.endpoint.tls import TlsFacts
from toetskader.judging import EndpointPlace, Findings, Text, check, seen, together, undetermined
from toetskader.norms.tls import TlsNorm
from toetskader.norms.web import WebNorm


@check("endpoint.ipv6_and_ipv4")
def test_service_is_the_same_over_ipv6_and_ipv4(
    endpoint: Endpoint,
    dns: DnsFacts | NotSeen,
    http: HttpFacts | NotSeen,
    tls: TlsFacts | NotSeen,
    norm: WebNorm,
    findings: Findings,
) -> None:
    """SLA 11.2, TA 2.2 and 5.1c: name servers and host answer over IPv6 as over IPv4, with the same document."""
    together(
        lambda: test_dns.test_name_servers_answer_over_ipv6(seen(dns), norm, findings),
        lambda: test_dns.test_host_answers_over_ipv6_as_over_ipv4(seen(dns), endpoint, http, tls, norm, findings),
        lambda: test_http.test_ipv4_and_ipv6_serve_the_same(seen(http), norm, findings),
    )


@check("endpoint.open_standards")
def test_open_standards_for_the_web_are_applied(
    endpoint: Endpoint,
    dns: DnsFacts | NotSeen,
    dnssec: DnssecFacts | NotSeen,
    http: HttpFacts | NotSeen,
    tls: TlsFacts | NotSeen,
    rpki: RpkiFacts | NotSeen,
    tls_norm: TlsNorm,
    web_norm: WebNorm,
    today: date,
    findings: Findings,
) -> None:
    """TA 5.1c, NeRDS 4 and 5: what internet.nl asks of a website, each rule as heavy as the norm says."""
    together(
        lambda: test_service_is_the_same_over_ipv6_and_ipv4(endpoint, dns, http, tls, web_norm, findings),
        lambda: test_dns.test_names_are_signed(seen(dnssec), web_norm, findings),
        lambda: test_http.test_https_is_enforced(seen(http), web_norm, findings),
        lambda: test_tls.test_tls_meets_the_norm(seen(tls), tls_norm, test_tls.Severity(), findings),
        lambda: test_headers.test_headers_tell_browsers_to_be_careful(seen(http), web_norm, findings),
        lambda: test_security_txt.test_security_txt_is_in_order(
            seen(http), web_norm, test_security_txt.SecurityTxt(demanded=False), today, findings
        ),
        lambda: test_dns.test_caa_says_who_may_issue(seen(dns), web_norm, findings),
        lambda: test_dns.test_tlsa_vouches_for_the_certificate(seen(dns), seen(dnssec), seen(tls), web_norm, findings),
        lambda: test_rpki.test_routes_are_authorised(seen(rpki), seen(dns), web_norm, findings),
    )


@check("endpoint.encrypted_only")
def test_data_pass_encrypted_only(
    tls: TlsFacts | NotSeen, http: HttpFacts | NotSeen, tls_norm: TlsNorm, findings: Findings
) -> None:
    """SLA 13.1, TA 5.2.1, DDC 7.17: TLS that the norm accepts, and nothing beside it over plain HTTP."""
    together(
        lambda: test_tls.test_only_encrypted_connections_are_made(seen(tls), tls_norm, findings),
        lambda: test_http.test_plain_http_gives_no_data(seen(http), findings),
    )


@check("endpoint.secure")
def test_endpoint_is_hardened(
    http: HttpFacts | NotSeen,
    tls: TlsFacts | NotSeen,
    tls_norm: TlsNorm,
    web_norm: WebNorm,
    findings: Findings,
) -> None:
    """SLA 10.1, NeRDS 6: the part of hardening that shows from outside: TLS, headers, and nothing given away."""
    together(
        lambda: test_tls.test_tls_meets_the_norm(seen(tls), tls_norm, test_tls.Severity(), findings),
        lambda: test_http.test_https_is_enforced(seen(http), web_norm, findings),
        lambda: test_headers.test_headers_tell_browsers_to_be_careful(seen(http), web_norm, findings),
        lambda: test_headers.test_answers_give_nothing_away(seen(http), findings),
    )


@check("endpoint.separate_environments")
def test_acceptance_is_apart_from_production(endpoints: Endpoints, findings: Findings) -> None:
    """SLA 10.1: acceptance and production are environments apart, so at least each has a host of its own."""
    by_environment = {
        environment: [item for item in endpoints.endpoints if item.environment == environment]
        for environment in ("production", "acceptance")
    }
    missing = [environment for environment, found in by_environment.items() if not found]
    if missing:
        undetermined(
            f"Het doel noemt geen eindpunt met environment: {missing[0]}; voeg het toe.",
            f"The target names no endpoint with environment: {missing[0]}; add it.",
        )
    production = {item.host for item in by_environment["production"]}
    for acceptance in by_environment["acceptance"]:
        if acceptance.host in production:
            findings.add(
                EndpointPlace(acceptance.authority),
                seen=Text("dezelfde host als productie", "the same host as production"),
                expected=Text("een eigen host voor acceptatie", "a host of its own for acceptance"),
            )
    hosts = ", ".join(item.authority for found in by_environment.values() for item in found)
    findings.saw(hosts, hosts)
