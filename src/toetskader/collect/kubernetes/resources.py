"""Kinds of objects that requirements need, and which of them an API server serves."""

from dataclasses import dataclass, field

import msgspec

from toetskader.collect.kubernetes.client import ApiServer
from toetskader.collect.kubernetes.failures import ApiFailed, unreadable
from toetskader.facts.endpoint.escape import escaped
from toetskader.text import Text

_DISCOVERY = ",".join(
    f"application/json;g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList" for version in ("v2", "v2beta1")
)


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind of object to list."""

    kind: str
    group: str
    plural: str
    versions: tuple[str, ...] = ("v1",)
    """Versions that judgements can read, the best first."""
    namespaced: bool = True
    status: bool = False
    """Whether judgements need the status."""
    only_with: tuple[str, ...] = ()
    """Kinds of which one must be there for this one to say anything: else it is not asked for."""
    labels: str = ""
    """Label selector of those that say something."""

    @property
    def name(self) -> str:
        """Name as kubectl takes it: `deployments.apps`."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def key(self) -> tuple[str, str]:
        """Kind and group."""
        return self.kind, self.group


_FLUX_SOURCE = ("v1", "v1beta2", "v1beta1")
_FLUX = ("Kustomization", "HelmRelease")
_APISIX = ("ApisixRoute", "HTTPRoute")

RESOURCES: tuple[Resource, ...] = (
    Resource("Pod", "", "pods", status=True),
    Resource("Deployment", "apps", "deployments", status=True),
    Resource("StatefulSet", "apps", "statefulsets", status=True),
    Resource("DaemonSet", "apps", "daemonsets", status=True),
    Resource("ReplicaSet", "apps", "replicasets"),
    Resource("ReplicationController", "", "replicationcontrollers"),
    Resource("Job", "batch", "jobs", status=True),
    Resource("CronJob", "batch", "cronjobs", status=True),
    Resource("Service", "", "services"),
    # Those that the cluster keeps for a Service repeat the addresses of its pods; others were made by hand, or mirror
    # Endpoints that were.
    Resource(
        "EndpointSlice",
        "discovery.k8s.io",
        "endpointslices",
        labels="endpointslice.kubernetes.io/managed-by!=endpointslice-controller.k8s.io",
    ),
    Resource("Ingress", "networking.k8s.io", "ingresses"),
    Resource("NetworkPolicy", "networking.k8s.io", "networkpolicies"),
    Resource("ConfigMap", "", "configmaps"),
    Resource("Secret", "", "secrets"),
    Resource("ServiceAccount", "", "serviceaccounts"),
    Resource("Role", "rbac.authorization.k8s.io", "roles"),
    Resource("RoleBinding", "rbac.authorization.k8s.io", "rolebindings"),
    Resource("PersistentVolumeClaim", "", "persistentvolumeclaims", status=True),
    Resource("HorizontalPodAutoscaler", "autoscaling", "horizontalpodautoscalers", ("v2", "v1"), status=True),
    Resource("PodDisruptionBudget", "policy", "poddisruptionbudgets", status=True),
    Resource(
        "PersistentVolume", "", "persistentvolumes", namespaced=False, status=True, only_with=("PersistentVolumeClaim",)
    ),
    Resource(
        "StorageClass", "storage.k8s.io", "storageclasses", namespaced=False, only_with=("PersistentVolumeClaim",)
    ),
    Resource("SealedSecret", "bitnami.com", "sealedsecrets", ("v1alpha1",), status=True),
    Resource("ExternalSecret", "external-secrets.io", "externalsecrets", ("v1", "v1beta1"), status=True),
    Resource("HelmRelease", "helm.toolkit.fluxcd.io", "helmreleases", ("v2", "v2beta2", "v2beta1"), status=True),
    Resource(
        "Kustomization", "kustomize.toolkit.fluxcd.io", "kustomizations", ("v1", "v1beta2", "v1beta1"), status=True
    ),
    Resource(
        "GitRepository", "source.toolkit.fluxcd.io", "gitrepositories", _FLUX_SOURCE, status=True, only_with=_FLUX
    ),
    Resource(
        "OCIRepository", "source.toolkit.fluxcd.io", "ocirepositories", _FLUX_SOURCE, status=True, only_with=_FLUX
    ),
    Resource(
        "HelmRepository", "source.toolkit.fluxcd.io", "helmrepositories", _FLUX_SOURCE, status=True, only_with=_FLUX
    ),
    Resource("HelmChart", "source.toolkit.fluxcd.io", "helmcharts", _FLUX_SOURCE, status=True, only_with=_FLUX),
    Resource("ServiceMonitor", "monitoring.coreos.com", "servicemonitors"),
    Resource("PodMonitor", "monitoring.coreos.com", "podmonitors"),
    Resource("Certificate", "cert-manager.io", "certificates", status=True),
    Resource("Issuer", "cert-manager.io", "issuers", status=True, only_with=("Certificate",)),
    Resource(
        "ClusterIssuer", "cert-manager.io", "clusterissuers", namespaced=False, status=True, only_with=("Certificate",)
    ),
    Resource("ApisixRoute", "apisix.apache.org", "apisixroutes", ("v2",)),
    Resource("ApisixTls", "apisix.apache.org", "apisixtlses", ("v2",)),
    Resource("ApisixPluginConfig", "apisix.apache.org", "apisixpluginconfigs", ("v2",), only_with=_APISIX),
    Resource("ApisixGlobalRule", "apisix.apache.org", "apisixglobalrules", ("v2",), only_with=_APISIX),
    Resource("PluginConfig", "apisix.apache.org", "pluginconfigs", ("v1alpha1",), only_with=_APISIX),
    Resource("HTTPRoute", "gateway.networking.k8s.io", "httproutes", ("v1", "v1beta1"), status=True),
    Resource("GRPCRoute", "gateway.networking.k8s.io", "grpcroutes", ("v1", "v1alpha2"), status=True),
    Resource("TLSRoute", "gateway.networking.k8s.io", "tlsroutes", ("v1", "v1alpha3", "v1alpha2"), status=True),
    Resource("Gateway", "gateway.networking.k8s.io", "gateways", ("v1", "v1beta1"), status=True),
    Resource("BackendTrafficPolicy", "gateway.envoyproxy.io", "backendtrafficpolicies", ("v1alpha1",)),
    Resource("SecurityPolicy", "gateway.envoyproxy.io", "securitypolicies", ("v1alpha1",)),
    Resource("CiliumNetworkPolicy", "cilium.io", "ciliumnetworkpolicies", ("v2",)),
    Resource("CiliumClusterwideNetworkPolicy", "cilium.io", "ciliumclusterwidenetworkpolicies", ("v2",), False),
    Resource("NetworkPolicy", "crd.projectcalico.org", "networkpolicies"),
    Resource("GlobalNetworkPolicy", "crd.projectcalico.org", "globalnetworkpolicies", namespaced=False),
    Resource("ScaledObject", "keda.sh", "scaledobjects", ("v1alpha1",), status=True),
    Resource("IngressRoute", "traefik.io", "ingressroutes", ("v1alpha1",)),
    Resource("Middleware", "traefik.io", "middlewares", ("v1alpha1",)),
    Resource("IngressRoute", "traefik.containo.us", "ingressroutes", ("v1alpha1",)),
    Resource("Middleware", "traefik.containo.us", "middlewares", ("v1alpha1",)),
    Resource("VirtualService", "networking.istio.io", "virtualservices", ("v1", "v1beta1")),
    Resource("Gateway", "networking.istio.io", "gateways", ("v1", "v1beta1")),
    Resource("Route", "route.openshift.io", "routes"),
    Resource("KongPlugin", "configuration.konghq.com", "kongplugins"),
    Resource("KongClusterPlugin", "configuration.konghq.com", "kongclusterplugins", namespaced=False),
)

BUILT_IN = frozenset(
    {
        "",
        "apps",
        "batch",
        "networking.k8s.io",
        "discovery.k8s.io",
        "rbac.authorization.k8s.io",
        "autoscaling",
        "policy",
        "storage.k8s.io",
    }
)
"""Groups that every API server serves."""

# Of the core group everything is always served; what judgements do not need is known not to be asked for.
_CORE_OTHERS = ("LimitRange", "Node", "PodTemplate", "ResourceQuota")
_NEVER_NEEDED = frozenset({"Event", "Lease", "ControllerRevision", "LocalSubjectAccessReview", "PodMetrics"})


@dataclass(frozen=True, slots=True)
class Served:
    """What an API server serves."""

    versions: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    """Plural and group → versions, the server's favourite first."""
    kinds: dict[tuple[str, str], str] = field(default_factory=dict)
    """Kind and group → plural."""
    of_cluster: frozenset[str] = frozenset()
    """Resources of these groups that are in no namespace: `storageclasses.storage.k8s.io`."""
    verbs: dict[tuple[str, str, str], tuple[str, ...]] = field(default_factory=dict)
    """Group, resource and subresource of all that is served, what cannot be listed too → its verbs."""
    stale: frozenset[str] = frozenset()
    """Groups of which the server behind them did not answer."""
    unknown: Text | None = None
    """Why nothing is known; then the rest is empty."""

    def version(self, resource: Resource) -> str | None:
        """Return in which version to ask for a kind; None when it is not served."""
        if self.unknown is not None or resource.group == "":
            return resource.versions[0]
        offered = self.versions.get((resource.plural, resource.group), ())
        wanted = next((version for version in resource.versions if version in offered), None)
        return wanted or (offered[0] if offered else None)

    def others(self) -> tuple[str, ...]:
        """Return the kinds that are served and not among those to ask for: `Rollout.argoproj.io`."""
        known = {resource.key for resource in RESOURCES}
        found = (f"{kind}.{group}" for kind, group in self.kinds if (kind, group) not in known)
        return tuple(sorted({*found, *_CORE_OTHERS}))


class _Kind(msgspec.Struct):
    kind: str = ""


class _Below(msgspec.Struct):
    subresource: str = ""
    verbs: list[str] = []


class _Served(msgspec.Struct):
    resource: str = ""
    scope: str = ""
    verbs: list[str] = []
    response_kind: _Kind | None = msgspec.field(name="responseKind", default=None)
    subresources: list[_Below] = []


class _Version(msgspec.Struct):
    version: str = ""
    freshness: str = "Current"
    resources: list[_Served] = []


class _Name(msgspec.Struct):
    name: str = ""


class _Group(msgspec.Struct):
    metadata: _Name = msgspec.field(default_factory=_Name)
    versions: list[_Version] = []


class _Groups(msgspec.Struct):
    kind: str = ""
    items: list[_Group] = []


def discover(server: ApiServer) -> Served:
    """Ask once what is served, all groups in one answer (aggregated discovery, in Kubernetes since 1.26).

    An API server that cannot, or does not allow it, gives a `Served` that says so: then every kind is asked for in its
    usual version. Raises `ApiFailed` when nothing can be asked at all.
    """
    try:
        found = _groups(server, "/apis")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Served(unknown=_why(unreadable("discovery").message))
    except ApiFailed as outcome:
        if outcome.failure.everything:
            raise
        return Served(unknown=_why(outcome.failure.message))
    return _served(found)


def core_verbs(server: ApiServer) -> dict[tuple[str, str, str], tuple[str, ...]]:
    """Return what is served of the core group, as `Served.verbs` has it of the others. Raises `ApiFailed`."""
    try:
        return _served(_groups(server, "/api")).verbs
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ApiFailed(unreadable("discovery")) from None


def _groups(server: ApiServer, path: str) -> _Groups:
    answer = server.get(path, accept=_DISCOVERY, most_bytes=32_000_000, what="discovery")
    found = msgspec.json.decode(answer.body, type=_Groups)
    if found.kind != "APIGroupDiscoveryList":
        raise ApiFailed(unreadable("discovery"))
    return found


def _served(found: _Groups) -> Served:
    versions: dict[tuple[str, str], list[str]] = {}
    kinds: dict[tuple[str, str], str] = {}
    stale, of_cluster = set(), set()
    verbs: dict[tuple[str, str, str], tuple[str, ...]] = {}
    for group in found.items:
        name = escaped(group.metadata.name, 253)
        for version in group.versions:
            if version.freshness != "Current":
                stale.add(name)
            for item in version.resources:
                resource = escaped(item.resource, 253)
                verbs.setdefault((name, resource, ""), tuple(item.verbs))
                for below in item.subresources:
                    verbs.setdefault((name, resource, escaped(below.subresource, 253)), tuple(below.verbs))
                if item.scope == "Cluster":
                    of_cluster.add(f"{resource}.{name}")
                if "list" not in item.verbs:
                    continue
                versions.setdefault((item.resource, name), []).append(version.version)
                kind = escaped(item.response_kind.kind if item.response_kind else "", 100)
                if kind not in _NEVER_NEEDED:
                    kinds[kind, name] = item.resource
    offered = {key: tuple(items) for key, items in versions.items()}
    return Served(offered, kinds, of_cluster=frozenset(of_cluster), verbs=verbs, stale=frozenset(stale))


def _why(message: Text) -> Text:
    return Text(
        f"Of het cluster dit soort object kent, was niet te zien: {message.nl}",
        f"Whether the cluster knows this kind of object could not be seen: {message.en}",
    )


class _ServerVersion(msgspec.Struct):
    git: str = msgspec.field(name="gitVersion", default="")


def server_version(server: ApiServer) -> str:
    """Return the API server's version; empty when it does not say. Raises `ApiFailed` when nothing can be asked."""
    try:
        answer = server.get("/version", most_bytes=100_000)
        return escaped(msgspec.json.decode(answer.body, type=_ServerVersion).git, 60)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    except ApiFailed as outcome:
        if outcome.failure.everything:
            raise
        return ""
