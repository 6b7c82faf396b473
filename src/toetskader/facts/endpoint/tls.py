"""What is seen of TLS on an endpoint, on each of its addresses."""

import shlex
from enum import StrEnum
from typing import Literal

import msgspec

from toetskader.facts.addresses import is_address, shown_with_port
from toetskader.facts.attempt import Provenance
from toetskader.facts.endpoint.certificates import Chain
from toetskader.text import Text

VERSIONS = ("SSL 2.0", "SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3")
"""Oldest first."""


class Answer(StrEnum):
    """Outcome of one test."""

    YES = "yes"
    NO = "no"
    NOT_APPLICABLE = "not_applicable"
    """The server offers nothing on which it could be tested."""
    UNKNOWN = "unknown"
    """Could not be tested, for the reason given."""


class Aspect(msgspec.Struct, frozen=True, kw_only=True):
    """One property of a server, or why it is not known."""

    answer: Answer
    reason: Text | None = None
    """Why it is unknown or does not apply; always there then."""
    detail: str = ""
    """What was seen, for people: the name of a compression method, the lines of an answer."""

    @property
    def yes(self) -> bool:
        """True when the server has the property."""
        return self.answer is Answer.YES

    @property
    def no(self) -> bool:
        """True when the server was seen not to have the property."""
        return self.answer is Answer.NO


class Order(StrEnum):
    """Whose order of suites counts."""

    SERVER = "server"
    CLIENT = "client"
    SINGLE = "single"
    """There is one suite, or none, so nothing to order."""
    UNKNOWN = "unknown"


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """One version of the protocol on one address."""

    name: str
    """One of `VERSIONS`."""
    accepted: Answer
    """`yes`, `no` or `unknown`."""
    reason: Text | None = None
    """Why it is not known."""
    suites: tuple[str, ...] = ()
    """Suites it accepts, by their names in the IANA registry, in the order in which the server chose them."""
    unfinished: Text | None = None
    """Why there may be more suites than these."""
    only_new: bool = False
    """True when suites seen with a newer version were not asked for again: it may accept those too."""
    order: Order = Order.UNKNOWN
    order_reason: Text | None = None
    """Why it is not known whose order counts."""


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """A group for key exchange that the server accepts."""

    name: str
    """As the IANA registry names it (`x25519`, `ffdhe3072`); `DH-2048` for a finite field that no standard names."""
    kind: Literal["elliptic", "finite_field", "hybrid", "other"]
    bits: int = 0
    """Size of the prime of a finite field, or of a curve where it is known."""
    versions: tuple[str, ...]
    """Versions it was seen with; it may be accepted with others too, as what is known already is not asked again."""


class KeyExchangeHash(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the server signs its key exchange with a hash in TLS 1.2, when a client offers no other."""

    name: str
    """`md5`, `sha1`, `sha224`."""
    accepted: Aspect


class StapleState(StrEnum):
    """Proof of the certificate's status that the server hands out itself (OCSP stapling)."""

    NOT_IN_CERTIFICATE = "not_in_certificate"
    """The certificate names no place to ask, so there is nothing to staple."""
    NONE = "none"
    GOOD = "good"
    BAD = "bad"
    REVOKED = "revoked"
    """The issuer says that it revoked the certificate, in a proof that is signed and in time."""
    UNKNOWN = "unknown"


class Staple(msgspec.Struct, frozen=True, kw_only=True):
    """What was stapled, and why it is not good."""

    state: StapleState
    reason: Text | None = None


class ClientCertificate(StrEnum):
    """Whether the server wants a certificate of its client (mutual TLS)."""

    NONE = "none"
    """Not asked for."""
    REQUESTED = "requested"
    """Asked for; without one the connection is made as well."""
    REQUIRED = "required"
    """Without one there is no connection, or no answer over it."""
    UNKNOWN = "unknown"


class ClientAuthentication(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of a client without a certificate."""

    state: ClientCertificate
    reason: Text | None = None
    """Why it is unknown, or how the connection ended."""
    status: int = 0
    """HTTP status of the answer without one; 0 when there was none."""


class AddressTls(msgspec.Struct, frozen=True, kw_only=True):
    """One address of the endpoint."""

    address: str
    reachable: bool
    """True when TLS could be spoken: some version was negotiated."""
    reason: Text | None = None
    """Why it could not; always there when it is not reachable."""
    plaintext: str = ""
    """The first bytes of an answer that is no TLS, for people; empty when the answer is."""
    versions: tuple[Version, ...] = ()
    """One for each of `VERSIONS`, oldest first; empty when it is not reachable."""
    groups: tuple[Group, ...] = ()
    groups_unfinished: Text | None = None
    """Why there may be more groups than these."""
    hashes: tuple[KeyExchangeHash, ...] = ()
    secure_renegotiation: Aspect
    client_renegotiation: Aspect
    compression: Aspect
    early_data: Aspect
    """0-RTT in TLS 1.3."""
    extended_master_secret: Aspect
    staple: Staple
    client_authentication: ClientAuthentication
    chains: tuple[Chain, ...] = ()
    """Distinct chains: a server can have a certificate of more than one kind."""
    chains_unfinished: Text | None = None
    """Why chains could not be seen, or not all."""
    handshakes: int = 0
    """Handshakes that were started."""
    kept_off: bool = False
    """True when it takes no more of what it, or the service behind it, took before: something keeps us off."""

    @property
    def accepted(self) -> tuple[Version, ...]:
        """Versions the server speaks."""
        return tuple(version for version in self.versions if version.accepted is Answer.YES)

    def version(self, name: str) -> Version | None:
        """Return what was seen of a version."""
        return next((version for version in self.versions if version.name == name), None)

    @property
    def post_quantum(self) -> tuple[str, ...]:
        """Hybrid groups that resist quantum computers."""
        return tuple(group.name for group in self.groups if group.kind == "hybrid")


class TlsFacts(msgspec.Struct, frozen=True, kw_only=True, tag="tls"):
    """TLS on every address of one endpoint."""

    provenance: Provenance
    commands: tuple[str, ...]
    """How an auditor sees the same."""
    host: str
    port: int
    addresses: tuple[AddressTls, ...]
    """Every address that was given, at most as many as are measured; never empty."""
    addresses_left_out: int = 0
    """Addresses beyond those measured."""
    addresses_unseen: Text | None = None
    """Why there may be addresses that are not known: the DNS did not tell of one kind."""

    @property
    def reachable(self) -> tuple[AddressTls, ...]:
        """Addresses on which TLS was spoken."""
        return tuple(item for item in self.addresses if item.reachable)

    def where(self, address: str) -> str:
        """Name an address for a finding: `app.example.nl (192.0.2.1:443)`."""
        return f"{self.host} ({shown_with_port(address, self.port)})"

    def command(self, address: str, *options: str) -> str:
        """Return the command that connects to an address as was done here, for a terminal."""
        return connect_command(self.host, shown_with_port(address, self.port), *options)


def connect_command(host: str, where: str, *options: str) -> str:
    """Return an `openssl s_client` for a terminal. Parameters: `host`, the name to ask for; `where`, address:port."""
    named = () if is_address(host) else ("-servername", host)
    return shlex.join(("openssl", "s_client", "-connect", where, *named, *options))


_PARTS = (
    ("AES_128_CBC", "AES128"),
    ("AES_256_CBC", "AES256"),
    ("AES_128", "AES128"),
    ("AES_256", "AES256"),
    ("CAMELLIA_128_CBC", "CAMELLIA128"),
    ("CAMELLIA_256_CBC", "CAMELLIA256"),
    ("ARIA_128", "ARIA128"),
    ("ARIA_256", "ARIA256"),
    ("3DES_EDE_CBC", "DES-CBC3"),
    ("DES40_CBC", "DES-CBC"),
    ("RC2_CBC_40", "RC2-CBC"),
    ("RC4_128", "RC4"),
    ("RC4_40", "RC4"),
    ("SEED_CBC", "SEED"),
    ("CHACHA20_POLY1305_SHA256", "CHACHA20-POLY1305"),
    ("CCM_8", "CCM8"),
)


def openssl_name(suite: str) -> str:
    """Return the name by which OpenSSL knows a suite of TLS 1.2 or older; a suite of TLS 1.3 keeps its own."""
    exchange, with_, cipher = suite.removeprefix("TLS_").partition("_WITH_")
    if not with_:
        return suite
    exported = "_EXPORT" in exchange
    exchange = exchange.replace("_EXPORT", "")
    for part, shown in _PARTS:
        cipher = cipher.replace(part, shown)
    exchange = {"RSA": "", "DH_anon": "ADH", "ECDH_anon": "AECDH"}.get(exchange, exchange)
    if exchange.startswith("DHE_") and cipher.startswith(("DES_CBC_", "DES-CBC_")):
        exchange = exchange.replace("DHE_", "EDH_")
    if exchange == "ECDHE_RSA" and cipher.startswith("ARIA"):
        exchange = "ECDHE"
    parts = ("EXP" if exported else "", exchange, cipher)
    return "-".join(part for part in parts if part).replace("_", "-")
