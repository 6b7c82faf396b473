"""One template read into what its conditions and its output depend on, and which others it includes."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from toetskader.facts.template_functions import (
    ASSEMBLES,
    CHANCE,
    CHANGES_IN_PLACE,
    CHOOSES,
    CLOCK,
    COMPARES,
    EMPTIES,
    HANDS_ON,
    HOLDS_WHOLE,
    KEEPS_CONTENT,
)
from toetskader.facts.template_sources import Site
from toetskader.facts.template_syntax import Action, Branch, Call, Definition, Node, Operand, Pipeline, parsed
from toetskader.facts.template_tokens import (
    BY_ACCIDENT,
    CHANGES,
    MADE,
    NONE,
    PASSED_ON,
    VALUES,
    WHOLE_CLUSTER,
    WHOLE_RELEASE,
    Tokens,
    compared,
    is_written,
    of_field,
    ordered,
)


@dataclass(slots=True)
class Found:
    """A decision before it is known what its tokens come to."""

    site: Site
    tokens: Tokens
    start: int
    end: int
    negated: bool
    chain: int
    arm: int
    outer: tuple[tuple[int, int], ...]
    """The arms that it stands inside of: chain and arm."""


Argument = Mapping[str, Tokens]
"""What a template is given: by key where that is written out as a `dict`, the rest under an empty key."""


@dataclass(slots=True)
class Unit:
    """A named template, or the body of a file."""

    name: str
    output: set[str] = field(default_factory=set)
    stored: list[tuple[str, Tokens]] = field(default_factory=list)
    """What it puts into a mapping that is there already: under which key, empty when that is not written out."""
    calls: list[tuple[str, Argument, tuple[tuple[int, int], ...]]] = field(default_factory=list)
    """Templates that it includes: name, argument, and the arms that the call stands inside of: chain and arm."""
    found: list[Found] = field(default_factory=list)
    written: list[Found] = field(default_factory=list)
    """What it writes out, with what that depends on."""
    code: set[str] = field(default_factory=set)
    """What the text depends on that it has rendered as a template."""
    changes: bool = False
    """True when it changes a mapping that others may read."""


@lru_cache(maxsize=2048)
def units(text: str) -> tuple[Unit, ...]:
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
        self.unit = Unit(name)
        self.defined: list[Definition] = []
        self._top: Tokens = frozenset({"root"}) if is_file else frozenset({"dot"})
        self._variables: dict[str, Tokens] = {"$": self._top}
        self._chains = 0
        self._outer: tuple[tuple[int, int], ...] = ()

    def read(self, body: tuple[Node, ...]) -> None:
        """Read twice where variables are set: what a loop sets at its end is there at its next beginning."""
        self._body(body, self._top)
        if self._variables == {"$": self._top}:
            return
        self._chains = 0
        self.defined = []
        self.unit.calls = []
        self.unit.found = []
        self.unit.written = []
        self._body(body, self._top)

    def _body(self, body: Iterable[Node], dot: Tokens) -> None:
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
                    self._call(node.name, self._value(node.pipeline, dot) if node.pipeline else NONE)

    def _write(self, pipeline: Pipeline, value: Tokens) -> None:
        """Keep what an action writes; what it includes is kept where that is written."""
        tokens = frozenset(one for one in value if not one.startswith("include:")) - {"root", "tpl"}
        if tokens:
            found = Found(Site.OUTPUT, tokens, pipeline.start, pipeline.end, False, -1, 0, self._outer)
            self.unit.written.append(found)

    def _call(self, name: str, argument: Tokens) -> None:
        self.unit.calls.append((name, {"": argument}, self._outer))
        self.unit.output.add(f"include:{name}")

    def _assigned(self, pipeline: Pipeline, dot: Tokens) -> Tokens:
        value = self._value(pipeline, dot)
        for name in pipeline.variables:
            self._variables[name] = self._variables.get(name, NONE) | value
        return value

    def _branch(self, node: Branch, dot: Tokens) -> None:
        chain, self._chains = self._chains, self._chains + 1
        outer = self._outer
        for arm, (condition, body) in enumerate(node.arms):
            self._outer = (*outer, (chain, arm))
            inner = dot
            if condition is not None:
                value = self._assigned(condition, dot)
                if node.word == "if" and not condition.variables:
                    for leaf in self._leaves(condition, dot, negated=False):
                        self._keep(Site.CONDITION, *leaf, chain=chain, arm=arm, outer=outer)
                else:
                    decided = self._decided(condition, value & BY_ACCIDENT) | value - VALUES.keys() - {"root"}
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
        tokens: Tokens,
        start: int,
        end: int,
        negated: bool,
        *,
        chain: int = -1,
        arm: int = 0,
        outer: tuple[tuple[int, int], ...] | None = None,
    ) -> None:
        if tokens:
            inside = self._outer if outer is None else outer
            self.unit.found.append(Found(site, tokens, start, end, negated, chain, arm, inside))

    def _leaves(self, pipeline: Pipeline, dot: Tokens, *, negated: bool) -> Iterator[tuple[Tokens, int, int, bool]]:
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

    def _decided(self, pipeline: Pipeline, value: Tokens) -> Tokens:
        """Return what decides whether a pipeline's value is there at all."""
        last = pipeline.commands[-1][0]
        if last.is_function and last.name not in KEEPS_CONTENT and not CHANCE.fullmatch(last.name):
            return compared(value, (), last.name)
        return frozenset(token for token in value if not token.startswith("~")) - {"root", "dot"} | (value & {"dot"})

    def _decided_operand(self, operand: Operand, dot: Tokens) -> Tokens:
        value = self._operand(operand, dot)
        return frozenset(token for token in value if not token.startswith("~")) - {"root"}

    def _value(self, pipeline: Pipeline, dot: Tokens) -> Tokens:
        value: Tokens | None = None
        start = pipeline.start
        for number, command in enumerate(pipeline.commands):
            before = pipeline.commands[number - 1][-1].end if number else start
            value = self._command(command, value, dot, (start, before))
        return value or NONE

    def _command(self, command: list[Operand], piped: Tokens | None, dot: Tokens, before: tuple[int, int]) -> Tokens:
        head = command[0]
        arguments = [self._operand(operand, dot) for operand in command[1:]]
        if piped is not None:
            arguments.append(piped)
        if head.fields[-2:] == ("APIVersions", "Has") and not head.is_function:
            asked = command[1].literal if len(command) > 1 else None
            return frozenset({f"apis:{asked}" if asked else "apis"}).union(*arguments)
        if not head.is_function or head.fields:
            value = self._operand(head, dot).union(*arguments)
            return value | compared(value, (), "") if arguments else value  # a method that is given something
        return self._function(head.name, command[1:], arguments, before, dot)

    def _function(
        self, name: str, operands: list[Operand], arguments: list[Tokens], before: tuple[int, int], dot: Tokens
    ) -> Tokens:
        every = NONE.union(*arguments)
        literals = tuple(operand.literal for operand in operands if operand.literal is not None)
        self.unit.changes |= name in CHANGES_IN_PLACE
        match name:
            case "lookup" | "getHostByName":
                return frozenset({"lookup" if name == "lookup" else "dns"})
            case "include":
                return self._include(operands, arguments, dot)
            case "tpl":
                code = {"~code"} if operands and _is_assembled(operands[0]) else set()
                self.unit.code |= arguments[0] if arguments else NONE
                return (every - {"root", "dot"}) | {"tpl"} | code
            case "set" | "merge" | "mergeOverwrite" | "mustMerge" | "mustMergeOverwrite":
                self._store(name, operands, every & PASSED_ON)
                return every
            case "ternary":
                self._ternary(operands, arguments, before)
                return NONE.union(*arguments[:-1])
            case "index" | "get" | "dig" if operands:
                return self._chosen(name, operands, arguments)
        self._choice(name, operands, arguments)
        if name in CLOCK:
            every |= {"~clock"}
        elif CHANCE.fullmatch(name):
            every |= {"~chance"}
        every = ordered(name, every)
        if name in EMPTIES:
            every |= {VALUES[one].value for one in every & CHANGES}
        if name in COMPARES:
            return compared(every, literals, name)
        if name not in HANDS_ON:
            every |= {MADE}
        if name not in HOLDS_WHOLE and not every.isdisjoint(("root", "dot")):
            every = every - {"root", "dot"} | ({"dump"} if "dot" in every else set())
            every |= WHOLE_RELEASE | WHOLE_CLUSTER if "root" in NONE.union(*arguments) else NONE
        return every

    def _include(self, operands: list[Operand], arguments: list[Tokens], dot: Tokens) -> Tokens:
        name = operands[0].literal if operands else None
        if name is None and operands and operands[0].inner is not None:
            name = f"*{_last_literal(operands[0].inner)}"
        if name is None:
            return NONE.union(*arguments) - {"root", "dot"}
        given = self._given(operands[1:], NONE.union(*arguments[1:]), dot)
        self.unit.calls.append((name, given, self._outer))
        chosen = {one for one in arguments[0] if one in BY_ACCIDENT or is_written(one)}
        return frozenset({f"include:{name}"} | {one.lstrip("~") for one in chosen})

    def _given(self, operands: list[Operand], tokens: Tokens, dot: Tokens) -> Argument:
        """Return what a template is given, by key when it is a `dict` with keys that are written out."""
        inner = operands[0].inner if len(operands) == 1 and not operands[0].fields else None
        if inner is None or len(inner.commands) != 1 or inner.commands[0][0].name != "dict":
            return {"": tokens}
        pairs = inner.commands[0][1:]
        keys = [key.literal for key in pairs[::2]]
        if len(pairs) % 2 or any(key is None for key in keys):
            return {"": tokens}
        return {str(key): self._operand(value, dot) for key, value in zip(keys, pairs[1::2], strict=True)}

    def _store(self, name: str, operands: list[Operand], tokens: Tokens) -> None:
        """Keep what is put into something of which templates elsewhere may read a field."""
        if tokens and operands and operands[0].inner is None:
            key = operands[1].literal if name == "set" and len(operands) > 1 else None
            self.unit.stored.append((key or "", tokens))

    def _ternary(self, operands: list[Operand], arguments: list[Tokens], before: tuple[int, int]) -> None:
        """Keep the test of a `ternary`: its third argument, or what is piped into it."""
        if len(operands) == 3:
            start, end = operands[2].start, operands[2].end
        else:
            start, end = before
        decided = frozenset(token for token in arguments[-1] if not token.startswith("~")) if arguments else NONE
        self._keep(Site.CONDITION, decided - {"root"}, start, end, False)

    def _chosen(self, name: str, operands: list[Operand], arguments: list[Tokens]) -> Tokens:
        """Return what an element has: with keys written out it is a field like any other."""
        self._choice(name, operands, arguments)
        keys = [operand.literal for operand in operands[1:]]
        every = NONE.union(*arguments)
        if name == "dig":
            return every - {"root"}
        if all(key is not None for key in keys) and len(arguments) == len(operands):
            return of_field(tuple(str(key) for key in keys), arguments[0])
        if "root" in arguments[0]:
            every |= WHOLE_RELEASE | WHOLE_CLUSTER
        return every - {"root"}

    def _choice(self, name: str, operands: list[Operand], arguments: list[Tokens]) -> None:
        which = CHOOSES.get(name)
        if which is None or not operands:
            return
        chosen_by = NONE.union(*arguments[which]) & BY_ACCIDENT
        if name in ("get", "index") and arguments and arguments[0] <= {MADE}:  # of what is written out right there
            chosen_by |= NONE.union(*arguments[which]) & {"~release", "~revision", "~version"}
        chosen = frozenset(VALUES[one].value if one in VALUES else one for one in chosen_by)
        self._keep(Site.CHOICE, chosen, operands[0].start, 0, False)

    def _operand(self, operand: Operand, dot: Tokens) -> Tokens:
        if operand.literal is not None:
            return frozenset({MADE}) if "{{" in operand.literal else NONE
        if operand.inner is not None:
            return of_field(operand.fields, self._value(operand.inner, dot))
        if operand.is_function:
            return of_field(operand.fields, self._function(operand.name, [], [], (operand.start, operand.start), dot))
        if operand.name:
            return of_field(operand.fields, self._variables.get(operand.name, NONE))
        return of_field(operand.fields, dot)


def _is_top(pipeline: Pipeline) -> bool:
    """Tell whether a pipeline is the context itself: `with $`."""
    (first, *rest) = pipeline.commands
    return not rest and len(first) == 1 and not first[0].fields and first[0].inner is None


def _is_assembled(operand: Operand) -> bool:
    """Tell whether a text is put together of literal parts alone, so that no word of it need stand anywhere."""
    if operand.inner is None:
        return False
    parts = [one for command in operand.inner.commands for one in command]
    if any(part.fields or part.name.startswith("$") for part in parts):
        return False
    return any(part.is_function and part.name in ASSEMBLES for part in parts) or any(map(_is_assembled, parts))


def _last_literal(pipeline: Pipeline) -> str:
    texts = [one.literal for command in pipeline.commands for one in command if one.literal is not None]
    return texts[-1] if texts else ""
