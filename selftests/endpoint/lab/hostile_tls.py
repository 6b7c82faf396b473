"""Servers that do not keep to TLS: plain sockets, each with one way of misbehaving."""

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Misbehaviour = Callable[[socket.socket, threading.Event], None]


@contextmanager
def hostile_server(misbehave: Misbehaviour) -> Iterator[int]:
    """Serve every connection with a misbehaviour. Yields the port."""
    ended = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.1)
    threads: list[threading.Thread] = []

    def one(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.settimeout(0.2)
            misbehave(connection, ended)

    def serve() -> None:
        while not ended.is_set():
            with suppress(TimeoutError):
                connection, _ = listener.accept()
                threads.append(threading.Thread(target=one, args=(connection,), daemon=True))
                threads[-1].start()

    accepting = threading.Thread(target=serve, daemon=True)
    accepting.start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        ended.set()
        accepting.join()
        listener.close()
        for thread in threads:
            thread.join()


def read_hello(connection: socket.socket) -> bytes:
    """Read what the client sends first."""
    with suppress(TimeoutError):
        return connection.recv(8192)
    return b""


def record(kind: int, body: bytes, version: int = 0x0303) -> bytes:
    return struct.pack("!BHH", kind, version, len(body)) + body


def handshake(kind: int, body: bytes) -> bytes:
    """Make a handshake message, over as many records as it needs."""
    message = bytes((kind,)) + len(body).to_bytes(3, "big") + body
    return b"".join(record(22, message[at : at + 16000]) for at in range(0, len(message), 16000))


def server_hello(suite: int = 0xC02F, extensions: bytes = b"") -> bytes:
    body = struct.pack("!H", 0x0303) + b"\x5a" * 32 + b"\0" + struct.pack("!HB", suite, 0)
    return handshake(2, body + len(extensions).to_bytes(2, "big") + extensions)


def certificates(chain: list[bytes]) -> bytes:
    body = b"".join(len(item).to_bytes(3, "big") + item for item in chain)
    return handshake(11, len(body).to_bytes(3, "big") + body)


def key_exchange(group: int = 23, signature: int = 0x0401) -> bytes:
    return handshake(12, struct.pack("!BHB", 3, group, 65) + b"\4" * 65 + struct.pack("!HH", signature, 8) + b"s" * 8)


def hangs(connection: socket.socket, ended: threading.Event) -> None:
    """Say nothing after the hello."""
    read_hello(connection)
    ended.wait()


def dribbles(connection: socket.socket, ended: threading.Event) -> None:
    """Send a flight one byte at a time."""
    read_hello(connection)
    for byte in server_hello() + certificates([b"c" * 4000]):
        connection.send(bytes((byte,)))
        if ended.wait(1):
            return


def sends(*parts: bytes, then_reset: bool = False, only_tls12: bool = True) -> Misbehaviour:
    """Send parts of a flight to a hello of TLS 1.2, and decline all others."""

    def misbehave(connection: socket.socket, ended: threading.Event) -> None:
        hello = read_hello(connection)
        if only_tls12 and (hello[9:11] != b"\x03\x03" or b"\0\x2b\0\3\2\3\4" in hello):
            connection.sendall(record(21, b"\2\x46"))
            return
        for part in parts:
            connection.sendall(part)
        if then_reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        else:
            time.sleep(0.05)

    return misbehave


def floods(connection: socket.socket, ended: threading.Event) -> None:
    """Send records of handshake without end."""
    read_hello(connection)
    part = record(22, b"\x0b\x00\xff\xff" + b"x" * 16000)
    while not ended.is_set():
        connection.sendall(part)


FLIGHT = (server_hello(), certificates([b"not a certificate"]), key_exchange(), handshake(14, b""))


def offered_suites(hello: bytes) -> list[int]:
    """Return the suites in a ClientHello."""
    at = 5 + 4 + 2 + 32
    at += 1 + hello[at]
    length = int.from_bytes(hello[at : at + 2], "big")
    return [int.from_bytes(hello[place : place + 2], "big") for place in range(at + 2, at + 2 + length, 2)]


def picks(choose: Callable[[list[int]], int | None], extensions: bytes = b"") -> Misbehaviour:
    """Answer hellos of TLS 1.2 with the suite that is chosen from what they offer, or with handshake_failure."""

    def misbehave(connection: socket.socket, ended: threading.Event) -> None:
        hello = read_hello(connection)
        if hello[:1] != b"\x16" or hello[9:11] != b"\x03\x03" or b"\0\x2b\0\3\2\3\4" in hello:
            connection.sendall(record(21, b"\2\x28"))
            return
        suite = choose(offered_suites(hello))
        if suite is None:
            connection.sendall(record(21, b"\2\x28"))
        else:
            flight = (server_hello(suite, extensions), FLIGHT[1], key_exchange(), handshake(14, b""))
            connection.sendall(b"".join(flight))
        time.sleep(0.02)

    return misbehave


RETRY_RANDOM = bytes.fromhex("CF21AD74E59A6111BE1D8C021E65B891C2A211167ABB8C5E079E09E2C8A8339C")


def retries(groups: list[int]) -> Misbehaviour:
    """Answer hellos of TLS 1.3 by asking for the first of some groups that they offer; decline all others."""

    def misbehave(connection: socket.socket, ended: threading.Event) -> None:
        hello = read_hello(connection)
        offered = next((group for group in groups if _offers(hello, group)), None)
        if b"\0\x2b\0\3\2\3\4" not in hello or offered is None:
            connection.sendall(record(21, b"\2\x28"))
            return
        extensions = b"\0\x2b\0\2\3\4\0\x33\0\2" + offered.to_bytes(2, "big")
        body = b"\3\3" + RETRY_RANDOM + b"\x20" + b"s" * 32 + b"\x13\x02\0"
        connection.sendall(handshake(2, body + len(extensions).to_bytes(2, "big") + extensions))
        time.sleep(0.02)

    return misbehave


def _offers(hello: bytes, group: int) -> bool:
    at = hello.find(b"\0\x0a", 60)
    length = int.from_bytes(hello[at + 4 : at + 6], "big")
    listed = hello[at + 6 : at + 6 + length]
    return group in [int.from_bytes(listed[place : place + 2], "big") for place in range(0, len(listed), 2)]
