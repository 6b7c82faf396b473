"""What collects the parts of one kind in a run, and what it is told."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from toetskader.facts.key import Attempt, FactKey, Need
from toetskader.facts.redaction import Redaction
from toetskader.kinds.entry import PartT
from toetskader.targets.models import Target


@dataclass(frozen=True, kw_only=True)
class Means:
    """What a run collects with: `helm_program`, a `helm` binary instead of Helm's SDK; `resolver`, of names, instead
    of the one that a target names.
    """

    helm_program: Path | None
    resolver: str | None


@dataclass(frozen=True)
class Wanted:
    """What the judgements on a target need: `needs`, facts; `objects`, the kinds of Kubernetes objects that those on
    what runs declare to read.
    """

    needs: frozenset[Need] = frozenset()
    objects: frozenset[str] = frozenset()

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of facts, whatever they are made with."""
        return frozenset(need.kind for need in self.needs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A target of which one part after the other is collected."""

    target: Target
    wanted: Wanted
    redaction: Redaction
    """Of the target: a secret has the same marker in all its facts."""
    seen: Mapping[FactKey, Attempt]
    """What came of the parts that were collected before."""


Collector = Callable[[PartT, Task], Mapping[FactKey, Attempt]]
"""Takes a part and its task; returns what came of collecting it. What a supplier hands us never makes it raise: a fact
that is not there has a reason."""
Opens = Callable[[Means, int], AbstractContextManager[Collector[PartT]]]
"""Takes the means of a run and how many targets have a part of the kind; opens what is shared by all of these. It is
what `Kind.collector` names."""
