"""The Services in front of pods."""

from collections.abc import Iterator

from toetskader.facts.kubernetes.objects import KubernetesObject, Objects
from toetskader.facts.kubernetes.selectors import Selectors, map_selector, members
from toetskader.facts.kubernetes.workloads import Workload


class Services:
    """The Services of a scene, with the pods they select; one index for all workloads (`Objects.derived`)."""

    def __init__(self, objects: Objects) -> None:
        self._all = tuple(objects.of_kind("Service"))
        self._selectors = Selectors(map_selector(item.get("spec", "selector").labels()) for item in self._all)

    def of(self, workload: Workload) -> Iterator[KubernetesObject]:
        """Yield the Services in front of a workload's pods."""
        for number in members(self._selectors.selecting(workload.pod_labels)):
            if self._all[number].namespace == workload.namespace:
                yield self._all[number]
