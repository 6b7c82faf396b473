"""Certificates as bytes into facts."""

import hashlib
import ipaddress
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID, SignatureAlgorithmOID

from toetskader.collect.endpoint.tls.authorities import allows_servers, public_store
from toetskader.collect.endpoint.tls.extensions import UNREADABLE, Extension, extension_of
from toetskader.facts.endpoint.certificates import Certificate, Validated
from toetskader.text import Text

MOST_NAMES = 100
"""Alternative names of one certificate that are kept; those that match the host are kept in any case."""
LONGEST_NAME = 256
LARGEST_CERTIFICATE = 1 << 20

_CURVES = {
    "secp256r1": "secp256r1",
    "secp384r1": "secp384r1",
    "secp521r1": "secp521r1",
    "secp224r1": "secp224r1",
    "secp192r1": "secp192r1",
    "secp256k1": "secp256k1",
    "brainpoolP256r1": "brainpoolP256r1",
    "brainpoolP384r1": "brainpoolP384r1",
    "brainpoolP512r1": "brainpoolP512r1",
}
_EDWARDS = {SignatureAlgorithmOID.ED25519: "Ed25519", SignatureAlgorithmOID.ED448: "Ed448"}
_RSASSA_PSS_KEY = "1.2.840.113549.1.1.10"

# CA/Browser Forum, Baseline Requirements 7.1.2.7 and EV Guidelines.
_VALIDATED = {
    "2.23.140.1.2.1": Validated.DOMAIN,
    "2.23.140.1.2.2": Validated.ORGANISATION,
    "2.23.140.1.2.3": Validated.INDIVIDUAL,
    "2.23.140.1.1": Validated.EXTENDED,
}

# PKIoverheid names a server's certificate after an organisation that is in a government register (PvE 3b, 3e, 3h).
_PKIOVERHEID = "2.16.528.1.1003.1.2."


def visible(text: str, longest: int = LONGEST_NAME) -> str:
    """Return a supplier's text with what cannot be printed escaped, and cut at a length."""
    shown = "".join(
        char if char.isprintable() else f"\\x{ord(char):02x}" if ord(char) < 256 else f"\\u{ord(char):04x}"
        for char in text[:longest]
    )
    return shown if len(text) <= longest else f"{shown}…"


def read_certificate(der: bytes, host: str) -> Certificate:
    """Read a certificate as far as it can be read; what cannot is its `problem`.

    Parameters: `der`, as it was sent; `host`, names for which are kept whatever the number of names.
    """
    sha256 = hashlib.sha256(der).hexdigest()
    if len(der) > LARGEST_CERTIFICATE:
        return Certificate(sha256=sha256, problem=Text("Te groot om te lezen.", "Too large to read."))
    try:
        loaded = x509.load_der_x509_certificate(der)
        subject, issuer = loaded.subject, loaded.issuer
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        return Certificate(sha256=sha256, problem=unreadable(error))
    problems: list[Exception] = []
    names, addresses, left_out, has_san = _names(loaded, host, problems)
    key_type, bits, curve = _key(loaded, problems)
    signature, hash_name = _signature(loaded, problems)
    usage = _extension(loaded, x509.ExtendedKeyUsage, problems)
    constraints = _extension(loaded, x509.BasicConstraints, problems)
    feature = _extension(loaded, x509.TLSFeature, problems)
    public_key = _public_key(loaded, problems)
    return Certificate(
        sha256=sha256,
        sha512=hashlib.sha512(der).hexdigest(),
        public_key_sha256=hashlib.sha256(public_key).hexdigest() if public_key else "",
        public_key_sha512=hashlib.sha512(public_key).hexdigest() if public_key else "",
        problem=unreadable(problems[0]) if problems else None,
        subject=rdn(subject),
        issuer=rdn(issuer),
        serial=f"{loaded.serial_number:x}",
        has_san=has_san,
        names=names,
        ip_addresses=addresses,
        names_left_out=left_out,
        key_type=key_type,
        key_bits=bits,
        curve=curve,
        signature=signature,
        signature_hash=hash_name,
        not_before=_moment(loaded, "not_valid_before_utc"),
        not_after=_moment(loaded, "not_valid_after_utc"),
        self_signed=signs_itself(loaded),
        is_ca=bool(constraints and constraints.ca),
        for_servers=allows_servers(usage),
        ocsp=_ocsp(loaded, problems),
        must_staple=bool(feature and x509.TLSFeatureType.status_request in feature),
        organisation=_organisation(subject),
        validated=validated_by(_extension(loaded, x509.CertificatePolicies, problems))[1],
    )


def _public_key(loaded: x509.Certificate, problems: list[Exception]) -> bytes:
    """Return the public key as it stands in the certificate; nothing when it cannot be read.

    Nothing either for a key that is for RSASSA-PSS only: the library would write it as one for any use.
    """
    if loaded.public_key_algorithm_oid.dotted_string == _RSASSA_PSS_KEY:
        return b""
    try:
        return loaded.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        problems.append(error)
        return b""


def unreadable(error: Exception) -> Text:
    """Say that a certificate, or part of it, could not be read."""
    detail = visible(str(error), 120)
    return Text(f"Niet (geheel) leesbaar: {detail}", f"Not (wholly) readable: {detail}")


def fingerprint(certificate: x509.Certificate) -> str:
    """Return the SHA-256 of a whole certificate, in hexadecimal."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def rdn(name: x509.Name) -> str:
    """Return a distinguished name as text; empty when it cannot be read."""
    try:
        return visible(name.rfc4514_string())
    except ValueError:
        return ""


def _organisation(subject: x509.Name) -> str:
    found = subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return visible(str(found[0].value)) if found else ""


def _moment(certificate: x509.Certificate, which: str) -> datetime | None:
    try:
        found = getattr(certificate, which)
    except ValueError:
        return None
    return found if isinstance(found, datetime) else None


def _extension(certificate: x509.Certificate, kind: type[Extension], problems: list[Exception]) -> Extension | None:
    try:
        return extension_of(certificate, kind)
    except UNREADABLE as error:
        if not problems:
            problems.append(error)
        return None


def _names(
    certificate: x509.Certificate, host: str, problems: list[Exception]
) -> tuple[tuple[str, ...], tuple[str, ...], int, bool]:
    """Return the DNS names and addresses that are kept, how many are not, and whether there are any."""
    found = _extension(certificate, x509.SubjectAlternativeName, problems)
    if found is None:
        return (), (), 0, False
    dns = [name.lower() for name in found.get_values_for_type(x509.DNSName)]
    addresses = [str(address) for address in found.get_values_for_type(x509.IPAddress)]
    host = host.lower().rstrip(".")
    parent = host.partition(".")[2]
    # Names that could be the host's come first, so that none of them is among those left out.
    dns.sort(key=lambda name: name not in (host, f"*.{parent}") and "*" not in name)
    addresses.sort(key=lambda address: address != _plain_address(host))
    kept = tuple(visible(name) for name in dns[:MOST_NAMES])
    kept_addresses = tuple(addresses[:MOST_NAMES])
    others = len(list(found)) - len(dns) - len(addresses)
    left_out = len(dns) + len(addresses) - len(kept) - len(kept_addresses)
    return kept, kept_addresses, max(left_out, 0), bool(dns or addresses or others)


def _plain_address(host: str) -> str:
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return ""


def _key(certificate: x509.Certificate, problems: list[Exception]) -> tuple[str, int, str]:
    """Return type, size and curve of the key; the identifier of a type that is not known."""
    oid = certificate.public_key_algorithm_oid.dotted_string
    try:
        key = certificate.public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        problems.append(error)
        return oid, 0, ""
    match key:
        case rsa.RSAPublicKey():
            return "RSASSA-PSS" if oid == _RSASSA_PSS_KEY else "RSA", key.key_size, ""
        case ec.EllipticCurvePublicKey():
            return "EC", key.curve.key_size, _CURVES.get(key.curve.name, key.curve.name)
        case ed25519.Ed25519PublicKey():
            return "Ed25519", 256, ""
        case ed448.Ed448PublicKey():
            return "Ed448", 456, ""
        case dsa.DSAPublicKey():
            return "DSA", key.key_size, ""
    return oid, 0, ""


def _signature(certificate: x509.Certificate, problems: list[Exception]) -> tuple[str, str]:
    """Return algorithm and hash of the signature on it."""
    oid = certificate.signature_algorithm_oid
    if oid in _EDWARDS:
        return _EDWARDS[oid], ""
    try:
        used = certificate.signature_hash_algorithm
    except (ValueError, UnsupportedAlgorithm) as error:
        problems.append(error)
        used = None
    name = (oid._name or "").lower()
    if oid == SignatureAlgorithmOID.RSASSA_PSS:
        kind = "RSASSA-PSS"
    elif "ecdsa" in name:
        kind = "ECDSA"
    elif "rsa" in name:
        kind = "RSA"
    elif "dsa" in name:
        kind = "DSA"
    else:
        kind = oid.dotted_string
    return kind, used.name.lower().replace("-", "") if used else ""


def signs_itself(certificate: x509.Certificate) -> bool:
    """Tell whether its own key verifies it; when that cannot be computed, it is not taken for a root."""
    if certificate.issuer != certificate.subject:
        return False
    try:
        certificate.verify_directly_issued_by(certificate)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _ocsp(certificate: x509.Certificate, problems: list[Exception]) -> tuple[str, ...]:
    found = _extension(certificate, x509.AuthorityInformationAccess, problems)
    return tuple(
        visible(item.access_location.value)
        for item in (found or ())
        if item.access_method == AuthorityInformationAccessOID.OCSP
        and isinstance(item.access_location, x509.UniformResourceIdentifier)
    )[:10]


def validated_by(named: x509.CertificatePolicies | None) -> tuple[x509.ObjectIdentifier | None, Validated]:
    """Return the policy by which a certificate says what was verified of its owner, and what that is.

    The CA/Browser Forum gives such policies numbers. Parameters: `named`, what the certificate says of policies.
    """
    policies = [policy.policy_identifier for policy in named or ()]
    for policy in policies:
        if policy.dotted_string in _VALIDATED:
            return policy, _VALIDATED[policy.dotted_string]
    for policy in policies:
        if policy.dotted_string.startswith(_PKIOVERHEID):
            return policy, Validated.ORGANISATION
    own = public_store().ev_policies
    return next(((policy, Validated.EXTENDED) for policy in policies if policy in own), (None, Validated.UNKNOWN))
