"""Which networks announce an endpoint's addresses, and whether they may (RFC 6811)."""

from enum import StrEnum

import msgspec

from toetskader.facts.attempt import Provenance
from toetskader.facts.endpoint.dns import Outcome
from toetskader.text import Text


class Validity(StrEnum):
    """State of a route's origin (RFC 6811, 2)."""

    VALID = "valid"
    INVALID = "invalid"
    NOT_FOUND = "not_found"
    """No authorisation covers the prefix."""
    UNKNOWN = "unknown"
    """The validator could not be asked, for the reason given."""


class Authorisation(msgspec.Struct, frozen=True, kw_only=True):
    """A validated payload (VRP): this network may announce this prefix, up to a length."""

    asn: int
    prefix: str
    max_length: int


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """A prefix that a network announces."""

    prefix: str
    asn: int
    """Number of the autonomous system; 0 when the origin is a set of them."""
    validity: Validity
    reason: Text
    authorisations: tuple[Authorisation, ...] = ()
    """Those that cover the prefix."""
    peers: int | None = None
    """How many of the source's peers see it; None when the source does not say."""


class AddressRoutes(msgspec.Struct, frozen=True, kw_only=True):
    """The routes to one address."""

    address: str
    names: tuple[str, ...]
    """Whose address it is: the host, or name servers."""
    outcome: Outcome
    """`records`: there are routes; `none`: the source knows of none; `failed`: could not be seen."""
    reason: Text | None = None
    routes: tuple[Route, ...] = ()


class RpkiFacts(msgspec.Struct, frozen=True, kw_only=True, tag="rpki"):
    """Origins of all addresses of the host and its name servers."""

    provenance: Provenance
    commands: tuple[str, ...]
    addresses: tuple[AddressRoutes, ...]
