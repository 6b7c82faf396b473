"""A validator's HTTP API: may this network announce this prefix?"""

import ipaddress
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime

import msgspec
import requests

from toetskader.collect.bounded import UnusableAnswerError, read_answer
from toetskader.collect.endpoint.prefixes import Network
from toetskader.collect.endpoint.route_files import OLDEST_DUMP, as_number, too_old
from toetskader.facts.endpoint.rpki import Authorisation, Route, Validity
from toetskader.text import Text

LARGEST_ANSWER = 1024 * 1024
"""Bytes of an answer."""
MOST_KEPT = 32
"""Authorisations of one route that are kept."""
REST_S = 30.0
"""Seconds for which a validator that is not there is left alone."""
STATES = {"valid": Validity.VALID, "invalid": Validity.INVALID, "not-found": Validity.NOT_FOUND}


class Validator:
    """Asks a validator with Routinator's API (`/api/v1/validity/AS…/prefix`).

    Parameters: `address`, of its API; `timeout_s`, for one answer; `user_agent`, to say who asks; `now`, the moment
    to judge by how old an answer is.
    """

    def __init__(self, address: str, *, timeout_s: float, user_agent: str, now: Callable[[], datetime]) -> None:
        self.address = address.rstrip("/")
        self._timeout_s = timeout_s
        self._user_agent = user_agent
        self._now = now
        self._lock = threading.Lock()
        self._silent: tuple[float, Text] | None = None

    def route(self, prefix: Network, asn: int) -> Route:
        """Return a route with its validity, `unknown` when the validator gives none."""
        with self._lock:
            if self._silent is not None and time.monotonic() - self._silent[0] < REST_S:
                return Route(prefix=str(prefix), asn=asn, validity=Validity.UNKNOWN, reason=self._silent[1])
        url = self.url(prefix, asn)
        try:
            state, why = self._asked(url)
        except (requests.RequestException, UnusableAnswerError, ValueError, msgspec.MsgspecError) as error:
            name = str(error) if isinstance(error, UnusableAnswerError) else type(error).__name__
            reason = Text(
                f"de validator gaf geen antwoord ({name}): {url}", f"the validator gave no answer ({name}): {url}"
            )
            if isinstance(error, requests.ConnectionError | requests.Timeout):
                with self._lock:  # one deadline is enough to learn that it is not there
                    self._silent = (time.monotonic(), reason)
            return Route(prefix=str(prefix), asn=asn, validity=Validity.UNKNOWN, reason=reason)
        vrps = [*why.VRPs.matched, *why.VRPs.unmatched_as, *why.VRPs.unmatched_length] if why.VRPs else []
        covering = tuple(item for item in map(_authorisation, vrps[:MOST_KEPT]) if item is not None)
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
            content = read_answer(response, LARGEST_ANSWER, end=end)
        answer = msgspec.json.decode(content, type=_Answer)
        if answer.generatedTime is not None and too_old(answer.generatedTime, self._now()) is not None:
            raise UnusableAnswerError(f"generatedTime {answer.generatedTime:%Y-%m-%d %H:%M}, > {OLDEST_DUMP}")
        said = answer.validated_route.validity
        state = STATES.get(said.state.lower().replace(" ", "-").replace("_", "-"))
        if state is None:
            raise UnusableAnswerError(f"state {said.state[:40]!r}")
        return state, said

    def url(self, prefix: Network | str, asn: int) -> str:
        """Return the address at which a route is asked."""
        return f"{self.address}/api/v1/validity/AS{asn}/{prefix}"


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
    generatedTime: datetime | None = None  # noqa: N815 - as Routinator writes it


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
        return Authorisation(asn=as_number(str(vrp.asn)), prefix=str(network), max_length=longest)
    except ValueError:
        return None
