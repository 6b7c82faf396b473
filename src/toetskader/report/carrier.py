"""pytest-html as carrier: its `--html` option, path handling and `--css`, with our page in the file.

pytest-html registers an object that writes its page at the end of the session. `install` puts `MaturityReport` in its
place: a subclass, so that what people know of `--html` stays true, that renders the results of the run instead of a
table of tests. The bookkeeping per test, which costs time and holds test ids unescaped, is off.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytest_html.basereport import BaseReport  # type: ignore[import-untyped]
from pytest_html.report_data import ReportData  # type: ignore[import-untyped]
from pytest_html.selfcontained_report import SelfContainedReport  # type: ignore[import-untyped]

from toetskader.oserrors import why
from toetskader.report.html import render_html
from toetskader.results.model import Report
from toetskader.text import Text

PLUGIN_NAME = "toetskader-html"


class MaturityReport(SelfContainedReport):  # type: ignore[misc]  # pytest-html has no types
    """Writes our page where pytest-html would write its own.

    Parameters: `path`, the file to write, as given on the command line; `config`, the configuration of pytest;
    `get_report`, called once when the session ends, gives the results to show; None for a run that made no
    report, and then no page is written; `write`, writes the page to a path, and raises OSError when it cannot.
    """

    def __init__(
        self,
        path: str | Path,
        config: pytest.Config,
        get_report: Callable[[], Report | None],
        write: Callable[[Path, bytes], object],
    ) -> None:
        super().__init__(str(path), config, ReportData(config), template=None, css=_extra_css(config))
        self._get_report = get_report
        self._write = write

    @property
    def path(self) -> Path:
        """The file that is written."""
        path: Path = self._report_path
        return path

    # No bookkeeping per test: pluggy takes what is not a function for no hook at all.
    pytest_sessionstart = None
    pytest_collection_finish = None
    pytest_collectreport = None
    pytest_runtest_logreport = None

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Ask other plugins for their summaries, as pytest-html does, and write the page.

        Raises `pytest.UsageError` when the file cannot be written.
        """
        report = self._get_report()
        if report is None:
            return
        added: dict[str, list[Any]] = self._report.additional_summary
        session.config.hook.pytest_html_results_summary(
            prefix=added["prefix"], summary=added["summary"], postfix=added["postfix"], session=session
        )
        pieces = [str(piece) for place in ("prefix", "summary", "postfix") for piece in added[place]]
        try:
            self._write(self.path, render_html(report, extra_css=self.css, additions=pieces).encode())
        except OSError as error:
            message = Text(
                f"--html={self.path}: het rapport is niet te schrijven: {why(error).nl}",
                f"--html={self.path}: the report cannot be written: {why(error).en}; choose another path",
            )
            raise pytest.UsageError(message[report.run.lang]) from error

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say where the page is, as pytest-html does, when there is one."""
        if self._get_report() is not None:
            super().pytest_terminal_summary(terminalreporter)


def prepare(config: pytest.Config) -> None:
    """Ask pytest-html for one file; call it before pytest-html is configured (`pytest_configure`, tryfirst).

    Without this pytest-html makes a folder `assets` beside the report, with a style sheet that our page does not use.
    """
    if config.getoption("htmlpath", default=None):
        config.option.self_contained_html = True


def install(
    config: pytest.Config, get_report: Callable[[], Report | None], write: Callable[[Path, bytes], object]
) -> MaturityReport | None:
    """Put our report in the place of pytest-html's; call it after pytest-html is configured (trylast).

    Parameters: `config`, the configuration of pytest; `get_report` and `write`, see `MaturityReport`. Gives None
    when there is nothing to replace: no `--html`, pytest-html switched off, or a worker of pytest-xdist.
    """
    manager = config.pluginmanager
    theirs = [plugin for plugin in manager.get_plugins() if isinstance(plugin, BaseReport)]
    if not theirs or hasattr(config, "workerinput"):
        return None
    for plugin in theirs:
        manager.unregister(plugin)
    ours = MaturityReport(config.getoption("htmlpath"), config, get_report, write)
    manager.register(ours, PLUGIN_NAME)
    return ours


def _extra_css(config: pytest.Config) -> str:
    """Read the files of `--css`; that they exist was checked by pytest-html."""
    paths = (Path(os.path.expandvars(path)).expanduser() for path in config.getoption("css"))
    return "".join(f"\n{path.read_text(encoding='utf-8')}" for path in paths)
