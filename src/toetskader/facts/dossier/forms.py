"""What was seen of a form that was filled in: whether it fits its format, what is answered, and days and outcomes.

A form holds what people wrote, which may be anything about anybody. Nothing of that is kept: only which questions have
an answer, answers out of a fixed list, numbers, days, and identifiers.
"""

from datetime import date
from typing import Literal

import msgspec

from toetskader.text import Text

FormFormat = Literal[
    "answers",
    "accessibility-statement",
    "cyclonedx",
    "dpia",
    "iama",
    "publiccode",
    "spdx",
    "wcag-em",
]
Outcome = Literal["passed", "failed", "inapplicable", "cantTell", "untested"]
"""What a success criterion came to (EARL 1.0, 2.7). Of `cantTell` and `untested` nothing is known."""


class FormProblem(msgspec.Struct, frozen=True, kw_only=True):
    """Where a form does not fit its format."""

    place: str
    what: Text


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A question of a form, and what kind of answer it has."""

    id: str
    answered: bool = False
    choice: str = ""
    """The answer, where it is one of a fixed list."""
    number: float | None = None
    on: date | None = None
    ref: str = ""
    """An identifier: of a register, a document, a measure."""
    explained: bool = False
    """Whether a reason stands with it."""

    @property
    def key(self) -> str:
        """By which it is named in the path of a fact."""
        return self.id


class FormSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A form, without what people wrote in it."""

    format: FormFormat
    problems: tuple[FormProblem, ...] = ()
    questions: tuple[Question, ...] = ()
    dates: dict[str, date] = {}
    words: dict[str, str] = {}
    """Values out of a fixed list, and identifiers."""
    numbers: dict[str, float] = {}
    outcomes: dict[str, Outcome] = {}
    """Success criterion → what it came to."""
