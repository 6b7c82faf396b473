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
from toetskader.report.terminal import finding_lines
from toetskader.report.visible import one_line, visible
from toetskader.results import Result, Verdict
from toetskader.text import Lang


class VerdictError(Exception):
    """A verdict that fails the run; pytest shows the findings, not this exception."""


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
    result: Result | None = None
    crash: BaseException | None = None

    @property
    def audit(self) -> Audit:
        """The audit this item belongs to."""
        return self.config.stash[AUDIT]

    def runtest(self) -> None:
        """Judge, and end in the outcome that the verdict stands for (DESIGN, verdicts)."""
        # Not all of funcargs: it also holds fixtures that apply of themselves, which a check does not ask for.
        fixtures = {name: self.funcargs[name] for name in self._fixtureinfo.argnames}
        result, self.crash = self.audit.judge(self.in_scope, fixtures)
        self.result = result
        match result.verdict:
            case Verdict.PASS:
                return
            case Verdict.NOT_APPLICABLE:
                pytest.skip(one_line(result.reason))
            case Verdict.EXPLAINED if result.deviation is not None:
                pytest.xfail(one_line(f"{result.deviation.id}: {result.deviation.reason}"))
            case _ if not result.gated:  # a forecast or a warning: it is shown, and cannot fail the run
                pytest.xfail(one_line(result.reason or ", ".join(dict.fromkeys(f.where for f in result.findings))))
            case _:
                raise VerdictError(result.requirement)

    def repr_failure(
        self,
        excinfo: pytest.ExceptionInfo[BaseException],
        style: Any = None,  # noqa: ARG002 - pytest's signature
    ) -> Any:
        """Show a verdict as sentences with place and remedy."""
        if self.result is None:
            return super().repr_failure(excinfo)
        return _Sentences(self.result, self.audit.options.lang)

    @property
    def traceback_of_crash(self) -> str:
        """Where a check broke; without the fault's message, which may quote what it choked on."""
        if self.crash is None:
            return ""
        frames = "".join(traceback.format_tb(self.crash.__traceback__))
        return f"{visible(frames)}{type(self.crash).__name__}"

    def reportinfo(self) -> tuple[Any, int | None, str]:
        """Return the place of the check and the id of this item."""
        return self.path, None, f"{self.originalname} {self.in_scope.id}"


class NotLookedAtItem(pytest.Item):
    """A requirement outside the scope of a target; it exists only to be counted as deselected."""

    def runtest(self) -> None:
        """Never called: what is deselected does not run."""
        raise AssertionError(self.name)


def make_items(collector: pytest.Module, check: Check, audit: Audit) -> Iterator[RequirementItem]:
    """Yield an item for every requirement × target that the check decides."""
    planned = audit.planned_for(check.id)
    if not planned:
        return
    info = _fixtures_of(collector, check)
    for in_scope in planned:
        item = RequirementItem.from_parent(
            collector,
            name=f"{check.function.__name__}[{in_scope.id}]",
            callobj=check.function,
            callspec=CallSpec(_idlist=(in_scope.id,), marks=_marks(in_scope)),
            fixtureinfo=info,
            originalname=check.function.__name__,
        )
        item.in_scope = in_scope
        yield item


def _fixtures_of(collector: pytest.Module, check: Check) -> Any:
    """Find the pytest fixtures a check asks for, beside what the engine supplies."""
    supplied = {*check.subjects, *check.given}
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
        _mark("part", "name", in_scope.part),
    ]
