"""Secrets in Kubernetes objects: all that is in a Secret, whatever it is called, and the rest by name and shape."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from toetskader.facts.redaction.changes import Change, Steps, below
from toetskader.facts.redaction.markers import Markers, encoded
from toetskader.facts.redaction.trees import Trees
from toetskader.facts.secrets.encoded import decoded, in_base64, text_of, texts_within
from toetskader.facts.secrets.files import KEY_STORE_SUFFIXES
from toetskader.facts.secrets.names import names_identity
from toetskader.facts.secrets.readers import assignments
from toetskader.facts.secrets.values import is_literal, is_plain_address, looks_random

_OF_SECRET = ("data", "stringData")


class KubernetesObjects:
    """Finds what to replace in objects.

    Parameters: `markers`, to put there; `trees`, for what has no form of its own; `text`, takes the secrets out of a
    text, given its name.
    """

    def __init__(self, markers: Markers, trees: Trees, text: Callable[[str, str], str]) -> None:
        self._markers = markers
        self._trees = trees
        self._text = text

    def changes(self, document: dict[str, Any]) -> Iterator[Change]:
        """Yield what to replace in an object, or in the items of a list of them."""
        kind = document.get("kind")
        if isinstance(kind, str) and kind.endswith("List") and isinstance(document.get("items"), list):
            for index, item in enumerate(document["items"]):
                if isinstance(item, dict):
                    named = {"apiVersion": document.get("apiVersion"), "kind": kind.removesuffix("List")} | item
                    for steps, new in self.changes(named):
                        yield below(steps, (index, ("items", ()))), new
            yield from self._trees.changes(_without(document, "items"))
        elif _is_secret(document):
            for field in _OF_SECRET:
                entries = document.get(field)
                if isinstance(entries, dict):
                    for name, value in entries.items():
                        yield from self._entry((name, (field, ())), name, value, in_base64=field == "data")
            yield from self._trees.changes(_without(document, *_OF_SECRET))
        elif kind == "ConfigMap":
            yield from self._trees.changes(_without(document, "binaryData"), plain=("data",))
            binary = document.get("binaryData")
            for name, value in binary.items() if isinstance(binary, dict) else ():
                if isinstance(value, str) and value:
                    yield (name, ("binaryData", ())), self._binary(name, value)
        else:
            yield from self._trees.changes(document)

    def _binary(self, name: str, value: str) -> str:
        """Return an entry of `binaryData`: a text without its secrets, a marker for what is no text."""
        plain = text_of(value)
        if plain is not None and not name.lower().endswith(KEY_STORE_SUFFIXES):
            new = self._trees.scalar(name, plain, in_values=False, above="data")
            if new != plain:
                return in_base64(new)
            texts = (plain, *texts_within(plain))
            if not looks_random(plain) or any(assignments(name, text) for text in texts):  # settings are read again
                return value
        return encoded(self._markers.marker(decoded(value)))

    def _entry(self, steps: Steps, name: str, value: Any, *, in_base64: bool) -> Iterator[Change]:
        """Yield what to replace in an entry of a Secret, which holds secrets whatever they are called."""
        if isinstance(value, dict | list):
            for inner, part in self._trees.changes({"": value}, called="password"):
                yield below(inner, steps), part
            return
        if value is None or not isinstance(value, str | int | float):
            return
        if names_identity(name):
            if isinstance(value, str):  # no secret by its name, but by its shape it can be
                shown = decoded(value) if in_base64 else value
                safe = self._text(name, shown)
                if safe != shown:
                    yield steps, encoded(safe) if in_base64 else safe
            return
        if not isinstance(value, str):
            yield steps, value if isinstance(value, bool) else self._markers.number(value)
            return
        text = decoded(value) if in_base64 else value
        new = self._text(name, text)
        if is_literal(text) and not is_plain_address(text):
            new = self._markers.marker(text)
        if new != text:
            yield steps, encoded(new) if in_base64 else new


def _without(document: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    return {key: part for key, part in document.items() if key not in keys}


def _is_secret(document: Mapping[str, Any]) -> bool:
    """Tell whether an object is a Secret, also where an item of a list does not say what it is."""
    if document.get("kind") == "Secret":
        return document.get("apiVersion") in ("v1", None)
    return "kind" not in document and ("stringData" in document or "data" in document)
