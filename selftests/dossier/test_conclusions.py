"""What a conclusion comes to in its own words, and whether quoted words say what a document states."""

from datetime import date

import pytest

from toetskader.facts.dossier.documents import Assessed, Assessment, Assessor, Certificate, NormResult
from toetskader.facts.dossier.envelope import Issuer
from toetskader.facts.dossier.outcomes import is_favourable, says_result
from toetskader.facts.dossier.quotes import states

ISSUER = Issuer(organisation="Toetsers", side="independent")
CERTIFICATE = Certificate(
    id="c",
    type="27001",
    title="C",
    issuer=ISSUER,
    issued_on=date(2026, 1, 2),
    standard="NEN-EN-ISO/IEC 27001",
    edition="2023+A1:2024",
    holder="Voorbeeld",
    body="Toetsers",
)
ASSESSMENT = Assessment(
    id="a",
    type="digid",
    title="A",
    issuer=ISSUER,
    issued_on=date(2026, 1, 2),
    assessor=Assessor(organisation="Toetsers", side="independent"),
    subject=Assessed(product="Meldingen"),
    norms=(NormResult(id="U/WA.05", result="met"), NormResult(id="C.07", result="not applicable")),
)


@pytest.mark.parametrize(
    "text",
    [
        "voldoet",
        "Voldoet aan WCAG 2.1 AA.",
        "Goedkeurend oordeel zonder voorbehoud",
        "Conform, geen openstaande bevindingen",
        "passed: no findings",
        "All criteria are met",
        "Unqualified opinion; complies",
    ],
)
def test_a_favourable_conclusion(text: str) -> None:
    assert is_favourable(text) is True


@pytest.mark.parametrize(
    "text",
    ["voldoet niet", "niet voldaan", "Not met", "afgekeurd", "oordeelonthouding", "adverse opinion", "non-compliant"],
)
def test_an_unfavourable_conclusion(text: str) -> None:
    assert is_favourable(text) is False


@pytest.mark.parametrize(
    "text",
    [
        "",
        "zie rapport",
        "voldoet gedeeltelijk",
        "voldoet, met een voorbehoud",
        "Voldoet, behalve 1.4.3",
        "qualified opinion: complies",
        "concept: voldoet",
        "zonder voorbehoud",
        "🙂",
    ],
)
def test_a_conclusion_that_does_not_say(text: str) -> None:
    assert is_favourable(text) is None


@pytest.mark.parametrize(
    ("text", "result", "said"),
    [
        ("U/WA.05 voldoet", "met", True),
        ("U/WA.05 voldoet niet", "met", False),
        ("U/WA.05 voldoet niet", "not met", True),
        ("U/WA.05: met", "met", True),
        ("U/WA.05: not met", "met", False),
        ("C.07 n.v.t.", "not applicable", True),
        ("C.07 niet van toepassing", "not met", False),
        ("C.07", "met", False),
        ("C.07", "not met", False),
    ],
)
def test_what_a_norm_came_to(text: str, result: str, *, said: bool) -> None:
    assert says_result(text, result) is said


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("edition", "NEN-EN-ISO/IEC 27001:2023/A1:2024 nl", True),
        ("edition", "volgens de norm NEN-EN-ISO/IEC 27001:2023+A1:2024; zie bijlage", True),
        ("edition", "ISO_IEC 27001_2023 Amd 1", True),
        ("edition", "2023+A1:2024", True),
        ("edition", "NEN-EN-ISO/IEC 27001:2017+A1:2020", False),
        ("edition", "NEN-EN-ISO/IEC 27001:2023", False),
        ("standard", "ISO 27001:2022", True),
        ("standard", "ISO 9001:2015", False),
        ("holder", "verleend aan Voorbeeld", True),
        ("holder", "verleend aan Ander", False),
        ("number", "ZC-1", False),
    ],
)
def test_what_is_quoted_of_a_certificate(path: str, text: str, *, said: bool) -> None:
    assert states(CERTIFICATE, path, text) is said


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("norms.0", "U/WA.05 voldoet", True),
        ("norms.0.result", "voldoet niet", False),
        ("norms.0.id", "U/WA.05 voldoet niet", True),
        ("norms.1", "C.07: n.v.t.", True),
    ],
)
def test_what_is_quoted_of_a_norm(path: str, text: str, *, said: bool) -> None:
    assert states(ASSESSMENT, path, text) is said
