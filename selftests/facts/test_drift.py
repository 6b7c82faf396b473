"""Drift: what the server fills in is none, what somebody changed is."""

import pytest
import yaml
from from_live import SEEN, live
from from_yaml import objects

from toetskader.facts.kubernetes.differences import HIDDEN, NOT_RENDERED, NOT_THERE
from toetskader.facts.kubernetes.drift import Drift, compared
from toetskader.facts.kubernetes.live import ListOutcome
from toetskader.facts.kubernetes.objects import Objects
from toetskader.text import Text

DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: app, labels: {app: app, app.kubernetes.io/managed-by: Tiller}}
spec:
  replicas: 2
  template:
    metadata: {labels: {app: app}, annotations: {}}
    spec:
      hostNetwork: false
      securityContext: {}
      containers:
      - name: app
        image: ghcr.io/voorbeeld/app:1.4.2
        env: [{name: LEEG, value: ""}, {name: NIVEAU, value: info}]
        ports: [{containerPort: 8080}]
        resources: {requests: {cpu: 0.5, memory: 1Gi}}
      volumes: [{name: tmp, emptyDir: {}}]
"""
RUNNING = """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app
  uid: d1
  generation: 3
  creationTimestamp: "2026-01-01T00:00:00Z"
  labels: {app: app, app.kubernetes.io/managed-by: Helm, extra: label}
  annotations: {deployment.kubernetes.io/revision: "3", meta.helm.sh/release-name: app}
spec:
  replicas: 2
  progressDeadlineSeconds: 600
  revisionHistoryLimit: 10
  strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 25%, maxUnavailable: 25%}}
  template:
    metadata: {labels: {app: app}, creationTimestamp: null}
    spec:
      dnsPolicy: ClusterFirst
      restartPolicy: Always
      schedulerName: default-scheduler
      securityContext: {}
      terminationGracePeriodSeconds: 30
      containers:
      - name: app
        image: ghcr.io/voorbeeld/app:1.4.2
        imagePullPolicy: IfNotPresent
        env: [{name: LEEG}, {name: NIVEAU, value: info}]
        ports: [{containerPort: 8080, protocol: TCP}]
        resources: {requests: {cpu: 500m, memory: 1024Mi}}
        terminationMessagePath: /dev/termination-log
      volumes: [{name: tmp, emptyDir: {}}]
status: {readyReplicas: 2}
"""
CONTAINER = "spec.template.spec.containers[app]"
OTHER_LISTS = (
    *SEEN,
    ListOutcome(group="autoscaling", kind="HorizontalPodAutoscaler", plural="horizontalpodautoscalers"),
)


def between(rendered: str, running: str, lists: tuple[ListOutcome, ...] = OTHER_LISTS) -> Drift:
    """Compare documents of a chart with those of a namespace."""
    return compared(objects(rendered), Objects.of_live(live(running, lists)), release="app")


def test_defaults_and_other_notations_are_no_drift() -> None:
    found = between(DEPLOYMENT, RUNNING)
    assert found.changed == ()
    assert found.is_none
    assert (found.compared, found.not_compared) == (1, ())


@pytest.mark.parametrize(
    ("before", "after", "path", "seen", "expected"),
    [
        ("app:1.4.2", "app:1.4.3", f"{CONTAINER}.image", "ghcr.io/voorbeeld/app:1.4.3", "ghcr.io/voorbeeld/app:1.4.2"),
        ("cpu: 500m", "cpu: 250m", f"{CONTAINER}.resources.requests.cpu", "250m", 0.5),
        ("containerPort: 8080", "containerPort: 8081", f"{CONTAINER}.ports[8080]", NOT_THERE, None),
        ("replicas: 2\n", "replicas: 3\n", "spec.replicas", 3, 2),
        ("value: info", "value: debug", f"{CONTAINER}.env[NIVEAU].value", HIDDEN, None),
        ("{app: app, app.k", "{app: ander, app.k", "metadata.labels.app", "ander", "app"),
        ("emptyDir: {}", "hostPath: {path: /}", "spec.template.spec.volumes[tmp].emptyDir", NOT_THERE, None),
        ("{name: LEEG}", "{name: LEEG}, {name: MEER}", f"{CONTAINER}.env[MEER]", None, NOT_RENDERED),
        (
            "dnsPolicy:",
            "hostPID: true\n      dnsPolicy:",
            "spec.template.spec.hostPID",
            True,
            NOT_RENDERED,
        ),
        (
            "imagePullPolicy:",
            "securityContext: {privileged: true}\n        imagePullPolicy:",
            f"{CONTAINER}.securityContext.privileged",
            True,
            NOT_RENDERED,
        ),
        ("progressDeadline", "paused: true\n  progressDeadline", "spec.paused", True, False),
    ],
)
def test_what_somebody_changed_is_drift(before: str, after: str, path: str, seen: object, expected: object) -> None:
    assert before in RUNNING
    found = between(DEPLOYMENT, RUNNING.replace(before, after))
    places = {item.node.path: item for item in found.changed}
    assert path in places
    if seen is not None:
        assert places[path].seen == seen
    if expected is not None:
        assert places[path].expected == expected


SCALER = """
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: app}
spec: {scaleTargetRef: {kind: Deployment, name: app, apiVersion: apps/v1}, minReplicas: 1, maxReplicas: 5}
"""


def test_replicas_that_something_scales_are_no_drift() -> None:
    running = RUNNING.replace("replicas: 2\n", "replicas: 5\n")
    assert between(DEPLOYMENT + SCALER, running + SCALER).changed == ()
    assert [item.node.path for item in between(DEPLOYMENT, running).changed] == ["spec.replicas"]


def test_whether_something_scales_may_be_unseen() -> None:
    reason = Text("verboden", "forbidden")
    lists = (
        *SEEN,
        ListOutcome(
            group="autoscaling",
            kind="HorizontalPodAutoscaler",
            plural="horizontalpodautoscalers",
            complete=False,
            reason=reason,
        ),
    )
    found = between(DEPLOYMENT, RUNNING.replace("replicas: 2\n", "replicas: 5\n"), lists)
    assert found.changed == ()
    assert [(item.where, item.path, item.reason) for item in found.not_compared] == [
        ("Deployment/app", "spec.replicas", reason),
        ("HorizontalPodAutoscaler", "", reason),
    ]


CONFIG = "{apiVersion: v1, kind: ConfigMap, metadata: {name: app}, data: {NIVEAU: info}}"


def test_entries_of_a_config_map_are_compared_and_never_shown() -> None:
    found = between(CONFIG, CONFIG.replace("info", "debug").replace("{NIVEAU", "{MEER: x, NIVEAU"))
    assert {item.node.path: item.seen for item in found.changed} == {"data.NIVEAU": HIDDEN, "data.MEER": HIDDEN}


def test_an_object_that_is_gone_or_that_nobody_rendered_is_named() -> None:
    found = between(CONFIG, "{apiVersion: v1, kind: Pod, metadata: {name: los}, spec: {containers: []}}")
    assert [item.where for item in found.missing] == ["ConfigMap/app"]
    assert [item.where for item in found.extra] == ["Pod/los"]
    assert not found.is_none


def test_what_the_platform_puts_in_a_namespace_is_not_extra() -> None:
    text = """
{apiVersion: v1, kind: ConfigMap, metadata: {name: kube-root-ca.crt}, data: {ca.crt: x}}
---
{apiVersion: v1, kind: ServiceAccount, metadata: {name: default}}
---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: default-deny}, spec: {podSelector: {}}}
---
{apiVersion: bitnami.com/v1alpha1, kind: SealedSecret, metadata: {name: app}}
---
{apiVersion: v1, kind: Secret, metadata: {name: sh.helm.release.v1.app.v1, labels: {owner: helm}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: app-1, ownerReferences: [{kind: ReplicaSet, name: app}]}, spec: {}}
"""
    assert between("", text).extra == ()


def test_what_the_release_left_behind_is_extra() -> None:
    text = "{apiVersion: v1, kind: ConfigMap, metadata: {name: oud, annotations: {meta.helm.sh/release-name: app}}}"
    assert [item.where for item in between("", text).extra] == ["ConfigMap/oud"]
    assert between("", text.replace("release-name: app", "release-name: ander")).extra == ()


def test_hooks_and_jobs_that_clean_up_need_not_be_there() -> None:
    hook = "{apiVersion: v1, kind: Pod, metadata: {name: t, annotations: {helm.sh/hook: test}}, spec: {}}"
    job = "{apiVersion: batch/v1, kind: Job, metadata: {name: j}, spec: {ttlSecondsAfterFinished: 60}}"
    assert between(f"{hook}\n---\n{job}", "").is_none


def test_what_was_not_seen_is_not_missing() -> None:
    reason = Text("verboden", "forbidden")
    lists = (*OTHER_LISTS, ListOutcome(kind="ConfigMap", plural="configmaps", complete=False, reason=reason))
    found = between(CONFIG, "", lists)
    assert found.missing == ()
    assert [(item.where, item.reason) for item in found.not_compared] == [("ConfigMap/app", reason)]


def test_another_version_of_an_api_is_not_compared() -> None:
    old = SCALER.replace("autoscaling/v2", "autoscaling/v1")
    found = between(old, SCALER)
    assert found.is_none
    assert [item.where for item in found.not_compared] == ["HorizontalPodAutoscaler/app"]


def test_the_content_of_a_secret_is_not_compared() -> None:
    rendered = "{apiVersion: v1, kind: Secret, metadata: {name: s, labels: {a: b}}, stringData: {wachtwoord: x}}"
    assert between(rendered, "{apiVersion: v1, kind: Secret, metadata: {name: s, labels: {a: b}}}").is_none
    other = "{apiVersion: v1, kind: Secret, type: kubernetes.io/tls, metadata: {name: s, labels: {a: c}}}"
    assert [item.node.path for item in between(rendered, other).changed] == ["metadata.labels.a", "type"]


def test_nothing_that_may_be_secret_is_shown() -> None:
    document = yaml.safe_load(RUNNING)
    document["spec"]["template"]["spec"]["containers"][0]["env"][1]["value"] = "geheim"
    (found,) = between(DEPLOYMENT, yaml.safe_dump(document)).changed
    assert found.seen == HIDDEN
    assert "geheim" not in repr((found.seen, found.expected))


def test_objects_outside_the_namespace_are_named_as_not_compared() -> None:
    found = between("{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: r}}", "")
    assert found.missing == found.not_compared == ()
    assert found.outside == ("ClusterRole/r",)
