"""Label selectors as kubectl takes them on a command line: `app=web,tier in (front,back),!canary`.

Source: apimachinery `labels.Parse`.
"""

import re
from collections.abc import Callable, Mapping

_KEY = r"(?P<key>[A-Za-z0-9][A-Za-z0-9._/-]{0,316})"
_VALUE = r"[A-Za-z0-9]?[A-Za-z0-9._-]{0,63}"
_EQUALITY = re.compile(rf"{_KEY}\s*(?P<sign>==|=|!=)\s*(?P<value>{_VALUE})")
_SET = re.compile(rf"{_KEY}\s+(?P<sign>in|notin)\s*\((?P<values>[A-Za-z0-9._,\s-]{{0,4000}})\)")
_EXISTS = re.compile(rf"(?P<sign>!)?\s*{_KEY}")
_COMMA = re.compile(r",(?![^(]*\))")

Labels = Mapping[str, str]


def label_selector(text: str) -> Callable[[Labels], bool]:
    """Return what tells whether labels fit a selector. An empty selector fits all.

    Raises ValueError for a selector that the API server would refuse.
    """
    tests = [_test(part) for part in _parts(text)]
    return lambda labels: all(test(labels) for test in tests)


def selector_keys(text: str) -> frozenset[str]:
    """Return the keys of the labels that a selector asks about."""
    matches = (pattern.fullmatch(part) for part in _parts(text) for pattern in (_EQUALITY, _SET, _EXISTS))
    return frozenset(match["key"] for match in matches if match)


def _parts(text: str) -> list[str]:
    return [part.strip() for part in _COMMA.split(text)] if text.strip() else []


def _test(part: str) -> Callable[[Labels], bool]:
    if match := _EQUALITY.fullmatch(part):
        key, value, equal = match["key"], match["value"], match["sign"] != "!="
        return lambda labels: (labels.get(key) == value) == equal
    if match := _SET.fullmatch(part):
        key, among = match["key"], match["sign"] == "in"
        values = frozenset(value.strip() for value in match["values"].split(","))
        return lambda labels: (labels.get(key) in values) == among
    if match := _EXISTS.fullmatch(part):
        key, absent = match["key"], bool(match["sign"])
        return lambda labels: (key not in labels) == absent
    raise ValueError(f"{part[:100]!r} is no label selector")
