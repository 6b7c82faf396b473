"""From what a check observed to a result: texts, gate, deviation. The observation itself never changes."""

from collections.abc import Iterator

from toetskader.audit.scope import InScope
from toetskader.judging.combining import Judged, OnPart, Together
from toetskader.judging.findings import RawFinding
from toetskader.kinds.registry import KINDS
from toetskader.results import Deviation, Finding, PartResult, Result, Verdict
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
    together: Together,
    *,
    gate: int,
    deviation: Deviation | None,
    evidence: tuple[str, ...],
    lang: Lang,
    duration_s: float = 0.0,
) -> Result:
    """Make the result of one requirement on one target.

    Parameters: `together`, what all its parts come to; `deviation`, the approved deviation for it, applied or expired;
    `evidence`, files of the facts that were judged, inside the evidence folder. An
    applied deviation turns a failure into *explained*, but never covers what could not be determined.
    """
    requirement = item.requirement
    judged, decides = together.judged, together.decides
    verdict, reason = judged.verdict, judged.reason
    if verdict is Verdict.PASS and decides.proof == "indication":
        reason = judged.worth.why if judged.worth else _indication(item, decides.part)
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
        part=decides.part,
        source=requirement.source,
        section=requirement.section,
        chapter=requirement.chapter_title[lang],
        lines=requirement.lines,
        level=requirement.level,
        kind=requirement.kind,
        mode=requirement.mode,
        proof=decides.proof,
        parts=tuple(_of_part(part, lang) for part in together.parts),
        verdict=verdict,
        gated=is_gated(item, gate),
        title=requirement.title[lang],
        remedy=requirement.remedy[lang],
        check=decides.check,
        findings=tuple(_finding(found, requirement.remedy, lang) for found in judged.findings),
        reason=reason[lang] if reason else "",
        deviation=deviation,
        evidence=evidence,
        duration_s=duration_s,
        measured=tuple(text[lang] for text in (*_strength(judged), *judged.measured)),
        differences=tuple(text[lang] for text in judged.differences),
        claim=requirement.claim[lang] if requirement.claim else "",
        documents=judged.documents,
        evidence_strength=judged.worth.strength if judged.worth else None,
    )


def _strength(judged: Judged) -> Iterator[Text]:
    """Say how strong the evidence is, where it is paper."""
    if judged.worth is not None:
        strength = judged.worth.strength
        yield Text(f"Sterkte van het bewijs: {strength} van 4.", f"Strength of the evidence: {strength} of 4.")


def _of_part(part: OnPart, lang: Lang) -> PartResult:
    reason = part.judged.reason
    return PartResult(
        part=part.part,
        proof=part.proof,
        verdict=part.judged.verdict,
        check=part.check,
        scene=KINDS[part.part].scene[lang],
        reason=reason[lang] if reason else "",
        beside={other: KINDS[other].scene[lang] for other in part.beside},
    )


def _finding(found: RawFinding, remedy: Text, lang: Lang) -> Finding:
    return Finding(
        where=found.where,
        path=found.path,
        source=found.source,
        scene=found.scene,
        part=found.part,
        seen=words(found.seen, lang),
        expected=words(found.expected, lang),
        remedy=(found.remedy or remedy)[lang],
        strength=found.strength,
        command=found.command,
    )


def _indication(item: InScope, part: str) -> Text:
    proving = [part for part, worth in item.requirement.measured_on.items() if worth == "proof"]
    nl, en = (f": {', '.join(proving)}",) * 2 if proving else ("", "")
    shown = KINDS[part].indication or Text(
        f"Wat hier gemeten is ({part}) is een aanwijzing", f"What was measured here ({part}) is an indication"
    )
    return Text(
        f"{shown.nl}; het bewijs komt van een ander onderdeel{nl}.",
        f"{shown.en}; the proof comes from another part{en}.",
    )
