"""Workloads with the pods that run something else than their workload asks for now, so that these are judged too."""

from toetskader.facts.kubernetes.live import Live
from toetskader.facts.kubernetes.owners import Owners
from toetskader.facts.kubernetes.pods import LivePod, LivePods, condition
from toetskader.facts.kubernetes.workloads import Container, ContainerRole, Workload, Workloads
from toetskader.text import Text


class RunningWorkloads(Workloads):
    """The workloads of a namespace and, each as a workload of its own, its pods that differ from what manages them.

    A rollout that is stuck leaves such pods, and so does a container that somebody put into a pod to look around. What
    differs is the image or the security context of a container that both have, or a container for debugging. Containers
    that only the pod has otherwise were put in by the platform (a mesh) and are not the supplier's.
    """

    def __init__(self, workloads: Workloads, pods: LivePods) -> None:  # nothing is read again: no `super().__init__`
        self.scene, self.unseen, self.left_out = workloads.scene, None, False
        self._owners = Owners(())
        asked = {item.where: {container.name: container for container in item.containers} for item in workloads}
        self.strays = tuple(
            Workload(pod.object) for pod in pods if is_there(pod) and _differs(pod, asked.get(pod.managed_by))
        )
        """Pods that differ from what manages them."""
        self.of_namespace = (*workloads.of_namespace, *self.strays)
        self.with_tests = (*workloads.with_tests, *self.strays)
        self._run_time = (*workloads, *self.strays)


def why_nothing_runs(workloads: Workloads, pods: LivePods, live: Live) -> Text | None:
    """Return why a namespace shows nothing of what runs; None when something runs, or will by itself.

    Nothing runs where there is no workload that the target's selector may choose, and where all have ended, or were
    told not to run: replicas at 0, a suspended CronJob. What is not there or not on meets no rule on what runs.
    """
    if any(pod.is_running for pod in pods) or any(map(_may_run, workloads)):
        return None
    chosen = Text(
        f" dat bij selector {live.selector!r} hoort" if live.selector else "",
        f" that goes with selector {live.selector!r}" if live.selector else "",
    )
    where = f"{live.namespace} ({live.environment})"
    if not len(workloads):
        return Text(
            f"In namespace {where} draait niets{chosen.nl}. Controleer naam en selector van de namespace bij het doel.",
            f"In namespace {where} nothing runs{chosen.en}. Check name and selector of the namespace in the target.",
        )
    names = ", ".join(item.where for item in tuple(workloads)[:3])
    return Text(
        f"In namespace {where} draait nu niets{chosen.nl}: {names} is klaar of staat op nul. Meet opnieuw als het "
        "component draait, of controleer naam en selector van de namespace bij het doel.",
        f"In namespace {where} nothing runs now{chosen.en}: {names} has ended or is at zero. Measure again when the "
        "component runs, or check name and selector of the namespace in the target.",
    )


def _may_run(workload: Workload) -> bool:
    asked: object
    match workload.kind:
        case "Pod":
            return workload.get("status", "phase").text() not in ("Succeeded", "Failed")
        case "Job":
            ended = any(
                condition(workload.object, name).get("status").text() == "True" for name in ("Complete", "Failed")
            )
            return not ended and workload.get("spec", "suspend").flag() is not True
        case "CronJob":
            return workload.get("spec", "suspend").flag() is not True
        case "DaemonSet":
            asked = workload.get("status", "desiredNumberScheduled").value
        case _:
            asked = workload.get("spec", "replicas").value
    return asked != 0


def is_there(pod: LivePod) -> bool:
    """Tell whether a pod did not end and was not told to."""
    return pod.phase not in ("Succeeded", "Failed") and not pod.is_leaving


def _differs(pod: LivePod, asked: dict[str, Container] | None) -> bool:
    if asked is None or pod.managed_by == pod.where:  # it is judged as a workload already
        return False
    return any(
        container.role is ContainerRole.EPHEMERAL
        or (container.name in asked and _essence(container) != _essence(asked[container.name]))
        for container in pod.workload.containers
    )


def _essence(container: Container) -> tuple[object, ...]:
    security = container.security
    return (
        container.get("image").value,
        security.run_as_user.value,
        security.run_as_non_root.value,
        security.read_only_root_filesystem.value,
    )
