"""Judging: what a check may ask for and report. Pure: no network, process, file or clock."""

from toetskader.judging.check import Check, check
from toetskader.judging.findings import FilePlace, Findings
from toetskader.judging.outcomes import Parameters, not_applicable, not_shown, undetermined
from toetskader.judging.subjects import Variant
from toetskader.text import Text

__all__ = [
    "Check",
    "FilePlace",
    "Findings",
    "Parameters",
    "Text",
    "Variant",
    "check",
    "not_applicable",
    "not_shown",
    "undetermined",
]
