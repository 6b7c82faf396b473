"""Whether answers of the domain name system are signed, and by which chain of keys (RFC 4033 to 4035)."""

from datetime import datetime
from enum import StrEnum

import msgspec

from toetskader.facts.attempt import Provenance
from toetskader.facts.endpoint.dns import Outcome
from toetskader.text import Text


class Status(StrEnum):
    """The four outcomes of validation (RFC 4035, 4.3)."""

    SECURE = "secure"
    """Signed, with an unbroken chain from the trust anchor."""
    INSECURE = "insecure"
    """Proven not to be signed, or with nothing that can be verified."""
    BOGUS = "bogus"
    """Should be signed, and does not verify."""
    INDETERMINATE = "indeterminate"
    """Could not be seen: no answer, or no trust anchor."""


class Cause(StrEnum):
    """Why an answer is not secure."""

    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    NO_MATCHING_DS = "no_matching_ds"
    """No key of the zone matches the DS records of its parent."""
    MISSING_DNSKEY = "missing_dnskey"
    MISSING_RRSIG = "missing_rrsig"
    SIGNATURE_INVALID = "signature_invalid"
    UNSUPPORTED_ALGORITHM = "unsupported_algorithm"
    BAD_DENIAL = "bad_denial"
    """The proof that something does not exist is missing or wrong."""
    TOO_MANY_ITERATIONS = "too_many_iterations"
    """NSEC3 with more hash iterations than resolvers compute (RFC 9276)."""
    TOO_MUCH_WORK = "too_much_work"
    """More keys and signatures than are tried."""
    ALIAS_LOOP = "alias_loop"
    UNSIGNED_DELEGATION = "unsigned_delegation"
    """The parent proves that the zone has no DS record."""
    OPT_OUT = "opt_out"
    """Within a span of NSEC3 opt-out, where unsigned delegations may be."""
    NO_TRUST_ANCHOR = "no_trust_anchor"
    NO_ANSWER = "no_answer"
    """The resolver gave no answer that can be used."""


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """One RRSIG record and what became of it."""

    name: str
    covers: str
    """Type of the records it is on."""
    signer: str
    key_tag: int
    algorithm: int
    inception: datetime
    expiration: datetime
    valid: bool
    reason: Text | None = None
    """Why it is not valid."""


class DelegationSigner(msgspec.Struct, frozen=True, kw_only=True):
    """A DS record: the parent's fingerprint of a key of the zone."""

    key_tag: int
    algorithm: int
    digest_type: int


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """A DNSKEY record."""

    key_tag: int
    algorithm: int
    flags: int


class Zone(msgspec.Struct, frozen=True, kw_only=True):
    """One link of the chain: a zone, what its parent says of its keys, and its keys."""

    name: str
    status: Status
    cause: Cause | None = None
    sentence: Text
    is_anchor: bool = False
    """True when its keys are trusted because of the trust anchor."""
    ds: tuple[DelegationSigner, ...] = ()
    """DS records in the parent; of the trust anchor for the zone it is for."""
    keys: tuple[Key, ...] = ()
    signatures: tuple[Signature, ...] = ()
    """On the DS records in the parent and on the keys."""


class Validation(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of one question: a name and a type."""

    name: str
    type: str
    answer: Outcome
    """What the answer holds; `records` for a CNAME as well."""
    alias_of: str = ""
    """Name this one is an alias for, when the answer is a CNAME."""
    status: Status
    cause: Cause | None = None
    sentence: Text
    chain: tuple[str, ...] = ()
    """Names of the zones from the trust anchor to the answer."""
    signatures: tuple[Signature, ...] = ()
    """On the answer, or on the proof that it does not exist."""


class DnssecFacts(msgspec.Struct, frozen=True, kw_only=True, tag="dnssec"):
    """Validation of every answer that leads to the endpoint."""

    provenance: Provenance
    commands: tuple[str, ...]
    host: str
    trust_anchors: tuple[str, ...]
    """Where validation started: DS records in text."""
    validations: tuple[Validation, ...]
    """A and AAAA of the host and of each name its aliases lead through, then CAA and TLSA."""
    zones: tuple[Zone, ...]
    """Every zone that was looked at, from the top down."""

    def addresses(self) -> tuple[Validation, ...]:
        """Return the validations of A and AAAA, along all aliases."""
        return tuple(item for item in self.validations if item.type in ("A", "AAAA"))

    def of_type(self, type_: str) -> tuple[Validation, ...]:
        """Return the validations of one type: `TLSA`, `CAA`."""
        return tuple(item for item in self.validations if item.type == type_)
