"""The fact of a dossier without the secrets that a document or one of its files may hold."""

from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec

from toetskader.core.failure import Reason
from toetskader.facts.attempt import NotSeen
from toetskader.facts.dossier.fact import Dossier
from toetskader.facts.redaction import MOST_SECRETS, Hider, Redaction, TooManySecretsError
from toetskader.patterns import linear
from toetskader.text import Text

_DIGEST = linear(r"^[0-9a-f]{64}$")
"""What no secret is, though it looks like one."""


def without_secrets(dossier: Dossier, redaction: Redaction) -> Dossier | NotSeen:
    """Return a dossier without the secrets in it; with too many to look for, why it is not judged.

    Parameters: `redaction`, of the target.
    """
    try:
        return redaction.hidden({"dossier": dossier}, _through)["dossier"]
    except TooManySecretsError:
        message = Text(
            f"Het dossier bevat meer dan {MOST_SECRETS} geheimen. Haal ze eruit; dan is het te beoordelen.",
            f"The dossier holds more than {MOST_SECRETS} different secrets. Take them out, then it can be judged.",
        )
        return NotSeen(reason=Reason.TOO_LARGE, message=message, provenance=dossier.provenance)


def _through(hider: Hider) -> Callable[[Dossier], Dossier]:
    @cache  # days, organisations and quotes come back in document after document
    def hidden(name: str, text: str) -> str:
        return text if _DIGEST.match(text) else hider.text(name, text)

    def look(dossier: Dossier) -> Dossier:
        kept = {name: _hidden("", getattr(dossier, name), hidden) for name in ("documents", "unread")}
        return msgspec.structs.replace(dossier, **kept)

    return look


def _hidden(name: str, value: Any, hidden: Callable[[str, str], str]) -> Any:
    """Return a value without secrets. Parameters: `name` that it goes by where people choose the names."""
    match value:
        case str():
            return hidden(name, value)
        case tuple():
            return tuple(_hidden(name, item, hidden) for item in value)
        case dict():
            return {key: _hidden(key, item, hidden) for key, item in value.items()}
        case msgspec.Struct():
            fields = {field: getattr(value, field) for field in value.__struct_fields__}
            changed = {field: _hidden("", item, hidden) for field, item in fields.items()}
            return msgspec.structs.replace(value, **changed)
        case _:
            return value
