"""Text of documents as people read it: what is the same text, and which dates and numbers stand in it."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

BROKEN = "\x02"
"""Stands in normalised text where a hyphen ended a line: of a word broken there, or of one that has a hyphen."""

Value = str | bool | int | float | Decimal | date

# PDFium tells a hyphen at the end of a line as U+0002 or U+FFFE; a soft one shows there only.
_HYPHEN_AT_END = re.compile(r"(?:(?<=\w)[-\u00ad][^\S\n]*\n\s*|[\x02\ufffe]\s*)(?=\w)")
_LINE_END = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_SPACE = re.compile(r"\s+")
# Before NFKC: that takes an acute accent that stands for an apostrophe apart.
_SAME = str.maketrans(
    dict.fromkeys("‐‑‒–—―−﹘﹣－", "-")
    | dict.fromkeys("‘’‚‛′`´ʼ", "'")
    | dict.fromkeys("“”„‟″«»", '"')
    | dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad\ufffe")
)
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("januari", "january", "jan"),
            ("februari", "february", "feb"),
            ("maart", "march", "mrt", "mar"),
            ("april", "apr"),
            ("mei", "may"),
            ("juni", "june", "jun"),
            ("juli", "july", "jul"),
            ("augustus", "august", "aug"),
            ("september", "sept", "sep"),
            ("oktober", "october", "okt", "oct"),
            ("november", "nov"),
            ("december", "dec"),
        ),
        start=1,
    )
    for name in names
}
_MONTH = rf"(?P<month>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\b\.?"
_DATES = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        r"(?<![\w-])(?P<year>\d{4})-(?P<number>\d{2})-(?P<day>\d{2})(?!\d|-\d)",
        rf"(?<![\w-])(?P<day>\d{{1,2}})(?:e|st|nd|rd|th)?(?: (?:of )?|-){_MONTH}(?:,? |-)(?P<year>\d{{4}})(?!\w)",
        rf"(?<!\w){_MONTH} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year>\d{{4}})(?!\w)",
        r"(?<![\w.,/-])(?P<day>\d{1,2})(?P<sign>[-/.])(?P<number>\d{1,2})(?P=sign)(?P<year>\d{4})(?!\w|[-/.]\d)",
    )
)
_TIME = re.compile(r"(?<![\d:])\d{1,2}:\d{2}(?!\d)", re.ASCII)
_TIMES = {
    "k": 1_000,
    "duizend": 1_000,
    "thousand": 1_000,
    "mln": 1_000_000,
    "miljoen": 1_000_000,
    "million": 1_000_000,
    "mld": 1_000_000_000,
    "miljard": 1_000_000_000,
    "billion": 1_000_000_000,
}
_NUMBER = re.compile(
    r"(?<![\w.,])(?P<minus>-?)(?P<digits>\d+(?:[.,]\d+)*)(?!\d)"
    rf"(?: ?(?P<times>{'|'.join(_TIMES)})\b)?",
    re.ASCII,
)
_SPACED = re.compile(r"(?<![\w.,])(?P<minus>-?)(?P<digits>\d{1,3}(?: \d{3})+(?:[.,]\d{1,2})?)(?!\d|[.,]\d)", re.ASCII)
_WORD = re.compile(r"\w+")
_YES = frozenset({"ja", "yes", "waar", "true"})
_NO = frozenset({"nee", "neen", "no", "onwaar", "false"})


def normal(text: str) -> str:
    """Return text as it is compared: one form of each character, lower case, one space between words, no soft hyphens.

    Where a hyphen ended a line stands `BROKEN`: only who looks for something knows whether the word has one.
    """
    text = _HYPHEN_AT_END.sub(BROKEN, _LINE_END.sub("\n", text))
    text = unicodedata.normalize("NFKC", text.translate(_SAME)).casefold()
    return _SPACE.sub(" ", unicodedata.normalize("NFKC", text)).strip()


def holds(text: str, wanted: str) -> bool:
    """Tell whether text holds what is wanted, as whole words and whole numbers: `9,5` does not stand in `19,5`.

    Parameters: `text`, as `normal` returns it; `wanted`, as somebody quotes it. Nothing stands nowhere.
    """
    wanted = normal(wanted)
    if not wanted:
        return False
    if BROKEN not in text and BROKEN not in wanted:
        return any(_is_apart(text, place, wanted) for place in _occurrences(text, wanted))
    return _holds_broken(text, wanted)


def _occurrences(text: str, wanted: str) -> Iterator[int]:
    place = text.find(wanted)
    while place >= 0:
        yield place
        place = text.find(wanted, place + 1)


def _is_apart(text: str, place: int, wanted: str) -> bool:
    """Tell whether what stands at a place is whole words and whole numbers."""
    before, after = text[max(place - 2, 0) : place], text[place + len(wanted) : place + len(wanted) + 2]
    if wanted[0].isalnum():
        in_number = wanted[0].isdigit() and len(before) == 2 and before[1] in ".," and before[0].isdecimal()
        if in_number or (before and _is_of_word(before[-1])):
            return False
    if wanted[-1].isalnum():
        in_number = wanted[-1].isdigit() and len(after) == 2 and after[0] in ".," and after[1].isdecimal()
        if in_number or (after and _is_of_word(after[0])):
            return False
    return True


def _is_of_word(char: str) -> bool:
    return char.isalnum() or char == "_"


def _holds_broken(text: str, wanted: str) -> bool:
    """Tell the same of text in which hyphens ended lines: each may belong to what stands there, or not.

    Parameters: both as `normal` returns them.
    """
    signs = {"-": f"[-{BROKEN}]", BROKEN: f"[-{BROKEN}]?"}
    pattern = f"{BROKEN}?".join(signs.get(sign) or re.escape(sign) for sign in wanted)
    if wanted[0].isalnum():
        pattern = rf"(?<!\w)(?<!\d[.,]){pattern}" if wanted[0].isdigit() else rf"(?<!\w){pattern}"
    if wanted[-1].isalnum():
        pattern += r"(?!\w)(?![.,]\d)" if wanted[-1].isdigit() else r"(?!\w)"
    return re.search(pattern, text) is not None


def dates(text: str) -> frozenset[date]:
    """Return the dates in Dutch or English text. Of numbers alone the day comes first, unless that is no date."""
    return frozenset(found for reading in _readings(text) for _, _, found in _dates(reading))


def date_in(text: str) -> date | None:
    """Return the date in text; None when there is none, and when there are several."""
    found = dates(text)
    return next(iter(found)) if len(found) == 1 else None


def numbers(text: str) -> frozenset[Decimal]:
    """Return what the numbers in text can be, in Dutch or English: `1.234` is either. Dates and times are none."""
    return frozenset(value for reading in _readings(text) for value in _numbers(reading))


def number_in(text: str) -> Decimal | None:
    """Return the number that text is, with at most a currency or a percent sign beside it.

    None when it is none, and when it can be read in two ways: `1.234`.
    """
    plain = normal(text).removeprefix("€").removeprefix("eur ").removesuffix("%").strip()
    whole = _NUMBER.fullmatch(plain) or _SPACED.fullmatch(plain)
    values = frozenset(_values(whole)) if whole else frozenset()
    return next(iter(values)) if len(values) == 1 else None


def says(text: str, value: Value) -> bool:
    """Tell whether quoted text says a value: a date or number stands in it, or text is part of it.

    Parameters: `value`, as a document claims it. A number is there in the Dutch or the English way of writing; so is a
    date, also one that is written as text (2026-12-31). A yes or no is said in many ways: only a text that answers the
    opposite does not say it.
    """
    if isinstance(value, bool):
        words = frozenset(_WORD.findall(normal(text)))
        said, opposite = (_YES, _NO) if value else (_NO, _YES)
        return not words & opposite or bool(words & said)
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return value in dates(text)
    if isinstance(value, int | float | Decimal):
        return Decimal(str(value)) in numbers(text)
    return holds(normal(text), value) or (_ISO_DATE.fullmatch(value) is not None and date_in(value) in dates(text))


def _readings(text: str) -> tuple[str, ...]:
    """A hyphen that ended a line may belong to what stands there, or not."""
    plain = normal(text)
    return (plain.replace(BROKEN, "-"), plain.replace(BROKEN, "")) if BROKEN in plain else (plain,)


def _dates(plain: str) -> Iterator[tuple[int, int, date]]:
    for pattern in _DATES:
        for match in pattern.finditer(plain):
            parts = match.groupdict()
            year, day = int(parts["year"]), int(parts["day"])
            month = _MONTHS[parts["month"]] if parts.get("month") else int(parts["number"])
            if month > 12 and parts.get("sign") == "/":
                day, month = month, day
            try:
                found = date(year, month, day)
            except ValueError:
                continue
            yield match.start(), match.end(), found


def _numbers(plain: str) -> Iterator[Decimal]:
    for start, end, _ in _dates(plain):
        plain = plain[:start] + "\0" * (end - start) + plain[end:]
    plain = _TIME.sub("\0", plain)
    for pattern in (_NUMBER, _SPACED):
        for match in pattern.finditer(plain):
            yield from _values(match)


def _values(match: re.Match[str]) -> Iterator[Decimal]:
    sign = -1 if match["minus"] else 1
    times = _TIMES[match["times"]] if "times" in match.re.groupindex and match["times"] else 1
    for value in _amounts(match["digits"].replace(" ", "")):
        yield sign * times * value


def _amounts(digits: str) -> Iterator[Decimal]:
    """What digits with points and commas can be; nothing for what is no number, such as `7.2.1`."""
    signs = [sign for sign in digits if sign in ".,"]
    groups = re.split(r"[.,]", digits)
    *whole, last = groups
    if not signs:
        yield Decimal(digits)
    elif len(set(signs)) == 1:
        if len(signs) == 1:
            yield Decimal(f"{whole[0]}.{last}")
        if _of_thousands(groups):
            yield Decimal("".join(groups))
    elif len(set(signs[:-1])) == 1 and _of_thousands(whole):
        yield Decimal(f"{''.join(whole)}.{last}")


def _of_thousands(groups: list[str]) -> bool:
    first, *others = groups
    return first != "0" and len(first) <= 3 and all(len(group) == 3 for group in others)
