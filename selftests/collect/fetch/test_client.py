"""The client, before servers that do what no honest one does."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from toetskader.collect.fetch.client import MOST_HOPS, Client, Fetched
from toetskader.collect.fetch.web_address import read_address
from toetskader.core.failure import Failed, Reason

Say = Callable[[socket.socket, bytes], None]
OK = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture
def serving() -> Iterator[Callable[[Say], str]]:
    """Serve what a function says to each request; returns the address."""
    servers: list[socket.socket] = []

    def start(say: Say) -> str:
        server = socket.create_server(("127.0.0.1", 0))
        servers.append(server)

        def serve() -> None:
            with suppress(OSError):
                while True:
                    client, _ = server.accept()
                    threading.Thread(target=answer, args=(client,), daemon=True).start()

        def answer(client: socket.socket) -> None:
            with client, suppress(OSError):
                head = b""
                while b"\r\n\r\n" not in head:
                    part = client.recv(4096)
                    if not part:
                        return
                    head += part
                say(client, head)

        threading.Thread(target=serve, daemon=True).start()
        return f"http://127.0.0.1:{server.getsockname()[1]}/"

    yield start
    for server in servers:
        server.close()


def read(where: str, *, seconds: float = 20, most_bytes: int = 1_000_000, allow_private: bool = True) -> Fetched:
    address = read_address(where)
    with Client(address, allow_private=allow_private, seconds=seconds, user_agent="selftests") as client:
        return client.read(address, most_bytes=most_bytes)


def refused(where: str, **settings: float) -> Failed:
    with pytest.raises(Failed) as caught:
        read(where, **settings)  # type: ignore[arg-type]
    return caught.value


def saying(data: bytes) -> Say:
    return lambda client, _: client.sendall(data)


def drip(client: socket.socket, _: bytes) -> None:
    client.sendall(OK + b"Content-Length: 1000\r\n\r\n")
    for _ in range(600):
        client.sendall(b"x")
        time.sleep(0.1)


def drip_head(client: socket.socket, _: bytes) -> None:
    for _ in range(600):
        client.sendall(b"H")
        time.sleep(0.1)


def endless(client: socket.socket, _: bytes) -> None:
    client.sendall(OK + b"Transfer-Encoding: chunked\r\n\r\n")
    while True:
        client.sendall(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")


def test_an_answer(serving: Callable[[Say], str]) -> None:
    found = read(serving(saying(OK + b"Content-Length: 3\r\nX-A: b\r\n\r\nabc")))
    assert (found.status, found.body, found.headers["x-a"]) == (200, b"abc", "b")


@pytest.mark.parametrize("say", [drip, drip_head], ids=["body", "head"])
def test_slow_answers_meet_the_deadline(say: Say, serving: Callable[[Say], str]) -> None:
    found = refused(serving(say), seconds=1)
    assert found.reason is Reason.UNREACHABLE
    assert "within 1 seconds" in found.message.en


@pytest.mark.parametrize(
    "say",
    [
        endless,
        saying(OK + b"Content-Length: 5000000\r\n\r\n" + b"x" * 5_000_000),
        saying(OK + b"\r\n" + b"x" * 5_000_000),
    ],
    ids=["chunks", "length", "until closed"],
)
def test_large_answers_are_broken_off(say: Say, serving: Callable[[Say], str]) -> None:
    assert refused(serving(say)).reason is Reason.TOO_LARGE


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00" * 100,
        b"SSH-2.0-x\r\n",
        OK + b"Content-Length: 10\r\n\r\nabc",
        OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        OK + b"Content-Length: -1\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        OK + b"X: " + b"x" * 300_000 + b"\r\n\r\n",
        OK + b"X: y\r\n" * 50_000 + b"\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 10,
    ],
)
def test_what_is_no_answer(data: bytes, serving: Callable[[Say], str]) -> None:
    found = refused(serving(saying(data)))
    assert found.reason is Reason.UNREACHABLE
    assert "\n" not in found.message.nl
    assert "\x00" not in found.message.nl


@pytest.mark.parametrize(("status", "reason"), [(401, Reason.DENIED), (403, Reason.DENIED), (404, Reason.TOOL_FAILED)])
def test_other_answers(status: int, reason: Reason, serving: Callable[[Say], str]) -> None:
    found = refused(serving(saying(b"HTTP/1.1 %d No\r\nContent-Length: 0\r\n\r\n" % status)))
    assert found.reason is reason
    assert f"HTTP {status}" in found.message.nl


@pytest.mark.parametrize(
    "location",
    [b"/\x01", b"/ /", b"\\\\x", b"http://", b"http://[", b"ftp://x/", b"http://u:p@127.0.0.1/", b"\xff\xfe"],
)
def test_redirects_that_lead_nowhere(location: bytes, serving: Callable[[Say], str]) -> None:
    data = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + location + b"\r\n\r\n"
    found = refused(serving(saying(data)))
    assert found.reason in (Reason.REFUSED_INPUT, Reason.UNREACHABLE, Reason.TOOL_FAILED)


def test_redirects_are_counted(serving: Callable[[Say], str]) -> None:
    asked: list[bytes] = []

    def again(client: socket.socket, head: bytes) -> None:
        asked.append(head)
        client.sendall(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: /%d\r\n\r\n" % len(asked))

    assert "do not end" in refused(serving(again)).message.en
    assert len(asked) == MOST_HOPS + 1


def test_what_is_for_one_place_is_not_sent_to_the_next(serving: Callable[[Say], str]) -> None:
    heads: list[bytes] = []

    def record(client: socket.socket, head: bytes) -> None:
        heads.append(head)
        client.sendall(OK + b"Content-Length: 0\r\n\r\n")

    def send_on(client: socket.socket, head: bytes) -> None:
        heads.append(head)
        on = b"HTTP/1.1 307 On\r\nLocation: /x\r\n" if b"GET / " in head else OK
        client.sendall(on + b"Content-Length: 0\r\n\r\n")

    address = read_address(serving(send_on))
    with Client(address, allow_private=True, seconds=20, user_agent="selftests") as client:
        client.get(address, most_bytes=10, headers={"Authorization": "Bearer x"})
        elsewhere = read_address(serving(record))
        with pytest.raises(Failed):
            client.get(elsewhere, most_bytes=10, said_by=address, headers={"Authorization": "Bearer x"})
    assert [b"authorization: bearer x" in head.lower() for head in heads] == [True, True]


def test_nobody_is_contacted_without_leave(serving: Callable[[Say], str]) -> None:
    contacts: list[bytes] = []
    found_at = serving(lambda client, head: contacts.append(head))
    with pytest.raises(Failed, match="not public"):
        read(found_at, allow_private=False)
    assert not contacts
