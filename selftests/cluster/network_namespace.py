"""A network namespace, reached from a test that is in another: that of a node, or of a pod."""

import contextlib
import ctypes
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

from pod_network import Address, pump

_LIBC = ctypes.CDLL(None, use_errno=True)
_NETWORK = 0x40000000
"""CLONE_NEWNET of setns(2)."""


class NetworkNamespace:
    """The network namespace of a file (`/proc/<pid>/ns/net`); sockets that are made in it stay in it."""

    def __init__(self, file: Path) -> None:
        self._file = file

    @property
    def is_own(self) -> bool:
        """Whether it is another one than that of the test."""
        return not self._file.samefile("/proc/self/ns/net")

    def has(self, address: str) -> bool:
        """Tell whether an address is one of its own."""
        with self._entered(), contextlib.suppress(OSError), socket.create_server((address, 0)):
            return True
        return False

    def connect(self, address: Address, seconds: float = 5) -> socket.socket:
        """Connect to an address from there. Raises OSError when nobody answers."""
        with self._entered():
            return socket.create_connection(address, timeout=seconds)

    @contextlib.contextmanager
    def leading_to(self, address: Address) -> Iterator[None]:
        """Let the same address within the namespace lead to the one of the test: for a server on loopback here."""
        with self._entered():
            server = socket.create_server(address)
        threading.Thread(target=_serve, args=(server, address), daemon=True).start()
        try:
            yield
        finally:
            server.shutdown(socket.SHUT_RDWR)
            server.close()

    @contextlib.contextmanager
    def _entered(self) -> Iterator[None]:
        """Be in the namespace with this thread alone."""
        with Path("/proc/thread-self/ns/net").open("rb") as here, self._file.open("rb") as there:
            _enter(there.fileno())
            try:
                yield
            finally:
                _enter(here.fileno())


def _enter(descriptor: int) -> None:
    if _LIBC.setns(descriptor, _NETWORK):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _serve(server: socket.socket, address: Address) -> None:
    with contextlib.suppress(OSError):  # closed by whoever made it
        while True:
            client, _ = server.accept()
            threading.Thread(target=_forward, args=(client, address), daemon=True).start()


def _forward(client: socket.socket, address: Address) -> None:
    with client, contextlib.suppress(OSError), socket.create_connection(address) as upstream:
        back = threading.Thread(target=pump, args=(upstream, client), daemon=True)
        back.start()
        pump(client, upstream)
        back.join()
