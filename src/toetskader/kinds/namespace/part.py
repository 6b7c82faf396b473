"""Namespaces as a target has them, their references resolved: where one runs, and how to look at it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from toetskader.kinds.kind import SceneEntry
from toetskader.vocabulary import Environment


@dataclass(frozen=True, slots=True, kw_only=True)
class NamespaceEntry:
    """One namespace to look at; its scene is named after its environment.

    Exactly one source: a kubeconfig, the cluster this runs in, a snapshot or dumps. Paths are resolved.
    """

    environment: Environment
    namespace: str
    kubeconfig: Path | None = None
    context: str | None = None
    """Context of the kubeconfig; its current one when absent."""
    in_cluster: bool = False
    snapshot: Path | None = None
    """Folder that `toetskader snapshot` wrote."""
    dumps: tuple[Path, ...] = ()
    """Files with the output of `kubectl get … -o yaml` or `-o json`."""
    asked: tuple[str, ...] | Literal["everything"] = ()
    """What was given to kubectl for the dumps: names as it takes them, or all kinds of the namespace."""
    selector: str = ""
    """Label selector of the supplier's component; empty when the whole namespace is."""
    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    """Further namespaces of the supplier, of any environment."""
    siblings: tuple[str, ...] = ()
    """Those of them that are of this environment."""
    exec: bool = False
    """Whether read-only commands may be run inside the containers."""
    values: str | None = None
    """Values set of the target's chart that runs here; None when the target does not say which."""
    release: str = ""
    """Name that the chart is installed under here; empty without a chart."""


def scenes(entries: tuple[NamespaceEntry, ...]) -> tuple[SceneEntry, ...]:
    """Return the scenes of namespaces: one for each environment."""
    return tuple(SceneEntry(entry.environment, entry.environment, values=entry.values) for entry in entries)
