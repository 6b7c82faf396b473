"""The report of a run: made of its verdicts at the end, and put in its places whole or not at all."""

import platform
from datetime import UTC, datetime
from importlib.metadata import version

import pytest

from toetskader.audit.contradictions import with_contradictions
from toetskader.audit.deviations import statuses
from toetskader.audit.looked_at import LookedAt, looked_at
from toetskader.audit.summary import summarise
from toetskader.plugin.places import Places
from toetskader.plugin.plan import Plan
from toetskader.plugin.verdicts import Verdicts
from toetskader.report import csv_view, json_view, junit_view
from toetskader.report.outputs import Outputs
from toetskader.results import Report, Result, Run, TargetSummary
from toetskader.targets.models import Target

_WHOLE = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED)
"""Exit codes of a run that came to its end."""


class Reporting:
    """Makes the report and writes it. Parameters: `started`, when the run began."""

    def __init__(self, plan: Plan, places: Places, verdicts: Verdicts, started: datetime) -> None:
        self._plan = plan
        self._places = places
        self._verdicts = verdicts
        self._started = started
        self.outputs = Outputs()
        self.finished: Report | None = None

    def finish(self, exit_code: int, *, broken_off: bool) -> None:
        """Make the report, and write it beside its places in every form but HTML, which pytest-html carries.

        Parameters: `broken_off`, whether somebody ended the run. Raises OSError. `commit` or `abandon` must follow.
        """
        self.finished = self._report(exit_code, broken_off=broken_off)
        for path, encode in (
            (self._places.folder / "results.json", json_view.encode),
            (self._places.folder / "junit.xml", junit_view.encode),
            (self._plan.options.results, json_view.encode),
            (self._plan.options.junit, junit_view.encode),
            (self._plan.options.csv, csv_view.encode),
        ):
            if path is not None:
                self.outputs.add(path, encode(self.finished))

    def commit(self) -> None:
        """Put all that was written in its place, and let `latest` point to a run that is whole. Raises OSError."""
        self.outputs.commit()
        if self.finished is not None and self.finished.run.complete and self._verdicts.is_whole:
            self._places.point_latest()

    def abandon(self) -> None:
        """Leave no report: it could not be written whole."""
        self.outputs.discard()
        self.finished = None

    def final_report(self) -> Report | None:
        """Return the report that `finish` made; None for a run that came to nothing."""
        return self.finished

    def _report(self, exit_code: int, *, broken_off: bool) -> Report:
        missing = self._verdicts.missing
        digest, sums = self._places.evidence.write_sums()
        results = sorted(
            with_contradictions(
                self._verdicts.results.values(), self._plan.catalogue.contradictions, self._plan.options.lang
            ),
            key=lambda result: (result.target, result.level, result.requirement),
        )
        own: dict[str, list[Result]] = {target.name: [] for target in self._plan.targets}
        for result in results:
            own[result.target].append(result)
        run = Run(
            started=self._started,
            finished=datetime.now(UTC),
            date=self._plan.today.isoformat(),
            lang=self._plan.options.lang,
            versions=self._versions(),
            options=self._plan.options.shown(),
            complete=not missing and exit_code in _WHOLE,
            exit_code=exit_code,
            broken_off=broken_off,
            evidence=sums,
            evidence_digest=digest,
            replayed=self._plan.stored.digest if self._plan.stored else "",
            replayed_day=self._plan.stored.day.isoformat() if self._plan.stored else "",
            evidence_edited=self._plan.is_edited,
            evidence_changes=self._plan.stored.changes if self._plan.stored else (),
        )
        return Report(
            run=run,
            targets=tuple(self._summary(target, own[target.name], missing) for target in self._plan.targets),
            results=tuple(results),
        )

    def _summary(self, target: Target, results: list[Result], missing: set[tuple[str, str]]) -> TargetSummary:
        scope = self._plan.scopes[target.name].narrowed(self._plan.owed, self._plan.options.lang)
        return summarise(
            scope,
            results,
            lost=[item for item in scope.looked_at if item.key in missing],
            gate=self._plan.gate(target),
            parts=self._looked_at(target).parts,
            commands=self._looked_at(target).commands,
            documents=self._looked_at(target).documents,
            deviations=statuses(target, results, self._plan.today),
        )

    def _looked_at(self, target: Target) -> LookedAt:
        """Say what of a target was looked at; a worker's facts are read back from the evidence."""
        if target.name not in self._verdicts.seen:
            facts = self._places.evidence.read(target.name) if self._places.evidence.has(target.name) else None
            self._verdicts.seen[target.name] = looked_at(target, facts, self._plan.options.lang)
        return self._verdicts.seen[target.name]

    def _versions(self) -> dict[str, str]:
        names = ("toetskader", "pytest", "pytest-html", "msgspec", "PyYAML")
        return {"Python": platform.python_version(), **{name: version(name) for name in names}}
