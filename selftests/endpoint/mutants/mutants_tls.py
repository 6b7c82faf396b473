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
    NCSC,
    OPEN_STANDARDS,
    PLUG_INS,
    SECURE,
    SECURITY_TXT,
    Change,
    ServiceMutant,
    ids,
    over_ipv6,
    service,
    site,
    zone,
)

from toetskader.laboratory.certificates import Authority
from toetskader.laboratory.example import Scene, issued
from toetskader.laboratory.tls import ssl_context

TLS = ids(NCSC, OPEN_STANDARDS, SECURE)
BROWSERS = "TA-5.1a-03 NERDS-6-01"
CLIENTS = (Authority("Toetskader laboratory clients"), ssl.CERT_REQUIRED)
coupled = partial(speaks, clients=CLIENTS)
OLD = "ECDHE+AESGCM:ECDHE-ECDSA-AES256-SHA:@SECLEVEL=0"
NEEDS_AN_ANSWER = ids(
    HEADERS, ENFORCED, OPEN_STANDARDS, SECURE, SECURITY_TXT, PLUG_INS, NCSC,
    "SLA-7.2.4-01 SLA-10.1-13 SLA-10.1-18 TA-5.1a-01 TA-5.1a-03 NERDS-6-01",
)  # fmt: skip
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
        requirement="SLA-11.2-14",
        why="TLS 1.0 and 1.1 are accepted.",
        change=service(tls=old_versions(OLD)),
        fail=ids(TLS, "SLA-13.1-06"),
    ),
    ServiceMutant(
        name="tls-1.0-over-ipv6",
        requirement="SLA-13.1-06",
        why="TLS 1.0 and 1.1 are accepted on one of the addresses.",
        change=over_ipv6(service(tls=old_versions(OLD))),
        fail=ids(TLS, "SLA-13.1-06"),
    ),
    ServiceMutant(
        name="tls-1.2-at-most",
        requirement="SLA-12-05",
        why="TLS 1.3 is not spoken.",
        change=service(tls=speaks(highest=ssl.TLSVersion.TLSv1_2)),
        fail="SLA-12-05",
    ),
    ServiceMutant(
        name="tls-1.2-at-most-over-ipv6",
        requirement="SLA-12-05",
        why="TLS 1.3 is not spoken on one of the addresses.",
        change=over_ipv6(service(tls=speaks(highest=ssl.TLSVersion.TLSv1_2))),
        fail="SLA-12-05",
    ),
    ServiceMutant(
        name="tls-1.3-alone",
        requirement="SLA-11.2-14",
        why="Without TLS 1.2 it is as good: no verdict changes.",
        change=service(tls=partial(ssl_context, "modern")),
    ),
    ServiceMutant(
        name="no-forward-secrecy",
        requirement="TA-5.1c-02",
        why="A suite without forward secrecy is insufficient.",
        change=service(certificate=certified("rsa3072"), tls=speaks(RSA_SUITES)),
        fail=TLS,
    ),
    ServiceMutant(
        name="suite-to-be-phased-out",
        requirement="SLA-11.2-14",
        why="A suite with CBC is to be phased out, which warns.",
        change=service(tls=speaks(CBC_SUITES)),
        remarks=dict.fromkeys(TLS.split(), "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"),
    ),
    ServiceMutant(
        name="client-forces-a-worse-suite",
        requirement="TA-5.1c-02",
        why="The client's order counts, so that it can choose a suite to be phased out.",
        change=service(tls=speaks(CBC_SUITES, own_order=False)),
        fail=TLS,
    ),
    ServiceMutant(
        name="groups-as-the-library-has-them",
        requirement="SLA-11.2-14",
        why="OpenSSL by itself offers finite fields in TLS 1.3 too, of which the shortest is insufficient.",
        change=service(tls=speaks(curve="")),
        fail=TLS,
        remarks=dict.fromkeys(TLS.split(), "ffdhe3072"),
    ),
    ServiceMutant(
        name="client-renegotiates",
        requirement="SLA-11.2-14",
        why="A client can have the server renegotiate, which informs.",
        change=service(tls=speaks(renegotiates=True)),
        remarks=dict.fromkeys(TLS.split(), "renegotiation"),
    ),
    ServiceMutant(
        name="key-to-be-phased-out",
        requirement="SLA-11.2-14",
        why="A key of RSA 2048 is to be phased out, which warns.",
        change=service(certificate=certified("rsa2048")),
        remarks=dict.fromkeys(TLS.split(), ""),
    ),
    ServiceMutant(
        name="short-key",
        requirement="SLA-11.2-14",
        why="A key of RSA 1024 is insufficient.",
        change=service(certificate=certified("rsa1024"), tls=speaks("ECDHE+AESGCM:ECDHE+CHACHA20:@SECLEVEL=0")),
        fail=TLS,
    ),
    ServiceMutant(
        name="certificate-expired",
        requirement="SLA-11.2-14",
        why="The certificate is not valid any more, which browsers do not accept either.",
        change=service(certificate=expired),
        fail=ids(TLS, BROWSERS),
    ),
    ServiceMutant(
        name="certificate-expired-over-ipv6",
        requirement="TA-5.1c-02",
        why="IPv6 serves another certificate, that is not valid any more.",
        change=over_ipv6(service(certificate=expired)),
        fail=ids(TLS, BROWSERS),
    ),
    ServiceMutant(
        name="certificate-expires-soon",
        requirement="SLA-11.2-14",
        why="The certificate is valid for some days more, a small part of its time, which warns.",
        change=service(certificate=nearly_expired),
        remarks=dict.fromkeys(TLS.split(), ""),
    ),
    ServiceMutant(
        name="certificate-for-some-days",
        requirement="SLA-11.2-14",
        why="A certificate for six days that has most of them left is renewed in time: no verdict or remark changes.",
        change=service(certificate=certified(days=6)),
    ),
    ServiceMutant(
        name="certificate-by-itself",
        requirement="TA-5.1a-03",
        why="Nobody vouches for the certificate.",
        change=service(certificate=by_itself),
        fail=ids(TLS, BROWSERS),
    ),
    ServiceMutant(
        name="certificate-of-an-unknown-authority-for-the-portal",
        requirement="SLA-5-03",
        why="Nobody vouches for the portal's certificate.",
        of="supplier",
        change=service(2, certificate=by_itself),
        fail=ids(TLS, BROWSERS, "SLA-5-03"),
    ),
    ServiceMutant(
        name="certificate-without-its-chain",
        requirement="SLA-11.2-14",
        why="The authority between the certificate and the root is not sent.",
        change=service(certificate=without_the_middle),
        fail=ids(TLS, BROWSERS),
    ),
    ServiceMutant(
        name="certificate-of-another-host",
        requirement="SLA-13.1-06",
        why="The certificate is another host's.",
        change=service(certificate=for_names("ander.{domain}")),
        fail=ids(TLS, BROWSERS, "SLA-13.1-06"),
    ),
    ServiceMutant(
        name="wildcard",
        requirement="DDC-1.4-03",
        why="The certificate is for all hosts of the domain.",
        change=service(certificate=for_names("*.{domain}")),
        fail="DDC-1.4-03",
    ),
    ServiceMutant(
        name="wildcard-besides-the-name",
        requirement="DDC-1.4-03",
        why="The certificate names the host, and all others of the domain.",
        change=service(certificate=for_names("{host}", "*.{domain}")),
        fail="DDC-1.4-03",
    ),
    ServiceMutant(
        name="wildcard-over-ipv6",
        requirement="DDC-1.4-03",
        why="On one of the addresses the certificate is for all hosts of the domain.",
        change=over_ipv6(service(certificate=for_names("*.{domain}"))),
        fail="DDC-1.4-03",
    ),
    ServiceMutant(
        name="certificate-without-san",
        requirement="DDC-1.4-03",
        why="The host stands in the common name alone, which nobody reads any more.",
        change=service(certificate=for_names()),
        fail=ids(TLS, BROWSERS, "DDC-1.4-03 SLA-13.1-06"),
    ),
    ServiceMutant(
        name="coupling-open-to-all",
        requirement="TA-2.3-03",
        why="No certificate is asked of clients; then all is seen that a client sees.",
        change=service(tls=speaks()),
        of="coupling",
        fail="TA-2.3-03",
        passes=NEEDS_AN_ANSWER,
    ),
    ServiceMutant(
        name="coupling-asks-and-does-not-insist",
        requirement="TA-2.3-03",
        why="A certificate is asked of clients, and those without one are let in.",
        change=service(tls=speaks(clients=(CLIENTS[0], ssl.CERT_OPTIONAL))),
        of="coupling",
        fail="TA-2.3-03",
        passes=NEEDS_AN_ANSWER,
    ),
    ServiceMutant(
        name="coupling-over-plain-http",
        requirement="TA-5.2.1-02",
        why="Beside the coupling that demands a certificate, plain HTTP gives the same data to anybody.",
        change=site(lambda old: replace(old, plain=None)),
        of="coupling",
        fail=ids(ENFORCED, OPEN_STANDARDS, SECURE, "DDC-7.17-03 SLA-13.1-06 TA-5.2.1-02"),
    ),
    ServiceMutant(
        name="coupling-on-tls-1.2-only",
        requirement="SLA-12-05",
        why="A handshake of TLS 1.2 breaks off without saying that a certificate is missed; that is no absence of TLS.",
        change=service(tls=coupled(highest=ssl.TLSVersion.TLSv1_2)),
        of="coupling",
        fail="SLA-12-05",
        passes=NCSC,
    ),
    ServiceMutant(
        name="coupling-with-tls-1.0",
        requirement="TA-2.3-04",
        why="The coupling accepts TLS 1.0 and 1.1, with a suite that goes with them.",
        change=service(tls=coupled(OLD, lowest=ssl.TLSVersion.TLSv1)),
        of="coupling",
        fail=ids(TLS, "TA-2.3-04 TA-2.3-08 TA-5.2.1-02 DDC-7.17-03 SLA-13.1-06"),
    ),
    ServiceMutant(
        name="coupling-with-suite-to-be-phased-out",
        requirement="TA-2.3-08",
        why="On a coupling, what is to be phased out may not be there at all.",
        change=service(tls=coupled(CBC_SUITES)),
        of="coupling",
        fail="TA-2.3-08",
        remarks={"SLA-11.2-14": "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"},
    ),
    ServiceMutant(
        name="coupling-with-certificate-by-itself",
        requirement="TA-2.3-06",
        why="Nobody vouches for the coupling's certificate, and it names no organisation.",
        change=service(certificate=by_itself),
        of="coupling",
        fail=ids(TLS, BROWSERS, "TA-2.3-06 TA-2.3-07 TA-5.2-02"),
    ),
    ServiceMutant(
        name="coupling-with-expired-certificate",
        requirement="TA-5.2-02",
        why="The coupling's certificate is not valid any more.",
        change=service(certificate=partial(expired, organisation="Voorbeeld Software BV")),
        of="coupling",
        fail=ids(TLS, BROWSERS, "TA-2.3-06 TA-5.2-02"),
    ),
    ServiceMutant(
        name="coupling-with-certificate-of-another-host",
        requirement="TA-5.2.1-02",
        why="The coupling's certificate is another host's.",
        change=service(certificate=for_names("ander.{domain}", organisation="Voorbeeld Software BV")),
        of="coupling",
        fail=ids(TLS, BROWSERS, "TA-2.3-06 TA-5.2-02 TA-5.2.1-02 DDC-7.17-03 SLA-13.1-06"),
    ),
    ServiceMutant(
        name="coupling-without-organisation",
        requirement="TA-2.3-07",
        why="The authority verified the domain alone.",
        change=service(certificate=issued),
        of="coupling",
        fail="TA-2.3-07",
    ),
    ServiceMutant(
        name="coupling-without-organisation-over-ipv6",
        requirement="TA-2.3-07",
        why="On one of the addresses the authority verified the domain alone.",
        change=over_ipv6(service(certificate=issued)),
        of="coupling",
        fail="TA-2.3-07",
    ),
    ServiceMutant(
        name="coupling-with-organisation-that-nobody-verified",
        requirement="TA-2.3-07",
        why="The certificate names an organisation, under the policy for domains.",
        change=service(certificate=certified(organisation="Voorbeeld Software BV", policy="2.23.140.1.2.1")),
        of="coupling",
        fail="TA-2.3-07",
    ),
    ServiceMutant(
        name="old-tls-alone",
        requirement="TA-5.1a-03",
        why="TLS 1.1 is the newest version that is spoken, so that no browser connects.",
        change=service(tls=old_versions(OLD, highest=ssl.TLSVersion.TLSv1_1)),
        fail=ids(TLS, BROWSERS, "SLA-12-05 SLA-13.1-06"),
    ),
    ServiceMutant(
        name="old-tls-alone-for-the-portal",
        requirement="SLA-5-03",
        why="No browser connects to the portal.",
        of="supplier",
        change=service(2, tls=old_versions(OLD, highest=ssl.TLSVersion.TLSv1_1)),
        fail=ids(TLS, BROWSERS, "SLA-12-05 SLA-13.1-06 SLA-5-03"),
    ),
    ServiceMutant(
        name="second-certificate-expired",
        requirement="TA-5.1c-02",
        why="Clients that ask for RSA get another certificate, which is not valid any more.",
        change=service(certificate=beside(issued, partial(expired, key="rsa3072")), tls=speaks_both),
        fail=TLS,
    ),
    ServiceMutant(
        name="wildcard-after-many-names",
        requirement="DDC-1.4-03",
        why="The wildcard comes after more names than are kept.",
        change=service(
            certificate=for_names("{host}", *(f"h{number}.{{domain}}" for number in range(140)), "*.{domain}")
        ),
        fail="DDC-1.4-03",
    ),
    ServiceMutant(
        name="tls-1.0-on-a-second-address",
        requirement="SLA-11.2-14",
        why="Of two IPv4 addresses one accepts TLS 1.0 and 1.1.",
        change=second_address(old_versions(OLD)),
        fail=ids(TLS, "SLA-13.1-06"),
    ),
)
