"""A DPIA by the reporting model of the central government, version 3.0, as the form of BZK exports it.

Chapters 1 to 17 are those of the model; 19 says which version it is and what the data protection officer advised.
"""

from typing import Any

from toetskader.collect.dossier.form_formats.assessment_output import Assessment
from toetskader.collect.dossier.form_formats.fields import day, present
from toetskader.facts.dossier.forms import FormSeen, Question

CHAPTERS = tuple(str(number) for number in range(1, 18))
_RISKS = ("laag", "midden", "hoog")
_STATUS = ("concept", "definitief")


def read(data: Any) -> FormSeen:
    """Return what was seen of a DPIA."""
    form = Assessment(data, "dpia")
    versions = [found for value in form.values("19.1.2") if (found := day(value))]
    advice = [found for value in form.values("19.5.6") if (found := day(value))]
    signed = [found for value in form.values("20.1.6") if (found := day(value))]
    remaining = [value for value in form.values("17.1.4") if value in _RISKS]
    status = next((value for value in form.values("19.2") if value in _STATUS), "")
    return FormSeen(
        format="dpia",
        problems=form.problems.found,
        questions=tuple(Question(id=chapter, answered=form.is_answered_below(chapter)) for chapter in CHAPTERS),
        dates=present(
            created=day(form.created),
            dated=max(versions, default=None),
            fg_advice=max(advice, default=None),
            signed=max(signed, default=None),
        ),
        words=present(
            urn=form.urn if not form.problems.found else "",
            status=status,
            residual_risk=max(remaining, key=_RISKS.index, default=""),
            authority_consulted="ja" if any(form.values("17.1.5")) else "",
        ),
        numbers={"risks": len(list(form.values("16.1.1"))), "judged": len(remaining)},
    )
