"""What changed between two runs: verdicts, places and coverage, for who gets a report every morning."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from toetskader.report.findings import finding_text, merge_scenes
from toetskader.report.json_view import read
from toetskader.report.visible import clip, one_line
from toetskader.report.words import Words, alarms, coverage, replayed, source_place, words_of
from toetskader.results.model import SELECTING, Finding, Report, Result, TargetSummary
from toetskader.text import Lang, Text

FINDINGS_SHOWN = 10
"""New findings of one requirement that are shown; the newer report has them all."""

_SELECTION_SHOWN = 200
"""Characters that are shown of how a run selected requirements."""

_Key = tuple[str, str]
"""Target and requirement: the key of a result."""
_NOT_LOOKED_AT = Text("niet bekeken", "not looked at")


class Direction(StrEnum):
    """Which way something changed."""

    WORSE = "worse"
    """It blocks now and did not, it blocks in more places, or it is not looked at any more: nobody knows then."""
    BETTER = "better"
    """It blocked and does not, or it blocks in fewer places."""
    OTHER = "other"


_HEADS = {
    Direction.WORSE: Text("Slechter", "Worse"),
    Direction.BETTER: Text("Beter", "Better"),
    Direction.OTHER: Text("Anders", "Different"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """A requirement on a target that came to something else than in the run before."""

    before: Result | None
    """None when it was not looked at then."""
    after: Result | None
    """None when it is not looked at any more."""

    @property
    def result(self) -> Result:
        """The newest result there is."""
        found = self.after or self.before
        assert found is not None  # noqa: S101 - a change has at least one side
        return found

    @property
    def new_findings(self) -> tuple[Finding, ...]:
        """Findings at places where the run before had none."""
        known = {_place(finding) for finding in self.before.findings} if self.before else set()
        return tuple(finding for finding in self.after.findings if _place(finding) not in known) if self.after else ()

    @property
    def direction(self) -> Direction:
        """Which way it changed."""
        if self.after is None:
            return Direction.WORSE
        blocked = self.before is not None and self.before.blocks
        if not self.after.blocks:
            return Direction.BETTER if blocked else Direction.OTHER
        if not blocked or self.new_findings:
            return Direction.WORSE
        assert self.before is not None  # noqa: S101 - it blocked
        fewer = self.after.verdict is self.before.verdict and len(self.after.findings) < len(self.before.findings)
        return Direction.BETTER if fewer else Direction.OTHER


def _place(finding: Finding) -> tuple[str, str, str]:
    return finding.where, finding.path, finding.scene


def changes(before: Report, after: Report) -> tuple[Change, ...]:
    """Return what came to something else: another verdict, or other places, in the order of the newer report.

    A target that only one of the runs audited is left out: a portfolio that grows is no change of what was there.
    """
    both = {summary.target for summary in before.targets} & {summary.target for summary in after.targets}
    old, new = (_by_key(report, both) for report in (before, after))
    found = (Change(old.get(key), new.get(key)) for key in dict.fromkeys((*new, *old)))
    return tuple(change for change in found if _differs(change))


def _by_key(report: Report, targets: set[str]) -> Mapping[_Key, Result]:
    return {(result.target, result.requirement): result for result in report.results if result.target in targets}


def _differs(change: Change) -> bool:
    before, after = change.before, change.after
    if before is None or after is None:
        return True
    places = [{_place(finding) for finding in result.findings} for result in (before, after)]
    return (before.verdict, before.blocks) != (after.verdict, after.blocks) or places[0] != places[1]


def got_worse(before: Report, after: Report) -> bool:
    """Tell whether something got worse; a target that is not audited any more counts too."""
    if after.run.evidence_edited:
        return True
    lost = {summary.target for summary in before.targets} - {summary.target for summary in after.targets}
    return bool(lost) or any(change.direction is Direction.WORSE for change in changes(before, after))


def chose_otherwise(before: Report, after: Report) -> bool:
    """Tell whether one run selected requirements that the other did not: what differs may then be no change."""
    return _chosen(before) != _chosen(after)


def _chosen(report: Report) -> dict[str, str]:
    return {name: report.run.options[name] for name in SELECTING if name in report.run.options}


def _chose_otherwise(before: Report, after: Report) -> Text:
    shown = [
        ", ".join(f"{name} {value}".removesuffix(" true") for name, value in _chosen(report).items())
        for report in (before, after)
    ]
    first, second = (one_line(clip(text, _SELECTION_SHOWN)) for text in shown)
    nl = "; ".join((f"eerste: {first or 'alles'}", f"tweede: {second or 'alles'}"))
    en = "; ".join((f"first: {first or 'all'}", f"second: {second or 'all'}"))
    return Text(
        f"Let op: de tweede run koos niet dezelfde eisen ({nl}).",
        f"Note: the second run did not select the same requirements ({en}).",
    )


def change_lines(before: Report, after: Report, lang: Lang) -> Iterator[str]:
    """Yield what changed, in lines: levels first, then what got worse, better and otherwise different."""
    w = words_of(lang)
    old = {summary.target: summary for summary in before.targets}
    for said in (*alarms(after.run, w), replayed(after.run, w)):
        if said:
            yield one_line(said)
    if chose_otherwise(before, after):
        yield _chose_otherwise(before, after)[lang]
    for summary in after.targets:
        yield f"{one_line(summary.target)}: {_level(old.get(summary.target), summary, w, lang)}"
    gone = sorted(old.keys() - {summary.target for summary in after.targets})
    for target in gone:
        yield f"{one_line(target)} {Text('wordt niet meer getoetst', 'is not audited any more')[lang]}"
    found = changes(before, after)
    for direction, head in _HEADS.items():
        chosen = [change for change in found if change.direction is direction]
        if chosen:
            yield ""
            yield f"{head[lang]} ({len(chosen)})"
        for change in chosen:
            yield from _lines(change, w, lang)
    if not found and not gone:
        yield Text("Geen oordeel en geen vindplaats is veranderd.", "No verdict and no finding changed.")[lang]


def _level(before: TargetSummary | None, after: TargetSummary, w: Words, lang: Lang) -> str:
    now = coverage(after, w)
    if before is None:
        return f"{now} ({Text('nieuw', 'new')[lang]})"
    then = coverage(before, w)
    return now if then == now else f"{then} → {now}"


def _lines(change: Change, w: Words, lang: Lang) -> Iterator[str]:
    result = change.result
    then, now = (_word(item, w, lang) for item in (change.before, change.after))
    verdicts = now if then == now else f"{then} → {now}"
    key = f"{one_line(result.requirement)}@{one_line(result.target)}"
    yield f"  {key} {one_line(result.title)} ({one_line(source_place(result, w))}): {verdicts}"
    added = merge_scenes(change.new_findings)
    for finding in added[:FINDINGS_SHOWN]:
        yield f"    + {finding_text(finding, result, w, remedy=True)}"
    if len(added) > FINDINGS_SHOWN:
        more = len(added) - FINDINGS_SHOWN
        yield f"    + {Text(f'en nog {more}; zie het rapport', f'and {more} more; see the report')[lang]}"
    if change.after is not None and change.after.reason and then != now:
        yield f"    {one_line(change.after.reason)}"


def _word(result: Result | None, w: Words, lang: Lang) -> str:
    return _NOT_LOOKED_AT[lang] if result is None else w.verdicts[result.verdict]


def read_run(path: Path) -> Report:
    """Read the results of a run: its folder, or the file. Raises `ResultsError` in plain words."""
    return read(path / "results.json" if path.is_dir() else path)
