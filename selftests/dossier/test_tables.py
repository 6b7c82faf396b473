"""Rows of registers: which count, what each must say, and that what cannot be known is never taken for a pass."""

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from auditor import TODAY

from toetskader.catalogue.models import TargetParameters
from toetskader.facts.attempt import NotProven, Provenance, Unseen
from toetskader.facts.dossier.attachments import Attachment, Cell, Table, Unreadable
from toetskader.facts.dossier.documents import Register
from toetskader.facts.dossier.envelope import Issuer, ListedFile
from toetskader.facts.dossier.fact import Dossier, Stated
from toetskader.facts.dossier.papers import Look
from toetskader.facts.dossier.rules import Rule
from toetskader.facts.dossier.tables import Newest, Rows
from toetskader.judging import Findings, Parameters
from toetskader.judging.outcomes import Undetermined
from toetskader.text import Text

DIGEST = "a" * 64
FORMULA = Unreadable("formula")
Lines = list[tuple[Cell, ...]]


class Bench:
    """A register of parties, and a judgement that looks at it."""

    def __init__(self, rows: Lines, *, table: Table | None = None, **given: Any) -> None:
        document = Register(
            id="register-partijen",
            type="parties",
            title="Partijen",
            issuer=Issuer(organisation="Voorbeeld BV", side="supplier"),
            issued_on=TODAY,
            as_of=TODAY,
            table="partijen.csv",
            columns={"name": "Naam", "since": "Sinds", "until": "Tot", "country": "Land"},
            files=(ListedFile(path="partijen.csv", sha256=DIGEST),),
        )
        table = table or Table(
            columns=("name", "since", "until"), rows=tuple(rows), numbers=tuple(range(2, len(rows) + 2))
        )
        stated = Stated(
            document=document,
            where="register-partijen/bewijs.yaml",
            attachments=(Attachment(path="partijen.csv", sha256=DIGEST),),
            table=table,
        )
        provenance = Provenance(at=msgspec.convert(f"{TODAY}T09:00:00Z", Any), by="dossier", source="dossier")
        self.findings = Findings()
        dossier = Dossier(provenance=provenance, supplier="Voorbeeld BV", component="x", documents=(stated,))
        self.look = Look(dossier, self.findings, Parameters(TargetParameters(**given)), TODAY)

    @property
    def rows(self) -> Rows:
        return Rows(self.look, self.look.the("register:parties"))

    def held(self, *rules: Rule, share: float = 100) -> str:
        """Hold all rows to rules; return what comes of it."""
        rows = self.rows
        rows.hold(rows.all, rules, share)
        return self.outcome

    @property
    def outcome(self) -> str:
        try:
            self.look.conclude()
        except Unseen as doubt:
            open_ = f"open: {doubt.reason.en}"
        else:
            open_ = ""
        wrong = "; ".join(f"{item.source} {item.path}: {item.seen}" for item in self.findings.items)
        lacking = self.findings.lacking.en if self.findings.lacking else ""
        return wrong or lacking or open_


def day(offset: int) -> str:
    return (TODAY + timedelta(days=offset)).isoformat()


FILLED: Lines = [("Acme", day(-10), day(100)), ("Beta", day(-400), day(40))]


def test_rows_that_say_what_is_asked_are_no_finding() -> None:
    bench = Bench(FILLED)
    assert bench.held(Rule(field="name"), Rule(field="until", days_left=30)) == ""
    assert [text.en for text in bench.findings.measured] == ["register-partijen: 2 of 2 rows comply"]


@pytest.mark.parametrize("empty", [None, "", " - "])
def test_an_empty_cell_is_lacking_with_its_row(empty: Cell) -> None:
    assert "(row 3) does not say name" in Bench([FILLED[0], (empty, day(-1), None)]).held(Rule(field="name"))


def test_a_wrong_value_is_found_at_its_line() -> None:
    told = Bench(FILLED).held(Rule(field="name", one_of=("Acme", "Gamma")))
    assert told == "register-partijen/partijen.csv:3 name: Beta"


def test_a_day_that_passed_is_lacking() -> None:
    assert "(row 2) has" in Bench([("Acme", day(-10), day(-1))]).held(Rule(field="until", days_left=0))


@pytest.mark.parametrize("cell", [FORMULA, Unreadable("error"), Unreadable("value")])
@pytest.mark.parametrize("rule", [Rule(field="until", days_left=0), Rule(field="name", when={"until": "x"})])
def test_a_cell_that_cannot_be_read_leaves_it_open(cell: Unreadable, rule: Rule) -> None:
    assert (
        Bench([("Acme", day(-10), cell)])
        .held(rule)
        .startswith("open: register-partijen/partijen.csv, row 2, column until")
    )


def test_a_cell_that_nothing_asks_for_is_not_read() -> None:
    assert Bench([("Acme", FORMULA, FORMULA)]).held(Rule(field="name")) == ""


def test_what_is_wrong_is_wrong_whatever_else_cannot_be_read() -> None:
    told = Bench([("Acme", FORMULA, None), ("Beta", None, None)]).held(
        Rule(field="since", within_days=1), Rule(field="name", equals="Acme")
    )
    assert told.endswith("name: Beta")


def test_a_column_that_is_not_in_the_file_is_named_and_the_others_judged() -> None:
    bench = Bench(FILLED)
    assert bench.held(Rule(field="country"), Rule(field="name", equals="Acme")).endswith("name: Beta")
    assert bench.findings.lacking is not None
    assert "no column country: the file has no heading Land" in bench.findings.lacking.en


@pytest.mark.parametrize("rule", [Rule(field="name", when={"kind": "a"}), Rule(field="since", not_after="kind")])
def test_a_column_that_a_rule_needs_besides_is_named(rule: Rule) -> None:
    assert "no column kind: name under columns which one that is" in Bench(FILLED).held(rule)


def test_a_column_that_may_be_filled_instead_need_not_be_there() -> None:
    assert Bench(FILLED).held(Rule(field="name", equals="Acme", unless="exception")).endswith("name: Beta")


def test_a_day_beside_an_empty_one_is_lacking_and_not_wrong() -> None:
    assert "does not say until" in Bench([("Acme", day(-1), None)]).held(Rule(field="since", not_after="until"))


@pytest.mark.parametrize(("share", "told"), [(50, ""), (51, "Beta"), (100, "Beta")])
def test_a_share_of_the_rows(share: float, told: str) -> None:
    assert told in Bench(FILLED).held(Rule(field="name", equals="Acme"), share=share)
    assert bool(told) is bool(Bench(FILLED).held(Rule(field="name", equals="Acme"), share=share))


def test_parameters_of_the_target() -> None:
    rule = Rule(field="name", same_as="@municipality")
    assert Bench([("gemeente  VOORBEELDSTAD", None, None)], municipality="Gemeente Voorbeeldstad").held(rule) == ""
    assert Bench(FILLED, municipality="Gemeente Voorbeeldstad").held(rule) != ""
    with pytest.raises(Undetermined, match="municipality"):
        Bench(FILLED).held(rule)


@pytest.mark.parametrize("name", ["Gemeente Voorbeeldstad", "voorbeeldstad", "Voorbeeldstad, gemeente"])
def test_one_organisation_however_written(name: str) -> None:
    rule = Rule(field="name", same_party="@municipality")
    assert Bench([(name, None, None)], municipality="Gemeente Voorbeeldstad").held(rule) == ""
    assert Bench([("Voorbeeldstad Noord", None, None)], municipality="Gemeente Voorbeeldstad").held(rule) != ""
    assert "does not say name" in Bench([(None, None, None)], municipality="Gemeente Voorbeeldstad").held(rule)


@pytest.mark.parametrize(("level", "told"), [("4", ""), (4, ""), ("3", "3"), ("hoog", "hoog")])
def test_a_number_above_another(level: Cell, told: str) -> None:
    said = Bench([(level, "3", None)]).held(Rule(field="name", above="since"))
    assert told in said
    assert bool(told) is bool(said)


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (Table(columns=("name",)), "has no rows; an empty list proves nothing"),
        (Table(), "has no rows; an empty list proves nothing"),
    ],
)
def test_an_empty_table_proves_nothing(table: Table, told: str) -> None:
    with pytest.raises(NotProven, match=told):
        _ = Bench([], table=table).rows


def test_a_table_that_cannot_be_read_is_unseen() -> None:
    with pytest.raises(Unseen, match="te groot"):
        _ = Bench([], table=Table(problem=Text("te groot", "te groot"))).rows


def test_only_some_rows() -> None:
    rows = Bench(FILLED).rows
    assert [row.number for row in rows.only([Rule(field="name", contains="beta")])] == [3]
    assert [row.number for row in rows.only([])] == [2, 3]
    with pytest.raises(NotProven, match="country"):
        rows.only([Rule(field="country", equals="NL")])


@pytest.mark.parametrize("cell", [None, FORMULA])
def test_a_row_that_does_not_say_whether_it_counts_is_not_passed_over(cell: Cell) -> None:
    bench = Bench([*FILLED, (cell, None, None)])
    assert len(bench.rows.only([Rule(field="name", equals="Acme")])) == 1
    assert bench.look.lacking
    assert "4" in bench.outcome


def test_the_number_of_rows() -> None:
    bench = Bench(FILLED)
    bench.rows.count(bench.rows.all, 2, 2)
    assert bench.outcome == ""
    bench.rows.count(bench.rows.all, 3)
    assert "asked is at least 3" in bench.outcome
    bench.rows.count(bench.rows.all, 1, 1)
    assert "2 rows" in bench.outcome


@pytest.mark.parametrize(
    ("days", "told"),
    [
        ([day(-31)], ""),
        ([day(-32)], "its newest since is"),
        ([day(-32), day(0)], ""),
        ([day(1), day(-40)], "its newest since is"),
        (["vorige week"], "its newest since is none"),
        ([None], "its newest since is none"),
    ],
)
def test_the_newest_row(days: list[Cell], told: str) -> None:
    bench = Bench([("Acme", cell, None) for cell in days])
    bench.rows.newest(bench.rows.all, Newest(field="since", within_days=31))
    assert told in bench.outcome
    assert bool(told) is bool(bench.outcome)


def test_values_that_must_occur() -> None:
    bench = Bench(FILLED)
    bench.rows.occur(bench.rows.all, "name", ("acme", "beta"))
    assert bench.outcome == ""
    bench.rows.occur(bench.rows.all, "name", ("Acme", "Gamma"))
    assert "does not name in name: Gamma" in bench.outcome


def test_dates_as_text() -> None:
    written = date.fromisoformat(day(5)).strftime("%d-%m-%Y")
    assert Bench([("Acme", written, None)]).held(Rule(field="since", days_left=5)) == ""
    assert Bench([("Acme", written, None)]).held(Rule(field="since", days_left=6)) != ""
