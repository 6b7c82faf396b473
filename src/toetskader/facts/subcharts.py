"""Which of a chart's dependencies take part, as Helm decides from conditions and tags."""

from collections.abc import Mapping
from typing import Any


def enabled_subcharts(metadata: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, bool]:
    """Return for each dependency of Chart.yaml, by its name and alias, whether Helm includes it.

    Parameters: `metadata`, Chart.yaml; `values`, coalesced. The first path of `condition` that leads to true or false
    decides; else a dependency with tags takes part when one of them is true or none is set.
    """
    found: dict[str, bool] = {}
    dependencies = metadata.get("dependencies")
    for entry in dependencies if isinstance(dependencies, list) else []:
        if not isinstance(entry, Mapping):
            continue
        enabled = _enabled(entry, values)
        for name in (entry.get("name"), entry.get("alias")):
            if isinstance(name, str):
                found[name] = found.get(name, False) or enabled
    return found


def _enabled(entry: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    condition = entry.get("condition")
    for path in condition.strip().split(",") if isinstance(condition, str) else ():
        value = _at(values, path)  # Helm leaves spaces in the path, which then leads nowhere
        if isinstance(value, bool):
            return value
    tags = entry.get("tags")
    known = values.get("tags")
    if isinstance(tags, list) and isinstance(known, Mapping):
        given = [known.get(tag) for tag in tags if isinstance(tag, str) and isinstance(known.get(tag), bool)]
        return not given or any(given)
    return True


def _at(values: Mapping[str, Any], path: str) -> Any:
    value: Any = values
    for key in path.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value
