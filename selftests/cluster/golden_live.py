"""The golden chart in a real control plane, with what a municipality's platform has around it; and its verdicts.

Helm installs the chart. What others do is done here in their place: the controllers of Sealed Secrets, cert-manager and
Flux write their status, the platform shuts the namespace by default and names its storage, metrics-server measures, and
the component logs and serves metrics as its documentation says.
"""

import contextlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from auditor import ROOT, Auditor, Outcome
from control_plane import ControlPlane, Object
from file_mutants import MUTANTS_FOLDER
from pod_network import Answer

GOLDEN = ROOT / "targets/voorbeeld"
TARGET = MUTANTS_FOLDER / "namespace/golden/target.yaml"
NAMESPACE, RELEASE = "meldingen", "voorbeeld"
GITLAB = "gitlab.gemeente.example"
STORAGE = "gemeente-bestanden"
METRICS_PORT = 9090
OF_CHART = "deployment,job,service,configmap,ingress,networkpolicy,hpa,pdb,pvc,serviceaccount,sealedsecret"
"""Kinds that the chart makes."""

ADDONS = ("certificate", "gitrepository", "helmrelease", "kustomization", "sealedsecret")
"""Kinds that a controller of an add-on gives a status."""

PLATFORM = f"""
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: standaard-dicht}}
spec: {{podSelector: {{}}, policyTypes: [Ingress, Egress]}}
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {{name: meldingen}}
spec: {{secretName: meldingen-tls, dnsNames: [meldingen.gemeente.example], issuerRef: {{kind: ClusterIssuer, name: x}}}}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {{name: meldingen}}
spec: {{interval: 5m, url: "https://{GITLAB}/platform/meldingen.git", ref: {{branch: main}}}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: meldingen}}
spec: {{interval: 5m, prune: true, path: ./productie, sourceRef: {{kind: GitRepository, name: meldingen}}}}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: meldingen
  labels: {{kustomize.toolkit.fluxcd.io/name: meldingen, kustomize.toolkit.fluxcd.io/namespace: {NAMESPACE}}}
spec:
  interval: 5m
  releaseName: {RELEASE}
  chart: {{spec: {{chart: chart, sourceRef: {{kind: GitRepository, name: meldingen}}}}}}
"""
LINE = '{{"time":"2026-11-20T06:00:{second:02}.123Z","level":"{level}","message":"verzoek afgehandeld"}}'
METRICS = """\
# TYPE http_server_requests counter
http_server_requests_total{status="200",method="GET"} 12
# TYPE http_server_request_duration_seconds histogram
http_server_request_duration_seconds_bucket{le="0.5"} 12
http_server_request_duration_seconds_bucket{le="+Inf"} 12
http_server_request_duration_seconds_count 12
http_server_request_duration_seconds_sum 1.5
# TYPE http_server_requests_in_flight gauge
http_server_requests_in_flight 1
# TYPE process_cpu_seconds counter
process_cpu_seconds_total 3.5
# EOF
"""
OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"


@contextlib.contextmanager
def golden_namespace(plane: ControlPlane) -> Iterator[None]:
    """Install the golden chart with the values of production, and what belongs around it, for as long as the block."""
    where = f"--namespace={NAMESPACE}"
    plane.apply_crds()
    plane.storage(STORAGE, "bestanden.gemeente.example")
    with (
        plane.metrics_api() as use,
        plane.answers(NAMESPACE, f"app.kubernetes.io/instance={RELEASE}", METRICS_PORT, _metrics()),
    ):
        use.uses(NAMESPACE, {"cpu": "150m", "memory": "200Mi"})
        plane.install(GOLDEN / "chart", [GOLDEN / "values/productie.yaml"], release=RELEASE, namespace=NAMESPACE)
        try:
            plane.apply(PLATFORM, namespace=NAMESPACE)
            labels = ("helm.toolkit.fluxcd.io/name=meldingen", f"helm.toolkit.fluxcd.io/namespace={NAMESPACE}")
            plane.kubectl("label", OF_CHART, "--selector=app.kubernetes.io/managed-by=Helm", *labels, where)
            controllers(plane)
            log(plane)
            plane.wait_for_pods(NAMESPACE, "app.kubernetes.io/component=web", 3)
            plane.wait_for_pods(NAMESPACE, "app.kubernetes.io/component=worker", 2)
            able = "--for=jsonpath={.status.conditions[?(@.type=='ScalingActive')].status}=True"
            plane.kubectl("wait", able, f"hpa/{RELEASE}-web", f"hpa/{RELEASE}-worker", where, "--timeout=90s")
            yield
        finally:
            plane.kubectl("delete", "namespace", NAMESPACE, "--timeout=90s")


def log(plane: ControlPlane, line: str = LINE) -> None:
    """Let every pod log lines like this one; `{second}` and `{level}` are filled in."""
    levels = ("info", "info", "warning", "error")
    plane.says(NAMESPACE, [line.format(second=second, level=levels[second % 4]) for second in range(60)])


def _metrics() -> dict[str, Answer]:
    return {"/metrics": Answer(METRICS, content_type=OPENMETRICS)}


def controllers(plane: ControlPlane) -> None:
    """Write what the controllers of add-ons would, of what the namespace has now."""
    plane.unseal(NAMESPACE)
    ready: Object = {"type": "Ready", "status": "True", "reason": "Succeeded"}
    for kind in ("gitrepository", "kustomization", "helmrelease"):
        made = plane.get(kind, "meldingen", f"--namespace={NAMESPACE}")
        seen = {"observedGeneration": made["metadata"]["generation"], "conditions": [ready]}
        plane.status(NAMESPACE, kind, "meldingen", seen)
    ends = (datetime.now(UTC) + timedelta(days=60)).strftime("%Y-%m-%dT%H:%M:%SZ")
    plane.status(NAMESPACE, "certificate", "meldingen", {"conditions": [ready], "notAfter": ends})
    for sealed in plane.get("sealedsecret", f"--namespace={NAMESPACE}")["items"]:
        synced = {"observedGeneration": sealed["metadata"]["generation"], "conditions": [ready | {"type": "Synced"}]}
        plane.status(NAMESPACE, "sealedsecret", sealed["metadata"]["name"], synced)
    secret: Object = {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "kubernetes.io/tls",
        "metadata": {"name": "meldingen-tls", "annotations": {"cert-manager.io/certificate-name": "meldingen"}},
        "stringData": {"tls.crt": "niet-echt", "tls.key": "niet-echt"},
    }
    plane.apply(secret, namespace=NAMESPACE)


class LiveAuditor:
    """Audits the namespace as it is now.

    Parameters: `folder`, where target files go.
    """

    def __init__(self, plane: ControlPlane, folder: Path) -> None:
        self.auditor = Auditor("namespace", today=datetime.now(UTC).date())
        self._kubeconfig = plane.kubeconfig
        self._folder = folder

    def judged(self, kubeconfig: Path | None = None) -> Outcome:
        """Judge every requirement on namespaces, seen by the administrator or with another kubeconfig."""
        text = TARGET.read_text(encoding="utf-8")
        seen_with = json.dumps(str(kubeconfig or self._kubeconfig))
        file = self._folder / "target.yaml"
        file.write_text(text.replace("kubeconfig: kubeconfig", f"kubeconfig: {seen_with}"), encoding="utf-8")
        return self.auditor.audit(file)
