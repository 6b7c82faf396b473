"""Which pods a Prometheus is told to collect metrics from: monitors of its operator, and annotations of Services."""

from collections.abc import Iterator

from toetskader.facts.kubernetes.declared import in_group, must_be_declared
from toetskader.facts.kubernetes.fronts import Services
from toetskader.facts.kubernetes.known_images import server_in
from toetskader.facts.kubernetes.node import Node
from toetskader.facts.kubernetes.objects import KubernetesObject, Objects
from toetskader.facts.kubernetes.selectors import Labels, Selectors, members, selector
from toetskader.facts.kubernetes.workloads import Container, Workload

_GROUP = "monitoring.coreos.com"
MONITOR_KINDS = ("Service", in_group("ServiceMonitor", _GROUP), in_group("PodMonitor", _GROUP))
"""Kinds of objects by which a Prometheus is told of metrics (`is_monitored`, `offers_metrics`)."""


def is_monitored(objects: Objects, workload: Workload) -> bool:
    """Tell whether a monitor, or the annotation of a Service, has metrics collected from a workload's pods.

    Raises `Malformed` for a monitor whose selector the API refuses, and `Unseen` where kinds were not seen.
    """
    must_be_declared(*MONITOR_KINDS)
    objects.of_kind("PodMonitor", group=_GROUP)
    if objects.derived(_PodMonitors).watches(workload.pod_labels, workload.namespace):
        return True
    objects.of_kind("Service")
    return any(
        service.annotations.get("prometheus.io/scrape", "").lower() == "true"
        or objects.derived(_ServiceMonitors).watches(service.labels, service.namespace)
        for service in objects.derived(Services).of(workload)
    )


def offers_metrics(objects: Objects, workload: Workload) -> bool:
    """Tell whether a workload has a port named for metrics: on a container, or on a Service in front of its pods.

    Those of servers that others make do not count, nor does a port of a Service that leads to no container. Raises
    `Unseen` where Services were not seen.
    """
    must_be_declared("Service")
    running = [item for item in workload.containers if item.runs_continuously]
    own = [item for item in running if server_in(item) is None] or running  # a server by itself is the component
    if any(_is_for_metrics(port) for container in own for port in container.get("ports").each()):
        return True
    objects.of_kind("Service")
    return any(
        _is_for_metrics(port) and _leads_to(port, workload, own)
        for service in objects.derived(Services).of(workload)
        for port in service.get("spec", "ports").each()
    )


def _is_for_metrics(port: Node) -> bool:
    name = port.get("name").text() or ""
    return "metrics" in name or "prom" in name


def _leads_to(port: Node, workload: Workload, own: list[Container]) -> bool:
    """Tell whether a Service's port leads to one of some containers: a container need not declare a port by number."""
    named = port.get("targetPort").text_or_number()
    wanted = port.get("port").number() if named is None else named
    behind = [
        container
        for container in workload.containers
        for item in container.get("ports").each()
        if wanted in (item.get("name").text(), item.get("containerPort").number())
    ]
    return any(container in own for container in behind) or (not behind and bool(own) and isinstance(wanted, int))


class _Monitors:
    def __init__(self, items: Iterator[KubernetesObject]) -> None:
        self._all = tuple((item, selector(item.get("spec", "selector"))) for item in items)
        self._selectors = Selectors(chosen for _, chosen in self._all)
        self._told: dict[tuple[int, str], bool] = {}

    def watches(self, labels: Labels, namespace: str) -> bool:
        """Tell whether one of them selects what has these labels in a namespace."""
        known_as = (self._selectors.selecting(labels), namespace)
        if known_as not in self._told:
            self._told[known_as] = self._watches(*known_as)
        return self._told[known_as]

    def _watches(self, selecting: int, namespace: str) -> bool:
        for item, chosen in (self._all[number] for number in members(selecting)):
            if _looks_in(item, namespace):
                if chosen.fault is not None:
                    raise chosen.fault
                return True
        return False


class _PodMonitors(_Monitors):
    def __init__(self, objects: Objects) -> None:
        super().__init__(objects.of_kind("PodMonitor", group=_GROUP))


class _ServiceMonitors(_Monitors):
    def __init__(self, objects: Objects) -> None:
        super().__init__(objects.of_kind("ServiceMonitor", group=_GROUP))


def _looks_in(monitor: KubernetesObject, namespace: str) -> bool:
    """Tell whether a monitor looks in a namespace: its own, unless it names others. One that Helm deletes does not."""
    if not monitor.stays:
        return False
    chosen = monitor.get("spec", "namespaceSelector")
    if chosen.get("any").flag() is True:
        return True
    names = [node.text() for node in chosen.get("matchNames").each()]
    return namespace in names if names else monitor.namespace == namespace
