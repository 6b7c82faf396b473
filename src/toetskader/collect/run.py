"""Collecting for a whole run: every target once, concurrently, with progress for whoever waits."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from datetime import UTC, datetime
from importlib import import_module
from typing import Any, cast

from toetskader.collect import stopping
from toetskader.collect.attempting import broken, not_seen
from toetskader.collect.collector import Collector, Means, Opens, Task, Wanted
from toetskader.facts.attempt import Provenance
from toetskader.facts.key import Attempt, FactKey, Need, TargetFacts
from toetskader.facts.redaction import Redaction
from toetskader.kinds.kind import Kind
from toetskader.kinds.parts import keys_of
from toetskader.kinds.registry import COLLECTED, collected_with
from toetskader.targets.models import Target

TARGETS_AT_ONCE = 16
"""Targets that are collected at one time; most of that is waiting for Helm or for a network."""


def collect(
    targets: Iterable[Target],
    wanted: Mapping[str, Wanted],
    *,
    means: Means,
    progress: Callable[[str, int, int], None],
) -> Iterator[TargetFacts]:
    """Collect the facts of all targets, in the order in which they come in.

    Parameters: `wanted`, target name → what its selected requirements need; a target that needs nothing is left alone;
    `progress`, called with name, done and total.
    """
    chosen = [target for target in targets if target.name in wanted and wanted[target.name].needs]
    with ExitStack() as stack:
        collectors: dict[str, Collector[Any]] = {}
        for kind in COLLECTED:
            count = sum(kind.name in target.parts for target in chosen)
            if count:
                collectors[kind.name] = _opened(kind, means, count, stack)
        workers = stack.enter_context(ThreadPoolExecutor(TARGETS_AT_ONCE))
        running = [workers.submit(_target, target, wanted[target.name], collectors) for target in chosen]
        for done, future in enumerate(as_completed(running), 1):
            facts = future.result()
            progress(facts.target, done, len(chosen))
            yield facts


def opens(kind: Kind[Any]) -> Opens[Any]:
    """Return what opens the collector of a kind. It is imported now: what some need takes a second to load."""
    module, _, name = kind.collector.partition(":")
    return cast("Opens[Any]", getattr(import_module(module), name))


def _opened(kind: Kind[Any], means: Means, count: int, stack: ExitStack) -> Collector[Any]:
    """Open the collector of a kind for as long as a stack lasts; for one that does not open, one that says so."""
    try:
        return stack.enter_context(opens(kind)(means, count))
    except Exception as fault:
        kept = fault

    def unopened(part: object, task: Task) -> Mapping[FactKey, Attempt]:  # noqa: ARG001 - as every collector
        raise kept

    return unopened


def _target(target: Target, wanted: Wanted, collectors: Mapping[str, Collector[Any]]) -> TargetFacts:
    """Collect all parts of one target."""
    stopping.go_on()
    attempts: dict[FactKey, Attempt] = {}
    redaction = Redaction()
    for kind in COLLECTED:
        if kind.name in target.parts:
            task = Task(target=target, wanted=wanted, redaction=redaction, seen=dict(attempts))
            attempts |= _part(kind, collectors[kind.name], task)
    return TargetFacts(target.name, target.scenes, attempts)


def _part(kind: Kind[Any], collector: Collector[Any], task: Task) -> Mapping[FactKey, Attempt]:
    """Collect a part. A fault of ours in it costs what was needed of that part, and not the run."""
    try:
        return collector(kind.of(task.target.parts), task)
    except Exception as fault:
        name = task.target.name
        failure = broken(kind.name, name, fault)
        attempt = not_seen(failure, Provenance(at=datetime.now(UTC), by="toetskader", source=name))
        wanted = {*map(Need, kind.always), *task.wanted.needs}
        needed = [need for need in wanted if need.kind in collected_with(kind)]
        return {key: attempt for need in needed for key in keys_of(need, task.target.scenes)}
