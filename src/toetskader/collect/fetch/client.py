"""A client that reads what is at an address, within limits, and goes nowhere that the target did not name.

A redirect, an absolute address in an index or the address of a token service leads elsewhere only from https to https,
and only to a public address. Each hop is a new request: what was meant for the first place is not sent to the next.
"""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import certifi
import httpcore

from toetskader.collect.deadline import Deadline
from toetskader.collect.fetch.connect import CheckedNetwork
from toetskader.collect.fetch.failure import refused_input
from toetskader.collect.fetch.web_address import PORTS, WebAddress, read_address
from toetskader.core.failure import Failed, Reason, failed
from toetskader.facts.endpoint.escape import escaped

MOST_HOPS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})
_DENIED = frozenset({401, 403, 407})


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer: status, headers by their name in lower case (the last of each), body, and where it came from."""

    address: WebAddress
    status: int
    headers: Mapping[str, str]
    body: bytes


class Client:
    """Reads from one place, and from where that sends us. Use it as a context manager.

    Parameters: `named`, an address at the place that the target or the chart names; `allow_private`, whether that
    place may be in a private network; `seconds`, for everything together; `user_agent`, who asks.
    """

    def __init__(self, named: WebAddress, *, allow_private: bool, seconds: float, user_agent: str) -> None:
        self._named = named
        self._seconds = seconds
        self._user_agent = user_agent
        self._deadline = Deadline(seconds)
        private_at = {(named.host, named.port), (_upgraded(named).host, _upgraded(named).port)}
        self._pool = httpcore.ConnectionPool(
            ssl_context=_tls(),
            network_backend=CheckedNetwork(self._deadline, frozenset(private_at) if allow_private else frozenset()),
            max_keepalive_connections=0,  # one that is kept may be closed at any moment, also while it is used again
        )

    @property
    def seconds_left(self) -> float:
        """What is left of the time for everything together."""
        return self._deadline.remaining

    def get(
        self,
        address: WebAddress,
        *,
        most_bytes: int,
        said_by: WebAddress | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Fetched:
        """Read what is at an address.

        Parameters: `most_bytes`, of a body; `said_by`, where the address was read when that is not the target;
        `headers`, for this place alone. Raises `Failed` for a place where we do not go, no answer, and too much;
        every status of an answer is returned.
        """
        first = address
        if said_by is not None:
            self._need_place(address, said_by)
        for _ in range(MOST_HOPS + 1):
            fetched = self._ask(address, most_bytes, headers or {} if address.origin == first.origin else {})
            location = fetched.headers.get("location", "")
            if fetched.status not in REDIRECTS or not location:
                return fetched
            target = read_address(location, address)
            self._need_place(target, address)
            address = target
        raise failed(
            Reason.TOOL_FAILED,
            nl=f"{first} leidt meer dan {MOST_HOPS} keer verder; de omleidingen houden niet op.",
            en=f"{first} redirects more than {MOST_HOPS} times; the redirects do not end.",
        )

    def read(self, address: WebAddress, *, most_bytes: int, said_by: WebAddress | None = None) -> Fetched:
        """Read what is at an address. Raises `Failed` as `get` does, and for any answer but 200."""
        return found(self.get(address, most_bytes=most_bytes, said_by=said_by))

    def __enter__(self) -> Self:
        self._deadline.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.close()
        self._deadline.__exit__(kind, error, trace)

    def _need_place(self, target: WebAddress, said_by: WebAddress) -> None:
        """Refuse to go from one address to another place. Whether that is public is seen when it is connected to."""
        if target.origin in (self._named.origin, said_by.origin, _upgraded(self._named).origin):
            return
        if target.scheme == said_by.scheme == "https":
            return
        raise refused_input(
            nl=f"{said_by} verwijst naar {target}: naar een andere plek alleen van https:// naar https://.",
            en=f"{said_by} leads to {target}: to another place only from https:// to https://.",
        )

    def _ask(self, address: WebAddress, most_bytes: int, headers: Mapping[str, str]) -> Fetched:
        always = {"Host": address.authority, "User-Agent": self._user_agent, "Accept": "*/*", "Connection": "close"}
        sent = always | dict(headers)
        left = self._deadline.remaining
        try:
            with self._pool.stream(
                "GET",
                httpcore.URL(scheme=address.scheme, host=address.host, port=address.port, target=address.target),
                headers=list(sent.items()),
                extensions={"timeout": dict.fromkeys(("connect", "read", "write", "pool"), left)},
            ) as answer:
                body = bytearray()
                for chunk in answer.iter_stream():
                    body += chunk
                    if len(body) > most_bytes:
                        raise _too_large(address, most_bytes)
                fields = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in answer.headers}
                return Fetched(address, answer.status, fields, bytes(body))
        except Failed:
            raise
        except Exception as error:  # whatever a hostile server makes the libraries raise is no answer
            raise self._unanswered(address, error) from error

    def _unanswered(self, address: WebAddress, error: Exception) -> Failed:
        if self._deadline.over or isinstance(error, httpcore.TimeoutException):
            return failed(
                Reason.UNREACHABLE,
                nl=f"{address} gaf binnen {self._seconds:.0f} seconden geen antwoord. Controleer adres en netwerk.",
                en=f"{address} did not answer within {self._seconds:.0f} seconds. Check its address and the network.",
            )
        why = escaped(str(error), 200) or type(error).__name__
        return failed(
            Reason.UNREACHABLE, nl=f"{address} is onbereikbaar: {why}.", en=f"{address} is unreachable: {why}."
        )


def found(fetched: Fetched) -> Fetched:
    """Return an answer that brings what was asked for. Raises `Failed`: denied, or not there."""
    if fetched.status == 200:
        return fetched
    if fetched.status in _DENIED:
        raise failed(
            Reason.DENIED,
            nl=f"{fetched.address} is zonder toegang niet op te halen (HTTP {fetched.status}).",
            en=f"{fetched.address} cannot be fetched without access (HTTP {fetched.status}).",
        )
    raise failed(
        Reason.TOOL_FAILED,
        nl=f"{fetched.address} kon niet worden opgehaald (HTTP {fetched.status}).",
        en=f"{fetched.address} could not be fetched (HTTP {fetched.status}).",
    )


def _upgraded(address: WebAddress) -> WebAddress:
    """Return the same host with TLS, where a site on the usual port sends us; else the address itself."""
    if address.scheme == "https" or address.port != PORTS["http"]:
        return address
    return WebAddress("https", address.host, PORTS["https"], address.target)


def _too_large(address: WebAddress, most_bytes: int) -> Failed:
    return failed(
        Reason.TOO_LARGE,
        nl=f"{address} is groter dan {most_bytes // 1_000_000} MB.",
        en=f"{address} is larger than {most_bytes // 1_000_000} MB.",
    )


def _tls() -> ssl.SSLContext:
    """Return settings that trust what this machine trusts (SSL_CERT_FILE and SSL_CERT_DIR count)."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(certifi.where())  # for a machine without a store of its own
    return context
