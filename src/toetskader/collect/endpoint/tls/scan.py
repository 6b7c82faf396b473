"""Everything that is asked of one address, and how the answers become its part of the fact."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

from toetskader.collect.endpoint.tls.authorities import Store
from toetskader.collect.endpoint.tls.certificates import read_certificate, visible
from toetskader.collect.endpoint.tls.connection import Ended, Line, Reply, Spent
from toetskader.collect.endpoint.tls.enumeration import BLOCKED, Enumeration
from toetskader.collect.endpoint.tls.messages import MOST_CERTIFICATES
from toetskader.collect.endpoint.tls.path import Found, find_path
from toetskader.collect.endpoint.tls.protocols import PROTOCOLS, as_browsers_offer
from toetskader.collect.endpoint.tls.registry import (
    CERTIFICATE_SIGNATURES,
    GROUPS,
    Version,
    group_kind,
    signature_hash,
    signatures_with,
    suite_name,
)
from toetskader.collect.endpoint.tls.sessions import SIGNATURES, Session, newest_session, older_session
from toetskader.collect.endpoint.tls.staple import read_staple
from toetskader.facts.endpoint.certificates import Chain
from toetskader.facts.endpoint.tls import (
    AddressTls,
    Answer,
    Aspect,
    ClientAuthentication,
    ClientCertificate,
    Group,
    KeyExchangeHash,
    Staple,
    StapleState,
)
from toetskader.text import Text

OLDER = (Version.TLS12, Version.TLS11, Version.TLS10, Version.SSL3)
"""Versions whose whole flight can be read, newest first."""
WEAK_HASHES = ("md5", "sha1", "sha224")
_COMPRESSIONS = {1: "DEFLATE", 64: "LZS"}

_NO_OLDER = Text(
    "De server spreekt geen TLS 1.2 of ouder, en TLS 1.3 kent dit niet.",
    "The server does not speak TLS 1.2 or older, and TLS 1.3 does not have this.",
)
_NO_TLS12 = Text("De server spreekt geen TLS 1.2.", "The server does not speak TLS 1.2.")
_NO_TLS13 = Text("De server spreekt geen TLS 1.3.", "The server does not speak TLS 1.3.")
_UNSIGNED = Text(
    "Geen van de suites heeft een ondertekende sleuteluitwisseling.", "None of the suites has a signed key exchange."
)
_NOT_TRIED = Text("Niet gevraagd, omdat TLS niet tot stand kwam.", "Not asked, as there was no TLS.")
_VERSION_UNKNOWN = Text(
    "Niet te bepalen welke versies de server spreekt.", "What versions the server speaks could not be determined."
)


def _unknown(reason: Text) -> Aspect:
    return Aspect(answer=Answer.UNKNOWN, reason=reason)


def _not_applicable(reason: Text) -> Aspect:
    return Aspect(answer=Answer.NOT_APPLICABLE, reason=reason)


def unreachable(address: str, reason: Text, *, start: bytes = b"", handshakes: int = 0) -> AddressTls:
    """Return what is known of an address on which there is no TLS: why."""
    return AddressTls(
        address=address,
        reachable=False,
        reason=reason,
        plaintext=visible(start.decode("latin-1"), 64),
        secure_renegotiation=_unknown(_NOT_TRIED),
        client_renegotiation=_unknown(_NOT_TRIED),
        compression=_unknown(_NOT_TRIED),
        early_data=_unknown(_NOT_TRIED),
        extended_master_secret=_unknown(_NOT_TRIED),
        staple=Staple(state=StapleState.UNKNOWN, reason=_NOT_TRIED),
        client_authentication=ClientAuthentication(state=ClientCertificate.UNKNOWN, reason=_NOT_TRIED),
        handshakes=handshakes,
    )


@dataclass(slots=True)
class _Chains:
    """Distinct chains in the order they were seen, with what they were seen with."""

    found: dict[tuple[bytes, ...], tuple[list[str], int]] = field(default_factory=dict)

    def add(self, chain: Sequence[bytes], left_out: int, seen_with: str) -> None:
        if chain:
            labels, _ = self.found.setdefault(tuple(chain), ([], left_out))
            if seen_with not in labels:
                labels.append(seen_with)


class AddressScan:
    """One address."""

    def __init__(self, line: Line, host: str, stores: Sequence[Store], now: datetime, user_agent: str) -> None:
        self.line = line
        self.host = host
        self.stores = stores
        self.now = now
        self.user_agent = user_agent
        self.found = Enumeration(line)
        self.hashes: dict[str, Aspect] = {}
        self.first_end = Text("", "")
        self.compression: Aspect | None = None
        self.older: Session | None = None
        self.newest: Session | None = None
        self.others: list[Session] = []
        """Sessions of TLS 1.3 in which a certificate of another kind was shown."""
        self.others_unfinished: Text | None = None
        self._paths: dict[tuple[bytes, ...], Found] = {}

    def run(self) -> AddressTls:
        """Ask everything. Never raises for what a server does."""
        failed = self._reach()
        if failed is not None:
            return failed
        newest = self.found.seen[Version.TLS13]
        self._together((self._suites_of_older, self._all_of_tls13))
        if not any(seen.accepted is Answer.YES for seen in self.found.seen.values()):
            reason = next((seen.reason for seen in self.found.seen.values() if seen.reason), None)
            reason = reason or Text(
                f"De server weigerde elke versie van TLS en SSL. {self.first_end.nl}",
                f"The server declined every version of TLS and SSL. {self.first_end.en}",
            )
            return unreachable(self.line.address, reason, handshakes=self.line.handshakes)
        tasks: list[Callable[[], None]] = []
        if self.newest_older is not None:
            tasks += [self._groups_of_older, self._details, self._older_session]
        if newest.accepted is Answer.YES:
            tasks.append(self._newest_session)
        self._together(tasks)
        if not self.found.still_taken():
            self.found.blocked()
            for name, aspect in self.hashes.items():
                if aspect.answer is Answer.NO:
                    self.hashes[name] = _unknown(BLOCKED)
        return self._fact()

    @property
    def newest_older(self) -> Version | None:
        """The newest version up to TLS 1.2 that the server speaks."""
        return next((version for version in OLDER if self.found.seen[version].accepted is Answer.YES), None)

    def _together(self, tasks: Iterable[Callable[[], None]]) -> None:
        """Do tasks at the same time; fewer at once than the connections that one address may have."""
        with ThreadPoolExecutor(max_workers=3, thread_name_prefix="tls") as pool:
            for future in [pool.submit(task) for task in tasks]:
                future.result()

    def _reach(self) -> AddressTls | None:
        """Ask for TLS 1.2 and 1.3; return what is known when that shows that there is no TLS at all."""
        reply: Reply | None = None
        for version in (Version.TLS12, Version.TLS13):
            try:
                reply = self.found.first(version)
            except Spent as spent:
                return self._gone(spent.message)
            self.first_end = reply.text()
            if reply.ended is Ended.NO_CONNECTION and not self.found.flights:
                return self._gone(reply.text())
            if reply.ended is Ended.HELLO:
                self.found.forget(Version.TLS12)
                return None
        if reply is not None and reply.ended in (Ended.SILENT, Ended.NOT_TLS):
            return unreachable(self.line.address, reply.text(), start=reply.start, handshakes=self.line.handshakes)
        return None

    def _gone(self, reason: Text) -> AddressTls:
        return unreachable(self.line.address, reason, handshakes=self.line.handshakes)

    def _suites_of_older(self) -> None:
        """Ask for suites from TLS 1.2 down; what one showed is not asked of the next."""
        known: set[int] = set()
        for version in OLDER:
            self.found.suites(version, known=known, thorough=not known)
            known.update(self.found.seen[version].suites)
        self.found.ssl2()

    def _all_of_tls13(self) -> None:
        self.found.suites(Version.TLS13, thorough=True)
        self.found.groups_of_tls13()

    def _groups_of_older(self) -> None:
        version = self.newest_older
        if version is not None:
            self.found.older_groups(version, self._certificate_curves())

    def _certificate_curves(self) -> tuple[int, ...]:
        """Return the curves of the certificates that were sent in the clear."""
        leaves = {flight.certificates[0] for _, flight in self.found.flights if flight.certificates}
        curves = {read_certificate(leaf, self.host).curve for leaf in leaves}
        return tuple(code for code, name in GROUPS.items() if name in curves and code <= 30)

    def _details(self) -> None:
        """Ask for signature hashes and compression."""
        version = self.newest_older
        if version is None:
            return
        try:
            self._ask_compression(version)
            self._certificates_by_protocol(version)
            if self.found.seen[Version.TLS12].accepted is Answer.YES:
                self._older_certificates()
                for name in WEAK_HASHES:
                    self.hashes[name] = self._ask_hash(name)
        except Spent as spent:
            self.compression = self.compression or _unknown(spent.message)
            for name in WEAK_HASHES:
                self.hashes.setdefault(name, _unknown(spent.message))

    def _older_certificates(self) -> None:
        """Ask in TLS 1.2 for certificates of other kinds than the suites showed. Raises Spent.

        A suite says RSA or ECDSA; which certificate goes with that, of more than one, is up to what a client takes.
        """
        signed = self._signed_suites()
        flights = [flight for version, flight in self.found.flights if version is Version.TLS12]
        seen = {self._kind_of(flight.certificates) for flight in flights if flight.certificates}
        while signed and (left := [kind for kind in CERTIFICATE_SIGNATURES if kind not in seen]):
            offered = [code for kind in left for code in CERTIFICATE_SIGNATURES[kind]]
            reply = self.found.ask(Version.TLS12, signed, signatures=offered, any_certificate=True)
            if reply.ended is not Ended.HELLO or not reply.flight.certificates:
                return
            kind = self._kind_of(reply.flight.certificates)
            if kind in seen:
                return
            seen.add(kind)

    def _certificates_by_protocol(self, version: Version) -> None:
        """Ask for certificates with what clients say of protocols, which may decide on what is shown. Raises Spent.

        For each kind of certificate that the suites show. An older server than such protocols takes no notice of them.
        """
        kinds: dict[str, list[int]] = {}
        for code in self.found.seen[version].suites:
            kinds.setdefault(_authentication(suite_name(code)), []).append(code)
        for suites in kinds.values():
            self.found.ask(version, suites, protocols=PROTOCOLS)

    def _signed_suites(self) -> list[int]:
        """Return the suites of TLS 1.2 in which the key exchange is signed."""
        return [code for code in self.found.seen[Version.TLS12].suites if _is_signed(suite_name(code))]

    def _ask_hash(self, name: str) -> Aspect:
        """Ask for a key exchange signed with one hash only, in TLS 1.2. Raises Spent."""
        signed = self._signed_suites()
        if not signed:
            return _not_applicable(_UNSIGNED)
        reply = self.found.ask(Version.TLS12, signed, signatures=signatures_with(name), any_certificate=True)
        if reply.refused:
            return Aspect(answer=Answer.NO, detail=reply.text().en)
        if reply.ended is not Ended.HELLO:
            return _unknown(reply.text())
        if reply.flight.signature is None:
            return _unknown(
                Text(
                    "Het antwoord hield op voordat de handtekening erin stond.",
                    "The answer stopped before it held the signature.",
                )
            )
        used = signature_hash(reply.flight.signature)
        return Aspect(answer=Answer.YES if used == name else Answer.NO, detail=f"signed with {used or 'EdDSA'}")

    def _ask_compression(self, version: Version) -> None:
        """Offer compression. Raises Spent."""
        reply = self.found.ask(version, self.found.seen[version].suites, compressions=(*_COMPRESSIONS, 0))
        if reply.ended is not Ended.HELLO:
            self.compression = _unknown(reply.text())
            return
        method = reply.flight.compression
        if method:
            self.compression = Aspect(answer=Answer.YES, detail=_COMPRESSIONS.get(method, str(method)))
        else:
            self.compression = Aspect(answer=Answer.NO)

    def _older_session(self) -> None:
        version = self.newest_older
        if version is None:
            return
        groups = [name for name, versions in list(self.found.groups.items()) if version.label in versions]
        wants = any(flight.wants_client_certificate for _, flight in self.found.flights)
        try:
            self.older = older_session(self.line, version, groups, wants_certificate=wants, user_agent=self.user_agent)
        except Spent as spent:
            self.older = Session(reason=spent.message, renegotiation=_unknown(spent.message))

    def _newest_session(self) -> None:
        groups = [name for name, versions in list(self.found.groups.items()) if Version.TLS13.label in versions]
        try:
            self.newest = newest_session(self.line, groups, user_agent=self.user_agent)
            if self.newest.chain:
                self._other_certificates(groups, self._kind_of(self.newest.chain))
                self._newest_by_protocol()
        except Spent as spent:
            self.newest = self.newest or Session(reason=spent.message, early_data=_unknown(spent.message))
            self.others_unfinished = spent.message

    def _other_certificates(self, groups: Sequence[str], shown: str) -> None:
        """Ask in TLS 1.3 for certificates of every other kind than was shown; which comes is up to what a client takes.

        A server without one refuses, or sends the one it has. Raises Spent.
        """
        seen = {shown}
        while left := [kind for kind in SIGNATURES if kind not in seen]:
            session = newest_session(self.line, groups, user_agent=self.user_agent, wanted=left, only_chain=True)
            if not session.chain:
                if not session.refused:
                    self.others_unfinished = session.reason
                return
            kind = self._kind_of(session.chain)
            if kind in seen:
                return
            seen.add(kind)
            self.others.append(session)

    def _newest_by_protocol(self) -> None:
        """Ask the same of TLS 1.3; a server may refuse the protocols. Raises Spent."""
        session = as_browsers_offer(self.line)
        if not session.chain and not session.refused:  # one connection may be lost to a busy server
            session = as_browsers_offer(self.line)
        if session.chain:
            self.others.append(session)
        elif not session.refused:
            self.others_unfinished = self.others_unfinished or session.reason

    def _kind_of(self, chain: Sequence[bytes]) -> str:
        return read_certificate(chain[0], self.host).key_type

    # From here on nothing is asked: what was seen becomes the fact.

    def _fact(self) -> AddressTls:
        chains = self._chains()
        return AddressTls(
            address=self.line.address,
            reachable=True,
            versions=tuple(self.found.seen[version].fact() for version in Version),
            groups=self._groups(),
            groups_unfinished=self.found.groups_unfinished,
            hashes=self._hashes(),
            secure_renegotiation=self._secure_renegotiation(),
            client_renegotiation=self._client_renegotiation(),
            compression=self._of_older(self.compression),
            early_data=self._early_data(),
            extended_master_secret=self._extended_master_secret(),
            staple=self._staple(chains),
            client_authentication=self._client_authentication(),
            chains=self._chain_facts(chains),
            chains_unfinished=self._chains_unfinished(chains),
            handshakes=self.line.handshakes,
            kept_off=self.found.kept_off,
        )

    def _of_older(self, aspect: Aspect | None) -> Aspect:
        """Return an aspect of TLS 1.2 and older; without those, why it does not apply or is not known."""
        if aspect is not None:
            return aspect
        if any(self.found.seen[version].accepted is Answer.UNKNOWN for version in OLDER):
            return _unknown(_VERSION_UNKNOWN)
        return _not_applicable(_NO_OLDER)

    def _groups(self) -> tuple[Group, ...]:
        return tuple(
            Group(
                name=name,
                kind=group_kind(name),  # type: ignore[arg-type] # one of the four
                bits=int("".join(filter(str.isdigit, name))) if group_kind(name) == "finite_field" else 0,
                versions=tuple(sorted(versions)),
            )
            for name, versions in sorted(self.found.groups.items())
        )

    def _hashes(self) -> tuple[KeyExchangeHash, ...]:
        """Return the hashes that were asked for, and any that the server used of its own accord."""
        used = {
            signature_hash(flight.signature)
            for version, flight in self.found.flights
            if version is Version.TLS12 and flight.signature is not None
        }
        accepted = self.found.seen[Version.TLS12].accepted
        if accepted is Answer.YES:
            asked = dict(self.hashes)
        else:
            asked = dict.fromkeys(
                WEAK_HASHES, _not_applicable(_NO_TLS12) if accepted is Answer.NO else _unknown(_VERSION_UNKNOWN)
            )
        asked.update({name: Aspect(answer=Answer.YES, detail="seen") for name in sorted(used) if name})
        return tuple(KeyExchangeHash(name=name, accepted=aspect) for name, aspect in asked.items())

    def _older_extension(self, code: int, versions: Sequence[Version]) -> Aspect | None:
        """Tell whether every answer of some versions had an extension; None when there was none."""
        answers = [
            code in flight.extensions
            for version, flight in self.found.flights
            if version in versions and flight.version == version
        ]
        if not answers:
            return None
        return Aspect(answer=Answer.YES if all(answers) else Answer.NO)

    def _secure_renegotiation(self) -> Aspect:
        return self._of_older(self._older_extension(0xFF01, OLDER))

    def _extended_master_secret(self) -> Aspect:
        found = self._older_extension(23, (Version.TLS12,))
        if found is not None:
            return found
        known = self.found.seen[Version.TLS12].accepted is Answer.NO
        return _not_applicable(_NO_TLS12) if known else _unknown(_VERSION_UNKNOWN)

    def _client_renegotiation(self) -> Aspect:
        if self.older is None:
            return self._of_older(None)
        return self.older.renegotiation or _unknown(self.older.reason or _VERSION_UNKNOWN)

    def _early_data(self) -> Aspect:
        if self.newest is not None:
            return self.newest.early_data or _unknown(self.newest.reason or _VERSION_UNKNOWN)
        known = self.found.seen[Version.TLS13].accepted is Answer.NO
        return _not_applicable(_NO_TLS13) if known else _unknown(_VERSION_UNKNOWN)

    def _client_authentication(self) -> ClientAuthentication:
        """Return the least that is demanded with any version: a client chooses which."""
        found = [session.client for session in (self.older, self.newest) if session and session.client]
        for state in (ClientCertificate.NONE, ClientCertificate.REQUESTED, ClientCertificate.UNKNOWN):
            for client in found:
                if client.state is state:
                    return client
        wants = any(flight.wants_client_certificate for _, flight in self.found.flights)
        if self.older is not None and self.older.client is None and not wants:
            return ClientAuthentication(state=ClientCertificate.NONE)  # up to TLS 1.2 the demand is in the clear
        if found:
            return found[0]
        reason = next((s.reason for s in (self.older, self.newest) if s and s.reason), _VERSION_UNKNOWN)
        return ClientAuthentication(state=ClientCertificate.UNKNOWN, reason=reason)

    def _chains(self) -> _Chains:
        chains = _Chains()
        for version, flight in self.found.flights:
            if flight.version == version and flight.certificates:
                label = f"{version.label} {_authentication(suite_name(flight.suite))}"
                chains.add(flight.certificates, flight.certificates_left_out, label)
        for session in (self.newest, *self.others):
            if session is not None:
                kept = session.chain[:MOST_CERTIFICATES]
                chains.add(kept, len(session.chain) - len(kept), Version.TLS13.label)
        return chains

    def _chain_facts(self, chains: _Chains) -> tuple[Chain, ...]:
        return tuple(
            Chain(
                certificates=tuple(read_certificate(der, self.host) for der in chain),
                left_out=left_out,
                seen_with=tuple(labels),
                trust=self._path_of(chain).trust,
            )
            for chain, (labels, left_out) in chains.found.items()
        )

    def _chains_unfinished(self, chains: _Chains) -> Text | None:
        if self.newest is not None and not self.newest.chain:
            return self.newest.reason or Text(
                "Het certificaat bij TLS 1.3 was niet te zien.", "The certificate with TLS 1.3 could not be seen."
            )
        if self.others_unfinished is not None:
            return self.others_unfinished
        if self.found.too_many_chains:
            return Text(
                "De server stuurt telkens een andere keten van certificaten; niet alle zijn bekeken.",
                "The server sends another chain of certificates each time; not all were looked at.",
            )
        if not chains.found:
            return Text("De server stuurde geen certificaat.", "The server sent no certificate.")
        return None

    def _path_of(self, chain: Sequence[bytes]) -> Found:
        key = tuple(chain)
        if key not in self._paths:
            self._paths[key] = find_path(chain, self.stores, self.now)
        return self._paths[key]

    def _staples(self) -> Iterator[tuple[bytes, tuple[bytes, ...]]]:
        """Yield every staple with the chain it came with: each certificate of a server has its own."""
        for _, flight in self.found.flights:
            if flight.staple and flight.certificates:
                yield flight.staple, tuple(flight.certificates)
        for session in (self.newest, *self.others, self.older):
            if session is not None and session.staple is not None and session.chain:
                yield bytes(session.staple.as_der_bytes()), tuple(session.chain)

    def _staple(self, chains: _Chains) -> Staple:
        found = [
            read_staple(response, chain, self.now, self._path_of(chain).certificates)
            for response, chain in dict.fromkeys(self._staples())
        ]
        for state in (StapleState.REVOKED, StapleState.BAD, StapleState.GOOD):
            if (worst := next((staple for staple in found if staple.state is state), None)) is not None:
                return worst
        if not chains.found:
            return Staple(state=StapleState.UNKNOWN, reason=self._chains_unfinished(chains))
        leaves = [read_certificate(chain[0], self.host) for chain in chains.found]
        if any(leaf.must_staple for leaf in leaves):
            reason = Text(
                "Het certificaat eist een staple (must-staple), en de server stuurt er geen.",
                "The certificate demands a staple (must-staple), and the server sends none.",
            )
            return Staple(state=StapleState.BAD, reason=reason)
        if not any(leaf.ocsp for leaf in leaves):
            return Staple(state=StapleState.NOT_IN_CERTIFICATE)
        return Staple(state=StapleState.NONE)


def _is_signed(suite: str) -> bool:
    exchange = suite.removeprefix("TLS_").partition("_WITH_")[0]
    return exchange in ("ECDHE_RSA", "ECDHE_ECDSA", "DHE_RSA", "DHE_DSS")


def _authentication(suite: str) -> str:
    exchange = suite.removeprefix("TLS_").partition("_WITH_")[0]
    return exchange.rpartition("_")[2] if "_" in exchange else exchange
