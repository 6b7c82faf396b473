"""What the page shows, computed from the report: grouping, counting, and saying once what holds for many."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from toetskader.report import words
from toetskader.report.findings import deviation_sentence, merge_scenes, own_reason, said_once
from toetskader.report.visible import clip
from toetskader.report.words import LEVELS, VERDICTS, Words
from toetskader.results.model import (
    Deviation,
    Document,
    Finding,
    LevelCount,
    NotLookedAt,
    Report,
    Result,
    TargetSummary,
    Verdict,
)
from toetskader.text import natural

FINDINGS_SHOWN = (50, 20, 10, 5, 3, 2, 1)
"""Findings shown per result: the first of these numbers with which the page stays within its budget."""

PAGE_BUDGET = 7_700_000
"""Characters of a page, so that one of 10,000 results stays under 8 MB."""
MOST_FOR_FINDINGS = 3_500_000
_RESULT_COST = 510  # a row without findings
_TARGET_COST = 6_500  # a target without rows

_TEXT_LIMIT = 500
_PLACE_COST = 130  # markup around a finding
_NOT_ID = re.compile(r"[^A-Za-z0-9_.-]")
_DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True)
class Place:
    """A finding as shown; empty where its result says it once for all its findings."""

    where: str
    path: str
    source: str
    part: str
    """Empty when only one part was judged."""
    scene: str
    """Of what kind its scenes are."""
    scenes: str
    seen: str
    expected: str
    remedy: str
    strength: str
    """Empty when it fails the requirement."""
    command: str


@dataclass(frozen=True, slots=True)
class Row:
    """A result as shown."""

    result: Result
    anchor: str
    about: str
    label: str
    mark: str
    indication: bool
    places: Sequence[Place]
    more: str
    expected: str
    remedy: str
    command: str
    remarks: str
    reason: str
    deviation: str
    deviation_anchor: str
    evidence: Sequence[int]
    source: str
    by_part: Sequence[str]
    measured: Sequence[str]
    differences: Sequence[str]
    claim: str
    contradictions: Sequence[str]

    @property
    def folds(self) -> bool:
        """True when there is so much to say that the reader may want to fold it away."""
        return bool(self.places)


@dataclass(frozen=True, slots=True)
class Chapter:
    """The results of one chapter of one source, at one level."""

    title: str
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Level:
    """One level of one target."""

    number: int
    name: str
    anchor: str
    state: str
    reached: bool
    gate: bool
    forecast: bool
    counts: Sequence[tuple[Verdict, str, int]]
    not_looked_at: str
    chapters: Sequence[Chapter]


@dataclass(frozen=True, slots=True)
class Target:
    """One target with its levels."""

    summary: TargetSummary
    anchor: str
    coverage: str
    gate_met: bool
    verdict: str
    blocking: Sequence[Row]
    between: Sequence[tuple[str, str]]
    next_level: int
    levels: Sequence[Level]
    evidence: Sequence[str]
    totals: Sequence[tuple[Verdict, str, int]]


@dataclass(frozen=True, slots=True)
class DeviationGroup:
    """The deviations in one state."""

    title: str
    state: str
    deviations: Sequence[tuple[str, Target, Deviation, Sequence[Row]]]


@dataclass(frozen=True, slots=True)
class ReasonGroup:
    """The results that share a reason."""

    reason: str
    targets: Sequence[tuple[Target, Sequence[Row]]]
    number: int


@dataclass(frozen=True, slots=True)
class SkippedGroup:
    """Requirements of one level that were not looked at for one reason."""

    reason: str
    number: int
    entries: Sequence[tuple[str, Sequence[tuple[str, str]]]]
    """For which targets (empty: all), and the ids with their titles."""


@dataclass(frozen=True, slots=True)
class SkippedLevel:
    """What was not looked at on one level."""

    number: int
    name: str
    count: int
    groups: Sequence[SkippedGroup]


@dataclass(frozen=True, slots=True)
class About:
    """What is said once of a requirement, whatever the number of targets."""

    anchor: str
    result: Result
    parts: str
    source: str
    counts: Sequence[tuple[Verdict, str, int]]


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document of a dossier, with what it is used for."""

    document: Document
    until: str
    """Its last day, for people; empty for one without an end."""
    left: str
    """How long that is from now, or that it is over."""
    state: str
    """`expired`, `expiring` or nothing."""
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Page:
    """Everything the template needs."""

    report: Report
    w: Words
    title: str
    single: bool
    targets: Sequence[Target]
    rows: int
    totals: Sequence[tuple[Verdict, str, int]]
    deviations: Sequence[DeviationGroup]
    undetermined: Sequence[ReasonGroup]
    unproven: Sequence[ReasonGroup]
    dossiers: Sequence[tuple["Target", Sequence[DocumentRow]]]
    """The documents of every target that has a dossier, what expires first on top."""
    contradicted: Sequence[tuple["Target", Row]]
    """What paper says that a measurement contradicts."""
    skipped: Sequence[SkippedLevel]
    about: Sequence[About]
    started: str
    finished: str
    date: str
    alarms: Sequence[str]
    replayed: str


def page(report: Report) -> Page:
    """Compute the page of `report`."""
    w = words.words_of(report.run.lang)
    shown = _findings_shown(report)
    by_target: dict[str, list[Result]] = {}
    for result in report.results:
        by_target.setdefault(result.target, []).append(result)
    targets = [
        _target(
            summary,
            number,
            by_target.get(summary.target, []),
            shown,
            w,
            terse=len(report.targets) > 1,
            edited=report.run.evidence_edited,
        )
        for number, summary in enumerate(report.targets, 1)
    ]
    single = len(targets) == 1
    name = targets[0].summary.target if single else w.portfolio.format(n=len(targets))
    rows = [row for t in targets for level in t.levels for chapter in level.chapters for row in chapter.rows]
    return Page(
        report=report,
        w=w,
        title=f"{name} ({w.replayed_mark})" if report.run.replayed else name,
        single=single,
        targets=targets,
        rows=len(rows),
        totals=_counts((row.result for row in rows), w),
        deviations=_deviations(targets, report.run.date, w),
        undetermined=_by_reason(targets, Verdict.UNDETERMINED),
        unproven=_by_reason(targets, Verdict.UNPROVEN),
        dossiers=[(target, _documents(target, report.run.date, w)) for target in targets if target.summary.documents],
        contradicted=[
            (target, row)
            for target in targets
            for row in _rows(target)
            if any(item.is_claim for item in row.result.contradictions)
        ],
        skipped=_skipped(report.targets, w),
        about=_about(rows, w),
        started=words.moment(report.run.started, w),
        finished=words.moment(report.run.finished, w),
        date=words.day(report.run.date, w),
        alarms=words.alarms(report.run, w),
        replayed=words.replayed(report.run, w),
    )


def _target(
    summary: TargetSummary, number: int, results: list[Result], shown: int, w: Words, *, terse: bool, edited: bool
) -> Target:
    """Lay out one target.

    Parameters: `terse` leaves out of its rows what the section on requirements says once for all targets; `edited`,
    whether its evidence was.
    """
    anchor = f"t{number}"
    evidence = sorted({path for result in results for path in result.evidence})
    numbers = {path: position for position, path in enumerate(evidence, 1)}
    rows = [
        _row(result, target=anchor, summary=summary, evidence=numbers, shown=shown, w=w, terse=terse)
        for result in sorted(results, key=_order)
    ]
    by_level: dict[int, list[Row]] = {}
    for row in rows:
        by_level.setdefault(row.result.level, []).append(row)
    counts = {count.level: count for count in summary.levels}
    blocking = [row for row in rows if row.result.blocks]
    judged = {row.result.requirement: row.anchor for row in rows}
    return Target(
        summary=summary,
        anchor=anchor,
        coverage=words.coverage(summary, w),
        gate_met=bool(rows) and not blocking and not edited,
        verdict=words.gate_verdict(summary, len(results), len(blocking), w, edited=edited),
        blocking=blocking,
        between=[(ident, judged.get(ident, "")) for ident in sorted(summary.blocked_by, key=natural)],
        next_level=summary.level_reached + 1,
        levels=[
            _level(level, by_level.get(level, []), counts.get(level), summary=summary, anchor=anchor, w=w)
            for level in sorted({*LEVELS, *by_level, *counts})
        ],
        evidence=evidence,
        totals=_counts(results, w),
    )


def _level(
    number: int, rows: list[Row], count: LevelCount | None, *, summary: TargetSummary, anchor: str, w: Words
) -> Level:
    reached = bool(rows) and number <= summary.level_reached
    chapters: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        chapters.setdefault((row.result.source, row.result.chapter), []).append(row)
    return Level(
        number=number,
        name=w.levels.get(number, ""),
        anchor=f"{anchor}-l{number}",
        state=w.level_empty if not rows else w.level_reached if reached else w.level_not_reached,
        reached=reached,
        gate=number == summary.gate,
        forecast=number > summary.gate,
        counts=_counts((row.result for row in rows), w),
        not_looked_at=w.not_looked_at_count.format(n=count.not_looked_at) if count and count.not_looked_at else "",
        chapters=[Chapter(title=_chapter_title(group, w), rows=group) for group in chapters.values()],
    )


def _chapter_title(rows: list[Row], w: Words) -> str:
    first = rows[0].result
    sections = {row.result.section for row in rows}
    place = f"{first.source} {sections.pop()}" if len(sections) == 1 else first.source
    return f"{place.strip()} · {first.chapter or w.no_chapter}"


def _row(
    result: Result,
    *,
    target: str,
    summary: TargetSummary,
    evidence: dict[str, int],
    shown: int,
    w: Words,
    terse: bool,
) -> Row:
    places, expected, remedy, command = _places(result, shown, w)
    is_remarked = result.verdict is Verdict.PASS and result.findings
    if terse and remedy == clip(result.remedy, _TEXT_LIMIT):
        remedy = ""
    more = len(result.findings) - shown
    mendable = result.verdict in (Verdict.FAIL, Verdict.UNPROVEN, Verdict.EXPLAINED)
    deviation = result.deviation
    return Row(
        result=result,
        anchor=f"{target}-{_slug(result.requirement)}",
        about=f"q-{_slug(result.requirement)}",
        label=w.verdicts[result.verdict],
        mark=words.mark(result, summary.gate, w),
        indication=result.proof == "indication",
        places=places,
        more=words.plural(w.more_findings, more) if more > 0 else "",
        expected=expected,
        command=command,
        remarks=words.plural(w.remarks, len(result.findings)) if is_remarked else "",
        remedy=remedy or (result.remedy if mendable and not places and not terse else ""),
        reason="" if terse and result.verdict is Verdict.PASS else clip(own_reason(result), _TEXT_LIMIT * 2),
        deviation=deviation_sentence(deviation, w) if deviation else "",
        deviation_anchor=f"{target}-d-{_slug(deviation.id)}" if deviation else "",
        evidence=[evidence[path] for path in result.evidence],
        source=words.source_place(result, w),
        by_part=words.by_part(result, w),
        measured=[clip(text, _TEXT_LIMIT) for text in result.measured],
        differences=[clip(text, _TEXT_LIMIT) for text in result.differences],
        claim=result.claim,
        contradictions=words.contradictions(result, w),
    )


def _places(result: Result, shown: int, w: Words) -> tuple[list[Place], str, str, str]:
    """Lift what all findings expect, their remedy, and the command that shows them out of them.

    Parameters: `shown`, how many findings are shown at most.
    """
    merged = merge_scenes(result.findings[:shown])
    expected = said_once(f.expected for f in merged) if len(merged) > 1 else ""
    remedy = said_once(f.remedy for f in merged)
    command = said_once(f.command for f in merged) if len(merged) > 1 else ""
    places = [
        Place(
            where=clip(f.where, _TEXT_LIMIT),
            path=clip(f.path, _TEXT_LIMIT),
            source=clip(f.source, _TEXT_LIMIT),
            part=f.part,
            scene=words.scene(result, f.part or result.part, w),
            scenes=clip(f.scene, _TEXT_LIMIT),
            seen=clip(f.seen, _TEXT_LIMIT),
            expected="" if expected else clip(f.expected, _TEXT_LIMIT),
            remedy="" if remedy else clip(f.remedy, _TEXT_LIMIT),
            strength=w.strengths.get(f.strength, ""),
            command="" if command else clip(f.command, _TEXT_LIMIT),
        )
        for f in merged
    ]
    return places, clip(expected, _TEXT_LIMIT), clip(remedy, _TEXT_LIMIT), clip(command, _TEXT_LIMIT)


def _findings_shown(report: Report) -> int:
    """Choose how many findings to show per result so that the page keeps to its budget."""
    costs = [[_cost(f) for f in result.findings[: FINDINGS_SHOWN[0]]] for result in report.results if result.findings]
    left = PAGE_BUDGET - _RESULT_COST * len(report.results) - _TARGET_COST * len(report.targets)
    left -= sum(min(len(text), _TEXT_LIMIT) for result in report.results for text in result.differences)
    budget = min(left, MOST_FOR_FINDINGS)
    for number in FINDINGS_SHOWN:
        if sum(sum(cost[:number]) for cost in costs) <= budget:
            return number
    return FINDINGS_SHOWN[-1]


def _cost(f: Finding) -> int:
    texts = (f.where, f.path, f.source, f.scene, f.seen, f.expected, f.remedy, f.command)
    return _PLACE_COST + sum(min(len(text), _TEXT_LIMIT) for text in texts)


def _deviations(targets: Sequence[Target], today: str, w: Words) -> list[DeviationGroup]:
    titles = {"expiring": w.expiring.format(n=words.EXPIRING_DAYS), **w.deviation_states}
    groups: dict[str, list[tuple[str, Target, Deviation, Sequence[Row]]]] = {
        state: [] for state in ("expired", "expiring", "applied", "superfluous")
    }
    for target in targets:
        covered: dict[str, list[Row]] = {}
        for row in _rows(target):
            if row.result.deviation:
                covered.setdefault(row.result.deviation.id, []).append(row)
        for deviation in target.summary.deviations:
            left = words.days_left(deviation.expires, today)
            soon = deviation.status == "applied" and left is not None and left <= words.EXPIRING_DAYS
            anchor = f"{target.anchor}-d-{_slug(deviation.id)}"
            groups.setdefault("expiring" if soon else deviation.status, []).append(
                (anchor, target, deviation, covered.get(deviation.id, []))
            )
    return [
        DeviationGroup(title=titles.get(state, state), state=state, deviations=found)
        for state, found in groups.items()
        if found
    ]


def _documents(target: Target, today: str, w: Words) -> list[DocumentRow]:
    """Lay out the documents of a dossier: what cannot be read first, then by the day they expire."""
    used: dict[str, list[Row]] = {}
    for row in _rows(target):
        for id_ in row.result.documents:
            used.setdefault(id_, []).append(row)
    ordered = sorted(
        target.summary.documents, key=lambda item: (not item.problem, item.valid_until or "9999", item.title)
    )
    return [_document(item, used.get(item.id, []), today, w) for item in ordered]


def _document(item: Document, rows: Sequence[Row], today: str, w: Words) -> DocumentRow:
    left = words.days_left(item.valid_until, today) if item.valid_until else None
    state = "" if left is None or left > words.EXPIRING_DAYS else "expired" if left < 0 else "expiring"
    told = "" if left is None else w.has_expired if left < 0 else words.plural(w.days_to_go, left)
    return DocumentRow(item, words.day(item.valid_until, w) if item.valid_until else "", told, state, rows)


def _by_reason(targets: Sequence[Target], verdict: Verdict) -> list[ReasonGroup]:
    groups: dict[str, list[tuple[Target, list[Row]]]] = {}
    for target in targets:
        for row in _rows(target):
            if row.result.verdict is not verdict:
                continue
            found = groups.setdefault(row.reason, [])
            if not found or found[-1][0] is not target:
                found.append((target, []))
            found[-1][1].append(row)
    return [
        ReasonGroup(reason=reason, targets=found, number=sum(len(rows) for _, rows in found))
        for reason, found in groups.items()
    ]


def _skipped(summaries: Sequence[TargetSummary], w: Words) -> list[SkippedLevel]:
    """Group what was not looked at by level and reason; ids that miss for the same targets stand together."""
    entries: dict[int, dict[str, dict[str, tuple[NotLookedAt, list[str]]]]] = {}
    for summary in summaries:
        for entry in summary.not_looked_at:
            by_id = entries.setdefault(entry.level, {}).setdefault(entry.reason, {})
            by_id.setdefault(entry.requirement, (entry, []))[1].append(summary.target)
    return [
        SkippedLevel(
            number=level,
            name=w.levels.get(level, ""),
            count=len({ident for by_id in reasons.values() for ident in by_id}),
            groups=[
                SkippedGroup(reason=reason, number=len(by_id), entries=_entries(by_id, len(summaries)))
                for reason, by_id in sorted(reasons.items(), key=lambda item: (-len(item[1]), item[0]))
            ],
        )
        for level, reasons in sorted(entries.items())
    ]


def _entries(by_id: dict[str, tuple[NotLookedAt, list[str]]], targets: int) -> list[tuple[str, list[tuple[str, str]]]]:
    together: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    for ident in sorted(by_id, key=natural):
        entry, names = by_id[ident]
        key = () if len(names) == targets else tuple(names)
        together.setdefault(key, []).append((ident, entry.title))
    return [(", ".join(names), ids) for names, ids in together.items()]


def _about(rows: Iterable[Row], w: Words) -> list[About]:
    by_id: dict[str, list[Row]] = {}
    for row in rows:
        by_id.setdefault(row.result.requirement, []).append(row)
    return [
        About(
            anchor=by_id[ident][0].about,
            result=by_id[ident][0].result,
            parts=", ".join(dict.fromkeys(part for row in by_id[ident] for part in row.result.part_names)),
            source=by_id[ident][0].source,
            counts=_counts((row.result for row in by_id[ident]), w),
        )
        for ident in sorted(by_id, key=natural)
    ]


def _counts(results: Iterable[Result], w: Words) -> list[tuple[Verdict, str, int]]:
    numbers = dict.fromkeys(VERDICTS, 0)
    for result in results:
        numbers[result.verdict] += 1
    return [(verdict, w.verdicts[verdict], number) for verdict, number in numbers.items() if number]


def _rows(target: Target) -> Iterable[Row]:
    return (row for level in target.levels for chapter in level.chapters for row in chapter.rows)


def _order(result: Result) -> tuple[object, ...]:
    return (result.level, result.source, natural(result.section), result.chapter, natural(result.requirement))


def _slug(text: str) -> str:
    return _NOT_ID.sub("-", text)
