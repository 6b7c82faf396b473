"""An assessment of the impact of algorithms on human rights (IAMA), version 2, as the form of BZK exports it."""

from typing import Any

from toetskader.collect.dossier.form_formats.assessment_output import Assessment
from toetskader.collect.dossier.form_formats.fields import day, present
from toetskader.facts.dossier.forms import FormSeen, Question

PARTS = ("1", "2", "3", "4", "5")
"""Why, what, how, human rights, and the closing part with the advice."""


def read(data: Any) -> FormSeen:
    """Return what was seen of an IAMA."""
    form = Assessment(data, "iama")
    return FormSeen(
        format="iama",
        problems=form.problems.found,
        questions=tuple(Question(id=part, answered=form.is_answered_below(part)) for part in PARTS),
        dates=present(created=day(form.created)),
        words=present(urn=form.urn if not form.problems.found else ""),
    )
