"""What a requirement asks of one value: of a fact of a document, or of a cell of a register.

A rule names the value and one thing that must hold of it; several rules hold together. A rule that names nothing else
asks that there is a value. What is compared is what a reader sees: case, width of characters and runs of spaces make no
difference.
"""

import unicodedata
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from toetskader.core.failure import ToetskaderError
from toetskader.core.fields import Model
from toetskader.facts.dossier.organisations import same_organisation
from toetskader.facts.dossier.text import date_in, number_in
from toetskader.patterns import linear
from toetskader.text import Text

Plain = str | int | float | bool
Value = Plain | date | tuple[Any, ...] | None
Count = Annotated[int, Meta(ge=0)]
Read = Callable[[str], Value]
"""Returns the value of a name: a path in a document, a column of a row, or `@` and a parameter of the target."""

OPERATORS = (
    "equals",
    "one_of",
    "none_of",
    "contains",
    "matches",
    "at_least",
    "at_most",
    "within_days",
    "within_months",
    "days_left",
    "not_before",
    "not_after",
    "before",
    "same_as",
    "same_party",
    "member_of",
    "above",
)


class Rule(Model, frozen=True, kw_only=True, dict=True):
    """What must hold of a value. At most one operator; none asks that the value is there."""

    field: Annotated[str, Meta(min_length=1, description="Path of a fact (`assessor.side`) or name of a column")]
    equals: Plain | None = None
    one_of: tuple[Plain, ...] = ()
    none_of: tuple[Plain, ...] = ()
    contains: Annotated[str, Meta(description="Words that must occur; of a list, a member that must be there")] = ""
    matches: Annotated[str, Meta(description="A pattern (RE2) that fits somewhere")] = ""
    at_least: Annotated[float | None, Meta(description="Of a list: the number of members")] = None
    at_most: float | None = None
    within_days: Annotated[Count | None, Meta(description="A day no longer ago, and not to come")] = None
    within_months: Annotated[Count | None, Meta(description="A day no longer ago, and not to come")] = None
    days_left: Annotated[Count | None, Meta(description="A day at least so many days to come")] = None
    not_before: Annotated[str, Meta(description="Another field, or @parameter: a day that this one is not before")] = ""
    not_after: Annotated[str, Meta(description="Another field, or @parameter: a day that this one is not after")] = ""
    before: Annotated[str, Meta(description="Another field, or @parameter: a day that this one comes before")] = ""
    plus_months: Annotated[Count, Meta(description="Months that are added to that other day")] = 0
    plus_days: Annotated[Count, Meta(description="Days that are added to it, after the months")] = 0
    same_as: Annotated[str, Meta(description="Another field, or @parameter: what has this value too")] = ""
    same_party: Annotated[
        str, Meta(description="Another field, or @parameter: an organisation that this one is, however written")
    ] = ""
    member_of: Annotated[str, Meta(description="Another field, or @parameter: a list that holds this value")] = ""
    above: Annotated[str, Meta(description="Another field, or @parameter: a number that is lower than this one")] = ""
    unless: Annotated[str, Meta(description="A field that may be filled instead")] = ""
    when: Annotated[
        dict[str, Plain | tuple[Plain, ...]],
        Meta(description="Only where each of these fields has this value, or one of these"),
    ] = msgspec.field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raise ValueError for a rule with more than one operator."""
        if len(self._operators) > 1:
            raise ValueError(f"{self.field}: {' and '.join(self._operators)}; write a rule for each")
        if (self.plus_months or self.plus_days) and not (self.not_before or self.not_after):
            raise ValueError(f"{self.field}: plus_months and plus_days are of not_before and not_after")

    @property
    def _operators(self) -> list[str]:
        return [name for name in OPERATORS if getattr(self, name) not in (None, "", ())]

    @property
    def others(self) -> tuple[str, ...]:
        """The fields besides its own that it cannot do without; parameters are none."""
        days = (self.not_before, self.not_after, self.before)
        named = (*days, self.same_as, self.same_party, self.member_of, self.above, *self.when)
        return tuple(name for name in named if name and not name.startswith("@"))

    @cached_property
    def operator(self) -> str:
        """What it asks; `filled` when it names no operator."""
        return next(iter(self._operators), "filled")


@dataclass(frozen=True, slots=True)
class Breach:
    """A value that does not meet a rule."""

    field: str
    seen: str
    expected: Text
    empty: bool = False
    """True when there is no value at all, rather than a wrong one."""
    expired: bool = False
    """True for a day that is too long ago, or has passed."""


class NoParameter(ToetskaderError):  # noqa: N818 - caught by who judges
    """A parameter that a rule compares with is not given. Attribute: `name`."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def breach(rule: Rule, read: Read, today: date) -> Breach | None:
    """Hold a value to a rule; None when it meets it, or when the rule is about other cases.

    Raises NoParameter when it compares with a parameter that is empty.
    """
    if not applies(rule, read):
        return None
    value = read(rule.field)
    if is_empty(value):
        if rule.unless and not is_empty(read(rule.unless)):
            return None
        return Breach(rule.field, "", asked(rule, read), empty=True)
    for name in (rule.not_before, rule.not_after, rule.before, rule.same_as, rule.same_party, rule.above):
        if name and not name.startswith("@") and is_empty(read(name)):
            return Breach(name, "", Text(*_ASKED["filled"]), empty=True)
    if _meets(rule, value, read, today):
        return None
    if rule.unless and not is_empty(read(rule.unless)):
        return None
    expired = rule.operator in {"within_days", "within_months", "days_left"} and day_of(value) is not None
    return Breach(rule.field, shown(value), asked(rule, read), expired=expired)


def applies(rule: Rule, read: Read) -> bool:
    """Tell whether a rule is about a case: `when` names none, or all of its fields have one of the values."""
    return all(
        any(same(read(name), one) for one in (wanted if isinstance(wanted, tuple) else (wanted,)))
        for name, wanted in rule.when.items()
    )


def is_empty(value: Value) -> bool:
    """Tell whether there is no value: nothing, an empty list, or a text of spaces and dashes."""
    if isinstance(value, str):
        return not any(map(str.isalnum, value))
    return value is None or value == ()


def folded(text: str) -> str:
    """Return a text as it is compared."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def fits(pattern: str, text: str) -> bool:
    """Tell whether a pattern (RE2) of a requirement fits somewhere in a text."""
    return linear(pattern).search(text) is not None


def shown(value: Value) -> str:
    """Return a value for people, on one line."""
    if isinstance(value, tuple):
        return ", ".join(shown(item) for item in value[:10])
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def months_before(day: date, months: int) -> date:
    """Return the same day so many months ago; the last day of the month where that has no such day.

    Parameters: `months`, negative for months to come.
    """
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _meets(rule: Rule, value: Value, read: Read, today: date) -> bool:
    match rule.operator:
        case "equals":
            return same(value, rule.equals)
        case "one_of":
            return any(same(value, item) for item in rule.one_of)
        case "none_of":
            return not any(same(value, item) for item in rule.none_of)
        case "contains":
            return holds_word(value, rule.contains)
        case "matches":
            return linear(rule.matches).search(shown(value)) is not None
        case "at_least" | "at_most":
            number = number_of(value)
            if number is None:
                return False
            return number >= (rule.at_least or 0) if rule.operator == "at_least" else number <= (rule.at_most or 0)
        case "same_as" | "same_party" | "member_of" | "above":
            return _is_as_named(rule, value, read)
        case "filled":
            return True
        case _:
            day = day_of(value)
            return day is not None and _in_time(rule, day, read, today)


def _is_as_named(rule: Rule, value: Value, read: Read) -> bool:
    """Tell whether a value is as another asks, which a rule names."""
    other = _given(getattr(rule, rule.operator), read)
    match rule.operator:
        case "same_as":
            return same(value, other)
        case "same_party":
            return same_organisation(shown(value), shown(other))
        case "member_of":
            return same(other, value)
        case _:
            number, lower = number_of(value), number_of(other)
            return number is not None and lower is not None and number > lower


def _in_time(rule: Rule, day: date, read: Read, today: date) -> bool:
    match rule.operator:
        case "within_days":
            return today - timedelta(days=rule.within_days or 0) <= day <= today
        case "within_months":
            return months_before(today, rule.within_months or 0) <= day <= today
        case "days_left":
            return day >= today + timedelta(days=rule.days_left or 0)
        case "not_before":
            other = _other_day(rule, rule.not_before, read)
            return other is not None and day >= other
        case "before":
            other = day_of(_given(rule.before, read))
            return other is not None and day < other
        case _:
            other = _other_day(rule, rule.not_after, read)
            return other is not None and day <= other


def _other_day(rule: Rule, name: str, read: Read) -> date | None:
    """Return the day that another is compared with, later by what the rule adds."""
    day = day_of(_given(name, read))
    return None if day is None else months_before(day, -rule.plus_months) + timedelta(days=rule.plus_days)


def _given(name: str, read: Read) -> Value:
    value = read(name)
    if value is None and name.startswith("@"):
        raise NoParameter(name.removeprefix("@"))
    return value


def same(value: Value, wanted: Value) -> bool:
    """Tell whether a value is what is wanted, as a reader sees it; of a list, whether a member is."""
    if isinstance(value, tuple):
        return any(same(item, wanted) for item in value)
    if isinstance(wanted, bool):
        return truth(value) is wanted
    if isinstance(wanted, int | float):
        return number_of(value) == wanted
    return folded(shown(value)) == folded(shown(wanted))


def truth(value: Value) -> bool | None:
    """Return a value as yes or no, which sheets write in words; None for what is neither."""
    if isinstance(value, bool):
        return value
    text = folded(shown(value))
    return True if text in {"ja", "yes", "true", "waar", "x", "1"} else False if text in _NO else None


_NO = frozenset({"nee", "no", "false", "onwaar", "0"})


def holds_word(value: Value, wanted: str) -> bool:
    """Tell whether words stand in a value; of a list, whether they are a member."""
    if isinstance(value, tuple):
        return any(same(item, wanted) for item in value)
    text, words = folded(shown(value)), folded(wanted)
    return words in text or f" {words} " in f" {' '.join(_WORDS.findall(text))} "


_WORDS = linear(r"[^\s.,;:()/]+")


def number_of(value: Value) -> float | None:
    """Return the number that a value is, of a list how many members it has; None when it is none."""
    if isinstance(value, tuple):
        return len(value)
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value
    number = number_in(value) if isinstance(value, str) else None
    return None if number is None else float(number)


def day_of(value: Value) -> date | None:
    """Return the day that a value says; None when it says none, or several."""
    if isinstance(value, date):
        return value
    if not isinstance(value, str):
        return None
    if _ISO.match(value):  # what most cells hold is read fast
        try:
            return date.fromisoformat(value)
        except ValueError:
            return None
    return date_in(value)


_ISO = linear(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")


def asked(rule: Rule, read: Read) -> Text:
    """Say what a rule asks. Raises NoParameter when it compares with a parameter that is empty."""
    match rule.operator:
        case "within_days":
            return Text(
                f"een datum van hooguit {rule.within_days} dagen geleden", f"a day at most {rule.within_days} days ago"
            )
        case "within_months":
            return Text(
                f"een datum van hooguit {rule.within_months} maanden geleden",
                f"a day at most {rule.within_months} months ago",
            )
        case "days_left":
            return Text(
                f"een datum, minstens {rule.days_left} dagen vooruit", f"a day at least {rule.days_left} days ahead"
            )
        case "not_before":
            day = _day_asked(rule, rule.not_before, read)
            return Text(f"niet voor {day.nl}", f"not before {day.en}")
        case "not_after":
            day = _day_asked(rule, rule.not_after, read)
            return Text(f"niet na {day.nl}", f"not after {day.en}")
        case "before":
            other = shown(_given(rule.before, read))
            return Text(f"voor {rule.before} ({other})", f"before {rule.before} ({other})")
        case "same_as":
            other = shown(_given(rule.same_as, read))
            return Text(f"gelijk aan {rule.same_as} ({other})", f"the same as {rule.same_as} ({other})")
        case "same_party":
            other = shown(_given(rule.same_party, read))
            return Text(f"{other} ({rule.same_party})", f"{other} ({rule.same_party})")
        case "member_of":
            other = shown(_given(rule.member_of, read))
            return Text(f"een van {rule.member_of} ({other})", f"one of {rule.member_of} ({other})")
        case "above":
            other = shown(_given(rule.above, read))
            return Text(f"hoger dan {rule.above} ({other})", f"above {rule.above} ({other})")
        case operator:
            wanted = shown(getattr(rule, operator, None))
            nl, en = _ASKED[operator]
            return Text(nl.format(wanted), en.format(wanted))


def _day_asked(rule: Rule, name: str, read: Read) -> Text:
    """Say with which day one is compared: where that comes from, what is added, and which day it is."""
    nl = en = name
    if rule.plus_months:
        nl, en = f"{nl} + {rule.plus_months} maanden", f"{en} + {rule.plus_months} months"
    if rule.plus_days:
        nl, en = f"{nl} + {rule.plus_days} dagen", f"{en} + {rule.plus_days} days"
    day = _other_day(rule, name, read)
    known = shown(_given(name, read)) if day is None else day.isoformat()
    return Text(f"{nl} ({known})", f"{en} ({known})")


_ASKED = {
    "filled": ("ingevuld", "filled in"),
    "equals": ("{}", "{}"),
    "one_of": ("een van: {}", "one of: {}"),
    "none_of": ("geen van: {}", "none of: {}"),
    "contains": ("bevat: {}", "contains: {}"),
    "matches": ("past op {}", "matches {}"),
    "at_least": ("≥ {}", "≥ {}"),
    "at_most": ("≤ {}", "≤ {}"),
}
