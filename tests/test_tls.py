"""Judgements on TLS of an endpoint: versions, suites, key exchange and the rest, by the norm a target chooses."""

from collections.abc import Callable, Iterator

import msgspec

from tests.test_served_certificates import judge_served, trusted
from toetskader.facts.addresses import version_of
from toetskader.facts.endpoint import internetnl
from toetskader.facts.endpoint.certificates import Chain
from toetskader.facts.endpoint.names import Endpoint
from toetskader.facts.endpoint.tls import (
    AddressTls,
    Answer,
    Aspect,
    ClientCertificate,
    Order,
    StapleState,
    TlsFacts,
    Version,
    openssl_name,
)
from toetskader.judging import EndpointPlace, Findings, Text, check, not_applicable, undetermined
from toetskader.judging.doubts import Doubts
from toetskader.norms.difference import Difference
from toetskader.norms.tls import Grade, Strength, TlsNorm


class Severity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Parameter of checks that grade."""

    phase_out: str = ""
    """`required` when what is to be phased out may not be there at all; else as heavy as the norm says."""

    def of(self, norm: TlsNorm, grade: Grade) -> Strength:
        """Return how heavily a grade weighs."""
        return "required" if self.phase_out == "required" and grade is Grade.PHASE_OUT else norm.strength_of(grade)


_PLAIN = Severity()


@check("tls.ncsc", params=Severity)
def test_tls_meets_the_norm(tls: TlsFacts, norm: TlsNorm, params: Severity, findings: Findings) -> None:
    """SLA 11.2, TA 5.1c: TLS as the NCSC guidelines ask, in every aspect that can be measured."""
    doubts = _Doubts()
    for address in _measured(tls, doubts):
        one = _One(tls, address, norm, findings, doubts, params)
        if address.client_authentication.state is ClientCertificate.REQUIRED:
            one.differs("measuring.client_certificate")
        for judge in _ASPECTS:
            judge(one)
    judge_served(tls, norm, findings, doubts.unmeasured, params.of)
    trusted(tls, norm, findings, doubts.unmeasured)
    _summarise(tls, findings)
    doubts.end()


@check("tls.versions")
def test_versions_are_accepted_by_the_norm(tls: TlsFacts, norm: TlsNorm, findings: Findings) -> None:
    """TA 2.3: TLS 1.2 or 1.3, and nothing older."""
    doubts = _Doubts()
    for address in _measured(tls, doubts):
        _versions(_One(tls, address, norm, findings, doubts, _PLAIN))
    _summarise(tls, findings)
    doubts.end()


@check("tls.version_1_3")
def test_tls_1_3_is_spoken(tls: TlsFacts, findings: Findings) -> None:
    """SLA 12: TLS 1.3 is supported."""
    doubts = _Doubts()
    for address in _measured(tls, doubts):
        newest = address.version("TLS 1.3")
        if newest is None or newest.accepted is Answer.UNKNOWN:
            doubts.unmeasured(address.address, newest.reason if newest else None)
        elif newest.accepted is Answer.NO:
            findings.add(
                EndpointPlace(tls.where(address.address), "TLS 1.3"),
                seen=Text("geweigerd", "declined"),
                expected=Text("TLS 1.3 wordt geaccepteerd", "TLS 1.3 is accepted"),
                command=tls.command(address.address, "-tls1_3"),
            )
    _summarise(tls, findings)
    doubts.end()


@check("tls.suites", params=Severity)
def test_suites_are_modern(tls: TlsFacts, norm: TlsNorm, params: Severity, findings: Findings) -> None:
    """TA 2.3: the cipher suites are good or sufficient by the norm, and the better ones come first."""
    doubts = _Doubts()
    for address in _measured(tls, doubts):
        one = _One(tls, address, norm, findings, doubts, params)
        _suites(one)
        _order(one)
    _summarise(tls, findings)
    doubts.end()


@check("tls.encrypted_only", is_aspect=True)
def test_only_encrypted_connections_are_made(tls: TlsFacts, norm: TlsNorm, findings: Findings) -> None:
    """DDC 7.17: the port speaks TLS only, in a version that the norm accepts, with a certificate for the host."""
    doubts = _Doubts()
    for address in tls.addresses:
        if not address.reachable and address.plaintext:
            findings.add(
                EndpointPlace(tls.where(address.address)),
                seen=Text("een antwoord zonder TLS", "an answer without TLS"),
                expected=Text("TLS op deze poort", "TLS on this port"),
                command=tls.command(address.address),
            )
    for address in _measured(tls, doubts):
        one = _One(tls, address, norm, findings, doubts, _PLAIN)
        _versions(one)
        _no_null(one)
        for chain in address.chains:
            _for_host(one, chain)
        if not address.chains:
            doubts.unmeasured(address.address, address.chains_unfinished)
    _summarise(tls, findings)
    doubts.end()


@check("tls.mutual")
def test_clients_must_have_a_certificate(endpoint: Endpoint, tls: TlsFacts, findings: Findings) -> None:
    """TA 2.3: a coupling into the municipality uses mutual TLS: without a certificate of the client no connection.

    A coupling the other way round needs none: there the municipality is the client.
    """
    if not endpoint.municipal_domain:
        undetermined(
            "Het doel noemt geen 'municipal_domain', dus is niet te zien of dit een koppeling naar de gemeente is.",
            "The target names no 'municipal_domain', so it does not show whether this is a coupling into the "
            "municipality.",
        )
    if not endpoint.is_municipal:
        not_applicable(
            f"{endpoint.host} is niet van de gemeente: de gemeente is hier de client.",
            f"{endpoint.host} is not the municipality's: here the municipality is the client.",
        )
    doubts = _Doubts()
    for address in _measured(tls, doubts):
        client = address.client_authentication
        place = EndpointPlace(tls.where(address.address), "CertificateRequest")
        expected = Text(
            "zonder certificaat van de client geen verbinding", "no connection without a certificate of the client"
        )
        match client.state:
            case ClientCertificate.NONE:
                seen = Text("er wordt geen certificaat gevraagd", "no certificate is asked for")
                findings.add(place, seen=seen, expected=expected, command=tls.command(address.address))
            case ClientCertificate.REQUESTED if client.status not in _REFUSALS:
                findings.add(place, seen=client.reason, expected=expected, command=tls.command(address.address))
            case ClientCertificate.REQUESTED | ClientCertificate.UNKNOWN:
                doubts.unmeasured(address.address, client.reason)
    doubts.end()


# What a server behind TLS may answer for want of a certificate, and for other reasons too.
_REFUSALS = (0, 400, 401, 403, 495, 496)


class _Doubts(Doubts):
    """What could not be seen. It decides only when nothing was found that fails."""

    def unmeasured(self, where: str, reason: Text | None) -> None:
        """Keep a reason, with the address it is about."""
        told = reason or Text("niet gemeten", "not measured")
        self.add(f"{where}: {told.nl}", f"{where}: {told.en}")


class _One:
    """One address with all that is needed to judge it."""

    def __init__(
        self,
        tls: TlsFacts,
        address: AddressTls,
        norm: TlsNorm,
        findings: Findings,
        doubts: _Doubts,
        severity: Severity,
    ) -> None:
        self.tls = tls
        self.address = address
        self.norm = norm
        self.severity = severity
        self._findings = findings
        self._doubts = doubts

    def add(
        self,
        path: str,
        strength: Strength,
        seen: object,
        expected: object,
        *options: str,
        differs: Difference | None = None,
    ) -> None:
        """Report something, unless the norm does not speak of it."""
        if strength != "none":
            command = self.tls.command(self.address.address, *options)
            place = EndpointPlace(self.tls.where(self.address.address), path)
            if self._is_further_address:
                self.differs("measuring.addresses")
            self._findings.add(place, seen=seen, expected=expected, strength=strength, command=command, differs=differs)

    def graded(self, path: str, grade: Grade, what: str, *options: str, differs: Difference | None = None) -> None:
        """Report what is less than sufficient."""
        seen = Text(f"{what}: {_GRADES[grade].nl}", f"{what}: {_GRADES[grade].en}")
        strength = self.severity.of(self.norm, grade)
        if strength != self.norm.strength_of(grade):
            self.differs("strengths.phase_out")
        self.add(path, strength, seen, _SUFFICIENT, *options, differs=differs)

    @property
    def _is_further_address(self) -> bool:
        """True for another IPv4 or IPv6 address than the first."""
        kind = [item for item in self.tls.addresses if _kind(item) == _kind(self.address)]
        return kind[0].address != self.address.address

    def differs(self, about: str) -> None:
        """Tell that a deliberate difference of the norm bears on this verdict."""
        self._findings.differs(self.norm.difference(about))

    def aspect(self, aspect: Aspect, wrong: Answer, path: str, strength: Strength, seen: Text, expected: Text) -> None:
        """Report an aspect that is not as it should be; what is unknown is a doubt where it would fail or warn."""
        if aspect.answer is wrong:
            detail = f" ({aspect.detail})" if aspect.detail else ""
            self.add(path, strength, Text(seen.nl + detail, seen.en + detail), expected)
        elif aspect.answer is Answer.UNKNOWN and strength not in ("optional", "none"):
            self.doubt(aspect.reason, path)

    def doubt(self, reason: Text | None, path: str = "") -> None:
        """Keep what could not be seen."""
        where = f"{self.address.address} ({path})" if path else self.address.address
        self._doubts.unmeasured(where, reason)


def _kind(address: AddressTls) -> int:
    return version_of(address.address)


_GRADES = {
    Grade.GOOD: Text("goed", "good"),
    Grade.SUFFICIENT: Text("voldoende", "sufficient"),
    Grade.PHASE_OUT: Text("uit te faseren", "to be phased out"),
    Grade.INSUFFICIENT: Text("onvoldoende", "insufficient"),
}
_SUFFICIENT = Text("goed of voldoende volgens de norm", "good or sufficient by the norm")


def _measured(tls: TlsFacts, doubts: _Doubts) -> Iterator[AddressTls]:
    """Yield the addresses with TLS; the others are doubts, as nothing is known of them."""
    for address in tls.addresses:
        if address.reachable:
            yield address
        else:
            doubts.unmeasured(address.address, address.reason)
    if tls.addresses_unseen is not None:
        doubts.unmeasured(tls.host, tls.addresses_unseen)
    if tls.addresses_left_out:
        doubts.unmeasured(
            tls.host,
            Text(
                f"{tls.addresses_left_out} adressen zijn niet gemeten.",
                f"{tls.addresses_left_out} addresses were not measured.",
            ),
        )


def _summarise(tls: TlsFacts, findings: Findings) -> None:
    """Tell in a line for each address what was measured."""
    for address in tls.reachable:
        versions = ", ".join(version.name for version in address.accepted)
        suites = len({suite for version in address.accepted for suite in version.suites})
        groups = ", ".join(group.name for group in address.groups)
        findings.saw(
            f"{address.address}: {versions}; {suites} suites; groepen {groups or 'geen'}; "
            f"{address.handshakes} handshakes.",
            f"{address.address}: {versions}; {suites} suites; groups {groups or 'none'}; "
            f"{address.handshakes} handshakes.",
        )


_VERSION_OPTIONS = {
    "SSL 3.0": "-ssl3",
    "TLS 1.0": "-tls1",
    "TLS 1.1": "-tls1_1",
    "TLS 1.2": "-tls1_2",
    "TLS 1.3": "-tls1_3",
}


def _options(version: str, *suites: str) -> tuple[str, ...]:
    """Return options of `openssl s_client` for a version, and suites in it in the order of the client."""
    chosen = (_VERSION_OPTIONS[version],) if version in _VERSION_OPTIONS else ()
    if not suites:
        return (*chosen, "-cipher", "ALL:@SECLEVEL=0") if version in ("SSL 3.0", "TLS 1.0", "TLS 1.1") else chosen
    if version == "TLS 1.3":
        return (*chosen, "-ciphersuites", ":".join(suites))
    return (*chosen, "-cipher", ":".join([*map(openssl_name, suites), "@SECLEVEL=0"]))


def _versions(one: _One) -> None:
    for version in one.address.versions:
        grade = one.norm.version(version.name)
        if version.accepted is Answer.YES:
            one.graded(version.name, grade, version.name, *_options(version.name))
        elif version.accepted is Answer.UNKNOWN and one.severity.of(one.norm, grade) != "none":
            one.doubt(version.reason, version.name)


def _suites(one: _One) -> None:
    """Grade every suite once, with the newest version that has it."""
    graded: set[str] = set()
    if internetnl.sees_no_suite_of_tls12(one.address):
        one.differs("suites.camellia")
    for version in reversed(one.address.versions):
        for suite in version.suites:
            if suite not in graded:
                graded.add(suite)
                one.graded(suite, one.norm.suite(suite), version.name, *_options(version.name, suite))
        if version.accepted is Answer.UNKNOWN or version.unfinished is not None:
            one.doubt(version.unfinished or version.reason, version.name)


def _order(one: _One) -> None:
    """Good and sufficient suites come before others. Asked of TLS 1.3 and of the newest version before it."""
    older = [version for version in one.address.accepted if version.name != "TLS 1.3"]
    for version in (*older[-1:], *(version for version in one.address.accepted if version.name == "TLS 1.3")):
        _order_of(one, version)


def _order_of(one: _One, version: Version) -> None:
    # Where it is not known whose order counts, no client may be able to force a worse suite.
    pairs = one.norm.misplaced(version.suites, chosen_by_server=version.order is Order.SERVER)
    if not pairs:
        return
    if version.order is Order.UNKNOWN:
        one.doubt(version.order_reason, version.name)
        return
    worse, better = pairs[0]
    more = f" (+{len(pairs) - 1})" if len(pairs) > 1 else ""
    # What the command offers first is what the server should take, or what it should have refused to.
    offered = (better, worse) if version.order is Order.SERVER else (worse, better)
    if version.order is Order.SERVER:
        seen = Text(f"{worse} vóór {better}{more}", f"{worse} before {better}{more}")
    else:
        seen = Text(
            f"de client bepaalt de volgorde, dus ook {worse} vóór {better}{more}",
            f"the client decides the order, so {worse} can come before {better}{more}",
        )
    expected = Text("goede en voldoende suites eerst", "good and sufficient suites first")
    before_insufficient = all(one.norm.suite(name) is Grade.INSUFFICIENT for name, _ in pairs)
    differs = one.norm.difference("strengths.order.insufficient") if before_insufficient else None
    options = _options(version.name, *offered)
    one.add(version.name, one.norm.strengths.order, seen, expected, *options, differs=differs)


def _no_null(one: _One) -> None:
    """Report suites that encrypt nothing."""
    for version in one.address.accepted:
        for suite in version.suites:
            if "_WITH_NULL_" in suite or suite in ("TLS_SHA256_SHA256", "TLS_SHA384_SHA384"):
                seen = Text("een suite zonder versleuteling", "a suite without encryption")
                expected = Text("alleen suites die versleutelen", "only suites that encrypt")
                one.add(suite, "required", seen, expected, *_options(version.name, suite))


def _groups(one: _One) -> None:
    for group in one.address.groups:
        options = ("-groups", group.name) if group.kind != "finite_field" else ("-cipher", "DHE:@SECLEVEL=0")
        missed = internetnl.misses_group(one.address, group)
        about = "groups.ffdhe" if group.kind == "finite_field" else "groups"
        differs = one.norm.difference(about) if missed else None
        one.graded(group.name, one.norm.group(group.name), ", ".join(group.versions), *options, differs=differs)
    if internetnl.cannot_connect(one.address):
        one.differs("groups.alone")
    if one.address.groups_unfinished is not None:
        one.doubt(one.address.groups_unfinished)
    if not one.address.post_quantum and one.address.groups_unfinished is None:
        seen = Text("geen hybride groep", "no hybrid group")
        expected = Text("X25519MLKEM768 of een andere hybride groep", "X25519MLKEM768 or another hybrid group")
        path = "post-quantum"
        one.add(path, one.norm.strengths.no_post_quantum, seen, expected, "-groups", "X25519MLKEM768")


def _hashes(one: _One) -> None:
    for item in one.address.hashes:
        grade = one.norm.key_exchange_hash(item.name)
        if item.accepted.answer is Answer.YES:
            what = "handtekening op de sleuteluitwisseling", "signature on the key exchange"
            seen = Text(f"{what[0]}: {_GRADES[grade].nl}", f"{what[1]}: {_GRADES[grade].en}")
            wanted = f"RSA+{item.name.upper()}:ECDSA+{item.name.upper()}"
            options = ("-tls1_2", "-sigalgs", wanted, "-cipher", "ALL:@SECLEVEL=0")
            one.add(item.name, one.severity.of(one.norm, grade), seen, _SUFFICIENT, *options)
        elif item.accepted.answer is Answer.UNKNOWN and one.severity.of(one.norm, grade) != "none":
            one.doubt(item.accepted.reason, item.name)


def _properties(one: _One) -> None:
    address, strengths = one.address, one.norm.strengths
    if internetnl.old_client_fails(address) and address.secure_renegotiation.yes:
        one.differs("strengths.insecure_renegotiation")
    one.aspect(
        address.compression,
        Answer.YES,
        "compression",
        strengths.compression,
        Text("TLS-compressie", "TLS compression"),
        Text("geen compressie", "no compression"),
    )
    one.aspect(
        address.secure_renegotiation,
        Answer.NO,
        "renegotiation_info",
        strengths.insecure_renegotiation,
        Text("geen veilige renegotiation (RFC 5746)", "no secure renegotiation (RFC 5746)"),
        Text("veilige renegotiation", "secure renegotiation"),
    )
    one.aspect(
        address.client_renegotiation,
        Answer.YES,
        "renegotiation",
        strengths.client_renegotiation,
        Text("de client kan opnieuw laten onderhandelen", "the client can start renegotiation"),
        Text("de server weigert dat", "the server declines that"),
    )
    one.aspect(
        address.early_data,
        Answer.YES,
        "early_data",
        strengths.early_data,
        Text("0-RTT wordt geaccepteerd", "0-RTT is accepted"),
        Text("geen 0-RTT", "no 0-RTT"),
    )
    one.aspect(
        address.extended_master_secret,
        Answer.NO,
        "extended_master_secret",
        strengths.no_extended_master_secret,
        Text("geen extended master secret (RFC 7627)", "no extended master secret (RFC 7627)"),
        Text("extended master secret", "extended master secret"),
    )


def _staple(one: _One) -> None:
    staple, strengths = one.address.staple, one.norm.strengths
    expected = Text("een geldige OCSP-staple", "a valid OCSP staple")
    match staple.state:
        case StapleState.BAD | StapleState.REVOKED:
            one.add("OCSP", strengths.bad_staple, staple.reason, expected, "-status")
        case StapleState.NONE:
            seen = Text("geen OCSP-staple", "no OCSP staple")
            one.add("OCSP", strengths.no_staple, seen, expected, "-status")
        case StapleState.UNKNOWN:
            one.doubt(staple.reason, "OCSP")


def _for_host(one: _One, chain: Chain) -> None:
    matches = chain.leaf.matches(one.tls.host)
    if matches is None:
        one.doubt(chain.leaf.problem, chain.leaf.place)
    elif not matches:
        seen = Text(f"namen: {', '.join(chain.leaf.names[:5]) or 'geen'}", f"names: {', '.join(chain.leaf.names[:5])}")
        one.add(chain.leaf.place, "required", seen, one.tls.host, "-showcerts")


_ASPECTS: tuple[Callable[[_One], None], ...] = (_versions, _suites, _order, _groups, _hashes, _properties, _staple)
