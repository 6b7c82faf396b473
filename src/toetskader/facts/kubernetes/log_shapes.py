"""The shape of log lines: JSON or not, with a level, with a moment in UTC. Nothing of a line is kept."""

import re
from collections.abc import Iterator
from enum import Enum, auto
from typing import Any

import msgspec

from toetskader.facts.kubernetes.live import LogTail
from toetskader.facts.log_levels import LEVELS

LONGEST_LINE = 64_000
"""Bytes of a line that are looked at."""

_LEVEL_NAMES = frozenset().union(*LEVELS.values()) | {"notice"}
_LEVEL_KEYS = frozenset(
    {
        "level",
        "lvl",
        "severity",
        "loglevel",
        "log_level",
        "log.level",
        "levelname",
        "severitytext",
        "severity_text",
        "l",
    }
)
_TIME_KEYS = frozenset(
    {
        "time",
        "timestamp",
        "ts",
        "t",
        "@timestamp",
        "@t",
        "date",
        "datetime",
        "eventtime",
        "instant",
        "asctime",
        "log.timestamp",
        "timeunixnano",
    }
)
# Numbers of pino and bunyan, which write them in place of names.
_NUMBERED = {10: "trace", 20: "debug", 30: "info", 40: "warn", 50: "error", 60: "fatal"}
_CLEF_LEVEL = "@l"
_CLEF_TIME = "@t"
_NESTED = ("log", "event", "record")
_MOMENT = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?"
_UTC = re.compile(rf"{_MOMENT} ?(?:Z|[+-]00:?00|UTC|GMT)(?![A-Za-z0-9])")
_OTHER = re.compile(
    rf"{_MOMENT}|\d{{4}}/\d\d/\d\d \d\d:\d\d|\d\d/[A-Z][a-z]{{2}}/\d{{4}}:\d\d:\d\d"
    r"|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d"
    r"|(?<!\S)[IWEF]\d{4} \d\d:\d\d:\d\d|(?<![\d:])\d\d:\d\d:\d\d(?:[.,]\d+)?"
)
_APACHE_UTC = re.compile(r"\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]0000")
_ELSEWHERE = re.compile(rf"(?:{_MOMENT} ?|\d\d/[A-Z][a-z]{{2}}/\d{{4}}:\d\d:\d\d:\d\d )[+-]\d\d:?\d\d(?!\d)")
_PLAIN_LEVEL = re.compile(r"(?<![A-Za-z])[A-Za-z]{3,13}(?![A-Za-z])")
_LEVEL_PAIR = re.compile(r"\b(?:level|lvl|severity)=\"?(?P<name>[A-Za-z]{3,13})", re.IGNORECASE)
_KLOG = re.compile(r"(?P<letter>[IWEF])\d{4} \d\d:")
_KLOG_LEVELS = {"I": "info", "W": "warning", "E": "error", "F": "fatal"}
_HEAD = 160
"""Characters at the start of a plain line in which its level and moment stand."""
_SECONDS = (1_000_000_000, 4_000_000_000)
"""From 2001 to 2096 in seconds since 1970; the same in milli-, micro- and nanoseconds count."""


def log_tail(data: bytes, *, pod: str, container: str, workload: str = "", cut: bool = False) -> LogTail:
    """Judge the last lines of a container's log.

    Parameters: `data`, as the API server gives it; `cut`, whether there was more: then the last line is left out, which
    may be half a line.
    """
    lines = data.split(b"\n")
    if cut:
        lines = lines[:-1]
    shapes = [_shape(line[:LONGEST_LINE]) for line in lines if line.strip()]
    names = {shape.level for shape in shapes if shape.level}
    return LogTail(
        pod=pod,
        container=container,
        workload=workload,
        lines=len(shapes),
        json=sum(shape.json for shape in shapes),
        levels=sum(bool(shape.level) for shape in shapes),
        utc=sum(shape.zone is _Zone.UTC for shape in shapes),
        other_times=sum(shape.zone in (_Zone.ELSEWHERE, _Zone.UNSAID) for shape in shapes),
        elsewhere=sum(shape.zone is _Zone.ELSEWHERE for shape in shapes),
        broken_json=sum(shape.broken for shape in shapes),
        level_names=tuple(sorted(names)),
        cut=cut,
    )


class _Zone(Enum):
    """The time zone that a moment names."""

    UTC = auto()
    ELSEWHERE = auto()
    UNSAID = auto()


class _Shape(msgspec.Struct, frozen=True):
    json: bool = False
    broken: bool = False
    level: str = ""
    zone: _Zone | None = None
    """None when the line has no moment."""


def _shape(line: bytes) -> _Shape:
    text = line.decode("utf-8", errors="replace").strip()
    if text.startswith("{"):
        try:
            found = msgspec.json.decode(text)
        except (msgspec.DecodeError, RecursionError):
            return _plain(text, broken=True)
        if isinstance(found, dict):
            return _of_json(found)
    return _plain(text)


def _of_json(line: dict[str, Any]) -> _Shape:
    pairs = list(_pairs(line))
    level = next((name for key, value in pairs if key in _LEVEL_KEYS and (name := _level(value))), "")
    if not level and _CLEF_TIME in line:
        # Compact log event format leaves the level out where it is Information.
        level = _level(line[_CLEF_LEVEL]) if _CLEF_LEVEL in line else "information"
    moments = [found for key, value in pairs if key in _TIME_KEYS and (found := _zone(value)) is not None]
    return _Shape(json=True, level=level, zone=moments[0] if moments else None)


def _pairs(line: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in line.items():
        yield key.lower(), value
    for outer in _NESTED:
        inner = line.get(outer)
        if isinstance(inner, dict):
            yield from ((key.lower(), value) for key, value in inner.items())


def _level(value: object) -> str:
    """Return the name of a level; empty for what is none."""
    if isinstance(value, bool):
        return ""
    if isinstance(value, int):
        return _NUMBERED.get(value, "")
    if isinstance(value, str) and value.strip().lower() in _LEVEL_NAMES:
        return value.strip().lower()
    return ""


def _zone(value: object) -> _Zone | None:
    """Return the zone of a moment; None for no moment at all."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        low, high = _SECONDS
        return _Zone.UTC if any(low * unit <= value <= high * unit for unit in (1, 10**3, 10**6, 10**9)) else None
    if not isinstance(value, str):
        return None
    text = value[:80]
    if text.replace(".", "", 1).isdigit() and text.isascii():
        return _zone(float(text))
    return _zone_in(text)


def _zone_in(text: str) -> _Zone | None:
    if _UTC.search(text) or _APACHE_UTC.search(text):
        return _Zone.UTC
    if _ELSEWHERE.search(text):
        return _Zone.ELSEWHERE
    return _Zone.UNSAID if _OTHER.search(text) else None


def _plain(text: str, *, broken: bool = False) -> _Shape:
    head = text[:_HEAD]
    return _Shape(broken=broken, level=_plain_level(head), zone=_zone_in(head))


def _plain_level(head: str) -> str:
    if match := _KLOG.match(head):
        return _KLOG_LEVELS[match["letter"]]
    if match := _LEVEL_PAIR.search(head):
        return _level(match["name"])
    # In capitals or between brackets: `error` in a sentence is no level.
    for match in _PLAIN_LEVEL.finditer(head):
        word = match[0]
        before, after = head[: match.start()][-1:], head[match.end() :][:1]
        marked = word.isupper() or (before == "[" and after == "]") or (match.start() == 0 and after == ":")
        if marked and (name := _level(word)):
            return name
    return ""
