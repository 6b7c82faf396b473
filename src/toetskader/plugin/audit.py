"""The audit that a pytest run is: loaded once, asked by the items, turned into a report at the end."""

import contextlib
import os
import platform
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from toetskader.audit.deviations import record_of, statuses
from toetskader.audit.disposition import dispose
from toetskader.audit.judgement import judged_in_scope
from toetskader.audit.looked_at import LookedAt, looked_at
from toetskader.audit.scope import InScope, Scope, scope_of
from toetskader.audit.summary import summarise
from toetskader.catalogue.load import load_catalogue
from toetskader.catalogue.models import Catalogue
from toetskader.collect.evidence import EvidenceError
from toetskader.collect.run import Means, Wanted, collect
from toetskader.facts.key import TargetFacts
from toetskader.judging.outcomes import Parameters
from toetskader.judging.registry import load_checks
from toetskader.judging.subjects import TargetSubjects
from toetskader.oserrors import why
from toetskader.plugin.collection import Collection, Replay
from toetskader.plugin.evidence import EvidenceFolder, Stored, new_run_folder, point_latest
from toetskader.plugin.options import Options
from toetskader.plugin.progress import Progress
from toetskader.report import csv_view, json_view, junit_view
from toetskader.report.outputs import Outputs, require_room_below, require_writable
from toetskader.results import Report, Result, Run, TargetSummary
from toetskader.targets.deviations import deviation_problems
from toetskader.targets.load import load_targets
from toetskader.targets.models import Target, with_defaults
from toetskader.text import Lang, Text
from toetskader.yamlfile import did_you_mean, joined, shown, shown_path

AUDIT: pytest.StashKey["Audit"] = pytest.StashKey()

_NOT_WRITABLE = Text(
    "{place} is niet te schrijven ({why}); kies een andere plek of maak die schrijfbaar",
    "{place} cannot be written ({why}); choose another place or make it writable",
)
_TWICE = Text("{one} en {other} noemen hetzelfde bestand: {path}", "{one} and {other} name the same file: {path}")
_AUDITED = Text(
    "{option}: {path} is zelf wat getoetst wordt; kies een andere plek",
    "{option}: {path} is itself what is audited; choose another place",
)
_WHOLE = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED)
"""Exit codes of a run that came to its end."""


class Audit:
    """Everything of one run. Items ask it to judge; the plugin's hooks move it along."""

    def __init__(
        self,
        options: Options,
        catalogue: Catalogue,
        targets: tuple[Target, ...],
        scopes: Mapping[str, Scope],
        today: date,
        *,
        stored: Stored | None,
    ) -> None:
        self.options = options
        self.catalogue = catalogue
        self.targets = targets
        self._by_name = {target.name: target for target in targets}
        self.scopes = scopes
        self.today = today
        self._stored = stored
        self.started = datetime.now(UTC)
        self.folder = Path()
        self.finished: Report | None = None
        self.broken_off = False
        """Whether somebody ended the run: Ctrl-C or SIGTERM."""
        self._owed: set[tuple[str, str]] = set()
        self._results: dict[tuple[str, str], Result] = {}
        self._subjects: dict[str, TargetSubjects] = {}
        self._parts: dict[str, LookedAt] = {}
        self._to_judge: Counter[str] = Counter()
        self.outputs = Outputs()
        self._collection: Collection | Replay = Collection((), iter(()))
        self._parameters = {target.name: Parameters(with_defaults(target, catalogue.profiles)) for target in targets}

    @classmethod
    def load(cls, options: Options, tests: Path, project_target: Callable[..., Target | None]) -> "Audit":
        """Load checks, catalogue and targets. Raises FileErrors, RegistryError or EvidenceError in plain words.

        Parameters: `tests`, the folder of the checks; `project_target`, our hook that lets a project date its own
        targets.
        """
        lang = options.lang
        checks = load_checks(tests)
        catalogue = load_catalogue(options.policies, checks=checks)
        for name in options.profiles:
            _known_profile("--profile", name, catalogue, lang)
        stored: Stored | None = None
        if options.replay is not None:
            stored = EvidenceFolder(options.replay).read_run(lang)
            targets = stored.targets
            today = options.date or stored.day
            for target in targets:
                for name in target.profiles:
                    _known_profile(f"--replay: {target.name}", name, catalogue, lang)
                _sound_deviations(options.replay, target, catalogue, today, lang)
        else:
            today = options.date or datetime.now().astimezone().date()
            for path in options.targets:
                _require_text(path, lang)
            loaded = load_targets(options.targets, today=today, catalogue=catalogue)
            targets = tuple(project_target(target=target, today=today) or target for target in loaded)
        scopes = {
            target.name: scope_of(target, catalogue, checks, profiles=options.profiles, lang=lang) for target in targets
        }
        return cls(options, catalogue, targets, scopes, today, stored=stored)

    def open_folder(self, given: Path | None) -> None:
        """Make the folder of this run, or use the one that the controller of pytest-xdist made."""
        if given is not None:
            self.folder = given
            return
        self._require_places()
        name = self.targets[0].name if len(self.targets) == 1 else "portefeuille"
        with self._in_a_sentence("--reports", self.options.reports):
            require_room_below(self.options.reports / name)
            self.folder = new_run_folder(self.options.reports, name, f"{self.started:%Y-%m-%dT%H-%M-%SZ}")
            try:
                self.evidence.write_run(self.today, self.targets, edited=self.is_edited)
            except OSError:
                self.close()
                raise

    def close(self) -> None:
        """Remove the folder of a run that made no report: a wrong option or path on the command line."""
        if self.finished is None and self.folder != Path():
            shutil.rmtree(self.folder, ignore_errors=True)
            with contextlib.suppress(OSError):  # not empty: earlier runs are kept there
                self.folder.parent.rmdir()

    def _require_places(self) -> None:
        """Raise pytest.UsageError when a file that is asked for cannot be written, or is asked for twice."""
        options = self.options
        asked = {
            "--html": options.html,
            "--results": options.results,
            "--junitxml": options.junit,
            "--csv": options.csv,
        }
        by_place: dict[Path, str] = {}
        for option, path in asked.items():
            if path is None:
                continue
            first = by_place.setdefault(Path(os.path.realpath(path)), option)
            if first != option:
                raise pytest.UsageError(_TWICE[options.lang].format(one=first, other=option, path=shown(path, 500)))
            self._require_outside(option, path)
            with self._in_a_sentence(option, path):
                require_writable(path)
        self._require_outside("--reports", options.reports)

    def _require_outside(self, option: str, path: Path) -> None:
        """Raise pytest.UsageError for a place in the evidence, or in a chart or file of a target: it would change."""
        if self.options.replay is not None:
            audited = [self.options.replay]
        else:
            audited = [place for target in self.targets for place in target.places]
        real = os.path.realpath(path)
        if any(Path(real).is_relative_to(os.path.realpath(place)) for place in audited):
            raise pytest.UsageError(_AUDITED[self.options.lang].format(option=option, path=shown(str(path), 500)))

    @contextlib.contextmanager
    def _in_a_sentence(self, option: str, path: Path) -> Iterator[None]:
        """Raise pytest.UsageError, in plain words, for a place that cannot be written."""
        try:
            yield
        except OSError as error:
            place = f"{option}: {shown(str(path), 500)}"
            raise pytest.UsageError(
                _NOT_WRITABLE[self.options.lang].format(place=place, why=why(error)[self.options.lang])
            ) from None

    @property
    def is_edited(self) -> bool:
        """Tell whether this run judges evidence that is not what a run stored: it must not end well."""
        return self._stored is not None and bool(self._stored.changes)

    @property
    def evidence(self) -> EvidenceFolder:
        """Where the facts of this run are kept."""
        return EvidenceFolder(self.folder / "evidence")

    @property
    def html_path(self) -> Path:
        """Where the report for people goes."""
        return self.options.html or self.folder / "report.html"

    @cached_property
    def _by_check(self) -> dict[str, list[InScope]]:
        found: dict[str, list[InScope]] = {}
        for scope in self.scopes.values():
            for item in scope.looked_at:
                found.setdefault(item.check.id, []).append(item)
        return found

    def planned_for(self, check: str) -> list[InScope]:
        """Return every requirement × target that a check decides, by target."""
        return self._by_check.get(check, [])

    def expect(self, keys: Iterable[tuple[str, str]]) -> None:
        """Remember the verdicts that this run owes."""
        self._owed.update(keys)

    def expect_ids(self, ids: Iterable[str]) -> None:
        """The same, from pytest's ids: `tests/test_x.py::test_y[DDC-7.2-13@acme/chart]`."""
        by_id = {item.id: item.key for scope in self.scopes.values() for item in scope.looked_at}
        found = (by_id.get(id_.rpartition("[")[2].removesuffix("]")) for id_ in ids)
        self.expect(key for key in found if key is not None)

    @property
    def missing(self) -> set[tuple[str, str]]:
        """Verdicts that are owed and did not come: a run that loses one must not end well."""
        return self._owed - self._results.keys()

    @property
    def may_end_well(self) -> bool:
        """Say whether the run may end with 0: it judged, every verdict it owes came, and nothing blocks."""
        return bool(self._results) and not self.missing and not self.is_blocked

    @property
    def is_blocked(self) -> bool:
        """Say whether some verdict blocks, or that all of them rest on evidence that was edited."""
        return self.is_edited or any(result.blocks for result in self._results.values())

    def collecting(self, items: Iterable[InScope], workerinput: Mapping[str, Any] | None) -> Collection | Replay:
        """Begin to collect the facts that these requirements need; leave the context when all are judged.

        Raises pytest.UsageError for a replay of files that cannot be read.
        """
        wanted: dict[str, Wanted] = {}
        for item in items:
            name = item.target.name
            so_far = wanted.get(name, Wanted())
            wanted[name] = Wanted(so_far.needs | item.needs, so_far.objects | item.listed_objects)
            self._to_judge[name] += 1
        targets = {target.name: target for target in self.targets if target.name in wanted}
        if self.options.replay is None:
            self._collection = Collection(wanted, self._facts(list(targets.values()), wanted, workerinput))
            return self._collection
        stored = EvidenceFolder(self.options.replay)

        def read(name: str) -> TargetFacts:
            facts = stored.replayed(targets[name], wanted[name].needs)
            self.evidence.write(facts)
            return facts

        try:
            for target in targets.values():  # what cannot be read stops the run before anything is judged
                stored.replayed(target, wanted[target.name].needs)
        except EvidenceError as error:
            raise pytest.UsageError(str(error)) from error
        self._collection = Replay(read)
        return self._collection

    def _facts(
        self,
        targets: list[Target],
        wanted: Mapping[str, Wanted],
        workerinput: Mapping[str, Any] | None,
    ) -> Iterator[TargetFacts]:
        means = Means(helm_program=self.options.helm, resolver=self.options.resolver)

        def gather(share: Iterable[Target]) -> Iterator[TargetFacts]:
            return collect(share, wanted, means=means, progress=Progress(self.options.lang))

        if workerinput is None:
            for facts in gather(targets):
                self.evidence.write(facts)
                yield facts
        else:
            number = int(str(workerinput["workerid"]).removeprefix("gw"))
            count = int(workerinput["workercount"])
            yield from self.evidence.share(targets, worker=number, workers=count, collect=gather)

    def gate(self, target: Target) -> int:
        """The level up to which a failure blocks: the run's, else the target's own."""
        return self.options.level or target.gate

    def judge(self, item: InScope, fixtures: Mapping[str, Any]) -> tuple[Result, BaseException | None]:
        """Judge one requirement on one target; the second value is the fault of a check that broke."""
        target = item.target
        together = judged_in_scope(
            item,
            self._subjects_of(target.name),
            parameters=self._parameters[target.name],
            today=self.today,
            norms=self.catalogue.norms,
            fixtures=fixtures,
        )
        bearing = target.deviation_for(item.requirement.id, self.today)
        result = dispose(
            item,
            together,
            gate=self.gate(target),
            deviation=record_of(bearing) if bearing else None,
            evidence=tuple(f"{target.name}/{key.file_name}" for key in together.judged.keys),
            lang=self.options.lang,
        )
        self._to_judge[target.name] -= 1
        if not self._to_judge[target.name]:
            self._subjects.pop(target.name)
        return result, together.judged.crash

    def _subjects_of(self, target: str) -> TargetSubjects:
        """Return what can be judged of a target; it is forgotten after the last judgement."""
        if target not in self._subjects:
            facts = self._collection.facts(target)
            self._subjects[target] = TargetSubjects(facts)
            self._parts[target] = looked_at(self._by_name[target], facts, self.options.lang)
        return self._subjects[target]

    def record(self, result: Result) -> None:
        """Take in a result, from here or from a worker."""
        self._results[result.requirement, result.target] = result

    def finish(self, exit_code: int) -> None:
        """Make the report, and write it beside its places in every form but HTML, which pytest-html carries.

        Raises OSError. `commit` or `abandon` must follow.
        """
        self.finished = self._report(exit_code)
        for path, encode in (
            (self.folder / "results.json", json_view.encode),
            (self.folder / "junit.xml", junit_view.encode),
            (self.options.results, json_view.encode),
            (self.options.junit, junit_view.encode),
            (self.options.csv, csv_view.encode),
        ):
            if path is not None:
                self.outputs.add(path, encode(self.finished))

    def commit(self) -> None:
        """Put all that was written in its place, and let `latest` point to a run that is whole. Raises OSError."""
        self.outputs.commit()
        if self.finished is not None and self.finished.run.complete and self._is_whole:
            point_latest(self.folder)

    @property
    def _is_whole(self) -> bool:
        """Tell whether all that is in scope was judged, and not a selection, on evidence as it was stored."""
        in_scope = {item.key for scope in self.scopes.values() for item in scope.looked_at}
        return bool(in_scope) and in_scope <= self._results.keys() and not self.is_edited

    def abandon(self) -> None:
        """Leave no report: it could not be written whole."""
        self.outputs.discard()
        self.finished = None

    @property
    def hangs(self) -> bool:
        """Tell whether something still collects in a run that was broken off."""
        return self._collection.hangs

    def final_report(self) -> Report | None:
        """Return the report that `finish` made; None for a run that came to nothing."""
        return self.finished

    def _report(self, exit_code: int) -> Report:
        missing = self.missing
        digest, sums = self.evidence.write_sums()
        results = sorted(self._results.values(), key=lambda result: (result.target, result.level, result.requirement))
        own: dict[str, list[Result]] = {target.name: [] for target in self.targets}
        for result in results:
            own[result.target].append(result)
        run = Run(
            started=self.started,
            finished=datetime.now(UTC),
            date=self.today.isoformat(),
            lang=self.options.lang,
            versions=self._versions(),
            options=self.options.shown(),
            complete=not missing and exit_code in _WHOLE,
            exit_code=exit_code,
            broken_off=self.broken_off,
            evidence=sums,
            evidence_digest=digest,
            replayed=self._stored.digest if self._stored else "",
            replayed_day=self._stored.day.isoformat() if self._stored else "",
            evidence_edited=self.is_edited,
            evidence_changes=self._stored.changes if self._stored else (),
        )
        return Report(
            run=run,
            targets=tuple(self._summary(target, own[target.name], missing) for target in self.targets),
            results=tuple(results),
        )

    def _summary(self, target: Target, results: list[Result], missing: set[tuple[str, str]]) -> TargetSummary:
        scope = self.scopes[target.name].narrowed(self._owed, self.options.lang)
        return summarise(
            scope,
            results,
            lost=[item for item in scope.looked_at if item.key in missing],
            gate=self.gate(target),
            parts=self._looked_at(target).parts,
            commands=self._looked_at(target).commands,
            deviations=statuses(target, results, self.today),
        )

    def _looked_at(self, target: Target) -> LookedAt:
        """Say what of a target was looked at; a worker's facts are read back from the evidence."""
        if target.name not in self._parts:
            facts = self.evidence.read(target.name) if self.evidence.has(target.name) else None
            self._parts[target.name] = looked_at(target, facts, self.options.lang)
        return self._parts[target.name]

    def _versions(self) -> dict[str, str]:
        names = ("toetskader", "pytest", "pytest-html", "msgspec", "PyYAML")
        return {"Python": platform.python_version(), **{name: version(name) for name in names}}


def _known_profile(place: str, name: str, catalogue: Catalogue, lang: Lang) -> None:
    if name not in catalogue.profiles:
        known = ", ".join(catalogue.profiles)
        message = Text(
            f"{place}: profiel {shown(name)} bestaat niet; kies uit {known}.",
            f"{place}: profile {shown(name)} does not exist; choose from {known}.",
        )
        raise pytest.UsageError(joined(message, did_you_mean(name, catalogue.profiles))[lang])


def _require_text(path: Path, lang: Lang) -> None:
    """Refuse a path that is no text: Helm, and every report that names it, could not. Raises pytest.UsageError."""
    try:
        os.fsencode(path.absolute()).decode("utf-8")
    except UnicodeDecodeError:
        name = shown(str(path), 500)
        message = Text(
            f"--target: {name}: de naam van dit pad is geen UTF-8; hernoem het of kopieer het doel",
            f"--target: {name}: the name of this path is not UTF-8; rename it or copy the target",
        )
        raise pytest.UsageError(message[lang]) from None


def _sound_deviations(folder: Path, target: Target, catalogue: Catalogue, today: date, lang: Lang) -> None:
    """Hold the deviations that evidence names to the rules for those in a file. Raises EvidenceError."""
    for path, problem in deviation_problems(target.deviations, [target.name], catalogue, today):
        place = shown_path(("targets", target.name, "deviations", *path))
        raise EvidenceError(f"{folder / 'run.json'}: {place}: {problem[lang]}")
