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
