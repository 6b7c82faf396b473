"""What the assessment forms of BZK write: `assessment-output`, version 2, of a DPIA and of an IAMA.

Answers stand under the number of their question: an object with `value` and `lastEditedAt`; of a group that repeats, a
list of objects with `_index` and the answers of that repetition.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from toetskader.collect.dossier.form_formats.fields import Problems, is_filled
from toetskader.patterns import linear

_SCHEMA_NAME = "assessment-output.v2.schema.json"
_QUESTION = linear(r"^[0-9]+(\.[0-9A-Za-z]+)*(\[[0-9]+\])?$")
_NUMBER = linear(r"^[0-9]+(\.[0-9]+)*(\[[0-9]+\])?$")
_OF_AN_IMAGE = frozenset({"data", "title", "description", "source"})
_NO_NUMBER = ("hier staat een sleutel die geen nummer van een vraag is", "a key here is no number of a question")
_URN = linear(r"^urn:nl:[a-z]+:[0-9]+\.[0-9]+$")


class Assessment:
    """An assessment that was written by the form. Parameters: `about`, its kind in the URN: `dpia`."""

    def __init__(self, data: Any, about: str) -> None:
        self._problems = Problems()
        self._answers: list[tuple[str, Any]] = []
        metadata = data.get("metadata") if isinstance(data, dict) else None
        self.urn = metadata.get("urn") if isinstance(metadata, dict) else None
        self.created = metadata.get("createdAt") if isinstance(metadata, dict) else None
        # An IAMA numbers questions with letters as well (5.B); the published schema knows digits alone.
        self._key = _NUMBER if about == "dpia" else _QUESTION
        self._root(data, about)

    @property
    def problems(self) -> Problems:
        """What is wrong with it."""
        return self._problems

    def values(self, question: str) -> Iterator[Any]:
        """Yield the answers to a question, one for each repetition, without those that are empty."""
        yield from (value for key, value in self._answers if key == question and is_filled(value))

    def is_answered_below(self, chapter: str) -> bool:
        """Tell whether any question of a chapter has an answer."""
        return any(is_filled(value) for key, value in self._answers if key == chapter or key.startswith(f"{chapter}."))

    def _root(self, data: Any, about: str) -> None:
        problems = self._problems
        if not problems.require(
            "", data, dict, "een formulier met metadata en answers", "a form with metadata, answers"
        ):
            return
        schema = data.get("$schema")
        if not isinstance(schema, str) or not schema.endswith(_SCHEMA_NAME):
            problems.add("$schema", f"hier hoort het schema {_SCHEMA_NAME}", f"the schema {_SCHEMA_NAME} belongs here")
        if problems.require("metadata", data.get("metadata"), dict, "een object", "an object"):
            if not isinstance(self.urn, str) or not _URN.match(self.urn) or f":{about}:" not in self.urn:
                problems.add(
                    "metadata.urn", f"hier hoort urn:nl:{about}: met een versie", f"urn:nl:{about}: and a version"
                )
            if not _is_moment(self.created):
                problems.add("metadata.createdAt", "hier hoort een tijdstip", "a moment belongs here")
        if problems.require("answers", data.get("answers"), dict, "een object", "an object"):
            for key, value in data["answers"].items():
                self._entry(key, value)

    def _entry(self, key: str, value: Any) -> None:
        place = f"answers.{key}"
        if not self._key.match(key):
            self._problems.add("answers", *_NO_NUMBER)
        elif isinstance(value, list):
            for index, item in enumerate(value):
                self._repetition(f"{place}[{index}]", item)
        else:
            self._answer(place, key, value)

    def _repetition(self, place: str, item: Any) -> None:
        if not self._problems.require(place, item, dict, "een object met _index", "an object with _index"):
            return
        index = item.get("_index")
        if not isinstance(index, int) or isinstance(index, bool) or index < 0:
            self._problems.add(f"{place}._index", "hier hoort een getal vanaf 0", "a number from 0 belongs here")
        for key, value in item.items():
            if key == "_index" or (isinstance(value, int) and not isinstance(value, bool) and self._key.match(key)):
                continue
            if self._key.match(key):
                self._answer(f"{place}.{key}", key, value)
            else:
                self._problems.add(place, *_NO_NUMBER)

    def _answer(self, place: str, key: str, item: Any) -> None:
        if not self._problems.require(place, item, dict, "een antwoord met value", "an answer with value"):
            return
        if "value" not in item or not _is_value(item["value"]):
            self._problems.add(
                f"{place}.value",
                "hier hoort tekst, een lijst van teksten, een afbeelding of null",
                "text, a list of texts, an image or null belongs here",
            )
            return
        if not _is_moment(item.get("lastEditedAt")):
            self._problems.add(f"{place}.lastEditedAt", "hier hoort een tijdstip", "a moment belongs here")
        self._answers.append((key, item["value"]))


def _is_value(value: Any) -> bool:
    if isinstance(value, list):
        return all(isinstance(item, str) for item in value)
    if isinstance(value, dict):
        return (
            value.keys() <= _OF_AN_IMAGE
            and all(isinstance(item, str) for item in value.values())
            and value.get("data", "").startswith("data:image/")
        )
    return value is None or isinstance(value, str)


def _is_moment(value: Any) -> bool:
    if not isinstance(value, str) or "T" not in value:
        return False
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False
