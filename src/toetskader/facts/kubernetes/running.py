"""Workloads with the pods that run something else than their workload asks for now, so that these are judged too."""

from toetskader.facts.kubernetes.objects import Objects
from toetskader.facts.kubernetes.pods import LivePod, LivePods
from toetskader.facts.kubernetes.workloads import Container, ContainerRole, Workload, Workloads


class RunningWorkloads(Workloads):
    """The workloads of a namespace and, each as a workload of its own, its pods that differ from what manages them.

    A rollout that is stuck leaves such pods, and so does a container that somebody put into a pod to look around. What
    differs is the image or the security context of a container that both have, or a container for debugging. Containers
    that only the pod has otherwise were put in by the platform (a mesh) and are not the supplier's.
    """

    def __init__(self, workloads: Workloads, pods: LivePods, objects: Objects) -> None:
        super().__init__(Objects((), scene=objects.scene, namespace=objects.namespace))
        asked = {item.where: {container.name: container for container in item.containers} for item in workloads}
        self.strays = tuple(
            Workload(pod.object) for pod in pods if is_there(pod) and _differs(pod, asked.get(pod.managed_by))
        )
        """Pods that differ from what manages them."""
        self.with_tests = (*workloads.with_tests, *self.strays)
        self._run_time = (*workloads, *self.strays)


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
