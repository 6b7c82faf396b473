"""Label selectors as kubectl takes them on a command line: `app=web,tier in (front,back),!canary`.

Source: apimachinery `labels.Parse`.
"""

from collections.abc import Callable, Mapping

from toetskader.patterns import linear

_KEY = r"(?P<key>[A-Za-z0-9][A-Za-z0-9._/-]{0,316})"
_VALUE = r"[A-Za-z0-9]?[A-Za-z0-9._-]{0,63}"
_EQUALITY = linear(rf"{_KEY}\s*(?P<sign>==|=|!=)\s*(?P<value>{_VALUE})")
_SET = linear(rf"{_KEY}\s+(?P<sign>in|notin)\s*\((?P<values>[A-Za-z0-9._,\s-]*)\)")
_EXISTS = linear(rf"(?P<sign>!)?\s*{_KEY}")

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
    """Divide a selector at its commas, those between parentheses aside."""
    parts, start, within = [], 0, False
    for at, char in enumerate(text):
        within = char == "(" or (within and char != ")")
        if char == "," and not within:
            parts.append(text[start:at])
            start = at + 1
    return [part.strip() for part in (*parts, text[start:])] if text.strip() else []


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
