"""Whether words that are quoted from a file say what its document states of a fact."""

from typing import Any

import msgspec

from toetskader.facts.dossier.documents import Assessment, Certificate
from toetskader.facts.dossier.outcomes import says_result
from toetskader.facts.dossier.paths import fact, one_name
from toetskader.facts.dossier.rules import is_empty
from toetskader.facts.dossier.text import says
from toetskader.norms.iso import Named, named
from toetskader.patterns import linear

_NAME = linear(r"(?i)\b(nen|iso|iec|din|bs|[0-9]{3,5})")
_ENDS = linear(r"[;,]| - ")


def states(document: msgspec.Struct, path: str, text: str) -> bool:
    """Tell whether quoted text says what a document states of the fact at a path; nothing stated is said nowhere.

    What has one meaning in several ways of writing counts by its meaning: days, numbers, editions of standards, and
    what a norm came to.
    """
    value: Any = fact(document, path)
    values = value if isinstance(value, tuple) else (value,)
    if is_empty(value):
        return False
    return all(_states(document, one_name(document, path), text, one) for one in values)


def _states(document: msgspec.Struct, path: str, text: str, value: Any) -> bool:
    if isinstance(document, Assessment) and path.split(".", maxsplit=1)[0] == "norms" and not path.endswith(".id"):
        return says_result(text, value)
    if says(text, value):
        return True
    if isinstance(document, Certificate) and path in ("standard", "edition"):
        stated = named(value, edition_only=path == "edition") or named(value)
        return stated is not None and any(_is_same(stated, name) for name in _names(text))
    return False


def _names(text: str) -> list[Named]:
    """Return the standards that a text names: wherever one may begin, up to its end or a sign that ends a name."""
    found = []
    for start in (match.start() for match in _NAME.finditer(text)):
        rest = text[start:]
        end = _ENDS.search(rest)
        found += [name for part in {rest, rest[: end.start()] if end else rest} if (name := named(part)) is not None]
    return found


def _is_same(stated: Named, name: Named) -> bool:
    number = stated.number in ("", name.number)
    return number and stated.year in (None, name.year) and stated.amendments <= name.amendments
