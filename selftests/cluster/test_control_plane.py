"""The control plane that the tests of a live namespace run on is a real one, and does what those tests rely on."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from control_plane import Cluster, ControlPlane, until
from pod_network import Answer

VOORBEELD = Path(__file__).parents[2] / "targets/voorbeeld"

WEB = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: web, image: "registry.example/web:1.0.0", ports: [{name: http, containerPort: 8080}]}]
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: http}]}
"""


@pytest.fixture
def web(control_plane: ControlPlane, namespace: str) -> str:
    """The name of a pod of a Deployment that runs in `namespace`."""
    control_plane.apply(WEB, namespace=namespace)
    name: str = control_plane.wait_for_pods(namespace, "app=web", 2)[0]["metadata"]["name"]
    return name


def test_the_api_server_says_its_pinned_version(control_plane: ControlPlane) -> None:
    pinned = (Path(__file__).parents[2] / "maintenance/control-plane/go.mod").read_text()
    version = json.loads(control_plane.kubectl("get", "--raw=/version").stdout)
    assert f"k8s.io/kubernetes {version['gitVersion']}" in pinned
    assert f"v{version['major']}.{version['minor']}." in version["gitVersion"]


def test_a_deployment_becomes_ready_pods(control_plane: ControlPlane, namespace: str, web: str) -> None:
    pods = control_plane.wait_for_pods(namespace, "app=web", 2)
    addresses = {pod["status"]["podIP"] for pod in pods}
    assert len(addresses) == 2
    assert all(address.startswith("10.244.") for address in addresses)
    control_plane.kubectl("rollout", "status", "deployment/web", f"--namespace={namespace}", "--timeout=30s")


def test_a_job_completes(control_plane: ControlPlane, namespace: str) -> None:
    container = {"name": "once", "image": "registry.example/once:1.0.0"}
    template = {"spec": {"restartPolicy": "Never", "containers": [container]}}
    job = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "once"}, "spec": {"template": template}}
    control_plane.apply(job, namespace=namespace)
    control_plane.kubectl("wait", "--for=condition=Complete", "job/once", f"--namespace={namespace}", "--timeout=30s")


def test_a_written_pod_status_stays(control_plane: ControlPlane, namespace: str, web: str) -> None:
    waiting = {"reason": "CrashLoopBackOff", "message": "back-off 5m0s"}
    ended = {"exitCode": 137, "reason": "OOMKilled"}
    seen = {"name": "web", "image": "registry.example/web:1.0.0", "imageID": "", "ready": False, "restartCount": 7}
    state = {**seen, "state": {"waiting": waiting}, "lastState": {"terminated": ended}}
    control_plane.status(namespace, "pod", web, {"containerStatuses": [state]})
    # Another pod's coming and going passes by kwok after it.
    control_plane.kubectl("scale", "deployment/web", "--replicas=3", f"--namespace={namespace}")
    ready = "--for=jsonpath={.status.readyReplicas}=3"
    control_plane.kubectl("wait", ready, "deployment/web", f"--namespace={namespace}", "--timeout=30s")
    kept = control_plane.get("pod", web, f"--namespace={namespace}")["status"]["containerStatuses"][0]
    assert kept["restartCount"] == 7
    assert kept["lastState"]["terminated"]["reason"] == "OOMKilled"


def test_pods_log_what_they_are_told(control_plane: ControlPlane, namespace: str, web: str) -> None:
    control_plane.says(namespace, ['{"level": "info"}', "tweede regel"])
    log = ["logs", web, f"--namespace={namespace}"]
    assert control_plane.kubectl(*log).stdout.splitlines() == ['{"level": "info"}', "tweede regel"]
    assert control_plane.kubectl(*log, "--tail=1").stdout == "tweede regel\n"
    control_plane.says(namespace, ["alleen deze"], pods=[web], container="web", previous=["ervoor"])
    assert control_plane.kubectl(*log).stdout == "alleen deze\n"
    assert control_plane.kubectl(*log, "--previous").stdout == "ervoor\n"


def test_a_command_in_a_pod_is_run(control_plane: ControlPlane, namespace: str, web: str, tmp_path: Path) -> None:
    (tmp_path / "hier").touch()
    control_plane.enters(namespace, folder=tmp_path, environment={"LOG_LEVEL": "info"})
    run = ["exec", web, f"--namespace={namespace}", "--", "sh", "-c"]
    assert control_plane.kubectl(*run, "ls; echo $LOG_LEVEL; echo fout >&2").stdout == "hier\ninfo\n"
    # kwok passes on that a command failed, and says the exit code in words only.
    failed = control_plane.kubectl(*run, "exit 3", check=False)
    assert failed.returncode == 1
    assert "exit status 3" in failed.stderr


def test_a_pod_answers_http_through_the_api_proxy(control_plane: ControlPlane, namespace: str, web: str) -> None:
    base = f"/api/v1/namespaces/{namespace}"
    pod, service = f"{base}/pods/{web}:8080/proxy/metrics?a=b", f"{base}/services/web:http/proxy/metrics"
    assert control_plane.kubectl("get", f"--raw={pod}", check=False).returncode != 0
    with control_plane.answers(namespace, "app=web", 8080, {"/metrics": Answer("up 1\n")}) as requests:
        assert control_plane.kubectl("get", f"--raw={pod}").stdout == "up 1\n"
        until(
            lambda: control_plane.kubectl("get", f"--raw={service}", check=False).stdout == "up 1\n",
            "the service answers",
        )
    assert requests[0] == "/metrics?a=b"
    assert "/metrics" in requests[1:]
    assert control_plane.kubectl("get", f"--raw={pod}", check=False).returncode != 0


def test_use_of_pods_is_served_by_an_api_of_its_own(control_plane: ControlPlane, namespace: str, web: str) -> None:
    path = f"--raw=/apis/metrics.k8s.io/v1beta1/namespaces/{namespace}/pods"
    assert control_plane.kubectl("get", path, check=False).returncode != 0
    resources = {"requests": {"cpu": "100m"}}
    container = {"name": "web", "image": "registry.example/web:1.0.0", "resources": resources}
    patch = json.dumps({"spec": {"template": {"spec": {"containers": [container]}}}})
    control_plane.kubectl("patch", "deployment/web", f"--patch={patch}", f"--namespace={namespace}")
    control_plane.kubectl("autoscale", "deployment/web", "--max=4", "--cpu=50%", f"--namespace={namespace}")
    with control_plane.metrics_api() as metrics:
        metrics.uses(namespace, {"cpu": "50m", "memory": "20Mi"})
        metrics.uses(namespace, {"cpu": "60m", "memory": "30Mi"}, pod=web)
        read = json.loads(control_plane.kubectl("get", path).stdout)
        assert {pod["containers"][0]["usage"]["memory"] for pod in read["items"]} <= {"20Mi", "30Mi"}
        assert read["items"]
        active = "--for=condition=ScalingActive"
        control_plane.kubectl("wait", active, "hpa/web", f"--namespace={namespace}", "--timeout=60s")
        stranger = control_plane.user("vreemde")
        assert "Forbidden" in control_plane.kubectl("get", path, kubeconfig=stranger, check=False).stderr
    assert control_plane.kubectl("get", path, check=False).returncode != 0


def test_every_request_is_in_the_audit_log(control_plane: ControlPlane, namespace: str) -> None:
    reader = control_plane.user("lezer", ["leveranciers"])
    control_plane.kubectl("get", "pods", f"--namespace={namespace}", kubeconfig=reader, check=False)
    asked = [event for event in control_plane.audit("lezer") if event["objectRef"] and event["verb"] == "list"]
    assert len(asked) == 1
    assert asked[0]["objectRef"]["resource"] == "pods"
    assert asked[0]["responseStatus"]["code"] == 403
    assert "leveranciers" in asked[0]["user"]["groups"]


def test_rbac_decides_and_reviews_say_the_same(control_plane: ControlPlane, namespace: str) -> None:
    user = control_plane.user("ontwikkelaar", ["leveranciers"])
    where = f"--namespace={namespace}"
    may_not = control_plane.kubectl("get", "pods", where, kubeconfig=user, check=False)
    assert may_not.returncode != 0
    assert "Forbidden" in may_not.stderr
    control_plane.kubectl("create", "rolebinding", "lezen", "--clusterrole=view", "--group=leveranciers", where)
    until(
        lambda: control_plane.kubectl("get", "pods", where, kubeconfig=user, check=False).returncode == 0,
        "the binding holds",
    )
    for resource, expected in (("pods", True), ("secrets", False)):
        attributes = {"namespace": namespace, "verb": "list", "resource": resource}
        spec = {"user": "iemand", "groups": ["leveranciers"], "resourceAttributes": attributes}
        review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": spec}
        made = control_plane.kubectl("create", "--filename=-", "--output=json", stdin=json.dumps(review))
        assert json.loads(made.stdout)["status"]["allowed"] is expected


def test_an_expired_certificate_is_refused(control_plane: ControlPlane) -> None:
    expired = control_plane.user("verlopen", lifetime=timedelta(minutes=-5))
    refused = control_plane.kubectl("get", "namespaces", kubeconfig=expired, check=False)
    assert refused.returncode != 0
    assert "must be logged in" in refused.stderr or "Unauthorized" in refused.stderr


def test_a_service_account_is_known_by_its_token(control_plane: ControlPlane, namespace: str) -> None:
    who = control_plane.kubectl("auth", "whoami", "--output=json", kubeconfig=control_plane.token("default", namespace))
    assert json.loads(who.stdout)["status"]["userInfo"]["username"] == f"system:serviceaccount:{namespace}:default"


def test_kinds_of_add_ons_are_served(cluster: Cluster, namespace: str) -> None:
    cluster.apply_crds()
    served = cluster.kubectl("api-resources", "--output=name", "--cached=false").stdout.split()
    assert {
        "sealedsecrets.bitnami.com",
        "helmreleases.helm.toolkit.fluxcd.io",
        "kustomizations.kustomize.toolkit.fluxcd.io",
        "gitrepositories.source.toolkit.fluxcd.io",
        "servicemonitors.monitoring.coreos.com",
        "podmonitors.monitoring.coreos.com",
        "certificates.cert-manager.io",
        "apisixroutes.apisix.apache.org",
        "apisixtlses.apisix.apache.org",
        "httproutes.gateway.networking.k8s.io",
        "gateways.gateway.networking.k8s.io",
        "ciliumnetworkpolicies.cilium.io",
    } <= set(served)
    certificate = {"apiVersion": "cert-manager.io/v1", "kind": "Certificate", "metadata": {"name": "web"}}
    cluster.apply({**certificate, "spec": {"secretName": "web-tls"}}, namespace=namespace)
    with pytest.raises(RuntimeError, match=r"spec\.secretName"):
        cluster.apply({**certificate, "spec": {"dnsNames": ["web.example"]}}, namespace=namespace)


def test_the_golden_chart_installs_and_its_pods_are_ready(control_plane: ControlPlane, namespace: str) -> None:
    control_plane.apply_crds()
    control_plane.storage("gemeente-bestanden", "bestanden.gemeente.example")
    control_plane.install(
        VOORBEELD / "chart", [VOORBEELD / "values/productie.yaml"], release="voorbeeld", namespace=namespace
    )
    control_plane.unseal(namespace)
    assert len(control_plane.wait_for_pods(namespace, "app.kubernetes.io/component=web", 3)) >= 3
    assert len(control_plane.wait_for_pods(namespace, "app.kubernetes.io/component=worker", 2)) >= 2
    secret = control_plane.get("secret", "meldingen-credentials", f"--namespace={namespace}")
    assert secret["metadata"]["ownerReferences"][0]["kind"] == "SealedSecret"
    claims = control_plane.get("persistentvolumeclaims", f"--namespace={namespace}")["items"]
    assert [claim["status"]["phase"] for claim in claims] == ["Bound"]


# Last: what the tests above rely on is away for a while.
def test_the_api_server_can_fail_and_come_back(control_plane: ControlPlane) -> None:
    control_plane.kill("kube-apiserver")
    assert control_plane.kubectl("get", "namespaces", check=False).returncode != 0
    control_plane.revive("kube-apiserver")
    assert control_plane.kubectl("get", "namespaces", check=False).returncode == 0
