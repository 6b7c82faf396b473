"""What a staple proves: that a certificate is good, that it is revoked, or nothing."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from good_tls import address
from judging_tls import judge_tls

from toetskader.collect.endpoint.tls.staple import read_staple
from toetskader.facts.endpoint.tls import Staple, StapleState
from toetskader.laboratory.certificates import Authority
from toetskader.results import Verdict
from toetskader.text import Text

NOW = datetime.now(UTC)
WHY = Text("Ingetrokken.", "Revoked.")


@pytest.mark.parametrize(
    ("by", "days", "revoked", "state"),
    [
        ("issuer", 2, False, StapleState.GOOD),
        ("issuer", 2, True, StapleState.REVOKED),
        ("issuer", -1, True, StapleState.BAD),
        ("issuer", -1, False, StapleState.BAD),
        ("stranger", 2, True, StapleState.BAD),
        ("stranger", 2, False, StapleState.BAD),
    ],
)
@pytest.mark.parametrize("sent", [True, False])
def test_only_the_issuers_own_word_in_time_says_that_it_is_revoked(
    by: str, days: int, revoked: bool, state: StapleState, sent: bool
) -> None:
    """Whether the issuer's certificate was sent, or stands in the store that the path ends in."""
    issuer = Authority("Issuer")
    signer = issuer if by == "issuer" else Authority("Stranger")
    leaf = x509.load_pem_x509_certificate(issuer.issue(["app.example.nl"])[0])
    chain = [leaf.public_bytes(Encoding.DER)] + ([issuer.certificate.public_bytes(Encoding.DER)] if sent else [])
    path = () if sent else (leaf, issuer.certificate)

    assert read_staple(signer.staple(leaf, days=days, revoked=revoked), chain, NOW, path).state is state


def test_about_another_certificate_it_says_nothing() -> None:
    issuer = Authority("Issuer")
    leaf, other = (x509.load_pem_x509_certificate(issuer.issue(["app.example.nl"])[0]) for _ in range(2))
    chain = [item.public_bytes(Encoding.DER) for item in (leaf, issuer.certificate)]

    assert read_staple(issuer.staple(other, revoked=True), chain, NOW).state is StapleState.BAD


def test_before_its_time_it_says_nothing() -> None:
    issuer = Authority("Issuer")
    leaf = x509.load_pem_x509_certificate(issuer.issue(["app.example.nl"])[0])
    chain = [item.public_bytes(Encoding.DER) for item in (leaf, issuer.certificate)]

    assert read_staple(issuer.staple(leaf, revoked=True), chain, NOW - timedelta(days=9)).state is StapleState.BAD


def test_without_the_issuer_nobody_knows_who_signed() -> None:
    issuer = Authority("Issuer")
    leaf = x509.load_pem_x509_certificate(issuer.issue(["app.example.nl"])[0])

    assert read_staple(issuer.staple(leaf, revoked=True), [leaf.public_bytes(Encoding.DER)], NOW).state is (
        StapleState.BAD
    )


@pytest.mark.parametrize(
    ("state", "trusted", "strengths"),
    [
        (StapleState.REVOKED, Verdict.FAIL, {"recommended"}),
        (StapleState.BAD, Verdict.PASS, {"recommended"}),
        (StapleState.NONE, Verdict.PASS, {"optional"}),
        (StapleState.GOOD, Verdict.PASS, set()),
    ],
)
def test_a_revoked_certificate_is_not_trusted(state: StapleState, trusted: Verdict, strengths: set[str]) -> None:
    fact = address(staple=Staple(state=state, reason=WHY))

    assert judge_tls(fact, "tls.certificate_trusted").verdict is trusted
    judged = judge_tls(fact, "tls.ncsc")
    assert judged.verdict is Verdict.PASS
    assert {item.strength for item in judged.findings} == strengths
