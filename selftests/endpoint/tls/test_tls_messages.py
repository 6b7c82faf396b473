"""Reading what a server sends: no bytes whatever do more than end in an error, and pieces make no difference."""

import struct
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hostile_tls import FLIGHT, certificates, handshake, key_exchange, record, server_hello
from hypothesis import given, settings
from hypothesis import strategies as st

from toetskader.collect.endpoint.tls.certificates import read_certificate
from toetskader.collect.endpoint.tls.messages import (
    LARGEST_FLIGHT,
    MOST_CERTIFICATES,
    FlightReader,
    Offer,
    WireError,
    client_hello,
    ssl2_hello,
)
from toetskader.collect.endpoint.tls.path import find_path
from toetskader.collect.endpoint.tls.registry import GROUPS, SUITES, Version, ffdhe_prime, finite_field_name, suites_for
from toetskader.collect.endpoint.tls.staple import read_staple
from toetskader.facts.endpoint.tls import StapleState, openssl_name

WHOLE = b"".join(FLIGHT)


def read(data: bytes, version: Version = Version.TLS12, size: int = 1 << 20) -> FlightReader:
    reader = FlightReader(version)
    for at in range(0, len(data), size):
        if reader.feed(data[at : at + size]):
            break
    return reader


@given(data=st.binary(max_size=2000), version=st.sampled_from(list(Version)))
@settings(max_examples=300, deadline=None)
def test_any_bytes(data: bytes, version: Version) -> None:
    flight = None
    with suppress(WireError):
        flight = read(data, version).flight
    assert flight is None or len(flight.certificates) <= MOST_CERTIFICATES


@given(
    kind=st.sampled_from([2, 11, 12, 13, 14, 22]),
    body=st.binary(max_size=300),
    suite=st.sampled_from(sorted(SUITES)),
)
@settings(max_examples=500, deadline=None)
def test_any_message_after_a_hello(kind: int, body: bytes, suite: int) -> None:
    reader = FlightReader(Version.TLS12)
    reader.feed(server_hello(suite))
    with suppress(WireError):
        reader.feed(handshake(kind, body))
    assert reader.flight.answered


@given(at=st.integers(0, len(WHOLE) - 1), value=st.integers(0, 255))
@settings(max_examples=400, deadline=None)
def test_one_wrong_byte(at: int, value: int) -> None:
    reader = FlightReader(Version.TLS12)
    with suppress(WireError):
        reader.feed(WHOLE[:at] + bytes((value,)) + WHOLE[at + 1 :])
    assert len(reader.flight.certificates) <= 1


@given(size=st.integers(1, 200))
@settings(deadline=None)
def test_pieces_make_no_difference(size: int) -> None:
    assert read(WHOLE, size=size).flight == read(WHOLE).flight


def test_a_flight_is_read() -> None:
    flight = read(WHOLE).flight
    assert (flight.version, flight.suite, flight.group, flight.signature) == (0x0303, 0xC02F, 23, 0x0401)
    assert flight.certificates == [b"not a certificate"]
    assert flight.done


def test_messages_over_several_records_and_several_in_one() -> None:
    joined = b"".join(part[5:] for part in FLIGHT)
    assert read(record(22, joined)).flight == read(WHOLE).flight
    pieces = b"".join(record(22, joined[at : at + 7]) for at in range(0, len(joined), 7))
    assert read(pieces).flight == read(WHOLE).flight


def test_a_finite_field_is_read() -> None:
    prime = (1 << 2047) | 12345
    numbers = b"".join(len(part).to_bytes(2, "big") + part for part in (prime.to_bytes(256, "big"), b"\2", b"y" * 256))
    flight = read(server_hello(0x009E) + certificates([b"c"]) + handshake(12, numbers + b"\4\1\0\0")).flight
    assert flight.prime == prime
    assert flight.signature == 0x0401


def test_lengths_beyond_the_limits() -> None:
    with pytest.raises(WireError, match="longer than TLS"):
        read(b"\x16\x03\x03\xff\xff" + b"x" * 10)
    with pytest.raises(WireError, match="says to be"):
        read(record(22, b"\x0b\xff\xff\xff"))
    reader = FlightReader(Version.TLS12)
    reader.feed(server_hello())
    part = record(22, b"x" * 16000)
    with pytest.raises(WireError):
        any(reader.feed(part) for _ in range(LARGEST_FLIGHT // len(part) + 2))


def test_a_warning_about_the_name_ends_nothing() -> None:
    assert read(record(21, b"\1\x70") + WHOLE).flight.answered
    assert read(record(21, b"\2\x70") + WHOLE).flight.alert == 112


def test_explicit_curves_and_anonymous_key_exchange() -> None:
    assert read(server_hello() + handshake(12, b"\1\0\0")).flight.explicit_curve
    anonymous = read(server_hello(0xC018) + key_exchange()).flight
    assert (anonymous.group, anonymous.signature) == (23, None)


def test_ssl2() -> None:
    answer = struct.pack("!BBBHHHH", 4, 0, 1, 2, 0, 3, 0) + b"\x01\x00\x80"
    flight = read((0x8000 | len(answer)).to_bytes(2, "big") + answer, Version.SSL2).flight
    assert flight.ssl2_suites == (0x010080,)
    assert ssl2_hello()[2] == 1
    empty = struct.pack("!BBBHHHH", 4, 0, 1, 2, 0, 0, 0)
    assert not read((0x8000 | len(empty)).to_bytes(2, "big") + empty, Version.SSL2).flight.answered


def test_a_hello_says_what_is_offered() -> None:
    hello = client_hello(Offer(version=Version.TLS12, suites=[0xC02F], groups=[29], server_name="example.nl"))
    assert b"example.nl" in hello
    assert b"\xc0\x2f" in hello
    assert len(hello) == 5 + int.from_bytes(hello[3:5], "big")
    assert b"example.nl" not in client_hello(Offer(version=Version.SSL3, suites=[5], server_name="example.nl"))


def test_no_suite_or_group_is_left_out() -> None:
    assert set(suites_for(Version.TLS12)) == set(SUITES)
    assert len(SUITES) > 330
    assert not any("GCM" in SUITES[code] for code in suites_for(Version.TLS10))
    assert {"X25519MLKEM768", "secp224r1", "ffdhe2048"} <= set(GROUPS.values())


@pytest.mark.parametrize("bits", [2048, 3072, 4096, 6144, 8192])
def test_primes_of_rfc_7919(bits: int) -> None:
    prime = ffdhe_prime(bits)
    assert prime.bit_length() == bits
    assert prime >> (bits - 128) == 0xFFFFFFFFFFFFFFFFADF85458A2BB4A9A
    assert prime & ((1 << 64) - 1) == (1 << 64) - 1
    assert pow(2, prime - 1, prime) == 1  # as for any prime
    assert finite_field_name(prime) == f"ffdhe{bits}"
    assert finite_field_name(prime - 2) == f"DH-{bits}"


@given(data=st.binary(max_size=600))
@settings(max_examples=200, deadline=None)
def test_any_certificate_and_staple(data: bytes) -> None:
    found = read_certificate(data, "example.nl")
    assert found.problem is not None
    assert find_path([data], [], datetime(2026, 1, 1, tzinfo=UTC)).trust.trusted is None
    assert read_staple(data, [data], datetime(2026, 1, 1, tzinfo=UTC)).state is StapleState.BAD


def test_names_for_openssl() -> None:
    assert openssl_name("TLS_ECDHE_RSA_WITH_ARIA_128_GCM_SHA256") == "ECDHE-ARIA128-GCM-SHA256"
    assert openssl_name("TLS_DHE_RSA_EXPORT_WITH_DES40_CBC_SHA") == "EXP-EDH-RSA-DES-CBC-SHA"
    assert openssl_name("TLS_RSA_WITH_3DES_EDE_CBC_SHA") == "DES-CBC3-SHA"
    assert openssl_name("TLS_AES_128_GCM_SHA256") == "TLS_AES_128_GCM_SHA256"
