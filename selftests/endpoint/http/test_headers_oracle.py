"""Headers get the status that internet.nl gives them; where ours differs, it says why."""

import json
from pathlib import Path
from typing import Any

import pytest

from toetskader.facts.endpoint.csp import grade_csp, internetnl_passes
from toetskader.facts.endpoint.graded import Graded, Status
from toetskader.facts.endpoint.headers import (
    grade_compression,
    grade_content_type_options,
    grade_frame_options,
    grade_referrer_policy,
)
from toetskader.facts.endpoint.hsts import grade_hsts

CASES = json.loads(Path(__file__).with_name("internetnl_cases.json").read_text(encoding="utf-8"))
GOOD = ("no-referrer", "same-origin")
SUFFICIENT = ("strict-origin", "strict-origin-when-cross-origin")
YEAR = 31_536_000

# What a rule's bad outcome is called, by the strength it has in the norm.
OUTCOMES = {"required": "failed", "recommended": "warning", "optional": "info"}


def outcome(graded: Graded, strength: str) -> str:
    return {Status.GOOD: "passed", Status.SUFFICIENT: "info"}.get(graded.status, OUTCOMES[strength])


def cases(section: str) -> Any:
    return pytest.mark.parametrize("case", CASES[section], ids=[repr(case["header"])[:80] for case in CASES[section]])


@cases("csp")
def test_csp(case: dict[str, Any]) -> None:
    graded = grade_csp(case["header"], host=case["domain"])
    assert outcome(graded, "recommended") == case["status"]
    # internet.nl names the missing frame-src beside the missing default-src that it would fall back on
    assert set(case["errors"]) - {"missing-invalid-frame-src"} <= set(graded.codes)
    assert internetnl_passes(case["header"], host=case["domain"]) == (case["status"] == "passed")


@cases("hsts")
def test_hsts(case: dict[str, Any]) -> None:
    assert outcome(grade_hsts([case["header"]], min_age_s=YEAR), "required") == case["status"]


@cases("x_frame_options")
def test_x_frame_options(case: dict[str, Any]) -> None:
    assert outcome(grade_frame_options(case["header"]), "optional") == case["status"]


@cases("x_content_type_options")
def test_x_content_type_options(case: dict[str, Any]) -> None:
    assert outcome(grade_content_type_options(case["header"]), "recommended") == case["status"]


@cases("referrer_policy")
def test_referrer_policy(case: dict[str, Any]) -> None:
    graded = grade_referrer_policy(case["header"], good=GOOD, sufficient=SUFFICIENT)
    assert outcome(graded, "recommended") == case["status"]


@cases("content_encoding")
def test_content_encoding(case: dict[str, Any]) -> None:
    assert outcome(grade_compression(case["header"]), "optional") == case["status"]
