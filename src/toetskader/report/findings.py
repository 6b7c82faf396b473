"""Findings, reasons and deviations as sentences of one line, with hidden characters made visible."""

from collections.abc import Iterable

import msgspec

from toetskader.report.visible import clip, one_line
from toetskader.report.words import Words, by_part, day, scene
from toetskader.results.model import Deviation, Finding, Result, Verdict

TEXT_LIMIT = 600
"""Characters of one text that a sentence shows; `results.json` has all of it."""


def merge_scenes(findings: Iterable[Finding]) -> list[Finding]:
    """Make one finding of those that differ only in the scene they were seen in; it names them all."""
    scenes: dict[Finding, list[str]] = {}
    for finding in findings:
        seen_in = scenes.setdefault(msgspec.structs.replace(finding, scene=""), [])
        if finding.scene and finding.scene not in seen_in:
            seen_in.append(finding.scene)
    return [msgspec.structs.replace(finding, scene=", ".join(seen_in)) for finding, seen_in in scenes.items()]


def said_once(texts: Iterable[str]) -> str:
    """Give the text that all of `texts` share; empty when they differ, or when there are none."""
    different = set(texts)
    return different.pop() if len(different) == 1 else ""


def finding_text(finding: Finding, result: Result, w: Words, *, remedy: bool = True) -> str:
    """Say one finding of a result: where, what was seen and is expected, in which place, and unless told not to the
    remedy.
    """
    in_scene = f"{scene(result, finding.part or result.part, w)} {finding.scene}" if finding.scene else ""
    place = ", ".join(one_line(part) for part in (finding.path, finding.source, finding.part, in_scene) if part)
    said = (
        f"{one_line(finding.where)}: {w.seen} {one_line(clip(finding.seen, TEXT_LIMIT))}, "
        f"{w.expected} {one_line(clip(finding.expected, TEXT_LIMIT))}{f' ({place})' if place else ''}."
    )
    if finding.strength != "required":
        said = f"{w.strengths[finding.strength]}: {said}"
    if finding.command:
        said = f"{said} {w.by_hand}: `{one_line(clip(finding.command, TEXT_LIMIT))}`."
    return f"{said} {w.remedy}: {one_line(clip(finding.remedy, TEXT_LIMIT))}" if remedy else said


def reason_lines(result: Result, w: Words) -> list[str]:
    """Give what else bears on a verdict: its reason, what each of several parts came to, and the deviation."""
    reason = own_reason(result)
    lines = [one_line(clip(reason, TEXT_LIMIT))] if reason else []
    if parts := by_part(result, w):
        lines.append(f"{w.by_part}: {one_line('; '.join(parts))}")
    if result.deviation is not None:
        lines.append(deviation_sentence(result.deviation, w))
    return lines


def own_reason(result: Result) -> str:
    """Return the reason of a result, but for one that its deviation says: of a failure, that it expired."""
    expired = result.deviation is not None and result.deviation.status == "expired"
    return "" if expired and result.verdict is Verdict.FAIL else result.reason or ""


def difference_lines(result: Result, w: Words) -> list[str]:
    """Say how the norm differs on purpose from what others measure by, where that bears on a verdict."""
    return [f"{w.difference}: {one_line(clip(text, TEXT_LIMIT))}" for text in result.differences]


def deviation_sentence(deviation: Deviation, w: Words) -> str:
    """Say what a deviation does to a result."""
    expires = day(deviation.expires, w)
    ident = one_line(deviation.id)
    if deviation.status == "expired":
        return w.deviation_expired.format(id=ident, expires=expires)
    if deviation.status == "superfluous":
        return w.deviation_superfluous.format(id=ident)
    applied = w.deviation_applied.format(id=ident, expires=expires)
    return f"{applied}: {one_line(clip(deviation.reason, TEXT_LIMIT))}"
