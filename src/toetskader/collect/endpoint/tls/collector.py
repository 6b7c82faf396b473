"""TLS of an endpoint, measured on each of its addresses."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import sslyze

from toetskader.collect.endpoint.gate import Gate
from toetskader.collect.endpoint.tls.authorities import Store, extra_store, public_store
from toetskader.collect.endpoint.tls.connection import Line
from toetskader.collect.endpoint.tls.scan import AddressScan, unreachable
from toetskader.core.bounded import UnfitFileError
from toetskader.core.failure import Reason
from toetskader.facts.addresses import is_address, shown_with_port
from toetskader.facts.attempt import NotSeen, Provenance
from toetskader.facts.endpoint.tls import AddressTls, TlsFacts, connect_command
from toetskader.text import Text

MOST_ADDRESSES = 16
"""Addresses of one endpoint that are measured."""
LONGEST_WAIT_S = 8.0
"""Longest wait for one handshake."""


def collect_tls(
    host: str,
    port: int,
    addresses: Sequence[str],
    *,
    authorities: Path | None,
    deadline_s: float,
    user_agent: str,
    now: datetime,
    gate: Gate | None = None,
) -> TlsFacts | NotSeen:
    """Measure TLS on every address of an endpoint, all at once.

    Parameters: `host`, name to ask for and to find in the certificate; `addresses`, where it is: the caller saw to it
    that they may be contacted; `authorities`, a file with certificates (PEM) trusted besides the public ones;
    `deadline_s`, seconds after which each address is done, seen or not; a single handshake may take a quarter of it;
    `user_agent`, for the one request that is sent; `now`, with a time zone, the moment to judge dates by; `gate`,
    shared with other collectors, as all together open a few connections to an address at a time.
    Returns `NotSeen` without addresses, or when the file of authorities cannot be read. Never raises for what a
    server does: an address that cannot be measured has the reason.
    """
    provenance = Provenance(at=now, by=f"tls: sslyze {sslyze.__version__.__version__}", source=f"{host}:{port}")
    if not addresses:
        message = Text(f"{host} heeft geen adres om te meten.", f"{host} has no address to measure.")
        return NotSeen(reason=Reason.UNREACHABLE, message=message, provenance=provenance)
    try:
        stores = [public_store(), *([extra_store(authorities)] if authorities else [])]
    except (OSError, ValueError, UnfitFileError) as error:
        message = Text(
            f"Het bestand met certificaatautoriteiten {authorities} is niet te lezen ({error}); geef een PEM-bestand.",
            f"The file with certificate authorities {authorities} cannot be read ({error}); give a PEM file.",
        )
        return NotSeen(reason=Reason.REFUSED_INPUT, message=message, provenance=provenance)
    measured = list(dict.fromkeys(addresses))
    until = time.monotonic() + deadline_s
    name = "" if is_address(host) else host
    shared = gate or Gate()

    def measure(address: str) -> AddressTls:
        line = Line(address, port, name, shared, wait_s=min(LONGEST_WAIT_S, deadline_s / 4), until=until)
        return _measure(line, host, stores, now, user_agent)

    kept = measured[:MOST_ADDRESSES]
    with ThreadPoolExecutor(max_workers=len(kept), thread_name_prefix="tls-address") as pool:
        found = tuple(pool.map(measure, kept))
    return TlsFacts(
        provenance=provenance,
        commands=_commands(host, port, found),
        host=host,
        port=port,
        addresses=found,
        addresses_left_out=len(measured) - len(kept),
    )


def _measure(line: Line, host: str, stores: Sequence[Store], now: datetime, user_agent: str) -> AddressTls:
    try:
        return AddressScan(line, host, stores, now, user_agent).run()
    except Exception as error:  # what a server sends must cost one address, not the run
        kind = type(error).__name__
        reason = Text(
            f"Het antwoord van de server was niet te verwerken ({kind}).",
            f"The server's answer could not be processed ({kind}).",
        )
        return unreachable(line.address, reason, handshakes=line.handshakes)


def _commands(host: str, port: int, found: Sequence[AddressTls]) -> tuple[str, ...]:
    commands: list[str] = []
    for item in found[:4]:
        where = shown_with_port(item.address, port)
        commands.append(connect_command(host, where, "-showcerts", "-status"))
        if item.reachable:
            commands.append(connect_command(host, where, "-tls1_2", "-cipher", "ALL:@SECLEVEL=0"))
            commands.append(connect_command(host, where, "-tls1_3"))
    return tuple(commands)
