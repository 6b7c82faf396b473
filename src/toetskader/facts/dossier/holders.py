"""Certificates by whose they are."""

from toetskader.facts.attempt import NotProven
from toetskader.facts.dossier.organisations import same_organisation
from toetskader.facts.dossier.papers import Look, Paper, newest
from toetskader.facts.dossier.rules import shown
from toetskader.text import Text


def certificate_of(look: Look, document: str, holder: str) -> Paper:
    """Return the newest certificate in the name of an organisation, held to its own dates and files.

    Parameters: `document`, kind and type: `certificate:27001`. Raises NotProven when there is none, and Unseen when one
    that may be it could not be read.
    """
    found = look.all(document)
    if not found:
        return look.the(document)
    own = [paper for paper in found if same_organisation(shown(paper.value("holder")), holder)]
    if not own:
        others = ", ".join(sorted({shown(paper.value("holder")) for paper in found}))
        raise NotProven(
            Text(
                f"Het dossier heeft geen certificaat ({document}) op naam van {holder}, wel van {others}. Is dat"
                " een moederbedrijf, vraag dan het certificaat of de bijlage waarop de eigen naam staat.",
                f"The dossier has no certificate ({document}) in the name of {holder}, but of {others}. If that"
                " is a parent company, ask for the certificate or annex that bears the own name.",
            )
        )
    paper = newest(own)
    look.take(paper)
    return paper
