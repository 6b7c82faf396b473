"""security.txt gets the status that internet.nl gives it."""

import json
import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from judged import address, file

from toetskader.facts.endpoint.graded import Status
from toetskader.facts.endpoint.security_txt import grade_file, grade_text, policy_urls

CASES = json.loads(Path(__file__).with_name("internetnl_cases.json").read_text(encoding="utf-8"))
TODAY = date(2026, 3, 2)
OUTCOMES = {Status.GOOD: "passed", Status.SUFFICIENT: "info", Status.BAD: "warning"}


def filled(text: str) -> str:
    """Put a moment in for `{NOW+90d}`."""
    noon = datetime(TODAY.year, TODAY.month, TODAY.day, 12)
    return re.sub(r"\{NOW\+(\d+)d\}", lambda match: f"{noon + timedelta(days=int(match[1])):%Y-%m-%dT%H:%M:%SZ}", text)


def graded(text: str, urls: list[str], *, utf8: bool = True) -> dict[str, Status]:
    remarks = grade_text(filled(text), urls, today=TODAY, longest_days=365, utf8=utf8)
    return {remark.code: remark.status for remark in remarks}


@pytest.mark.parametrize("case", CASES["security_txt_content"], ids=lambda case: case["case"])
def test_content(case: dict[str, Any]) -> None:
    remarks = graded(case["content"], [case["retrieved_from"]])
    assert OUTCOMES[max(remarks.values())] == case["status"]
    assert {code for code, status in remarks.items() if status is Status.BAD} == set(case["errors"])
    assert {code for code, status in remarks.items() if status is Status.SUFFICIENT} == set(case["recommendations"])


@pytest.mark.parametrize(
    ("expires", "code"),
    [
        ("2026-03-02T23:59:59Z", "expired"),  # it must lie after the day
        ("2026-03-03T00:00:00Z", None),
        ("2026-03-03T01:00:00+02:00", "expired"),  # still the day before, in UTC
        ("2027-03-02T12:00:00Z", None),
        ("2027-03-04T00:00:00Z", "long_expiry"),
        ("2026-02-31T00:00:00Z", "invalid_expiry"),
    ],
)
def test_the_day_is_given(expires: str, code: str | None) -> None:
    remarks = graded(f"Contact: https://h.example/\nExpires: {expires}\n", ["https://h.example/"])
    assert set(remarks) - {"not_signed"} == ({code} if code else set())


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN PGP SIGNED MESSAGE-----\n" * 900,
        "Expires:" + " " * 90_000 + "x\n",
        "Policy: " + "a " * 40_000,
        "x\n" * 50_000,
        "Preferred-Languages: " + "a-" * 45_000,
        "Contact: mailto:" + "a" * 90_000,
    ],
)
def test_a_hostile_file_is_judged(text: str) -> None:
    assert Status.BAD in graded(text, ["https://h.example/"]).values()
    assert policy_urls(text) == []


def test_bytes_that_are_no_utf8_are_told() -> None:
    assert "utf8" in graded("Contact: mailto:a\\xff@b.nl\nExpires: {NOW+90d}\n", ["https://h.example/"], utf8=False)


SERVED = {
    "200 text/plain (no charset)": {},
    "404 on both paths": {"security_txt": file(status=404), "legacy_security_txt": file(status=404)},
    "403/500 on both": {"security_txt": file(status=403), "legacy_security_txt": file(status=500)},
    "non-200 at /.well-known/, 200 text/plain at /security.txt": {
        "security_txt": file(status=404),
        "legacy_security_txt": file(),
    },
}
ELSEWHERE = "redirect to other host, 200 text/plain"
"""Only the target's own hosts are contacted, so that this one has no verdict here."""


@pytest.mark.parametrize(
    "case", [case for case in CASES["security_txt_http"] if case["http"] != ELSEWHERE], ids=lambda case: case["http"]
)
def test_how_it_is_served(case: dict[str, Any]) -> None:
    graded = grade_file(address(**SERVED[case["http"]]), today=TODAY, longest_days=365)
    wrong = [remark.code for remark in graded.remarks if remark.status is Status.BAD]
    assert wrong == ([case["error"]] if case["error"] else [])


@pytest.mark.parametrize(
    ("content_type", "code"),
    [
        (None, "no_content_type"),
        ("text/html", "invalid_media"),
        ("text/plain; charset=iso-8859-1", "invalid_charset"),
        ('Text/Plain; Charset="UTF-8"', None),
    ],
)
def test_content_types(content_type: str | None, code: str | None) -> None:
    graded = grade_file(address(security_txt=file(content_type=content_type)), today=TODAY, longest_days=365)
    wrong = [remark.code for remark in graded.remarks if remark.status is Status.BAD]
    assert wrong == ([code] if code else [])


def test_what_is_wrong_is_told_in_both_languages_with_the_line() -> None:
    text = "Contact : mailto:a@example.nl\nExpires: 2026-06-01T00:00:00Z\nColour: red\n"
    told = {remark.code: remark.seen for remark in grade_text(text, [], today=TODAY, longest_days=365)}
    assert told["prec_ws"].nl == "regel 1, een spatie voor de dubbele punt: Contact : mailto:a@example.nl"
    assert told["unknown_field"].en == "line 3, a field that RFC 9116 does not have: Colour: red"
    assert told["not_signed"].nl == "het hele bestand: niet ondertekend"


@pytest.mark.parametrize("case", CASES["security_txt_content"], ids=lambda case: case["case"])
def test_nothing_is_told_in_english_only(case: dict[str, Any]) -> None:
    for remark in grade_text(filled(case["content"]), [case["retrieved_from"]], today=TODAY, longest_days=365):
        if remark.code not in ("expired", "long_expiry"):  # a field and its value, the same in both
            assert remark.seen.nl != remark.seen.en
