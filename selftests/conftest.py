"""Options of the engine's own tests, and how they are shared out where several processes run them."""

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

TOGETHER = ("cluster/",)
"""Folders of which all tests run in one process: they share a control plane, and a node with a network of its own."""


class ByFile(LoadScopeScheduling):
    """Runs the tests of a file in one process, and so the fixtures that they share once."""

    def _split_scope(self, nodeid: str) -> str:
        return next((folder for folder in TOGETHER if nodeid.startswith(folder)), nodeid.partition("::")[0])


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--kubeconfig",
        metavar="FILE",
        help="run the tests that need no kwok on this cluster; they make namespaces in it",
    )


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    """Share out the tests that `-n` runs side by side."""
    return ByFile(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say once, where nobody can miss it, that tests on a control plane did not run."""
    skipped = [report for report in terminalreporter.getreports("skipped") if report.nodeid.startswith("cluster/")]
    if skipped:
        terminalreporter.section("NIET GETOETST: de levende namespace", red=True, bold=True)
    for reason in dict.fromkeys(report.longrepr[2].removeprefix("Skipped: ") for report in skipped):
        terminalreporter.line(reason, red=True)
