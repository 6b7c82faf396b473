"""Answers of the DNS laboratory: as a resolver gives them, and as the name server of a zone does."""

import base64
from collections.abc import Mapping
from itertools import pairwise

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

from toetskader.laboratory.dns_zones import Denial, ServedZone

MOST_ALIASES = 16
"""Aliases that the resolver follows; a circle ends here."""
PAYLOAD = 1232


class Answers:
    """Answers any question about a tree of zones."""

    def __init__(self, zones: Mapping[dns.name.Name, ServedZone], lame: frozenset[dns.name.Name] = frozenset()) -> None:
        self._zones = zones
        self._lame = lame

    def answer(self, query: dns.message.Message) -> dns.message.Message:
        """Return the answer to a question: from the whole tree when recursion is wanted, else with authority."""
        answer = dns.message.make_response(query, recursion_available=True, our_payload=PAYLOAD)
        if len(query.question) != 1 or query.opcode() != 0:
            answer.set_rcode(dns.rcode.NOTIMP)
            return answer
        asked = query.question[0]
        name, type_ = asked.name.canonicalize(), asked.rdtype
        recurse = bool(query.flags & dns.flags.RD)
        answer.flags |= query.flags & dns.flags.CD
        zone = self._zone_for(name, type_)
        if not recurse:
            if zone.name in self._lame:
                answer.set_rcode(dns.rcode.REFUSED)
                return answer
            answer.flags |= dns.flags.AA
        signed = bool(query.ednsflags & dns.flags.DO)
        seen: set[dns.name.Name] = set()
        for _ in range(MOST_ALIASES):
            target = _Reply(zone, answer, signed).fill(name, type_)
            if target is None or target in seen or not recurse:
                break
            seen.add(name)
            name = target
            zone = self._zone_for(name, type_)
        return answer

    def _zone_for(self, name: dns.name.Name, type_: dns.rdatatype.RdataType) -> ServedZone:
        """Return the zone that answers: the nearest above, and for DS the one above that."""
        above = name
        if type_ == dns.rdatatype.DS and name != dns.name.root:
            above = name.parent()
        while above not in self._zones:
            above = above.parent()
        return self._zones[above]


class _Reply:
    """Fills in one zone's part of an answer."""

    def __init__(self, zone: ServedZone, answer: dns.message.Message, signed: bool) -> None:
        self._zone = zone
        self._answer = answer
        self._signed = signed

    def fill(self, name: dns.name.Name, type_: dns.rdatatype.RdataType) -> dns.name.Name | None:
        """Add what the zone has to say about a name, and return where an alias leads."""
        owner = name
        if name not in self._zone.names:
            dname = self._dname_above(name)
            if dname is not None:
                self._add(self._answer.answer, dname)
                return self._alias_by_dname(name, dname)
            closest = self._closest(name)
            owner = dns.name.Name((b"*", *closest.labels))
            if owner not in self._zone.names:
                self._answer.set_rcode(dns.rcode.NXDOMAIN)
                self._deny(name, closest, owner)
                return None
        rrset = self._zone.rrset(owner, type_) or self._zone.rrset(owner, dns.rdatatype.CNAME)
        if rrset is None:
            self._deny_type(name, owner)
            return None
        self._add(self._answer.answer, rrset, name)
        if owner != name:
            self._prove_closer(name, owner.parent())
        if rrset.rdtype == dns.rdatatype.CNAME and type_ != dns.rdatatype.CNAME:
            return dns.name.from_text(rrset[0].target.to_text()).canonicalize()
        return None

    def _add(self, section: list[dns.rrset.RRset], rrset: dns.rrset.RRset, name: dns.name.Name | None = None) -> None:
        """Add records and their signatures, under the name that a wildcard stands in for."""
        owner = name or rrset.name
        signatures = self._zone.signatures.get((rrset.name.canonicalize(), rrset.rdtype))
        for item in (rrset, signatures if self._signed else None):
            if item is not None:
                shown = dns.rrset.from_rdata_list(owner, item.ttl, list(item))
                if shown not in section:
                    section.append(shown)

    def _soa(self) -> None:
        soa = self._zone.rrset(self._zone.name, dns.rdatatype.SOA)
        if soa is not None:
            self._add(self._answer.authority, soa)

    def _deny_type(self, name: dns.name.Name, owner: dns.name.Name) -> None:
        self._soa()
        if self._zone.denial is Denial.NSEC:
            self._nsec_for(owner)
            if owner != name:
                self._nsec_for(name)
            return
        if owner != name:
            self._prove_closer(name, owner.parent())
            self._nsec3_for(owner.parent())
        elif not self._nsec3_matches(owner):  # left out: opt-out
            closest = owner.parent()
            while not self._nsec3_matches(closest) and closest != self._zone.name:
                closest = closest.parent()
            self._prove_closer(name, closest)
            self._nsec3_for(closest)
        self._nsec3_for(owner)

    def _deny(self, name: dns.name.Name, closest: dns.name.Name, wildcard: dns.name.Name) -> None:
        self._soa()
        if self._zone.denial is Denial.NSEC:
            self._nsec_for(name)
            self._nsec_for(wildcard)
            return
        self._nsec3_for(closest)
        self._prove_closer(name, closest)
        self._nsec3_for(wildcard)

    def _prove_closer(self, name: dns.name.Name, closest: dns.name.Name) -> None:
        if self._zone.denial is Denial.NSEC:
            self._nsec_for(name)
        else:
            self._nsec3_for(name.split(len(closest) + 1)[1])

    def _nsec_for(self, name: dns.name.Name) -> None:
        """Add the NSEC record at a name, or the one that runs over it."""
        if not self._signed or self._zone.hides_denial:
            return
        before = [rrset for rrset in self._zone.nsec if rrset.name <= name]
        if self._zone.nsec:
            self._add(self._answer.authority, before[-1] if before else self._zone.nsec[-1])

    def _nsec3_for(self, name: dns.name.Name) -> None:
        if not self._signed or self._zone.hides_denial or not self._zone.nsec3:
            return
        hashed = self._zone.hash(name)
        rrsets = self._zone.nsec3
        found = rrsets[-1]
        for rrset, following in pairwise(rrsets):
            if self._owner(rrset) <= hashed < self._owner(following):
                found = rrset
        self._add(self._answer.authority, found)

    def _nsec3_matches(self, name: dns.name.Name) -> bool:
        hashed = self._zone.hash(name)
        return any(self._owner(rrset) == hashed for rrset in self._zone.nsec3)

    @staticmethod
    def _owner(rrset: dns.rrset.RRset) -> bytes:
        return base64.b32hexdecode(rrset.name.labels[0].upper())

    def _closest(self, name: dns.name.Name) -> dns.name.Name:
        above = name
        while above not in self._zone.names:
            above = above.parent()
        return above

    def _dname_above(self, name: dns.name.Name) -> dns.rrset.RRset | None:
        above = name
        while above != self._zone.name:
            above = above.parent()
            found = self._zone.rrset(above, dns.rdatatype.DNAME)
            if found is not None:
                return found
        return None

    def _alias_by_dname(self, name: dns.name.Name, dname: dns.rrset.RRset) -> dns.name.Name | None:
        try:
            target = name.relativize(dname.name).concatenate(dname[0].target)
        except dns.exception.DNSException:
            self._answer.set_rcode(dns.rcode.YXDOMAIN)
            return None
        self._answer.answer.append(dns.rrset.from_text(name, dname.ttl, "IN", "CNAME", target.to_text()))
        return target.canonicalize()
