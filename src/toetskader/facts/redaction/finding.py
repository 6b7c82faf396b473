"""The first look at facts: what is a secret by its place, name or shape gets a marker."""

import json
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from toetskader.facts.command_secrets import may_hold
from toetskader.facts.redaction.changes import changed, walked
from toetskader.facts.redaction.kubernetes import KubernetesObjects
from toetskader.facts.redaction.markers import Markers
from toetskader.facts.redaction.spans import hidden
from toetskader.facts.redaction.trees import Trees
from toetskader.facts.references import generated
from toetskader.facts.secrets.accounts import passwords
from toetskader.facts.secrets.encoded import encoded_texts
from toetskader.facts.secrets.messages import Surroundings
from toetskader.facts.secrets.names import name_of_pair

# What a text without a secret lacks, the cheapest to see first.
_SUSPECT = re.compile(r"[:=]|--|[_ .~]|[A-Za-z0-9+/-]{14}")
_SHAPED = re.compile(
    r"://|PRIVATE KEY|AKIA|ASIA|gh[pos]_|github_pat_|gl(?:pat|dt|rt)-|xox|hooks\.slack|AccountKey=|sig=|Q~|AIza|npm_"
    r"|pypi-|dckr_pat_|hvs\.|k_live_|SG\.|AGE-SECRET|eyJ|LS0tLS1CRUdJTi|asic |earer "
)
_HINTED = re.compile(
    r"(?i:pass|pw|secret|token|key|credential|dockerconfig|auth|salt|wachtwoord)[\w./-]{0,120}[\\\"'`>]*\s*[:= >,]"
)
_PGPASS_PORT = re.compile(r":(?:[0-9]{2,5}|\*):[\w*-]{1,100}:")
_NOTES = "NOTES.txt"

_encode = msgspec.json.Encoder().encode


class Finding:
    """Hides what it finds, and lets `markers` remember it. A `Hider`."""

    def __init__(self, markers: Markers) -> None:
        self._markers = markers
        self._trees = Trees(markers, self.text)
        self._objects = KubernetesObjects(markers, self._trees, self.text)
        self._texts: dict[tuple[str, str], str] = {}
        self._documents: dict[bytes, dict[str, Any]] = {}
        self._sections: dict[tuple[str, bytes], dict[str, Any]] = {}

    def file(self, path: str, text: str, *, in_base64: bool = True) -> str:  # noqa: ARG002 - base64 is read where it shows
        """Return a file without secrets."""
        return hidden(path, text, self._markers)

    def text(self, name: str, text: str) -> str:
        """Return a text without secrets."""
        if not _may_hold(text):
            return text
        found = self._texts.get((name, text))
        if found is None:
            shown = self._structured(text) if text.lstrip()[:1] in ("{", "[") else text
            file = "description.md" if name == "description" else name
            found = self._texts[name, text] = hidden(file, shown, self._markers)
        return found

    def notes(self, text: str) -> str:
        """Return a text for people without secrets."""
        return self.text(_NOTES, text)

    def message(self, text: str) -> str:
        """Return what a program said without secrets."""
        return self.text(_NOTES, text)

    def tree(self, root: dict[str, Any], *, schema: bool = False) -> dict[str, Any]:
        """Return mappings and lists without secrets."""
        if schema:
            return changed(root, self._trees.changes(root, schema=True))
        elsewhere = "value" if name_of_pair(root) is not None else None  # it goes by a name that another key gives
        apart = {
            key: part
            for key, part in root.items()
            if isinstance(part, dict) and key != elsewhere and Surroundings(part).stand_alone
        }
        top = {key: {} if key in apart else part for key, part in root.items()}
        shown = changed(top, self._trees.changes(top, around=Surroundings(root)))
        shown |= {key: self._section(key, part) for key, part in apart.items()}
        return root if all(shown[key] is part for key, part in root.items()) else shown

    def document(self, document: dict[str, Any]) -> dict[str, Any]:
        """Return a Kubernetes object without secrets; the same for all that are equal."""
        written = _encode(document)
        found = self._documents.get(written)
        if found is None:
            found = self._documents[written] = changed(document, self._objects.changes(document))
        return found

    def _section(self, name: str, part: dict[str, Any]) -> Any:
        """Return a part of a tree without secrets; the same for all that are equal, as the renders of a chart have.

        Only for one of which what stands around it decides nothing.
        """
        written = name, _encode(part)
        found = self._sections.get(written)
        if found is None:
            whole = {name: part}
            found = self._sections[written] = changed(whole, self._trees.changes(whole))[name]
        return found

    def settings(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Return values by path (`auth.password`) without secrets."""
        return {path: self.tree({_last(path): value})[_last(path)] for path, value in settings.items()}

    def _structured(self, text: str) -> str:
        """Hide what is secret in a text that is JSON, such as an object in an annotation; its form stays."""
        try:
            document = msgspec.json.decode(text)
        except (msgspec.DecodeError, RecursionError):
            return text
        whole = document if isinstance(document, dict) else {"": document}
        for steps, new in self._objects.changes(whole):
            old: Any = whole
            for step in reversed([*walked(steps)]):
                old = old[step]
            text = text.replace(json.dumps(old), json.dumps(new)).replace(
                json.dumps(old, ensure_ascii=False), json.dumps(new)
            )
        return text


def _may_hold(text: str) -> bool:
    """Tell quickly whether a text can hold a secret."""
    return _SUSPECT.search(text) is not None and (
        _SHAPED.search(text) is not None
        or _HINTED.search(text) is not None
        or may_hold(text)
        or any(passwords(text))
        or any(generated(text))
        or "@" in text
        or _PGPASS_PORT.search(text) is not None
        or any(encoded_texts(text))
    )


def _last(path: str) -> str:
    return path.rpartition(".")[2]
