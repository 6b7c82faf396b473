"""The collector: all addresses of an endpoint at once, each within one deadline."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from pathlib import Path

import httpx
import msgspec
import requests

from toetskader.collect.deadline import Deadline
from toetskader.collect.endpoint.gate import Gate
from toetskader.collect.endpoint.http.trust import tls_context
from toetskader.collect.endpoint.http.visit import LEGACY, NOT_THERE, WELL_KNOWN, Https, Visitor
from toetskader.core.failure import Reason
from toetskader.facts.addresses import may_be_contacted
from toetskader.facts.attempt import NotSeen, Provenance
from toetskader.facts.endpoint.http import AddressHttp, Answer, Exchange, FileAnswer, How, HttpFacts, Unanswered
from toetskader.text import Text

DEADLINE_S = 20.0
MOST_ADDRESSES = 16
"""Addresses that are visited; further ones are named as left out."""


def collect_http(
    host: str,
    port: int,
    http_port: int,
    path: str,
    addresses: Sequence[str],
    *,
    authorities: Path | None = None,
    allow_private: bool = False,
    deadline_s: float = DEADLINE_S,
    user_agent: str,
    gate: Gate | None = None,
) -> HttpFacts | NotSeen:
    """Ask an endpoint for its page, its error page and its security.txt, on every address.

    Parameters: `host`, in lower case ASCII; `addresses`, all that the host has; `authorities`, a PEM file with
    certificates that are trusted besides the public ones; `allow_private`, whether private addresses may be contacted;
    `deadline_s`, seconds for everything on one address; `gate`, the run's, which limits connections to an address.
    Redirects to elsewhere are recorded and not followed. An address that does not answer is a value in the facts; the
    whole is not seen only when there is nothing to contact.
    """
    at = datetime.now(UTC)
    provenance = Provenance(
        at=at, by=f"http: requests {requests.__version__}, httpx {httpx.__version__}", source=f"https://{host}:{port}"
    )
    known = list(dict.fromkeys(addresses))
    kept_off = [address for address in known if not may_be_contacted(address, allow_private=allow_private)]
    open_to_us = [address for address in known if address not in kept_off]
    if not open_to_us:
        return NotSeen(reason=_why_none(kept_off), message=_none_left(host, kept_off), provenance=provenance)
    try:
        for protocol in ("http/1.1", "h2"):
            tls_context(protocol, authorities, verify=True)
    except OSError as error:
        message = Text(
            f"De certificaten in {authorities} zijn niet te lezen ({error}).",
            f"The certificates in {authorities} cannot be read ({error}).",
        )
        return NotSeen(reason=Reason.REFUSED_INPUT, message=message, provenance=provenance)
    visited = open_to_us[:MOST_ADDRESSES]

    def through(address: str) -> AbstractContextManager[None]:
        return gate.to(address) if gate is not None else nullcontext()

    def plain(address: str) -> Exchange:
        with through(address), Deadline(deadline_s) as deadline:
            return visitor(address, deadline).plain()

    def https(address: str) -> Https:
        with through(address), Deadline(deadline_s) as deadline:
            seen = visitor(address, deadline).https()
        if isinstance(seen.first, Answer) and seen.first.protocol != "HTTP/2":
            with through(address), Deadline(deadline_s) as deadline:
                visitor(address, deadline).over_http2(seen)
        return seen

    def visitor(address: str, deadline: Deadline) -> Visitor:
        return Visitor(
            host=host,
            port=port,
            http_port=http_port,
            path=path,
            address=address,
            authorities=authorities,
            user_agent=user_agent,
            deadline=deadline,
        )

    with ThreadPoolExecutor(max_workers=2 * len(visited), thread_name_prefix="http") as pool:
        started = [(address, pool.submit(plain, address), pool.submit(https, address)) for address in visited]
        found = tuple(_address(address, first.result(), second.result()) for address, first, second in started)
    facts = HttpFacts(
        host=host,
        port=port,
        http_port=http_port,
        path=path,
        addresses=found,
        addresses_left_out=tuple(open_to_us[MOST_ADDRESSES:]),
        refused_addresses=tuple(kept_off),
        own_authorities=authorities is not None,
        provenance=provenance,
    )
    return msgspec.structs.replace(facts, commands=tuple(_commands(facts)))


def _address(address: str, plain: Exchange, seen: Https) -> AddressHttp:
    return AddressHttp(
        address=address,
        plain=plain,
        first=seen.first,
        http2=seen.http2,
        certificate_fault=seen.certificate_fault,
        browser_fault=seen.browser_fault,
        hops=tuple(seen.hops),
        document=seen.document,
        load_ms=seen.load_ms,
        sign_in=tuple(seen.sign_in),
        sign_in_page=seen.sign_in_page,
        error=seen.error or _not_asked(seen.first, NOT_THERE),
        error_page=seen.error_page,
        security_txt=seen.security_txt or FileAnswer(exchange=_not_asked(seen.first, WELL_KNOWN)),
        legacy_security_txt=seen.legacy_security_txt,
        policy=tuple(seen.policy),
    )


def _not_asked(first: Exchange, path: str) -> Unanswered:
    """Say that nothing was asked, as the first request had no answer."""
    reason = first.message if isinstance(first, Unanswered) else Text("", "")
    message = Text(
        f"Niet opgevraagd, want over HTTPS kwam geen antwoord. {reason.nl}".strip(),
        f"Not asked for, as there was no answer over HTTPS. {reason.en}".strip(),
    )
    return Unanswered(url=path, how=How.NOT_ASKED, message=message)


def _why_none(kept_off: list[str]) -> Reason:
    return Reason.REFUSED_INPUT if kept_off else Reason.UNREACHABLE


def _none_left(host: str, kept_off: list[str]) -> Text:
    if not kept_off:
        return Text(f"{host} heeft geen adres.", f"{host} has no address.")
    named = ", ".join(kept_off[:5])
    message = Text(
        f"{host} heeft alleen adressen die vanaf het internet niet bereikbaar zijn ({named}).",
        f"{host} has only addresses that cannot be reached from the internet ({named}).",
    )
    if not all(may_be_contacted(address, allow_private=True) for address in kept_off):
        return message
    return Text(
        f"{message.nl} Zet 'allow_private: true' bij het endpoint om een besloten netwerk te onderzoeken.",
        f"{message.en} Give the endpoint 'allow_private: true' to audit a private network.",
    )


def _commands(facts: HttpFacts) -> Iterator[str]:
    """Yield commands with which an auditor sees the same."""
    for address in facts.addresses:
        yield facts.curl(address, plain=True)
        for path in (facts.path, NOT_THERE, WELL_KNOWN, LEGACY):
            yield facts.curl(address, path)
