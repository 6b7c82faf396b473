"""Servers on loopback that talk as a test says, and the collector pointed at them."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from toetskader.collect.endpoint.http import collect_http
from toetskader.facts.attempt import NotSeen
from toetskader.facts.endpoint.http import AddressHttp, HttpFacts

HOST = "app.example.nl"
Talk = Callable[[socket.socket], None]
"""What a server does with a connection."""


@dataclass(frozen=True)
class Lab:
    """A certificate authority, and what it gave the host."""

    authorities: Path
    tls: ssl.SSLContext
    certificate: bytes
    key: bytes

    def collect(
        self,
        port: int,
        http_port: int | None = None,
        addresses: tuple[str, ...] = ("127.0.0.1",),
        *,
        deadline_s: float = 5,
        path: str = "/",
        trusted: bool = True,
        allow_private: bool = True,
    ) -> HttpFacts | NotSeen:
        return collect_http(
            HOST,
            port,
            port if http_port is None else http_port,
            path,
            addresses,
            authorities=self.authorities if trusted else None,
            allow_private=allow_private,
            deadline_s=deadline_s,
            user_agent="Toetskader/test (+https://example.nl/)",
        )

    def one(self, port: int, http_port: int | None = None, *, deadline_s: float = 5, path: str = "/") -> AddressHttp:
        """Return what 127.0.0.1 answers."""
        facts = self.collect(port, http_port, deadline_s=deadline_s, path=path)
        assert isinstance(facts, HttpFacts)
        return facts.addresses[0]

    @contextmanager
    def talking(
        self, talk: Talk, *, tls: bool = True, handshake: bool = True, using: ssl.SSLContext | None = None
    ) -> Iterator[int]:
        """Serve every connection with `talk` until the context is left; yields the port."""
        listener = socket.create_server(("127.0.0.1", 0))

        def serve(connection: socket.socket) -> None:
            try:
                with connection:
                    connection.settimeout(20)
                    if tls and handshake:
                        with (using or self.tls).wrap_socket(connection, server_side=True) as secure:
                            talk(secure)
                    else:
                        talk(connection)
            except OSError:
                pass  # the client went away, as it should

        def accept() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
            thread.join()
