"""What TLS tells of a demand for a client certificate, brought to what HTTP saw of the same address."""

from typing import TypeVar

from msgspec.structs import replace

from toetskader.facts.endpoint.http import AddressHttp, How, HttpFacts, Unanswered
from toetskader.facts.endpoint.tls import ClientCertificate, TlsFacts
from toetskader.text import Text

_E = TypeVar("_E")
_MESSAGE = Text(
    "De server eist een clientcertificaat; wat erachter ligt is zonder niet te zien.",
    "The server demands a client certificate; what lies behind it cannot be seen without one.",
)


def with_demands(http: HttpFacts, tls: TlsFacts) -> HttpFacts:
    """Say of requests that found no TLS, where TLS is spoken with client certificates only, that this is why.

    Up to TLS 1.2 a server may break off the handshake without saying that it misses a certificate (RFC 5246, 7.4.6).
    """
    demanding = {
        item.address
        for item in tls.addresses
        if item.reachable and item.client_authentication.state is ClientCertificate.REQUIRED
    }
    addresses = tuple(_explained(item) if item.address in demanding else item for item in http.addresses)
    return replace(http, addresses=addresses)


def _explained(address: AddressHttp) -> AddressHttp:
    return replace(address, first=_said(address.first), error=_said(address.error))


def _said(exchange: _E) -> _E:
    if isinstance(exchange, Unanswered) and exchange.how in (How.TLS, How.RESET):
        return replace(exchange, how=How.CLIENT_CERTIFICATE, message=_MESSAGE)
    return exchange
