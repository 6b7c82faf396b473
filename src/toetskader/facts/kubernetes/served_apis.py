"""What the Kubernetes API serves per version, and where an object is not what that API takes.

The table `api.json` beside this module holds kinds, fields and types of every stable built-in API, made from the
OpenAPI definitions of Kubernetes by `maintenance/kubernetes_api.py`. A walk of our own over it takes a fraction of a
millisecond per object for two versions at once; jsonschema on the published schemas takes some ten milliseconds per
object and version, and a hundred megabytes of schemas on disk.
"""

import difflib
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import msgspec

from toetskader.facts.kubernetes.node import type_name
from toetskader.facts.kubernetes.objects import KubernetesObject

# More of these in one object tell nothing new.
MAX_FAULTS = 25


class Fault(StrEnum):
    """In what way an object differs from what the API takes."""

    NOT_SERVED = "not_served"
    """The API version and kind are not served."""
    UNKNOWN_FIELD = "unknown_field"
    """The kind has no such field; the server refuses it, or drops it with a warning."""
    WRONG_TYPE = "wrong_type"
    MISSING_FIELD = "missing_field"


@dataclass(frozen=True, slots=True)
class ApiFault:
    """One place in an object that a Kubernetes version does not take."""

    fault: Fault
    version: str
    """The first of the versions asked for that does not take it."""
    path: str
    expected: str = ""
    """The type expected, the closest field name, or the API version that replaced this one; empty when unknown."""
    seen: str = ""
    """The type seen, for people (`node.type_name`)."""
    since: str = ""
    """The first version in which it is gone; empty for what never was there, and when that is not known."""
    until: str = ""
    """The first version that has it, when that is a later one."""


class _Table(msgspec.Struct, frozen=True):
    source: str
    versions: tuple[str, ...]
    kinds: dict[str, str]
    types: dict[str, dict[str, str]]
    replaced: dict[str, tuple[str, str]]
    """API version and kind that is gone → the API version in its place, if any, and the first version without it."""


@dataclass(frozen=True, slots=True)
class _Type:
    """A type as written in the table: a scalar, a named type, or a list or map of one."""

    name: str
    item: "_Type | None" = None


@dataclass(frozen=True, slots=True)
class _Field:
    type: _Type
    required: bool
    versions: frozenset[str]


@cache
def _table() -> _Table:
    data = files("toetskader.facts.kubernetes").joinpath("api.json").read_bytes()
    return msgspec.json.decode(data, type=_Table)


def known_versions() -> tuple[str, ...]:
    """Return the Kubernetes versions the table describes, oldest first, as `major.minor`."""
    return _table().versions


def major_minor(text: str) -> tuple[int, int] | None:
    """Return 1 and 35 for `1.35`, `v1.35` or `v1.35.2-gke.100`; None for what is no Kubernetes version."""
    match = re.match(r"v?([0-9]{1,3})\.([0-9]{1,3})(?![0-9])", text)
    return (int(match[1]), int(match[2])) if match else None


def minor_version(text: str) -> str:
    """Return `1.35` for `1.35`, `v1.35` or `v1.35.2`; empty for what is no Kubernetes version."""
    return ".".join(map(str, major_minor(text) or ()))


@cache
def served(version: str) -> tuple[str, ...]:
    """Return what a version serves of Kubernetes' own, as discovery tells it: `apps/v1` and `apps/v1/Deployment`.

    Parameters: `version`, as `major.minor`; of one that the table does not describe, what the nearest serves.
    """
    known = known_versions()
    nearest = min(known, key=lambda item: abs(_minor(item) - _minor(version)))
    kinds = [name for name, written in _table().kinds.items() if nearest in _field(written).versions]
    return tuple(dict.fromkeys((*(name.rpartition("/")[0] for name in kinds), *kinds)))


def _minor(version: str) -> int:
    return int(version.partition(".")[2] or 0)


@cache
def builtin_groups() -> frozenset[str]:
    """Return the API groups that are Kubernetes' own, those it has dropped included; the core group is empty."""
    names = [*_table().kinds, *_table().replaced]
    return frozenset(name.rpartition("/")[0].rpartition("/")[0] for name in names)


def is_builtin(item: KubernetesObject) -> bool:
    """Tell whether an object belongs to Kubernetes' own API, not to a custom resource definition."""
    return item.group in builtin_groups()


@cache
def builtin_kinds() -> frozenset[str]:
    """Return the kinds that Kubernetes has, or had, in its own groups."""
    return frozenset(name.rpartition("/")[2] for name in (*_table().kinds, *_table().replaced))


def is_builtin_kind(kind: str) -> bool:
    """Tell whether Kubernetes has, or had, a kind of this name in one of its own groups."""
    return kind in builtin_kinds()


def faults(item: KubernetesObject, versions: tuple[str, ...]) -> tuple[ApiFault, ...]:
    """Return where an object is not what the API of these Kubernetes versions takes.

    Parameters: `versions`, oldest first, each one of `known_versions()`. Custom resources have no faults: their
    schemas are not known here. Fields without a value count as absent, as for the API server.
    """
    if not is_builtin(item):
        return ()
    key = f"{item.api_version}/{item.kind}"
    written = _table().kinds.get(key)
    if written is None:
        instead, since = _table().replaced.get(key, (_served_version(item.group, item.kind), ""))
        return (ApiFault(Fault.NOT_SERVED, versions[0], "apiVersion", instead, since=since),)
    field = _field(written)
    for version in versions:
        if version not in field.versions:
            since, until = _gone_or_new(field, version)
            return (ApiFault(Fault.NOT_SERVED, version, "apiVersion", since=since, until=until),)
    nameless = () if item.name else (ApiFault(Fault.MISSING_FIELD, versions[0], "metadata.name"),)
    try:
        content = msgspec.json.encode(item.document)
    except UnicodeEncodeError:  # half of a surrogate pair: no JSON, and no reason to remember it
        found = _walked(item.document, field.type, versions)
    else:
        found = _remembered(content, field.type, versions)
    return (nameless + found)[:MAX_FAULTS]


def _served_version(group: str, kind: str) -> str:
    """Return the API version that serves a kind: of its group, else of the first other one; empty for none."""
    names = (name.rpartition("/") for name in _table().kinds)
    found = [version for version, _, name in names if name == kind]
    return next((version for version in found if version.rpartition("/")[0] == group), next(iter(found), ""))


def _gone_or_new(field: "_Field", version: str) -> tuple[str, str]:
    """Tell of something that a version does not have since when it is gone, or which later version brings it."""
    known = _table().versions
    later = next((item for item in known if _minor(item) > _minor(version) and item in field.versions), "")
    before = [item for item in known if item in field.versions and _minor(item) < _minor(version)]
    since = known[known.index(before[-1]) + 1] if before else ""
    return since, "" if since else later


@lru_cache(maxsize=4096)
def _remembered(content: bytes, type_: _Type, versions: tuple[str, ...]) -> tuple[ApiFault, ...]:
    """The same objects come back in every values set and probe of a chart."""
    return _walked(msgspec.json.decode(content), type_, versions)


def _walked(document: Any, type_: _Type, versions: tuple[str, ...]) -> tuple[ApiFault, ...]:
    walk = _Walk(versions)
    walk.visit(document, type_)
    return tuple(walk.found)


@lru_cache(maxsize=4096)
def _field(written: str) -> _Field:
    """Read a field of the table: a type, `!` when it must be there, `@since-until` when not in all versions."""
    text, _, span = written.partition("@")
    since, _, until = span.partition("-")
    known = _table().versions
    start = known.index(since) if since else 0
    end = known.index(until) if until else len(known) - 1
    return _Field(_type(text.removesuffix("!")), text.endswith("!"), frozenset(known[start : end + 1]))


def _type(text: str) -> _Type:
    if text[0] == "[":
        return _Type("[]", _type(text[1:-1]))
    if text[0] == "{":
        return _Type("{}", _type(text[1:-1]))
    return _Type(text)


@lru_cache(maxsize=1024)
def _fields(name: str) -> dict[str, _Field]:
    return {field: _field(written) for field, written in _table().types[name].items()}


@lru_cache(maxsize=1024)
def _required(name: str) -> tuple[str, ...]:
    return tuple(field for field, known in _fields(name).items() if known.required)


# Python types in which a scalar of the API can come out of YAML.
_SCALARS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int, float),
    "number": (int, float),
    "quantity": (str, int, float),
    "int-or-string": (int, str),
}


class _Walk:
    """Compares one document with its type, keeping the path as it goes."""

    def __init__(self, versions: tuple[str, ...]) -> None:
        self._versions = versions
        self._path: list[str | int] = []
        self.found: list[ApiFault] = []

    def visit(self, value: Any, expected: _Type) -> None:
        """Compare a value with a type."""
        if value is None or expected.name == "any" or len(self.found) >= MAX_FAULTS:
            return
        scalar = _SCALARS.get(expected.name)
        if scalar is not None:
            self._scalar(value, expected.name, scalar)
        elif expected.name == "[]":
            self._list(value, expected.item)
        elif not isinstance(value, dict):
            self._report(Fault.WRONG_TYPE, expected="mapping", seen=type_name(value))
        elif expected.name == "{}":
            for key, item in value.items():
                self._enter(key, item, expected.item)
        else:
            self._mapping(value, expected.name)

    def _enter(self, step: str | int, value: Any, expected: _Type | None) -> None:
        assert expected is not None  # noqa: S101 - lists and maps have an item type
        self._path.append(step)
        self.visit(value, expected)
        self._path.pop()

    def _scalar(self, value: Any, name: str, allowed: tuple[type, ...]) -> None:
        fits = isinstance(value, allowed) and (name == "boolean" or not isinstance(value, bool))
        # Helm turns whole numbers into floats; 5.0 reaches the server as 5.
        if fits and name == "integer" and isinstance(value, float):
            fits = value.is_integer()
        if not fits:
            self._report(Fault.WRONG_TYPE, expected=_FOR_PEOPLE[name], seen=type_name(value))

    def _list(self, value: Any, item: _Type | None) -> None:
        if not isinstance(value, list):
            self._report(Fault.WRONG_TYPE, expected="list", seen=type_name(value))
            return
        for index, entry in enumerate(value):
            if entry is None:
                self._report(Fault.WRONG_TYPE, index, expected="value", seen=type_name(entry))
            else:
                self._enter(index, entry, item)

    def _mapping(self, value: dict[str, Any], name: str) -> None:
        fields = _fields(name)
        for key, item in value.items():
            field = fields.get(key)
            if field is None:
                close = difflib.get_close_matches(key, fields, n=1)
                self._report(Fault.UNKNOWN_FIELD, key, expected=close[0] if close else "")
                continue
            missing_in = [version for version in self._versions if version not in field.versions]
            if missing_in and item is not None:
                since, until = _gone_or_new(field, missing_in[0])
                self._report(Fault.UNKNOWN_FIELD, key, version=missing_in[0], since=since, until=until)
                continue
            self._enter(key, item, field.type)
        for key in _required(name):
            if value.get(key) is None and fields[key].versions.issuperset(self._versions):
                self._report(Fault.MISSING_FIELD, key)

    def _report(
        self,
        fault: Fault,
        step: str | int | None = None,
        *,
        version: str = "",
        expected: str = "",
        seen: str = "",
        since: str = "",
        until: str = "",
    ) -> None:
        if len(self.found) < MAX_FAULTS:
            steps = self._path if step is None else [*self._path, step]
            at = _join(steps)
            self.found.append(ApiFault(fault, version or self._versions[0], at, expected, seen, since, until))


_FOR_PEOPLE = {
    "string": "text",
    "boolean": "true or false",
    "integer": "whole number",
    "number": "number",
    "quantity": "quantity",
    "int-or-string": "whole number or text",
}


def _join(steps: list[str | int]) -> str:
    path = ""
    for step in steps:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else step
    return path
