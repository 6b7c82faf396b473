"""Log levels: which settings are about them, which values name one, and which of them a chart lists."""

import re
from collections.abc import Iterator
from typing import Any

from toetskader.facts.chart import ChartFiles
from toetskader.facts.documentation import documents
from toetskader.facts.names import words
from toetskader.patterns import linear

# The five levels with their other usual names: syslog, Python, Java, .NET.
LEVELS: dict[str, frozenset[str]] = {
    "debug": frozenset({"debug", "dbg", "verbose", "trace"}),
    "info": frozenset({"info", "information", "informational", "inf"}),
    "warn": frozenset({"warn", "warning", "wrn"}),
    "error": frozenset({"error", "err"}),
    "fatal": frozenset({"fatal", "critical", "crit", "panic", "alert", "emerg", "severe", "ftl"}),
}
_ALL = frozenset().union(*LEVELS.values())
# What loggers have besides these: everything, nothing, and steps in between.
_MORE = frozenset({"all", "off", "none", "notice", "silly", "http", "fine", "finer", "finest", "config"})
EXTENDED = LEVELS["debug"] | {"all", "silly", "fine", "finer", "finest"}
"""Levels that write more than an application usually does."""
OFF = frozenset({"", "false", "no", "off", "0", "none", "null", "disabled", "never"})
"""Values that switch something off."""

_LEVEL = linear(
    r"\blog(s|ging|ger)? ?(min )?level\b|\bloglevel\b|\bminimum ?level\b|\bverbosity\b|\blogniveau\b|\blog niveau\b"
    r"|\bdebug level\b"
)
# The same with other words between, such as where the lines go or the logger: `LOGGER_CONSOLE_LEVEL`.
_LEVEL_APART = linear(r"\blog(s|ger|gers|ging|settings?|config|4|back)?\b.*(level|niveau|severity|threshold)\b")
_OF_SOMETHING_ELSE = linear(r"\b(compress\w*|stack ?trace|isolation|access|security|privacy) level\b")
_LAST_IS_LOG = linear(r"\blog$")
_DEBUG = linear(r"\b(debug|verbose)( mode| enabled| logging| log)?$")

_WORD = re.compile(r"[A-Za-z]+")
_LEVEL_NAME = re.compile(r"\blog(ging|ger)? ?level\b|\bloglevel\b|\blog ?niveau\b")


def names_level(name: str, value: str | None = None) -> bool:
    """Tell whether a setting is about the log level, by its name in words (`names.words`).

    Parameters: `value`, what it is set to, None or empty when that does not show: where the words for log and level are
    apart, and for a name that just ends in `log`, the value must be a level.
    """
    if _LEVEL.search(name):
        return True
    if _LEVEL_APART.search(name) and not _OF_SOMETHING_ELSE.search(name):
        return not value or is_level(value)
    return bool(value) and _LAST_IS_LOG.search(name) is not None and is_level(str(value))


def names_debug(name: str) -> bool:
    """Tell whether a setting switches extended logging on, by its name in words."""
    return _DEBUG.search(name) is not None


def is_level(value: str) -> bool:
    """Tell whether a value is a log level: a name, also behind a logger's (`app=debug`), or a number of two digits."""
    last = value.strip().rpartition("=")[2].strip().lower()
    return last in _ALL or last in _MORE or re.fullmatch(r"[1-9]?[0-9]", last) is not None


def is_extended(name: str, value: str) -> bool:
    """Tell whether a setting has an application log more than usual.

    Parameters: `name`, in words; `value`, what it is set to.
    """
    text = value.strip().strip("\"'").lower()
    if names_level(name, text):
        return text.rpartition("=")[2] in EXTENDED
    return names_debug(name) and text not in OFF


def missing_levels(levels: frozenset[str]) -> tuple[str, ...]:
    """Return which of the five levels a list lacks under any of their names."""
    return tuple(level for level, names in LEVELS.items() if not names & levels)


def enumerated_levels(chart: ChartFiles, names: frozenset[str]) -> Iterator[tuple[str, int, frozenset[str]]]:
    """Yield each list of levels once, with file and line.

    Parameters: `names`, of the variables that set the level. A list is an `enum` in the schema under a name of a log
    level, or a line of documentation that names such a variable and three levels or more.
    """
    for enum in _enums(chart.schema):
        yield "values.schema.json", 0, frozenset(str(item).lower() for item in enum) & _ALL
    for path, text in documents(chart.files).items():
        named = [name for name in names if name in text]
        for number, line in enumerate(text.splitlines(), start=1) if named else ():
            if len(line) < 5000 and any(map(line.__contains__, named)):
                levels = frozenset(word.lower() for word in _WORD.findall(line)) & _ALL
                if sum(bool(known & levels) for known in LEVELS.values()) >= 3:
                    yield path, number, levels


def _enums(schema: Any) -> Iterator[list[Any]]:
    """Yield the enumerations in a schema of properties named for a log level."""
    stack: list[tuple[str, Any, int]] = [("", schema, 0)]
    while stack:
        path, node, depth = stack.pop()
        if not isinstance(node, dict) or depth > 50:
            continue
        enum = node.get("enum")
        if isinstance(enum, list) and _LEVEL_NAME.search(path) and any(str(item).lower() in _ALL for item in enum):
            yield enum
        properties = node.get("properties")
        if isinstance(properties, dict):
            stack.extend((f"{path} {words(str(key))}".strip(), item, depth + 1) for key, item in properties.items())
