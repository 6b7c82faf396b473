"""Mutants of names and routes."""

from dataclasses import replace

from service_mutations import (
    DNSSEC,
    HOST_IN_USE,
    IPV6,
    OPEN_STANDARDS,
    ServiceMutant,
    both,
    further_zone,
    named,
    over_ipv6,
    records,
    rehosted,
    service,
    zone,
)

from toetskader.laboratory.dns import Flaw
from toetskader.laboratory.example import GOOD_DOMAIN

OTHER_NETWORK = 64511
HOST = "meldingen A 127.0.0.1\nmeldingen AAAA ::1\n"
NAMES = ("dns.address_records", "dns.no_cname")
SIGNED = (DNSSEC, OPEN_STANDARDS)
ROUTES = ("rpki.valid_origin", OPEN_STANDARDS)


def flawed(flaw: Flaw, why: str) -> ServiceMutant:
    """Return a mutant whose zone has something wrong with its signatures."""
    return ServiceMutant(
        name=f"zone-{flaw.value.replace('_', '-')}",
        check="dns.dnssec",
        why=why,
        change=zone(flaw=flaw),
        fail=SIGNED,
    )


MUTANTS = (
    flawed(Flaw.UNSIGNED, "The zone is not signed."),
    flawed(Flaw.EXPIRED, "The signatures are expired."),
    flawed(Flaw.NOT_YET_VALID, "The signatures do not hold yet."),
    flawed(Flaw.WRONG_DS, "The zone above vouches for another key."),
    flawed(Flaw.MISSING_DNSKEY, "The zone does not give its keys."),
    flawed(Flaw.MISSING_RRSIG, "The zone has keys and no signatures."),
    flawed(Flaw.BAD_SIGNATURE, "The signatures are wrong."),
    flawed(Flaw.UNSUPPORTED, "The zone is signed in a way that nobody can verify."),
    ServiceMutant(
        name="top-level-unsigned",
        check="dns.dnssec",
        why="The zone is signed, and nothing leads to its keys.",
        change=further_zone("test", "", flaw=Flaw.UNSIGNED),
        fail=SIGNED,
    ),
    ServiceMutant(
        name="alias-in-the-zone",
        check="dns.no_cname",
        why="The name is an alias of another one in the zone.",
        change=records(HOST, "meldingen CNAME hosting\nhosting A 127.0.0.1\nhosting AAAA ::1\n"),
        fail=NAMES,
    ),
    ServiceMutant(
        name="alias-to-an-unsigned-zone",
        check="dns.dnssec",
        why="The name is signed, and the zone that its alias leads to is not.",
        change=both(
            records(HOST, "meldingen CNAME klant.hosting.example.\n"),
            further_zone("hosting.example", "klant A 127.0.0.1\nklant AAAA ::1\n", flaw=Flaw.UNSIGNED),
        ),
        fail=(SIGNED, NAMES),
    ),
    ServiceMutant(
        name="alias-to-a-bogus-zone",
        check="dns.dnssec",
        why="The name is signed, and the zone that its alias leads to has expired signatures.",
        change=both(
            records(HOST, "meldingen CNAME klant.hosting.example.\n"),
            further_zone("hosting.example", "klant A 127.0.0.1\nklant AAAA ::1\n", flaw=Flaw.EXPIRED),
        ),
        fail=(SIGNED, NAMES),
    ),
    ServiceMutant(
        name="no-ipv6",
        check="endpoint.ipv6_and_ipv4",
        why="The host has no IPv6 address.",
        change=records(HOST, "meldingen A 127.0.0.1\n"),
        fail=(IPV6, OPEN_STANDARDS, "dns.address_records"),
    ),
    ServiceMutant(
        name="no-ipv4",
        check="dns.address_records",
        why="The host has no IPv4 address, so that half of the world cannot reach it.",
        change=records(HOST, "meldingen AAAA ::1\n"),
        fail=(IPV6, OPEN_STANDARDS, "dns.address_records"),
    ),
    ServiceMutant(
        name="port-closed-over-ipv6",
        check="endpoint.ipv6_and_ipv4",
        why="There is an IPv6 address, and nobody listens on it.",
        change=service(addresses=("127.0.0.1",)),
        fail=(IPV6, OPEN_STANDARDS, "http.enforced", "endpoint.secure", "http.operational"),
        undetermined=(
            HOST_IN_USE,
            "tls.certificate_names",
            "http.no_plug_ins",
            "http.entra_login",
            "http.security_headers",
            "http.load_time",
            "http.no_information_leak",
            "http.security_txt",
            "http.cvd_policy",
            "tls.ncsc",
            "tls.version_1_3",
            "endpoint.encrypted_only",
            "http.web_application",
            "http.standard_browser_security",
            "http.sso_protocol",
        ),
    ),
    ServiceMutant(
        name="name-servers-without-ipv6",
        check="endpoint.open_standards",
        why="The zone's name servers cannot be asked over IPv6.",
        change=zone(name_servers="@ NS ns1\n@ NS ns2\nns1 A 127.0.0.1\nns2 A 127.0.0.1\n"),
        fail=(IPV6, OPEN_STANDARDS),
    ),
    ServiceMutant(
        name="one-name-server-with-ipv6",
        check="endpoint.open_standards",
        why="Only one of the zone's name servers can be asked over IPv6.",
        change=zone(name_servers="@ NS ns1\n@ NS ns2\nns1 A 127.0.0.1\nns1 AAAA ::1\nns2 A 127.0.0.1\n"),
        fail=(IPV6, OPEN_STANDARDS),
    ),
    ServiceMutant(
        name="no-caa",
        check="endpoint.open_standards",
        why="Anybody may issue certificates, which warns.",
        change=lambda scene: zone(
            records="".join(line for line in scene.zones[0].records.splitlines(True) if " CAA " not in line)
        )(scene),
        remarks=dict.fromkeys(named(OPEN_STANDARDS), "CAA"),
    ),
    ServiceMutant(
        name="caa-without-issuer",
        check="endpoint.open_standards",
        why="CAA names nobody who may issue, which warns.",
        change=records('@ CAA 0 issue "ca.example"\n', ""),
        remarks=dict.fromkeys(named(OPEN_STANDARDS), "CAA"),
    ),
    ServiceMutant(
        name="tlsa-of-another-certificate",
        check="endpoint.open_standards",
        why="A TLSA record that does not match informs.",
        change=lambda scene: records(HOST, f"{HOST}_{scene.services[0].port}._tcp.meldingen TLSA 3 1 1 {'ab' * 32}\n")(
            scene
        ),
        remarks=dict.fromkeys(named(OPEN_STANDARDS), "TLSA"),
    ),
    ServiceMutant(
        name="production-below-another-label",
        check="dns.municipal_name@production",
        why="The name in production has a label more than was agreed.",
        change=both(
            rehosted(f"app.meldingen.{GOOD_DOMAIN}"),
            records(HOST, "app.meldingen A 127.0.0.1\napp.meldingen AAAA ::1\n"),
        ),
        fail="dns.municipal_name@production",
    ),
    ServiceMutant(
        name="acceptance-without-its-label",
        check="dns.municipal_name@acceptance",
        why="The name of acceptance lacks the label that was agreed.",
        of="supplier",
        change=both(
            rehosted(f"meldingen-accp.{GOOD_DOMAIN}", 1),
            records(
                "meldingen.accp A 127.0.0.1\nmeldingen.accp AAAA ::1\n",
                "meldingen-accp A 127.0.0.1\nmeldingen-accp AAAA ::1\n",
            ),
        ),
        fail="dns.municipal_name@acceptance",
    ),
    ServiceMutant(
        name="other-domain",
        check="dns.municipal_name@production",
        why="The municipality's domain is another one, so rules for its names do not apply.",
        of="supplier",
        change=lambda scene: replace(scene, municipal_domain="anderegemeente.test"),
        not_applicable=(
            HOST_IN_USE,
            "dns.municipal_name@production",
            "dns.municipal_name@acceptance",
            "dns.address_records",
            "dns.no_cname",
        ),
    ),
    ServiceMutant(
        name="route-of-another-network",
        check="rpki.valid_origin",
        why="Another network may announce the addresses than the one that does.",
        change=lambda scene: replace(scene, origin=OTHER_NETWORK),
        fail=ROUTES,
    ),
    ServiceMutant(
        name="route-of-nobody",
        check="rpki.valid_origin",
        why="Nothing says who may announce the addresses.",
        change=lambda scene: replace(scene, origin=None),
        fail=ROUTES,
    ),
    ServiceMutant(
        name="alias-by-dname",
        check="dns.no_cname",
        why="Everything below a name is an alias, this host too.",
        change=both(
            rehosted(f"meldingen.oud.{GOOD_DOMAIN}"),
            records(HOST, "oud DNAME nieuw\nmeldingen.nieuw A 127.0.0.1\nmeldingen.nieuw AAAA ::1\n"),
        ),
        fail=(NAMES, "dns.municipal_name@production"),
    ),
    ServiceMutant(
        name="plain-http-closed-over-ipv6",
        check="endpoint.ipv6_and_ipv4",
        why="Over IPv6 a port is closed that is open over IPv4.",
        change=over_ipv6(service(http_port=0)),
        fail=(IPV6, OPEN_STANDARDS),
    ),
    ServiceMutant(
        name="wildcard-in-the-zone",
        check="dns.dnssec",
        why="A name that a wildcard stands for is as secure as another: no verdict changes.",
        change=records(HOST, "* A 127.0.0.1\n* AAAA ::1\n"),
    ),
)
