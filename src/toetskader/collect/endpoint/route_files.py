"""Files of routes: what may be announced, and what is."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from toetskader.collect.endpoint.prefixes import Prefixes
from toetskader.core.bounded import UnfitFileError, open_bounded, read_bounded
from toetskader.core.failure import Failed, Reason, failed
from toetskader.text import Text

OLDEST_DUMP = timedelta(hours=48)
"""A router drops authorisations that it could not refresh for two days at the latest (RFC 8210, 6)."""
LARGEST_DUMP = 512_000_000
"""Bytes of a file of authorisations or routes; all of the internet's take about 100 MB."""
_ASN = re.compile(r"(?:AS)?([0-9]{1,10})", re.IGNORECASE)


class _Roa(msgspec.Struct, gc=False):
    asn: str | int
    prefix: str
    maxLength: int | None = None  # noqa: N815 - as validators write it
    expires: int | None = None
    """Seconds since 1970, as rpki-client writes it."""


class _Metadata(msgspec.Struct):
    generated: int | None = None
    """Seconds since 1970, as Routinator and StayRTR's sources write it."""
    generatedTime: datetime | None = None  # noqa: N815 - as Routinator writes it
    buildtime: datetime | None = None
    """As rpki-client writes it."""


class _Dump(msgspec.Struct):
    roas: list[_Roa]
    metadata: _Metadata | None = None


def read_routes(path: Path) -> Prefixes[int]:
    """Return announced routes by prefix: number of the network and of peers, packed (see `origin_and_peers`).

    Parameters: `path`, lines of AS number, prefix and number of peers that see the route, as RISwhois writes them.
    The last may be absent. Raises Failed.
    """
    found: Prefixes[int] = Prefixes()
    count = 0
    try:
        with open_bounded(path, LARGEST_DUMP, follow=True) as stream:  # the auditor names it
            for number, line in enumerate(stream, 1):
                words = line.decode().split()
                if not words or words[0].startswith(("%", "#")):
                    continue
                try:
                    # The default route is somebody's own, and says nothing.
                    if not words[1].endswith("/0"):
                        found.add(words[1], _origin(words[0]) << _PEERS_BITS | _peers(words[2:3]))
                        count += 1
                except (ValueError, IndexError) as error:
                    raise failed(
                        Reason.REFUSED_INPUT,
                        nl=f"{path}, regel {number}: geen AS-nummer, prefix en aantal peers",
                        en=f"{path}, line {number}: no AS number, prefix and number of peers",
                    ) from error
    except (OSError, UnfitFileError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from error
    if not count:
        raise failed(Reason.REFUSED_INPUT, nl=f"{path} bevat geen routes", en=f"{path} holds no routes")
    return found


def read_vrps(path: Path, now: datetime) -> Prefixes[int]:
    """Return authorisations by prefix: AS number and longest length, packed (see `unpacked`). Raises Failed.

    Parameters: `path`, JSON as Routinator and rpki-client write it; one that was made longer than `OLDEST_DUMP` ago
    says nothing of today; `now`, with a time zone. Authorisations that have expired are left out.
    """
    try:
        dump = msgspec.json.decode(read_bounded(path, LARGEST_DUMP, follow=True), type=_Dump)
    except (OSError, UnfitFileError, UnicodeDecodeError, msgspec.DecodeError, RecursionError) as error:
        raise _unreadable(path, error) from error
    _must_be_of_today(path, dump, now)
    found: Prefixes[int] = Prefixes()
    if not dump.roas:
        raise failed(Reason.REFUSED_INPUT, nl=f"{path} bevat geen autorisaties", en=f"{path} holds no authorisations")
    moment = now.timestamp()
    for roa in dump.roas:
        if roa.expires is not None and roa.expires < moment:
            continue
        try:
            shortest = int(roa.prefix.rpartition("/")[2])
            longest = shortest if roa.maxLength is None else roa.maxLength
            if not shortest <= longest <= 128:
                raise ValueError(longest)
            found.add(roa.prefix, as_number(str(roa.asn)) << _LENGTH_BITS | longest)
        except ValueError as error:
            raise failed(
                Reason.REFUSED_INPUT,
                nl=f"{path}: {str(roa.asn)[:20]!r} {roa.prefix[:60]!r} is geen autorisatie",
                en=f"{path}: {str(roa.asn)[:20]!r} {roa.prefix[:60]!r} is no authorisation",
            ) from error
    return found


_LENGTH_BITS = 8
_PEERS_BITS = 20
_UNTOLD = (1 << _PEERS_BITS) - 1
"""In place of a number of peers that the file does not tell."""


def origin_and_peers(packed: int) -> tuple[int, int | None]:
    """Return the number of a network, 0 for a set of them, and how many peers see its route; None when not told."""
    peers = packed & _UNTOLD
    return packed >> _PEERS_BITS, None if peers == _UNTOLD else peers


def _peers(words: list[str]) -> int:
    """Return a number of peers. Raises ValueError for what is none."""
    if not words:
        return _UNTOLD
    if not (words[0].isdecimal() and words[0].isascii() and len(words[0]) <= 6):
        raise ValueError(words[0])
    return min(int(words[0]), _UNTOLD - 1)


def unpacked(packed: int) -> tuple[int, int]:
    """Return AS number and longest length."""
    return packed >> _LENGTH_BITS, packed & ((1 << _LENGTH_BITS) - 1)


def as_number(text: str) -> int:
    """Return the number of a network: `AS64496` or `64496`. Raises ValueError."""
    found = _ASN.fullmatch(text)
    if found is None or int(found[1]) > 0xFFFFFFFF:
        raise ValueError(text)
    return int(found[1])


def _origin(text: str) -> int:
    """Return the origin of a route, 0 for a set of networks (`{64496,64497}`). Raises ValueError."""
    return 0 if text.startswith("{") and text.endswith("}") else as_number(text)


def _must_be_of_today(path: Path, dump: _Dump, now: datetime) -> None:
    """Raise Failed for a dump that is too old. One that does not say when it was made is as old as its file."""
    made = too_old(_made(dump.metadata) or datetime.fromtimestamp(path.stat().st_mtime, UTC), now)
    if made is not None:
        raise failed(
            Reason.REFUSED_INPUT,
            nl=f"{path} is {made.nl}; haal een nieuw bestand",
            en=f"{path} is {made.en}; get a new one",
        )


def _made(metadata: _Metadata | None) -> datetime | None:
    if metadata is None:
        return None
    if metadata.generated is not None:
        try:
            return datetime.fromtimestamp(metadata.generated, UTC)
        except (OverflowError, OSError, ValueError):
            return None
    return metadata.generatedTime or metadata.buildtime


def too_old(made: datetime, now: datetime) -> Text | None:
    """Say of when authorisations are that are too old to judge today's routes by; None when they are not.

    A moment without a time zone is in UTC.
    """
    moment = made if made.tzinfo is not None else made.replace(tzinfo=UTC)
    if now - moment <= OLDEST_DUMP:
        return None
    hours = int(OLDEST_DUMP.total_seconds() // 3600)
    shown = f"{moment:%Y-%m-%d %H:%M}"
    return Text(f"van {shown}, ouder dan {hours} uur", f"of {shown}, older than {hours} hours")


def _unreadable(path: Path, error: Exception) -> Failed:
    if isinstance(error, UnfitFileError):
        return failed(Reason.REFUSED_INPUT, nl=f"{path} {error.text.nl}", en=f"{path} {error.text.en}")
    why = getattr(error, "strerror", None) or str(error)[:200]
    return failed(Reason.REFUSED_INPUT, nl=f"{path} is niet te lezen ({why})", en=f"{path} cannot be read ({why})")
