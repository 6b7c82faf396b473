"""What the Haven Compliancy Checker said of a cluster: evidence that is accepted, not measured again."""

from datetime import datetime
from enum import StrEnum

import msgspec

from toetskader.facts.attempt import Provenance

REQUIRED_CHECKS = 15
"""Required checks of the Haven standard; a report with fewer was cut short or is of another standard."""


class HavenResult(StrEnum):
    """What one check came to, in the checker's own words."""

    YES = "YES"
    NO = "NO"
    SKIPPED = "SKIPPED"
    UNKNOWN = "UNKNOWN"


class HavenCheck(msgspec.Struct, frozen=True, kw_only=True):
    """One check of the report."""

    name: str
    """Short name, such as `multiaz`."""
    label: str
    """What it is about, for people."""
    category: str
    result: HavenResult


class HavenReport(msgspec.Struct, frozen=True, kw_only=True, tag="haven"):
    """A report of the Haven Compliancy Checker."""

    provenance: Provenance
    commands: tuple[str, ...]
    version: str
    """Of the checker."""
    compliant: bool | None
    """What the report itself concludes; None when it does not say."""
    finished: datetime
    required: tuple[HavenCheck, ...]
    suggested: tuple[HavenCheck, ...] = ()
    """Checks beyond the standard, such as the CIS benchmark; they decide nothing."""
