"""Paper beside measurement: what a document states and what the same run measured, where they speak against each other.

Which requirements stand side by side is written in `policies/tegenspraak.yaml`. A claim that a measurement contradicts
keeps its verdict, for its document says what was asked; it is no proof any more, and both results name the other.
"""

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from toetskader.catalogue.models import Contradiction
from toetskader.results import Contradicted, Result, Verdict
from toetskader.text import Lang

_STANDS = (Verdict.PASS,)
_SPEAKS_AGAINST = (Verdict.FAIL, Verdict.EXPLAINED)
"""What was measured is not met, whether a deviation explains it or not."""


def with_contradictions(
    results: Iterable[Result], contradictions: Sequence[Contradiction], lang: Lang
) -> tuple[Result, ...]:
    """Return the results of a run, where each that another contradicts says so; in the same order.

    Parameters: `contradictions`, which claims stand beside which measurements; `lang`, language of the run.
    """
    found = tuple(results)
    by_key = {(item.target, item.requirement): item for item in found}
    told: dict[tuple[str, str], list[Contradicted]] = {}
    for pair in contradictions:
        for target in dict.fromkeys(item.target for item in found):
            _tell(target, pair, by_key, told, lang)
    return tuple(_told(item, told.get((item.target, item.requirement), [])) for item in found)


def _tell(
    target: str,
    pair: Contradiction,
    results: Mapping[tuple[str, str], Result],
    told: dict[tuple[str, str], list[Contradicted]],
    lang: Lang,
) -> None:
    claim = results.get((target, pair.claim))
    if claim is None or claim.verdict not in _STANDS:
        return
    for id_ in pair.measured:
        measured = results.get((target, id_))
        if measured is not None and measured.verdict in _SPEAKS_AGAINST:
            told.setdefault((target, claim.requirement), []).append(_of(measured, pair, lang, is_claim=True))
            told.setdefault((target, id_), []).append(_of(claim, pair, lang, is_claim=False))


def _of(other: Result, pair: Contradiction, lang: Lang, *, is_claim: bool) -> Contradicted:
    """Say of a result which other one stands against it. Parameters: `is_claim`, whether it is the paper's side."""
    return Contradicted(
        requirement=other.requirement, title=other.title, verdict=other.verdict, why=pair.why[lang], is_claim=is_claim
    )


def _told(result: Result, contradictions: list[Contradicted]) -> Result:
    if not contradictions:
        return result
    is_claim = any(item.is_claim for item in contradictions)
    return replace(result, contradictions=tuple(contradictions), proof="indication" if is_claim else result.proof)
