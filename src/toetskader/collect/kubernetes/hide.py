"""The facts of a namespace without the secrets in them.

A literal password in a variable of a Deployment stands in its ReplicaSets and Pods too, and gets one marker in all.
A thousand pods are made from a few templates, so each part that occurs is looked through once, and they share it after.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec.structs import replace

from toetskader.collect.kubernetes.snapshot import NamespaceFact
from toetskader.core.failure import Failed, Failure, Reason
from toetskader.facts.attempt import NotSeen
from toetskader.facts.kubernetes.live import Live, Metrics
from toetskader.facts.redaction import MOST_SECRETS, Hider, Redaction, TooManySecretsError
from toetskader.facts.secrets.documents import named_secrets
from toetskader.text import Text

_Place = tuple[dict[str, Any], str]
"""A mapping and a key in it."""
_Part = dict[str, Any] | Metrics

_CONTAINERS = frozenset({"containers", "initContainers", "ephemeralContainers"})
_MOUNTS = frozenset({"volumes", "volumeMounts"})
# What the API server writes, in forms of its own; and what says what an object is.
_MACHINE_WRITTEN = frozenset({"apiVersion", "kind"})
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Seen:
    """The facts of a namespace as they were seen, secrets in them."""

    facts: Mapping[str, NamespaceFact | NotSeen]
    """Kind of fact → the fact."""
    live: Live | None = None
    """The objects, also where they are no fact that is asked for: others rest on them, and may hold their secrets."""


def hidden(seen: Seen, redaction: Redaction) -> dict[str, NamespaceFact | NotSeen]:
    """Return the facts with every secret value in them replaced by a marker. Changes the documents of the objects.

    Logs, use and what is inside containers hold counts and names alone. Parameters: `redaction`, of the target. Raises
    `Failed` when there are more secrets than can be looked for.
    """
    facts = dict(seen.facts)
    live, metrics = facts.get("live", seen.live), facts.get("metrics")
    documents = [item.document for item in live.objects] if isinstance(live, Live) else []
    pages = metrics if isinstance(metrics, Metrics) else None
    found = without_secrets(documents, redaction, metrics=pages)
    return facts if found is None else facts | {"metrics": found}


def without_secrets(
    documents: Iterable[dict[str, Any]], redaction: Redaction, *, metrics: Metrics | None = None
) -> Metrics | None:
    """Replace every secret value in objects by a marker, in the documents themselves.

    Parameters: `documents` as `lists.reduced` gives them; `metrics`, pages whose addresses the objects give, returned
    without secrets. Raises `Failed` when they hold more secrets than can be looked for.
    """
    parts = _Parts()
    for document in documents:
        for holder, name in _places(document):
            parts.add(holder, name, in_config_map=document.get("kind") == "ConfigMap" and name == "data")
    numbered: dict[int, _Part] = dict(enumerate(parts.documents))
    if metrics is not None:
        numbered[len(numbered)] = metrics
    try:
        found = redaction.hidden(numbered, _through, names=lambda: named_secrets(parts.documents))
    except TooManySecretsError:
        raise Failed(_too_many()) from None
    parts.put_back([part for part in found.values() if isinstance(part, dict)])
    return next((part for part in found.values() if isinstance(part, Metrics)), None)


def _through(hider: Hider) -> Callable[[_Part], _Part]:
    def look(part: _Part) -> _Part:
        if isinstance(part, dict):
            return hider.document(part)
        return _metrics(part, hider)

    return look


def _metrics(metrics: Metrics, hider: Hider) -> Metrics:
    """Return pages of metrics without secrets in their paths, which annotations and monitors name."""
    commands = metrics.commands
    for path in dict.fromkeys(page.path for page in metrics.pages):
        safe = hider.text("", path)
        if safe != path:
            commands = tuple(command.replace(path, safe) for command in commands)
    pages = tuple(replace(page, path=hider.text("", page.path)) for page in metrics.pages)
    return replace(metrics, commands=commands, pages=pages)


def _too_many() -> Failure:
    """Say that there are too many secrets to hide."""
    return Failure(
        Reason.TOO_LARGE,
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
