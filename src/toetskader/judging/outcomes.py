"""Outcomes a judgement can end in, besides returning with or without findings."""

from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

import msgspec

from toetskader.core.failure import Outcome, Unjudgeable
from toetskader.facts.attempt import NotSeen
from toetskader.text import Text


class NotApplicable(Outcome):
    """The requirement does not apply to what was seen, for the reason given."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.en)
        self.reason = reason


class Undetermined(Unjudgeable):
    """What was seen does not allow a verdict, for the reason given."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.en)
        self.reason = reason


class NotShown(Outcome):
    """This scene does not show what is judged, while another scene could: the chart can do it, here it is off."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.en)
        self.reason = reason


def not_applicable(nl: str, en: str) -> NoReturn:
    """End a judgement: the requirement does not apply here. Both reasons are full sentences."""
    raise NotApplicable(Text(nl, en))


def undetermined(nl: str, en: str) -> NoReturn:
    """End a judgement: no verdict is possible. The reasons say what is missing and how to supply it."""
    raise Undetermined(Text(nl, en))


def not_shown(nl: str, en: str) -> NoReturn:
    """End a judgement: this values set leaves off what is judged, and another one can show it.

    The other scenes decide; when none of them shows it either, the requirement is undetermined for this reason,
    which says what values set to add.
    """
    raise NotShown(Text(nl, en))


Seen = TypeVar("Seen")


def seen(attempt: Seen | NotSeen | Undetermined) -> Seen:
    """Return a fact, or what stands beside; without it the judgement is undetermined, for the reason that is there."""
    if isinstance(attempt, Undetermined):
        raise attempt
    if isinstance(attempt, NotSeen):
        raise Undetermined(attempt.message)
    return attempt


def together(*judgements: Callable[[], None]) -> None:
    """Let several judgements speak of one requirement: each is heard, whatever another came to.

    What does not apply is passed over, unless none of them applies. When one could not judge, the whole is
    undetermined for its reason; findings of the others stand.
    """
    inapplicable: list[NotApplicable] = []
    doubts: list[Undetermined] = []
    for judgement in judgements:
        try:
            judgement()
        except NotApplicable as outcome:
            inapplicable.append(outcome)
        except Undetermined as outcome:
            doubts.append(outcome)
    if doubts:
        raise doubts[0]
    if len(inapplicable) == len(judgements):
        raise inapplicable[0]


class Parameters:
    """The parameters of a target, which documents leave open and an auditor fills in."""

    def __init__(self, values: msgspec.Struct) -> None:
        self._values = values

    def get(self, name: str) -> Any:
        """Return a parameter, or None when the target does not give it."""
        return getattr(self._values, name)

    def arises(self, name: str | None) -> None:
        """End not applicable when the target says no to a parameter; without a name nothing is asked."""
        if name is not None and not self.require(name):
            not_applicable(
                f"Volgens 'parameters.{name}' van het doel is dit niet aan de orde.",
                f"By 'parameters.{name}' of the target this does not arise.",
            )

    def require(self, name: str) -> Any:
        """Return a parameter; without it nothing that depends on it can be judged (undetermined, naming it)."""
        value = self.get(name)
        if value is None:
            undetermined(
                f"Parameter '{name}' ontbreekt; vul 'parameters.{name}' in bij het doel of het profiel.",
                f"Parameter '{name}' is missing; fill in 'parameters.{name}' of the target or the profile.",
            )
        return value
