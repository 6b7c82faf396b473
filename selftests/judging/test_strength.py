"""What weighs less than a failure, what was measured, and several judgements for one requirement."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from toetskader.catalogue.load import load_catalogue
from toetskader.catalogue.models import TargetParameters
from toetskader.core.failure import Reason
from toetskader.facts.attempt import NotSeen, Provenance
from toetskader.facts.endpoint.names import Endpoint
from toetskader.facts.key import FactKey, TargetFacts
from toetskader.judging import (
    EndpointPlace,
    Findings,
    Parameters,
    Strength,
    check,
    not_applicable,
    seen,
    together,
    undetermined,
)
from toetskader.judging.check import check_of
from toetskader.judging.combining import Judged
from toetskader.judging.findings import MOST_FINDINGS
from toetskader.judging.judge import judge
from toetskader.judging.subjects import TargetSubjects
from toetskader.norms.tls import TlsNorm
from toetskader.norms.web import WebNorm
from toetskader.results import Verdict
from toetskader.text import Text

ROOT = Path(__file__).parents[2]
HOSTS = ("a.example", "b.example")
NORMS = load_catalogue(ROOT / "policies").norms


def judged(function: Callable[..., None], **parameters: str) -> Judged:
    """Judge a check on two endpoints."""
    found = check_of(function)
    assert found is not None
    attempts = {FactKey("endpoint", host): Endpoint(host=host) for host in HOSTS}
    return judge(
        found,
        TargetSubjects(TargetFacts("t", {"saas": HOSTS}, attempts)),
        part="saas",
        params={},
        parameters=Parameters(TargetParameters(**parameters)),
        today=date(2026, 1, 1),
        fixtures={},
        norms=NORMS,
    )


def remark(findings: Findings, strength: Strength = "required", path: str = "") -> None:
    findings.add(EndpointPlace("a.example", path), seen=1, expected=2, strength=strength, command="dig a.example")


@pytest.mark.parametrize(
    ("strength", "verdict"),
    [("required", Verdict.FAIL), ("recommended", Verdict.PASS), ("optional", Verdict.PASS)],
)
def test_only_what_is_required_fails(strength: Strength, verdict: Verdict) -> None:
    @check("test.strength")
    def function(endpoint: Endpoint, findings: Findings) -> None:
        if endpoint.host == "b.example":
            remark(findings, strength)

    found = judged(function)
    assert found.verdict is verdict
    assert [(item.strength, item.command, item.scene) for item in found.findings] == [(strength, "dig a.example", "")]


def test_remarks_stay_when_another_endpoint_fails() -> None:
    @check("test.remarks")
    def function(endpoint: Endpoint, findings: Findings) -> None:
        remark(findings, "required" if endpoint.host == "a.example" else "optional", endpoint.host)

    assert [item.path for item in judged(function).findings] == ["a.example", "b.example"]


def test_a_remark_does_not_hide_what_does_not_apply() -> None:
    @check("test.not_applicable")
    def function(endpoint: Endpoint, findings: Findings) -> None:
        remark(findings, "optional")
        not_applicable("Geldt niet.", "Does not apply.")

    assert judged(function).verdict is Verdict.NOT_APPLICABLE


def test_what_was_measured_says_on_which_endpoint() -> None:
    @check("test.saw")
    def function(endpoint: Endpoint, findings: Findings) -> None:
        findings.saw("TLS 1.3", "TLS 1.3")

    assert [text.nl for text in judged(function).measured] == ["a.example: TLS 1.3", "b.example: TLS 1.3"]


def test_the_heaviest_finding_comes_first() -> None:
    @check("test.order")
    def function(endpoint: Endpoint, findings: Findings) -> None:
        remark(findings, "optional")
        remark(findings, "recommended")
        remark(findings)

    strengths = [item.strength for item in judged(function).findings]
    assert strengths == ["required", "required", "recommended", "recommended", "optional", "optional"]


class TestTogether:
    """Several judgements, one requirement."""

    def test_each_is_heard(self) -> None:
        @check("test.together")
        def function(endpoint: Endpoint, findings: Findings) -> None:
            together(
                lambda: undetermined("Niet te zien.", "Not to be seen."),
                lambda: not_applicable("Geldt niet.", "Does not apply."),
                lambda: remark(findings),
            )

        found = judged(function)
        assert found.verdict is Verdict.FAIL
        assert found.doubt == Text("Niet te zien.", "Not to be seen.")

    def test_a_doubt_is_no_pass(self) -> None:
        @check("test.doubt")
        def function(endpoint: Endpoint, findings: Findings) -> None:
            lost = NotSeen(
                reason=Reason.TIMED_OUT,
                message=Text("Te traag.", "Too slow."),
                provenance=Provenance(at=datetime(2026, 1, 1, tzinfo=UTC), by="test", source="a"),
            )
            together(lambda: None, lambda: seen(lost))

        found = judged(function)
        assert (found.verdict, found.reason) == (Verdict.UNDETERMINED, Text("Te traag.", "Too slow."))

    def test_none_applies(self) -> None:
        @check("test.none")
        def function(endpoint: Endpoint, findings: Findings) -> None:
            together(lambda: not_applicable("Geldt niet.", "Does not apply."))

        assert judged(function).verdict is Verdict.NOT_APPLICABLE


class TestNorms:
    """A target chooses the norm, a check gets it."""

    def test_the_chosen_one_is_given(self) -> None:
        given: list[str] = []

        @check("test.norm")
        def function(endpoint: Endpoint, tls_norm: TlsNorm, web_norm: WebNorm, findings: Findings) -> None:
            given.extend((tls_norm.id, web_norm.id))

        found = judged(function, tls_norm="ncsc-tls-2.1", web_norm="internetnl-web-2025")
        assert found.verdict is Verdict.PASS
        assert set(given) == {"ncsc-tls-2.1", "internetnl-web-2025"}

    def test_without_one_it_is_undetermined(self) -> None:
        @check("test.no_norm")
        def function(endpoint: Endpoint, norm: TlsNorm, findings: Findings) -> None:
            raise AssertionError

        found = judged(function)
        assert found.verdict is Verdict.UNDETERMINED
        assert found.reason is not None
        assert "tls_norm" in found.reason.en


def test_subjects_of_two_parts_are_refused() -> None:
    with pytest.raises(TypeError, match="no part of a target has together"):

        @check("test.two_parts")
        def function(endpoint: Endpoint, workloads: object, findings: Findings) -> None:
            pass


def test_remarks_without_end_hide_no_failure() -> None:
    @check("strength.many")
    def many(endpoint: Endpoint, findings: Findings) -> None:
        for number in range(3 * MOST_FINDINGS):
            remark(findings, "recommended", str(number))
        if endpoint.host == HOSTS[1]:
            remark(findings, path="last")

    outcome = judged(many)
    assert outcome.verdict is Verdict.FAIL
    assert len(outcome.findings) == 2 * MOST_FINDINGS + 1
    assert [item.path for item in outcome.findings if item.strength == "required"] == ["last"]


def test_failures_without_end_stop_the_judgement() -> None:
    @check("strength.endless")
    def endless(endpoint: Endpoint, findings: Findings) -> None:
        while True:
            remark(findings, path=endpoint.host)

    assert len(judged(endless).findings) == 2 * MOST_FINDINGS
