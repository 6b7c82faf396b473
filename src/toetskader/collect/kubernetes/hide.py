"""Objects of a namespace without the secrets in them: the redaction of charts, on what runs.

A literal password in a variable of a Deployment stands in its ReplicaSets and Pods too, and gets one marker in all.
A thousand pods are made from a few templates, so each part that occurs is looked through once, and they share it after.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from toetskader.core.failure import Failed, Failure, Reason
from toetskader.facts.attempt import NotSeen, Provenance
from toetskader.facts.chart import Render, RenderedObject
from toetskader.facts.key import FactKey
from toetskader.facts.redaction import MOST_SECRETS, redacted
from toetskader.text import Text

_Place = tuple[dict[str, Any], str]
"""A mapping and a key in it."""

_CONTAINERS = frozenset({"containers", "initContainers", "ephemeralContainers"})
_MOUNTS = frozenset({"volumes", "volumeMounts"})
# What the API server writes, in forms of its own; and what says what an object is.
_MACHINE_WRITTEN = frozenset({"apiVersion", "kind"})
_encode = msgspec.json.Encoder().encode


def without_secrets(
    documents: Iterable[dict[str, Any]], provenance: Provenance, namespace: str
) -> tuple[RenderedObject, ...]:
    """Return objects with every secret value in them replaced by a marker. Changes the documents.

    Parameters: `documents` as `lists.reduced` gives them; `provenance` and `namespace` of what they are seen in. Raises
    `Failed` when they hold more secrets than can be looked for.
    """
    found = tuple(documents)
    parts = _Parts()
    for document in found:
        for holder, name in _places(document):
            parts.add(holder, name, in_config_map=document.get("kind") == "ConfigMap" and name == "data")
    # Redaction knows charts; what runs in a namespace is judged, and so hidden, like a render.
    render = Render(
        provenance=provenance,
        scene="",
        release=namespace,
        namespace=namespace,
        kubernetes="",
        objects=tuple(RenderedObject(template="", document=part) for part in parts.documents),
    )
    key = FactKey("render")
    hidden = redacted({key: render})[key]
    if not isinstance(hidden, Render):
        raise Failed(hidden_failure(hidden))
    parts.put_back([item.document for item in hidden.objects])
    return tuple(RenderedObject(template="", document=document) for document in found)


def hidden_failure(outcome: object) -> Failure:
    """Say that there are too many secrets to hide."""
    reason = outcome.reason if isinstance(outcome, NotSeen) else Reason.TOO_LARGE
    return Failure(
        reason,
        Text(
            f"De objecten van de namespace bevatten meer dan {MOST_SECRETS} verschillende geheimen buiten Secrets. "
            "Haal die uit variabelen en ConfigMaps, dan kan de namespace beoordeeld worden.",
            f"The objects of the namespace hold more than {MOST_SECRETS} different secrets outside Secrets. Take "
            "those out of variables and ConfigMaps, then the namespace can be judged.",
        ),
    )


class _Parts:
    """The different parts that objects are made of, and where each of them stands."""

    def __init__(self) -> None:
        self.documents: list[dict[str, Any]] = []
        self._numbers: dict[bytes, int] = {}
        self._places: list[tuple[dict[str, Any], str, int]] = []

    def add(self, holder: dict[str, Any], key: str, *, in_config_map: bool) -> None:
        value = holder[key]
        if value is None or value is True or value is False or value == "":
            return
        document: dict[str, Any] = {key: value}
        if in_config_map:
            document = {"apiVersion": "v1", "kind": "ConfigMap", **document}
        written = _encode(document)
        number = self._numbers.setdefault(written, len(self.documents))
        if number == len(self.documents):
            self.documents.append(document)
        self._places.append((holder, key, number))

    def put_back(self, documents: list[dict[str, Any]]) -> None:
        for holder, key, number in self._places:
            holder[key] = documents[number][key]


def _places(document: dict[str, Any]) -> Iterator[_Place]:
    """Yield the parts of an object that people or programs other than the API server wrote."""
    for key, value in document.items():
        if key == "metadata" and isinstance(value, dict):
            yield from ((value, part) for part in ("labels", "annotations") if value.get(part))
        elif key == "spec" and isinstance(value, dict):
            yield from _of_spec(value)
        elif key == "status" and isinstance(value, dict):
            if document.get("kind") != "Pod":  # reduced to words of the API's own
                yield from ((value, part) for part in value)
        elif key not in _MACHINE_WRITTEN:
            yield document, key


def _of_spec(spec: dict[str, Any]) -> Iterator[_Place]:
    for key, value in spec.items():
        if key in _CONTAINERS and _holds_mappings(value):
            for container in value:
                yield from _of_container(container)
        elif key in ("template", "jobTemplate") and isinstance(value, dict):
            yield from _of_template(value)
        elif key in _MOUNTS and _holds_mappings(value):
            yield from _of_mounts(value)
        else:
            yield spec, key


def _of_template(template: dict[str, Any]) -> Iterator[_Place]:
    for key, value in template.items():
        if key == "metadata" and isinstance(value, dict):
            yield from ((value, part) for part in value)
        elif key == "spec" and isinstance(value, dict):
            yield from _of_spec(value)
        else:
            yield template, key


def _of_container(container: dict[str, Any]) -> Iterator[_Place]:
    for key, value in container.items():
        if key in _MOUNTS and _holds_mappings(value):
            yield from _of_mounts(value)
        else:
            yield container, key


def _of_mounts(mounts: list[dict[str, Any]]) -> Iterator[_Place]:
    """Yield the parts of volumes or mounts, whose names differ from pod to pod where the rest does not."""
    for mount in mounts:
        yield from ((mount, key) for key in mount if key != "name")


def _holds_mappings(value: object) -> bool:
    """Tell whether a value is what the API has here; a dump can hold anything, which is then looked through whole."""
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)
