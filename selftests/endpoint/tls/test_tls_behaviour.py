"""What real servers do besides the oracle: mutual TLS, early data, renegotiation, staples, several certificates."""

import os
import shlex
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from hostile_tls import (
    certificates,
    handshake,
    hostile_server,
    key_exchange,
    offered_suites,
    picks,
    read_hello,
    record,
    retries,
    sends,
    server_hello,
)
from judging_tls import Judge, Measure
from nginx_server import nginx_server
from openssl_server import free_port, openssl_server

from toetskader.collect.endpoint.gate import Gate
from toetskader.collect.endpoint.tls import collect_tls
from toetskader.collect.endpoint.tls import connection as tls_connection
from toetskader.core.failure import Reason
from toetskader.facts.attempt import NotSeen
from toetskader.facts.endpoint.tls import AddressTls, Answer, ClientCertificate, Order, StapleState, TlsFacts
from toetskader.laboratory.certificates import Authority
from toetskader.results import Verdict

MODERN_EXTENSIONS = b"\0\x17\0\0\xff\1\0\1\0"
"""Extended master secret and secure renegotiation."""
GOOD = "-cipher ECDHE+AESGCM:ECDHE+CHACHA20 -groups X25519:P-256:P-384"
P256 = f"-cert p256.crt -key p256.key {GOOD}"
NGINX = (
    "ssl_certificate {folder}/p256.crt",
    "ssl_certificate_key {folder}/p256.key",
    "ssl_protocols TLSv1.2 TLSv1.3",
    "ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20",
    "ssl_prefer_server_ciphers on",
    "ssl_ecdh_curve X25519:prime256v1:secp384r1",
)


@pytest.fixture
def address(keys: Path, measure: Measure, request: pytest.FixtureRequest) -> AddressTls:
    with openssl_server(keys, shlex.split(request.param)) as port:
        return measure(port).addresses[0]


def test_a_good_server_passes_in_few_handshakes(keys: Path, measure: Measure, judge: Judge) -> None:
    with nginx_server(keys, NGINX) as port:
        fact = measure(port)
    found = fact.addresses[0]
    assert found.handshakes <= 30
    assert [version.order for version in found.accepted] == [Order.SERVER, Order.SERVER]
    assert {group.name for group in found.groups} == {"x25519", "secp256r1", "secp384r1"}
    assert found.client_authentication.state is ClientCertificate.NONE
    for check in ("tls.ncsc", "tls.versions", "tls.version_1_3", "tls.suites", "tls.encrypted_only"):
        assert judge(fact, check).verdict is Verdict.PASS
    for check in ("tls.certificate_trusted", "tls.certificate_names"):
        assert judge(fact, check).verdict is Verdict.PASS
    assert judge(fact, "tls.mutual").verdict is Verdict.FAIL
    assert judge(fact, "tls.organisation_validated").verdict is Verdict.FAIL


def test_a_server_with_everything_stays_within_the_limit(keys: Path, measure: Measure, judge: Judge) -> None:
    arguments = "-cert rsa3072.crt -key rsa3072.key -dcert p256.crt -dkey p256.key -min_protocol TLSv1 -cipher "
    with openssl_server(keys, shlex.split(f"{arguments} ALL:COMPLEMENTOFALL:@SECLEVEL=0")) as port:
        fact = measure(port)
    assert 60 < fact.addresses[0].handshakes <= 150
    assert judge(fact, "tls.ncsc").verdict is Verdict.FAIL


@pytest.mark.parametrize("versions", ["", "-tls1_2", "-tls1_3"])
def test_mutual_tls(versions: str, keys: Path, measure: Measure, judge: Judge) -> None:
    with openssl_server(keys, shlex.split(f"{P256} -Verify 1 {versions}")) as port:
        fact = measure(port)
    found = fact.addresses[0]
    assert found.client_authentication.state is ClientCertificate.REQUIRED
    assert found.chains[0].trust.trusted is True
    assert judge(fact, "tls.mutual").verdict is Verdict.PASS
    for check in ("tls.versions", "tls.suites", "tls.certificate_trusted"):
        assert judge(fact, check).verdict is Verdict.PASS
    # Only a client with a certificate could tell whether TLS 1.3 takes early data.
    assert judge(fact, "tls.ncsc").verdict is (Verdict.PASS if versions == "-tls1_2" else Verdict.UNDETERMINED)


@pytest.mark.parametrize(("setting", "verdict"), [("on", Verdict.PASS), ("optional", Verdict.FAIL)])
def test_mutual_tls_of_nginx(setting: str, verdict: Verdict, keys: Path, measure: Measure, judge: Judge) -> None:
    wanted = (f"ssl_verify_client {setting}", "ssl_client_certificate {folder}/ca.pem")
    with nginx_server(keys, (*NGINX, *wanted)) as port:
        fact = measure(port)
    assert judge(fact, "tls.mutual").verdict is verdict
    assert judge(fact, "tls.ncsc").verdict is Verdict.PASS


def test_early_data(keys: Path, measure: Measure, judge: Judge) -> None:
    with nginx_server(keys, (*NGINX, "ssl_early_data on")) as port:
        fact = measure(port)
    assert fact.addresses[0].early_data.answer is Answer.YES
    assert judge(fact, "tls.ncsc").verdict is Verdict.FAIL


@pytest.mark.parametrize("address", [f"{P256} -client_renegotiation"], indirect=True)
def test_renegotiation_by_the_client(address: AddressTls) -> None:
    assert address.client_renegotiation.answer is Answer.YES
    assert address.secure_renegotiation.answer is Answer.YES


@pytest.mark.parametrize("version", ["", "-tls1_3"])
def test_two_certificates(version: str, keys: Path, measure: Measure) -> None:
    with openssl_server(keys, shlex.split(f"{P256} -dcert rsa3072.crt -dkey rsa3072.key {version}")) as port:
        found = measure(port).addresses[0]
    assert {chain.leaf.key for chain in found.chains} == {"EC secp256r1", "RSA 3072"}


ECDSA_ONLY = "-cipher ECDHE-ECDSA-AES128-GCM-SHA256"
RSA_ONLY = "-cipher ECDHE-RSA-AES128-GCM-SHA256"


@pytest.mark.parametrize(
    ("served", "kinds"),
    [
        (f"{P256} -dcert rsa3072.crt -dkey rsa3072.key {ECDSA_ONLY}", {"EC secp256r1", "RSA 3072"}),
        (f"-cert rsa3072.crt -key rsa3072.key -dcert p256.crt -dkey p256.key {RSA_ONLY}", {"EC secp256r1", "RSA 3072"}),
        (f"{P256} -dcert ed25519.crt -dkey ed25519.key {ECDSA_ONLY}", {"EC secp256r1", "Ed25519"}),
        (f"{P256} -dcert ed25519.crt -dkey ed25519.key -tls1_3", {"EC secp256r1", "Ed25519"}),
        (f"{P256} -dcert ed25519.crt -dkey ed25519.key -tls1_2 {ECDSA_ONLY}", {"EC secp256r1", "Ed25519"}),
        ("-cert rsa3072.crt -key rsa3072.key -dcert ed448.crt -dkey ed448.key -tls1_3", {"RSA 3072", "Ed448"}),
        (f"{P256} -tls1_3", {"EC secp256r1"}),
        (f"{P256}", {"EC secp256r1"}),
        ("-cert rsa3072.crt -key rsa3072.key", {"RSA 3072"}),
        ("-cert ed25519.crt -key ed25519.key -tls1_3", {"Ed25519"}),
    ],
)
def test_every_certificate_is_seen_whatever_shows_it(
    served: str, kinds: set[str], keys: Path, authority: Authority, measure: Measure
) -> None:
    """A kind of certificate that no suite of TLS 1.2 shows is shown in TLS 1.3 to clients that take no other."""
    for kind in ("ed25519", "ed448"):
        certificate, key = authority.issue(["localhost"], kind)
        (keys / f"{kind}.crt").write_bytes(certificate)
        (keys / f"{kind}.key").write_bytes(key)
    with openssl_server(keys, shlex.split(served)) as port:
        found = measure(port).addresses[0]
    assert {chain.leaf.key for chain in found.chains} == kinds
    assert found.chains_unfinished is None
    assert found.handshakes <= 60


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
@pytest.mark.parametrize(
    ("days", "revoked", "state"),
    [(2, False, StapleState.GOOD), (-1, False, StapleState.BAD), (2, True, StapleState.REVOKED)],
)
def test_staples(
    version: str, days: int, revoked: bool, state: StapleState, authority: Authority, keys: Path, measure: Measure
) -> None:
    certificate, key = authority.issue(["localhost"], ocsp="http://ocsp.invalid/")
    (keys / "stapled.pem").write_bytes(certificate + authority.pem + key)
    response = authority.staple(x509.load_pem_x509_certificate(certificate), days=days, revoked=revoked)
    (keys / "response.der").write_bytes(response)
    served = f"-cert stapled.pem -cert_chain stapled.pem -key stapled.pem -status_file response.der {GOOD} {version}"
    with openssl_server(keys, shlex.split(served)) as port:
        found = measure(port).addresses[0]
    assert found.staple.state is state
    assert (found.staple.reason is None) == (state is StapleState.GOOD)


@pytest.mark.parametrize(
    "address", ["-cert p256.crt -key p256.key -tls1_2 -serverpref -curves P-256:X448:P-521"], indirect=True
)
def test_an_ecdsa_certificate_hides_no_curve_that_is_used(address: AddressTls) -> None:
    # With its own order this server takes P-256 of every client that it can serve at all.
    assert {group.name for group in address.groups} == {"secp256r1"}


@pytest.mark.parametrize("address", ["-cert p256.crt -key p256.key -tls1_2 -curves P-256:X448:P-521"], indirect=True)
def test_an_ecdsa_certificate_with_the_order_of_the_client(address: AddressTls) -> None:
    assert {group.name for group in address.groups} == {"secp256r1", "secp521r1", "x448"}


def test_hybrid_groups_are_seen(measure: Measure) -> None:
    with hostile_server(retries([4588, 4587, 4589, 29])) as port:
        found = measure(port, deadline_s=15).addresses[0]
    assert set(found.post_quantum) == {"X25519MLKEM768", "SecP256r1MLKEM768", "SecP384r1MLKEM1024"}
    assert "x25519" in {group.name for group in found.groups}
    assert found.chains_unfinished is not None


def test_a_server_that_wants_a_key_share(measure: Measure) -> None:
    answers = retries([29, 23, 24])

    def wants(connection: socket.socket, ended: threading.Event) -> None:
        start = connection.recv(8192, socket.MSG_PEEK)
        if b"\0\x33\0\2\0\0" in start:
            read_hello(connection)
            connection.sendall(record(21, b"\2\x28"))
        else:
            answers(connection, ended)

    with hostile_server(wants) as port:
        found = measure(port, deadline_s=15).addresses[0]
    assert [version.name for version in found.accepted] == ["TLS 1.3"]
    assert {"x25519", "secp256r1"} <= {group.name for group in found.groups}
    assert found.groups_unfinished is not None


def test_why_a_server_declined_everything(measure: Measure) -> None:
    with hostile_server(sends(record(21, b"\2\x70"), only_tls12=False)) as port:
        found = measure(port, deadline_s=15).addresses[0]
    assert not found.reachable
    assert found.reason is not None
    assert "unrecognized_name" in found.reason.en


def first_of(accepted: list[int], offered: list[int]) -> int | None:
    return next((suite for suite in accepted if suite in offered), None)


def test_a_server_that_declines_long_offers(measure: Measure) -> None:
    accepted = [0xC02F, 0xC030, 0x000A]
    with hostile_server(picks(lambda offered: first_of(accepted, offered) if len(offered) <= 100 else None)) as port:
        found = measure(port, deadline_s=15).addresses[0]
    assert len(found.accepted[0].suites) == 3
    assert found.handshakes <= 50


def test_a_server_that_reads_the_first_suites_only(measure: Measure) -> None:
    accepted = [0xC02F, 0xC030, 0x000A]
    with hostile_server(picks(lambda offered: first_of(accepted, offered[:90]))) as port:
        found = measure(port, deadline_s=15).addresses[0]
    assert set(found.accepted[0].suites) == {
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
    }


def test_what_an_old_server_lacks(measure: Measure) -> None:
    with hostile_server(picks(lambda offered: first_of([0xC02F], offered))) as port:
        found = measure(port, deadline_s=15).addresses[0]
    assert found.secure_renegotiation.answer is Answer.NO
    assert found.extended_master_secret.answer is Answer.NO


def test_every_address_is_measured(keys: Path) -> None:
    with openssl_server(keys, shlex.split(P256)) as port:
        fact = collect_tls(
            "localhost",
            port,
            ["127.0.0.1", "127.0.0.2", "127.0.0.1"],
            authorities=None,
            deadline_s=10,
            user_agent="Toetskader/0 (selftest)",
            now=datetime.now(UTC),
        )
    assert isinstance(fact, TlsFacts)
    assert [(item.address, item.reachable) for item in fact.addresses] == [("127.0.0.1", True), ("127.0.0.2", False)]
    assert fact.addresses[0].chains[0].trust.trusted is False


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_authorities_that_cannot_be_read(content: str | None, tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)
    fact = collect_tls(
        "localhost", 1, ["127.0.0.1"], authorities=path, deadline_s=1, user_agent="", now=datetime.now(UTC)
    )
    assert isinstance(fact, NotSeen)
    assert fact.reason is Reason.REFUSED_INPUT


@pytest.mark.parametrize("calm_for", [3, 6, 9, 12])
def test_a_server_that_blocks_after_a_while_is_not_taken_to_refuse(
    calm_for: int, measure: Measure, judge: Judge
) -> None:
    asked = 0
    calm = picks(lambda offered: first_of([0xC02F, 0xC030], offered), MODERN_EXTENSIONS)

    def blocks(connection: socket.socket, ended: threading.Event) -> None:
        nonlocal asked
        asked += 1
        if asked <= calm_for:
            calm(connection, ended)
        else:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    with hostile_server(blocks) as port:
        fact = measure(port, deadline_s=15)
    found = fact.addresses[0]
    assert found.reachable
    unknown = [version.reason for version in found.versions if version.accepted is Answer.UNKNOWN]
    unknown += [version.unfinished for version in found.accepted if version.unfinished]
    unknown += [found.groups_unfinished] if found.groups_unfinished else []
    unknown += [item.accepted.reason for item in found.hashes if item.accepted.answer is Answer.UNKNOWN]
    assert any(reason is not None and "blocks us" in reason.en for reason in unknown)
    assert judge(fact, "tls.ncsc").verdict is not Verdict.PASS


def test_old_hellos_that_are_dropped_on_the_way_are_declined(
    measure: Measure, judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tls_connection, "LEAST_PATIENCE_S", 0.5)
    answers = picks(lambda offered: first_of([0xC02F], offered), MODERN_EXTENSIONS)

    def drops(connection: socket.socket, ended: threading.Event) -> None:
        start = connection.recv(11, socket.MSG_PEEK)
        if start[:1] == b"\x16" and start[9:11] == b"\x03\x03":
            answers(connection, ended)
        else:
            ended.wait(20)

    with hostile_server(drops) as port:
        fact = measure(port, deadline_s=60)
    found = fact.addresses[0]
    assert [version.accepted for version in found.versions] == [
        *[Answer.NO] * 4,
        Answer.YES,
        Answer.NO,
    ]
    assert judge(fact, "tls.versions").verdict is Verdict.PASS


class CountingGate(Gate):
    """Counts how many are let through at once."""

    def __init__(self) -> None:
        super().__init__()
        self.most = self.now = 0
        self.counting = threading.Lock()

    @contextmanager
    def to(self, address: str) -> Iterator[None]:
        with super().to(address):
            with self.counting:
                self.now += 1
                self.most = max(self.most, self.now)
            yield
            with self.counting:
                self.now -= 1


def test_a_few_connections_at_a_time(keys: Path) -> None:
    gate = CountingGate()
    with nginx_server(keys, NGINX) as port:
        fact = collect_tls(
            "localhost",
            port,
            ["127.0.0.1"],
            authorities=None,
            deadline_s=10,
            user_agent="",
            now=datetime.now(UTC),
            gate=gate,
        )
    assert isinstance(fact, TlsFacts)
    assert gate.most <= 4
    assert gate.now == 0


def test_ipv6(keys: Path) -> None:
    port = free_port("::1")
    with openssl_server(keys, shlex.split(P256), port=port, address="[::1]"):
        fact = collect_tls(
            "localhost",
            port,
            ["::1"],
            authorities=keys / "ca.pem",
            deadline_s=10,
            user_agent="Toetskader/0 (selftest)",
            now=datetime.now(UTC),
        )
    assert isinstance(fact, TlsFacts)
    assert fact.addresses[0].reachable
    assert fact.where("::1") == f"localhost ([::1]:{port})"
    assert f"-connect '[::1]:{port}'" in fact.commands[0]


def test_chains_that_are_never_the_same_are_kept_within_limits(measure: Measure, judge: Judge) -> None:
    def another(connection: socket.socket, ended: threading.Event) -> None:
        hello = read_hello(connection)
        if hello[9:11] != b"\x03\x03" or b"\0\x2b\0\3\2\3\4" in hello:
            connection.sendall(record(21, b"\2\x46"))
            return
        suite = first_of([0xC02F, 0xC030, 0xC027, 0xC028, 0xC013, 0xC014], offered_suites(hello))
        if suite is None:
            connection.sendall(record(21, b"\2\x28"))
            return
        parts = (server_hello(suite), certificates([os.urandom(9000)]), key_exchange(), handshake(14, b""))
        connection.sendall(b"".join(parts))
        threading.Event().wait(0.02)

    with hostile_server(another) as port:
        fact = measure(port, deadline_s=15)
    assert len(fact.addresses[0].chains) <= 8
    assert fact.addresses[0].chains_unfinished is not None
    assert judge(fact, "tls.certificate_trusted").verdict is Verdict.UNDETERMINED
