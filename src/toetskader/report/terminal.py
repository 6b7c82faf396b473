"""What a run says on a terminal: a finding is a sentence with place and remedy, and the summary of the run."""

import textwrap
from collections.abc import Iterable
from pathlib import Path

from toetskader.report.findings import (
    TEXT_LIMIT,
    deviation_sentence,
    difference_lines,
    finding_text,
    merge_scenes,
    reason_lines,
    said_once,
)
from toetskader.report.visible import clip, one_line
from toetskader.report.words import (
    EXPIRING_DAYS,
    Words,
    alarms,
    coverage,
    day,
    days_left,
    gate_verdict,
    level_counts,
    plural,
    replayed,
    source_place,
    words_of,
)
from toetskader.results.model import Report, Result, Run, TargetSummary, Verdict
from toetskader.text import Lang

FINDINGS_SHOWN = 10
"""Findings of one result that the terminal shows; the report has the rest."""

BLOCKING_SHOWN = 40
"""Messages on what blocks that the terminal shows; the report has the rest."""

_IDS_SHOWN = 12
_TARGETS_IN_FULL = 5


def blocking_lines(results: Iterable[Result], lang: Lang, width: int) -> list[str]:
    """Give the lines on all that blocks; requirements that cannot be determined for one and the same reason are one
    message.

    Parameters: `results`, what blocks, in the order of the report; `lang` and `width` as for `finding_lines`.
    """
    w = words_of(lang)
    causes: dict[object, list[Result]] = {}
    for result in results:
        one_cause = result.verdict is Verdict.UNDETERMINED and result.reason and not result.deviation
        said = (result.reason, result.findings, result.differences)
        cause = (result.target, *said) if one_cause else (result.target, result.requirement)
        causes.setdefault(cause, []).append(result)
    lines: list[str] = []
    for together in list(causes.values())[:BLOCKING_SHOWN]:
        lines += finding_lines(together[0], lang, width) if len(together) == 1 else _cause_lines(together, w, width)
    more = sum(len(together) for together in list(causes.values())[BLOCKING_SHOWN:])
    if more:
        lines.append(w.more_blocking.format(n=more))
    return lines


def _cause_lines(together: list[Result], w: Words, width: int) -> list[str]:
    first = together[0]
    count = plural(w.count, len(together))
    lines = _wrap(f"{count} @{one_line(first.target)} [{w.verdicts[first.verdict]}]", width, "", "  ")
    for finding in merge_scenes(first.findings)[:FINDINGS_SHOWN]:
        lines += _wrap(finding_text(finding, first, w), width, "  - ", "    ")
    for reason in (*reason_lines(first, w), *difference_lines(first, w)):
        lines += _wrap(reason, width, "  ", "    ")
    return lines + _wrap(_ids([result.requirement for result in together], w), width, "  ", "    ")


def missing_lines(missing: list[str], lang: Lang, width: int) -> list[str]:
    """Say which requirements got no verdict, `DDC-7.2-13@acme`; of many only how many.

    Parameters: `missing`, these names, sorted; `lang` and `width` as for `finding_lines`.
    """
    w = words_of(lang)
    if len(missing) > _IDS_SHOWN:
        return _wrap(f"{w.no_verdict_on} {plural(w.count, len(missing))}.", width, "", "  ")
    return _wrap(f"{w.no_verdict_on}: {', '.join(missing)}", width, "", "  ")


def finding_lines(result: Result, lang: Lang, width: int) -> list[str]:
    """Give the lines by which a terminal shows a result that is not met.

    Parameters: `result`, the result; `lang`, the language; `width`, the columns of the terminal. The first line names
    requirement and target, verdict, source and level; then one sentence per finding, the reason, and the deviation, if
    any. Hidden characters and terminal sequences in what was seen come out as visible signs.
    """
    w = words_of(lang)
    key = f"{one_line(result.requirement)}@{one_line(result.target)} [{w.verdicts[result.verdict]}]"
    head = f"{key} {one_line(result.title)} ({source_place(result, w)}; {w.level.lower()} {result.level})"
    lines = _wrap(head, width, "", "  ")
    merged = merge_scenes(result.findings)
    remedy = said_once(finding.remedy for finding in merged) if len(merged) > 1 else ""
    for finding in merged[:FINDINGS_SHOWN]:
        lines += _wrap(finding_text(finding, result, w, remedy=not remedy), width, "  - ", "    ")
    more = len(merged) - FINDINGS_SHOWN
    if more > 0:
        lines += _wrap(plural(w.more_findings_terminal, more), width, "  - ", "    ")
    for reason in (*reason_lines(result, w), *difference_lines(result, w)):
        lines += _wrap(reason, width, "  ", "    ")
    if not result.findings and result.verdict is not Verdict.UNDETERMINED:
        remedy = result.remedy
    if remedy:
        lines += _wrap(f"{w.remedy}: {one_line(clip(remedy, TEXT_LIMIT))}", width, "  ", "    ")
    return lines


def summary_lines(report: Report, report_path: Path | str | None, lang: Lang, width: int) -> list[str]:
    """Give the lines that end a run: per target the level reached, what blocks it, counts, and the report's place.

    Parameters: `report`, what was found; `report_path`, where the report for people stands (None: nowhere); `lang`,
    `width` as for `finding_lines`. Of a portfolio every target gets its first line; the rest is in the report.
    """
    w = words_of(lang)
    lines: list[str] = []
    for said in (*alarms(report.run, w), replayed(report.run, w)):
        lines += _wrap(said, width, "", "  ")
    in_full = len(report.targets) <= _TARGETS_IN_FULL
    blocking: dict[str, list[str]] = {}
    for result in report.results:
        if result.blocks:
            blocking.setdefault(result.target, []).append(result.requirement)
    for summary in report.targets:
        lines += _target_lines(summary, blocking.get(summary.target, []), report.run, w, width, in_full=in_full)
        for deviation in summary.deviations:
            left = days_left(deviation.expires, report.run.date)
            if deviation.status == "applied" and left is not None and left <= EXPIRING_DAYS:
                said = plural(
                    w.deviation_expires_in, left, id=one_line(deviation.id), expires=day(deviation.expires, w)
                )
                lines += _wrap(said, width, "  ", "    ")
            elif deviation.status == "expired":
                lines += _wrap(deviation_sentence(deviation, w), width, "  ", "    ")
    lines += _contradiction_lines(report.results, w, width)
    if report_path is not None:
        # not wrapped: a path that is broken over lines cannot be clicked or copied
        lines.append(f"{w.report_at}: {one_line(str(report_path))}")
    return lines


def _contradiction_lines(results: Iterable[Result], w: Words, width: int) -> list[str]:
    """Say which statements on paper a measurement contradicts."""
    claims = [result for result in results if any(item.is_claim for item in result.contradictions)]
    if not claims:
        return []
    lines = _wrap(f"{w.contradictions}:", width, "", "  ")
    for result in claims[:BLOCKING_SHOWN]:
        head = f"{one_line(result.requirement)}@{one_line(result.target)} {one_line(result.title)}"
        lines += _wrap(head, width, "  ", "    ")
        by_why: dict[str, list[str]] = {}
        for item in result.contradictions:
            by_why.setdefault(item.why, []).append(f"{item.requirement} ({w.verdicts[item.verdict]})")
        for why, others in by_why.items():
            lines += _wrap(w.contradicted_by.format(ids=_ids(others, w), why=why), width, "    ", "      ")
    return lines


def _target_lines(
    summary: TargetSummary, blocking: list[str], run: Run, w: Words, width: int, *, in_full: bool
) -> list[str]:
    who = ", ".join(one_line(part) for part in (summary.supplier, summary.component) if part)
    verdict = gate_verdict(summary, summary.looked_at, len(blocking), w, edited=run.evidence_edited)
    mark = f"{w.replayed_mark}: " if run.replayed else ""
    head = f"{one_line(summary.target)}{f' ({who})' if who else ''}: {mark}{coverage(summary, w)}. {verdict}"
    lines = _wrap(head, width, "", "  ")
    if not in_full:
        return lines
    if blocking:
        lines += _wrap(f"{w.blocks_mark}: {_ids(blocking, w)}", width, "  ", "    ")
    # what stands before the next level is news only where it is not what blocks already
    if set(summary.blocked_by) - set(blocking):
        phrase = w.blocked_by.format(level=summary.level_reached + 1)
        lines += _wrap(f"{phrase}: {_ids(list(summary.blocked_by), w)}", width, "  ", "    ")
    for count in summary.levels:
        name = f"{w.level.lower()} {count.level} ({w.levels.get(count.level, '')})"
        lines += _wrap(f"{name}: {level_counts(count, w)}", width, "  ", "    ")
    return lines


def _ids(ids: list[str], w: Words) -> str:
    shown = ", ".join(one_line(ident) for ident in ids[:_IDS_SHOWN])
    more = len(ids) - _IDS_SHOWN
    return f"{shown} {w.and_more.format(n=more)}" if more > 0 else shown


def _wrap(text: str, width: int, first: str, then: str) -> list[str]:
    # made safe here once more, whatever the text is put together from
    return textwrap.wrap(
        one_line(text),
        max(width, 20),
        initial_indent=first,
        subsequent_indent=then,
        break_on_hyphens=False,
    )
