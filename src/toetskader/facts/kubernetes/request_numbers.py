"""What a request is known by: the number that its register gave it. Pure."""

import re

_DAY = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}")
_MOMENT = re.compile(
    r"\d{4}-\d\d(?:-\d\dT\d\d:?\d\d(?::?\d\d)?(?:\.\d{1,9})?(?:Z|[-+]\d\d(?::?\d\d)?)?)?", re.IGNORECASE
)
"""A month, or a moment as ISO 8601 writes it."""
_WHEN = re.compile(
    r"(?:jan|feb|febr|mar|mrt|apr|mei|may|jun|jul|aug|sep|sept|okt|oct|nov|dec|januar[iy]|februar[iy]|maart|march|april"
    r"|jun[ei]|jul[iy]|augustus|august|september|o[kc]tober|november|december|week|wk|dag|day|kwartaal|quarter|q"
    r"|(?:maan|dins|woens|donder|vrij|zater|zon|mon|tues|wednes|thurs|fri|satur|sun)da[gy])"
    r"|prio|priorit(?:eit|y)|p|versie|version|v|sev|severity",
    re.IGNORECASE,
)
"""Words with which a number is a day, a period, a version, or how urgent it is."""
_AND = re.compile(r"[,;&+()]|\s(?:en|and)\s", re.IGNORECASE)
_TIME = re.compile(r"\d{1,2}[:.]\d\d(?:[:.]\d\d)?(?: ?uur)?")
_LINK = re.compile(r"https?://[^\s/]+/\S+")
_KIND = r"[^\W\d_]{2,20}"
_NUMBER = r"#?[^\W_]{0,20}(?:[-_/#.:][^\W_]{1,20}){0,5}"
_NUMBERED = re.compile(rf"(?P<kind>(?:{_KIND}[ :#]\s*){{0,2}})(?P<number>{_NUMBER})")
_COUNTED = re.compile(r"([^\W\d_]{1,20})[-. ]?(?:\d|\d{1,4}(?:\.\d{1,4}){1,3})")
_IN_PARTS = re.compile(r"[^\W\d_]{1,10}[-_/#.: ]?\d[\d-]{2,20}")
"""A number of a register among other words: letters and three digits or more."""


def is_request_number(text: str) -> bool:
    """Tell whether a text names one request: `CHG0031245`, `Wijziging 4521`, `M2608-0113`, a link to it.

    It is a number, perhaps after what kind of number that is: a word or two. Text that says that there is none
    (`n.v.t.`, `geen`, `-`), a placeholder (`XXX-000`), and a day, period, version or priority have none in them. Of
    several with commas between them, or of one with a note behind it, one that cannot be a plain count is enough.
    """
    parts = (part.strip() for part in _AND.split(text))
    return _is_number(text.strip()) or any(_IN_PARTS.fullmatch(part) and _is_number(part) for part in parts)


def _is_number(text: str) -> bool:
    if _LINK.fullmatch(text):
        return _counts(text.partition("://")[2].partition("/")[2])
    found = _NUMBERED.fullmatch(text)
    if found is None:
        return False
    number = found["number"]
    counted = _COUNTED.fullmatch(number)
    words = [*found["kind"].replace(":", " ").split()[-1:], *([counted[1]] if counted else [])]
    if any(map(_WHEN.fullmatch, words)):
        return False
    return _counts(number) and not any(pattern.fullmatch(number) for pattern in (_DAY, _MOMENT, _TIME))


def _counts(text: str) -> bool:
    """Tell whether there is a digit in it other than 0."""
    return any(char.isdecimal() and char != "0" for char in text)
