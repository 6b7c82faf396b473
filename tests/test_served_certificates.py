"""Judgements on the certificates that an endpoint sends: trust, names, strength and what was verified."""

from collections.abc import Callable, Iterator

from toetskader.facts.endpoint.certificates import Certificate, Chain, Validated
from toetskader.facts.endpoint.tls import AddressTls, StapleState, TlsFacts
from toetskader.judging import EndpointPlace, Findings, Text, check, undetermined
from toetskader.norms.tls import Grade, Strength, TlsNorm

Doubt = Callable[[str, Text | None], None]
"""Takes what could not be seen: where, and why."""


@check("tls.certificate_trusted")
def test_certificate_is_trusted(tls: TlsFacts, norm: TlsNorm, findings: Findings) -> None:
    """TA 2.3: a certificate of an authority that everybody trusts, in its dates, not revoked, and for this host."""
    doubts: list[Text] = []
    trusted(tls, norm, findings, _into(doubts))
    report_revoked(tls, findings)
    _settle(doubts)


def report_revoked(tls: TlsFacts, findings: Findings) -> None:
    """Report certificates that the server's own staple says are revoked, in its issuer's words and in time."""
    for address in tls.addresses:
        if address.staple.state is StapleState.REVOKED:
            findings.add(
                EndpointPlace(tls.where(address.address), "OCSP"),
                seen=Text(
                    "ingetrokken, volgens het bewijs dat de server zelf meestuurt",
                    "revoked, by the proof that the server itself hands out",
                ),
                expected=Text("een certificaat dat niet is ingetrokken", "a certificate that is not revoked"),
                command=tls.command(address.address, "-status"),
            )


@check("tls.certificate_names")
def test_certificate_names_hosts_one_by_one(tls: TlsFacts, findings: Findings) -> None:
    """DDC 1.4: certificates are SAN certificates, and have no wildcard."""
    doubts: list[Text] = []
    for address, chain in _chains(tls, _into(doubts)):
        leaf = chain.leaf
        place = _place(tls, address, leaf)
        command = tls.command(address.address, "-showcerts")
        for name in leaf.wildcards:
            expected = Text("een volledige hostnaam", "a full host name")
            findings.add(place, seen=name, expected=expected, command=command)
        if not leaf.has_san and leaf.problem is None:
            seen = Text("een certificaat zonder alternatieve namen", "a certificate without alternative names")
            findings.add(place, seen=seen, expected=Text("namen in SAN", "names in SAN"), command=command)
        elif not leaf.has_san:
            doubts.append(_about(address, leaf.problem))
    _settle(doubts)


@check("tls.organisation_validated")
def test_certificate_names_a_verified_organisation(tls: TlsFacts, findings: Findings) -> None:
    """TA 2.3: the authority verified the organisation, and names it (CA/Browser Forum OV or EV, or PKIoverheid)."""
    doubts: list[Text] = []
    for address, chain in _chains(tls, _into(doubts)):
        leaf = chain.leaf
        command = tls.command(address.address, "-showcerts")
        expected = Text(
            "organisatie gevalideerd (OV, EV of PKIoverheid)", "organisation validated (OV, EV, PKIoverheid)"
        )
        vouched = leaf.validated if chain.trust.validated is None else chain.trust.validated
        if chain.trust.trusted is None:
            doubts.append(_about(address, chain.trust.reason))
        elif not chain.trust.trusted and chain.trust.validated is None:
            seen = Text(
                f"organisatie: {leaf.organisation or 'geen'}, die niemand heeft gecontroleerd: "
                f"{_why_untrusted(chain).nl}",
                f"organisation: {leaf.organisation or 'none'}, which nobody verified: {_why_untrusted(chain).en}",
            )
            findings.add(_place(tls, address, leaf), seen=seen, expected=expected, command=command)
        elif vouched is Validated.UNKNOWN and (leaf.organisation or leaf.problem):
            reason = leaf.problem or Text(
                "Het certificaat noemt een organisatie, en zegt niet of de uitgever die heeft gecontroleerd.",
                "The certificate names an organisation, and does not say whether its issuer verified it.",
            )
            doubts.append(_about(address, reason))
        elif vouched not in (Validated.ORGANISATION, Validated.EXTENDED) or not leaf.organisation:
            seen = Text(
                f"{vouched.value}, organisatie: {leaf.organisation or 'geen'}",
                f"{vouched.value}, organisation: {leaf.organisation or 'none'}",
            )
            findings.add(_place(tls, address, leaf), seen=seen, expected=expected, command=command)
        else:
            findings.saw(f"Organisatie: {leaf.organisation}.", f"Organisation: {leaf.organisation}.")
    _settle(doubts)


def trusted(tls: TlsFacts, norm: TlsNorm, findings: Findings, doubt: Doubt) -> None:
    """Judge path, dates, name and purpose of every chain."""
    for address, chain in _chains(tls, doubt):
        leaf = chain.leaf
        place = _place(tls, address, leaf)
        command = tls.command(address.address, "-showcerts")
        if chain.trust.trusted is None:
            doubt(address.address, chain.trust.reason)
        elif not chain.trust.trusted:
            expected = Text(f"een pad naar {chain.trust.store}", f"a path to {chain.trust.store}")
            findings.add(place, seen=_why_untrusted(chain), expected=expected, command=command)
        _dates(tls, norm, chain, address, findings, doubt)
        matches = leaf.matches(tls.host)
        if matches is None:
            doubt(address.address, leaf.problem or _MANY_NAMES)
        elif not matches:
            shown = ", ".join((*leaf.names, *leaf.ip_addresses)[:5])
            seen = Text(f"namen: {shown or 'geen'}", f"names: {shown or 'none'}")
            findings.add(place, seen=seen, expected=tls.host, command=command)
        if not leaf.for_servers:
            seen = Text("niet bedoeld voor servers (extended key usage)", "not meant for servers (extended key usage)")
            findings.add(place, seen=seen, expected=Text("serverAuth", "serverAuth"), command=command)


def _why_untrusted(chain: Chain) -> Text:
    return _SELF_SIGNED if chain.leaf.self_signed else chain.trust.reason or _NO_PATH


_NO_PATH = Text("geen pad naar een vertrouwde autoriteit", "no path to a trusted authority")
_SELF_SIGNED = Text("door zichzelf ondertekend", "self-signed")
_MANY_NAMES = Text(
    "Niet alle namen in het certificaat zijn bekeken.", "Not all names in the certificate were looked at."
)


def _dates(tls: TlsFacts, norm: TlsNorm, chain: Chain, address: AddressTls, findings: Findings, doubt: Doubt) -> None:
    """Judge by the moment of measuring whether the certificates that a client needs are in their dates.

    One beside the path that has expired, such as an old root signed by another one, is at most too much.
    """
    measured_at = tls.provenance.at
    command = tls.command(address.address, "-showcerts")
    for certificate in chain.beside_path():
        if certificate.valid_on(measured_at) is False:
            seen = f"{certificate.not_before:%Y-%m-%d} – {certificate.not_after:%Y-%m-%d}"
            expected = Text("niet meesturen: geen client heeft dit nodig", "not sent along: no client needs it")
            place = _place(tls, address, certificate)
            findings.add(place, seen=seen, expected=expected, strength="optional", command=command)
    for certificate in chain.in_path():
        valid = certificate.valid_on(measured_at)
        place = _place(tls, address, certificate)
        if valid is None:
            doubt(address.address, certificate.problem)
            continue
        seen = f"{certificate.not_before:%Y-%m-%d} – {certificate.not_after:%Y-%m-%d}"
        if not valid:
            expected = Text(f"geldig op {measured_at:%Y-%m-%d}", f"valid on {measured_at:%Y-%m-%d}")
            findings.add(place, seen=seen, expected=expected, command=command)
        elif certificate.expires_soon(measured_at, norm.expires_soon_days, norm.expires_soon_part):
            strength = norm.strengths.expires_soon
            if strength != "none":
                days, part = norm.expires_soon_days, norm.expires_soon_part
                expected = Text(
                    f"nog langer dan {days} dagen geldig, of dan 1/{part} van zijn duur",
                    f"valid for over {days} days more, or for over 1/{part} of its time",
                )
                findings.add(place, seen=seen, expected=expected, strength=strength, command=command)


def judge_served(
    tls: TlsFacts, norm: TlsNorm, findings: Findings, doubt: Doubt, strength_of: Callable[[TlsNorm, Grade], Strength]
) -> None:
    """Judge key and signature of every certificate that is sent, but for a root."""
    for address, chain in _chains(tls, doubt):
        command = tls.command(address.address, "-showcerts")
        for certificate in chain.judged():
            place = _place(tls, address, certificate)
            if not certificate.key_type or not certificate.signature:
                doubt(address.address, certificate.problem)
                continue
            if "RSASSA-PSS" in (certificate.key_type, certificate.signature):
                findings.differs(norm.difference("certificate.signatures.RSASSA-PSS"))
            key = norm.certificate_key(certificate.key_type, certificate.key_bits, certificate.curve)
            signature = norm.certificate_signature(certificate.signature, certificate.signature_hash)
            for grade, seen in ((key, certificate.key), (signature, certificate.signed_with)):
                strength = strength_of(norm, grade)
                if strength != norm.strength_of(grade):
                    findings.differs(norm.difference("strengths.phase_out"))
                if strength != "none":
                    told = Text(f"{seen}: {_GRADES[grade].nl}", f"{seen}: {_GRADES[grade].en}")
                    findings.add(place, seen=told, expected=_SUFFICIENT, strength=strength, command=command)
        if chain.left_out:
            doubt(
                address.address,
                Text(
                    f"De keten is te lang: {chain.left_out} certificaten zijn niet bekeken.",
                    f"The chain is too long: {chain.left_out} certificates were not looked at.",
                ),
            )


_GRADES = {
    Grade.PHASE_OUT: Text("uit te faseren", "to be phased out"),
    Grade.INSUFFICIENT: Text("onvoldoende", "insufficient"),
}
_SUFFICIENT = Text("goed of voldoende volgens de norm", "good or sufficient by the norm")


def _chains(tls: TlsFacts, doubt: Doubt) -> Iterator[tuple[AddressTls, Chain]]:
    """Yield every chain with its address; addresses and chains that were not seen are doubts."""
    if tls.addresses_unseen is not None:
        doubt(tls.host, tls.addresses_unseen)
    if tls.addresses_left_out:
        doubt(
            tls.host,
            Text(
                f"{tls.addresses_left_out} adressen zijn niet gemeten.",
                f"{tls.addresses_left_out} addresses were not measured.",
            ),
        )
    for address in tls.addresses:
        if not address.reachable:
            doubt(address.address, address.reason)
        elif address.chains_unfinished is not None or not address.chains:
            doubt(address.address, address.chains_unfinished)
        for chain in address.chains:
            yield address, chain


def _place(tls: TlsFacts, address: AddressTls, certificate: Certificate) -> EndpointPlace:
    return EndpointPlace(tls.where(address.address), certificate.place)


def _into(doubts: list[Text]) -> Doubt:
    def add(where: str, reason: Text | None) -> None:
        told = reason or Text("niet gemeten", "not measured")
        doubts.append(Text(f"{where}: {told.nl}", f"{where}: {told.en}"))

    return add


def _about(address: AddressTls, reason: Text | None) -> Text:
    told = reason or Text("niet gemeten", "not measured")
    return Text(f"{address.address}: {told.nl}", f"{address.address}: {told.en}")


def _settle(doubts: list[Text]) -> None:
    """End the judgement as undetermined when something could not be seen."""
    if doubts:
        kept = tuple(dict.fromkeys(doubts))
        undetermined(" ".join(doubt.nl for doubt in kept), " ".join(doubt.en for doubt in kept))
