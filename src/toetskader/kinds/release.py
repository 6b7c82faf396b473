"""A release: what runs in a namespace beside what was delivered with the chart."""

from toetskader.facts.chart import Render
from toetskader.kinds.chart.kind import CHART
from toetskader.kinds.entry import Follows, Parts
from toetskader.kinds.kind import Kind, no_places, no_secrets, nothing_to_say
from toetskader.kinds.kubernetes import not_listed
from toetskader.kinds.namespace.kind import ENVIRONMENT, LIVE, NAMESPACE
from toetskader.kinds.namespace.part import NamespaceEntry, scenes
from toetskader.kinds.subject import facts


def _installed(parts: Parts) -> tuple[NamespaceEntry, ...] | None:
    """Return the namespaces that the chart of a target runs in."""
    return NAMESPACE.of(parts) if CHART.of(parts) is not None else None


def _describe(entries: tuple[NamespaceEntry, ...], *_: object) -> str:
    return ", ".join(f"{entry.release} ({entry.environment}, {entry.values or '?'})" for entry in entries)


RELEASE = Kind(
    name="release",
    given=Follows(_installed),
    scenes=scenes,
    redacted=no_secrets,
    places=no_places,
    describe=_describe,
    facts={"contracted": Render},
    subjects={**LIVE, **facts("contracted")},
    always=(),
    collector=CHART.collector,
    after=(),
    scene=ENVIRONMENT,
    scene_asked=ENVIRONMENT,
    places_name_scene=False,
    are_variants=False,
    varies="",
    lists_objects=True,
    nothing_there=nothing_to_say,
    left_out=not_listed,
    scaffold=None,
    docs=("beheerders.md", "## Draait wat er geleverd is"),
)
