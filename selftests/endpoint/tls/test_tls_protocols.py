"""Certificates that only clients see who offer a protocol over the connection (ALPN) are judged like any other."""

import shlex
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
from cryptography import x509
from judging_tls import Measure, judge_tls
from openssl_server import openssl_server

from toetskader.collect.endpoint.tls.messages import Offer, client_hello
from toetskader.collect.endpoint.tls.registry import Version
from toetskader.laboratory.certificates import Authority
from toetskader.results import Verdict

H2, HTTP1 = b"\x02h2", b"\x08http/1.1"


@contextmanager
def front(choose: dict[bytes, int], otherwise: int) -> Iterator[int]:
    """Hand each connection on to the port of the first sign that its hello has, as a front of a service may."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=hand_on, args=(client,), daemon=True).start()

    def hand_on(client: socket.socket) -> None:
        with client:
            hello = client.recv(16384)
            port = next((port for sign, port in choose.items() if sign in hello), otherwise)
            with socket.create_connection(("127.0.0.1", port)) as server:
                server.sendall(hello)
                back = threading.Thread(target=copy, args=(server, client), daemon=True)
                back.start()
                copy(client, server)
                back.join(5)

    def copy(source: socket.socket, to: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(16384):
                to.sendall(data)
        with suppress(OSError):
            to.shutdown(socket.SHUT_RDWR)

    threading.Thread(target=serve, daemon=True).start()
    with listener:
        yield int(listener.getsockname()[1])


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3", ""])
@pytest.mark.parametrize("sign", [H2, HTTP1], ids=["h2", "http/1.1"])
def test_a_certificate_for_those_who_offer_a_protocol_is_seen_and_judged(
    version: str, sign: bytes, keys: Path, authority: Authority, measure: Measure
) -> None:
    certificate, key = authority.issue(["elders.example"], "p256")
    (keys / "elsewhere.crt").write_bytes(certificate)
    (keys / "elsewhere.key").write_bytes(key)
    serial = f"{x509.load_pem_x509_certificate(certificate).serial_number:x}"
    with ExitStack() as stack:
        good = stack.enter_context(openssl_server(keys, shlex.split(f"-cert p256.crt -key p256.key {version}")))
        bad = stack.enter_context(
            openssl_server(keys, shlex.split(f"-cert elsewhere.crt -key elsewhere.key {version}"))
        )
        fact = measure(stack.enter_context(front({sign: bad}, good)))
    (address,) = fact.addresses
    assert address.chains_unfinished is None
    assert serial in {chain.leaf.serial.lower().lstrip("0") for chain in address.chains}
    assert judge_tls(fact, "tls.certificate_trusted").verdict is Verdict.FAIL


def test_a_server_that_refuses_protocols_is_judged_by_what_it_shows(keys: Path, measure: Measure) -> None:
    arguments = shlex.split("-cert p256.crt -key p256.key -alpn smtp")
    with openssl_server(keys, arguments, www=False) as port:
        fact = measure(port)
    (address,) = fact.addresses
    assert (len(address.chains), address.chains_unfinished, address.kept_off) == (1, None, False)


def test_protocols_stand_in_the_hello() -> None:
    offer = Offer(version=Version.TLS12, suites=(0xC02F,), protocols=("h2", "http/1.1"))
    assert b"\0\x10\0\x0e\0\x0c" + H2 + HTTP1 in client_hello(offer)
