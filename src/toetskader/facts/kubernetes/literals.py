"""What a scene writes out for its containers: literal environment variables, ConfigMaps, command lines, probes."""

import re
from collections.abc import Iterator

import msgspec

from toetskader.facts.kubernetes.node import Node
from toetskader.facts.kubernetes.objects import KubernetesObject, Objects
from toetskader.facts.kubernetes.replaced import MADE_SECRETS, Replacements
from toetskader.facts.kubernetes.workloads import Workloads
from toetskader.facts.references import Resolves, nothing
from toetskader.facts.secrets.encoded import text_of
from toetskader.facts.secrets.messages import Surroundings
from toetskader.facts.secrets.readers import told_apart
from toetskader.text import Places

_OPTION = re.compile(r"(?:^|(?<=[\s'\"]))--?(?P<name>[A-Za-z][\w.-]{0,100})[= ](?P<value>\S+)")

# A header that a client is told to send: `curl -H 'X-Api-Key: x'`, `wget --header=…`.
_HEADER = re.compile(r"(?P<name>[A-Za-z][\w-]{0,100}):\s?(?P<value>[^\s\"'][^\"'\n]*)")
_SENDS = re.compile(rf"(?:^|(?<=\s))(?:-H|--header)(?:=|\s{{0,3}})[\"']?{_HEADER.pattern}")
_ALONE = re.compile(r"--?(?P<name>[A-Za-z][\w.-]{1,100})")
_SET_IN_SHELL = re.compile(
    r"(?:^|(?<=[\s;&|(]))(?P<name>[A-Z][A-Z0-9_]{0,100})=(?P<value>\"[^\"]*\"|'[^']*'|[^\s;&|]+)"
)
_EMBEDDED = re.compile(
    r"(?:^|(?<=[\s?&;,{\"'-]))(?P<name>[A-Za-z][\w.-]{0,100})(?:=[\"']?|[\"']:\s{0,3}[\"'])(?P<value>[^\s\"'&;,]{1,200})"
)
_PLAIN_VARIABLE = re.compile(r"\$\{?[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\}?")


class Literal(msgspec.Struct, frozen=True):
    """A name with a literal value, as a container will see it."""

    name: str
    node: Node
    """The value; it can have any type that YAML has."""
    resolves: Resolves = nothing
    """Tells which texts are references there, that something replaces."""
    in_file: Resolves = nothing
    """The same for the settings in a text that the value is: the lines of a file, the entries of JSON."""
    around: Surroundings | None = None
    """The other variables of the container, or entries of the ConfigMap."""

    @property
    def text(self) -> str:
        """The value as text; empty when it has another type."""
        return self.node.value if isinstance(self.node.value, str) else ""


LITERAL_KINDS = ("ConfigMap", *MADE_SECRETS)
"""Kinds of objects that hold literal values, or tell what is replaced in them (`literals`, `binary_literals`)."""


def literals(workloads: Workloads, objects: Objects, *, tests: bool = False) -> Iterator[Literal]:
    """Yield the literal environment variables of all containers and the entries of all ConfigMaps.

    Parameters: `tests` adds the objects of Helm tests.
    """
    replacements = Replacements(workloads, objects)
    yield from _environment(workloads, replacements, tests=tests)
    last: KubernetesObject | None = None
    around: Surroundings | None = None
    for item, literal in _config_map_entries(objects, tests=tests):
        if item is not last:
            last, around = item, Surroundings(item.get("data").mapping())
        yield Literal(
            literal.name,
            literal.node,
            replacements.in_config_map(item),
            replacements.in_file(item, literal.text, literal.name),
            around,
        )


def binary_literals(workloads: Workloads, objects: Objects) -> Iterator[Literal]:
    """Yield the entries in `binaryData` of all ConfigMaps that are text, as a container reads them: decoded."""
    replacements = Replacements(workloads, objects)
    for item in objects.of_kind("ConfigMap"):
        for name, node in item.get("binaryData").entries():
            plain = text_of(node.value) if isinstance(node.value, str) else None
            if plain is not None:
                yield Literal(
                    name,
                    Node(plain, node.path, node.owner),
                    replacements.in_config_map(item),
                    replacements.in_file(item, plain, name),
                )


def embedded(literal: Literal) -> Iterator[Literal]:
    """Yield the settings with a value of their own inside the value of another.

    An option of a program (`-Ddb.password=x`), a parameter in an address (`?password=x`), or an entry of JSON.
    """
    if "\n" in literal.text and literal.in_file is not literal.resolves:  # a file of a ConfigMap, which is parsed
        return
    found = [match for match in _EMBEDDED.finditer(literal.text) if not _PLAIN_VARIABLE.fullmatch(match["value"])]
    harmless = Places(told_apart(literal.name, literal.text) if found else ())
    for match in found:
        if match.start("value") not in harmless:
            yield Literal(match["name"], Node(match["value"], literal.node.path, literal.node.owner), literal.resolves)


def _environment(workloads: Workloads, replacements: Replacements, *, tests: bool = False) -> Iterator[Literal]:
    """Yield the environment variables that have a literal value."""
    for container in workloads.containers(tests=tests):
        around = Surroundings({entry.get("name").text() or "": entry.get("value").value for entry in container.env()})
        for position, entry in enumerate(container.env()):
            value = entry.get("value")
            if value:
                resolves = replacements.in_variable(container, position)
                yield Literal(entry.get("name").text() or "", value, resolves, resolves, around)


def config_map_entries(objects: Objects, *, tests: bool = False) -> Iterator[Literal]:
    """Yield the entries of all ConfigMaps."""
    return (literal for _, literal in _config_map_entries(objects, tests=tests))


def _config_map_entries(objects: Objects, *, tests: bool) -> Iterator[tuple[KubernetesObject, Literal]]:
    for item in objects.of_kind("ConfigMap"):
        if tests or not item.is_test:
            for name, node in item.get("data").entries():
                yield item, Literal(name, node)


def options(workloads: Workloads, *, tests: bool = False) -> Iterator[Literal]:
    """Yield the options on command lines that have a value, and the variables that a shell there is told to set.

    `--name=value`, `--name value` in one argument or in two, `NAME=value`, and headers (`-H 'X-Api-Key: value'`).
    """
    replacements = Replacements(workloads)
    for container in workloads.containers(tests=tests):
        for line in container.commands:
            resolves = replacements.in_command(container, line)
            yield from _options(line, resolves)
            yield from _sent_headers(line, resolves)


def _sent_headers(line: tuple[Node, ...], resolves: Resolves) -> Iterator[Literal]:
    """Yield the headers that a command sends, in one argument or in two; what a shell puts there is none of its own."""
    for before, node in zip((None, *line), line, strict=False):
        text = node.text() or ""
        apart = before is not None and before.text() in ("-H", "--header")
        for match in filter(None, (_HEADER.fullmatch(text),) if apart else _SENDS.finditer(text)):
            if "$" not in match["value"]:
                yield Literal(match["name"], Node(match["value"], node.path, node.owner), resolves)


def _options(line: tuple[Node, ...], resolves: Resolves) -> Iterator[Literal]:
    before = ""
    for node in line:
        text = node.text() or ""
        if before and not text.startswith("-"):
            yield Literal(before, node, resolves)
        alone = _ALONE.fullmatch(text)
        before = alone["name"] if alone else ""
        for match in (*_OPTION.finditer(text), *_SET_IN_SHELL.finditer(text)):
            value = match["value"].strip("\"'`;)")
            if not value.startswith("$("):  # what another command gives
                # Within single quotes a shell replaces nothing.
                quoted = match["value"].startswith("'") and text[match.start("value") :].startswith("'")
                yield Literal(match["name"], Node(value, node.path, node.owner), _unless_quoted if quoted else resolves)


def _unless_quoted(text: str) -> bool:
    """Tell whether a text in single quotes is no secret: a program may replace the name of a variable by itself."""
    return nothing(text) or _PLAIN_VARIABLE.fullmatch(text) is not None


def headers(workloads: Workloads, *, tests: bool = False) -> Iterator[Literal]:
    """Yield the headers that probes send."""
    for container in workloads.containers(tests=tests):
        for probe in container.probes():
            for header in probe.get("httpGet", "httpHeaders").each():
                yield Literal(header.get("name").text() or "", header.get("value"))


def arguments(workloads: Workloads, *, tests: bool = False) -> Iterator[Node]:
    """Yield every part of the containers' command lines, and of the commands of their probes and hooks."""
    for line in commands(workloads, tests=tests):
        yield from line


def command_texts(workloads: Workloads, *, tests: bool = False) -> Iterator[Literal]:
    """Yield the same parts as texts that hold settings: what is replaced in them is what the command replaces."""
    replacements = Replacements(workloads)
    for container in workloads.containers(tests=tests):
        for line in container.commands:
            resolves = replacements.in_command(container, line)
            yield from (Literal("", node, in_file=resolves) for node in line)


def commands(workloads: Workloads, *, tests: bool = False) -> Iterator[tuple[Node, ...]]:
    """Yield the parts of each command that a container runs: as it starts, as a probe, after its start, at its end."""
    for container in workloads.containers(tests=tests):
        yield from container.commands
