"""Metrics endpoints of a component, asked through the API server's proxy: no other way into the namespace is needed."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

import msgspec

from toetskader.collect.kubernetes.client import AT_ONCE, ApiServer, Response, path_of
from toetskader.collect.kubernetes.failures import said
from toetskader.collect.kubernetes.selection import selected
from toetskader.core.failure import Failed
from toetskader.facts.attempt import Malformed, Provenance
from toetskader.facts.endpoint.escape import escaped
from toetskader.facts.kubernetes.live import Live, Metrics, MetricsPage
from toetskader.facts.kubernetes.node import Node
from toetskader.facts.kubernetes.objects import KubernetesObject, Objects
from toetskader.facts.kubernetes.open_metrics import ACCEPT, families, form_of
from toetskader.facts.kubernetes.pods import LivePod
from toetskader.facts.kubernetes.selectors import matches, matches_map
from toetskader.patterns import linear
from toetskader.text import Text

BYTES = 5_000_000
WORKLOADS = 40
PAGES_PER_POD = 3
_PATH = linear(r"/(?:[A-Za-z0-9_~-][A-Za-z0-9._~-]*/?)*")
_PORT_NAME = re.compile(r"(?:.*-)?(?:metrics|prometheus|prom)(?:-.*)?")
_MONITORING = "monitoring.coreos.com"


@dataclass(frozen=True, slots=True)
class Spot:
    """A metrics endpoint that something names."""

    port: str
    path: str
    scheme: str
    found_by: str


def collect_metrics(server: ApiServer, live: Live, *, now: datetime) -> Metrics:
    """Ask the metrics endpoints of one running pod of each workload, `WORKLOADS` at most.

    Raises `Failed` when pods were not seen. A pod that does not answer is a page with the reason.
    """
    chosen = selected(live, per_workload=1, most=WORKLOADS)
    found = {pod.name: spots(pod, chosen.objects)[:PAGES_PER_POD] for pod in chosen.pods}
    wanted = [(pod, spot) for pod in chosen.pods for spot in found[pod.name]]
    with ThreadPoolExecutor(AT_ONCE) as workers:
        pages = tuple(workers.map(lambda item: _page(server, live.namespace, *item), wanted))
    return Metrics(
        provenance=Provenance(
            at=now, by=live.provenance.by, source=f"{server.access.name}: {live.namespace}, pods/proxy"
        ),
        commands=tuple(
            f"kubectl get --raw {_address(live.namespace, pod, spot)}" for pod, spot in wanted if _is_safe(spot)
        ),
        pages=pages,
        without=tuple(sorted({pod.managed_by for pod in chosen.pods if not found[pod.name]})),
        left_out=chosen.left_out,
    )


def spots(pod: LivePod, objects: Objects) -> tuple[Spot, ...]:
    """Return the metrics endpoints of a pod, by the surest that names any: monitors, annotations, a port's name.

    A monitor that cannot be read, or was not seen where nothing else names an endpoint, is one that cannot be asked.
    """
    try:
        for found in (_of_pod_monitors, _of_service_monitors, _of_annotations, _of_ports):
            named = tuple(dict.fromkeys(found(pod, objects)))
            if named:
                return named
    except Malformed as outcome:
        return (Spot("", "", "", outcome.where),)
    hidden = [kind for kind in ("PodMonitor", "ServiceMonitor") if not objects.is_seen(kind, _MONITORING)]
    return (Spot("", "", "", f"{hidden[0]} (niet gezien / not seen)"),) if hidden else ()


def _of_pod_monitors(pod: LivePod, objects: Objects) -> Iterator[Spot]:
    if not objects.is_seen("PodMonitor", _MONITORING):
        return
    for monitor in objects.of_kind("PodMonitor", group=_MONITORING):
        if matches(monitor.get("spec", "selector"), pod.labels):
            for entry in monitor.get("spec", "podMetricsEndpoints").each():
                port = entry.get("port").text() or _text(entry.get("portNumber")) or _text(entry.get("targetPort"))
                yield _spot(entry, _number(pod, port), monitor)


def _of_service_monitors(pod: LivePod, objects: Objects) -> Iterator[Spot]:
    if not objects.is_seen("ServiceMonitor", _MONITORING) or not objects.is_seen("Service", ""):
        return
    services = list(_services(pod, objects))
    for monitor in objects.of_kind("ServiceMonitor", group=_MONITORING):
        for service in services:
            if matches(monitor.get("spec", "selector"), service.labels):
                for entry in monitor.get("spec", "endpoints").each():
                    yield _spot(entry, _behind(pod, service, entry), monitor)


def _of_annotations(pod: LivePod, objects: Objects) -> Iterator[Spot]:
    holders = [pod.object]
    if objects.is_seen("Service", ""):
        holders += _services(pod, objects)
    for holder in holders:
        given = holder.annotations
        if given.get("prometheus.io/scrape") == "true":
            port = given.get("prometheus.io/port", "") or next(iter(_ports(pod).values()), "")
            path, scheme = given.get("prometheus.io/path") or "/metrics", given.get("prometheus.io/scheme") or "http"
            yield Spot(_number(pod, port), path, scheme, f"annotations of {holder.where}")


def _of_ports(pod: LivePod, objects: Objects) -> Iterator[Spot]:  # noqa: ARG001 - one signature for all
    for name, number in _ports(pod).items():
        if _PORT_NAME.fullmatch(name):
            yield Spot(number, "/metrics", "http", f"port {name} of {pod.where}")


def _services(pod: LivePod, objects: Objects) -> Iterator[KubernetesObject]:
    for service in objects.of_kind("Service", group=""):
        if matches_map(service.get("spec", "selector").labels(), pod.labels):
            yield service


def _spot(entry: Node, port: str, monitor: KubernetesObject) -> Spot:
    path, scheme = entry.get("path").text() or "/metrics", (entry.get("scheme").text() or "http").lower()
    return Spot(port, path if path.startswith("/") else f"/{path}", scheme, monitor.where)


def _behind(pod: LivePod, service: KubernetesObject, entry: Node) -> str:
    """Return the port of the pod that a ServiceMonitor's endpoint comes to."""
    direct = _text(entry.get("targetPort"))
    if direct:
        return _number(pod, direct)
    wanted = entry.get("port").text()
    for port in service.get("spec", "ports").each():
        if port.get("name").text() == wanted or wanted is None:
            return _number(pod, _text(port.get("targetPort")) or _text(port.get("port")))
    return ""


def _ports(pod: LivePod) -> dict[str, str]:
    """Name of a container's port → its number, without those that are not TCP. A port without name goes by number."""
    found: dict[str, str] = {}
    for container in pod.workload.containers:
        if container.runs_continuously:
            for port in container.get("ports").each():
                number = _text(port.get("containerPort"))
                if port.get("protocol").text() in (None, "TCP"):
                    found.setdefault(port.get("name").text() or number, number)
    return found


def _number(pod: LivePod, port: str) -> str:
    """Return a port by number, given its number or name; empty when the pod has none of that name."""
    return port if port.isdigit() else _ports(pod).get(port, "")


def _text(node: Node) -> str:
    value = node.text_or_number()
    return "" if value is None else str(value)


def _is_safe(spot: Spot) -> bool:
    """Tell whether an endpoint stays below the pod: a path can climb out of the proxy, to another part of the API."""
    port = spot.port.isascii() and spot.port.isdigit() and 0 < int(spot.port[:6]) < 65536
    return bool(port and spot.scheme in ("http", "https") and len(spot.path) < 500 and _PATH.fullmatch(spot.path))


def _address(namespace: str, pod: LivePod, spot: Spot) -> str:
    name = f"{pod.name}:{spot.port}" if spot.scheme == "http" else f"https:{pod.name}:{spot.port}"
    return path_of("api", "v1", "namespaces", namespace, "pods").replace("%3A", ":") + f"/{name}/proxy{spot.path}"


def _page(server: ApiServer, namespace: str, pod: LivePod, spot: Spot) -> MetricsPage:
    page = MetricsPage(
        pod=pod.name,
        workload=pod.managed_by,
        port=escaped(spot.port, 20),
        path=escaped(spot.path, 200),
        found_by=spot.found_by,
    )
    if not _is_safe(spot):
        message = Text(
            f"{spot.found_by} noemt geen poort, pad en schema waar iets gevraagd kan worden.",
            f"{spot.found_by} names no port, path and scheme that can be asked.",
        )
        return msgspec.structs.replace(page, failure=message)
    try:
        answer = server.get(
            _address(namespace, pod, spot),
            accept=ACCEPT,
            most_bytes=BYTES,
            cut=True,
            any_status=True,
            what=f"pods/proxy {pod.name}",
        )
    except Failed as outcome:
        return msgspec.structs.replace(page, failure=outcome.failure.message)
    return _read(page, answer)


class _Status(msgspec.Struct):
    kind: str
    status: str
    code: int


def _read(page: MetricsPage, answer: Response) -> MetricsPage:
    page = msgspec.structs.replace(
        page, status=answer.status, content_type=escaped(answer.content_type, 200), cut=answer.cut
    )
    if answer.status != 200:
        own = _own_words(answer)
        message = (
            Text(f"De API-server kwam niet bij de pod: {own}.", f"The API server did not reach the pod: {own}.")
            if own
            else Text(f"De pod antwoordt met status {answer.status}.", f"The pod answers with status {answer.status}.")
        )
        return msgspec.structs.replace(page, status=0 if own else answer.status, failure=message)
    form = form_of(answer.content_type)
    # Something has to be read: what is not called by its name is read as the more lenient of the two.
    found, problems = families(answer.body, form or "prometheus", cut=answer.cut)
    return msgspec.structs.replace(page, form=form, families=found, problems=problems)


def _own_words(answer: Response) -> str:
    """Return what the API server itself says when it, and not the pod, gave an answer; else nothing."""
    try:
        status = msgspec.json.decode(answer.body, type=_Status)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        # A proxy that cannot connect answers in plain words.
        return said(answer.body) if answer.status in (502, 503) and b"dial" in answer.body[:400] else ""
    return said(answer.body) if status.kind == "Status" and status.code == answer.status else ""
