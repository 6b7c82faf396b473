"""Servers that misbehave cost a bounded time and memory, and leave a clear reason."""

import tracemalloc
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hostile_tls import (
    FLIGHT,
    Misbehaviour,
    certificates,
    dribbles,
    floods,
    handshake,
    hangs,
    hostile_server,
    key_exchange,
    record,
    sends,
    server_hello,
)
from judging_tls import CHECKS, Judge, Measure

from toetskader.results import Verdict

DEADLINE_S = 4


def certificate(names: list[str], *, common_name: str = "localhost", extra: bytes = b"") -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=60))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(item) for item in names]), critical=False)
    )
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


RESETS = {
    "at once": sends(then_reset=True, only_tls12=False),
    "within the first record": sends(FLIGHT[0][:3], then_reset=True, only_tls12=False),
    "within the ServerHello": sends(FLIGHT[0][:20], then_reset=True, only_tls12=False),
}
NO_TLS: dict[str, Misbehaviour] = {
    "hangs": hangs,
    "garbage": sends(b"\x99\x88\x77" * 200, only_tls12=False),
    "plain HTTP": sends(b"HTTP/1.1 400 Bad Request\r\n\r\n<script>", only_tls12=False),
    "a record too long": sends(b"\x16\x03\x03\xff\xff" + b"x" * 70000, only_tls12=False),
    "a message that says to be 16 MB": sends(record(22, b"\x02\xff\xff\xff" + b"x" * 100), only_tls12=False),
    "an empty ServerHello": sends(handshake(2, b""), only_tls12=False),
    "another message first": sends(handshake(14, b""), only_tls12=False),
    "without end": floods,
    **RESETS,
}


@pytest.mark.parametrize("name", NO_TLS)
def test_without_tls_there_is_a_reason(name: str, measure: Measure, judge: Judge) -> None:
    with hostile_server(NO_TLS[name]) as port:
        fact = measure(port, deadline_s=DEADLINE_S)
    address = fact.addresses[0]
    assert not address.reachable
    assert address.reason is not None
    assert address.handshakes <= 50
    for check in CHECKS:
        judged = judge(fact, check)
        assert judged.verdict is (
            Verdict.FAIL if check == "tls.encrypted_only" and address.plaintext else Verdict.UNDETERMINED
        )
        assert judged.reason is not None or judged.findings
    assert bool(address.plaintext) == (name in ("garbage", "plain HTTP"))


def test_a_byte_a_second_ends_at_the_deadline(measure: Measure, judge: Judge) -> None:
    with hostile_server(dribbles) as port:
        fact = measure(port, deadline_s=DEADLINE_S)
    assert not fact.addresses[0].reachable
    assert judge(fact, "tls.ncsc").verdict is Verdict.UNDETERMINED


STAGES = {
    "after the ServerHello": FLIGHT[:1],
    "after the certificates": FLIGHT[:2],
    "after the key exchange": FLIGHT[:3],
    "within the certificates": (FLIGHT[0], FLIGHT[1][:12]),
}


@pytest.mark.parametrize("stage", STAGES)
def test_a_reset_half_way_passes_nothing(stage: str, measure: Measure, judge: Judge) -> None:
    with hostile_server(sends(*STAGES[stage], then_reset=True)) as port:
        fact = measure(port, deadline_s=10)
    address = fact.addresses[0]
    assert address.handshakes <= 150
    assert judge(fact, "tls.ncsc").verdict is not Verdict.PASS
    assert judge(fact, "tls.certificate_trusted").verdict is not Verdict.PASS


def test_ten_thousand_names(measure: Measure, judge: Judge) -> None:
    many = certificate([f"host{index}.example.nl" for index in range(10_000)] + ["localhost", "*.example.nl"])
    flight = (server_hello(), certificates([many]), key_exchange(), handshake(14, b""))
    with hostile_server(sends(*flight)) as port:
        tracemalloc.start()
        fact = measure(port, deadline_s=20)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    leaf = fact.addresses[0].chains[0].leaf
    assert len(leaf.names) == 100
    assert leaf.names_left_out == 10_002 - 100
    assert leaf.matches("localhost") is True
    assert leaf.matches("other.nl") is None
    assert leaf.wildcards == ("*.example.nl",)
    assert peak < 100 * 1024 * 1024
    assert judge(fact, "tls.certificate_names").verdict is Verdict.FAIL


def test_a_thousand_certificates(measure: Measure, judge: Judge) -> None:
    chain = [certificate(["localhost"])] * 1_000
    flight = (server_hello(), certificates(chain), key_exchange(), handshake(14, b""))
    with hostile_server(sends(*flight)) as port:
        fact = measure(port, deadline_s=20)
    found = fact.addresses[0].chains[0]
    assert len(found.certificates) == 10
    assert found.left_out == 990
    assert judge(fact, "tls.ncsc").verdict is not Verdict.PASS


def test_names_of_certificates_are_made_visible(measure: Measure) -> None:
    odd = certificate(["<script>alert(1)</script>", "local\0host"], common_name="<script>\0\x1b[31m")
    flight = (server_hello(), certificates([odd]), key_exchange(), handshake(14, b""))
    with hostile_server(sends(*flight)) as port:
        fact = measure(port, deadline_s=10)
    leaf = fact.addresses[0].chains[0].leaf
    assert "\0" not in leaf.subject
    assert "\x1b" not in leaf.subject
    assert "local\\x00host" in leaf.names
    assert leaf.matches("local") is False
    assert leaf.matches("localhost") is False


def test_a_certificate_that_is_none(measure: Measure, judge: Judge) -> None:
    with hostile_server(sends(*FLIGHT)) as port:
        fact = measure(port, deadline_s=10)
    leaf = fact.addresses[0].chains[0].leaf
    assert leaf.problem is not None
    assert leaf.matches("localhost") is None
    for check in ("tls.certificate_trusted", "tls.certificate_names", "tls.organisation_validated"):
        assert judge(fact, check).verdict is Verdict.UNDETERMINED


def test_an_address_that_is_down(measure: Measure, judge: Judge) -> None:
    fact = measure(1, deadline_s=DEADLINE_S)
    assert fact.addresses[0].handshakes == 1
    assert judge(fact, "tls.ncsc").verdict is Verdict.UNDETERMINED
