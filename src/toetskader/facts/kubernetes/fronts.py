"""The Services in front of pods, and what leads nowhere."""

from collections.abc import Iterable, Iterator

from toetskader.facts.kubernetes.declared import must_be_declared
from toetskader.facts.kubernetes.node import Node
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

    def without(self, workloads: Iterable[Workload]) -> Iterator[KubernetesObject]:
        """Yield the Services that select pods and find none among those of some workloads, Helm tests left out."""
        found = {id(service) for workload in workloads for service in self.of(workload)}
        for service in self._all:
            chosen = service.get("spec", "selector").labels()
            if chosen and id(service) not in found and not service.is_test:
                yield service


BACKEND_KINDS = ("Ingress.networking.k8s.io", "Service")
"""Kinds of objects that tell which backends are missing (`missing_backends`)."""


def missing_backends(objects: Objects) -> Iterator[Node]:
    """Yield where an Ingress names a Service that is not in the scene. Raises `Unseen` where those were not seen."""
    must_be_declared(*BACKEND_KINDS)
    for item in objects.of_kind("Ingress", group="networking.k8s.io"):
        backends = [item.get("spec", "defaultBackend")]
        for rule in item.get("spec", "rules").each():
            backends += [path.get("backend") for path in rule.get("http", "paths").each()]
        for backend in backends:
            name = backend.get("service", "name")
            if name.text() and objects.find("Service", name.text() or "", item.namespace) is None:
                yield name
