"""Judgements on certificates of management systems, services and products: whose, for what, by which edition."""

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from toetskader.facts.dossier.holders import certificate_of
from toetskader.facts.dossier.organisations import same_organisation
from toetskader.facts.dossier.papers import Look, Paper, Papers
from toetskader.facts.dossier.rules import Rule, months_before, shown
from toetskader.facts.dossier.text import holds, normal
from toetskader.judging import Findings, Parameters, Text, check, undetermined
from toetskader.norms.iso import IsoNorm, Named, named

_ALWAYS = (Rule(field="body"), Rule(field="number"), Rule(field="scope"), Rule(field="valid_until"))
"""What stands on every certificate that proves anything."""


class Certified(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters of `certificate.valid`."""

    document: str
    """Kind and type: `certificate:27001`."""
    standards: Annotated[tuple[str, ...], Meta(description="Numbers of standards that it may be for: 27001")] = ()
    holder: Literal["supplier", "hosting_party", "anyone"] = "supplier"
    names_product: Annotated[bool, Meta(description="Whether its scope must name what the target delivers")] = False
    accredited: Annotated[bool, Meta(description="Whether the body must have a number of an accreditation")] = False
    surveillance_months: Annotated[
        int | None, Meta(description="How long ago the latest surveillance may have been, or the first certification")
    ] = None
    rules: tuple[Rule, ...] = ()


@check("certificate.valid", params=Certified)
def test_a_certificate_holds(
    papers: Papers, findings: Findings, params: Certified, parameters: Parameters, norm: IsoNorm, today: date
) -> None:
    """A certificate of whom it is asked holds: for the standard, in an edition that counts, within its scope."""
    with papers.look(findings, parameters, today) as look:
        paper = _certificate(look, params)
        look.hold(paper, (*_ALWAYS, *params.rules))
        _hold_body(look, paper)
        _hold_edition(look, paper, params, norm, today)
        if params.accredited:
            look.hold(paper, (Rule(field="accreditation", matches="[0-9]"),))
        if params.names_product:
            _hold_product(look, paper)
        if params.surveillance_months is not None:
            _hold_surveillance(look, paper, params.surveillance_months, today)
        body, number = shown(paper.value("body")), shown(paper.value("number"))
        findings.saw(
            f"Zoek certificaat {number} van {body} op in IAF CertSearch (iafcertsearch.org): hier wordt geen register"
            " geraadpleegd.",
            f"Look up certificate {number} of {body} in IAF CertSearch (iafcertsearch.org): no register is consulted"
            " here.",
        )


def _certificate(look: Look, params: Certified) -> Paper:
    """Return the newest certificate in the name of who must have it. Raises NotProven when there is none."""
    if params.holder == "anyone":
        return look.the(params.document)
    wanted = look.dossier.supplier if params.holder == "supplier" else look.parameters.require(params.holder)
    return certificate_of(look, params.document, wanted)


def _hold_body(look: Look, paper: Paper) -> None:
    """Nobody certifies itself."""
    body = shown(paper.value("body"))
    if any(same_organisation(body, other) for other in (shown(paper.value("holder")), look.dossier.supplier)):
        look.findings.add(
            paper.place("body"),
            seen=body,
            expected=Text("een instelling die niet de houder is", "a body that is not the holder"),
        )


def _hold_edition(look: Look, paper: Paper, params: Certified, norm: IsoNorm, today: date) -> None:
    """Hold standard and edition to the norm. Where none is asked it may be one that the norm does not know."""
    name = _named(look, paper, params)
    if name is None:
        return
    standard = norm.standard(name.number)
    if params.standards and name.number not in params.standards:
        wanted = [item.name for number in params.standards if (item := norm.standard(number))] or params.standards
        look.findings.add(
            paper.place("standard"), seen=shown(paper.value("standard")), expected=" / ".join(map(str, wanted))
        )
        return
    if standard is None:
        if params.standards:
            undetermined(
                f"Norm {norm.id} kent geen uitgaven van {name.number}; kies met parameter iso_norm een andere.",
                f"Norm {norm.id} knows no editions of {name.number}; choose another with parameter iso_norm.",
            )
        return
    if name.year is None:
        look.lacks(
            paper,
            "noemt geen uitgave van de norm; neem het jaar over in edition",
            "names no edition of the standard; copy its year into edition",
        )
        return
    edition = standard.edition(name)
    if edition is None:
        undetermined(
            f"{paper.name}: norm {norm.id} kent deze uitgave van {standard.name} niet; kijk het jaar na, of kies met"
            " parameter iso_norm een nieuwere norm.",
            f"{paper.name}: norm {norm.id} does not know this edition of {standard.name}; look at its year, or choose a"
            " newer norm with parameter iso_norm.",
        )
    if edition.last_day is not None and edition.last_day < today:
        look.lacks(
            paper,
            f"is voor {standard.name}:{edition.year}, en die uitgave telde tot en met {edition.last_day}; lever het"
            " certificaat op de nieuwe uitgave aan",
            f"is for {standard.name}:{edition.year}, an edition that counted until {edition.last_day}; supply the"
            " certificate for the new edition",
        )


def _named(look: Look, paper: Paper, params: Certified) -> Named | None:
    """Return the standard with its edition as the document names them; None when that is reported, or not asked."""
    standard, edition = shown(paper.value("standard")), paper.value("edition")
    name = named(standard)
    if name is None:
        if params.standards:
            look.lacks(
                paper,
                f"is voor '{standard}', en dat is geen naam van één norm; schrijf die zoals NEN-EN-ISO/IEC 27001",
                f"is for '{standard}', which names no single standard; write it as in NEN-EN-ISO/IEC 27001",
            )
        return None
    if edition is None or edition == "":
        return name
    beside = named(shown(edition), edition_only=True) or named(shown(edition))
    if beside is None or beside.number not in ("", name.number) or (name.year or beside.year) != beside.year:
        look.findings.add(
            paper.place("edition"),
            seen=shown(edition),
            expected=Text(f"een uitgave van {standard}, zoals 2023+A1:2024", f"an edition of {standard}: 2023+A1:2024"),
        )
        return None
    return Named(name.number, beside.year, name.amendments | beside.amendments)


def _hold_product(look: Look, paper: Paper) -> None:
    """Ask that the scope, or what is said to fall within it, names the component."""
    component = look.dossier.component
    stated = (shown(paper.value("scope")), *map(shown, _all(paper, "covers")))
    if not any(holds(normal(text), component) for text in stated):
        look.lacks(
            paper,
            f"noemt {component} niet: niet in scope, en niet onder covers (wat er volgens de verklaring van"
            " toepasselijkheid of de certificerende instelling onder valt)",
            f"does not name {component}: not in scope, and not under covers (what falls within it by the statement of"
            " applicability or the certification body)",
        )


def _hold_surveillance(look: Look, paper: Paper, months: int, today: date) -> None:
    """Ask that somebody looked lately. In the first year nobody has but who certified."""
    certified = paper.value("valid_from")
    days = [day for day in (*_all(paper, "surveillance"), certified) if isinstance(day, date) and day <= today]
    if not days:
        look.lacks(
            paper,
            "noemt geen dag van een controleaudit (surveillance) of van de certificering (valid_from)",
            "names no day of a surveillance audit, or of the certification (valid_from)",
        )
    elif max(days) < months_before(today, months):
        look.lacks(
            paper,
            f"is voor het laatst gecontroleerd op {max(days)}; gevraagd is hooguit {months} maanden geleden",
            f"was last audited on {max(days)}; asked is {months} months ago at most",
        )


def _all(paper: Paper, path: str) -> tuple[str | date, ...]:
    found = paper.value(path)
    return found if isinstance(found, tuple) else ()
