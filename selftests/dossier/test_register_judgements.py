"""Judgements on registers where mutants do not reach: what does not apply, cannot be read, or is written otherwise."""

from typing import Any

import msgspec
import pytest
from auditor import ROOT
from looking import TODAY, Bench, day, stated

from toetskader.facts.attempt import Unseen
from toetskader.facts.dossier.attachments import Cell, Unreadable
from toetskader.facts.dossier.controls import CONTROLS_2022, applies, control_of
from toetskader.facts.dossier.fact import Stated
from toetskader.judging.outcomes import NotApplicable, Undetermined
from toetskader.judging.registry import load_checks

CHECKS = load_checks(ROOT / "tests")
FORMULA = Unreadable("formula")


def register(type_: str, columns: str, *rows: tuple[Cell, ...], kind: str = "register", **says: Any) -> Stated:
    """Return a register. Parameters: `columns`, names with spaces between them."""
    on = {"as_of": day(-5)} if kind == "register" else {"exported_on": day(-5), "tool": "x"}
    named = {name: name.capitalize() for name in columns.split()}
    return stated(kind, type_, columns=named, table="document.pdf", rows=rows, **{**on, **says})


def judged(bench: Bench, check: str, **params: Any) -> str:
    """Judge; return what is wrong, or else what is lacking."""
    found = CHECKS[check]
    assert found.params is not None
    found.function(
        papers=bench.papers,
        findings=bench.findings,
        params=msgspec.convert(params, found.params),
        parameters=bench.parameters,
        today=TODAY,
    )
    wrong = "; ".join(f"{item.path}: {getattr(item.seen, 'en', item.seen)}" for item in bench.findings.items)
    return wrong or bench.lacking


# Rows


ROWS: dict[str, Any] = {
    "document": "register:sessions",
    "only": [{"field": "tool", "none_of": ["TeamViewer"]}],
    "rules": [{"field": "exception"}],
    "may_be_none": True,
}


def sessions(*rows: tuple[Cell, ...], **says: Any) -> Bench:
    return Bench(register("sessions", "tool exception", *rows, **says))


def test_it_does_not_apply_when_no_row_is_meant() -> None:
    with pytest.raises(NotApplicable):
        judged(sessions(("TeamViewer", None)), "register.rows", **ROWS)


def test_without_that_parameter_no_row_proves_nothing() -> None:
    told = judged(sessions(("TeamViewer", None)), "register.rows", **{**ROWS, "may_be_none": False})
    assert "has 0 rows" in told


def test_a_row_that_may_be_meant_keeps_it_from_not_applying() -> None:
    assert "(row 3) does not say tool" in judged(sessions(("TeamViewer", None), (None, None)), "register.rows", **ROWS)


def test_a_row_that_cannot_be_read_keeps_it_from_not_applying() -> None:
    with pytest.raises(Unseen, match="row 3"):
        judged(sessions(("TeamViewer", None), (FORMULA, None)), "register.rows", **ROWS)


def test_an_old_register_keeps_it_from_not_applying() -> None:
    told = judged(sessions(("TeamViewer", None), as_of=day(-400)), "register.rows", **ROWS)
    assert "is too old: as_of" in told


def test_a_register_of_tomorrow_proves_nothing() -> None:
    assert "as_of" in judged(sessions(("Quick Assist", "U-1"), as_of=day(1)), "register.rows", **ROWS)


def test_another_document_must_be_there_besides() -> None:
    params = {**ROWS, "beside": [{"document": "policy:remote"}]}
    assert "has no document of kind policy" in judged(sessions(("Quick Assist", "U-1")), "register.rows", **params)


# Coverage


COVERAGE: dict[str, Any] = {
    "document": "register:training",
    "column": "person",
    "items": {"register": "register:staff", "column": "person"},
    "rules": [{"field": "held_on", "within_months": 12}],
    "each": {"topic": ["phishing"]},
}


def training(*rows: tuple[Cell, ...], staff: tuple[Cell, ...] = ("persoon 1", "persoon 2")) -> Bench:
    return Bench(
        register("training", "person topic held_on", *rows), register("staff", "person", *((name,) for name in staff))
    )


GOOD = ("persoon 1", "phishing", day(-10))


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (("persoon 2", "Phishing en meer", day(-10)), ""),
        (("PERSOON 2", "anti-phishing", day(-10)), ""),
        (("persoon 3", "phishing", day(-10)), "has no row on: persoon 2"),
        (("persoon 2", "wachtwoorden", day(-10)), "has no row with topic: phishing on: persoon 2"),
        (("persoon 2", None, day(-10)), "has no row with topic: phishing on: persoon 2"),
        (("persoon 2", "phishing", day(-400)), "has"),
        (("persoon 2", "phishing", day(3)), "has"),
        (("persoon 2", "phishing", None), "does not say held_on"),
        ((None, "phishing", day(-10)), "has no row on: persoon 2"),
    ],
)
def test_who_has_no_row_that_will_do_is_named(row: tuple[Cell, ...], told: str) -> None:
    said = judged(training(GOOD, row), "register.coverage", **COVERAGE)
    assert told in said
    assert bool(told) is bool(said)


def test_one_row_that_will_do_is_enough() -> None:
    old = ("persoon 1", "phishing", day(-900))
    assert judged(training(GOOD, old, staff=("persoon 1",)), "register.coverage", **COVERAGE) == ""


@pytest.mark.parametrize(("share", "covered"), [(50, True), (51, False)])
def test_a_share_of_them(share: float, covered: bool) -> None:
    assert (judged(training(GOOD), "register.coverage", **COVERAGE, share=share) == "") is covered


def test_a_cell_that_cannot_be_read_covers_nobody() -> None:
    with pytest.raises(Unseen, match="column person"):
        judged(training(GOOD, (FORMULA, "phishing", day(-1))), "register.coverage", **COVERAGE)
    with pytest.raises(Unseen, match="column held_on"):
        judged(training(("persoon 1", "phishing", FORMULA), staff=("persoon 1",)), "register.coverage", **COVERAGE)


def test_a_list_of_nobody_proves_nothing() -> None:
    assert "an empty list proves nothing" in judged(training(GOOD, staff=()), "register.coverage", **COVERAGE)


def test_it_does_not_apply_when_nothing_is_meant() -> None:
    params = {**COVERAGE, "items": {**COVERAGE["items"], "when": {"person": "persoon 9"}}}
    with pytest.raises(NotApplicable):
        judged(training(GOOD), "register.coverage", **params)


# What was seen


SEEN: dict[str, Any] = {
    "document": "register:parties",
    "column": "hosts",
    "seen": {"register": "export:hosts", "column": "host"},
}


@pytest.mark.parametrize(
    ("cell", "host", "known"),
    [
        ("cdn.example", "CDN.example", True),
        ("a.example; cdn.example", "cdn.example", True),
        ("a.example\ncdn.example", "cdn.example", True),
        ("*.cdn.example", "eu.cdn.example", True),
        ("*.cdn.example", "cdn.example", False),
        ("*.cdn.example", "evilcdn.example", False),
        ("cdn.example", "eu.cdn.example", False),
        ("alle hosts van cdn.example", "cdn.example", False),
        ("*", "cdn.example", False),
        ("*.", "cdn.example", False),
        ("", "cdn.example", False),
    ],
)
def test_hosts_that_a_register_knows(cell: str, host: str, known: bool) -> None:
    bench = Bench(
        register("parties", "hosts", (cell,), ("other.example",)), register("hosts", "host", (host,), kind="export")
    )
    assert (judged(bench, "register.superset", **SEEN) == "") is known


# Numbers


@pytest.mark.parametrize(("errors", "rows", "told"), [(2, 3, ""), (3, 3, "3 in the"), (1, 3, "3 in the")])
def test_as_many_rows_as_another_document_says(errors: int, rows: int, told: str) -> None:
    params = {
        "document": "register:tickets",
        "equals": {"document": "record:scan", "facts": ["measured.errors", "measured.alerts"], "column": "ticket"},
    }
    scan = stated("record", "scan", event="scan", on=day(-5), measured={"errors": errors, "alerts": 1})
    tickets = register("tickets", "ticket", *((f"T{number}",) for number in range(rows)))
    assert told in judged(Bench(scan, tickets), "register.count", **params)
    twice = register("tickets", "ticket", *(("T0",),) * 3)
    assert "1 in the register" in judged(Bench(scan, twice), "register.count", **params)
    nothing = stated("record", "scan", event="scan", on=day(-5), measured={"errors": 0, "alerts": 0})
    with pytest.raises(NotApplicable):
        judged(Bench(nothing), "register.count", **params)
    unsaid = stated("record", "scan", event="scan", on=day(-5), measured={"errors": 0})
    assert "does not say measured.alerts" in judged(Bench(unsaid, tickets), "register.count", **params)


# Clocks


CLOCK: dict[str, Any] = {"document": "register:leaks", "start": "found", "stop": "changed", "at_most_hours": 1}


@pytest.mark.parametrize(
    ("found", "changed", "told"),
    [
        (f"{day(-5)} 10:00", f"{day(-5)} 11:00", ""),
        (f"{day(-5)} 10:00", f"{day(-5)} 11:01", "after 61 minutes"),
        (f"{day(-5)} 10:00", f"{day(-5)} 09:59", "after -1 minutes"),
        (f"{day(-5)} 23:50", f"{day(-4)} 00:20", ""),
        (f"{day(-5)} 10:00", None, "does not say changed"),
        (day(-5), day(-5), "has no day with a time"),
        (f"{day(-5)} 10:00", f"{day(-5)}T10:30:00Z", "has no day with a time"),
        (f"{day(1)} 10:00", f"{day(1)} 10:30", "changed"),
    ],
)
def test_time_between_two_moments(found: Cell, changed: Cell, told: str) -> None:
    said = judged(Bench(register("leaks", "found changed", (found, changed))), "register.clock", **CLOCK)
    assert told in said
    assert bool(told) is bool(said)


def test_a_moment_that_cannot_be_read_leaves_it_open() -> None:
    with pytest.raises(Unseen):
        judged(Bench(register("leaks", "found changed", (FORMULA, f"{day(-5)} 10:00"))), "register.clock", **CLOCK)


LEAD: dict[str, Any] = {
    "document": "register:calendar",
    "announced": "announced",
    "planned": "planned",
    "working_days": 10,
}


@pytest.mark.parametrize(
    ("announced", "planned", "told"),
    [
        (day(-20), day(-6), ""),
        (day(-20), day(-7), "9 working days ahead"),
        (day(-20), day(-21), "planned"),
        (day(-20), "binnenkort", "planned"),
        ("onlangs", day(-6), "planned"),
        (day(1), day(40), "announced"),
        (None, day(-6), "does not say announced"),
    ],
)
def test_days_between_announcement_and_execution(announced: Cell, planned: Cell, told: str) -> None:
    bench = Bench(register("calendar", "announced planned", (announced, planned)), given={"days_off": ()})
    said = judged(bench, "register.lead_time", **LEAD)
    assert told in said
    assert bool(told) is bool(said)


def test_days_off_of_the_target_count_and_must_be_known() -> None:
    calendar = register("calendar", "announced planned", (day(-20), day(-6)))
    off = Bench(calendar, given={"days_off": (TODAY.replace(day=10),)})
    assert "9 working days ahead" in judged(off, "register.lead_time", **LEAD)
    with pytest.raises(Undetermined, match="days_off"):
        judged(Bench(calendar), "register.lead_time", **LEAD)


# The statement of applicability


def statement(**changed: tuple[Cell, ...]) -> Bench:
    """Return a statement. Parameters: rows that are otherwise, by control with `_` for the point, a `c` before it."""
    rows = [changed.get(f"c{number.replace('.', '_')}", (number, "ja", "klaar", None)) for number in CONTROLS_2022]
    return Bench(register("soa", "control applies status reason", *rows))


def test_there_are_93_controls() -> None:
    assert len(CONTROLS_2022) == len(set(CONTROLS_2022)) == 93


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("5.1", "5.1"),
        ("A.5.1", "5.1"),
        ("a 5.01 Beleid", "5.1"),
        ("A-8.34", "8.34"),
        ("5.10.", "5.10"),
        ("8.30 – uitbestede ontwikkeling", "8.30"),
        ("5.38", None),
        ("4.1", None),
        ("A.14.2.7", None),
        ("A.5.1.1", None),
        ("5.1.2", None),
        ("15.1", None),
        ("zie 5.1", None),
        ("", None),
    ],
)
def test_which_control_a_cell_names(text: str, number: str | None) -> None:
    assert control_of(text) == number


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (True, True),
        ("Ja", True),
        ("van toepassing", True),
        ("Niet  van toepassing", False),
        ("n.v.t.", False),
        (False, False),
        ("nee", False),
        ("gedeeltelijk", None),
        (None, None),
        ("", None),
    ],
)
def test_whether_a_control_applies(cell: str | bool | None, said: bool | None) -> None:
    assert applies(cell) is said


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (("5.10", "ja", "klaar", None), ""),
        ((5.1, "ja", "klaar", None), "both name 5.1"),
        (("5.10", "ja", None, None), "does not say status"),
        (("5.10", "nee", None, None), "does not say reason"),
        (("5.10", "nee", None, "niet nodig"), ""),
        (("5.10", "misschien", "klaar", None), "says neither yes nor no"),
        (("5.10", None, "klaar", None), "says neither yes nor no"),
        (("A.8.1.1", "ja", "klaar", None), "lacks 1 of the 93"),
        ((None, "ja", "klaar", None), "lacks 1 of the 93"),
    ],
)
def test_rows_of_a_statement(row: tuple[Cell, ...], told: str) -> None:
    said = judged(statement(c5_10=row), "register.soa", document="register:soa")
    assert told in said
    assert bool(told) is bool(said)


@pytest.mark.parametrize("row", [(FORMULA, "ja", "klaar", None), ("5.10", FORMULA, "klaar", None)])
def test_a_statement_with_a_cell_that_cannot_be_read(row: tuple[Cell, ...]) -> None:
    with pytest.raises(Unseen):
        judged(statement(c5_10=row), "register.soa", document="register:soa")


def test_only_some_controls_may_be_excluded() -> None:
    params = {"document": "register:soa", "may_exclude": ["8.30"]}
    assert judged(statement(c8_30=("8.30", "nee", None, "x")), "register.soa", **params) == ""
    assert "8.28 is excluded" in judged(statement(c8_28=("8.28", "nee", None, "x")), "register.soa", **params)
    assert judged(statement(), "register.soa", **params) == ""
