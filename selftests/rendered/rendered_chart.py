"""Judgements on a chart whose render is written as YAML: what Helm would have made of it, without Helm."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import yaml

from toetskader.facts.attempt import Provenance
from toetskader.facts.chart import ChartFiles, Render, RenderedObject
from toetskader.facts.key import FactKey, TargetFacts
from toetskader.judging.check import Check
from toetskader.judging.combining import Judged
from toetskader.judging.judge import judge
from toetskader.judging.outcomes import Parameters
from toetskader.judging.registry import load_checks
from toetskader.judging.subjects import TargetSubjects

ROOT = Path(__file__).parents[2]
SEEN = Provenance(at=datetime(2026, 11, 22, tzinfo=UTC), by="test", source="test")
SCENE = "productie"


class Settings(msgspec.Struct, frozen=True):
    """Parameters of a target, as far as these judgements read them."""

    trusted_image_locations: tuple[str, ...] = ("registry.example/",)
    third_party_images: tuple[str, ...] = ()
    production_values_sets: tuple[str, ...] = (SCENE,)
    external_storage_claims: tuple[str, ...] | None = None
    internal_ingress_class: str = "nginx-internal"
    external_ingress_class: str = "nginx"
    database_changes: bool | None = False


@cache
def checks() -> Mapping[str, Check]:
    """Return all checks by id."""
    return load_checks(ROOT / "tests")


def judged(
    check: str,
    text: str,
    *,
    params: Mapping[str, Any] | None = None,
    settings: Any = None,
    values: Mapping[str, Any] | None = None,
    files: Mapping[str, str] | None = None,
    scaled: str | None = None,
) -> Judged:
    """Judge one check on the documents of a render.

    Parameters: `text`, the documents; `values`, those of the render; `files`, path → text of the chart; `scaled`, the
    documents with other numbers of pods, where those differ.
    """
    chart = ChartFiles(
        provenance=SEEN, name="proef", version="1.0.0", metadata={}, values=dict(values or {}), files=dict(files or {})
    )
    attempts = {
        FactKey("chart"): chart,
        FactKey("render", SCENE): _render(text, dict(values or {})),
        FactKey("render_scaled", SCENE): _render(text if scaled is None else scaled, dict(values or {})),
    }
    return judge(
        checks()[check],
        TargetSubjects(TargetFacts("proef", {"chart": (SCENE,)}, dict(attempts))),
        part="chart",
        params=dict(params or {}),
        parameters=Parameters(settings or Settings()),
        today=date(2026, 11, 22),
        fixtures={},
    )


def _render(text: str, values: dict[str, Any]) -> Render:
    documents = (document for document in yaml.safe_load_all(text) if document)
    return Render(
        provenance=SEEN,
        scene=SCENE,
        release="proef",
        namespace="proef",
        kubernetes="1.35",
        values=values,
        objects=tuple(RenderedObject(template="templates/t.yaml", document=document) for document in documents),
    )


def workload(name: str = "web", pod: str = "", *, kind: str = "Deployment", meta: str = "", spec: str = "") -> str:
    """Return a document of a workload in flow style; `pod`, `meta` and `spec` are further entries of each."""
    labels = f"labels: {{app: {name}, app.kubernetes.io/version: 1.4.2}}"
    template = f"{{metadata: {{{labels}}}, spec: {{{pod or CONTAINERS}}}}}"
    match kind:
        case "Pod":
            body, version = f"{pod or CONTAINERS}", "v1"
        case "CronJob":
            body, version = f"jobTemplate: {{spec: {{template: {template}}}}}", "batch/v1"
        case "Job":
            body, version = f"template: {template}", "batch/v1"
        case _:
            body, version = f"selector: {{matchLabels: {{app: {name}}}}}, template: {template}", "apps/v1"
    more = f", {spec}" if spec else ""
    meta = f", {meta}" if meta else ""
    own = f"{{name: {name}, {labels}{meta}}}"
    return f"---\n{{apiVersion: {version}, kind: {kind}, metadata: {own}, spec: {{{body}{more}}}}}\n"


CONTAINERS = "containers: [{name: web, image: 'registry.example/web:1.4.2'}]"


def container(more: str = "", *, name: str = "web", image: str = "registry.example/web:1.4.2") -> str:
    """Return a pod's entry `containers` with one container; `more` are further entries of it."""
    return f"containers: [{{name: {name}, image: '{image}'{', ' + more if more else ''}}}]"
