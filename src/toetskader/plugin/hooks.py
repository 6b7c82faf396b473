"""The hooks of one audit, from collection to the last line on the terminal."""

import gc
from collections.abc import Generator, Iterable
from typing import Any

import msgspec
import pytest
from _pytest.terminal import TerminalReporter

from toetskader.judging.check import check_of
from toetskader.plugin.audit import Audit
from toetskader.plugin.items import NotLookedAtItem, RequirementItem, make_items
from toetskader.plugin.words import status_of
from toetskader.report.terminal import finding_lines, summary_lines
from toetskader.results import Result, Verdict

_MOST_SHOWN = 40
"""Blocking results shown in full on a terminal; the report has them all."""


class Hooks:
    """pytest's hooks for one audit; registered when it is loaded."""

    def __init__(self, config: pytest.Config, audit: Audit) -> None:
        self.config = config
        self.audit = audit
        self._in_worker = hasattr(config, "workerinput")

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker of pytest-xdist where this run is kept."""
        node.workerinput["toetskader_folder"] = str(self.audit.folder)

    @pytest.hookimpl(tryfirst=True)
    def pytest_pycollect_makeitem(self, collector: pytest.Collector, obj: object) -> list[RequirementItem] | None:
        """Make an item for every requirement × target that a check decides."""
        check = check_of(obj)
        if check is None or not isinstance(collector, pytest.Module):
            return None
        return list(make_items(collector, check, self.audit))

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, session: pytest.Session) -> None:
        """Count what is not looked at as collected and deselected."""
        outside: list[pytest.Item] = [
            NotLookedAtItem.from_parent(session, name=f"{item.requirement}@{scope.target.name}")
            for scope in self.audit.scopes.values()
            for item in scope.not_looked_at
        ]
        report = pytest.CollectReport("policies", "passed", None, outside)
        self.config.hook.pytest_collectreport(report=report)
        if outside:
            self.config.hook.pytest_deselected(items=outside)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Remember which verdicts this run owes."""
        self.audit.expect(item.in_scope.key for item in session.items if isinstance(item, RequirementItem))

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Iterable[str]) -> None:
        """Remember which verdicts the workers owe: the controller itself collects nothing."""
        self.audit.expect_ids(ids)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        """Collect the facts that the selected requirements need, then judge."""
        items = [item.in_scope for item in session.items if isinstance(item, RequirementItem)]
        if items and not session.config.option.collectonly:
            self.audit.collect(items, getattr(self.config, "workerinput", None))
            # What is loaded by now stays for the whole run: later garbage collections need not walk it.
            gc.freeze()
        return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Send the result along with pytest's report, and count what could not be determined as an error."""
        report = yield
        if isinstance(item, RequirementItem) and call.when == "call" and item.result is not None:
            result = msgspec.structs.replace(item.result, duration_s=round(report.duration, 6))
            # A worker's report travels as plain values.
            report.__dict__["toetskader"] = msgspec.to_builtins(result) if self._in_worker else result
            if report.failed and result.verdict is Verdict.UNDETERMINED:
                report.when = "setup"  # an error in pytest's words: the judgement never got what it needs
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take in a result."""
        carried = getattr(report, "toetskader", None)
        if carried is None or self._in_worker:
            return
        if not isinstance(carried, Result):
            carried = report.__dict__["toetskader"] = msgspec.convert(carried, Result)
        self.audit.record(carried)

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(
        self, report: pytest.TestReport | pytest.CollectReport
    ) -> tuple[str, str, tuple[str, dict[str, bool]]] | None:
        """Give verdicts their own words."""
        result = getattr(report, "toetskader", None)
        return status_of(result, self.audit.options.lang) if isinstance(result, Result) else None

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, None, None]:
        """Let the run count itself, and write what it found before anybody else's report."""
        if not self._in_worker and not session.config.option.collectonly:
            lost = self.audit.missing and not (session.shouldstop or session.shouldfail)
            if lost and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
                session.exitstatus = pytest.ExitCode.INTERNAL_ERROR
            self.audit.finish(int(session.exitstatus))
        return (yield)

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: TerminalReporter) -> None:
        """Say in sentences what blocks, and end with what the run comes to."""
        if self.audit.finished is None:
            return
        lang, width = self.audit.options.lang, terminalreporter._tw.fullwidth
        report = self.audit.finished
        blocking = [result for result in report.results if result.blocks]
        if blocking:
            terminalreporter.section("Wat de poort tegenhoudt" if lang == "nl" else "What blocks the gate")
            for result in blocking[:_MOST_SHOWN]:
                for line in finding_lines(result, lang, width):
                    terminalreporter.write_line(line)
            if len(blocking) > _MOST_SHOWN:
                more = len(blocking) - _MOST_SHOWN
                terminalreporter.write_line(
                    f"… en nog {more}; zie het rapport." if lang == "nl" else f"… and {more} more; see the report."
                )
        for key in sorted(self.audit.missing):
            terminalreporter.write_line(
                f"Geen oordeel over: {'@'.join(key)}" if lang == "nl" else f"No verdict on: {'@'.join(key)}"
            )
        terminalreporter.section("Toetskader")
        for line in summary_lines(report, self.audit.html_path, lang, width):
            terminalreporter.write_line(line)
