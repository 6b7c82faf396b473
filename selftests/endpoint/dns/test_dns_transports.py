"""The ways to a resolver: UDP, TCP when an answer is truncated, TLS and HTTPS."""

import datetime
import ipaddress
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import dns.message
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from toetskader.collect.endpoint.dns import Dns
from toetskader.facts.attempt import NotSeen
from toetskader.facts.endpoint.dns import DnsFacts
from toetskader.facts.endpoint.dnssec import DnssecFacts, Status
from toetskader.laboratory.dns import DnsLaboratory


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "resolver")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("resolver") / "both.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return path


def server_context(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture(scope="module")
def over_tls(laboratory: DnsLaboratory, certificate: Path) -> Iterator[tuple[str, list[int]]]:
    """A resolver over TLS that closes a connection after ten answers, and how many connections it got."""
    listener = socket.create_server(("127.0.0.1", 0))
    context = server_context(certificate)
    connections = [0]

    def serve(connection: socket.socket) -> None:
        with suppress(OSError), context.wrap_socket(connection, server_side=True) as channel:
            connections[0] += 1
            stream = channel.makefile("rwb")
            for _ in range(10):
                head = stream.read(2)
                if len(head) < 2:
                    return
                answer = laboratory.reply(stream.read(struct.unpack("!H", head)[0]), 65_535)
                assert answer is not None
                stream.write(struct.pack("!H", len(answer)) + answer)
                stream.flush()

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    yield f"tls://127.0.0.1:{listener.getsockname()[1]}", connections
    listener.close()


Answering = Callable[[bytes], tuple[int, bytes]]


@pytest.fixture(scope="module")
def over_https(laboratory: DnsLaboratory, certificate: Path) -> Iterator[tuple[str, list[Answering]]]:
    """A resolver over HTTPS, and what it does with a question."""

    def honest(wire: bytes) -> tuple[int, bytes]:
        answer = laboratory.reply(wire, 65_535)
        assert answer is not None
        return 200, answer

    behaviour: list[Answering] = [honest]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            status, content = behaviour[0](self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Content-Type", "application/dns-message")
            if status == 302:
                self.send_header("Location", "https://127.0.0.1:1/")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = server_context(certificate).wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield f"https://127.0.0.1:{server.server_port}/dns-query", behaviour
    server.shutdown()
    server.server_close()


def secure_through(resolver: str, laboratory: DnsLaboratory, authorities: Path | None) -> None:
    asking = Dns(resolver, trust_anchors=laboratory.trust_anchor_file, authorities=authorities, timeout_s=3)
    facts = asking.collect("www.good.test", 443)
    found = asking.validate("www.good.test", 443)

    assert isinstance(facts, DnsFacts), facts
    assert facts.a.addresses == ("127.0.0.1",)
    assert isinstance(found, DnssecFacts)
    assert {item.status for item in found.validations} == {Status.SECURE}


def test_over_udp_and_tcp(laboratory: DnsLaboratory) -> None:
    secure_through(f"127.0.0.1:{laboratory.port}", laboratory, None)


def test_over_ipv6(laboratory: DnsLaboratory) -> None:
    if not laboratory.has_ipv6:
        pytest.skip("no IPv6 on loopback")
    secure_through(f"[::1]:{laboratory.port}", laboratory, None)


def test_over_tls_keeps_its_connections(
    over_tls: tuple[str, list[int]], laboratory: DnsLaboratory, certificate: Path
) -> None:
    before = len(laboratory.asked)
    secure_through(over_tls[0], laboratory, certificate)

    assert over_tls[1][0] < len(laboratory.asked) - before


def test_over_https(over_https: tuple[str, list[Answering]], laboratory: DnsLaboratory, certificate: Path) -> None:
    secure_through(over_https[0], laboratory, certificate)


def test_a_certificate_that_nobody_trusts_is_refused(
    over_tls: tuple[str, list[int]], over_https: tuple[str, list[Answering]]
) -> None:
    for resolver in (over_tls[0], over_https[0]):
        found = Dns(resolver, timeout_s=2).collect("www.good.test", 443)

        assert isinstance(found, NotSeen), found
        assert "127.0.0.1" in found.message.en


def other_question(wire: bytes) -> tuple[int, bytes]:
    query = dns.message.from_wire(wire)
    other = dns.message.make_query("evil.test.", "A", id=query.id)
    return 200, dns.message.make_response(other, recursion_available=True).to_wire()


@pytest.mark.parametrize(
    "behaviour",
    [
        lambda _: (500, b""),
        lambda _: (302, b""),
        lambda _: (200, b"\x00" * 200_000),
        lambda _: (200, b"<html>"),
        other_question,
    ],
    ids=["error", "redirect", "endless", "no message", "other question"],
)
def test_what_is_no_answer_over_https_is_none(
    over_https: tuple[str, list[Answering]], certificate: Path, behaviour: Answering
) -> None:
    url, current = over_https
    honest = current[0]
    current[0] = behaviour
    try:
        found = Dns(url, authorities=certificate, timeout_s=2).collect("www.good.test", 443)
    finally:
        current[0] = honest

    assert isinstance(found, NotSeen), found


def test_an_answer_too_large_for_udp_comes_over_tcp(collector: Dns) -> None:
    found = collector.addresses("www.many.test")

    assert not isinstance(found, NotSeen)
    assert len(found.a.records) + found.a.left_out == 500
