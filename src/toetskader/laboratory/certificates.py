"""A small certificate authority for the laboratory: nothing it signs is trusted outside it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.x509 import ocsp as status
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

_OLDER = timedelta(days=730)
"""Age of an authority: older than what it issues, also than what has expired."""

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey
HashName = Literal["sha224", "sha256", "sha384", "sha512"]

_CURVES: dict[str, ec.EllipticCurve] = {
    "p224": ec.SECP224R1(),
    "p256": ec.SECP256R1(),
    "p384": ec.SECP384R1(),
    "p521": ec.SECP521R1(),
    "secp256k1": ec.SECP256K1(),
    "brainpool256": ec.BrainpoolP256R1(),
}
_HASHES: dict[str, hashes.SHA224 | hashes.SHA256 | hashes.SHA384 | hashes.SHA512] = {
    "sha224": hashes.SHA224(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}


def new_key(kind: str) -> PrivateKey:
    """Make a private key: `rsa2048` and other sizes, `p256` and other curves, `ed25519` or `ed448`."""
    if kind.startswith("rsa"):
        return rsa.generate_private_key(public_exponent=65537, key_size=int(kind.removeprefix("rsa")))
    if kind == "ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    if kind == "ed448":
        return ed448.Ed448PrivateKey.generate()
    return ec.generate_private_key(_CURVES[kind])


class Authority:
    """A root, or an authority below another one."""

    def __init__(
        self, name: str = "Toetskader laboratory CA", *, key: str = "p256", above: "Authority | None" = None
    ) -> None:
        """Make an authority. Parameters: `key`, as for `new_key`; `above`, the authority that vouches for it."""
        self._key = new_key(key)
        self.above = above
        self._subject = x509.Name(
            (
                x509.NameAttribute(NameOID.COUNTRY_NAME, "NL"),
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Toetskader laboratory"),
                x509.NameAttribute(NameOID.COMMON_NAME, name),
            )
        )
        signer = above or self
        builder = (
            _builder(self._subject, signer._subject, self._key, datetime.now(UTC) - _OLDER, 3650)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(key_usage(ca=True), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer._key.public_key()), critical=False)
        )
        self.certificate = signer._sign(builder, "sha256", pss=False)

    @property
    def pem(self) -> bytes:
        """Its own certificate."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def write(self, path: Path) -> Path:
        """Write its certificate to a file, for a target's `authorities`. Returns the path."""
        path.write_bytes(self.pem)
        return path

    def issue(
        self,
        names: Sequence[str],
        key: str | PrivateKey = "p256",
        *,
        common_name: str | None = None,
        organisation: str = "",
        policy: str = "",
        hash_name: HashName = "sha256",
        pss: bool = False,
        starts: datetime | None = None,
        days: int = 90,
        ocsp: str = "",
        must_staple: bool = False,
        with_chain: bool = True,
    ) -> tuple[bytes, bytes]:
        """Issue a certificate to a server. Returns it in PEM, with the authorities below the root, and its key.

        Parameters: `names`, alternative names: host names and addresses; `key`, as for `new_key`, or one made before;
        `common_name`, the first name when absent; `organisation`, makes it organisation-validated with that name;
        `policy`, what was verified (CA/Browser Forum), when absent the organisation if one is given, else the domain;
        `pss`, sign with RSASSA-PSS; `starts`, yesterday when absent; `ocsp`, where its status could be asked.
        """
        own = new_key(key) if isinstance(key, str) else key
        attributes = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation)] if organisation else []
        shown = common_name if common_name is not None else (names[0] if names else "")
        if shown:
            attributes.append(x509.NameAttribute(NameOID.COMMON_NAME, shown))
        verified = policy or ("2.23.140.1.2.2" if organisation else "2.23.140.1.2.1")
        builder = (
            _builder(x509.Name(attributes), self._subject, own, starts or datetime.now(UTC) - timedelta(days=1), days)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(key_usage(ca=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage((ExtendedKeyUsageOID.SERVER_AUTH,)), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(own.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
            .add_extension(
                x509.CertificatePolicies((x509.PolicyInformation(x509.ObjectIdentifier(verified), None),)),
                critical=False,
            )
        )
        if names:
            alternatives = x509.SubjectAlternativeName([general_name(name) for name in names])
            builder = builder.add_extension(alternatives, critical=False)
        if ocsp:
            access = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(ocsp))
            builder = builder.add_extension(x509.AuthorityInformationAccess((access,)), critical=False)
        if must_staple:
            feature = x509.TLSFeature((x509.TLSFeatureType.status_request,))
            builder = builder.add_extension(feature, critical=False)
        chain = self._sign(builder, hash_name, pss=pss).public_bytes(serialization.Encoding.PEM)
        authority: Authority | None = self
        while with_chain and authority is not None and authority.above is not None:
            chain += authority.pem
            authority = authority.above
        return chain, private_pem(own)

    def staple(self, certificate: x509.Certificate, *, days: int = 2, revoked: bool = False) -> bytes:
        """Sign a statement on the status of a certificate (OCSP), that holds for so many days. Returns it in DER."""
        now = datetime.now(UTC)
        builder = status.OCSPResponseBuilder().add_response(
            cert=certificate,
            issuer=self.certificate,
            algorithm=hashes.SHA256(),
            cert_status=status.OCSPCertStatus.REVOKED if revoked else status.OCSPCertStatus.GOOD,
            this_update=now - timedelta(days=3),
            next_update=now + timedelta(days=days),
            revocation_time=now - timedelta(days=1) if revoked else None,
            revocation_reason=None,
        )
        builder = builder.responder_id(status.OCSPResponderEncoding.HASH, self.certificate)
        response = builder.sign(self._key, hashes.SHA256())
        return response.public_bytes(serialization.Encoding.DER)

    def _sign(self, builder: x509.CertificateBuilder, hash_name: str, *, pss: bool) -> x509.Certificate:
        if isinstance(self._key, ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey):
            return builder.sign(self._key, None)
        chosen = _HASHES[hash_name]
        scheme = padding.PSS(padding.MGF1(chosen), padding.PSS.DIGEST_LENGTH) if pss else None
        return builder.sign(self._key, chosen, rsa_padding=scheme)


def self_signed(names: Sequence[str], key: str = "p256") -> tuple[bytes, bytes]:
    """Make a certificate that nobody vouches for. Returns it and its key in PEM."""
    own = new_key(key)
    subject = x509.Name((x509.NameAttribute(NameOID.COMMON_NAME, names[0]),))
    builder = _builder(subject, subject, own, datetime.now(UTC) - timedelta(days=1), 90).add_extension(
        x509.SubjectAlternativeName([general_name(name) for name in names]), critical=False
    )
    no_hash = isinstance(own, ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey)
    made = builder.sign(own, None if no_hash else hashes.SHA256())
    return made.public_bytes(serialization.Encoding.PEM), private_pem(own)


def private_pem(key: PrivateKey) -> bytes:
    """Return a key as PEM, not encrypted."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: PrivateKey, starts: datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(starts)
        .not_valid_after(starts + timedelta(days=days))
    )


def key_usage(*, ca: bool) -> x509.KeyUsage:
    """Return what a key may be used for. Parameters: `ca`, whether it signs certificates."""
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )


def general_name(name: str) -> x509.GeneralName:
    """Return a name or an address as a certificate holds it."""
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)
