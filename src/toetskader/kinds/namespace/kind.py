"""A namespace in which the component runs, in each environment that the target names."""

from collections.abc import Mapping

from toetskader.facts.key import Attempt, FactKey
from toetskader.facts.kubernetes.declared import AT_HAND
from toetskader.facts.kubernetes.live import Inside, Live, Logs, Metrics, Usage
from toetskader.facts.kubernetes.pods import LivePods
from toetskader.facts.kubernetes.running import why_nothing_runs
from toetskader.kinds.kind import Kind, no_places, no_secrets
from toetskader.kinds.kubernetes import OBJECT_SUBJECTS, component, not_listed
from toetskader.kinds.namespace.entry import ENTRY
from toetskader.kinds.namespace.part import NamespaceEntry, scenes
from toetskader.kinds.subject import Scene, Subject, facts
from toetskader.text import Text

ENVIRONMENT = Text("omgeving", "environment")
LIVE = facts("live")


def _pods(scene: Scene, live: Live) -> LivePods:
    return LivePods(scene.get("objects"), scene.get("workloads"), component(live))


def _nothing_runs(scene: Scene) -> Text | None:
    return why_nothing_runs(scene.get("workloads"), scene.get("pods"), scene.get("live"))


def _describe(entries: tuple[NamespaceEntry, ...], attempts: Mapping[FactKey, Attempt], *_: object) -> str:
    return ", ".join(_described(entry, attempts.get(FactKey("live", entry.environment))) for entry in entries)


def _described(entry: NamespaceEntry, attempt: Attempt | None) -> str:
    version = f", Kubernetes {attempt.kubernetes}" if isinstance(attempt, Live) and attempt.kubernetes else ""
    return f"{entry.namespace} ({entry.environment}{version})"


NAMESPACE = Kind(
    name="namespace",
    given=ENTRY,
    scenes=scenes,
    redacted=no_secrets,
    places=no_places,
    describe=_describe,
    facts={"live": Live, "logs": Logs, "metrics": Metrics, "usage": Usage, "inside": Inside},
    subjects={
        **dict.fromkeys(OBJECT_SUBJECTS, "live"),
        **LIVE,
        Subject("pods", _pods, rests_on=("objects", "workloads"), objects=("Pod", AT_HAND)): "live",
        **facts("logs", "metrics", "usage", "inside"),
    },
    always=(),
    collector="toetskader.collect.namespaces:namespaces",
    after=(),
    scene=ENVIRONMENT,
    scene_asked=ENVIRONMENT,
    places_name_scene=False,
    are_variants=False,
    varies="",
    lists_objects=True,
    nothing_there=_nothing_runs,
    left_out=not_listed,
    scaffold=None,
    docs=("beheerders.md", "## Het doel"),
)
