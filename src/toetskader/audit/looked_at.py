"""What of a target was looked at, for people, and how they can see the same by hand."""

from dataclasses import dataclass

from toetskader.collect.charts import describe_chart
from toetskader.facts.key import Attempt, FactKey, TargetFacts
from toetskader.facts.kubernetes.live import Live
from toetskader.targets.models import SaasPart, Target
from toetskader.targets.namespaces import NamespaceEntry
from toetskader.text import Lang


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
        parts["chart"] = describe_chart(target, target.chart, attempts.get(FactKey("chart")), lang)
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


def _namespace(entry: NamespaceEntry, attempt: Attempt | None) -> str:
    version = f", Kubernetes {attempt.kubernetes}" if isinstance(attempt, Live) and attempt.kubernetes else ""
    return f"{entry.namespace} ({entry.environment}{version})"


def _release(entry: NamespaceEntry) -> str:
    return f"{entry.release} ({entry.environment}, {entry.values or '?'})"


def _endpoints(part: SaasPart) -> str:
    return ", ".join(f"{endpoint.url} ({endpoint.role}, {endpoint.environment})" for endpoint in part.endpoints)
