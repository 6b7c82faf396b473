"""Settings of a chart: the leaves of its values, by path."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from toetskader.facts.identity import Identity

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_APART = re.compile(r"[^A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class Setting:
    """One leaf of a chart's values. It is a place that a finding can point to."""

    path: str
    """Keys joined with dots, as in Helm's `--set`; list items by their index."""
    words: str
    """The path in lower-case words: `mail smtp host` for `mail.smtpHost` or `MAIL_SMTP_HOST`."""
    value: Any
    where: str = "values"
    source: str = "values.yaml"

    @property
    def text(self) -> str:
        """The value as text; empty for nothing."""
        if self.value is None or self.value in ({}, []):
            return ""
        if isinstance(self.value, float) and self.value.is_integer():
            return str(int(self.value))
        return str(self.value).strip()


@lru_cache(maxsize=16384)
def words(name: str) -> str:
    """Return a name in lower-case words with single spaces: `log level` for `LOG_LEVEL`, `logLevel`, `log-level`."""
    return _APART.sub(" ", _CAMEL.sub(" ", name)).strip().lower()


def settings(values: Mapping[str, Any]) -> tuple[Setting, ...]:
    """Return every leaf of a chart's values, in order; empty mappings and lists are leaves.

    An entry of a list of variables (`{name: LOG_LEVEL, value: info}`) gives the setting `….LOG_LEVEL` as well. The
    leaves of the last few values are remembered, for the checks of one scene all read the same.
    """
    return _settings(Identity(values))


@lru_cache(maxsize=8)
def _settings(values: Identity) -> tuple[Setting, ...]:
    return tuple(_leaves(values.value))


def _leaves(values: Mapping[str, Any]) -> Iterator[Setting]:
    stack: list[tuple[str, str, Any]] = [("", "", values)]
    while stack:
        path, known, value = stack.pop()
        parts: list[tuple[str, Any]] = []
        if isinstance(value, Mapping):
            parts = [(str(key), item) for key, item in value.items()]
            if isinstance(value.get("name"), str) and "value" in value:
                name = value["name"]
                yield Setting(f"{path}.{name}", f"{known} {words(name)}", value["value"])
        elif isinstance(value, list):
            parts = [(str(index), item) for index, item in enumerate(value)]
        if parts:
            before, gap = (f"{path}.", " ") if path else ("", "")
            stack.extend((before + key, f"{known}{gap}{words(key)}", item) for key, item in reversed(parts))
        elif path:
            yield Setting(path, known, value)
