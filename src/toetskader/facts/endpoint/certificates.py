"""The certificates a server sends, and what can be told from them without asking anyone."""

import ipaddress
from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from toetskader.facts.addresses import is_address
from toetskader.text import Text


class Validated(StrEnum):
    """What the authority says it verified (CA/Browser Forum policy identifiers)."""

    DOMAIN = "domain"
    ORGANISATION = "organisation"
    INDIVIDUAL = "individual"
    EXTENDED = "extended"
    UNKNOWN = "unknown"
    """The certificate does not say."""


class Certificate(msgspec.Struct, frozen=True, kw_only=True):
    """One certificate as it was sent. Texts in it are the supplier's: escaped, and cut at a length."""

    sha256: str
    """Hexadecimal, of the whole certificate."""
    sha512: str = ""
    public_key_sha256: str = ""
    """Hexadecimal, of the key as it stands in the certificate (SubjectPublicKeyInfo): what TLSA records hold."""
    public_key_sha512: str = ""
    problem: Text | None = None
    """Why it, or part of it, could not be read; the fields below are then as far as was read."""
    subject: str = ""
    issuer: str = ""
    serial: str = ""
    """Hexadecimal."""
    has_san: bool = False
    """True when it has alternative names at all."""
    names: tuple[str, ...] = ()
    """DNS names among the alternative names, in lower case, as many as are kept."""
    ip_addresses: tuple[str, ...] = ()
    names_left_out: int = 0
    """Alternative names beyond those kept."""
    key_type: str = ""
    """`RSA`, `RSASSA-PSS`, `EC`, `Ed25519`, `Ed448`, `DSA`, or the identifier of another algorithm."""
    key_bits: int = 0
    curve: str = ""
    """Of an EC key, as TLS names it: `secp256r1`."""
    signature: str = ""
    """`RSA`, `RSASSA-PSS`, `ECDSA`, `Ed25519`, `Ed448`, `DSA`, or the identifier of another algorithm."""
    signature_hash: str = ""
    """`sha256`; empty for a signature that needs none to be named (EdDSA)."""
    not_before: datetime | None = None
    not_after: datetime | None = None
    self_signed: bool = False
    """True when issuer and subject are the same and its own key verifies it: a root, or signed by its owner."""
    is_ca: bool = False
    for_servers: bool = True
    """False when it says what it may be used for, and a server is not among it (extended key usage)."""
    ocsp: tuple[str, ...] = ()
    """Where its status can be asked."""
    must_staple: bool = False
    organisation: str = ""
    """O of the subject."""
    validated: Validated = Validated.UNKNOWN

    @property
    def place(self) -> str:
        """Short name for people: the common name, or the first alternative name."""
        for part in self.subject.split(","):
            key, _, value = part.partition("=")
            if key.strip() == "CN" and value:
                return value
        return self.names[0] if self.names else self.subject or self.sha256[:16]

    @property
    def key(self) -> str:
        """The key for people: `RSA 2048`, `EC secp256r1`."""
        if self.key_type == "EC":
            return f"EC {self.curve or 'unknown'}"
        return f"{self.key_type} {self.key_bits}" if self.key_bits and "Ed" not in self.key_type else self.key_type

    @property
    def signed_with(self) -> str:
        """The signature for people: `ECDSA sha256`."""
        return f"{self.signature} {self.signature_hash}".strip()

    @property
    def wildcards(self) -> tuple[str, ...]:
        """Names in it that stand for many."""
        return tuple(name for name in self.names if "*" in name)

    def valid_on(self, moment: datetime) -> bool | None:
        """Tell whether it is within its dates; None when they could not be read."""
        if self.not_before is None or self.not_after is None:
            return None
        return self.not_before <= moment <= self.not_after

    def expires_soon(self, moment: datetime, days: int, part: int) -> bool:
        """Tell whether it ends within so many days, and less than one part of its life is left.

        A certificate for six days that is renewed every three is not about to expire on any of them.
        Parameters: `moment`, with a time zone; `part`, 3 for a third.
        """
        if self.not_before is None or self.not_after is None:
            return False
        left = self.not_after - moment
        return left <= min(timedelta(days=days), (self.not_after - self.not_before) / part)

    def matches(self, host: str) -> bool | None:
        """Tell whether it is for a host, by its alternative names only (RFC 9525, 6).

        A wildcard stands for exactly one label, and must be the whole of the leftmost one. A name with a dot at the
        end is no dNSName (RFC 5280, 4.2.1.6; RFC 1034, 3.5), and matches nothing. None when names were left out, and
        those that were kept do not match.
        """
        if is_address(host):
            wanted = str(ipaddress.ip_address(host))
            found = wanted in self.ip_addresses
        else:
            found = any(_name_matches(name, host.lower().rstrip(".")) for name in self.names)
        if not found and (self.names_left_out or (self.problem is not None and not self.has_san)):
            return None
        return found


def _name_matches(name: str, host: str) -> bool:
    if not name.startswith("*."):
        return "*" not in name and name == host
    first, _, rest = host.partition(".")
    parent = name.removeprefix("*.")
    return bool(first) and "*" not in parent and "." in parent and rest == parent


class Trust(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a path leads from a chain to a store of public authorities. Dates and names are judged apart."""

    trusted: bool | None
    """None when it could not be looked at."""
    store: str
    """Store that was looked in, with its version: `Mozilla (2026-03-28)`."""
    reason: Text | None = None
    """Why there is no path, or why it was not looked at."""
    path: tuple[str, ...] = ()
    """Subjects from the certificate of the server to the root."""
    used: tuple[str, ...] = ()
    """SHA-256 of those certificates; what else was sent is not in the path."""
    validated: Validated | None = None
    """What was verified of the owner, as far as every authority on the path may say so; None without a path.

    Where the server's own is out of its dates, by the path that there was when it was not."""


class Chain(msgspec.Struct, frozen=True, kw_only=True):
    """The certificates of one handshake, the server's own first."""

    certificates: tuple[Certificate, ...]
    """As many as are kept; never empty."""
    left_out: int = 0
    """Certificates beyond those kept."""
    seen_with: tuple[str, ...]
    """Versions and authentication it was sent with: `TLS 1.2 RSA`."""
    trust: Trust

    @property
    def leaf(self) -> Certificate:
        """The server's own."""
        return self.certificates[0]

    def in_path(self) -> Iterator[Certificate]:
        """Yield those that were sent and that a client needs to trust the first: its path to a root, without the root.

        Without a path that is all that was sent: which of them would have been in it is not known.
        """
        used = self.trust.used
        return (item for item in self.judged() if not used or item.sha256 in used)

    def beside_path(self) -> Iterator[Certificate]:
        """Yield those that were sent and are in no path, though there is one."""
        used = self.trust.used
        return (item for item in self.judged() if used and item.sha256 not in used)

    def judged(self) -> Iterator[Certificate]:
        """Yield those whose key and signature count: all but a root, whose own signature proves nothing."""
        yield self.leaf
        for certificate in self.certificates[1:]:
            if not certificate.self_signed:
                yield certificate
