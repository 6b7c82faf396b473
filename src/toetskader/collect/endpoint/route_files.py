"""Files of routes: what may be announced, and what is."""

import re
from pathlib import Path

import msgspec

from toetskader.collect.endpoint.prefixes import Prefixes
from toetskader.text import Text

LARGEST_DUMP = 512 * 1024 * 1024
"""Bytes of a file of authorisations or routes; all of the internet's take about 100 MB."""
_ASN = re.compile(r"(?:AS)?([0-9]{1,10})", re.IGNORECASE)


class _Roa(msgspec.Struct, gc=False):
    asn: str | int
    prefix: str
    maxLength: int | None = None  # noqa: N815 - as validators write it


class _Dump(msgspec.Struct):
    roas: list[_Roa]


class UnusableError(Exception):
    """A source that cannot be used, and why."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


def read_routes(path: Path) -> Prefixes[int]:
    """Return announced routes by prefix: the number of the network, 0 for a set of them. Raises UnusableError.

    Parameters: `path`, lines of AS number, prefix and number of peers, as RISwhois writes them.
    """
    found: Prefixes[int] = Prefixes()
    count = 0
    try:
        if path.stat().st_size > LARGEST_DUMP:
            raise _too_large(path)
        with path.open(encoding="utf-8") as stream:
            for number, line in enumerate(stream, 1):
                words = line.split()
                if not words or words[0].startswith(("%", "#")):
                    continue
                try:
                    # The default route is somebody's own, and says nothing.
                    if not words[1].endswith("/0"):
                        found.add(words[1], _origin(words[0]))
                        count += 1
                except (ValueError, IndexError) as error:
                    raise UnusableError(
                        Text(
                            f"{path}, regel {number}: geen AS-nummer en prefix",
                            f"{path}, line {number}: no AS number and prefix",
                        )
                    ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from error
    if not count:
        raise UnusableError(Text(f"{path} bevat geen routes", f"{path} holds no routes"))
    return found


def read_vrps(path: Path) -> Prefixes[int]:
    """Return authorisations by prefix: AS number and longest length, packed (see `unpacked`). Raises UnusableError.

    Parameters: `path`, JSON as Routinator and rpki-client write it.
    """
    try:
        if path.stat().st_size > LARGEST_DUMP:
            raise _too_large(path)
        dump = msgspec.json.decode(path.read_bytes(), type=_Dump)
    except (OSError, UnicodeDecodeError, msgspec.DecodeError, RecursionError) as error:
        raise _unreadable(path, error) from error
    found: Prefixes[int] = Prefixes()
    if not dump.roas:
        raise UnusableError(Text(f"{path} bevat geen autorisaties", f"{path} holds no authorisations"))
    for roa in dump.roas:
        try:
            shortest = int(roa.prefix.rpartition("/")[2])
            longest = shortest if roa.maxLength is None else roa.maxLength
            if not shortest <= longest <= 128:
                raise ValueError(longest)
            found.add(roa.prefix, as_number(str(roa.asn)) << _LENGTH_BITS | longest)
        except ValueError as error:
            raise UnusableError(
                Text(
                    f"{path}: {str(roa.asn)[:20]!r} {roa.prefix[:60]!r} is geen autorisatie",
                    f"{path}: {str(roa.asn)[:20]!r} {roa.prefix[:60]!r} is no authorisation",
                )
            ) from error
    return found


_LENGTH_BITS = 8


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


def _too_large(path: Path) -> UnusableError:
    size = LARGEST_DUMP // (1024 * 1024)
    return UnusableError(Text(f"{path} is groter dan {size} MB", f"{path} is larger than {size} MB"))


def _unreadable(path: Path, error: Exception) -> UnusableError:
    why = getattr(error, "strerror", None) or str(error)[:200]
    return UnusableError(Text(f"{path} is niet te lezen ({why})", f"{path} cannot be read ({why})"))
