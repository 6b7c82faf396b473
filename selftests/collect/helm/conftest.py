"""Charts, archives and repositories that the tests make themselves, and the Helms they try."""

import io
import os
import shutil
import tarfile
import textwrap
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from toetskader.collect.helm.engine import Helm
from toetskader.collect.helm.limits import MEGABYTE, Limits

CHART = {"Chart.yaml": "apiVersion: v2\nname: proef\nversion: 1.2.3\n"}


def _write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
    return root


def _pack(path: Path, files: dict[str, bytes], top: str = "proef") -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(f"{top}/{name}" if top else name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return path


@pytest.fixture
def pack() -> Callable[..., Path]:
    """Write a .tgz of files (bytes) below one top folder, without any of the care that Helm takes."""
    return _pack


@pytest.fixture
def make_chart(tmp_path: Path) -> Callable[..., Path]:
    """Write a chart directory from texts; Chart.yaml is there unless given."""

    def make(files: dict[str, str] | None = None, *, name: str = "proef") -> Path:
        return _write(tmp_path / name, CHART | (files or {}))

    return make


@pytest.fixture(scope="session")
def helm_binary() -> Path:
    """The `helm` program to compare with: from HELM_BINARY, else from the PATH."""
    found = os.environ.get("HELM_BINARY") or shutil.which("helm")
    if not found or not Path(found).is_file():
        pytest.fail("No helm program: set HELM_BINARY to its path, or put helm on the PATH.")
    return Path(found)


@pytest.fixture(scope="session")
def helm() -> Iterator[Helm]:
    with Helm(processes=1) as found:
        yield found


@pytest.fixture(scope="session")
def small_helm() -> Iterator[Helm]:
    """Helm with limits so small that hostile charts meet them fast."""
    limits = Limits(
        deadline_s=2.5,
        fetch_deadline_s=2,
        memory_bytes=250 * MEGABYTE,
        output_bytes=2 * MEGABYTE,
        render_bytes=2 * MEGABYTE,
    )
    with Helm(limits=limits, processes=1) as found:
        yield found


@pytest.fixture(scope="session")
def binary_helm(helm_binary: Path) -> Iterator[Helm]:
    limits = Limits(deadline_s=5, memory_bytes=400 * MEGABYTE, output_bytes=2 * MEGABYTE, render_bytes=2 * MEGABYTE)
    with Helm(helm_binary, limits=limits, processes=1) as found:
        yield found


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
        pass


@pytest.fixture
def serve() -> Iterator[Callable[[Path], str]]:
    """Serve a directory on loopback; returns its address."""
    servers: list[ThreadingHTTPServer] = []

    def start(directory: Path) -> str:
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(directory)))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()
