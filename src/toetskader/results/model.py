"""The one model of a run's outcome; `results.json` is its JSON form and every other report is a view of it."""

from datetime import datetime
from enum import StrEnum

import msgspec

from toetskader.text import Lang


class Verdict(StrEnum):
    """What a requirement came to on a target (DESIGN, vocabulary)."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    EXPLAINED = "explained"
    NOT_APPLICABLE = "not_applicable"
    UNDETERMINED = "undetermined"
    UNPROVEN = "unproven"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One place where a requirement is not met, in the language of the run."""

    where: str
    """Object and container, for people: `Deployment/web, container app`."""
    path: str = ""
    """JSON path in the object, or line in the file; empty when the whole object is meant."""
    source: str = ""
    """Template or file the place comes from."""
    scene: str = ""
    """Named values set in which it was seen; empty when it holds for the whole chart."""
    part: str = ""
    """Part of the target it was found on, where several were judged; else that of the result."""
    seen: str
    expected: str
    remedy: str
    """The smallest change that mends it."""
    strength: str = "required"
    """`required` fails, `recommended` warns, `optional` informs."""
    command: str = ""
    """Command with which an auditor sees the same; empty when there is none."""


class Deviation(msgspec.Struct, frozen=True, kw_only=True):
    """The deviation that bears on a result (*leg uit*)."""

    id: str
    status: str
    """`applied`, `expired` or `superfluous`."""
    reason: str
    risk: str
    mitigation: str
    owner: str
    approved_by: str
    approved_on: str
    expires: str
    evidence: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    """Requirements it covers."""


class PartResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a requirement came to on one part of a target, before deviations."""

    part: str
    proof: str
    """What a pass on it is worth: `proof` or `indication`."""
    verdict: Verdict
    check: str
    scene: str = ""
    """What one of its scenes is called, in the language of the run: `waardenset`."""
    reason: str = ""
    beside: dict[str, str] = {}
    """Other parts that it was laid beside, each with what one of its scenes is called."""


class Contradicted(msgspec.Struct, frozen=True, kw_only=True):
    """Another result on the same target that speaks against a result: what paper says, and what was measured."""

    requirement: str
    title: str
    verdict: Verdict
    why: str
    """Why the two cannot both be so, in the language of the run."""
    is_claim: bool
    """Whether the result that this stands with is the paper's side; then it is no proof any more."""


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict on one requirement for one target; its key is `(requirement, target)`."""

    requirement: str
    target: str
    part: str
    """The part of the target that decides; `parts` has all that were judged."""
    source: str
    section: str
    chapter: str
    """Title of the policy file (chapter or section) the requirement stands in."""
    lines: str
    level: int
    kind: str
    mode: str
    proof: str
    """What a pass is worth here: `proof` or `indication`."""
    parts: tuple[PartResult, ...] = ()
    """Every part that was judged; nothing in results from before there could be several."""
    verdict: Verdict
    gated: bool
    """True when the level is at or below the target's gate and the mode can block."""
    title: str
    remedy: str
    check: str
    findings: tuple[Finding, ...] = ()
    reason: str = ""
    """Why it is not applicable, undetermined or unproven, or what a passing indication leaves open."""
    deviation: Deviation | None = None
    evidence: tuple[str, ...] = ()
    """Paths inside the evidence folder of the facts that were judged."""
    duration_s: float = 0.0
    measured: tuple[str, ...] = ()
    """What was measured, in a few words."""
    differences: tuple[str, ...] = ()
    """How the norm differs on purpose from what others measure by, where that bears on this verdict."""
    claim: str = ""
    """What the source says of the present state, to lay beside what was measured."""
    contradictions: tuple[Contradicted, ...] = ()
    """What speaks against it on the other side: paper or measurement."""
    documents: tuple[str, ...] = ()
    """Documents of the dossier that the verdict rests on, by id."""
    evidence_strength: int | None = None
    """How strong the evidence of a dossier is, from 0 (stated) to 4 (confirmed by a measurement); None without it."""

    @property
    def part_names(self) -> tuple[str, ...]:
        """Every part that was judged."""
        return tuple(item.part for item in self.parts) or (self.part,)

    @property
    def blocks(self) -> bool:
        """True when this result alone makes the run end with exit code 1."""
        return self.gated and self.verdict in (Verdict.FAIL, Verdict.UNDETERMINED, Verdict.UNPROVEN)


class NotLookedAt(msgspec.Struct, frozen=True, kw_only=True):
    """A requirement outside this run's scope for a target, and why."""

    requirement: str
    level: int
    title: str
    chapter: str
    part: str
    reason: str
    """For people, such as `de toets rbac.secret_access is er nog niet; nodig: rbac`."""


class LevelCount(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of one level for one target."""

    level: int
    verdicts: dict[str, int]
    """Verdict → number of results, zero counts included."""
    not_looked_at: int


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A document of the dossier of a target."""

    id: str
    title: str
    about: str
    """What it is: `certificate 27001`."""
    issuer: str = ""
    issued_on: str = ""
    valid_until: str = ""
    """Last day that it holds (ISO 8601); empty for one without an end."""
    problem: str = ""
    """Why it could not be read."""


class TargetSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What a run says about one target."""

    target: str
    supplier: str
    component: str
    gate: int
    profiles: tuple[str, ...]
    parts: dict[str, str]
    """Part → what was looked at (chart name, version, digest, values sets …), for people."""
    level_reached: int
    """0 when level 1 is not reached; never printed without `looked_at` and `total`."""
    blocked_by: tuple[str, ...]
    """Requirement ids that stand between `level_reached` and the next level."""
    looked_at: int
    total: int
    levels: tuple[LevelCount, ...]
    not_looked_at: tuple[NotLookedAt, ...]
    deviations: tuple[Deviation, ...]
    """All deviations of the target with their status."""
    documents: tuple[Document, ...] = ()
    """Documents of its dossier; `Result.documents` tells what each is used for."""
    commands: dict[str, tuple[str, ...]] = {}
    """File of evidence → commands with which an auditor sees by hand what is in it."""


SELECTING = ("--profile", "-k", "-m", "--lf", "tests")
"""Options of a run that choose requirements, by their name in `Run.options`."""


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """When, with what and how a run was done."""

    started: datetime
    finished: datetime
    date: str
    """The day deviations are judged on (ISO 8601)."""
    lang: Lang
    versions: dict[str, str]
    options: dict[str, str]
    complete: bool
    """False when a selected requirement × target got no verdict."""
    exit_code: int
    broken_off: bool = False
    """True when somebody ended the run (Ctrl-C, SIGTERM): why it is not complete."""
    evidence: dict[str, str] = {}
    """File below `evidence/` → its SHA-256."""
    evidence_digest: str = ""
    """SHA-256 of `evidence/SHA256SUMS`: one value that stands for all of the evidence."""
    replayed: str = ""
    """The same value of the evidence that was judged again; empty for a run that collected for itself."""
    replayed_day: str = ""
    """The day of the run that stored what was judged again (ISO 8601)."""
    evidence_edited: bool = False
    """True when what was judged again is not what a run stored; then this is not a result to rely on."""
    evidence_changes: tuple[str, ...] = ()
    """What was changed, for people."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a run found: the content of `results.json`."""

    run: Run
    targets: tuple[TargetSummary, ...]
    results: tuple[Result, ...]
    """Sorted by target, level, requirement id."""
