"""What a text of a document says: days, numbers, and whether a quoted text states a value."""

import unicodedata
from datetime import date
from typing import Any

from toetskader.patterns import linear

_MONTHS = (
    ("januari", "january"), ("februari", "february"), ("maart", "march"), ("april", "april"), ("mei", "may"),
    ("juni", "june"), ("juli", "july"), ("augustus", "august"), ("september", "september"), ("oktober", "october"),
    ("november", "november"), ("december", "december"),
)  # fmt: skip
_ISO = linear(r"\b([0-9]{4})-([0-9]{2})-([0-9]{2})\b")
_DMY = linear(r"\b([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})\b")
_WORDS = linear(r"\b([0-9]{1,2}) ([a-z]{3,9}) ([0-9]{4})\b")


def parsed_date(text: str) -> date | None:
    """Return the first day that a text names: 2026-12-31, 31-12-2026 or 31 december 2026; None without one."""
    text = normal(text)
    if found := _ISO.search(text):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    if found := _DMY.search(text):
        return _day(int(found[3]), int(found[2]), int(found[1]))
    for found in _WORDS.finditer(text):
        month = next((number for number, names in enumerate(_MONTHS, 1) if found[2] in names), None)
        if month is not None:
            return _day(int(found[3]), month, int(found[1]))
    return None


def parsed_number(text: str) -> float | None:
    """Return the number that a text is: 1.234,56 or 1234.56; None when it is none."""
    text = text.strip()
    text = text.replace(".", "").replace(",", ".") if "," in text else text
    try:
        return float(text)
    except ValueError:
        return None


def says(text: str, value: Any) -> bool:
    """Tell whether a quoted text states a value."""
    if isinstance(value, date):
        return parsed_date(text) == value
    if isinstance(value, bool):
        return True
    if isinstance(value, int | float):
        return any(parsed_number(word) == value for word in normal(text).split())
    return normal(str(value)) in normal(text)


def normal(text: str) -> str:
    """Return a text as it is compared."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
