"""Zones of the DNS laboratory: what stands in them, how they are signed, and what is wrong with that."""

import base64
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, cast

import dns.dnssec
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import dns.zone
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from dns.dnssectypes import Algorithm, DSDigest
from dns.rdtypes.ANY.DNSKEY import DNSKEY
from dns.rdtypes.ANY.DS import DS
from dns.rdtypes.ANY.NSEC import NSEC
from dns.rdtypes.ANY.NSEC3 import NSEC3
from dns.rdtypes.ANY.RRSIG import RRSIG
from dns.rdtypes.util import Bitmap

KEY_FLAGS = 257
"""A zone key that is an entry point: one key signs everything in a laboratory."""
VALID_FOR = timedelta(days=30)
BEFORE = timedelta(days=3)
"""More than the day by which resolvers allow clocks to differ."""
TTL = 300
MADE_UP_ALGORITHM = 12
"""An algorithm that validators do not know (GOST, never widely deployed)."""
_IN = dns.rdataclass.IN


Made = TypeVar("Made", bound=dns.rdata.Rdata)


class Flaw(StrEnum):
    """What is wrong with a zone's signatures."""

    NONE = "none"
    UNSIGNED = "unsigned"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    WRONG_DS = "wrong_ds"
    MISSING_DNSKEY = "missing_dnskey"
    MISSING_RRSIG = "missing_rrsig"
    BAD_SIGNATURE = "bad_signature"
    UNSUPPORTED = "unsupported"
    """Signed with an algorithm that nobody verifies."""
    BAD_DENIAL = "bad_denial"
    """What does not exist is denied without proof."""


class Denial(StrEnum):
    """How a zone proves that something does not exist."""

    NSEC = "nsec"
    NSEC3 = "nsec3"
    OPT_OUT = "nsec3_opt_out"
    """NSEC3 that leaves out delegations to unsigned zones."""


@dataclass(frozen=True)
class LabZone:
    """A zone as a test or example asks for it."""

    name: str
    """With or without a dot at the end."""
    records: str = ""
    """In zone-file form; names without a dot at the end are relative to the zone. SOA and NS are added."""
    flaw: Flaw = Flaw.NONE
    denial: Denial = Denial.NSEC
    algorithms: tuple[Algorithm, ...] = (Algorithm.ECDSAP256SHA256,)
    """More than one: as during a rollover, with a DS and a key of each."""
    iterations: int = 0
    """Extra rounds of NSEC3."""
    name_servers: str = "@ NS ns1\n@ NS ns2\nns1 A 127.0.0.1\nns1 AAAA ::1\nns2 A 127.0.0.1\nns2 AAAA ::1\n"
    """Records of its name servers, in zone-file form."""


@dataclass(frozen=True)
class SigningKey:
    """A private key and its DNSKEY record."""

    private: Any
    public: DNSKEY


@dataclass
class ServedZone:
    """A zone ready to be served."""

    name: dns.name.Name
    denial: Denial
    iterations: int
    hides_denial: bool = False
    rrsets: dict[tuple[dns.name.Name, int], dns.rrset.RRset] = field(default_factory=dict)
    signatures: dict[tuple[dns.name.Name, int], dns.rrset.RRset] = field(default_factory=dict)
    names: set[dns.name.Name] = field(default_factory=set)
    """Every name that exists, also those that only have names below them."""
    nsec: list[dns.rrset.RRset] = field(default_factory=list)
    nsec3: list[dns.rrset.RRset] = field(default_factory=list)

    def rrset(self, name: dns.name.Name, type_: int) -> dns.rrset.RRset | None:
        """Return the records of a name and type."""
        return self.rrsets.get((name, type_))

    def hash(self, name: dns.name.Name) -> bytes:
        """Return the NSEC3 hash of a name, as bytes."""
        return base64.b32hexdecode(dns.dnssec.nsec3_hash(name, b"", self.iterations, 1))


def _record(kind: type[Made], *values: Any) -> Made:
    """Make a record of a class that has no types of its own."""
    make: Any = kind
    made: Made = make(_IN, *values)
    return made


def make_key(algorithm: Algorithm) -> SigningKey:
    """Make a key for an algorithm: ECDSA, RSA or Ed25519."""
    if algorithm == Algorithm.ECDSAP256SHA256:
        private: Any = ec.generate_private_key(ec.SECP256R1())
    elif algorithm == Algorithm.ECDSAP384SHA384:
        private = ec.generate_private_key(ec.SECP384R1())
    elif algorithm == Algorithm.ED25519:
        private = ed25519.Ed25519PrivateKey.generate()
    else:
        private = _rsa_key()
    return SigningKey(private, dns.dnssec.make_dnskey(private.public_key(), algorithm, flags=KEY_FLAGS))


@cache
def _rsa_key() -> rsa.RSAPrivateKey:
    """Return the one RSA key of this process: making one takes long."""
    return rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


def unknown_key() -> DNSKEY:
    """Return a key of an algorithm that validators do not know."""
    return _record(DNSKEY, dns.rdatatype.DNSKEY, KEY_FLAGS, 3, Algorithm(MADE_UP_ALGORITHM), secrets.token_bytes(64))


def fingerprints(zone: LabZone, keys: tuple[SigningKey, ...]) -> tuple[DS, ...]:
    """Return the DS records that the zone above holds; none for an unsigned zone."""
    name = dns.name.from_text(zone.name)
    if zone.flaw is Flaw.UNSIGNED:
        return ()
    if zone.flaw is Flaw.UNSUPPORTED:
        public: tuple[DNSKEY, ...] = (_unknown_key_of(zone.name),)
    elif zone.flaw is Flaw.WRONG_DS:
        public = tuple(make_key(key.public.algorithm).public for key in keys)
        if any(key.public in public for key in keys):  # RSA has one key: another fingerprint of it
            public = (make_key(Algorithm.ED25519).public,)
    else:
        public = tuple(key.public for key in keys)
    return tuple(dns.dnssec.make_ds(name, key, DSDigest.SHA256, policy=dns.dnssec.allow_all_policy) for key in public)


@cache
def _unknown_key_of(name: str) -> DNSKEY:  # noqa: ARG001 - one key for each zone
    return unknown_key()


def build(
    zone: LabZone,
    keys: tuple[SigningKey, ...],
    delegations: dict[dns.name.Name, tuple[DS, ...]],
    now: datetime,
) -> ServedZone:
    """Return a zone signed as asked.

    Parameters: `delegations`, zones right below it with the DS records of each; `now`, the moment around which its
    signatures are valid.
    """
    served = ServedZone(dns.name.from_text(zone.name).canonicalize(), zone.denial, zone.iterations)
    served.hides_denial = zone.flaw is Flaw.BAD_DENIAL
    _fill(served, zone)
    for child, fingerprints_ in delegations.items():
        _put(served, dns.rrset.from_text(child, TTL, _IN, "NS", f"ns1.{child.to_text()}"))
        if fingerprints_:
            _put(served, dns.rrset.from_rdata_list(child, TTL, list(fingerprints_)))
    _add_names(served)
    if zone.flaw is not Flaw.UNSIGNED:
        public = [_unknown_key_of(zone.name)] if zone.flaw is Flaw.UNSUPPORTED else [key.public for key in keys]
        _put(served, dns.rrset.from_rdata_list(served.name, TTL, public))
        _add_denial(served, {child for child, ds in delegations.items() if not ds}, set(delegations))
        _sign(served, zone, keys, set(delegations), now)
    if zone.flaw is Flaw.MISSING_DNSKEY:
        for table in (served.rrsets, served.signatures):
            table.pop((served.name, dns.rdatatype.DNSKEY), None)
    return served


def _fill(served: ServedZone, zone: LabZone) -> None:
    text = f"$TTL {TTL}\n@ SOA ns1 hostmaster 1 3600 600 86400 {TTL}\n{zone.name_servers}\n{zone.records}\n"
    read = dns.zone.from_text(text, origin=served.name, relativize=False)
    for name in read:
        for rdataset in read.find_node(name):
            _put(served, dns.rrset.from_rdata_list(dns.name.from_text(str(name)), rdataset.ttl, list(rdataset)))


def _put(served: ServedZone, rrset: dns.rrset.RRset) -> None:
    served.rrsets[rrset.name.canonicalize(), rrset.rdtype] = rrset


def _add_names(served: ServedZone) -> None:
    for name, _ in served.rrsets:
        above = name
        while above != served.name and above not in served.names:
            served.names.add(above)
            above = above.parent()
    served.names.add(served.name)


def _types_at(served: ServedZone, name: dns.name.Name) -> set[int]:
    return {type_ for owner, type_ in served.rrsets if owner == name}


def _add_denial(served: ServedZone, unsigned: set[dns.name.Name], delegations: set[dns.name.Name]) -> None:
    if served.denial is Denial.NSEC:
        names = sorted(name for name in served.names if _types_at(served, name))
        for name, following in zip(names, [*names[1:], names[0]], strict=True):
            types = {*_types_at(served, name), dns.rdatatype.RRSIG, dns.rdatatype.NSEC}
            record = _record(NSEC, dns.rdatatype.NSEC, following, _windows(types))
            rrset = dns.rrset.from_rdata(name, TTL, record)
            served.nsec.append(rrset)
            _put(served, rrset)
        return
    opt_out = served.denial is Denial.OPT_OUT
    names = sorted(served.names - unsigned if opt_out else served.names, key=served.hash)
    for name, following in zip(names, [*names[1:], names[0]], strict=True):
        types = _types_at(served, name)
        if types and (name not in delegations or dns.rdatatype.DS in types):
            types.add(dns.rdatatype.RRSIG)
        record3 = _record(
            NSEC3, dns.rdatatype.NSEC3, 1, int(opt_out), served.iterations, b"", served.hash(following), _windows(types)
        )
        owner = dns.name.from_text(base64.b32hexencode(served.hash(name)).decode().lower(), served.name)
        served.nsec3.append(dns.rrset.from_rdata(owner, TTL, record3))


def _windows(types: set[int]) -> Any:
    return Bitmap.from_rdtypes([dns.rdatatype.RdataType(type_) for type_ in types]).windows


def _signed(served: ServedZone, delegations: set[dns.name.Name]) -> Iterator[dns.rrset.RRset]:
    """Yield the records that a zone signs: not the NS records of what it gave away."""
    for (name, type_), rrset in served.rrsets.items():
        if name not in delegations or type_ in (dns.rdatatype.DS, dns.rdatatype.NSEC):
            yield rrset
    yield from served.nsec3


def _sign(
    served: ServedZone, zone: LabZone, keys: tuple[SigningKey, ...], delegations: set[dns.name.Name], now: datetime
) -> None:
    first, last = now - BEFORE, now + VALID_FOR
    if zone.flaw is Flaw.EXPIRED:
        first, last = now - VALID_FOR, now - BEFORE
    if zone.flaw is Flaw.NOT_YET_VALID:
        first, last = now + BEFORE, now + VALID_FOR
    for rrset in _signed(served, delegations):
        if zone.flaw is Flaw.MISSING_RRSIG and rrset.rdtype != dns.rdatatype.DNSKEY:
            continue
        if zone.flaw is Flaw.UNSUPPORTED:
            signatures = [_unknown_signature(rrset, zone, served.name, first, last)]
        else:
            signatures = [_signature(rrset, served.name, key, first, last) for key in keys]
        if zone.flaw is Flaw.BAD_SIGNATURE and rrset.rdtype != dns.rdatatype.DNSKEY:
            signatures = [cast("RRSIG", item.replace(signature=bytes(len(item.signature)))) for item in signatures]
        served.signatures[rrset.name.canonicalize(), rrset.rdtype] = dns.rrset.from_rdata_list(
            rrset.name, rrset.ttl, signatures
        )


def _signature(
    rrset: dns.rrset.RRset, signer: dns.name.Name, key: SigningKey, first: datetime, last: datetime
) -> RRSIG:
    return dns.dnssec.sign(
        rrset,
        key.private,
        signer,
        key.public,
        inception=first,
        expiration=last,
        policy=dns.dnssec.allow_all_policy,
    )


def _unknown_signature(
    rrset: dns.rrset.RRset, zone: LabZone, signer: dns.name.Name, first: datetime, last: datetime
) -> RRSIG:
    return _record(
        RRSIG,
        dns.rdatatype.RRSIG,
        rrset.rdtype,
        Algorithm(MADE_UP_ALGORITHM),
        len(rrset.name) - 1,
        rrset.ttl,
        int(last.timestamp()),
        int(first.timestamp()),
        dns.dnssec.key_id(_unknown_key_of(zone.name)),
        signer,
        secrets.token_bytes(64),
    )
