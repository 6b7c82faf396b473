"""Whether two names are of one organisation, however they are written."""

import pytest

from toetskader.facts.dossier.organisations import same_organisation


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Voorbeeld Software BV", "Voorbeeld Software B.V."),
        ("Voorbeeld Software BV", "VOORBEELD SOFTWARE"),
        ("Voorbeeld Software BV", "Voorbeeld-Software b.v."),
        ("Voorbeeld Software BV", "VoorbeeldSoftware B V"),
        ("Voorbeeld Software BV", "B.V. Voorbeeld Software"),
        ("Voorbeeld Software BV", "Software, Voorbeeld"),
        ("Voorbeeld Software BV", "Ｖｏｏｒｂｅｅｌｄ Software"),
        ("Café Één", "cafe een"),
        ("Gemeente Voorbeeldstad", "gemeente  VOORBEELDSTAD"),
        ("A.B.C. Holding", "ABC Holding"),
    ],
)
def test_one_organisation(one: str, other: str) -> None:
    assert same_organisation(one, other)
    assert same_organisation(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Voorbeeld Software BV", "Voorbeeld Diensten BV"),
        ("Voorbeeld Software BV", "Voorbeeld BV"),
        ("Onafhankelijk Toetsers BV", "Voorbeeld Software BV"),
        ("BV", "NV"),
        ("", ""),
        ("--", "--"),
    ],
)
def test_not_one_organisation(one: str, other: str) -> None:
    assert not same_organisation(one, other)
