"""How a request to an API server fails, in words for people."""

import base64
import binascii
from datetime import UTC, datetime

import msgspec

from toetskader.core.failure import Failed, Failure, Reason
from toetskader.facts.endpoint.escape import escaped, escaped_bytes
from toetskader.text import Text

_LONGEST_MESSAGE = 300
"""Characters of what a server says that are repeated."""


class ApiFailure(Failure, frozen=True, kw_only=True, tag="api_failure"):
    """Why an API server gives no answer."""

    status: int = 0
    """HTTP status; 0 when there was no answer at all."""
    everything: bool = False
    """True when every other request will fail in the same way."""


class ApiFailed(Failed):
    """A request without the answer that was asked for."""

    failure: ApiFailure

    def __init__(self, failure: ApiFailure) -> None:
        super().__init__(failure)


class _Status(msgspec.Struct):
    message: str = ""
    reason: str = ""


class _Claims(msgspec.Struct):
    exp: float = 0.0


def said(body: bytes) -> str:
    """Return what the API server says in a Status object, or the start of what it sent; made safe to show."""
    try:
        text = msgspec.json.decode(body, type=_Status).message
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        text = ""
    return escaped(text, _LONGEST_MESSAGE) if text else escaped_bytes(body[:_LONGEST_MESSAGE], _LONGEST_MESSAGE).strip()


def unauthorised(host: str, token: str, now: datetime) -> ApiFailure:
    """Say that the API server does not take the identity, and that its token ran out when that shows."""
    ended = _end_of(token)
    if ended is not None and ended < now:
        when = ended.strftime("%Y-%m-%d %H:%M UTC")
        message = Text(
            f"Het token voor {host} is op {when} verlopen; maak een nieuw.",
            f"The token for {host} ran out on {when}; make a new one.",
        )
    else:
        message = Text(
            f"{host} herkent de aangeboden identiteit niet (401): het token of certificaat is verlopen, ingetrokken of "
            "van een ander cluster. Geef een nieuw.",
            f"{host} does not know the identity it was given (401): the token or certificate ran out, was withdrawn or "
            "is for another cluster. Give a new one.",
        )
    return ApiFailure(Reason.DENIED, message, status=401, everything=True)


def forbidden(what: str, body: bytes) -> ApiFailure:
    """Say that whoever looks lacks a right, in the API server's own words."""
    return ApiFailure(
        Reason.DENIED,
        Text(
            f"{what} mag niet worden gelezen: {said(body)}. Geef dat recht, zie de meegeleverde Role.",
            f"{what} may not be read: {said(body)}. Grant that right, see the Role that comes along.",
        ),
        status=403,
    )


def answered(what: str, status: int, body: bytes) -> ApiFailure:
    """Say that another status came back than what was hoped for."""
    reason = Reason.TOOL_FAILED if status >= 500 else Reason.REFUSED_INPUT
    return ApiFailure(
        reason,
        Text(f"{what}: de API-server antwoordt {status} ({said(body)}).", f"{what}: status {status} ({said(body)})."),
        status=status,
    )


def busy(host: str, status: int, times: int) -> ApiFailure:
    """Say that the API server kept asking to come back later, or kept failing."""
    if status == 429:
        return ApiFailure(
            Reason.TIMED_OUT,
            Text(
                f"{host} bleef vragen het later te proberen (429), ook na {times} pogingen; toets op een rustiger "
                "moment.",
                f"{host} kept asking to come back later (429), after {times} tries too; audit at a quieter moment.",
            ),
            status=status,
        )
    return ApiFailure(
        Reason.TOOL_FAILED,
        Text(
            f"{host} bleef een storing melden ({status}), ook na {times} pogingen.",
            f"{host} kept reporting a failure ({status}), after {times} tries too.",
        ),
        status=status,
    )


def out_of_time(what: str) -> ApiFailure:
    """Say that the time for the whole collection was used up."""
    return ApiFailure(
        Reason.TIMED_OUT,
        Text(
            f"{what}: de tijd voor deze namespace was op voordat het antwoord er was.",
            f"{what}: the time for this namespace was used up before the answer was there.",
        ),
    )


def unreachable(host: str, detail: str) -> ApiFailure:
    """Say that no connection to the API server could be made or kept."""
    shown = escaped(detail, 200)
    return ApiFailure(
        Reason.UNREACHABLE,
        Text(
            f"De API-server {host} is niet bereikbaar ({shown}).", f"The API server {host} cannot be reached ({shown})."
        ),
        everything=True,
    )


def not_trusted(host: str, detail: str) -> ApiFailure:
    """Say that the API server's certificate is not what the kubeconfig's authority vouches for."""
    shown = escaped(detail, 200)
    return ApiFailure(
        Reason.UNREACHABLE,
        Text(
            f"Het certificaat van {host} past niet bij de certificaatautoriteit in de kubeconfig ({shown}); er is "
            "niets verstuurd. Herstel 'certificate-authority-data'.",
            f"The certificate of {host} does not fit the certificate authority in the kubeconfig ({shown}); nothing "
            "was sent. Mend 'certificate-authority-data'.",
        ),
        everything=True,
    )


def too_large(what: str, limit: int) -> ApiFailure:
    """Say that an answer was longer than what is read."""
    size = f"{limit // 1_000_000} MB" if limit >= 1_000_000 else f"{limit} bytes"
    return ApiFailure(
        Reason.TOO_LARGE,
        Text(f"{what}: het antwoord is groter dan {size}.", f"{what}: the answer is larger than {size}."),
    )


def unreadable(what: str) -> ApiFailure:
    """Say that an answer is not what the API says it is."""
    return ApiFailure(
        Reason.REFUSED_INPUT,
        Text(
            f"{what}: het antwoord is niet wat een API-server hoort te geven.",
            f"{what}: the answer is not what an API server should give.",
        ),
    )


def _end_of(token: str) -> datetime | None:
    """Return when a service account's token ends, from its own claims; None for another kind of token."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
        seconds = msgspec.json.decode(claims, type=_Claims).exp
        return datetime.fromtimestamp(seconds, UTC) if seconds else None
    except (binascii.Error, ValueError, OverflowError, OSError, RecursionError):
        return None
