"""The laboratory's own servers have the quality that they are made for."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from judging_tls import Judge, Measure

from toetskader.laboratory.certificates import Authority
from toetskader.laboratory.tls import ssl_context
from toetskader.results import Verdict


@contextmanager
def serve(context: ssl.SSLContext) -> Iterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()

    def one(raw: socket.socket) -> None:
        with raw, suppress(OSError):
            raw.settimeout(2)
            with context.wrap_socket(raw, server_side=True) as connection:
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    def accept() -> None:
        while not ended.is_set():
            with suppress(TimeoutError):
                threading.Thread(target=one, args=(listener.accept()[0],), daemon=True).start()

    listener.settimeout(0.1)
    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        ended.set()
        accepting.join()
        listener.close()


@pytest.mark.parametrize(
    ("quality", "key", "verdict"),
    [("good", "p256", Verdict.PASS), ("modern", "p256", Verdict.PASS), ("weak", "rsa2048", Verdict.FAIL)],
)
def test_quality(
    quality: str, key: str, verdict: Verdict, authority: Authority, measure: Measure, judge: Judge
) -> None:
    certificate, private = authority.issue(["localhost"], key)
    with serve(ssl_context(quality, certificate, private)) as port:  # type: ignore[arg-type]
        fact = measure(port)
    judged = judge(fact, "tls.ncsc")
    assert judged.verdict is verdict
    versions = {version.name for version in fact.addresses[0].accepted}
    assert (
        versions
        == {
            "good": {"TLS 1.2", "TLS 1.3"},
            "modern": {"TLS 1.3"},
            "weak": {"TLS 1.0", "TLS 1.1", "TLS 1.2"},
        }[quality]
    )
    assert fact.addresses[0].handshakes <= (80 if quality == "weak" else 30)


def test_mutual(authority: Authority, measure: Measure, judge: Judge) -> None:
    certificate, private = authority.issue(["localhost"], organisation="Gemeente Voorbeeld")
    with serve(ssl_context("good", certificate, private, client_authority=authority.pem)) as port:
        fact = measure(port)
    assert judge(fact, "tls.mutual").verdict is Verdict.PASS
    assert judge(fact, "tls.organisation_validated").verdict is Verdict.PASS
