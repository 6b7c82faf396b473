"""Judgements on registers: lists that are kept, row by row."""

from datetime import date, timedelta
from typing import Annotated

from msgspec import Meta, field

from toetskader.core.fields import Model, Name
from toetskader.facts.dossier.clock import elapsed, moment_of, working_days
from toetskader.facts.dossier.controls import applies, controls_in
from toetskader.facts.dossier.coverage import cover, hold_all
from toetskader.facts.dossier.envelope import Side
from toetskader.facts.dossier.holders import certificate_of
from toetskader.facts.dossier.items import ItemList, items_of
from toetskader.facts.dossier.papers import Look, Paper, Papers
from toetskader.facts.dossier.rules import Plain, Rule, day_of, folded, number_of, same, shown
from toetskader.facts.dossier.tables import Newest, Row, Rows
from toetskader.judging import Findings, Parameters, Text, check, not_applicable

Count = Annotated[int, Meta(ge=0)]


class Beside(Model, frozen=True, kw_only=True):
    """Another document that must be there, and what it must say."""

    document: str
    rules: tuple[Rule, ...] = ()
    signed_by: tuple[Side, ...] = ()


class OfRegister(Model, frozen=True, kw_only=True):
    """Which register is meant, and which of its rows."""

    document: Annotated[str, Meta(description="Kind and type: `register:changes`")]
    of_document: Annotated[tuple[Rule, ...], Meta(description="What the register itself must say, of its facts")] = ()
    max_age_months: Annotated[int, Meta(ge=1, description="How long ago it may have been as it stands there")] = 12
    signed_by: tuple[Side, ...] = ()
    beside: Annotated[tuple[Beside, ...], Meta(description="What must be there besides the register")] = ()
    only: Annotated[tuple[Rule, ...], Meta(description="Rows that this is about: those that meet all of these")] = ()

    def open(self, look: Look) -> Rows:
        """Take the register, held to what it says of itself, and what must be there besides.

        Raises NotProven and Unseen.
        """
        for other in self.beside:
            paper = look.the(other.document)
            look.hold(paper, other.rules)
            look.require_signed(paper, other.signed_by)
        paper = look.the(self.document)
        look.hold(paper, (Rule(field="as_of", within_months=self.max_age_months), *self.of_document))
        look.require_signed(paper, self.signed_by)
        return Rows(look, paper)


class RowsAsked(OfRegister, frozen=True, kw_only=True):
    """Parameters of `register.rows`."""

    rules: tuple[Rule, ...] = ()
    min_rows: Annotated[Count, Meta(description="Rows that this is about, at least")] = 1
    max_rows: Count | None = None
    may_be_none: Annotated[bool, Meta(description="Whether it does not apply when no row is one that it is about")] = (
        False
    )
    share: Annotated[float, Meta(gt=0, le=100, description="Percentage of these rows that must meet all rules")] = 100
    newest: Newest | None = None
    occur: Annotated[dict[Name, tuple[Plain, ...]], Meta(description="Column → values that must occur in it")] = field(
        default_factory=dict
    )


@check("register.rows", params=RowsAsked)
def test_each_row_of_a_register_meets_the_rules(
    papers: Papers, findings: Findings, params: RowsAsked, parameters: Parameters, today: date
) -> None:
    """The rows that a requirement is about are there, and each (or the share asked) says what it must say."""
    with papers.look(findings, parameters, today) as look:
        table = params.open(look)
        rows = table.only(params.only)
        if rows or not params.may_be_none:
            _hold_rows(table, rows, params)
            return
    if findings.lacking is None:
        not_applicable(
            "Het register heeft geen rij waar deze eis over gaat.",
            "The register has no row that this requirement is about.",
        )


def _hold_rows(table: Rows, rows: tuple[Row, ...], params: RowsAsked) -> None:
    table.count(rows, params.min_rows, params.max_rows)
    table.hold(rows, params.rules, params.share)
    if params.newest is not None:
        table.newest(rows, params.newest)
    for column, values in params.occur.items():
        table.occur(rows, column, values)


class Coverage(OfRegister, frozen=True, kw_only=True):
    """Parameters of `register.coverage`."""

    column: Annotated[Name, Meta(description="Which one names what must be in the register")]
    items: Annotated[ItemList, Meta(description="What must be in it")]
    rules: Annotated[tuple[Rule, ...], Meta(description="What a row of each must meet")] = ()
    each: Annotated[dict[Name, tuple[str, ...]], Meta(description="Column → words, each in a row of every item")] = (
        field(default_factory=dict)
    )
    share: Annotated[float, Meta(gt=0, le=100)] = 100


@check("register.coverage", params=Coverage)
def test_a_register_has_all_that_must_be_in_it(
    papers: Papers, findings: Findings, params: Coverage, parameters: Parameters, today: date
) -> None:
    """Each of a list of things (or the share asked) has a row that says what it must say."""
    with papers.look(findings, parameters, today) as look:
        table = params.open(look)
        items = items_of(look, params.items, params.document)
        if not items.none_meant:
            rows = table.only(params.only)
            names = items.names
            cover(look, table, rows, params.column, names, rules=params.rules, each=params.each, share=params.share)
            return
    if findings.lacking is None:
        not_applicable("Er is niets dat in het register moet staan.", "There is nothing that must be in the register.")


class Superset(OfRegister, frozen=True, kw_only=True):
    """Parameters of `register.superset`."""

    column: Annotated[Name, Meta(description="Which one names what was seen")]
    seen: Annotated[ItemList, Meta(description="What was seen")]
    rules: Annotated[tuple[Rule, ...], Meta(description="What each row must meet")] = ()


@check("register.superset", params=Superset)
def test_a_register_lacks_nothing_that_was_seen(
    papers: Papers, findings: Findings, params: Superset, parameters: Parameters, today: date
) -> None:
    """All that was seen stands in the register, and each of its rows says what it must say."""
    with papers.look(findings, parameters, today) as look:
        table = params.open(look)
        items = items_of(look, params.seen, params.document)
        rows = table.only(params.only)
        table.hold(rows, params.rules)
        hold_all(look, table, rows, params.column, items.names)


class Counted(Model, frozen=True, kw_only=True):
    """How many there may be."""

    distinct: Annotated[str, Meta(description="Column of which the different values count; empty: the rows")] = ""
    per_year: Annotated[str, Meta(description="Column with a day: each calendar year by itself")] = ""
    at_least: Count = 0
    at_most: Count | None = None


class SumOf(Model, frozen=True, kw_only=True):
    """A number that another document says, as a sum, and what must be as many."""

    document: str
    facts: Annotated[tuple[str, ...], Meta(min_length=1, description="`measured.errors`")]
    column: Annotated[Name, Meta(description="Column of which the different values are counted")]
    rules: tuple[Rule, ...] = ()


class CountAsked(OfRegister, frozen=True, kw_only=True):
    """Parameters of `register.count`."""

    rules: tuple[Rule, ...] = ()
    counts: tuple[Counted, ...] = ()
    equals: Annotated[SumOf | None, Meta(description="As many as this; none asked when that is 0")] = None


@check("register.count", params=CountAsked)
def test_a_register_has_as_many_rows_as_it_must(
    papers: Papers, findings: Findings, params: CountAsked, parameters: Parameters, today: date
) -> None:
    """There are as many rows, or different values, as there must be."""
    with papers.look(findings, parameters, today) as look:
        wanted = None if params.equals is None else _sum(look, params.equals)
        if wanted != 0:
            _hold_numbers(look, params, wanted)
            return
    if findings.lacking is None:
        not_applicable("Er is niets gevonden om in een register te zetten.", "Nothing was found to put in a register.")


def _hold_numbers(look: Look, params: CountAsked, wanted: float | None) -> None:
    table = params.open(look)
    rows = table.only(params.only)
    table.hold(rows, params.rules)
    for counted in params.counts:
        table.count_values(rows, counted.distinct, counted.per_year, at_least=counted.at_least, at_most=counted.at_most)
    if params.equals is None or wanted is None:
        return
    table.require(params.equals.column)
    count = len({folded(shown(value)) for _, value in table.values(rows, params.equals.column)})
    if count != wanted:
        look.findings.add(
            table.paper.place(params.equals.column),
            seen=Text(f"{count} in het register", f"{count} in the register"),
            expected=Text(f"{wanted:g}, een voor elk", f"{wanted:g}, one for each"),
        )


class Clock(OfRegister, frozen=True, kw_only=True):
    """Parameters of `register.clock`."""

    start: Annotated[Name, Meta(description="Column with the moment that the clock starts")]
    stop: Annotated[Name, Meta(description="Column with the moment that it stops")]
    at_most_hours: Annotated[float, Meta(gt=0)]


@check("register.clock", params=Clock)
def test_what_a_register_times_was_done_soon_enough(
    papers: Papers, findings: Findings, params: Clock, parameters: Parameters, today: date
) -> None:
    """Between two moments of each row there is no more time than allowed."""
    with papers.look(findings, parameters, today) as look:
        table = params.open(look)
        rows = table.only(params.only)
        table.count(rows, 1)
        table.require(params.start, params.stop)
        table.hold(rows, (Rule(field=params.start), Rule(field=params.stop, not_after="@today")))
        for row in table.readable(rows, params.start, params.stop):
            _hold_time(table, look, row, params)


def _sum(look: Look, asked: SumOf) -> float | None:
    """Return the sum of numbers that another document says; None when it lacks one, which is reported."""
    paper = look.the(asked.document)
    look.hold(paper, (*(Rule(field=path, at_least=0) for path in asked.facts), *asked.rules))
    numbers = [number_of(paper.value(path)) for path in asked.facts]
    return None if None in numbers else sum(number for number in numbers if number is not None)


def _hold_time(table: Rows, look: Look, row: Row, params: Clock) -> None:
    first, last = moment_of(row.value(params.start)), moment_of(row.value(params.stop))
    took = None if first is None or last is None else elapsed(first, last)
    if took is None:
        if row.text(params.start) and row.text(params.stop):
            table.lack(
                [row],
                f"noemt in {params.start} en {params.stop} geen dag met een tijd (2026-11-30 10:05)",
                f"has no day with a time in {params.start} and {params.stop} (2026-11-30 10:05)",
            )
        return
    minutes, most = took / timedelta(minutes=1), params.at_most_hours * 60
    if not 0 <= minutes <= most:
        look.findings.add(
            table.place(row, params.stop),
            seen=Text(f"na {minutes:g} minuten", f"after {minutes:g} minutes"),
            expected=Text(f"na hooguit {most:g} minuten", f"after at most {most:g} minutes"),
        )


class LeadTime(OfRegister, frozen=True, kw_only=True):
    """Parameters of `register.lead_time`."""

    announced: Annotated[Name, Meta(description="Column with the day that it was announced")]
    planned: Annotated[Name, Meta(description="Column with the day that it happens")]
    working_days: Annotated[int, Meta(ge=1, description="At least so many after the announcement")]


@check("register.lead_time", params=LeadTime)
def test_what_a_register_plans_was_announced_in_time(
    papers: Papers, findings: Findings, params: LeadTime, parameters: Parameters, today: date
) -> None:
    """Between announcement and execution lie enough working days: no Saturday, Sunday or day off of the target."""
    with papers.look(findings, parameters, today) as look:
        table = params.open(look)
        rows = table.only(params.only)
        table.count(rows, 1)
        table.require(params.announced, params.planned)
        table.hold(
            rows,
            (Rule(field=params.announced, not_after="@today"), Rule(field=params.planned, not_before=params.announced)),
        )
        days_off = parameters.require("days_off")
        for row in table.readable(rows, params.announced, params.planned):
            first, last = day_of(row.value(params.announced)), day_of(row.value(params.planned))
            if first is None or last is None or last < first:
                continue  # told by the rules above
            days = working_days(first, last, days_off)
            if days < params.working_days:
                findings.add(
                    table.place(row, params.announced),
                    seen=Text(f"{days} werkdagen vooraf", f"{days} working days ahead"),
                    expected=Text(f"minstens {params.working_days}", f"at least {params.working_days}"),
                )


class SoaAsked(OfRegister, frozen=True, kw_only=True):
    """Parameters of `register.soa`."""

    control: Name = "control"
    applies: Annotated[Name, Meta(description="Column that says whether a control applies")] = "applies"
    status: Annotated[Name, Meta(description="Column with what came of a control that applies")] = "status"
    reason: Annotated[Name, Meta(description="Column with why one is excluded")] = "reason"
    may_exclude: Annotated[tuple[str, ...] | None, Meta(description="Controls that may be excluded; absent: any")] = (
        None
    )
    certificate: Annotated[Beside | None, Meta(description="The supplier's, which must name this version")] = None


@check("register.soa", params=SoaAsked)
def test_the_statement_of_applicability_is_complete(
    papers: Papers, findings: Findings, params: SoaAsked, parameters: Parameters, today: date
) -> None:
    """All 93 controls of ISO/IEC 27002:2022 stand in it, each with a status, or excluded with a reason."""
    with papers.look(findings, parameters, today) as look:
        table = params.open(look)
        table.require(params.applies)
        found = controls_in(look, table, table.only(params.only), params.control)
        rows = {number: row for number, row in found.items() if any(table.readable([row], params.applies))}
        said = {number: applies(row.value(params.applies)) for number, row in rows.items()}
        excluded = [number for number, answer in said.items() if answer is False]
        table.hold([rows[number] for number, answer in said.items() if answer], [Rule(field=params.status)])
        if excluded:
            table.hold([rows[number] for number in excluded], [Rule(field=params.reason)])
        if unclear := [rows[number] for number, answer in said.items() if answer is None]:
            nl, en = f"zegt in {params.applies} geen ja of nee", f"says neither yes nor no in {params.applies}"
            table.lack(unclear, nl, en)
        for number in excluded:
            if params.may_exclude is not None and number not in params.may_exclude:
                findings.add(
                    table.place(rows[number], params.control),
                    seen=Text(f"{number} is uitgesloten", f"{number} is excluded"),
                    expected=Text(
                        f"hooguit uitgesloten: {', '.join(params.may_exclude)}",
                        f"excluded at most: {', '.join(params.may_exclude)}",
                    ),
                )
        findings.saw(
            f"{len(found)} maatregelen, uitgesloten: {', '.join(excluded) or 'geen'}",
            f"{len(found)} controls, excluded: {', '.join(excluded) or 'none'}",
        )
        if params.certificate is not None:
            certificate = certificate_of(look, params.certificate.document, look.dossier.supplier)
            look.hold(certificate, params.certificate.rules)
            _hold_version(look, table.paper, certificate)


def _hold_version(look: Look, statement: Paper, certificate: Paper) -> None:
    """Ask that a certificate names the version of the statement that is here."""
    look.hold(statement, (Rule(field="version"),))
    look.hold(certificate, (Rule(field="soa_version"),))
    version, named = statement.value("version"), certificate.value("soa_version")
    if version and named and not same(version, named):
        look.findings.add(
            statement.place("version"),
            seen=shown(version),
            expected=Text(
                f"{shown(named)}, zoals het certificaat noemt ({certificate.name})",
                f"{shown(named)}, as the certificate names ({certificate.name})",
            ),
        )


class LinksAsked(OfRegister, frozen=True, kw_only=True):
    """Parameters of `register.links`."""

    column: Annotated[Name, Meta(description="Which one names a file of the register's document")]
    rules: tuple[Rule, ...] = ()


@check("register.links", params=LinksAsked)
def test_each_row_of_a_register_names_a_file_beside_it(
    papers: Papers, findings: Findings, params: LinksAsked, parameters: Parameters, today: date
) -> None:
    """Each row names a file that belongs to the document, has something in it, and is not the list itself."""
    with papers.look(findings, parameters, today) as look:
        table = params.open(look)
        rows = table.only(params.only)
        table.count(rows, 1, only=params.only)
        table.hold(rows, (Rule(field=params.column), *params.rules))
        beside = {item.path for item in table.paper.stated.attachments if item.size and item.path != table.file}
        absent = [row for row, value in table.values(rows, params.column) if shown(value).strip() not in beside]
        if absent:
            table.lack(
                absent,
                f"noemt in {params.column} geen bestand dat onder files staat en waar iets in staat",
                f"names in {params.column} no file that is listed under files and has something in it",
            )
