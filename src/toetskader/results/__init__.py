"""Results of a run: the model that every report is a view of."""

from toetskader.results.model import (
    Deviation,
    Finding,
    LevelCount,
    NotLookedAt,
    PartResult,
    Report,
    Result,
    Run,
    TargetSummary,
    Verdict,
)

__all__ = [
    "Deviation",
    "Finding",
    "LevelCount",
    "NotLookedAt",
    "PartResult",
    "Report",
    "Result",
    "Run",
    "TargetSummary",
    "Verdict",
]
