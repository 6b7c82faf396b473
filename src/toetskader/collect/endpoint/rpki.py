"""The collector of routes: which networks announce an address, and whether they may."""

import ipaddress
import re
import shlex
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Protocol

import msgspec
import requests

from toetskader.collect.endpoint.prefixes import Address, Network, Prefixes
from toetskader.facts.attempt import NotSeen, Provenance, Reason
from toetskader.facts.endpoint.dns import Outcome
from toetskader.facts.endpoint.origins import validity
from toetskader.facts.endpoint.rpki import AddressRoutes, Authorisation, Route, RpkiFacts, Validity
from toetskader.text import Text

LARGEST_DUMP = 512 * 1024 * 1024
"""Bytes of a file of authorisations or routes; all of the internet's take about 100 MB."""
LARGEST_ANSWER = 1024 * 1024
"""Bytes of an answer of a validator."""
MOST_ADDRESSES = 256
MOST_ROUTES = 32
"""Routes to one address that are looked at."""
TIMEOUT_S = 5.0
AT_ONCE = 4
STATES = {"valid": Validity.VALID, "invalid": Validity.INVALID, "not-found": Validity.NOT_FOUND}
_ASN = re.compile(r"(?:AS)?([0-9]{1,10})", re.IGNORECASE)


class Texts(Protocol):
    """Something that looks up TXT records."""

    def texts(self, name: str) -> tuple[str, ...] | Text:
        """Return the TXT records of a name, or why they could not be asked for."""


class _Roa(msgspec.Struct, gc=False):
    asn: str | int
    prefix: str
    maxLength: int | None = None  # noqa: N815 - as validators write it


class _Dump(msgspec.Struct):
    roas: list[_Roa]


class _UnusableError(Exception):
    """A source that cannot be used, and why."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


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
        self._validator = validator.rstrip("/") if validator else None
        self._vrps_file = vrps
        self._routes_file = routes
        self._origin_zone = origin_zone.strip(".") if origin_zone and dns else None
        self._dns = dns
        self._timeout_s = timeout_s
        self._now = now
        self._user_agent = user_agent
        self._lock = threading.Lock()
        self._judged: dict[tuple[Network, int], Route] = {}
        self._silent: Text | None = None

    def collect(self, addresses: Mapping[str, tuple[str, ...]]) -> RpkiFacts | NotSeen:
        """Return the routes to addresses and their validity.

        Parameters: `addresses`, address → names that have it. NotSeen when nothing is configured to learn them from,
        or it cannot be read.
        """
        if (missing := self._missing()) is not None:
            return self._not_seen(Reason.NOT_COLLECTED, missing)
        try:
            with self._lock:  # the files are read once, by who comes first
                if self._vrps_file is not None:
                    _ = self._vrps
                if self._routes_file is not None:
                    _ = self._routes
        except _UnusableError as error:
            return self._not_seen(Reason.REFUSED_INPUT, error.text)
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
        routes = tuple(self._route(prefix, asn) for prefix, asn in origins)
        return AddressRoutes(address=text, names=names, outcome=Outcome.RECORDS, routes=routes)

    # Which networks announce it

    def _origins(self, address: Address) -> list[tuple[Network, int]] | Text:
        if self._routes_file is not None:
            return self._routes.holding(address)
        digits = address.exploded.replace(":", "") if address.version == 6 else address.exploded.split(".")
        zone = self._origin_zone or ""
        if address.version == 6 and zone.startswith("origin."):
            zone = f"origin6.{zone.removeprefix('origin.')}"
        name = f"{'.'.join(reversed(digits))}.{zone}"
        texts = self._dns.texts(name) if self._dns else ()
        if isinstance(texts, Text):
            return Text(f"{name}: {texts.nl}", f"{name}: {texts.en}")
        found: list[tuple[Network, int]] = []
        for text in texts:
            route = _cymru_route(text)
            if route is None or address not in route[0]:
                return Text(f"{name} gaf een onleesbaar antwoord", f"{name} gave an unreadable answer")
            found += [(route[0], asn) for asn in route[1]]
        return list(dict.fromkeys(found))

    @cached_property
    def _routes(self) -> Prefixes[int]:
        """Announced routes: prefix → origin."""
        path = self._routes_file
        if path is None:
            raise _UnusableError(Text("er zijn geen routes", "there are no routes"))
        found: Prefixes[int] = Prefixes()
        count = 0
        try:
            if path.stat().st_size > LARGEST_DUMP:
                raise _too_large(path)
            with path.open(encoding="utf-8") as stream:
                for number, line in enumerate(stream, 1):
                    words = line.split()
                    if not words or words[0].startswith(("%", "#")):
                        continue
                    try:
                        # The default route is somebody's own, and says nothing.
                        if not words[1].endswith("/0"):
                            found.add(words[1], _origin(words[0]))
                            count += 1
                    except (ValueError, IndexError) as error:
                        raise _UnusableError(
                            Text(
                                f"{path}, regel {number}: geen AS-nummer en prefix",
                                f"{path}, line {number}: no AS number and prefix",
                            )
                        ) from error
        except (OSError, UnicodeDecodeError) as error:
            raise _unreadable(path, error) from error
        if not count:
            raise _UnusableError(Text(f"{path} bevat geen routes", f"{path} holds no routes"))
        return found

    # Whether they may

    def _route(self, prefix: Network, asn: int) -> Route:
        key = (prefix, asn)
        known = self._judged.get(key)
        if known is None:
            known = self._by_file(prefix, asn) if self._vrps_file is not None else self._by_validator(prefix, asn)
            if known.validity is not Validity.UNKNOWN:
                self._judged[key] = known
        return known

    def _by_file(self, prefix: Network, asn: int) -> Route:
        covering = tuple(
            Authorisation(asn=packed >> 8, prefix=str(network), max_length=packed & 0xFF)
            for network, packed in self._vrps.holding(prefix)
        )
        state, reason = validity(prefix, asn, covering)
        return Route(prefix=str(prefix), asn=asn, validity=state, reason=reason, authorisations=covering[:MOST_ROUTES])

    @cached_property
    def _vrps(self) -> Prefixes[int]:
        """Authorisations: prefix → AS number and longest length, packed into one number."""
        path = self._vrps_file
        if path is None:
            raise _UnusableError(Text("er zijn geen autorisaties", "there are no authorisations"))
        try:
            if path.stat().st_size > LARGEST_DUMP:
                raise _too_large(path)
            dump = msgspec.json.decode(path.read_bytes(), type=_Dump)
        except (OSError, UnicodeDecodeError, msgspec.DecodeError, RecursionError) as error:
            raise _unreadable(path, error) from error
        found: Prefixes[int] = Prefixes()
        if not dump.roas:
            raise _UnusableError(Text(f"{path} bevat geen autorisaties", f"{path} holds no authorisations"))
        for roa in dump.roas:
            try:
                shortest = int(roa.prefix.rpartition("/")[2])
                longest = shortest if roa.maxLength is None else roa.maxLength
                if not shortest <= longest <= 128:
                    raise ValueError(longest)
                found.add(roa.prefix, _asn(str(roa.asn)) << 8 | longest)
            except ValueError as error:
                raise _UnusableError(
                    Text(
                        f"{path}: {str(roa.asn)[:20]!r} {roa.prefix[:60]!r} is geen autorisatie",
                        f"{path}: {str(roa.asn)[:20]!r} {roa.prefix[:60]!r} is no authorisation",
                    )
                ) from error
        return found

    def _by_validator(self, prefix: Network, asn: int) -> Route:
        if self._silent is not None:
            return Route(prefix=str(prefix), asn=asn, validity=Validity.UNKNOWN, reason=self._silent)
        url = self._url(prefix, asn)
        try:
            state, why = self._asked(url)
        except (requests.RequestException, ValueError, msgspec.MsgspecError) as error:
            name = str(error) if isinstance(error, _AnswerError) else type(error).__name__
            reason = Text(
                f"de validator gaf geen antwoord ({name}): {url}", f"the validator gave no answer ({name}): {url}"
            )
            if isinstance(error, requests.ConnectionError | requests.Timeout):
                self._silent = reason  # one deadline is enough to learn that it is not there
            return Route(prefix=str(prefix), asn=asn, validity=Validity.UNKNOWN, reason=reason)
        vrps = [*why.VRPs.matched, *why.VRPs.unmatched_as, *why.VRPs.unmatched_length] if why.VRPs else []
        covering = tuple(item for item in map(_authorisation, vrps[:MOST_ROUTES]) if item is not None)
        return Route(
            prefix=str(prefix),
            asn=asn,
            validity=state,
            reason=_SAID[state](prefix, asn),
            authorisations=covering,
        )

    def _asked(self, url: str) -> tuple[Validity, "_Validity"]:
        end = time.monotonic() + self._timeout_s
        with requests.get(
            url,
            timeout=self._timeout_s,
            headers={"User-Agent": self._user_agent, "Accept": "application/json"},
            allow_redirects=False,
            stream=True,
        ) as response:
            if response.status_code != 200:
                raise _AnswerError(f"HTTP {response.status_code}")
            content = b""
            for piece in response.iter_content(16_384):
                content += piece
                if len(content) > LARGEST_ANSWER:
                    raise _AnswerError(f"> {LARGEST_ANSWER} bytes")
                if time.monotonic() > end:
                    raise requests.Timeout
        said = msgspec.json.decode(content, type=_Answer).validated_route.validity
        state = STATES.get(said.state.lower().replace(" ", "-").replace("_", "-"))
        if state is None:
            raise _AnswerError(f"state {said.state[:40]!r}")
        return state, said

    def _url(self, prefix: Network | str, asn: int) -> str:
        return f"{self._validator}/api/v1/validity/AS{asn}/{prefix}"

    # How it was seen

    def _provenance(self) -> Provenance:
        source = str(self._vrps_file or self._validator or "")
        origins = str(self._routes_file or self._origin_zone or "")
        return Provenance(at=self._now(), by="rpki: RFC 6811", source=f"{source} {origins}".strip())

    def _commands(self, found: tuple[AddressRoutes, ...]) -> list[str]:
        routes = dict.fromkeys((route.prefix, route.asn) for item in found for route in item.routes)
        if self._vrps_file is None:
            return [shlex.join(["curl", self._url(prefix, asn)]) for prefix, asn in routes]
        path = str(self._vrps_file)
        return [
            shlex.join(["jq", f'.roas[] | select(.asn | tostring | ltrimstr("AS") == "{asn}")', path])
            for asn in dict.fromkeys(asn for _, asn in routes)
        ]

    def _not_seen(self, reason: Reason, why: Text) -> NotSeen:
        message = Text(f"De routes zijn niet te beoordelen: {why.nl}.", f"The routes cannot be judged: {why.en}.")
        return NotSeen(reason=reason, message=message, provenance=self._provenance())


class _AnswerError(ValueError):
    """An answer of the validator that is none."""


class _Vrp(msgspec.Struct):
    asn: str | int
    prefix: str
    max_length: str | int | None = None


class _Vrps(msgspec.Struct):
    matched: list[_Vrp] = []
    unmatched_as: list[_Vrp] = []
    unmatched_length: list[_Vrp] = []


class _Validity(msgspec.Struct):
    state: str
    VRPs: _Vrps | None = None


class _ValidatedRoute(msgspec.Struct):
    validity: _Validity


class _Answer(msgspec.Struct):
    validated_route: _ValidatedRoute


_SAID: Mapping[Validity, Callable[[Network, int], Text]] = {
    Validity.VALID: lambda prefix, asn: Text(f"AS{asn} mag {prefix} aankondigen", f"AS{asn} may announce {prefix}"),
    Validity.INVALID: lambda prefix, asn: Text(
        f"AS{asn} mag {prefix} niet aankondigen", f"AS{asn} may not announce {prefix}"
    ),
    Validity.NOT_FOUND: lambda prefix, _: Text(
        f"geen autorisatie (ROA) voor {prefix}", f"no authorisation (ROA) for {prefix}"
    ),
}


def _authorisation(vrp: _Vrp) -> Authorisation | None:
    try:
        network = ipaddress.ip_network(vrp.prefix)
        longest = network.prefixlen if vrp.max_length is None else int(vrp.max_length)
        return Authorisation(asn=_asn(str(vrp.asn)), prefix=str(network), max_length=longest)
    except ValueError:
        return None


def _asn(text: str) -> int:
    """Return the number of a network: `AS64496` or `64496`. Raises ValueError."""
    found = _ASN.fullmatch(text)
    if found is None or int(found[1]) > 0xFFFFFFFF:
        raise ValueError(text)
    return int(found[1])


def _origin(text: str) -> int:
    """Return the origin of a route, 0 for a set of networks (`{64496,64497}`). Raises ValueError."""
    return 0 if text.startswith("{") and text.endswith("}") else _asn(text)


def _cymru_route(text: str) -> tuple[Network, tuple[int, ...]] | None:
    """Return prefix and origins of a line such as `64496 64497 | 192.0.2.0/24 | NL | ripencc | 2010-01-01`."""
    parts = [part.strip() for part in text.split("|")]
    try:
        asns = tuple(_asn(word) for word in parts[0].split())
        return (ipaddress.ip_network(parts[1]), asns) if asns else None
    except (ValueError, IndexError):
        return None


def _too_large(path: Path) -> _UnusableError:
    size = LARGEST_DUMP // (1024 * 1024)
    return _UnusableError(Text(f"{path} is groter dan {size} MB", f"{path} is larger than {size} MB"))


def _unreadable(path: Path, error: Exception) -> _UnusableError:
    why = getattr(error, "strerror", None) or str(error)[:200]
    return _UnusableError(Text(f"{path} is niet te lezen ({why})", f"{path} cannot be read ({why})"))
