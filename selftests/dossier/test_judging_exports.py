"""Rows of exports: regions, zones, owners and shares, with what the ways of writing them hide."""

from typing import Any

import msgspec
import pytest
from auditor import ROOT
from looking import TODAY, Bench, day, stated

from toetskader.facts.attempt import NotProven, Unseen
from toetskader.facts.dossier.attachments import Cell, Unreadable
from toetskader.facts.dossier.countries import EEA
from toetskader.facts.dossier.regions import REGIONS, country_of
from toetskader.judging.registry import load_checks

CHECKS = load_checks(ROOT / "tests")
Lines = tuple[tuple[Cell, ...], ...]


def outcome(check_id: str, columns: str, rows: Lines, says: dict[str, Any] | None = None, **params: Any) -> str:
    return _judged(check_id, columns, rows, says, params)


def _judged(check_id: str, columns: str, rows: Lines, says: dict[str, Any] | None, params: dict[str, Any]) -> str:
    """Judge an export; return the fields that are wrong, or what is lacking, or what is left open."""
    given = {
        "tool": "az",
        "exported_on": day(-5),
        "table": "t.csv",
        "columns": {name: name for name in columns.split()},
    }
    bench = Bench(stated("export", "resources", **{**given, **(says or {})}, rows=rows))
    check = CHECKS[check_id]
    assert check.params is not None
    try:
        check.function(
            papers=bench.papers,
            findings=bench.findings,
            params=msgspec.convert(params, check.params),
            parameters=bench.parameters,
            today=TODAY,
        )
    except Unseen as doubt:
        return bench.lacking or ", ".join(bench.wrong) or f"open: {doubt.reason.en}"
    except NotProven as reason:
        return bench.lacking or reason.reason.en
    return ", ".join(bench.wrong) or bench.lacking


def ruled(columns: str, rows: Lines, says: dict[str, Any] | None = None, **asked: Any) -> str:
    return _judged("export.rule", columns, rows, says, {"rows": [{"document": "export:resources", **asked}]})


@pytest.mark.parametrize("region", ["westeurope", "West Europe", "WESTEUROPE", "norwayeast", "Germany West Central"])
def test_regions_of_the_eea(region: str) -> None:
    assert country_of(region) in EEA


@pytest.mark.parametrize("region", ["uksouth", "UK South", "switzerlandnorth", "eastus2"])
def test_regions_outside_the_eea(region: str) -> None:
    assert country_of(region) not in {*EEA, None}


@pytest.mark.parametrize("region", ["global", "europe", "", "EU", "westeurope, uksouth"])
def test_what_is_no_one_region_has_no_country(region: str) -> None:
    assert country_of(region) is None


def test_regions_are_named_as_they_are_compared() -> None:
    assert all(name.isalnum() and name == name.casefold() for name in REGIONS)
    assert len(EEA) == 30


def test_a_region_that_is_not_known_leaves_it_open() -> None:
    assert ruled("region", (("westeurope",), ("marsnorth",)), in_eea=["region"]).startswith("open: It is not known")
    assert ruled("region", (("uksouth",), ("marsnorth",)), in_eea=["region"]) == "region"
    assert "does not say region" in ruled("region", (("westeurope",), (None,)), in_eea=["region"])


@pytest.mark.parametrize("other", ["westeurope", "West Europe", "WESTEUROPE"])
def test_one_region_under_two_spellings_is_one(other: str) -> None:
    assert ruled("a b", (("westeurope", other),), apart={"a": "b"}) == "a"
    spread = [{"field": "a", "holds": "region", "at_least": 2}]
    assert ruled("a", (("westeurope",), (other,)), spread=spread) == "a"
    assert ruled("a", (("westeurope",), ("northeurope",)), spread=spread) == ""


def test_a_reason_excuses_fewer() -> None:
    spread = [{"field": "a", "holds": "region", "at_least": 2, "unless_said": "details.single-region"}]
    assert ruled("a", (("westeurope",),), {"details": {"single-region": "alleen daar"}}, spread=spread) == ""
    assert ruled("a", (("westeurope",),), {"details": {"single-region": "-"}}, spread=spread) == "a"


@pytest.mark.parametrize("zones", ['["1","2"]', "1, 2", "1;2", "2 | 1", '[ "3", "1" ]'])
def test_zones_in_one_cell_are_counted(zones: str) -> None:
    assert ruled("name zones", (("a", zones),), spread=SET) == ""


@pytest.mark.parametrize("zones", ['["2"]', "3", "2,2", "[2]", 2, 3])
def test_one_zone_is_one(zones: Cell) -> None:
    assert ruled("name zones", (("a", zones),), spread=SET) == "zones"


@pytest.mark.parametrize("zones", ["null", "[null]"])
def test_null_is_no_zone(zones: str) -> None:
    assert ruled("name zones", (("a", zones),), spread=SET) == "zones"


def test_zones_of_one_set_are_not_those_of_another() -> None:
    assert ruled("name zones", (("a", "1"), ("b", "2")), spread=SET) == "zones, zones"
    assert ruled("name zones", (("a", "1"), ("A ", "2")), spread=SET) == ""


SET = [{"field": "zones", "holds": "list", "per": ["name"], "at_least": 2}]


def test_a_cell_that_cannot_be_read_is_never_a_pass() -> None:
    rows: Lines = (("a", "1,2"), ("b", Unreadable("formula")))
    assert ruled("name zones", rows, spread=SET).startswith("open: ")
    assert ruled("name zones", rows, only=[{"field": "zones", "matches": "1"}]).startswith("open: ")
    pairs = {"document": "export:resources", "field": "zones", "between": "name"}
    assert outcome("export.disjoint", "name zones", rows, **pairs).startswith("open: ")


def test_too_many_are_wrong_and_one_named_twice_is_one() -> None:
    spread = [{"field": "who", "at_most": 2}]
    assert ruled("who", (("a",), ("b",), ("A",)), spread=spread) == ""
    assert ruled("who", (("a",), ("b",), ("c",)), spread=spread) == "who"
    assert "does not say who" in ruled("who", (("a",), (None,)), spread=spread)


def test_no_rows_that_it_is_about_prove_nothing() -> None:
    only = [{"field": "type", "equals": "vault"}]
    assert "(type vault)" in ruled("type", (("disk",),), only=only)
    assert ruled("type", (("disk",),), only=only, min_rows=0) == ""
    assert "does not say type" in ruled("type", (("disk",), ("",)), only=only, min_rows=0)
    assert "no rows" in ruled("type", (), only=only, min_rows=0)
    assert "has no column kind" in ruled("type", (("disk",),), only=[{"field": "kind"}], min_rows=0)


@pytest.mark.parametrize("made", [day(-93), day(1)])
def test_an_export_that_is_old_or_to_come_proves_nothing(made: str) -> None:
    assert "exported_on" in ruled("type", (("disk",),), {"exported_on": made}, rules=[{"field": "type"}])


SHARE = {
    "document": "export:resources",
    "only": [{"field": "type", "one_of": ["vm", "web"]}],
    "part": [{"field": "type", "equals": "web"}],
    "reported": "values.share",
}


@pytest.mark.parametrize(("said", "seen"), [(66.7, ""), (67, ""), (66, "values.share"), (100, "values.share")])
def test_a_share_is_what_the_rows_come_to(said: float, seen: str) -> None:
    rows: Lines = (("vm",), ("web",), ("Web",), ("disk",))
    assert outcome("export.share", "type", rows, {"values": {"share": said}}, **SHARE) == seen


def test_a_share_of_nothing_proves_nothing() -> None:
    assert "has 0 rows" in outcome("export.share", "type", (("disk",),), {"values": {"share": 0}}, **SHARE)
    assert "does not say values.share" in outcome("export.share", "type", (("vm",),), **SHARE)


def test_subscriptions() -> None:
    disjoint = {"document": "export:resources", "field": "sub", "between": "org"}
    both_ways = {"document": "export:resources", "one": "env", "other": "sub", "within": "org"}

    def seen(*rows: tuple[str, ...]) -> tuple[str, str]:
        columns = "org env sub"
        return outcome("export.disjoint", columns, rows, **disjoint), outcome(
            "export.bijection", columns, rows, **both_ways
        )

    assert seen(("a", "test", "1"), ("a", "prod", "2"), ("b", "prod", "3")) == ("", "")
    assert seen(("a", "test", "1"), ("b", "prod", "1")) == ("org", "")
    assert seen(("a", "test", "1"), ("a", "prod", "1")) == ("", "env")
    assert seen(("a", "test", "1"), ("a", "Test", "2")) == ("", "sub")
    assert seen(("a", "test", "ab"), ("b", "test", "AB ")) == ("org", "")
    assert all("does not say" in text for text in seen(("a", "test", ""), ("", "prod", "2")))
