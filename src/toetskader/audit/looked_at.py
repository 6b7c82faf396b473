"""What of a target was looked at, for people, and how they can see the same by hand."""

from dataclasses import dataclass

from toetskader.facts.chart import ChartFiles
from toetskader.facts.key import Attempt, FactKey, TargetFacts
from toetskader.facts.kubernetes.live import Live
from toetskader.targets.chart_sources import source_name
from toetskader.targets.models import ChartPart, SaasPart, Target
from toetskader.targets.namespaces import NamespaceEntry
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
    if target.chart is not None:
        parts["chart"] = _chart(target, target.chart, attempts.get(FactKey("chart")), lang)
    if target.saas is not None:
        parts["saas"] = _endpoints(target.saas)
    if target.namespaces:
        parts["namespace"] = ", ".join(
            _namespace(entry, attempts.get(FactKey("live", entry.environment))) for entry in target.namespaces
        )
        if target.chart is not None:
            parts["release"] = ", ".join(map(_release, target.namespaces))
    if target.haven_report is not None:
        parts["cluster"] = target.haven_report.name
    commands = {
        f"{target.name}/{key.file_name}": found
        for key, attempt in attempts.items()
        if (found := getattr(attempt, "commands", ()))
    }
    return LookedAt(parts, commands)


def _chart(target: Target, part: ChartPart, attempt: Attempt | None, lang: Lang) -> str:
    """Say in a few words what was looked at: chart, version, content and values sets."""
    where = source_name(part.source, target)
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
