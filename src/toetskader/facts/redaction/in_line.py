"""What a line of text gives under the name of a secret: pairs, options, entries, elements, defaults of a template."""

import re
from collections.abc import Iterator

from toetskader.facts.references import placeholder
from toetskader.facts.secrets.lines import DEFAULT
from toetskader.facts.secrets.values import gives_secret

# Whole, or not at all: a look ahead is never divided otherwise.
NAME = r"(?=(?P<name>[A-Za-z_][\w./-]{0,120}))(?P=name)"
# Most lines that name a secret give it no value of their own, which this sees at once.
_GIVES = re.compile(r"""[=:>](?!//)[ \t\\"'`]*[^\s{$=:\\"'`]""")
_GIVEN = r"""(?:(?P<quote>\\*["'])(?P<quoted>(?:(?!(?P=quote))[^\n])*)(?P=quote)
             |(?P<bare>[^\s"'`,;&|<>()\[\]{}$\\-][^\s"'`,;&|<>()\[\]{}\\]*)(?=[\s"'`,;&|<>){}\]\\]|\Z))"""
# `name=value`, `"name": "value"`, also with the quotes escaped, within a line.
_PAIR = re.compile(rf"""(?<![\w./]){NAME}\\*["'`]?[ \t]*(?P<sign>=(?![=~])|:(?![=:/]))[ \t]*{_GIVEN}""", re.VERBOSE)
_OPTION = re.compile(rf"(?<![^\s\"'])--?{NAME}(?P<sign>[ ]|[\"'],)[ ]*{_GIVEN}", re.VERBOSE)
_NAMED_ENTRY = re.compile(
    rf"""name["']?:[ \t]*["']?{NAME}["']?,[ \t]*["']?value["']?:[ \t]*
         (?:"(?P<double>[^"\n]*)"|'(?P<single>[^'\n]*)'|(?P<bare>[^\s,{{}}\[\]]+))""",
    re.VERBOSE,
)
_ELEMENT = re.compile(rf"<{NAME}>(?P<value>[^<>\n]{{1,400}})</")
_COMMENT = re.compile(r"[ \t]*(?:#|//|\{\{-?[ ]*/\*)")
_WORD = re.compile(r"\w+")


def in_line(line: str, *, prose: bool) -> Iterator[tuple[int, int, str, str]]:
    """Yield start, end, value and name of what a line gives under the name of a secret."""
    if "default " not in line:
        code = line.strip()
        if code.startswith("{{") and code.endswith("}}"):
            return
        if " -" not in line and "--" not in line and not _GIVES.search(line):
            return
    for match in _NAMED_ENTRY.finditer(line) if "value" in line else ():
        kind = match.lastgroup or "bare"
        if gives_secret(match["name"], match[kind], resolves=placeholder):
            yield *match.span(kind), match[kind], match["name"]
    careful = prose or _COMMENT.match(line) is not None
    options = _OPTION.finditer(line) if " -" in line or "--" in line else ()
    for match in (*_PAIR.finditer(line), *options):
        kind = "bare" if match["quoted"] is None else "quoted"
        value = match[kind]
        if (
            gives_secret(match["name"], value, in_values=True)
            and not any(code in value for code in ("{{", "$(", "${"))
            and not _in_action(line, match.start())
            and not (careful and match["sign"] == ":" and not _ends(line, match, value))
        ):
            yield *match.span(kind), value, match["name"]
    for match in _ELEMENT.finditer(line) if "</" in line else ():
        if gives_secret(match["name"], match["value"], resolves=placeholder):
            yield *match.span("value"), match["value"], match["name"]
    for match in DEFAULT.finditer(line) if "{{" in line else ():
        for word in _WORD.findall(line[: match.start()]):
            if gives_secret(word, match["value"], resolves=placeholder):
                yield *match.span("value"), match["value"], word
                break


def _in_action(line: str, position: int) -> bool:
    """Tell whether a position is within a template's action, which holds code."""
    return line.rfind("{{", 0, position) > line.rfind("}}", 0, position)


def _ends(line: str, match: re.Match[str], value: str) -> bool:
    """Tell whether, in prose, `name: value` is a setting: the value ends the line and is no mere word."""
    rest = line[match.end() :].strip(" \t\r`|.)\"'")
    return (not rest or rest.startswith("#")) and not value.isalpha()
