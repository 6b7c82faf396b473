"""Files read by line: templates are no YAML, and a finding must name its line."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from toetskader.facts.secrets.messages import Surroundings
from toetskader.facts.secrets.names import HINTS, strength
from toetskader.patterns import linear


@dataclass(frozen=True, slots=True)
class Assignment:
    """A line of a configuration file that gives a name a value."""

    line: int
    name: str
    value: str
    start: int
    """Where the value starts in the text; -1 where it is written in another way there."""
    end: int = -1
    """Where it ends, in a file that was parsed, on the same line; -1 where it is as long as the value."""
    above: str = ""
    """The name of what it stands in, in a file that was parsed."""
    around: Surroundings | None = None
    """What it stands in; of a file that is read by line, all that it gives."""


YAML_LINE = re.compile(
    r"""^(?P<indent>[ \t]*(?:-[ ]+)*)
        ["']?(?P<name>[A-Za-z_.][\w./-]{0,120})["']?
        [ \t]*:(?:[ \t]+(?P<value>\S.*))?$""",
    re.VERBOSE,
)
_PLAIN_LINE = re.compile(r"^\s*(?:export\s+)?(?P<name>[A-Za-z_][\w.-]{0,120})\s*[=:]\s*(?P<value>\S.*)$")
_LONGEST_LINE = 4000
BLOCK = re.compile(r"[|>][0-9+-]{0,2}")
# In code: `'PASSWORD': 'x'`, `{password: 'x'}`, `'password' => 'x'`, `define('DB_PASSWORD', 'x')`, `password = "x"`,
# `<password>x</…`, `password="x"`, `<add key="ApiKey" value="x"`.
_IN_CODE = re.compile(
    r"""(?P<quote>["'])(?P<name>[A-Za-z_][\w./-]{0,120})(?P=quote)\s*(?:=>|[:,=]|\svalue=)\s*
            (?P<given>"[^"\n]*"|'[^'\n]*')
      | (?<![\w./"'-])(?P<member>[A-Za-z_]\w{0,120})\s*:\s*(?P<held>"[^"\n]*"|'[^'\n]*')
      | (?<![\w./-])(?!(?:key|name)\s*=)(?P<variable>[A-Za-z_][\w.-]{0,120})\s*=\s*(?P<set>"[^"\n]*"|'[^'\n]*')
      | <(?P<element>[A-Za-z_][\w.-]{0,120})>(?P<content>[^<>\n]{1,400})</""",
    re.VERBOSE,
)
DEFAULT = re.compile(r"""\bdefault\s+(?P<quote>["'`])(?P<value>[^"'`\n]{1,400})(?P=quote)""")
_COMMENTS = ("#", "//", ";", "<!--", "/*", "* ")
# A property by its name, on as many lines as it likes: `<name>x</name> <value>y</value>` (Hadoop, Hive, Solr).
_XML_PROPERTY = re.compile(
    r"<name>\s*(?P<name>[A-Za-z_][\w.-]{0,120})\s*</name>\s*<value>(?P<value>[^<>\n]{1,400})</value>"
)
# What a shell or a template puts together.
_COMPOSED = ("$(", "`", "${", "{{")


def code_lines(text: str) -> Iterator[Assignment]:
    """Yield what a program text gives a literal to: attributes, elements and entries of mappings, too."""
    for number, line, end in hinted_lines(text):
        if line.lstrip().startswith(_COMMENTS):
            continue
        for match in _IN_CODE.finditer(line):
            name = match["name"] or match["member"] or match["variable"] or match["element"]
            group = match.lastgroup or ""
            value = match[group] if group == "content" else match[group][1:-1]
            if strength(name) and not any(part in value for part in _COMPOSED):
                start = match.start(group) + (group != "content")
                yield Assignment(number, name, value, end - len(line) + start)
    number, counted = 1, 0
    for match in _XML_PROPERTY.finditer(text) if "<value>" in text else ():
        name, value, start = match["name"], match["value"].strip(), match.start("value")
        number, counted = number + text.count("\n", counted, start), start
        if strength(name) and not any(part in value for part in _COMPOSED):
            yield Assignment(number, name, value, text.index(value, start))


def plain_lines(text: str) -> Iterator[Assignment]:
    """Yield the lines `name = value` and `name: value`."""
    for number, line, end in hinted_lines(text):
        match = _PLAIN_LINE.match(line)
        if match and strength(match["name"]):
            offset, value = scalar(match["value"])
            if any(part in value for part in ("$(", "`")):  # what another command gives
                continue
            yield Assignment(number, match["name"], value, end - len(line) + match.start("value") + offset)


_LINES_START = re.compile(
    r"""(?m)^[ \t]*["']?(?P<name>[A-Za-z_][\w.-]{0,120})["']?[ \t]*=[ \t]*(?P<quote>\"{3}|'{3})"""
)
_LONGEST_LINES = 20_000


def lines_in_quotes(text: str) -> Iterator[Assignment]:
    """Yield each line of what a name is given between three quotes, as in TOML (v1.0.0, "String") and Python.

    PEM is left to what finds it by its shape.
    """
    for opening in _LINES_START.finditer(text) if '"""' in text or "'''" in text else ():
        if not strength(opening["name"]):
            continue
        at = opening.end()
        end = text.find(opening["quote"], at, at + _LONGEST_LINES)
        content = text[at:end] if end >= 0 else ""
        if "-----BEGIN " in content or any(part in content for part in _COMPOSED):
            continue
        number = text.count("\n", 0, at) + 1
        for line in content.splitlines(keepends=True):
            value = line.strip().rstrip("\\").rstrip()
            if value:
                start = at + line.index(value)
                yield Assignment(number, opening["name"], value, start, start + len(value))
            at, number = at + len(line), number + 1


_GIVEN_ON_LINE = linear(
    r"""(?m)^[ \t]*(?:export[ \t]+|-[ ]+|<\?php[ \t\w]+\[[ \t]*)?["']?(?P<name>[A-Za-z_][\w. -]{0,120}?)["']?"""
    r"""[ \t]*(?:=>|[=:])[ \t]*(?P<value>\S.*?)[ \t\r]*$"""
)


def given(text: str) -> Iterator[tuple[str, int, str]]:
    """Yield what the lines of a text give, whatever the names say: name, where the value starts, value."""
    for match in _GIVEN_ON_LINE.finditer(text):
        value, start = match["value"].rstrip(";,").rstrip(), match.start("value")
        if value[:1] in ("'", '"'):
            value, start = value[1:].removesuffix(value[0]), start + 1
        yield match["name"], start, value


def pairs(text: str) -> dict[str, list[str]]:
    """Return the same by name, with all values of a name."""
    found: dict[str, list[str]] = {}
    for name, _, value in given(text):
        found.setdefault(name, []).append(value)
    return found


# An entry of a catalogue (gettext, "The Format of PO Files"), of one line.
_TRANSLATION = linear(r"""(?m)^msgid "(?P<name>[^"\n]{1,200})"\r?\nmsgstr(?:\[0\])? "(?P<value>[^"\n]+)"$""")


def translations(text: str) -> Iterator[Assignment]:
    """Yield the entries of a catalogue of gettext, whatever the names say."""
    for match in _TRANSLATION.finditer(text):
        start, end = match.span("value")
        yield Assignment(text.count("\n", 0, start) + 1, match["name"], match["value"], start, end)


_CAREFUL_LINE = linear(
    r"[ \t]*(?:export[ \t]+|set[ \t]+|-[ ]+|//[^\s=]{1,200}:)?(?P<name>[A-Za-z_][\w.-]{0,120})"
    r"(?:[ \t]*(?P<sign>[=:])[ \t]*|[ \t]+)"
    r"""(?P<value>"[^"\n]*"|'[^'\n]*'|[^\s"'=:]\S*)[ \t]*;?[ \t]*\r?"""
)
_CODE = frozenset("()[]{}$`;")
_DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
_WORDS_OF_PROSE = frozenset({"password", "passwd", "passphrase", "pass", "secret", "token", "wachtwoord", "geheim"})


def careful_lines(text: str) -> Iterator[Assignment]:
    """Yield the lines of a file in a form that is not known: `name = value`, `name: value` and `name value`.

    It may be prose or a program as well, so a word after a colon or a space counts under a name that is none of prose
    (`requirepass zomer`), and what calls something is no value.
    """
    for number, line, end in hinted_lines(text):
        match = _CAREFUL_LINE.fullmatch(line)
        if match is None or not strength(match["name"]):
            continue
        quoted = match["value"][:1] in ("'", '"')
        value = match["value"][1:-1] if quoted else match["value"].rstrip(";")
        if not quoted and (not _CODE.isdisjoint(value) or _DOTTED.fullmatch(value)):
            continue
        if match["sign"] != "=" and value.rstrip(".,!?").isalpha() and match["name"].lower() in _WORDS_OF_PROSE:
            continue
        yield Assignment(number, match["name"], value, end - len(line) + match.start("value") + quoted)


def cells(text: str) -> Iterator[Assignment]:
    """Yield the values in a table with a comma, semicolon or tab between them, by the names in its first line."""
    first = text.partition("\n")[0]
    sign = max(",;\t", key=first.count)
    columns = [cell.strip().strip('"') for cell in first.split(sign)]
    secret = [at for at, name in enumerate(columns) if strength(name)]
    start = len(first) + 1
    for number, line in enumerate(text.split("\n")[1:] if secret and len(columns) > 1 else (), 2):
        found = line.split(sign)
        if len(found) == len(columns):
            for at in secret:
                value = found[at].strip().strip('"')
                before = start + len(sign.join([*found[:at], ""]))
                if value:
                    yield Assignment(number, columns[at], value, before + found[at].index(value))
        start += len(line) + 1


def default_in(name: str, value: str) -> re.Match[str] | None:
    """Find the default that an action of a template gives a setting; under `secret` it is the name of an object."""
    return DEFAULT.search(value) if value.startswith("{{") and name != "secret" else None


def yaml_lines(text: str) -> Iterator[Assignment]:
    """Yield the lines `name: value` of a template, which is no YAML yet, and the defaults in its actions."""
    for number, line, end in hinted_lines(text):
        match = YAML_LINE.match(line)
        if match is None or not match["value"] or not strength(match["name"]):
            continue
        offset, value = scalar(match["value"])
        start = end - len(line) + match.start("value") + offset
        default = default_in(match["name"], value)
        if default:
            yield Assignment(number, match["name"], default["value"], start + default.start("value"))
            continue
        if BLOCK.fullmatch(value):
            offset, value = _block_start(text[end : end + 2000], len(match["indent"]))
            start = end + offset
        yield Assignment(number, match["name"], value, start)


@lru_cache(maxsize=64)
def hinted_lines(text: str) -> tuple[tuple[int, str, int], ...]:
    """Return number, text and end of each line that holds a word of a secret's name.

    Searching a whole text for words is an order faster than looking at each of its lines.
    """
    return tuple(_hinted_lines(text))


def _hinted_lines(text: str) -> Iterator[tuple[int, str, int]]:
    lowered = text.lower()
    if len(lowered) != len(text):  # some letters have a longer lower case; positions must agree
        lowered = text
    starts: set[int] = set()
    for word in HINTS:
        position = lowered.find(word)
        while position >= 0:
            starts.add(text.rfind("\n", 0, position) + 1)
            end = text.find("\n", position)
            position = lowered.find(word, end) if end >= 0 else -1
    number, counted = 1, 0
    for start in sorted(starts):
        number, counted = number + text.count("\n", counted, start), start
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        if end - start <= _LONGEST_LINE:
            yield number, text[start:end], end


def _block_start(following: str, indent: int) -> tuple[int, str]:
    """Return the first line of a block scalar, and where it starts in what follows its header."""
    lines = following.splitlines(keepends=True)
    for index, line in enumerate(lines[1:4], 1):
        if line.strip():
            deep = len(line) - len(line.lstrip())
            return (sum(map(len, lines[:index])) + deep, line.strip()) if deep > indent else (0, "")
    return 0, ""


_PROPERTIES = re.compile(r"(?:[&!]\S*\s+)+")


def scalar(text: str) -> tuple[int, str]:
    """Read the scalar on a line and where it starts; empty for what is no scalar of its own (alias, collection)."""
    text = text.rstrip()
    properties = _PROPERTIES.match(text)
    start = properties.end() if properties else 0
    text = text[start:]
    if text[:1] in ("*", "[", "{", "#", "&"):
        return start, text if text.startswith("{{") else ""
    if text[:1] in ('"', "'"):
        end = text.find(text[0], 1)
        return start + 1, text[1:end] if end > 0 else text[1:]
    comment = re.search(r"\s#", text)
    return start, text[: comment.start() if comment else None].rstrip().rstrip(",")
