"""The kinds of parts that this version knows, and what follows from them all."""

from collections.abc import Iterable, Mapping
from graphlib import TopologicalSorter
from typing import Any

import msgspec

from toetskader.kinds.chart.kind import CHART
from toetskader.kinds.cluster import CLUSTER
from toetskader.kinds.dossier import DOSSIER
from toetskader.kinds.entry import Entry
from toetskader.kinds.kind import Kind
from toetskader.kinds.namespace.kind import NAMESPACE
from toetskader.kinds.rbac import RBAC
from toetskader.kinds.release import RELEASE
from toetskader.kinds.saas.kind import SAAS
from toetskader.kinds.subject import Subject

_LISTED: tuple[Kind[Any], ...] = (
    CHART,
    SAAS,
    NAMESPACE,
    RELEASE,
    RBAC,
    CLUSTER,
    DOSSIER,
)

KINDS: Mapping[str, Kind[Any]] = {kind.name: kind for kind in _LISTED}
"""Name → kind, in the order in which target files, messages and reports name them; what follows from others stands
behind these."""

ENTRIES: Mapping[str, Entry[Any]] = {kind.name: kind.given for kind in KINDS.values() if isinstance(kind.given, Entry)}
"""Kind → how a target file names a part of it; without those that follow from others."""

FACT_TYPES: Mapping[str, type[msgspec.Struct]] = {
    name: type_ for kind in KINDS.values() for name, type_ in kind.facts.items()
}
"""Kind of fact → its type; each type has a tag of its own, so that a file tells which it holds."""

ALWAYS_COLLECTED = tuple(name for kind in KINDS.values() for name in kind.always)
"""Kinds of facts that say what was looked at, whatever is judged."""

SUBJECTS: dict[str, Subject] = {subject.name: subject for kind in KINDS.values() for subject in kind.subjects}
"""What judgements can ask for, by name."""


RESTS_ON: Mapping[str, Mapping[str, str]] = {
    kind.name: {subject.name: fact for subject, fact in kind.subjects.items()} for kind in KINDS.values()
}
"""Part → subject that judgements can ask for there → the kind of fact that it rests on."""


def in_order(kinds: Iterable[Kind[Any]]) -> tuple[Kind[Any], ...]:
    """Return the kinds that have a collector of their own, each behind those that must be collected before it.

    Raises TypeError for a kind that comes after one without, and graphlib.CycleError for kinds that await each other.
    """
    first: dict[str, Kind[Any]] = {}
    for kind in kinds:
        first.setdefault(kind.collector, kind)
    own = {kind.name: kind for kind in first.values()}
    for kind in own.values():
        for name in kind.after:
            if name not in own:
                raise TypeError(f"kind {kind.name} comes after {name}, which has no collector of its own")
    names = TopologicalSorter({name: kind.after for name, kind in own.items()}).static_order()
    return tuple(own[name] for name in names)


COLLECTED = in_order(KINDS.values())
"""Kinds that have a collector of their own, each behind those that must be collected before it."""


def collected_with(kind: Kind[Any]) -> frozenset[str]:
    """Return the kinds of facts that the collector of a kind brings."""
    return frozenset(name for other in KINDS.values() if other.collector == kind.collector for name in other.facts)
