"""What one answer is worth, and why, in a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass

import dns.name
import dns.rdatatype

from toetskader.collect.endpoint.dns.denial import MOST_ITERATIONS, Denials, Proof
from toetskader.collect.endpoint.dns.signatures import Verified
from toetskader.collect.endpoint.dns.words import name_text
from toetskader.core.failure import Failure
from toetskader.facts.endpoint.dnssec import Cause, Signature, Status
from toetskader.text import Text


@dataclass(frozen=True, slots=True)
class Finding:
    """The worth of one answer."""

    status: Status
    sentence: Text
    cause: Cause | None = None
    signatures: tuple[Signature, ...] = ()


@dataclass(frozen=True, slots=True)
class Denied:
    """The records of denial in one answer."""

    records: Denials
    """Those whose signatures hold."""
    signatures: tuple[Signature, ...]
    problem: Verified | None
    """What was wrong with one that does not hold."""


def no_answer(name: dns.name.Name, type_: dns.rdatatype.RdataType, failure: Failure) -> Finding:
    """Return the finding on a question without answer."""
    what = f"{name_text(name)} {dns.rdatatype.to_text(type_)}"
    sentence = Text(f"{what}: {failure.message.nl}", f"{what}: {failure.message.en}")
    return Finding(Status.INDETERMINATE, sentence, Cause.NO_ANSWER)


def of_positive(name: dns.name.Name, verified: Verified, proof: Proof) -> Finding:
    """Return the finding on records that are there.

    Parameters: `proof`, that a wildcard may stand in for the name; proven when none does.
    """
    if not verified.valid:
        return Finding(Status.BOGUS, verified.sentence, verified.cause, verified.signatures)
    if proof is Proof.PROVEN:
        return Finding(Status.SECURE, verified.sentence, None, verified.signatures)
    return _uncertain(proof, verified.signatures) or Finding(
        Status.BOGUS,
        Text(
            f"{name_text(name)} komt van een wildcard, zonder bewijs dat de naam zelf niet bestaat",
            f"{name_text(name)} stems from a wildcard, without proof that the name itself does not exist",
        ),
        Cause.BAD_DENIAL,
        verified.signatures,
    )


def of_denial(name: dns.name.Name, type_: dns.rdatatype.RdataType, proof: Proof, denied: Denied) -> Finding:
    """Return the finding on records that are not there. Parameters: `proof`, what the records of denial come to."""
    signatures, problem = denied.signatures, denied.problem
    what = f"{name_text(name)} {dns.rdatatype.to_text(type_)}"
    if proof is Proof.PROVEN:
        sentence = Text(f"bewezen is dat {what} niet bestaat", f"it is proven that {what} does not exist")
        return Finding(Status.SECURE, sentence, None, signatures)
    uncertain = _uncertain(proof, signatures)
    if uncertain is not None:
        return uncertain
    if problem is not None:
        sentence = Text(
            f"het bewijs dat {what} niet bestaat geldt niet: {problem.sentence.nl}",
            f"the proof that {what} does not exist does not hold: {problem.sentence.en}",
        )
        return Finding(Status.BOGUS, sentence, problem.cause, signatures)
    sentence = Text(
        f"het antwoord bewijst niet dat {what} niet bestaat (NSEC of NSEC3 ontbreekt of past niet)",
        f"the answer does not prove that {what} does not exist (NSEC or NSEC3 is missing or does not fit)",
    )
    return Finding(Status.BOGUS, sentence, Cause.BAD_DENIAL, signatures)


_UNCERTAIN: Mapping[Proof, tuple[Cause, Text]] = {
    Proof.OPT_OUT: (
        Cause.OPT_OUT,
        Text(
            "de naam valt in een reeks met NSEC3-opt-out, waarin niet ondertekende zones mogen voorkomen",
            "the name lies in a span of NSEC3 opt-out, in which unsigned zones may occur",
        ),
    ),
    Proof.TOO_MANY_ITERATIONS: (
        Cause.TOO_MANY_ITERATIONS,
        Text(
            f"NSEC3 met meer dan {MOST_ITERATIONS} rondes: resolvers rekenen dat niet na (RFC 9276 vraagt 0)",
            f"NSEC3 with more than {MOST_ITERATIONS} rounds: resolvers do not compute that (RFC 9276 asks for 0)",
        ),
    ),
}


def _uncertain(proof: Proof, signatures: tuple[Signature, ...]) -> Finding | None:
    if proof not in _UNCERTAIN:
        return None
    cause, sentence = _UNCERTAIN[proof]
    return Finding(Status.INSECURE, sentence, cause, signatures)
