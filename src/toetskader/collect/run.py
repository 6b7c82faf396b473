"""Collecting for a whole run: every target once, concurrently, with progress for whoever waits."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from toetskader.collect.charts import collect_chart, refused_chart
from toetskader.collect.helm.engine import Helm
from toetskader.collect.helm.limits import Refusal
from toetskader.facts.store import TargetFacts
from toetskader.targets.models import Target


def collect(
    targets: Iterable[Target],
    kinds: Mapping[str, frozenset[str]],
    *,
    helm_program: Path | None,
    vanity_host: str,
    progress: Callable[[str, int, int], None],
) -> Iterator[TargetFacts]:
    """Collect the facts of all targets, in the order in which they come in.

    Parameters: `kinds`, target name → kinds of facts that its selected requirements need; a target that needs none is
    left alone; `helm_program`, a `helm` binary instead of Helm's SDK; `progress`, called with name, done and total.
    """
    wanted = [target for target in targets if kinds.get(target.name)]
    if not wanted:
        return
    with Helm(helm_program) as helm, ThreadPoolExecutor() as workers:
        version = helm.version()
        if isinstance(version, Refusal):
            for target in wanted:
                yield refused_chart(target, version)
            return
        running = [
            workers.submit(collect_chart, helm, target, kinds[target.name], by=str(version), vanity_host=vanity_host)
            for target in wanted
        ]
        for done, future in enumerate(as_completed(running), 1):
            facts = future.result()
            progress(facts.target, done, len(wanted))
            yield facts
