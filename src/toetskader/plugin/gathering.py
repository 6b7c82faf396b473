"""Getting the facts that a run needs: collected in the background, or read from stored evidence."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pytest

from toetskader.audit.scope import InScope
from toetskader.collect.collector import Means, Wanted
from toetskader.collect.evidence import EvidenceError
from toetskader.collect.run import collect
from toetskader.facts.key import TargetFacts
from toetskader.plugin.collection import Collection, Replay
from toetskader.plugin.evidence import EvidenceFolder
from toetskader.plugin.places import Places
from toetskader.plugin.plan import Plan
from toetskader.plugin.progress import Progress
from toetskader.targets.models import Target


class Gathering:
    """The facts of a run, which are kept as evidence as they come in."""

    def __init__(self, plan: Plan, places: Places) -> None:
        self._plan = plan
        self._places = places
        self._collection: Collection | Replay = Collection((), iter(()))

    @property
    def _evidence(self) -> EvidenceFolder:
        return self._places.evidence

    def facts(self, target: str) -> TargetFacts:
        """Return the facts of a target, once, waiting for them. Raises what stopped the collector, if it did."""
        return self._collection.facts(target)

    @property
    def hangs(self) -> bool:
        """Tell whether something still collects in a run that was broken off."""
        return self._collection.hangs

    def collecting(self, items: Iterable[InScope], workerinput: Mapping[str, Any] | None) -> Collection | Replay:
        """Begin to collect the facts that these requirements need; leave the context when all are judged.

        Raises pytest.UsageError for a replay of files that cannot be read.
        """
        wanted: dict[str, Wanted] = {}
        for item in items:
            name = item.target.name
            so_far = wanted.get(name, Wanted())
            wanted[name] = Wanted(so_far.needs | item.needs, so_far.objects | item.listed_objects)
        targets = {target.name: target for target in self._plan.targets if target.name in wanted}
        if self._plan.options.replay is None:
            self._collection = Collection(wanted, self._facts(list(targets.values()), wanted, workerinput))
            return self._collection
        stored = EvidenceFolder(self._plan.options.replay)

        def read(name: str) -> TargetFacts:
            facts = stored.replayed(targets[name], wanted[name].needs)
            self._evidence.write(facts)
            return facts

        try:
            for target in targets.values():  # what cannot be read stops the run before anything is judged
                stored.replayed(target, wanted[target.name].needs)
        except EvidenceError as error:
            raise pytest.UsageError(str(error)) from error
        self._collection = Replay(read)
        return self._collection

    def _facts(
        self,
        targets: list[Target],
        wanted: Mapping[str, Wanted],
        workerinput: Mapping[str, Any] | None,
    ) -> Iterator[TargetFacts]:
        means = Means(helm_program=self._plan.options.helm, resolver=self._plan.options.resolver)

        def gather(share: Iterable[Target]) -> Iterator[TargetFacts]:
            return collect(share, wanted, means=means, progress=Progress(self._plan.options.lang))

        if workerinput is None:
            for facts in gather(targets):
                self._evidence.write(facts)
                yield facts
        else:
            number = int(str(workerinput["workerid"]).removeprefix("gw"))
            count = int(workerinput["workercount"])
            yield from self._evidence.share(targets, worker=number, workers=count, collect=gather)
