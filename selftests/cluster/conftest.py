"""A control plane for the tests in this folder, one for all of them."""

import os
import subprocess
import uuid
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import container
import pytest
from control_plane import Cluster, ControlPlane
from real_node import RealNode
from real_node import missing as real_node_missing

PROJECT = Path(__file__).parents[2]

# Set by CI: what cannot be run there is a failure, and no reason to skip.
REQUIRED = os.environ.get("TOETSKADER_CONTROL_PLANE") == "required"

_WRITTEN = pytest.StashKey[dict[str, int]]()
_RUNNING = pytest.StashKey[ControlPlane]()


@pytest.fixture(scope="session")
def control_plane(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """A control plane of our own, with kwok for the nodes."""
    if request.config.getoption("kubeconfig"):
        pytest.skip("needs a control plane of its own, and --kubeconfig names a cluster")
    found = subprocess.run(
        [str(PROJECT / ".ci/control-plane"), "--no-build"], capture_output=True, text=True, check=False
    )
    _need(found.stderr.strip() if found.returncode else "")
    with ControlPlane(Path(found.stdout.strip()), tmp_path_factory.mktemp("control-plane"), _helm()) as running:
        request.config.stash[_RUNNING] = running
        yield running
        del request.config.stash[_RUNNING]


@pytest.fixture(scope="session")
def cluster(request: pytest.FixtureRequest) -> Cluster:
    """The cluster of --kubeconfig, else the control plane: for tests that need nothing of kwok."""
    if file := request.config.getoption("kubeconfig"):
        return Cluster(Path(file).resolve(), Path(os.environ.get("KUBECTL_BINARY", "kubectl")), _helm())
    running: ControlPlane = request.getfixturevalue("control_plane")
    return running


@pytest.fixture(scope="session")
def real_node(control_plane: ControlPlane) -> Iterator[RealNode]:
    """A node of the control plane that really runs containers, on a network in which policies hold."""
    built = subprocess.run(
        [str(PROJECT / ".ci/network-policies"), "--no-build"], capture_output=True, text=True, check=False
    )
    _need(real_node_missing() or (built.stderr.strip() if built.returncode else ""))
    with RealNode(control_plane, Path(built.stdout.strip())) as node:
        yield node


@pytest.fixture
def contained() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a command as a container would: see `container.run`."""
    _need(container.missing())
    return container.run


def _need(lacking: str) -> None:
    if lacking and REQUIRED:
        pytest.fail(lacking, pytrace=False)
    if lacking:
        pytest.skip(lacking)


@pytest.fixture
def namespace(cluster: Cluster) -> Iterator[str]:
    """A namespace of its own for one test."""
    with cluster.namespace(f"toets-{uuid.uuid4().hex[:8]}") as name:
        yield name


def _helm() -> Path | None:
    return Path(os.environ["HELM_BINARY"]) if os.environ.get("HELM_BINARY") else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show with a test that fails what the control plane's processes wrote during it."""
    running = item.config.stash.get(_RUNNING, None)
    if running and call.when == "setup":
        item.stash[_WRITTEN] = running.processes.written()
    report = yield
    if running and report.failed:
        since = item.stash.get(_WRITTEN, {})
        for name in running.processes.names():
            lines = running.processes.last_lines(name, since.get(name, 0))
            report.sections.append((f"{name} ({running.processes.output(name)})", lines))
    return report
