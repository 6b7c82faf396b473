"""Numbers that can follow the load, and stops that are survived."""

import pytest
from rendered_chart import CONTAINERS, container, judged, workload

from toetskader.results import Verdict

PASS, FAIL, UNKNOWN, NA = Verdict.PASS, Verdict.FAIL, Verdict.UNDETERMINED, Verdict.NOT_APPLICABLE


def claim(modes: str) -> str:
    return (
        "---\n{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data}, "
        f"spec: {{accessModes: [{modes}], resources: {{requests: {{storage: 1Gi}}}}}}}}\n"
    )


OF_CLAIM = "volumes: [{name: d, persistentVolumeClaim: {claimName: data}}]"
VOLUMES = {
    "one node": (claim("ReadWriteOnce"), OF_CLAIM, FAIL),
    "one pod": (claim("ReadWriteOncePod"), OF_CLAIM, FAIL),
    "one node, also where a pod only reads": (
        claim("ReadWriteOnce"),
        OF_CLAIM.replace("data}", "data, readOnly: true}"),
        FAIL,
    ),
    "many nodes": (claim("ReadWriteMany"), OF_CLAIM, PASS),
    "many nodes that read": (claim("ReadOnlyMany"), OF_CLAIM, PASS),
    "one node or many": (claim("ReadWriteOnce, ReadWriteMany"), OF_CLAIM, PASS),
    "a claim from elsewhere": ("", OF_CLAIM, UNKNOWN),
    "a claim that another workload has": (claim("ReadWriteOnce"), "", PASS),
    "a claim for each pod": (
        "",
        "volumes: [{name: d, ephemeral: {volumeClaimTemplate: {spec: {accessModes: [ReadWriteOnce]}}}}]",
        PASS,
    ),
    "a disk": ("", "volumes: [{name: d, azureDisk: {diskName: d, diskURI: u}}]", FAIL),
    "a disk that pods only read": ("", "volumes: [{name: d, iscsi: {targetPortal: p, readOnly: true}}]", PASS),
    "a network file system": ("", "volumes: [{name: d, nfs: {server: s, path: /}}]", PASS),
}


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet"])
@pytest.mark.parametrize(("claims", "volumes", "verdict"), VOLUMES.values(), ids=VOLUMES)
def test_pods_that_share_what_one_node_has_do_not_multiply(
    kind: str, claims: str, volumes: str, verdict: Verdict
) -> None:
    documents = claims + workload("web", f"{CONTAINERS}, {volumes or 'volumes: []'}", kind=kind, spec="replicas: 2")
    scaled = documents.replace("replicas: 2", "replicas: 3")
    assert judged("scaling.adjustable", documents, scaled=scaled).verdict is verdict


def test_the_claims_of_a_stateful_set_are_one_for_each_pod() -> None:
    templates = "volumeClaimTemplates: [{metadata: {name: d}, spec: {accessModes: [ReadWriteOnce]}}]"
    documents = workload("web", kind="StatefulSet", spec=f"replicas: 2, {templates}")
    scaled = documents.replace("replicas: 2", "replicas: 3")
    assert judged("scaling.adjustable", documents, scaled=scaled).verdict is PASS


def test_an_autoscaler_moves_nothing_where_pods_share_what_one_node_has() -> None:
    scaler = (
        "---\n{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: web}, spec: "
        "{scaleTargetRef: {kind: Deployment, name: web}, minReplicas: 1, maxReplicas: 4}}\n"
    )
    documents = workload("web", f"{CONTAINERS}, {OF_CLAIM}") + scaler
    assert judged("scaling.adjustable", documents + claim("ReadWriteOnce")).verdict is FAIL
    assert judged("scaling.adjustable", documents + claim("ReadWriteMany")).verdict is PASS


BUDGET = (
    "---\n{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: b}, "
    "spec: {selector: {}, maxUnavailable: 1}}\n"
)
TIMES = {"": PASS, ", terminationGracePeriodSeconds: 30": PASS, ", terminationGracePeriodSeconds: 600": PASS}
TIMES |= {", terminationGracePeriodSeconds: 1": PASS, ", terminationGracePeriodSeconds: 0": FAIL}


@pytest.mark.parametrize(("time", "verdict"), TIMES.items())
def test_the_time_that_kubernetes_gives_by_itself_need_not_be_written(time: str, verdict: Verdict) -> None:
    for stop in ("", "lifecycle: {preStop: {sleep: {seconds: 5}}}"):
        document = workload("web", container(stop) + time, spec="replicas: 2") + BUDGET
        assert judged("scaling.graceful_stop", document).verdict is verdict
    assert judged("scaling.graceful_stop", workload("web", CONTAINERS + time)).verdict is FAIL


def hook(events: str, policies: str = "", kind: str = "DaemonSet") -> str:
    deleted = f", helm.sh/hook-delete-policy: '{policies}'" if policies else ""
    return workload("puller", kind=kind, meta=f"annotations: {{helm.sh/hook: '{events}'{deleted}}}")


HOOKS = {
    "taken away when it has succeeded": (hook("pre-install", "before-hook-creation,hook-succeeded"), PASS),
    "of another kind": (hook("pre-upgrade", "hook-succeeded", kind="Deployment"), PASS),
    "a ReplicaSet": (hook("post-install, post-upgrade", "hook-succeeded", kind="ReplicaSet"), PASS),
    "only there when the component goes": (hook("pre-delete"), PASS),
    "left behind": (hook("pre-install"), FAIL),
    "made anew each time, and left behind": (hook("post-upgrade", "before-hook-creation", kind="Deployment"), FAIL),
    "taken away when it has failed": (hook("post-install", "hook-failed"), FAIL),
}


@pytest.mark.parametrize(("document", "verdict"), HOOKS.values(), ids=HOOKS)
def test_a_hook_that_helm_takes_away_does_not_keep_running(document: str, verdict: Verdict) -> None:
    web = workload("web", spec="replicas: 2")
    scaled = web.replace("replicas: 2", "replicas: 3") + document
    assert judged("scaling.adjustable", web + document, scaled=scaled).verdict is verdict
    guarded = judged("scaling.graceful_stop", web + document + BUDGET)
    assert guarded.verdict is PASS
    probes = {item.where.split(",")[0] for item in judged("workload.probes", web + document).findings}
    assert ("DaemonSet/puller" in probes or "Deployment/puller" in probes) is (verdict is FAIL)


LONE = {"replicas: 1": True, "paused: false": True, "replicas: 2": False}


@pytest.mark.parametrize(("spec", "remarked"), LONE.items())
def test_a_lone_pod_is_remarked_on(spec: str, remarked: bool) -> None:
    found = judged("scaling.graceful_stop", workload("web", spec=spec) + BUDGET)
    assert found.verdict is PASS
    assert [item.strength for item in found.findings] == ["recommended"] * remarked
