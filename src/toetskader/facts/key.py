"""The facts of one target, keyed so that a judgement finds what it needs."""

from hashlib import sha256

import msgspec

from toetskader.facts.attempt import NotSeen

Fact = msgspec.Struct
"""What was seen: a frozen struct with a tag of its own. Which kinds there are stands in `facts.types`."""
Attempt = Fact | NotSeen


class Need(msgspec.Struct, frozen=True, order=True):
    """What a judgement asks for: a kind of fact, and what it must be made with."""

    kind: str
    argument: str = ""
    """Such as a host name to try; empty for a fact that is always made in the same way."""


class FactKey(msgspec.Struct, frozen=True, order=True):
    """Names one fact of a target: its kind and, for what is seen once per values set, the scene."""

    kind: str
    scene: str = ""
    argument: str = ""
    """What it was made with."""

    @property
    def file_name(self) -> str:
        """File in the evidence folder; an argument may be anything, so that its digest stands for it."""
        made_with = sha256(self.argument.encode()).hexdigest()[:12] if self.argument else ""
        return ".".join(part for part in (self.kind, self.scene, made_with, "json") if part)


class TargetFacts(msgspec.Struct, frozen=True):
    """What was collected for one target. Absent keys were not asked for."""

    target: str
    scenes: dict[str, tuple[str, ...]]
    """Part of the target → its scenes, in the target's order: values sets of a chart, endpoints of a service."""
    attempts: dict[FactKey, Attempt]
