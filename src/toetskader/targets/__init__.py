"""Targets: what is audited, with its parts, parameters and deviations, as files under `targets/`."""

from toetskader.targets.load import load_targets
from toetskader.targets.models import (
    Bearing,
    ChartPart,
    ChartSource,
    Deviation,
    HelmRepositoryChart,
    LocalChart,
    OciChart,
    Target,
    ValuesSet,
    with_defaults,
)

__all__ = [
    "Bearing",
    "ChartPart",
    "ChartSource",
    "Deviation",
    "HelmRepositoryChart",
    "LocalChart",
    "OciChart",
    "Target",
    "ValuesSet",
    "load_targets",
    "with_defaults",
]
