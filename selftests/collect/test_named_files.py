"""A pipe where a file is expected costs no time: it is refused by everything that reads a file somebody names."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from toetskader.collect.endpoint.dns.anchors import read_anchors
from toetskader.collect.endpoint.route_files import read_routes, read_vrps
from toetskader.collect.endpoint.tls.authorities import extra_store
from toetskader.collect.helm.archive import open_source, read_text
from toetskader.collect.helm.limits import Limits
from toetskader.core.bounded import UnfitFileError
from toetskader.core.failure import Failed
from toetskader.yamlfile import FileError, read_yaml

READERS: dict[str, Callable[[Path], object]] = {
    "trust anchors": read_anchors,
    "routes": read_routes,
    "authorisations": lambda path: read_vrps(path, datetime.now(UTC)),
    "authorities": extra_store,
    "values": lambda path: read_text(path, Limits()),
    "chart": lambda path: open_source(path, Limits()),
    "YAML": read_yaml,
}


@pytest.mark.parametrize("name", READERS)
def test_a_pipe_is_refused_and_not_waited_for(name: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises((Failed, UnfitFileError, FileError)) as refusal:
        READERS[name](tmp_path / "pipe")
    assert any(words in str(refusal.value) for words in ("regular file", "gewoon bestand"))
