"""The catalogue: sources, requirements, planned checks and profiles, as files under `policies/`."""

from toetskader.catalogue.load import load_catalogue
from toetskader.catalogue.models import (
    Addressee,
    Catalogue,
    CheckInfo,
    Part,
    PlannedCheck,
    Profile,
    Requirement,
    Source,
    TargetParameters,
)

__all__ = [
    "Addressee",
    "Catalogue",
    "CheckInfo",
    "Part",
    "PlannedCheck",
    "Profile",
    "Requirement",
    "Source",
    "TargetParameters",
    "load_catalogue",
]
