"""What Kubernetes versions serve, and objects they do not take."""

from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from toetskader.facts.kubernetes.objects import KubernetesObject
from toetskader.facts.kubernetes.served_apis import (
    MAX_FAULTS,
    Fault,
    builtin_groups,
    faults,
    known_versions,
    major_minor,
    minor_version,
)

NOW_AND_NEXT = ("1.35", "1.36")
DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: app, labels: {a: b}}
spec:
  replicas: 2.0
  selector: {matchLabels: {a: b}}
  strategy: {rollingUpdate: {maxSurge: 25%, maxUnavailable: 0}}
  template:
    metadata: {labels: {a: b}}
    spec:
      nodeSelector:
      containers:
        - name: app
          ports: [{containerPort: 8080}]
          resources: {limits: {cpu: 1, memory: 64Mi}}
"""


def judged(text: str, versions: tuple[str, ...] = NOW_AND_NEXT) -> list[tuple[Fault, str]]:
    item = KubernetesObject(yaml.safe_load(text), "t.yaml", "ns")
    return [(found.fault, found.path) for found in faults(item, versions)]


def test_a_valid_object_has_no_faults() -> None:
    assert judged(DEPLOYMENT) == []


CHANGES = {
    ("replicas: 2.0", "replicas: two"): (Fault.WRONG_TYPE, "spec.replicas"),
    ("replicas: 2.0", "replicas: 2.5"): (Fault.WRONG_TYPE, "spec.replicas"),
    ("replicas: 2.0", "replicas: true"): (Fault.WRONG_TYPE, "spec.replicas"),
    ("replicas: 2.0", "replica: 2"): (Fault.UNKNOWN_FIELD, "spec.replica"),
    ("a: b}}\nspec", "a: 1}}\nspec"): (Fault.WRONG_TYPE, "metadata.labels.a"),
    ("- name: app", "- image: app"): (Fault.MISSING_FIELD, "spec.template.spec.containers[0].name"),
    ("cpu: 1,", "cpu: [1],"): (Fault.WRONG_TYPE, "spec.template.spec.containers[0].resources.limits.cpu"),
    ("ports: [{containerPort: 8080}]", "ports: 3"): (Fault.WRONG_TYPE, "spec.template.spec.containers[0].ports"),
    ("ports: [{containerPort: 8080}]", "ports: [null]"): (
        Fault.WRONG_TYPE,
        "spec.template.spec.containers[0].ports[0]",
    ),
    ("apps/v1", "extensions/v1beta1"): (Fault.NOT_SERVED, "apiVersion"),
    ("kind: Deployment", "kind: Deploy"): (Fault.NOT_SERVED, "apiVersion"),
}


@pytest.mark.parametrize(("change", "expected"), CHANGES.items())
def test_one_fault(change: tuple[str, str], expected: tuple[Fault, str]) -> None:
    assert judged(DEPLOYMENT.replace(*change)) == [expected]


SERVED = {
    "apiVersion: v1, kind: ConfigMap": True,
    "apiVersion: policy/v1, kind: PodDisruptionBudget": True,
    "apiVersion: policy/v1beta1, kind: PodDisruptionBudget": False,
    "apiVersion: autoscaling/v2beta2, kind: HorizontalPodAutoscaler": False,
    "apiVersion: batch/v1beta1, kind: CronJob": False,
    "apiVersion: v1, kind: Deployment": False,
    "apiVersion: monitoring.coreos.com/v1, kind: ServiceMonitor, spec: 3": True,
}


@pytest.mark.parametrize(("head", "served"), SERVED.items())
def test_served(head: str, served: bool) -> None:
    assert (judged(f"{{{head}, metadata: {{name: x}}}}") == []) is served


GONE = {
    "extensions/v1beta1 Ingress": ("networking.k8s.io/v1", "1.22", ""),
    "autoscaling/v2beta2 HorizontalPodAutoscaler": ("autoscaling/v2", "1.26", ""),
    "apps/v1beta1 ReplicaSet": ("apps/v1", "1.16", ""),
    "policy/v1beta1 PodSecurityPolicy": ("", "1.25", ""),
    "v1 Deployment": ("apps/v1", "", ""),
    "batch/v1beta2 CronJob": ("batch/v1", "", ""),
    "apps/v1 Deploiment": ("", "", ""),
    "storagemigration.k8s.io/v1 StorageVersionMigration": ("", "", "1.37"),
}


@pytest.mark.parametrize(("head", "expected"), GONE.items())
def test_what_is_not_served_names_its_successor_and_since_when(head: str, expected: tuple[str, str, str]) -> None:
    version, _, kind = head.partition(" ")
    document = {"apiVersion": version, "kind": kind, "metadata": {"name": "x"}}
    (fault,) = faults(KubernetesObject(document, "t.yaml", "ns"), NOW_AND_NEXT)
    assert (fault.fault, fault.path, fault.version) == (Fault.NOT_SERVED, "apiVersion", "1.35")
    assert (fault.expected, fault.since, fault.until) == expected


def test_an_object_without_a_name_is_refused() -> None:
    assert judged("{apiVersion: v1, kind: ConfigMap}") == [(Fault.MISSING_FIELD, "metadata.name")]
    assert judged("{apiVersion: v1, kind: ConfigMap, metadata: {generateName: x-}}") == []


def test_an_unknown_field_names_the_closest() -> None:
    document = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}, "dataa": {}}
    item = KubernetesObject(document, "t.yaml", "ns")
    assert [found.expected for found in faults(item, NOW_AND_NEXT)] == ["data"]


def test_a_field_of_a_later_version() -> None:
    text = DEPLOYMENT.replace("- name: app", "- name: app\n          restartPolicyRules: []")
    path = "spec.template.spec.containers[0].restartPolicyRules"
    assert judged(text, ("1.33", "1.34")) == [(Fault.UNKNOWN_FIELD, path)]
    (fault,) = faults(KubernetesObject(yaml.safe_load(text), "t.yaml", "ns"), ("1.33",))
    assert (fault.since, fault.until) == ("", "1.34")
    assert judged(text) == []


def test_versions() -> None:
    assert known_versions() == tuple(sorted(known_versions(), key=lambda text: int(text.partition(".")[2])))
    assert {"apps", "", "extensions", "batch"} <= builtin_groups()
    assert [minor_version(text) for text in ("1.35", "v1.35.2", "1.05", "1", "x")] == ["1.35", "1.35", "1.5", "", ""]


@pytest.mark.parametrize(
    ("written", "expected"),
    [("v1.36.3", (1, 36)), ("1.35", (1, 35)), ("v1.34.9-gke.100", (1, 34)), ("1.9+", (1, 9)), ("", None), ("x", None)],
)
def test_a_version_is_read_as_servers_and_policies_write_it(written: str, expected: tuple[int, int] | None) -> None:
    assert major_minor(written) == expected


def test_faults_are_bounded() -> None:
    labels = dict.fromkeys(map(str, range(1000)), 1)
    item = KubernetesObject({"apiVersion": "v1", "kind": "ConfigMap", "data": labels}, "t.yaml", "ns")
    assert len(faults(item, NOW_AND_NEXT)) == MAX_FAULTS


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["template", "containers", "ports", "env", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(derandomize=True, max_examples=60, deadline=None)
@given(ANYTHING)
def test_any_document_is_read(spec: Any) -> None:
    item = KubernetesObject({"apiVersion": "apps/v1", "kind": "Deployment", "spec": spec}, "t.yaml", "ns")
    assert faults(item, NOW_AND_NEXT)
