"""Collecting that may fail: what comes of it is the fact, or why it was not seen, and never an exception."""

from collections.abc import Callable
from typing import TypeVar

from toetskader.core.failure import Failed, Failure, Reason
from toetskader.facts.attempt import NotSeen, Provenance
from toetskader.text import Text

Collected = TypeVar("Collected")


def not_seen(failure: Failure, provenance: Provenance) -> NotSeen:
    """Return a failure as it is stored in place of the fact."""
    return NotSeen(reason=failure.reason, message=failure.message, provenance=provenance)


def broken(kind: str, where: str, fault: Exception) -> Failure:
    """Return what is said of a fault of ours. Parameters: `kind`, of fact; `where`, what was looked at, for people."""
    name = type(fault).__name__  # its message may quote what it choked on
    message = Text(
        f"Het verzamelen van {kind} liep vast op {where} ({name}). Dat is een fout in Toetskader: meld hem.",
        f"Collecting {kind} broke on {where} ({name}). That is a fault in Toetskader: please report it.",
    )
    return Failure(Reason.TOOL_FAILED, message)


def attempted(
    collector: Callable[[], Collected], kind: str, where: str, provenance: Callable[[], Provenance]
) -> Collected | NotSeen:
    """Run a collector. What fails, by the world or by a fault of ours, costs that fact and not the run.

    Parameters: `kind` and `where`, as in `broken`; `provenance`, of what is not seen.
    """
    try:
        return collector()
    except Failed as outcome:
        return not_seen(outcome.failure, provenance())
    except Exception as fault:
        return not_seen(broken(kind, where, fault), provenance())
