"""The first messages of a TLS handshake: what a client sends, and how an answer is read. No network, no cryptography.

The answer to a ClientHello shows, unencrypted, nearly all that is asked here: up to TLS 1.2 the whole flight of the
server (suite, group, signature hash, certificates, staple, demand for a client certificate), in TLS 1.3 the suite and
group, as a ServerHello or as a HelloRetryRequest. So a server can be asked for groups and suites that no library on
this machine speaks, and each question costs one flight. Formats: RFC 5246, 8446, 8422, 7919, 6066, 5746, 7627; SSL 2.0
as its draft of 1995.
"""

import os
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from toetskader.collect.endpoint.tls.registry import (
    RENEGOTIATION_SCSV,
    SIGNATURE_ALGORITHMS,
    SSL2_SUITES,
    Version,
    suite_name,
)
from toetskader.core.failure import Unreadable

CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE = 20, 21, 22
CLIENT_HELLO, SERVER_HELLO, CERTIFICATE, SERVER_KEY_EXCHANGE = 1, 2, 11, 12
CERTIFICATE_REQUEST, SERVER_HELLO_DONE, CERTIFICATE_STATUS = 13, 14, 22
LARGEST_RECORD = (1 << 14) + 2048
LARGEST_FLIGHT = 1 << 20
"""Bytes of one answer that are read."""
MOST_CERTIFICATES = 10
"""Certificates of one chain that are kept."""

# The random value by which a HelloRetryRequest is known (RFC 8446, 4.1.3).
RETRY_RANDOM = bytes.fromhex("CF21AD74E59A6111BE1D8C021E65B891C2A211167ABB8C5E079E09E2C8A8339C")


class WireError(Unreadable):
    """What came is not TLS, or not within limits. The argument says what, for people, in English."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a client offers in one hello."""

    version: Version
    suites: Sequence[int]
    groups: Sequence[int] = ()
    signatures: Sequence[int] = SIGNATURE_ALGORITHMS
    any_certificate: bool = False
    """True to say that certificates may be signed with any algorithm, other than the handshake."""
    compressions: Sequence[int] = (0,)
    server_name: str = ""
    """Empty for an address: those are never sent (RFC 6066, 3)."""
    protocols: Sequence[str] = ()
    """Protocols for over the connection, the best first (ALPN, RFC 7301); without any, nothing is said of them."""
    key_shares: Sequence[tuple[int, bytes]] = ()
    """Public keys for TLS 1.3; without any, the server answers with the group of its choice."""


@dataclass(slots=True)
class Flight:
    """What a server answered, as far as it was read."""

    version: int = 0
    suite: int = -1
    compression: int = 0
    extensions: dict[int, bytes] = field(default_factory=dict)
    retry: bool = False
    """True for a HelloRetryRequest."""
    group: int | None = None
    """Named group of the key exchange."""
    explicit_curve: bool = False
    prime: int | None = None
    """Prime of a finite field."""
    signature: int | None = None
    """Signature algorithm on the key exchange; TLS 1.2 only."""
    certificates: list[bytes] = field(default_factory=list)
    certificates_left_out: int = 0
    staple: bytes = b""
    wants_client_certificate: bool = False
    done: bool = False
    """True when the flight was read to its end."""
    alert: int | None = None
    ssl2_suites: tuple[int, ...] = ()

    @property
    def answered(self) -> bool:
        """True when the server chose something."""
        return self.suite >= 0


def _block(size: int, data: bytes) -> bytes:
    """Prefix data with its length in so many bytes."""
    return len(data).to_bytes(size, "big") + data


def _numbers(values: Sequence[int]) -> bytes:
    return b"".join(value.to_bytes(2, "big") for value in values)


def client_hello(offer: Offer) -> bytes:
    """Build the record with a ClientHello."""
    extensions = b"" if offer.version is Version.SSL3 else _extensions(offer)
    suites = _numbers(offer.suites)
    if offer.version is Version.SSL3:
        suites += _numbers((RENEGOTIATION_SCSV,))
    session = os.urandom(32) if offer.version is Version.TLS13 else b""
    body = min(offer.version, Version.TLS12).to_bytes(2, "big") + os.urandom(32) + _block(1, session)
    body += _block(2, suites) + _block(1, bytes(offer.compressions))
    body += _block(2, extensions) if extensions else b""
    message = bytes((CLIENT_HELLO,)) + _block(3, body)
    record_version = Version.SSL3 if offer.version is Version.SSL3 else Version.TLS10
    return struct.pack("!BH", HANDSHAKE, record_version) + _block(2, message)


def _extensions(offer: Offer) -> bytes:
    made: list[tuple[int, bytes]] = []
    if offer.server_name:
        made.append((0, _block(2, b"\0" + _block(2, offer.server_name.encode("ascii")))))
    made.append((5, b"\1\0\0\0\0"))  # status_request: OCSP
    if offer.groups:
        made.append((10, _block(2, _numbers(offer.groups))))
    if offer.protocols:
        made.append((16, _block(2, b"".join(_block(1, name.encode("ascii")) for name in offer.protocols))))
    if offer.version is Version.TLS13:
        shares = b"".join(group.to_bytes(2, "big") + _block(2, key) for group, key in offer.key_shares)
        made += [(43, b"\2\3\4"), (45, b"\1\1"), (51, _block(2, shares))]
    else:
        made += [(11, b"\1\0"), (23, b""), (0xFF01, b"\0")]  # point format, extended master secret, renegotiation
    if offer.version >= Version.TLS12:
        made.append((13, _block(2, _numbers(offer.signatures))))
        if offer.any_certificate:
            made.append((50, _block(2, _numbers(SIGNATURE_ALGORITHMS))))
    return b"".join(code.to_bytes(2, "big") + _block(2, data) for code, data in made)


def ssl2_hello() -> bytes:
    """Build a CLIENT-HELLO of SSL 2.0, with every suite it has."""
    suites = b"".join(code.to_bytes(3, "big") for code in SSL2_SUITES)
    body = struct.pack("!BHHHH", CLIENT_HELLO, Version.SSL2, len(suites), 0, 16) + suites + os.urandom(16)
    return (0x8000 | len(body)).to_bytes(2, "big") + body


class _Reader:
    """Reads parts off a message; what is too short is a `WireError`."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def __len__(self) -> int:
        return len(self._data) - self._at

    def take(self, count: int) -> bytes:
        if count > len(self):
            raise WireError("a message is shorter than it says")
        self._at += count
        return self._data[self._at - count : self._at]

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")

    def block(self, size: int) -> bytes:
        return self.take(self.number(size))


class FlightReader:
    """Takes the bytes of an answer as they come, and reads the flight from them."""

    def __init__(self, offered: Version) -> None:
        self.flight = Flight()
        self._offered = offered
        self._records = bytearray()
        self._handshake = bytearray()
        self._taken = 0
        self._any_record = False

    @property
    def first_bytes(self) -> bytes:
        """The start of an answer that does not even look like TLS; empty for one that does."""
        looks_like_tls = self._any_record or bytes(self._records[:1]) in (b"\x14", b"\x15", b"\x16")
        return b"" if looks_like_tls else bytes(self._records[:64])

    def feed(self, data: bytes) -> bool:
        """Take bytes; return whether the flight is complete, or ended in an alert. Raises WireError."""
        self._taken += len(data)
        if self._taken > LARGEST_FLIGHT:
            raise WireError(f"more than {LARGEST_FLIGHT // 1024} KiB of handshake")
        self._records += data
        if self._offered is Version.SSL2:
            return self._ssl2()
        while len(self._records) >= 5:
            kind, version, length = struct.unpack("!BHH", self._records[:5])
            if kind not in (CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE) or version >> 8 != 3:
                raise WireError("the answer is not TLS")
            if length > LARGEST_RECORD:
                raise WireError("a record is longer than TLS allows")
            if len(self._records) < 5 + length:
                return False
            body = bytes(self._records[5 : 5 + length])
            del self._records[: 5 + length]
            self._any_record = True
            if self._record(kind, body):
                return True
        return False

    def _record(self, kind: int, body: bytes) -> bool:
        if kind == ALERT:
            if len(body) < 2:
                raise WireError("an alert is shorter than it should be")
            if body[0] == 1 and body[1] in (112, 0x5A):  # a warning: the name is not known, or the user stopped
                return False
            self.flight.alert = body[1]
            return True
        if kind == HANDSHAKE:
            self._handshake += body
            return self._messages()
        return False

    def _messages(self) -> bool:
        while len(self._handshake) >= 4:
            kind, length = self._handshake[0], int.from_bytes(self._handshake[1:4], "big")
            if length > LARGEST_FLIGHT:
                raise WireError(f"a message says to be {length} bytes long")
            if len(self._handshake) < 4 + length:
                return False
            body = bytes(self._handshake[4 : 4 + length])
            del self._handshake[: 4 + length]
            if self._message(kind, body):
                self.flight.done = True
                return True
        return False

    def _message(self, kind: int, body: bytes) -> bool:
        """Read one message; return whether it is the last that is of use."""
        if not self.flight.answered and kind != SERVER_HELLO:
            raise WireError("the answer starts with another message than a ServerHello")
        match kind:
            case 2:
                read_server_hello(body, self.flight)
                return self.flight.version >= Version.TLS13
            case 11:
                read_certificates(body, self.flight)
            case 12:
                read_key_exchange(body, self.flight)
            case 13:
                self.flight.wants_client_certificate = True
            case 14:
                return True
            case 22:
                reader = _Reader(body)
                if reader.number(1) == 1:
                    self.flight.staple = reader.block(3)
        return False

    def _ssl2(self) -> bool:
        if len(self._records) < 2:
            return False
        if self._records[0] in (ALERT, HANDSHAKE) and len(self._records) >= 3 and self._records[1] == 3:
            self.flight.alert = self._records[6] if len(self._records) > 6 else 0
            return True
        if not self._records[0] & 0x80:
            raise WireError("the answer is not SSL 2.0")
        length = int.from_bytes(self._records[:2], "big") & 0x7FFF
        if len(self._records) < 2 + length:
            return False
        read_ssl2(bytes(self._records[2 : 2 + length]), self.flight)
        return True


def read_server_hello(body: bytes, flight: Flight) -> None:
    """Read a ServerHello or HelloRetryRequest. Raises WireError."""
    reader = _Reader(body)
    flight.version = reader.number(2)
    random = reader.take(32)
    reader.block(1)
    suite = reader.number(2)
    flight.compression = reader.number(1)
    flight.retry = random == RETRY_RANDOM
    extensions = _Reader(reader.block(2) if len(reader) else b"")
    while len(extensions):
        code = extensions.number(2)
        flight.extensions[code] = extensions.block(2)
    if 43 in flight.extensions:
        flight.version = _Reader(flight.extensions[43]).number(2)
    if flight.version >= Version.TLS13 and 51 in flight.extensions:
        flight.group = _Reader(flight.extensions[51]).number(2)
    flight.suite = suite


def read_certificates(body: bytes, flight: Flight) -> None:
    """Read a Certificate message of TLS 1.2 or older; as many certificates as are kept. Raises WireError."""
    reader = _Reader(_Reader(body).block(3))
    while len(reader):
        certificate = reader.block(3)
        if len(flight.certificates) < MOST_CERTIFICATES:
            flight.certificates.append(certificate)
        else:
            flight.certificates_left_out += 1


def read_key_exchange(body: bytes, flight: Flight) -> None:
    """Read a ServerKeyExchange, by the suite that was chosen. Raises WireError."""
    exchange = suite_name(flight.suite).removeprefix("TLS_").partition("_WITH_")[0]
    reader = _Reader(body)
    if "PSK" in exchange:
        reader.block(2)
    if exchange.startswith("ECDH"):
        if reader.number(1) != 3:
            flight.explicit_curve = True
            return
        flight.group = reader.number(2)
        reader.block(1)
    elif exchange.startswith("DH"):
        flight.prime = int.from_bytes(reader.block(2), "big")
        reader.block(2)
        reader.block(2)
    else:
        return
    if flight.version >= Version.TLS12 and len(reader) and "anon" not in exchange and "PSK" not in exchange:
        flight.signature = reader.number(2)


def read_ssl2(body: bytes, flight: Flight) -> None:
    """Read a SERVER-HELLO of SSL 2.0. Raises WireError."""
    reader = _Reader(body)
    if reader.number(1) != 4:  # an error message
        flight.alert = 40
        return
    reader.take(2)
    flight.version = reader.number(2)
    certificate, suites, _ = reader.number(2), reader.number(2), reader.number(2)
    if certificate:
        flight.certificates.append(reader.take(certificate))
    flight.ssl2_suites = tuple(_triples(reader.take(suites)))
    if flight.ssl2_suites:
        flight.suite = 0
    flight.done = True


def _triples(data: bytes) -> Iterator[int]:
    for at in range(0, len(data) - 2, 3):
        yield int.from_bytes(data[at : at + 3], "big")
