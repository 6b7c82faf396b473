"""Kubernetes objects for tests, written as YAML."""

from datetime import UTC, datetime

import yaml

from toetskader.facts.attempt import Provenance
from toetskader.facts.chart import Render, RenderedObject
from toetskader.facts.kubernetes.objects import Objects
from toetskader.facts.kubernetes.workloads import Workload, Workloads


def objects(text: str, *, template: str = "t.yaml") -> Objects:
    """Return the objects of a render that holds these documents, all of one template."""
    documents = [document for document in yaml.safe_load_all(text) if document]
    return Objects.of(
        Render(
            provenance=Provenance(at=datetime(2026, 1, 1, tzinfo=UTC), by="test", source="test"),
            scene="standaard",
            release="release",
            namespace="namespace",
            kubernetes="1.35",
            objects=tuple(RenderedObject(template=template, document=document) for document in documents),
        )
    )


def workloads(text: str) -> Workloads:
    """Return the workloads of a render that holds these documents."""
    return Workloads(objects(text))


def workload(text: str) -> Workload:
    """Return the only workload of a render that holds these documents."""
    (only,) = workloads(text)
    return only


def pod(spec: str) -> Workload:
    """Return a Deployment whose pods have this spec, in YAML's flow style."""
    return workload(
        f"{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: app}}, spec: {{template: {{spec: {spec}}}}}}}"
    )
