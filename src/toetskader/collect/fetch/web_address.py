"""The address of something on the web, read once: what is checked is what is connected to."""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

import idna

from toetskader.collect.fetch.failure import refused_input
from toetskader.core.failure import Failed
from toetskader.facts.endpoint.escape import escaped, without_query

PORTS = {"http": 80, "https": 443}
LONGEST = 4_096
"""Characters of an address. A link to a storage service that is signed has some 2,000."""
# What clients read in different ways (URL Standard, 4.4): white space and control characters, and a backslash.
_READ_IN_TWO_WAYS = re.compile(r"[\x00-\x20\x7f\\]")
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?")
_KEPT = "/%:@!$&'()*+,;=~"


@dataclass(frozen=True, slots=True)
class WebAddress:
    """An address with every part as it is used.

    Attributes: `scheme`, http or https; `host`, ASCII in lower case, without brackets or a dot at its end; `target`,
    path and query.
    """

    scheme: str
    host: str
    port: int
    target: str

    @property
    def origin(self) -> tuple[str, str, int]:
        """The place that it is at (RFC 6454)."""
        return self.scheme, self.host, self.port

    @property
    def authority(self) -> str:
        """Host, and port when it is not the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        """Show it without its query, which may hold a signature."""
        return without_query(self.whole)

    @property
    def whole(self) -> str:
        """The address in full."""
        return f"{self.scheme}://{self.authority}{self.target}"


def read_address(text: str, base: WebAddress | None = None) -> WebAddress:
    """Read an address, or a reference that starts at `base`.

    Raises `Failed` for what is no address of the web, what clients read in different ways, and one with a user
    name or password in it.
    """
    try:
        return _read(text if base is None else urljoin(base.whole, text))
    except (ValueError, UnicodeError) as error:  # whatever the parsers find wrong
        shown = escaped(without_query(text), 200)
        raise refused_input(
            nl=f"{shown!r} is geen adres met http:// of https://.", en=f"{shown!r} is no http:// or https:// address."
        ) from error


def _read(text: str) -> WebAddress:
    if len(text) > LONGEST or _READ_IN_TWO_WAYS.search(text):
        raise ValueError(text)
    parts = urlsplit(text)
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValueError(text)
    if "@" in parts.netloc:
        raise _with_password(parts.hostname)
    return WebAddress(
        scheme=parts.scheme,
        host=_host(parts.hostname),
        port=PORTS[parts.scheme] if parts.port is None else parts.port,
        target=quote(parts.path or "/", safe=_KEPT)
        + (f"?{quote(parts.query, safe=_KEPT + '?')}" if parts.query else ""),
    )


def _host(name: str) -> str:
    """Return a host in ASCII. What it points to is looked up by whoever connects: 127.1 is an address there."""
    if ":" in name:
        return str(ipaddress.IPv6Address(name)) if "%" not in name else _no_host(name)
    host = name.lower() if name.isascii() else idna.encode(name, uts46=True).decode("ascii")
    host = host.removesuffix(".")
    return host if _HOST.fullmatch(host) and len(host) <= 253 else _no_host(name)


def _no_host(name: str) -> str:
    raise ValueError(name)


def _with_password(host: str) -> Failed:
    return refused_input(
        nl=f"In het adres bij {escaped(host, 200)} staat een gebruikersnaam of wachtwoord. Haal die eruit.",
        en=f"The address at {escaped(host, 200)} holds a user name or password. Take it out.",
    )
