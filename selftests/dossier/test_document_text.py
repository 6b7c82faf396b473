"""What is the same text, and which dates, numbers and answers stand in it, in Dutch and in English."""

import calendar
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toetskader.facts.dossier.text import _holds_broken, date_in, dates, holds, normal, number_in, numbers, says

SETTINGS = settings(max_examples=150, deadline=None, derandomize=True)
THE_DAY = date(2026, 12, 31)
MONTHS_NL = (
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
)
MONTHS_EN = tuple(calendar.month_name[1:])
DAYS = st.dates(min_value=date(1000, 1, 1))
ANYTHING = st.text(max_size=200)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("de infor-\nmatie", "informatie"),
        ("de infor-  \r\n  matie", "informatie"),
        ("de infor\x02matie", "informatie"),  # as PDFium tells a hyphen at the end of a line
        ("een e-\nmail", "e-mail"),
        ("een e\x02mail", "e-mail"),
        ("ISO/IEC 27001\x022022", "27001-2022"),
        ("infor\u00admatie", "informatie"),
        ("infor\u00ad\nmatie", "informatie"),
        ("eﬃciënt", "EFFICIËNT"),
        ("efficie\u0308nt", "efficiënt"),
        ("‘zo’ – en “zus”", "'zo' - en \"zus\""),
        ("dit\xa0is\n\n  één \t regel", "dit is één regel"),
        ("Ｆｕｌｌ", "full"),
        ("ten minste 99,5 %.", "99,5 %"),
        ("een twee", "een infor-\nmatie".replace("infor-\nmatie", "twee")),
        ("informatie", "infor-\nmatie"),  # quoted with the line that broke it
        ("geldig tot 31-12-2026", "12-2026"),
    ],
)
def test_the_same_text(text: str, wanted: str) -> None:
    assert holds(normal(text), wanted)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("199,5 %", "99,5 %"),
        ("99,5 %", "5 %"),
        ("99,55", "99,5"),
        ("10,5 uur", "10"),
        ("112 uur", "12 uur"),
        ("112 uur", "112 u"),
        ("31-12-2026", "1-12-2026"),
        ("informatie", "info"),
        ("een twee", "eentwee"),
        ("wel iets", ""),
        ("wel iets", " \n "),
        ("a.c", "abc"),
        ("abc", "a.c"),
    ],
)
def test_other_text(text: str, wanted: str) -> None:
    assert not holds(normal(text), wanted)


@pytest.mark.parametrize(
    "text",
    [
        "31 december 2026",
        "31  dec. 2026",
        "31-12-2026",
        "31/12/2026",
        "12/31/2026",
        "31.12.2026",
        "2026-12-31",
        "2026-12-31T10:20:30.5Z",
        "2026-12-31 10:20",
        "31-dec-2026",
        "31e december 2026",
        "December 31, 2026",
        "December 31st 2026",
        "31st of December 2026",
        "31 December, 2026",
        "donderdag 31 december 2026",
        "Thursday, 31 December 2026",
        "31–12–2026",
        "31-12-\n2026",
    ],
)
def test_ways_to_write_a_date(text: str) -> None:
    assert dates(text) == {THE_DAY}
    assert date_in(text) == THE_DAY
    assert says(f"geldig tot en met {text}.", THE_DAY)
    assert says(text, datetime(2026, 12, 31, 9))
    assert not says(text, date(2026, 12, 30))


@pytest.mark.parametrize(
    "text",
    [
        "30-02-2026",
        "2026-13-01",
        "131-12-2026",
        "31-12-20261",
        "2026-12-31-1",
        "31-12-26",
        "december 2026",
        "13.13.2026",
        "v31.12.2026.1",
        "32 december 2026",
        "31-12/2026",
    ],
)
def test_no_date(text: str) -> None:
    assert dates(text) == frozenset()
    assert date_in(text) is None


def test_a_text_with_several_dates_is_no_date() -> None:
    text = "van 1 januari 2024 tot 31 december 2026"

    assert dates(text) == {date(2024, 1, 1), THE_DAY}
    assert date_in(text) is None
    assert date_in("31 december 2026 (concept)") == THE_DAY
    assert dates("03/04/2026") == {date(2026, 4, 3)}  # the day comes first


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("€ 1.234,56", "1234.56"),
        ("EUR 12", "12"),
        ("99,5 %", "99.5"),
        ("99.5%", "99.5"),
        ("1.234.567", "1234567"),
        ("1 234 567,89", "1234567.89"),
        ("12 345", "12345"),
        ("0.123", "0.123"),
        ("1234.567", "1234.567"),
        ("-5", "-5"),
        ("−5", "-5"),
        ("2,5 miljoen", "2500000"),
        ("3 thousand", "3000"),
        ("007", "7"),
    ],
)
def test_ways_to_write_a_number(text: str, value: str) -> None:
    assert number_in(text) == Decimal(value)
    assert says(f"bedraagt {text}.", float(value))


@pytest.mark.parametrize("text", ["7.2.1", "12,34,56", "1,5.2", "a5", "v2.0", "", "1 2", "5 uur", "1.23.456,7", "²x"])
def test_no_number(text: str) -> None:
    assert number_in(text) is None


def test_a_number_that_can_be_read_in_two_ways() -> None:
    assert number_in("1.234") is None
    assert numbers("1.234") == {Decimal("1.234"), Decimal(1234)}
    assert says("1.234 uur", 1234)
    assert says("99,995 procent", 99.995)


def test_numbers_are_none_of_a_date_or_time() -> None:
    assert numbers("op 31-12-2026 om 12:30 uur 4 stuks") == {Decimal(4)}
    assert not says("uiterlijk 12-04-2026", 12)


@pytest.mark.parametrize(
    ("text", "value", "is_said"),
    [
        ("binnen 16 uur hersteld", 16, True),
        ("binnen 16uur hersteld", 16, True),
        ("binnen 116 uur hersteld", 16, False),
        ("onder 160 vallen", 16, False),
        ("RPO: 24 h", 24.0, True),
        ("0 bevindingen", 0, True),
        ("ja", True, True),
        ("Nee", False, True),
        ("nee", True, False),
        ("yes", False, False),
        ("ja, en nee", True, True),
        ("onafhankelijk uitgevoerd", True, True),
        ("houder: Acme B.V.", "acme b.v.", True),
        ("houder: Acme B.V.", "Beta", False),
        ("gepubliceerd op 4 maart 2024", "2024-03-04", True),
        ("gepubliceerd op 5 maart 2024", "2024-03-04", False),
    ],
)
def test_says(text: str, value: object, is_said: bool) -> None:
    assert says(text, value) is is_said  # type: ignore[arg-type]


@SETTINGS
@given(DAYS)
def test_any_day_comes_back(day: date) -> None:
    year = f"{day.year:04}"
    for text in (
        day.isoformat(),
        f"{day.day}-{day.month}-{year}",
        f"{day.day:02}.{day.month:02}.{year}",
        f"{day.day} {MONTHS_NL[day.month - 1]} {year}",
        f"{MONTHS_EN[day.month - 1]} {day.day}, {year}",
        f"{day.day} {MONTHS_EN[day.month - 1][:3]} {year}",
    ):
        assert date_in(text) == day, text


@SETTINGS
@given(st.integers(min_value=1000, max_value=10**12), st.integers(min_value=0, max_value=99))
def test_any_amount_comes_back(whole: int, cents: int) -> None:
    english = f"{whole:,}.{cents:02}"
    dutch = english.translate(str.maketrans(",.", ".,"))

    assert number_in(english) == number_in(dutch) == Decimal(f"{whole}.{cents:02}")
    assert number_in(f"{whole}") == whole


@SETTINGS
@given(ANYTHING, ANYTHING)
def test_any_text_is_read(text: str, other: str) -> None:
    plain = normal(text)

    assert normal(plain.replace("\x02", "")) == plain.replace("\x02", "")
    dates(text)
    numbers(text)
    date_in(text)
    number_in(text)
    says(text, other)
    if any(sign.isalnum() for sign in plain):
        assert holds(plain, text)


@given(
    st.text(alphabet="ab1 ,.-_é²٣", max_size=12),
    st.text(alphabet="ab1 ,.-_é²٣", min_size=1, max_size=4),
)
def test_both_ways_of_looking_for_words_agree(text: str, wanted: str) -> None:
    """Text without a broken line is looked through without a pattern, and says the same."""
    text, wanted = normal(text), normal(wanted)
    assert holds(text, wanted) == bool(wanted and _holds_broken(text, wanted))
