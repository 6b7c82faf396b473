"""Judgements on names, on what the laboratory shows and on changes of it."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from judging_dns import ENDPOINT, judge_dns, strengths

from toetskader.collect.endpoint.dns import Dns
from toetskader.core.failure import Reason
from toetskader.facts.attempt import NotSeen, Provenance
from toetskader.facts.endpoint.certificates import Certificate, Chain, Trust
from toetskader.facts.endpoint.dns import (
    AddressLookup,
    AddressRecord,
    Alias,
    DnsFacts,
    NameServerLookup,
    Outcome,
    Probe,
    ProbeOutcome,
    TlsaLookup,
    TlsaRecord,
)
from toetskader.facts.endpoint.dnssec import DnssecFacts, Status
from toetskader.facts.endpoint.http import AddressHttp, Answer, FileAnswer, How, HttpFacts, Unanswered
from toetskader.judging.combining import Judged
from toetskader.results import Verdict
from toetskader.text import Text

PASS, FAIL, UNDETERMINED, NOT_APPLICABLE = (
    Verdict.PASS,
    Verdict.FAIL,
    Verdict.UNDETERMINED,
    Verdict.NOT_APPLICABLE,
)
replace = msgspec.structs.replace
WHY = Text("SERVFAIL", "SERVFAIL")


def names(collector: Dns, host: str = "www.good.test") -> DnsFacts:
    found = collector.collect(host, 443, allow_private=True)
    assert isinstance(found, DnsFacts)
    return found


def signatures(collector: Dns, host: str) -> DnssecFacts:
    found = collector.validate(host, 443)
    assert isinstance(found, DnssecFacts)
    return found


@pytest.mark.parametrize(
    ("host", "verdict", "said"),
    [
        ("www.good.test", PASS, ""),
        ("www.good3.test", PASS, ""),
        ("www.rollover.test", PASS, ""),
        ("only4.good.test", PASS, ""),
        ("farther.alias.test", PASS, ""),
        ("www.unsigned.test", FAIL, "opt_out"),
        ("www.unsigned.nsec.test", FAIL, "unsigned_delegation"),
        ("www.unknown.test", FAIL, "unsupported_algorithm"),
        ("www.expired.test", FAIL, "bogus, expired"),
        ("www.later.test", FAIL, "bogus, not_yet_valid"),
        ("www.wrong-ds.test", FAIL, "bogus, no_matching_ds"),
        ("www.no-key.test", FAIL, "bogus, missing_dnskey"),
        ("www.no-rrsig.test", FAIL, "bogus, missing_rrsig"),
        ("www.bad-signature.test", FAIL, "bogus, signature_invalid"),
        ("bogus.alias.test", FAIL, "bogus, expired"),
        ("insecure.alias.test", FAIL, "opt_out"),
        ("www.unsigned-alias.test", FAIL, "opt_out"),
        ("nothing.good.test", UNDETERMINED, "no addresses"),
        ("loop.alias.test", UNDETERMINED, "do not end"),
    ],
)
def test_dnssec(collector: Dns, host: str, verdict: Verdict, said: str) -> None:
    judged = judge_dns("dns.dnssec", dnssec=signatures(collector, host))

    assert judged.verdict is verdict, judged
    texts = [item.seen.en for item in judged.findings] + ([judged.reason.en] if judged.reason else [])
    assert not said or any(said in text for text in texts), texts
    assert all(item.command.startswith("drill -S -k ") for item in judged.findings)


def test_dnssec_of_an_alias_names_the_name_that_is_not_signed(collector: Dns) -> None:
    judged = judge_dns("dns.dnssec", dnssec=signatures(collector, "bogus.alias.test"))

    assert {item.where for item in judged.findings} == {"www.expired.test"}


def test_dnssec_that_could_not_be_seen_is_undetermined(collector: Dns) -> None:
    found = signatures(collector, "www.good.test")
    first, *rest = found.validations
    unseen = replace(found, validations=(replace(first, status=Status.INDETERMINATE, sentence=WHY), *rest))

    assert judge_dns("dns.dnssec", dnssec=unseen).verdict is UNDETERMINED


def with_servers(facts: DnsFacts, **changes: Any) -> DnsFacts:
    """Facts in which the second name server is as given."""
    first, second = facts.name_servers.servers
    servers = (first, replace(second, **changes))
    return replace(facts, name_servers=replace(facts.name_servers, servers=servers))


def over_ipv6(address: str, outcome: ProbeOutcome) -> dict[str, Any]:
    lookup = AddressLookup(
        name="ns2.good.test", type="AAAA", outcome=Outcome.RECORDS, records=(AddressRecord(address=address, ttl=1),)
    )
    return {"aaaa": lookup, "probes": (Probe(address=address, outcome=outcome, reason=WHY),)}


NO_AAAA = {"aaaa": AddressLookup(name="ns2.good.test", type="AAAA", outcome=Outcome.NONE), "probes": ()}
FAILED_AAAA = {
    "aaaa": AddressLookup(name="ns2.good.test", type="AAAA", outcome=Outcome.FAILED, reason=WHY),
    "probes": (),
}


@pytest.mark.parametrize(
    ("changes", "ipv6", "verdict"),
    [
        ({}, "none", PASS),
        (NO_AAAA, "global", FAIL),
        (FAILED_AAAA, "global", UNDETERMINED),
        (over_ipv6("2a00::1", ProbeOutcome.UNREACHABLE), "global", FAIL),
        (over_ipv6("2a00::1", ProbeOutcome.UNREACHABLE), "local", UNDETERMINED),
        (over_ipv6("2a00::1", ProbeOutcome.NOT_ASKED), "none", UNDETERMINED),
        (over_ipv6("2a00::1", ProbeOutcome.NOT_AUTHORITATIVE), "local", FAIL),
        (over_ipv6("fd00::1", ProbeOutcome.PRIVATE), "global", FAIL),
        (over_ipv6("::1", ProbeOutcome.UNREACHABLE), "none", FAIL),
    ],
)
def test_name_servers_over_ipv6(collector: Dns, changes: dict[str, Any], ipv6: str, verdict: Verdict) -> None:
    facts = replace(names(collector), ipv6_here=ipv6)
    judged = judge_dns("dns.name_servers_ipv6", dns=with_servers(facts, **changes) if changes else facts)

    assert judged.verdict is verdict, judged
    if verdict is FAIL:
        assert [item.where for item in judged.findings] == ["ns2.good.test"]
        assert judged.findings[0].command.startswith("dig ")


def test_name_servers_that_could_not_be_asked_for(collector: Dns) -> None:
    unknown = NameServerLookup(name="good.test", type="NS", outcome=Outcome.FAILED, reason=WHY)
    alone = replace(names(collector).name_servers, servers=names(collector).name_servers.servers[:1])

    assert (
        judge_dns("dns.name_servers_ipv6", dns=replace(names(collector), name_servers=unknown)).verdict is UNDETERMINED
    )
    assert judge_dns("dns.name_servers_ipv6", dns=replace(names(collector), name_servers=alone)).verdict is FAIL


MUNICIPAL = replace(ENDPOINT, municipal_domain="good.test")
SEEN = Provenance(at=datetime(2026, 1, 1, tzinfo=UTC), by="test", source="test")
ANSWER = Answer(url="https://www.good.test/", status=200, protocol="HTTP/1.1")


def silent(how: How = How.TIMED_OUT) -> Unanswered:
    return Unanswered(url="https://www.good.test/", how=how, message=WHY)


def connected(how: How) -> Unanswered:
    """A port that takes the connection."""
    return replace(silent(how), connected=True)


def web(**answers: tuple[Any, Any]) -> HttpFacts:
    """HTTP facts: plain and https of an IPv4 and an IPv6 address."""
    addresses = tuple(
        AddressHttp(
            address="127.0.0.1" if version == "v4" else "::1",
            plain=plain,
            first=first,
            error=first,
            security_txt=FileAnswer(exchange=first),
        )
        for version, (plain, first) in answers.items()
    )
    return HttpFacts(host="www.good.test", port=443, http_port=80, path="/", addresses=addresses, provenance=SEEN)


@pytest.mark.parametrize(
    ("v4", "v6", "verdict"),
    [
        ((ANSWER, ANSWER), (ANSWER, ANSWER), PASS),
        ((silent(How.REFUSED), ANSWER), (silent(How.REFUSED), ANSWER), PASS),
        ((silent(How.REFUSED), ANSWER), (ANSWER, ANSWER), PASS),
        ((ANSWER, ANSWER), (ANSWER, silent()), FAIL),
        ((ANSWER, ANSWER), (silent(How.REFUSED), ANSWER), FAIL),
        ((ANSWER, ANSWER), (ANSWER, silent(How.NOT_ASKED)), UNDETERMINED),
        ((ANSWER, ANSWER), (ANSWER, connected(How.TIMED_OUT)), FAIL),
        ((ANSWER, ANSWER), (ANSWER, connected(How.RESET)), FAIL),
        ((ANSWER, ANSWER), (connected(How.TIMED_OUT), ANSWER), FAIL),
        ((ANSWER, ANSWER), (ANSWER, connected(How.CLIENT_CERTIFICATE)), PASS),
        ((ANSWER, ANSWER), (ANSWER, connected(How.TLS)), FAIL),
        ((ANSWER, ANSWER), (ANSWER, connected(How.PROTOCOL)), FAIL),
        ((ANSWER, connected(How.TLS)), (ANSWER, ANSWER), FAIL),
        ((ANSWER, ANSWER), (connected(How.PROTOCOL), ANSWER), PASS),
        ((ANSWER, connected(How.TLS)), (ANSWER, connected(How.TLS)), PASS),
        ((silent(), connected(How.TIMED_OUT)), (silent(), connected(How.TIMED_OUT)), UNDETERMINED),
        ((silent(How.REFUSED), silent(How.REFUSED)), (ANSWER, ANSWER), FAIL),
        ((ANSWER, connected(How.TIMED_OUT)), (ANSWER, ANSWER), FAIL),
        ((ANSWER, connected(How.RESET)), (ANSWER, ANSWER), FAIL),
        ((ANSWER, silent(How.UNREACHABLE)), (ANSWER, ANSWER), UNDETERMINED),
        ((ANSWER, silent(How.KEPT_OFF)), (ANSWER, ANSWER), UNDETERMINED),
        ((ANSWER, ANSWER), (ANSWER, silent(How.KEPT_OFF)), UNDETERMINED),
        ((silent(How.REFUSED), connected(How.TLS)), (silent(How.REFUSED), connected(How.CLIENT_CERTIFICATE)), PASS),
    ],
)
def test_ipv6_is_reachable_where_ipv4_is(collector: Dns, v4: Any, v6: Any, verdict: Verdict) -> None:
    judged = judge_dns("dns.ipv6_and_ipv4", dns=names(collector), http=web(v4=v4, v6=v6), tls=not_seen("tls"))

    assert judged.verdict is verdict, judged
    for item in judged.findings:
        scheme = "http" if item.where.endswith(":80)") else "https"
        assert item.command.endswith(f"{scheme}://www.good.test/")


def records(type_: str, *addresses: str) -> AddressLookup:
    found = tuple(AddressRecord(address=address, ttl=60) for address in addresses)
    return AddressLookup(name="www.good.test", type=type_, outcome=Outcome.RECORDS, records=found)


NO_PLACES = [
    "::ffff:93.184.216.34",
    "::ffff:5db8:d822",
    "::93.184.216.34",
    "64:ff9b::5db8:d822",
    "64:ff9b:1::5db8:d822",
    "2002:5db8:d822::1",
    "2001:0:5db8:d822::1",
    "2001:db8::1",
    "3fff::1",
    "fd00::1",
    "fe80::1",
    "ff02::1",
    "100::1",
    "::1",
    "::",
]


@pytest.mark.parametrize("address", NO_PLACES)
@pytest.mark.parametrize("check", ["dns.ipv6_and_ipv4", "dns.address_records"])
def test_an_aaaa_record_proves_ipv6_only_with_an_address_of_its_own(collector: Dns, check: str, address: str) -> None:
    facts = replace(names(collector), a=records("A", "93.184.216.34"), aaaa=records("AAAA", address))
    found = {"http": not_seen("http"), "tls": not_seen("tls")} if check == "dns.ipv6_and_ipv4" else {}
    judged = judge_dns(check, endpoint=MUNICIPAL, dns=facts, **found)

    assert judged.verdict is FAIL
    assert [(item.where, item.path) for item in judged.findings] == [("www.good.test", "AAAA")]
    assert address in judged.findings[0].seen.en


@pytest.mark.parametrize(
    ("a", "aaaa", "inside", "verdict"),
    [
        (("93.184.216.34",), ("2a00:1450::1",), False, UNDETERMINED),  # as nothing of HTTP was seen
        (("10.0.0.1",), ("fd00::1",), True, UNDETERMINED),
        (("10.0.0.1",), ("fd00::1",), False, UNDETERMINED),  # perhaps meant for a private network
        (("127.0.0.1",), ("::ffff:127.0.0.1",), True, FAIL),
        (("10.0.0.1",), ("64:ff9b:1::a00:1",), True, FAIL),
        (("93.184.216.34",), ("2a00:1450::1", "2002:5db8:d822::1"), False, FAIL),
        (("93.184.216.34", "192.168.0.1"), ("2a00:1450::1",), False, FAIL),
        (("192.0.2.1",), ("2a00:1450::1",), False, FAIL),
    ],
)
def test_which_addresses_count_where(
    collector: Dns, a: tuple[str, ...], aaaa: tuple[str, ...], inside: bool, verdict: Verdict
) -> None:
    facts = replace(names(collector), a=records("A", *a), aaaa=records("AAAA", *aaaa))
    judged = judge_dns(
        "dns.ipv6_and_ipv4",
        endpoint=replace(ENDPOINT, allow_private=inside),
        dns=facts,
        http=not_seen("http"),
        tls=not_seen("tls"),
    )

    assert judged.verdict is verdict, judged


def test_a_name_server_that_is_silent_over_ipv6_is_remarked_where_others_answer(collector: Dns) -> None:
    facts = replace(names(collector), ipv6_here="global")
    dead = replace(
        facts.name_servers.servers[1], name="ns3.good.test", **over_ipv6("2a00::1", ProbeOutcome.UNREACHABLE)
    )
    second = replace(facts.name_servers.servers[1], **two_addresses(facts, "2a00::2"))

    for servers, remarked in (
        ((*facts.name_servers.servers, dead), ["2a00::1"]),
        ((facts.name_servers.servers[0], second), ["2a00::2"]),
        (facts.name_servers.servers, []),
        ((*facts.name_servers.servers, replace(dead, **NO_AAAA)), []),
    ):
        many = replace(facts, name_servers=replace(facts.name_servers, servers=servers))
        judged = judge_dns("dns.name_servers_ipv6", dns=many)
        assert judged.verdict is PASS, judged
        assert [item.path for item in judged.findings] == remarked
        assert strengths(judged) <= {"recommended"}
    unseen = replace(facts, name_servers=replace(facts.name_servers, servers=(*facts.name_servers.servers, dead)))
    assert strengths(judge_dns("dns.name_servers_ipv6", dns=replace(unseen, ipv6_here="none"))) == {"optional"}


def two_addresses(facts: DnsFacts, silent_one: str) -> dict[str, Any]:
    """A name server that answers on one IPv6 address, and not on another."""
    server = facts.name_servers.servers[1]
    lookup = replace(server.aaaa, records=(*server.aaaa.records, AddressRecord(address=silent_one, ttl=1)))
    probe = Probe(address=silent_one, outcome=ProbeOutcome.UNREACHABLE, reason=WHY)
    return {"aaaa": lookup, "probes": (*server.probes, probe)}


@pytest.mark.parametrize(("answered", "verdict"), [(True, FAIL), (False, UNDETERMINED)])
def test_an_answer_over_ipv6_shows_that_this_machine_has_it(collector: Dns, answered: bool, verdict: Verdict) -> None:
    """Of two addresses one is silent; that says something where the other answered."""
    addresses = ("2a00:1450::1", "2a00:1450::2")
    facts = replace(
        names(collector), ipv6_here="local", a=records("A", "93.184.216.34"), aaaa=records("AAAA", *addresses)
    )
    (v4, v6) = web(v4=(ANSWER, ANSWER), v6=(ANSWER, ANSWER)).addresses
    dead = replace(v6, address=addresses[1], first=silent(), plain=silent())
    other = replace(v6, address=addresses[0], **({} if answered else {"first": silent(), "plain": silent()}))
    http = replace(web(v4=(ANSWER, ANSWER)), addresses=(replace(v4, address="93.184.216.34"), other, dead))

    assert judge_dns("dns.ipv6_and_ipv4", dns=facts, http=http, tls=not_seen("tls")).verdict is verdict


def not_seen(what: str) -> NotSeen:
    return NotSeen(reason=Reason.UNREACHABLE, message=Text(what, what), provenance=SEEN)


def test_a_host_without_ipv6_fails_whatever_answers(collector: Dns) -> None:
    judged = judge_dns(
        "dns.ipv6_and_ipv4", dns=names(collector, "only4.good.test"), http=not_seen("http"), tls=not_seen("tls")
    )

    assert judged.verdict is FAIL
    assert [(item.where, item.path) for item in judged.findings] == [("only4.good.test", "AAAA")]


def test_services_that_were_not_seen_leave_it_undetermined(collector: Dns) -> None:
    judged = judge_dns("dns.ipv6_and_ipv4", dns=names(collector), http=not_seen("http"), tls=not_seen("tls"))

    assert judged.verdict is UNDETERMINED


ALIAS = (Alias(name="www.good.test", target="edge.cdn.test", ttl=60),)
UNKNOWN = AddressLookup(name="www.good.test", type="AAAA", outcome=Outcome.FAILED, reason=WHY)
NO_RECORD = AddressLookup(name="www.good.test", type="AAAA", outcome=Outcome.NONE)


@pytest.mark.parametrize(
    ("check", "endpoint", "changes", "verdict"),
    [
        ("dns.address_records", MUNICIPAL, {}, PASS),
        ("dns.address_records", MUNICIPAL, {"aliases": ALIAS}, FAIL),
        ("dns.address_records", MUNICIPAL, {"aaaa": NO_RECORD}, FAIL),
        ("dns.address_records", MUNICIPAL, {"aaaa": UNKNOWN}, UNDETERMINED),
        ("dns.address_records", ENDPOINT, {"aliases": ALIAS}, NOT_APPLICABLE),
        ("dns.address_records", replace(MUNICIPAL, municipal_domain="ood.test"), {"aliases": ALIAS}, NOT_APPLICABLE),
        ("dns.no_cname", MUNICIPAL, {}, PASS),
        ("dns.no_cname", MUNICIPAL, {"aaaa": NO_RECORD}, PASS),
        ("dns.no_cname", MUNICIPAL, {"aliases": ALIAS, "aaaa": UNKNOWN}, FAIL),
        ("dns.no_cname", MUNICIPAL, {"aaaa": UNKNOWN}, UNDETERMINED),
        ("dns.no_cname", ENDPOINT, {"aliases": ALIAS}, NOT_APPLICABLE),
        ("dns.no_cname", replace(MUNICIPAL, host="good.test"), {"aliases": ALIAS}, FAIL),
    ],
)
def test_records_of_a_municipal_name(
    collector: Dns, check: str, endpoint: Any, changes: dict[str, Any], verdict: Verdict
) -> None:
    judged = judge_dns(check, endpoint=endpoint, dns=replace(names(collector), **changes))

    assert judged.verdict is verdict, judged


@pytest.mark.parametrize(
    ("host", "environment", "params", "verdict"),
    [
        ("app.stad.nl", "production", {"environment": "production"}, PASS),
        ("a.b.stad.nl", "production", {"environment": "production"}, FAIL),
        ("app.accp.stad.nl", "production", {"environment": "production"}, FAIL),
        ("stad.nl", "production", {"environment": "production"}, FAIL),
        ("app.accp.stad.nl", "acceptance", {"environment": "acceptance", "label": "accp"}, PASS),
        ("app.stad.nl", "acceptance", {"environment": "acceptance", "label": "accp"}, FAIL),
        ("app.xaccp.stad.nl", "acceptance", {"environment": "acceptance", "label": "accp"}, FAIL),
        ("accp.stad.nl", "acceptance", {"environment": "acceptance", "label": "accp"}, FAIL),
        ("app.stad.nl", "production", {"environment": "acceptance", "label": "accp"}, NOT_APPLICABLE),
        ("app.supplier.nl", "production", {"environment": "production"}, NOT_APPLICABLE),
        ("app.otherstad.nl", "production", {"environment": "production"}, NOT_APPLICABLE),
    ],
)
def test_municipal_names(host: str, environment: Any, params: dict[str, str], verdict: Verdict) -> None:
    endpoint = replace(ENDPOINT, host=host, environment=environment, municipal_domain="stad.nl")

    assert judge_dns("dns.municipal_name", endpoint=endpoint, params=params).verdict is verdict


LEAF = Certificate(sha256="ab" * 32, public_key_sha256="cd" * 32)
CHAIN = Chain(certificates=(LEAF,), seen_with=("TLS 1.3",), trust=Trust(trusted=False, store="none"))


class Tls(msgspec.Struct, frozen=True):
    """As much of TLS facts as DANE needs."""

    addresses: tuple[Any, ...]

    def where(self, address: str) -> str:
        return address


class Address(msgspec.Struct, frozen=True):
    address: str = "127.0.0.1"
    chains: tuple[Chain, ...] = (CHAIN,)
    chains_unfinished: Text | None = None
    reason: Text | None = None


def dane(collector: Dns, record: TlsaRecord | None, *, host: str = "www.good.test", chains: Any = (CHAIN,)) -> Judged:
    lookup = TlsaLookup(
        name=f"_443._tcp.{host}",
        type="TLSA",
        outcome=Outcome.RECORDS if record else Outcome.NONE,
        records=(record,) if record else (),
    )
    return judge_dns(
        "dns.dane",
        dns=replace(names(collector, host), tlsa=lookup),
        dnssec=signatures(collector, host),
        tls=Tls((Address(chains=chains),)),
    )


GOOD_TLSA = TlsaRecord(usage=3, selector=0, matching_type=1, data="ab" * 32)
BAD_TLSA = replace(GOOD_TLSA, data="cd" * 32)


def test_dane(collector: Dns) -> None:
    assert dane(collector, None).verdict is NOT_APPLICABLE
    assert (dane(collector, GOOD_TLSA).verdict, strengths(dane(collector, GOOD_TLSA))) == (PASS, set())
    assert (dane(collector, BAD_TLSA).verdict, strengths(dane(collector, BAD_TLSA))) == (PASS, {"optional"})
    assert strengths(dane(collector, GOOD_TLSA, host="www.unsigned.test")) == {"optional"}
    assert strengths(dane(collector, replace(GOOD_TLSA, usage=1))) == {"optional"}
    assert strengths(dane(collector, replace(GOOD_TLSA, usage=9))) == {"optional"}
    assert strengths(dane(collector, replace(GOOD_TLSA, selector=1, data="cd" * 32))) == set()
    assert strengths(dane(collector, replace(GOOD_TLSA, selector=1))) == {"optional"}
    assert dane(collector, GOOD_TLSA, chains=()).verdict is UNDETERMINED
