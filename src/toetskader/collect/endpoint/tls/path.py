"""Whether a path leads from the certificates that a server sends to an authority: the one place that says so.

What may not stand in a path is taken out before one is looked for: out of its dates, for another purpose, not allowed
to sign certificates, or signed with a hash that browsers refuse. What else was sent does not matter then: a server may
send more than a client needs, such as an old root signed by another one that has expired.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import verification
from cryptography.x509.oid import ObjectIdentifier, SignatureAlgorithmOID
from msgspec.structs import replace
from nassl._nassl import X509
from nassl.cert_chain_verifier import CertificateChainVerificationFailed

from toetskader.collect.endpoint.tls.authorities import Store, is_for_servers
from toetskader.collect.endpoint.tls.certificates import (
    fingerprint,
    rdn,
    signs_itself,
    unreadable,
    validated_by,
    visible,
)
from toetskader.collect.endpoint.tls.extensions import UNREADABLE, extension_of
from toetskader.facts.endpoint.certificates import Trust, Validated
from toetskader.text import Text

LEAST_HASH_BYTES = SHA256.digest_size
"""Browsers refuse certificates that are signed with less (Baseline Requirements 7.1.3.2; SHA-1 since 2017)."""
_EDWARDS = (SignatureAlgorithmOID.ED25519, SignatureAlgorithmOID.ED448)
_ANY_POLICY = ObjectIdentifier("2.5.29.32.0")


@dataclass(frozen=True, slots=True)
class Found:
    """What came of looking for a path."""

    trust: Trust
    certificates: tuple[x509.Certificate, ...] = ()
    """From the server's own to the root; empty without a path."""


def find_path(chain: Sequence[bytes], stores: Sequence[Store], now: datetime) -> Found:
    """Look for a path from a chain to one of the stores.

    The verifier of `cryptography` follows the profile that browsers keep. It knows no Edwards curves, brainpool or
    RSASSA-PSS keys, and asks more of a private authority than its users do; so where it finds no path, OpenSSL is
    asked as well, with the same certificates. Neither looks at the host's name: that is judged on what the certificate
    says. Parameters: `chain`, as it was sent, the server's own first; `now`, with a time zone.

    What an authority verified of the owner does not expire with the certificate; so without a path now, one is looked
    for at the moment nearest to now at which the server's own was valid, to say that much.
    """
    found = _find_path(chain, stores, now)
    if found.trust.trusted is not False:
        return found
    leaf = x509.load_der_x509_certificate(chain[0])
    then = min(max(now, leaf.not_valid_before_utc), leaf.not_valid_after_utc)
    before = found if then == now else _find_path(chain, stores, then)
    return Found(replace(found.trust, validated=before.trust.validated))


def _find_path(chain: Sequence[bytes], stores: Sequence[Store], now: datetime) -> Found:
    shown = ", ".join(store.name for store in stores)
    try:
        leaf, *sent = [x509.load_der_x509_certificate(der) for der in chain]
        wrong = _unfit(leaf, now, is_authority=False)
        unfit = {item: why for item in sent if (why := _unfit(item, now, is_authority=True)) is not None}
    except (*UNREADABLE, UnsupportedAlgorithm) as error:
        return Found(Trust(trusted=None, store=shown, reason=unreadable(error)))
    if wrong is not None:
        return Found(Trust(trusted=False, store=shown, reason=_no_path(wrong.nl, wrong.en)))
    above = [item for item in sent if item not in unfit]
    reasons: list[str] = []
    for store in stores:
        path, reason = _profile_path(store, leaf, above, now)
        if path is None:
            path, reason = _openssl_path(store, leaf, above, reason)
        if path is not None:
            trust = Trust(
                trusted=True,
                store=store.name,
                path=tuple(visible(rdn(item.subject)) for item in path),
                used=tuple(fingerprint(item) for item in path),
                validated=_vouched(path),
            )
            return Found(trust, tuple(path))
        reasons.append(f"{store.name}: {reason}")
    said = visible("; ".join(reasons), 400)
    if unfit:
        names = {item: visible(rdn(item.subject), 100) for item in unfit}
        nl = "; ".join(f"{names[item]}: {why.nl}" for item, why in list(unfit.items())[:3])
        en = "; ".join(f"{names[item]}: {why.en}" for item, why in list(unfit.items())[:3])
        return Found(Trust(trusted=False, store=shown, reason=_no_path(f"{nl}; {said}", f"{en}; {said}")))
    return Found(Trust(trusted=False, store=shown, reason=_no_path(said, said)))


def _no_path(nl: str, en: str) -> Text:
    return Text(f"Geen pad gevonden ({nl}).", f"No path found ({en}).")


def _unfit(certificate: x509.Certificate, now: datetime, *, is_authority: bool) -> Text | None:
    """Return why a certificate may not stand in a path, or None when it may.

    Whether the server's own is meant for servers is judged by itself. Raises UnsupportedGeneralNameType for names of a
    kind that others may be able to read.
    """
    try:
        if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
            return Text("niet geldig op dit moment", "not valid at this moment")
        usage = extension_of(certificate, x509.KeyUsage)
        if is_authority:
            constraints = extension_of(certificate, x509.BasicConstraints)
            if constraints is None or not constraints.ca or (usage is not None and not usage.key_cert_sign):
                return Text("mag geen certificaten ondertekenen", "may not sign certificates")
            if not is_for_servers(certificate):
                return Text(
                    "mag geen servers waarborgen (extended key usage)", "may not vouch for servers (extended key usage)"
                )
        elif usage is not None and not (usage.digital_signature or usage.key_encipherment or usage.key_agreement):
            return Text(
                "de sleutel mag niet voor TLS gebruikt worden (key usage)", "its key is not for TLS (key usage)"
            )
        if _is_weakly_signed(certificate):
            return Text(
                "ondertekend met een hash die browsers weigeren (minder dan SHA-256)",
                "signed with a hash that browsers refuse (less than SHA-256)",
            )
    except (ValueError, TypeError, x509.DuplicateExtension, UnsupportedAlgorithm) as error:
        return unreadable(error)
    return None


def _is_weakly_signed(certificate: x509.Certificate) -> bool:
    """Tell whether it is signed with less than SHA-256; a root's own signature proves nothing."""
    if certificate.issuer == certificate.subject or certificate.signature_algorithm_oid in _EDWARDS:
        return False
    used = certificate.signature_hash_algorithm
    return used is None or used.digest_size < LEAST_HASH_BYTES


def _profile_path(
    store: Store, leaf: x509.Certificate, above: Sequence[x509.Certificate], now: datetime
) -> tuple[list[x509.Certificate] | None, str]:
    try:
        builder = verification.PolicyBuilder().store(store.anchors).time(now)
        return builder.build_server_verifier(_own_name(leaf)).verify(leaf, list(above)), ""
    except verification.VerificationError as error:
        return None, str(error.args[0] if error.args else error)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        return None, str(error)


def _own_name(certificate: x509.Certificate) -> x509.DNSName | x509.IPAddress:
    """Return a name of the certificate itself, as the verifier wants one to match."""
    names = extension_of(certificate, x509.SubjectAlternativeName)
    if names is None:
        return x509.DNSName("invalid.invalid")
    for name in names.get_values_for_type(x509.DNSName):
        return x509.DNSName(name.replace("*", "any", 1))
    for address in names.get_values_for_type(x509.IPAddress):
        if isinstance(address, ipaddress.IPv4Address | ipaddress.IPv6Address):
            return x509.IPAddress(address)
    return x509.DNSName("invalid.invalid")


def _openssl_path(
    store: Store, leaf: x509.Certificate, above: Sequence[x509.Certificate], reason: str
) -> tuple[list[x509.Certificate] | None, str]:
    try:
        pems = [item.public_bytes(Encoding.PEM).decode("ascii") for item in (leaf, *above)]
        path = store.openssl.verify([X509(pem) for pem in pems])
        return [x509.load_pem_x509_certificate(item.as_pem().encode("ascii")) for item in path], ""
    except CertificateChainVerificationFailed as error:
        return None, error.openssl_error_string
    except (ValueError, RuntimeError, UnsupportedAlgorithm) as error:
        return None, f"{reason}; {error}"


def _vouched(path: Sequence[x509.Certificate]) -> Validated:
    """Return what was verified of the owner, as far as every authority on the path may say so (RFC 5280, 6.1).

    An authority below the root that names policies vouches for those alone.
    """
    try:
        policy, validated = validated_by(extension_of(path[0], x509.CertificatePolicies))
        for authority in path[1:-1]:
            named = extension_of(authority, x509.CertificatePolicies)
            allowed = None if named is None else {item.policy_identifier for item in named}
            if policy is not None and allowed is not None and not allowed & {policy, _ANY_POLICY}:
                return Validated.UNKNOWN
    except UNREADABLE:
        return Validated.UNKNOWN
    return Validated.UNKNOWN if signs_itself(path[0]) else validated
