"""What of a target was looked at, for people, and how they can see the same by hand."""

from dataclasses import dataclass

from toetskader.facts.key import TargetFacts
from toetskader.kinds.kind import Listed
from toetskader.kinds.registry import KINDS
from toetskader.results import Document
from toetskader.targets.models import Target
from toetskader.text import Lang


@dataclass(frozen=True)
class LookedAt:
    """What a summary says of the parts of a target."""

    parts: dict[str, str]
    """Part → chart name, version, digest, or endpoints."""
    commands: dict[str, tuple[str, ...]]
    """File of evidence → commands that show what is in it."""
    documents: tuple[Document, ...] = ()
    """Documents that parts of it consist of."""


def looked_at(target: Target, facts: TargetFacts | None, lang: Lang) -> LookedAt:
    """Describe what was looked at.

    Parameters: `facts`, of this target; None when nothing was collected; `lang`, language of the description.
    """
    attempts = facts.attempts if facts else {}
    folder = target.file.parent
    told = {name: KINDS[name].describe(part, attempts, folder, lang) for name, part in target.parts.items()}
    commands = {
        f"{target.name}/{key.file_name}": found
        for key, attempt in attempts.items()
        if (found := getattr(attempt, "commands", ()))
    }
    documents = tuple(_document(item, lang) for name in target.parts for item in KINDS[name].documents(attempts))
    return LookedAt({name: text for name, text in told.items() if text}, commands, documents)


def _document(item: Listed, lang: Lang) -> Document:
    return Document(
        id=item.id,
        title=item.title,
        about=item.about,
        issuer=item.issuer,
        issued_on=item.issued_on,
        valid_until=item.valid_until,
        problem=item.problem[lang] if item.problem else "",
    )
