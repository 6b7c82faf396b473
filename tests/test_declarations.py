"""Judgements on declarations: what somebody declares, on whose behalf, and for how long."""

from datetime import date

import msgspec

from toetskader.facts.dossier.envelope import Side
from toetskader.facts.dossier.papers import Papers
from toetskader.facts.dossier.rules import Rule, months_before
from toetskader.judging import Findings, Parameters, check


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
