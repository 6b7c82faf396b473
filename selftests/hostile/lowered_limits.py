"""A pytest plugin for the audit under test: limits so low that hostile charts meet them fast."""

from functools import partial

from toetskader.collect import run
from toetskader.collect.helm.engine import Helm
from toetskader.collect.helm.limits import MEGABYTE, Limits

LIMITS = Limits(deadline_s=20, memory_bytes=700 * MEGABYTE)


def pytest_configure() -> None:
    """Lower them."""
    run.Helm = partial(Helm, limits=LIMITS)  # type: ignore[misc]
