"""Reading of a form that is not ours: what is looked for is taken out, what is wrong with it is told with its place."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from toetskader.facts.dossier.forms import FormProblem
from toetskader.facts.dossier.text import date_in
from toetskader.patterns import linear
from toetskader.text import Text
from toetskader.yamlfile import Steps, shown_path

MOST_PROBLEMS = 20
_SHOWN = 60
_IDENTIFIER = linear(r"^[0-9A-Za-z][0-9A-Za-z:/@%._~#?=&+-]{0,299}$")


class Problems:
    """What is wrong with a form, the first of it."""

    def __init__(self) -> None:
        self._found: list[FormProblem] = []

    def add(self, place: str, nl: str, en: str) -> None:
        """Tell what is wrong at a place."""
        if len(self._found) < MOST_PROBLEMS:
            self._found.append(FormProblem(place=place[:_SHOWN], what=Text(nl, en)))

    def require(self, place: str, value: Any, kind: type | tuple[type, ...], nl: str, en: str) -> bool:
        """Tell when a value is not of the kind that belongs there; return whether it is."""
        if isinstance(value, kind) and not (isinstance(value, bool) and kind is int):
            return True
        if value is None:
            self.add(place, f"ontbreekt; hier hoort {nl}", f"is missing; {en} belongs here")
        else:
            self.add(place, f"hier hoort {nl}", f"{en} belongs here")
        return False

    @property
    def found(self) -> tuple[FormProblem, ...]:
        """All that was told."""
        return tuple(self._found)


def misfit_problems(wrong: Iterable[tuple[Steps, Text]]) -> tuple[FormProblem, ...]:
    """Return what does not fit a model, without the values and unknown keys that stand there: people wrote these."""
    return tuple(
        FormProblem(place=shown_path(steps[:-1]), what=_UNKNOWN_KEY)
        if what.nl.startswith("onbekende sleutel")
        else FormProblem(
            place=shown_path(steps), what=Text(what.nl.partition("; gevonden")[0], what.en.partition("; found")[0])
        )
        for steps, what in wrong
    )


_UNKNOWN_KEY = Text(
    "hier staat een sleutel die dit formaat niet kent", "a key stands here that this format does not know"
)


def below(data: Any, *steps: str) -> Any:
    """Return what stands below keys; None where it does not."""
    for step in steps:
        data = data.get(step) if isinstance(data, dict) else None
    return data


def items(data: Any) -> Iterator[dict[str, Any]]:
    """Yield the objects of a list; one object counts as a list of one."""
    yield from (item for item in (data if isinstance(data, list) else (data,)) if isinstance(item, dict))


def day(value: Any) -> date | None:
    """Return the day of a text, with or without a time."""
    if isinstance(value, dict):
        value = value.get("@value")
    return date_in(value[:_SHOWN].replace("T", " ")) if isinstance(value, str) else None


def identifier(value: Any) -> str:
    """Return a value that is an identifier, an address or a version; nothing for any other text."""
    return value if isinstance(value, str) and _IDENTIFIER.match(value) else ""


def is_filled(value: Any) -> bool:
    """Tell whether somebody wrote something."""
    if isinstance(value, str):
        return any(map(str.isalnum, value))
    if isinstance(value, list):
        return any(map(is_filled, value))
    return value is not None and value != {}


def present(**values: Any) -> dict[str, Any]:
    """Return the values that there are, by name."""
    return {name: value for name, value in values.items() if value not in (None, "")}
