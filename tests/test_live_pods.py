"""Judgements on pods as they fare: that they run, that their probes answer, that their number follows the load."""

from collections.abc import Iterator
from datetime import timedelta

from tests.test_live_images import require_running
from tests.test_scaling import follow_load, report_fixed, report_unscalable
from tests.test_workloads import report_probes
from toetskader.facts.kubernetes.live import Live
from toetskader.facts.kubernetes.objects import Objects
from toetskader.facts.kubernetes.pods import ContainerState, LivePod, LivePods, condition
from toetskader.facts.kubernetes.probes import asks_something
from toetskader.facts.kubernetes.running import is_there
from toetskader.facts.kubernetes.scaling import SCALER_KINDS, autoscaler
from toetskader.facts.kubernetes.selectors import matches_map
from toetskader.facts.kubernetes.servers import SERVER_KINDS
from toetskader.facts.kubernetes.workloads import Workload, Workloads
from toetskader.judging import Findings, Text, check, not_applicable, undetermined

STARTING = timedelta(minutes=5)
"""How long a pod may take to become ready before it counts."""
RESTARTS = 3
"""Restarts after failures, within the last day, from which a container is not stable."""
_STUCK = frozenset(
    {
        "CrashLoopBackOff",
        "CreateContainerConfigError",
        "CreateContainerError",
        "ErrImageNeverPull",
        "ErrImagePull",
        "ImagePullBackOff",
        "InvalidImageName",
        "RunContainerError",
    }
)


@check("deployment.runs", objects=("Service",))
def test_everything_runs_after_deployment(
    workloads: Workloads, pods: LivePods, objects: Objects, live: Live, findings: Findings
) -> None:
    """DDC 7.7: after deployment everything runs and connections are made.

    Every workload has as many ready pods as it asks for, no container is stuck, killed for memory or restarting again
    and again, no job failed, and every Service has pods behind it. That the application reaches its sources shows only
    as far as its readiness probe asks them.
    """
    require_running(workloads)
    unsure: list[str] = []
    for workload in workloads:
        _report_containers(workload, pods, live, findings)
        if workload.is_long_running:
            unsure += _report_readiness(workload, pods, live, findings)
        elif workload.is_batch:
            _report_jobs(workload, pods, findings)
    for service in objects.of_kind("Service", group=""):
        selector = service.get("spec", "selector").labels()
        if selector and not any(matches_map(selector, pod.labels) for pod in pods.of_namespace if is_there(pod)):
            findings.add(
                service.get("spec", "selector"),
                seen=Text("geen pod die de Service kiest", "no pod that the Service selects"),
                expected=Text("minstens één pod achter de Service", "at least one pod behind the Service"),
                remedy=Text(
                    "Laat de selector van de Service de labels van een pod noemen, of verwijder de Service.",
                    "Have the Service's selector name the labels of a pod, or remove the Service.",
                ),
            )
    if unsure:
        undetermined(
            f"Nog niet te beoordelen: {', '.join(unsure[:5])} start nog of staat op nul replica's. Meet opnieuw als "
            "alles draait.",
            f"Cannot be judged yet: {', '.join(unsure[:5])} is starting or scaled to zero. Measure again when "
            "everything runs.",
        )


def is_starting(pod: LivePod, live: Live) -> bool:
    """Tell whether a pod was made so shortly before it was looked at that it need not be ready."""
    return pod.created is not None and live.provenance.at - pod.created < STARTING


def _report_readiness(workload: Workload, pods: LivePods, live: Live, findings: Findings) -> Iterator[str]:
    """Report too few ready pods; return the workload when that cannot be judged yet."""
    wanted = _wanted(workload)
    there = [pod for pod in pods.of(workload) if is_there(pod)]
    ready = [pod for pod in there if pod.is_ready]
    place = workload.get("spec", "replicas") if workload.is_scalable else workload.get("status")
    findings.saw(
        f"{workload.where}: {len(ready)} van {wanted} pods gereed", f"{workload.where}: {len(ready)} of {wanted} ready"
    )
    if wanted == 0:
        return iter((workload.where,))
    if len(ready) >= wanted:
        return iter(())
    if there and all(pod.is_ready or is_starting(pod, live) for pod in there) and len(there) >= wanted:
        return iter((workload.where,))
    findings.add(
        place,
        seen=Text(f"{len(ready)} van {wanted} pods gereed", f"{len(ready)} of {wanted} pods ready"),
        expected=Text("alle pods gereed", "all pods ready"),
        remedy=Text(
            "Zoek met `kubectl describe pod` en `kubectl logs` wat ontbreekt, en stel dat in.",
            "Find what is missing with `kubectl describe pod` and `kubectl logs`, and configure it.",
        ),
    )
    return iter(())


def _wanted(workload: Workload) -> int:
    if workload.kind == "DaemonSet":
        return workload.get("status", "desiredNumberScheduled").number() or 0
    if workload.is_scalable:
        replicas = workload.get("spec", "replicas").number()
        return 1 if replicas is None else replicas
    return 1


def _report_containers(workload: Workload, pods: LivePods, live: Live, findings: Findings) -> None:
    for pod in pods.of(workload):
        if not is_there(pod):
            continue
        for state in pod.containers:
            if state.waiting in _STUCK:
                findings.add(
                    state.container,
                    seen=Text(
                        f"{state.waiting}, {state.restarts} keer herstart",
                        f"{state.waiting}, {state.restarts} restarts",
                    ),
                    expected=Text("een container die draait", "a container that runs"),
                )
            elif any(end.reason == "OOMKilled" for end in state.ended):
                findings.add(
                    state.container,
                    seen=Text("gestopt door geheugengebrek (OOMKilled)", "killed for lack of memory (OOMKilled)"),
                    expected=Text("een geheugenlimiet die past", "a memory limit that fits"),
                    remedy=Text(
                        "Verhoog resources.limits.memory, of verminder het gebruik van de applicatie.",
                        "Raise resources.limits.memory, or lower the use of the application.",
                    ),
                )
            elif state.restarts and _failed_lately(state, live):
                findings.add(
                    state.container,
                    seen=Text(
                        f"{state.restarts} keer herstart na een fout", f"{state.restarts} restarts after a failure"
                    ),
                    expected=Text("een container die blijft draaien", "a container that keeps running"),
                    strength="required" if state.restarts >= RESTARTS else "recommended",
                )


def _failed_lately(state: ContainerState, live: Live) -> bool:
    return any(
        end.exit_code != 0 and (end.at is None or live.provenance.at - end.at < timedelta(days=1))
        for end in state.ended
    )


def _report_jobs(workload: Workload, pods: LivePods, findings: Findings) -> None:
    """Report a job of which every pod failed; of one that runs on a schedule, when its last pod did."""
    failed = condition(workload.object, "Failed")
    made = sorted(pods.of(workload), key=lambda pod: (pod.created is not None, pod.created, pod.name))
    last = made[-1] if made else None
    if failed.get("status").text() == "True" or (last is not None and last.phase == "Failed"):
        findings.add(
            failed if failed else workload,
            seen=Text("de laatste taak is mislukt", "the last job failed"),
            expected=Text("een taak die slaagt", "a job that succeeds"),
        )


@check("probes.answer")
def test_probes_are_there_and_answer(workloads: Workloads, pods: LivePods, live: Live, findings: Findings) -> None:
    """DDC 7.19: probes let Kubernetes handle starting, running and failing, and in the pods that run they answer."""
    require_running(workloads)
    report_probes(workloads=workloads, findings=findings)
    unsure: list[str] = []
    for workload in workloads:
        if not workload.is_long_running:
            continue
        running = [pod for pod in pods.of(workload) if pod.is_running]
        if not running:
            unsure.append(workload.where)
        for pod in running:
            for state in pod.containers:
                if not state.container.runs_continuously or not any(map(asks_something, state.container.probes())):
                    continue
                if state.ready and state.started is not False:
                    continue
                if is_starting(pod, live):
                    unsure.append(pod.where)
                    continue
                findings.add(
                    state.container,
                    seen=Text("niet gereed: een probe antwoordt niet", "not ready: a probe does not answer"),
                    expected=Text("probes die antwoorden", "probes that answer"),
                )
    if unsure:
        undetermined(
            f"Of de probes antwoorden, is niet te zien van {', '.join(unsure[:5])}: er draait geen pod, of die start "
            "nog. Meet opnieuw als de pods draaien.",
            f"Whether the probes answer cannot be seen of {', '.join(unsure[:5])}: no pod runs, or it is starting. "
            "Measure again when the pods run.",
        )


@check("scaling.follows_load", objects=(*SCALER_KINDS, *SERVER_KINDS))
def test_number_of_pods_follows_the_load(
    workloads: Workloads, objects: Objects, pods: LivePods, findings: Findings
) -> None:
    """DDC 7.4: the component scales up and down with the load, where that is fitting.

    An autoscaler has room between its bounds, may go both ways, and can read what it scales by. Without one, several
    ready pods show that the number can be chosen; a single pod shows nothing of it.
    """
    require_running(workloads)
    judged = follow_load(workloads)
    if not judged:
        not_applicable("Er draait geen schaalbare workload.", "No workload that scales runs.")
    unsure: list[str] = []
    for workload in judged:
        scaler = autoscaler(objects, workload)
        if scaler is None:
            if not workload.is_scalable and not workload.is_custom:
                report_unscalable(workload, findings)
            elif sum(pod.is_ready for pod in pods.of(workload) if pod.is_running) < 2:
                unsure.append(workload.where)
            continue
        report_fixed(scaler, findings)
        names = ("Ready",) if scaler.object.kind == "ScaledObject" else ("AbleToScale", "ScalingActive")
        for name in names:
            found = condition(scaler.object, name)
            status, reason = found.get("status"), found.get("reason").text() or ""
            if status.text() is None:
                unsure.append(scaler.object.where)
            elif status.text() != "True" and reason != "ScalingDisabled":
                findings.add(
                    status,
                    seen=f"{name}: {status.value} ({reason})",
                    expected=Text(f"{name}: True", f"{name}: True"),
                    remedy=Text(
                        "Zorg dat de metriek te lezen is: metrics-server of de adapter draait, en elke container heeft "
                        "resources.requests.",
                        "See that the metric can be read: metrics-server or the adapter runs, and every container has "
                        "resources.requests.",
                    ),
                )
            elif status.text() != "True":
                unsure.append(scaler.object.where)
        limited = condition(scaler.object, "ScalingLimited")
        if limited.get("status").text() == "True" and limited.get("reason").text() == "TooManyReplicas":
            findings.add(
                limited.get("reason"),
                seen=Text("de belasting vraagt meer dan het maximum", "the load asks for more than the maximum"),
                expected=Text("een maximum dat de belasting aankan", "a maximum that bears the load"),
                strength="recommended",
            )
    if unsure:
        names_ = ", ".join(dict.fromkeys(unsure))
        undetermined(
            f"Of het aantal meebeweegt, is niet te zien van {names_}: één pod zonder autoscaler, of een autoscaler die "
            "nog niets meldt. Draai minstens twee pods of lever een HorizontalPodAutoscaler.",
            f"Whether the number moves along does not show of {names_}: one pod without autoscaler, or an autoscaler "
            "that reports nothing yet. Run two pods at least, or supply a HorizontalPodAutoscaler.",
        )
