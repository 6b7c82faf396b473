"""Puts our page in the place of pytest-html's, once that is configured."""

import pytest

from toetskader.plugin.audit import AUDIT
from toetskader.report import carrier


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Replace the report that pytest-html registered."""
    audit = config.stash.get(AUDIT, None)
    if audit is not None:
        carrier.install(config, audit.reporting.final_report, audit.reporting.outputs.add)
