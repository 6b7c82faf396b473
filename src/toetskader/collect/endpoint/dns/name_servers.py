"""The name servers of a zone: their addresses, and whether each serves the zone over IPv4 and IPv6."""

import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype

from toetskader.collect.endpoint.dns.lookups import addresses_of, follow
from toetskader.collect.endpoint.dns.resolver import Resolver
from toetskader.collect.endpoint.dns.transport import SILENT, Plain, query_for
from toetskader.collect.endpoint.dns.words import name_text
from toetskader.core.failure import Failure
from toetskader.facts.addresses import is_public, may_be_measured, version_of, why_not_measured
from toetskader.facts.endpoint.dns import (
    AddressLookup,
    Ipv6,
    NameServer,
    NameServerLookup,
    Probe,
    ProbeOutcome,
)
from toetskader.text import Text

MOST_SERVERS = 16
"""Name servers of a zone that are looked at."""
MOST_ADDRESSES = 8
"""Addresses of one name server that are asked."""
AT_ONCE = 8
"""Addresses asked at the same time, each once."""

# Any public address does: nothing is sent, the machine is only asked by which way it would go.
_SOMEWHERE = ("2001:4860:4860::8888", 53)


def ipv6_here() -> Ipv6:
    """Tell whether this machine can go out over IPv6, by the address it would use; nothing is sent."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.connect(_SOMEWHERE)
            own = str(probe.getsockname()[0])
    except OSError:
        return "none"
    return "global" if is_public(own) else "local"


@dataclass(frozen=True, slots=True)
class Asking:
    """How name servers are asked."""

    port: int
    """53 but in a laboratory."""
    allow_private: bool
    timeout_s: float
    """For each address; they are asked at the same time."""


def name_servers_of(resolver: Resolver, zone: dns.name.Name, asking: Asking) -> NameServerLookup:
    """Return the name servers of a zone, every address of each asked for the zone's SOA record."""
    found = follow(resolver, zone, dns.rdatatype.NS)
    names = sorted({item.target.canonicalize() for item in found.kept})
    kept = names[:MOST_SERVERS]
    servers: tuple[NameServer, ...] = ()
    if kept:
        with ThreadPoolExecutor(AT_ONCE) as workers:
            lookups = list(workers.map(lambda name: _addresses(resolver, name), kept))
            wanted = dict.fromkeys(address for two in lookups for address in _asked(two))
            probes = dict(zip(wanted, workers.map(lambda address: _probe(address, zone, asking), wanted), strict=True))
        servers = tuple(
            NameServer(name=name_text(name), a=two[0], aaaa=two[1], probes=tuple(probes[item] for item in _asked(two)))
            for name, two in zip(kept, lookups, strict=True)
        )
    return NameServerLookup(
        name=name_text(zone),
        type="NS",
        outcome=found.outcome,
        reason=found.reason,
        left_out=found.left_out + len(names) - len(kept),
        servers=servers,
    )


def _addresses(resolver: Resolver, name: dns.name.Name) -> tuple[AddressLookup, AddressLookup]:
    a, aaaa = (
        addresses_of(name, type_, follow(resolver, name, type_)) for type_ in (dns.rdatatype.A, dns.rdatatype.AAAA)
    )
    return a, aaaa


def _asked(lookups: tuple[AddressLookup, AddressLookup]) -> list[str]:
    """Return the addresses of a name server that are asked."""
    return [address for lookup in lookups for address in lookup.addresses[:MOST_ADDRESSES]]


def _probe(address: str, zone: dns.name.Name, asking: Asking) -> Probe:
    if not may_be_measured(address, allow_private=asking.allow_private):
        reason = why_not_measured(address)
        return Probe(address=address, outcome=ProbeOutcome.PRIVATE, reason=reason)
    if not _has_way_to(address, asking.port):
        version = version_of(address)
        reason = Text(
            f"deze machine heeft geen IPv{version} naar dit adres", f"this machine has no IPv{version} to this address"
        )
        return Probe(address=address, outcome=ProbeOutcome.NOT_ASKED, reason=reason)
    answer = Plain(address, asking.port).ask(query_for(zone, dns.rdatatype.SOA, recurse=False), asking.timeout_s)
    if isinstance(answer, Failure):
        outcome = ProbeOutcome.UNREACHABLE if answer.reason in SILENT else ProbeOutcome.NOT_AUTHORITATIVE
        return Probe(address=address, outcome=outcome, reason=answer.message)
    problem = _not_authoritative(answer, zone)
    if problem is None:
        return Probe(address=address, outcome=ProbeOutcome.AUTHORITATIVE)
    return Probe(address=address, outcome=ProbeOutcome.NOT_AUTHORITATIVE, reason=problem)


def _has_way_to(address: str, port: int) -> bool:
    """Tell whether this machine has a route to an address; nothing is sent."""
    try:
        with socket.socket(socket.AF_INET6 if version_of(address) == 6 else socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect((address, port))
    except OSError:
        return False
    return True


def _not_authoritative(answer: dns.message.Message, zone: dns.name.Name) -> Text | None:
    """Return why an answer is not that of a server of the zone, or None when it is."""
    if answer.rcode() != dns.rcode.NOERROR:
        said = dns.rcode.to_text(answer.rcode())
        return Text(
            f"antwoordt {said} op een vraag over {name_text(zone)}",
            f"answers {said} to a question on {name_text(zone)}",
        )
    if not answer.flags & dns.flags.AA:
        return Text(
            f"is niet gezaghebbend voor {name_text(zone)} (geen AA)",
            f"is not authoritative for {name_text(zone)} (no AA)",
        )
    if not any(rrset.rdtype == dns.rdatatype.SOA and rrset.name == zone for rrset in answer.answer):
        return Text(f"kent {name_text(zone)} niet (geen SOA)", f"does not know {name_text(zone)} (no SOA)")
    return None
