"""Judgements on declarations: what somebody declares, on whose behalf, and for how long."""

from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta

from toetskader.core.fields import Name
from toetskader.facts.dossier.documents import Declaration
from toetskader.facts.dossier.envelope import Side
from toetskader.facts.dossier.papers import Look, Paper, Papers
from toetskader.facts.dossier.rules import Rule, months_before
from toetskader.facts.dossier.terms import due_on, not_due
from toetskader.judging import Findings, NotApplicable, Parameters, Text, check


class Declared(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters of `declaration.clause`."""

    document: str
    """Kind and type: `declaration:passwords`."""
    clause: str
    rules: tuple[Rule, ...] = ()
    signed_by: tuple[Side, ...] = ()
    max_validity_months: int | None = None


@check("declaration.clause", params=Declared)
def test_a_declaration_holds_the_clause(
    papers: Papers, findings: Findings, params: Declared, parameters: Parameters, today: date
) -> None:
    """The declaration that counts holds the clause, is signed as asked, and does not hold for longer than it may."""
    with papers.look(findings, parameters, today) as look:
        _hold(look, params)


@check("declaration.coverage", params=Declared)
def test_a_declaration_covers_everybody(
    papers: Papers, findings: Findings, params: Declared, parameters: Parameters, today: date
) -> None:
    """The same, and what it declares holds of all of those it counts."""
    with papers.look(findings, parameters, today) as look:
        paper = _hold(look, params)
        document = paper.document
        covers = document.coverage if isinstance(document, Declaration) else None
        paper.value("coverage.done")
        paper.value("coverage.of")
        if covers is None:
            look.lacks(
                paper, "zegt niet voor hoeveel van hoeveel (coverage)", "does not say how many of how many (coverage)"
            )
        elif covers.done != covers.of:
            findings.add(
                paper.place("coverage"),
                seen=Text(f"{covers.done} van {covers.of}", f"{covers.done} of {covers.of}"),
                expected=Text(f"{covers.of} van {covers.of}", f"{covers.of} of {covers.of}"),
            )


class DeclaredBy(Declared, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters of `declaration.deadline`."""

    after: Annotated[Name, Meta(description="Parameter of the target with the day from which is counted")]
    months: Annotated[int, Meta(ge=0)] = 0
    days: Annotated[int, Meta(ge=0)] = 0


@check("declaration.deadline", params=DeclaredBy)
def test_a_declaration_is_there_in_time(
    papers: Papers, findings: Findings, params: DeclaredBy, parameters: Parameters, today: date
) -> None:
    """What must be declared when something has ended is there by then; not asked before, nor while there is time."""
    with papers.look(findings, parameters, today) as look:
        early = not_due(look, params.document, *due_on(look, params.after, params.months, params.days))
        if early is not None:
            raise NotApplicable(early)
        _hold(look, params)


def _hold(look: Look, params: Declared) -> Paper:
    paper = look.the(params.document)
    look.hold(paper, (Rule(field="clauses", contains=params.clause), *params.rules))
    look.require_signed(paper, params.signed_by)
    if params.max_validity_months is not None:
        last = paper.document.valid_until
        if last is None or months_before(last, params.max_validity_months) > paper.document.issued_on:
            look.lacks(
                paper,
                f"moet een einddatum hebben, hooguit {params.max_validity_months} maanden na issued_on",
                f"must have an end, at most {params.max_validity_months} months after issued_on",
            )
    return paper
