"""What is found of a server, aspect by aspect, in the terms of the oracle."""

from collections.abc import Iterable
from typing import Any

from toetskader.facts.endpoint.tls import AddressTls, Answer, Aspect, Order
from toetskader.norms.tls import Grade, TlsNorm

BELOW = (Grade.PHASE_OUT, Grade.INSUFFICIENT)


def aspects(address: AddressTls, norm: TlsNorm, host: str) -> dict[str, Any]:
    if not address.reachable:
        return {"speaks_tls": False}
    versions = [version.name for version in reversed(address.accepted)]
    suites = dict.fromkeys(suite for version in address.accepted for suite in version.suites)
    weak = [item.name for item in address.hashes if item.accepted.yes and norm.key_exchange_hash(item.name) in BELOW]
    certificates = [certificate for chain in address.chains for certificate in chain.judged()]
    return {
        "speaks_tls": True,
        "versions": {
            grade: [name for name in versions if norm.version(name) == grade]
            for grade in ("good", "sufficient", "insufficient")
        },
        "suites": {grade: sorted(suite for suite in suites if norm.suite(suite) == grade) for grade in BELOW},
        "order": _order(address, norm),
        "secure_renegotiation": _answer(address.secure_renegotiation),
        "client_renegotiation": _answer(address.client_renegotiation),
        "compression": _answer(address.compression),
        "key_exchange": {
            grade: sorted(_short(group.name) for group in address.groups if norm.group(group.name) == grade)
            for grade in BELOW
        },
        "early_data": bool(_answer(address.early_data)),
        "staple": address.staple.state.value,
        "weak_hash": next(iter(weak), None),
        "extended_master_secret": _answer(address.extended_master_secret),
        "trusted": all(chain.trust.trusted for chain in address.chains),
        "key": _any(norm.certificate_key(item.key_type, item.key_bits, item.curve) for item in certificates),
        "signature": _any(norm.certificate_signature(item.signature, item.signature_hash) for item in certificates),
        "name_matches": all(chain.leaf.matches(host) for chain in address.chains),
    }


def _answer(aspect: Aspect) -> bool | None:
    return {Answer.YES: True, Answer.NO: False}.get(aspect.answer)


def _any(grades: Iterable[Grade]) -> dict[str, bool]:
    found = set(grades)
    return {grade: grade in found for grade in BELOW}


def _order(address: AddressTls, norm: TlsNorm) -> str:
    wrong = any(
        norm.misplaced(version.suites, chosen_by_server=version.order is Order.SERVER)
        for version in address.accepted
        if version.order is not Order.UNKNOWN
    )
    return "bad" if wrong else "good"


def _short(group: str) -> str:
    """Name a finite field as the oracle does: by its size only."""
    return f"DH-{group.removeprefix('ffdhe')}" if group.startswith("ffdhe") else group
