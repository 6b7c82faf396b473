"""Validity of a route's origin, from what holders of address space authorise (RFC 6811)."""

import ipaddress
from collections.abc import Iterable

from toetskader.facts.endpoint.rpki import Authorisation, Validity
from toetskader.text import Text

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def validity(prefix: Network, asn: int, covering: Iterable[Authorisation]) -> tuple[Validity, Text]:
    """Return the state of a route and why, in a sentence.

    Parameters: `asn`, 0 when the origin is a set of networks, which nothing can authorise (RFC 6811, 2);
    `covering`, the authorisations whose prefix holds this one.
    """
    found = tuple(covering)
    if not found:
        return Validity.NOT_FOUND, Text(f"geen autorisatie (ROA) voor {prefix}", f"no authorisation (ROA) for {prefix}")
    if any(item.asn == asn and asn and prefix.prefixlen <= item.max_length for item in found):
        return Validity.VALID, Text(f"AS{asn} mag {prefix} aankondigen", f"AS{asn} may announce {prefix}")
    if any(item.asn == asn and asn for item in found):
        longest = max(item.max_length for item in found if item.asn == asn)
        return Validity.INVALID, Text(
            f"AS{asn} mag {prefix} niet aankondigen: te lang, tot /{longest} is toegestaan",
            f"AS{asn} may not announce {prefix}: too long, up to /{longest} is allowed",
        )
    allowed = ", ".join(f"AS{number}" for number in sorted({item.asn for item in found})[:8])
    origin = f"AS{asn}" if asn else "AS_SET"
    return Validity.INVALID, Text(
        f"{origin} mag {prefix} niet aankondigen: toegestaan is {allowed}",
        f"{origin} may not announce {prefix}: allowed is {allowed}",
    )
