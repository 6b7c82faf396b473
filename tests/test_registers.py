"""Judgements on registers: lists that are kept, row by row."""

from datetime import date
from typing import Annotated

from msgspec import Meta, field

from toetskader.core.fields import Model, Name
from toetskader.facts.dossier.envelope import Side
from toetskader.facts.dossier.papers import Look, Papers
from toetskader.facts.dossier.rules import Plain, Rule
from toetskader.facts.dossier.tables import Newest, Rows
from toetskader.judging import Findings, Parameters, check, not_applicable

Count = Annotated[int, Meta(ge=0)]


class OfRegister(Model, frozen=True, kw_only=True):
    """Which register is meant, and which of its rows."""

    document: Annotated[str, Meta(description="Kind and type: `register:changes`")]
    of_document: Annotated[tuple[Rule, ...], Meta(description="What the register itself must say, of its facts")] = ()
    max_age_months: Annotated[int, Meta(ge=1, description="How long ago it may have been as it stands there")] = 12
    signed_by: tuple[Side, ...] = ()
    only: Annotated[tuple[Rule, ...], Meta(description="Rows that this is about: those that meet all of these")] = ()

    def open(self, look: Look) -> Rows:
        """Take the register, held to what it says of itself. Raises NotProven and Unseen."""
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
        if params.may_be_none and not rows and not look.lacking:
            not_applicable(
                f"{table.paper.name} heeft geen rij waar deze eis over gaat.",
                f"{table.paper.name} has no row that this requirement is about.",
            )
        table.count(rows, params.min_rows, params.max_rows)
        table.hold(rows, params.rules, params.share)
        if params.newest is not None:
            table.newest(rows, params.newest)
        for column, values in params.occur.items():
            table.occur(rows, column, values)
