"""Use of CPU and memory by containers, where metrics-server serves it."""

from datetime import datetime

import msgspec

from toetskader.collect.kubernetes.client import ApiServer, path_of
from toetskader.collect.kubernetes.failures import ApiFailed, ApiFailure, unreadable
from toetskader.core.failure import Reason
from toetskader.facts.attempt import Provenance
from toetskader.facts.endpoint.escape import escaped
from toetskader.facts.kubernetes.live import ContainerUse, Live, Usage
from toetskader.text import Text


class _Use(msgspec.Struct):
    cpu: str = ""
    memory: str = ""


class _Container(msgspec.Struct):
    name: str
    usage: _Use


class _Metadata(msgspec.Struct):
    name: str


class _Pod(msgspec.Struct):
    metadata: _Metadata
    containers: list[_Container]
    window: str = ""


class _Pods(msgspec.Struct):
    items: list[_Pod]


def collect_usage(server: ApiServer, live: Live, *, now: datetime) -> Usage:
    """Read the use of all containers of a namespace in one request. Raises `ApiFailed`, also when it is not served."""
    path = path_of("apis", "metrics.k8s.io", "v1beta1", "namespaces", live.namespace, "pods")
    try:
        found = msgspec.json.decode(server.get(path, what="pods.metrics.k8s.io").body, type=_Pods)
    except ApiFailed as outcome:
        raise ApiFailed(_not_served() if outcome.failure.status in (404, 503) else outcome.failure) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ApiFailed(unreadable("pods.metrics.k8s.io")) from None
    return Usage(
        provenance=Provenance(
            at=now, by=live.provenance.by, source=f"{server.access.name}: {live.namespace}, metrics.k8s.io"
        ),
        commands=(f"kubectl --namespace={live.namespace} top pods --containers",),
        window=escaped(found.items[0].window, 20) if found.items else "",
        containers=tuple(
            ContainerUse(
                pod=escaped(pod.metadata.name, 253),
                container=escaped(item.name, 63),
                cpu=escaped(item.usage.cpu, 30),
                memory=escaped(item.usage.memory, 30),
            )
            for pod in found.items
            for item in pod.containers
        ),
    )


def _not_served() -> ApiFailure:
    return ApiFailure(
        Reason.NOT_COLLECTED,
        Text(
            "Het cluster meet geen verbruik: metrics.k8s.io (metrics-server) is er niet of antwoordt niet.",
            "The cluster does not measure use: metrics.k8s.io (metrics-server) is not there or does not answer.",
        ),
    )
