"""Why a request had no answer, from what the libraries raise."""

import errno
import http.client
import re
import ssl
from collections.abc import Iterator

import h2.exceptions
import httpcore
import httpx
import urllib3.exceptions

from toetskader.core.failure import Failed, Reason
from toetskader.facts.endpoint.escape import escaped
from toetskader.facts.endpoint.http import How, Unanswered
from toetskader.text import Text

_NO_ROUTE = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.ENETDOWN})
_BROKEN_OFF = (
    ConnectionError,
    http.client.RemoteDisconnected,
    http.client.IncompleteRead,
    urllib3.exceptions.IncompleteRead,
    ssl.SSLEOFError,
    ssl.SSLZeroReturnError,
    httpx.ReadError,
    httpx.WriteError,
)
_NO_HTTP = (
    http.client.HTTPException,
    urllib3.exceptions.HTTPError,
    httpx.ProtocolError,
    httpcore.ProtocolError,
    h2.exceptions.H2Error,
    UnicodeError,
    ValueError,
)
_CLIENT_CERTIFICATE = re.compile(r"CERTIFICATE_REQUIRED|ALERT_CERTIFICATE_UNKNOWN|BAD_CERTIFICATE\b")
_TOO_MANY = re.compile(r"got more than \d+ headers")

_MESSAGES = {
    How.REFUSED: Text(
        "De poort is dicht: de verbinding is geweigerd", "The port is closed: the connection was refused"
    ),
    How.TIMED_OUT: Text("Geen (volledig) antwoord binnen de tijd", "No (complete) answer in time"),
    How.UNREACHABLE: Text(
        "Vanaf de plek van de meting gaat er geen route naar dit adres",
        "No route leads to this address from where it was measured",
    ),
    How.RESET: Text("De server brak de verbinding af", "The server broke off the connection"),
    How.TLS: Text("Er kwam geen TLS-verbinding tot stand", "No TLS connection could be made"),
    How.CLIENT_CERTIFICATE: Text("De server eist een clientcertificaat", "The server demands a client certificate"),
    How.PROTOCOL: Text("Het antwoord is geen geldig HTTP", "What came back is no valid HTTP"),
    How.TOO_LARGE: Text(
        "Het antwoord heeft meer of langere headers dan gelezen worden",
        "The answer has more or longer headers than are read",
    ),
}


def unanswered(url: str, error: BaseException, *, connected: bool, over: bool) -> Unanswered:
    """Put a fault into words.

    Parameters: `connected`, whether the port was open; `over`, whether the deadline had come, which then is why.
    """
    if isinstance(error, Failed):  # broken off by us
        how = How.TOO_LARGE if error.reason is Reason.TOO_LARGE else How.PROTOCOL
        return Unanswered(url=url, how=how, message=error.message, connected=connected)
    how = How.TIMED_OUT if over else _how(list(_causes(error)))
    detail = "" if over else escaped(_innermost(error), 200)
    said = _MESSAGES[how]
    message = Text(f"{said.nl} ({detail}).", f"{said.en} ({detail}).") if detail else Text(f"{said.nl}.", f"{said.en}.")
    return Unanswered(url=url, how=how, message=message, connected=connected)


def certificate_fault(error: BaseException) -> str:
    """Return why a certificate was not trusted, or nothing when that is not what went wrong."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return escaped(cause.verify_message or str(cause), 200)
    return ""


def _how(causes: list[BaseException]) -> How:
    for cause in causes:
        if isinstance(cause, TimeoutError | urllib3.exceptions.TimeoutError | httpx.TimeoutException):
            return How.TIMED_OUT
        if isinstance(cause, ConnectionRefusedError):
            return How.REFUSED
        if isinstance(cause, OSError) and cause.errno in _NO_ROUTE:
            return How.UNREACHABLE
        if isinstance(cause, http.client.LineTooLong) or _TOO_MANY.search(str(cause)):
            return How.TOO_LARGE
        if isinstance(cause, ssl.SSLError) and not isinstance(cause, ssl.SSLEOFError | ssl.SSLZeroReturnError):
            return How.CLIENT_CERTIFICATE if _CLIENT_CERTIFICATE.search(str(cause)) else How.TLS
        if isinstance(cause, http.client.BadStatusLine) and not isinstance(cause, http.client.RemoteDisconnected):
            return How.PROTOCOL
    if any(isinstance(cause, _BROKEN_OFF) for cause in causes):
        return How.RESET
    return How.PROTOCOL if any(isinstance(cause, _NO_HTTP) for cause in causes) else How.RESET


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield a fault and what it was raised for, innermost first."""
    chain: list[BaseException] = []
    pending: list[object] = [error]
    while pending and len(chain) < 50:
        found = pending.pop(0)
        if isinstance(found, BaseException) and not any(found is known for known in chain):
            chain.append(found)
            pending += [*found.args, getattr(found, "reason", None), found.__cause__, found.__context__]
    return iter(reversed(chain))


def _innermost(error: BaseException) -> str:
    cause = next(_causes(error))
    if isinstance(cause, ssl.SSLError) and cause.reason:
        return str(cause.reason)
    return str(getattr(cause, "strerror", None) or cause) or type(cause).__name__
