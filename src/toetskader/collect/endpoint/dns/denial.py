"""Proofs that something does not exist: NSEC (RFC 4035, 5.4) and NSEC3 (RFC 5155, 8).

Every record handed to these functions has a verified signature of the zone; what they say is then weighed here.
"""

import base64
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum, auto

import dns.dnssec
import dns.name
import dns.rdatatype
from dns.rdtypes.ANY.NSEC import NSEC
from dns.rdtypes.ANY.NSEC3 import NSEC3

MOST_ITERATIONS = 150
"""Extra NSEC3 hash rounds that are computed; resolvers hold on to this number, RFC 9276 asks for 0."""
OPT_OUT = 0x01
SHA1 = 1


class Proof(Enum):
    """What records of denial prove."""

    PROVEN = auto()
    NO_ZONE_CUT = auto()
    """For DS alone: the name is no delegation at all, so that it belongs to the zone above."""
    OPT_OUT = auto()
    """The name lies in a span where unsigned delegations may be: nothing is certain."""
    TOO_MANY_ITERATIONS = auto()
    NOT_PROVEN = auto()


@dataclass(frozen=True, slots=True)
class Denials:
    """The verified NSEC and NSEC3 records of one answer."""

    zone: dns.name.Name
    nsec: tuple[tuple[dns.name.Name, NSEC], ...] = ()
    nsec3: tuple[tuple[dns.name.Name, NSEC3], ...] = ()
    _hashes: dict[dns.name.Name, bytes] = field(default_factory=dict, repr=False)

    def no_data(self, name: dns.name.Name, type_: dns.rdatatype.RdataType) -> Proof:
        """Tell whether it is proven that a name has no records of a type, nor an alias."""
        return self._either(lambda: self._nsec_no_data(name, type_), lambda: self._nsec3_no_data(name, type_))

    def no_name(self, name: dns.name.Name) -> Proof:
        """Tell whether it is proven that a name does not exist, nor a wildcard that would stand in for it."""
        return self._either(lambda: self._nsec_no_name(name), lambda: self._nsec3_no_name(name))

    def from_wildcard(self, name: dns.name.Name, labels: int) -> Proof:
        """Tell whether it is proven that a name itself does not exist, so that a wildcard may stand in for it.

        Parameters: `labels`, of the wildcard's parent, as the signature says.
        """
        closer = _ancestor(name, labels + 1)
        return self._either(lambda: self._nsec_closer(name, closer), lambda: self._nsec3_covers(closer))

    def _either(self, by_nsec: Callable[[], Proof], by_nsec3: Callable[[], Proof]) -> Proof:
        if self.nsec and (found := by_nsec()) is not Proof.NOT_PROVEN:
            return found
        if not self.nsec3:
            return Proof.NOT_PROVEN
        # Records that count are of one chain: hash, rounds and salt are alike.
        if self.nsec3[0][1].iterations > MOST_ITERATIONS:
            return Proof.TOO_MANY_ITERATIONS
        return by_nsec3()

    # NSEC

    def _nsec_no_data(self, name: dns.name.Name, type_: dns.rdatatype.RdataType) -> Proof:
        for owner, nsec in self.nsec:
            if owner == name:
                return _at_name(_types(nsec), type_, self.zone == name)
            if _covers(owner, nsec.next, name) and nsec.next.is_subdomain(name):
                return _nothing_there(type_)  # a name without records, with names below it
        closest = self._nsec_closest(name)
        if closest is not None:
            wildcard = dns.name.Name((b"*", *closest.labels))
            for owner, nsec in self.nsec:
                at_wildcard = owner == wildcard and _at_name(_types(nsec), type_, False) is not Proof.NOT_PROVEN
                if at_wildcard or (_covers(owner, nsec.next, wildcard) and nsec.next.is_subdomain(wildcard)):
                    return _nothing_there(type_)
        return Proof.NOT_PROVEN

    def _nsec_no_name(self, name: dns.name.Name) -> Proof:
        closest = self._nsec_closest(name)
        if closest is None:
            return Proof.NOT_PROVEN
        wildcard = dns.name.Name((b"*", *closest.labels))
        covered = any(
            _covers(owner, nsec.next, wildcard) and not nsec.next.is_subdomain(wildcard) for owner, nsec in self.nsec
        )
        return Proof.PROVEN if covered else Proof.NOT_PROVEN

    def _nsec_closer(self, name: dns.name.Name, closer: dns.name.Name) -> Proof:
        closest = self._nsec_closest(name)
        return Proof.PROVEN if closest is not None and closest == closer.parent() else Proof.NOT_PROVEN

    def _nsec_closest(self, name: dns.name.Name) -> dns.name.Name | None:
        """Return the longest name above this one that exists, when a record proves that the name itself does not."""
        for owner, nsec in self.nsec:
            if not _covers(owner, nsec.next, name) or nsec.next.is_subdomain(name):
                continue
            if name.is_subdomain(owner) and _leads_away(_types(nsec)):
                continue  # says nothing about names below a delegation or DNAME
            return max(_common(name, owner), _common(name, nsec.next), key=len)
        return None

    # NSEC3

    def _nsec3_no_data(self, name: dns.name.Name, type_: dns.rdatatype.RdataType) -> Proof:
        here = self._nsec3_at(name)
        if here is not None:
            return _at_name(_types(here), type_, self.zone == name)
        closest = self._nsec3_closest(name)
        if closest is None:
            return Proof.NOT_PROVEN
        covering = self._nsec3_over(_ancestor(name, len(closest)))
        if covering is not None and covering.flags & OPT_OUT and type_ == dns.rdatatype.DS:
            return Proof.OPT_OUT
        wildcard = self._nsec3_at(dns.name.Name((b"*", *closest.labels)))
        if covering is None or wildcard is None:
            return Proof.NOT_PROVEN
        if _at_name(_types(wildcard), type_, False) not in (Proof.PROVEN, Proof.NO_ZONE_CUT):
            return Proof.NOT_PROVEN
        return Proof.OPT_OUT if covering.flags & OPT_OUT else _nothing_there(type_)

    def _nsec3_no_name(self, name: dns.name.Name) -> Proof:
        closest = self._nsec3_closest(name)
        if closest is None:
            return Proof.NOT_PROVEN
        over_name = self._nsec3_covers(_ancestor(name, len(closest)))
        over_wildcard = self._nsec3_covers(dns.name.Name((b"*", *closest.labels)))
        if Proof.NOT_PROVEN in (over_name, over_wildcard):
            return Proof.NOT_PROVEN
        return over_name

    def _nsec3_covers(self, name: dns.name.Name) -> Proof:
        covering = self._nsec3_over(name)
        if covering is None:
            return Proof.NOT_PROVEN
        return Proof.OPT_OUT if covering.flags & OPT_OUT else Proof.PROVEN

    def _nsec3_closest(self, name: dns.name.Name) -> dns.name.Name | None:
        """Return the longest name above this one that is proven to exist (the closest encloser)."""
        above = name
        while above != self.zone and len(above) > len(self.zone):
            above = above.parent()
            found = self._nsec3_at(above)
            if found is not None:
                return None if above != self.zone and _leads_away(_types(found)) else above
        return None

    def _nsec3_at(self, name: dns.name.Name) -> NSEC3 | None:
        hashed = self._hash(name)
        return next((nsec3 for owner, nsec3 in self.nsec3 if _owner_hash(owner) == hashed), None)

    def _nsec3_over(self, name: dns.name.Name) -> NSEC3 | None:
        hashed = self._hash(name)
        for owner, nsec3 in self.nsec3:
            first = _owner_hash(owner)
            if first < hashed < nsec3.next or (nsec3.next <= first and (hashed > first or hashed < nsec3.next)):
                return nsec3
        return None

    def _hash(self, name: dns.name.Name) -> bytes:
        if name not in self._hashes:
            like = self.nsec3[0][1]
            text = dns.dnssec.nsec3_hash(name, like.salt, like.iterations, like.algorithm)
            self._hashes[name] = base64.b32hexdecode(text)
        return self._hashes[name]


def denials(
    zone: dns.name.Name,
    nsec: Iterable[tuple[dns.name.Name, NSEC]],
    nsec3: Iterable[tuple[dns.name.Name, NSEC3]],
) -> Denials:
    """Return verified records of denial, without those that cannot count: of another hash, chain or zone."""
    of_zone = [
        (owner, item)
        for owner, item in nsec3
        if item.algorithm == SHA1
        and not item.flags & ~OPT_OUT
        and len(owner) == len(zone) + 1
        and owner.parent() == zone
        and len(_owner_hash(owner)) == len(item.next)
    ]
    chain = [
        (owner, item)
        for owner, item in of_zone
        if (item.iterations, item.salt) == (of_zone[0][1].iterations, of_zone[0][1].salt)
    ]
    inside = [(owner, item) for owner, item in nsec if owner.is_subdomain(zone) and item.next.is_subdomain(zone)]
    return Denials(zone, tuple(inside), tuple(chain))


def _at_name(types: frozenset[int], type_: dns.rdatatype.RdataType, is_top: bool) -> Proof:
    """Weigh the types that exist at the name itself, or at the wildcard that stands in for it."""
    if type_ in types or dns.rdatatype.CNAME in types:
        return Proof.NOT_PROVEN
    delegation = dns.rdatatype.NS in types
    top = dns.rdatatype.SOA in types
    if type_ == dns.rdatatype.DS:
        if top and not is_top:
            return Proof.NOT_PROVEN  # the zone's own word, where its parent's is asked
        return Proof.PROVEN if delegation else Proof.NO_ZONE_CUT
    # A parent's word about a name that it has given away counts for DS alone.
    return Proof.NOT_PROVEN if delegation and not top else Proof.PROVEN


def _nothing_there(type_: dns.rdatatype.RdataType) -> Proof:
    return Proof.NO_ZONE_CUT if type_ == dns.rdatatype.DS else Proof.PROVEN


def _leads_away(types: frozenset[int]) -> bool:
    """Tell whether names below are another zone's, or stand elsewhere."""
    delegation = dns.rdatatype.NS in types and dns.rdatatype.SOA not in types
    return delegation or dns.rdatatype.DNAME in types


def _types(record: NSEC | NSEC3) -> frozenset[int]:
    found: set[int] = set()
    for window, bitmap in record.windows:
        for index, byte in enumerate(bitmap):
            found.update(window * 256 + index * 8 + bit for bit in range(8) if byte & (0x80 >> bit))
    return frozenset(found)


def _covers(owner: dns.name.Name, following: dns.name.Name, name: dns.name.Name) -> bool:
    """Tell whether a name lies between two others in canonical order; the last name is followed by the zone's own."""
    if owner == name:
        return False
    if owner < following:
        return bool(owner < name < following)
    return bool(owner < name) and name.is_subdomain(following)


def _common(one: dns.name.Name, other: dns.name.Name) -> dns.name.Name:
    _, _, count = one.fullcompare(other)
    return _ancestor(one, max(count - 1, 0))


def _ancestor(name: dns.name.Name, labels: int) -> dns.name.Name:
    """Return the name above, or itself, with a number of labels (the root's not counted)."""
    return name.split(min(labels + 1, len(name)))[1]


def _owner_hash(owner: dns.name.Name) -> bytes:
    try:
        return base64.b32hexdecode(owner.labels[0].upper())
    except ValueError:
        return b""
