"""What judgements come to together: scenes of one part of a target, and parts of one target.

The two tables are in the design (vocabulary). In both a failure outweighs everything, and not applicable counts only
when it holds everywhere. A part weighs by what a pass on it is worth: what is only an indication does not undo proof.
"""

from collections.abc import Sequence

import msgspec

from toetskader.facts.dossier.strength import Worth
from toetskader.facts.key import FactKey
from toetskader.judging.findings import STRENGTHS, RawFinding
from toetskader.results import Verdict
from toetskader.text import Text

_WEIGHT = (Verdict.FAIL, Verdict.UNPROVEN, Verdict.UNDETERMINED, Verdict.PASS, Verdict.NOT_APPLICABLE)
"""Heaviest first."""
PROOF = "proof"


class Judged(msgspec.Struct, frozen=True):
    """What a check said about a target, before deviations and gates."""

    verdict: Verdict
    findings: tuple[RawFinding, ...] = ()
    reason: Text | None = None
    keys: tuple[FactKey, ...] = ()
    """Facts the judgement read."""
    crash: BaseException | None = None
    """The fault of a check that broke on its input."""
    doubt: Text | None = None
    """Why part of what should be judged could not be, beside the findings of a failure."""
    shown: bool = True
    """False when the scene left off what is judged, so that the other scenes decide."""
    measured: tuple[Text, ...] = ()
    """What was measured, in a few words."""
    differences: tuple[Text, ...] = ()
    """How the norm differs on purpose from what others measure by, where that bears on this."""
    documents: tuple[str, ...] = ()
    """Documents of the dossier that it rests on, by id."""
    worth: Worth | None = None
    """How strong the evidence is, where it is paper."""


class OnPart(msgspec.Struct, frozen=True):
    """What was said about one part of a target."""

    part: str
    proof: str
    """What a pass on it is worth: `proof` or `indication`."""
    check: str
    judged: Judged
    beside: tuple[str, ...] = ()
    """Kinds of parts that were laid beside it."""


class Together(msgspec.Struct, frozen=True):
    """What all parts of a target come to."""

    judged: Judged
    decides: OnPart
    """The part that the verdict comes from; its worth is what a pass is worth."""
    parts: tuple[OnPart, ...]


def scenes_together(judged: Sequence[Judged]) -> Judged:
    """Combine what was said of the scenes of a part; one that shows nothing counts only when no other shows it."""
    if any(item.shown for item in judged):
        judged = [item for item in judged if item.shown]
    return _together(judged, min(judged, key=_weight))


def laid_beside(paper: Judged, measured: Judged) -> Judged:
    """Add to what was said of a document what came of laying it beside a measurement of the same run.

    A measurement that says otherwise fails; one that says the same makes the evidence as strong as it can be. Without
    one, because the target has no such part, it was not seen or there was nothing to compare, the paper stands alone.
    """
    if measured.verdict is Verdict.PASS and paper.verdict is Verdict.PASS:
        added = _together((paper, measured), paper)
        return msgspec.structs.replace(added, worth=measured.worth or paper.worth)
    if measured.verdict in (Verdict.FAIL, Verdict.UNPROVEN) and _weight(measured) < _weight(paper):
        return msgspec.structs.replace(_together((paper, measured), measured), worth=paper.worth)
    if measured.verdict is Verdict.FAIL:
        return msgspec.structs.replace(_together((paper, measured), paper), worth=paper.worth)
    told = measured.measured if measured.reason is None else (*measured.measured, _not_beside(measured.reason))
    crash = paper.crash or measured.crash
    return msgspec.structs.replace(paper, measured=(*paper.measured, *told), crash=crash)


def _not_beside(reason: Text) -> Text:
    return Text(f"Niet naast een meting gelegd: {reason.nl}", f"Not laid beside a measurement: {reason.en}")


def parts_together(parts: Sequence[OnPart]) -> Together:
    """Combine what was said of the parts of a target.

    Of parts that say the same, one on which a pass is proof decides. Where such a part passes, one that is but an
    indication and could not be judged leaves a remark.
    """
    weighed = list(parts)
    is_proven = any(item.judged.verdict is Verdict.PASS and item.proof == PROOF for item in parts)
    if is_proven:
        weighed = [item for item in parts if item.judged.verdict is not Verdict.UNDETERMINED or item.proof == PROOF]
    decides = min(weighed, key=lambda item: (_weight(item.judged), item.proof != PROOF))
    if len(parts) == 1:
        return Together(decides.judged, decides, tuple(parts))
    judged = _together([_of_part(item) for item in parts], _of_part(decides))
    if judged.verdict is Verdict.PASS:
        left = next((item for item in parts if item not in weighed), None)
        judged = msgspec.structs.replace(judged, reason=_remark(left) if left else None)
    return Together(judged, decides, tuple(parts))


def _together(judged: Sequence[Judged], decides: Judged) -> Judged:
    return Judged(
        decides.verdict,
        tuple(sorted((found for item in judged for found in item.findings), key=_lightness)),
        reason=decides.reason,
        keys=tuple(dict.fromkeys(key for item in judged for key in item.keys)),
        measured=tuple(dict.fromkeys(text for item in judged for text in item.measured)),
        differences=tuple(dict.fromkeys(text for item in judged for text in item.differences)),
        crash=next((item.crash for item in judged if item.crash), None),
        documents=tuple(dict.fromkeys(id_ for item in judged for id_ in item.documents)),
        worth=decides.worth,
        doubt=next((item.doubt or item.reason for item in judged if is_doubtful(item)), None),
    )


def _of_part(item: OnPart) -> Judged:
    """Say of what was found and measured on which part that was, as there are several."""
    judged, named = item.judged, item.part
    return msgspec.structs.replace(
        judged,
        findings=tuple(msgspec.structs.replace(found, part=found.part or named) for found in judged.findings),
        reason=_on(named, judged.reason) if judged.reason else None,
        doubt=_on(named, judged.doubt) if judged.doubt else None,
        measured=tuple(_on(named, text) for text in judged.measured),
    )


def _on(part: str, text: Text) -> Text:
    return Text(f"{part}: {text.nl}", f"{part}: {text.en}")


def _remark(left: OnPart) -> Text | None:
    reason = left.judged.reason
    if reason is None:
        return None
    return Text(
        f"Op {left.part}, dat een aanwijzing geeft, was dit niet te bepalen: {reason.nl}",
        f"On {left.part}, which gives an indication, this could not be determined: {reason.en}",
    )


def _weight(judged: Judged) -> int:
    return _WEIGHT.index(judged.verdict)


def _lightness(finding: RawFinding) -> int:
    return STRENGTHS.index(finding.strength)


def is_doubtful(item: Judged) -> bool:
    """Tell whether something that should have been judged could not be."""
    return item.doubt is not None or item.verdict is Verdict.UNDETERMINED
