"""Which of a chart's dependencies take part, as Helm decides from conditions and tags."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import yaml

from toetskader.facts.chart import ChartFiles
from toetskader.facts.names import words
from toetskader.facts.templates import Templates
from toetskader.facts.values import Leaf, walk_leaves

_CHART_FILE = re.compile(r"(?P<folder>(?:charts/[^/]+/)*)Chart\.yaml")


def enabled_subcharts(metadata: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, bool]:
    """Return for each dependency of Chart.yaml, by its name and alias, whether Helm includes it.

    Parameters: `metadata`, Chart.yaml; `values`, coalesced. The first path of `condition` that leads to true or false
    decides; else a dependency with tags takes part when one of them is true or none is set.
    """
    found: dict[str, bool] = {}
    for entry in _dependencies(metadata):
        enabled = _enabled(entry, values, values)
        for name in (entry.get("name"), entry.get("alias")):
            if isinstance(name, str):
                found[name] = found.get(name, False) or enabled
    return found


@dataclass(frozen=True, slots=True)
class Off:
    """What of a chart takes no part with some values, because a subchart is off."""

    values: frozenset[tuple[str, ...]] = frozenset()
    """The keys that lead to the values of a subchart that is off."""
    folders: frozenset[str] = frozenset()
    """Where a subchart stands that is off under every name it has: `charts/db/`."""
    sections: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Every chart that takes part: its folder, empty for the chart itself, and the keys that lead to its values."""

    def files(self, files: Mapping[str, str]) -> Mapping[str, str]:
        """Return the files of a chart that take part."""
        if not self.folders:
            return files
        off = tuple(self.folders)
        return {path: text for path, text in files.items() if not path.startswith(off)}

    def settings(self, leaves: Iterable[Leaf], templates: Templates) -> tuple[Leaf, ...]:
        """Return the leaves that can set something: values of a subchart that is off do not, unless others read them.

        Parameters: `templates`, those that take part.
        """
        if not self.values:
            return tuple(leaves)
        return tuple(leaf for leaf in leaves if self._counts(leaf.path, templates))

    def _counts(self, path: str, templates: Templates) -> bool:
        keys = tuple(path.split("."))
        below = any(keys[: len(off)] == off for off in self.values)
        return not below or templates.read_from_the_top(path)


def switched_off(chart: ChartFiles, values: Mapping[str, Any]) -> Off:
    """Return what of a chart takes no part with these values, subcharts of subcharts included.

    Parameters: `values`, coalesced. Conditions of a subchart's own dependencies are paths in its own values, tags are
    those of the whole (Helm's `processDependencyEnabled`).
    """
    found: set[tuple[str, ...]] = set()
    on: set[str] = set()
    off: set[str] = set()
    sections: list[tuple[str, tuple[str, ...]]] = []
    metadata: dict[str, Mapping[str, Any]] = {"": chart.metadata}
    for path, text in chart.files.items():
        match = _CHART_FILE.fullmatch(path)
        if match and match["folder"]:
            metadata[match["folder"]] = _read(text)
    left: list[tuple[str, tuple[str, ...]]] = [("", ())]
    while left:
        folder, keys = left.pop()
        sections.append((folder, keys))
        own = _section(values, keys)
        # Charts of the first version name their dependencies in a file of its own.
        apart = _read(chart.files.get(f"{folder}requirements.yaml", ""))
        for entry in (*_dependencies(metadata[folder]), *_dependencies(apart)):
            name, alias = entry.get("name"), entry.get("alias")
            if not isinstance(name, str):
                continue
            below = _folder_of(name, folder, metadata)
            steps = (*keys, alias if isinstance(alias, str) and alias else name)
            if _enabled(entry, own, values):
                on.add(below)
                if below and len(steps) < _DEEPEST:
                    left.append((below, steps))
            else:
                found.add(steps)
                off.add(below)
    return Off(frozenset(found), frozenset(off - on - {""}), tuple(sections))


_DEEPEST = 20


@lru_cache(maxsize=512)
def _read(text: str) -> Mapping[str, Any]:
    """Return what a file on a chart says; nothing of one that Helm refuses, for that is said elsewhere."""
    try:
        found = yaml.load(text, yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _folder_of(name: str, parent: str, metadata: Mapping[str, Mapping[str, Any]]) -> str:
    """Return where a dependency stands; empty when it is not among the chart's files."""
    named = f"{parent}charts/{name}/"
    if named in metadata:
        return named
    inside = (folder for folder in metadata if folder.startswith(f"{parent}charts/"))
    return next(
        (
            folder
            for folder in inside
            if folder.count("/") == parent.count("/") + 2 and metadata[folder].get("name") == name
        ),
        "",
    )


def _dependencies(metadata: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    dependencies = metadata.get("dependencies")
    for entry in dependencies if isinstance(dependencies, list) else []:
        if isinstance(entry, Mapping):
            yield entry


def _enabled(entry: Mapping[str, Any], values: Mapping[str, Any], whole: Mapping[str, Any]) -> bool:
    """Tell whether a dependency takes part, given the values of its parent and of the whole."""
    condition = entry.get("condition")
    for path in condition.strip().split(",") if isinstance(condition, str) else ():
        value = _at(values, path)  # Helm leaves spaces in the path, which then leads nowhere
        if isinstance(value, bool):
            return value
    tags = entry.get("tags")
    known = whole.get("tags")
    if isinstance(tags, list) and isinstance(known, Mapping):
        given = [known.get(tag) for tag in tags if isinstance(tag, str) and isinstance(known.get(tag), bool)]
        return not given or any(given)
    return True


def _at(values: Mapping[str, Any], path: str) -> Any:
    value: Any = values
    for key in path.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def unset(chart: ChartFiles, values: Mapping[str, Any], off: Off) -> Iterator[Leaf]:
    """Yield the settings that a chart's own values offer without a value: Helm drops what is null as it coalesces.

    Parameters: `values`, coalesced, whose leaves are not yielded again; `off`, what takes no part with these.
    """
    for folder, keys in off.sections:
        for steps in _nulls(chart.files.get(f"{folder}values.yaml", "")):
            path = (*keys, *steps)
            if not _is_given(values, path):
                name = ".".join(path)
                yield Leaf(name, words(name), None)


@lru_cache(maxsize=512)
def _nulls(text: str) -> tuple[tuple[str, ...], ...]:
    """Return the ways to what a file of values leaves null, that in lists left out."""
    return tuple(
        tuple(map(str, steps))
        for steps, value in walk_leaves(_read(text))
        if value is None and not any(isinstance(step, int) for step in steps)
    )


def _is_given(values: Mapping[str, Any], path: tuple[str, ...]) -> bool:
    value: Any = values
    for key in path:
        if not isinstance(value, Mapping) or key not in value:
            return False
        value = value[key]
    return True


def _section(values: Mapping[str, Any], keys: tuple[str, ...]) -> Mapping[str, Any]:
    value: Any = values
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}
