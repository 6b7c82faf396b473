"""Results of a run: the model that every report is a view of."""

from toetskader.results.model import (
    Contradicted,
    Deviation,
    Document,
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
    "Contradicted",
    "Deviation",
    "Document",
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
