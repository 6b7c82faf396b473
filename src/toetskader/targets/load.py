"""Loading of targets and their deviations, and every error in them, with file and line."""

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from pathlib import Path

from toetskader.catalogue.load import parameter_errors
from toetskader.catalogue.models import Catalogue
from toetskader.supplied import TARGET_FILE
from toetskader.targets.deviations import deviation_errors, unknown_requirement
from toetskader.targets.endpoints import saas_errors, saas_part
from toetskader.targets.environments import namespace_errors, namespaces_of, own_namespace_errors
from toetskader.targets.models import (
    ChartEntry,
    ChartPart,
    ChartSource,
    Deviation,
    DeviationsFile,
    HelmRepositoryChart,
    HelmRepositoryEntry,
    LocalChart,
    OciChart,
    PartEntries,
    Target,
    TargetFile,
    ValuesEntry,
    ValuesSet,
)
from toetskader.text import Text
from toetskader.yamlfile import (
    MAX_ERRORS,
    FileError,
    FileErrors,
    Steps,
    YamlFile,
    did_you_mean,
    joined,
    read_yaml,
    shown,
    why_no_file,
)

_TO_FILL_IN = ("VUL IN", "FILL IN")
"""How the values begin that `toetskader scaffold` leaves to be filled in."""

_NO_TARGETS = Text(
    f"bevat geen doelen; een doel is een .yaml-bestand hierin of {TARGET_FILE} in een map hierin",
    f"holds no targets; a target is a .yaml file in it or {TARGET_FILE} in a folder in it",
)


def load_targets(paths: Iterable[Path], *, today: date, catalogue: Catalogue | None = None) -> tuple[Target, ...]:
    """Load the targets of a run, in the order given, each once.

    Parameters: `paths`, each a target file, a folder that holds `target.yaml`, or a portfolio: a folder whose
    `*.yaml` and `*/target.yaml` are targets; `today`, the day that deviations are judged on; `catalogue`, to look up
    profiles and requirements, None not to. Raises `FileErrors` with everything found wrong. That a chart is absent
    is no error here: its collection fails, and says so in the report.
    """
    return _Loader(today, catalogue).load(paths)


class _Loader:
    """Collects the targets of one run, and what is wrong with them."""

    def __init__(self, today: date, catalogue: Catalogue | None) -> None:
        self._today = today
        self._catalogue = catalogue
        self._errors: list[FileError] = []
        self._named: dict[str, YamlFile] = {}
        self._read: list[tuple[YamlFile, TargetFile]] = []
        self._deviations: dict[Path, tuple[Deviation, ...]] = {}

    def load(self, paths: Iterable[Path]) -> tuple[Target, ...]:
        seen: set[Path] = set()
        for path in paths:
            files = self._discover(path)
            for found in files:
                if _real(found) not in seen:
                    seen.add(_real(found))
                    self._load_target(found, asked_for=found == path)
            if not files or not (self._read or self._errors):
                self._errors.append(FileError(path, _NO_TARGETS))
        self._load_deviations()
        if self._errors:
            raise FileErrors(self._errors)
        return tuple(self._resolved(file, content) for file, content in self._read)

    def _discover(self, path: Path) -> list[Path]:
        if not path.is_dir():
            return [path]
        if (path / TARGET_FILE).is_file():
            return [path / TARGET_FILE]
        for entry in sorted(path.glob("*.yml")):
            self._errors.append(FileError(entry, Text("heet geen .yaml; hernoem het", "is not named .yaml; rename it")))
        return sorted([*path.glob("*.yaml"), *path.glob(f"*/{TARGET_FILE}")])

    def _load_target(self, path: Path, *, asked_for: bool) -> None:
        """Read one target file; a deviation file beside targets in a portfolio is left to the target that names it."""
        try:
            file = read_yaml(path)
            beside_targets = not asked_for and path.name != TARGET_FILE
            if beside_targets and isinstance(file.data, dict) and file.data.keys() == {"deviations"}:
                return
            content = file.convert(TargetFile)
        except FileError as error:
            self._errors.append(error)
        except FileErrors as errors:
            self._errors.extend(errors.errors)
        else:
            found = islice(self._target_errors(file, content), MAX_ERRORS)
            self._errors.extend(file.error(place, message) for place, message in found)
            self._named.setdefault(content.name, file)
            self._read.append((file, content))

    def _target_errors(self, file: YamlFile, content: TargetFile) -> Iterator[tuple[Steps, Text]]:
        if content.name in self._named:
            first = self._named[content.name]
            message = Text(
                f"doel {content.name} bestaat al ({first.path}:{first.line(('name',))}); hernoem er een",
                f"target {content.name} exists already ({first.path}:{first.line(('name',))}); rename one",
            )
            yield ("name",), message
        for key, value in (("supplier", content.supplier), ("component", content.component)):
            if value.startswith(_TO_FILL_IN):
                yield (
                    (key,),
                    Text(
                        "is nog niet ingevuld; het rapport noemt het",
                        "was not filled in yet; the report names it",
                    ),
                )
        if self._catalogue is not None:
            for index, profile in enumerate(content.profiles):
                if profile not in self._catalogue.profiles:
                    message = Text(f"profiel {profile} bestaat niet.", f"profile {profile} does not exist.")
                    yield ("profiles", index), joined(message, did_you_mean(profile, self._catalogue.profiles))
            for index, id_ in enumerate(content.agreements):
                if problem := unknown_requirement(id_, self._catalogue):
                    yield ("agreements", index), problem
        if content.deviations is not None and (problem := why_no_file(file.path.parent / content.deviations)):
            yield (
                ("deviations",),
                joined(Text(f"{shown(content.deviations)} ", f"{shown(content.deviations)} "), problem),
            )
        for path, message in parameter_errors(content.parameters, self._catalogue.norms if self._catalogue else None):
            yield ("parameters", *path), message
        yield from _part_errors(file.path.parent, content.parts)
        yield from own_namespace_errors(content)
        values = content.parts.chart.values if content.parts.chart is not None else {}
        for index, name in enumerate(content.parameters.production_values_sets or ()):
            if name not in values:
                message = Text(f"waardenset {shown(name)} bestaat niet.", f"values set {shown(name)} does not exist.")
                suggestion = did_you_mean(name, values)
                yield ("parameters", "production_values_sets", index), joined(message, suggestion)

    def _load_deviations(self) -> None:
        """Read every deviation file once, however many targets name it."""
        users: dict[Path, list[str]] = defaultdict(list)
        named: dict[Path, Path] = {}
        for file, content in self._read:
            if content.deviations is not None:
                path = file.path.parent / content.deviations
                users[_real(path)].append(content.name)
                named.setdefault(_real(path), path)
        for real, path in named.items():
            if why_no_file(path):
                continue  # reported where it is named
            try:
                file = read_yaml(path)
                deviations = file.convert(DeviationsFile).deviations
            except FileError as error:
                self._errors.append(error)
            except FileErrors as errors:
                self._errors.extend(errors.errors)
            else:
                self._deviations[real] = deviations
                self._errors += deviation_errors(
                    file, deviations, targets=users[real], catalogue=self._catalogue, today=self._today
                )

    def _resolved(self, file: YamlFile, content: TargetFile) -> Target:
        folder = file.path.parent
        deviations = self._deviations.get(_real(folder / content.deviations), ()) if content.deviations else ()
        return Target(
            name=content.name,
            supplier=content.supplier,
            component=content.component,
            gate=content.gate,
            profiles=content.profiles,
            addressee=content.addressee,
            chart=_chart(folder, content.parts.chart) if content.parts.chart else None,
            saas=saas_part(folder, content.parts.saas) if content.parts.saas else None,
            namespaces=namespaces_of(folder, content),
            haven_report=folder / content.parts.cluster.haven_report if content.parts.cluster else None,
            parameters=content.parameters,
            deviations=tuple(item for item in deviations if item.holds_for(content.name)),
            agreements=content.agreements,
            file=file.path,
        )


def _real(path: Path) -> Path:
    """Return one name for a file, however it is named; unlike `Path.resolve` it takes a loop of links."""
    return Path(os.path.realpath(path))


def _part_errors(folder: Path, parts: PartEntries) -> Iterator[tuple[Steps, Text]]:
    if all(getattr(parts, name) is None for name in PartEntries.__struct_fields__):
        known = ", ".join(PartEntries.__struct_fields__)
        yield ("parts",), Text(f"noem een deel: {known}", f"name a part: {known}")
    if parts.chart is not None:
        yield from _chart_errors(folder, parts.chart)
    if parts.saas is not None:
        yield from saas_errors(parts.saas, parts.chart.values if parts.chart is not None else None)
    yield from namespace_errors(parts)


def _chart_errors(folder: Path, chart: ChartEntry) -> Iterator[tuple[Steps, Text]]:
    if isinstance(chart.source, str) and "://" in chart.source:
        if not chart.source.startswith("oci://"):
            message = Text(
                "een adres hoort in drie sleutels: repository, name en version; alleen oci:// mag zo",
                "an address belongs in three keys: repository, name and version; only oci:// may stand like this",
            )
            yield ("parts", "chart", "source"), message
        elif "@" in chart.source.removeprefix("oci://").partition("/")[0]:
            message = Text(
                "zet geen gebruikersnaam of wachtwoord in een adres; log in op het register",
                "put no user name or password in an address; log in to the registry",
            )
            yield ("parts", "chart", "source"), message
    for name, entry in chart.values.items():
        below: Steps = ("files",) if isinstance(entry, ValuesEntry) else ()
        for index, text in enumerate(_files(entry)):
            if problem := why_no_file(folder / text):
                subject = Text(f"bestand {shown(text)} ", f"file {shown(text)} ")
                yield ("parts", "chart", "values", name, *below, index), joined(subject, problem)


def _files(entry: tuple[str, ...] | ValuesEntry) -> tuple[str, ...]:
    return entry.files if isinstance(entry, ValuesEntry) else entry


def _chart(folder: Path, chart: ChartEntry) -> ChartPart:
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
