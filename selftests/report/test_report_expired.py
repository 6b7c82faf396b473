"""A deviation that expired is said once with the requirement that it was for, by the sentence on the deviation."""

from typing import Any

import pytest
from msgspec.structs import replace

from toetskader.report.findings import own_reason, reason_lines
from toetskader.report.words import words_of
from toetskader.results.model import Verdict

SAID = "Afwijking AFW-3 is verlopen op 2026-10-31."


@pytest.mark.parametrize(
    ("status", "verdict", "reason"),
    [
        ("expired", Verdict.FAIL, ""),
        ("expired", Verdict.UNDETERMINED, SAID),
        ("applied", Verdict.EXPLAINED, SAID),
    ],
)
def test_the_reason_is_left_out_where_the_deviation_says_it(
    make: Any, status: str, verdict: Verdict, reason: str
) -> None:
    deviation = make.deviation("AFW-3", status=status, expires="2026-10-31")
    result = replace(make.result(), verdict=verdict, reason=SAID, deviation=deviation)
    assert own_reason(result) == reason
    assert sum("AFW-3" in line for line in reason_lines(result, words_of("nl"))) == 1 + bool(reason)
