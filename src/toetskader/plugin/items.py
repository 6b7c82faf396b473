"""The pytest item of one requirement on one target."""

import functools
import traceback
from collections.abc import Iterator
from typing import Any

import pytest
from _pytest._code.code import TerminalRepr
from _pytest._io import TerminalWriter
from _pytest.python import CallSpec

from toetskader.audit.scope import InScope
from toetskader.judging.check import Check
from toetskader.plugin.audit import AUDIT, Audit
from toetskader.plugin.evidence import NotKeptError
from toetskader.report.terminal import finding_lines
from toetskader.report.visible import one_line, visible
from toetskader.results import Result, Verdict
from toetskader.text import Lang, Text

_NOT_KEPT = Text(
    "Het bewijs is niet te bewaren: {place}: {why}. Maak ruimte of kies met --reports een andere plek; toets opnieuw.",
    "The evidence cannot be kept: {place}: {why}. Make room or choose another place with --reports, and audit again.",
)


class _Sentences(TerminalRepr):
    """A result in sentences, put into words only when somebody reads them."""

    def __init__(self, result: Result, lang: Lang) -> None:
        self._result = result
        self._lang = lang

    def toterminal(self, tw: TerminalWriter) -> None:
        """Write the sentences."""
        for line in finding_lines(self._result, self._lang, tw.fullwidth):
            tw.line(line)


class RequirementItem(pytest.Function):
    """One requirement × target; the function is the check, called by the engine in every scene."""

    in_scope: InScope
    is_prepared: bool
    """True when pytest has to prepare something: fixtures, or what a mark asks for."""
    result: Result | None = None
    crash: BaseException | None = None

    def runtest(self) -> None:
        """Judge."""
        # Not all of funcargs: it also holds fixtures that apply of themselves, which a check does not ask for.
        fixtures = {name: self.funcargs[name] for name in self._fixtureinfo.argnames}
        audit = self.config.stash[AUDIT]
        try:
            self.result, self.crash = audit.verdicts.judge(self.in_scope, fixtures)
        except NotKeptError as error:  # nothing that follows could be proved
            said = _NOT_KEPT[audit.plan.options.lang].format(place=error.place, why=error.why[audit.plan.options.lang])
            if hasattr(self.config, "workerinput"):  # of a worker that exits, only that it is gone would be told
                self.session.shouldfail = said
                pytest.fail(said, pytrace=False)
            raise pytest.exit.Exception(said, returncode=pytest.ExitCode.INTERNAL_ERROR) from None

    def report(self, result: Result, call: pytest.CallInfo[None]) -> pytest.TestReport:
        """Report a result with the outcome that its verdict stands for (DESIGN, verdicts)."""
        made = pytest.TestReport(
            self.nodeid,
            self.location,
            dict.fromkeys(self.keywords, 1),
            "failed",
            _Sentences(result, self.config.stash[AUDIT].plan.options.lang),
            "call",
            sections=[(f"Captured {stream} {when}", text) for when, stream, text in self._report_sections],
            duration=call.duration,
            start=call.start,
            stop=call.stop,
        )
        excuse = _excuse(result)
        if result.verdict is Verdict.PASS:
            made.outcome, made.longrepr = "passed", None
        elif result.verdict is Verdict.NOT_APPLICABLE:
            made.outcome, made.longrepr = "skipped", (self.location[0], 0, one_line(result.reason))
        elif excuse is not None:  # an expected failure in pytest's words
            made.outcome, made.wasxfail = "skipped", excuse
        elif result.verdict is Verdict.UNDETERMINED:
            made.when = "setup"  # an error in pytest's words: the judgement never got what it needs
        return made

    @property
    def traceback_of_crash(self) -> str:
        """Where a check broke; without the fault's message, which may quote what it choked on."""
        if self.crash is None:
            return ""
        frames = "".join(traceback.format_tb(self.crash.__traceback__))
        return f"{visible(frames)}{type(self.crash).__name__}"


def _excuse(result: Result) -> str | None:
    """Return why what is not met does not fail the run; None when it does."""
    if result.verdict is Verdict.EXPLAINED and result.deviation is not None:
        return one_line(f"{result.deviation.id}: {result.deviation.reason}")
    if not result.gated:  # a forecast or a warning
        return one_line(result.reason or ", ".join(dict.fromkeys(finding.where for finding in result.findings)))
    return None


class NotLookedAtItem(pytest.Item):
    """A requirement outside the scope of a target; it exists only to be counted as deselected."""

    def runtest(self) -> None:
        """Never called: what is deselected does not run."""
        raise AssertionError(self.name)


def make_items(collector: pytest.Module, check: Check, audit: Audit) -> Iterator[RequirementItem]:
    """Yield an item for every requirement × target that the check decides."""
    planned = audit.plan.planned_for(check.id)
    if not planned:
        return
    info = _fixtures_of(collector, check)
    is_prepared = bool(info.names_closure or collector.own_markers or hasattr(check.function, "pytestmark"))
    name = check.function.__name__
    for in_scope in planned:
        id_ = in_scope.id
        item = RequirementItem.from_parent(
            collector,
            name=f"{name}[{id_}]",
            callobj=check.function,
            callspec=CallSpec(_idlist=(id_,), marks=_marks(in_scope)),
            fixtureinfo=info,
            originalname=name,
        )
        item.extra_keyword_matches.add(check.id)  # so that `-k dnssec` finds `dns.dnssec`, whatever its test is called
        item.in_scope = in_scope
        item.is_prepared = is_prepared
        item.location = (collector.nodeid, None, f"{name} {id_}")  # pytest would look up the path of every item
        yield item


def _fixtures_of(collector: pytest.Module, check: Check) -> Any:
    """Find the pytest fixtures a check asks for, beside what the engine supplies."""
    beside = (argument for item in check.beside for argument, _ in item.arguments)
    supplied = {*check.subjects, *beside, *check.given}
    # pytest reads a partial's keyword arguments as already supplied.
    stripped = functools.partial(check.function, **dict.fromkeys(supplied)) if supplied else check.function
    manager: Any = collector.session._fixturemanager
    return manager.getfixtureinfo(collector, stripped, None)


@functools.cache
def _mark(name: str, key: str, value: str | int) -> pytest.Mark:
    decorator: pytest.MarkDecorator = getattr(pytest.mark, name)
    return decorator(**{key: value}).mark


def _marks(in_scope: InScope) -> list[pytest.Mark]:
    """Marks to select on: `-m "level(n=3)"`, `-m "source(id='DDC')"`, `-m "part(name='chart')"`."""
    requirement = in_scope.requirement
    return [
        _mark("level", "n", requirement.level),
        _mark("source", "id", requirement.source),
        *(_mark("part", "name", item.part) for item in in_scope.measurements),
    ]
