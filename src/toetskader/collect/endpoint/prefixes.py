"""Prefixes by the addresses they hold, for a million of them in little memory."""

import ipaddress
import socket
from typing import Generic, TypeVar

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Value = TypeVar("Value")


class Prefixes(Generic[Value]):
    """Values by prefix; finds those of every prefix that holds an address or a smaller prefix."""

    def __init__(self) -> None:
        # By version and length: network as a number → value, or a list of them.
        self._by_length: dict[tuple[int, int], dict[int, Value | list[Value]]] = {}

    def add(self, prefix: str, value: Value) -> int:
        """Keep a value under a prefix, once, and return the prefix's length. Raises ValueError for what is none."""
        version, length, key = _read(prefix)
        known = self._by_length.setdefault((version, length), {})
        before = known.setdefault(key, value)
        if isinstance(before, list):
            if value not in before:
                before.append(value)
        elif before != value:
            known[key] = [before, value]
        return length

    def holding(self, what: Address | Network) -> list[tuple[Network, Value]]:
        """Return the prefixes that hold an address or prefix with their values, the smallest prefix first."""
        network = ipaddress.ip_network(what) if isinstance(what, Address) else what
        number, bits = int(network.network_address), network.max_prefixlen
        found: list[tuple[Network, Value]] = []
        for length in range(network.prefixlen, -1, -1):
            known = self._by_length.get((network.version, length))
            if known is None:
                continue
            start = number >> (bits - length) << (bits - length)
            if start in known:
                values = known[start]
                holder = type(network)((start, length))
                found += [(holder, value) for value in (values if isinstance(values, list) else [values])]
        return found


def _read(prefix: str) -> tuple[int, int, int]:
    """Return version, length and number of a prefix; some times as fast as `ipaddress` does, which counts here."""
    address, _, digits = prefix.partition("/")
    version = 6 if ":" in address else 4
    try:
        number = int.from_bytes(socket.inet_pton(socket.AF_INET6 if version == 6 else socket.AF_INET, address), "big")
    except OSError as error:
        raise ValueError(prefix) from error
    bits = 128 if version == 6 else 32
    if not (digits.isdecimal() and digits.isascii() and len(digits) <= 3 and int(digits) <= bits):
        raise ValueError(prefix)
    length = int(digits)
    if number & ((1 << (bits - length)) - 1):
        raise ValueError(prefix)
    return version, length, number
