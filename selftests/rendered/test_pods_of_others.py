"""Pods that something else makes: a whole template is judged, and nothing is met by what does not show."""

import pytest
from rendered_chart import judged

from toetskader.results import Verdict

PASS, FAIL, UNKNOWN = Verdict.PASS, Verdict.FAIL, Verdict.UNDETERMINED
CHECKS = (
    *("workload.non_root", "workload.probes", "workload.rolling_update", "workload.stateless", "scaling.adjustable"),
    *("scaling.graceful_stop", "storage.external_state", "image.semver_tag", "network.policy_coverage"),
    *("service.plain_http_port", "ingress.tls_at_edge", "metrics.exposed", "secrets.by_reference", "logging.json"),
)


def spec(user: int) -> str:
    return (
        "{containers: [{name: a, image: 'registry.example/a:1.4.2', "
        f"securityContext: {{runAsUser: {user}, readOnlyRootFilesystem: true}}}}]}}"
    )


WHOLE = {
    "PodTemplate": "{apiVersion: v1, kind: PodTemplate, metadata: {name: x}, template: {spec: SPEC}}",
    "ScaledJob": (
        "{apiVersion: keda.sh/v1alpha1, kind: ScaledJob, metadata: {name: x}, "
        "spec: {jobTargetRef: {template: {spec: SPEC}}}}"
    ),
    "RayCluster": (
        "{apiVersion: ray.io/v1, kind: RayCluster, metadata: {name: x}, spec: {headGroupSpec: {template: {spec: "
        "{containers: [{name: h, image: 'registry.example/h:1.4.2', securityContext: {runAsUser: 7}}]}}}, "
        "workerGroupSpecs: [{template: {spec: SPEC}}]}}"
    ),
    "a job of Volcano": (
        "{apiVersion: batch.volcano.sh/v1alpha1, kind: Job, metadata: {name: x}, spec: {tasks: "
        "[{template: {spec: SPEC}}]}}"
    ),
}
PARTS = {
    "Kibana without an image": (
        "{apiVersion: kibana.k8s.elastic.co/v1, kind: Kibana, metadata: {name: x}, spec: {podTemplate: {spec: "
        "{containers: [{name: kibana, securityContext: {runAsUser: 0}}]}}}}"
    ),
    "a step of a workflow": (
        "{apiVersion: argoproj.io/v1alpha1, kind: CronWorkflow, metadata: {name: x}, spec: {workflowSpec: {templates: "
        "[{name: m, container: {image: 'a:1.0.0', securityContext: {runAsUser: 0}}}]}}}"
    ),
    "a database": "{apiVersion: postgresql.cnpg.io/v1, kind: Cluster, metadata: {name: x}, spec: {instances: 3}}",
    "a chart elsewhere": "{apiVersion: argoproj.io/v1alpha1, kind: ApplicationSet, metadata: {name: x}, spec: {}}",
    "an agent": "{apiVersion: opentelemetry.io/v1beta1, kind: OpenTelemetryCollector, metadata: {name: x}, spec: {}}",
}


@pytest.mark.parametrize("document", WHOLE.values(), ids=WHOLE)
def test_a_whole_template_is_judged_and_meets_nothing(document: str) -> None:
    for user, verdict in ((0, FAIL), (1000, UNKNOWN)):
        assert judged("workload.non_root", document.replace("SPEC", spec(user))).verdict is verdict
    of_nobody = document.replace("SPEC", spec(1000))
    verdicts = {check: judged(check, of_nobody).verdict for check in CHECKS}
    assert set(verdicts.values()) <= {FAIL, UNKNOWN}
    assert {check for check, found in verdicts.items() if found is FAIL} <= {"network.policy_coverage"}


@pytest.mark.parametrize("document", PARTS.values(), ids=PARTS)
def test_what_cannot_be_seen_is_undetermined(document: str) -> None:
    assert {judged(check, document).verdict for check in CHECKS} == {UNKNOWN}


def custom(kind: str, group: str, more: str = "") -> str:
    template = f"{{metadata: {{labels: {{app: x}}}}, spec: {spec(1000)}}}"
    return f"{{apiVersion: {group}, kind: {kind}, metadata: {{name: x}}, spec: {{template: {template}{more}}}}}"


CONTROLLERS = {
    "Argo's Rollout": custom("Rollout", "argoproj.io/v1alpha1", ", replicas: 2"),
    "OpenShift's DeploymentConfig": custom("DeploymentConfig", "apps.openshift.io/v1", ", replicas: 2"),
    "Kruise's CloneSet": custom("CloneSet", "apps.kruise.io/v1alpha1", ", replicas: 2"),
}


@pytest.mark.parametrize("document", CONTROLLERS.values(), ids=CONTROLLERS)
def test_another_controller_with_a_number_scales_by_it(document: str) -> None:
    assert judged("workload.non_root", document).verdict is PASS
    assert judged("scaling.adjustable", document).verdict is FAIL
    assert judged("scaling.adjustable", document, scaled=document.replace("replicas: 2", "replicas: 3")).verdict is PASS
    assert judged("workload.rolling_update", document).verdict is UNKNOWN


def test_another_controller_that_decides_by_itself_is_undetermined() -> None:
    document = custom("Service", "serving.knative.dev/v1")
    assert judged("workload.non_root", document).verdict is PASS
    assert judged("workload.non_root", document.replace("runAsUser: 1000", "runAsUser: 0")).verdict is FAIL
    for check in ("scaling.adjustable", "workload.rolling_update"):
        assert judged(check, document).verdict is UNKNOWN


OFF = "{{- if .Values.enabled }}\napiVersion: kibana.k8s.elastic.co/v1\nkind: Kibana\n{{- end }}\n"
NO_PODS = "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}}"


def test_what_another_values_set_would_run_is_not_said_not_to_apply() -> None:
    assert judged("workload.non_root", NO_PODS, files={"templates/k.yaml": OFF}).verdict is UNKNOWN
    route = OFF.replace("kibana.k8s.elastic.co", "traefik.io").replace("Kibana", "Middleware")
    assert judged("workload.non_root", NO_PODS, files={"templates/k.yaml": route}).verdict is Verdict.NOT_APPLICABLE
