"""Resolvers and zones that mean harm: each is bounded, and ends in a reason."""

import random
import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import dns.dnssec
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import pytest
from dns.rdtypes.ANY.DNSKEY import DNSKEY
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from toetskader.collect.endpoint.dns import Dns
from toetskader.facts.attempt import NotSeen
from toetskader.facts.endpoint.dns import DnsFacts, Outcome
from toetskader.facts.endpoint.dnssec import Cause, DnssecFacts, Status
from toetskader.laboratory.dns import DnsLaboratory, LabZone

WWW = "www A 127.0.0.1\nwww AAAA ::1\n"
Meddle = Callable[[dns.message.Message, bytes], bytes | None]


@contextmanager
def meddling(meddle: Meddle, *, timeout_s: float = 0.6) -> Iterator[Dns]:
    with DnsLaboratory([LabZone("good.test", WWW)], meddle=meddle) as served:
        yield Dns(
            served.resolver,
            name_server_port=served.port,
            trust_anchors=served.trust_anchor_file,
            timeout_s=timeout_s,
        )


def other_id(_: dns.message.Message, wire: bytes) -> bytes:
    return bytes([wire[0] ^ 0xFF]) + wire[1:]


def other_question(query: dns.message.Message, _: bytes) -> bytes:
    asked = dns.message.make_query("www.evil.test.", query.question[0].rdtype, id=query.id)
    answer = dns.message.make_response(asked, recursion_available=True)
    answer.answer.append(dns.rrset.from_text("www.evil.test.", 1, "IN", "A", "192.0.2.66"))
    return answer.to_wire()


def garbage(_: dns.message.Message, wire: bytes) -> bytes:
    return secrets.token_bytes(len(wire))


def half(_: dns.message.Message, wire: bytes) -> bytes:
    return wire[: len(wire) // 2]


def silence(_: dns.message.Message, __: bytes) -> None:
    return None


def no_question(query: dns.message.Message, _: bytes) -> bytes:
    return dns.message.Message(query.id).to_wire()


def servfail(query: dns.message.Message, _: bytes) -> bytes:
    answer = dns.message.make_response(query, recursion_available=True)
    answer.set_rcode(dns.rcode.SERVFAIL)
    return answer.to_wire()


def not_recursive(query: dns.message.Message, _: bytes) -> bytes:
    return dns.message.make_response(query).to_wire()


@pytest.mark.parametrize(
    "meddle", [other_id, other_question, garbage, half, silence, no_question, servfail, not_recursive]
)
def test_an_answer_that_does_not_fit_is_no_answer(meddle: Meddle) -> None:
    with meddling(meddle) as asking:
        for attempt in (
            asking.collect("www.good.test", 443, allow_private=True),
            asking.validate("www.good.test", 443),
            asking.addresses("www.good.test"),
        ):
            assert isinstance(attempt, NotSeen), attempt
            assert "127.0.0.1" in attempt.message.en


def test_a_silent_resolver_is_asked_for_one_name_only() -> None:
    asked: set[str] = set()

    def counted(query: dns.message.Message, _: bytes) -> None:
        asked.add(query.question[0].name.to_text())

    with meddling(counted, timeout_s=1) as asking:
        for number in range(20):
            assert isinstance(asking.collect(f"www{number}.good.test", 443), NotSeen)
            assert isinstance(asking.validate(f"www{number}.good.test", 443), NotSeen)

    assert {name for name in asked if name.startswith("www")} == {"www0.good.test."}


def test_a_resolver_that_strips_signatures_is_not_held_against_the_zone() -> None:
    def stripped(query: dns.message.Message, wire: bytes) -> bytes:
        answer = dns.message.from_wire(wire)
        for section in (answer.answer, answer.authority):
            kept = [x for x in section if x.rdtype not in (dns.rdatatype.RRSIG, dns.rdatatype.NSEC)]
            section[:] = kept
        return answer.to_wire()

    with meddling(stripped, timeout_s=3) as asking:
        found = asking.validate("www.good.test", 443)

    assert isinstance(found, DnssecFacts)
    assert {item.status for item in found.validations} == {Status.INDETERMINATE}
    assert all("trust anchor" in item.sentence.en for item in found.addresses())


def test_a_changed_address_is_bogus() -> None:
    def changed(query: dns.message.Message, wire: bytes) -> bytes:
        return wire.replace(bytes([127, 0, 0, 1]), bytes([192, 0, 2, 66]))

    with meddling(changed, timeout_s=3) as asking:
        found = asking.validate("www.good.test", 443)

    assert isinstance(found, DnssecFacts)
    assert [(item.status, item.cause) for item in found.validations if item.type == "A"] == [
        (Status.BOGUS, Cause.SIGNATURE_INVALID)
    ]


def test_denying_that_a_zone_is_signed_takes_a_proof() -> None:
    def denied(query: dns.message.Message, wire: bytes) -> bytes:
        answer = dns.message.from_wire(wire)
        if query.question[0].rdtype == dns.rdatatype.DS and len(query.question[0].name) > 2:
            answer.answer.clear()
        if query.question[0].name.to_text().endswith("good.test."):
            answer.answer[:] = [x for x in answer.answer if x.rdtype != dns.rdatatype.RRSIG]
        return answer.to_wire()

    with meddling(denied, timeout_s=3) as asking:
        found = asking.validate("www.good.test", 443)

    assert isinstance(found, DnssecFacts)
    assert {item.status for item in found.addresses()} == {Status.BOGUS}


def colliding_keys(like: DNSKEY, count: int) -> list[DNSKEY]:
    """Keys with the tag of another: the tag is a sum of words, whatever their order."""
    words = [like.key[start : start + 2] for start in range(0, len(like.key), 2)]
    return [like.replace(key=b"".join(random.Random(seed).sample(words, len(words)))) for seed in range(count)]


def test_colliding_keys_and_heaps_of_signatures_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """CVE-2023-50387: n signatures times m keys of the same tag."""
    tried = 0
    real = dns.dnssec.validate_rrsig

    def counted(*given: object, **more: object) -> None:
        nonlocal tried
        tried += 1
        real(*given, **more)  # type: ignore[arg-type]

    laboratory = DnsLaboratory([LabZone("trap.test", WWW)])
    zone = laboratory.zones[dns.name.from_text("trap.test.")]
    keys = zone.rrsets[zone.name, dns.rdatatype.DNSKEY]
    true_key = keys[0]
    traps = colliding_keys(true_key, 60)
    www = dns.name.from_text("www.trap.test.")
    for type_ in (dns.rdatatype.A, dns.rdatatype.AAAA):
        signatures = zone.signatures[www, type_]
        false = [signatures[0].replace(signature=secrets.token_bytes(64)) for _ in range(60)]
        zone.signatures[www, type_] = dns.rrset.from_rdata_list(www, 300, false)
    signature = zone.signatures[zone.name, dns.rdatatype.DNSKEY]
    zone.rrsets[zone.name, dns.rdatatype.DNSKEY] = dns.rrset.from_rdata_list(zone.name, 300, [*traps, true_key])
    false = [signature[0].replace(signature=secrets.token_bytes(64)) for _ in range(60)]
    zone.signatures[zone.name, dns.rdatatype.DNSKEY] = dns.rrset.from_rdata_list(zone.name, 300, false)
    with laboratory as served:
        asking = Dns(served.resolver, name_server_port=served.port, trust_anchors=served.trust_anchor_file)
        monkeypatch.setattr(dns.dnssec, "validate_rrsig", counted)
        found = asking.validate("www.trap.test", 443)

    assert isinstance(found, DnssecFacts)
    assert {(item.status, item.cause) for item in found.addresses()} == {(Status.BOGUS, Cause.TOO_MUCH_WORK)}
    assert 0 < tried < 400


def test_many_keys_of_one_tag_are_not_all_tried() -> None:
    laboratory = DnsLaboratory([LabZone("trap.test", WWW)])
    zone = laboratory.zones[dns.name.from_text("trap.test.")]
    www = dns.name.from_text("www.trap.test.")
    signatures = zone.signatures[www, dns.rdatatype.A]
    zone.signatures[www, dns.rdatatype.A] = dns.rrset.from_rdata_list(
        www, 300, [signatures[0].replace(signature=secrets.token_bytes(64)) for _ in range(40)]
    )
    with laboratory as served:
        found = Dns(served.resolver, name_server_port=served.port, trust_anchors=served.trust_anchor_file).validate(
            "www.trap.test", 443
        )

    assert isinstance(found, DnssecFacts)
    assert {item.type: (item.status, item.cause) for item in found.addresses()} == {
        "A": (Status.BOGUS, Cause.TOO_MUCH_WORK),
        "AAAA": (Status.SECURE, None),
    }


def test_a_tcp_server_that_stalls_costs_one_deadline() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    held = []

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
                held.append(connection)
                connection.sendall(b"\x02")  # half of a length, and no more
            except OSError:
                return

    threading.Thread(target=accept, daemon=True).start()
    found = Dns(f"127.0.0.1:{listener.getsockname()[1]}", timeout_s=1).collect("www.good.test", 443)
    listener.close()

    assert isinstance(found, NotSeen)


def test_names_at_the_limit_are_asked_without_their_tlsa() -> None:
    label = "a" * 63
    host = f"{label}.{label}.{label}.{'b' * 50}.test"
    with meddling(lambda _, wire: wire, timeout_s=3) as asking:
        found = asking.collect(host, 443, allow_private=True)
        validated = asking.validate(host, 443)

    assert isinstance(found, DnsFacts)
    assert found.tlsa.outcome is Outcome.FAILED
    assert isinstance(validated, DnssecFacts)


@pytest.fixture(scope="module")
def fuzzed() -> Iterator[tuple[list[Callable[[bytes], bytes]], DnsLaboratory]]:
    change: list[Callable[[bytes], bytes]] = [lambda wire: wire]
    zones = [LabZone("good.test", f"{WWW}alias CNAME www\n")]
    with DnsLaboratory(zones, meddle=lambda _, wire: change[0](wire)) as served:
        yield change, served


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    flips=st.lists(st.tuples(st.integers(0, 1500), st.integers(1, 255)), min_size=1, max_size=12),
    cut=st.integers(0, 40),
)
def test_damaged_answers_are_never_secure_for_another_address(
    fuzzed: tuple[list[Callable[[bytes], bytes]], DnsLaboratory], flips: list[tuple[int, int]], cut: int
) -> None:
    change, served = fuzzed

    def damage(wire: bytes) -> bytes:
        made = bytearray(wire)
        for place, mask in flips:
            if 12 <= place < len(made):
                made[place] ^= mask
        return bytes(made[: len(made) - cut] if cut > 20 else made)

    change[0] = damage
    asking = Dns(served.resolver, name_server_port=served.port, trust_anchors=served.trust_anchor_file, timeout_s=0.2)
    facts = asking.collect("alias.good.test", 443, allow_private=True)
    found = asking.validate("alias.good.test", 443)

    if isinstance(facts, DnsFacts) and isinstance(found, DnssecFacts):
        last = found.addresses()
        secure = {item.type for item in last if item.status is Status.SECURE and item.name == "www.good.test"}
        if "A" in secure and facts.a.records:
            assert facts.a.addresses == ("127.0.0.1",)
