"""Verifying the signatures on one set of records, with limits on how much is tried."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

import dns.dnssec
import dns.exception
import dns.name
import dns.rdataclass
import dns.rdataset
import dns.rdatatype
import dns.rrset
from dns.rdtypes.ANY.DNSKEY import DNSKEY
from dns.rdtypes.ANY.RRSIG import RRSIG

from toetskader.collect.endpoint.dns.algorithms import REVOKED, SUPPORTED
from toetskader.collect.endpoint.dns.words import name_text
from toetskader.facts.endpoint.dnssec import Cause, Signature
from toetskader.text import Text

MOST_SIGNATURES = 16
"""Signatures on one set of records that are looked at."""
MOST_KEYS_OF_ONE_TAG = 4
"""Keys with the same tag that are tried for one signature: collisions are rare, or made (CVE-2023-50387)."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What became of the signatures on one set of records."""

    cause: Cause | None
    """Why none of them holds; None when one does."""
    sentence: Text
    signatures: tuple[Signature, ...]
    labels: int | None = None
    """Labels of the name that was signed; fewer than the name has when it stems from a wildcard."""

    @property
    def valid(self) -> bool:
        """True when a signature holds."""
        return self.cause is None


def verify(
    rrset: dns.rrset.RRset,
    rrsigs: Iterable[dns.rrset.RRset],
    zone: dns.name.Name,
    keys: tuple[DNSKEY, ...],
    now: datetime,
) -> Verified:
    """Verify a set of records with the keys of the zone it must be signed by.

    Parameters: `rrsigs`, RRSIG records at its name that cover its type; `keys`, trusted ones; `now`, the moment that
    must lie between inception and expiration.
    """
    what = f"{name_text(rrset.name)} {dns.rdatatype.to_text(rrset.rdtype)}"
    found = [item for group in rrsigs for item in group if isinstance(item, RRSIG)]
    ours = [item for item in found if item.signer.canonicalize() == zone.canonicalize()]
    if not ours:
        return _unsigned(what, zone, bool(found))
    seen: list[Signature] = []
    causes: list[tuple[Cause, Text]] = []
    for rrsig in ours[:MOST_SIGNATURES]:
        problem = _problem(rrset, rrsig, keys, now)
        seen.append(_described(rrset, rrsig, problem[1] if problem else None))
        if problem is None:
            sentence = Text(f"{what} is ondertekend door {name_text(zone)}", f"{what} is signed by {name_text(zone)}")
            return Verified(None, sentence, tuple(seen), rrsig.labels)
        causes.append(problem)
    if len(ours) > MOST_SIGNATURES:
        causes.append(
            (
                Cause.TOO_MUCH_WORK,
                Text(
                    f"meer dan {MOST_SIGNATURES} handtekeningen op één set records, de eerste zijn alle ongeldig",
                    f"more than {MOST_SIGNATURES} signatures on one set of records, the first are all invalid",
                ),
            )
        )
    cause, why = min(causes, key=lambda item: _TELLING.index(item[0]))
    return Verified(cause, Text(f"{what}: {why.nl}", f"{what}: {why.en}"), tuple(seen))


# Of several signatures that do not hold, the reason that says most about what is wrong.
_TELLING = (
    Cause.TOO_MUCH_WORK,
    Cause.EXPIRED,
    Cause.NOT_YET_VALID,
    Cause.SIGNATURE_INVALID,
    Cause.MISSING_DNSKEY,
    Cause.UNSUPPORTED_ALGORITHM,
)


def _unsigned(what: str, zone: dns.name.Name, by_others: bool) -> Verified:
    if by_others:
        why = Text(f"niet ondertekend door {name_text(zone)}", f"not signed by {name_text(zone)}")
    else:
        why = Text("geen handtekening (RRSIG)", "no signature (RRSIG)")
    return Verified(Cause.MISSING_RRSIG, Text(f"{what}: {why.nl}", f"{what}: {why.en}"), ())


def _problem(
    rrset: dns.rrset.RRset, rrsig: RRSIG, keys: tuple[DNSKEY, ...], now: datetime
) -> tuple[Cause, Text] | None:
    """Return why a signature does not hold, or None when it does."""
    seconds = now.timestamp()
    if rrsig.algorithm not in SUPPORTED:
        return Cause.UNSUPPORTED_ALGORITHM, Text(
            f"algoritme {int(rrsig.algorithm)} wordt niet ondersteund",
            f"algorithm {int(rrsig.algorithm)} is not supported",
        )
    if rrsig.expiration < seconds:
        day = _moment(rrsig.expiration)
        return Cause.EXPIRED, Text(
            f"handtekening verlopen op {day:%Y-%m-%d %H:%M} UTC", f"signature expired on {day:%Y-%m-%d %H:%M} UTC"
        )
    if rrsig.inception > seconds:
        day = _moment(rrsig.inception)
        return Cause.NOT_YET_VALID, Text(
            f"handtekening pas geldig vanaf {day:%Y-%m-%d %H:%M} UTC",
            f"signature not valid before {day:%Y-%m-%d %H:%M} UTC",
        )
    candidates = [key for key in keys if key.algorithm == rrsig.algorithm and dns.dnssec.key_id(key) == rrsig.key_tag]
    if rrset.rdtype != dns.rdatatype.DNSKEY:
        candidates = [key for key in candidates if not key.flags & REVOKED]
    if not candidates:
        return Cause.MISSING_DNSKEY, Text(
            f"de zone heeft geen (vertrouwde) sleutel {rrsig.key_tag}", f"the zone has no (trusted) key {rrsig.key_tag}"
        )
    for key in candidates[:MOST_KEYS_OF_ONE_TAG]:
        if _holds(rrset, rrsig, key, seconds):
            return None
    if len(candidates) > MOST_KEYS_OF_ONE_TAG:
        return Cause.TOO_MUCH_WORK, Text(
            f"{len(candidates)} sleutels met hetzelfde nummer {rrsig.key_tag}",
            f"{len(candidates)} keys with the same tag {rrsig.key_tag}",
        )
    return Cause.SIGNATURE_INVALID, Text(
        f"handtekening met sleutel {rrsig.key_tag} klopt niet", f"signature by key {rrsig.key_tag} does not verify"
    )


def _holds(rrset: dns.rrset.RRset, rrsig: RRSIG, key: DNSKEY, seconds: float) -> bool:
    only = dns.rdataset.Rdataset(dns.rdataclass.IN, dns.rdatatype.DNSKEY)
    only.add(key)
    try:
        dns.dnssec.validate_rrsig(rrset, rrsig, {rrsig.signer: only}, now=seconds, policy=dns.dnssec.allow_all_policy)
    except (dns.exception.DNSException, ValueError):
        return False
    return True


def _described(rrset: dns.rrset.RRset, rrsig: RRSIG, reason: Text | None) -> Signature:
    return Signature(
        name=name_text(rrset.name),
        covers=dns.rdatatype.to_text(rrset.rdtype),
        signer=name_text(rrsig.signer),
        key_tag=rrsig.key_tag,
        algorithm=int(rrsig.algorithm),
        inception=_moment(rrsig.inception),
        expiration=_moment(rrsig.expiration),
        valid=reason is None,
        reason=reason,
    )


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
