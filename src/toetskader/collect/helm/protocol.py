"""Requests and answers between us and the process that runs Helm: one JSON document each."""

from typing import Any

import msgspec

from toetskader.core.failure import Failure
from toetskader.facts.chart import Dependency, LintMessage, RenderedObject


class RenderRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One render of a chart.

    Attributes: `key`, under which the answer comes back; `values`, YAML texts merged in order, as `-f a -f b` does;
    `overrides`, dotted values path (`\\.` for a dot in a key) → value, merged last; `kube_version`, such as `1.35`,
    or empty for Helm's default; `api_versions`, API versions the cluster is said to serve besides Helm's default;
    `revision`, how often the release was installed or upgraded, this time included. A `helm` program renders whatever
    is no first installation as revision 1 that is an upgrade; `with_values`, whether the values that the templates saw
    are asked for: to write them takes Helm a twentieth of a render.
    """

    key: str
    values: tuple[str, ...] = ()
    overrides: dict[str, Any] = {}
    release: str = "release-name"
    namespace: str = "default"
    kube_version: str = ""
    api_versions: tuple[str, ...] = ()
    revision: int = 1
    with_values: bool = True


class ChartRequest(msgspec.Struct, frozen=True, kw_only=True, tag="chart"):
    """Work on one chart directory.

    Attributes: `packed`, the archive that the chart came in, which Helm loads then; `files`, paths of the chart's own
    files, which must be those that Helm loads when the chart is described, None for whatever it loads; `describe`,
    whether metadata, values, schema and dependencies are asked; `lint`, key of the render with whose values and cluster
    `helm lint` runs, or empty for no lint.
    """

    path: str
    packed: str = ""
    files: tuple[str, ...] | None = None
    renders: tuple[RenderRequest, ...] = ()
    describe: bool = True
    lint: str = ""


class ParseRequest(msgspec.Struct, frozen=True, kw_only=True, tag="parse"):
    """Read the output of another Helm: (template path, YAML text) pairs, to objects."""

    documents: tuple[tuple[str, str], ...]


class PickRequest(msgspec.Struct, frozen=True, kw_only=True, tag="pick"):
    """Pick a version of a chart.

    Attributes: `version`, or a constraint on it, or empty for the highest; `index`, the path of a repository's
    index.yaml; without it `tags` are the versions that there are.
    """

    name: str
    version: str = ""
    index: str = ""
    tags: tuple[str, ...] = ()


class VersionRequest(msgspec.Struct, frozen=True, kw_only=True, tag="version"):
    """Ask which Helm this is."""


Request = ChartRequest | ParseRequest | PickRequest | VersionRequest


class Description(msgspec.Struct, frozen=True, kw_only=True):
    """What a chart says about itself.

    Attributes: `metadata`, Chart.yaml; `values`, the defaults with those of the subcharts coalesced; `missing`, names
    of declared dependencies that are not in charts/.
    """

    metadata: dict[str, Any]
    values: dict[str, Any]
    schema: dict[str, Any] | None = None
    dependencies: tuple[Dependency, ...] = ()
    missing: tuple[str, ...] = ()


class Rendered(msgspec.Struct, frozen=True, kw_only=True, tag="rendered"):
    """A render that succeeded.

    Attributes: `objects`, in the order of their templates; hooks and tests are among them, and what crds/ has besides
    definitions; `values`, as the templates saw them, where they were asked for; `notes`, the chart's own NOTES.txt.
    """

    objects: tuple[RenderedObject, ...]
    values: dict[str, Any] = {}
    notes: str = ""


class ChartAnswer(msgspec.Struct, frozen=True, kw_only=True, tag="chart"):
    """Answer to `ChartRequest`: per render the objects, or why there are none; `lint` is None when not asked."""

    renders: dict[str, Rendered | Failure] = {}
    description: Description | None = None
    lint: tuple[LintMessage, ...] | Failure | None = None


class ParseAnswer(msgspec.Struct, frozen=True, kw_only=True, tag="parsed"):
    """Answer to `ParseRequest`."""

    objects: tuple[RenderedObject, ...]


class PickAnswer(msgspec.Struct, frozen=True, tag="picked"):
    """Answer to `PickRequest`; of an index also where the packed chart is, and its SHA-256 when that is told."""

    version: str
    url: str = ""
    digest: str = ""


class Version(msgspec.Struct, frozen=True, kw_only=True, tag="version"):
    """Which Helm did the work: `tool` is `sdk` or `binary`, `where` the package or the path of the program."""

    tool: str
    where: str
    helm: str

    def __str__(self) -> str:
        return f"Helm {self.helm} ({self.where})"


Answer = ChartAnswer | ParseAnswer | PickAnswer | Version | Failure


class RawObject(msgspec.Struct, frozen=True, kw_only=True):
    """A `RenderedObject` whose document is still JSON: the child passes on what Helm wrote, unread."""

    template: str
    document: msgspec.Raw
    listed_under: dict[str, str] | None = None


class RawRendered(msgspec.Struct, frozen=True, kw_only=True, tag="rendered"):
    """`Rendered` as the child writes it."""

    objects: tuple[RawObject, ...]
    values: msgspec.Raw
    notes: str


class RawDescription(msgspec.Struct, frozen=True, kw_only=True):
    """`Description` as the child writes it."""

    metadata: msgspec.Raw
    values: msgspec.Raw
    schema: msgspec.Raw
    dependencies: msgspec.Raw
    missing: tuple[str, ...]


class RawChartAnswer(msgspec.Struct, frozen=True, kw_only=True, tag="chart"):
    """`ChartAnswer` as the child writes it."""

    renders: dict[str, RawRendered | Failure]
    description: RawDescription | None
    lint: tuple[LintMessage, ...] | Failure | None


class RawParseAnswer(msgspec.Struct, frozen=True, kw_only=True, tag="parsed"):
    """`ParseAnswer` as the child writes it."""

    objects: tuple[RawObject, ...]


RawAnswer = RawChartAnswer | RawParseAnswer | PickAnswer | Version | Failure
