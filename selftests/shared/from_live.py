"""A namespace for tests, written as YAML."""

from datetime import UTC, datetime

import yaml

from toetskader.facts.attempt import Provenance
from toetskader.facts.chart import RenderedObject
from toetskader.facts.kubernetes.live import ListOutcome, Live
from toetskader.facts.kubernetes.objects import Objects
from toetskader.facts.kubernetes.pods import LivePods
from toetskader.facts.kubernetes.workloads import Workloads
from toetskader.text import Text

_POD_KINDS = (
    ("apps", "Deployment", "deployments"),
    ("apps", "StatefulSet", "statefulsets"),
    ("apps", "DaemonSet", "daemonsets"),
    ("apps", "ReplicaSet", "replicasets"),
    ("", "ReplicationController", "replicationcontrollers"),
    ("", "Pod", "pods"),
    ("batch", "Job", "jobs"),
    ("batch", "CronJob", "cronjobs"),
)
SEEN = tuple(ListOutcome(group=group, version="v1", kind=kind, plural=plural) for group, kind, plural in _POD_KINDS)


def live(
    text: str,
    lists: tuple[ListOutcome, ...] = SEEN,
    *,
    unknown: Text | None = None,
    others: tuple[str, ...] = (),
) -> Live:
    """Return a namespace that holds these documents."""
    return Live(
        provenance=Provenance(at=datetime(2026, 1, 1, tzinfo=UTC), by="test", source="test"),
        namespace="zaken",
        environment="production",
        objects=tuple(RenderedObject(template="", document=item) for item in yaml.safe_load_all(text) if item),
        lists=lists,
        unknown=unknown,
        others=others,
    )


def pods(text: str) -> LivePods:
    """Return the pods of a namespace that holds these documents."""
    objects = Objects.of_live(live(text))
    return LivePods(objects, Workloads(objects))
