"""The collector of routes: which networks announce an address, and whether they may."""

import ipaddress
import shlex
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from msgspec.structs import replace

from toetskader.collect.endpoint.prefixes import Address, Network, Prefixes
from toetskader.collect.endpoint.route_files import as_number, origin_and_peers, read_routes, read_vrps, unpacked
from toetskader.collect.endpoint.validator import Validator
from toetskader.core.failure import Failed, Reason
from toetskader.facts.attempt import NotSeen, Provenance
from toetskader.facts.endpoint.dns import Outcome
from toetskader.facts.endpoint.origins import validity
from toetskader.facts.endpoint.rpki import AddressRoutes, Authorisation, Route, RpkiFacts, Validity
from toetskader.text import Text

MOST_ADDRESSES = 256
MOST_ROUTES = 32
"""Routes to one address that are looked at."""
TIMEOUT_S = 5.0
AT_ONCE = 4


class Texts(Protocol):
    """Something that looks up TXT records."""

    def texts(self, name: str) -> tuple[str, ...] | Text:
        """Return the TXT records of a name, or why they could not be asked for."""


class Rpki:
    """Looks up routes. One for a run: files are read once, a validator is asked once a route.

    Parameters: `validator`, address of a validator's HTTP API (Routinator's: `/api/v1/validity/AS…/prefix`); `vrps`,
    a JSON file of validated payloads as Routinator and rpki-client write it, which goes before the validator;
    `routes`, a file of announced routes as RISwhois writes it: AS number, prefix and peers on each line;
    `origin_zone`, a DNS zone whose TXT records tell the origin of an address (Team Cymru's form; for
    `origin.<rest>` IPv6 is asked at `origin6.<rest>`); `dns`, to ask it.
    """

    def __init__(
        self,
        validator: str | None = None,
        vrps: Path | None = None,
        routes: Path | None = None,
        origin_zone: str | None = None,
        dns: Texts | None = None,
        *,
        timeout_s: float = TIMEOUT_S,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        user_agent: str = "Toetskader",
    ) -> None:
        self._validator = (
            Validator(validator, timeout_s=timeout_s, user_agent=user_agent, now=now) if validator else None
        )
        self._vrps_file = vrps
        self._routes_file = routes
        self._origin_zone = origin_zone.strip(".") if origin_zone and dns else None
        self._dns = dns
        self._now = now
        self._lock = threading.Lock()
        self._judged: dict[tuple[Network, int], Route] = {}  # whoever sees them
        self._vrps: Prefixes[int] | None = None
        self._routes: Prefixes[int] | None = None

    def collect(self, addresses: Mapping[str, tuple[str, ...]]) -> RpkiFacts | NotSeen:
        """Return the routes to addresses and their validity.

        Parameters: `addresses`, address → names that have it. NotSeen when nothing is configured to learn them from,
        or it cannot be read.
        """
        if (missing := self._missing()) is not None:
            return self._not_seen(Reason.NOT_COLLECTED, missing)
        try:
            with self._lock:  # the files are read once, by who comes first
                if self._vrps_file is not None and self._vrps is None:
                    self._vrps = read_vrps(self._vrps_file, self._now())
                if self._routes_file is not None and self._routes is None:
                    self._routes = read_routes(self._routes_file)
        except Failed as error:
            return self._not_seen(error.reason, error.message)
        if len(addresses) > MOST_ADDRESSES:
            text = Text(f"{len(addresses)} adressen: te veel", f"{len(addresses)} addresses: too many")
            return self._not_seen(Reason.TOO_LARGE, text)
        with ThreadPoolExecutor(AT_ONCE) as workers:
            found = tuple(workers.map(lambda item: self._address(*item), addresses.items()))
        return RpkiFacts(provenance=self._provenance(), commands=tuple(self._commands(found)), addresses=found)

    def _missing(self) -> Text | None:
        if self._vrps_file is None and self._validator is None:
            return Text(
                "er is geen validator; geef bij het doel 'saas.rpki.validator' (HTTP-API van Routinator) of "
                "'saas.rpki.vrps' (JSON van Routinator of rpki-client) op",
                "there is no validator; give the target 'saas.rpki.validator' (HTTP API of Routinator) or "
                "'saas.rpki.vrps' (JSON of Routinator or rpki-client)",
            )
        if self._routes_file is None and self._origin_zone is None:
            return Text(
                "er is geen bron van aangekondigde routes; geef bij het doel 'saas.rpki.routes' (regels van RISwhois) "
                "of 'saas.rpki.origin_zone' (DNS-zone in de vorm van Team Cymru) op",
                "there is no source of announced routes; give the target 'saas.rpki.routes' (lines of RISwhois) or "
                "'saas.rpki.origin_zone' (DNS zone in Team Cymru's form)",
            )
        return None

    def _address(self, text: str, names: tuple[str, ...]) -> AddressRoutes:
        address = ipaddress.ip_address(text)
        origins = self._origins(address)
        if isinstance(origins, Text):
            return AddressRoutes(address=text, names=names, outcome=Outcome.FAILED, reason=origins)
        if not origins:
            reason = Text(f"de bron van routes kent er geen naar {text}", f"the source of routes knows none to {text}")
            return AddressRoutes(address=text, names=names, outcome=Outcome.NONE, reason=reason)
        if len(origins) > MOST_ROUTES:
            reason = Text(f"{len(origins)} routes: te veel", f"{len(origins)} routes: too many")
            return AddressRoutes(address=text, names=names, outcome=Outcome.FAILED, reason=reason)
        routes = tuple(replace(self._route(prefix, asn), peers=peers) for prefix, asn, peers in origins)
        return AddressRoutes(address=text, names=names, outcome=Outcome.RECORDS, routes=routes)

    # Which networks announce it

    def _origins(self, address: Address) -> list[tuple[Network, int, int | None]] | Text:
        """Return prefix, origin and number of peers of every route to an address; or why they cannot be seen."""
        if self._routes is not None:
            return [(prefix, *origin_and_peers(packed)) for prefix, packed in self._routes.holding(address)]
        digits = address.exploded.replace(":", "") if address.version == 6 else address.exploded.split(".")
        zone = self._origin_zone or ""
        if address.version == 6 and zone.startswith("origin."):
            zone = f"origin6.{zone.removeprefix('origin.')}"
        name = f"{'.'.join(reversed(digits))}.{zone}"
        texts = self._dns.texts(name) if self._dns else ()
        if isinstance(texts, Text):
            return Text(f"{name}: {texts.nl}", f"{name}: {texts.en}")
        found: list[tuple[Network, int, int | None]] = []
        for text in texts:
            route = _cymru_route(text)
            if route is None or address not in route[0]:
                return Text(f"{name} gaf een onleesbaar antwoord", f"{name} gave an unreadable answer")
            found += [(route[0], asn, None) for asn in route[1]]
        return list(dict.fromkeys(found))

    # Whether they may

    def _route(self, prefix: Network, asn: int) -> Route:
        key = (prefix, asn)
        known = self._judged.get(key)
        if known is None:
            known = self._looked_up(prefix, asn)
            if known.validity is not Validity.UNKNOWN:
                self._judged[key] = known
        return known

    def _looked_up(self, prefix: Network, asn: int) -> Route:
        if self._vrps is None and self._validator is not None:
            return self._validator.route(prefix, asn)
        held = self._vrps.holding(prefix) if self._vrps is not None else []
        covering = tuple(
            Authorisation(asn=unpacked(packed)[0], prefix=str(network), max_length=unpacked(packed)[1])
            for network, packed in held
        )
        state, reason = validity(prefix, asn, covering)
        return Route(prefix=str(prefix), asn=asn, validity=state, reason=reason, authorisations=covering[:MOST_ROUTES])

    # How it was seen

    def _provenance(self) -> Provenance:
        source = str(self._vrps_file or (self._validator.address if self._validator else ""))
        origins = str(self._routes_file or self._origin_zone or "")
        return Provenance(at=self._now(), by="rpki: RFC 6811", source=f"{source} {origins}".strip())

    def _commands(self, found: tuple[AddressRoutes, ...]) -> list[str]:
        routes = dict.fromkeys((route.prefix, route.asn) for item in found for route in item.routes)
        if self._vrps_file is None and self._validator is not None:
            return [shlex.join(["curl", self._validator.url(prefix, asn)]) for prefix, asn in routes]
        path = str(self._vrps_file)
        return [
            shlex.join(["jq", f'.roas[] | select(.asn | tostring | ltrimstr("AS") == "{asn}")', path])
            for asn in dict.fromkeys(asn for _, asn in routes)
        ]

    def _not_seen(self, reason: Reason, why: Text) -> NotSeen:
        message = Text(f"De routes zijn niet te beoordelen: {why.nl}.", f"The routes cannot be judged: {why.en}.")
        return NotSeen(reason=reason, message=message, provenance=self._provenance())


def _cymru_route(text: str) -> tuple[Network, tuple[int, ...]] | None:
    """Return prefix and origins of a line such as `64496 64497 | 192.0.2.0/24 | NL | ripencc | 2010-01-01`."""
    parts = [part.strip() for part in text.split("|")]
    try:
        asns = tuple(as_number(word) for word in parts[0].split())
        return (ipaddress.ip_network(parts[1]), asns) if asns else None
    except (ValueError, IndexError):
        return None
