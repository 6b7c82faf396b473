"""The chain of trust: from the trust anchor, zone by zone, down to one answer (RFC 4035, 5)."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime

import dns.dnssec
import dns.exception
import dns.name
import dns.rdatatype
import dns.rrset
from dns.rdtypes.ANY.DNSKEY import DNSKEY
from dns.rdtypes.ANY.DS import DS
from dns.rdtypes.ANY.NSEC import NSEC
from dns.rdtypes.ANY.NSEC3 import NSEC3
from dns.rdtypes.ANY.RRSIG import RRSIG

from toetskader.collect.endpoint.dns.algorithms import SUPPORTED, fingerprint, usable_ds, zone_keys
from toetskader.collect.endpoint.dns.anchors import Anchors, anchor_for
from toetskader.collect.endpoint.dns.denial import Proof, denials
from toetskader.collect.endpoint.dns.findings import Denied, Finding, no_answer, of_denial, of_positive
from toetskader.collect.endpoint.dns.resolver import Reply, Resolver
from toetskader.collect.endpoint.dns.signatures import MOST_SIGNATURES, Verified, verify
from toetskader.collect.endpoint.dns.words import name_text
from toetskader.core.failure import Failure
from toetskader.facts.endpoint.dns import Outcome
from toetskader.facts.endpoint.dnssec import Cause, DelegationSigner, Key, Signature, Status, Validation, Zone
from toetskader.text import Text

MOST_DENIALS = 12
"""NSEC and NSEC3 records of one answer that are looked at; an honest one needs three."""
MOST_DS = 16
MOST_SIGNERS = 2
"""Zones that an answer may seem signed by, of which the nearest are looked at."""
MOST_KEYS = 64
"""Keys of one zone that are written down."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The zone a name is in, and what its keys are worth."""

    zone: dns.name.Name
    status: Status
    sentence: Text
    cause: Cause | None = None
    keys: tuple[DNSKEY, ...] = ()
    """Trusted; only when secure."""
    zones: tuple[Zone, ...] = ()
    """From the trust anchor to this zone."""


class Chain:
    """Validates answers of one resolver. Shared by all threads of a run; every zone is looked at once."""

    def __init__(self, resolver: Resolver, anchors: Anchors, now: Callable[[], datetime]) -> None:
        self._resolver = resolver
        self._anchors = anchors
        self._now = now
        self._lock = threading.Lock()
        self._standings: dict[dns.name.Name, Future[Standing]] = {}

    def validate(self, name: dns.name.Name, type_: dns.rdatatype.RdataType) -> tuple[Validation, tuple[Zone, ...]]:
        """Validate the answer to one question, without following an alias; also return the zones of its chain."""
        reply = self._resolver.ask(name, type_)
        finding, standing = self._weighed(reply, name.canonicalize())
        outcome, target = _outcome(reply)
        validation = Validation(
            name=name_text(name),
            type=dns.rdatatype.to_text(type_),
            answer=outcome,
            alias_of=target,
            status=finding.status,
            cause=finding.cause,
            sentence=finding.sentence,
            chain=tuple(zone.name for zone in standing.zones),
            signatures=finding.signatures,
        )
        return validation, standing.zones

    def standing(self, name: dns.name.Name) -> Standing:
        """Return the zone a name is in, as far down as it can be trusted."""
        key = name.canonicalize()
        with self._lock:
            known = self._standings.get(key)
            if known is None:
                mine = self._standings[key] = Future()
        if known is not None:
            return known.result()
        try:
            found = self._standing(key)
        except BaseException as error:
            mine.set_exception(error)
            raise
        mine.set_result(found)
        if found.status is Status.INDETERMINATE:
            with self._lock:
                self._standings.pop(key, None)  # to be tried again by the next who asks
        return found

    def _standing(self, name: dns.name.Name) -> Standing:
        anchor = anchor_for(self._anchors, name)
        if anchor is None:
            sentence = Text(
                f"er is geen trust anchor boven {name_text(name)}", f"there is no trust anchor above {name_text(name)}"
            )
            return Standing(name, Status.INDETERMINATE, sentence, Cause.NO_TRUST_ANCHOR)
        if anchor == name:
            return self._zone(name, self._anchors[anchor], (), ())
        above = self.standing(name.parent())
        return above if above.status is not Status.SECURE else self._below(above, name)

    def _below(self, above: Standing, name: dns.name.Name) -> Standing:
        """Return the standing of a name, given that of the name above: the same zone, or the next one."""
        reply = self._resolver.ask(name, dns.rdatatype.DS)
        if isinstance(reply, Failure):
            return _lost(above, name, no_answer(name, dns.rdatatype.DS, reply))
        rrset = reply.records or reply.alias
        if rrset is not None:
            verified, proof = self._positive(reply, rrset, above)
            if not verified.valid or proof is not Proof.PROVEN:
                return _lost(above, name, of_positive(name, verified, proof))
            if reply.records is None:
                return above  # an alias is no delegation
            ds = tuple(item for item in rrset if isinstance(item, DS))
            return self._zone(name, ds, above.zones, verified.signatures)
        denied = self._denials(reply, above)
        proof = _proof(denied, reply)
        if proof is Proof.NO_ZONE_CUT or (reply.nxdomain and proof is Proof.PROVEN):
            return above
        if proof is Proof.PROVEN:
            sentence = Text(
                f"{name_text(above.zone)} bewijst dat {name_text(name)} niet ondertekend is (geen DS)",
                f"{name_text(above.zone)} proves that {name_text(name)} is not signed (no DS)",
            )
            return _lost(above, name, Finding(Status.INSECURE, sentence, Cause.UNSIGNED_DELEGATION, denied.signatures))
        return _lost(above, name, of_denial(name, dns.rdatatype.DS, proof, denied))

    def _zone(
        self, name: dns.name.Name, ds: tuple[DS, ...], above: tuple[Zone, ...], on_ds: tuple[Signature, ...]
    ) -> Standing:
        """Return the standing of a zone whose DS records are trusted."""
        is_anchor = not above
        finding, keys, rrset = self._keys(name, ds)
        if is_anchor and finding.cause in _ANCHOR_DOES_NOT_FIT:
            # This says more of the resolver, or of the file of trust anchors, than of the endpoint.
            why = finding.sentence
            sentence = Text(
                f"de resolver geeft geen sleutels die bij het trust anchor passen: {why.nl}",
                f"the resolver gives no keys that fit the trust anchor: {why.en}",
            )
            finding = Finding(Status.INDETERMINATE, sentence, finding.cause, finding.signatures)
        zone = Zone(
            name=name_text(name),
            status=finding.status,
            cause=finding.cause,
            sentence=finding.sentence,
            is_anchor=is_anchor,
            ds=tuple(
                DelegationSigner(key_tag=x.key_tag, algorithm=int(x.algorithm), digest_type=int(x.digest_type))
                for x in ds[:MOST_DS]
            ),
            keys=tuple(
                Key(key_tag=dns.dnssec.key_id(key), algorithm=int(key.algorithm), flags=int(key.flags))
                for key in list(rrset or ())[:MOST_KEYS]
                if isinstance(key, DNSKEY)
            ),
            signatures=(*on_ds, *finding.signatures),
        )
        return Standing(name, finding.status, finding.sentence, finding.cause, keys, (*above, zone))

    def _keys(
        self, name: dns.name.Name, ds: tuple[DS, ...]
    ) -> tuple[Finding, tuple[DNSKEY, ...], dns.rrset.RRset | None]:
        zone = name_text(name)
        usable = usable_ds(ds)[:MOST_DS]
        if not usable:
            numbers = ", ".join(str(number) for number in sorted({int(item.algorithm) for item in ds}))
            sentence = Text(
                f"{zone} is alleen ondertekend met algoritmen die niet ondersteund worden ({numbers})",
                f"{zone} is signed with algorithms that are not supported only ({numbers})",
            )
            return Finding(Status.INSECURE, sentence, Cause.UNSUPPORTED_ALGORITHM), (), None
        reply = self._resolver.ask(name, dns.rdatatype.DNSKEY)
        if isinstance(reply, Failure):
            return no_answer(name, dns.rdatatype.DNSKEY, reply), (), None
        rrset = reply.records
        if rrset is None:
            sentence = Text(f"{zone} heeft een DS maar geen sleutels (DNSKEY)", f"{zone} has a DS but no keys (DNSKEY)")
            return Finding(Status.BOGUS, sentence, Cause.MISSING_DNSKEY), (), None
        keys = zone_keys(rrset)
        vouched = tuple(key for key in keys if any(_fits(name, key, item) for item in usable))
        if not vouched:
            tags = ", ".join(str(tag) for tag in sorted({item.key_tag for item in usable}))
            sentence = Text(
                f"geen sleutel van {zone} past bij de DS in de zone erboven ({tags})",
                f"no key of {zone} matches the DS in the zone above ({tags})",
            )
            return Finding(Status.BOGUS, sentence, Cause.NO_MATCHING_DS), (), rrset
        verified = verify(
            rrset, reply.signatures.get((rrset.name.canonicalize(), rrset.rdtype), ()), name, vouched, self._now()
        )
        if verified.cause is not None:
            cause = Cause.MISSING_RRSIG if verified.cause is Cause.MISSING_DNSKEY else verified.cause
            return Finding(Status.BOGUS, verified.sentence, cause, verified.signatures), (), rrset
        return Finding(Status.SECURE, verified.sentence, None, verified.signatures), keys, rrset

    def _weighed(self, reply: Reply | Failure, name: dns.name.Name) -> tuple[Finding, Standing]:
        """Return the worth of an answer, by the zone that signs it or, without signature, the one that should."""
        if isinstance(reply, Failure):
            return Finding(Status.INDETERMINATE, reply.message, Cause.NO_ANSWER), self.standing(name)
        broken: tuple[Finding, Standing] | None = None
        for signer in _signers(reply):
            standing = self.standing(signer)
            if standing.status is Status.SECURE and standing.zone == signer:
                finding = self._judged(reply, standing)
                if finding.status is not Status.BOGUS:
                    return finding, standing
                broken = broken or (finding, standing)
        # Does not verify, or is not signed: all right only when a zone in between is proven not to be signed.
        standing = self.standing(name)
        if standing.status is Status.SECURE:
            return self._judged(reply, standing), standing
        if standing.status is Status.BOGUS and broken is not None:
            return broken
        return Finding(standing.status, standing.sentence, standing.cause), standing

    def _judged(self, reply: Reply, standing: Standing) -> Finding:
        """Return the worth of an answer of a zone whose keys are trusted."""
        rrset = reply.records or reply.alias
        if rrset is not None:
            verified, proof = self._positive(reply, rrset, standing)
            return of_positive(reply.name, verified, proof)
        denied = self._denials(reply, standing)
        return of_denial(reply.name, reply.type, _proof(denied, reply), denied)

    def _positive(self, reply: Reply, rrset: dns.rrset.RRset, standing: Standing) -> tuple[Verified, Proof]:
        """Verify records that are there, and, when they stem from a wildcard, that it may stand in for the name."""
        name = reply.name.canonicalize()
        source = rrset
        if (name, rrset.rdtype) not in reply.signatures and rrset.rdtype == dns.rdatatype.CNAME:
            source = _made_by_dname(reply, rrset) or rrset
        owner = source.name.canonicalize()
        verified = verify(
            source, reply.signatures.get((owner, source.rdtype), ()), standing.zone, standing.keys, self._now()
        )
        if verified.labels is None or verified.labels >= _labels(owner):
            return verified, Proof.PROVEN
        denied = self._denials(reply, standing)
        try:
            return verified, denied.records.from_wildcard(owner, verified.labels)
        except dns.exception.DNSException:
            return verified, Proof.NOT_PROVEN

    def _denials(self, reply: Reply, standing: Standing) -> Denied:
        """Verify the records of denial in an answer."""
        nsec: list[tuple[dns.name.Name, NSEC]] = []
        nsec3: list[tuple[dns.name.Name, NSEC3]] = []
        signatures: list[Signature] = []
        problem: Verified | None = None
        records = [(key, rrset) for key, rrset in reply.authority.items() if key[1] in _DENIALS]
        for (owner, type_), rrset in records[:MOST_DENIALS]:
            verified = verify(
                rrset, reply.signatures.get((owner, type_), ()), standing.zone, standing.keys, self._now()
            )
            signatures.extend(verified.signatures)
            if not verified.valid:
                problem = verified
                continue
            if verified.labels is not None and verified.labels < _labels(owner):
                continue  # a record of denial does not stem from a wildcard
            for item in rrset:
                if isinstance(item, NSEC):
                    nsec.append((owner, item))
                elif isinstance(item, NSEC3):
                    nsec3.append((owner, item))
        return Denied(denials(standing.zone, nsec, nsec3), tuple(signatures), problem)


_DENIALS = (dns.rdatatype.NSEC, dns.rdatatype.NSEC3)
_ANCHOR_DOES_NOT_FIT = (Cause.MISSING_RRSIG, Cause.MISSING_DNSKEY, Cause.NO_MATCHING_DS)


def _signers(reply: Reply) -> list[dns.name.Name]:
    """Return the zones at or above a name that sign the answer about it, the nearest first."""
    positive = reply.records or reply.alias
    if positive is None:
        wanted = {key for key in reply.authority if key[1] in _DENIALS}
    else:
        wanted = {(reply.name, positive.rdtype)}
        if positive.rdtype == dns.rdatatype.CNAME:
            wanted |= {key for key in reply.answer if key[1] == dns.rdatatype.DNAME}
    found = {
        item.signer.canonicalize()
        for key in wanted
        for rrset in reply.signatures.get(key, ())
        for item in list(rrset)[:MOST_SIGNATURES]
        if isinstance(item, RRSIG) and reply.name.is_subdomain(item.signer)
    }
    return sorted(found, key=len, reverse=True)[:MOST_SIGNERS]


def _labels(owner: dns.name.Name) -> int:
    """Return the labels that a signature on a name counts: not the root's, nor a wildcard's (RFC 4034, 3.1.3)."""
    return len(owner) - (2 if owner.is_wild() else 1)


def _fits(zone: dns.name.Name, key: DNSKEY, ds: DS) -> bool:
    if ds.key_tag != dns.dnssec.key_id(key) or ds.algorithm != key.algorithm or key.algorithm not in SUPPORTED:
        return False
    made = fingerprint(zone, key, int(ds.digest_type))
    return made is not None and made.digest == ds.digest


def _proof(denied: Denied, reply: Reply) -> Proof:
    try:
        return denied.records.no_name(reply.name) if reply.nxdomain else denied.records.no_data(reply.name, reply.type)
    except dns.exception.DNSException:
        return Proof.NOT_PROVEN  # a wildcard's name would be too long


def _made_by_dname(reply: Reply, alias: dns.rrset.RRset) -> dns.rrset.RRset | None:
    """Return the DNAME record that an unsigned alias follows from (RFC 6672, 5.3.1)."""
    for (owner, type_), rrset in reply.answer.items():
        if type_ != dns.rdatatype.DNAME or not reply.name.is_subdomain(owner) or reply.name == owner:
            continue
        try:
            target = reply.name.relativize(owner).concatenate(rrset[0].target)
        except dns.exception.DNSException:
            continue
        if target == alias[0].target:
            return rrset
    return None


def _outcome(reply: Reply | Failure) -> tuple[Outcome, str]:
    if isinstance(reply, Failure):
        return Outcome.FAILED, ""
    if reply.records is not None:
        return Outcome.RECORDS, ""
    if reply.alias is not None:
        return Outcome.RECORDS, name_text(reply.alias[0].target)
    return (Outcome.NXDOMAIN if reply.nxdomain else Outcome.NONE), ""


def _lost(above: Standing, name: dns.name.Name, finding: Finding) -> Standing:
    """Return the standing of a name from which on nothing can be trusted."""
    zone = Zone(
        name=name_text(name),
        status=finding.status,
        cause=finding.cause,
        sentence=finding.sentence,
        signatures=finding.signatures,
    )
    return Standing(name, finding.status, finding.sentence, finding.cause, (), (*above.zones, zone))
