"""All endpoints of a service collected together: addresses told in part, and many endpoints at one address."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Barrier, BrokenBarrierError, Lock
from typing import Any

import dns.message
import dns.rcode
import dns.rdatatype
import pytest

from toetskader.collect import endpoints
from toetskader.collect.endpoint.http import collector as http_collector
from toetskader.collect.endpoint.tls import collect_tls
from toetskader.collect.endpoints import SCANS_AT_ONCE, EndpointCollectors
from toetskader.facts.attempt import NotSeen
from toetskader.facts.endpoint.http import HttpFacts
from toetskader.facts.endpoint.names import Endpoint
from toetskader.facts.endpoint.tls import TlsFacts
from toetskader.facts.key import FactKey
from toetskader.kinds.saas.part import RpkiSource, SaasPart
from toetskader.laboratory.dns import DnsLaboratory, LabZone

HOST = "www.half.test"
WHOLE = "www.whole.test"


def without_aaaa(query: dns.message.Message, answer: bytes) -> bytes:
    """Fail for AAAA of one host, as load balancers do that know A only."""
    asked = query.question[0]
    if asked.rdtype != dns.rdatatype.AAAA or asked.name.to_text() != f"{HOST}.":
        return answer
    failed = dns.message.make_response(query, recursion_available=True)
    failed.set_rcode(dns.rcode.SERVFAIL)
    return failed.to_wire()


@pytest.fixture(scope="module")
def part() -> Iterator[SaasPart]:
    zones = [LabZone(name, "www A 127.0.0.1\nwww AAAA ::1\n") for name in ("half.test", "whole.test")]
    zones.append(LabZone("cloud.test", "www A 127.0.0.1\nwww A 169.254.169.254\nvia AAAA 64:ff9b::a9fe:a9fe\n"))
    with DnsLaboratory(zones, meddle=without_aaaa) as lab:
        yield SaasPart(
            endpoints=tuple(Endpoint(host=host, port=1, http_port=1, allow_private=True) for host in (HOST, WHOLE)),
            resolver=lab.resolver,
            trust_anchors=Path(lab.trust_anchor_file),
            certificate_authorities=None,
            name_server_port=lab.port,
            rpki=RpkiSource(),
        )


def test_endpoints_at_one_address_wait_for_their_turn(part: SaasPart, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else each would spend its time on waiting for the connections of the others."""
    lock, together = Lock(), Barrier(SCANS_AT_ONCE + 1)
    at_once: list[int] = []
    running = 0

    def measured(*given: Any, **settings: Any) -> TlsFacts | NotSeen:
        nonlocal running
        with lock:
            running += 1
            at_once.append(running)
        with suppress(BrokenBarrierError):
            together.wait(timeout=0.3)  # for one more, who must not come
        with lock:
            running -= 1
        return collect_tls(*given, **settings)

    monkeypatch.setattr(endpoints, "collect_tls", measured)
    many = tuple(Endpoint(host=WHOLE, port=port, http_port=1, allow_private=True) for port in range(1, 7))
    with EndpointCollectors(None) as collectors:
        found = collectors.collect(replace(part, endpoints=many), frozenset({"tls"}))
    assert all(isinstance(found[FactKey("tls", item.scene)], TlsFacts) for item in many)
    assert max(at_once) == SCANS_AT_ONCE


@pytest.mark.parametrize("host", ["www.cloud.test", "via.cloud.test"])
def test_no_endpoint_is_the_metadata_service_of_a_cloud(host: str, part: SaasPart) -> None:
    """Not even inside a private network, and nothing else that the name points to is contacted either."""
    there = replace(part, endpoints=(Endpoint(host=host, port=1, http_port=1, allow_private=True),))
    with EndpointCollectors(None) as collectors:
        found = collectors.collect(there, frozenset({"tls", "http"}))
    for kind in ("tls", "http"):
        seen = found[FactKey(kind, f"{host}_1")]
        assert isinstance(seen, NotSeen)
        assert "nothing was contacted" in seen.message.en
        assert "Mend the record" in seen.message.en


def test_a_kind_of_address_that_was_not_answered_is_told(part: SaasPart) -> None:
    with EndpointCollectors(None) as collectors:
        found = collectors.collect(part, frozenset({"tls", "http"}))
    for kind, type_ in (("tls", TlsFacts), ("http", HttpFacts)):
        half, whole = found[FactKey(kind, f"{HOST}_1")], found[FactKey(kind, f"{WHOLE}_1")]
        assert isinstance(half, type_)
        assert isinstance(whole, type_)
        assert [item.address for item in half.addresses] == ["127.0.0.1"]
        assert half.addresses_unseen is not None
        assert "SERVFAIL" in half.addresses_unseen.en
        assert whole.addresses_unseen is None


def test_a_private_address_beside_one_on_the_internet_is_not_measured_and_told(
    part: SaasPart, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here the loopback of IPv4 stands for the internet, as nothing else is contacted from a test."""
    asked: list[tuple[str, ...]] = []

    def measured(host: str, port: int, addresses: tuple[str, ...], **settings: Any) -> TlsFacts | NotSeen:
        asked.append(addresses)
        return collect_tls(host, port, addresses, **settings)

    def contacted(address: str, *, allow_private: bool) -> bool:
        return address == "127.0.0.1"

    monkeypatch.setattr(endpoints, "collect_tls", measured)
    for name in ("may_be_contacted", "may_be_measured"):
        monkeypatch.setattr(endpoints, name, contacted)
    monkeypatch.setattr(http_collector, "may_be_contacted", contacted)
    one = (Endpoint(host=WHOLE, port=1, http_port=1),)
    with EndpointCollectors(None) as collectors:
        found = collectors.collect(replace(part, endpoints=one), frozenset({"tls", "http"}))
    http = found[FactKey("http", f"{WHOLE}_1")]
    assert isinstance(http, HttpFacts)
    assert asked == [("127.0.0.1",)]
    assert http.refused_addresses == ("::1",)
    assert [item.address for item in http.addresses] == ["127.0.0.1"]
