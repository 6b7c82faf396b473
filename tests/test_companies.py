"""Judgements on companies: where they are established, and who owns them."""

from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta

from toetskader.facts.attempt import NotProven
from toetskader.facts.dossier.countries import AREAS, Area
from toetskader.facts.dossier.documents import Country, Extract
from toetskader.facts.dossier.organisations import same_organisation
from toetskader.facts.dossier.papers import Look, Paper, Papers
from toetskader.facts.dossier.rules import Rule
from toetskader.facts.dossier.terms import OnlyWhen, about_other_cases, agreement, require_parties_signed, require_term
from toetskader.judging import Findings, NotApplicable, Parameters, Text, check


class Established(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters of `extract.jurisdiction`."""

    document: Annotated[str, Meta(description="Kind and type: `extract:kvk`")]
    seat_in: Area | None = None
    parents_in: Annotated[Area | None, Meta(description="Where each company above it is")] = None
    max_age_months: Annotated[int, Meta(ge=1)] = 12
    agreement: Annotated[str, Meta(description="Agreement that the company is a party of; else it is the supplier")] = (
        ""
    )
    governing_law: Country | None = None
    only_when: OnlyWhen | None = None


@check("extract.jurisdiction", params=Established)
def test_a_company_is_established_where_it_must_be(
    papers: Papers, findings: Findings, params: Established, parameters: Parameters, today: date
) -> None:
    """A recent extract of the trade register shows where a company is, and where all companies are that own it.

    Of a company that nobody owns its own seat counts. The law of an agreement is what that says itself.
    """
    with papers.look(findings, parameters, today) as look:
        elsewhere = about_other_cases(look, params.only_when)
        if elsewhere is not None:
            raise NotApplicable(elsewhere)
        paper = look.the(params.document)
        if not isinstance(paper.document, Extract):
            raise NotProven(Text(f"{params.document} is geen uittreksel.", f"{params.document} is no extract."))
        look.hold(paper, (Rule(field="issued_on", within_months=params.max_age_months), Rule(field="legal_name")))
        _require_company(look, paper, paper.document, params)
        _require_countries(look, paper, paper.document, params)


def _require_company(look: Look, paper: Paper, company: Extract, params: Established) -> None:
    """Ask that an extract is of the supplier, or of a party of the agreement, which is in force."""
    names, of = [look.dossier.supplier], Text("de leverancier", "the supplier")
    if params.agreement:
        contract, document = agreement(look, params.agreement)
        require_term(look, contract, document)
        require_parties_signed(look, contract, document)
        if params.governing_law is not None:
            look.hold(contract, (Rule(field="governing_law", equals=params.governing_law),))
        names = [party.organisation for party in document.parties]
        of = Text(f"een partij van {contract.name}", f"a party of {contract.name}")
    if not any(same_organisation(company.legal_name, name) for name in names):
        listed = ", ".join(names) or "-"
        look.findings.add(
            paper.place("legal_name"),
            seen=company.legal_name,
            expected=Text(f"{of.nl}: {listed}", f"{of.en}: {listed}"),
        )


def _require_countries(look: Look, paper: Paper, company: Extract, params: Established) -> None:
    parents = [(f"parents.{index}.country", item.country) for index, item in enumerate(company.parents)]
    seat = [("seat", company.seat)]
    for area, places in ((params.seat_in, seat), (params.parents_in, parents or seat)):
        if area is None:
            continue
        for path, country in places:
            paper.value(path)
            if country not in AREAS[area]:
                look.findings.add(paper.place(path), seen=country, expected=_IN[area])


_IN = {
    "NL": Text("Nederland", "the Netherlands"),
    "EU": Text("een lidstaat van de Europese Unie", "a member state of the European Union"),
    "EEA": Text("een land van de Europese Economische Ruimte", "a country of the European Economic Area"),
}
