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
from toetskader.facts.key import Attempt, FactKey, TargetFacts
from toetskader.facts.kubernetes.live import Live
from toetskader.facts.redaction import Redaction
from toetskader.targets.models import ChartPart, Target
from toetskader.text import Text

if TYPE_CHECKING:
    from toetskader.collect.endpoints import EndpointCollectors

TARGETS_AT_ONCE = 16
"""Targets that are collected at one time; most of that is waiting for Helm or for a network."""


@dataclass(frozen=True, kw_only=True)
class Means:
    """What a run collects with: `helm_program`, a `helm` binary instead of Helm's SDK; `resolver`, of names, instead
    of the one that a target names; `vanity_host`, the host name to render charts with as a probe.
    """

    helm_program: Path | None
    resolver: str | None
    vanity_host: str


def collect(
    targets: Iterable[Target],
    kinds: Mapping[str, frozenset[str]],
    *,
    objects: Mapping[str, frozenset[str]],
    means: Means,
    progress: Callable[[str, int, int], None],
) -> Iterator[TargetFacts]:
    """Collect the facts of all targets, in the order in which they come in.

    Parameters: `kinds`, target name → kinds of facts that its selected requirements need; a target that needs none is
    left alone; `objects`, target name → kinds of Kubernetes objects that the judgements on what runs declare to
    read; `progress`, called with name, done and total.
    """
    wanted = [target for target in targets if kinds.get(target.name)]
    if not wanted:
        return
    with ExitStack() as stack:
        charts = sum(target.chart is not None for target in wanted)
        helm = stack.enter_context(Helm(means.helm_program, charts=charts)) if charts else None
        endpoints = stack.enter_context(_endpoint_collectors(means)) if _any_service(wanted) else None
        workers = stack.enter_context(ThreadPoolExecutor(TARGETS_AT_ONCE))
        run = _Run(helm, endpoints, means)
        running = [
            workers.submit(run.target, target, kinds[target.name], objects.get(target.name, frozenset()))
            for target in wanted
        ]
        for done, future in enumerate(as_completed(running), 1):
            facts = future.result()
            progress(facts.target, done, len(wanted))
            yield facts


def _any_service(targets: Iterable[Target]) -> bool:
    return any(target.saas is not None for target in targets)


def _endpoint_collectors(means: Means) -> "EndpointCollectors":
    """Return the collectors of endpoints. Their libraries take half a second to load, which a chart does not need."""
    from toetskader.collect.endpoints import EndpointCollectors  # noqa: PLC0415

    return EndpointCollectors(means.resolver)


def _namespaces(
    target: Target, kinds: frozenset[str], objects: frozenset[str], redaction: Redaction
) -> Mapping[FactKey, Attempt]:
    """Collect what runs. Its library takes long to load, which a chart does not need."""
    from toetskader.collect.namespaces import collect_namespaces  # noqa: PLC0415

    return collect_namespaces(target.namespaces, kinds, objects, redaction)


class _Run:
    """The collectors of one run."""

    def __init__(self, helm: Helm | None, endpoints: "EndpointCollectors | None", means: Means) -> None:
        self._helm = helm
        self._version = helm.version() if helm is not None else ""
        self._endpoints = endpoints
        self._means = means

    def target(self, target: Target, kinds: frozenset[str], objects: frozenset[str]) -> TargetFacts:
        """Collect all parts of one target."""
        stopping.go_on()
        attempts: dict[FactKey, Attempt] = {}
        redaction = Redaction()
        if target.saas is not None and self._endpoints is not None:
            attempts |= self._endpoints.collect(target.saas, kinds)
        if target.namespaces:
            attempts |= _namespaces(target, kinds, objects, redaction)
        if target.haven_report is not None and "haven" in kinds:
            attempts[FactKey("haven")] = read_haven_report(target.haven_report)
        if target.chart is not None and self._helm is not None:
            running = {key.scene: seen for key, seen in attempts.items() if isinstance(seen, Live)}
            attempts |= self._chart(self._helm, target, target.chart, kinds, running, redaction=redaction)
        return TargetFacts(target.name, target.scenes, attempts)

    def _chart(
        self,
        helm: Helm,
        target: Target,
        part: ChartPart,
        kinds: frozenset[str],
        running: Mapping[str, Live],
        *,
        redaction: Redaction,
    ) -> Mapping[FactKey, Attempt]:
        """Collect a chart. A fault of ours in it costs that chart, and not the run."""
        if isinstance(self._version, Failure):
            return refused_chart(target, part, self._version, redaction)
        try:
            return collect_chart(
                helm,
                target,
                part,
                kinds,
                by=str(self._version),
                vanity_host=self._means.vanity_host,
                redaction=redaction,
                running=running,
            )
        except Exception as fault:
            name = type(fault).__name__  # its message may quote what it choked on
            message = Text(
                f"Het verzamelen liep vast op deze chart ({name}). Dat is een fout in Toetskader: meld hem.",
                f"Collecting broke on this chart ({name}). That is a fault in Toetskader: please report it.",
            )
            return refused_chart(target, part, Failure(reason=Reason.TOOL_FAILED, message=message), redaction)
