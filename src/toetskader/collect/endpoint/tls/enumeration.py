"""Versions, suites and groups of one address, by offering what is left of the list until the server declines.

A server chooses one suite of an offer; offered all but that one it chooses the next, and so on: as many handshakes as
it has suites, and one more. The same with groups. What one version showed is not asked of an older one again.

Care is taken of servers that are known to differ (as sslyze and testssl.sh found them): some decline an offer of
many suites, so a list that is declined without a word on the version is offered in parts; some look at the first
suites only, so what is left is at the end offered once more from behind; some put ChaCha20 first when the client
does, whatever their own order; some decline a hello of TLS 1.3 without a public key; and OpenSSL uses an ECDSA
certificate only with clients that offer its curve.
"""

import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from threading import Lock

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from toetskader.collect.endpoint.tls.connection import Ended, Line, Reply, Spent
from toetskader.collect.endpoint.tls.messages import Flight, Offer
from toetskader.collect.endpoint.tls.registry import (
    FFDHE,
    GROUPS,
    SSL2_SUITES,
    TLS12_CURVES,
    TLS13_GROUPS,
    Version,
    finite_field_name,
    suite_name,
    suites_for,
)
from toetskader.core.failure import Failure, Reason
from toetskader.facts.endpoint import tls as facts
from toetskader.facts.endpoint.tls import Answer, Order
from toetskader.text import Text

PART = 90
"""Suites in one offer to a server that declines long ones."""
RESERVED = 45
"""Handshakes that finding suites leaves for other questions."""
MOST_CHAINS = 8
"""Distinct chains of certificates that are kept."""
_PAUSE_S = 0.3
_COMMON = frozenset(
    f"TLS_{exchange}_WITH_{cipher}_SHA"
    for exchange in ("RSA", "DHE_RSA", "ECDHE_RSA", "ECDHE_ECDSA")
    for cipher in ("AES_128_CBC", "AES_256_CBC", "3DES_EDE_CBC", "RC4_128")
)
"""Suites of which a server that speaks an old version has one, for a hello that is short."""

_MANY = Text(
    "De server heeft zo veel suites dat niet naar alle is gevraagd.",
    "The server has so many suites that not all were asked for.",
)
BLOCKED = Text(
    "De server nam een aanbod dat hij eerder aannam niet meer aan; waarschijnlijk houdt hij of een firewall ons tegen.",
    "The server no longer took an offer that it took before; probably it or a firewall blocks us.",
)
_NOT_ASKED_ORDER = Text("De volgorde is met een nieuwere versie gevraagd.", "The order was asked of a newer version.")


@dataclass(slots=True)
class Seen:
    """What was found of one version."""

    version: Version
    accepted: Answer = Answer.UNKNOWN
    reason: Text | None = None
    suites: list[int] = field(default_factory=list)
    names: tuple[str, ...] = ()
    """Names of suites that have no number of two bytes (SSL 2.0)."""
    unfinished: Text | None = None
    only_new: bool = False
    order: Order = Order.UNKNOWN
    order_reason: Text | None = None

    def fact(self) -> facts.Version:
        """Return it as part of the fact."""
        return facts.Version(
            name=self.version.label,
            accepted=self.accepted,
            reason=self.reason,
            suites=self.names or tuple(suite_name(code) for code in self.suites),
            unfinished=self.unfinished,
            only_new=self.only_new,
            order=self.order,
            order_reason=self.order_reason,
        )


class Enumeration:
    """Finds versions, suites and groups of one address."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.flights: list[tuple[Version, Flight]] = []
        """Every answer in which the server chose something, with the version it was offered."""
        self.seen = {version: Seen(version) for version in Version}
        self.groups: dict[str, set[str]] = {}
        """Group → versions it was seen with."""
        self.groups_unfinished: Text | None = None
        self._sample: Offer | None = None
        """The first offer that was taken."""
        self._chains: dict[tuple[bytes, ...], list[bytes]] = {}
        self._lock = Lock()
        self.too_many_chains = False
        self._shares: Sequence[tuple[int, bytes]] = ()
        """Public keys to send in TLS 1.3, to a server that declines a hello without any."""
        self.kept_off = False
        """True once an offer that was taken before was not taken any more."""
        self._long_offers = False
        """True once a long offer was understood."""

    def ask(self, version: Version, suites: Sequence[int], **offer: object) -> Reply:
        """Offer suites in a version; once more after a moment when the connection failed. Raises Spent."""
        groups = offer.pop("groups", TLS13_GROUPS if version is Version.TLS13 else TLS12_CURVES)
        if version is Version.TLS13 and self._shares:
            offer["key_shares"] = [share for share in self._shares if share[0] in groups]  # type: ignore[operator]
        made = Offer(version=version, suites=suites, groups=groups, server_name=self.line.server_name, **offer)  # type: ignore[arg-type]
        reply = self.line.ask(made)
        if reply.ended in (Ended.NO_CONNECTION, Ended.SILENT, Ended.CLOSED) and self._sample is not None:
            # One connection may be lost to a busy server or a limit; the same offer twice is an answer.
            time.sleep(_PAUSE_S)
            reply = self.line.ask(made)
        if reply.ended is Ended.HELLO:
            self._sample = self._sample or made
            self._observe(version, reply.flight)
        else:
            self._still_there(reply)
        return reply

    def _still_there(self, reply: Reply) -> None:
        """See to it that a closed connection, or none, means no: a server that blocks us refuses everything.

        Repeats the first offer that was taken. Raises Spent when it is not taken any more.
        """
        if reply.ended in (Ended.CLOSED, Ended.NO_CONNECTION, Ended.SILENT) and self._sample is not None:
            again = self.line.ask(self._sample)
            if again.ended is not Ended.HELLO:
                self.kept_off = True
                raise Spent(Failure(Reason.DENIED, BLOCKED))

    def _observe(self, version: Version, flight: Flight) -> None:
        self._keep_once(flight)
        self.flights.append((version, flight))
        if flight.version != version:
            return
        if flight.group is not None:
            self._saw_group(GROUPS.get(flight.group, f"0x{flight.group:04X}"), version)
        if flight.explicit_curve:
            self._saw_group("arbitrary_explicit_prime_curves", version)
        if flight.prime is not None:
            self._saw_group(finite_field_name(flight.prime), version)

    def _keep_once(self, flight: Flight) -> None:
        """Keep one copy of what every answer repeats; a server that sends another chain each time is not followed."""
        chain = tuple(flight.certificates)
        with self._lock:
            if chain not in self._chains and len(self._chains) >= MOST_CHAINS:
                self.too_many_chains = True
                chain, flight.staple = (), b""
            flight.certificates = self._chains.setdefault(chain, list(chain))

    def _saw_group(self, name: str, version: Version) -> None:
        self.groups.setdefault(name, set()).add(version.label)

    def first(self, version: Version) -> Reply:
        """Offer everything in a version, to see whether it is spoken; the suite chosen is kept. Raises Spent."""
        seen = self.seen[version]
        reply = self.ask(version, suites_for(version))
        if version is Version.TLS13 and reply.refused and not reply.wrong_version:
            self._shares = _key_shares()
            reply = self.ask(version, suites_for(version))
        if version is not Version.TLS13 and (reply.flight.answered or reply.wrong_version):
            self._long_offers = True  # the offer of TLS 1.3 is a short one, and says nothing of long ones
        if _chose(reply, version, suites_for(version)):
            seen.accepted = Answer.YES
            seen.suites.append(reply.flight.suite)
        elif reply.ended is Ended.HELLO or reply.refused:
            seen.accepted = Answer.NO
        elif reply.ended is Ended.SILENT and self._sample is not None and version not in (Version.TLS12, Version.TLS13):
            short = [code for code in suites_for(version) if suite_name(code) in _COMMON]
            reply = self.ask(version, short)
            if _chose(reply, version, short):  # only long hellos are dropped (the 256 to 511 bytes of some balancers)
                seen.accepted = Answer.YES
                seen.suites.append(reply.flight.suite)
                return reply
            # Asked twice, while other offers are answered: something on the way drops such hellos.
            seen.accepted, seen.reason = Answer.NO, reply.text()
        else:
            seen.reason = reply.text()
        return reply

    def still_taken(self) -> bool:
        """Ask the first offer that was taken once more, at the end: a limit may refuse by an alert as well."""
        if self._sample is None:
            return True
        try:
            self.kept_off = self.line.ask(self._sample).ended is not Ended.HELLO
            return not self.kept_off
        except Spent:
            return True  # what was not asked for that reason says so itself

    def blocked(self) -> None:
        """Take back what was understood from refusals, as in the end everything was refused."""
        for seen in self.seen.values():
            if seen.accepted is Answer.NO:
                seen.accepted, seen.reason = Answer.UNKNOWN, BLOCKED
            elif seen.accepted is Answer.YES:
                seen.unfinished = seen.unfinished or BLOCKED
        self.groups_unfinished = self.groups_unfinished or BLOCKED

    def forget(self, version: Version) -> None:
        """Let a version be asked again that gave no answer, now that another did."""
        if self.seen[version].accepted is Answer.UNKNOWN:
            self.seen[version].reason = None

    def suites(self, version: Version, *, known: Iterable[int] = (), thorough: bool = False) -> None:
        """Find the suites of a version, of which `first` was asked or not.

        Parameters: `known`, suites seen with a newer version; `thorough`, ask at the end from behind, and for whose
        order counts.
        """
        seen = self.seen[version]
        try:
            asked = seen.accepted is not Answer.UNKNOWN or seen.reason is not None
            refusal = None if asked else self.first(version)
            self._find(seen, refusal, frozenset(known), thorough=thorough)
            if seen.accepted is Answer.YES and thorough:
                self._order(seen)
            elif seen.accepted is Answer.YES:
                seen.order_reason = _NOT_ASKED_ORDER
        except Spent as spent:
            self._stopped(seen, spent.message)

    @staticmethod
    def _stopped(seen: Seen, reason: Text) -> None:
        if seen.accepted is Answer.YES:
            seen.unfinished = seen.unfinished or reason
            seen.order_reason = seen.order_reason or reason
        elif seen.accepted is Answer.UNKNOWN:
            seen.reason = seen.reason or reason

    def _find(self, seen: Seen, refusal: Reply | None, known: frozenset[int], *, thorough: bool) -> None:
        everything = [code for code in suites_for(seen.version) if code not in seen.suites and code not in known]
        if seen.accepted is Answer.YES:
            self._exhaust(seen, everything)
            if thorough and seen.unfinished is None and seen.version is not Version.TLS13:
                self._exhaust(seen, [code for code in reversed(everything) if code not in seen.suites])
            seen.only_new = bool(known)
            return
        in_parts = not self._long_offers and seen.version is not Version.TLS13
        if seen.accepted is Answer.NO and in_parts and not (refusal is not None and refusal.wrong_version):
            # With those that are known: what is asked here is whether the version is spoken at all.
            best_first = list(suites_for(seen.version))[::-1]
            for start in range(0, len(best_first), PART):
                self._exhaust(seen, best_first[start : start + PART])

    def _exhaust(self, seen: Seen, candidates: Sequence[int]) -> None:
        """Offer candidates, all but those chosen, until the server declines. Raises Spent."""
        left = list(candidates)
        while left:
            if self.line.left <= RESERVED:
                seen.unfinished = _MANY
                return
            reply = self.ask(seen.version, left)
            if _chose(reply, seen.version, left):
                seen.accepted = Answer.YES
                seen.reason = None
                seen.suites.append(reply.flight.suite)
                left.remove(reply.flight.suite)
            elif reply.ended is Ended.HELLO or reply.refused:
                return
            else:
                self._stopped(seen, reply.text())
                return

    def _order(self, seen: Seen) -> None:
        """Offer what it accepts the other way round, to see whose order counts. Raises Spent."""
        if len(seen.suites) < 2:
            seen.order = Order.SINGLE if seen.unfinished is None else Order.UNKNOWN
            seen.order_reason = seen.unfinished
            return
        backwards = seen.suites[::-1]
        without_chacha = sorted(backwards, key=lambda code: "CHACHA20" in suite_name(code))
        if without_chacha[0] != seen.suites[0]:
            backwards = without_chacha
        reply = self.ask(seen.version, backwards)
        if not _chose(reply, seen.version, backwards):
            seen.order_reason = reply.text()
        elif reply.flight.suite == backwards[0]:
            seen.order = Order.CLIENT
        else:
            seen.order = Order.SERVER

    def ssl2(self) -> None:
        """Ask for SSL 2.0, which has a hello of its own."""
        seen = self.seen[Version.SSL2]
        try:
            reply = self.line.ask(Offer(version=Version.SSL2, suites=()))
            self._still_there(reply)
        except Spent as spent:
            seen.reason = spent.message
            return
        if reply.ended is Ended.HELLO:
            seen.accepted = Answer.YES
            codes = reply.flight.ssl2_suites
            seen.names = tuple(SSL2_SUITES.get(code, f"0x{code:06X}") for code in codes)
            seen.order_reason = Text("SSL 2.0 heeft geen volgorde.", "SSL 2.0 has no order.")
        elif reply.refused or reply.ended is Ended.NOT_TLS or reply.ended is Ended.SILENT:
            # A server that does not know it takes its hello for something else, or waits for more.
            seen.accepted = Answer.NO
        else:
            seen.reason = reply.text()

    def groups_of_tls13(self) -> None:
        """Find the groups of TLS 1.3: without a key share the server names the one it wants."""
        seen = self.seen[Version.TLS13]
        if seen.accepted is not Answer.YES:
            return
        found = {code for code, name in GROUPS.items() if Version.TLS13.label in self.groups.get(name, ())}
        self._exhaust_groups(
            Version.TLS13,
            [code for code in TLS13_GROUPS if code not in found],
            lambda left: self.ask(Version.TLS13, seen.suites, groups=left),
        )

        if self._shares and self.groups_unfinished is None:
            self.groups_unfinished = _NEEDS_SHARE

    def older_groups(self, version: Version, certificate_curves: Sequence[int]) -> None:
        """Find groups of TLS 1.2 or older that TLS 1.3 did not show: curves, then finite fields.

        Parameters: `certificate_curves`, curves of EC certificates, without which some servers do not use them.
        """
        suites = self.seen[version].suites
        curves = [code for code in suites if suite_name(code).startswith(("TLS_ECDHE_", "TLS_ECDH_anon"))]
        if curves:
            left = [code for code in TLS12_CURVES if GROUPS[code] not in self.groups]
            self._exhaust_groups(
                version,
                left,
                lambda some: self.ask(version, curves, groups=(*some, *certificate_curves)),
            )
        fields = [code for code in suites if suite_name(code).startswith(("TLS_DHE_", "TLS_DH_anon"))]
        if fields:
            self._named_fields(version, fields)

    def _named_fields(self, version: Version, suites: Sequence[int]) -> None:
        """Ask for finite fields by name (RFC 7919); a server that does not know that gives its own."""
        left = list(FFDHE)
        while left:
            try:
                reply = self.ask(version, suites, groups=left)
            except Spent as spent:
                self.groups_unfinished = spent.message
                return
            prime = reply.flight.prime
            chosen = next((code for code in left if prime and GROUPS[code] == finite_field_name(prime)), None)
            if chosen is None:
                return
            left.remove(chosen)

    def _exhaust_groups(self, version: Version, candidates: Sequence[int], ask: Callable[[list[int]], Reply]) -> None:
        left = list(candidates)
        while left:
            try:
                reply = ask(left)
            except Spent as spent:
                self.groups_unfinished = spent.message
                return
            if reply.ended is not Ended.HELLO:
                if not reply.refused:
                    self.groups_unfinished = reply.text()
                return
            if reply.flight.version != version:
                return
            if reply.flight.group is None and not reply.flight.explicit_curve:
                self.groups_unfinished = _HALF
                return
            if reply.flight.group not in left:
                return
            left.remove(reply.flight.group)


_NEEDS_SHARE = Text(
    "De server weigert TLS 1.3 zonder sleutel vooraf, zodat niet naar elke groep apart gevraagd kan worden.",
    "The server declines TLS 1.3 without a key in advance, so that not every group can be asked for by itself.",
)
_HALF = Text(
    "Het antwoord van de server hield op voordat de groep erin stond.",
    "The server's answer stopped before it named the group.",
)


def _key_shares() -> list[tuple[int, bytes]]:
    """Make public keys of the two groups that nearly every server has."""
    point = ec.generate_private_key(ec.SECP256R1()).public_key()
    encoded = point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return [(29, os.urandom(32)), (23, encoded)]


def _chose(reply: Reply, version: Version, offered: Sequence[int]) -> bool:
    """Tell whether the server chose one of the suites, in the version that was asked for."""
    return reply.ended is Ended.HELLO and reply.flight.version == version and reply.flight.suite in offered
