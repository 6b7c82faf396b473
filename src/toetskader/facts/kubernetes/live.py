"""What the Kubernetes collector saw of a namespace: its objects, logs, metrics and use. Secrets are never in it.

A part that could not be seen is a value with its own reason, so that nothing that was refused looks like nothing there.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from toetskader.facts.attempt import Provenance
from toetskader.facts.chart import RenderedObject
from toetskader.text import Text


class ListOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """How the one list of a kind of object went."""

    group: str = ""
    """API group; empty for the core."""
    version: str = ""
    kind: str
    plural: str = ""
    served: bool = True
    """False when the API server says that it knows no such kind: then there are none."""
    count: int = 0
    """Objects of this kind that were seen."""
    complete: bool = True
    """True when all objects of this kind in the namespace are here."""
    denied: bool = False
    """True when whoever looked has no right to list this kind."""
    left_out: bool = False
    """True when no requirement that was selected reads this kind, so that it was not asked for."""
    reason: Text | None = None
    """Why objects were not seen: forbidden, not served, timed out, too many."""
    requests: int = 0
    """Requests that the list took, retries included."""

    @property
    def resource(self) -> str:
        """Name as kubectl takes it: `deployments.apps`."""
        return f"{self.plural}.{self.group}" if self.group else self.plural


class Live(msgspec.Struct, frozen=True, kw_only=True, tag="live"):
    """A namespace as it is: the objects in it, and how each list of them went."""

    provenance: Provenance
    commands: tuple[str, ...] = ()
    """How to repeat by hand what was seen."""
    namespace: str
    environment: str
    """`test`, `acceptance` or `production`."""
    selector: str = ""
    """Label selector of the supplier's component; empty when all of the namespace is."""
    kubernetes: str = ""
    """Version of the API server, `v1.35.2`; empty when it did not say."""
    objects: tuple[RenderedObject, ...] = ()
    """Without managedFields and applied configuration. Secrets have `metadata` and, when it was seen, `type`."""
    lists: tuple[ListOutcome, ...] = ()
    """Each kind that was asked for."""
    unknown: Text | None = None
    """Why kinds that are not in `lists` cannot be told to be absent; None when the API server says it serves none."""
    presumed: Text | None = None
    """Why lists are taken for whole that nothing says were asked for: then only what is found stands."""
    others: tuple[str, ...] = ()
    """Kinds that are served and were not asked for: `Rollout.argoproj.io`."""
    requests: int = 0
    """Requests to the API server, retries included."""

    def outcome(self, kind: str, group: str | None = None) -> ListOutcome | None:
        """Return how the list of a kind went; None when it was not asked for."""
        found = (item for item in self.lists if item.kind == kind and group in (None, item.group))
        return next(found, None)


def as_objects(documents: Iterable[dict[str, Any]]) -> tuple[RenderedObject, ...]:
    """Return what was read of a namespace as objects: they come from no template."""
    return tuple(RenderedObject(template="", document=document) for document in documents)


class LogTail(msgspec.Struct, frozen=True, kw_only=True):
    """The last lines of one container's stdout and stderr, judged when they were read. No text is kept.

    Lines that are no start of a message of their own (the rest of a stack trace) count as lines like any other.
    """

    pod: str
    container: str
    workload: str = ""
    """What runs the pod: `Deployment/app`."""
    lines: int = 0
    """Lines that are not empty."""
    json: int = 0
    """Lines that are one JSON object."""
    levels: int = 0
    """Lines with a log level."""
    utc: int = 0
    """Lines with a moment in UTC (`Z` or `+00:00`, or seconds since 1970)."""
    other_times: int = 0
    """Lines with a moment that is not in UTC, or does not say its zone."""
    elsewhere: int = 0
    """Of those, lines whose moment names another zone than UTC."""
    broken_json: int = 0
    """Lines that start like a JSON object and are none."""
    level_names: tuple[str, ...] = ()
    """Known names of levels that occur, in lower case."""
    cut: bool = False
    """True when there was more than the bytes that are read; the first and last line may be missing."""
    failure: Text | None = None
    """Why the log was not read; then the counts say nothing."""


class Logs(msgspec.Struct, frozen=True, kw_only=True, tag="logs"):
    """The tails of the logs of a component's running pods."""

    provenance: Provenance
    commands: tuple[str, ...] = ()
    tails: tuple[LogTail, ...] = ()
    left_out: Text | None = None
    """Which pods were not looked at, and why."""


class Family(msgspec.Struct, frozen=True, kw_only=True):
    """A family of metrics: its name and type; values of samples and of labels are not kept."""

    name: str
    type: str
    """`counter`, `gauge`, `histogram`, `summary`, `info`, `stateset`, `unknown`, …"""
    unit: str = ""
    documented: bool = False
    samples: int = 0
    labels: tuple[str, ...] = ()
    """Names of the labels that occur."""


class MetricsPage(msgspec.Struct, frozen=True, kw_only=True):
    """What one metrics endpoint answered."""

    pod: str
    """Pod that was asked, or empty when a Service was."""
    service: str = ""
    workload: str = ""
    port: str
    path: str
    found_by: str
    """`ServiceMonitor/name`, `PodMonitor/name`, `annotations of Pod/name`, `port metrics of Pod/name`."""
    status: int = 0
    """HTTP status; 0 when there was no answer."""
    content_type: str = ""
    form: str = ""
    """`openmetrics` or `prometheus`, as the content type says; empty when it says neither."""
    families: tuple[Family, ...] = ()
    problems: tuple[Text, ...] = ()
    """Where the text breaks its own format, with the line; the first few."""
    cut: bool = False
    """True when the text was longer than what is read."""
    failure: Text | None = None
    """Why there was nothing to read."""


class Metrics(msgspec.Struct, frozen=True, kw_only=True, tag="metrics"):
    """The metrics endpoints of a component, asked through the API server's proxy."""

    provenance: Provenance
    commands: tuple[str, ...] = ()
    pages: tuple[MetricsPage, ...] = ()
    without: tuple[str, ...] = ()
    """Workloads of which nothing names a metrics endpoint: `Deployment/app`."""
    left_out: Text | None = None
    """Which pods were not looked at, and why."""


class ContainerUse(msgspec.Struct, frozen=True, kw_only=True):
    """What a container used when metrics-server last looked."""

    pod: str
    container: str
    cpu: str
    """Kubernetes quantity, such as `12m`."""
    memory: str


class Usage(msgspec.Struct, frozen=True, kw_only=True, tag="usage"):
    """Use of CPU and memory, as metrics.k8s.io serves it."""

    provenance: Provenance
    commands: tuple[str, ...] = ()
    window: str = ""
    """Over what time was measured, such as `30s`."""
    containers: tuple[ContainerUse, ...] = ()


class InsideContainer(msgspec.Struct, frozen=True, kw_only=True):
    """What read-only commands inside a container showed."""

    pod: str
    container: str
    workload: str = ""
    uid: int | None = None
    read_only_root: bool | None = None
    """Of the mount at `/`."""
    writable: tuple[str, ...] = ()
    """Mounts that this user may write to, `/` included; /proc, /sys and /dev are left out."""
    not_seen: Text | None = None
    """Why some or all of it is not known (no shell in the image, exec refused)."""


class Inside(msgspec.Struct, frozen=True, kw_only=True, tag="inside"):
    """What was seen inside the containers: one pod of each workload, by exec and only where the target asks for it."""

    provenance: Provenance
    commands: tuple[str, ...] = ()
    containers: tuple[InsideContainer, ...] = ()
    left_out: Text | None = None
