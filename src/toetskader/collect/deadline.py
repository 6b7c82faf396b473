"""One deadline over a whole exchange: a server that sends a byte a second never lets a read time out."""

import contextlib
import socket
import threading
import time
from types import TracebackType
from typing import Self


class Deadline:
    """Ends connections at a moment, whatever they are doing. Use it as a context: leaving it lets go of everything."""

    def __init__(self, seconds: float) -> None:
        """Start counting. Parameter: `seconds`, from now."""
        self._ends = time.monotonic() + seconds
        self._lock = threading.Lock()
        self._watched: list[socket.socket] = []
        self._over = False
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        with self._lock:
            for watched in self._watched:
                watched.close()
            self._watched.clear()

    @property
    def remaining(self) -> float:
        """Seconds left, a little more than none when it is over, as a time-out of zero means something else."""
        return max(self._ends - time.monotonic(), 0.001)

    @property
    def over(self) -> bool:
        """True once the moment has come."""
        return self._over or time.monotonic() >= self._ends

    def watch(self, connection: socket.socket) -> None:
        """End this connection at the deadline. It is watched through a copy, as TLS takes the socket over."""
        copy = connection.dup()
        with self._lock:
            self._watched.append(copy)
            if self._over:
                _cut(copy)

    def _end(self) -> None:
        with self._lock:
            self._over = True
            for watched in self._watched:
                _cut(watched)


def _cut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):  # the other side may have gone already
        connection.shutdown(socket.SHUT_RDWR)
