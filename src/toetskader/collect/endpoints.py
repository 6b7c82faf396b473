"""The service part of a target, collected: every endpoint once, all collectors at the same time."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from threading import Lock

from msgspec.structs import replace

from toetskader.collect.attempting import attempted, not_seen
from toetskader.collect.collector import Collector, Means
from toetskader.collect.endpoint.contacts import Contacts
from toetskader.collect.endpoint.dns.collector import Addresses, Dns
from toetskader.collect.endpoint.gate import PAUSE_S, Gate
from toetskader.collect.endpoint.http import collect_http
from toetskader.collect.endpoint.rpki import Rpki
from toetskader.collect.endpoint.tls import collect_tls
from toetskader.collect.user_agent import USER_AGENT
from toetskader.core.failure import Failure, Reason
from toetskader.facts.addresses import Reach, may_be_contacted, may_be_measured, reach_of, why_not_measured
from toetskader.facts.attempt import NotSeen, Provenance
from toetskader.facts.endpoint.client_certificates import with_demands
from toetskader.facts.endpoint.dns import DnsFacts
from toetskader.facts.endpoint.http import HttpFacts
from toetskader.facts.endpoint.kept_off import answering, with_silence_explained, without_our_doing
from toetskader.facts.endpoint.names import Endpoint, Endpoints
from toetskader.facts.endpoint.tls import TlsFacts
from toetskader.facts.key import Attempt, FactKey
from toetskader.kinds.saas.part import SaasPart
from toetskader.text import Text

Visit = tuple[Endpoint, Future[Attempt]]
"""What is asked of an endpoint over HTTP."""
Where = Callable[[str], Addresses | NotSeen]
"""Takes a host; returns its addresses."""
DEADLINE_S = 30.0
"""Seconds that one collector may take for one endpoint."""
COLLECTORS_AT_ONCE = 64
"""Collectors that run at one time, over all endpoints of a run; they mostly wait."""
SCANS_AT_ONCE = 2
"""Endpoints at one address of which TLS is measured at one time; more would wait for each other's connections."""


@contextmanager
def services(means: Means, _: int) -> Iterator[Collector[SaasPart]]:
    """Open the collector of services: its resolvers and pauses are shared by all services of a run."""
    with EndpointCollectors(means.resolver) as collectors:
        yield lambda part, task: collectors.collect(part, task.wanted.kinds)


class EndpointCollectors:
    """The collectors of endpoints. Resolvers, their answers and routes are shared by all targets of a run.

    Parameters: `resolver`, to ask names of instead of the one that a target names. Use as a context manager.
    """

    def __init__(self, resolver: str | None) -> None:
        self._resolver = resolver
        self._gate = Gate(pause_s=PAUSE_S)
        self._contacts = Contacts()
        self._scans = Gate(SCANS_AT_ONCE)
        self._pool = ThreadPoolExecutor(COLLECTORS_AT_ONCE)
        self._lock = Lock()
        self._names: dict[tuple[object, ...], Dns] = {}
        self._routes: dict[tuple[object, ...], Rpki] = {}

    def __enter__(self) -> "EndpointCollectors":
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()

    def collect(self, part: SaasPart, kinds: frozenset[str]) -> dict[FactKey, Attempt]:
        """Collect the facts of all endpoints of a service.

        Parameters: `kinds`, the kinds of facts that the selected requirements need. Never raises for what a supplier
        hands us: each fact that is not there has a reason.
        """
        names = self._names_of(part)
        running: dict[FactKey, Future[Attempt]] = {}
        for endpoint in part.endpoints:
            for kind, soon in self._start(part, endpoint, names, kinds).items():
                running[FactKey(kind, endpoint.scene)] = soon
        if "tls" in kinds:  # last, so that what it waits for has its turn before it
            visits = [
                (item, running[key]) for item in part.endpoints if (key := FactKey("http", item.scene)) in running
            ]
            where = cache(names.addresses)
            for endpoint in part.endpoints:
                running[FactKey("tls", endpoint.scene)] = self._start_tls(part, endpoint, visits, where)
        attempts: dict[FactKey, Attempt] = {FactKey("endpoint", item.scene): item for item in part.endpoints}
        if "endpoints" in kinds:
            attempts[FactKey("endpoints")] = _together(part, names)
        attempts |= {key: soon.result() for key, soon in running.items()}
        for endpoint in part.endpoints:
            http, tls = (attempts.get(FactKey(kind, endpoint.scene)) for kind in ("http", "tls"))
            if isinstance(http, HttpFacts) and isinstance(tls, TlsFacts):
                attempts[FactKey("http", endpoint.scene)] = with_demands(http, tls)
        return attempts

    def _start(
        self, part: SaasPart, endpoint: Endpoint, names: Dns, kinds: frozenset[str]
    ) -> dict[str, Future[Attempt]]:
        """Start the collectors of one endpoint, those that others wait for first."""
        started: dict[str, Future[Attempt]] = {}

        def start(kind: str, collector: Callable[[], Attempt]) -> None:
            started[kind] = self._pool.submit(_attempted, kind, endpoint, collector)

        if kinds & {"dns", "rpki"}:
            start("dns", lambda: names.collect(endpoint.host, endpoint.port, allow_private=endpoint.allow_private))
        if "dnssec" in kinds:
            start("dnssec", lambda: names.validate(endpoint.host, endpoint.port))
        if "http" in kinds:
            start("http", lambda: self._http(part, endpoint, names))
        if "rpki" in kinds:
            start("rpki", lambda: self._rpki(part, names, started["dns"].result()))
        return {kind: soon for kind, soon in started.items() if kind in kinds}

    def _start_tls(self, part: SaasPart, endpoint: Endpoint, visits: Sequence[Visit], where: Where) -> Future[Attempt]:
        return self._pool.submit(_attempted, "tls", endpoint, lambda: self._tls(part, endpoint, visits, where))

    def _tls(self, part: SaasPart, endpoint: Endpoint, visits: Sequence[Visit], where: Where) -> Attempt:
        """Measure TLS, after everything that is asked of the same addresses over HTTP.

        The many handshakes of it may trip a limit, and what is asked after that is refused.
        """
        addresses = _contacted(endpoint, where(endpoint.host))
        if isinstance(addresses, NotSeen):
            return addresses
        measured = _measured(endpoint, addresses)
        wait([visit for other, visit in visits if _is_at(where(other.host), measured)])
        # Its time begins when it is its turn.
        with self._scans.to(measured[0]), self._contacts.scanning(*measured):
            found = collect_tls(
                endpoint.host,
                endpoint.port,
                measured,
                authorities=part.certificate_authorities,
                deadline_s=DEADLINE_S,
                user_agent=USER_AGENT,
                now=datetime.now(UTC),
                gate=self._gate,
            )
        if isinstance(found, NotSeen):
            return found
        for item in found.addresses:
            if item.kept_off:
                self._contacts.kept_off(item.address)
        found = with_silence_explained(found, self._contacts.why_silent)
        return replace(found, addresses_unseen=addresses.unseen)

    def _http(self, part: SaasPart, endpoint: Endpoint, names: Dns) -> Attempt:
        addresses = _contacted(endpoint, names.addresses(endpoint.host))
        if isinstance(addresses, NotSeen):
            return addresses
        found = collect_http(
            endpoint.host,
            endpoint.port,
            endpoint.http_port,
            endpoint.path,
            addresses.native,
            authorities=part.certificate_authorities,
            allow_private=endpoint.allow_private,
            deadline_s=DEADLINE_S,
            user_agent=USER_AGENT,
            gate=self._gate,
        )
        if isinstance(found, NotSeen):
            return found
        for address, port in answering(found):
            self._contacts.answered(address, port)
        found = without_our_doing(found, self._contacts.why_silent)
        return replace(found, addresses_unseen=addresses.unseen)

    def _rpki(self, part: SaasPart, names: Dns, seen: Attempt) -> Attempt:
        if not isinstance(seen, DnsFacts):
            return seen
        return self._routes_of(part, names).collect(seen.owners())

    def _names_of(self, part: SaasPart) -> Dns:
        """Return what asks names for a target: one for all targets with the same settings."""
        resolver = self._resolver or part.resolver
        settings = (resolver, part.name_server_port, part.trust_anchors, part.certificate_authorities)
        with self._lock:
            if settings not in self._names:
                self._names[settings] = Dns(
                    resolver,
                    name_server_port=part.name_server_port,
                    trust_anchors=part.trust_anchors,
                    authorities=part.certificate_authorities,
                )
            return self._names[settings]

    def _routes_of(self, part: SaasPart, names: Dns) -> Rpki:
        source = part.rpki
        with self._lock:
            key = (source, id(names))
            if key not in self._routes:
                self._routes[key] = Rpki(
                    validator=source.validator,
                    vrps=source.vrps,
                    routes=source.routes,
                    origin_zone=source.origin_zone,
                    dns=names,
                    user_agent=USER_AGENT,
                )
            return self._routes[key]


def _is_at(found: Addresses | NotSeen, addresses: Sequence[str]) -> bool:
    """Tell whether a host is at one of some addresses."""
    return isinstance(found, Addresses) and not set(addresses).isdisjoint(found.native)


def _attempted(kind: str, endpoint: Endpoint, collector: Callable[[], Attempt]) -> Attempt:
    return attempted(collector, kind, endpoint.authority, lambda: _provenance(endpoint, by=kind))


def _contacted(endpoint: Endpoint, addresses: Addresses | NotSeen) -> Addresses | NotSeen:
    """Return the addresses of an endpoint; NotSeen when none may be contacted, or one is nobody's place.

    A private address beside one on the internet is only not measured: who asks over HTTP reports it. Beside an address
    of a cloud's metadata or the like nothing is contacted at all, as whoever made such a record means no service.
    """
    if isinstance(addresses, NotSeen):
        return addresses
    if not addresses.all:
        message = Text(
            f"{endpoint.host} heeft geen adres in de DNS; herstel het record, of de naam in het doel.",
            f"{endpoint.host} has no address in the DNS; mend the record, or the name in the target.",
        )
        return not_seen(Failure(Reason.UNREACHABLE, message), _provenance(endpoint))
    allow_private = endpoint.allow_private
    kept_off = [address for address in addresses.all if not may_be_contacted(address, allow_private=allow_private)]
    never = any(reach_of(address) is Reach.NEVER for address in kept_off)
    if kept_off and (never or not _measured(endpoint, addresses)):
        remedy = (
            Text("Herstel het record in de DNS.", "Mend the record in the DNS.")
            if never
            else Text(
                "Zet 'allow_private: true' bij het doel als dit een intranet is.",
                "Set 'allow_private: true' in the target if this is an intranet.",
            )
        )
        message = Text(
            f"{endpoint.host} wijst naar {', '.join(kept_off[:3])}, een adres dat niet op het internet hoort; er is "
            f"niets benaderd. {remedy.nl}",
            f"{endpoint.host} points to {', '.join(kept_off[:3])}, an address that does not belong on the internet; "
            f"nothing was contacted. {remedy.en}",
        )
        return not_seen(Failure(Reason.REFUSED_INPUT, message), _provenance(endpoint))
    if not addresses.native:
        shown, kind = ", ".join(addresses.all[:3]), why_not_measured(addresses.all[0])
        message = Text(
            f"{endpoint.host} wijst alleen naar {shown}, {kind.nl}; er is niets benaderd. Herstel het DNS-record.",
            f"{endpoint.host} points to {shown} only, {kind.en}; nothing was contacted. Mend the record in the DNS.",
        )
        return not_seen(Failure(Reason.REFUSED_INPUT, message), _provenance(endpoint))
    return addresses


def _measured(endpoint: Endpoint, addresses: Addresses) -> tuple[str, ...]:
    """Return the addresses that may be contacted."""
    return tuple(address for address in addresses.all if may_be_measured(address, allow_private=endpoint.allow_private))


def _together(part: SaasPart, names: Dns) -> Endpoints:
    found = {endpoint.scene: names.addresses(endpoint.host) for endpoint in part.endpoints}
    seen = {scene: item.native for scene, item in found.items() if isinstance(item, Addresses)}
    return Endpoints(endpoints=part.endpoints, addresses=seen)


def _provenance(endpoint: Endpoint, by: str = "dns") -> Provenance:
    return Provenance(at=datetime.now(UTC), by=by, source=endpoint.authority)
