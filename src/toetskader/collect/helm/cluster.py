"""What a cluster says of itself to the templates of a chart: its full version, and the APIs that it serves.

A server reports a patch release (`v1.35.4`), and lists built-in APIs next to those of what else was installed on it.
A chart that is told less can tell that it is being audited, and render something else than it will install.
"""

from toetskader.facts.kubernetes.served_apis import minor_version, served

_ADD_ONS = {
    "apisix.apache.org/v2": ("ApisixConsumer", "ApisixPluginConfig", "ApisixRoute", "ApisixTls", "ApisixUpstream"),
    "bitnami.com/v1alpha1": ("SealedSecret",),
    "cert-manager.io/v1": ("Certificate", "CertificateRequest", "ClusterIssuer", "Issuer"),
    "gateway.networking.k8s.io/v1": ("GRPCRoute", "Gateway", "GatewayClass", "HTTPRoute"),
    "helm.toolkit.fluxcd.io/v2": ("HelmRelease",),
    "kustomize.toolkit.fluxcd.io/v1": ("Kustomization",),
    "metrics.k8s.io/v1beta1": ("NodeMetrics", "PodMetrics"),
    "monitoring.coreos.com/v1": (
        "Alertmanager",
        "PodMonitor",
        "Probe",
        "Prometheus",
        "PrometheusRule",
        "ServiceMonitor",
    ),
    "snapshot.storage.k8s.io/v1": ("VolumeSnapshot", "VolumeSnapshotClass", "VolumeSnapshotContent"),
    "source.toolkit.fluxcd.io/v1": ("Bucket", "GitRepository", "HelmChart", "HelmRepository", "OCIRepository"),
}
"""API versions → kinds of what the platform of the policies has beside Kubernetes: Haven's own requirements (metrics,
certificates), and what suppliers are asked to deliver (routes, sealed secrets, monitors)."""

_PATCH_AT_INSTALLATION = 4
_PATCH_AT_UPGRADE = 11


def full_version(version: str, *, later: bool = False) -> str:
    """Return the version that a server reports: `v1.35.4` for `1.35`, and `v1.35.2` for `1.35.2`.

    Parameters: `later`, whether some time has passed since the installation, with patch releases of Kubernetes.
    """
    plain = version.removeprefix("v")
    if plain.count(".") != 1:
        return f"v{plain}"
    return f"v{plain}.{_PATCH_AT_UPGRADE if later else _PATCH_AT_INSTALLATION}"


def api_versions(version: str) -> tuple[str, ...]:
    """Return the APIs that a cluster of a version serves, in the forms that templates ask for them."""
    added = [name for group, kinds in _ADD_ONS.items() for name in (group, *(f"{group}/{kind}" for kind in kinds))]
    return (*served(minor_version(version)), *added)
