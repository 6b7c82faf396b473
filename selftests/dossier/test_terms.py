"""What holds today, who signed, and which cases a requirement is about."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from looking import TODAY, Bench, day, stated

from toetskader.facts.dossier.countries import AREAS, EEA, EU
from toetskader.facts.dossier.fact import Stated
from toetskader.facts.dossier.papers import Look
from toetskader.facts.dossier.rules import Rule
from toetskader.facts.dossier.terms import (
    OnlyWhen,
    about_other_cases,
    agreement,
    due_on,
    not_due,
    require_between,
    require_parties_signed,
    require_term,
)
from toetskader.judging import Undetermined

SUPPLIER = {"organisation": "Voorbeeld Software BV", "side": "supplier"}
TOWN = {"organisation": "Gemeente Voorbeeldstad", "side": "municipality"}
GIVEN = {"municipality": "Gemeente Voorbeeldstad"}


def signed(*parties: dict[str, str]) -> list[dict[str, str]]:
    return [{"name": "persoon 1", "on": day(-5), "how": "wet", **party} for party in parties]


def contract(**says: Any) -> Stated:
    return stated(
        "agreement", "contract", **{"parties": [SUPPLIER, TOWN], "signatures": signed(SUPPLIER, TOWN), **says}
    )


def lacking(document: Stated, ask: Callable[..., None], *more: Any) -> str:
    """Return what an agreement lacks of what is asked of it; of what is wrong, the facts."""
    bench = Bench(document, given=GIVEN)
    with bench.papers.look(bench.findings, bench.parameters, TODAY) as look:
        ask(look, *agreement(look, "agreement:contract"), *more)
    return bench.lacking or ", ".join(bench.wrong)


@pytest.mark.parametrize(
    ("term", "said"),
    [
        ({"from": day(0), "until": day(0)}, ""),
        ({"from": day(-400)}, ""),
        ({"from": day(1)}, "runs from"),
        ({"from": day(-400), "until": day(-1)}, "ended on"),
        (None, "does not say how long it runs"),
    ],
)
def test_a_term_holds_from_its_first_day_to_its_last(term: dict[str, str] | None, said: str) -> None:
    found = lacking(contract(term=term), require_term)
    assert said in found
    assert bool(found) is bool(said)


@pytest.mark.parametrize(("days", "warned"), [(0, True), (60, True), (61, False)])
def test_an_end_that_is_near_is_told(days: int, warned: bool) -> None:
    bench = Bench(contract(term={"from": day(-400), "until": day(days)}))
    with bench.papers.look(bench.findings, bench.parameters, TODAY) as look:
        require_term(look, *agreement(look, "agreement:contract"))
    assert bench.lacking == ""
    assert [(item.path, item.strength) for item in bench.findings.items] == [("term.until", "recommended")] * warned


@pytest.mark.parametrize(
    ("signatures", "said"),
    [
        (signed(SUPPLIER, TOWN), ""),
        (
            signed({**SUPPLIER, "organisation": "VOORBEELD SOFTWARE B.V."}, {**TOWN, "organisation": "Voorbeeldstad"}),
            "",
        ),
        (signed(SUPPLIER), "is not signed by Gemeente Voorbeeldstad"),
        (signed(SUPPLIER, SUPPLIER), "is not signed by Gemeente Voorbeeldstad"),
        (signed({**SUPPLIER, "organisation": "Voorbeeld Hosting BV"}, TOWN), "is not signed by Voorbeeld Software BV"),
        (signed({**SUPPLIER, "organisation": "BV"}, TOWN), "is not signed by Voorbeeld Software BV"),
        (signed(SUPPLIER, {**TOWN, "on": day(1)}), "is signed on"),
        ([], "is not signed by Voorbeeld Software BV"),
    ],
)
def test_every_party_that_is_named_signs(signatures: list[dict[str, str]], said: str) -> None:
    found = lacking(contract(signatures=signatures), require_parties_signed)
    assert said in found
    assert bool(found) is bool(said)


@pytest.mark.parametrize("parties", [[], [SUPPLIER]])
def test_an_agreement_has_two_parties(parties: list[dict[str, str]]) -> None:
    assert "does not name two parties" in lacking(contract(parties=parties), require_parties_signed)


@pytest.mark.parametrize(
    ("parties", "said"),
    [
        ([SUPPLIER, TOWN], ""),
        ([SUPPLIER], "names no party with side: municipality"),
        ([SUPPLIER, {**TOWN, "organisation": "Gemeente Anderstad"}], "parties"),
        ([{**SUPPLIER, "organisation": "Andere BV"}, TOWN], "parties"),
    ],
)
def test_an_agreement_is_between_those_of_the_target(parties: list[dict[str, str]], said: str) -> None:
    found = lacking(contract(parties=parties), require_between, ("supplier", "municipality"))
    assert said in found
    assert bool(found) is bool(said)


def test_without_the_name_of_the_municipality_nobody_knows() -> None:
    bench = Bench(contract())
    with (
        pytest.raises(Undetermined, match="municipality"),
        bench.papers.look(bench.findings, bench.parameters, TODAY) as look,
    ):
        require_between(look, *agreement(look, "agreement:contract"), ("municipality",))


def test_a_signature_of_somebody_else_is_none() -> None:
    other = signed({**SUPPLIER, "organisation": "Andere BV"})
    bench = Bench(stated("declaration", "x", clauses=["x"], on_behalf_of="Andere BV", signatures=other))
    with bench.papers.look(bench.findings, bench.parameters, TODAY) as look:
        look.require_signed(look.the("declaration:x"), ("supplier",))
    assert "is signed by Andere BV, and not by Voorbeeld Software BV" in bench.lacking


ONLY_WHEN = OnlyWhen(document="card", rules=(Rule(field="departs_from", contains="data-unlocking"),))
PERSONAL = OnlyWhen(document="card", rules=(Rule(field="personal_data", equals=True),))


def told(only_when: OnlyWhen | None, *documents: Stated) -> tuple[str, str]:
    """Return why a requirement is about other cases, and what is lacking."""
    bench = Bench(*documents)
    why = None
    with bench.papers.look(bench.findings, bench.parameters, TODAY) as look:
        why = about_other_cases(look, only_when)
    return why.en if why else "", bench.lacking


def card(**says: Any) -> Stated:
    return stated("card", "component", component="Meldingen", **says)


@pytest.mark.parametrize(
    ("only_when", "says", "applies"),
    [
        (ONLY_WHEN, {"departs_from": ["data-unlocking", "identity-solution"]}, True),
        (ONLY_WHEN, {"departs_from": ["identity-solution"]}, False),
        (ONLY_WHEN, {"departs_from": []}, False),
        (PERSONAL, {"personal_data": True}, True),
        (PERSONAL, {"personal_data": False}, False),
    ],
)
def test_the_card_tells_whether_a_requirement_is_about_it(
    only_when: OnlyWhen, says: dict[str, Any], applies: bool
) -> None:
    why, lacks = told(only_when, card(**says))
    assert (why == "") is applies
    assert lacks == ""


@pytest.mark.parametrize("only_when", [ONLY_WHEN, PERSONAL])
def test_a_card_that_does_not_say_excuses_nothing(only_when: OnlyWhen) -> None:
    why, lacks = told(only_when, card())
    assert why == ""
    assert f"says nothing of {only_when.rules[0].field}" in lacks


def test_a_card_that_expired_excuses_nothing() -> None:
    why, lacks = told(PERSONAL, card(personal_data=False, valid_until=day(-1)))
    assert why == ""
    assert "expired" in lacks


def test_without_a_card_nothing_is_excused() -> None:
    why, lacks = told(PERSONAL)
    assert why == ""
    assert "no document of kind card" in lacks
    assert told(None) == ("", "")


def due(look: Look) -> str:
    why = not_due(look, "record:request", *due_on(look, "ends_on", 1, 30))
    return why.en if why else ""


@pytest.mark.parametrize(
    ("ends", "documents", "said"),
    [
        (day(0), (), "is asked after"),
        (day(10), ("x",), "is asked after"),
        (day(-1), (), "need not be there before"),
        (day(-1), ("x",), ""),
        (day(-100), (), ""),
    ],
)
def test_what_is_not_due_is_not_asked(ends: str, documents: tuple[str, ...], said: str) -> None:
    records = [stated("record", "request", id=name, event="x", on=day(-1)) for name in documents]
    bench = Bench(*records, given={"ends_on": date.fromisoformat(ends)})
    found = ""
    with bench.papers.look(bench.findings, bench.parameters, TODAY) as look:
        found = due(look)
    assert said in found
    assert bool(found) is bool(said)


def test_without_the_day_it_counts_from_nobody_knows() -> None:
    bench = Bench()
    with (
        pytest.raises(Undetermined, match="ends_on"),
        bench.papers.look(bench.findings, bench.parameters, TODAY) as look,
    ):
        due(look)


def test_an_agreement_is_of_that_kind() -> None:
    bench = Bench(card())
    with bench.papers.look(bench.findings, bench.parameters, TODAY) as look:
        agreement(look, "card")
    assert "is no agreement" in bench.lacking


def test_areas_hold_their_countries() -> None:
    assert (len(EU), len(EEA)) == (27, 30)
    assert AREAS["NL"] < AREAS["EU"] < AREAS["EEA"]
    for outside in ("GB", "CH", "US", "EL", "EU", "nl", ""):
        assert outside not in EEA
