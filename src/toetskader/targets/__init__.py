"""Targets: what is audited, with its parts, parameters and deviations, as files under `targets/`."""

from toetskader.targets.load import load_targets
from toetskader.targets.models import Bearing, Deviation, Target, with_defaults

__all__ = [
    "Bearing",
    "Deviation",
    "Target",
    "load_targets",
    "with_defaults",
]
