"""What can be verified: signature algorithms, fingerprints of keys, and the sizes that are taken on."""

import dns.dnssec
import dns.exception
import dns.name
import dns.rdata
import dns.rdataset
import dns.rdatatype
from dns.dnssectypes import DSDigest
from dns.rdtypes.ANY.DNSKEY import DNSKEY
from dns.rdtypes.ANY.DS import DS

SUPPORTED = frozenset({5, 7, 8, 10, 13, 14, 15, 16})
"""Algorithms that validators verify (RFC 9904): RSA, ECDSA and EdDSA; not DSA, RSA/MD5 and GOST."""
DIGESTS = frozenset({1, 2, 4})
"""Kinds of fingerprint in DS records: SHA-1, SHA-256, SHA-384."""
ZONE_KEY = 0x0100
REVOKED = 0x0080
DNSSEC_PROTOCOL = 3
LARGEST_KEY = 1_100
"""Bytes of a key: more than RSA of 8192 bits, and verifying gets slow."""


def fingerprint(zone: dns.name.Name, key: dns.rdata.Rdata, digest: int) -> DS | None:
    """Return the DS record of a key, or None when it cannot be made."""
    try:
        return dns.dnssec.make_ds(zone, key, DSDigest.make(digest), policy=dns.dnssec.allow_all_policy)
    except (dns.exception.DNSException, ValueError):
        return None


def usable_ds(records: tuple[DS, ...]) -> tuple[DS, ...]:
    """Return the DS records that count: of a supported kind, without SHA-1 where a stronger one is (RFC 4509, 3)."""
    known = [ds for ds in records if ds.algorithm in SUPPORTED and ds.digest_type in DIGESTS]
    stronger = {ds.algorithm for ds in known if ds.digest_type != DSDigest.SHA1}
    return tuple(ds for ds in known if ds.digest_type != DSDigest.SHA1 or ds.algorithm not in stronger)


def zone_keys(rdataset: dns.rdataset.Rdataset) -> tuple[DNSKEY, ...]:
    """Return the keys that may sign a zone (RFC 4034, 2.1)."""
    return tuple(
        key
        for key in rdataset
        if isinstance(key, DNSKEY)
        and key.flags & ZONE_KEY
        and key.protocol == DNSSEC_PROTOCOL
        and key.algorithm in SUPPORTED
        and len(key.key) <= LARGEST_KEY
    )
