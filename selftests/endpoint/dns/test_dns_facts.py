"""What is collected about names: every outcome explicit, bounded, and the same after a round trip."""

import shlex
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from toetskader.collect.endpoint.dns import Addresses, Dns
from toetskader.core.failure import Reason
from toetskader.facts.attempt import NotSeen
from toetskader.facts.endpoint.dns import DnsFacts, Outcome, ProbeOutcome
from toetskader.facts.endpoint.dnssec import DnssecFacts
from toetskader.laboratory.dns import DnsLaboratory, LabZone

ZONES = (
    LabZone(
        "full.test",
        'www A 192.0.2.1\nwww AAAA 2001:db8::1\n@ CAA 0 issue "ca.example"\n@ CAA 128 iodef "mailto:a@b.nl"\n'
        "_8443._tcp.www TLSA 3 1 1 " + "ab" * 32 + "\nonly4 A 192.0.2.2\n"
        "a CNAME b\nb CNAME www\nloop CNAME round\nround CNAME loop\n"
        'deep.down A 192.0.2.3\nown A 192.0.2.4\nown CAA 0 ISSUE "bär\\000d"\n'
        "out CNAME www.elsewhere.test.\n",
    ),
    LabZone("elsewhere.test", "www A 192.0.2.9\n"),
    LabZone("many.test", "\n".join(f"www A 127.0.{number // 250}.{number % 250 + 1}" for number in range(500))),
    LabZone("lame.test", "www A 192.0.2.1\n"),
    LabZone(
        "servers.test",
        "www A 192.0.2.1\n",
        name_servers="@ NS ns1\n@ NS ns2\n@ NS ns3\nns1 AAAA ::1\nns2 A 127.0.0.2\nns3 AAAA ::1\nns3 A 127.0.0.1\n",
    ),
)


@pytest.fixture(scope="module")
def served() -> Iterator[DnsLaboratory]:
    with DnsLaboratory(ZONES, lame=["lame.test"]) as running:
        yield running


@pytest.fixture(scope="module")
def asking(served: DnsLaboratory) -> Dns:
    return Dns(served.resolver, name_server_port=served.port, trust_anchors=served.trust_anchor_file, timeout_s=2)


def collected(asking: Dns, host: str, *, port: int = 443, allow_private: bool = True) -> DnsFacts:
    found = asking.collect(host, port, allow_private=allow_private)
    assert isinstance(found, DnsFacts), found
    return found


def test_everything_about_a_host(asking: Dns) -> None:
    found = collected(asking, "www.full.test", port=8443)

    assert found.a.addresses == ("192.0.2.1",)
    assert found.aaaa.addresses == ("2001:db8::1",)
    assert (found.a.outcome, found.a.records[0].ttl) == (Outcome.RECORDS, 300)
    assert found.aliases == ()
    assert (found.zone, found.soa.record.primary) == ("full.test", "ns1.full.test")
    assert [server.name for server in found.name_servers.servers] == ["ns1.full.test", "ns2.full.test"]
    assert (found.caa.name, found.caa.climbed) == ("full.test", ("www.full.test", "full.test"))
    assert {(item.flags, item.tag, item.value) for item in found.caa.records} == {
        (0, "issue", "ca.example"),
        (128, "iodef", "mailto:a@b.nl"),
    }
    assert (found.tlsa.name, found.tlsa.records[0].data) == ("_8443._tcp.www.full.test", "ab" * 32)
    assert found.owners()["192.0.2.1"] == ("www.full.test",)
    assert found.owners()["::1"] == ("ns1.full.test", "ns2.full.test")


def test_absence_is_told_apart(asking: Dns) -> None:
    only4 = collected(asking, "only4.full.test")
    absent = collected(asking, "nothing.full.test")

    assert (only4.aaaa.outcome, only4.aaaa.records) == (Outcome.NONE, ())
    assert (absent.a.outcome, absent.aaaa.outcome) == (Outcome.NXDOMAIN, Outcome.NXDOMAIN)
    assert absent.tlsa.outcome is Outcome.NXDOMAIN
    assert absent.zone == "full.test"


def test_aliases_are_followed_in_order(asking: Dns) -> None:
    found = collected(asking, "a.full.test")

    assert [(alias.name, alias.target) for alias in found.aliases] == [
        ("a.full.test", "b.full.test"),
        ("b.full.test", "www.full.test"),
    ]
    assert (found.canonical, found.a.addresses) == ("www.full.test", ("192.0.2.1",))


def test_the_zone_is_that_of_the_name_and_not_of_its_target(asking: Dns) -> None:
    found = collected(asking, "out.full.test")

    assert (found.zone, found.canonical) == ("full.test", "www.elsewhere.test")


def test_a_circle_of_aliases_is_a_failure_with_a_reason(asking: Dns) -> None:
    found = collected(asking, "loop.full.test")

    assert [alias.target for alias in found.aliases] == ["round.full.test", "loop.full.test"]
    assert found.alias_problem is not None
    assert "circle" in found.alias_problem.en
    assert (found.a.outcome, found.aaaa.outcome) == (Outcome.FAILED, Outcome.FAILED)


def test_hundreds_of_addresses_are_cut_and_counted(asking: Dns) -> None:
    found = collected(asking, "www.many.test")

    assert len(found.a.records) + found.a.left_out == 500
    assert len(found.a.records) == 64


def test_caa_is_climbed_to_and_its_bytes_are_escaped(asking: Dns) -> None:
    own = collected(asking, "own.full.test").caa
    deep = collected(asking, "deep.down.full.test").caa
    none = collected(asking, "www.elsewhere.test").caa

    assert [(item.tag, item.value) for item in own.records] == [("issue", "b\\195\\164r\\000d")]
    assert (deep.name, deep.climbed) == ("full.test", ("deep.down.full.test", "down.full.test", "full.test"))
    assert (none.outcome, none.climbed) == (Outcome.NONE, ("www.elsewhere.test", "elsewhere.test", "test"))


def test_name_servers_are_asked_themselves(asking: Dns) -> None:
    found = {server.name: server for server in collected(asking, "www.servers.test").name_servers.servers}

    assert found["ns1.servers.test"].a.outcome is Outcome.NONE
    assert [probe.outcome for probe in found["ns1.servers.test"].over_ipv6] == [ProbeOutcome.AUTHORITATIVE]
    silent = found["ns2.servers.test"].probes[0]
    assert silent.outcome is ProbeOutcome.UNREACHABLE
    assert silent.reason is not None
    assert "127.0.0.2" in silent.reason.en


def test_a_server_that_does_not_know_the_zone_is_not_its_server(asking: Dns) -> None:
    probes = [probe for server in collected(asking, "www.lame.test").name_servers.servers for probe in server.probes]

    assert {probe.outcome for probe in probes} == {ProbeOutcome.NOT_AUTHORITATIVE}
    assert all(probe.reason and "REFUSED" in probe.reason.en for probe in probes)


def test_private_name_servers_are_left_alone_in_an_audit_from_outside(served: DnsLaboratory, asking: Dns) -> None:
    before = len(served.asked)
    found = collected(asking, "www.full.test", allow_private=False)
    probes = [probe for server in found.name_servers.servers for probe in server.probes]

    assert {probe.outcome for probe in probes} == {ProbeOutcome.PRIVATE}
    assert ("full.test", "SOA") not in served.asked[before:]


def test_a_run_asks_each_question_once(served: DnsLaboratory) -> None:
    asking = Dns(served.resolver, name_server_port=served.port, trust_anchors=served.trust_anchor_file)
    before = len(served.asked)
    for host in ("www.full.test", "www.full.test", "only4.full.test"):
        collected(asking, host)
        assert isinstance(asking.validate(host, 443), DnssecFacts)
    asked = served.asked[before:]

    # The name servers' four addresses are asked for the SOA record besides the resolver.
    assert max(asked.count(question) for question in set(asked) - {("full.test", "SOA")}) == 1
    assert asked.count(("full.test", "SOA")) <= 5


def test_addresses_alone(asking: Dns) -> None:
    found = asking.addresses("a.full.test")

    assert isinstance(found, Addresses)
    assert found.all == ("192.0.2.1", "2001:db8::1")


def test_facts_survive_a_round_trip(asking: Dns) -> None:
    for fact, kind in (
        (asking.collect("a.full.test", 443, allow_private=True), DnsFacts),
        (asking.validate("a.full.test", 443), DnssecFacts),
    ):
        assert msgspec.json.decode(msgspec.json.encode(fact), type=kind) == fact


def test_commands_can_be_repeated(served: DnsLaboratory, asking: Dns) -> None:
    found = collected(asking, "www.full.test")

    assert shlex.split(found.commands[0]) == [
        "dig", "@127.0.0.1", "-p", str(served.port), "+dnssec", "www.full.test", "A",
    ]  # fmt: skip
    asked = [" ".join(shlex.split(command)[-2:]) for command in found.commands]
    assert {"www.full.test CAA", "full.test CAA", "full.test NS", "ns1.full.test AAAA"} <= set(asked)
    assert len(set(found.commands)) == len(found.commands)


@pytest.mark.parametrize("resolver", ["nonsense", "tls://", "https://", "1.2.3", "192.0.2.1:dns", "host.example:53"])
def test_a_resolver_that_is_none_is_refused_with_an_example(resolver: str) -> None:
    found = Dns(resolver).collect("www.full.test", 443)

    assert isinstance(found, NotSeen)
    assert found.reason is Reason.REFUSED_INPUT
    assert "192.0.2.1" in found.message.en


def test_trust_anchors_that_cannot_be_read_stop_validation_only(served: DnsLaboratory, tmp_path: Path) -> None:
    wrong = tmp_path / "anchors"
    wrong.write_text("no anchors\n")
    asking = Dns(served.resolver, name_server_port=served.port, trust_anchors=wrong)

    assert isinstance(asking.addresses("www.full.test"), Addresses)
    found = asking.validate("www.full.test", 443)
    assert isinstance(found, NotSeen)
    assert "anchors" in found.message.en
