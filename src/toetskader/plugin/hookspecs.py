"""Hooks of our own, for the `conftest.py` of a project."""

from datetime import date

import pytest

from toetskader.targets.models import Target


@pytest.hookspec(firstresult=True)
def pytest_toetskader_target(target: Target, today: date) -> Target | None:
    """Return a target as it is to be audited on a day, None to leave it as its file says.

    For targets that are made by a project for itself, such as an example that has no date. It is asked for each target
    that is loaded from a file, and not for those of a replay.
    """
