"""Names of standards as people write them: each names one edition, and what is no name of a standard names none."""

from datetime import date

import msgspec
import pytest
import yaml
from auditor import ROOT

from toetskader.catalogue.load import load_catalogue
from toetskader.norms.iso import IsoNorm, Named, Standard, named

NORM = load_catalogue(ROOT / "policies").norms["iso-editions-2026"]
assert isinstance(NORM, IsoNorm)


@pytest.mark.parametrize(
    ("text", "number", "year", "amendments"),
    [
        ("ISO/IEC 27001:2022", "27001", 2022, ()),
        ("NEN-EN-ISO/IEC 27001:2023", "27001", 2023, ()),
        ("NEN-EN-ISO/IEC 27001:2023/A1:2024 nl", "27001", 2023, (1,)),
        ("NEN-EN-ISO/IEC 27001:2023+A1:2024", "27001", 2023, (1,)),
        ("ISO/IEC 27001:2022/Amd 1:2024", "27001", 2022, (1,)),
        ("ISO/IEC 27001:2022 (incl. Amd. 1)", "27001", 2022, (1,)),
        ("iso27001", "27001", None, ()),
        ("ISO 27001-2022", "27001", 2022, ()),
        ("NEN-EN-ISO_IEC 27002_2022 nl", "27002", 2022, ()),
        ("ISO_IEC 27002_2022", "27002", 2022, ()),
        ("DIN EN ISO/IEC 27001:2024-01", "27001", 2024, ()),
        ("NEN-EN-ISO/IEC 27001:2017+A11:2020", "27001", 2017, (11,)),
        ("ISO/IEC 27001:2013/Cor 1:2014/Cor.2:2015", "27001", 2013, ()),
        ("NEN-ISO/IEC 27001+C11:2014", "27001", None, ()),
        ("ISO/IEC 20000-1:2018", "20000-1", 2018, ()),
        ("NEN 7510-1:2017+A1:2020", "7510-1", 2017, (1,)),
        ("ISO 9001:2015", "9001", 2015, ()),
        ("ＩＳＯ／ＩＥＣ　２７００１：２０２２", "27001", 2022, ()),
        ("ISO/IEC 27001:2022(E)", "27001", 2022, ()),
        ("ISO–IEC 27001–2022", "27001", 2022, ()),
        ("ISO 2022:2022", "2022", 2022, ()),
    ],
)
def test_a_standard_is_read(text: str, number: str, year: int | None, amendments: tuple[int, ...]) -> None:
    assert named(text) == Named(number, year, frozenset(amendments))


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "ISO",
        "27",
        "ISO/IEC DIS 27001:2022",
        "in lijn met ISO 27001",
        "ISO 27001-achtig",
        "ISO 9001:2015, ISO/IEC 27001:2022",
        "ISO/IEC 27001:2013 ISO/IEC 27001:2022",
        "ISO/IEC 27001:22",
        "ISO/IEC 27001:2022/A",
        "ISO/IEC 27001:2022/A1:20244",
        "ISO/IEC 27001:2022!",
        "27001" * 100,
        "ISO 27001٢٠٢٢",
    ],
)
def test_what_is_no_name_of_a_standard_names_none(text: str) -> None:
    assert named(text) is None


@pytest.mark.parametrize(
    ("text", "year", "amendments"),
    [
        ("2022", 2022, ()),
        ("2023+A1:2024", 2023, (1,)),
        ("2023/A1:2024", 2023, (1,)),
        (":2022", 2022, ()),
        ("2022 (incl. Amd 1:2024)", 2022, (1,)),
        ("2017+A11", 2017, (11,)),
    ],
)
def test_an_edition_is_read(text: str, year: int, amendments: tuple[int, ...]) -> None:
    assert named(text, edition_only=True) == Named("", year, frozenset(amendments))


@pytest.mark.parametrize("text", ["", "27001", "A1:2024", "22", "1984", "2100", "2013 2022", "27001:2022"])
def test_what_is_no_edition_is_none(text: str) -> None:
    assert named(text, edition_only=True) is None


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("NEN-EN-ISO/IEC 27001:2023/A1:2024", 2022),
        ("ISO/IEC 27001:2022", 2022),
        ("DIN EN ISO/IEC 27001:2024-01", 2022),
        ("NEN-EN-ISO/IEC 27001:2017+A11:2020", 2013),
        ("ISO/IEC 27001:2013", 2013),
        ("NEN-ISO/IEC 27001:2005", 2005),
        ("NEN-EN-ISO_IEC 27002_2022", 2022),
        ("NEN-EN-ISO/IEC 27002:2017", 2013),
        ("ISO/IEC 27001:2031", None),
        ("ISO/IEC 27001:2022/Amd 2:2028", None),
        ("ISO/IEC 27001", None),
    ],
)
def test_names_of_one_edition_are_one(text: str, year: int | None) -> None:
    name = named(text)
    assert name is not None
    standard = NORM.standard(name.number)
    assert standard is not None
    edition = standard.edition(name)
    assert (edition.year if edition else None) == year


def test_the_edition_of_2013_has_ended() -> None:
    standard = NORM.standard("27001")
    assert standard is not None
    assert {edition.year: edition.last_day for edition in standard.editions} == {
        2022: None,
        2013: date(2025, 10, 31),
        2005: date(2015, 10, 1),
    }
    assert NORM.standard("9001") is None


def test_a_year_names_one_edition_only() -> None:
    text = (ROOT / "policies/norms/iso-editions-2026.yaml").read_text(encoding="utf-8")
    standard = yaml.safe_load(text)["standards"][0]
    standard["editions"][1]["adopted"].append(2022)
    with pytest.raises(msgspec.ValidationError, match="ISO/IEC 27001: 2022 names two editions"):
        msgspec.convert(standard, Standard)
