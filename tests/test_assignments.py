"""Judgements on who does what: roles, and who has them."""

from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta, field

from toetskader.core.fields import Name
from toetskader.facts.attempt import NotProven
from toetskader.facts.dossier.documents import Assignment
from toetskader.facts.dossier.envelope import Side
from toetskader.facts.dossier.papers import Papers
from toetskader.facts.dossier.rules import Rule
from toetskader.judging import Findings, Parameters, Text, check


class Roles(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters of `assignment.complete`."""

    document: Annotated[str, Meta(description="Kind and type: `assignment:delivery`")]
    roles: Annotated[tuple[Name, ...], Meta(min_length=1)]
    sides: Annotated[dict[Name, Side], Meta(description="Role → on whose side all who have it are")] = field(
        default_factory=dict
    )
    persons: Annotated[bool, Meta(description="Whether each role needs somebody's name")] = False
    rules: tuple[Rule, ...] = ()


@check("assignment.complete", params=Roles)
def test_every_role_has_somebody(
    papers: Papers, findings: Findings, params: Roles, parameters: Parameters, today: date
) -> None:
    """The assignment that counts gives each role to an organisation, of the side asked, and to a person where asked."""
    with papers.look(findings, parameters, today) as look:
        paper = look.the(params.document)
        if not isinstance(paper.document, Assignment):
            raise NotProven(Text(f"{params.document} is geen rolverdeling.", f"{params.document} is no assignment."))
        look.hold(paper, params.rules)
        given = paper.document.roles
        for role in params.roles:
            having = [(index, item) for index, item in enumerate(given) if item.role == role]
            if not having:
                known = ", ".join(item.role for item in given)
                findings.add(paper.place("roles"), seen=known, expected=Text(f"ook {role}", f"{role} as well"))
            wanted = params.sides.get(role)
            for index, item in having:
                paper.value(f"roles.{index}.organisation")
                if wanted is not None and item.side != wanted:
                    findings.add(
                        paper.place(f"roles.{role}"), seen=f"{item.organisation} ({item.side})", expected=wanted
                    )
                if params.persons:
                    look.hold(paper, (Rule(field=f"roles.{index}.person"),))
