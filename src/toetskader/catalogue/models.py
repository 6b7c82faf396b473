"""The catalogue's models: what stands in the files under `policies/`, and what is made of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Literal, Protocol, get_args

import msgspec
from msgspec import Meta

from toetskader.core.fields import END, Model, Name, NonEmpty
from toetskader.norms.iso import IsoNorm
from toetskader.norms.tls import TlsNorm
from toetskader.norms.web import WebNorm
from toetskader.text import Text
from toetskader.vocabulary import Environment, Role

Part = Literal[
    "chart",
    "namespace",
    "release",
    "image",
    "rbac",
    "cluster",
    "repository",
    "mail",
    "api",
    "saas",
    "server",
    "sla-report",
    "dossier",
]
Level = Literal[1, 2, 3, 4]
Kind = Literal["kwaliteitseis", "werkwijzeafspraak", "dienstverleningseis", "norm", "principle", "deliverable"]
Mode = Literal["hard", "conditional/exemptible", "comply-or-explain", "best-effort/option", "recurring after go-live"]
Addressee = Literal["supplier", "municipality", "service organisation", "community"]
Worth = Literal["proof", "indication"]

RequirementId = Annotated[
    str,
    Meta(
        pattern=rf"^[A-Z]+-[0-9A-Za-z.]+-[0-9]{{2,}}{END}",
        description="Source, section and number: DDC-7.2-14",
        extra={"expected": Text("een id zoals DDC-7.2-14", "an id such as DDC-7.2-14")},
    ),
]
CheckId = Annotated[
    str,
    Meta(
        pattern=rf"^[a-z0-9_]+(\.[a-z0-9_]+)+{END}",
        description="A check, as family.subject",
        extra={"expected": Text("een toets zoals workload.non_root", "a check such as workload.non_root")},
    ),
]
LineRange = Annotated[
    str,
    Meta(
        pattern=rf"^[0-9]+(-[0-9]+)?{END}",
        description="Lines in the source's text, first and last: 581-582",
        extra={"expected": Text("regels zoals 581-582", "lines such as 581-582")},
    ),
]


class Source(Model, frozen=True, kw_only=True):
    """A document that requirements come from."""

    id: Annotated[str, Meta(pattern=rf"^[A-Z]+{END}", description="Prefix of its requirements' ids: DDC")]
    title: Text
    owner: NonEmpty
    version: NonEmpty
    file: Annotated[str, Meta(min_length=1, description="Text of the document to which line numbers refer")]
    notes: str = ""


class SourcesFile(Model, frozen=True, kw_only=True):
    """policies/sources.yaml: the documents that requirements come from."""

    sources: tuple[Source, ...]


class PlannedCheck(Model, frozen=True, kw_only=True):
    """A check that a requirement names and that is not built yet."""

    id: CheckId
    part: Part
    title: Annotated[Text, Meta(description="What it will measure")]


class PlannedChecksFile(Model, frozen=True, kw_only=True):
    """policies/planned-checks.yaml: checks that requirements name and tests/ does not hold yet."""

    checks: tuple[PlannedCheck, ...]


class Contradiction(Model, frozen=True, kw_only=True):
    """A statement on paper, and measurements that cannot be failed while it is true."""

    claim: Annotated[RequirementId, Meta(description="The requirement that a document meets")]
    measured: Annotated[
        tuple[RequirementId, ...], Meta(min_length=1, description="Requirements that are measured, each by itself")
    ]
    why: Annotated[Text, Meta(description="Why both cannot be so, in a sentence")]


class ContradictionsFile(Model, frozen=True, kw_only=True):
    """policies/tegenspraak.yaml: what paper says beside what is measured."""

    contradictions: tuple[Contradiction, ...]


class InClusterPeer(Model, frozen=True, kw_only=True):
    """A component in the same cluster that the target talks to."""

    name: NonEmpty
    public_host: Annotated[str, Meta(min_length=1, description="Host by which it is known outside the cluster")]


class TargetParameters(Model, frozen=True, kw_only=True):
    """What the documents leave open and a target or profile fills in; absent is not the same as empty."""

    trusted_image_locations: Annotated[
        tuple[NonEmpty, ...] | None, Meta(description="Prefixes of image references that are allowed")
    ] = None
    third_party_images: Annotated[
        tuple[NonEmpty, ...] | None, Meta(description="Repositories of images made by others")
    ] = None
    internal_ingress_class: Annotated[NonEmpty | None, Meta(description="Ingress class of the internal route")] = None
    external_ingress_class: Annotated[NonEmpty | None, Meta(description="Ingress class of the external route")] = None
    external_storage_claims: Annotated[
        tuple[NonEmpty, ...] | None, Meta(description="Persistent volume claims on storage outside the cluster")
    ] = None
    diginetwerk_ranges: Annotated[
        tuple[NonEmpty, ...] | None, Meta(description="Address ranges (CIDR) of Diginetwerk")
    ] = None
    in_cluster_peers: Annotated[
        tuple[InClusterPeer, ...] | None, Meta(description="Components in the same cluster that it talks to")
    ] = None
    mail_host: Annotated[NonEmpty | None, Meta(description="Host that mail must be sent through")] = None
    database_changes: Annotated[bool | None, Meta(description="Whether this release migrates the database")] = None
    common_ground: Annotated[bool | None, Meta(description="Whether it is a Common Ground application")] = None
    production_values_sets: Annotated[
        tuple[NonEmpty, ...] | None, Meta(description="Names of the values sets meant for production")
    ] = None
    gitlab_host: Annotated[
        NonEmpty | None, Meta(description="Host of the municipality's GitLab, from which Flux rolls out")
    ] = None
    tls_norm: Annotated[Name | None, Meta(description="Norm for TLS, a file under policies/norms/")] = None
    web_norm: Annotated[Name | None, Meta(description="Norm for HTTP and DNS, a file under policies/norms/")] = None
    iso_norm: Annotated[
        Name | None, Meta(description="Editions of standards that certificates are for, a file under policies/norms/")
    ] = None
    municipality: Annotated[NonEmpty | None, Meta(description="Name of the municipality, as it signs")] = None
    go_live: Annotated[date | None, Meta(description="Day on which it went, or goes, into production")] = None
    ends_on: Annotated[date | None, Meta(description="Last day of the agreement, once that is known")] = None
    supplier_kvk: Annotated[
        NonEmpty | None, Meta(description="Number of the supplier in the Dutch trade register: 01234567")
    ] = None
    technical_architecture: Annotated[
        NonEmpty | None, Meta(description="The technical architecture in force, as tenders name it: TA 2025-1")
    ] = None
    gemma_components: Annotated[
        tuple[NonEmpty, ...] | None,
        Meta(description="Ids of the reference components of GEMMA, from its own list (gemmaonline.nl)"),
    ] = None
    sprint_weeks: Annotated[
        Annotated[int, Meta(ge=1, le=8)] | None, Meta(description="How many weeks a sprint takes")
    ] = None
    remote_access_tools: Annotated[
        tuple[NonEmpty, ...] | None, Meta(description="Tools for remote management that the municipality supports")
    ] = None
    tendered: Annotated[bool | None, Meta(description="Whether it was bought by a public tender")] = None
    uses_algorithms: Annotated[
        bool | None, Meta(description="Whether it uses AI, or algorithms that affect people")
    ] = None
    uses_digid: Annotated[bool | None, Meta(description="Whether people sign in with DigiD")] = None
    sensitive_data: Annotated[
        bool | None, Meta(description="Whether it processes special or sensitive personal data")
    ] = None
    material_finance: Annotated[
        bool | None, Meta(description="Whether it handles a financial process that is material to annual accounts")
    ] = None
    own_remote_tool: Annotated[
        bool | None, Meta(description="Whether support takes over screens with another tool than the supplier's")
    ] = None
    business_case_headings: Annotated[
        tuple[Name, ...] | None, Meta(description="Headings of the template for a business case")
    ] = None
    hosting_party: Annotated[NonEmpty | None, Meta(description="Name of the organisation that hosts it")] = None
    entra_tenant: Annotated[
        NonEmpty | None, Meta(description="Tenant of the municipality in Entra ID: its id or its domain")
    ] = None
    secure_channels: Annotated[
        tuple[NonEmpty, ...] | None,
        Meta(description="Channels for data that the municipality's Security team approved"),
    ] = None
    bio_measures: Annotated[
        tuple[NonEmpty, ...] | None, Meta(description="Measures of the BIO that affect the supplier, by number")
    ] = None
    days_off: Annotated[
        tuple[date, ...] | None, Meta(description="Days besides Saturdays and Sundays that are no working days")
    ] = None


class Profile(Model, frozen=True, kw_only=True):
    """A named selection of requirements, with defaults for what the documents leave open."""

    id: Name
    title: Text
    sources: Annotated[tuple[NonEmpty, ...], Meta(min_length=1, description="Sources it selects from")]
    profiles: Annotated[tuple[NonEmpty, ...], Meta(min_length=1, description="Kinds of delivery it selects")]
    addressee: Addressee | None = None
    parameters: TargetParameters = TargetParameters()

    def selects(self, requirement: "Requirement") -> bool:
        """Tell whether a requirement belongs to this profile: by source, kind of delivery and addressee."""
        return (
            requirement.source in self.sources
            and not requirement.profiles.isdisjoint(self.profiles)
            and (self.addressee is None or requirement.binds(self.addressee))
        )


class Beside(Model, frozen=True, kw_only=True):
    """A check that lays what a document says beside what is measured."""

    check: CheckId
    params: Annotated[dict[str, Any], Meta(description="Parameters of the check")] = msgspec.field(default_factory=dict)


class PolicyRow(Model, frozen=True, kw_only=True):
    """One requirement as it stands in a policy file."""

    id: RequirementId
    section: Annotated[str, Meta(min_length=1, description="Section of the source, number only, in quotes")]
    lines: LineRange
    kind: Annotated[Kind, Meta(description="What sort of demand it is")]
    level: Annotated[Level, Meta(description="Maturity level, 1 (experiment) to 4 (agreed improvement)")]
    level_origin: Annotated[
        Literal["source", "proposed"], Meta(description="Whether the source gives the level or we propose it")
    ]
    profile: Annotated[str, Meta(min_length=1, description="Kind of delivery it applies to: haven, saas+onprem, all")]
    addressee: Annotated[Addressee, Meta(description="Who must comply")]
    mode: Annotated[Mode, Meta(description="How strictly it binds; best-effort/option warns and never fails")]
    verify: Annotated[
        Literal["automatic", "semi", "attestation"],
        Meta(description="By a machine, by a machine on facts that somebody supplies, or by a document"),
    ]
    measured_on: Annotated[
        dict[Part, Worth],
        Meta(
            min_length=1,
            description="Part of the target → what a pass there is worth",
            extra_json_schema={"propertyNames": {"enum": sorted(get_args(Part))}},
        ),
    ]
    check: CheckId
    params: Annotated[dict[str, Any], Meta(description="Parameters of the check")] = msgspec.field(default_factory=dict)
    checks: Annotated[
        dict[Part, CheckId],
        Meta(
            description="Part → the check that measures it there, when it is another; it takes no parameters",
            extra_json_schema={"propertyNames": {"enum": sorted(get_args(Part))}},
        ),
    ] = msgspec.field(default_factory=dict)
    beside: Annotated[
        Beside | None,
        Meta(description="Of a requirement on paper, how what the document says is laid beside a measurement"),
    ] = None
    roles: Annotated[
        tuple[Role, ...], Meta(description="Endpoints it is about, by what they are for; empty for all")
    ] = ()
    environments: Annotated[
        tuple[Environment, ...], Meta(description="Environments it is about, and their endpoints; empty for all")
    ] = ()
    covers: Annotated[
        tuple[RequirementId, ...], Meta(description="Ids of the inventory that are the same measurement")
    ] = ()
    title: Annotated[Text, Meta(description="The demand in one short sentence")]
    remedy: Annotated[Text, Meta(description="What the addressee does to meet it")]
    notes: Annotated[str, Meta(description="Choices and doubts, in English; [proposed] and [standard] thresholds")] = ""
    claim: Annotated[
        Text | None, Meta(description="What the source says of the present state, shown beside what is measured")
    ] = None


class PolicyFile(Model, frozen=True, kw_only=True):
    """A file under policies/<source>/: the requirements of one chapter or section."""

    source: Annotated[str, Meta(min_length=1, description="Id of the source in policies/sources.yaml")]
    chapter: Annotated[str, Meta(min_length=1, description="Number of the chapter or section, in quotes")]
    title: Text
    requirements: tuple[PolicyRow, ...]


class Requirement(PolicyRow, frozen=True, kw_only=True):
    """One measurable demand, with where it comes from."""

    source: str
    chapter: str
    chapter_title: Text
    file: str
    """Policy file, as the catalogue's folder was named."""
    line: int

    @property
    def profiles(self) -> frozenset[str]:
        """Kinds of delivery it applies to; the inventory writes `saas+onprem` for either."""
        return frozenset(self.profile.split("+"))

    def check_for(self, part: Part) -> str:
        """Return the id of the check that measures it on a part of a target."""
        return self.checks.get(part, self.check)

    def params_for(self, part: Part) -> Mapping[str, Any]:
        """Return the parameters that its check takes on a part of a target; one for a single part takes none."""
        return self.params if self.check_for(part) == self.check else {}

    def binds(self, addressee: Addressee) -> bool:
        """Tell whether it asks something of this addressee; the community is municipality and supplier together."""
        if self.addressee == "community":
            return addressee in ("community", "municipality", "supplier")
        return self.addressee == addressee


class CheckInfo(Protocol):
    """What the catalogue must know of a check that is built (`toetskader.judging.check.Check` is one)."""

    @property
    def id(self) -> str:
        """Id that requirements name."""

    @property
    def parts(self) -> frozenset[str]:
        """Parts of a target it can be measured on."""

    @property
    def params(self) -> type[msgspec.Struct] | None:
        """Struct that a requirement's `params` must fit; None for a check without parameters."""

    @property
    def fixtures(self) -> frozenset[str]:
        """Fixtures of pytest that it also asks for."""

    @property
    def is_aspect(self) -> bool:
        """True for a part of a larger judgement, which no requirement needs to name."""


Norm = TlsNorm | WebNorm | IsoNorm


@dataclass(frozen=True)
class Catalogue:
    """All that must hold, sound: every reference in it leads somewhere."""

    requirements: Mapping[str, Requirement]
    """By id, in the order of sources, chapters and files."""
    sources: Mapping[str, Source]
    planned: Mapping[str, PlannedCheck]
    profiles: Mapping[str, Profile]
    covered: Mapping[str, str]
    """Inventory id that another requirement covers → that requirement's id."""
    norms: Mapping[str, Norm] = field(default_factory=dict)
    """By id."""
    contradictions: tuple[Contradiction, ...] = ()
    """What paper says beside what is measured."""

    def find(self, id_: str) -> Requirement | None:
        """Return the requirement with this id, or the one that covers it."""
        return self.requirements.get(self.covered.get(id_, id_))
