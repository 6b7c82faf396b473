"""The chart in a target file: what it may say of it, what can be wrong with that, and what is made of it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from toetskader.core.fields import END, FileName, Model, Name, Namespace, NonEmpty, Release
from toetskader.kinds.chart.part import ChartPart, ChartSource, HelmRepositoryChart, LocalChart, OciChart, ValuesSet
from toetskader.kinds.entry import Entry, Problems, Written
from toetskader.text import Text
from toetskader.yamlfile import Steps, joined, shown, why_no_file

KubernetesVersion = Annotated[
    str,
    Meta(
        pattern=rf"^1\.[0-9]{{1,3}}(\.[0-9]{{1,3}})?{END}",
        description='Kubernetes version in quotes: "1.35"',
        extra={"expected": Text('een versie zoals "1.35"', 'a version such as "1.35"')},
    ),
]
ChartAddress = Annotated[
    str,
    Meta(
        pattern=rf"^[^\x00-\x1f]+{END}",
        max_length=2000,
        extra={
            "expected": Text(
                "een pad of een oci://-adres, zonder stuurtekens",
                "a path or an oci:// address, without control characters",
            )
        },
    ),
]


class HelmRepositoryEntry(Model, frozen=True, kw_only=True):
    """A chart in a Helm repository, as the target file writes it."""

    repository: Annotated[
        str,
        Meta(
            pattern=rf"^(https?|file)://[^\s@]+{END}",
            description="Address of the repository, without user name or password",
            extra={
                "expected": Text(
                    "een adres met https://, http:// of file://, zonder gebruikersnaam of wachtwoord",
                    "an address with https://, http:// or file://, without user name or password",
                ),
                "secret": True,
            },
        ),
    ]
    # No dash in front: a chart name and version can become arguments of a program.
    name: Annotated[str, Meta(pattern=rf"^[A-Za-z0-9][A-Za-z0-9._-]*{END}")]
    version: Annotated[str, Meta(pattern=rf"^[0-9A-Za-z][0-9A-Za-z.+_-]*{END}", description="Exact version")]


class ValuesEntry(Model, frozen=True, kw_only=True):
    """A named values set, as the target file writes it in full."""

    files: Annotated[tuple[FileName, ...], Meta(description="Values files, later ones win")] = ()
    set: Annotated[dict[NonEmpty, Any], Meta(description="Dotted values path → value, on top of the files")] = (
        msgspec.field(default_factory=dict)
    )


class ChartEntry(Model, frozen=True, kw_only=True):
    """The chart part, as the target file writes it."""

    source: Annotated[
        ChartAddress | HelmRepositoryEntry,
        Meta(description="Directory or .tgz relative to this file, oci:// reference, or a chart in a repository"),
    ]
    release: Release
    namespace: Namespace
    kubernetes: KubernetesVersion
    values: Annotated[
        dict[Name, tuple[FileName, ...] | ValuesEntry],
        Meta(min_length=1, description="Values sets by name; a requirement passes only if it passes with each"),
    ]
    allow_private: Annotated[
        bool, Meta(description="The chart and its dependencies may be fetched from private and loopback addresses")
    ] = False


def chart_entry(entries: Mapping[str, object]) -> ChartEntry | None:
    """Return what a target file says of its chart, from what it says of its parts."""
    entry = entries.get("chart")
    return entry if isinstance(entry, ChartEntry) else None


def _errors(chart: ChartEntry, written: Written) -> Problems:
    if isinstance(chart.source, str) and "://" in chart.source:
        if not chart.source.startswith("oci://"):
            message = Text(
                "een adres hoort in drie sleutels: repository, name en version; alleen oci:// mag zo",
                "an address belongs in three keys: repository, name and version; only oci:// may stand like this",
            )
            yield ("source",), message
        elif "@" in chart.source.removeprefix("oci://").partition("/")[0]:
            message = Text(
                "zet geen gebruikersnaam of wachtwoord in een adres; log in op het register",
                "put no user name or password in an address; log in to the registry",
            )
            yield ("source",), message
    for name, entry in chart.values.items():
        below: Steps = ("files",) if isinstance(entry, ValuesEntry) else ()
        for index, text in enumerate(_files(entry)):
            if problem := why_no_file(written.folder / text):
                subject = Text(f"bestand {shown(text)} ", f"file {shown(text)} ")
                yield ("values", name, *below, index), joined(subject, problem)


def _files(entry: tuple[str, ...] | ValuesEntry) -> tuple[str, ...]:
    return entry.files if isinstance(entry, ValuesEntry) else entry


def _resolve(chart: ChartEntry, written: Written) -> ChartPart:
    folder = written.folder
    values = [
        ValuesSet(
            name, tuple(folder / text for text in _files(entry)), entry.set if isinstance(entry, ValuesEntry) else {}
        )
        for name, entry in chart.values.items()
    ]
    return ChartPart(
        _source(folder, chart.source),
        chart.release,
        chart.namespace,
        chart.kubernetes,
        tuple(values),
        chart.allow_private,
    )


def _source(folder: Path, source: str | HelmRepositoryEntry) -> ChartSource:
    if isinstance(source, HelmRepositoryEntry):
        return HelmRepositoryChart(repository=source.repository, name=source.name, version=source.version)
    return OciChart(source) if source.startswith("oci://") else LocalChart(folder / source)


ENTRY = Entry(model=ChartEntry, errors=_errors, resolve=_resolve, part=ChartPart)
