"""What an address is: public, of a private network, never contacted, or IPv4 in disguise. The one place that says so.

Python's own table changes with its version and knows no address of a cloud's; this one is IANA's, with its date.
"""

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

from toetskader.text import Text

REGISTRIES = "2025-10-09"
"""Date of IANA's special-purpose address registries for IPv4 and IPv6 (RFC 6890, RFC 8190) in the table below."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Reach(IntEnum):
    """Who may contact an address; the greater, the fewer."""

    PUBLIC = 0
    """Anyone: it belongs on the internet."""
    PRIVATE = 1
    """Only who is told to look inside a private network or this machine."""
    NEVER = 2
    """Nobody in an audit: a cloud's metadata service, a group of machines, or an address that leads nowhere."""


@dataclass(frozen=True, slots=True)
class Block:
    """A block of addresses with a purpose of its own: its name, and the document that gives it one."""

    network: Network
    name: str
    source: str
    reach: Reach


def _blocks(reach: Reach, *rows: tuple[str, str, str]) -> Iterator[Block]:
    return (Block(ipaddress.ip_network(network), name, source, reach) for network, name, source in rows)


SPECIAL = sorted(
    (
        *_blocks(
            Reach.PRIVATE,
            ("10.0.0.0/8", "private use", "RFC 1918"),
            ("100.64.0.0/10", "shared address space", "RFC 6598"),
            ("127.0.0.0/8", "loopback", "RFC 1122, 3.2.1.3"),
            ("172.16.0.0/12", "private use", "RFC 1918"),
            ("192.0.2.0/24", "documentation", "RFC 5737"),
            ("192.168.0.0/16", "private use", "RFC 1918"),
            ("198.18.0.0/15", "benchmarking", "RFC 2544"),
            ("198.51.100.0/24", "documentation", "RFC 5737"),
            ("203.0.113.0/24", "documentation", "RFC 5737"),
            ("::1/128", "loopback", "RFC 4291"),
            ("64:ff9b:1::/48", "translation to IPv4, local use", "RFC 8215"),
            ("2001:2::/48", "benchmarking", "RFC 5180, errata 1752"),
            ("2001:db8::/32", "documentation", "RFC 3849"),
            ("3fff::/20", "documentation", "RFC 9637"),
            ("fc00::/7", "unique local", "RFC 4193"),
            ("fec0::/10", "site-local", "RFC 3879"),
        ),
        *_blocks(
            Reach.NEVER,
            ("0.0.0.0/8", "this network", "RFC 791, 3.2"),
            ("169.254.0.0/16", "link-local, metadata of clouds", "RFC 3927"),
            ("192.0.0.0/24", "IETF protocol assignments", "RFC 6890, 2.1"),
            ("192.88.99.0/24", "6to4 relay anycast, withdrawn", "RFC 7526"),
            ("224.0.0.0/4", "multicast", "RFC 5771"),
            ("240.0.0.0/4", "reserved, broadcast", "RFC 1112, 4; RFC 8190"),
            # All of IPv6 but what is handed out as global unicast (IANA, IPv6 address space, RFC 4291), and exceptions.
            ("::/0", "not handed out", "RFC 4291"),
            ("::/128", "unspecified", "RFC 4291"),
            ("100::/64", "discard only", "RFC 6666"),
            ("100:0:0:1::/64", "dummy prefix", "RFC 9780"),
            ("2001::/23", "IETF protocol assignments", "RFC 2928"),
            ("2001:10::/28", "ORCHID, withdrawn", "RFC 4843"),
            ("2001:20::/28", "ORCHIDv2: identifiers, no places", "RFC 7343"),
            ("2001:30::/28", "drone remote ID: identifiers, no places", "RFC 9374"),
            ("5f00::/16", "segment identifiers (SRv6)", "RFC 9602"),
            ("fe80::/10", "link-local", "RFC 4291"),
            ("ff00::/8", "multicast", "RFC 4291"),
            # Services that a cloud offers to its machines alone: what they say is for it alone.
            ("100.100.100.200/32", "metadata of a cloud", "Alibaba Cloud, instance metadata"),
            ("168.63.129.16/32", "services of a cloud for its machines", "Azure, What is IP address 168.63.129.16"),
            ("fd00:42::42/128", "metadata of a cloud", "Scaleway, instance metadata"),
            ("fd00:ec2::/32", "metadata of a cloud", "AWS, instance metadata (fd00:ec2::254)"),
            ("fd20:ce::254/128", "metadata of a cloud", "Google Cloud, metadata server"),
        ),
        *_blocks(
            Reach.PUBLIC,
            ("192.0.0.9/32", "port control protocol anycast", "RFC 7723"),
            ("192.0.0.10/32", "TURN anycast", "RFC 8155"),
            ("192.31.196.0/24", "AS112", "RFC 7535"),
            ("192.52.193.0/24", "AMT", "RFC 7450"),
            ("192.175.48.0/24", "AS112, direct delegation", "RFC 7534"),
            ("2000::/3", "global unicast", "RFC 4291"),
            ("2001:1::1/128", "port control protocol anycast", "RFC 7723"),
            ("2001:1::2/128", "TURN anycast", "RFC 8155"),
            ("2001:1::3/128", "DNS-SD service registration anycast", "RFC 9665"),
            ("2001:3::/32", "AMT", "RFC 7450"),
            ("2001:4:112::/48", "AS112", "RFC 7535"),
            ("2620:4f:8000::/48", "AS112, direct delegation", "RFC 7534"),
            # These say nothing of themselves: the IPv4 address inside does.
            ("::/96", "IPv4-compatible", "RFC 4291, 2.5.5.1"),
            ("::ffff:0:0/96", "IPv4-mapped", "RFC 4291, 2.5.5.2"),
            ("::ffff:0:0:0/96", "IPv4-translated", "RFC 2765"),
            ("64:ff9b::/96", "translation to IPv4", "RFC 6052"),
            ("2001::/32", "Teredo", "RFC 4380"),
            ("2002::/16", "6to4", "RFC 3056"),
        ),
    ),
    key=lambda block: -block.network.prefixlen,
)
"""All of them, the smallest first: an address belongs to the first block that it is in."""

_LAST_32 = tuple(
    ipaddress.IPv6Network(network)
    for network in ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48")
)
"""Where the last 32 bits are an IPv4 address."""
_STANDS_FOR_IPV4 = (*_LAST_32, ipaddress.IPv6Network("2001::/32"), ipaddress.IPv6Network("2002::/16"))
"""Where an IPv6 address is another way to write, to translate to or to tunnel to an IPv4 one."""
_ISATAP = (0x00005EFE, 0x02005EFE)
"""What an interface identifier begins with that ends in an IPv4 address (RFC 5214, 6.1)."""


def special_purpose(address: str | Address) -> Block | None:
    """Return the block that decides on an address, or None for one without a special purpose.

    Of an IPv6 address with an IPv4 address in it (mapped, compatible, translated, 6to4, Teredo, ISATAP) that is the
    one of which the fewest may contact addresses. Raises ValueError for what is no address.
    """
    found = _read(address)
    own = _own_block(found)
    inside = [special_purpose(item) for item in _carried(found)] if isinstance(found, ipaddress.IPv6Address) else []
    return max((block for block in (own, *inside) if block), key=lambda block: block.reach, default=None)


def reach_of(address: str | Address) -> Reach:
    """Tell who may contact an address. Raises ValueError for what is no address."""
    block = special_purpose(address)
    return Reach.PUBLIC if block is None else block.reach


def is_public(address: str | Address) -> bool:
    """Tell whether an address belongs on the internet. Raises ValueError for what is no address."""
    return reach_of(address) is Reach.PUBLIC


def may_be_contacted(address: str | Address, *, allow_private: bool) -> bool:
    """Tell whether an audit may connect to an address; what a name points to is the choice of a supplier.

    Parameters: `allow_private`, whether the target is inside a private network. What is no place of anybody's, or a
    cloud's service for its own machines, may not be contacted even then. Raises ValueError for what is no address.
    """
    return reach_of(address) <= (Reach.PRIVATE if allow_private else Reach.PUBLIC)


def is_address(text: str) -> bool:
    """Tell whether a text is an address, and not a name."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def version_of(address: str | Address) -> Literal[4, 6]:
    """Tell how an address is written: as IPv4 or as IPv6. Raises ValueError for what is no address."""
    return _read(address).version


def is_native(address: str | Address) -> bool:
    """Tell whether an address is a place of its own, and not an IPv6 way to say an IPv4 one.

    Mapped, compatible, translated (NAT64), 6to4 and Teredo addresses are no proof of IPv6: what is behind them is
    reached over IPv4, if at all (RFC 4291, 2.5.5; RFC 6052; RFC 7526). `::` and `::1` are themselves.
    Raises ValueError for what is no address.
    """
    found = _read(address)
    return found.version == 4 or int(found) <= 1 or not any(found in network for network in _STANDS_FOR_IPV4)


def may_be_measured(address: str | Address, *, allow_private: bool) -> bool:
    """Tell whether an address counts as one of a service, and is contacted for that: native, and within reach.

    Parameters: `allow_private`, as for `may_be_contacted`. Raises ValueError for what is no address.
    """
    return is_native(address) and may_be_contacted(address, allow_private=allow_private)


def shown_with_port(address: str, port: int) -> str:
    """Write an address and a port: `192.0.2.1:443`, `[2001:db8::1]:443`. Raises ValueError for what is no address."""
    return f"{in_url(address)}:{port}"


def in_url(address: str) -> str:
    """Write an address as a URL does: an IPv6 one in brackets (RFC 3986, 3.2.2). Raises ValueError for no address."""
    return f"[{address}]" if version_of(address) == 6 else address


def why_not_measured(address: str | Address) -> Text:
    """Say in a few words what kind of address it is that does not count. Raises ValueError for what is no address."""
    block = _own_block(_read(address)) if not is_native(address) else special_purpose(address)
    if block is None:
        return Text("geen adres van een dienst", "no address of a service")
    purpose = f"{block.name} ({block.source})"
    return Text(f"een adres met een eigen doel: {purpose}", f"an address with a purpose of its own: {purpose}")


def _own_block(address: Address) -> Block | None:
    return next((block for block in SPECIAL if address in block.network), None)


def _read(address: str | Address) -> Address:
    """Read an address; the zone of a link-local one (RFC 4007) says nothing about what it is."""
    return ipaddress.ip_address(address.partition("%")[0]) if isinstance(address, str) else address


def _carried(address: ipaddress.IPv6Address) -> Iterator[ipaddress.IPv4Address]:
    """Yield the IPv4 addresses in an IPv6 address that lead somewhere."""
    number = int(address)
    if any(address in network for network in _LAST_32) and number > 1:  # :: and ::1 are themselves
        yield ipaddress.IPv4Address(number & 0xFFFFFFFF)
    if address.sixtofour is not None:
        yield address.sixtofour
    if address.teredo is not None:
        yield from address.teredo  # the server that is asked, and the client that is reached
    if (number >> 32) & 0xFFFFFFFF in _ISATAP:
        yield ipaddress.IPv4Address(number & 0xFFFFFFFF)
