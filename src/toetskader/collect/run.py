"""Collecting for a whole run: every target once, concurrently, with progress for whoever waits."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from toetskader.collect import stopping
from toetskader.collect.charts import collect_chart, refused_chart
from toetskader.collect.haven import read_haven_report
from toetskader.collect.helm.engine import Helm
from toetskader.core.failure import Failure, Reason
from toetskader.facts.key import Attempt, FactKey, Need, TargetFacts
from toetskader.facts.kubernetes.live import Live
from toetskader.facts.redaction import Redaction
from toetskader.kinds.chart.kind import CHART
from toetskader.kinds.chart.part import ChartPart
from toetskader.kinds.cluster import CLUSTER
from toetskader.kinds.namespace.kind import NAMESPACE
from toetskader.kinds.namespace.part import NamespaceEntry
from toetskader.kinds.saas.kind import SAAS
from toetskader.targets.models import Target
from toetskader.text import Text

if TYPE_CHECKING:
    from toetskader.collect.endpoints import EndpointCollectors

TARGETS_AT_ONCE = 16
"""Targets that are collected at one time; most of that is waiting for Helm or for a network."""


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
    if not chosen:
        return
    with ExitStack() as stack:
        charts = sum(CHART.of(target.parts) is not None for target in chosen)
        helm = stack.enter_context(Helm(means.helm_program, charts=charts)) if charts else None
        endpoints = stack.enter_context(_endpoint_collectors(means)) if _any_service(chosen) else None
        workers = stack.enter_context(ThreadPoolExecutor(TARGETS_AT_ONCE))
        run = _Run(helm, endpoints, means)
        running = [workers.submit(run.target, target, wanted[target.name]) for target in chosen]
        for done, future in enumerate(as_completed(running), 1):
            facts = future.result()
            progress(facts.target, done, len(chosen))
            yield facts


def _any_service(targets: Iterable[Target]) -> bool:
    return any(SAAS.of(target.parts) is not None for target in targets)


def _endpoint_collectors(means: Means) -> "EndpointCollectors":
    """Return the collectors of endpoints. Their libraries take half a second to load, which a chart does not need."""
    from toetskader.collect.endpoints import EndpointCollectors  # noqa: PLC0415

    return EndpointCollectors(means.resolver)


def _namespaces(entries: tuple[NamespaceEntry, ...], wanted: Wanted, redaction: Redaction) -> Mapping[FactKey, Attempt]:
    """Collect what runs. Its library takes long to load, which a chart does not need."""
    from toetskader.collect.namespaces import collect_namespaces  # noqa: PLC0415

    return collect_namespaces(entries, wanted.kinds, wanted.objects, redaction)


class _Run:
    """The collectors of one run."""

    def __init__(self, helm: Helm | None, endpoints: "EndpointCollectors | None", means: Means) -> None:
        self._helm = helm
        self._version = helm.version() if helm is not None else ""
        self._endpoints = endpoints
        self._means = means

    def target(self, target: Target, wanted: Wanted) -> TargetFacts:
        """Collect all parts of one target."""
        stopping.go_on()
        attempts: dict[FactKey, Attempt] = {}
        redaction = Redaction()
        saas, namespaces = SAAS.of(target.parts), NAMESPACE.of(target.parts)
        chart, haven_report = CHART.of(target.parts), CLUSTER.of(target.parts)
        if saas is not None and self._endpoints is not None:
            attempts |= self._endpoints.collect(saas, wanted.kinds)
        if namespaces is not None:
            attempts |= _namespaces(namespaces, wanted, redaction)
        if haven_report is not None and "haven" in wanted.kinds:
            attempts[FactKey("haven")] = read_haven_report(haven_report)
        if chart is not None and self._helm is not None:
            running = {key.scene: seen for key, seen in attempts.items() if isinstance(seen, Live)}
            attempts |= self._chart(self._helm, target, chart, wanted.needs, running, redaction=redaction)
        return TargetFacts(target.name, target.scenes, attempts)

    def _chart(
        self,
        helm: Helm,
        target: Target,
        part: ChartPart,
        needs: frozenset[Need],
        running: Mapping[str, Live],
        *,
        redaction: Redaction,
    ) -> Mapping[FactKey, Attempt]:
        """Collect a chart. A fault of ours in it costs that chart, and not the run."""
        if isinstance(self._version, Failure):
            return refused_chart(target, part, needs, self._version, redaction)
        try:
            return collect_chart(
                helm,
                target,
                part,
                needs,
                by=str(self._version),
                redaction=redaction,
                running=running,
            )
        except Exception as fault:
            name = type(fault).__name__  # its message may quote what it choked on
            message = Text(
                f"Het verzamelen liep vast op deze chart ({name}). Dat is een fout in Toetskader: meld hem.",
                f"Collecting broke on this chart ({name}). That is a fault in Toetskader: please report it.",
            )
            failure = Failure(reason=Reason.TOOL_FAILED, message=message)
            return refused_chart(target, part, needs, failure, redaction)
