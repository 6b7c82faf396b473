"""Judgements on designs and documentation: what they treat, what they refer to, and whether they came in time."""

import re
from datetime import date
from typing import Annotated

from msgspec import Meta, field

from toetskader.core.fields import Model, Name, NonEmpty
from toetskader.facts.dossier.documents import Design
from toetskader.facts.dossier.envelope import Side
from toetskader.facts.dossier.items import ItemList, hold_each, items_of
from toetskader.facts.dossier.papers import Look, Paper, Papers
from toetskader.facts.dossier.rules import Rule, day_of, fits, folded, shown
from toetskader.facts.dossier.tables import Rows
from toetskader.judging import Findings, Parameters, Text, check


class Content(Model, frozen=True, kw_only=True):
    """Parameters of `design.content`."""

    document: Annotated[str, Meta(description="Kind and type: `design:architecture`")]
    sections: Annotated[tuple[Name, ...], Meta(description="Topics that it must treat")] = ()
    references: Annotated[
        dict[str, str], Meta(description="What it must refer to → pattern (RE2) of such a reference")
    ] = field(default_factory=dict)
    documents: Annotated[
        tuple[str, ...], Meta(description="Documents of the dossier whose id it must refer to: `form:dpia`")
    ] = ()
    rules: tuple[Rule, ...] = ()
    signed_by: tuple[Side, ...] = ()


@check("design.content", params=Content)
def test_a_design_treats_what_it_must(
    papers: Papers, findings: Findings, params: Content, parameters: Parameters, today: date
) -> None:
    """The design that counts treats the topics, refers to what it must refer to, and says what it must say."""
    with papers.look(findings, parameters, today) as look:
        paper = look.the(params.document)
        look.hold(paper, (Rule(field=f"sections.{topic}") for topic in params.sections))
        look.hold(paper, params.rules)
        look.require_signed(paper, params.signed_by)
        for name, pattern in params.references.items():
            _refers(look, paper, name, pattern)
        for ref in params.documents:
            _refers(look, paper, ref, f"^{re.escape(look.the(ref).document.id)}$")


def _refers(look: Look, paper: Paper, name: str, pattern: str) -> None:
    found = paper.value("references")
    if not isinstance(found, tuple) or not any(fits(pattern, item) for item in found):
        look.lacks(
            paper,
            f"verwijst niet naar {name}; noem onder references wat erin staat",
            f"does not refer to {name}; name under references what stands there",
        )


class Designed(Model, frozen=True, kw_only=True):
    """Parameters of `design.per_item`."""

    document: Annotated[str, Meta(description="Kind and type: `design:interface`")]
    items: Annotated[ItemList, Meta(description="Where it stands what must each have a design")]
    rules: tuple[Rule, ...] = ()
    signed_by: tuple[Side, ...] = ()


@check("design.per_item", params=Designed)
def test_each_item_has_a_design(
    papers: Papers, findings: Findings, params: Designed, parameters: Parameters, today: date
) -> None:
    """Of each item there is a design that says what it must say."""
    with papers.look(findings, parameters, today) as look:
        items = items_of(look, params.items, params.document)
        hold_each(look, params.document, items, params.rules, params.signed_by)


class Interfaces(Model, frozen=True, kw_only=True):
    """Parameters of `design.interfaces`."""

    document: Annotated[str, Meta(description="Kind and type: `design:integration-plan`")]
    items: Annotated[ItemList, Meta(description="Where the interfaces stand")]
    standards: Annotated[tuple[NonEmpty, ...], Meta(min_length=1, description="Standards of the Forum's list")]


@check("design.interfaces", params=Interfaces)
def test_each_interface_follows_a_standard(
    papers: Papers, findings: Findings, params: Interfaces, parameters: Parameters, today: date
) -> None:
    """The plan names each interface, with a standard of the list."""
    with papers.look(findings, parameters, today) as look:
        paper = look.the(params.document)
        paper.value("interfaces")
        described = paper.document.interfaces if isinstance(paper.document, Design) else ()
        standard = {folded(item.name): item.standard for item in described}
        allowed = {folded(item) for item in params.standards}
        for name in items_of(look, params.items, params.document).names:
            if folded(name) not in standard:
                look.lacks(paper, f"beschrijft koppeling {name} niet", f"does not describe interface {name}")
            elif not standard[folded(name)]:
                look.lacks(paper, f"noemt geen standaard bij {name}", f"names no standard for {name}")
            elif folded(standard[folded(name)]) not in allowed:
                findings.add(
                    paper.place(f"interfaces.{name}"),
                    seen=standard[folded(name)],
                    expected=", ".join(params.standards),
                )


class NotOlder(Model, frozen=True, kw_only=True):
    """Parameters of `design.not_older`."""

    document: Annotated[str, Meta(description="Kind and type: `design:documentation`")]
    releases: Annotated[str, Meta(description="List of releases: `register:releases`")]
    version: Annotated[Name, Meta(description="Its column with the version")]
    released_on: Annotated[Name, Meta(description="Its column with the day")]


@check("design.not_older", params=NotOlder)
def test_documentation_keeps_up_with_releases(
    papers: Papers, findings: Findings, params: NotOlder, parameters: Parameters, today: date
) -> None:
    """The documentation is not older than the last release, and names each release that it holds for."""
    with papers.look(findings, parameters, today) as look:
        paper = look.the(params.document)
        rows = Rows(look, look.the(params.releases))
        rows.require(params.version, params.released_on)
        days = {row.number: day for row, value in rows.values(rows.all, params.released_on) if (day := day_of(value))}
        last = max((day for day in days.values() if day <= today), default=None)
        if last is None:
            look.lacks(rows.paper, "noemt geen release die is uitgebracht", "names no release that came out")
            return
        if paper.document.dated < last:
            look.lacks(
                paper,
                f"is van {paper.document.dated}, ouder dan de laatste release ({last})",
                f"is of {paper.document.dated}, older than the last release ({last})",
            )
        elements = paper.value("elements")
        named = {folded(str(item)) for item in elements} if isinstance(elements, tuple) else set()
        silent = [
            shown(value)
            for row, value in rows.values(rows.all, params.version)
            if days.get(row.number, last) <= today and folded(shown(value)) not in named
        ]
        if silent:
            versions = ", ".join(silent[:8])
            look.lacks(
                paper, f"beschrijft deze releases niet: {versions}", f"does not describe these releases: {versions}"
            )


class SinglePoints(Model, frozen=True, kw_only=True):
    """Parameters of `design.single_points`."""

    document: Annotated[str, Meta(description="Kind and type: `design:availability`")]


@check("design.single_points", params=SinglePoints)
def test_no_single_point_of_failure_is_left_open(
    papers: Papers, findings: Findings, params: SinglePoints, parameters: Parameters, today: date
) -> None:
    """The design lists its single points of failure: none, or each accepted by somebody on a day."""
    with papers.look(findings, parameters, today) as look:
        paper = look.the(params.document)
        paper.value("single_points")
        document = paper.document
        look.hold(paper, (Rule(field="sections.single-points-of-failure"),))
        points = document.single_points if isinstance(document, Design) else None
        if points is None:
            look.lacks(
                paper,
                "noemt niet of er onderdelen zijn waarvan uitval alles stillegt; vul single_points, desnoods leeg ([])",
                "does not say whether there are single points of failure; fill in single_points, if need be empty ([])",
            )
        for point in points or ():
            if not point.accepted_by or point.accepted_on is None or point.accepted_on > today:
                findings.add(
                    paper.place(f"single_points.{point.what}"),
                    seen=point.what,
                    expected=Text("opgelost, of door iemand geaccepteerd", "mended, or accepted by somebody"),
                )
