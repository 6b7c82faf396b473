"""Settings for object storage (S3, Azure Blob), known by the words in their names."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from toetskader.facts.kubernetes.objects import Objects
from toetskader.facts.kubernetes.workloads import Workloads
from toetskader.facts.templates import Templates
from toetskader.facts.values import Leaf


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
    r"\b(s 3|s3|minio|object stor(e|age)|objectopslag|azure (storage|blob|account|container|connection)\w*"
    r"|blob (storage|service|container|endpoint|account)|azureblob|storage (account|container)|gcs|gs bucket|swift)\b"
)
# A bucket by itself: its name, or where it is. What counts in buckets (`…_BUCKETS` of a histogram, a limit on requests)
# has numbers for a value, and other words behind it (`BUCKET_SIZE`).
_BUCKET_BY_ITSELF = re.compile(
    r"\bbuckets?( names?)?( \d+)?$|\bbuckets \w+$"
    r"|\bbucket (endpoint|url|uri|host|region|prefix|path|access key( id)?|secret( access)?( key)?|credentials)$"
)
_NUMBER = re.compile(
    r"[+-]?(?:[0-9]{1,20}(?:\.[0-9]{0,20})?|\.[0-9]{1,20}|[iI]nf)(?:[eE][+-]?[0-9]{1,3})?[a-zA-Zµ%]{0,3}"
)
_BETWEEN = re.compile(r"[\s,;:|\[\](){}\"']+")
_SEVERAL = re.compile(r"\bbuckets\b")
_LONGEST = 2000
# Cheap test that most names fail.
_HINTS = ("3", "bucket", "minio", "object", "azure", "blob", "storage", "gcs", "swift")
_BUCKET = re.compile(r"\b(bucket\w*|container( name)?)\b")
_PLACE = re.compile(r"\b(endpoint\w*|url|uri|host|region|account( name)?|connection( string)?|domain|service)\b")


SETTING_KINDS = ("ConfigMap", "SealedSecret")
"""Kinds of objects whose entries are settings (`rendered_settings`)."""


def rendered_settings(objects: Objects, workloads: Workloads) -> Settings:
    """Return the settings that containers get: environment variables and entries of ConfigMaps."""
    named: list[tuple[str, object]] = [
        (node.get("name").text() or "", node.get("value").value)
        for container in workloads.containers()
        for node in container.env()
    ]
    for item in objects.of_kind(*SETTING_KINDS):
        place = item.get("data") if item.kind == "ConfigMap" else item.get("spec", "encryptedData")
        named += [(key, node.value if item.kind == "ConfigMap" else None) for key, node in place.entries()]
    return _about(named)


def values_settings(values: Iterable[Leaf], templates: Templates) -> Settings:
    """Return the settings that a chart's values offer and its templates read: the paths of leaves, joined by dots."""
    found = _about((leaf.path, leaf.value) for leaf in values)
    return Settings(frozenset(name for name in found.names if templates.read(name)))


def _about(named: Iterable[tuple[str, object]]) -> Settings:
    return Settings(frozenset(name for name, value in _hinted(named) if _is_about(_spaced(name), value)))


def _hinted(named: Iterable[tuple[str, object]]) -> Iterator[tuple[str, object]]:
    for name, value in named:
        lowered = name.lower()
        if any(hint in lowered for hint in _HINTS):
            yield name, value


def _is_about(spaced: str, value: object) -> bool:
    if _ABOUT.search(spaced):
        return True
    return _BUCKET_BY_ITSELF.search(spaced) is not None and not _counts(spaced, value)


def _counts(spaced: str, value: object) -> bool:
    """Tell whether a value is a number or a list of them, or several buckets without a name."""
    if isinstance(value, int | float):
        return True
    parts = [part for part in _BETWEEN.split(value[:_LONGEST]) if part] if isinstance(value, str) else []
    if parts:
        return all(_NUMBER.fullmatch(part) for part in parts)
    return _SEVERAL.search(spaced) is not None


def _part(name: str) -> Part:
    spaced = _spaced(name)
    if _BUCKET.search(spaced):
        return Part.BUCKET
    return Part.PLACE if _PLACE.search(spaced) else Part.OTHER


def _spaced(name: str) -> str:
    return " ".join(_WORDS.findall(name[-_LONGEST_NAME:])).lower()


_LONGEST_NAME = 300
