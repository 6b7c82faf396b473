"""The last lines of the logs of running pods, judged while they are read. Their text goes nowhere."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from toetskader.collect.kubernetes.client import AT_ONCE, ApiServer, path_of
from toetskader.collect.kubernetes.selection import selected
from toetskader.core.failure import Failed
from toetskader.facts.attempt import Provenance
from toetskader.facts.kubernetes.live import Live, Logs, LogTail
from toetskader.facts.kubernetes.log_shapes import log_tail
from toetskader.facts.kubernetes.pods import ContainerState, LivePod

LINES = 200
BYTES = 200_000
PODS_PER_WORKLOAD = 2
PODS = 50


def collect_logs(server: ApiServer, live: Live, *, now: datetime) -> Logs:
    """Read and judge the logs of up to `PODS_PER_WORKLOAD` running pods of each workload, `PODS` in all.

    Raises `Unseen` as `Failed` when pods were not seen.
    """
    chosen = selected(live, per_workload=PODS_PER_WORKLOAD, most=PODS)
    wanted = [(pod, state) for pod in chosen.pods for state in pod.containers if state.container.runs_continuously]
    with ThreadPoolExecutor(AT_ONCE) as workers:
        tails = tuple(workers.map(lambda item: _tail(server, live.namespace, *item), wanted))
    return Logs(
        provenance=Provenance(
            at=now, by=live.provenance.by, source=f"{server.access.name}: {live.namespace}, pods/log"
        ),
        commands=tuple(
            f"kubectl --namespace={live.namespace} logs {pod.name} --container={state.container.name} --tail={LINES}"
            for pod, state in wanted
        ),
        tails=tails,
        left_out=chosen.left_out,
    )


def _tail(server: ApiServer, namespace: str, pod: LivePod, state: ContainerState) -> LogTail:
    name = state.container.name
    try:
        answer = server.get(
            path_of("api", "v1", "namespaces", namespace, "pods", pod.name, "log"),
            {"container": name, "tailLines": LINES, "limitBytes": BYTES},
            accept="text/plain, */*",
            most_bytes=2 * BYTES,
            cut=True,
            what=f"pods/log {pod.name}",
        )
    except Failed as outcome:
        return LogTail(pod=pod.name, container=name, workload=pod.managed_by, failure=outcome.failure.message)
    cut = answer.cut or len(answer.body) >= BYTES
    return log_tail(answer.body, pod=pod.name, container=name, workload=pod.managed_by, cut=cut)
