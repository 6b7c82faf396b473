"""Judgements on agreements: contracts, SLAs, DAPs, processing agreements, charters and tender documents."""

from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta

from toetskader.core.fields import Name
from toetskader.facts.dossier.documents import Agreement
from toetskader.facts.dossier.envelope import Side
from toetskader.facts.dossier.papers import Look, Paper, Papers
from toetskader.facts.dossier.rules import Rule, folded, is_empty, shown
from toetskader.facts.dossier.tables import Rows
from toetskader.facts.dossier.terms import (
    OnlyWhen,
    about_other_cases,
    agreement,
    due_on,
    not_due,
    require_between,
    require_parties_signed,
    require_term,
)
from toetskader.judging import Findings, NotApplicable, Parameters, Text, check

Count = Annotated[int, Meta(ge=0)]


class Agreed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What several checks ask of an agreement."""

    document: Annotated[str, Meta(description="Kind and type: `agreement:sla`")]
    clauses: Annotated[tuple[Name, ...], Meta(description="Subjects that it must regulate")] = ()
    levels: Annotated[tuple[Name, ...], Meta(description="Levels that it must give as a number")] = ()
    rules: tuple[Rule, ...] = ()
    between: Annotated[tuple[Side, ...], Meta(description="Parties that the target names")] = ()
    only_when: OnlyWhen | None = None

    def hold(self, look: Look, paper: Paper, document: Agreement) -> None:
        """Report what of this an agreement lacks."""
        require_between(look, paper, document, self.between)
        for topic in self.clauses:
            _require(look, paper, "clauses", topic, [item.topic for item in document.clauses])
        for level in self.levels:
            _require(look, paper, "levels", level, [item.name for item in document.levels])
        look.hold(paper, self.rules)


def _require(look: Look, paper: Paper, field: str, name: str, given: list[str]) -> None:
    """Ask for a member of a list; a list that has others and not this one is wrong."""
    if not is_empty(paper.value(f"{field}.{name}")):
        return
    if given:
        look.findings.add(paper.place(field), seen=", ".join(given), expected=Text(f"ook {name}", f"{name} as well"))
    else:
        look.lacks(paper, f"noemt onder {field} geen {name}", f"names no {name} under {field}")


class InForce(Agreed, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters of `agreement.in_force`."""

    of_component: Annotated[bool, Meta(description="Whether it must name the component of the target")] = False
    tasks: Annotated[tuple[Name, ...], Meta(description="What the supplier must do under it")] = ()
    refers_to: Annotated[str, Meta(description="An agreement whose version it must refer to: `agreement:sla`")] = ""


@check("agreement.in_force", params=InForce)
def test_an_agreement_is_in_force(
    papers: Papers, findings: Findings, params: InForce, parameters: Parameters, today: date
) -> None:
    """The agreement that counts runs today, every party it names signed it, and it says what is asked.

    It is of another component, or with other parties, when its names are not those of the target.
    """
    with papers.look(findings, parameters, today) as look:
        elsewhere = about_other_cases(look, params.only_when)
        if elsewhere is not None:
            raise NotApplicable(elsewhere)
        paper, document = agreement(look, params.document)
        require_term(look, paper, document)
        require_parties_signed(look, paper, document)
        params.hold(look, paper, document)
        if params.of_component:
            _require_component(look, paper, document)
        for task in params.tasks:
            look.hold(paper, (Rule(field="tasks", contains=task),))
        if params.refers_to:
            _require_reference(look, paper, params.refers_to)


def _require_component(look: Look, paper: Paper, document: Agreement) -> None:
    wanted = look.dossier.component
    if is_empty(paper.value("component")):
        look.lacks(paper, f"noemt geen component ({wanted})", f"names no component ({wanted})")
    elif folded(document.component) != folded(wanted):
        look.findings.add(
            paper.place("component"),
            seen=document.component,
            expected=Text(f"{wanted}, zoals in het doelbestand", f"{wanted}, as in the target file"),
        )


def _require_reference(look: Look, paper: Paper, ref: str) -> None:
    """Ask that an agreement refers to another by the version that counts."""
    other = look.the(ref)
    version = shown(other.value("version") or "")
    given = paper.value("refers_to")
    if is_empty(version):
        look.lacks(other, "noemt geen versie (version)", "names no version (version)")
    elif is_empty(given) or not isinstance(given, tuple):
        look.lacks(paper, f"verwijst nergens naar (refers_to) {other.name}", f"refers to nothing ({other.name})")
    elif not any(folded(version) in folded(shown(one)).split() for one in given):
        look.findings.add(
            paper.place("refers_to"),
            seen=shown(given),
            expected=Text(f"{other.name}, versie {version}", f"{other.name}, version {version}"),
        )


class Kept(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A list that must be kept under an agreement."""

    register: Annotated[str, Meta(description="Kind and type: `register:authorised`")]
    rules: Annotated[tuple[Rule, ...], Meta(description="What it must say of itself")] = ()


class Regulated(Agreed, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters of `agreement.clauses`."""

    signed: Annotated[bool, Meta(description="Whether all parties must have signed it")] = False
    kept: Annotated[Kept | None, Meta(description="List that must be kept under it")] = None


@check("agreement.clauses", params=Regulated)
def test_an_agreement_regulates_these(
    papers: Papers, findings: Findings, params: Regulated, parameters: Parameters, today: date
) -> None:
    """The agreement that counts has a clause on each subject, and a number for each level.

    One that says for how long it runs must run today. What is only declared to be regulated, without the place in the
    document, is worth no more than that.
    """
    with papers.look(findings, parameters, today) as look:
        elsewhere = about_other_cases(look, params.only_when)
        if elsewhere is not None:
            raise NotApplicable(elsewhere)
        paper, document = agreement(look, params.document)
        if document.term is not None:
            require_term(look, paper, document)
        if params.signed:
            require_parties_signed(look, paper, document)
        params.hold(look, paper, document)
        if params.kept is not None:
            kept = look.the(params.kept.register)
            look.hold(kept, params.kept.rules)
            Rows(look, kept)


class Named(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters of `agreement.names_requirements`."""

    document: str


@check("agreement.names_requirements", params=Named)
def test_what_is_agreed_names_requirements_and_days(
    papers: Papers, findings: Findings, params: Named, parameters: Parameters, today: date
) -> None:
    """DDC 7: what is to be met at level 4 is agreed, by requirement, with the day by which it is.

    The agreement is laid beside the target file: what blocks there at level 4 stands in the agreement, and the reverse.
    """
    with papers.look(findings, parameters, today) as look:
        paper, document = agreement(look, params.document)
        require_parties_signed(look, paper, document)
        require_between(look, paper, document, ("supplier", "municipality"))
        if not document.requirements:
            look.lacks(paper, "noemt geen eisen (requirements)", "names no requirements (requirements)")
        for index, _ in enumerate(document.requirements):
            look.hold(paper, (Rule(field=f"requirements.{index}.planned_on"),))
        agreed, blocking = {item.id for item in document.requirements}, set(look.dossier.agreements)
        for id_ in sorted(agreed - blocking):
            findings.add(
                paper.place("requirements"),
                seen=Text(f"{id_} is afgesproken", f"{id_} is agreed"),
                expected=Text(
                    f"{id_} ook onder agreements in het doelbestand", f"{id_} under agreements in the target"
                ),
            )
        for id_ in sorted(blocking - agreed if agreed else ()):
            findings.add(
                paper.place("requirements"),
                seen=Text(f"{id_} staat alleen onder agreements in het doelbestand", f"{id_} is in the target only"),
                expected=Text(f"{id_}, met een datum", f"{id_}, with a day"),
            )


class Member(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of the documents that belong together."""

    document: str
    rules: tuple[Rule, ...] = ()
    signed: bool = True


class Together(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters of `agreement.set`."""

    documents: Annotated[tuple[Member, ...], Meta(min_length=1)]


@check("agreement.set", params=Together)
def test_all_documents_of_an_agreement_are_there(
    papers: Papers, findings: Findings, params: Together, parameters: Parameters, today: date
) -> None:
    """All documents that an agreement consists of are there; those that are signed, by the supplier of the target.

    The supplier is known by its number in the trade register, a parameter of the target: a name is not unique.
    """
    with papers.look(findings, parameters, today) as look:
        for member in params.documents:
            paper, document = agreement(look, member.document)
            look.hold(paper, member.rules)
            if not member.signed:
                continue
            require_parties_signed(look, paper, document)
            require_between(look, paper, document, ("supplier", "municipality"))
            for index, party in enumerate(document.parties):
                if party.side == "supplier":
                    look.hold(paper, (Rule(field=f"parties.{index}.kvk", same_as="@supplier_kvk"),))


class SameText(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters of `agreement.same_as`."""

    document: str
    published: Annotated[str, Meta(description="The version that is there for everybody: `agreement:sla-published`")]


@check("agreement.same_as", params=SameText)
def test_what_was_signed_is_what_is_published(
    papers: Papers, findings: Findings, params: SameText, parameters: Parameters, today: date
) -> None:
    """The agreed text has the version and the SHA-256 of the one that is published, so it is the same for everybody."""
    with papers.look(findings, parameters, today) as look:
        paper, document = agreement(look, params.document)
        published, _ = agreement(look, params.published)
        require_parties_signed(look, paper, document)
        for name in ("text_sha256", "version"):
            own, other = paper.value(name), published.value(name)
            for item, value in ((paper, own), (published, other)):
                if is_empty(value):
                    look.lacks(item, f"noemt geen {name}", f"does not say {name}")
            if not is_empty(own) and not is_empty(other) and own != other:
                findings.add(
                    paper.place(name),
                    seen=shown(own),
                    expected=Text(f"{shown(other)}, zoals {published.name}", f"{shown(other)}, as {published.name}"),
                )


class Due(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters of `agreement.deadline`."""

    document: Annotated[str, Meta(description="What must be there by then: `record:data-request`")]
    after: Annotated[Name, Meta(description="Parameter of the target with the day from which is counted")]
    months: Count = 0
    days: Count = 0
    rules: tuple[Rule, ...] = ()


@check("agreement.deadline", params=Due)
def test_what_an_agreement_asks_afterwards_is_done_in_time(
    papers: Papers, findings: Findings, params: Due, parameters: Parameters, today: date
) -> None:
    """What must be done when an agreement has ended is on record, and was done in time.

    Not asked while it runs, nor while there is still time.
    """
    with papers.look(findings, parameters, today) as look:
        early = not_due(look, params.document, *due_on(look, params.after, params.months, params.days))
        if early is not None:
            raise NotApplicable(early)
        look.hold(look.the(params.document), params.rules)
