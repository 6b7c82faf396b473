"""From what a check observed to a result: texts, gate, deviation. The observation itself never changes."""

from toetskader.audit.scope import InScope
from toetskader.judging.findings import RawFinding
from toetskader.judging.judge import Judged
from toetskader.results import Deviation, Finding, Result, Verdict
from toetskader.text import Lang, Text, words

BEST_EFFORT = "best-effort/option"


def is_gated(item: InScope, gate: int) -> bool:
    """Tell whether a failure can fail the run.

    It can at or below the gate, unless the requirement is best effort; at level 4 only where an agreement with the
    supplier names it (DDC 7, level 4; inventory, levels).
    """
    requirement = item.requirement
    if requirement.level > gate or requirement.mode == BEST_EFFORT:
        return False
    return requirement.level < 4 or requirement.id in item.target.agreements


def dispose(
    item: InScope,
    judged: Judged,
    *,
    gate: int,
    deviation: Deviation | None,
    evidence: tuple[str, ...],
    lang: Lang,
    duration_s: float = 0.0,
) -> Result:
    """Make the result of one requirement on one target.

    Parameters: `deviation`, the approved deviation for it, applied or expired; `evidence`, files of
    the facts that were judged, inside the evidence folder. An
    applied deviation turns a failure into *explained*, but never covers what could not be determined.
    """
    requirement = item.requirement
    verdict, reason = judged.verdict, judged.reason
    if verdict is Verdict.PASS and item.proof == "indication":
        reason = _indication(item)
    if deviation is not None:
        if verdict is Verdict.FAIL and deviation.status == "applied":
            verdict, reason = (
                (Verdict.EXPLAINED, None) if judged.doubt is None else (Verdict.UNDETERMINED, judged.doubt)
            )
        elif verdict is Verdict.FAIL and deviation.status == "expired":
            reason = Text(
                f"Afwijking {deviation.id} is verlopen op {deviation.expires}.",
                f"Deviation {deviation.id} expired on {deviation.expires}.",
            )
        elif verdict in (Verdict.PASS, Verdict.NOT_APPLICABLE):
            deviation = None
    return Result(
        requirement=requirement.id,
        target=item.target.name,
        part=item.part,
        source=requirement.source,
        section=requirement.section,
        chapter=requirement.chapter_title[lang],
        lines=requirement.lines,
        level=requirement.level,
        kind=requirement.kind,
        mode=requirement.mode,
        proof=item.proof,
        verdict=verdict,
        gated=is_gated(item, gate),
        title=requirement.title[lang],
        remedy=requirement.remedy[lang],
        check=item.check.id,
        findings=tuple(_finding(found, requirement.remedy, lang) for found in judged.findings),
        reason=reason[lang] if reason else "",
        deviation=deviation,
        evidence=evidence,
        duration_s=duration_s,
        measured=tuple(text[lang] for text in judged.measured),
        differences=tuple(text[lang] for text in judged.differences),
        claim=requirement.claim[lang] if requirement.claim else "",
    )


def _finding(found: RawFinding, remedy: Text, lang: Lang) -> Finding:
    return Finding(
        where=found.where,
        path=found.path,
        source=found.source,
        scene=found.scene,
        seen=words(found.seen, lang),
        expected=words(found.expected, lang),
        remedy=(found.remedy or remedy)[lang],
        strength=found.strength,
        command=found.command,
    )


def _indication(item: InScope) -> Text:
    proving = [part for part, worth in item.requirement.measured_on.items() if worth == "proof"]
    nl, en = (f": {', '.join(proving)}",) * 2 if proving else ("", "")
    if item.part == "chart":
        return Text(
            f"De chart toont de bedoeling; het bewijs komt van een ander onderdeel{nl}.",
            f"The chart shows the intention; the proof comes from another part{en}.",
        )
    return Text(
        f"Wat hier gemeten is ({item.part}) is een aanwijzing; het bewijs komt van een ander onderdeel{nl}.",
        f"What was measured here ({item.part}) is an indication; the proof comes from another part{en}.",
    )
