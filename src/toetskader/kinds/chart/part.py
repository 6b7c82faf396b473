"""A chart as a target has it, its references resolved."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from toetskader.facts.chart import ChartFiles
from toetskader.facts.key import Attempt, FactKey
from toetskader.facts.redaction import Redaction
from toetskader.text import Lang, Text


# Tagged, so that a target can be read back from the evidence of a run.
class LocalChart(msgspec.Struct, frozen=True, tag="local"):
    """A chart directory or archive on this machine; it need not exist, then its collection fails."""

    path: Path


class OciChart(msgspec.Struct, frozen=True, tag="oci"):
    """A chart in an OCI registry."""

    reference: str


class HelmRepositoryChart(msgspec.Struct, frozen=True, kw_only=True, tag="repository"):
    """A chart in a Helm repository."""

    repository: str
    name: str
    version: str


ChartSource = LocalChart | OciChart | HelmRepositoryChart


@dataclass(frozen=True)
class ValuesSet:
    """A named values set, its files resolved and known to exist."""

    name: str
    files: tuple[Path, ...]
    set: Mapping[str, Any]


@dataclass(frozen=True)
class ChartPart:
    """The chart part of a target, resolved."""

    source: ChartSource
    release: str
    namespace: str
    kubernetes: str
    values: tuple[ValuesSet, ...]
    allow_private: bool = False
    """Whether dependencies may be fetched from private and loopback addresses."""


def source_name(source: ChartSource, folder: Path) -> str:
    """Name a chart's source for people and evidence. Parameters: `folder`, of the target file: a path is relative to
    it where it can be.
    """
    match source:
        case LocalChart():
            base = folder.resolve()
            path = source.path.resolve()
            return str(path.relative_to(base)) if path.is_relative_to(base) else path.name
        case OciChart():
            return source.reference
        case _:
            return f"{source.repository}: {source.name} {source.version}"


def places(part: ChartPart) -> Iterator[Path]:
    """Yield the files and folders that a chart is made of."""
    if isinstance(part.source, LocalChart):
        yield part.source.path
    for item in part.values:
        yield from item.files


def redacted(part: ChartPart, redaction: Redaction) -> ChartPart:
    """Return a chart without the secrets among the values that its target sets."""
    return replace(part, values=tuple(replace(item, set=redaction.settings(item.set)) for item in part.values))


def describe(part: ChartPart, attempts: Mapping[FactKey, Attempt], folder: Path, lang: Lang) -> str:
    """Say in a few words what was looked at: chart, version, content and values sets."""
    attempt = attempts.get(FactKey("chart"))
    where = source_name(part.source, folder)
    scenes = ", ".join(values.name for values in part.values)
    if not isinstance(attempt, ChartFiles):
        return Text(f"{where}: niet gezien", f"{where}: not seen")[lang]
    seen = f"{attempt.name} {attempt.version} ({where}, sha256 {attempt.provenance.digest[:12]}), Kubernetes "
    seen += f"{part.kubernetes}, {attempt.provenance.by}"
    return Text(f"{seen}; waardensets: {scenes}", f"{seen}; values sets: {scenes}")[lang]
