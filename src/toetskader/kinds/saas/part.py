"""A service as a target has it, its references resolved."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from toetskader.facts.endpoint.names import Endpoint


@dataclass(frozen=True)
class RpkiSource:
    """Where routes and their validity come from, resolved; nothing when the target names nothing."""

    validator: str | None = None
    vrps: Path | None = None
    routes: Path | None = None
    origin_zone: str | None = None


@dataclass(frozen=True)
class SaasPart:
    """The service part of a target, resolved."""

    endpoints: tuple[Endpoint, ...]
    resolver: str | None
    trust_anchors: Path | None
    certificate_authorities: Path | None
    name_server_port: int
    rpki: RpkiSource
    values: Mapping[str, str] = field(default_factory=dict)
    """Scene → values set of the chart that is behind it, where the target names that."""
