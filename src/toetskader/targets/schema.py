"""JSON Schemas of target and deviation files, for editors."""

from typing import Any

from toetskader.catalogue.schema import schema_of
from toetskader.targets.models import DeviationsFile, TargetFile


def target_schemas() -> dict[str, dict[str, Any]]:
    """Return the schemas by the name they are published under."""
    return {
        "target": schema_of(TargetFile, "Toetskader: target"),
        "deviations": schema_of(DeviationsFile, "Toetskader: deviations"),
    }
