"""An accessibility statement, in a format of ours with the facts that its status follows from.

The statement itself is a web page (Besluit digitale toegankelijkheid overheid); what it says is filled in here.
"""

from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from toetskader.collect.dossier.form_formats.fields import identifier, misfit_problems, present
from toetskader.core.fields import Model, WebAddress
from toetskader.facts.dossier.forms import FormSeen
from toetskader.yamlfile import misfits


class Research(Model, frozen=True, kw_only=True):
    """An evaluation of the site or app."""

    on: date
    method: Annotated[Literal["WCAG-EM", "other"], Meta(description="How it was done")]
    criteria_met: Annotated[int, Meta(ge=0)]
    criteria: Annotated[int, Meta(ge=1, description="How many were evaluated: 50 of WCAG 2.1, A and AA")]


class AccessibilityStatement(Model, frozen=True, kw_only=True):
    """What an accessibility statement says."""

    status: Literal["A", "B", "C", "D", "E"]
    url: Annotated[WebAddress, Meta(description="Where it is published")]
    stated_on: Annotated[date, Meta(description="Day of the statement, or of its last update")]
    research: Annotated[tuple[Research, ...], Meta(description="None: not evaluated yet")] = ()
    planned_on: Annotated[date | None, Meta(description="When it will be evaluated")] = None
    progress_on: Annotated[date | None, Meta(description="When progress was last told")] = None


def read(data: Any) -> FormSeen:
    """Return what was seen of a statement."""
    if wrong := misfits(data, AccessibilityStatement):
        return FormSeen(format="accessibility-statement", problems=misfit_problems(wrong))
    said = msgspec.convert(data, AccessibilityStatement)
    newest = max(said.research, key=lambda item: item.on, default=None)
    return FormSeen(
        format="accessibility-statement",
        dates=present(
            stated=said.stated_on,
            planned=said.planned_on,
            progress=said.progress_on,
            research=None if newest is None else newest.on,
        ),
        words=present(status=said.status, url=identifier(said.url), method="" if newest is None else newest.method),
        numbers={} if newest is None else {"met": newest.criteria_met, "criteria": newest.criteria},
    )
