"""What of a render decides on what runs, without the places where a chart may write something else each time."""

from collections.abc import Iterator
from typing import Any

from toetskader.facts.chart import RenderedObject
from toetskader.facts.kubernetes.workloads import POD_KINDS

_NOTED = frozenset({*POD_KINDS, "Secret", "ConfigMap", "ServiceAccount", "PersistentVolumeClaim"})
"""Kinds of which labels and annotations are notes, but for hooks and what a selector reads."""


def steady(objects: tuple[RenderedObject, ...]) -> list[Any]:
    """Return the objects of a render without the places where something may be otherwise each time.

    These are names, the content of Secrets and ConfigMaps, certificates of webhooks, schedules, and notes on what runs
    that nothing selects by.
    """
    selecting = {key for item in objects for key in _selected(item.document)}
    return [_steady(item.document, selecting) for item in objects]


def _steady(document: dict[str, Any], selecting: set[str]) -> Any:
    kind = document.get("kind")
    notes = kind in _NOTED
    if kind in ("Secret", "ConfigMap"):
        document = {key: value for key, value in document.items() if key not in ("data", "stringData", "binaryData")}
    return _without_notes(document, selecting, top=True, notes=notes)


def _without_notes(part: Any, selecting: set[str], *, top: bool, notes: bool) -> Any:
    if isinstance(part, list):
        return [_without_notes(item, selecting, top=False, notes=notes) for item in part]
    if not isinstance(part, dict):
        return part
    found = {}
    for key, value in part.items():
        if key == "metadata" and isinstance(value, dict):
            kept = {
                name: _kept(name, held, selecting) if notes else held
                for name, held in value.items()
                if not (top and name == "name")
            }
            found[key] = kept
        elif key in ("caBundle", "schedule") or str(key).startswith("checksum/"):
            continue
        else:
            found[key] = _without_notes(value, selecting, top=False, notes=notes)
    return found


def _kept(name: str, held: Any, selecting: set[str]) -> Any:
    """Return what of annotations and labels Helm or a selector reads."""
    if name not in ("annotations", "labels") or not isinstance(held, dict):
        return held
    return {
        key: value
        for key, value in held.items()
        if str(key).startswith("helm.sh/hook") or (name == "labels" and key in selecting)
    }


def _selected(part: Any) -> Iterator[str]:
    """Yield the labels that something in an object selects by."""
    if isinstance(part, list):
        for item in part:
            yield from _selected(item)
    elif isinstance(part, dict):
        for key, value in part.items():
            if key in ("matchLabels", "selector", "podSelector") and isinstance(value, dict):
                yield from map(str, value)
            elif key == "matchExpressions" and isinstance(value, list):
                yield from (str(item.get("key")) for item in value if isinstance(item, dict))
            yield from _selected(value)
