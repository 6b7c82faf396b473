"""The cluster that the component runs on, as the Haven Compliancy Checker reports on it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from toetskader.core.fields import FileName, Model
from toetskader.facts.haven import HavenReport
from toetskader.kinds.entry import Entry, Problems, Written
from toetskader.kinds.kind import Kind, SceneEntry, no_secrets, nothing_to_say
from toetskader.kinds.subject import facts
from toetskader.text import Text


class ClusterEntry(Model, frozen=True, kw_only=True):
    """The cluster that the component runs on, as the target file writes it."""

    haven_report: Annotated[FileName, Meta(description="JSON of the Haven Compliancy Checker, relative to this file")]


def _errors(_: ClusterEntry, __: Written) -> Problems:
    """Yield nothing: that the report is absent is no error here, what needs it is undetermined and says so."""
    yield from ()


def _resolve(entry: ClusterEntry, written: Written) -> Path:
    return written.folder / entry.haven_report


def _no_scenes(_: Path) -> tuple[SceneEntry, ...]:
    return ()


def _places(report: Path) -> Iterator[Path]:
    yield report


def _describe(report: Path, *_: object) -> str:
    return report.name


CLUSTER = Kind(
    name="cluster",
    given=Entry(model=ClusterEntry, errors=_errors, resolve=_resolve, part=Path, kept_as="haven_report"),
    scenes=_no_scenes,
    redacted=no_secrets,
    places=_places,
    describe=_describe,
    facts={"haven": HavenReport},
    subjects=facts("haven", per_scene=False),
    always=(),
    collector="toetskader.collect.haven:reports",
    after=(),
    scene=Text("", ""),
    scene_asked=Text("cluster", "cluster"),
    places_name_scene=False,
    are_variants=False,
    varies="",
    lists_objects=False,
    nothing_there=nothing_to_say,
    left_out=nothing_to_say,
    scaffold=None,
    docs=("beheerders.md", "## Het doel"),
)
