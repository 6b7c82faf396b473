"""What a request is known by: the number that its register gave it. Pure."""

import re

_DAY = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}")
_TIME = re.compile(r"\d{1,2}[:.]\d\d(?:[:.]\d\d)?(?: ?uur)?")
_LINK = re.compile(r"https?://[^\s/]+/\S+")
_KIND = r"[^\W\d_]{2,20}"
_NUMBER = r"#?[^\W_]{0,20}(?:[-_/#.:][^\W_]{1,20}){0,5}"
_NUMBERED = re.compile(rf"(?:{_KIND}[ :#]\s*){{0,2}}(?P<number>{_NUMBER})")


def is_request_number(text: str) -> bool:
    """Tell whether a text names one request: `CHG0031245`, `Wijziging 4521`, `M2608-0113`, a link to it.

    It is a number, perhaps after what kind of number that is: a word or two. Text that says that there is none
    (`n.v.t.`, `geen`, `-`), a placeholder (`XXX-000`) and a day or time have none in them.
    """
    text = text.strip()
    if _LINK.fullmatch(text):
        return _counts(text.partition("://")[2].partition("/")[2])
    found = _NUMBERED.fullmatch(text)
    if found is None:
        return False
    number = found["number"]
    return _counts(number) and not (_DAY.fullmatch(number) or _TIME.fullmatch(number))


def _counts(text: str) -> bool:
    """Tell whether there is a digit in it other than 0."""
    return any(char.isdecimal() and char != "0" for char in text)
