"""What add-ons bring: kinds of their own, Flux that lives elsewhere, and the rights that come along suffice for all."""

from pathlib import Path

import pytest
import yaml
from control_plane import ControlPlane, until

from toetskader.collect.kubernetes.collector import NamespaceCollector
from toetskader.core.failure import Reason
from toetskader.facts.attempt import NotSeen, Unseen
from toetskader.facts.kubernetes.live import Live, Usage
from toetskader.facts.kubernetes.objects import Objects
from toetskader.facts.kubernetes.workloads import POD_KINDS
from toetskader.kinds.namespace.part import NamespaceEntry

ROLES = Path(__file__).parents[2] / "docs/beheer/rollen.yaml"
OBJECTS = """
apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata: {name: verzegeld}
spec: {encryptedData: {password: AgBghj7wGyd}}
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: web}
spec: {secretName: web-tls, issuerRef: {name: gemeente}}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: toegepast
  labels: {kustomize.toolkit.fluxcd.io/name: zaken, kustomize.toolkit.fluxcd.io/namespace: %s}
"""
SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {containers: [{name: web, image: "registry.example/web:1.0.0"}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: buiten, labels: {kubernetes.io/service-name: buiten}}
addressType: IPv4
endpoints: [{addresses: [192.0.2.1]}]
"""
FLUX = """
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: zaken}
spec: {interval: 5m, sourceRef: {kind: GitRepository, name: zaken}}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: zaken}
spec: {interval: 5m, url: "https://gitlab.gemeente.example/zaken.git"}
"""


def live_of(kubeconfig: Path, namespace: str, only: frozenset[str] | None = None) -> Live:
    entry = NamespaceEntry(environment="production", namespace=namespace, kubeconfig=kubeconfig)
    found = NamespaceCollector(entry, only=only).collect(frozenset({"live"}))["live"]
    assert isinstance(found, Live), found
    return found


@pytest.fixture
def with_addons(control_plane: ControlPlane, namespace: str) -> str:
    control_plane.apply_crds()
    control_plane.apply(OBJECTS % namespace, namespace=namespace)
    return namespace


def test_kinds_of_add_ons_are_seen_where_they_are_served(control_plane: ControlPlane, with_addons: str) -> None:
    objects = Objects.of_live(live_of(control_plane.kubeconfig, with_addons))
    assert [item.name for item in objects.of_kind("SealedSecret", group="bitnami.com")] == ["verzegeld"]
    assert [item.name for item in objects.of_kind("Certificate", group="cert-manager.io")] == ["web"]
    assert list(objects.of_kind("ScaledObject", group="keda.sh")) == []
    with pytest.raises(Unseen, match="does not know"):
        objects.require("ScaledObject", "keda.sh")


def test_flux_is_looked_up_where_the_objects_say_it_lives(control_plane: ControlPlane, with_addons: str) -> None:
    with control_plane.namespace(f"{with_addons}-flux") as elsewhere:
        control_plane.apply(FLUX, namespace=elsewhere)
        control_plane.apply(OBJECTS % elsewhere, namespace=with_addons)
        objects = Objects.of_live(live_of(control_plane.kubeconfig, with_addons))
        (kustomization,) = objects.of_kind("Kustomization")
        (source,) = objects.of_kind("GitRepository")
    assert kustomization.namespace == source.namespace == elsewhere


def test_what_belongs_to_the_whole_cluster_is_unseen_and_not_absent(
    control_plane: ControlPlane, namespace: str
) -> None:
    objects = Objects.of_live(live_of(control_plane.kubeconfig, namespace))
    for kind in ("ClusterRole", "CustomResourceDefinition", "Node"):
        with pytest.raises(Unseen, match="not asked for"):
            objects.of_kind(kind)


def test_addresses_of_pods_are_not_told_to_the_component(control_plane: ControlPlane, namespace: str) -> None:
    control_plane.apply(SERVICE, namespace=namespace)
    control_plane.wait_for_pods(namespace)
    until(
        lambda: len(control_plane.get("endpointslices", f"--namespace={namespace}")["items"]) == 2,
        "the cluster made its own",
    )
    objects = Objects.of_live(live_of(control_plane.kubeconfig, namespace))
    assert [item.name for item in objects.of_kind("EndpointSlice")] == ["buiten"]
    assert list(objects.of_kind("Endpoints", group="")) == []


def test_only_the_kinds_that_are_needed_are_asked_for(control_plane: ControlPlane, with_addons: str) -> None:
    live = live_of(control_plane.kubeconfig, with_addons, frozenset({"ConfigMap", "Pod"}))
    # Whether anything runs is always looked at; and what is served, and which version of Kubernetes serves it.
    assert {item.kind for item in live.lists if item.requests} == {"ConfigMap", *POD_KINDS}
    assert live.requests == 2 + 1 + len(POD_KINDS)
    objects = Objects.of_live(live)
    assert "toegepast" in [item.name for item in objects.of_kind("ConfigMap")]
    for kind in ("Service", "SealedSecret", "Endpoints"):
        with pytest.raises(Unseen, match="no requirement that was selected"):
            objects.of_kind(kind)
    assert list(objects.of_kind("ScaledObject", group="keda.sh")) == []  # the cluster does not know it


def test_without_what_would_use_it_a_kind_is_not_asked_for(control_plane: ControlPlane, namespace: str) -> None:
    live = live_of(control_plane.kubeconfig, namespace, frozenset({"StorageClass"}))
    assert {item.kind for item in live.lists if item.requests} == {"PersistentVolumeClaim", *POD_KINDS}
    assert list(Objects.of_live(live).of_kind("StorageClass")) == []


def usage_of(control_plane: ControlPlane, namespace: str) -> Usage | NotSeen:
    entry = NamespaceEntry(environment="production", namespace=namespace, kubeconfig=control_plane.kubeconfig)
    found = NamespaceCollector(entry).collect(frozenset({"usage"}))["usage"]
    assert isinstance(found, Usage | NotSeen)
    return found


def test_use_is_read_where_it_is_measured(control_plane: ControlPlane, namespace: str) -> None:
    control_plane.apply(SERVICE, namespace=namespace)
    control_plane.wait_for_pods(namespace)
    missing = usage_of(control_plane, namespace)
    assert isinstance(missing, NotSeen)
    assert missing.reason is Reason.NOT_COLLECTED
    assert "metrics.k8s.io" in missing.message.en
    with control_plane.metrics_api() as api:
        api.uses(namespace, {"cpu": "12m", "memory": "40Mi"})
        usage = usage_of(control_plane, namespace)
    assert isinstance(usage, Usage), usage
    assert [(use.pod, use.container, use.cpu, use.memory) for use in usage.containers] == [
        ("web", "web", "12m", "40Mi")
    ]


def test_the_roles_that_come_along_suffice(control_plane: ControlPlane, with_addons: str) -> None:
    documents = [document for document in yaml.safe_load_all(ROLES.read_text()) if document]
    with control_plane.namespace(f"{with_addons}-toetskader") as own:
        for document in documents:
            for subject in document.get("subjects", ()):
                subject["namespace"] = own
            place = with_addons if document["kind"] == "RoleBinding" else own
            if "namespace" in document["metadata"]:
                document["metadata"]["namespace"] = place
            control_plane.apply(document, namespace=place)
        kubeconfig = control_plane.token("toetskader", own)
        where = f"--namespace={with_addons}"
        until(
            lambda: control_plane.kubectl("get", "pods", where, kubeconfig=kubeconfig, check=False).returncode == 0,
            "the binding holds",
        )
        live = live_of(kubeconfig, with_addons)
        refused = control_plane.kubectl("delete", "configmap", "toegepast", where, kubeconfig=kubeconfig, check=False)
    assert [item.resource for item in live.lists if not item.complete] == []
    assert refused.returncode != 0
