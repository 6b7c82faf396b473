"""What the Helm collector saw of a chart: its files, and its renders per values set."""

from typing import Any, Protocol

import msgspec

from toetskader.facts.attempt import NotSeen, Provenance
from toetskader.text import Text


class Dependency(msgspec.Struct, frozen=True, kw_only=True):
    """A dependency that Chart.yaml declares, with Helm's own status (`ok`, `unpacked`, `missing`, …)."""

    name: str
    version: str = ""
    repository: str = ""
    status: str = ""


class LintMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One message of `helm lint`; severity is `info`, `warning` or `error`."""

    severity: str
    path: str
    message: str


class OutsideSchema(msgspec.Struct, frozen=True, kw_only=True):
    """A schema of values that refers to another one, outside the chart; that one was not looked at."""

    path: str
    reference: str
    is_remote: bool
    """True for an address, which works for whoever can reach it; False for a file of the machine that Helm runs on."""


class ChartFiles(msgspec.Struct, frozen=True, kw_only=True, tag="chart"):
    """Everything in a chart that is not rendered."""

    provenance: Provenance
    name: str
    version: str
    metadata: dict[str, Any]
    """Chart.yaml."""
    values: dict[str, Any]
    """The chart's default values, subcharts' defaults coalesced."""
    schema: dict[str, Any] | None = None
    """values.schema.json, when the chart has one."""
    files: dict[str, str] = {}
    """Path inside the chart → text, templates and packed subcharts included."""
    binary_files: tuple[str, ...] = ()
    """Paths of files that are not UTF-8 text."""
    dependencies: tuple[Dependency, ...] = ()
    lint: tuple[LintMessage, ...] = ()
    lint_failure: Text | None = None
    """Why `helm lint` gave no answer; then `lint` says nothing."""
    outside_schemas: tuple[OutsideSchema, ...] = ()
    not_rendered: dict[str, Text] = {}
    """Values set → why Helm makes nothing of the chart with it."""


class RenderedObject(msgspec.Struct, frozen=True, kw_only=True):
    """One Kubernetes object of a render."""

    template: str
    """Template it came from, as in Helm's `# Source:` comment."""
    document: dict[str, Any]
    listed_under: dict[str, str] | None = None
    """Hook annotations of the list that it was an item of: Helm reads those, and not its own. None for no item."""


class Circumstance(msgspec.Struct, frozen=True, kw_only=True):
    """The same chart and values in other circumstances than those of the render: what came out differs from it."""

    when: Text
    """For people, to stand behind a finding: `at an upgrade`."""
    objects: tuple[RenderedObject, ...] = ()
    notes: str = ""
    unseen: Text | None = None
    """Why it cannot be told what would run then; the objects then say nothing."""


class Undecided(msgspec.Struct, frozen=True, kw_only=True):
    """An object that is made in some circumstances and not in others, with the same values."""

    what: str
    """`Deployment/app`."""
    runs: bool
    """Whether it makes pods."""
    by: tuple[Text, ...]
    """What decides, for people: `the clock`."""
    places: tuple[str, ...]
    """Where the templates have it decide: `templates/deploy.yaml:1`."""


class Untried(msgspec.Struct, frozen=True, kw_only=True):
    """A value that a probe could not change: Helm refused it, or how to change it does not show."""

    path: str
    """Values path, as in `overrides`."""
    why: Text
    by_schema: bool = False
    """True when values.schema.json allows no other value there."""
    decides: tuple[str, ...] = ()
    """Objects that it decides on all the same, as far as that shows: `Deployment/web`."""


class Render(msgspec.Struct, frozen=True, kw_only=True, tag="render"):
    """A chart rendered with one named values set."""

    provenance: Provenance
    scene: str
    """Name of the values set, or the environment that the chart is rendered for."""
    variant: str = ""
    """Empty for the chart as contracted; else what was changed: `vanity`, `next`, `scaled`."""
    overrides: dict[str, Any] = {}
    """Values path (dotted) → value that the variant set."""
    untried: tuple[Untried, ...] = ()
    """Values that the variant should have set, and could not."""
    release: str
    namespace: str
    kubernetes: str
    values: dict[str, Any] = {}
    """Values the render used: defaults and the values set, coalesced."""
    objects: tuple[RenderedObject, ...] = ()
    notes: str = ""
    """Rendered NOTES.txt."""
    varies: tuple[str, ...] = ()
    """Places that come out otherwise each time (`Deployment/app metadata.annotations.x`): chance, or the clock."""
    otherwise: tuple[Circumstance, ...] = ()
    """Circumstances that change what is rendered; empty when none of those tried does."""
    undecided: tuple[Undecided, ...] = ()
    """Objects that no value decides on, but the clock, the cluster, chance or the release."""
    stand_ins: dict[str, str] = {}
    """Word in this render → the one of this run alone, drawn by chance, that it stands for."""


ChartAttempt = ChartFiles | Render | NotSeen


class _HasObjects(Protocol):
    @property
    def objects(self) -> tuple[RenderedObject, ...]: ...


def alike(one: _HasObjects, other: _HasObjects) -> bool:
    """Tell whether two renders make the same objects, but for what is in Secrets and for checksums of that.

    A chart draws passwords by chance, and renews pods by the checksum of what they read; neither decides what runs.
    """
    return one.objects == other.objects or decisive(one.objects) == decisive(other.objects)


def decisive(objects: tuple[RenderedObject, ...]) -> list[tuple[str, Any]]:
    """Return the objects of a render, each behind its template, without what `alike` passes over."""
    return [(item.template, _without_chance(item.document)) for item in objects]


def _without_chance(document: dict[str, Any]) -> Any:
    if document.get("kind") == "Secret":
        document = {key: value for key, value in document.items() if key not in ("data", "stringData")}
    return _without_checksums(document)


def _without_checksums(part: Any) -> Any:
    if isinstance(part, dict):
        return {key: _without_checksums(value) for key, value in part.items() if not str(key).startswith(_CHECKSUM)}
    return [_without_checksums(item) for item in part] if isinstance(part, list) else part


_CHECKSUM = "checksum/"
