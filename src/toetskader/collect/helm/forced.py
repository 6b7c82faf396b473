"""A chart's templates with its decisions taken: what it would render where these turn out otherwise.

A client's render has no cluster to ask and one moment in time. So conditions that depend on such things are written out
as true, or as false; `lookup` gives an answer in which every key that the templates know is there; and a template that
gives up (`fail`, `required`) goes on. What comes out is what the chart can make, and is judged as such.
"""

import base64
import itertools
import re
import secrets
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import msgspec

from toetskader.collect.helm.variants import Variant
from toetskader.facts.template_decisions import Decision, Decisions
from toetskader.facts.template_sources import Site, Source
from toetskader.facts.template_syntax import Branch, Call, Definition, Node, Operand, Pipeline, parsed

_MOST_KEYS = 2_000
_KEY = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_NAMED = re.compile(r"[\"`]([A-Za-z0-9_.-]{1,100})[\"`]|\.([A-Za-z_]\w{0,99})")
_ANSWER = "toetsing1234"
_WORDS = (
    r"\b(?:lookup|now|ago|date\w*|htmlDate\w*|unixEpoch|rand[A-Z]\w*|uuidv4|shuffle|gen[A-Z]\w*|getHostByName|APIVersions"
    r"|KubeVersion|HelmVersion|IsUpgrade|IsInstall|Revision|Release[.]Name(?:space)?)\b"
)
_IF = r"\{\{-?\s*(?:else\s+)?if\s[^}]*\}\}"
_BY_ACCIDENT = (
    r"\b(?:now|ago|date\w*|htmlDate\w*|unixEpoch|rand[A-Z]\w*|uuidv4|shuffle|gen[A-Z]\w*|getHostByName|bcrypt|htpasswd"
    r"|APIVersions|HelmVersion|Revision|tpl)\b"
)
"""Words of code that writes out what is otherwise each time, or in another cluster."""


class Forced:
    """Writes the templates of a chart with its decisions taken."""

    def __init__(self, decisions: Decisions, values: Iterable[str]) -> None:
        """Parameters: `values`, texts in the chart's values, which may name keys of what `lookup` finds."""
        self._decisions = decisions
        self._values = tuple(values)
        self._word = f"t{secrets.token_hex(12)}"

    def parts(self, variant: Variant) -> Iterator[Variant]:
        """Yield a variant, and then what can be tried of it when it fails."""
        on_pods = {one: holds for one, holds in variant.outcomes.items() if self._decisions.pods_of(one)}
        for outcomes in (variant.outcomes, on_pods):
            for answers in (True, False) if variant.answers else (False,):
                yield Variant(outcomes, answers)

    @cached_property
    def marks(self) -> tuple[Decision, ...]:
        """What can be written out as a mark, to see where it comes to stand: outputs, and code that is put together."""
        found = list(self._decisions.outputs)
        if self._decisions.makes_code:
            for path, text in self._decisions.files.items():
                for call in _interventions(text):
                    if call.name == "tpl":
                        line = text.count("\n", 0, call.start) + 1
                        code = frozenset({Source.CODE})
                        found.append(Decision(path, line, Site.OUTPUT, code, call.start, call.end, False, -1, 0, path))
        return tuple(found)

    def texts(self, variant: Variant | None, marks: Collection[Decision] = ()) -> dict[str, str]:
        """Return the templates that come out otherwise, by path.

        Parameters: `variant`, None for decisions as they are; `marks`, what to write a mark for.
        """
        found = {}
        for path, text in self._decisions.files.items():
            edits = [*self._marked(path, marks)]
            if variant is not None:
                edits += [*self._outcomes(path, variant), *self._calls(text, variant)]
            if edits:
                found[path] = _edited(text, edits)
        if found:
            path = next(iter(found))
            found[path] += self._definitions(variant or Variant({}, answers=False))
        return found

    def _marked(self, path: str, marks: Collection[Decision]) -> Iterator[tuple[int, int, str]]:
        for one in marks:
            if one.path == path and Source.CODE in one.sources:
                yield one.start, one.start, f'(include "{self._word}.marked" (toString '
                yield one.end, one.end, "))"
            elif one.path == path:
                yield one.start, one.end, f'"{self._word}"'

    def _outcomes(self, path: str, variant: Variant) -> Iterator[tuple[int, int, str]]:
        for one, holds in variant.outcomes.items():
            if one.path != path:
                continue
            if one.site is Site.CONDITION:
                yield one.start, one.end, "true" if holds ^ one.negated else "false"
            elif not holds:
                yield one.start, one.end, "(list)"

    def _calls(self, text: str, variant: Variant) -> Iterator[tuple[int, int, str]]:
        for call in _interventions(text):
            match call.name:
                case "lookup" if variant.answers:
                    yield call.start, call.end, f'coalesce (include "{self._word}.found" 0 | fromJson)'
                case "fail":
                    yield call.start, call.end, "trunc 0"
                case "required":
                    yield call.start, call.end, 'default ""'
                case "tpl":
                    yield call.start, call.start, f'(include "{self._word}.code" (toString '
                    yield call.end, call.end, "))"

    def _definitions(self, variant: Variant) -> str:
        """Return the templates that the others are made to use, under a name that none of theirs can have."""
        answer = f'coalesce (include \\"{self._word}.found\\" 0 | fromJson)'
        held = "or true" if variant.answers else "and false"
        code = f"regexReplaceAll `(\\{{\\{{-?\\s*(?:else\\s+)?if)\\s` . `${{1}} {held} `"
        if variant.answers:
            code = f'regexReplaceAll `\\blookup\\b` ({code}) "{answer}"'
        return (
            f'{{{{ define "{self._word}.found" }}}}{self._found()}{{{{ end }}}}'
            f'{{{{ define "{self._word}.code" }}}}{{{{ if regexMatch `{_WORDS}` . }}}}{{{{ {code} }}}}'
            "{{ else }}{{ . }}{{ end }}{{ end }}"
            f'{{{{ define "{self._word}.marked" }}}}'
            "{{ if regexMatch `(?s)\\{\\{.*" + _BY_ACCIDENT + "` (regexReplaceAll `" + _IF + "` . ``) }}"
            f"{self._word}"
            "{{ else }}{{ . }}{{ end }}{{ end }}"
        )

    def _found(self) -> str:
        """Return an object that `lookup` might find: whatever key is asked for, it is there."""
        keys: dict[str, None] = {}
        for text in self._decisions.files.values():
            if "lookup" in text or "ecret" in text:
                keys |= _keys(text)
        keys |= dict.fromkeys(text for text in self._values if _KEY.fullmatch(text))
        content = base64.b64encode(_ANSWER.encode()).decode()
        data = dict.fromkeys(itertools.islice(keys, _MOST_KEYS), content)
        fields: dict[str, Any] = dict.fromkeys(data, _ANSWER)
        named = {"name": _ANSWER, "namespace": _ANSWER, "uid": _ANSWER}
        metadata = {**named, "labels": fields, "annotations": fields}
        port = {"name": "http", "port": 8080, "nodePort": 30080, "targetPort": 8080}
        spec = {**fields, "type": "ClusterIP", "clusterIP": "10.0.0.10", "ports": [port], "replicas": 1}
        found = {**fields, "metadata": metadata, "type": "Opaque", "data": data, "spec": spec, "status": fields}
        return msgspec.json.encode({**found, "items": [found]}).decode()


@lru_cache(maxsize=1024)
def _keys(text: str) -> dict[str, None]:
    return dict.fromkeys(match[1] or match[2] for match in _NAMED.finditer(text))


@dataclass(frozen=True, slots=True)
class _Intervention:
    """A function to replace, or the text that `tpl` renders."""

    name: str
    start: int
    end: int


@lru_cache(maxsize=1024)
def _interventions(text: str) -> tuple[_Intervention, ...]:
    return tuple(_in_body(parsed(text) or ()))


def _in_body(body: Iterable[Node]) -> Iterator[_Intervention]:
    for node in body:
        match node:
            case Branch():
                for condition, inner in node.arms:
                    yield from _in_pipeline(condition)
                    yield from _in_body(inner)
            case Definition():
                yield from _in_pipeline(node.pipeline)
                yield from _in_body(node.body)
            case Call():
                yield from _in_pipeline(node.pipeline)
            case _:
                yield from _in_pipeline(node.pipeline)


def _in_pipeline(pipeline: Pipeline | None) -> Iterator[_Intervention]:
    for command in pipeline.commands if pipeline else ():
        yield from _in_command(command)


def _in_command(command: list[Operand]) -> Iterator[_Intervention]:
    head = command[0]
    if head.name in ("lookup", "fail"):
        yield _Intervention(head.name, head.start, head.start + len(head.name))
    elif head.name == "required" and len(command) > 1:
        yield _Intervention("required", head.start, command[1].end)  # its message goes too: it may be written out
    elif head.name == "tpl" and len(command) > 1:
        yield _Intervention("tpl", command[1].start, command[1].end)
    for operand in command:
        yield from _in_pipeline(operand.inner)


def _edited(text: str, edits: list[tuple[int, int, str]]) -> str:
    """Apply edits; one inside of another that replaces something is left out."""
    parts: list[str] = []
    at = 0
    for start, end, new in sorted(edits, key=lambda edit: (edit[0], edit[0] - edit[1])):
        if start < at:
            continue
        parts += [text[at:start], new]
        at = max(end, start)
    return "".join([*parts, text[at:]])
