"""Drift on a real API server: what it fills in by itself is none, what somebody changes is, in the place it stands."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from control_plane import ControlPlane

from toetskader.catalogue.load import load_catalogue
from toetskader.catalogue.models import TargetParameters
from toetskader.collect.charts import collect_chart
from toetskader.collect.helm.engine import Helm
from toetskader.collect.kubernetes.collector import NamespaceCollector
from toetskader.facts.chart import Render
from toetskader.facts.key import FactKey, Need, TargetFacts
from toetskader.facts.kubernetes.live import Live
from toetskader.facts.redaction import Redaction
from toetskader.judging.combining import Judged
from toetskader.judging.judge import judge
from toetskader.judging.outcomes import Parameters
from toetskader.judging.registry import load_checks
from toetskader.judging.subjects import TargetSubjects
from toetskader.kinds.chart.kind import CHART
from toetskader.kinds.chart.part import ValuesSet
from toetskader.kinds.namespace.part import NamespaceEntry
from toetskader.results import Verdict
from toetskader.targets.load import load_targets

ROOT = Path(__file__).parents[2]
TARGET = ROOT / "targets/voorbeeld"
CHECK = load_checks(ROOT / "tests")["delivery.drift"]
NAMESPACE = "drift"
RELEASE = "meldingen"
ENVIRONMENT = "production"
WORKER = f"deployment/{RELEASE}-worker"
WEB = f"deployment/{RELEASE}-web"


@pytest.fixture(scope="module")
def installed(control_plane: ControlPlane) -> Iterator[ControlPlane]:
    """The golden chart with the values of production, without scaler for the worker, in a namespace of its own."""
    control_plane.apply_crds()
    control_plane.storage("gemeente-bestanden", "bestanden.gemeente.example")
    control_plane.install(
        TARGET / "chart",
        [TARGET / "values/productie.yaml"],
        release=RELEASE,
        namespace=NAMESPACE,
        arguments=["--set=worker.autoscaling.enabled=false"],
    )
    control_plane.unseal(NAMESPACE)
    control_plane.wait_for_pods(NAMESPACE, "app.kubernetes.io/component=web", 3)
    control_plane.wait_for_pods(NAMESPACE, "app.kubernetes.io/component=worker", 2)
    yield control_plane
    control_plane.kubectl("delete", "namespace", NAMESPACE, "--wait=false")


def entry(installed: ControlPlane) -> NamespaceEntry:
    return NamespaceEntry(
        environment=ENVIRONMENT,
        namespace=NAMESPACE,
        kubeconfig=installed.kubeconfig,
        values="productie",
        release=RELEASE,
    )


def looked(installed: ControlPlane) -> Live:
    live = NamespaceCollector(entry(installed)).collect(frozenset({"live"}))["live"]
    assert isinstance(live, Live), live
    return live


@pytest.fixture(scope="module")
def contracted(installed: ControlPlane) -> Render:
    """What the golden chart renders for that namespace."""
    catalogue = load_catalogue(ROOT / "policies")
    (target,) = load_targets([TARGET], today=date(2026, 11, 22), catalogue=catalogue)
    part = CHART.of(target.parts)
    assert part is not None
    values = ValuesSet("productie", (TARGET / "values/productie.yaml",), {"worker.autoscaling.enabled": False})
    part = replace(part, values=(values,))
    target = replace(target, parts={**target.parts, "chart": part, "release": (entry(installed),)})
    with Helm(processes=1) as helm:
        found = collect_chart(
            helm,
            target,
            part,
            frozenset({Need("contracted")}),
            by="Helm",
            redaction=Redaction(),
            running={ENVIRONMENT: looked(installed)},
        )
    attempt = found[FactKey("contracted", ENVIRONMENT)]
    assert isinstance(attempt, Render), attempt
    return attempt


def judged(contracted: Render, live: Live) -> Judged:
    facts = {FactKey("contracted", ENVIRONMENT): contracted, FactKey("live", ENVIRONMENT): live}
    return judge(
        CHECK,
        TargetSubjects(TargetFacts("t", {"release": (ENVIRONMENT,)}, dict(facts))),
        part="release",
        params={},
        parameters=Parameters(TargetParameters()),
        today=date(2026, 11, 22),
        fixtures={},
    )


def places(contracted: Render, installed: ControlPlane) -> set[str]:
    outcome = judged(contracted, looked(installed))
    assert outcome.crash is None
    assert outcome.verdict is (Verdict.FAIL if outcome.findings else Verdict.PASS), outcome.reason
    return {f"{item.where} {item.path}".strip() for item in outcome.findings}


def test_the_chart_is_rendered_for_the_namespace_it_is_in(contracted: Render, installed: ControlPlane) -> None:
    assert (contracted.namespace, contracted.release) == (NAMESPACE, RELEASE)
    assert f"v{contracted.kubernetes}" == looked(installed).kubernetes
    assert contracted.varies == ()


def test_what_the_server_and_its_controllers_fill_in_is_no_drift(contracted: Render, installed: ControlPlane) -> None:
    outcome = judged(contracted, looked(installed))
    assert (outcome.findings, outcome.reason, outcome.verdict) == ((), None, Verdict.PASS)
    assert outcome.measured[0].en.startswith("21 objects compared with chart (productie), Kubernetes 1.")


def test_daily_work_is_no_drift(contracted: Render, installed: ControlPlane) -> None:
    where = f"--namespace={NAMESPACE}"
    installed.kubectl("rollout", "restart", WEB, where)
    installed.kubectl("annotate", WEB, "kubernetes.io/change-cause=herstart", where)
    installed.kubectl("scale", WEB, "--replicas=4", where)  # a HorizontalPodAutoscaler decides on these
    installed.kubectl("label", "service", f"{RELEASE}-web", "helm.toolkit.fluxcd.io/name=meldingen", where)
    installed.kubectl("create", "serviceaccount", "platform", where)
    installed.kubectl("create", "quota", "platform", "--hard=pods=100", where)
    installed.wait_for_pods(NAMESPACE, "app.kubernetes.io/component=web", 3)
    assert places(contracted, installed) == set()


def patch(kind: str, content: object) -> tuple[str, ...]:
    form = "json" if isinstance(content, list) else "strategic"
    return "patch", kind, f"--type={form}", f"--patch={json.dumps(content)}"


def in_container(name: str, change: object) -> object:
    return {"spec": {"template": {"spec": {"containers": [{"name": name, **change}]}}}}  # type: ignore[dict-item]


CONTAINER = "spec.template.spec.containers[worker]"
MUTANTS: dict[str, tuple[str, tuple[str, ...], set[str]]] = {
    "scaled by hand": (WORKER, ("scale", WORKER, "--replicas=5"), {"Deployment/meldingen-worker spec.replicas"}),
    "another image": (
        WORKER,
        ("set", "image", WORKER, "worker=registry.voorbeeldsoftware.example/meldingen/worker:9.9.9"),
        {f"Deployment/meldingen-worker {CONTAINER}.image"},
    ),
    "a variable more": (
        WORKER,
        ("set", "env", WORKER, "ER_BIJ=geplakt"),
        {f"Deployment/meldingen-worker {CONTAINER}.env[ER_BIJ]"},
    ),
    "more memory": (
        WORKER,
        ("set", "resources", WORKER, "--limits=memory=4Gi"),
        {f"Deployment/meldingen-worker {CONTAINER}.resources.limits.memory"},
    ),
    "a limit more": (
        WORKER,
        ("set", "resources", WORKER, "--limits=ephemeral-storage=1Gi"),
        {f"Deployment/meldingen-worker {CONTAINER}.resources.limits.ephemeral-storage"},
    ),
    "root": (
        WORKER,
        patch(WORKER, in_container("worker", {"securityContext": {"runAsUser": 0, "runAsNonRoot": False}})),
        {
            f"Deployment/meldingen-worker {CONTAINER}.securityContext.runAsUser",
            f"Deployment/meldingen-worker {CONTAINER}.securityContext.runAsNonRoot",
        },
    ),
    "a guard removed": (
        WORKER,
        patch(
            WORKER,
            [{"op": "remove", "path": "/spec/template/spec/containers/0/securityContext/readOnlyRootFilesystem"}],
        ),
        {f"Deployment/meldingen-worker {CONTAINER}.securityContext.readOnlyRootFilesystem"},
    ),
    "a label by which other policies hold": (
        WORKER,
        patch(WORKER, {"spec": {"template": {"metadata": {"labels": {"internet": "open"}}}}}),
        {"Deployment/meldingen-worker spec.template.metadata.labels.internet"},
    ),
    "a sidecar": (
        WORKER,
        patch(WORKER, in_container("mee", {"image": "registry.example/mee:1.0.0"})),
        {"Deployment/meldingen-worker spec.template.spec.containers[mee]"},
    ),
    "another strategy": (
        WORKER,
        patch(WORKER, {"spec": {"strategy": {"type": "Recreate", "rollingUpdate": None}}}),
        {
            "Deployment/meldingen-worker spec.strategy.type",
            "Deployment/meldingen-worker spec.strategy.rollingUpdate",
        },
    ),
    "paused": (WORKER, ("rollout", "pause", WORKER), {"Deployment/meldingen-worker spec.paused"}),
    "a lower bound": (
        "hpa/meldingen-web",
        patch("hpa/meldingen-web", {"spec": {"minReplicas": 1}}),
        {"HorizontalPodAutoscaler/meldingen-web spec.minReplicas"},
    ),
    "a policy opened": (
        "networkpolicy/meldingen-worker",
        patch("networkpolicy/meldingen-worker", [{"op": "add", "path": "/spec/ingress", "value": [{}]}]),
        {"NetworkPolicy/meldingen-worker spec.ingress[0].from", "NetworkPolicy/meldingen-worker spec.ingress[0].ports"},
    ),
    "a setting": (
        "configmap/meldingen-config",
        patch("configmap/meldingen-config", {"data": {"LOG_LEVEL": "debug", "NIEUW": "ja"}}),
        {"ConfigMap/meldingen-config data.LOG_LEVEL", "ConfigMap/meldingen-config data.NIEUW"},
    ),
    "traffic sent away": (
        "ingress/meldingen-web",
        (
            "annotate",
            "ingress",
            "meldingen-web",
            "nginx.ingress.kubernetes.io/permanent-redirect=https://elders.example",
        ),
        {"Ingress/meldingen-web metadata.annotations.nginx.ingress.kubernetes.io/permanent-redirect"},
    ),
    "traffic sent elsewhere": (
        "service/meldingen-web",
        ("set", "selector", "service", "meldingen-web", "app=ander"),
        {
            "Service/meldingen-web spec.selector.app.kubernetes.io/name",
            "Service/meldingen-web spec.selector.app.kubernetes.io/instance",
            "Service/meldingen-web spec.selector.app.kubernetes.io/component",
            "Service/meldingen-web spec.selector.app",
        },
    ),
    "opened to outside": (
        "service/meldingen-web",
        patch("service/meldingen-web", {"spec": {"type": "NodePort"}}),
        {"Service/meldingen-web spec.type"},
    ),
    "removed": (
        "pdb/meldingen-worker",
        ("delete", "pdb", "meldingen-worker"),
        {"PodDisruptionBudget/meldingen-worker"},
    ),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_what_somebody_changes_is_drift_in_its_place(contracted: Render, installed: ControlPlane, name: str) -> None:
    touched, command, expected = MUTANTS[name]
    where = f"--namespace={NAMESPACE}"
    before = installed.get(touched, where)
    for key in ("resourceVersion", "uid", "generation", "managedFields"):
        before["metadata"].pop(key, None)
    installed.kubectl(*command, where)
    try:
        assert places(contracted, installed) == expected
    finally:
        if installed.kubectl("get", touched, where, check=False).returncode:
            installed.apply(before, namespace=NAMESPACE)
        else:
            file = installed.settings("before", before)
            installed.kubectl("replace", f"--filename={file}", where)
    assert places(contracted, installed) == set()


EXTRA: dict[str, tuple[tuple[str, ...], str]] = {
    "a pod": (("run", "los", "--image=registry.example/los:1.0.0"), "Pod/los"),
    "a deployment": (("create", "deployment", "los", "--image=registry.example/los:1.0.0"), "Deployment/los"),
    "a service": (("expose", WORKER, "--name=los", "--port=9090"), "Service/los"),
    "a scaler": (("autoscale", WORKER, "--name=los", "--min=1", "--max=9"), "HorizontalPodAutoscaler/los"),
    "a route": (("create", "ingress", "los", "--rule=los.example/*=meldingen-web:80"), "Ingress/los"),
}


@pytest.mark.parametrize("name", EXTRA)
def test_what_somebody_adds_is_drift(contracted: Render, installed: ControlPlane, name: str) -> None:
    command, expected = EXTRA[name]
    where = f"--namespace={NAMESPACE}"
    installed.kubectl(*command, where)
    try:
        assert places(contracted, installed) == {expected}
    finally:
        kind, _, made = expected.partition("/")
        installed.kubectl("delete", kind, made, where, "--wait=true")
    assert places(contracted, installed) == set()


def test_a_pod_that_was_changed_since_it_was_made_is_drift(contracted: Render, installed: ControlPlane) -> None:
    where = f"--namespace={NAMESPACE}"
    (name, *_) = [
        item["metadata"]["name"] for item in installed.wait_for_pods(NAMESPACE, "app.kubernetes.io/component=worker", 2)
    ]
    installed.kubectl("set", "image", f"pod/{name}", "worker=registry.voorbeeldsoftware.example/ander:1.0.0", where)
    ephemeral = {"name": "kijker", "image": "registry.example/kijker:1.0.0", "targetContainerName": "worker"}
    installed.kubectl(
        *patch(f"pod/{name}", {"spec": {"ephemeralContainers": [ephemeral]}}),
        "--subresource=ephemeralcontainers",
        where,
    )
    try:
        assert places(contracted, installed) == {
            f"Pod/{name} spec.containers[worker].image",
            f"Pod/{name} spec.ephemeralContainers[kijker]",
        }
    finally:
        installed.kubectl("delete", "pod", name, where)
