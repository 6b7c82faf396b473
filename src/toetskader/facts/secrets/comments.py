"""Comments in files of a chart: of YAML and properties to the end of a line, of Go templates over lines."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache

from toetskader.text import spliced

_OPENINGS = ("{{/*", "{{- /*")
_LINE_COMMENTS = ("#", "//", ";")


@lru_cache(maxsize=256)
def _template_comments(text: str) -> tuple[tuple[int, int], ...]:
    """Return where the comments of a template start and end, in order."""
    found: list[tuple[int, int]] = []
    at = text.find("/*")
    while at >= 0:
        end = text.find("*/", at + 2)
        end = len(text) if end < 0 else end + 2
        for opening in _OPENINGS:
            if text.endswith(opening, 0, at + 2):
                found.append((at + 2 - len(opening), end))
                break
        else:
            end = at + 2
        at = text.find("/*", end)
    return tuple(found)


def without_template_comments(text: str) -> str:
    """Return a template without its comments (`{{/* … */}}`); each line stays where it was, and as long."""
    return spliced(text, ((start, end, _blank(text[start:end], " ")) for start, end in _template_comments(text)))


def _blank(text: str, sign: str) -> str:
    """Return the lines of a text, with a sign for each of their characters."""
    return "\n".join(sign * len(line) for line in text.split("\n"))


ACTION = "\ue000"
"""Stands for each character of a template's action in a template that is read as YAML; no file has it."""


def _actions(text: str) -> Iterator[tuple[int, int]]:
    """Yield where the actions of a template stand; one without an end goes on to that of the text."""
    start = text.find("{{")
    while start >= 0:
        end = text.find("}}", start)
        end = len(text) if end < 0 else end + 2
        yield start, end
        start = text.find("{{", end)


def without_actions(text: str) -> str:
    """Return a template as the YAML it may be: `ACTION` for its actions, nothing for lines that hold nothing else.

    Each line stays where it was, and as long.
    """
    lines = spliced(text, ((start, end, _blank(text[start:end], ACTION)) for start, end in _actions(text))).split("\n")
    return "\n".join(line if line.strip(f" \t\r{ACTION}") else " " * len(line) for line in lines)


PROSE = ("description", "title", "summary", "help", "$comment")
"""Keys under which a schema says something in words."""
_PROSE = re.compile(rf"""(?:{"|".join(map(re.escape, PROSE))})["']?[ \t]*:""")


def in_comment(text: str, position: int) -> bool:
    """Tell whether a place is in a comment: on its line, at the end of it, or in one of a template over lines.

    What a schema says in words (`description: …`) is one, too.
    """
    line = text[text.rfind("\n", 0, position) + 1 : position]
    if line.lstrip().startswith(_LINE_COMMENTS) or " # " in line or _PROSE.search(line):
        return True
    comments = _template_comments(text)
    at = bisect_right(comments, (position, len(text))) - 1
    return at >= 0 and comments[at][0] <= position < comments[at][1]
