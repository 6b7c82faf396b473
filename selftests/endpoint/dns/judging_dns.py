"""Judges facts on names with the checks as they are, outside a run of the audit."""

from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import yaml

from toetskader.facts.endpoint.names import Endpoint
from toetskader.facts.key import FactKey, TargetFacts
from toetskader.judging import Parameters
from toetskader.judging.combining import Judged
from toetskader.judging.judge import judge
from toetskader.judging.registry import load_checks
from toetskader.judging.subjects import TargetSubjects
from toetskader.norms.web import WebNorm

PROJECT = Path(__file__).parents[3]
NORM = msgspec.convert(
    yaml.safe_load((PROJECT / "policies/norms/internetnl-web-2025.yaml").read_text(encoding="utf-8")), WebNorm
)
CHECKS = load_checks(PROJECT / "tests")
ENDPOINT = Endpoint(host="www.good.test")


class TargetParameters(msgspec.Struct):
    web_norm: str = NORM.id


def judge_dns(check: str, *, params: dict[str, Any] | None = None, **facts: Any) -> Judged:
    """Judge one check on the facts given by kind."""
    attempts = {FactKey(kind, "host"): fact for kind, fact in {"endpoint": ENDPOINT, **facts}.items()}
    judged = judge(
        CHECKS[check],
        TargetSubjects(TargetFacts("test", {"saas": ("host",)}, attempts)),
        part="saas",
        params=params or {},
        parameters=Parameters(TargetParameters()),
        today=date(2026, 1, 1),
        fixtures={},
        norms={NORM.id: NORM},
    )
    assert judged.crash is None, judged.crash
    return judged


def strengths(judged: Judged) -> set[str]:
    return {item.strength for item in judged.findings}
