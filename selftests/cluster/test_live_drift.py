"""Drift against a real API server: what it fills in by itself is none, what somebody patches is."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from control_plane import ControlPlane

from toetskader.catalogue.load import load_catalogue
from toetskader.collect.charts import collect_chart
from toetskader.collect.helm.engine import Helm
from toetskader.collect.kubernetes.collector import NamespaceCollector
from toetskader.facts.chart import Render
from toetskader.facts.kubernetes.drift import Drift, drift
from toetskader.facts.kubernetes.live import Live
from toetskader.facts.store import FactKey
from toetskader.targets.load import load_targets
from toetskader.targets.namespaces import NamespaceEntry

ROOT = Path(__file__).parents[2]
TARGET = ROOT / "targets/voorbeeld"
NAMESPACE = "drift"
SCENE = "productie"


@pytest.fixture(scope="module")
def render() -> Render:
    """What the golden chart makes with the values of production, in the namespace of this test."""
    catalogue = load_catalogue(ROOT / "policies")
    (target,) = load_targets([TARGET], today=date(2026, 11, 22), catalogue=catalogue)
    assert target.chart is not None
    part = replace(target.chart, namespace=NAMESPACE)
    with Helm(processes=1) as helm:
        found = collect_chart(helm, target, part, frozenset({"render"}), by="Helm", vanity_host="naam.gemeente.nl")
    attempt = found[FactKey("render", SCENE)]
    assert isinstance(attempt, Render), attempt
    return attempt


@pytest.fixture(scope="module")
def installed(control_plane: ControlPlane) -> Iterator[ControlPlane]:
    """The golden chart, installed with the same values."""
    control_plane.apply_crds()
    control_plane.storage("gemeente-bestanden", "bestanden.gemeente.example")
    control_plane.install(
        TARGET / "chart", [TARGET / "values/productie.yaml"], release="voorbeeld", namespace=NAMESPACE
    )
    control_plane.unseal(NAMESPACE)
    control_plane.wait_for_pods(NAMESPACE, "app.kubernetes.io/component=web", 3)
    yield control_plane
    control_plane.kubectl("delete", "namespace", NAMESPACE, "--wait=false")


def drifted(render: Render, installed: ControlPlane) -> Drift:
    entry = NamespaceEntry(environment="production", namespace=NAMESPACE, kubeconfig=installed.kubeconfig)
    live = NamespaceCollector(entry).collect(frozenset({"live"}))["live"]
    assert isinstance(live, Live), live
    return drift(render, live)


def test_what_the_server_fills_in_is_no_drift(render: Render, installed: ControlPlane) -> None:
    found = drifted(render, installed)
    assert [(item.node.where, item.node.path, item.seen, item.expected) for item in found.changed] == []
    assert [item.where for item in (*found.missing, *found.extra)] == []
    assert found.compared >= 10
    assert found.is_none


def name_of(installed: ControlPlane, kind: str, component: str) -> str:
    selector = f"--selector=app.kubernetes.io/component={component}"
    (item,) = installed.get(kind, f"--namespace={NAMESPACE}", selector)["items"]
    return f"{kind}/{item['metadata']['name']}"


def test_what_somebody_patches_is_drift(render: Render, installed: ControlPlane) -> None:
    where = f"--namespace={NAMESPACE}"
    worker = name_of(installed, "deployment", "worker")
    installed.kubectl("set", "env", worker, "ER_BIJ=geplakt", where)
    installed.kubectl("label", worker, "app.kubernetes.io/component=anders", "--overwrite", where)
    installed.kubectl("create", "configmap", "los", "--from-literal=a=b", where)
    installed.kubectl("run", "los", "--image=registry.example/los:1.0.0", where)
    found = drifted(render, installed)
    paths = {item.node.path for item in found.changed}
    assert "metadata.labels.app.kubernetes.io/component" in paths
    assert any(path.endswith("env[ER_BIJ]") or path.endswith(".env") for path in paths), paths
    assert [item.where for item in found.extra] == ["Pod/los"]


def test_what_somebody_removes_is_missing(render: Render, installed: ControlPlane) -> None:
    (service, *_) = installed.get("services", f"--namespace={NAMESPACE}")["items"]
    name = service["metadata"]["name"]
    installed.kubectl("delete", "service", name, f"--namespace={NAMESPACE}")
    assert f"Service/{name}" in [item.where for item in drifted(render, installed).missing]
