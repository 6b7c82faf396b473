"""Loading of targets and their deviations, and every error in them, with file and line."""

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from pathlib import Path

from toetskader.catalogue.load import parameter_errors
from toetskader.catalogue.models import Catalogue
from toetskader.kinds import parts
from toetskader.kinds.chart.entry import chart_entry
from toetskader.kinds.entry import Written
from toetskader.kinds.namespace.entry import own_namespace_errors
from toetskader.supplied import TARGET_FILE
from toetskader.targets.deviations import deviation_errors, unknown_requirement
from toetskader.targets.models import Deviation, DeviationsFile, PartEntries, Target, TargetFile
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
                        "is nog niet ingevuld; vul het in, het rapport noemt het",
                        "was not filled in yet; fill it in, the report names it",
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
        written = _written(file, content)
        yield from _part_errors(written)
        yield from own_namespace_errors(written)
        chart = chart_entry(written.entries)
        values = chart.values if chart is not None else {}
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
            parts=parts.resolved(_written(file, content)),
            parameters=content.parameters,
            deviations=tuple(item for item in deviations if item.holds_for(content.name)),
            agreements=content.agreements,
            file=file.path,
        )


def _real(path: Path) -> Path:
    """Return one name for a file, however it is named; unlike `Path.resolve` it takes a loop of links."""
    return Path(os.path.realpath(path))


def _written(file: YamlFile, content: TargetFile) -> Written:
    """Return what kinds of parts read of a target file."""
    given = {name: getattr(content.parts, name) for name in PartEntries.__struct_fields__}
    return Written(
        folder=file.path.parent,
        entries={name: entry for name, entry in given.items() if entry is not None},
        own_namespaces=content.own_namespaces,
    )


def _part_errors(written: Written) -> Iterator[tuple[Steps, Text]]:
    if not written.entries:
        known = ", ".join(PartEntries.__struct_fields__)
        yield ("parts",), Text(f"noem een deel: {known}", f"name a part: {known}")
    for steps, message in parts.errors(written):
        yield ("parts", *steps), message
