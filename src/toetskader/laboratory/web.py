"""Websites of the laboratory, good and bad, on loopback over IPv4 and IPv6. Pure Python."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Headers = tuple[tuple[str, str], ...]

SECURITY_HEADERS: Headers = (
    ("Strict-Transport-Security", "max-age=31536000; includeSubDomains"),
    (
        "Content-Security-Policy",
        "default-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'; upgrade-insecure-requests",
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
)
LOOPBACK = ("127.0.0.1", "::1")
IDLE_S = 10
"""Seconds after which a silent client is let go."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a site answers on one path."""

    body: str = ""
    status: int = 200
    headers: Headers = ()
    content_type: str = "text/html; charset=utf-8"
    delay_s: float = 0
    """Seconds before it answers."""


@dataclass(frozen=True, slots=True)
class Site:
    """A website: its answers by path, on HTTPS and on plain HTTP."""

    pages: Mapping[str, Reply]
    missing: Reply
    headers: Headers = ()
    """Sent with every answer over HTTPS."""
    plain: Reply | None = None
    """Answer to everything over plain HTTP; None serves the pages there too, headers and all."""
    plain_pages: Mapping[str, Reply] = field(default_factory=dict)


def good_site(authority: str, *, entra_tenant: str, today: date | None = None) -> Site:
    """Return a site that meets every rule.

    Parameters: `authority`, host and port of its https address; `entra_tenant`, whose users sign in; `today`, from
    which its security.txt is valid for some months: the day that is judged, the present day when absent.
    """
    address = f"https://{authority}"
    expires = (today or date.today()) + timedelta(days=180)
    contact = (
        f"Contact: {address}/security\nExpires: {expires.isoformat()}T00:00:00Z\nPolicy: {address}/security\n"
        f"Preferred-Languages: nl, en\nCanonical: {address}/.well-known/security.txt\n"
    )
    sign_in = (
        f"https://login.microsoftonline.com/{entra_tenant}/oauth2/v2.0/authorize"
        "?client_id=voorbeeld&response_type=code&scope=openid%20profile%20email"
        "&code_challenge=voorbeeld&code_challenge_method=S256"
    )
    return Site(
        pages={
            "/": Reply(_page("Voorbeeld", '<p><a href="/login">Inloggen</a></p><img src="/logo.svg" alt="">')),
            "/login": Reply(status=302, headers=(("Location", sign_in),)),
            "/logo.svg": Reply('<svg xmlns="http://www.w3.org/2000/svg"/>', content_type="image/svg+xml"),
            "/security": Reply(
                _page("Kwetsbaarheid melden", "<p>Meld een kwetsbaarheid; u krijgt binnen vijf werkdagen antwoord.</p>")
            ),
            "/.well-known/security.txt": Reply(contact, content_type="text/plain; charset=utf-8"),
        },
        missing=Reply(_page("Niet gevonden", "<p>Deze pagina bestaat niet.</p>"), status=404),
        headers=SECURITY_HEADERS,
        plain=Reply(status=301, headers=(("Location", f"{address}/"),)),
    )


def bad_site() -> Site:
    """Return a site that breaks every rule it can."""
    trace = "Traceback (most recent call last):\n  File \"/srv/app/views.py\", line 12, in show\nKeyError: 'id'"
    body = (
        '<form action="/login"><input name="user"><input type="password" name="password"></form>'
        '<object classid="clsid:D27CDB6E" data="app.swf"></object><img src="http://images.example.nl/logo.png">'
        '<a href="/setup/client.msi">Installeer eerst de client</a>'
    )
    return Site(
        pages={"/": Reply(_page("Voorbeeld", body))},
        missing=Reply(_page("500", f"<pre>{trace}</pre>"), status=500),
        headers=(
            ("Server", "Apache/2.4.41 (Ubuntu)"),
            ("X-Powered-By", "PHP/7.4.3"),
            ("Set-Cookie", "PHPSESSID=voorbeeld; path=/"),
            ("Referrer-Policy", "unsafe-url"),
        ),
    )


def free_port(addresses: tuple[str, ...] = LOOPBACK) -> int:
    """Return a port that is free on all addresses, for a site that must know its own address."""
    nothing = _Handler.of({}, Reply(status=404), ())
    servers = _servers(nothing, addresses, 0, None)
    for server in servers:
        server.server_close()
    return servers[0].server_port


def _page(title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="nl"><head><title>{title}</title></head><body><h1>{title}</h1>{body}</body></html>'
    )


@dataclass(frozen=True, slots=True)
class Served:
    """Where a site listens, on 127.0.0.1 and ::1 alike."""

    port: int
    http_port: int


@contextmanager
def serve(
    site: Site,
    tls: ssl.SSLContext,
    *,
    port: int = 0,
    http_port: int = 0,
    addresses: tuple[str, ...] = LOOPBACK,
) -> Iterator[Served]:
    """Serve a site until the context is left.

    Parameters: `tls`, how it speaks TLS; `port` and `http_port`, 0 for any that is free on all `addresses`. Raises
    OSError when a port is taken.
    """
    with ExitStack() as stack:
        secure = stack.enter_context(
            _listening(_Handler.of(site.pages, site.missing, site.headers), addresses, port, tls)
        )
        pages = site.plain_pages if site.plain is not None else site.pages
        headers = () if site.plain is not None else site.headers
        plain = _Handler.of(pages, site.plain or site.missing, headers)
        yield Served(secure, stack.enter_context(_listening(plain, addresses, http_port, None)))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = IDLE_S
    pages: Mapping[str, Reply]
    missing: Reply
    extra: Headers

    @classmethod
    def of(cls, pages: Mapping[str, Reply], missing: Reply, extra: Headers) -> "type[_Handler]":
        return type("Handler", (cls,), {"pages": pages, "missing": missing, "extra": extra})

    def do_GET(self) -> None:
        """Answer from the site."""
        reply = self.pages.get(self.path.partition("?")[0], self.missing)
        body = reply.body.encode()
        time.sleep(reply.delay_s)
        self.send_response_only(reply.status)  # without the library's own Server header
        for name, value in (*self.extra, *reply.headers):
            self.send_header(name, value)
        if body:
            self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Keep silent."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: str, port: int, handler: type[_Handler], tls: ssl.SSLContext | None) -> None:
        self.address_family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._tls = tls
        super().__init__((address, port), handler)

    def get_request(self) -> tuple[Any, Any]:
        """Accept a connection; the handshake is the handler's, so that a slow one holds up nobody else."""
        connection, address = super().get_request()
        connection.settimeout(IDLE_S)
        if self._tls is not None:
            connection = self._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep silent: clients that break off are part of the laboratory."""


@contextmanager
def _listening(
    handler: type[_Handler], addresses: tuple[str, ...], port: int, tls: ssl.SSLContext | None
) -> Iterator[int]:
    servers = _servers(handler, addresses, port, tls)
    threads = [threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True) for server in servers]
    for thread in threads:
        thread.start()
    try:
        yield servers[0].server_port
    finally:
        for server, thread in zip(servers, threads, strict=True):
            server.shutdown()
            server.server_close()
            thread.join()


def _servers(
    handler: type[_Handler], addresses: tuple[str, ...], port: int, tls: ssl.SSLContext | None, tries: int = 20
) -> list[_Server]:
    """Open servers with one port on all addresses."""
    servers: list[_Server] = []
    try:
        for address in addresses:
            servers.append(_Server(address, port or (servers[0].server_port if servers else 0), handler, tls))
    except OSError:
        for server in servers:
            server.server_close()
        if port or tries == 0:
            raise
        return _servers(handler, addresses, port, tls, tries - 1)
    return servers
