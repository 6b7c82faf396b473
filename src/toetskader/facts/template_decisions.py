"""Where the templates of a chart decide by what no render can settle: what is in the cluster, the clock, chance, the
cluster's APIs and exact version, or the name of the release.

Each template and each `define` is read once into tokens: what its conditions and its output depend on, and which
other templates it includes. Those are then followed through the chart until nothing new is found. What a value may
depend on is counted on the large side: a condition too many costs a render, one too few hides what runs.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, cached_property, lru_cache

from toetskader.facts.kubernetes.served_apis import builtin_groups, minor_version, served
from toetskader.facts.kubernetes.workloads import POD_KINDS
from toetskader.facts.template_syntax import Action, Branch, Call, Definition, Node, Operand, Pipeline, parsed
from toetskader.facts.templates import RUNS_PODS


class Source(StrEnum):
    """What a template can decide by that is not in the chart or its values."""

    LOOKUP = "lookup"
    CLOCK = "clock"
    CHANCE = "chance"
    APIS = "apis"
    VERSION = "version"
    RELEASE = "release"
    HELM = "helm"
    DNS = "dns"
    CODE = "code"
    """Template text put together by the template itself."""
    UPGRADE = "upgrade"


class Site(StrEnum):
    """How a decision is written."""

    CONDITION = "condition"
    """A condition, or the test of `ternary`: it can be given another outcome."""
    CONTENT = "content"
    """`with` or `range`: what is there decides, and not only whether something is."""
    CHOICE = "choice"
    """An element taken by a number or key that is not in the chart."""
    OUTPUT = "output"
    """What is written out as it is: no condition, but what it says comes out otherwise."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One place that decides."""

    path: str
    line: int
    site: Site
    sources: frozenset[Source]
    start: int
    end: int
    """Where its expression stands in the text of the template."""
    negated: bool
    chain: int
    """Number of the `if` that it belongs to, in its template."""
    arm: int
    """Which arm of that `if`, counted from 0."""
    unit: str
    """The named template that it stands in, or the file."""
    outer: tuple[int, ...] = ()
    """The chains that it stands inside of, in the same template."""


_SOURCES = frozenset(item.value for item in Source)


def words_of(source: Source) -> tuple[str, str]:
    """Name a source for people, in Dutch and English."""
    return _WORDS[source]


_WORDS = {
    Source.LOOKUP: ("wat `lookup` in het cluster vindt", "what `lookup` finds in the cluster"),
    Source.CLOCK: ("de klok", "the clock"),
    Source.CHANCE: ("toeval", "chance"),
    Source.APIS: ("de API's van het cluster", "the APIs of the cluster"),
    Source.VERSION: ("de precieze versie van Kubernetes", "the exact version of Kubernetes"),
    Source.RELEASE: ("naam, namespace of revisie van de release", "name, namespace or revision of the release"),
    Source.HELM: ("de versie van Helm", "the version of Helm"),
    Source.DNS: ("een naam in DNS", "a name in DNS"),
    Source.CODE: ("samengestelde templatecode", "template code that is put together"),
    Source.UPGRADE: ("installatie of upgrade", "installation or upgrade"),
}

_Tokens = frozenset[str]
_NONE: _Tokens = frozenset()
# A value carries what it was made from with `~`; a comparison makes a decision of that.
_VALUES = {
    "~clock": Source.CLOCK,
    "~chance": Source.CHANCE,
    "~helm": Source.HELM,
    "~revision": Source.RELEASE,
    "~release": Source.RELEASE,
    "~version": Source.VERSION,
    "~minor": Source.VERSION,
    "~apis": Source.APIS,
    "~code": Source.CODE,
}
_WHOLE_RELEASE = frozenset({"upgrade", "~release", "~revision", "~helm"})
_WHOLE_CLUSTER = frozenset({"~apis", "~version", "~helm"})
_RELEASE = {
    "IsUpgrade": "upgrade",
    "IsInstall": "upgrade",
    "Revision": "~revision",
    "Name": "~release",
    "Namespace": "~release",
    "Service": "~helm",
}
_CLOCK = frozenset({"now", "ago", "date", "dateInZone", "date_in_zone", "htmlDate", "htmlDateInZone"})
_CHANCE = re.compile(r"rand[A-Z]\w*|uuidv4|shuffle|gen[A-Z]\w*|bcrypt|htpasswd|encryptAES")
_COMPARES = frozenset(
    [
        "eq",
        "ne",
        "lt",
        "le",
        "gt",
        "ge",
        "has",
        "hasKey",
        "contains",
        "hasPrefix",
        "hasSuffix",
        "regexMatch",
        "mustRegexMatch",
        "semverCompare",
        "empty",
        "any",
        "all",
        "deepEqual",
        "regexFind",
        "mustRegexFind",
        "regexFindAll",
        "regexSplit",
        "mod",
        "until",
        "untilStep",
        "seq",
        "len",
    ]
)
_CHOOSES = {
    "index": slice(1, None),
    "slice": slice(1, None),
    "get": slice(1, None),
    "dig": slice(0, -1),
    "until": slice(0, None),
    "untilStep": slice(0, None),
    "seq": slice(0, None),
    "substr": slice(0, 2),
    "trunc": slice(0, 1),
}
"""Functions that take a part of something → the arguments that say which part."""
_BY_ACCIDENT = frozenset({"~clock", "~chance", "clock", "chance", "dns", "lookup"})
_ASSEMBLES = frozenset(
    [
        "printf",
        "print",
        "println",
        "cat",
        "join",
        "replace",
        "b64dec",
        "b32dec",
        "trimAll",
        "trimPrefix",
        "trimSuffix",
        "trunc",
        "substr",
        "nospace",
        "repeat",
        "regexReplaceAll",
        "regexReplaceAllLiteral",
        "mustRegexReplaceAll",
        "fromJson",
        "fromYaml",
        "list",
        "dict",
        "initials",
        "swapcase",
    ]
)
_EMPTIES = frozenset(
    [
        "replace",
        "regexReplaceAll",
        "regexReplaceAllLiteral",
        "mustRegexReplaceAll",
        "trimPrefix",
        "trimSuffix",
        "trimAll",
        "omit",
        "pick",
        "without",
        "first",
        "last",
        "rest",
        "initial",
        "substr",
        "slice",
        "repeat",
        "indent",
        "int",
        "int64",
        "float64",
        "atoi",
        "max",
        "min",
        "sub",
        "mul",
        "div",
        "randInt",
    ]
)
"""Functions that make nothing, or 0, of something: whether anything is left is a comparison."""
_WRITTEN = frozenset({"clock", "chance", "dns", "apis", "version", "helm", "release"})
"""What may not decide on what is written out. An upgrade and what `lookup` finds are rendered as such."""
_PATCH = re.compile(r"\d\.\d+\.[1-9*xX]")
_PASSED_ON = frozenset({"lookup", "dns", "code", "clock", "chance", "~clock", "~chance"})


@dataclass(slots=True)
class _Found:
    """A decision before it is known what its tokens come to."""

    site: Site
    tokens: _Tokens
    start: int
    end: int
    negated: bool
    chain: int
    arm: int
    outer: tuple[int, ...]


_Argument = Mapping[str, _Tokens]
"""What a template is given: by key where that is written out as a `dict`, the rest under an empty key."""


@dataclass(slots=True)
class _Unit:
    """A named template, or the body of a file."""

    name: str
    output: set[str] = field(default_factory=set)
    stored: list[tuple[str, _Tokens]] = field(default_factory=list)
    """What it puts into a mapping that is there already: under which key, empty when that is not written out."""
    calls: list[tuple[str, _Argument, tuple[int, ...]]] = field(default_factory=list)
    """Templates that it includes: name, argument, and the chains that the call stands inside of."""
    found: list[_Found] = field(default_factory=list)
    written: list[_Found] = field(default_factory=list)
    """What it writes out, with what that depends on."""
    code: set[str] = field(default_factory=set)
    """What the text depends on that it has rendered as a template."""


@lru_cache(maxsize=2048)
def _units(text: str) -> tuple[_Unit, ...]:
    """Read the templates in one file; the first is the file itself."""
    body = parsed(text)
    if body is None:
        return ()
    reader = _Reader("", is_file=True)
    reader.read(body)
    units = [reader.unit]
    left = list(reader.defined)
    while left:
        definition = left.pop()
        inner = _Reader(definition.name, is_file=False)
        inner.read(tuple(definition.body))
        units.append(inner.unit)
        left.extend(inner.defined)
    return tuple(units)


class _Reader:
    """Reads one template into tokens. Variables are taken for what they hold anywhere in it."""

    def __init__(self, name: str, *, is_file: bool) -> None:
        self.unit = _Unit(name)
        self.defined: list[Definition] = []
        self._top: _Tokens = frozenset({"root"}) if is_file else frozenset({"dot"})
        self._variables: dict[str, _Tokens] = {"$": self._top}
        self._chains = 0
        self._outer: tuple[int, ...] = ()
        self._final = False

    def read(self, body: tuple[Node, ...]) -> None:
        """Read twice: what a loop sets at its end is there at its next beginning."""
        self._body(body, self._top)
        self._final = True
        self._chains = 0
        self.defined = []
        self.unit.calls = []
        self.unit.written = []
        self._body(body, self._top)

    def _body(self, body: Iterable[Node], dot: _Tokens) -> None:
        for node in body:
            match node:
                case Action():
                    value = self._assigned(node.pipeline, dot)
                    if not node.pipeline.variables:
                        self.unit.output |= value
                        self._write(node.pipeline, value)
                case Branch():
                    self._branch(node, dot)
                case Definition():
                    self.defined.append(node)
                    if node.pipeline is not None:
                        self._call(node.name, self._value(node.pipeline, dot))
                case Call():
                    self._call(node.name, self._value(node.pipeline, dot) if node.pipeline else _NONE)

    def _write(self, pipeline: Pipeline, value: _Tokens) -> None:
        """Keep what an action writes; what it includes is kept where that is written."""
        tokens = frozenset(one for one in value if not one.startswith("include:")) - {"root", "tpl"}
        if tokens:
            found = _Found(Site.OUTPUT, tokens, pipeline.start, pipeline.end, False, -1, 0, self._outer)
            self.unit.written.append(found)

    def _call(self, name: str, argument: _Tokens) -> None:
        self.unit.calls.append((name, {"": argument}, self._outer))
        self.unit.output.add(f"include:{name}")

    def _assigned(self, pipeline: Pipeline, dot: _Tokens) -> _Tokens:
        value = self._value(pipeline, dot)
        for name in pipeline.variables:
            self._variables[name] = self._variables.get(name, _NONE) | value
        return value

    def _branch(self, node: Branch, dot: _Tokens) -> None:
        chain, self._chains = self._chains, self._chains + 1
        outer = self._outer
        self._outer = (*outer, chain)
        for arm, (condition, body) in enumerate(node.arms):
            inner = dot
            if condition is not None:
                value = self._assigned(condition, dot)
                if node.word == "if" and not condition.variables:
                    for leaf in self._leaves(condition, dot, negated=False):
                        self._keep(Site.CONDITION, *leaf, chain=chain, arm=arm, outer=outer)
                else:
                    decided = self._decided(condition, value & _BY_ACCIDENT) | value - _VALUES.keys() - {"root"}
                    self._keep(
                        Site.CONTENT, decided, condition.start, condition.end, False, chain=chain, arm=arm, outer=outer
                    )
                if node.word != "if":
                    inner = value - {"root"} | ({"root"} if _is_top(condition) and "root" in value else set())
            self._body(body, inner)
        self._outer = outer

    def _keep(
        self,
        site: Site,
        tokens: _Tokens,
        start: int,
        end: int,
        negated: bool,
        *,
        chain: int = -1,
        arm: int = 0,
        outer: tuple[int, ...] | None = None,
    ) -> None:
        if self._final and tokens:
            inside = self._outer if outer is None else outer
            self.unit.found.append(_Found(site, tokens, start, end, negated, chain, arm, inside))

    def _leaves(self, pipeline: Pipeline, dot: _Tokens, *, negated: bool) -> Iterator[tuple[_Tokens, int, int, bool]]:
        """Yield the parts of a condition that `and`, `or` and `not` join: tokens, place, and whether it is denied."""
        if len(pipeline.commands) == 1:
            (command,) = pipeline.commands
            head = command[0]
            if head.name in ("and", "or", "not") and len(command) > 1:
                for operand in command[1:]:
                    denied = negated ^ (head.name == "not")
                    if operand.inner is not None and not operand.fields:
                        yield from self._leaves(operand.inner, dot, negated=denied)
                    else:
                        yield self._decided_operand(operand, dot), operand.start, operand.end, denied
                return
            if len(command) == 1 and head.inner is not None and not head.fields:
                yield from self._leaves(head.inner, dot, negated=negated)
                return
        yield self._decided(pipeline, self._value(pipeline, dot)), pipeline.start, pipeline.end, negated

    def _decided(self, pipeline: Pipeline, value: _Tokens) -> _Tokens:
        """Return what decides whether a pipeline's value is there at all."""
        last = pipeline.commands[-1][0]
        if last.is_function and last.name not in _KEEPS_CONTENT and not _CHANCE.fullmatch(last.name):
            return _compared(value, (), last.name)
        return frozenset(token for token in value if not token.startswith("~")) - {"root", "dot"} | (value & {"dot"})

    def _decided_operand(self, operand: Operand, dot: _Tokens) -> _Tokens:
        value = self._operand(operand, dot)
        return frozenset(token for token in value if not token.startswith("~")) - {"root"}

    def _value(self, pipeline: Pipeline, dot: _Tokens) -> _Tokens:
        value: _Tokens | None = None
        start = pipeline.start
        for number, command in enumerate(pipeline.commands):
            before = pipeline.commands[number - 1][-1].end if number else start
            value = self._command(command, value, dot, (start, before))
        return value or _NONE

    def _command(self, command: list[Operand], piped: _Tokens | None, dot: _Tokens, before: tuple[int, int]) -> _Tokens:
        head = command[0]
        arguments = [self._operand(operand, dot) for operand in command[1:]]
        if piped is not None:
            arguments.append(piped)
        if head.fields[-2:] == ("APIVersions", "Has") and not head.is_function:
            asked = command[1].literal if len(command) > 1 else None
            return frozenset({f"apis:{asked}" if asked else "apis"}).union(*arguments)
        if not head.is_function or head.fields:
            value = self._operand(head, dot).union(*arguments)
            return value | _compared(value, (), "") if arguments else value  # a method that is given something
        return self._function(head.name, command[1:], arguments, before, dot)

    def _function(
        self, name: str, operands: list[Operand], arguments: list[_Tokens], before: tuple[int, int], dot: _Tokens
    ) -> _Tokens:
        every = _NONE.union(*arguments)
        literals = tuple(operand.literal for operand in operands if operand.literal is not None)
        match name:
            case "lookup" | "getHostByName":
                return frozenset({"lookup" if name == "lookup" else "dns"})
            case "include":
                return self._include(operands, arguments, dot)
            case "tpl":
                code = {"~code"} if operands and _is_assembled(operands[0]) else set()
                self.unit.code |= arguments[0] if arguments else _NONE
                return (every - {"root", "dot"}) | {"tpl"} | code
            case "set" | "merge" | "mergeOverwrite" | "mustMerge" | "mustMergeOverwrite":
                self._store(name, operands, every & _PASSED_ON)
                return every
            case "ternary":
                self._ternary(operands, arguments, before)
                return _NONE.union(*arguments[:-1])
            case "index" | "get" | "dig" if operands:
                return self._chosen(name, operands, arguments)
        self._choice(name, operands, arguments)
        if name in _CLOCK:
            every |= {"~clock"}
        elif _CHANCE.fullmatch(name):
            every |= {"~chance"}
        every = _ordered(name, every)
        if name in _EMPTIES:
            every |= {_VALUES[one].value for one in every & _CHANGES}
        if name in _COMPARES:
            return _compared(every, literals, name)
        if name not in _HANDS_ON:
            every |= {_MADE}
        if name not in _HOLDS_WHOLE and not every.isdisjoint(("root", "dot")):
            every = every - {"root", "dot"} | ({"dump"} if "dot" in every else set())
            every |= _WHOLE_RELEASE | _WHOLE_CLUSTER if "root" in _NONE.union(*arguments) else _NONE
        return every

    def _include(self, operands: list[Operand], arguments: list[_Tokens], dot: _Tokens) -> _Tokens:
        name = operands[0].literal if operands else None
        if name is None and operands and operands[0].inner is not None:
            name = f"*{_last_literal(operands[0].inner)}"
        if name is None:
            return _NONE.union(*arguments) - {"root", "dot"}
        given = self._given(operands[1:], _NONE.union(*arguments[1:]), dot)
        self.unit.calls.append((name, given, self._outer))
        chosen = {one for one in arguments[0] if one in _BY_ACCIDENT or _is_written(one)}
        return frozenset({f"include:{name}"} | {one.lstrip("~") for one in chosen})

    def _given(self, operands: list[Operand], tokens: _Tokens, dot: _Tokens) -> _Argument:
        """Return what a template is given, by key when it is a `dict` with keys that are written out."""
        inner = operands[0].inner if len(operands) == 1 and not operands[0].fields else None
        if inner is None or len(inner.commands) != 1 or inner.commands[0][0].name != "dict":
            return {"": tokens}
        pairs = inner.commands[0][1:]
        keys = [key.literal for key in pairs[::2]]
        if len(pairs) % 2 or any(key is None for key in keys):
            return {"": tokens}
        return {str(key): self._operand(value, dot) for key, value in zip(keys, pairs[1::2], strict=True)}

    def _store(self, name: str, operands: list[Operand], tokens: _Tokens) -> None:
        """Keep what is put into something of which templates elsewhere may read a field."""
        if tokens and operands and operands[0].inner is None:
            key = operands[1].literal if name == "set" and len(operands) > 1 else None
            self.unit.stored.append((key or "", tokens))

    def _ternary(self, operands: list[Operand], arguments: list[_Tokens], before: tuple[int, int]) -> None:
        """Keep the test of a `ternary`: its third argument, or what is piped into it."""
        if len(operands) == 3:
            start, end = operands[2].start, operands[2].end
        else:
            start, end = before
        decided = frozenset(token for token in arguments[-1] if not token.startswith("~")) if arguments else _NONE
        self._keep(Site.CONDITION, decided - {"root"}, start, end, False)

    def _chosen(self, name: str, operands: list[Operand], arguments: list[_Tokens]) -> _Tokens:
        """Return what an element has: with keys written out it is a field like any other."""
        self._choice(name, operands, arguments)
        keys = [operand.literal for operand in operands[1:]]
        every = _NONE.union(*arguments)
        if name == "dig":
            return every - {"root"}
        if all(key is not None for key in keys) and len(arguments) == len(operands):
            return _field(tuple(str(key) for key in keys), arguments[0])
        if "root" in arguments[0]:
            every |= _WHOLE_RELEASE | _WHOLE_CLUSTER
        return every - {"root"}

    def _choice(self, name: str, operands: list[Operand], arguments: list[_Tokens]) -> None:
        which = _CHOOSES.get(name)
        if which is None or not operands:
            return
        chosen_by = _NONE.union(*arguments[which]) & _BY_ACCIDENT
        if name in ("get", "index") and arguments and arguments[0] <= {_MADE}:  # of what is written out right there
            chosen_by |= _NONE.union(*arguments[which]) & {"~release", "~revision", "~version"}
        chosen = frozenset(_VALUES[one].value if one in _VALUES else one for one in chosen_by)
        self._keep(Site.CHOICE, chosen, operands[0].start, 0, False)

    def _operand(self, operand: Operand, dot: _Tokens) -> _Tokens:
        if operand.literal is not None:
            return frozenset({_MADE}) if "{{" in operand.literal else _NONE
        if operand.inner is not None:
            return _field(operand.fields, self._value(operand.inner, dot))
        if operand.is_function:
            return _field(operand.fields, self._function(operand.name, [], [], (operand.start, operand.start), dot))
        if operand.name:
            return _field(operand.fields, self._variables.get(operand.name, _NONE))
        return _field(operand.fields, dot)


_MADE = "~made"
"""Mark of a text that the template put together, or changed."""
_CHANGES = frozenset({"~clock", "~chance", "~version", "~helm"})
_KEEPS_CONTENT = frozenset(
    [
        "printf",
        "print",
        "println",
        "quote",
        "squote",
        "toString",
        "lower",
        "upper",
        "title",
        "trim",
        "b64enc",
        "b64dec",
        "sha256sum",
        "default",
        "coalesce",
        "dict",
        "list",
        "tpl",
        "include",
        "toYaml",
        "toJson",
        "fromYaml",
        "fromJson",
        "indent",
        "nindent",
        "cat",
        "set",
        "merge",
        "ternary",
        "date",
        "now",
        "lookup",
        "concat",
        "join",
        "not",
        "and",
        "or",
        "get",
        "index",
        "dig",
        "int",
        "int64",
        "required",
        "pick",
        "omit",
        "deepCopy",
        "kebabcase",
        "snakecase",
        "camelcase",
        "trunc",
        "trimSuffix",
        "replace",
        "first",
        "last",
        "append",
        "regexReplaceAll",
        "getHostByName",
        "htmlDate",
        "ago",
        "unixEpoch",
        "toDate",
    ]
)
"""Functions whose value is there when what it is made from is."""
_HOLDS_WHOLE = frozenset(
    [
        "dict",
        "list",
        "set",
        "merge",
        "mergeOverwrite",
        "mustMerge",
        "mustMergeOverwrite",
        "default",
        "coalesce",
        "ternary",
        "include",
        "tpl",
        "and",
        "or",
        "not",
        "deepCopy",
        "tuple",
        "append",
        "omit",
        "pick",
        "kindOf",
        "kindIs",
        "typeOf",
        "required",
        "lookup",
        "hasKey",
        "empty",
    ]
)
"""Functions that hand on a template's whole context without looking into it."""


_HANDS_ON = _HOLDS_WHOLE | {
    "toYaml",
    "toJson",
    "toPrettyJson",
    "toString",
    "quote",
    "squote",
    "indent",
    "nindent",
    "trim",
    "get",
    "index",
    "dig",
    "fromYaml",
    "fromJson",
}
"""Functions after which a text still stands somewhere as it is."""


def _is_top(pipeline: Pipeline) -> bool:
    """Tell whether a pipeline is the context itself: `with $`."""
    (first, *rest) = pipeline.commands
    return not rest and len(first) == 1 and not first[0].fields and first[0].inner is None


def _field(fields: tuple[str, ...], holder: _Tokens) -> _Tokens:
    """Return what a field of something depends on."""
    if not fields:
        return holder
    for at, name in enumerate(fields):
        if name in ("Values", "Chart", "Files", "Template", "Subcharts"):
            return frozenset({f"set:{'.'.join(fields[at + 1 :])}"})
        if name == "Release":
            rest = fields[at + 1 : at + 2]
            return frozenset({_RELEASE.get(rest[0], "")} - {""}) if rest else _WHOLE_RELEASE
        if name == "Capabilities":
            return _of_cluster(fields[at + 1 :])
    part = f"part:{fields[0]}"
    handed_on = {part} if "dot" in holder else set()
    handed_on |= {Source.CLOCK.value} if "~clock" in holder else set()  # `now.IsDST`
    return holder - {"root", "dot"} | handed_on | {f"set:{'.'.join(fields)}"}


def _of_cluster(fields: tuple[str, ...]) -> _Tokens:
    match fields:
        case ():
            return _WHOLE_CLUSTER
        case ("KubeVersion", "Major" | "Minor", *_):
            return frozenset({"~minor"})
        case ("KubeVersion", *_):
            return frozenset({"~version"})
        case ("APIVersions", *_):
            return frozenset({"~apis"})
        case _:
            return frozenset({"~helm"})


def _compared(tokens: _Tokens, literals: tuple[str, ...], function: str) -> _Tokens:
    """Return what a comparison depends on: what a value was made from becomes what it decides by."""
    found: set[str] = set()
    mark = _mark(literals, function)
    if tokens == {"~release"} and mark == _OTHER:  # its own name and namespace, with each other
        return frozenset({Source.RELEASE.value})
    for token in tokens:
        if token.startswith(("include:", "part:")) or token in ("dot", "tpl"):
            found.add(f"{mark}{token}")
        elif token not in _VALUES:
            found.add(token)
        elif mark not in _DROPS.get(token, ""):
            found |= _decides(token, literals, function)
    return frozenset(found) - {"root"}


def _ordered(name: str, tokens: _Tokens) -> _Tokens:
    """Follow that Go lists the keys of a mapping in another order each time: the first of them is chance."""
    match name:
        case "keys" | "values":
            return tokens | {_ORDER}
        case "first" | "last" | "initial" | "rest" if _ORDER in tokens:
            return tokens | {"~chance"}
        case "sortAlpha":
            return tokens - {_ORDER}
        case _:
            return tokens


_ORDER = "~order"


def _mark(literals: tuple[str, ...], function: str) -> str:
    """Return how a comparison is made, in one sign: what another template gives is compared once that is known."""
    if function in ("empty", "hasKey"):
        return _EMPTY
    if literals and not any(_ALPHANUMERIC.search(text) for text in literals):
        return _SIGNS
    if function == "semverCompare" and literals and not any(_PATCH.search(text) for text in literals):
        return _MINOR
    if literals and all(text.isdigit() for text in literals):
        return _DIGITS
    return _LITERAL if literals else _OTHER


_ALPHANUMERIC = re.compile(r"[^\W_]")
_EMPTY, _SIGNS, _MINOR, _DIGITS, _LITERAL, _OTHER = "0+=#!?"
_MARKS = _EMPTY + _SIGNS + _MINOR + _DIGITS + _LITERAL + _OTHER
_DROPS = {
    # These are always there, and no name matches signs alone; what the minor version decides shows in renders for this
    # one and the next.
    "~release": _EMPTY + _SIGNS + _OTHER,
    "~version": _EMPTY + _MINOR,
    "~minor": _EMPTY + _MINOR + _DIGITS + _OTHER,
    "~apis": _EMPTY,
    "~clock": _EMPTY,
    "~chance": _EMPTY,
    "~helm": _EMPTY + _SIGNS,
    "~revision": _EMPTY,
}


def _decides(token: str, literals: tuple[str, ...], function: str) -> set[str]:
    if token == _APIS and function == "has" and literals:
        return {f"apis:{text}" for text in literals}
    return {_VALUES[token].value}


_APIS = "~apis"


def _is_assembled(operand: Operand) -> bool:
    """Tell whether a text is put together of literal parts alone, so that no word of it need stand anywhere."""
    if operand.inner is None:
        return False
    parts = [one for command in operand.inner.commands for one in command]
    if any(part.fields or part.name.startswith("$") for part in parts):
        return False
    return any(part.is_function and part.name in _ASSEMBLES for part in parts) or any(map(_is_assembled, parts))


def _last_literal(pipeline: Pipeline) -> str:
    texts = [one.literal for command in pipeline.commands for one in command if one.literal is not None]
    return texts[-1] if texts else ""


_WORD_OF_A_SOURCE = re.compile(
    r"\b(?:lookup|now|ago|date\w*|htmlDate\w*|rand[A-Z]\w*|uuidv4|shuffle|gen[A-Z]\w*|getHostByName|bcrypt|htpasswd"
    r"|Capabilities|Release|keys|values)\b"
)


_KIND = re.compile(r"\bkind[\"']?[ \t]*:[ \t]*(?=([^\n]{0,80}))")
_PLAIN_KIND = re.compile(r"[\"']?([A-Z][A-Za-z]*)[\"']?[ \t\r]*(?:[,}#]|$)")
_DEEPEST = 7
"""Decisions inside decisions that are told apart."""


_MOST_STEPS = 2_000_000
"""Calls of templates × files; some thousand files that include all of each other would take minutes."""
_MOST_FOUND = 5_000
"""Conditions and choices; the largest real chart seen has 1,700."""
_TEMPLATE = re.compile(r"(?:charts/[^/]+/)*templates/")
"""Paths of what Helm reads as templates, whatever the files are called."""


class Decisions:
    """The decisions of a chart's templates, those of its subcharts included."""

    def __init__(self, files: Mapping[str, str], *, values: Iterable[str] = (), kubernetes: str = "") -> None:
        """Parameters: `files`, path inside the chart → text; `values`, texts in the values, which a template may use as
        a template; `kubernetes`, the version that says which built-in APIs are always there.
        """
        self.files = {path: text for path, text in files.items() if _TEMPLATE.match(path)}
        self._others = [text for path, text in files.items() if path not in self.files and "{{" in text]
        self._values = [text for text in values if "{{" in text]
        self._served = frozenset(served(minor_version(kubernetes))) if kubernetes else frozenset()

    @cached_property
    def _all(self) -> list[tuple[str, _Unit]]:
        first = {text: path for path, text in reversed(self.files.items())}
        return [(path, unit) for text, path in first.items() for unit in _units(text)]

    @cached_property
    def _by_name(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for number, (path, unit) in enumerate(self._all):
            found.setdefault(unit.name or path, []).append(number)
        return found

    def _called(self, name: str) -> list[int]:
        if not name.startswith("*"):
            return self._by_name.get(name, [])
        return [number for path in self.files if name[1:] and path.endswith(name[1:]) for number in self._file(path)]

    def _file(self, path: str) -> list[int]:
        """Return the number of a file's own text, which another file may have too."""
        first = next(other for other, text in self.files.items() if text == self.files[path])
        return self._by_name.get(first, [])

    @cached_property
    def _in_texts(self) -> _Tokens:
        """What template code in values and files depends on."""
        found: set[str] = set()
        for text in (*self._values, *self._others):
            if _WORD_OF_A_SOURCE.search(text):
                for unit in _units(text):
                    found |= unit.output
                    found |= _NONE.union(*(one.tokens for one in unit.found))
        return frozenset(found)

    @cached_property
    def _known(self) -> "_Known":
        return _Known(self)

    @cached_property
    def decisions(self) -> tuple[Decision, ...]:
        """All decisions that no render settles."""
        found: list[Decision] = []
        if self._is_too_much:
            return ()
        used = self._used
        for number, (path, unit) in enumerate(self._all):
            for one in unit.found if self._name(number) in used else ():
                tokens = self._known.tokens(one.tokens, number)
                sources = frozenset(self._sources(tokens))
                if sources:
                    found.append(
                        Decision(
                            path=path,
                            line=self.files[path].count("\n", 0, one.start) + 1,
                            site=one.site,
                            sources=sources,
                            start=one.start,
                            end=one.end,
                            negated=one.negated,
                            chain=one.chain,
                            arm=one.arm,
                            unit=unit.name or path,
                            outer=one.outer,
                        )
                    )
        return tuple(found)

    @cached_property
    def outputs(self) -> tuple[Decision, ...]:
        """What the templates write out that comes out otherwise by what no render settles."""
        found: list[Decision] = []
        used = self._used
        for number, (path, unit) in enumerate(self._all):
            for one in unit.written if self._name(number) in used and not self._is_too_much else ():
                known = self._known.tokens(one.tokens, number)
                tokens = frozenset(item.lstrip("~") for item in known & _BY_ACCIDENT) | known
                sources = frozenset(self._sources(frozenset(item for item in tokens if _is_written(item))))
                if sources:
                    line = self.files[path].count("\n", 0, one.start) + 1
                    name = unit.name or path
                    found.append(Decision(path, line, one.site, sources, one.start, one.end, False, -1, 0, name))
        return tuple(found)

    @cached_property
    def makes_code(self) -> bool:
        """True when a template has text rendered that stands nowhere as it is, or that asks the clock."""
        texts = (
            frozenset(token for token in self._known.tokens(frozenset(unit.code), number))
            | frozenset(token for token in unit.code if token.startswith("include:"))
            for number, (_, unit) in enumerate(self._all)
            if unit.code and not self._is_too_much
        )
        return any(_MADE in one or any(token.startswith("include:") for token in one) for one in texts) or bool(
            self._in_texts & (_BY_ACCIDENT | {"apis", "version", "helm"})
        )

    @cached_property
    def are_unsettled(self) -> bool:
        """True when renders as an installation and as an upgrade do not show all that the chart can make."""
        return (
            any(one.sources != {Source.UPGRADE} for one in self.decisions)
            or any("lookup" in text for text in self.files.values())
            or self.makes_code
            or bool(self.outputs)
            or bool(self._in_texts & _SOURCES)
        )

    @cached_property
    def _used(self) -> frozenset[str]:
        """The templates that some file comes to include: what none includes decides nothing."""
        found: set[str] = set()
        numbers = [number for number, (_, unit) in enumerate(self._all) if not unit.name]
        if any(name == "*" for _, unit in self._all for name, *_ in unit.calls) or self._in_texts or self.makes_code:
            return frozenset(self._name(number) for number in range(len(self._all)))
        while numbers:
            number = numbers.pop()
            if self._name(number) not in found:
                found.add(self._name(number))
                numbers.extend(other for name, *_ in self._all[number][1].calls for other in self._called(name))
        return frozenset(found)

    @cached_property
    def unread(self) -> str:
        """A template of which this reader cannot tell what decides, though a source stands in it; empty for none."""
        if self._is_too_much:
            return max(self.files, key=lambda path: len(self.files[path]))
        return next(
            (path for path, text in self.files.items() if parsed(text) is None and _WORD_OF_A_SOURCE.search(text)), ""
        )

    @cached_property
    def _is_too_much(self) -> bool:
        """True when following all that the templates do would take long: real charts stay far below."""
        steps = sum(len(unit.calls) for _, unit in self._all)
        return steps * len(self.files) > _MOST_STEPS or sum(len(unit.found) for _, unit in self._all) > _MOST_FOUND

    def pods_of(self, decision: Decision) -> str:
        """Return the file that makes pods in which a decision plays a part; empty when there is none."""
        return next((path for path, names in self._pod_files.items() if decision.unit in names), "")

    @cached_property
    def _pod_files(self) -> Mapping[str, Mapping[str, int]]:
        """The files that make pods, or whatever the values or another template say, with what they include."""
        found = {}
        for path, text in self.files.items():
            file = path.rpartition("/")[2]
            if file == "NOTES.txt" or file.startswith("_"):
                continue
            names = self.included_by(path)
            texts = (text, *(self.files[other] for other, unit in self._all if unit.name in names))
            if any(map(RUNS_PODS.search, texts)) or _may_run_pods(text):
                found[path] = names
        return found

    @cached_property
    def depths(self) -> Mapping[tuple[str, int], int]:
        """How many deciding chains stand around each one (template and number), those where it is included counted."""
        deciding = {(one.unit, one.chain) for one in self.decisions if one.chain >= 0}
        around: dict[str, int] = {}
        for _ in range(_DEEPEST):
            before = dict(around)
            for number, (_, unit) in enumerate(self._all):
                name = self._name(number)
                for called, _, outer in unit.calls:
                    depth = around.get(name, 0) + sum((name, chain) in deciding for chain in outer)
                    for other in self._called(called) if depth else ():
                        inner = self._name(other)
                        around[inner] = min(max(around.get(inner, 0), depth), _DEEPEST)
            if around == before:
                break
        return {
            (one.unit, one.chain): min(
                around.get(one.unit, 0) + sum((one.unit, chain) in deciding for chain in one.outer), _DEEPEST
            )
            for one in self.decisions
            if one.chain >= 0
        }

    def _sources(self, tokens: _Tokens) -> Iterator[Source]:
        for token in tokens:
            if token.startswith("apis:"):
                name = token[5:]
                parts = name.split("/")
                group = parts[0] if len(parts) > 1 and not parts[0].startswith("v1") else ""
                if group not in builtin_groups() or name not in self._served:
                    yield Source.APIS
            elif token in _SOURCES:
                yield Source(token)

    @cache  # noqa: B019 - as long as the chart is looked at
    def included_by(self, path: str) -> Mapping[str, int]:
        """Return the names of all templates that a file comes to include, the file itself among them, with how far off.

        Files that are included whole are left out: that is done for their checksum.
        """
        found: dict[str, int] = {}
        numbers = list(self._by_name.get(path, []))
        while numbers:
            new = [number for number in numbers if self._name(number) not in found]
            found |= {self._name(number): len(found) for number in new}
            numbers = [
                other
                for number in new
                for name, *_ in self._all[number][1].calls
                if not name.startswith("*")
                for other in self._called(name)
            ]
        return found

    def _name(self, number: int) -> str:
        path, unit = self._all[number]
        return unit.name or path


def _add(found: dict[str, _Tokens], more: Mapping[str, _Tokens]) -> None:
    for key, tokens in more.items():
        found[key] = found.get(key, _NONE) | tokens


def _may_run_pods(text: str) -> bool:
    """Tell whether a file says that something runs pods, no kind at all, or one in a way that cannot be read."""
    plain = [_PLAIN_KIND.match(match[1]) for match in _KIND.finditer(text)]
    return not plain or any(one is None or one[1] in POD_KINDS for one in plain)


def _is_written(token: str) -> bool:
    return token in _WRITTEN or token.startswith("apis:")


def _counts(token: str, mark: str) -> bool:
    return mark not in _DROPS.get(token, "")


class _Known:
    """What every template's argument and output depend on, once nothing new is found."""

    _MOST_ROUNDS = 30

    def __init__(self, chart: Decisions) -> None:
        self._chart = chart
        units = [unit for _, unit in chart._all]
        self._arguments: list[dict[str, _Tokens]] = [{} for _ in units]
        self._outputs: list[_Tokens] = [_NONE] * len(units)
        self._stored = [item for unit in units for item in unit.stored]
        callers = [(number, chart._called(name), given) for number, u in enumerate(units) for name, given, _ in u.calls]
        for _ in range(self._MOST_ROUNDS):
            before = (str(self._arguments), list(self._outputs))
            for number, called, argument in callers:
                given = self._passed(argument, number)
                for other in called:
                    _add(self._arguments[other], given)
            for number, unit in enumerate(units):
                self._outputs[number] |= self.tokens(frozenset(unit.output), number)
            if before == (str(self._arguments), self._outputs):
                break

    def _passed(self, argument: _Argument, number: int) -> dict[str, _Tokens]:
        """Return what a call in a template hands on."""
        found = {key: self.tokens(tokens - {"dot"}, number) for key, tokens in argument.items()}
        if "dot" in argument.get("", _NONE):  # its own argument, as it is
            _add(found, self._arguments[number])
        return found

    def tokens(self, tokens: _Tokens, number: int) -> _Tokens:
        """Return what tokens of a template come to."""
        found: set[str] = set()
        for token in tokens:
            plain = token.lstrip(_MARKS)
            if plain.startswith("include:"):
                got = _NONE.union(*(self._outputs[other] for other in self._chart._called(plain[8:])))
            elif plain == "dot":
                got = _NONE.union(*self._arguments[number].values()) - {"root"}
            elif plain.startswith("part:"):
                given = self._arguments[number]
                got = given.get(plain[5:], _NONE) | given.get("", _NONE)
            elif plain.startswith("set:"):
                fields = plain[4:].split(".") if self._stored else []
                got = _NONE.union(*(given for key, given in self._stored if not key or key in fields))
            elif plain == "tpl":
                got = frozenset(one for one in self._chart._in_texts if one in _SOURCES or one in _VALUES)
            elif plain == "dump":
                got = _WHOLE_RELEASE | _WHOLE_CLUSTER if "root" in self._arguments[number].get("", _NONE) else _NONE
            else:
                found.add(token)
                continue
            if token[0] in _MARKS:
                got = frozenset().union(
                    *({one} if one not in _VALUES else _decides(one, (), "") for one in got if _counts(one, token[0]))
                )
            found |= got
        return frozenset(found)
