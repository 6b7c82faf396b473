"""Judgements on policies, plans, procedures, roadmaps and business cases: whether they hold, and what they treat."""

from datetime import date
from itertools import pairwise
from typing import Annotated

import msgspec
from msgspec import Meta

from toetskader.facts.attempt import NotProven
from toetskader.facts.dossier.documents import Phase, Policy
from toetskader.facts.dossier.envelope import Side
from toetskader.facts.dossier.papers import Look, Paper, Papers
from toetskader.facts.dossier.rules import Rule, folded, is_empty, months_before, shown
from toetskader.judging import Findings, Parameters, Text, check

Months = Annotated[int, Meta(ge=1)]
Weeks = Annotated[int, Meta(ge=1)]


class Held(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked of a policy."""

    document: str
    """Kind and type: `policy:exit-plan`."""
    topics: Annotated[tuple[str, ...], Meta(description="What it must treat")] = ()
    topics_of: Annotated[str, Meta(description="Parameter of the target that lists what it must treat")] = ""
    decided: Annotated[bool, Meta(description="Whether each of its topics must have a decision")] = False
    rules: tuple[Rule, ...] = ()
    signed_by: tuple[Side, ...] = ()

    def held(self, look: Look, parameters: Parameters) -> tuple[Paper, Policy]:
        """Return the policy that counts, held to all of this. Raises NotProven when there is none."""
        paper = look.the(self.document)
        policy = paper.document
        if not isinstance(policy, Policy):
            raise TypeError(self.document)
        look.hold(paper, self.rules)
        look.require_signed(paper, self.signed_by)
        if policy.withdrawn:
            look.findings.add(paper.place("withdrawn"), seen=True, expected=False)
        named = parameters.require(self.topics_of) if self.topics_of else ()
        look.hold(paper, (Rule(field=f"topics.{topic}") for topic in (*self.topics, *named)))
        if self.decided:
            _require_decisions(look, paper, policy)
        return paper, policy


class Current(Held, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters of `policy.current`."""

    max_age_months: Annotated[Months | None, Meta(description="How long ago it may have been made")] = None


class Reviewed(Held, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters of `policy.reviewed`."""

    max_age_months: Annotated[
        Months | None, Meta(description="How long ago it may have been reviewed, or else approved")
    ] = None


class Referring(Held, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters of `policy.refers`."""

    to: str
    """Kind and type of the document that it must name with its version."""


class Phased(Held, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters of `policy.phases`."""

    phases: Annotated[tuple[str, ...], Meta(min_length=2, description="Phases that it must have, in order")]


class Stepped(Held, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters of `policy.durations`."""

    weeks: Annotated[
        dict[str, tuple[Weeks, Weeks]],
        Meta(min_length=1, description="Step → how many weeks it takes, at least and at most"),
    ]


@check("policy.current", params=Current)
def test_a_policy_is_current(
    papers: Papers, findings: Findings, params: Current, parameters: Parameters, today: date
) -> None:
    """The newest version is there, was not withdrawn, is young enough, and treats what it must."""
    with papers.look(findings, parameters, today) as look:
        paper, _ = params.held(look, parameters)
        if params.max_age_months is not None:
            look.hold(paper, (Rule(field="issued_on", within_months=params.max_age_months),))


@check("policy.reviewed", params=Reviewed)
def test_a_policy_was_reviewed(
    papers: Papers, findings: Findings, params: Reviewed, parameters: Parameters, today: date
) -> None:
    """Somebody looked at it lately, and it was approved by another than its owner."""
    with papers.look(findings, parameters, today) as look:
        paper, policy = params.held(look, parameters)
        if params.max_age_months is not None:
            _hold_review(look, paper, params.max_age_months, today)
        if policy.owner and policy.owner == policy.approved_by:
            paper.value("owner"), paper.value("approved_by")
            findings.add(
                paper.place("approved_by"),
                seen=policy.approved_by,
                expected=Text("een ander dan de eigenaar (owner)", "another than the owner"),
            )


@check("policy.refers", params=Referring)
def test_a_policy_refers_to_another_that_held(
    papers: Papers, findings: Findings, params: Referring, parameters: Parameters, today: date
) -> None:
    """It names another document, in a version that held on the day that it was made itself."""
    with papers.look(findings, parameters, today) as look:
        paper, policy = params.held(look, parameters)
        named = [folded(shown(item)) for item in policy.refers_to]
        paper.value("refers_to")
        if not named:
            look.lacks(paper, "verwijst nergens naar (refers_to)", "refers to nothing (refers_to)")
            return
        _hold_reference(look, paper, named, params.to)


@check("policy.phases", params=Phased)
def test_a_plan_has_phases_that_follow_each_other(
    papers: Papers, findings: Findings, params: Phased, parameters: Parameters, today: date
) -> None:
    """All phases are there, each begins after the one before, and only after that one was closed."""
    with papers.look(findings, parameters, today) as look:
        paper, policy = params.held(look, parameters)
        phases = _listed(look, paper, policy.phases, params.phases, "phases")
        for phase in phases:
            _hold_order(look, paper, phase, "phases")
        for one, following in pairwise(phases):
            if following.first < one.first:
                findings.add(
                    paper.place(f"phases.{following.name}"),
                    seen=following.first.isoformat(),
                    expected=Text(
                        f"niet voor het begin van {one.name} ({one.first})",
                        f"not before the beginning of {one.name} ({one.first})",
                    ),
                )
            elif following.first <= today:
                _hold_closed(look, paper, one, following)


@check("policy.durations", params=Stepped)
def test_steps_of_a_plan_take_about_as_long_as_they_should(
    papers: Papers, findings: Findings, params: Stepped, parameters: Parameters, today: date
) -> None:
    """Each step takes as many weeks as it is reckoned to, or the plan explains why not."""
    with papers.look(findings, parameters, today) as look:
        paper, policy = params.held(look, parameters)
        for step in _listed(look, paper, policy.steps, tuple(params.weeks), "steps"):
            _hold_order(look, paper, step, "steps")
            least, most = params.weeks[step.name]
            weeks = -(-((step.last - step.first).days + 1) // 7)
            if not least <= weeks <= most and is_empty(step.explanation):
                findings.add(
                    paper.place(f"steps.{step.name}"),
                    seen=Text(f"{weeks} weken, zonder uitleg", f"{weeks} weeks, without explanation"),
                    expected=Text(f"{least} tot {most} weken", f"{least} to {most} weeks"),
                )


def _require_decisions(look: Look, paper: Paper, policy: Policy) -> None:
    paper.value("topics")
    if not policy.topics:
        look.lacks(paper, "noemt geen onderwerp met een besluit (topics)", "names no topic with a decision (topics)")
    for topic in policy.topics:
        if is_empty(topic.decision):
            look.lacks(paper, f"zegt niet wat over {topic.topic} besloten is", f"has no decision on {topic.topic}")


def _hold_review(look: Look, paper: Paper, months: int, today: date) -> None:
    days = [day for name in ("reviewed_on", "approved_on") if isinstance(day := paper.value(name), date)]
    if not days:
        look.lacks(
            paper,
            "noemt geen dag waarop het is herzien (reviewed_on) of vastgesteld (approved_on)",
            "names no day on which it was reviewed (reviewed_on) or approved (approved_on)",
        )
    elif max(days) > today:
        look.lacks(paper, f"is herzien op een dag die nog komt ({max(days)})", f"is reviewed on {max(days)}")
    elif max(days) < months_before(today, months):
        look.lacks(
            paper,
            f"is voor het laatst herzien op {max(days)}; gevraagd is hooguit {months} maanden geleden",
            f"was last reviewed on {max(days)}; asked is {months} months ago at most",
        )


def _hold_reference(look: Look, paper: Paper, named: list[str], to: str) -> None:
    """Ask for a document that is named with its version and held on the day that this one was made."""
    day = paper.document.issued_on
    known = look.all(to)
    if not known:
        raise NotProven(
            Text(
                f"Het dossier heeft {to} niet, waar dit naar verwijst.", f"The dossier lacks {to}, to which it refers."
            )
        )
    for other in known:
        document = other.document
        title, version = folded(document.title), folded(document.version)
        if not version or not any(title in item and version in item for item in named):
            continue
        look.take(other)
        other.value("version")
        begin = document.valid_from or document.issued_on
        if begin > day:
            look.findings.add(
                paper.place("refers_to"),
                seen=Text(f"{document.title} geldt vanaf {begin}", f"{document.title} holds from {begin}"),
                expected=Text(f"een versie die gold op {day}", f"a version that held on {day}"),
            )
        return
    wanted = ", ".join(f"{other.document.title} {other.document.version}" for other in known)
    look.lacks(
        paper,
        f"noemt onder refers_to niet, met titel en versie: {wanted}",
        f"does not name under refers_to, with title and version: {wanted}",
    )


def _listed(
    look: Look, paper: Paper, stated: tuple[Phase, ...], wanted: tuple[str, ...], where: str
) -> tuple[Phase, ...]:
    """Return the phases that are asked for, in that order; what is absent is reported."""
    paper.value(where)
    known = {phase.name: phase for phase in stated}
    for name in wanted:
        if name not in known:
            look.lacks(paper, f"heeft onder {where} geen {name}", f"has no {name} under {where}")
    return tuple(known[name] for name in wanted if name in known)


def _hold_order(look: Look, paper: Paper, phase: Phase, where: str) -> None:
    if phase.last < phase.first:
        look.findings.add(
            paper.place(f"{where}.{phase.name}"),
            seen=Text(f"tot {phase.last}", f"to {phase.last}"),
            expected=Text(f"niet voor het begin ({phase.first})", f"not before its beginning ({phase.first})"),
        )


def _hold_closed(look: Look, paper: Paper, phase: Phase, following: Phase) -> None:
    """Ask that a phase was closed when the next one began."""
    if phase.closed_on is None:
        look.lacks(
            paper,
            f"zegt niet wanneer {phase.name} is afgesloten (closed_on), en {following.name} is begonnen",
            f"does not say when {phase.name} was closed (closed_on), and {following.name} has begun",
        )
    elif phase.closed_on > following.first:
        look.findings.add(
            paper.place(f"phases.{phase.name}"),
            seen=Text(f"afgesloten op {phase.closed_on}", f"closed on {phase.closed_on}"),
            expected=Text(
                f"voor {following.name} begint ({following.first})",
                f"before {following.name} begins ({following.first})",
            ),
        )
