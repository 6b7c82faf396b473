"""Judgements on exports: what a tool lists of what it manages, row by row."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, field

from toetskader.core.fields import Model, Name
from toetskader.facts.attempt import Unseen
from toetskader.facts.dossier.countries import EEA
from toetskader.facts.dossier.papers import Look, Papers
from toetskader.facts.dossier.regions import country_of, region_name
from toetskader.facts.dossier.rules import Rule, is_empty, number_of, shown
from toetskader.facts.dossier.tables import Row, Rows
from toetskader.judging import Findings, Parameters, Text, check

Rules = tuple[Rule, ...]


class Spread(Model, frozen=True, kw_only=True):
    """How many different values a column must hold."""

    field: Annotated[Name, Meta(description="Column whose values are counted, each once")]
    holds: Annotated[
        Literal["value", "list", "region"],
        Meta(description="What a cell holds: one value, a list (`1, 2`), or a region, however it is written"),
    ] = "value"
    per: Annotated[
        tuple[Name, ...], Meta(description="Columns by whose values rows are taken together; none: all rows")
    ] = ()
    at_least: Annotated[int, Meta(ge=0)] = 0
    at_most: Annotated[int, Meta(ge=0)] | None = None
    unless: Annotated[str, Meta(description="Column that may say why it is otherwise")] = ""
    unless_said: Annotated[str, Meta(description="Fact of the document that may say so: `details.reason`")] = ""


class RowsOf(Model, frozen=True, kw_only=True):
    """What is asked of those rows of an export that a demand is about."""

    document: Annotated[str, Meta(description="Kind and type: `export:resources`")]
    only: Annotated[Rules, Meta(description="Rows that this is about: those that meet all of these")] = ()
    rules: Rules = ()
    min_rows: Annotated[int, Meta(ge=0, description="Rows that this is about, at least")] = 1
    in_eea: Annotated[tuple[Name, ...], Meta(description="Columns with a region, which must be inside the EEA")] = ()
    apart: Annotated[dict[Name, Name], Meta(description="Column with a region → column with another one")] = field(
        default_factory=dict
    )
    spread: tuple[Spread, ...] = ()


Age = Annotated[int, Meta(ge=1, description="Days that an export may be old")]


class ExportsAsked(Model, frozen=True, kw_only=True):
    """Parameters of `export.rule`."""

    max_age_days: Age = 92
    rows: Annotated[tuple[RowsOf, ...], Meta(min_length=1, description="Each of these must be so")]


@check("export.rule", params=ExportsAsked)
def test_rows_of_an_export_meet_the_rules(
    papers: Papers, findings: Findings, params: ExportsAsked, parameters: Parameters, today: date
) -> None:
    """What a tool lists is recent, there are rows that the demand is about, and each says what it must say."""
    with papers.look(findings, parameters, today) as look:
        opened: dict[str, Rows] = {}
        for asked in params.rows:
            if asked.document not in opened:
                opened[asked.document] = _open(look, asked.document, params.max_age_days)
            _hold(look, opened[asked.document], asked)


def _open(look: Look, document: str, max_age_days: int) -> Rows:
    """Take an export, which may not be too old. Raises NotProven and Unseen."""
    paper = look.the(document)
    look.hold(paper, (Rule(field="exported_on", within_days=max_age_days),))
    return Rows(look, paper)


def _hold(look: Look, table: Rows, asked: RowsOf) -> None:
    rows = table.only(asked.only)
    table.count(rows, asked.min_rows, only=asked.only)
    regions = dict.fromkeys((*asked.in_eea, *asked.apart, *asked.apart.values()))
    if rules := (*asked.rules, *(Rule(field=column) for column in regions)):
        table.hold(rows, rules)
    for column in asked.in_eea:
        _in_eea(look, table, rows, column)
    for column, other in asked.apart.items():
        _apart(look, table, rows, column, other)
    for spread in asked.spread:
        _spread(look, table, rows, spread)


def _in_eea(look: Look, table: Rows, rows: Sequence[Row], column: str) -> None:
    """Ask that each row stands in the European Economic Area. A region that is not known leaves that open."""
    for row, value in table.values(rows, column):
        country = country_of(shown(value))
        if country is None:
            look.leaves_open(
                Unseen(
                    column,
                    Text(
                        f"Van de regio {shown(value)} is niet bekend in welk land zij ligt; schrijf haar zoals Azure "
                        "haar noemt (westeurope).",
                        f"It is not known in which country the region {shown(value)} is; write it as Azure names it "
                        "(westeurope).",
                    ),
                )
            )
        elif country not in EEA:
            look.findings.add(
                table.place(row, column),
                seen=f"{shown(value)} ({country})",
                expected=Text("een regio in de EER", "a region in the EEA"),
            )


def _apart(look: Look, table: Rows, rows: Sequence[Row], column: str, other: str) -> None:
    """Ask that each row has two regions in these columns, and not one and the same."""
    for row in table.readable(rows, column, other):
        if region_name(row.text(column)) == region_name(row.text(other)):
            look.findings.add(
                table.place(row, column),
                seen=row.text(column),
                expected=Text(f"een andere regio dan {other}", f"another region than {other}"),
            )


def _spread(look: Look, table: Rows, rows: Sequence[Row], asked: Spread) -> None:
    """Ask for so many different values in a column, of all rows or of those that belong together."""
    table.hold(rows, (Rule(field=asked.field, unless=asked.unless), *(Rule(field=name) for name in asked.per)))
    if asked.unless_said and not is_empty(table.paper.value(asked.unless_said)):
        return
    together: defaultdict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in table.readable(rows, asked.field, asked.unless, *asked.per):
        together[tuple(row.key(name) for name in asked.per)].append(row)
    for those in together.values():
        if asked.unless and not any(is_empty(row.value(asked.unless)) for row in those):
            continue
        different = dict.fromkeys(one for row in those for one in _members(row, asked))
        at_most = len(different) if asked.at_most is None else asked.at_most
        if not asked.at_least <= len(different) <= at_most:
            named = ", ".join(list(different)[:5])
            look.findings.add(
                table.place(those[0], asked.field),
                seen=f"{len(different)} ({named})" if named else "0",
                expected=_number(asked),
            )


def _members(row: Row, asked: Spread) -> tuple[str, ...]:
    if asked.holds == "list":
        return row.listed(asked.field)
    name = region_name(row.text(asked.field)) if asked.holds == "region" else row.key(asked.field)
    return (name,) if name else ()


def _number(asked: Spread) -> Text:
    least, most = asked.at_least, asked.at_most
    if most is None:
        return Text(f"minstens {least} verschillende", f"at least {least} different ones")
    return Text(f"{least} tot {most} verschillende", f"{least} to {most} different ones")


class ShareAsked(Model, frozen=True, kw_only=True):
    """Parameters of `export.share`."""

    document: str
    max_age_days: Age = 92
    only: Annotated[Rules, Meta(description="Rows that are counted")] = ()
    part: Annotated[Rules, Meta(min_length=1, description="Which of them are the part that is reported")]
    reported: Annotated[str, Meta(description="The fact that gives the share: `values.paas_percent`")]
    tolerance: Annotated[float, Meta(ge=0, description="Percentage points that it may differ")] = 0.5


@check("export.share", params=ShareAsked)
def test_a_share_is_reported_as_the_rows_give_it(
    papers: Papers, findings: Findings, params: ShareAsked, parameters: Parameters, today: date
) -> None:
    """The share that a document reports is the one that its own rows come to."""
    with papers.look(findings, parameters, today) as look:
        table = _open(look, params.document, params.max_age_days)
        look.hold(table.paper, (Rule(field=params.reported),))
        counted = table.only(params.only)
        table.count(counted, 1, only=params.only)
        if not counted:
            return
        part = {row.number for row in table.only(params.part)}
        share = 100 * sum(row.number in part for row in counted) / len(counted)
        findings.saw(
            f"{sum(row.number in part for row in counted)} van {len(counted)} rijen: {share:.1f}%",
            f"{sum(row.number in part for row in counted)} of {len(counted)} rows: {share:.1f}%",
        )
        reported = table.paper.value(params.reported)
        said = number_of(reported)
        if not is_empty(reported) and (said is None or abs(said - share) > params.tolerance):
            findings.add(
                table.paper.place(params.reported),
                seen=shown(reported),
                expected=Text(f"{share:.1f}, zoals de rijen geven", f"{share:.1f}, as the rows give it"),
            )


class DisjointAsked(Model, frozen=True, kw_only=True):
    """Parameters of `export.disjoint`."""

    document: str
    max_age_days: Age = 92
    field: Annotated[Name, Meta(description="Column whose values may not be shared")]
    between: Annotated[Name, Meta(description="Column with those that may not share them")]


@check("export.disjoint", params=DisjointAsked)
def test_nothing_in_an_export_is_shared(
    papers: Papers, findings: Findings, params: DisjointAsked, parameters: Parameters, today: date
) -> None:
    """Each value of one column belongs to one value of the other."""
    with papers.look(findings, parameters, today) as look:
        table = _open(look, params.document, params.max_age_days)
        _filled(table, params.field, params.between)
        _one_each(look, table, of=(params.field,), has=params.between)


class BijectionAsked(Model, frozen=True, kw_only=True):
    """Parameters of `export.bijection`."""

    document: str
    max_age_days: Age = 92
    one: Name
    other: Name
    within: Annotated[Name, Meta(description="Column by whose values rows are taken together")]


@check("export.bijection", params=BijectionAsked)
def test_an_export_pairs_one_with_one(
    papers: Papers, findings: Findings, params: BijectionAsked, parameters: Parameters, today: date
) -> None:
    """Of rows that belong together, each value of one column goes with one value of the other, and the other way."""
    with papers.look(findings, parameters, today) as look:
        table = _open(look, params.document, params.max_age_days)
        _filled(table, params.within, params.one, params.other)
        _one_each(look, table, of=(params.within, params.one), has=params.other)
        _one_each(look, table, of=(params.within, params.other), has=params.one)


def _filled(table: Rows, *columns: str) -> None:
    """Ask that each row says something in these columns. Raises NotProven when the file lacks one of them."""
    table.hold(table.all, tuple(Rule(field=name) for name in columns))
    table.require(*columns)


def _one_each(look: Look, table: Rows, *, of: tuple[str, ...], has: str) -> None:
    """Ask that the values of some columns go with one value of another."""
    first: dict[tuple[str, ...], Row] = {}
    for row in table.readable(table.all, *of, has):
        known = first.setdefault(tuple(row.key(name) for name in of), row)
        if known.key(has) != row.key(has):
            look.findings.add(
                table.place(row, has),
                seen=f"{row.text(of[-1])}: {row.text(has)}",
                expected=Text(
                    f"alleen {known.text(has)}, zoals in rij {known.number}",
                    f"{known.text(has)} only, as in row {known.number}",
                ),
            )
