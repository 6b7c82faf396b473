"""Judgements on contacts: who can be reached, and when that was last tried."""

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from toetskader.facts.attempt import NotProven
from toetskader.facts.dossier.documents import Contacts
from toetskader.facts.dossier.papers import Papers
from toetskader.facts.dossier.rules import Rule
from toetskader.judging import Findings, Parameters, Text, check


class Reachable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters of `contacts.verified`."""

    document: Annotated[str, Meta(description="Kind and type: `contacts:emergency`")]
    reach: Annotated[Literal["phone", "mail"], Meta(description="How each must be reached")]
    max_age_days: Annotated[int, Meta(ge=1, description="How long ago each was last verified, at most")]
    at_least: Annotated[int, Meta(ge=1)] = 1
    at_most: int | None = None
    rules: tuple[Rule, ...] = ()


@check("contacts.verified", params=Reachable)
def test_contacts_were_verified(
    papers: Papers, findings: Findings, params: Reachable, parameters: Parameters, today: date
) -> None:
    """As many persons as asked can be reached as asked, and for each that was verified lately.

    Numbers and addresses are not kept: only that they are there.
    """
    with papers.look(findings, parameters, today) as look:
        paper = look.the(params.document)
        if not isinstance(paper.document, Contacts):
            raise NotProven(
                Text(f"{params.document} is geen contactlijst.", f"{params.document} is no list of contacts.")
            )
        count = len({item.name for item in paper.document.persons})
        if count < params.at_least:
            look.lacks(paper, f"noemt {count} personen", f"names {count} persons")
        if params.at_most is not None and count > params.at_most:
            findings.add(
                paper.place("persons"),
                seen=count,
                expected=Text(f"hooguit {params.at_most}", f"at most {params.at_most}"),
            )
        for index, _ in enumerate(paper.document.persons):
            place = f"persons.{index}"
            look.hold(
                paper,
                (
                    Rule(field=f"{place}.name"),
                    Rule(field=f"{place}.{params.reach}"),
                    Rule(field=f"{place}.verified_on", within_days=params.max_age_days),
                ),
            )
        look.hold(paper, params.rules)
