"""Judgements on assessments: what somebody tested, audited or reviewed, when, and who that was."""

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from toetskader.facts.dossier.documents import Assessment
from toetskader.facts.dossier.envelope import Side
from toetskader.facts.dossier.items import ItemList, hold_each, items_of
from toetskader.facts.dossier.organisations import same_organisation
from toetskader.facts.dossier.outcomes import is_favourable
from toetskader.facts.dossier.papers import Look, Paper, Papers
from toetskader.facts.dossier.rules import Rule, fits, folded, shown
from toetskader.facts.dossier.text import holds, normal
from toetskader.judging import Findings, Parameters, Text, check, not_applicable

_TYPE_II = ("II", "2", "type II", "type 2")


class Assessed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked of one assessment."""

    document: str
    """Kind and type: `assessment:pentest`."""
    by: Annotated[
        Literal["anyone", "another", "independent"],
        Meta(description="Who may have assessed: another than the supplier, or an independent party"),
    ] = "anyone"
    about_product: Annotated[bool, Meta(description="Whether it must be about what the target delivers")] = False
    favourable: Annotated[bool, Meta(description="Whether its conclusion must be that all is met")] = False
    type_two: Annotated[
        str, Meta(description="Reports by a standard that this pattern (RE2) fits must be of type II, over a period")
    ] = ""
    with_run: Annotated[bool, Meta(description="Whether the results of a run of ours must be attached")] = False
    rules: tuple[Rule, ...] = ()
    signed_by: tuple[Side, ...] = ()
    signed_as: Annotated[str, Meta(description="A pattern (RE2) for the role of one who signed")] = ""
    applies_if: Annotated[
        str, Meta(description="Parameter of the target that is yes or no: whether this is asked at all")
    ] = ""


class Recent(Assessed, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters of `assessment.recent`."""

    max_age_months: Annotated[
        Annotated[int, Meta(ge=1)] | None, Meta(description="How long ago it was, or the period ended that it is about")
    ] = None


class Before(Assessed, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters of `assessment.before`."""

    day: str
    """Parameter of the target: a day."""


class PerItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters of `assessment.per_item`."""

    document: str
    items: ItemList
    rules: tuple[Rule, ...] = ()
    signed_by: tuple[Side, ...] = ()


@check("assessment.recent", params=Recent)
def test_an_assessment_is_recent(
    papers: Papers, findings: Findings, params: Recent, parameters: Parameters, today: date
) -> None:
    """The newest assessment is recent, by whom and of what it must be, and says what it must say."""
    _applies(params, parameters)
    with papers.look(findings, parameters, today) as look:
        paper = _held(look, params)
        if params.max_age_months is not None:
            spoken_of = "issued_on" if paper.document.period is None else "period.to"
            look.hold(paper, (Rule(field=spoken_of, within_months=params.max_age_months),))


@check("assessment.before", params=Before)
def test_an_assessment_was_made_before_a_day(
    papers: Papers, findings: Findings, params: Before, parameters: Parameters, today: date
) -> None:
    """What must be assessed before something happens was assessed before that day."""
    _applies(params, parameters)
    with papers.look(findings, parameters, today) as look:
        paper = _held(look, params)
        last = parameters.require(params.day)
        if paper.document.issued_on >= last:
            findings.add(
                paper.place("issued_on"),
                seen=paper.document.issued_on.isoformat(),
                expected=Text(f"voor {params.day} ({last})", f"before {params.day} ({last})"),
            )


@check("assessment.per_item", params=PerItem)
def test_each_item_is_assessed(
    papers: Papers, findings: Findings, params: PerItem, parameters: Parameters, today: date
) -> None:
    """Each release, interface or whatever is listed has an assessment of its own, which says what it must say."""
    with papers.look(findings, parameters, today) as look:
        items = items_of(look, params.items, params.document)
        if items.none_meant:
            not_applicable(
                "De lijst noemt niets waarvoor een beoordeling gevraagd wordt.",
                "The list names nothing for which an assessment is asked.",
            )
        hold_each(look, params.document, items, params.rules, params.signed_by)


def _applies(params: Assessed, parameters: Parameters) -> None:
    """End the judgement when the target says that this is not asked of it."""
    if params.applies_if and parameters.require(params.applies_if) is False:
        not_applicable(
            f"Bij dit doel staat {params.applies_if} op nee, dus dit wordt niet gevraagd.",
            f"The target says no to {params.applies_if}, so this is not asked.",
        )


def _held(look: Look, params: Assessed) -> Paper:
    """Return the newest assessment, held to all but its age."""
    paper = look.the(params.document)
    document = paper.document
    if not isinstance(document, Assessment):
        raise TypeError(params.document)
    look.hold(paper, params.rules)
    look.require_signed(paper, params.signed_by)
    if params.by != "anyone":
        _hold_assessor(look, paper, document, params.by)
    if params.about_product:
        _hold_subject(look, paper, document)
    if params.favourable:
        _hold_conclusion(look, paper)
    if params.type_two and fits(params.type_two, folded(document.standard)):
        period = (Rule(field="period.from"), Rule(field="period.to"))
        look.hold(paper, (Rule(field="report_type", one_of=_TYPE_II), *period))
    if params.signed_as and not any(fits(params.signed_as, folded(one.role)) for one in document.signatures):
        look.lacks(
            paper,
            "is niet ondertekend door wie die rol heeft; noem role bij signatures",
            "is not signed by somebody in that role; name role with signatures",
        )
    if params.with_run:
        _hold_run(look, paper, document)
    return paper


def _hold_assessor(look: Look, paper: Paper, document: Assessment, by: str) -> None:
    """Ask that another than the supplier assessed, whatever side it says to be on."""
    supplier = look.dossier.supplier
    look.hold(
        paper,
        (
            Rule(field="assessor.organisation"),
            Rule(field="assessor.side", equals="independent")
            if by == "independent"
            else Rule(field="assessor.side", none_of=("supplier",)),
        ),
    )
    if same_organisation(document.assessor.organisation, supplier):
        look.findings.add(
            paper.place("assessor.organisation"),
            seen=document.assessor.organisation,
            expected=Text(f"een ander dan {supplier}", f"another than {supplier}"),
        )


def _hold_subject(look: Look, paper: Paper, document: Assessment) -> None:
    """Ask that it is about the component of the target: one name holds the other."""
    paper.value("subject.product")
    product, component = document.subject.product, look.dossier.component
    if not holds(normal(product), component) and not holds(normal(component), product):
        look.findings.add(paper.place("subject.product"), seen=product, expected=component)


def _hold_conclusion(look: Look, paper: Paper) -> None:
    """Ask for a conclusion that is favourable in its own words."""
    result = shown(paper.value("result") or "")
    seen = is_favourable(result)
    if seen is False:
        look.findings.add(
            paper.place("result"), seen=result, expected=Text("voldoet, zonder voorbehoud", "met, without reservation")
        )
    elif seen is None:
        look.lacks(
            paper,
            "zegt onder result niet of het voldoet; neem de conclusie over in de woorden van het stuk",
            "does not say under result whether all is met; copy the conclusion in the words of the document",
        )


def _hold_run(look: Look, paper: Paper, document: Assessment) -> None:
    """Ask for the results of a run among its files; these are held to their hash as all files are."""
    attached = [item for item in paper.stated.attachments if item.path == document.run]
    if not any(item.format == "json" for item in attached):
        look.lacks(
            paper,
            "heeft geen results.json van de toets bij zich; voeg die toe en noem het bestand onder run",
            "has no results.json of the run with it; add it and name the file under run",
        )
