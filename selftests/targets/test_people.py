"""Whoever approves is somebody else than the owner, however either is spelled."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toetskader.targets.people import may_be_one_person, names_somebody

ONE = [
    ("Jan Jansen", "JAN  JANSEN"),
    ("Jan Jansen", "J\u0430n Jansen"),  # Cyrillic a
    ("Jan Jansen", "J\u03b1n J\u03b1nsen"),  # Greek alpha
    ("Jan Jansen", "\U0001d409\U0001d41a\U0001d427 Jansen"),  # mathematical bold
    ("Jan Jansen", "\uff2aan Jansen"),  # full width
    ("Jan Jansen", "Jan\u200b Jansen"),
    ("Jan Jansen", "Jan\u00adJansen"),
    ("Jan Jansen", "\u202eJan Jansen\u202c"),
    ("Jan Jansen", "Jan\U000e0041 Jansen"),  # tag character
    ("Jan Jansen", "Jan\u00a0Jansen"),
    ("Jan Jansen", "Jan\tJansen\n"),
    ("Jan Jansen", "Jan Jansen."),
    ("Jan Jansen", "Jan-Jansen"),
    ("Jan Jansen", "Jan_Jansen"),
    ("Jan Jansen", "Ja\u0301n Jansen"),
    ("Jan Jansen", "J\u00e1n J\u00e4nsen"),
    ("Ivo Pol", "lvo Pol"),  # a small L
    ("Jan Jansen", "Jansen, Jan"),
    ("Jan Jansen", "J. Jansen"),
    ("Jan Peter Jansen", "J.P. Jansen"),
    ("Jan Jansen", "JanJansen"),
    ("Jan Jansen", "Dhr. Jan Jansen"),
    ("Jan Jansen", "de heer drs. Jan Jansen MSc"),
    ("Jan Jansen", "Jan Jansen (CISO)"),
    ("Jan Jansen", "CISO: x, Jan Jansen"),
    ("Jan Jansen, productmanager", "Jan Jansen / CISO"),
    ("Jansen, Jan", "Jan Jansen, CISO"),
    ("Jan Jansen", "jan.jansen@acme.example"),
    ("Jan Jansen", "jjansen@acme.example"),
    ("J. Jansen", "jan.jansen@acme.example"),
    ("Jan Jansen <jan@acme.example>", "jan@acme.example"),
    ("Jan Jansen <jan@acme.example>", "De CISO <JAN+ciso@ACME.example.>"),
    ("Jan Jansen <jan@acme.example>", "Piet Pietersen (j\u0430n@acme.example)"),
    ("mailto:jan@acme.example", "jan\uff20acme.example"),
    ("j.jansen@acme.example", "jjansen@acme.example"),
    ("jan@m\u00fcnchen.example", "jan@xn--mnchen-3ya.example"),
    ("Jan Jansen <jan@acme.example>", "Jan Jansen <jan@gemeente.example>"),
    ("Productmanager", "productmanager@acme.example"),
    ("CISO", "C.I.S.O."),
    ("Jan Jansen", "Jan \u202enesnaJ\u202c"),  # shown from right to left
    ("Jan Jansen", "\u202enesnaJ naJ"),
    ("Jan Jansen", "\u1d0a\u1d00\u0274 \u1d0a\u1d00\u0274s\u1d07\u0274"),  # small capitals
    ("Jan Jansen", "\U0001f159\U0001f150\U0001f15d Jansen"),  # in black circles
    ("Jan Jansen", "\U0001f1ef\U0001f1e6\U0001f1f3 Jansen"),  # of flags
    ("Jan Jansen", "Piet Pietersen en Jan Jansen"),
    ("Jan Jansen", "Jan Jansen & Piet Pietersen, directie"),
    ("Piet Pietersen | Jan Jansen", "J. Jansen; Els Bos"),
    ("Jan Jansen", "Piet Pietersen namens Jan Jansen"),
    ("Jan Jansen", "wethouder J. Jansen"),
    ("Jan Jansen", "Jan Jansen CISO"),
    ("Jan Jansen", "CISO \u2013 Jan Jansen"),
    ("Jan Jansen", "CISO: Jan Jansen"),
    ("Jan Jansen", "Jan P. Jansen"),
    ("Jan Jansen", "Jansen, J.P."),
    ("Jan Jansen", "Jansen J."),
    ("Jan Jansen", "J.J."),
    ("Jan Jansen", "Jan Pieter Jansen"),
    ("Jan de Vries", "Vries, J. de"),
    ("Jan de Vries", "devries.jan@acme.example"),
    ("Maria Jansen", "Maria de Vries-Jansen"),
    ("jan@acme.example", "jan (at) acme.example"),
    ("jan@acme.example", "jan at acme.example"),
    ("jan@acme.example", '"jan"@acme.example'),
    ("j.jansen@acme.example", "jan.jansen@acme.example"),
    ("jan.jansen@acme.example", "janjansen@elders.example"),
    ("IJsbrand \u00d8rsted", "\u0132sbrand Orsted"),
]
TWO = [
    ("Jan Jansen", "Piet Jansen"),
    ("J. Jansen", "P. Jansen"),
    ("Jan de Vries", "Jan de Vriese"),
    ("Jan de Vries", "Jan van Vries"),
    ("Ren\u00e9 Peeters", "Ren\u00e9e Peeters"),
    ("Zo\u00eb Br\u00fcll", "Bj\u00f6rn Br\u00fcll"),
    ("Jan Jansen, Acme BV", "Piet Pietersen, Acme BV"),
    ("Productmanager Meldingen, Haastig Software BV", "CISO, gemeente"),
    ("Productmanager, Acme BV", "CISO, Acme BV"),
    ("CISO, Acme BV", "CISO, gemeente"),
    ("CISO <ciso@acme.example>", "CISO <ciso@gemeente.example>"),
    ("info@acme.example", "info@gemeente.example"),
    ("jan@acme.example", "jan@acme-beheer.example"),
    ("Jan Jansen <jan@acme.example>", "Jans Janssen <jans@acme.example>"),
    ("Jan Jansen", "ciso@gemeente.example"),
    ("Jan Jansen", "jan@gemeente.example"),
    ("M. Kern", "M. Kerm"),
    ("\u9648 \u4f1f", "\u9673 \u5049"),
    ("Jansen", "Jansen-de Boer"),
    ("Jan Jansen en Piet Puk", "Els Bos en Kim Vos"),
    ("Jan Jansen, Acme BV", "Piet Puk en Els Bos, gemeente"),
    ("Hoofd Inkoop en Beheer", "Hoofd Verkeer en Beheer"),
    ("J. de Wit", "J. de Vries"),
    ("Anna Jansen", "A. Bos, adviseur Jansen"),
    ("jan.jansen@acme.example", "p.jansen@acme.example"),
    ("hoofd ICT", "medewerker ICT"),
    ("Jan van den Berg", "Piet van den Berg"),
    ("\u674e \u4f1f", "\u738b \u4f1f"),
]


@pytest.mark.parametrize(("one", "other"), ONE)
def test_one_person_however_spelled(one: str, other: str) -> None:
    assert may_be_one_person(one, other)
    assert may_be_one_person(other, one)


@pytest.mark.parametrize(("one", "other"), TWO)
def test_two_people_however_alike(one: str, other: str) -> None:
    assert not may_be_one_person(one, other)
    assert not may_be_one_person(other, one)


@pytest.mark.parametrize(
    "text", ["\u200b", "-", " . ", "\u2060\ufeff", "\u3164", "\u0301", "<@>", "\u2800", "1", "J", "J.", "?", "0-0"]
)
def test_what_names_nobody(text: str) -> None:
    assert not names_somebody(text)


@pytest.mark.parametrize("text", ["CISO", "\u9648", "R2", "\u042f\u043d"])
def test_what_names_somebody(text: str) -> None:
    assert names_somebody(text)


@settings(derandomize=True, max_examples=300, deadline=None, database=None)
@given(text=st.text(max_size=60), other=st.text(max_size=60))
def test_any_text_is_compared_alike_both_ways(text: str, other: str) -> None:
    assert may_be_one_person(text, other) == may_be_one_person(other, text)
    assert may_be_one_person(text, text) or not names_somebody(text)


@settings(derandomize=True, max_examples=200, deadline=None, database=None)
@given(data=st.data())
def test_invisible_characters_make_nobody_else(data: st.DataObject) -> None:
    name = "Jan Jansen"
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(name)))
        name = name[:place] + data.draw(st.characters(categories=["Cf", "Mn", "Me"])) + name[place:]
    assert may_be_one_person("Jan Jansen", name)
