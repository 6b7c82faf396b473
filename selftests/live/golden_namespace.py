"""A namespace by hand in which everything is right, and every requirement on namespaces judged on it."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import yaml
from auditor import Auditor, Outcome

from toetskader.catalogue.models import Requirement, TargetParameters
from toetskader.core.failure import Reason
from toetskader.facts.attempt import NotSeen, Provenance
from toetskader.facts.chart import RenderedObject
from toetskader.facts.key import Attempt, FactKey, TargetFacts
from toetskader.facts.kubernetes.live import (
    ContainerUse,
    Family,
    Inside,
    InsideContainer,
    ListOutcome,
    Live,
    Logs,
    LogTail,
    Metrics,
    MetricsPage,
    Usage,
)
from toetskader.judging.check import Check
from toetskader.judging.combining import Judged
from toetskader.text import Text

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
SEEN = Provenance(at=NOW, by="test", source="test")
GOLDEN = (Path(__file__).parent / "golden_namespace.yaml").read_text(encoding="utf-8")
DIGEST = "ghcr.io/voorbeeld/meldingen@sha256:" + "a" * 64


class LiveParameters(TargetParameters, frozen=True, kw_only=True):
    """What the target fills in."""

    gitlab_host: str | None = None


PARAMETERS = LiveParameters(
    trusted_image_locations=("ghcr.io/voorbeeld",),
    third_party_images=(),
    in_cluster_peers=(),
    external_storage_claims=(),
    diginetwerk_ranges=("10.10.0.0/16",),
    production_values_sets=("productie",),
    gitlab_host="gitlab.voorbeeld.nl",
)

Facts = dict[str, Attempt]
Change = Callable[[Facts], Facts]


def not_seen(nl: str, en: str) -> NotSeen:
    """Return an attempt that failed."""
    return NotSeen(reason=Reason.DENIED, message=Text(nl, en), provenance=SEEN)


def facts(text: str = GOLDEN, *, lists: tuple[ListOutcome, ...] = (), environment: str = "production") -> Facts:
    """Return the facts of a namespace that holds these documents, with logs, metrics and use that fit it."""
    documents = tuple(RenderedObject(template="", document=item) for item in yaml.safe_load(text))
    live = Live(
        provenance=SEEN,
        namespace="meldingen",
        environment=environment,
        kubernetes="v1.35.2",
        objects=documents,
        lists=lists,
    )
    pods = ("app-5c-a", "app-5c-b")
    workload = "Deployment/app"
    tails = tuple(
        LogTail(
            pod=pod,
            container="app",
            workload=workload,
            lines=50,
            json=50,
            levels=50,
            utc=50,
            level_names=("error", "info"),
        )
        for pod in pods
    )
    families = (
        Family(name="http_server_requests", type="counter", labels=("status", "method")),
        Family(name="http_server_request_duration_seconds", type="histogram", labels=("status",)),
        Family(name="http_server_requests_in_flight", type="gauge"),
        Family(name="process_cpu_seconds", type="counter"),
    )
    page = MetricsPage(
        pod=pods[0],
        workload=workload,
        port="8080",
        path="/metrics",
        found_by="ServiceMonitor/app",
        status=200,
        content_type="application/openmetrics-text; version=1.0.0",
        form="openmetrics",
        families=families,
    )
    inside = InsideContainer(
        pod=pods[0], container="app", workload=workload, uid=1000, read_only_root=True, writable=("/tmp",)
    )
    return {
        "live": live,
        "logs": Logs(provenance=SEEN, tails=tails),
        "metrics": Metrics(provenance=SEEN, pages=(page,)),
        "usage": Usage(
            provenance=SEEN,
            containers=tuple(ContainerUse(pod=pod, container="app", cpu="50m", memory="100Mi") for pod in pods),
        ),
        "inside": Inside(provenance=SEEN, containers=(inside,)),
    }


@cache
def auditor() -> Auditor:
    """Return what judges every requirement that is measured on a namespace."""
    return Auditor("namespace")


@cache
def requirements() -> tuple[tuple[Requirement, Check], ...]:
    """Return the requirements that are measured on a namespace, one for each thing that is asked, with its check."""
    return tuple((auditor().requirements[id_], auditor().check_of(id_)) for id_ in auditor().distinct)


def judged(found: Facts, parameters: Any = PARAMETERS, *ids: str) -> Outcome:
    """Judge requirements on a namespace: one for each thing that is asked, or those that are named."""
    live = found["live"]
    environment = live.environment if isinstance(live, Live) else "production"
    attempts = {FactKey(kind, environment): attempt for kind, attempt in found.items()}
    facts = TargetFacts("t", {"namespace": (environment,)}, attempts)
    return auditor().judged(facts, parameters, scenes=dict.fromkeys(ids or auditor().distinct))


def judged_by(row: Requirement, found: Facts) -> Judged:
    """Judge one requirement on a namespace."""
    return judged(found, PARAMETERS, row.id)[row.id]


def with_fact(kind: str, **changes: Any) -> Facts:
    """Return the golden facts with fields of one of them changed."""
    found = facts()
    found[kind] = msgspec.structs.replace(found[kind], **changes)
    return found
