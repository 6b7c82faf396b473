"""Carrying one question to one server and its answer back: UDP with TCP, TLS or HTTPS, each with a deadline."""

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol
from urllib.parse import urlsplit

import certifi
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rdatatype
import dns.resolver
import requests
from requests.adapters import HTTPAdapter

from toetskader.collect.bounded import UnusableAnswerError, read_answer
from toetskader.core.failure import Failure, Reason, failed
from toetskader.facts.addresses import shown_with_port
from toetskader.text import Text

PORT = 53
TLS_PORT = 853
PAYLOAD = 1232
"""Bytes of a UDP answer that arrive unbroken nearly everywhere (DNS flag day 2020)."""
LARGEST = 65_535
"""Bytes of a DNS message."""
SHORT_TRIES = (0.2, 0.4)
"""Parts of the deadline after which a UDP question is asked again, and then over TCP."""


SILENT = frozenset({Reason.UNREACHABLE, Reason.TIMED_OUT})
"""Of a server that could not be reached at all, so that asking it more is of no use. What it sent is another matter."""


class Carrier(Protocol):
    """A way to a server."""

    where: str
    """The server, for people."""

    def ask(self, query: dns.message.Message, timeout_s: float) -> dns.message.Message | Failure:
        """Ask one question; the answer belongs to it: same id and same question."""


def query_for(name: dns.name.Name, type_: dns.rdatatype.RdataType, *, recurse: bool = True) -> dns.message.Message:
    """Return a question with DNSSEC records wanted (DO) and no checking by the server (CD)."""
    flags = dns.flags.CD | (dns.flags.RD if recurse else 0)
    return dns.message.make_query(name, type_, use_edns=0, want_dnssec=True, payload=PAYLOAD, flags=flags)


class Plain:
    """UDP, and TCP when the answer is truncated or UDP brings none that fits."""

    def __init__(self, address: str, port: int) -> None:
        self.address = address
        self.port = port
        self.where = address if port == PORT else shown_with_port(address, port)

    def ask(self, query: dns.message.Message, timeout_s: float) -> dns.message.Message | Failure:
        """Ask once more over UDP, then over TCP, all within the deadline."""
        end = time.monotonic() + timeout_s
        for part in SHORT_TRIES:
            try:
                # What does not fit the question is ignored, as it may be somebody else's; the deadline still holds.
                return dns.query.udp(
                    query,
                    self.address,
                    timeout=timeout_s * part,
                    port=self.port,
                    ignore_unexpected=True,
                    ignore_errors=True,
                    raise_on_truncation=True,
                )
            except dns.exception.Timeout:
                continue
            except (dns.exception.DNSException, OSError, ValueError, EOFError):
                break  # truncated, or refused: TCP says more
        return _carried(
            lambda: dns.query.tcp(query, self.address, timeout=max(end - time.monotonic(), 0.1), port=self.port),
            self.where,
            timeout_s,
        )


class OverTls:
    """DNS over TLS (RFC 7858), its certificate verified; every thread keeps its connection."""

    def __init__(self, host: str, port: int, authorities: str | None) -> None:
        self.host = host
        self.port = port
        self.where = f"tls://{host}:{port}"
        self._context = _context(authorities)
        self._own = threading.local()

    def ask(self, query: dns.message.Message, timeout_s: float) -> dns.message.Message | Failure:
        """Ask over this thread's connection, or a new one when that was closed."""
        end = time.monotonic() + timeout_s
        kept: ssl.SSLSocket | None = getattr(self._own, "connection", None)
        if kept is not None:
            try:
                return dns.query.tls(query, self.host, timeout=timeout_s, sock=kept)
            except (dns.exception.DNSException, OSError, ValueError, EOFError):
                self._own.connection = None
                kept.close()
        return _carried(lambda: self._ask_anew(query, end), self.where, timeout_s)

    def _ask_anew(self, query: dns.message.Message, end: float) -> dns.message.Message:
        left = max(end - time.monotonic(), 0.1)
        plain = socket.create_connection((self.host, self.port), timeout=left)
        try:
            connection = self._context.wrap_socket(plain, server_hostname=self.host)
            connection.setblocking(False)
        except BaseException:
            plain.close()
            raise
        try:
            answer = dns.query.tls(query, self.host, timeout=max(end - time.monotonic(), 0.1), sock=connection)
        except BaseException:
            connection.close()
            raise
        self._own.connection = connection
        return answer


class OverHttps:
    """DNS over HTTPS (RFC 8484)."""

    def __init__(self, url: str, authorities: str | None) -> None:
        self.url = url
        self.where = url
        self._context = _context(authorities)
        self._own = threading.local()

    def ask(self, query: dns.message.Message, timeout_s: float) -> dns.message.Message | Failure:
        """Ask with POST; redirects are not followed."""
        return _carried(lambda: self._post(query, timeout_s), self.where, timeout_s)

    def _post(self, query: dns.message.Message, timeout_s: float) -> dns.message.Message:
        end = time.monotonic() + timeout_s
        session: requests.Session | None = getattr(self._own, "session", None)
        if session is None:
            session = self._own.session = requests.Session()
            session.mount("https://", _Adapter(self._context))
        kind = "application/dns-message"
        with session.post(
            self.url,
            data=query.to_wire(),
            headers={"Content-Type": kind, "Accept": kind, "Accept-Encoding": "identity"},
            timeout=timeout_s,
            allow_redirects=False,
            stream=True,
        ) as response:
            answer = dns.message.from_wire(read_answer(response, LARGEST, end=end))
        if not query.is_response(answer):
            raise dns.query.BadResponse
        return answer


class _Adapter(HTTPAdapter):
    """Makes requests trust what a context trusts, besides its own store."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__()

    def init_poolmanager(self, *given: Any, **settings: Any) -> None:
        """Hand the context to every connection."""
        super().init_poolmanager(*given, ssl_context=self._context, **settings)


def _context(authorities: str | None) -> ssl.SSLContext:
    """Return a context that trusts public authorities, and those of a file. Raises OSError."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(certifi.where())  # for a machine without a store of its own
    if authorities is not None:
        context.load_verify_locations(authorities)
    return context


def _carried(ask: Callable[[], dns.message.Message], where: str, timeout_s: float) -> dns.message.Message | Failure:
    """Ask, and put what goes wrong into a sentence."""
    try:
        return ask()
    except (dns.exception.Timeout, TimeoutError, requests.Timeout):
        return Failure(
            Reason.TIMED_OUT,
            Text(
                f"{where} gaf binnen {timeout_s:g} s geen antwoord dat bij de vraag past",
                f"{where} gave no answer that fits the question within {timeout_s:g} s",
            ),
        )
    except dns.query.BadResponse:
        return Failure(
            Reason.REFUSED_INPUT,
            Text(f"{where} antwoordde op een andere vraag", f"{where} answered another question"),
        )
    except ssl.SSLError as error:
        return Failure(
            Reason.UNREACHABLE,
            Text(f"TLS met {where} mislukte ({error.reason})", f"TLS with {where} failed ({error.reason})"),
        )
    except requests.RequestException as error:
        name = type(error).__name__
        return Failure(
            Reason.UNREACHABLE, Text(f"{where} is niet te bereiken ({name})", f"{where} cannot be reached ({name})")
        )
    except OSError as error:
        why = error.strerror or type(error).__name__
        return Failure(
            Reason.UNREACHABLE, Text(f"{where} is niet te bereiken ({why})", f"{where} cannot be reached ({why})")
        )
    except EOFError:
        return Failure(
            Reason.UNREACHABLE,
            Text(f"{where} verbrak de verbinding zonder antwoord", f"{where} closed the connection without an answer"),
        )
    except (dns.exception.DNSException, UnusableAnswerError, ValueError) as error:
        why = str(error) or type(error).__name__
        return Failure(
            Reason.REFUSED_INPUT,
            Text(f"{where} gaf een onleesbaar antwoord ({why})", f"{where} gave an unreadable answer ({why})"),
        )


def carriers(resolver: str | None, authorities: str | None = None) -> tuple[Carrier, ...]:
    """Return the way to a resolver; more than one for those of the system.

    Parameters: `resolver`, `192.0.2.1`, `192.0.2.1:5353`, `[2001:db8::1]:5353`, `tls://host[:853]`,
    `https://host/dns-query`, or None for the system's (/etc/resolv.conf); `authorities`, a file of certificates that
    are trusted besides the public ones. Raises Failed.
    """
    if resolver is None:
        return _of_system()
    try:
        if resolver.startswith("https://"):
            if not urlsplit(resolver).hostname:
                raise ValueError(resolver)
            return (OverHttps(resolver, authorities),)
        if resolver.startswith("tls://"):
            parts = urlsplit(resolver)
            if not parts.hostname or parts.path not in ("", "/"):
                raise ValueError(resolver)
            return (OverTls(parts.hostname, parts.port or TLS_PORT, authorities),)
        return (Plain(*_address_and_port(resolver)),)
    except OSError as error:
        raise failed(
            Reason.REFUSED_INPUT,
            nl=f"De certificaten in {authorities} zijn niet te lezen ({error.strerror}).",
            en=f"The certificates in {authorities} cannot be read ({error.strerror}).",
        ) from error
    except ValueError as error:
        raise failed(
            Reason.REFUSED_INPUT,
            nl=f"{resolver!r} is geen resolver; schrijf 192.0.2.1, 192.0.2.1:53, [2001:db8::1]:53, tls://naam of "
            "https://naam/dns-query.",
            en=f"{resolver!r} is no resolver; write 192.0.2.1, 192.0.2.1:53, [2001:db8::1]:53, tls://name or "
            "https://name/dns-query.",
        ) from error


def _address_and_port(text: str) -> tuple[str, int]:
    try:
        return str(ipaddress.ip_address(text)), PORT
    except ValueError:
        pass
    parts = urlsplit(f"//{text}")
    if not parts.hostname or parts.path or parts.query or parts.username:
        raise ValueError(text)
    return str(ipaddress.ip_address(parts.hostname)), PORT if parts.port is None else parts.port


def _of_system() -> tuple[Carrier, ...]:
    try:
        found = dns.resolver.Resolver()
    except dns.exception.DNSException as error:
        raise failed(
            Reason.REFUSED_INPUT,
            nl="Deze machine heeft geen resolver in /etc/resolv.conf; geef er een op.",
            en="This machine has no resolver in /etc/resolv.conf; name one.",
        ) from error
    return tuple(Plain(str(server), found.port) for server in found.nameservers[:3])
