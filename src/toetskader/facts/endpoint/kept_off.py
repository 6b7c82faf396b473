"""Silence that the measurement itself may have caused, told as that and not as the service's."""

from collections.abc import Callable
from typing import TypeVar

from msgspec.structs import replace

from toetskader.facts.endpoint.http import AddressHttp, Answer, How, HttpFacts, Unanswered
from toetskader.facts.endpoint.tls import TlsFacts
from toetskader.text import Text

Why = Callable[[str, int], Text | None]
"""Takes an address and a port; returns why the measurement may be what it is silent for."""

_E = TypeVar("_E")
_REFUSALS = (How.REFUSED, How.TIMED_OUT, How.RESET, How.TLS)
"""How limits and firewalls keep clients off."""


def without_our_doing(http: HttpFacts, why: Why) -> HttpFacts:
    """Say of requests that had no answer that this may be our own doing, where the run knows so."""
    return replace(http, addresses=tuple(_explained(item, http, why) for item in http.addresses))


def _explained(address: AddressHttp, http: HttpFacts, why: Why) -> AddressHttp:
    def said(exchange: _E, port: int = http.port) -> _E:
        return _said(exchange, address.address, port, why)

    return replace(
        address,
        first=said(address.first),
        http2=said(address.http2),
        hops=tuple(said(item) for item in address.hops),
        sign_in=tuple(said(item) for item in address.sign_in),
        error=said(address.error),
        security_txt=replace(address.security_txt, exchange=said(address.security_txt.exchange)),
        policy=tuple(said(item) for item in address.policy),
        plain=said(address.plain, http.http_port),
    )


def _said(exchange: _E, address: str, port: int, why: Why) -> _E:
    if not isinstance(exchange, Unanswered) or exchange.how not in _REFUSALS:
        return exchange
    reason = why(address, port)
    if reason is None:
        return exchange
    return replace(exchange, how=How.KEPT_OFF, message=_perhaps_ours(exchange.message, reason))


def answering(http: HttpFacts) -> tuple[tuple[str, int], ...]:
    """Return the addresses and ports on which a service answered."""
    return tuple(
        (item.address, port)
        for item in http.addresses
        for exchange, port in ((item.first, http.port), (item.plain, http.http_port))
        if isinstance(exchange, Answer)
    )


def with_silence_explained(tls: TlsFacts, why: Why) -> TlsFacts:
    """Say of addresses on which no TLS was spoken that this may be our own doing, where the run knows so."""
    addresses = []
    for item in tls.addresses:
        reason = None if item.reachable else why(item.address, tls.port)
        if reason is not None and item.reason is not None:
            addresses.append(replace(item, reason=_perhaps_ours(item.reason, reason), kept_off=True))
        else:
            addresses.append(item)
    return replace(tls, addresses=tuple(addresses))


def _perhaps_ours(seen: Text, reason: Text) -> Text:
    return Text(
        f"{seen.nl} Mogelijk komt dat door ons: {reason.nl}", f"{seen.en} Perhaps that is our doing: {reason.en}"
    )
