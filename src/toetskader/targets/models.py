"""The models of targets and deviations: what stands in their files, and a target with its references resolved."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from toetskader.catalogue.models import (
    END,
    Addressee,
    Level,
    Name,
    NonEmpty,
    Part,
    Profile,
    RequirementId,
    TargetParameters,
)
from toetskader.core.fields import Model
from toetskader.facts.endpoint.names import HTTP, Endpoint
from toetskader.targets.namespaces import NamespaceEntry
from toetskader.text import Text
from toetskader.vocabulary import Environment, Role

_DNS = Text("kleine letters, cijfers en streepjes", "lower case letters, digits and dashes")
Release = Annotated[str, Meta(pattern=rf"^[a-z0-9]([a-z0-9-]*[a-z0-9])?{END}", max_length=53, extra={"expected": _DNS})]
Namespace = Annotated[
    str, Meta(pattern=rf"^[a-z0-9]([a-z0-9-]*[a-z0-9])?{END}", max_length=63, extra={"expected": _DNS})
]
KubernetesVersion = Annotated[
    str,
    Meta(
        pattern=rf"^1\.[0-9]{{1,3}}(\.[0-9]{{1,3}})?{END}",
        description='Kubernetes version in quotes: "1.35"',
        extra={"expected": Text('een versie zoals "1.35"', 'a version such as "1.35"')},
    ),
]
FileName = Annotated[
    str,
    Meta(
        pattern=rf"^[^\x00-\x1f]+{END}",
        max_length=500,
        description="Path, relative to this file",
        extra={"expected": Text("een pad, vanaf dit bestand", "a path, relative to this file")},
    ),
]


WebAddress = Annotated[
    str,
    Meta(
        pattern=rf"^https?://[^\s@]+{END}",
        extra={
            "expected": Text(
                "een adres met https:// of http://, zonder gebruikersnaam of wachtwoord",
                "an address with https:// or http://, without user name or password",
            ),
            "secret": True,
        },
    ),
]
Domain = Annotated[
    str,
    Meta(
        pattern=rf"^([a-z0-9_-]+\.)+[a-z0-9-]+{END}",
        extra={"expected": Text("een domein zoals gemeente.nl", "a domain such as gemeente.nl")},
    ),
]


DeviationStatus = Literal["applied", "expired"]


ChartAddress = Annotated[
    str,
    Meta(
        pattern=rf"^[^\x00-\x1f]+{END}",
        max_length=2000,
        extra={
            "expected": Text(
                "een pad of een oci://-adres, zonder stuurtekens",
                "a path or an oci:// address, without control characters",
            )
        },
    ),
]


class HelmRepositoryEntry(Model, frozen=True, kw_only=True):
    """A chart in a Helm repository, as the target file writes it."""

    repository: Annotated[
        str,
        Meta(
            pattern=rf"^(https?|file)://[^\s@]+{END}",
            description="Address of the repository, without user name or password",
            extra={
                "expected": Text(
                    "een adres met https://, http:// of file://, zonder gebruikersnaam of wachtwoord",
                    "an address with https://, http:// or file://, without user name or password",
                ),
                "secret": True,
            },
        ),
    ]
    # No dash in front: a chart name and version can become arguments of a program.
    name: Annotated[str, Meta(pattern=rf"^[A-Za-z0-9][A-Za-z0-9._-]*{END}")]
    version: Annotated[str, Meta(pattern=rf"^[0-9A-Za-z][0-9A-Za-z.+_-]*{END}", description="Exact version")]


class ValuesEntry(Model, frozen=True, kw_only=True):
    """A named values set, as the target file writes it in full."""

    files: Annotated[tuple[FileName, ...], Meta(description="Values files, later ones win")] = ()
    set: Annotated[dict[NonEmpty, Any], Meta(description="Dotted values path → value, on top of the files")] = (
        msgspec.field(default_factory=dict)
    )


class ChartEntry(Model, frozen=True, kw_only=True):
    """The chart part, as the target file writes it."""

    source: Annotated[
        ChartAddress | HelmRepositoryEntry,
        Meta(description="Directory or .tgz relative to this file, oci:// reference, or a chart in a repository"),
    ]
    release: Release
    namespace: Namespace
    kubernetes: KubernetesVersion
    values: Annotated[
        dict[Name, tuple[FileName, ...] | ValuesEntry],
        Meta(min_length=1, description="Values sets by name; a requirement passes only if it passes with each"),
    ]
    allow_private: Annotated[
        bool, Meta(description="The chart and its dependencies may be fetched from private and loopback addresses")
    ] = False


class EndpointEntry(Model, frozen=True, kw_only=True):
    """An endpoint of a service, as the target file writes it in full."""

    url: Annotated[
        str,
        Meta(
            pattern=rf"^(https://)?[A-Za-z0-9._-]+(:[0-9]{{1,5}})?(/[^\s?#@]*)?{END}",
            max_length=500,
            description="Host name or https:// address, without query; its port is the one that is measured",
            extra={
                "expected": Text(
                    "een hostnaam of een adres met https://, zonder vraagteken, gebruikersnaam of wachtwoord",
                    "a host name or an address with https://, without query, user name or password",
                ),
                "secret": True,
            },
        ),
    ]
    role: Annotated[Role, Meta(description="What it is for")] = "application"
    environment: Annotated[Environment, Meta(description="Which environment it is")] = "production"
    http_port: Annotated[int, Meta(ge=1, le=65535, description="Port of plain HTTP")] = HTTP
    values: Annotated[
        Name | None,
        Meta(
            description="Values set of the chart part that is behind it; absent: the one that is named elsewhere for "
            "its environment, the one with the environment's name, or the only one when there is one environment"
        ),
    ] = None


class RpkiEntry(Model, frozen=True, kw_only=True):
    """Where routes and their validity come from."""

    validator: Annotated[WebAddress | None, Meta(description="HTTP API of a validator (Routinator's)")] = None
    vrps: Annotated[FileName | None, Meta(description="Validated payloads as JSON, relative to this file")] = None
    routes: Annotated[
        FileName | None,
        Meta(description="Announced routes: lines of AS number, prefix and peers, relative to this file"),
    ] = None
    origin_zone: Annotated[Domain | None, Meta(description="DNS zone that tells the origin of an address")] = None


class SaasEntry(Model, frozen=True, kw_only=True):
    """The service as the internet sees it, as the target file writes it."""

    endpoints: Annotated[
        tuple[NonEmpty | EndpointEntry, ...],
        Meta(min_length=1, description="Host names or addresses; a requirement passes only if it passes with each"),
    ]
    municipal_domain: Annotated[
        Domain | None, Meta(description="Domain of the municipality, when the service is offered under it")
    ] = None
    allow_private: Annotated[
        bool, Meta(description="Audit inside a private network: private and loopback addresses may be contacted")
    ] = False
    resolver: Annotated[
        NonEmpty | None,
        Meta(
            description="Address[:port] of a resolver, tls://host (DNS over TLS) or https://host/path "
            "(DNS over HTTPS); absent: the system's",
        ),
    ] = None
    trust_anchors: Annotated[
        FileName | None, Meta(description="DS or DNSKEY records to start DNSSEC from; absent: the root's")
    ] = None
    certificate_authorities: Annotated[
        FileName | None, Meta(description="Certificates (PEM) to trust besides the public ones")
    ] = None
    name_server_port: Annotated[
        int, Meta(ge=1, le=65535, description="Port of name servers; a laboratory has its own")
    ] = 53
    rpki: Annotated[RpkiEntry | None, Meta(description="Where routes and their validity come from")] = None


class LiveEntry(Model, frozen=True, kw_only=True):
    """A namespace in which the component runs, as the target file writes it."""

    environment: Annotated[Environment, Meta(description="Which environment it is; the name of its scene")]
    namespace: Namespace
    values: Annotated[
        Name | None,
        Meta(
            description="Values set of the chart part that runs here; absent: the one with the environment's name, or "
            "the only one when this is the only namespace"
        ),
    ] = None
    release: Annotated[
        Release | None, Meta(description="Name that the chart is installed under here; absent: that of the chart part")
    ] = None
    kubeconfig: Annotated[
        FileName | None, Meta(description="File with address and credentials, relative to this file")
    ] = None
    context: Annotated[NonEmpty | None, Meta(description="Context of the kubeconfig; absent: its current one")] = None
    in_cluster: Annotated[bool, Meta(description="Use the service account of the pod that the audit runs in")] = False
    snapshot: Annotated[FileName | None, Meta(description="Folder that `toetskader snapshot` wrote")] = None
    dumps: Annotated[tuple[FileName, ...], Meta(description="Files with the output of `kubectl get … -o yaml`")] = ()
    asked: Annotated[
        tuple[NonEmpty, ...] | Literal["everything"],
        Meta(
            description="What was given to kubectl for the dumps, as a kind without objects leaves nothing in them: "
            "`everything` for all that `kubectl api-resources --namespaced --verbs=list -o name` names, or names as "
            "kubectl takes them (`all`, `ingresses`, `certificates.cert-manager.io`)"
        ),
    ] = ()
    selector: Annotated[str, Meta(description="Label selector of the supplier's component; absent: all of it")] = ""
    users: Annotated[tuple[NonEmpty, ...], Meta(description="The supplier's users, as the API server names them")] = ()
    groups: Annotated[tuple[NonEmpty, ...], Meta(description="The supplier's groups")] = ()
    exec: Annotated[bool, Meta(description="Read-only commands may be run inside the containers")] = False


class ClusterEntry(Model, frozen=True, kw_only=True):
    """The cluster that the component runs on, as the target file writes it."""

    haven_report: Annotated[FileName, Meta(description="JSON of the Haven Compliancy Checker, relative to this file")]


class PartEntries(Model, frozen=True, kw_only=True):
    """The parts a target has."""

    chart: ChartEntry | None = None
    saas: SaasEntry | None = None
    namespace: LiveEntry | Annotated[tuple[LiveEntry, ...], Meta(min_length=1)] | None = None
    cluster: ClusterEntry | None = None


class TargetFile(Model, frozen=True, kw_only=True):
    """A target: what is audited, of whom, and how far it must be."""

    name: Annotated[Name, Meta(description="Unique among the targets of a run")]
    supplier: Annotated[NonEmpty, Meta(description="Who delivers it")]
    component: Annotated[NonEmpty, Meta(description="What is delivered")]
    gate: Annotated[Level, Meta(description="Level up to which failing blocks")]
    profiles: Annotated[tuple[Name, ...], Meta(min_length=1, description="Profiles under policies/profiles/")]
    addressee: Annotated[Addressee, Meta(description="Who is audited")] = "supplier"
    parts: PartEntries
    parameters: TargetParameters = TargetParameters()
    own_namespaces: Annotated[
        dict[Environment, tuple[Namespace, ...]],
        Meta(
            description="Further namespaces of the same supplier on these clusters, by environment, such as those of "
            "its other components: what it may do there is no trespass"
        ),
    ] = msgspec.field(default_factory=dict)
    agreements: Annotated[
        tuple[RequirementId, ...],
        Meta(description="Requirements of level 4 that an agreement with the supplier names, and that may block"),
    ] = ()
    deviations: Annotated[FileName | None, Meta(description="File with deviations, relative to this file")] = None


class Deviation(Model, frozen=True, kw_only=True):
    """An explained non-compliance (leg uit): approved, and for a limited time."""

    id: Annotated[str, Meta(min_length=1, max_length=63)]
    requirements: Annotated[tuple[RequirementId, ...], Meta(min_length=1)]
    targets: Annotated[
        tuple[Name, ...], Meta(description="Targets it holds for; empty for every target that names this file")
    ] = ()
    reason: NonEmpty
    risk: NonEmpty
    mitigation: NonEmpty
    owner: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=300,
            description="Who answers for it: a person or a role first, the organisation after a comma",
        ),
    ]
    approved_by: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=300,
            description="Somebody else than the owner, under whatever spelling or mail address",
        ),
    ]
    approved_on: date
    expires: Annotated[date, Meta(description="Last day that it holds, at most two years after its approval")]
    evidence: tuple[NonEmpty, ...] = ()

    def holds_for(self, target: str) -> bool:
        """Tell whether it is meant for a target, by name."""
        return not self.targets or target in self.targets

    def status(self, today: date) -> DeviationStatus:
        """Tell whether it holds on a day; the day it expires still counts."""
        return "applied" if today <= self.expires else "expired"


class DeviationsFile(Model, frozen=True, kw_only=True):
    """The deviations of one or more targets."""

    deviations: tuple[Deviation, ...]


# Tagged, so that a target can be read back from the evidence of a run.
class LocalChart(msgspec.Struct, frozen=True, tag="local"):
    """A chart directory or archive on this machine; it need not exist, then its collection fails."""

    path: Path


class OciChart(msgspec.Struct, frozen=True, tag="oci"):
    """A chart in an OCI registry."""

    reference: str


class HelmRepositoryChart(msgspec.Struct, frozen=True, kw_only=True, tag="repository"):
    """A chart in a Helm repository."""

    repository: str
    name: str
    version: str


ChartSource = LocalChart | OciChart | HelmRepositoryChart


@dataclass(frozen=True)
class ValuesSet:
    """A named values set, its files resolved and known to exist."""

    name: str
    files: tuple[Path, ...]
    set: Mapping[str, Any]


@dataclass(frozen=True)
class ChartPart:
    """The chart part of a target, resolved."""

    source: ChartSource
    release: str
    namespace: str
    kubernetes: str
    values: tuple[ValuesSet, ...]
    allow_private: bool = False
    """Whether dependencies may be fetched from private and loopback addresses."""


@dataclass(frozen=True)
class RpkiSource:
    """Where routes and their validity come from, resolved; nothing when the target names nothing."""

    validator: str | None = None
    vrps: Path | None = None
    routes: Path | None = None
    origin_zone: str | None = None


@dataclass(frozen=True)
class SaasPart:
    """The service part of a target, resolved."""

    endpoints: tuple[Endpoint, ...]
    resolver: str | None
    trust_anchors: Path | None
    certificate_authorities: Path | None
    name_server_port: int
    rpki: RpkiSource
    values: Mapping[str, str] = field(default_factory=dict)
    """Scene → values set of the chart that is behind it, where the target names that."""


@dataclass(frozen=True, slots=True)
class SceneEntry:
    """One scene of a part, and what it is of where that is told."""

    name: str
    environment: str = ""
    role: str = ""
    """What an endpoint is for."""
    values: str | None = None
    """Values set of the target's chart that is in use there, where the target tells."""


@dataclass(frozen=True)
class Target:
    """What is audited, its references resolved."""

    name: str
    supplier: str
    component: str
    gate: Level
    profiles: tuple[str, ...]
    addressee: Addressee
    chart: ChartPart | None
    saas: SaasPart | None
    namespaces: tuple[NamespaceEntry, ...]
    """The same component in each environment that was named; none when it is not looked at live."""
    haven_report: Path | None
    parameters: TargetParameters
    """As the target gives them; `with_defaults` adds those of its profiles."""
    deviations: tuple[Deviation, ...]
    """Those that are meant for this target, sound: no two cover a requirement on the same day."""
    agreements: tuple[str, ...]
    """Requirements of level 4 that an agreement names."""
    file: Path

    @property
    def places(self) -> Iterator[Path]:
        """The files and folders that it is made of: nothing may be written there while it is audited."""
        yield self.file
        if self.haven_report is not None:
            yield self.haven_report
        if self.chart is not None:
            if isinstance(self.chart.source, LocalChart):
                yield self.chart.source.path
            for item in self.chart.values:
                yield from item.files

    @property
    def part_names(self) -> frozenset[Part]:
        """Parts that can be looked at."""
        given: dict[Part, object] = {
            "chart": self.chart,
            "saas": self.saas,
            "namespace": self.namespaces,
            "release": self.chart and self.namespaces,
            "rbac": any(entry.users or entry.groups for entry in self.namespaces),
            "cluster": self.haven_report,
        }
        return frozenset(part for part, content in given.items() if content)

    def scene_list(self, part: str) -> tuple[SceneEntry, ...]:
        """Return the scenes of a part; none for a part that the target does not have."""
        return self._scenes.get(part, ())

    @property
    def scenes(self) -> dict[str, tuple[str, ...]]:
        """Part → names of its scenes."""
        return {part: tuple(scene.name for scene in scenes) for part, scenes in self._scenes.items()}

    @cached_property
    def _scenes(self) -> dict[str, tuple[SceneEntry, ...]]:
        found: dict[str, tuple[SceneEntry, ...]] = {}
        if self.chart is not None:
            found["chart"] = tuple(SceneEntry(values.name) for values in self.chart.values)
        if self.saas is not None:
            values = self.saas.values
            found["saas"] = tuple(
                SceneEntry(one.scene, one.environment, one.role, values.get(one.scene)) for one in self.saas.endpoints
            )
        if self.namespaces:
            found["namespace"] = tuple(_live_scene(one) for one in self.namespaces)
            if self.chart is not None:
                found["release"] = found["namespace"]
            found["rbac"] = tuple(_live_scene(one) for one in self.namespaces if one.users or one.groups)
        if self.haven_report is not None:
            found["cluster"] = ()
        return found

    def deviations_on(self, today: date) -> tuple["Bearing", ...]:
        """Return all deviations of this target, and whether they hold on a day."""
        return tuple(Bearing(item, item.status(today)) for item in self.deviations)

    def deviation_for(self, requirement: str, today: date) -> "Bearing | None":
        """Return the deviation that covers a requirement, by id: the one that holds today, else the last to expire."""
        found = [item for item in self.deviations_on(today) if requirement in item.requirements]
        return max(found, key=lambda item: (item.status == "applied", item.deviation.expires), default=None)


def _live_scene(entry: NamespaceEntry) -> SceneEntry:
    return SceneEntry(entry.environment, entry.environment, values=entry.values)


@dataclass(frozen=True)
class Bearing:
    """A deviation as it bears on a target on a day."""

    deviation: Deviation
    status: DeviationStatus

    @property
    def requirements(self) -> tuple[str, ...]:
        """Requirements it covers."""
        return self.deviation.requirements


def with_defaults(target: Target, profiles: Mapping[str, Profile]) -> TargetParameters:
    """Return a target's parameters, with its profiles' defaults for those it does not give.

    Parameters: `profiles`, of the catalogue, by id; the first of the target's that has a default wins.
    """
    sources = [target.parameters, *(profiles[name].parameters for name in target.profiles if name in profiles)]
    chosen: dict[str, Any] = {}
    for name in TargetParameters.__struct_fields__:
        given = (getattr(source, name) for source in sources)
        chosen[name] = next((value for value in given if value is not None), None)
    return TargetParameters(**chosen)
