"""Judges facts with the checks as they are, outside a run of the audit."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, Protocol

import msgspec
import yaml

import tests.test_served_certificates as served
import tests.test_tls as protocol
from toetskader.facts.attempt import NotSeen
from toetskader.facts.endpoint.names import Endpoint
from toetskader.facts.endpoint.tls import TlsFacts
from toetskader.facts.key import FactKey, TargetFacts
from toetskader.judging import Parameters
from toetskader.judging.check import check_of
from toetskader.judging.combining import Judged
from toetskader.judging.judge import judge
from toetskader.judging.subjects import TargetSubjects
from toetskader.norms.tls import TlsNorm

PROJECT = Path(__file__).parents[3]
NORMS = {
    name: msgspec.convert(yaml.safe_load((PROJECT / f"policies/norms/{name}.yaml").read_text()), TlsNorm)
    for name in ("ncsc-tls-2025-05", "ncsc-tls-2.1")
}
NORM = NORMS["ncsc-tls-2025-05"]
CHECKS = {
    found.id: found for module in (protocol, served) for value in vars(module).values() if (found := check_of(value))
}


class TargetParameters(msgspec.Struct):
    tls_norm: str


Measure = Callable[..., TlsFacts]
"""Measures a server by its port."""


class Judge(Protocol):
    def __call__(self, fact: TlsFacts | NotSeen, check: str, *, norm: str = ..., **params: Any) -> Judged: ...


MUNICIPAL = Endpoint(host="app.stad.nl", municipal_domain="stad.nl")


def judge_tls(
    fact: TlsFacts | NotSeen,
    check: str,
    *,
    norm: str = "ncsc-tls-2025-05",
    endpoint: Endpoint = MUNICIPAL,
    **params: Any,
) -> Judged:
    attempts = {FactKey("tls", "localhost"): fact, FactKey("endpoint", "localhost"): endpoint}
    judged = judge(
        CHECKS[check],
        TargetSubjects(TargetFacts("test", {"saas": ("localhost",)}, attempts)),
        part="saas",
        params=params,
        parameters=Parameters(TargetParameters(norm)),
        today=date(2026, 1, 1),
        fixtures={},
        norms=NORMS,
    )
    assert judged.crash is None, judged.crash
    return judged
