"""Collecting for a whole run: every target once, concurrently, with progress for whoever waits."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from toetskader.collect.charts import collect_chart, refused_chart
from toetskader.collect.helm.engine import Helm
from toetskader.collect.helm.limits import Refusal
from toetskader.facts.attempt import Reason
from toetskader.facts.store import TargetFacts
from toetskader.targets.models import Target
from toetskader.text import Text


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
            workers.submit(_collect_one, helm, target, kinds[target.name], str(version), vanity_host)
            for target in wanted
        ]
        for done, future in enumerate(as_completed(running), 1):
            facts = future.result()
            progress(facts.target, done, len(wanted))
            yield facts


def _collect_one(helm: Helm, target: Target, kinds: frozenset[str], by: str, vanity_host: str) -> TargetFacts:
    """Collect one target. A fault of ours in it costs that target, and not the run."""
    try:
        return collect_chart(helm, target, kinds, by=by, vanity_host=vanity_host)
    except Exception as fault:
        name = type(fault).__name__  # its message may quote what it choked on
        message = Text(
            f"Het verzamelen liep vast op deze chart ({name}). Dat is een fout in Toetskader: meld hem.",
            f"Collecting broke on this chart ({name}). That is a fault in Toetskader: please report it.",
        )
        return refused_chart(target, Refusal(reason=Reason.TOOL_FAILED, message=message))
