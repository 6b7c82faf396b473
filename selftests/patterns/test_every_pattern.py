"""Every pattern of ours takes a time that grows with a text's length and no faster, on texts made to hurt it.

What costs is measured in processor time, with the machine's own noise far below what is told apart: a pattern that
starts over at every place takes a thousand times as long on these texts as one that does not.
"""

import re
from collections.abc import Callable
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inventory import Found, patterns
from pump import cost, flattened, pumps

from toetskader.patterns import Linear, linear

_MOST = 4_000
"""Nanoseconds a character: what a repeat that counts to some hundred may cost at most."""
_LOOKS = 3
_LENGTHS = (24, 150, 600, 4_000)
_LONG = 32_000
ALL = patterns()


def matching(item: Found) -> Callable[[Any], object]:
    """Match as the pattern is used: anywhere in a text, or at its beginning only."""
    pattern: Any = item.pattern
    if item.searches:
        return lambda text: sum(1 for _ in pattern.finditer(text))
    return lambda text: (pattern.match(text), pattern.fullmatch(text))


def worst(item: Found) -> tuple[float, str]:
    """Return what the worst of the hostile texts costs, in nanoseconds a character, and how that text begins."""
    run = matching(item)
    written = item.pattern.pattern
    is_bytes = isinstance(written, bytes)
    text_of = written.decode("latin-1") if isinstance(written, bytes) else written
    found = (0.0, "")
    for make in pumps(text_of, item.pattern.flags):

        def measured(length: int, tries: int = 1, make: Callable[[int], str] = make) -> float:
            text = make(length)
            return cost(run, text.encode("latin-1", "replace") if is_bytes else text, tries)

        before = per_character = 0.0
        for length in _LENGTHS:
            before, per_character = per_character, measured(length, 2)
            if per_character * length > 20_000_000:  # no use in longer ones
                break
        if per_character > _MOST and not isinstance(item.pattern, Linear):
            found = max(found, (per_character, make(200)))
        elif per_character > _MOST / 10 and per_character > 2 * before:  # it grows with the length
            # A match with RE2 costs some microseconds, however long the text: there only the growth tells.
            longer = measured(_LONG, 3)
            if not isinstance(item.pattern, Linear) or longer > 3 * per_character:
                found = max(found, (longer, make(200)))
        if found[0] > _MOST:
            break
    return found


def is_linear(item: Found) -> tuple[bool, str]:
    """Tell whether a pattern takes linear time, else on which text it does not.

    What costs too much is looked at again: other work on this machine costs time as well, but not each time.
    """
    text = ""
    for _ in range(_LOOKS):
        per_character, text = worst(item)
        if per_character <= _MOST:
            return True, ""
    return False, text


@pytest.mark.parametrize("item", ALL, ids=lambda item: item.place)
def test_takes_linear_time(item: Found) -> None:
    linear_time, text = is_linear(item)
    assert linear_time, f"{item.pattern.pattern!r} on {text!r}"


def test_all_are_found() -> None:
    places = {item.place.partition(":")[0] for item in ALL}
    assert len(ALL) > 300
    assert {
        "src/toetskader/facts/secrets/shapes.py",
        "src/toetskader/core/fields.py",
        "tests/test_charts.py",
    } <= places


@pytest.mark.parametrize("item", ALL, ids=lambda item: item.place)
def test_no_quantifier_is_possessive(item: Found) -> None:
    """Python before 3.11.5 matches possessive quantifiers and atomic groups wrongly (gh-106052, gh-101955)."""
    written = item.pattern.pattern
    tree = _parser.parse(written.decode("latin-1") if isinstance(written, bytes) else written, item.pattern.flags)
    assert not {op for op, _ in flattened(tree)} & {sre.POSSESSIVE_REPEAT, sre.ATOMIC_GROUP}


# --- what the pump finds -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+b",
        r"\s+$",
        r"(?:x*)*y",
        r"password\s*=?\s*'",
        r"[a-z]+://",
        r"(?:.*\b)?debug",
        r"#+(?:[ \t]+.*?)?(?:[ \t]+#+)?[ \t]*;",
        r"<[^>]*>x",
    ],
)
def test_what_is_not_linear_is_told(pattern: str) -> None:
    found = Found("here", re.compile(pattern), frozenset({"search"}))
    assert worst(found)[0] > _MOST
    assert is_linear(Found("here", linear(pattern), frozenset({"search"})))[0]


@pytest.mark.parametrize("pattern", [r"[a-z]{1,40}", r"a+b", r"^\s*#", r"x[^;\n]{0,50};", r"(?:ab|cd)*"])
def test_what_is_linear_is_let_be(pattern: str) -> None:
    assert is_linear(Found("here", re.compile(pattern), frozenset({"fullmatch"})))[0]


# --- the two ways of matching --------------------------------------------------------------------------------------

SHARED = [
    (r"(?P<name>[a-z]+)=(?P<value>[^;]*)", re.NOFLAG),
    (r"\b(ja|nee)\b", re.IGNORECASE),
    (r"^x.*?y$", re.DOTALL),
    (r"(?:a|ab)(c|bcd)?", re.NOFLAG),
    (r"[-–—] ?\w*", re.NOFLAG),
]
TEXTS = st.text(st.sampled_from("abcdxyJANEjane=; \n–é€😀\ud800"), max_size=20)


@given(st.sampled_from(SHARED), TEXTS)
def test_both_ways_of_matching_agree(shared: tuple[str, re.RegexFlag], text: str) -> None:
    ours, theirs = linear(*shared), re.compile(shared[0], shared[1] | re.ASCII)
    shown = text.replace("\ud800", "?")
    for method in ("search", "match", "fullmatch"):
        one, other = getattr(ours, method)(text), getattr(theirs, method)(shown)
        assert (one and (one.span(), one[0])) == (other and (other.span(), other[0]))
    assert [found.span() for found in ours.finditer(text)] == [found.span() for found in theirs.finditer(shown)]
    assert ours.sub("-", text) == theirs.sub("-", shown)


@pytest.mark.parametrize("before", ["", "x", "é", "日本 ", "\ud800"])
def test_places_are_told_in_characters_and_groups_as_text(before: str) -> None:
    text = f"{before}ab=12 ab=3"
    pattern = linear(r"(?P<name>[a-z]{2})=(?P<value>[0-9]+)(?P<none>!)?")
    start = len(before)
    found = [(match.span(), match["name"], match.span("value"), match["none"]) for match in pattern.finditer(text)]
    assert found == [
        ((start, start + 5), "ab", (start + 3, start + 5), None),
        ((start + 6, start + 10), "ab", (start + 9, start + 10), None),
    ]
    match = pattern.search(text, start + 1)
    assert match is not None
    assert (match[0], match.start()) == ("ab=3", start + 6)


def test_what_re2_does_not_know_is_refused() -> None:
    for pattern in (r"(?!a)b", r"(a)\1", r"(", r"a{2000}"):
        with pytest.raises(ValueError, match=r"."):
            linear(pattern)
    with pytest.raises(ValueError, match="VERBOSE"):
        linear("a", re.VERBOSE)
