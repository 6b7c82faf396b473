"""Paper beside measurement: which results speak against each other, and what that takes away."""

from collections.abc import Sequence

import pytest
from auditor import ROOT

from toetskader.audit.contradictions import with_contradictions
from toetskader.catalogue.load import load_catalogue
from toetskader.catalogue.models import Contradiction
from toetskader.results import Result, Verdict
from toetskader.text import Text

WHY = Text("Dat kan niet allebei.", "Both cannot be.")
PAIR = Contradiction(claim="TST-1-01", measured=("TST-2-01", "TST-2-02"), why=WHY)


def result(id_: str, verdict: Verdict, *, target: str = "acme") -> Result:
    return Result(
        requirement=id_, target=target, part="dossier", source="TST", section="1", chapter="Eén", lines="1", level=1,
        kind="norm", mode="hard", proof="proof", verdict=verdict, gated=True, title=f"Titel van {id_}", remedy="x",
        check="x.y",
    )  # fmt: skip


def told(*results: Result, pairs: Sequence[Contradiction] = (PAIR,)) -> dict[str, Result]:
    return {item.requirement: item for item in with_contradictions(results, pairs, "nl")}


@pytest.mark.parametrize("verdict", [Verdict.FAIL, Verdict.EXPLAINED])
def test_a_measurement_that_is_not_met_takes_the_proof_away_and_both_name_each_other(verdict: Verdict) -> None:
    found = told(result("TST-1-01", Verdict.PASS), result("TST-2-01", verdict), result("TST-2-02", Verdict.PASS))
    claim, measured = found["TST-1-01"], found["TST-2-01"]
    assert (claim.verdict, claim.proof) == (Verdict.PASS, "indication")
    assert [(item.requirement, item.verdict, item.why) for item in claim.contradictions] == [
        ("TST-2-01", verdict, WHY.nl)
    ]
    assert [(item.requirement, item.is_claim) for item in measured.contradictions] == [("TST-1-01", False)]
    assert (measured.verdict, measured.proof) == (verdict, "proof")
    assert found["TST-2-02"].contradictions == ()


def test_each_measurement_that_is_not_met_is_named() -> None:
    found = told(result("TST-1-01", Verdict.PASS), result("TST-2-01", Verdict.FAIL), result("TST-2-02", Verdict.FAIL))
    assert [item.requirement for item in found["TST-1-01"].contradictions] == ["TST-2-01", "TST-2-02"]


@pytest.mark.parametrize(
    ("claim", "measured"),
    [
        (Verdict.UNPROVEN, Verdict.FAIL),
        (Verdict.FAIL, Verdict.FAIL),
        (Verdict.UNDETERMINED, Verdict.FAIL),
        (Verdict.NOT_APPLICABLE, Verdict.FAIL),
        (Verdict.PASS, Verdict.PASS),
        (Verdict.PASS, Verdict.UNDETERMINED),
        (Verdict.PASS, Verdict.NOT_APPLICABLE),
    ],
)
def test_nothing_else_is_a_contradiction(claim: Verdict, measured: Verdict) -> None:
    found = told(result("TST-1-01", claim), result("TST-2-01", measured))
    assert all(item.contradictions == () and item.proof == "proof" for item in found.values())


def test_what_was_not_judged_and_what_is_of_another_target_contradicts_nothing() -> None:
    assert told(result("TST-1-01", Verdict.PASS))["TST-1-01"].contradictions == ()
    other = result("TST-2-01", Verdict.FAIL, target="beta")
    assert told(result("TST-1-01", Verdict.PASS), other)["TST-1-01"].contradictions == ()


PAIRS = [(pair, measured) for pair in load_catalogue(ROOT / "policies").contradictions for measured in pair.measured]


@pytest.mark.parametrize(("pair", "measured"), PAIRS, ids=[f"{pair.claim}-{measured}" for pair, measured in PAIRS])
def test_every_pair_of_the_catalogue_is_turned_over(pair: Contradiction, measured: str) -> None:
    found = told(result(pair.claim, Verdict.PASS), result(measured, Verdict.FAIL), pairs=[pair])
    assert [item.requirement for item in found[pair.claim].contradictions] == [measured]
    assert [item.requirement for item in found[measured].contradictions] == [pair.claim]
    agreed = told(result(pair.claim, Verdict.PASS), result(measured, Verdict.PASS), pairs=[pair])
    assert all(item.contradictions == () for item in agreed.values())


def test_the_catalogue_has_pairs() -> None:
    assert len(PAIRS) > 10
