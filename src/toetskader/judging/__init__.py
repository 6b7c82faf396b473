"""Judging: what a check may ask for and report. Pure: no network, process, file or clock."""

from toetskader.facts.attempt import NotProven
from toetskader.facts.variant import Variant
from toetskader.judging.check import Check, check
from toetskader.judging.findings import EndpointPlace, FilePlace, Findings, Strength
from toetskader.judging.outcomes import (
    NotApplicable,
    Parameters,
    Undetermined,
    not_applicable,
    not_shown,
    seen,
    together,
    undetermined,
)
from toetskader.text import Text

__all__ = [
    "Check",
    "EndpointPlace",
    "FilePlace",
    "Findings",
    "NotApplicable",
    "NotProven",
    "Parameters",
    "Strength",
    "Text",
    "Undetermined",
    "Variant",
    "check",
    "not_applicable",
    "not_shown",
    "seen",
    "together",
    "undetermined",
]
