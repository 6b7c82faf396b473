"""The fifteen kinds of documents that a dossier can hold, each with what it says beyond its envelope.

A field that is empty was not said: what needs it is not proven. Names of persons are of type `Person`; dates are days.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Annotated, ClassVar, Literal

from msgspec import Meta, field

from toetskader.core.fields import FileName, Model, Name, NonEmpty
from toetskader.facts.dossier.envelope import Envelope, Person, Side
from toetskader.facts.dossier.forms import FormFormat

Country = Annotated[str, Meta(pattern="^[A-Z]{2}$", description="ISO 3166: NL")]
Count = Annotated[int, Meta(ge=0)]
Numbers = dict[Name, float]
"""Name of what was measured or agreed, with its unit (`rto_hours`) → number."""


class Member(Model, frozen=True, kw_only=True):
    """Base of what stands in a list of a document and has a name of its own: a clause, a level, a role."""

    named_by: ClassVar[str]
    """Its field by which it is named in the path of a fact."""
    stated_by: ClassVar[str]
    """Its field that stands in a file."""

    @property
    def key(self) -> str:
        """By which it is named in the path of a fact."""
        key: str = getattr(self, self.named_by)
        return key

    @property
    def said(self) -> str | float | date:
        """What stands of it in a file."""
        said: str | float | date = getattr(self, self.stated_by)
        return said


class Certificate(Envelope, frozen=True, kw_only=True, tag="certificate"):
    """A certificate of a management system, a service or a product."""

    standard: Annotated[NonEmpty, Meta(description="As it stands there: NEN-EN-ISO/IEC 27001")]
    edition: Annotated[str, Meta(description="Year, with amendments: 2023+A1:2024")] = ""
    holder: NonEmpty
    body: Annotated[NonEmpty, Meta(description="Who certified")]
    accreditation: Annotated[str, Meta(description="Number of the body at its accreditation body: RvA C 123")] = ""
    number: str = ""
    scope: str = ""
    covers: Annotated[
        tuple[NonEmpty, ...], Meta(description="Products and services within its scope, where something else says so")
    ] = ()
    sites: tuple[NonEmpty, ...] = ()
    surveillance: Annotated[tuple[date, ...], Meta(description="Days of surveillance audits")] = ()
    soa_version: Annotated[str, Meta(description="Version of the statement of applicability")] = ""


class Assessor(Model, frozen=True, kw_only=True):
    """Who assessed."""

    name: Person = ""
    organisation: NonEmpty
    qualification: Annotated[str, Meta(description="RE, RA, OSCP")] = ""
    side: Side


class Assessed(Model, frozen=True, kw_only=True):
    """What was assessed."""

    product: NonEmpty
    version: str = ""


class Severities(Model, frozen=True, kw_only=True):
    """Findings that are open, by how severe they are."""

    critical: Count
    high: Count
    medium: Count = 0
    low: Count = 0


class NormResult(Member, frozen=True, kw_only=True):
    """What one norm came to."""

    id: NonEmpty
    result: Literal["met", "not met", "not applicable"]

    named_by: ClassVar[str] = "id"
    stated_by: ClassVar[str] = "result"


class Assessment(Envelope, frozen=True, kw_only=True, tag="assessment"):
    """A test, audit or review by somebody: pentest, SOC 2, ISAE 3402, DigiD, WCAG, go-live, risk analysis."""

    standard: str = ""
    report_type: Annotated[str, Meta(description="Of an assurance report: I or II")] = ""
    assessor: Assessor
    subject: Assessed
    scope: str = ""
    result: Annotated[str, Meta(description="The conclusion in a word or a few")] = ""
    open: Severities | None = None
    norms: tuple[NormResult, ...] = ()
    item: Annotated[str, Meta(description="What it is about, of several: an interface, a release")] = ""
    owner: Person = ""
    participants: Count = 0
    url: str = ""
    classification: Annotated[str, Meta(description="Of the data that it weighs")] = ""
    run: Annotated[FileName | None, Meta(description="Which of its files is the results.json that it rests on")] = None
    topics: Annotated[tuple[Name, ...], Meta(description="What was looked at")] = ()
    measured: Annotated[Numbers, Meta(description="Numbers that it came to: removed_rights")] = field(
        default_factory=dict
    )


class AgreementParty(Member, frozen=True, kw_only=True):
    """A party to an agreement."""

    organisation: NonEmpty
    side: Side
    kvk: Annotated[str, Meta(description="Number at the chamber of commerce")] = ""

    named_by: ClassVar[str] = "organisation"
    stated_by: ClassVar[str] = "organisation"


class Term(Model, frozen=True, kw_only=True, rename={"first": "from", "last": "until"}):
    """How long an agreement runs."""

    first: date
    last: Annotated[date | None, Meta(description="Absent for one without an end")] = None
    notice_months: Count | None = None


class Clause(Member, frozen=True, kw_only=True):
    """What an agreement regulates, and where."""

    topic: Name
    ref: Annotated[NonEmpty, Meta(description="Article or section: 7.2")]
    text: Annotated[str, Meta(max_length=500, description="What it says, in a sentence")] = ""

    named_by: ClassVar[str] = "topic"
    stated_by: ClassVar[str] = "ref"


class Agreed(Member, frozen=True, kw_only=True):
    """A requirement that an agreement names."""

    id: Annotated[NonEmpty, Meta(description="As in the report: DDC-7.2-08")]
    planned_on: Annotated[date | None, Meta(description="Day by which it is met")] = None

    named_by: ClassVar[str] = "id"
    stated_by: ClassVar[str] = "id"


class ServiceLevel(Member, frozen=True, kw_only=True):
    """A level that was agreed, as a number."""

    name: Name
    value: float
    unit: NonEmpty

    named_by: ClassVar[str] = "name"
    stated_by: ClassVar[str] = "value"


class Agreement(Envelope, frozen=True, kw_only=True, tag="agreement"):
    """An SLA, DAP, contract, processing agreement, charter or tender document."""

    parties: tuple[AgreementParty, ...] = ()
    governing_law: Country | None = None
    term: Term | None = None
    refers_to: Annotated[tuple[NonEmpty, ...], Meta(description="Documents it refers to, with their version")] = ()
    clauses: tuple[Clause, ...] = ()
    levels: tuple[ServiceLevel, ...] = ()
    tasks: Annotated[tuple[Name, ...], Meta(description="What the supplier does under it")] = ()
    component: str = ""
    requirements: Annotated[tuple["Agreed", ...], Meta(description="Requirements that it names, and by when")] = ()
    text_sha256: Annotated[str, Meta(description="Of the text that was agreed, to compare with what is published")] = ""


class Coverage(Model, frozen=True, kw_only=True):
    """How many of how many."""

    done: Count
    of: Annotated[int, Meta(ge=1)]


class Declaration(Envelope, frozen=True, kw_only=True, tag="declaration"):
    """What somebody declares."""

    clauses: Annotated[tuple[Name, ...], Meta(min_length=1, description="What is declared, by name")]
    on_behalf_of: NonEmpty
    coverage: Coverage | None = None
    scope: str = ""
    details: Annotated[dict[Name, NonEmpty], Meta(description="Facts that a clause asks for, by name")] = field(
        default_factory=dict
    )


class Topic(Member, frozen=True, kw_only=True):
    """A subject that a document treats, and where."""

    topic: Name
    ref: Annotated[NonEmpty, Meta(description="Chapter or section")]
    decision: Annotated[str, Meta(description="What was decided of it")] = ""

    named_by: ClassVar[str] = "topic"
    stated_by: ClassVar[str] = "ref"


class Phase(Member, frozen=True, kw_only=True, rename={"first": "from", "last": "to"}):
    """A phase of a plan."""

    name: Name
    first: date
    last: date
    closed_on: date | None = None
    explanation: str = ""

    named_by: ClassVar[str] = "name"
    stated_by: ClassVar[str] = "last"


class Revision(Member, frozen=True, kw_only=True):
    """A version that a document had."""

    version: NonEmpty
    on: date

    named_by: ClassVar[str] = "version"
    stated_by: ClassVar[str] = "on"


class Policy(Envelope, frozen=True, kw_only=True, tag="policy"):
    """A policy, plan, procedure, roadmap or business case."""

    owner: Person = ""
    approved_by: Person = ""
    approver_role: str = ""
    approved_on: date | None = None
    reviewed_on: date | None = None
    topics: tuple[Topic, ...] = ()
    values: Numbers = field(default_factory=dict)
    phases: tuple[Phase, ...] = ()
    steps: Annotated[tuple[Phase, ...], Meta(description="Steps of a plan, smaller than its phases")] = ()
    versions: Annotated[tuple[Revision, ...], Meta(description="Versions that it had, with their days")] = ()
    refers_to: tuple[NonEmpty, ...] = ()
    suites: Annotated[
        tuple[NonEmpty, ...], Meta(description="Cipher suites that may be used, by their IANA names")
    ] = ()
    metrics: Annotated[tuple[NonEmpty, ...], Meta(description="Metrics that are described, by name")] = ()
    withdrawn: bool = False


class Register(Envelope, frozen=True, kw_only=True, tag="register"):
    """A list that is kept: its rows stand in a sheet or CSV file."""

    table: Annotated[FileName, Meta(description="Which of its files holds the rows")]
    sheet: Annotated[str, Meta(description="Sheet of that file; absent: the first")] = ""
    columns: Annotated[
        dict[Name, NonEmpty], Meta(min_length=1, description="What we call a column → its heading in the file")
    ]
    personal: Annotated[
        tuple[Name, ...], Meta(description="Columns that name persons; evidence keeps a number instead")
    ] = ()
    key: Annotated[Name | None, Meta(description="Column that tells rows apart")] = None
    norm: Annotated[str, Meta(description="Norm whose items it lists, with its edition: BIO2 1.2")] = ""
    as_of: Annotated[date, Meta(description="Day on which it was as it stands here")]


class Decision(Envelope, frozen=True, kw_only=True, tag="decision"):
    """A decision: exemption, exposure, choice, mandate, go or no-go."""

    subject: NonEmpty
    outcome: NonEmpty
    by: Person
    role: NonEmpty
    granted_to: Person = ""
    on: date
    review_on: date | None = None
    expires: date | None = None
    target_date: date | None = None
    reason: str = ""
    item: Annotated[str, Meta(description="What it is about, of several: a host name, an interface")] = ""
    details: dict[Name, NonEmpty] = field(default_factory=dict)
    options: Annotated[tuple[NonEmpty, ...], Meta(description="What was compared")] = ()


class Assigned(Member, frozen=True, kw_only=True):
    """Who has a role."""

    role: Name
    organisation: NonEmpty
    side: Side
    person: Person = ""

    named_by: ClassVar[str] = "role"
    stated_by: ClassVar[str] = "organisation"


class Assignment(Envelope, frozen=True, kw_only=True, tag="assignment"):
    """Who does what: roles with who has them, as in a RACI."""

    roles: Annotated[tuple[Assigned, ...], Meta(min_length=1)]


class Action(Member, frozen=True, kw_only=True):
    """What was agreed to do."""

    what: NonEmpty
    due: date
    done_on: date | None = None

    named_by: ClassVar[str] = "what"
    stated_by: ClassVar[str] = "what"


class Record(Envelope, frozen=True, kw_only=True, tag="record"):
    """What happened: exercise, restore, failover, demo, pilot, intake, test."""

    event: NonEmpty
    on: date
    participants: tuple[Person, ...] = ()
    result: str = ""
    measured: Numbers = field(default_factory=dict)
    actions: tuple[Action, ...] = ()
    item: str = ""
    details: dict[Name, NonEmpty] = field(default_factory=dict)


class SinglePoint(Member, frozen=True, kw_only=True):
    """Something whose failure alone stops the service."""

    what: NonEmpty
    accepted_by: Annotated[str, Meta(description="Role that accepted the risk")] = ""
    accepted_on: date | None = None

    named_by: ClassVar[str] = "what"
    stated_by: ClassVar[str] = "what"


class DesignedInterface(Member, frozen=True, kw_only=True):
    """An interface that a design describes, and the standard that it follows."""

    name: NonEmpty
    standard: Annotated[str, Meta(description="As the list of the Standardisation Forum calls it")] = ""

    named_by: ClassVar[str] = "name"
    stated_by: ClassVar[str] = "standard"


class Design(Envelope, frozen=True, kw_only=True, tag="design"):
    """An architecture, technical or security design, or documentation."""

    author_role: str = ""
    roles: Annotated[tuple[Name, ...], Meta(description="Roles that took part in it")] = ()
    sections: tuple[Topic, ...] = ()
    references: tuple[NonEmpty, ...] = ()
    elements: Annotated[tuple[NonEmpty, ...], Meta(description="What it describes: services, releases")] = ()
    interfaces: tuple[DesignedInterface, ...] = ()
    single_points: Annotated[
        tuple[SinglePoint, ...] | None, Meta(description="Single points of failure; an empty list when there is none")
    ] = None
    threat_model_on: date | None = None
    item: str = ""
    set_up_on: Annotated[date | None, Meta(description="Day on which what it is about was set up")] = None


class Export(Envelope, frozen=True, kw_only=True, tag="export"):
    """What a tool lists: cloud resources, firewall rules, backup policies, devices."""

    tool: NonEmpty
    exported_on: date
    query: str = ""
    table: FileName
    sheet: str = ""
    columns: Annotated[dict[Name, NonEmpty], Meta(min_length=1)]
    personal: tuple[Name, ...] = ()
    key: Name | None = None
    values: Annotated[Numbers, Meta(description="What is reported of the rows, as a number: `paas_percent`")] = field(
        default_factory=dict
    )
    details: Annotated[dict[Name, NonEmpty], Meta(description="What the rows do not say, by name: a reason")] = field(
        default_factory=dict
    )


class Form(Envelope, frozen=True, kw_only=True, tag="form"):
    """A form that was filled in: DPIA, IAMA, WCAG-EM, SBOM, publiccode, accessibility statement, checklist."""

    format: Annotated[FormFormat, Meta(description="What the file is written in; `answers` is a list of questions")]
    form: Annotated[FileName, Meta(description="Which of its files holds the answers")]


class Extract(Envelope, frozen=True, kw_only=True, tag="extract"):
    """An extract of the trade register."""

    legal_name: NonEmpty
    kvk: NonEmpty
    seat: Country
    parents: Annotated[
        tuple["Company", ...], Meta(description="Who owns it, up to the last; empty when nobody does")
    ] = ()


class Company(Member, frozen=True, kw_only=True):
    """A company that owns another."""

    name: NonEmpty
    country: Country

    named_by: ClassVar[str] = "name"
    stated_by: ClassVar[str] = "country"


class Contact(Member, frozen=True, kw_only=True):
    """Somebody who can be reached."""

    name: Person
    phone: Annotated[str, Meta(pattern=r"^(\+?[0-9 ()-]{8,20})?$", extra={"reach": True})] = ""
    mail: Annotated[str, Meta(pattern=r"^([^\s@]+@[^\s@]+)?$", extra={"reach": True})] = ""
    role: NonEmpty
    verified_on: date

    named_by: ClassVar[str] = "role"
    stated_by: ClassVar[str] = "verified_on"


class Desk(Model, frozen=True, kw_only=True):
    """Where users go."""

    languages: tuple[Literal["nl", "en"], ...]
    hours: NonEmpty
    purposes: tuple[Name, ...] = ()
    tested_on: date | None = None


class Contacts(Envelope, frozen=True, kw_only=True, tag="contacts"):
    """Who can be reached, and the desk."""

    persons: tuple[Contact, ...] = ()
    desk: Desk | None = None


class Card(Envelope, frozen=True, kw_only=True, tag="card"):
    """What a component is: one a target, in `kaart.yaml`."""

    component: NonEmpty
    gemma: Annotated[str, Meta(description="Id or name of the GEMMA reference component")] = ""
    level: Annotated[int, Meta(ge=1, le=4)] | None = None
    environment: str = ""
    registries: tuple[NonEmpty, ...] = ()
    chart_repository: str = ""
    runs_on: Annotated[str, Meta(description="Cluster or node pool that it was decided to run on")] = ""
    decided_by: Person = ""
    decided_on: date | None = None
    classification: str = ""
    personal_data: Annotated[bool | None, Meta(description="Whether it processes personal data")] = None
    departs_from: Annotated[
        tuple[Name, ...] | None,
        Meta(
            description="Where it goes another way that requirements leave open: identity-solution, "
            "gateway-rate-limiting, data-unlocking; [] when nowhere"
        ),
    ] = None
    confidentiality: str = ""
    integrity: str = ""
    availability: str = ""
    go_live: date | None = None
    ends_on: date | None = None


AnyDocument = (
    Certificate
    | Assessment
    | Agreement
    | Declaration
    | Policy
    | Register
    | Decision
    | Assignment
    | Record
    | Design
    | Export
    | Form
    | Extract
    | Contacts
    | Card
)
KINDS: Mapping[str, type[Envelope]] = MappingProxyType(
    {str(kind.__struct_config__.tag): kind for kind in AnyDocument.__args__}
)
"""Kind → what a document of it says."""
