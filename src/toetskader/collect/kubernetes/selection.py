"""Which pods to look at more closely: those of the supplier's component that run, a few of each workload."""

from dataclasses import dataclass

from toetskader.core.failure import Failed, Failure, Reason
from toetskader.facts.attempt import Malformed, Unseen
from toetskader.facts.kubernetes.component import Component
from toetskader.facts.kubernetes.live import Live
from toetskader.facts.kubernetes.objects import Objects
from toetskader.facts.kubernetes.pods import LivePod, LivePods
from toetskader.facts.kubernetes.workloads import Workloads
from toetskader.text import Text


@dataclass(frozen=True, slots=True)
class Selection:
    """Pods to look at."""

    pods: tuple[LivePod, ...]
    left_out: Text | None
    """Which pods of the component are not among them, and why."""
    objects: Objects
    workloads: Workloads


def selected(live: Live, *, per_workload: int, most: int) -> Selection:
    """Choose running pods, so many of each workload and so many in all, every workload before a second of any.

    Raises `Failed` when pods were not seen, or the selector of the target is none.
    """
    objects = Objects.of_live(live)
    try:
        component = Component.of(live)
        workloads = Workloads(objects, component)
        running = LivePods(objects, workloads, component).running
    except Unseen as outcome:
        raise Failed(Failure(Reason.NOT_COLLECTED, outcome.reason)) from None
    except Malformed as outcome:
        message = Text(
            f"{outcome.where}, {outcome.path} is niet te lezen.", f"{outcome.where}, {outcome.path} cannot be read."
        )
        raise Failed(Failure(Reason.REFUSED_INPUT, message)) from None
    by_workload: dict[str, list[LivePod]] = {}
    for pod in sorted(running, key=lambda pod: pod.name):
        by_workload.setdefault(pod.managed_by, []).append(pod)
    in_turn = [pods[turn] for turn in range(per_workload) for pods in by_workload.values() if turn < len(pods)]
    chosen = in_turn[:most]
    without = len(by_workload) - len({pod.managed_by for pod in chosen})
    return Selection(tuple(chosen), _left_out(len(running), len(chosen), without), objects, workloads)


def _left_out(running: int, chosen: int, workloads: int) -> Text | None:
    if workloads:
        return Text(
            f"Van {workloads} workloads is geen pod bekeken: er is een grens aan het aantal pods per keer.",
            f"Of {workloads} workloads no pod was looked at: the number of pods at a time is limited.",
        )
    if running > chosen:
        return Text(
            f"Bekeken zijn {chosen} van de {running} pods, van elke workload ten minste een.",
            f"Looked at were {chosen} of the {running} pods, of each workload at least one.",
        )
    return None
