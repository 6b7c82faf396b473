"""Mutants of names and routes."""

from dataclasses import replace

from service_mutations import (
    DNSSEC,
    IPV6,
    OPEN_STANDARDS,
    ServiceMutant,
    both,
    further_zone,
    ids,
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
NAMES = "TA-5.1m-03 TA-5.1m-04"
SIGNED = ids(DNSSEC, OPEN_STANDARDS)
ROUTES = ids("SLA-11.2-12", OPEN_STANDARDS)


def flawed(flaw: Flaw, why: str) -> ServiceMutant:
    """Return a mutant whose zone has something wrong with its signatures."""
    return ServiceMutant(
        name=f"zone-{flaw.value.replace('_', '-')}",
        requirement="SLA-11.2-02",
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
        requirement="TA-5.1c-05",
        why="The zone is signed, and nothing leads to its keys.",
        change=further_zone("test", "", flaw=Flaw.UNSIGNED),
        fail=SIGNED,
    ),
    ServiceMutant(
        name="alias-in-the-zone",
        requirement="TA-5.1m-04",
        why="The name is an alias of another one in the zone.",
        change=records(HOST, "meldingen CNAME hosting\nhosting A 127.0.0.1\nhosting AAAA ::1\n"),
        fail=NAMES,
    ),
    ServiceMutant(
        name="alias-to-an-unsigned-zone",
        requirement="SLA-11.2-02",
        why="The name is signed, and the zone that its alias leads to is not.",
        change=both(
            records(HOST, "meldingen CNAME klant.hosting.example.\n"),
            further_zone("hosting.example", "klant A 127.0.0.1\nklant AAAA ::1\n", flaw=Flaw.UNSIGNED),
        ),
        fail=ids(SIGNED, NAMES),
    ),
    ServiceMutant(
        name="alias-to-a-bogus-zone",
        requirement="TA-5.1c-05",
        why="The name is signed, and the zone that its alias leads to has expired signatures.",
        change=both(
            records(HOST, "meldingen CNAME klant.hosting.example.\n"),
            further_zone("hosting.example", "klant A 127.0.0.1\nklant AAAA ::1\n", flaw=Flaw.EXPIRED),
        ),
        fail=ids(SIGNED, NAMES),
    ),
    ServiceMutant(
        name="no-ipv6",
        requirement="SLA-11.2-04",
        why="The host has no IPv6 address.",
        change=records(HOST, "meldingen A 127.0.0.1\n"),
        fail=ids(IPV6, OPEN_STANDARDS, "TA-5.1m-03"),
    ),
    ServiceMutant(
        name="no-ipv4",
        requirement="TA-5.1m-03",
        why="The host has no IPv4 address, so that half of the world cannot reach it.",
        change=records(HOST, "meldingen AAAA ::1\n"),
        fail=ids(IPV6, OPEN_STANDARDS, "TA-5.1m-03"),
    ),
    ServiceMutant(
        name="port-closed-over-ipv6",
        requirement="TA-2.2.1-05",
        why="There is an IPv6 address, and nobody listens on it.",
        change=service(addresses=("127.0.0.1",)),
        fail=ids(IPV6, OPEN_STANDARDS, "SLA-11.2-03 TA-5.1c-04 NERDS-2-12 SLA-10.1-21 NERDS-6-01"),
        undetermined=(
            "DDC-1.4-03 SLA-4-03 SLA-4-10 SLA-4-15 SLA-7.2.4-01 SLA-10.1-13 SLA-10.1-17 SLA-10.1-18 SLA-11.2-13 "
            "SLA-11.2-14 SLA-12-05 SLA-13.1-06 TA-5.1a-01 TA-5.1a-03 TA-5.1a-04 TA-5.1c-01 TA-5.1c-02 TA-5.1d-01 "
            "TA-5.1d-02 TA-5.1e-01 TA-5.1e-02"
        ),
    ),
    ServiceMutant(
        name="name-servers-without-ipv6",
        requirement="TA-5.1c-03",
        why="The zone's name servers cannot be asked over IPv6.",
        change=zone(name_servers="@ NS ns1\n@ NS ns2\nns1 A 127.0.0.1\nns2 A 127.0.0.1\n"),
        fail=ids(IPV6, OPEN_STANDARDS),
    ),
    ServiceMutant(
        name="one-name-server-with-ipv6",
        requirement="NERDS-5-07",
        why="Only one of the zone's name servers can be asked over IPv6.",
        change=zone(name_servers="@ NS ns1\n@ NS ns2\nns1 A 127.0.0.1\nns1 AAAA ::1\nns2 A 127.0.0.1\n"),
        fail=ids(IPV6, OPEN_STANDARDS),
    ),
    ServiceMutant(
        name="no-caa",
        requirement="TA-5.1c-03",
        why="Anybody may issue certificates, which warns.",
        change=lambda scene: zone(
            records="".join(line for line in scene.zones[0].records.splitlines(True) if " CAA " not in line)
        )(scene),
        remarks=dict.fromkeys(OPEN_STANDARDS.split(), "CAA"),
    ),
    ServiceMutant(
        name="caa-without-issuer",
        requirement="TA-5.1c-03",
        why="CAA names nobody who may issue, which warns.",
        change=records('@ CAA 0 issue "ca.example"\n', ""),
        remarks=dict.fromkeys(OPEN_STANDARDS.split(), "CAA"),
    ),
    ServiceMutant(
        name="tlsa-of-another-certificate",
        requirement="TA-5.1c-03",
        why="A TLSA record that does not match informs.",
        change=lambda scene: records(HOST, f"{HOST}_{scene.services[0].port}._tcp.meldingen TLSA 3 1 1 {'ab' * 32}\n")(
            scene
        ),
        remarks=dict.fromkeys(OPEN_STANDARDS.split(), "TLSA"),
    ),
    ServiceMutant(
        name="production-below-another-label",
        requirement="TA-5.1m-01",
        why="The name in production has a label more than was agreed.",
        change=both(
            rehosted(f"app.meldingen.{GOOD_DOMAIN}"),
            records(HOST, "app.meldingen A 127.0.0.1\napp.meldingen AAAA ::1\n"),
        ),
        fail="TA-5.1m-01",
    ),
    ServiceMutant(
        name="acceptance-without-its-label",
        requirement="TA-5.1m-02",
        why="The name of acceptance lacks the label that was agreed.",
        of="supplier",
        change=both(
            rehosted(f"meldingen-accp.{GOOD_DOMAIN}", 1),
            records(
                "meldingen.accp A 127.0.0.1\nmeldingen.accp AAAA ::1\n",
                "meldingen-accp A 127.0.0.1\nmeldingen-accp AAAA ::1\n",
            ),
        ),
        fail="TA-5.1m-02",
    ),
    ServiceMutant(
        name="other-domain",
        requirement="TA-5.1m-01",
        why="The municipality's domain is another one, so rules for its names do not apply.",
        of="supplier",
        change=lambda scene: replace(scene, municipal_domain="anderegemeente.test"),
        not_applicable="TA-5.1m-01 TA-5.1m-02 TA-5.1m-03 TA-5.1m-04",
    ),
    ServiceMutant(
        name="route-of-another-network",
        requirement="SLA-11.2-12",
        why="Another network may announce the addresses than the one that does.",
        change=lambda scene: replace(scene, origin=OTHER_NETWORK),
        fail=ROUTES,
    ),
    ServiceMutant(
        name="route-of-nobody",
        requirement="SLA-11.2-12",
        why="Nothing says who may announce the addresses.",
        change=lambda scene: replace(scene, origin=None),
        fail=ROUTES,
    ),
    ServiceMutant(
        name="alias-by-dname",
        requirement="TA-5.1m-04",
        why="Everything below a name is an alias, this host too.",
        change=both(
            rehosted(f"meldingen.oud.{GOOD_DOMAIN}"),
            records(HOST, "oud DNAME nieuw\nmeldingen.nieuw A 127.0.0.1\nmeldingen.nieuw AAAA ::1\n"),
        ),
        fail=ids(NAMES, "TA-5.1m-01"),
    ),
    ServiceMutant(
        name="plain-http-closed-over-ipv6",
        requirement="SLA-11.2-04",
        why="Over IPv6 a port is closed that is open over IPv4.",
        change=over_ipv6(service(http_port=0)),
        fail=ids(IPV6, OPEN_STANDARDS),
    ),
    ServiceMutant(
        name="wildcard-in-the-zone",
        requirement="SLA-11.2-02",
        why="A name that a wildcard stands for is as secure as another: no verdict changes.",
        change=records(HOST, "* A 127.0.0.1\n* AAAA ::1\n"),
    ),
)
