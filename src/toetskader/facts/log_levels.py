"""Log levels that a chart's schema or documentation lists for its variable."""

import re
from collections.abc import Iterator
from typing import Any

from toetskader.facts.chart import ChartFiles
from toetskader.facts.documentation import documents
from toetskader.facts.names import words

# The five levels with their other usual names: syslog, Python, Java, .NET.
LEVELS: dict[str, frozenset[str]] = {
    "debug": frozenset({"debug", "dbg", "verbose", "trace"}),
    "info": frozenset({"info", "information", "informational", "inf"}),
    "warn": frozenset({"warn", "warning", "wrn"}),
    "error": frozenset({"error", "err"}),
    "fatal": frozenset({"fatal", "critical", "crit", "panic", "alert", "emerg", "severe", "ftl"}),
}
_ALL = frozenset().union(*LEVELS.values())
_WORD = re.compile(r"[A-Za-z]+")
_LEVEL_NAME = re.compile(r"\blog(ging|ger)? ?level\b|\bloglevel\b|\blog ?niveau\b")


def missing_levels(levels: frozenset[str]) -> tuple[str, ...]:
    """Return which of the five levels a list lacks under any of their names."""
    return tuple(level for level, names in LEVELS.items() if not names & levels)


def enumerated_levels(chart: ChartFiles, names: frozenset[str]) -> Iterator[tuple[str, int, frozenset[str]]]:
    """Yield each list of levels, with file and line.

    Parameters: `names`, of the variables that set the level. A list is an `enum` in the schema under a name of a log
    level, or a line of documentation that names such a variable and three levels or more.
    """
    for enum in _enums(chart.schema):
        yield "values.schema.json", 0, frozenset(str(item).lower() for item in enum) & _ALL
    for path, text in documents(chart.files).items():
        for name in names:
            if name in text:
                for number, line in enumerate(text.splitlines(), start=1):
                    if name in line and len(line) < 5000:
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
