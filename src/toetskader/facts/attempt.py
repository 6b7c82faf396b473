"""An attempt to collect a fact: either the fact, or the reason it is not there. Never an empty value."""

from datetime import datetime

import msgspec

from toetskader.core.failure import Outcome, Reason, Unjudgeable
from toetskader.text import Text


class Provenance(msgspec.Struct, frozen=True, kw_only=True):
    """When, how and from where a fact was seen."""

    at: datetime
    by: str
    """Collector and the tool it used, with version: `helm: SDK v4.2.3`."""
    source: str
    """Where it came from: a path, reference or address as the target names it."""
    digest: str = ""
    """SHA-256 of the content that was looked at, when it has one."""


class NotSeen(msgspec.Struct, frozen=True, kw_only=True, tag="not_seen"):
    """A failed collection: a value with a reason in plain words."""

    reason: Reason
    message: Text
    """What went wrong, where, and what to do about it."""
    provenance: Provenance


class Malformed(Unjudgeable):
    """A place in an object that has another type than its API allows, so that nothing can be judged there.

    Attributes: `where`, the object; `path`, the place in it; `expected` and `seen`, type names for people.
    """

    def __init__(self, where: str, path: str, expected: str, seen: str) -> None:
        super().__init__(f"{where}: {path or '.'}: {expected} expected, {seen} found")
        self.where = where
        self.path = path
        self.expected = expected
        self.seen = seen


class Unseen(Unjudgeable):
    """Objects of a kind that a judgement needs were not seen, so that it cannot say anything.

    Attributes: `kind`; `reason`, why they were not seen, in plain words.
    """

    def __init__(self, kind: str, reason: Text) -> None:
        super().__init__(f"{kind}: {reason.en}")
        self.kind = kind
        self.reason = reason


class NotProven(Outcome):
    """A dossier does not hold (valid) proof of what is judged. Attribute: `reason`, what is lacking and what to do."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.en)
        self.reason = reason
