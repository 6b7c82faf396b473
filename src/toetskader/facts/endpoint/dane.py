"""Whether a certificate is the one that TLSA records vouch for (RFC 6698, with the guidance of RFC 7671)."""

import hashlib
from enum import Enum, auto

import msgspec

from toetskader.facts.endpoint.certificates import Certificate, Chain
from toetskader.facts.endpoint.dns import TlsaRecord

PKIX_TA, PKIX_EE, DANE_TA, DANE_EE = range(4)
FULL, SHA256, SHA512 = range(3)

# What is compared, by selector (0: whole certificate, 1: its public key) and kind of match.
_FIELDS = {
    (0, SHA256): "sha256",
    (0, SHA512): "sha512",
    (1, SHA256): "public_key_sha256",
    (1, SHA512): "public_key_sha512",
}


class Match(Enum):
    """Outcome of comparing."""

    YES = auto()
    NO = auto()
    UNUSABLE = auto()
    """The record is of a kind that clients do not know."""
    UNKNOWN = auto()
    """What it must be compared with was not seen."""


def match(record: TlsaRecord, chain: Chain) -> Match:
    """Compare a TLSA record with the certificates of one handshake."""
    if record.usage not in range(4) or record.selector not in (0, 1) or record.matching_type not in range(3):
        return Match.UNUSABLE
    if record.usage in (PKIX_EE, DANE_EE):
        found = _compare(record, chain.leaf)
    else:
        results = [_compare(record, certificate) for certificate in chain.certificates[1:] or chain.certificates]
        # A root that is vouched for need not be sent when it is in the store.
        beyond = bool(chain.left_out) or record.usage == PKIX_TA
        found = Match.YES if Match.YES in results else Match.UNKNOWN if beyond or Match.UNKNOWN in results else Match.NO
    if found is Match.YES and record.usage in (PKIX_TA, PKIX_EE) and not chain.trust.trusted:
        return Match.UNKNOWN if chain.trust.trusted is None else Match.NO
    return found


def _compare(record: TlsaRecord, certificate: Certificate) -> Match:
    wanted, kind = record.data, record.matching_type
    if kind == FULL:
        try:
            wanted, kind = hashlib.sha256(bytes.fromhex(record.data)).hexdigest(), SHA256
        except ValueError:
            return Match.UNUSABLE
    seen = msgspec.structs.asdict(certificate).get(_FIELDS[record.selector, kind], "")
    if not seen:
        return Match.UNKNOWN
    return Match.YES if seen == wanted else Match.NO
