"""Whether a chart's values decide a variable, read from the template that writes it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from functools import lru_cache

from toetskader.facts.kubernetes.environment import Origin, Variable
from toetskader.facts.template_settings import spans
from toetskader.facts.template_syntax import (
    Action,
    Branch,
    Call,
    Definition,
    Node,
    Operand,
    Pipeline,
    operands,
    parsed,
    walk,
)


class Decided(StrEnum):
    """What decides the value of a variable."""

    FIXED = "fixed"
    """It stands literally in the template."""
    VALUES = "values"
    COMPUTED = "computed"
    """The template makes it of something else: the name of the release, a host in the release."""
    UNKNOWN = "unknown"
    """The template does not name the variable where it can be read."""


_DEEPEST = 8
# What a chart is called decides no setting, though it is read from the values.
_NAMES = frozenset({"nameOverride", "fullnameOverride", "namespaceOverride"})
_CONTEXT = frozenset({"Chart", "Release", "Capabilities", "Template", "Files"})


class TemplateValues:
    """The templates of a chart, asked what decides a variable."""

    def __init__(self, files: Mapping[str, str]) -> None:
        """Parameters: `files`, those of the chart, by path."""
        self._files = files

    def decided(self, variable: Variable) -> Decided:
        """Tell what decides a variable's value; a Secret's entry is not looked at, and UNKNOWN."""
        source, name = _place_of(variable)
        if not name:
            return Decided.UNKNOWN
        path = source.partition("/")[2]
        helpers = (other for other in self._files if other.endswith(".tpl") and "templates/" in other)
        for candidate in (path, *helpers):
            found = set(self._written(name, self._files.get(candidate, "")))
            if found:
                return next(one for one in (Decided.VALUES, Decided.COMPUTED, Decided.FIXED) if one in found)
        return Decided.UNKNOWN

    def gives_all(self, variable: Variable) -> bool:
        """Tell whether a template takes a variable's value as a whole from the values, with nothing around it."""
        source, name = _place_of(variable)
        text = self._files.get(source.partition("/")[2], "")
        written = [text[start:end].strip() for start, end in spans(name, text)]
        return self.decided(variable) is Decided.VALUES and all(map(_ONE_ACTION.fullmatch, written))

    def _written(self, name: str, text: str) -> Iterator[Decided]:
        for start, end in spans(name, text):
            written = text[start:end].strip()
            if not written:
                continue
            if "{{" not in written:
                yield Decided.FIXED
            elif self._reads_values(text, start, end):
                yield Decided.VALUES
            else:
                yield Decided.COMPUTED

    def _reads_values(self, text: str, start: int, end: int) -> bool:
        body = parsed(text)
        if body is None:
            return ".Values" in text[start:end]
        return _Reading(self._files, text).reads(body, start, end)


def _place_of(variable: Variable) -> tuple[str, str]:
    """Return the template that writes a variable, and under which name; no name where that cannot be told."""
    if variable.origin is Origin.CONFIG_MAP and variable.holder is not None:
        return variable.holder.source, variable.key
    if variable.origin in (Origin.LITERAL, Origin.COMPOSED):
        return variable.node.source, variable.name
    return "", ""


_ONE_ACTION = re.compile(r"[\"']?\{\{[^{}]{1,400}\}\}[\"']?[ \t]*")


class _Reading:
    """Looks for values in what a template writes between two places."""

    def __init__(self, files: Mapping[str, str], text: str) -> None:
        self._files = files
        self._text = text
        self._left = _MOST_STEPS
        self._assigned: dict[str, list[tuple[Pipeline, bool]]] = {}
        for pipeline, dot, _ in self._everything(parsed(text) or ()):
            for name in pipeline.variables:
                self._assigned.setdefault(name, []).append((pipeline, dot))

    def reads(self, body: Iterable[Node], start: int, end: int) -> bool:
        """Tell whether an action between two places in the text writes something of the values."""
        return any(
            self._of_values(pipeline, dot, 0)
            for pipeline, dot, writes in self._everything(body)
            if writes and start <= pipeline.start < end
        )

    def _everything(self, body: Iterable[Node]) -> Iterator[tuple[Pipeline, bool, bool]]:
        """Yield the pipelines of a file, those of its named templates too: what these are given counts as values."""
        yield from _walk(body, False)
        for definition in _defined(self._text):
            yield from _walk(definition.body, True)

    def _of_values(self, pipeline: Pipeline, dot: bool, depth: int) -> bool:
        self._left -= 1
        if depth > _DEEPEST or self._left < 0:
            return False
        return any(self._command(command, dot, depth) for command in pipeline.commands)

    def _command(self, command: list[Operand], dot: bool, depth: int) -> bool:
        head, *operands = command
        if head.is_function and head.name == "include" and operands and operands[0].literal is not None:
            if self._helper(operands[0].literal, depth):
                return True
            operands = operands[1:]
        if head.is_function and head.name in ("include", "tpl"):  # these take the whole context along
            operands = [one for one in operands if one.fields or one.inner is not None or len(one.name) > 1]
        return any(self._operand(operand, dot, depth) for operand in (head, *operands))

    def _operand(self, operand: Operand, dot: bool, depth: int) -> bool:
        if operand.inner is not None:
            return self._of_values(operand.inner, dot, depth + 1)
        if operand.is_function or operand.literal is not None:
            return False
        if operand.fields[:1] == ("Values",) and operand.name in ("", "$"):
            return operand.fields[-1] not in _NAMES
        if operand.name in ("", "$"):
            return dot and not operand.name and (not operand.fields or operand.fields[0] not in _CONTEXT)
        assigned = self._assigned.get(operand.name, ())
        return any(self._of_values(pipeline, given, depth + 1) for pipeline, given in assigned)

    def _helper(self, name: str, depth: int) -> bool:
        """Tell whether a named template writes something of the values; what it is given counts as such.

        In doubt it does: when it is not among the files.
        """
        definitions = tuple(_definitions(name, self._files))
        for definition in definitions:
            pipelines = list(_walk(definition.body, True))
            for pipeline, dot, _ in pipelines:
                for variable in pipeline.variables:
                    self._assigned.setdefault(variable, []).append((pipeline, dot))
            if any(writes and self._of_values(pipeline, dot, depth + 1) for pipeline, dot, writes in pipelines):
                return True
        return not definitions


_MOST_STEPS = 2000


def _walk(body: Iterable[Node], dot: bool) -> Iterator[tuple[Pipeline, bool, bool]]:
    """Yield the pipelines of a template, whether the dot is a part of the values there, and whether it is written."""
    for node in body:
        match node:
            case Action():
                yield node.pipeline, dot, not node.pipeline.variables
            case Branch():
                for condition, inner in node.arms:
                    if condition is not None:
                        yield condition, dot, False
                    narrowed = node.word in ("with", "range") and condition is not None
                    yield from _walk(inner, dot or (narrowed and _mentions_values(condition)))
            case Definition():
                if node.pipeline is not None:
                    yield from _walk(node.body, dot)
            case Call():
                if node.pipeline is not None:
                    yield node.pipeline, dot, True


def _mentions_values(pipeline: Pipeline | None) -> bool:
    return pipeline is not None and any("Values" in operand.fields for operand in operands(pipeline))


def _definitions(name: str, files: Mapping[str, str]) -> Iterator[Definition]:
    for path, text in files.items():
        if "templates/" in path and name in text and "define" in text:
            yield from (one for one in _defined(text) if one.name == name)


@lru_cache(maxsize=1024)
def _defined(text: str) -> tuple[Definition, ...]:
    return tuple(node for node in walk(parsed(text) or ()) if isinstance(node, Definition))
