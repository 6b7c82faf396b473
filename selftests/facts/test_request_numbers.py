"""What a request is known by, and what only stands where its number should."""

import pytest

from toetskader.facts.kubernetes.request_numbers import is_request_number


@pytest.mark.parametrize(
    "text",
    [
        "INC-1",
        "CHG0031245",
        "4521",
        "#4521",
        "M2608-0113",
        "2026-118",
        "RFC 2026/0113",
        "Wijziging 4521",
        "TOPdesk melding: 2608-113",
        "SD/2026/44",
        "https://topdesk.gemeente.example/incident/4521",
        " W-12.3 ",
        "CHG0031245 (spoed)",
        "INC0012345, CHG0031245",
        "akkoord, CHG-4522",
        "P1234",
        "P26-0113",
        "WK-2026-14",
        "2026-11871",
    ],
)
def test_a_number_of_a_request(text: str) -> None:
    assert is_request_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "n.v.t.",
        "nvt",
        "geen",
        "x",
        "ja",
        "spoed",
        "volgt",
        "TBD",
        "?",
        "0",
        "000",
        "CHG-XXXX",
        "INC-0000",
        "<nummer>",
        "{{ aanvraag }}",
        "2026-11-29",
        "29-11-2026",
        "29.11.26",
        "14:30",
        "2026-11",
        "2026-11-29T14:30",
        "2026-11-29T14:30:00Z",
        "2026-11-29T14:30:00+01:00",
        "november 2026",
        "week 48",
        "maandag 3",
        "Q4 2026",
        "prio 1",
        "P1",
        "v1.2.3",
        "versie 2",
        "spoed (prio 1)",
        "mondeling, november 2026",
        "spoed (2)",
        "spoed, zie mail 12",
        "mondeling akkoord op 29-11-2026",
        "nog geen nummer, zie mail 12",
        "https://topdesk.gemeente.example/",
        "https://topdesk.gemeente.example/nieuw",
        "Jan akkoord",
    ],
)
def test_no_number_of_a_request(text: str) -> None:
    assert not is_request_number(text)
