"""Judgements on decisions: exemptions, exposures, choices, mandates, go or no-go."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta

from toetskader.facts.dossier.documents import Decision
from toetskader.facts.dossier.envelope import Side
from toetskader.facts.dossier.items import ItemList, each, items_of
from toetskader.facts.dossier.papers import Look, Paper, Papers
from toetskader.facts.dossier.rules import Rule
from toetskader.facts.dossier.terms import OnlyWhen, about_other_cases
from toetskader.judging import Findings, NotApplicable, Parameters, check, not_applicable


class Decided(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters of `decision.recorded`."""

    document: Annotated[str, Meta(description="Kind and type: `decision:exemption`")]
    rules: tuple[Rule, ...] = ()
    signed_by: tuple[Side, ...] = ()
    only_when: OnlyWhen | None = None


@check("decision.recorded", params=Decided)
def test_a_decision_is_recorded(
    papers: Papers, findings: Findings, params: Decided, parameters: Parameters, today: date
) -> None:
    """The decision that counts says who decided, in which role and when, and what more is asked; it holds today."""
    with papers.look(findings, parameters, today) as look:
        elsewhere = about_other_cases(look, params.only_when)
        if elsewhere is not None:
            raise NotApplicable(elsewhere)
        _hold(look, look.the(params.document), params.rules, params.signed_by, today)


class DecidedEach(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters of `decision.per_item`."""

    document: Annotated[str, Meta(description="Kind and type: `decision:exposure`")]
    items: ItemList = ItemList()
    rules: tuple[Rule, ...] = ()
    signed_by: tuple[Side, ...] = ()


@check("decision.per_item", params=DecidedEach)
def test_each_has_a_decision(
    papers: Papers, findings: Findings, params: DecidedEach, parameters: Parameters, today: date
) -> None:
    """There is a decision about each of what is listed, the newest of several counts, and it holds today.

    Not applicable when a list has rows and none of them asks for a decision.
    """
    with papers.look(findings, parameters, today) as look:
        items = items_of(look, params.items, params.document)
        if items.none_meant:
            not_applicable(
                f"Geen rij van {params.items.register} vraagt om een besluit.",
                f"No row of {params.items.register} asks for a decision.",
            )
        for paper in each(look, params.document, items):
            _hold(look, paper, params.rules, params.signed_by, today)


def _hold(look: Look, paper: Paper, rules: Iterable[Rule], signed_by: Iterable[Side], today: date) -> None:
    """Hold a decision to what is asked, and to its own days."""
    document = paper.document
    for name in ("subject", "outcome", "by", "role", "on"):
        look.hold(paper, (Rule(field=name),))
    if isinstance(document, Decision):
        if document.on > today:
            look.lacks(
                paper, f"is genomen op een dag die nog komt ({document.on})", f"is of a day to come: {document.on}"
            )
        if document.expires is not None and document.expires < today:
            look.lacks(paper, f"gold tot en met {document.expires}", f"held until {document.expires}")
    look.hold(paper, rules)
    look.require_signed(paper, signed_by)
