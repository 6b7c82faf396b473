"""The parts of a target, of every kind: what is wrong with what its file says of them, what they are, and which facts
there are of them."""

from collections.abc import Mapping

from toetskader.facts.key import FactKey, Need
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


def keys_of(need: Need, scenes: Mapping[str, tuple[str, ...]]) -> tuple[FactKey, ...]:
    """Return the keys of the facts of a target that meet a need: one, or one a scene; none without its part.

    Parameters: `scenes`, part of the target → its scenes.
    """
    part = next(part for part in KINDS.values() if need.kind in part.facts)
    if part.name not in scenes:
        return ()
    per_scene = any(subject.per_scene for subject, found in part.subjects.items() if found == need.kind)
    return tuple(FactKey(need.kind, scene, need.argument) for scene in (scenes[part.name] if per_scene else ("",)))
