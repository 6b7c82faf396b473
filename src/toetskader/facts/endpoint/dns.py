"""What the domain name system says about an endpoint: addresses, aliases, name servers, CAA and TLSA."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Literal

import msgspec

from toetskader.facts.addresses import is_native, is_public, version_of
from toetskader.facts.attempt import Provenance
from toetskader.text import Text


class Outcome(StrEnum):
    """How a question to the domain name system ended."""

    RECORDS = "records"
    NONE = "none"
    """The name exists without records of this type (NOERROR, no data)."""
    NXDOMAIN = "nxdomain"
    """The name does not exist."""
    FAILED = "failed"
    """No answer that can be used, for a reason."""


class Lookup(msgspec.Struct, frozen=True, kw_only=True):
    """One question and how it ended; without records only when the outcome says so."""

    name: str
    """Name asked for, without a dot at the end (`.` for the root)."""
    type: str
    outcome: Outcome
    reason: Text | None = None
    """Why it failed; only then."""
    left_out: int = 0
    """Records in the answer beyond those kept."""

    @property
    def failed(self) -> bool:
        """True when nothing is known about these records."""
        return self.outcome is Outcome.FAILED


class AddressRecord(msgspec.Struct, frozen=True, kw_only=True):
    """An address of a name."""

    address: str
    ttl: int
    """Seconds."""


class AddressLookup(Lookup, frozen=True, kw_only=True):
    """The A or AAAA records of a name, at the end of its aliases."""

    records: tuple[AddressRecord, ...] = ()

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses alone."""
        return tuple(record.address for record in self.records)


class Alias(msgspec.Struct, frozen=True, kw_only=True):
    """One CNAME record."""

    name: str
    target: str
    ttl: int


class Soa(msgspec.Struct, frozen=True, kw_only=True):
    """Start of authority of a zone."""

    primary: str
    contact: str
    serial: int


class SoaLookup(Lookup, frozen=True, kw_only=True):
    """The SOA record of the zone a host is in."""

    record: Soa | None = None


class ProbeOutcome(StrEnum):
    """What became of asking one address of a name server about its zone."""

    AUTHORITATIVE = "authoritative"
    NOT_AUTHORITATIVE = "not_authoritative"
    """It answered, but not as a server of this zone."""
    UNREACHABLE = "unreachable"
    """No answer in time, or the connection was refused."""
    PRIVATE = "private"
    """Not tried: an address with a purpose of its own, that nobody reaches from outside or that stands for IPv4."""
    NOT_ASKED = "not_asked"
    """Not tried: no way to it from this machine."""


class Probe(msgspec.Struct, frozen=True, kw_only=True):
    """One address of a name server, and whether it serves the zone."""

    address: str
    outcome: ProbeOutcome
    reason: Text | None = None
    """Why not; absent for an authoritative answer."""


class NameServer(msgspec.Struct, frozen=True, kw_only=True):
    """A name server of the zone."""

    name: str
    a: AddressLookup
    aaaa: AddressLookup
    probes: tuple[Probe, ...] = ()

    @property
    def over_ipv6(self) -> tuple[Probe, ...]:
        """What became of its IPv6 addresses."""
        return tuple(probe for probe in self.probes if version_of(probe.address) == 6)


class NameServerLookup(Lookup, frozen=True, kw_only=True):
    """The NS records of the zone a host is in."""

    servers: tuple[NameServer, ...] = ()


class CaaRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Who may issue certificates (RFC 8659). The tag in lower case, the value with what is not ASCII escaped."""

    flags: int
    tag: str
    value: str


class CaaLookup(Lookup, frozen=True, kw_only=True):
    """The CAA records that hold for the host: those of the nearest name upwards that has any (RFC 8659, 3).

    `name` is where they were found; without records the last name that was asked, or at which asking failed.
    """

    records: tuple[CaaRecord, ...] = ()
    climbed: tuple[str, ...] = ()
    """Names asked, from the host upwards."""


class TlsaRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate, or a hash of it, that the domain vouches for (RFC 6698)."""

    usage: int
    selector: int
    matching_type: int
    data: str
    """Hexadecimal, in lower case."""


class TlsaLookup(Lookup, frozen=True, kw_only=True):
    """The TLSA records of the host's port."""

    records: tuple[TlsaRecord, ...] = ()


Ipv6 = Literal["global", "local", "none"]
"""Whether this machine can go out over IPv6: with a global address, with a local one only, or not at all."""


class DnsFacts(msgspec.Struct, frozen=True, kw_only=True, tag="dns"):
    """What the domain name system said about one endpoint."""

    provenance: Provenance
    commands: tuple[str, ...]
    """How an auditor sees the same."""
    host: str
    port: int
    aliases: tuple[Alias, ...]
    """CNAME records from the host on, in order; empty when its name is no alias."""
    alias_problem: Text | None = None
    """Why the aliases do not end: a loop, or too many."""
    a: AddressLookup
    aaaa: AddressLookup
    soa: SoaLookup
    """Of the zone the host's own name is in; `name` is the top of that zone."""
    name_servers: NameServerLookup
    caa: CaaLookup
    tlsa: TlsaLookup
    ipv6_here: Ipv6
    """IPv6 of the machine that measured: without it nothing can be said about what is reachable over IPv6."""

    @property
    def zone(self) -> str:
        """Top of the zone the host is in; empty when it could not be found."""
        return "" if self.soa.failed else self.soa.name

    @property
    def canonical(self) -> str:
        """The name at the end of the aliases."""
        return self.aliases[-1].target if self.aliases else self.host

    def sees_ipv6(self, address: str) -> bool:
        """Tell whether silence of an address says something: this machine has IPv6, or needs none to get there.

        With a local address only, IPv6 may be translated or lead nowhere; an answer of some name server tells.
        """
        if version_of(address) == 4 or not is_public(address) or self.ipv6_here == "global":
            return True
        answered = (ProbeOutcome.AUTHORITATIVE, ProbeOutcome.NOT_AUTHORITATIVE)
        return any(
            probe.outcome in answered and is_public(probe.address)
            for server in self.name_servers.servers
            for probe in server.over_ipv6
        )

    @property
    def addresses(self) -> tuple[str, ...]:
        """All addresses of the host, IPv4 first."""
        return (*self.a.addresses, *self.aaaa.addresses)

    def lookups_of_addresses(self) -> Iterator[AddressLookup]:
        """Yield the questions about addresses of the host and of its name servers."""
        yield self.a
        yield self.aaaa
        for server in self.name_servers.servers:
            yield server.a
            yield server.aaaa

    def owners(self) -> dict[str, tuple[str, ...]]:
        """Return every address of the host and its name servers, with the names that have it.

        What stands for an IPv4 address is no place of its own, and has no route of its own.
        """
        found: dict[str, list[str]] = {}
        for address in self.addresses:
            found.setdefault(address, []).append(self.host)
        for server in self.name_servers.servers:
            for address in (*server.a.addresses, *server.aaaa.addresses):
                names = found.setdefault(address, [])
                if server.name not in names:
                    names.append(server.name)
        return {address: tuple(names) for address, names in found.items() if is_native(address)}
