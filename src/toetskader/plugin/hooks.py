"""The hooks of one audit, from collection to the last line on the terminal."""

import contextlib
import gc
import os
import signal
from collections.abc import Generator, Iterable, Iterator
from typing import Any

import msgspec
import pytest
from _pytest.runner import call_and_report
from _pytest.terminal import TerminalReporter

from toetskader.collect import scratch
from toetskader.judging.check import check_of
from toetskader.oserrors import why
from toetskader.plugin.audit import Audit
from toetskader.plugin.ending import ENDING, unbroken
from toetskader.plugin.items import NotLookedAtItem, RequirementItem, make_items
from toetskader.plugin.words import status_of
from toetskader.report.terminal import blocking_lines, missing_lines, summary_lines
from toetskader.results import Result
from toetskader.text import Lang, Text

_MOST_SHOWN = 40
"""Requirements on which one check broke, shown on a terminal; the report has them all."""

NOTHING_JUDGED = Text("Er is niets beoordeeld.", "Nothing was judged.")
_NOT_WRITTEN = Text(
    "Er is geen rapport: {error}. Maak ruimte of kies een andere plek, en toets opnieuw.",
    "There is no report: {error}. Make room or choose another place, and audit again.",
)
_BROKEN_OFF = Text(
    "Er is geen rapport: de run is afgebroken terwijl hij dat schreef. Toets opnieuw.",
    "There is no report: the run was broken off while it wrote one. Audit again.",
)

_ENDED = Text("afgebroken", "broken off")
_CRASH = "toetskader: crash"
"""Section of pytest's report that holds where a check broke."""


class Hooks:
    """pytest's hooks for one audit; registered when it is loaded."""

    def __init__(self, config: pytest.Config, audit: Audit) -> None:
        self.config = config
        self.audit = audit
        self._in_worker = hasattr(config, "workerinput")
        self._crashes: dict[str, list[str]] = {}
        """Where checks broke → the requirements and targets on which."""
        self._told_outside = False
        self._no_report = ""
        """Why there is no report, when there should be one."""
        self._broken_off = False
        """Whether somebody ended the run: Ctrl-C or SIGTERM."""
        self._workers: list[int] = []
        """Process ids of the workers of pytest-xdist."""

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_setupnodes(self) -> None:
        """Let no worker of pytest-xdist look for modules in the working folder, which may be a supplier's.

        execnet starts it as `python -c`, which looks there first for all that is needed before pytest is loaded.
        """
        os.environ["PYTHONSAFEPATH"] = "1"  # of Python's own command line: -P

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker of pytest-xdist where this run is kept."""
        node.workerinput["toetskader_folder"] = str(self.audit.places.folder)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodeready(self, node: Any) -> None:
        """Remember the process of a worker, to end it when the run is broken off."""
        process = getattr(getattr(node.gateway, "_io", None), "popen", None)
        if process is not None:
            self._workers.append(process.pid)

    @pytest.hookimpl(trylast=True)
    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """End the workers: execnet would wait ten seconds for what they are at."""
        if excinfo.errisinstance(KeyboardInterrupt):  # and not pytest.exit
            self._broken_off = True
            self._hide_where_python_was()
        for pid in self._workers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)

    def _hide_where_python_was(self) -> None:
        """Let pytest end with a word, and not with a line of our source and how to see all of them."""
        reporter: Any = self.config.pluginmanager.get_plugin("terminalreporter")
        memo = getattr(reporter, "_keyboardinterrupt_memo", None)
        if memo is not None and memo.reprcrash is not None and not self.config.option.fulltrace:
            memo.reprcrash.message = _ENDED[self.audit.plan.options.lang]

    @pytest.hookimpl(tryfirst=True)
    def pytest_pycollect_makeitem(self, collector: pytest.Collector, obj: object) -> list[RequirementItem] | None:
        """Make an item for every requirement × target that a check decides."""
        check = check_of(obj)
        if check is None or not isinstance(collector, pytest.Module):
            return None
        if check.function.__module__ != collector.obj.__name__:  # imported: it is judged where it stands
            return []
        return list(make_items(collector, check, self.audit))

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, session: pytest.Session, items: list[pytest.Item]) -> None:
        """Put a target's requirements together, and count what is not looked at as collected and deselected.

        What is derived from a target's facts is then used while it is at hand.
        """
        order = {name: index for index, name in enumerate(self.audit.plan.scopes)}
        items.sort(key=lambda item: order[item.in_scope.target.name] if isinstance(item, RequirementItem) else -1)
        self._tell_outside(session)

    def _tell_outside(self, session: pytest.Session) -> None:
        outside: list[pytest.Item] = [
            NotLookedAtItem.from_parent(session, name=f"{item.requirement}@{scope.target.name}")
            for scope in self.audit.plan.scopes.values()
            for item in scope.not_looked_at
        ]
        report = pytest.CollectReport("policies", "passed", None, list(outside))
        self.config.hook.pytest_collectreport(report=report)
        if outside:
            self.config.hook.pytest_deselected(items=outside)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Remember which verdicts this run owes."""
        self.audit.plan.expect(item.in_scope.key for item in session.items if isinstance(item, RequirementItem))

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Remember the session, for the controller of pytest-xdist."""
        self._session = session

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Iterable[str]) -> None:
        """Remember which verdicts the workers owe: the controller itself collects nothing."""
        self.audit.plan.expect_ids(ids)
        if not self._told_outside:  # once, for all workers
            self._told_outside = True
            self._tell_outside(self._session)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        """Collect the facts that the selected requirements need, and judge them as they come in."""
        items = [item.in_scope for item in session.items if isinstance(item, RequirementItem)]
        if not items or session.config.option.collectonly:
            return (yield)
        # What is loaded by now stays for the whole run: later garbage collections need not walk it.
        gc.freeze()
        scratch.make()
        self.audit.verdicts.await_these(items)
        with self.audit.gathering.collecting(items, getattr(self.config, "workerinput", None)):
            return (yield)

    def pytest_runtest_protocol(self, item: pytest.Item) -> bool | None:
        """Leave out setup and teardown for an item that needs neither: with thousands of them they cost most."""
        if not isinstance(item, RequirementItem) or item.is_prepared:
            return None
        hook = self.config.hook
        hook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        call_and_report(item, "call")
        hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport | None:
        """Report what was judged, and send the result along."""
        if not isinstance(item, RequirementItem) or call.when != "call" or item.result is None:
            return None
        result = msgspec.structs.replace(item.result, duration_s=round(call.duration, 6))
        report = item.report(result, call)
        # A worker's report travels as plain values.
        report.__dict__["toetskader"] = msgspec.to_builtins(result) if self._in_worker else result
        if item.crash is not None:
            report.sections.append((_CRASH, item.traceback_of_crash))
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take in a result."""
        carried = getattr(report, "toetskader", None)
        if carried is None or self._in_worker:
            return
        if not isinstance(carried, Result):
            carried = report.__dict__["toetskader"] = msgspec.convert(carried, Result)
        self.audit.verdicts.record(carried)
        for name, text in report.sections:
            if name == _CRASH:
                self._crashes.setdefault(text, []).append(f"{carried.requirement}@{carried.target}")

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(
        self, report: pytest.TestReport | pytest.CollectReport
    ) -> tuple[str, str, tuple[str, dict[str, bool]]] | None:
        """Give verdicts their own words."""
        result = getattr(report, "toetskader", None)
        return status_of(result, self.audit.plan.options.lang) if isinstance(result, Result) else None

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, None, None]:
        """Let the run count itself, and write what it found.

        The innermost of the wrappers: what others write is written, and nothing is told on the terminal yet.
        """
        if not self._in_worker and session.exitstatus != pytest.ExitCode.USAGE_ERROR:
            session.exitstatus = self._counted(session)
            if not session.config.option.collectonly:
                return (yield from self._written(session))
        return (yield)

    def _counted(self, session: pytest.Session) -> int:
        """Return the exit status that the verdicts allow: 0 only when there are some, all of them, and none blocks."""
        status = session.exitstatus
        if session.config.option.collectonly:
            return status or pytest.ExitCode.NO_TESTS_COLLECTED
        stopped = session.shouldstop or session.shouldfail
        if self.audit.verdicts.missing and (
            status == pytest.ExitCode.OK or (status == pytest.ExitCode.TESTS_FAILED and not stopped)
        ):
            return pytest.ExitCode.INTERNAL_ERROR
        if status or self.audit.verdicts.may_end_well:
            return status
        return pytest.ExitCode.TESTS_FAILED if self.audit.verdicts.is_blocked else pytest.ExitCode.NO_TESTS_COLLECTED

    def _written(self, session: pytest.Session) -> Generator[None, None, None]:
        """Write the report while other plugins write theirs; all of it, or none."""
        with self._whole_or_none(session):
            self.audit.reporting.finish(int(session.exitstatus), broken_off=self._broken_off)
        result = None
        with self._whole_or_none(session):
            result = yield
            if self.audit.reporting.finished is not None:
                self.audit.reporting.outputs.send()
                with unbroken():
                    self.audit.reporting.commit()
        self.config.stash[ENDING].over()
        return result

    @contextlib.contextmanager
    def _whole_or_none(self, session: pytest.Session) -> Iterator[None]:
        """Leave no report when it cannot be written, or when the run is broken off; and say so."""
        lang = self.audit.plan.options.lang
        try:
            yield
        except (OSError, pytest.UsageError) as error:
            self._give_up(session, pytest.ExitCode.INTERNAL_ERROR, _NOT_WRITTEN[lang].format(error=_said(error, lang)))
        except KeyboardInterrupt:
            self._give_up(session, pytest.ExitCode.INTERRUPTED, _BROKEN_OFF[lang])

    def _give_up(self, session: pytest.Session, code: pytest.ExitCode, why: str) -> None:
        self.audit.reporting.abandon()
        self._no_report = why
        session.exitstatus = code

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: TerminalReporter) -> None:
        """Say in sentences what blocks, and end with what the run comes to."""
        lang, width = self.audit.plan.options.lang, terminalreporter._tw.fullwidth
        if self.config.option.collectonly:
            terminalreporter.write_line(NOTHING_JUDGED[lang])
        if self._no_report:
            terminalreporter.section("Toetskader")
            terminalreporter.write_line(self._no_report, red=True)
        if self.audit.reporting.finished is None:
            return
        report = self.audit.reporting.finished

        def write(lines: Iterable[str]) -> None:
            for line in lines:
                terminalreporter.write_line(line)

        for text, places in self._crashes.items():
            terminalreporter.section(Text("Toets liep vast", "A check broke")[lang])
            write([_some(places, lang), *text.splitlines()])
        blocking = [result for result in report.results if result.blocks]
        if blocking:
            terminalreporter.section(Text("Wat de poort tegenhoudt", "What blocks the gate")[lang])
            write(blocking_lines(blocking, lang, width))
        terminalreporter.section("Toetskader")
        if missing := sorted("@".join(key) for key in self.audit.verdicts.missing):
            write(missing_lines(missing, lang, width))
        write(summary_lines(report, self.audit.places.html_path, lang, width))


def _said(error: Exception, lang: Lang) -> str:
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {why(error)[lang]}"
    return str(error)


def _some(names: list[str], lang: Lang) -> str:
    more = len(names) - _MOST_SHOWN
    shown = ", ".join(names[:_MOST_SHOWN])
    return f"{shown} {Text(f'en nog {more}', f'and {more} more')[lang]}" if more > 0 else shown
