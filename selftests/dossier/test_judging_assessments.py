"""What certificates, assessments and policies come to where the mutants of the golden dossier do not reach."""

from typing import Any

import msgspec
import pytest
from auditor import ROOT
from looking import TODAY, Bench, day, stated

from toetskader.catalogue.load import load_catalogue
from toetskader.facts.dossier.fact import Stated
from toetskader.judging.outcomes import NotApplicable, Undetermined
from toetskader.judging.registry import load_checks

CHECKS = load_checks(ROOT / "tests")
NORM = load_catalogue(ROOT / "policies").norms["iso-editions-2026"]
CERTIFICATE = {
    "standard": "ISO/IEC 27001:2022",
    "holder": "Voorbeeld Software BV",
    "body": "Zeker BV",
    "number": "1",
    "scope": "Meldingen",
    "valid_until": day(200),
}
TESTED = {
    "assessor": {"organisation": "Toetsers BV", "side": "independent"},
    "subject": {"product": "Meldingen"},
}


def outcome(check_id: str, *documents: Stated, given: dict[str, Any] | None = None, **params: Any) -> str:
    """Judge; return what is wrong, or lacking, or why there is no verdict."""
    check = CHECKS[check_id]
    bench = Bench(*documents, given=given)
    assert check.params is not None
    asked = {"norm": NORM} if check.norms else {}
    try:
        check.function(
            papers=bench.papers,
            findings=bench.findings,
            params=msgspec.convert(params, check.params),
            parameters=bench.parameters,
            today=TODAY,
            **asked,
        )
    except NotApplicable:
        return "not applicable"
    except Undetermined as doubt:
        return f"undetermined: {doubt.reason.en}"
    return ", ".join(bench.wrong) or bench.lacking


def certificate(**says: Any) -> Stated:
    return stated("certificate", "27001", **{**CERTIFICATE, **says})


def assessment(**says: Any) -> Stated:
    return stated("assessment", "pentest", **{**TESTED, **says})


def policy(**says: Any) -> Stated:
    return stated("policy", "ta", **says)


@pytest.mark.parametrize(
    ("says", "said"),
    [
        ({}, ""),
        ({"standard": "ISO27001", "edition": "2023+A1:2024"}, ""),
        ({"standard": "in lijn met ISO 27001"}, "names no single standard"),
        ({"standard": "ISO 9001:2015, ISO/IEC 27001:2022"}, "names no single standard"),
        ({"standard": "ISO 27001"}, "names no edition"),
        ({"standard": "ISO/IEC 27001:2013"}, "counted until 2025-10-31"),
        ({"standard": "ISO/IEC 27001:2031"}, "undetermined"),
        ({"standard": "ISO/IEC 27001:2022", "edition": "2013"}, "edition"),
        ({"standard": "ISO 9001:2015"}, "standard"),
        ({"holder": "Moeder Holding NV"}, "but of Moeder Holding NV"),
        ({"body": "voorbeeld-software"}, "body"),
        ({"valid_until": day(-1)}, "expired"),
        ({"valid_until": day(0)}, ""),
    ],
)
def test_a_certificate(says: dict[str, Any], said: str) -> None:
    found = outcome("certificate.valid", certificate(**says), document="certificate:27001", standards=["27001"])
    assert said in found
    assert bool(found) is bool(said)


def test_a_certificate_of_the_hosting_party_needs_its_name() -> None:
    asked = {"document": "certificate:27001", "holder": "hosting_party"}
    assert "hosting_party" in outcome("certificate.valid", certificate(), **asked)
    assert outcome("certificate.valid", certificate(), given={"hosting_party": "Voorbeeld Software"}, **asked) == ""


@pytest.mark.parametrize(
    ("uses_digid", "said"), [(None, "undetermined: Parameter 'uses_digid'"), (False, "not applicable"), (True, "")]
)
def test_what_is_asked_of_some_targets_only(uses_digid: bool | None, said: str) -> None:
    given = {} if uses_digid is None else {"uses_digid": uses_digid}
    found = outcome(
        "assessment.recent", assessment(), given=given, document="assessment:pentest", applies_if="uses_digid"
    )
    assert found.startswith(said)
    assert bool(found) is bool(said)


@pytest.mark.parametrize(
    ("says", "said"),
    [
        ({}, ""),
        ({"period": {"from": day(-500), "to": day(-400)}}, "is too old"),
        ({"period": {"from": day(-500), "to": day(-200)}, "issued_on": day(-190)}, ""),
        ({"issued_on": day(-400)}, "is too old"),
        ({"issued_on": day(1)}, "future"),
        ({"assessor": {"organisation": "B.V. Software, Voorbeeld", "side": "independent"}}, "assessor.organisation"),
        ({"assessor": {"organisation": "Toetsers BV", "side": "municipality"}}, "assessor.side"),
        ({"subject": {"product": "Meldingen 4.2"}}, ""),
        ({"subject": {"product": "Vermeldingen"}}, "subject.product"),
    ],
)
def test_an_assessment(says: dict[str, Any], said: str) -> None:
    asked = {"document": "assessment:pentest", "max_age_months": 12, "by": "independent", "about_product": True}
    found = outcome("assessment.recent", assessment(**says), **asked)
    assert said in found
    assert bool(found) is bool(said)


@pytest.mark.parametrize(
    ("standard", "type_", "said"),
    [
        ("SOC II Type II", "II", ""),
        ("SOC 2", "type 2", ""),
        ("SOC 2", "I", "report_type"),
        ("SOC 2", "", "report_type"),
        ("ISO 27001", "", ""),
    ],
)
def test_only_reports_by_a_standard_that_has_types_need_one(standard: str, type_: str, said: str) -> None:
    period = {"from": day(-300), "to": day(-100)}
    document = assessment(standard=standard, report_type=type_, period=period)
    found = outcome("assessment.recent", document, document="assessment:pentest", type_two=r"\bsoc\b")
    assert said in found
    assert bool(found) is bool(said)


@pytest.mark.parametrize(
    ("says", "said"),
    [
        ({"reviewed_on": day(-10)}, ""),
        ({"approved_on": day(-10)}, ""),
        ({"reviewed_on": day(-500), "approved_on": day(-10)}, ""),
        ({"reviewed_on": day(5)}, "is reviewed on"),
        ({}, "names no day"),
        ({"reviewed_on": day(-10), "owner": "persoon 1", "approved_by": "persoon 1"}, "approved_by"),
        ({"reviewed_on": day(-10), "owner": "persoon 1", "approved_by": "persoon 2"}, ""),
        ({"reviewed_on": day(-10), "withdrawn": True}, "withdrawn"),
    ],
)
def test_a_policy(says: dict[str, Any], said: str) -> None:
    found = outcome("policy.reviewed", policy(**says), document="policy:ta", max_age_months=12)
    assert said in found
    assert bool(found) is bool(said)


def test_headings_of_a_template_that_nobody_gave_leave_it_open() -> None:
    found = outcome("policy.current", policy(), document="policy:ta", topics_of="business_case_headings")
    assert found.startswith("undetermined: Parameter 'business_case_headings'")


@pytest.mark.parametrize(("days", "said"), [(5, ""), (7, ""), (8, "steps.step-3"), (12, "steps.step-3")])
def test_begun_weeks_count(days: int, said: str) -> None:
    step = {"name": "step-3", "from": day(-100), "to": day(-100 + days - 1)}
    found = outcome("policy.durations", policy(steps=[step]), document="policy:ta", weeks={"step-3": [1, 1]})
    assert found == said
