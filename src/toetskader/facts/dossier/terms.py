"""What holds now, and between whom: terms of agreements, parties that signed, cases that a requirement is about."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Annotated

from msgspec import Meta

from toetskader.core.fields import Model
from toetskader.facts.attempt import NotProven
from toetskader.facts.dossier.documents import Agreement
from toetskader.facts.dossier.envelope import Side
from toetskader.facts.dossier.organisations import same_organisation
from toetskader.facts.dossier.papers import EXPIRES_SOON, Look, Paper
from toetskader.facts.dossier.rules import Rule, breach, months_before
from toetskader.text import Text


def agreement(look: Look, ref: str) -> tuple[Paper, Agreement]:
    """Return the agreement that counts, `agreement:type`, and what it says. Raises as `Look.the`."""
    paper = look.the(ref)
    document = paper.document
    if not isinstance(document, Agreement):
        raise NotProven(Text(f"{ref} is geen overeenkomst.", f"{ref} is no agreement."))
    return paper, document


def require_term(look: Look, paper: Paper, document: Agreement) -> None:
    """Ask that an agreement says for how long it runs, and that it runs today."""
    if document.term is None:
        look.lacks(paper, "zegt niet hoe lang hij loopt; vul term in", "does not say how long it runs; fill in term")
        return
    paper.value("term.from")
    paper.value("term.until")
    if document.term.first > look.today:
        first = document.term.first
        look.lacks(paper, f"loopt pas vanaf {first} (term.from)", f"runs from {first} only (term.from)")
    last = document.term.last
    if last is not None and last < look.today:
        look.lacks(
            paper,
            f"liep af op {last} (term.until); lever de nieuwe aan",
            f"ended on {last} (term.until); supply the new one",
        )
    elif last is not None and last <= look.today + timedelta(days=EXPIRES_SOON):
        look.findings.add(
            paper.place("term.until"),
            seen=last.isoformat(),
            expected=Text(f"meer dan {EXPIRES_SOON} dagen te gaan", f"more than {EXPIRES_SOON} days to go"),
            remedy=Text(
                "Maak nu een nieuwe overeenkomst, of verleng deze.", "Conclude a new one now, or extend this one."
            ),
            strength="recommended",
        )


def require_parties_signed(look: Look, paper: Paper, document: Agreement) -> None:
    """Ask that an agreement names two parties at least, and that each of them signed it."""
    if len(document.parties) < 2:
        look.lacks(paper, "noemt geen twee partijen (parties)", "does not name two parties (parties)")
    for index, party in enumerate(document.parties):
        paper.value(f"parties.{index}.organisation")
        if not any(same_organisation(item.organisation, party.organisation) for item in document.signatures):
            look.lacks(
                paper, f"is niet ondertekend door {party.organisation}", f"is not signed by {party.organisation}"
            )
    look.require_signed(paper, dict.fromkeys(party.side for party in document.parties))


def require_between(look: Look, paper: Paper, document: Agreement, sides: Iterable[Side]) -> None:
    """Ask that an agreement is between these: the supplier and the municipality of the target, by name.

    The name of the municipality is a parameter of the target; without it the judgement ends undetermined.
    """
    for side in sides:
        names = [party.organisation for party in document.parties if party.side == side]
        match side:
            case "supplier":
                wanted = look.dossier.supplier
            case "municipality":
                wanted = str(look.parameters.require("municipality"))
            case _:
                wanted = ""
        if not names:
            look.lacks(paper, f"noemt geen partij met side: {side}", f"names no party with side: {side}")
        elif wanted and not any(same_organisation(name, wanted) for name in names):
            look.findings.add(
                paper.place("parties"),
                seen=", ".join(names),
                expected=Text(f"{wanted}, zoals in het doelbestand", f"{wanted}, as in the target file"),
            )


class OnlyWhen(Model, frozen=True, kw_only=True):
    """Cases that a requirement is about, as the card tells them."""

    document: Annotated[str, Meta(description="The card: `card`")]
    rules: Annotated[tuple[Rule, ...], Meta(min_length=1, description="What it must say for this to be asked")]


def about_other_cases(look: Look, only_when: OnlyWhen | None) -> Text | None:
    """Return why a requirement that is about some cases only is not about this one, as the card says; None when it is.

    A card that does not say so is reported: then nobody knows, and the requirement is held to. Raises as `Look.the`.
    """
    if only_when is None:
        return None
    card = look.the(only_when.document)
    for rule in only_when.rules:
        value = card.value(rule.field)
        if value is None or value == "":
            look.lacks(card, f"zegt niets over {rule.field}; vul dat in", f"says nothing of {rule.field}; fill that in")
            continue
        found = breach(rule, card.value, look.today)
        if found is not None and not look.lacking:
            seen = found.seen or "-"
            return Text(
                f"De kaart zegt {rule.field}: {seen}; deze eis gaat over {found.expected.nl}.",
                f"The card says {rule.field}: {seen}; this requirement is about {found.expected.en}.",
            )
    return None


def due_on(look: Look, parameter: str, months: int, days: int = 0) -> tuple[date, date]:
    """Return a day that is a parameter of the target, and the day so many months and then days later.

    Without the parameter the judgement ends undetermined.
    """
    start: date = look.parameters.require(parameter)
    later = months_before(start, -months)
    return start, date.fromordinal(later.toordinal() + days)


def not_due(look: Look, ref: str, start: date, last: date) -> Text | None:
    """Return why a document is not asked for yet; None when it is, or is there.

    Parameters: `start`, the day from which it can be there; `last`, the day by which it must.
    """
    if start >= look.today:
        return Text(f"Dit geldt pas na {start}.", f"This is asked after {start} only.")
    if last >= look.today and not look.all(ref):
        return Text(f"{ref} hoeft er pas op {last} te zijn.", f"{ref} need not be there before {last}.")
    return None
