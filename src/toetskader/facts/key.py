"""The facts of one target, keyed so that a judgement finds what it needs."""

import msgspec

from toetskader.facts.attempt import NotSeen

Fact = msgspec.Struct
"""What was seen: a frozen struct with a tag of its own. Which kinds there are stands in `facts.types`."""
Attempt = Fact | NotSeen


class FactKey(msgspec.Struct, frozen=True, order=True):
    """Names one fact of a target: its kind and, for what is seen once per values set, the scene."""

    kind: str
    scene: str = ""

    @property
    def file_name(self) -> str:
        """File in the evidence folder."""
        return f"{self.kind}.{self.scene}.json" if self.scene else f"{self.kind}.json"


class TargetFacts(msgspec.Struct, frozen=True):
    """What was collected for one target. Absent keys were not asked for."""

    target: str
    scenes: dict[str, tuple[str, ...]]
    """Part of the target → its scenes, in the target's order: values sets of a chart, endpoints of a service."""
    attempts: dict[FactKey, Attempt]
