"""Servers behind something that drops or refuses some connections: what that hides is not known, and never declined."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from judging_tls import Measure
from openssl_server import openssl_server

from toetskader.facts.endpoint.tls import AddressTls, Answer

Decide = Callable[[bytes, int], bytes | None]
"""Takes a hello and its number; None lets it through, bytes answer it (none: the connection is closed)."""
HANDSHAKE_FAILURE = b"\x15\x03\x03\x00\x02\x02\x28"


def suites_in(hello: bytes) -> int:
    at = 44 + hello[43]
    return int(struct.unpack(">H", hello[at : at + 2])[0]) // 2


@contextmanager
def behind(port: int, decide: Decide) -> Iterator[int]:
    """Put something between client and server that decides by the hello; yields its port."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=100)
    count = 0

    def pump(one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def serve(client: socket.socket, number: int) -> None:
        with suppress(OSError), client:
            client.settimeout(20)
            hello = client.recv(65536)
            answer = decide(hello, number) if hello[:1] == b"\x16" else None
            if answer is not None:
                client.sendall(answer)
                return
            with socket.create_connection(("127.0.0.1", port)) as server:
                server.sendall(hello)
                threading.Thread(target=pump, args=(client, server), daemon=True).start()
                pump(server, client)

    def accept() -> None:
        nonlocal count
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                count += 1
                threading.Thread(target=serve, args=(client, count), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()


def accepted(address: AddressTls) -> dict[str, Answer]:
    return {version.name: version.accepted for version in address.versions}


@pytest.fixture(scope="module")
def old(keys: Path) -> Iterator[int]:
    """A server of TLS 1.0 to 1.3."""
    arguments = ["-cert", "p256.crt", "-key", "p256.key", "-cipher", "ECDHE+AESGCM:ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0"]
    with openssl_server(keys, arguments) as port:
        yield port


def test_a_limit_that_refuses_by_an_alert_is_not_taken_for_an_answer(old: int, measure: Measure) -> None:
    with behind(old, lambda _, number: HANDSHAKE_FAILURE if number > 12 else None) as port:
        found = measure(port).addresses[0]
    assert Answer.NO not in accepted(found).values()
    assert found.groups_unfinished is not None
    assert all(item.accepted.answer is not Answer.NO for item in found.hashes)


def test_long_offers_that_are_cut_off_hide_no_version(old: int, measure: Measure) -> None:
    with behind(old, lambda hello, _: b"" if suites_in(hello) > 128 else None) as port:
        found = measure(port).addresses[0]
    for version in ("TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"):
        assert accepted(found)[version] is Answer.YES
