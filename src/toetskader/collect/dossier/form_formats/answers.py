"""A list of questions with answers, in a format of ours: checklists, decision trees and wizards have none."""

from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from toetskader.collect.dossier.form_formats.fields import identifier, is_filled, misfit_problems
from toetskader.core.fields import END, Model, Name, NonEmpty
from toetskader.facts.dossier.forms import FormSeen, Question
from toetskader.text import Text
from toetskader.yamlfile import misfits

Choice = Literal["yes", "no", "not applicable", "apply", "explain"]
Identifier = Annotated[
    str,
    Meta(
        pattern=rf"^[^\s@]{{0,200}}{END}",
        description="An identifier: of a register, a document, a measure",
        extra={"expected": Text("een kenmerk zonder spaties en @", "an identifier without spaces and @")},
    ),
]
"""Without spaces and @ it is the name or address of nobody."""


class Answer(Model, frozen=True, kw_only=True):
    """A question and its answer: one of a fixed list, a number, a day, an identifier or words."""

    id: Name
    question: str = ""
    answer: Choice | None = None
    number: float | None = None
    on: date | None = None
    ref: Identifier = ""
    text: str = ""
    reason: Annotated[str, Meta(description="Why it does not apply, or is explained")] = ""


class Answers(Model, frozen=True, kw_only=True):
    """A list of questions that somebody answered."""

    form: Annotated[NonEmpty, Meta(description="Which list it is, and where it comes from")]
    version: str = ""
    subject: Annotated[NonEmpty, Meta(description="The service or component that it is about")]
    completed_on: date | None = None
    completed_by: Annotated[str, Meta(description="Who answered")] = ""
    score: float | None = None
    questions: Annotated[tuple[Answer, ...], Meta(min_length=1)]


def read(data: Any) -> FormSeen:
    """Return what was seen of a list of answers."""
    if wrong := misfits(data, Answers):
        return FormSeen(format="answers", problems=misfit_problems(wrong))
    form = msgspec.convert(data, Answers)
    dates = {} if form.completed_on is None else {"completed": form.completed_on}
    words = {"completed_by": "ja"} if is_filled(form.completed_by) else {}
    ids = [item.id for item in form.questions]
    numbers: dict[str, float] = {"questions": len(ids), "answered": sum(map(_is_answered, form.questions))}
    if form.score is not None:
        numbers["score"] = form.score
    return FormSeen(
        format="answers",
        questions=tuple(map(_question, form.questions)),
        dates=dates,
        words=words,
        numbers={**numbers, "twice": len(ids) - len(set(ids))},
    )


def _question(item: Answer) -> Question:
    return Question(
        id=item.id,
        answered=_is_answered(item),
        choice=item.answer or "",
        number=item.number,
        on=item.on,
        ref=identifier(item.ref),
        explained=is_filled(item.reason),
    )


def _is_answered(item: Answer) -> bool:
    return item.answer is not None or any(map(is_filled, (item.number, item.on, item.ref, item.text)))
