"""Certificates of a cluster's own authority, made for one run."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from toetskader.laboratory.certificates import general_name, key_usage


class Authority:
    """A certificate authority that keeps what it issues in `folder`; `certificate` is its own, in PEM."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        certificate = (
            self._started(self._subject, self._key.public_key(), timedelta(days=2))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(key_usage(ca=True), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        self.certificate = folder / f"{name}.crt"
        self.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def server(self, file: str, names: tuple[str, ...]) -> tuple[Path, Path]:
        """Issue a certificate for a server with these names and addresses; return the files of it and its key."""
        alternatives = x509.SubjectAlternativeName([general_name(name) for name in names])
        return self._issue(file, [x509.NameAttribute(NameOID.COMMON_NAME, names[0])], alternatives, timedelta(days=1))

    def client(
        self, file: str, user: str, groups: tuple[str, ...] = (), lifetime: timedelta = timedelta(days=1)
    ) -> tuple[Path, Path]:
        """Issue a certificate that makes its holder `user`, member of `groups`; a negative lifetime has expired."""
        subject = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, group) for group in groups]
        subject.append(x509.NameAttribute(NameOID.COMMON_NAME, user))
        return self._issue(file, subject, None, lifetime)

    def _issue(
        self,
        file: str,
        subject: list[x509.NameAttribute[str]],
        alternatives: x509.SubjectAlternativeName | None,
        lifetime: timedelta,
    ) -> tuple[Path, Path]:
        key = ec.generate_private_key(ec.SECP256R1())
        use = ExtendedKeyUsageOID.SERVER_AUTH if alternatives else ExtendedKeyUsageOID.CLIENT_AUTH
        builder = (
            self._started(x509.Name(subject), key.public_key(), lifetime)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(key_usage(ca=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([use]), critical=False)
        )
        if alternatives:
            builder = builder.add_extension(alternatives, critical=False)
        certificate_file, key_file = self.folder / f"{file}.crt", self.folder / f"{file}.key"
        signed = builder.sign(self._key, hashes.SHA256())
        certificate_file.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
        write_key(key_file, key)
        return certificate_file, key_file

    def _started(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey, lifetime: timedelta
    ) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        # An hour back, also for what has expired: a certificate must not end before it begins.
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._subject)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1) + min(lifetime, timedelta()))
            .not_valid_after(now + lifetime)
        )


def write_key(file: Path, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> None:
    """Write a private key as PEM that only its owner reads."""
    file.touch(mode=0o600)
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
