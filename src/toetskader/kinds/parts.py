"""The parts of a target, of every kind: what is wrong with what its file says of them, and what they are."""

from toetskader.kinds.entry import Follows, Parts, Problems, Written
from toetskader.kinds.registry import ENTRIES, KINDS


def errors(written: Written) -> Problems:
    """Yield what is wrong with the parts that a target file names, with the steps below `parts`."""
    for name, entry in written.entries.items():
        for steps, message in ENTRIES[name].errors(entry, written):
            yield (name, *steps), message


def resolved(written: Written) -> Parts:
    """Return the parts of a target. What `errors` yields must have been mended."""
    return with_followers({name: ENTRIES[name].resolve(entry, written) for name, entry in written.entries.items()})


def with_followers(parts: Parts) -> Parts:
    """Return parts, in the order of the registry, with those that follow from them; leaves out what is None."""
    found: dict[str, object] = {}
    for name, kind in KINDS.items():
        part = kind.given.of(found) if isinstance(kind.given, Follows) else parts.get(name)
        if part is not None:
            found[name] = part
    return found
