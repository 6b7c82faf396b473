"""Mutants of TLS and certificates."""

import ssl
from dataclasses import replace
from functools import partial

from contexts import (
    CBC_SUITES,
    RSA_SUITES,
    Speaks,
    beside,
    by_itself,
    certified,
    expired,
    for_names,
    nearly_expired,
    old_versions,
    speaks,
    speaks_both,
    without_the_middle,
)
from service_mutations import (
    ENFORCED,
    HEADERS,
    HOST_IN_USE,
    NCSC,
    OPEN_STANDARDS,
    PLUG_INS,
    SECURE,
    SECURITY_TXT,
    Change,
    ServiceMutant,
    named,
    over_ipv6,
    service,
    site,
    zone,
)

from toetskader.laboratory.certificates import Authority
from toetskader.laboratory.example import Scene, issued
from toetskader.laboratory.tls import ssl_context

TLS = (NCSC, OPEN_STANDARDS, SECURE)
BROWSERS = ("http.standard_browser_security", "http.operational")
CLIENTS = (Authority("Toetskader laboratory clients"), ssl.CERT_REQUIRED)
coupled = partial(speaks, clients=CLIENTS)
OLD = "ECDHE+AESGCM:ECDHE-ECDSA-AES256-SHA:@SECLEVEL=0"
NEEDS_AN_ANSWER = (
    HOST_IN_USE,
    HEADERS,
    ENFORCED,
    OPEN_STANDARDS,
    SECURE,
    SECURITY_TXT,
    PLUG_INS,
    NCSC,
    "http.load_time",
    "http.no_information_leak",
    "http.cvd_policy",
    "http.web_application",
    "http.standard_browser_security",
    "http.operational",
)
"""What cannot be said of a coupling without a client's certificate."""


def second_address(tls: Speaks) -> Change:
    """Offer the service on a further IPv4 address, with other TLS."""

    def change(scene: Scene) -> Scene:
        other = replace(scene.services[0], addresses=("127.0.0.2",), tls=tls)
        more = zone(records=f"{scene.zones[0].records}meldingen A 127.0.0.2\n")
        return more(replace(scene, services=(*scene.services, other)))

    return change


MUTANTS = (
    ServiceMutant(
        name="tls-1.0-too",
        check="tls.ncsc",
        why="TLS 1.0 and 1.1 are accepted.",
        change=service(tls=old_versions(OLD)),
        fail=(TLS, "endpoint.encrypted_only"),
    ),
    ServiceMutant(
        name="tls-1.0-over-ipv6",
        check="endpoint.encrypted_only@all",
        why="TLS 1.0 and 1.1 are accepted on one of the addresses, but not by the API.",
        of="supplier",
        change=over_ipv6(service(tls=old_versions(OLD))),
        fail=(TLS, "endpoint.encrypted_only@all"),
    ),
    ServiceMutant(
        name="tls-1.2-at-most",
        check="tls.version_1_3",
        why="TLS 1.3 is not spoken.",
        change=service(tls=speaks(highest=ssl.TLSVersion.TLSv1_2)),
        fail="tls.version_1_3",
    ),
    ServiceMutant(
        name="tls-1.2-at-most-over-ipv6",
        check="tls.version_1_3",
        why="TLS 1.3 is not spoken on one of the addresses.",
        change=over_ipv6(service(tls=speaks(highest=ssl.TLSVersion.TLSv1_2))),
        fail="tls.version_1_3",
    ),
    ServiceMutant(
        name="tls-1.3-alone",
        check="tls.ncsc",
        why="Without TLS 1.2 it is as good: no verdict changes.",
        change=service(tls=partial(ssl_context, "modern")),
    ),
    ServiceMutant(
        name="no-forward-secrecy",
        check="tls.ncsc",
        why="A suite without forward secrecy is insufficient.",
        change=service(certificate=certified("rsa3072"), tls=speaks(RSA_SUITES)),
        fail=TLS,
    ),
    ServiceMutant(
        name="suite-to-be-phased-out",
        check="tls.ncsc",
        why="A suite with CBC is to be phased out, which warns.",
        change=service(tls=speaks(CBC_SUITES)),
        remarks=dict.fromkeys(named(TLS), "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"),
    ),
    ServiceMutant(
        name="client-forces-a-worse-suite",
        check="tls.ncsc",
        why="The client's order counts, so that it can choose a suite to be phased out.",
        change=service(tls=speaks(CBC_SUITES, own_order=False)),
        fail=TLS,
    ),
    ServiceMutant(
        name="groups-as-the-library-has-them",
        check="tls.ncsc",
        why="OpenSSL by itself offers finite fields in TLS 1.3 too, of which the shortest is insufficient.",
        change=service(tls=speaks(curve="")),
        fail=TLS,
        remarks=dict.fromkeys(named(TLS), "ffdhe3072"),
    ),
    ServiceMutant(
        name="client-renegotiates",
        check="tls.ncsc",
        why="A client can have the server renegotiate, which informs.",
        change=service(tls=speaks(renegotiates=True)),
        remarks=dict.fromkeys(named(TLS), "renegotiation"),
    ),
    ServiceMutant(
        name="key-to-be-phased-out",
        check="tls.ncsc",
        why="A key of RSA 2048 is to be phased out, which warns.",
        change=service(certificate=certified("rsa2048")),
        remarks=dict.fromkeys(named(TLS), ""),
    ),
    ServiceMutant(
        name="short-key",
        check="tls.ncsc",
        why="A key of RSA 1024 is insufficient.",
        change=service(certificate=certified("rsa1024"), tls=speaks("ECDHE+AESGCM:ECDHE+CHACHA20:@SECLEVEL=0")),
        fail=TLS,
    ),
    ServiceMutant(
        name="certificate-expired",
        check="tls.ncsc",
        why="The certificate is not valid any more, which browsers do not accept either.",
        change=service(certificate=expired),
        fail=(TLS, BROWSERS),
    ),
    ServiceMutant(
        name="certificate-expired-over-ipv6",
        check="tls.ncsc",
        why="IPv6 serves another certificate, that is not valid any more.",
        change=over_ipv6(service(certificate=expired)),
        fail=(TLS, BROWSERS),
    ),
    ServiceMutant(
        name="certificate-expires-soon",
        check="tls.ncsc",
        why="The certificate is valid for some days more, a small part of its time, which warns.",
        change=service(certificate=nearly_expired),
        remarks=dict.fromkeys(named(TLS), ""),
    ),
    ServiceMutant(
        name="certificate-for-some-days",
        check="tls.ncsc",
        why="A certificate for six days that has most of them left is renewed in time: no verdict or remark changes.",
        change=service(certificate=certified(days=6)),
    ),
    ServiceMutant(
        name="certificate-by-itself",
        check="http.standard_browser_security",
        why="Nobody vouches for the certificate.",
        change=service(certificate=by_itself),
        fail=(TLS, BROWSERS),
    ),
    ServiceMutant(
        name="certificate-of-an-unknown-authority-for-the-portal",
        check="http.portal_reachable",
        why="Nobody vouches for the portal's certificate.",
        of="supplier",
        change=service(2, certificate=by_itself),
        fail=(TLS, BROWSERS, "http.portal_reachable"),
    ),
    ServiceMutant(
        name="certificate-without-its-chain",
        check="tls.ncsc",
        why="The authority between the certificate and the root is not sent.",
        change=service(certificate=without_the_middle),
        fail=(TLS, BROWSERS),
    ),
    ServiceMutant(
        name="certificate-of-another-host",
        check="endpoint.encrypted_only",
        why="The certificate is another host's.",
        change=service(certificate=for_names("ander.{domain}")),
        fail=(TLS, BROWSERS, "endpoint.encrypted_only"),
    ),
    ServiceMutant(
        name="wildcard",
        check="tls.certificate_names",
        why="The certificate is for all hosts of the domain.",
        change=service(certificate=for_names("*.{domain}")),
        fail="tls.certificate_names",
    ),
    ServiceMutant(
        name="wildcard-besides-the-name",
        check="tls.certificate_names",
        why="The certificate names the host, and all others of the domain.",
        change=service(certificate=for_names("{host}", "*.{domain}")),
        fail="tls.certificate_names",
    ),
    ServiceMutant(
        name="wildcard-over-ipv6",
        check="tls.certificate_names",
        why="On one of the addresses the certificate is for all hosts of the domain.",
        change=over_ipv6(service(certificate=for_names("*.{domain}"))),
        fail="tls.certificate_names",
    ),
    ServiceMutant(
        name="certificate-without-san",
        check="tls.certificate_names",
        why="The host stands in the common name alone, which nobody reads any more.",
        change=service(certificate=for_names()),
        fail=(TLS, BROWSERS, "tls.certificate_names", "endpoint.encrypted_only"),
    ),
    ServiceMutant(
        name="coupling-open-to-all",
        check="tls.mutual",
        why="No certificate is asked of clients; then all is seen that a client sees.",
        change=service(tls=speaks()),
        of="coupling",
        fail="tls.mutual",
        passes=NEEDS_AN_ANSWER,
    ),
    ServiceMutant(
        name="coupling-asks-and-does-not-insist",
        check="tls.mutual",
        why="A certificate is asked of clients, and those without one are let in.",
        change=service(tls=speaks(clients=(CLIENTS[0], ssl.CERT_OPTIONAL))),
        of="coupling",
        fail="tls.mutual",
        passes=NEEDS_AN_ANSWER,
    ),
    ServiceMutant(
        name="coupling-over-plain-http",
        check="endpoint.encrypted_only",
        why="Beside the coupling that demands a certificate, plain HTTP gives the same data to anybody.",
        change=site(lambda old: replace(old, plain=None)),
        of="coupling",
        fail=(ENFORCED, OPEN_STANDARDS, SECURE, "endpoint.encrypted_only"),
    ),
    ServiceMutant(
        name="coupling-on-tls-1.2-only",
        check="tls.version_1_3",
        why="A handshake of TLS 1.2 breaks off without saying that a certificate is missed; that is no absence of TLS.",
        change=service(tls=coupled(highest=ssl.TLSVersion.TLSv1_2)),
        of="coupling",
        fail="tls.version_1_3",
        passes=NCSC,
    ),
    ServiceMutant(
        name="coupling-with-tls-1.0",
        check="tls.versions",
        why="The coupling accepts TLS 1.0 and 1.1, with a suite that goes with them.",
        change=service(tls=coupled(OLD, lowest=ssl.TLSVersion.TLSv1)),
        of="coupling",
        fail=(TLS, "tls.versions", "tls.suites", "endpoint.encrypted_only"),
    ),
    ServiceMutant(
        name="coupling-with-suite-to-be-phased-out",
        check="tls.suites",
        why="On a coupling, what is to be phased out may not be there at all.",
        change=service(tls=coupled(CBC_SUITES)),
        of="coupling",
        fail="tls.suites",
        remarks={"tls.ncsc": "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"},
    ),
    ServiceMutant(
        name="coupling-with-certificate-by-itself",
        check="tls.certificate_trusted",
        why="Nobody vouches for the coupling's certificate, and it names no organisation.",
        change=service(certificate=by_itself),
        of="coupling",
        fail=(TLS, BROWSERS, "tls.certificate_trusted", "tls.organisation_validated"),
    ),
    ServiceMutant(
        name="coupling-with-expired-certificate",
        check="tls.certificate_trusted",
        why="The coupling's certificate is not valid any more.",
        change=service(certificate=partial(expired, organisation="Voorbeeld Software BV")),
        of="coupling",
        fail=(TLS, BROWSERS, "tls.certificate_trusted"),
    ),
    ServiceMutant(
        name="coupling-with-certificate-of-another-host",
        check="endpoint.encrypted_only",
        why="The coupling's certificate is another host's.",
        change=service(certificate=for_names("ander.{domain}", organisation="Voorbeeld Software BV")),
        of="coupling",
        fail=(TLS, BROWSERS, "tls.certificate_trusted", "endpoint.encrypted_only"),
    ),
    ServiceMutant(
        name="coupling-without-organisation",
        check="tls.organisation_validated",
        why="The authority verified the domain alone.",
        change=service(certificate=issued),
        of="coupling",
        fail="tls.organisation_validated",
    ),
    ServiceMutant(
        name="coupling-without-organisation-over-ipv6",
        check="tls.organisation_validated",
        why="On one of the addresses the authority verified the domain alone.",
        change=over_ipv6(service(certificate=issued)),
        of="coupling",
        fail="tls.organisation_validated",
    ),
    ServiceMutant(
        name="coupling-with-organisation-that-nobody-verified",
        check="tls.organisation_validated",
        why="The certificate names an organisation, under the policy for domains.",
        change=service(certificate=certified(organisation="Voorbeeld Software BV", policy="2.23.140.1.2.1")),
        of="coupling",
        fail="tls.organisation_validated",
    ),
    ServiceMutant(
        name="old-tls-alone",
        check="http.standard_browser_security",
        why="TLS 1.1 is the newest version that is spoken, so that no browser connects.",
        change=service(tls=old_versions(OLD, highest=ssl.TLSVersion.TLSv1_1)),
        fail=(TLS, BROWSERS, "tls.version_1_3", "endpoint.encrypted_only"),
    ),
    ServiceMutant(
        name="old-tls-alone-for-the-portal",
        check="http.portal_reachable",
        why="No browser connects to the portal.",
        of="supplier",
        change=service(2, tls=old_versions(OLD, highest=ssl.TLSVersion.TLSv1_1)),
        fail=(TLS, BROWSERS, "tls.version_1_3", "endpoint.encrypted_only", "http.portal_reachable"),
    ),
    ServiceMutant(
        name="second-certificate-expired",
        check="tls.ncsc",
        why="Clients that ask for RSA get another certificate, which is not valid any more.",
        change=service(certificate=beside(issued, partial(expired, key="rsa3072")), tls=speaks_both),
        fail=TLS,
    ),
    ServiceMutant(
        name="wildcard-after-many-names",
        check="tls.certificate_names",
        why="The wildcard comes after more names than are kept.",
        change=service(
            certificate=for_names("{host}", *(f"h{number}.{{domain}}" for number in range(140)), "*.{domain}")
        ),
        fail="tls.certificate_names",
    ),
    ServiceMutant(
        name="tls-1.0-on-a-second-address",
        check="tls.ncsc",
        why="Of two IPv4 addresses one accepts TLS 1.0 and 1.1.",
        change=second_address(old_versions(OLD)),
        fail=(TLS, "endpoint.encrypted_only"),
    ),
)
