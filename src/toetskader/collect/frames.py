"""What goes through the pipes between us and a child process: each message with its length in front."""

import os
import selectors
import struct
import subprocess
from collections.abc import Callable
from enum import Enum, auto

LENGTH = struct.Struct(">Q")
"""Eight bytes, network order: the length of what follows."""

CHUNK = 1024 * 1024
# How often the caller looks at memory and the clock while a process works.
_LOOK_EVERY_S = 0.02


class Broken(Enum):
    """Why no answer came."""

    ENDED = auto()
    """The child ended, or closed its output."""
    TOO_LARGE = auto()


def framed(message: bytes) -> bytes:
    """Return a message as it goes through a pipe."""
    return LENGTH.pack(len(message)) + message


def exchange(child: subprocess.Popen[bytes], request: bytes, most: int, look: Callable[[], None]) -> bytes | Broken:
    """Write a request to a child and read the message that it answers with.

    Parameters: `child`, with pipes for its input and output, without buffers; `request`, whole frames; `most`, bytes
    that the answer may have; `look`, called all the time: what it raises ends the exchange.
    """
    assert child.stdin is not None  # noqa: S101 - both are pipes, as asked
    assert child.stdout is not None  # noqa: S101
    writing, reading = child.stdin.fileno(), child.stdout.fileno()
    os.set_blocking(writing, False)
    os.set_blocking(reading, False)
    rest = memoryview(request)
    received = bytearray()
    needed = LENGTH.size
    with selectors.DefaultSelector() as selector:
        selector.register(reading, selectors.EVENT_READ)
        selector.register(writing, selectors.EVENT_WRITE)
        while len(received) < needed:
            look()
            for key, _ in selector.select(_LOOK_EVERY_S):
                if key.fd == writing:
                    rest = _written(writing, rest)
                    if not rest:
                        selector.unregister(writing)
                    continue
                part = os.read(reading, CHUNK)
                if not part:
                    return Broken.ENDED
                received += part
                if needed == LENGTH.size and len(received) >= LENGTH.size:
                    needed += LENGTH.unpack_from(received)[0]
                    if needed > most + LENGTH.size:
                        return Broken.TOO_LARGE
    return bytes(memoryview(received)[LENGTH.size :])


def read(stream: int) -> bytes | None:
    """Read one message from a file descriptor; None when there are no more."""
    head = _read(stream, LENGTH.size)
    return None if head is None else _read(stream, LENGTH.unpack(head)[0])


def write(stream: int, message: bytes) -> None:
    """Write one message to a file descriptor."""
    rest = memoryview(framed(message))
    while rest:
        rest = rest[os.write(stream, rest) :]


def _read(stream: int, size: int) -> bytes | None:
    data = bytearray(size)
    rest = memoryview(data)
    while rest:
        count = os.readv(stream, [rest])
        if not count:
            return None
        rest = rest[count:]
    return bytes(data)


def _written(stream: int, rest: memoryview) -> memoryview:
    try:
        return rest[os.write(stream, rest) :]
    except BlockingIOError:
        return rest
    except BrokenPipeError:
        return rest[len(rest) :]  # the end of its output will tell why
