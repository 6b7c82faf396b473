"""What of a target was looked at, for people, and how they can see the same by hand."""

from dataclasses import dataclass

from toetskader.facts.chart import ChartFiles
from toetskader.facts.key import Attempt, FactKey, TargetFacts
from toetskader.facts.kubernetes.live import Live
from toetskader.kinds.chart.kind import CHART
from toetskader.kinds.chart.part import ChartPart, source_name
from toetskader.kinds.cluster import CLUSTER
from toetskader.kinds.namespace.kind import NAMESPACE
from toetskader.kinds.namespace.part import NamespaceEntry
from toetskader.kinds.saas.kind import SAAS
from toetskader.kinds.saas.part import SaasPart
from toetskader.targets.models import Target
from toetskader.text import Lang, Text


@dataclass(frozen=True)
class LookedAt:
    """What a summary says of the parts of a target."""

    parts: dict[str, str]
    """Part → chart name, version, digest, or endpoints."""
    commands: dict[str, tuple[str, ...]]
    """File of evidence → commands that show what is in it."""


def looked_at(target: Target, facts: TargetFacts | None, lang: Lang) -> LookedAt:
    """Describe what was looked at.

    Parameters: `facts`, of this target; None when nothing was collected; `lang`, language of the description.
    """
    attempts = facts.attempts if facts else {}
    parts = {}
    chart, namespaces, report = CHART.of(target.parts), NAMESPACE.of(target.parts), CLUSTER.of(target.parts)
    if chart is not None:
        parts["chart"] = _chart(target, chart, attempts.get(FactKey("chart")), lang)
    if (saas := SAAS.of(target.parts)) is not None:
        parts["saas"] = _endpoints(saas)
    if namespaces:
        parts["namespace"] = ", ".join(
            _namespace(entry, attempts.get(FactKey("live", entry.environment))) for entry in namespaces
        )
        if chart is not None:
            parts["release"] = ", ".join(map(_release, namespaces))
    if report is not None:
        parts["cluster"] = report.name
    commands = {
        f"{target.name}/{key.file_name}": found
        for key, attempt in attempts.items()
        if (found := getattr(attempt, "commands", ()))
    }
    return LookedAt(parts, commands)


def _chart(target: Target, part: ChartPart, attempt: Attempt | None, lang: Lang) -> str:
    """Say in a few words what was looked at: chart, version, content and values sets."""
    where = source_name(part.source, target.file.parent)
    scenes = ", ".join(values.name for values in part.values)
    if not isinstance(attempt, ChartFiles):
        return Text(f"{where}: niet gezien", f"{where}: not seen")[lang]
    seen = f"{attempt.name} {attempt.version} ({where}, sha256 {attempt.provenance.digest[:12]}), Kubernetes "
    seen += f"{part.kubernetes}, {attempt.provenance.by}"
    return Text(f"{seen}; waardensets: {scenes}", f"{seen}; values sets: {scenes}")[lang]


def _namespace(entry: NamespaceEntry, attempt: Attempt | None) -> str:
    version = f", Kubernetes {attempt.kubernetes}" if isinstance(attempt, Live) and attempt.kubernetes else ""
    return f"{entry.namespace} ({entry.environment}{version})"


def _release(entry: NamespaceEntry) -> str:
    return f"{entry.release} ({entry.environment}, {entry.values or '?'})"


def _endpoints(part: SaasPart) -> str:
    return ", ".join(f"{endpoint.url} ({endpoint.role}, {endpoint.environment})" for endpoint in part.endpoints)
