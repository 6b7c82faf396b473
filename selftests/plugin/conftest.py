"""The project that the tests of the plugin run pytest on."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tiny_project import Project


@pytest.fixture(scope="session")
def forks() -> Iterator[subprocess.Popen[str]]:
    """The process that has imported pytest, and runs it in a fork of itself."""
    # As in an installed environment, where Python's start has our hook run.
    start = "import runpy, sys, toetskader.start as s; s.prepare(); runpy.run_path(sys.argv[1], run_name='__main__')"
    command = [sys.executable, "-P", "-c", start, str(Path(__file__).with_name("forks.py"))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, forks: subprocess.Popen[str]) -> Project:
    """A project with the target `voorbeeld`, which meets everything; a module adds its own targets."""
    return Project(tmp_path_factory.mktemp("project"), forks)
