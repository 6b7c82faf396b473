"""Files that containers get from ConfigMaps and Secrets."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from toetskader.facts.database_names import database_in
from toetskader.facts.kubernetes.declared import must_be_declared
from toetskader.facts.kubernetes.node import Node
from toetskader.facts.kubernetes.objects import KubernetesObject, Objects
from toetskader.facts.kubernetes.workloads import Container, Workload
from toetskader.facts.names import words
from toetskader.facts.secrets.encoded import decoded

FILE_KINDS = ("ConfigMap", "Secret")
"""Kinds of objects that hold files (`mounted_files`)."""


class Content(StrEnum):
    """What a mounted file is, as far as its name and text show."""

    CERTIFICATE = "certificate"
    SCRIPT = "script"
    SECRET = "secret"  # noqa: S105 - a kind of content
    """One secret value, such as a password in a file of its own."""
    CONFIGURATION = "configuration"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class MountedFile:
    """A file, or all files, of a ConfigMap or Secret in a container."""

    mount: Node
    """The container's `volumeMounts` entry."""
    from_secret: bool
    holder: str
    """Name of the ConfigMap or Secret."""
    name: str
    """File name; empty when the object is not in the scene and its files are not listed."""
    text: str | None
    """What is in it, when it can be seen and is no secret."""
    database: str | None = None
    """How it names a database (`facts.database_names`), a Secret's file too; None when nothing of it can be seen."""

    @property
    def content(self) -> Content:
        """What the file is."""
        if not self.name:
            named = " ".join(
                (self.holder, self.mount.get("name").text() or "", self.mount.get("mountPath").text() or "")
            )
            return Content.CERTIFICATE if _CERTIFICATE_WORDS.search(words(named)) else Content.UNKNOWN
        if _CERTIFICATE_FILE.search(self.name) or "-----BEGIN CERTIFICATE-----" in (self.text or ""):
            return Content.CERTIFICATE
        if _SETTINGS_IN_CODE.search(self.name):
            return Content.CONFIGURATION
        if _SCRIPT_FILE.search(self.name) or (self.text or "").lstrip().startswith("#!"):
            return Content.SCRIPT
        if self.from_secret and not _CONFIGURATION_FILE.search(self.name):
            return Content.SECRET
        return Content.CONFIGURATION


_CERTIFICATE_FILE = re.compile(
    r"(?i)\.(crt|cer|cert|pem|der|p7b|p12|pfx|jks|key|csr|truststore|keystore)$|^(ca|tls|cert|ca-bundle"
    r"|ca-certificates)$"
    r"|ca[-_.]?bundle|trust[-_]?store|key[-_]?store"
)
_CERTIFICATE_WORDS = re.compile(
    r"\b(ca|cas|cert|certs|certificate|certificates|certificaat|certificaten|tls|ssl|mtls|pki|truststore|keystore)\b"
)
# Settings in the language of the application: `gitlab.rb`, `config.lua`.
_SETTINGS_IN_CODE = re.compile(r"(?i)(^|[-_.])(config|configuration|settings|gitlab|options)\.(rb|lua|pl)$")
_SCRIPT_FILE = re.compile(r"(?i)\.(sh|bash|sql|lua|pl|rb|ps1)$")
_CONFIGURATION_FILE = re.compile(
    r"(?i)\.(conf|cnf|cfg|config|ini|ya?ml|json5?|toml|properties|xml|env|php|py|tpl|hcl|acl)$|^\.?env$"
)


def mounted_files(container: Container, objects: Objects) -> Iterator[MountedFile]:
    """Yield the files of ConfigMaps and Secrets that a container mounts. Raises `Malformed`."""
    must_be_declared(*FILE_KINDS)
    volumes = _volumes(container.workload)
    for mount in container.get("volumeMounts").each():
        volume = volumes.get(mount.get("name").text())
        if volume is None:
            continue
        only = mount.get("subPath").text() or ""
        for source, name_key, kind in _sources(volume):
            name = source.get(name_key).text() or ""
            holder = objects.find(kind, name, container.workload.namespace)
            from_secret = kind == "Secret"
            for file_name, text in _files(source, holder):
                if not only or not file_name or file_name == only:
                    database = None if text is None else database_in(text)
                    shown = None if from_secret else text
                    yield MountedFile(mount, from_secret, name, file_name or only, shown, database)


def _sources(volume: Node) -> Iterator[tuple[Node, str, str]]:
    """Yield the ConfigMaps and Secrets of a volume: the reference, its key for the name, and the kind."""
    if volume.get("configMap"):
        yield volume.get("configMap"), "name", "ConfigMap"
    if volume.get("secret"):
        yield volume.get("secret"), "secretName", "Secret"
    for part in volume.get("projected", "sources").each():
        if part.get("configMap"):
            yield part.get("configMap"), "name", "ConfigMap"
        if part.get("secret"):
            yield part.get("secret"), "name", "Secret"


@lru_cache(maxsize=4)
def _volumes(workload: Workload) -> dict[str | None, Node]:
    """Return a workload's volumes by name; its containers are asked about one after the other."""
    return {volume.get("name").text(): volume for volume in workload.volumes()}


def _files(source: Node, holder: KubernetesObject | None) -> Iterator[tuple[str, str | None]]:
    """Yield file names with their text: those listed in `items`, else all of the object; one empty name if unknown."""
    data: dict[str, str | None] = {}
    if holder is not None:
        for section in ("data", "stringData", "binaryData"):
            for key, value in holder.get(section).mapping().items():
                data[key] = entry_text(holder, section, value)
    listed = [(item.get("key").text() or "", item.get("path").text() or "") for item in source.get("items").each()]
    if listed:
        for key, path in listed:
            # What an object that is there does not hold makes no file.
            yield path.rpartition("/")[2] or key, data.get(key, None if holder is None else "")
    elif holder is None:
        yield "", None
    else:
        yield from data.items()


def entry_text(holder: KubernetesObject, section: str, value: object) -> str | None:
    """Return what an entry of a ConfigMap or Secret says, in a Secret by its marker; None for what is no text."""
    if section == "binaryData" or not isinstance(value, str):
        return None
    return decoded(value) if section == "data" and holder.kind == "Secret" else value
