"""The collector of names: what a run shares, and the facts of each endpoint."""

import shlex
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import dns.exception
import dns.name
import dns.rdatatype
import dns.version

from toetskader.collect.endpoint.dns.anchors import Anchors, read_anchors
from toetskader.collect.endpoint.dns.chain import Chain
from toetskader.collect.endpoint.dns.lookups import (
    MOST_ALIASES,
    Followed,
    addresses_of,
    caa_of,
    follow,
    tlsa_name,
    tlsa_of,
    zone_of,
)
from toetskader.collect.endpoint.dns.name_servers import Asking, ipv6_here, name_servers_of
from toetskader.collect.endpoint.dns.resolver import Resolver
from toetskader.collect.endpoint.dns.transport import carriers
from toetskader.collect.endpoint.dns.words import ascii_text, name_text
from toetskader.core.failure import Failed, Reason
from toetskader.facts.addresses import is_native
from toetskader.facts.attempt import NotSeen, Provenance
from toetskader.facts.endpoint.dns import (
    AddressLookup,
    DnsFacts,
    Ipv6,
    NameServerLookup,
    Outcome,
    SoaLookup,
)
from toetskader.facts.endpoint.dnssec import Cause, DnssecFacts, Status, Validation, Zone
from toetskader.text import Text

TIMEOUT_S = 5.0
AT_ONCE = 2
"""Questions of one endpoint asked at the same time."""
_A, _AAAA = dns.rdatatype.A, dns.rdatatype.AAAA


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses of a host, at the end of its aliases; each of the two may have failed on its own."""

    host: str
    a: AddressLookup
    aaaa: AddressLookup

    @property
    def all(self) -> tuple[str, ...]:
        """All addresses, IPv4 first."""
        return (*self.a.addresses, *self.aaaa.addresses)

    @property
    def native(self) -> tuple[str, ...]:
        """Those that are a place of their own; what stands for an IPv4 address proves no IPv6, and is not measured."""
        return tuple(address for address in self.all if is_native(address))

    @property
    def unseen(self) -> Text | None:
        """Why there may be more addresses than are known; None when both kinds were answered."""
        for lookup in (self.a, self.aaaa):
            if lookup.failed:
                why = lookup.reason or Text("geen antwoord", "no answer")
                return Text(f"{lookup.type}: {why.nl}", f"{lookup.type}: {why.en}")
        return None


class Dns:
    """Asks about endpoints. One for a run: answers, zones and keys are shared by all threads.

    Parameters: `resolver`, its address (see `transport.carriers`), None for the system's; `name_server_port`, at which
    name servers themselves are asked; `trust_anchors`, a file of DS or DNSKEY records, None for the root's;
    `timeout_s`, for one question in all its tries; `now`, the moment that signatures must be valid at;
    `authorities`, a file of certificates (PEM) to trust for a resolver over TLS or HTTPS. An address or file that
    cannot be used makes every attempt `NotSeen`.
    """

    def __init__(
        self,
        resolver: str | None = None,
        *,
        name_server_port: int = 53,
        trust_anchors: Path | None = None,
        timeout_s: float = TIMEOUT_S,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        authorities: Path | None = None,
    ) -> None:
        self._now = now
        self._port = name_server_port
        self._timeout_s = timeout_s
        self._named = resolver
        self._anchors_file = trust_anchors
        self._problem: Text | None = None
        self._anchors: Anchors = {}
        self._lock = threading.Lock()
        self._zones: dict[tuple[dns.name.Name, bool], Future[NameServerLookup]] = {}
        self._ipv6: Ipv6 = ipv6_here()
        try:
            self._resolver = Resolver(
                carriers(resolver, str(authorities) if authorities else None), timeout_s=timeout_s
            )
        except Failed as error:
            self._problem = error.message
            self._resolver = Resolver((), timeout_s=timeout_s)
        self._anchors_problem: Text | None = None
        try:
            self._anchors = read_anchors(trust_anchors)
        except Failed as error:
            self._anchors_problem = error.message
        self._chain = Chain(self._resolver, self._anchors, now)

    def addresses(self, host: str) -> Addresses | NotSeen:
        """Return the addresses of a host; NotSeen when neither kind could be asked for."""
        name = self._name(host)
        if isinstance(name, NotSeen):
            return name
        a, aaaa = self._both(name)
        found = Addresses(host, addresses_of(name, _A, a), addresses_of(name, _AAAA, aaaa))
        if found.a.failed and found.aaaa.failed:
            return self._not_seen(host, Reason.UNREACHABLE, a.reason)
        return found

    def texts(self, name: str) -> tuple[str, ...] | Text:
        """Return the TXT records of a name, none when it has none, or why they could not be asked for."""
        try:
            asked = dns.name.from_text(name)
        except (dns.exception.DNSException, UnicodeError):
            return Text(f"{name!r} is geen naam", f"{name!r} is no name")
        if self._problem is not None:
            return self._problem
        found = self._follow(asked, dns.rdatatype.TXT)
        if found.outcome is Outcome.FAILED:
            return found.reason or Text("geen antwoord", "no answer")
        return tuple(ascii_text(b"".join(item.strings)) for item in found.kept)

    def collect(self, host: str, port: int, *, allow_private: bool = False) -> DnsFacts | NotSeen:
        """Return what the domain name system says about an endpoint.

        Parameters: `allow_private`, name servers may have private addresses. NotSeen when the resolver does not
        answer about the host at all.
        """
        name = self._name(host)
        if isinstance(name, NotSeen):
            return name
        a, aaaa = self._both(name)
        if _nothing_seen(a, aaaa):
            return self._not_seen(host, Reason.UNREACHABLE, a.reason)
        with ThreadPoolExecutor(AT_ONCE) as workers:
            caa = workers.submit(caa_of, self._resolver, name)
            tlsa = workers.submit(tlsa_of, self._resolver, name, port)
            soa = zone_of(self._resolver, name)
            servers = self._name_servers(soa, allow_private)
        found_caa = caa.result()
        longer = max((a, aaaa), key=lambda found: len(found.aliases))
        return DnsFacts(
            provenance=self._provenance(host),
            commands=self._dig_commands(host, port, soa, servers, found_caa.name),
            host=host,
            port=port,
            aliases=longer.aliases,
            alias_problem=a.alias_problem or aaaa.alias_problem,
            a=addresses_of(name, _A, a),
            aaaa=addresses_of(name, _AAAA, aaaa),
            soa=soa,
            name_servers=servers,
            caa=found_caa,
            tlsa=tlsa.result(),
            ipv6_here=self._ipv6,
        )

    def validate(self, host: str, port: int) -> DnssecFacts | NotSeen:
        """Validate every answer that leads to an endpoint. NotSeen when the resolver does not answer at all."""
        name = self._name(host)
        if isinstance(name, NotSeen):
            return name
        if self._anchors_problem is not None:
            return self._not_seen(host, Reason.REFUSED_INPUT, self._anchors_problem)
        both = self._both(name)
        if _nothing_seen(*both):
            return self._not_seen(host, Reason.UNREACHABLE, both[0].reason)
        caa = caa_of(self._resolver, name)
        asked = [(name, _A), (name, _AAAA), (dns.name.from_text(caa.name), dns.rdatatype.CAA)]
        with suppress(dns.exception.DNSException):  # too long a name has no TLSA records
            asked.append((tlsa_name(name, port), dns.rdatatype.TLSA))
        with ThreadPoolExecutor(len(asked)) as workers:
            found = [item for items in workers.map(lambda question: self._along(*question), asked) for item in items]
        zones: dict[str, Zone] = {}
        for _, chain in found:
            zones.update((zone.name, zone) for zone in chain)
        return DnssecFacts(
            provenance=self._provenance(host),
            commands=self._validating_commands([(item.name, item.type) for item, _ in found]),
            host=host,
            trust_anchors=tuple(
                f"{name_text(zone)} DS {item}" for zone, items in self._anchors.items() for item in items
            ),
            validations=tuple(item for item, _ in found),
            zones=tuple(zones.values()),
        )

    def _along(self, name: dns.name.Name, type_: dns.rdatatype.RdataType) -> list[tuple[Validation, tuple[Zone, ...]]]:
        """Validate a question, and again at every name that its aliases lead to."""
        found: list[tuple[Validation, tuple[Zone, ...]]] = []
        seen: set[dns.name.Name] = set()
        while name not in seen and len(seen) <= MOST_ALIASES:
            seen.add(name)
            found.append(self._chain.validate(name, type_))
            target = found[-1][0].alias_of
            if not target:
                return found
            name = dns.name.from_text(target).canonicalize()
        sentence = Text(
            f"de CNAME-records eindigen niet (kring of te veel), bij {name_text(name)}",
            f"the CNAME records do not end (a circle, or too many), at {name_text(name)}",
        )
        endless = Validation(
            name=name_text(name),
            type=dns.rdatatype.to_text(type_),
            answer=Outcome.FAILED,
            status=Status.INDETERMINATE,
            cause=Cause.ALIAS_LOOP,
            sentence=sentence,
        )
        return [*found, (endless, ())]

    def _both(self, name: dns.name.Name) -> tuple[Followed, Followed]:
        """Ask for A and AAAA at the same time: what is down costs one deadline."""
        with ThreadPoolExecutor(1) as worker:
            aaaa = worker.submit(self._follow, name, _AAAA)
            return self._follow(name, _A), aaaa.result()

    def _follow(self, name: dns.name.Name, type_: dns.rdatatype.RdataType) -> Followed:
        return follow(self._resolver, name, type_)

    def _name_servers(self, soa: SoaLookup, allow_private: bool) -> NameServerLookup:
        """Return the name servers of a zone; each zone's are asked once in a run."""
        if soa.failed:
            return NameServerLookup(name=soa.name, type="NS", outcome=Outcome.FAILED, reason=soa.reason)
        zone = dns.name.from_text(soa.name).canonicalize()
        key = (zone, allow_private)
        with self._lock:
            known = self._zones.get(key)
            if known is None:
                mine = self._zones[key] = Future()
        if known is not None:
            return known.result()
        try:
            asking = Asking(self._port, allow_private, self._timeout_s)
            found = name_servers_of(self._resolver, zone, asking)
        except BaseException as error:
            mine.set_exception(error)
            raise
        mine.set_result(found)
        if found.failed:
            with self._lock:
                self._zones.pop(key, None)
        return found

    def _name(self, host: str) -> dns.name.Name | NotSeen:
        if self._problem is not None:
            return self._not_seen(host, Reason.REFUSED_INPUT, self._problem)
        try:
            return dns.name.from_text(host).canonicalize()
        except (dns.exception.DNSException, UnicodeError):
            return self._not_seen(host, Reason.REFUSED_INPUT, Text("dit is geen hostnaam", "this is no host name"))

    def _provenance(self, host: str) -> Provenance:
        by = f"dns: dnspython {dns.version.version}, resolver {self._resolver.where or self._named}"
        return Provenance(at=self._now(), by=by, source=host)

    def _not_seen(self, host: str, reason: Reason, why: Text | None) -> NotSeen:
        why = why or Text("geen antwoord", "no answer")
        message = Text(
            f"DNS van {host} is niet te zien: {why.nl.rstrip('.')}. Controleer 'saas.resolver' en 'saas.trust_anchors' "
            "van het doel, of de resolver van deze machine.",
            f"DNS of {host} cannot be seen: {why.en.rstrip('.')}. Check 'saas.resolver' and 'saas.trust_anchors' of "
            "the target, or the resolver of this machine.",
        )
        return NotSeen(reason=reason, message=message, provenance=self._provenance(host))

    def _dig_commands(
        self, host: str, port: int, soa: SoaLookup, servers: NameServerLookup, caa: str
    ) -> tuple[str, ...]:
        """Return how an auditor asks the same. Parameters: `caa`, the name at which CAA was found, or not."""
        at = self._for_dig()
        asked = [(host, "A"), (host, "AAAA"), (host, "CAA"), (caa, "CAA"), (f"_{port}._tcp.{host}", "TLSA")]
        asked += [(soa.name, "NS"), *((server.name, "AAAA") for server in servers.servers)]
        commands = [shlex.join(["dig", *at, "+dnssec", name, type_]) for name, type_ in dict.fromkeys(asked)]
        where = [] if self._port == 53 else ["-p", str(self._port)]
        commands += [
            shlex.join(["dig", f"@{probe.address}", *where, "+norecurse", soa.name, "SOA"])
            for server in servers.servers
            for probe in server.probes
        ]
        return tuple(dict.fromkeys(commands))  # name servers may share an address

    def _validating_commands(self, asked: list[tuple[str, str]]) -> tuple[str, ...]:
        """Return how an auditor validates the same: BIND's delv knows the root's keys, drill takes a file of them."""
        at = [] if self._named is None or "//" in self._named else self._for_dig()
        program = ["delv"] if self._anchors_file is None else ["drill", "-S", "-k", str(self._anchors_file)]
        return tuple(shlex.join([*program, *at, name, type_]) for name, type_ in dict.fromkeys(asked))

    def _for_dig(self) -> list[str]:
        """Return the resolver as arguments of dig; DoT and DoH as dig 9.18 and later take them."""
        named = self._named
        if named is None:
            return []
        if named.startswith("https://"):
            host, _, path = named.removeprefix("https://").partition("/")
            return [f"@{host}", f"+https=/{path}"]
        if named.startswith("tls://"):
            host, _, port = named.removeprefix("tls://").partition(":")
            return [f"@{host}", "+tls", *(["-p", port] if port else [])]
        where = self._resolver.plain_address
        if where is None:
            return []
        return [f"@{where[0]}", *([] if where[1] == 53 else ["-p", str(where[1])])]


def _nothing_seen(a: Followed, aaaa: Followed) -> bool:
    """Tell whether the resolver said nothing about a host; aliases without an end are something."""
    return a.outcome is Outcome.FAILED and aaaa.outcome is Outcome.FAILED and not (a.aliases or aaaa.aliases)
