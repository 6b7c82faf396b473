"""The grammar of Go templates, as far as one must know it to see what decides on what a template writes.

Source: Go's `text/template/parse` (lex.go, parse.go). A template that this reader cannot read, Helm cannot either; it
is left to Helm to say what is wrong with it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from toetskader.core.failure import Unreadable

_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+)
    |(?P<text>"(?:[^"\\\n]|\\.)*"|`[^`]*`)
    |(?P<char>'(?:[^'\\\n]|\\.)*')
    |(?P<variable>\$\w*)
    |(?P<field>\.[^\W\d]\w*)
    |(?P<number>[+-]?(?:\d|\.\d)[\w.]*)
    |(?P<dot>\.)
    |(?P<word>[^\W\d]\w*)
    |(?P<sign>:=|[=|(),])""",
    re.VERBOSE,
)
_END = re.compile(r"(?:(?<=[ \t\r\n])-)?\}\}")
_COMMENT = re.compile(r"\{\{(?:-[ \t\r\n])?/\*")
_COMMENT_END = re.compile(r"\*/(?:[ \t\r\n]-)?\}\}")
_MOST_NESTED = 60


class NoTemplate(Unreadable):
    """Text that is no Go template."""


@dataclass(slots=True)
class Operand:
    """One word of a command: `.Values.a`, `$x.b`, `"text"`, a function's name, or a pipeline in parentheses."""

    start: int
    end: int = 0
    name: str = ""
    """A function, or a variable with its dollar; empty for fields of the dot, literals and parentheses."""
    fields: tuple[str, ...] = ()
    literal: str | None = None
    """What a text says, and any other constant as it is written."""
    inner: "Pipeline | None" = None

    @property
    def is_function(self) -> bool:
        """True for the name of a function."""
        return bool(self.name) and not self.name.startswith("$")


@dataclass(slots=True)
class Pipeline:
    """Commands joined by `|`, and the variables that take its value."""

    start: int
    end: int = 0
    commands: list[list[Operand]] = field(default_factory=list)
    variables: tuple[str, ...] = ()


@dataclass(slots=True)
class Action:
    """What writes something, or sets a variable."""

    pipeline: Pipeline


@dataclass(slots=True)
class Branch:
    """`if`, `with` or `range`: arms, of which the last may have no condition (`else`)."""

    word: str
    arms: list[tuple[Pipeline | None, "Body"]]


@dataclass(slots=True)
class Definition:
    """`define`, or a `block`, which is also written out with what its pipeline says."""

    name: str
    body: "Body"
    pipeline: Pipeline | None = None
    start: int = 0
    end: int = 0
    """Where it stands in the text, from its name to before its `end`."""


@dataclass(slots=True)
class Call:
    """`template "name" pipeline`."""

    name: str
    pipeline: Pipeline | None


Node = Action | Branch | Definition | Call
Body = list[Node]


def walk(body: Iterable[Node]) -> Iterator[Node]:
    """Yield every node of a template, those of its branches and definitions too; the last of each body first."""
    todo = list(body)
    while todo:
        node = todo.pop()
        yield node
        match node:
            case Branch():
                todo.extend(inner for _, arm in node.arms for inner in arm)
            case Definition():
                todo.extend(node.body)


def operands(pipeline: Pipeline) -> Iterator[Operand]:
    """Yield the operands of a pipeline, those in parentheses too."""
    todo = [pipeline]
    while todo:
        for command in todo.pop().commands:
            for operand in command:
                yield operand
                if operand.inner is not None:
                    todo.append(operand.inner)


@lru_cache(maxsize=2048)
def parsed(text: str) -> tuple[Node, ...] | None:
    """Read a template; None for what is none. The same subcharts come along in many charts."""
    try:
        return tuple(_Parser(text).body())
    except NoTemplate:
        return None


@dataclass(slots=True)
class _Token:
    kind: str
    text: str
    start: int
    spaced: bool
    """Whether white space stands before it."""


class _Parser:
    """Reads one template."""

    def __init__(self, text: str) -> None:
        self._actions = list(_actions(text))
        self._at = 0
        self._depth = 0

    def body(self) -> Body:
        """Read the whole template."""
        found, stop = self._until_keyword()
        if stop:
            raise NoTemplate
        return found

    def _until_keyword(self) -> tuple[Body, "list[_Token]"]:
        """Read nodes until an `end` or `else`, and return that action too; nothing at the end of the text."""
        found: Body = []
        self._depth += 1
        if self._depth > _MOST_NESTED:
            raise NoTemplate
        while self._at < len(self._actions):
            tokens = self._actions[self._at]
            self._at += 1
            if not tokens:
                raise NoTemplate
            word = tokens[0].text if tokens[0].kind == "word" else ""
            if word in ("end", "else"):
                self._depth -= 1
                return found, tokens
            node = self._node(word, tokens)
            if node is not None:
                found.append(node)
        self._depth -= 1
        return found, []

    def _node(self, word: str, tokens: "list[_Token]") -> Node | None:
        match word:
            case "if" | "with" | "range":
                return self._branch(word, tokens[1:])
            case "define" | "block":
                name = _text_of(tokens[1:2])
                pipeline = _pipeline(tokens[2:]) if word == "block" else None
                body, stop = self._until_keyword()
                end = stop[0].start if stop else tokens[0].start
                return Definition(name, body, pipeline, tokens[0].start, end)
            case "template":
                return Call(_text_of(tokens[1:2]), _pipeline(tokens[2:]) if len(tokens) > 2 else None)
            case "break" | "continue":
                return None
            case _:
                return Action(_pipeline(tokens))

    def _branch(self, word: str, tokens: "list[_Token]") -> Branch:
        arms: list[tuple[Pipeline | None, Body]] = []
        condition: Pipeline | None = _pipeline(tokens)
        while True:
            body, stop = self._until_keyword()
            arms.append((condition, body))
            if not stop:
                raise NoTemplate
            if stop[0].text == "end":
                return Branch(word, arms)
            condition = _pipeline(stop[2:]) if len(stop) > 1 else None


def _actions(text: str) -> "Iterator[list[_Token]]":
    """Yield the tokens of every action, comments left out."""
    at = text.find("{{")
    while at >= 0:
        comment = _COMMENT.match(text, at)
        if comment:
            end = _COMMENT_END.search(text, comment.end())
            if end is None:
                raise NoTemplate
            at = text.find("{{", end.end())
            continue
        at += 2
        if text.startswith("-", at) and text[at + 1 : at + 2] in (" ", "\t", "\r", "\n"):
            at += 1
        tokens: list[_Token] = []
        spaced = True
        while (end := _END.match(text, at)) is None:
            match = _TOKEN.match(text, at)
            if match is None or match.lastgroup is None:
                raise NoTemplate
            if match.lastgroup != "space":
                tokens.append(_Token(match.lastgroup, match[0], at, spaced))
            spaced = match.lastgroup == "space"
            at = match.end()
        yield tokens
        at = text.find("{{", end.end())


def _text_of(tokens: "list[_Token]") -> str:
    if not tokens or tokens[0].kind != "text":
        raise NoTemplate
    return _unquoted(tokens[0].text)


_ESCAPED = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|.)", re.DOTALL)
_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


def _unquoted(text: str) -> str:
    """Return what a text in quotes says (Go's strconv.Unquote)."""
    if text.startswith("`") or "\\" not in text:
        return text[1:-1]
    return _ESCAPED.sub(_unescaped, text[1:-1])


def _unescaped(match: re.Match[str]) -> str:
    code = match[1]
    if code[0] in "xuU" and len(code) > 1:
        number = int(code[1:], 16)
    elif len(code) == 3:
        number = int(code, 8)
    else:
        return _LETTERS.get(code, code)
    return chr(number) if number < 0x110000 else ""


def _pipeline(tokens: "list[_Token]") -> Pipeline:
    """Read a pipeline that fills an action."""
    found, rest = _read(tokens, 0, 0)
    if rest != len(tokens):
        raise NoTemplate
    return found


def _read(tokens: "list[_Token]", at: int, depth: int) -> tuple[Pipeline, int]:
    """Read a pipeline up to its closing parenthesis or the end of the action."""
    if at >= len(tokens) or depth > _MOST_NESTED:
        raise NoTemplate
    found = Pipeline(tokens[at].start)
    found.variables, at = _declared(tokens, at)
    command: list[Operand] = []
    found.commands.append(command)
    found.start = tokens[at].start if at < len(tokens) else found.start
    while at < len(tokens) and tokens[at].text != ")":
        token = tokens[at]
        if token.text == "|":
            command = []
            found.commands.append(command)
            at += 1
            continue
        operand, at = _operand(tokens, at, depth)
        command.append(operand)
    if not found.commands[-1]:  # Go takes a pipe that leads nowhere for none
        found.commands.pop()
    if not found.commands or any(not command for command in found.commands):
        raise NoTemplate
    found.end = found.commands[-1][-1].end
    return found, at


def _declared(tokens: "list[_Token]", at: int) -> tuple[tuple[str, ...], int]:
    """Read `$x :=`, `$x =` or `$i, $x :=`."""
    names: list[str] = []
    next_ = at
    while next_ + 1 < len(tokens) and tokens[next_].kind == "variable":
        names.append(tokens[next_].text)
        if tokens[next_ + 1].text in (":=", "="):
            return tuple(names), next_ + 2
        if tokens[next_ + 1].text != ",":
            break
        next_ += 2
    return (), at


def _operand(tokens: "list[_Token]", at: int, depth: int) -> tuple[Operand, int]:
    token = tokens[at]
    found = Operand(token.start, token.start + len(token.text))
    fields: list[str] = []
    match token.kind:
        case "text":
            found.literal = _unquoted(token.text)
        case "char" | "number":
            found.literal = token.text
        case "variable":
            found.name = token.text
        case "field":
            fields.append(token.text[1:])
        case "word" if token.text in ("true", "false", "nil"):
            found.literal = token.text
        case "word":
            found.name = token.text
        case "dot":
            pass
        case _ if token.text == "(":
            found.inner, at = _read(tokens, at + 1, depth + 1)
            if at >= len(tokens):
                raise NoTemplate
            found.end = tokens[at].start + 1
        case _:
            raise NoTemplate
    at += 1
    while at < len(tokens) and tokens[at].kind == "field" and not tokens[at].spaced:
        fields.append(tokens[at].text[1:])
        found.end = tokens[at].start + len(tokens[at].text)
        at += 1
    found.fields = tuple(fields)
    return found, at
