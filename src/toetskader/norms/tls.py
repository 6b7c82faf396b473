"""A norm for TLS: what it grades as good, sufficient, to be phased out and insufficient."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Literal

from msgspec import Meta

from toetskader.core.fields import Model
from toetskader.norms.difference import Difference, Differences, find_difference
from toetskader.text import Text


class Grade(StrEnum):
    """The four grades of the NCSC guidelines."""

    GOOD = "good"
    SUFFICIENT = "sufficient"
    PHASE_OUT = "phase_out"
    INSUFFICIENT = "insufficient"


Strength = Literal["required", "recommended", "optional", "none"]
"""How heavily something weighs that is not as it should be; `none` when the norm does not speak of it."""

_RANK = {grade: rank for rank, grade in enumerate(Grade)}
_NonEmpty = Annotated[str, Meta(min_length=1)]
Graded = Annotated[
    dict[Grade, tuple[_NonEmpty, ...]],
    Meta(description="Grade → what has it, by its IANA name; what is not listed is insufficient"),
]


class CertificateGrades(Model, frozen=True, kw_only=True):
    """Grades of the certificates that a server sends, but for a root."""

    rsa_bits: Annotated[
        dict[Grade, Annotated[int, Meta(ge=512)]], Meta(description="Grade → smallest RSA key, in bits, that has it")
    ]
    curves: Graded
    keys: Annotated[Graded, Meta(description="Keys without a size to choose: Ed25519, Ed448")]
    signatures: Annotated[Graded, Meta(description="Algorithms of the signature on it, apart from the hash")]
    hashes: Annotated[Graded, Meta(description="Hashes of the signature on it")]


class Strengths(Model, frozen=True, kw_only=True):
    """How heavily each thing weighs."""

    phase_out: Strength = "recommended"
    insufficient: Strength = "required"
    order: Strength
    compression: Strength
    insecure_renegotiation: Strength
    client_renegotiation: Strength
    early_data: Strength
    no_extended_master_secret: Strength
    no_staple: Strength
    bad_staple: Strength
    no_post_quantum: Strength
    expires_soon: Strength


class TlsNorm(Model, frozen=True, kw_only=True, tag_field="kind", tag="tls"):
    """A version of a norm for TLS."""

    id: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9.-]*\Z", description="The same as its file's name")]
    title: Text
    source: Annotated[_NonEmpty, Meta(description="Document, version and year")]
    versions: Graded
    suites: Graded
    groups: Annotated[Graded, Meta(description="Elliptic and hybrid groups, and finite fields that a standard names")]
    key_exchange_hashes: Annotated[Graded, Meta(description="Hashes of the signature on the key exchange in TLS 1.2")]
    certificate: CertificateGrades
    expires_soon_days: Annotated[int, Meta(ge=0, description="A certificate that ends within these days is remarked")]
    expires_soon_part: Annotated[
        int, Meta(ge=1, description="… and has less than one such part of its life left: 3 for a third")
    ]
    strengths: Strengths
    differences: Differences = ()

    def difference(self, about: str) -> Difference | None:
        """Return what differs on purpose in a field of this norm, or in a part of it: `groups.ffdhe`."""
        return find_difference(self.differences, about)

    def version(self, name: str) -> Grade:
        """Grade a version of the protocol: `TLS 1.2`."""
        return graded(self.versions, name)

    def suite(self, name: str) -> Grade:
        """Grade a cipher suite by its IANA name."""
        return graded(self.suites, name)

    def group(self, name: str) -> Grade:
        """Grade a group for key exchange; a finite field that no standard names is not in the norm: insufficient."""
        return graded(self.groups, name)

    def key_exchange_hash(self, name: str) -> Grade:
        """Grade the hash of a signature on a key exchange: `sha1`."""
        return graded(self.key_exchange_hashes, name)

    def certificate_key(self, key_type: str, bits: int, curve: str) -> Grade:
        """Grade the key of a certificate.

        Parameters: `key_type`, `RSA`, `RSASSA-PSS`, `EC` or another name; `bits`, of an RSA key; `curve`, of an EC key.
        """
        if key_type in ("RSA", "RSASSA-PSS"):
            least = self.certificate.rsa_bits
            return next((grade for grade in Grade if grade in least and bits >= least[grade]), Grade.INSUFFICIENT)
        return graded(self.certificate.curves, curve) if key_type == "EC" else graded(self.certificate.keys, key_type)

    def certificate_signature(self, algorithm: str, hash_name: str) -> Grade:
        """Grade the signature on a certificate: the worst of its algorithm and its hash; EdDSA names no hash."""
        grade = graded(self.certificate.signatures, algorithm)
        return (
            worst((grade, graded(self.certificate.hashes, hash_name))) if hash_name or "Ed" not in algorithm else grade
        )

    def strength_of(self, grade: Grade) -> Strength:
        """Return how heavily a grade weighs: `none` for good and sufficient."""
        if grade is Grade.INSUFFICIENT:
            return self.strengths.insufficient
        return self.strengths.phase_out if grade is Grade.PHASE_OUT else "none"

    def misplaced(self, suites: Sequence[str], *, chosen_by_server: bool) -> tuple[tuple[str, str], ...]:
        """Return pairs of suites where the first is preferred, or can be forced, over a second that is better.

        Good and sufficient count as equal. Parameters: `suites`, in the order in which the server chose them;
        `chosen_by_server`, false when the client's order counts, so that any suite can come before any other.
        """
        tiers = [max(_RANK[self.suite(name)], _RANK[Grade.SUFFICIENT]) for name in suites]
        pairs = []
        for index, name in enumerate(suites):
            others = range(index + 1, len(suites)) if chosen_by_server else range(len(suites))
            better = next((other for other in others if tiers[other] < tiers[index]), None)
            if better is not None:
                pairs.append((name, suites[better]))
        return tuple(pairs)


def graded(grades: Mapping[Grade, Sequence[str]], name: str) -> Grade:
    """Return the grade of a name: insufficient when no grade lists it."""
    return next((grade for grade in Grade if name in grades.get(grade, ())), Grade.INSUFFICIENT)


def worst(grades: Sequence[Grade]) -> Grade:
    """Return the worst of some grades; there must be one."""
    return max(grades, key=_RANK.__getitem__)
