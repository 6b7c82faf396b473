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
        "mondeling akkoord op 29-11-2026",
        "nog geen nummer, zie mail 12",
        "https://topdesk.gemeente.example/",
        "https://topdesk.gemeente.example/nieuw",
        "Jan akkoord",
    ],
)
def test_no_number_of_a_request(text: str) -> None:
    assert not is_request_number(text)
