"""Settings for object storage (S3, Azure Blob), known by the words in their names."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from toetskader.facts.kubernetes.objects import Objects
from toetskader.facts.kubernetes.workloads import Workloads
from toetskader.facts.templates import Templates


class Part(StrEnum):
    """What a setting says about the object storage."""

    PLACE = "place"
    """Which service: an endpoint, account, region or connection string."""
    BUCKET = "bucket"
    """Which bucket or container."""
    OTHER = "other"
    """Anything else: credentials, options."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Names of object storage settings that were found, by what they say."""

    names: frozenset[str]

    def has(self, part: Part) -> bool:
        """Tell whether a setting says this."""
        return any(_part(name) is part for name in self.names)

    def __bool__(self) -> bool:
        return bool(self.names)


_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
# Joined by single spaces: `S3_BUCKET`, `s3storage.bucketName` and `objectStorage` read alike.
_ABOUT = re.compile(
    r"\b(s 3|s3|bucket\w*|minio|object stor(e|age)|objectopslag|azure (storage|blob|account|container|connection)\w*"
    r"|blob (storage|service|container|endpoint|account)|azureblob|storage (account|container)|gcs|gs bucket|swift)\b"
)
# Cheap test that most names fail.
_HINTS = ("3", "bucket", "minio", "object", "azure", "blob", "storage", "gcs", "swift")
_BUCKET = re.compile(r"\b(bucket\w*|container( name)?)\b")
_PLACE = re.compile(r"\b(endpoint\w*|url|uri|host|region|account( name)?|connection( string)?|domain|service)\b")


def rendered_settings(objects: Objects, workloads: Workloads) -> Settings:
    """Return the settings that containers get: names of environment variables and keys of ConfigMaps."""
    names = [node.get("name").text() or "" for container in workloads.containers() for node in container.env()]
    for item in objects.of_kind("ConfigMap", "SealedSecret"):
        place = item.get("data") if item.kind == "ConfigMap" else item.get("spec", "encryptedData")
        names += [key for key, _ in place.entries()]
    return _about(names)


def values_settings(values: Any, templates: Templates) -> Settings:
    """Return the settings that a chart's values offer and its templates read: the paths of leaves, joined by dots."""
    return Settings(frozenset(name for name in _about(_paths(values)).names if templates.read(name)))


def _about(names: Iterable[str]) -> Settings:
    hinted = (name for name in names for text in (name.lower(),) if any(hint in text for hint in _HINTS))
    return Settings(frozenset(name for name in hinted if _ABOUT.search(_spaced(name))))


def _part(name: str) -> Part:
    spaced = _spaced(name)
    if _BUCKET.search(spaced):
        return Part.BUCKET
    return Part.PLACE if _PLACE.search(spaced) else Part.OTHER


def _spaced(name: str) -> str:
    return " ".join(_WORDS.findall(name[:300])).lower()


def _paths(values: Any) -> Iterator[str]:
    stack: list[tuple[str, Any]] = [("", values)]
    while stack:
        path, value = stack.pop()
        if isinstance(value, dict) and value:
            stack.extend((f"{path}.{key}"[-300:], part) for key, part in value.items())
        elif path:
            yield path
