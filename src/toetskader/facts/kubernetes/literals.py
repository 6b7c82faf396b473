"""What a scene writes out for its containers: literal environment variables, ConfigMaps, command lines, probes."""

import re
from collections.abc import Iterator

import msgspec

from toetskader.facts.kubernetes.node import Node
from toetskader.facts.kubernetes.objects import Objects
from toetskader.facts.kubernetes.workloads import Workloads

_OPTION = re.compile(r"(?:^|(?<=[\s'\"]))--?(?P<name>[A-Za-z][\w.-]{0,100})[= ](?P<value>\S+)")

_ALONE = re.compile(r"--?(?P<name>[A-Za-z][\w.-]{1,100})")
_SET_IN_SHELL = re.compile(
    r"(?:^|(?<=[\s;&|(]))(?P<name>[A-Z][A-Z0-9_]{0,100})=(?P<value>\"[^\"]*\"|'[^']*'|[^\s;&|]+)"
)


class Literal(msgspec.Struct, frozen=True):
    """A name with a literal value, as a container will see it."""

    name: str
    node: Node
    """The value; it can have any type that YAML has."""

    @property
    def text(self) -> str:
        """The value as text; empty when it has another type."""
        return self.node.value if isinstance(self.node.value, str) else ""


def literals(workloads: Workloads, objects: Objects, *, tests: bool = False) -> Iterator[Literal]:
    """Yield the literal environment variables of all containers and the entries of all ConfigMaps.

    Parameters: `tests` adds the objects of Helm tests.
    """
    yield from _environment(workloads, tests=tests)
    yield from config_map_entries(objects, tests=tests)


def _environment(workloads: Workloads, *, tests: bool = False) -> Iterator[Literal]:
    """Yield the environment variables that have a literal value."""
    for container in workloads.containers(tests=tests):
        for entry in container.env():
            value = entry.get("value")
            if value:
                yield Literal(entry.get("name").text() or "", value)


def config_map_entries(objects: Objects, *, tests: bool = False) -> Iterator[Literal]:
    """Yield the entries of all ConfigMaps."""
    for item in objects.of_kind("ConfigMap"):
        if tests or not item.is_test:
            for name, node in item.get("data").entries():
                yield Literal(name, node)


def options(workloads: Workloads, *, tests: bool = False) -> Iterator[Literal]:
    """Yield the options on command lines that have a value, and the variables that a shell there is told to set.

    `--name=value`, `--name value` in one argument or in two, and `NAME=value`.
    """
    for line in _command_lines(workloads, tests=tests):
        before = ""
        for node in line:
            text = node.text() or ""
            if before and not text.startswith("-"):
                yield Literal(before, node)
            alone = _ALONE.fullmatch(text)
            before = alone["name"] if alone else ""
            for match in (*_OPTION.finditer(text), *_SET_IN_SHELL.finditer(text)):
                value = match["value"].strip("\"'`;)")
                if not value.startswith("$("):  # what another command gives
                    yield Literal(match["name"], Node(value, node.path, node.owner))


def headers(workloads: Workloads, *, tests: bool = False) -> Iterator[Literal]:
    """Yield the headers that probes send."""
    for container in workloads.containers(tests=tests):
        for probe in container.probes():
            for header in probe.get("httpGet", "httpHeaders").each():
                yield Literal(header.get("name").text() or "", header.get("value"))


def arguments(workloads: Workloads, *, tests: bool = False) -> Iterator[Node]:
    """Yield every part of the containers' command lines, and of the commands of their probes and hooks."""
    for line in _command_lines(workloads, tests=tests):
        yield from line


def _command_lines(workloads: Workloads, *, tests: bool) -> Iterator[tuple[Node, ...]]:
    """Yield the parts of each command that a container runs: as it starts, as a probe, after its start, at its end."""
    for container in workloads.containers(tests=tests):
        yield from container.commands
