"""Every environment variable of a container, and where its value comes from."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from toetskader.facts.kubernetes.node import Node
from toetskader.facts.kubernetes.objects import KubernetesObject, Objects
from toetskader.facts.kubernetes.workloads import Container, Workload, Workloads


class Origin(StrEnum):
    """Where the value of a variable comes from."""

    LITERAL = "literal"
    """Written in the pod specification itself."""
    COMPOSED = "composed"
    """Put together from other variables (`$(HOST):8080`), which only the pod specification can do."""
    CONFIG_MAP = "config_map"
    SECRET = "secret"  # noqa: S105 - the name of an origin
    DOWNWARD = "downward"
    """A field of the pod or its resources (`fieldRef`, `resourceFieldRef`, `fileKeyRef`)."""


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable of a container."""

    name: str
    origin: Origin
    node: Node
    """Where the container gets it: its entry in `env`, or in `envFrom`."""
    value: str | None
    """Its value, or None where that cannot be seen; never that of a Secret."""
    holder: KubernetesObject | None
    """The ConfigMap or Secret of the scene that holds it."""
    key: str = ""
    """Its entry there."""

    @property
    def identity(self) -> tuple[int, str]:
        """What tells it apart: containers that read it from the same ConfigMap or Secret have one variable."""
        return id(self.holder or self.node), self.name

    @property
    def place(self) -> Node:
        """Where its value is written: its entry in the ConfigMap, else where the container gets it."""
        if self.origin is Origin.CONFIG_MAP and self.holder is not None:
            return self.holder.get("data", self.key)
        return self.node

    @property
    def text(self) -> str:
        """The value without surrounding space and quotes; empty when unknown."""
        return (self.value or "").strip().strip("\"'").strip()


@dataclass(frozen=True, slots=True)
class UnseenSource:
    """A ConfigMap or Secret that a container reads whole (`envFrom`), and that the scene does not hold."""

    origin: Origin
    name: str
    node: Node
    optional: bool


@dataclass(frozen=True, slots=True)
class ContainerEnvironment:
    """The environment of one container. A later entry of a name replaces an earlier one, `env` replaces `envFrom`."""

    container: Container
    variables: dict[str, Variable]
    unseen: tuple[UnseenSource, ...]


def distinct(containers: Iterable[ContainerEnvironment]) -> tuple[Variable, ...]:
    """Return the variables of containers; one that several read from the same ConfigMap or Secret once."""
    found: dict[tuple[int, str], Variable] = {}
    for item in containers:
        for variable in item.variables.values():
            found.setdefault(variable.identity, variable)
    return tuple(found.values())


class Environment:
    """The environment of every container of a scene, Helm tests left out."""

    def __init__(self, workloads: Workloads, objects: Objects) -> None:
        self._sources = _Sources(objects)
        self.of_containers = tuple(self._read(container) for container in workloads.containers())
        self._by_workload: dict[Workload, list[ContainerEnvironment]] = {}
        for item in self.of_containers:
            self._by_workload.setdefault(item.container.workload, []).append(item)

    def of_workload(self, workload: Workload) -> tuple[ContainerEnvironment, ...]:
        """Return the environments of a workload's containers."""
        return tuple(self._by_workload.get(workload, ()))

    def variables(self) -> Iterator[Variable]:
        """Yield the variables of all containers; one that several read from the same ConfigMap or Secret once."""
        return iter(self._variables)

    @cached_property
    def _variables(self) -> tuple[Variable, ...]:
        return distinct(self.of_containers)

    @property
    def unseen(self) -> tuple[UnseenSource, ...]:
        """Sources that may hold more variables, optional ones left out."""
        return tuple(source for item in self.of_containers for source in item.unseen if not source.optional)

    def _read(self, container: Container) -> ContainerEnvironment:
        variables: dict[str, Variable] = {}
        unseen: list[UnseenSource] = []
        namespace = container.workload.namespace
        for entry in container.get("envFrom").each():
            prefix = entry.get("prefix").text() or ""
            for key, kind, origin in _WHOLE_SOURCES:
                reference = entry.get(key)
                name = reference.get("name").text()
                if not name:
                    continue
                known = self._sources.entries(kind, name, namespace)
                if known is None:
                    optional = reference.get("optional").flag() is True
                    unseen.append(UnseenSource(origin, name, reference, optional))
                    continue
                holder, entries = known
                for item, value in entries.items():
                    shown = value if origin is Origin.CONFIG_MAP else None
                    variables[prefix + item] = Variable(prefix + item, origin, entry, shown, holder, item)
        for entry in container.env():
            name = entry.get("name").text() or ""
            variables[name] = self._entry(name, entry, namespace)
        return ContainerEnvironment(container, variables, tuple(unseen))

    def _entry(self, name: str, entry: Node, namespace: str) -> Variable:
        source = entry.get("valueFrom")
        for key, kind, origin in _KEY_SOURCES:
            reference = source.get(key)
            if reference:
                known = self._sources.entries(kind, reference.get("name").text() or "", namespace)
                holder, entries = known if known else (None, {})
                item = reference.get("key").text() or ""
                value = entries.get(item) if origin is Origin.CONFIG_MAP else None
                return Variable(name, origin, entry, value, holder, item)
        if source:
            return Variable(name, Origin.DOWNWARD, entry, None, None)
        # The API refuses a number here, but what it means is plain, and the API check reports it.
        value = entry.get("value").value
        text = value if isinstance(value, str) else "" if value is None else str(value)
        return Variable(name, Origin.COMPOSED if "$(" in text else Origin.LITERAL, entry, text, None)


_WHOLE_SOURCES = (("configMapRef", "ConfigMap", Origin.CONFIG_MAP), ("secretRef", "Secret", Origin.SECRET))
_KEY_SOURCES = (("configMapKeyRef", "ConfigMap", Origin.CONFIG_MAP), ("secretKeyRef", "Secret", Origin.SECRET))


ENVIRONMENT_KINDS = (
    "ConfigMap",
    "Secret",
    "SealedSecret.bitnami.com",
    "ExternalSecret.external-secrets.io",
)
"""Kinds of objects that variables can come from (`Environment`)."""


class _Sources:
    """The ConfigMaps and Secrets of a scene, and the objects a controller makes Secrets from, by name."""

    def __init__(self, objects: Objects) -> None:
        self._found: dict[tuple[str, str, str], tuple[KubernetesObject, dict[str, str]]] = {}
        for item in objects.of_kind("ConfigMap"):
            self._add("ConfigMap", item.name, item, _texts(item.get("data")))
        for item in objects.of_kind("ExternalSecret", group="external-secrets.io"):
            name = item.get("spec", "target", "name").text() or item.name
            # `dataFrom` copies whatever the store holds, which cannot be seen here.
            if not item.get("spec", "dataFrom"):
                keys = {entry.get("secretKey").text() or "": "" for entry in item.get("spec", "data").each()}
                self._add("Secret", name, item, keys)
        for item in objects.of_kind("SealedSecret", group="bitnami.com"):
            name = item.get("spec", "template", "metadata", "name").text() or item.name
            keys = dict.fromkeys(item.get("spec", "encryptedData").mapping(), "")
            self._add("Secret", name, item, keys | dict.fromkeys(item.get("spec", "template", "data").mapping(), ""))
        for item in objects.of_kind("Secret"):
            entries = item.get("data").mapping() | item.get("stringData").mapping()
            self._add("Secret", item.name, item, dict.fromkeys(entries, ""))

    def _add(self, kind: str, name: str, item: KubernetesObject, entries: dict[str, str]) -> None:
        self._found[kind, item.namespace, name] = (item, entries)

    def entries(self, kind: str, name: str, namespace: str) -> tuple[KubernetesObject, dict[str, str]] | None:
        """Return an object and its entries, or None when the scene does not hold it."""
        return self._found.get((kind, namespace, name))


def _texts(node: Node) -> dict[str, str]:
    """Return the entries of a ConfigMap; a value that is no text is the API check's matter."""
    return {key: value if isinstance(value, str) else str(value) for key, value in node.mapping().items()}
