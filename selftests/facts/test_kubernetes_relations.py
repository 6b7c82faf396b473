"""What scales, guards, stores for and leads to workloads."""

import pytest
from from_yaml import objects, pod

from toetskader.facts.kubernetes.scaling import autoscaler, disruption_budgets
from toetskader.facts.kubernetes.services import container_ports, port_protocol, service_ports
from toetskader.facts.kubernetes.storage import claims, local_claims, mounts, storage_class_values, volumes
from toetskader.facts.kubernetes.workloads import Workloads

APP = """
kind: Deployment
metadata: {name: app}
spec:
  replicas: 2
  template:
    metadata: {labels: {app: x, tier: web}}
    spec: {containers: [{name: c, ports: [{name: http, containerPort: 8080}, {name: metrics, containerPort: 9090}]}]}
---
"""

SCALERS = {
    "fits": ("{scaleTargetRef: {kind: Deployment, name: app}, minReplicas: 2, maxReplicas: 5}", (2, 5, True)),
    "no minimum": ("{scaleTargetRef: {kind: Deployment, name: app}, maxReplicas: 1}", (1, 1, False)),
    "another kind": ("{scaleTargetRef: {kind: StatefulSet, name: app}, maxReplicas: 5}", None),
    "another name": ("{scaleTargetRef: {kind: Deployment, name: app2}, maxReplicas: 5}", None),
}


@pytest.mark.parametrize(("spec", "expected"), SCALERS.values(), ids=SCALERS.keys())
def test_autoscaler(spec: str, expected: tuple[int, int, bool] | None) -> None:
    all_ = objects(
        f"{APP}{{kind: HorizontalPodAutoscaler, apiVersion: autoscaling/v2, metadata: {{name: h}}, spec: {spec}}}"
    )
    (app,) = Workloads(all_)
    found = autoscaler(all_, app)
    assert (found and (found.minimum, found.maximum, found.moves)) == expected


def test_an_autoscaler_of_another_namespace_scales_nothing() -> None:
    all_ = objects(
        APP + "{kind: HorizontalPodAutoscaler, apiVersion: autoscaling/v2, metadata: {name: h, namespace: else},"
        " spec: {scaleTargetRef: {kind: Deployment, name: app}, maxReplicas: 5}}"
    )
    (app,) = Workloads(all_)
    assert autoscaler(all_, app) is None


BUDGETS = {
    "one at a time": ("{maxUnavailable: 1, selector: {matchLabels: {app: x}}}", [None]),
    "all pods of the namespace": ("{maxUnavailable: 1, selector: {}}", [None]),
    "no selector selects nothing": ("{maxUnavailable: 1}", []),
    "other pods": ("{maxUnavailable: 1, selector: {matchLabels: {app: y}}}", []),
    "an expression": ("{minAvailable: 1, selector: {matchExpressions: [{key: tier, operator: Exists}]}}", [None]),
    "none may go": ("{maxUnavailable: 0, selector: {matchLabels: {app: x}}}", ["spec.maxUnavailable"]),
    "no percentage may go": ("{maxUnavailable: 0%, selector: {matchLabels: {app: x}}}", ["spec.maxUnavailable"]),
    "all must stay": ("{minAvailable: 100%, selector: {matchLabels: {app: x}}}", ["spec.minAvailable"]),
    "as many must stay as run": ("{minAvailable: 2, selector: {matchLabels: {app: x}}}", ["spec.minAvailable"]),
    "half must stay": ("{minAvailable: 50%, selector: {matchLabels: {app: x}}}", [None]),
}


@pytest.mark.parametrize(("spec", "expected"), BUDGETS.values(), ids=BUDGETS.keys())
def test_disruption_budgets(spec: str, expected: list[str | None]) -> None:
    all_ = objects(f"{APP}{{kind: PodDisruptionBudget, apiVersion: policy/v1, metadata: {{name: b}}, spec: {spec}}}")
    (app,) = Workloads(all_)
    found = [budget.blocks_drain and budget.blocks_drain.path for budget in disruption_budgets(all_, app)]
    assert found == expected


IDLE_BUDGETS = {
    "none need stay": ("{minAvailable: 0, selector: {}}", 2, "spec.minAvailable"),
    "all may go": ("{maxUnavailable: 100%, selector: {}}", 1, "spec.maxUnavailable"),
    "as many may go as run": ("{maxUnavailable: 2, selector: {}}", 2, "spec.maxUnavailable"),
    "one of two": ("{maxUnavailable: 1, selector: {}}", 2, None),
    "the only one": ("{maxUnavailable: 1, selector: {}}", 1, None),
}


@pytest.mark.parametrize(("spec", "replicas", "expected"), IDLE_BUDGETS.values(), ids=IDLE_BUDGETS.keys())
def test_budgets_that_guard_nothing(spec: str, replicas: int, expected: str | None) -> None:
    all_ = objects(
        f"{{kind: Deployment, apiVersion: apps/v1, metadata: {{name: app}}, spec: {{replicas: {replicas}}}}}\n---\n"
        f"{{kind: PodDisruptionBudget, apiVersion: policy/v1, metadata: {{name: b}}, spec: {spec}}}"
    )
    (app,) = Workloads(all_)
    (budget,) = disruption_budgets(all_, app)
    assert (budget.guards_nothing and budget.guards_nothing.path) == expected


PORTS = {
    "by name": ("{port: 80, targetPort: http}", "http", False),
    "by number": ("{port: 80, targetPort: 8080}", "http", False),
    "to HTTPS by name": ("{name: https, port: 443, targetPort: 8443}", "tls", False),
    "HTTPS outside, HTTP in the pod": ("{name: https, port: 443, targetPort: http}", "http", False),
    "the protocol is said": ("{port: 5000, targetPort: 6000, appProtocol: https}", "tls", False),
    "metrics": ("{name: metrics, port: 9090, targetPort: metrics}", "other", False),
    "nowhere": ("{name: db, port: 5432, targetPort: postgres}", "other", True),
}


@pytest.mark.parametrize(("port", "protocol", "nowhere"), PORTS.values(), ids=PORTS.keys())
def test_service_ports(port: str, protocol: str, nowhere: bool) -> None:
    all_ = objects(f"{APP}{{kind: Service, metadata: {{name: s}}, spec: {{selector: {{app: x}}, ports: [{port}]}}}}")
    (found,) = service_ports(all_, Workloads(all_))
    assert (found.protocol, found.leads_nowhere) == (protocol, nowhere)


def test_a_port_named_for_http_with_the_number_of_https_tells_nothing() -> None:
    (port,) = container_ports(pod("{containers: [{name: a, ports: [{name: http, containerPort: 8443}]}]}"))
    assert port_protocol(port) == "other"


VOLUMES = {
    "{emptyDir: {}}": "temporary",
    "{emptyDir: null}": "temporary",
    "{}": "temporary",
    "{hostPath: {path: /data}}": "node",
    "{configMap: {name: x}}": "read-only",
    "{persistentVolumeClaim: {claimName: x}}": "claim",
    "{azureFile: {shareName: x}}": "external",
    "{csi: {driver: x}}": "external",
}


@pytest.mark.parametrize(("source", "expected"), VOLUMES.items())
def test_volumes(source: str, expected: str) -> None:
    found = pod(
        f"{{volumes: [{{name: v, {source[1:]}], containers: [{{name: c, volumeMounts: [{{name: v}}, {{name: w}}]}}]}}"
    )
    assert [str(volume.type) for volume in volumes(found)] == [expected]
    assert [volume and volume.name for _, volume in mounts(found.containers[0])] == ["v", None]


STORAGE = """
kind: StatefulSet
metadata: {name: db}
spec:
  volumeClaimTemplates:
    - {metadata: {name: data}, spec: {accessModes: [ReadWriteOnce], storageClassName: hostpath}}
  template:
    spec:
      containers: [{name: c, volumeMounts: [{name: data}]}]
      volumes:
        - {name: shared, persistentVolumeClaim: {claimName: files}}
        - {name: scratch, ephemeral: {volumeClaimTemplate: {spec: {accessModes: [ReadWriteOnce]}}}}
---
{kind: PersistentVolumeClaim, metadata: {name: files}, spec: {accessModes: [ReadWriteMany], volumeName: disk}}
---
{kind: PersistentVolume, metadata: {name: disk}, spec: {local: {path: /mnt}}}
"""


def test_claims() -> None:
    all_ = objects(STORAGE)
    workloads = Workloads(all_)
    found = {claim.name: claim for claim in claims(all_, workloads)}
    assert {name: (claim.is_shared, claim.is_temporary, len(claim.users)) for name, claim in found.items()} == {
        "files": (True, False, 1),
        "data": (False, False, 1),
        "scratch": (False, True, 1),
    }
    assert found["data"].names == {"data", "data-db"}
    assert {claim.name for claim in local_claims(all_, workloads)} == {"files", "data"}
    (db,) = workloads
    assert [volume and volume.type for _, volume in mounts(db.containers[0])] == ["claim"]


def test_storage_classes_in_values() -> None:
    values = {"persistence": {"storageClass": "fast", "size": "1Gi"}, "redis": [{"storageClassName": "-", "class": 3}]}
    assert storage_class_values(values) == {"fast", "-"}
