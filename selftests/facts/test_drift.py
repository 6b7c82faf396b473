"""Drift: what the server fills in is none, what somebody changed is."""

import msgspec
import pytest
import yaml
from from_live import SEEN, live
from from_yaml import objects

from toetskader.facts.attempt import Unseen
from toetskader.facts.chart import Render, RenderedObject
from toetskader.facts.kubernetes.differences import HIDDEN, NOT_RENDERED, NOT_THERE
from toetskader.facts.kubernetes.drift import Drift, compared, drift, varying
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
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: app}, minReplicas: 1, maxReplicas: 5}
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


def places(found: Drift) -> dict[str, object]:
    return {f"{item.node.where} {item.node.path}": item.seen for item in found.changed}


def left(found: Drift) -> dict[str, str]:
    return {f"{item.where} {item.path}".strip(): item.reason.en for item in found.not_compared}


PLAIN = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: app}
spec:
  selector: {matchLabels: {app: app}}
  template:
    metadata: {labels: {app: app}}
    spec:
      containers:
      - {name: app, image: "r.nl/app:1.0.0", resources: {limits: {memory: 1Gi}}, securityContext: {runAsUser: 1000}}
"""


@pytest.mark.parametrize(
    ("before", "after", "path", "seen"),
    [
        ("runAsUser: 1000", "runAsUser: 0", f"{CONTAINER}.securityContext.runAsUser", 0),
        ("{runAsUser: 1000", "{runAsUser: 1000, runAsGroup: 0", f"{CONTAINER}.securityContext.runAsGroup", 0),
        (
            "{runAsUser: 1000",
            "{runAsUser: 1000, runAsNonRoot: false",
            f"{CONTAINER}.securityContext.runAsNonRoot",
            False,
        ),
        ("memory: 1Gi", "memory: 1Gi, cpu: 1", f"{CONTAINER}.resources.limits.cpu", 1),
        ("labels: {app: app}", "labels: {app: app, vrij: ja}", "spec.template.metadata.labels.vrij", "ja"),
        (
            "      containers",
            "      serviceAccountName: admin\n      containers",
            "spec.template.spec.serviceAccountName",
            "admin",
        ),
        ("      containers", "      dnsPolicy: Default\n      containers", "spec.template.spec.dnsPolicy", "Default"),
        ("  template", "  progressDeadlineSeconds: 5\n  template", "spec.progressDeadlineSeconds", 5),
        ("  template", "  minReadySeconds: 5\n  template", "spec.minReadySeconds", 5),
        ("  template", "  strategy: {type: Recreate}\n  template", "spec.strategy.type", "Recreate"),
    ],
)
def test_what_nobody_rendered_and_no_server_fills_in_is_drift(before: str, after: str, path: str, seen: object) -> None:
    assert before in PLAIN
    assert places(between(PLAIN, PLAIN.replace(before, after))) == {f"Deployment/app {path}": seen}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("      containers", "      hostNetwork: false\n      containers"),
        ("      containers", "      dnsPolicy: ClusterFirst\n      containers"),
        ("      containers", "      serviceAccount: app\n      containers"),
        ("{runAsUser: 1000", "{procMount: Default, runAsUser: 1000"),
        ("{name: app, image", "{name: app, env: [{name: STAKATER_APP_CONFIGMAP, value: x}], image"),
        ("metadata: {name: app}", "metadata: {name: app, labels: {helm.toolkit.fluxcd.io/name: app}}"),
        ("metadata: {labels", "metadata: {annotations: {kubectl.kubernetes.io/restartedAt: nu}, labels"),
        (
            "  template",
            "  strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 25%, maxUnavailable: 25%}}\n  template",
        ),
    ],
)
def test_what_servers_and_tools_add_is_no_drift(before: str, after: str) -> None:
    assert before in PLAIN
    assert between(PLAIN, PLAIN.replace(before, after)).is_none


def test_a_tool_that_restarts_pods_adds_a_variable() -> None:
    rendered = PLAIN.replace("{name: app, image", "{name: app, env: [{name: A, value: b}], image")
    found = between(
        rendered, rendered.replace("value: b}", "value: b}, {name: STAKATER_X, value: x}, {name: C, value: d}")
    )
    assert list(places(found)) == [f"Deployment/app {CONTAINER}.env[C]"]


@pytest.mark.parametrize("key", ["runAsUser", "readOnlyRootFilesystem", "automountServiceAccountToken", "fsGroup"])
def test_zero_and_false_that_the_server_keeps_are_missed_when_they_are_gone(key: str) -> None:
    value = "0" if key in ("runAsUser", "fsGroup") else "false"
    rendered = PLAIN.replace("runAsUser: 1000", f"{key}: {value}, privileged: false")
    running = PLAIN.replace("runAsUser: 1000", "privileged: false")
    assert places(between(rendered, running)) == {f"Deployment/app {CONTAINER}.securityContext.{key}": NOT_THERE}


SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: app}
spec: {selector: {app: app}, ports: [{port: 80, targetPort: http}], sessionAffinity: ClientIP}
"""


def test_a_service_is_what_it_selects_and_how_it_is_reached() -> None:
    filled = SERVICE.replace(
        "{selector", "{type: ClusterIP, clusterIP: 10.0.0.1, internalTrafficPolicy: Cluster, selector"
    )
    filled = filled.replace("ClientIP}", "ClientIP, sessionAffinityConfig: {clientIP: {timeoutSeconds: 10800}}}")
    assert between(SERVICE, filled).is_none
    changed = filled.replace("app: app}", "app: app, spoor: b}").replace("type: ClusterIP", "type: LoadBalancer")
    steered = "annotations: {service.beta.kubernetes.io/azure-load-balancer-internal: 'false', x.nl/y: z}, name"
    changed = changed.replace("{name", f"{{{steered}", 1)
    assert places(between(SERVICE, changed)) == {
        "Service/app spec.selector.spoor": "b",
        "Service/app spec.type": "LoadBalancer",
        "Service/app metadata.annotations.service.beta.kubernetes.io/azure-load-balancer-internal": "false",
    }


POLICY = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: app}
spec: {podSelector: {}, policyTypes: [Egress], egress: [{to: [{podSelector: {matchLabels: {a: b}}}]}]}
"""


@pytest.mark.parametrize(
    ("before", "after", "path"),
    [
        ("spec: {podSelector: {}", "spec: {podSelector: {matchLabels: {a: b}}", "spec.podSelector.matchLabels"),
        ("matchLabels: {a: b}", "matchLabels: {a: b, c: d}", "spec.egress[0].to[0].podSelector.matchLabels.c"),
        ("[{podSelector", "[{namespaceSelector: {m: n}, podSelector", "spec.egress[0].to[0].namespaceSelector"),
        ("}]}]}", "}]}, {}]}", "spec.egress[1]"),
        ("[Egress]", "[Egress, Ingress]", "spec.policyTypes[1]"),
    ],
)
def test_whom_a_policy_lets_through_is_compared_whole(before: str, after: str, path: str) -> None:
    assert before in POLICY
    assert list(places(between(POLICY, POLICY.replace(before, after)))) == [f"NetworkPolicy/app {path}"]


def test_a_job_has_labels_and_a_selector_of_its_controller() -> None:
    job = "{apiVersion: batch/v1, kind: Job, metadata: {name: j}, spec: {template: {spec: {restartPolicy: Never}}}}"
    labels = "{batch.kubernetes.io/controller-uid: u1, job-name: j}"
    filled = job.replace(
        "template: {", f"selector: {{matchLabels: {labels}}}, template: {{metadata: {{labels: {labels}}}, "
    )
    assert between(job, filled).is_none


def test_a_secret_in_either_is_not_compared_and_never_taken_for_equal() -> None:
    for marker in (
        "REDACTED-1",
        "postgres://app:REDACTED-1@db/app",
        "'8888880001'",
        "redacted://2",
        "UkVEQUNURUQtMQ==",
    ):
        rendered = CONFIG.replace("info", marker)
        for running in (rendered, CONFIG.replace("info", "iets-anders")):
            found = between(rendered, running)
            assert found.changed == ()
            assert left(found)["ConfigMap/app data.NIVEAU"].startswith("A secret stands here")
            assert left(between(running, rendered))["ConfigMap/app data.NIVEAU"].startswith("A secret stands here")


def test_a_secret_that_is_gone_or_added_is_drift() -> None:
    with_secret = CONFIG.replace("{NIVEAU", "{WACHTWOORD: REDACTED-1, NIVEAU")
    assert places(between(with_secret, CONFIG)) == {"ConfigMap/app data.WACHTWOORD": NOT_THERE}
    assert places(between(CONFIG, with_secret)) == {"ConfigMap/app data.WACHTWOORD": HIDDEN}


def test_the_checksum_of_a_secret_says_no_more_than_the_secret() -> None:
    sums = "annotations: {checksum/secret: %s, checksum/config: %s}, labels"
    rendered = PLAIN.replace("metadata: {labels", "metadata: {" + sums % ("REDACTED-1", "aa"))
    assert between(rendered, rendered.replace("REDACTED-1", "REDACTED-7")).not_compared == ()
    changed = places(between(rendered, rendered.replace("config: aa", "config: bb")))
    assert changed == {"Deployment/app spec.template.metadata.annotations.checksum/config": "bb"}


def test_a_line_end_at_the_end_of_a_template_is_no_drift() -> None:
    assert between(CONFIG.replace("info", '"a\\nb"'), CONFIG.replace("info", '"a\\nb\\n"')).is_none
    assert not between(CONFIG.replace("info", '"a\\nb"'), CONFIG.replace("info", '"a\\n\\nb"')).is_none


def test_binary_content_is_not_compared_but_its_presence_is() -> None:
    binary = "{apiVersion: v1, kind: ConfigMap, metadata: {name: b}, binaryData: {logo.png: aGE=, klein.png: aGE=}}"
    found = between(binary, binary.replace("{logo.png: aGE=, klein.png: aGE=}", "{logo.png: '', ander.png: ''}"))
    assert list(left(found)) == ["ConfigMap/b binaryData.logo.png"]
    assert places(found) == {
        "ConfigMap/b binaryData.klein.png": NOT_THERE,
        "ConfigMap/b binaryData.ander.png": HIDDEN,
    }


def rendered_of(text: str) -> Render:
    return Render(
        provenance=live("").provenance,
        scene="production",
        release="app",
        namespace="zaken",
        kubernetes="1.35",
        objects=tuple(RenderedObject(template="", document=item) for item in yaml.safe_load_all(text) if item),
    )


def test_what_comes_out_otherwise_each_time_is_found_by_rendering_twice_and_left_out() -> None:
    text = PLAIN.replace("metadata: {labels", "metadata: {annotations: {kans: %s}, labels")
    text += (
        "---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: c-%s, annotations: {meta.helm.sh/release-name: app}}}"
    )
    first, again = rendered_of(text % ("abc", "abc")), rendered_of(text % ("def", "def"))
    varies = varying(first, again)
    assert varies == ("Deployment/app spec.template.metadata.annotations.kans", "ConfigMap/c-abc")
    assert varying(first, first) == ()
    running = live(text.replace("1.0.0", "2.0.0") % ("ghi", "ghi"), OTHER_LISTS)
    found = drift(msgspec.structs.replace(first, varies=varies), running)
    assert places(found) == {f"Deployment/app {CONTAINER}.image": "r.nl/app:2.0.0"}
    assert (found.missing, found.extra) == ((), ())
    assert list(left(found)) == ["ConfigMap/c-abc", "Deployment/app spec.template.metadata.annotations.kans"]


@pytest.mark.parametrize(
    ("text", "is_extra"),
    [
        ("{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: x}}", True),
        ("{apiVersion: v1, kind: Pod, metadata: {name: x, annotations: {helm.sh/hook: test}}}", False),
        ("{apiVersion: apps/v1, kind: Deployment, metadata: {name: x, annotations: {helm.sh/hook: test}}}", True),
        (
            "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: x, annotations: "
            "{meta.helm.sh/release-name: app, helm.sh/resource-policy: keep}}}",
            False,
        ),
        ("{apiVersion: v1, kind: Service, metadata: {name: x, labels: {kustomize.toolkit.fluxcd.io/name: a}}}", False),
        (
            "{apiVersion: v1, kind: Secret, metadata: {name: x, labels: {app.kubernetes.io/instance: app, "
            "app.kubernetes.io/managed-by: Helm}}}",
            True,
        ),
        ("{apiVersion: v1, kind: Service, metadata: {name: x, namespace: elders}}", False),
    ],
)
def test_what_is_extra(text: str, is_extra: bool) -> None:
    assert bool(between("", text).extra) == is_extra


def test_where_others_share_the_namespace_extra_is_what_bears_the_labels_of_the_component() -> None:
    text = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: %s, labels: %s}}"
    items = (("een", "{part: a}"), ("ander", "{part: b}"), ("van-wie", "{}"))
    running = live("\n---\n".join(text % item for item in items), OTHER_LISTS)
    found = drift(rendered_of(""), msgspec.structs.replace(running, selector="part=a"))
    assert [item.where for item in found.extra] == ["Deployment/een", "Deployment/van-wie"]
    with pytest.raises(Unseen, match="no label selector"):
        drift(rendered_of(""), msgspec.structs.replace(running, selector="part in a"))


REPLICAS = """
apiVersion: apps/v1
kind: ReplicaSet
metadata:
  name: app-1
  uid: r1
  ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: app, uid: d1, controller: true}]
spec: {template: {spec: {containers: [{name: app, image: "r.nl/app:1.0.0"}]}}}
---
apiVersion: v1
kind: Pod
metadata:
  name: app-1-x
  ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: app-1, uid: r1, controller: true}]
spec: {containers: [{name: app, image: "%s"}, {name: mesh, image: "m.nl/mesh:1"}]%s}
"""


@pytest.mark.parametrize(
    ("image", "more", "expected"),
    [
        ("r.nl/app:1.0.0", "", {}),
        ("spiegel.gemeente.nl/app:1.0.0@sha256:aa", "", {}),
        ("r.nl/app:1.0.1", "", {"Pod/app-1-x spec.containers[app].image": "r.nl/app:1.0.1"}),
        ("r.nl/ander:1.0.0", "", {"Pod/app-1-x spec.containers[app].image": "r.nl/ander:1.0.0"}),
        (
            "r.nl/app:1.0.0",
            ", ephemeralContainers: [{name: kijk, image: busybox}]",
            {"Pod/app-1-x spec.ephemeralContainers[kijk]": "busybox"},
        ),
    ],
)
def test_pods_are_held_to_what_made_them(image: str, more: str, expected: dict[str, object]) -> None:
    assert places(between(PLAIN, f"{PLAIN}\n---\n{REPLICAS % (image, more)}")) == expected


def test_kinds_that_were_refused_leave_open_whether_there_is_more() -> None:
    refused = ListOutcome(group="apps", kind="StatefulSet", plural="statefulsets", complete=False, denied=True)
    lists = tuple(refused if item.kind == "StatefulSet" else item for item in OTHER_LISTS)
    found = between(CONFIG, CONFIG, lists)
    assert found.is_none
    assert left(found) == {"StatefulSet": "statefulsets.apps was not seen."}


def test_quantities_of_autoscalers_and_claims_are_numbers() -> None:
    metric = "{type: Object, object: {target: {type: Value, value: 2000m}}}"
    scaler = SCALER.replace("maxReplicas: 5", f"maxReplicas: 5, metrics: [{metric}]")
    assert between(scaler, scaler.replace("2000m", "'2'")).is_none
    assert not between(scaler, scaler.replace("2000m", "'3'")).is_none


def test_claims_that_a_stateful_set_made_are_not_extra() -> None:
    stateful = """
{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: db}, spec: {volumeClaimTemplates: [{metadata: {name: data}}]}}
"""
    claim = "\n---\n{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: %s, labels: %s}}"
    marks = "{app.kubernetes.io/instance: app, app.kubernetes.io/managed-by: Helm}"
    running = f"{stateful}{claim % ('data-db-0', marks)}{claim % ('data-ander-0', marks)}"
    assert [item.where for item in between(stateful, running).extra] == ["PersistentVolumeClaim/data-ander-0"]


@pytest.mark.parametrize(
    ("route", "before", "after", "path"),
    [
        (
            "{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: r}, "
            "spec: {parentRefs: [{name: g}], rules: [{backendRefs: [{name: app, port: 80}]}]}}",
            "backendRefs",
            "filters: [{type: RequestMirror}], backendRefs",
            "spec.rules[0].filters",
        ),
        (
            "{apiVersion: apisix.apache.org/v2, kind: ApisixRoute, metadata: {name: r}, spec: {http: [{name: a, "
            "match: {hosts: [a.nl], paths: [/*]}}]}}",
            "{name: a,",
            "{name: a, plugins: [{name: redirect, enable: true}],",
            "spec.http[0].plugins",
        ),
    ],
)
def test_what_is_hung_on_a_route_by_hand_is_drift(route: str, before: str, after: str, path: str) -> None:
    filled = route.replace("{name: g}", "{name: g, group: gateway.networking.k8s.io, kind: Gateway}")
    filled = filled.replace("{backendRefs", "{matches: [{path: {type: PathPrefix, value: /}}], backendRefs")
    filled = filled.replace("port: 80", "port: 80, weight: 1, kind: Service")
    assert between(route, filled).is_none
    assert before in filled
    assert list(places(between(route, filled.replace(before, after)))) == [f"{yaml.safe_load(route)['kind']}/r {path}"]
