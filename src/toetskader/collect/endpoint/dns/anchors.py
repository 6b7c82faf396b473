"""Where validation starts: the keys of the root, or those of a file for a name space of its own."""

from collections.abc import Mapping
from pathlib import Path

import dns.exception
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdataset
import dns.rdatatype
import dns.zonefile
from dns.rdtypes.ANY.DS import DS

from toetskader.collect.endpoint.dns.algorithms import fingerprint
from toetskader.core.bounded import UnfitFileError, read_bounded
from toetskader.core.failure import Failed, Reason, failed
from toetskader.text import Text

# The root's key signing keys as IANA publishes them (data.iana.org/root-anchors/root-anchors.xml): in use since 2017,
# and its successor, published since January 2025.
ROOT_ANCHORS = """
. IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D
. IN DS 38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16
"""
LARGEST_FILE = 1024 * 1024
"""Bytes of a file with trust anchors."""

Anchors = Mapping[dns.name.Name, tuple[DS, ...]]


def read_anchors(path: Path | None) -> Anchors:
    """Return trust anchors as DS records by zone.

    Parameters: `path`, a file with DS or DNSKEY records in zone-file form; None for the root's. Raises
    Failed.
    """
    if path is None:
        return _parsed(ROOT_ANCHORS, "IANA")
    try:
        content = read_bounded(path, LARGEST_FILE, follow=True).decode()  # the auditor names it
    except UnfitFileError as error:
        raise _unreadable(path, error.text) from error
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "UTF-8"
        raise _unreadable(path, Text(why, why)) from error
    return _parsed(content, str(path))


def _unreadable(path: Path, why: Text) -> Failed:
    return failed(
        Reason.REFUSED_INPUT,
        nl=f"Trust anchors {path} zijn niet te lezen ({why.nl}).",
        en=f"Trust anchors {path} cannot be read ({why.en}).",
    )


def _parsed(content: str, where: str) -> Anchors:
    found: dict[dns.name.Name, list[DS]] = {}
    try:
        rrsets = dns.zonefile.read_rrsets(
            content, ttl=None, default_ttl=0, origin=dns.name.root, relativize=False, rdclass=None
        )
        for rrset in rrsets:
            for rdata in rrset:
                if rdata.rdtype == dns.rdatatype.DS:
                    anchor: DS | None = rdata
                elif rdata.rdtype == dns.rdatatype.DNSKEY:
                    anchor = fingerprint(rrset.name, rdata, 2)
                else:
                    anchor = None
                if anchor is not None:
                    found.setdefault(rrset.name.canonicalize(), []).append(anchor)
    except (dns.exception.DNSException, ValueError) as error:
        raise failed(
            Reason.REFUSED_INPUT,
            nl=f"Trust anchors {where} zijn onleesbaar ({error}).",
            en=f"Trust anchors {where} are unreadable ({error}).",
        ) from error
    if not found:
        raise failed(
            Reason.REFUSED_INPUT,
            nl=f"{where} bevat geen DS- of DNSKEY-record.",
            en=f"{where} holds no DS or DNSKEY record.",
        )
    return {name: tuple(anchors) for name, anchors in found.items()}


def anchor_for(anchors: Anchors, name: dns.name.Name) -> dns.name.Name | None:
    """Return the nearest zone at or above a name that has a trust anchor."""
    above = [zone for zone in anchors if name.is_subdomain(zone)]
    return max(above, key=len, default=None)
