"""Questions answered with records of one kind: following aliases, and with every outcome explicit."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import dns.exception
import dns.name
import dns.rdatatype
import dns.rrset

from toetskader.collect.endpoint.dns.resolver import Reply, Resolver
from toetskader.collect.endpoint.dns.words import ascii_text, name_text
from toetskader.core.failure import Failure
from toetskader.facts.endpoint.dns import (
    AddressLookup,
    AddressRecord,
    Alias,
    CaaLookup,
    CaaRecord,
    Outcome,
    Soa,
    SoaLookup,
    TlsaLookup,
    TlsaRecord,
)
from toetskader.text import Text

MOST_ALIASES = 12
"""Aliases that are followed from one name; resolvers stop at about as many."""
MOST_RECORDS = 64
"""Records of one answer that are kept."""
LONGEST_VALUE = 2_048
"""Characters of the data of one record."""


@dataclass(frozen=True, slots=True)
class Followed:
    """Where the aliases of a name lead, and what was found there."""

    aliases: tuple[Alias, ...]
    outcome: Outcome
    records: dns.rrset.RRset | None = None
    reason: Text | None = None
    alias_problem: Text | None = None

    @property
    def kept(self) -> tuple[Any, ...]:
        """The records, not more than are kept."""
        return tuple(self.records or ())[:MOST_RECORDS]

    @property
    def left_out(self) -> int:
        """How many are not kept."""
        return max(len(self.records or ()) - MOST_RECORDS, 0)


def follow(resolver: Resolver, name: dns.name.Name, type_: dns.rdatatype.RdataType) -> Followed:
    """Ask for records, following aliases one by one: each is asked anew, so that none is taken on another's word."""
    aliases: list[Alias] = []
    seen = {name.canonicalize()}
    while True:
        reply = resolver.ask(name, type_)
        if isinstance(reply, Failure):
            return Followed(tuple(aliases), Outcome.FAILED, reason=reply.message)
        if reply.alias is None:
            return Followed(tuple(aliases), outcome_of(reply), reply.records)
        target = reply.alias[0].target
        aliases.append(Alias(name=name_text(name), target=name_text(target), ttl=reply.alias.ttl))
        name = target.canonicalize()
        if name in seen:
            problem = Text(
                f"de CNAME-records lopen in een kring, via {name_text(name)}",
                f"the CNAME records run in a circle, through {name_text(name)}",
            )
        elif len(aliases) >= MOST_ALIASES:
            problem = Text(f"meer dan {MOST_ALIASES} CNAME-records", f"more than {MOST_ALIASES} CNAME records")
        else:
            seen.add(name)
            continue
        return Followed(tuple(aliases), Outcome.FAILED, reason=problem, alias_problem=problem)


def outcome_of(reply: Reply) -> Outcome:
    """Return the outcome of a question whose answer is no alias."""
    if reply.records is not None:
        return Outcome.RECORDS
    return Outcome.NXDOMAIN if reply.nxdomain else Outcome.NONE


def addresses_of(name: dns.name.Name, type_: dns.rdatatype.RdataType, found: Followed) -> AddressLookup:
    """Return the addresses at the end of a name's aliases."""
    ttl = found.records.ttl if found.records is not None else 0
    return AddressLookup(
        name=name_text(name),
        type=dns.rdatatype.to_text(type_),
        outcome=found.outcome,
        reason=found.reason,
        left_out=found.left_out,
        records=tuple(AddressRecord(address=item.address, ttl=ttl) for item in found.kept),
    )


def zone_of(resolver: Resolver, name: dns.name.Name) -> SoaLookup:
    """Return the SOA record of the zone a name is in, which names the top of that zone.

    The name's own aliases are not followed: the zone is that of the name, not of what it points to.
    """
    for above in _upwards(name):
        reply = resolver.ask(above, dns.rdatatype.SOA)
        if isinstance(reply, Failure):
            return SoaLookup(name=name_text(above), type="SOA", outcome=Outcome.FAILED, reason=reply.message)
        soa = reply.records
        if soa is None and reply.alias is None:
            # The SOA record beside a denial is that of the zone which denies.
            soa = next(
                (
                    rrset
                    for (owner, type_), rrset in reply.authority.items()
                    if type_ == dns.rdatatype.SOA and above.is_subdomain(owner) and len(owner) > 1
                ),
                None,
            )
        if soa is not None:
            first = soa[0]
            record = Soa(primary=name_text(first.mname), contact=name_text(first.rname), serial=int(first.serial))
            return SoaLookup(name=name_text(soa.name), type="SOA", outcome=Outcome.RECORDS, record=record)
    reason = Text("geen zone gevonden boven deze naam", "no zone found above this name")
    return SoaLookup(name=name_text(name), type="SOA", outcome=Outcome.FAILED, reason=reason)


def caa_of(resolver: Resolver, host: dns.name.Name) -> CaaLookup:
    """Return the CAA records that hold for a host: climb from it to the first name that has any (RFC 8659, 3)."""
    climbed: list[str] = []
    for above in _upwards(host):
        climbed.append(name_text(above))
        found = follow(resolver, above, dns.rdatatype.CAA)
        if found.outcome in (Outcome.NONE, Outcome.NXDOMAIN):
            continue
        return CaaLookup(
            name=name_text(above),
            type="CAA",
            outcome=found.outcome,
            reason=found.reason,
            left_out=found.left_out,
            records=tuple(
                CaaRecord(
                    flags=int(item.flags),
                    tag=ascii_text(item.tag).lower(),
                    value=ascii_text(item.value, LONGEST_VALUE),
                )
                for item in found.kept
            ),
            climbed=tuple(climbed),
        )
    return CaaLookup(name=climbed[-1], type="CAA", outcome=Outcome.NONE, climbed=tuple(climbed))


def tlsa_of(resolver: Resolver, host: dns.name.Name, port: int) -> TlsaLookup:
    """Return the TLSA records of a host's port (RFC 6698, 3)."""
    try:
        name = tlsa_name(host, port)
    except dns.exception.DNSException:
        reason = Text("de naam is te lang voor TLSA", "the name is too long for TLSA")
        return TlsaLookup(name=name_text(host), type="TLSA", outcome=Outcome.FAILED, reason=reason)
    found = follow(resolver, name, dns.rdatatype.TLSA)
    return TlsaLookup(
        name=name_text(name),
        type="TLSA",
        outcome=found.outcome,
        reason=found.reason,
        left_out=found.left_out,
        records=tuple(
            TlsaRecord(
                usage=int(item.usage),
                selector=int(item.selector),
                matching_type=int(item.mtype),
                data=item.cert.hex()[: 8 * LONGEST_VALUE],
            )
            for item in found.kept
        ),
    )


def tlsa_name(host: dns.name.Name, port: int) -> dns.name.Name:
    """Return the name at which TLSA records of a port stand. Raises DNSException when it would be too long."""
    return dns.name.Name((b"_%d" % port, b"_tcp", *host.labels))


def _upwards(name: dns.name.Name) -> Iterator[dns.name.Name]:
    """Yield a name and those above it, without the root."""
    while len(name) > 1:
        yield name
        name = name.parent()
