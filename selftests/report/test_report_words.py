"""The words in two languages."""

import re
from dataclasses import fields

import pytest

from toetskader.report.words import EN, NL, days_left, plural


@pytest.mark.parametrize("name", [field.name for field in fields(NL)])
def test_both_languages_fill_in_the_same_values(name: str) -> None:
    dutch, english = getattr(NL, name), getattr(EN, name)
    assert type(dutch) is type(english)
    if isinstance(dutch, str):
        assert dutch
        assert sorted(re.findall(r"{\w+}", dutch)) == sorted(re.findall(r"{\w+}", english))


def test_one_and_many() -> None:
    assert plural("{n} eisen|{n} eis", 1) == "1 eis"
    assert plural("{n} eisen|{n} eis", 0) == "0 eisen"


def test_the_day_that_a_deviation_ends_is_day_nought() -> None:
    assert days_left("2026-11-22", "2026-11-22") == 0
    assert days_left("2026-11-21", "2026-11-22") == -1
    assert days_left("morgen", "2026-11-22") is None
