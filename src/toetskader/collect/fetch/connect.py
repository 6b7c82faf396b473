"""Connections to addresses that were looked at: a name is looked up once, and that answer is connected to."""

import base64
import queue
import socket
import threading
from collections.abc import Iterable, Set
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore

from toetskader.collect.deadline import Deadline
from toetskader.collect.fetch.failure import refused_input
from toetskader.core.failure import Reason, failed
from toetskader.facts.addresses import Reach, may_be_contacted, reach_of, shown_with_port, special_purpose

CONNECT_S = 5.0
"""Longest wait for one address of a host."""
MOST_TRIED = 8
"""Addresses of one host that are tried."""
_LONGEST_HEAD = 65_536


class CheckedNetwork(httpcore.NetworkBackend):
    """Opens connections for an HTTP client, each to an address that may be contacted.

    Parameters: `deadline`, at which connections end; `private_at`, the hosts and ports that may be inside a private
    network, as the target says so.
    """

    def __init__(self, deadline: Deadline, private_at: Set[tuple[str, int]] = frozenset()) -> None:
        self._deadline = deadline
        self._private_at = private_at
        self._network = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - the deadline is over everything
        local_address: str | None = None,  # noqa: ARG002
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        """Connect to a host. Raises `Failed`: an address of it may not be contacted, or it has none."""
        addresses = look_up(host, port, self._deadline)
        self._check(host, port, addresses)
        proxy = _proxy(host, port)
        problem: Exception | None = None
        for address in addresses[:MOST_TRIED]:
            try:
                if proxy is None:
                    return self._open(address, port)
                return self._through(proxy, address, port)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                problem = problem or error
        assert problem is not None  # noqa: S101 - there was an address
        raise problem

    def _check(self, host: str, port: int, addresses: list[str]) -> None:
        allowed = (host, port) in self._private_at
        kept_off = [item for item in addresses if not may_be_contacted(item, allow_private=allowed)]
        if not kept_off:
            return
        block = special_purpose(kept_off[0])
        what = f"{kept_off[0]} ({block.name})" if block else kept_off[0]
        where = host if ":" not in host else f"[{host}]"
        if any(reach_of(item) is Reach.NEVER for item in kept_off):
            raise refused_input(
                nl=f"{where} staat op {what}, een adres dat niet openbaar is en nooit wordt benaderd.",
                en=f"{where} is at {what}, an address that is not public and never contacted.",
            )
        raise refused_input(
            nl=f"{where} staat op {what}, een adres dat niet openbaar is. Noemt het doel of de chart deze plek zelf en "
            "mag het, zet dan 'allow_private: true' bij de chart van het doel.",
            en=f"{where} is at {what}, an address that is not public. If the target or the chart itself names this "
            "place and it is allowed, put 'allow_private: true' at the chart of the target.",
        )

    def _open(self, address: str, port: int) -> httpcore.NetworkStream:
        stream = self._network.connect_tcp(address, port, timeout=min(CONNECT_S, self._deadline.remaining))
        self._deadline.watch(stream.get_extra_info("socket"))
        return stream

    def _through(self, proxy: SplitResult, address: str, port: int) -> httpcore.NetworkStream:
        """Have the proxy of this machine connect to an address that was looked at (RFC 9110, 9.3.6)."""
        stream = self._open(proxy.hostname or "", proxy.port or 80)
        try:
            there = shown_with_port(address, port)
            lines = [f"CONNECT {there} HTTP/1.1", f"Host: {there}"]
            if proxy.username is not None:
                known = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
                lines.append(f"Proxy-Authorization: Basic {base64.b64encode(known.encode()).decode()}")
            stream.write("".join(f"{line}\r\n" for line in [*lines, ""]).encode("latin-1"), self._deadline.remaining)
            head = b""
            while b"\r\n\r\n" not in head and len(head) < _LONGEST_HEAD:
                part = stream.read(4_096, self._deadline.remaining)
                if not part:
                    break
                head += part
            status = head.split(b" ", 2)[1:2]
            if status != [b"200"]:
                said = status[0][:3].decode("latin-1") if status else "-"
                raise failed(
                    Reason.UNREACHABLE,
                    nl=f"De proxy van deze machine maakt geen verbinding met {there} (antwoord {said}).",
                    en=f"The proxy of this machine makes no connection to {there} (answer {said}).",
                )
        except BaseException:
            stream.close()
            raise
        return stream


def look_up(host: str, port: int, deadline: Deadline) -> list[str]:
    """Return the addresses of a host, as this machine finds them. Raises `Failed`: none, or not in time."""
    found: queue.SimpleQueue[list[str] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            found.put(error)
        else:
            found.put(list(dict.fromkeys(str(answer[4][0]) for answer in answers)))

    # The system's own look-up cannot be broken off, so it is left behind when it takes too long.
    threading.Thread(target=ask, daemon=True, name="look-up").start()
    try:
        addresses = found.get(timeout=deadline.remaining)
    except queue.Empty:
        addresses = []
    if isinstance(addresses, Exception) or not addresses:
        raise failed(
            Reason.UNREACHABLE,
            nl=f"{host} is onbereikbaar: deze machine vindt er geen adres bij. Controleer naam en netwerk.",
            en=f"{host} is unreachable: this machine finds no address for it. Check name and network.",
        )
    return addresses


def _proxy(host: str, port: int) -> SplitResult | None:
    """Return the proxy that this machine's own settings name for a host. Raises `Failed`: of another kind."""
    named = getproxies().get("http" if port == 80 else "https")
    if not named or proxy_bypass(host):
        return None
    proxy = urlsplit(named if "://" in named else f"http://{named}")
    if proxy.scheme != "http" or not proxy.hostname:
        raise refused_input(
            nl="De proxy van deze machine begint niet met http://; een andere wordt niet gebruikt.",
            en="The proxy of this machine does not start with http://; no other is used.",
        )
    return proxy
