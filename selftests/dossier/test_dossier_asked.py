"""Which documents a requirement asks for is read from the parameters of its check, whatever that check is."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest

from toetskader.catalogue.load import load_catalogue
from toetskader.catalogue.models import Requirement
from toetskader.dossier.asked import Reference, asks_of, documents_of, told
from toetskader.facts.dossier.rules import OPERATORS, Rule
from toetskader.judging.registry import load_checks
from toetskader.text import Text

ROOT = Path(__file__).parents[2]


def requirement(**params: Any) -> Requirement:
    row = SimpleNamespace(id="X-1", params_for=lambda _: params)
    return cast("Requirement", row)


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"document": "declaration:passwords"}, ["declaration:passwords"]),
        ({"document": "card"}, ["card"]),
        ({"documents": ["register:a", "record:b", "register:a"]}, ["register:a", "record:b"]),
        ({"document": "agreement:sla", "same_as": "design:published"}, ["agreement:sla", "design:published"]),
        ({"document": "decision:x", "items": {"register": "register:b"}}, ["decision:x", "register:b"]),
        ({"each": [{"document": "record:a"}, {"document": "record:b"}]}, ["record:a", "record:b"]),
        ({"document": "logical-design"}, []),
        ({"document": "declaration:"}, []),
        ({"host": "https://example.nl", "card": "card", "note": "register"}, []),
        ({}, []),
    ],
)  # fmt: skip
def test_documents_are_named_as_kind_and_type(params: dict[str, Any], found: list[str]) -> None:
    assert [str(item) for item in documents_of(requirement(**params))] == found


def test_what_stands_beside_a_name_is_asked_of_that_document() -> None:
    row = requirement(
        document="agreement:sla",
        rules=[{"field": "term.until", "days_left": 1}],
        clauses=["audit"],
        signed_by=["supplier"],
        max_validity_months=12,
        beside={"register": "register:levels", "rules": [{"field": "value"}]},
    )
    asks = asks_of(row)
    (sla,), (levels,) = asks[Reference("agreement", "sla")], asks[Reference("register", "levels")]
    assert [rule.field for rule in sla.rules] == ["term.until"]
    assert (sla.clauses, sla.signed_by) == (("audit",), ("supplier",))
    assert sla.rest["max_validity_months"] == 12
    assert [rule.field for rule in levels.of_rows] == ["value"]
    assert levels.signed_by == ()


def test_rows_are_asked_for_once_for_each_time_that_their_list_is_named() -> None:
    row = requirement(
        rows=[
            {"document": "export:x", "only": [{"field": "type", "equals": "a"}], "rules": [{"field": "state"}]},
            {
                "document": "export:x",
                "of_document": [{"field": "version"}],
                "spread": [{"field": "zone", "per": ["name"], "at_least": 2}],
                "in_eea": ["region"],
                "apart": {"copy": "source"},
            },
        ]
    )
    first, second = asks_of(row)[Reference("export", "x")]
    assert ([rule.field for rule in first.only], [rule.field for rule in first.of_rows]) == (["type"], ["state"])
    assert (first.columns, first.rules) == (("type", "state"), ())
    assert [rule.field for rule in second.rules] == ["version"]
    assert set(second.columns) == {"zone", "name", "region", "copy", "source"}


def test_a_bottomless_parameter_ends() -> None:
    params: dict[str, Any] = {"document": "card"}
    for _ in range(1000):
        params = {"below": params}
    assert documents_of(requirement(**params)) == ()


@pytest.mark.parametrize("operator", OPERATORS)
def test_every_operator_is_told(operator: str) -> None:
    for value in ("x", ["a", "b"], 3):
        try:
            rule = msgspec.convert({"field": "f", operator: value}, Rule)
        except msgspec.ValidationError:
            continue
        break
    said = told(rule)
    assert "{}" not in said.nl
    assert operator not in said.nl, "add it to what told() knows"
    assert said.en


def test_built_checks_of_the_catalogue_name_their_documents() -> None:
    checks = load_checks(ROOT / "tests")
    silent = [
        row.id
        for row in load_catalogue(ROOT / "policies").requirements.values()
        if "dossier" in row.measured_on
        and (check := checks.get(row.check_for("dossier"))) is not None
        and "dossier" in check.parts
        and not documents_of(row)
    ]
    assert silent == []


def test_a_parameter_of_the_target_is_told_as_one() -> None:
    assert told(Rule(field="on", not_before="@go_live")) == Text(
        "niet voor parameter go_live", "not before parameter go_live"
    )


def test_a_day_that_is_put_off_is_told_with_by_how_much() -> None:
    rule = Rule(field="on", not_after="@ends_on", plus_months=1, plus_days=30)
    assert told(rule) == Text(
        "niet na parameter ends_on plus 1 maanden plus 30 dagen",
        "not after parameter ends_on plus 1 months plus 30 days",
    )


def test_the_parties_of_an_agreement_sign_it() -> None:
    row = requirement(document="agreement:contract", between=["supplier", "municipality"], clauses=["audit"])
    ((ask,),) = asks_of(row).values()
    assert (ask.signed_by, ask.clauses, ask.rest) == (("supplier", "municipality"), ("audit",), {})


def test_what_happened_may_stand_in_a_list_of_its_type() -> None:
    assert Reference("record", "demo").covers("register", "demo")
    assert not Reference("record", "demo").covers("register", "intake")
    assert not Reference("register", "demo").covers("record", "demo")


def test_a_rule_of_the_day_of_a_list_is_of_no_column() -> None:
    row = requirement(document="register:x", rules=[{"field": "as_of", "within_months": 3}, {"field": "name"}])
    ((ask,),) = asks_of(row).values()
    assert [rule.field for rule in ask.rules] == ["as_of"]
    assert ask.columns == ("name",)


def test_between_columns_of_a_list_is_no_signature() -> None:
    row = requirement(document="export:subscriptions", field="subscription", between="organisation")
    ((ask,),) = asks_of(row).values()
    assert ask.columns == ("subscription", "organisation")
    assert ask.signed_by == ()
