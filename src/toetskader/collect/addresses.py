"""Which addresses may be contacted: what a name points to is the supplier's choice, and not always a public place."""

import ipaddress


def refused(address: str) -> bool:
    """Tell whether an address may not be contacted in an audit from the internet.

    Private, loopback, link-local (cloud metadata), shared, documentation, multicast and reserved addresses are not
    reachable from outside and must not be from inside (IANA special-purpose registries), neither when an IPv6
    address carries them (IPv4-mapped, 6to4, Teredo, NAT64). Raises ValueError for what is no address.
    """
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address):
        carried = _carried(found)
        if carried is not None:
            return refused(str(carried))
    return not found.is_global or found.is_multicast


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def _carried(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address inside an IPv6 address, if it is of a kind that has one."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None
