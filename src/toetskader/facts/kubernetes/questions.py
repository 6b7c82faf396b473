"""What is asked about rights: verbs on resources, by the names that requirements use. Nothing is asked here."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

READ = ("get", "list", "watch")


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource as questions name it: `pods`, `pods/exec`, `sealedsecrets.bitnami.com`."""

    resource: str
    subresource: str
    group: str
    namespaced: bool = True

    @property
    def shown(self) -> str:
        """As kubectl writes it: `deployments.apps/scale`."""
        group = f".{self.group}" if self.group else ""
        return f"{self.resource}{group}{f'/{self.subresource}' if self.subresource else ''}"


_GROUPS = {
    "": "pods services configmaps secrets serviceaccounts persistentvolumeclaims namespaces nodes users groups",
    "apps": "deployments statefulsets daemonsets replicasets",
    "batch": "jobs cronjobs",
    "networking.k8s.io": "ingresses networkpolicies ingressclasses",
    "autoscaling": "horizontalpodautoscalers",
    "rbac.authorization.k8s.io": "roles rolebindings clusterroles clusterrolebindings",
}
_GROUP_OF = {resource: group for group, resources in _GROUPS.items() for resource in resources.split()}
_CLUSTER_NAMES = (
    "apiservices apisixglobalrules certificatesigningrequests clusterrolebindings clusterroles clustertrustbundles "
    "componentstatuses csidrivers csinodes customresourcedefinitions deviceclasses flowschemas gatewayclasses groups "
    "ingressclasses ipaddresses mutatingadmissionpolicies mutatingadmissionpolicybindings "
    "mutatingwebhookconfigurations namespaces nodes persistentvolumes priorityclasses "
    "prioritylevelconfigurations resourceslices runtimeclasses "
    "selfsubjectaccessreviews selfsubjectreviews selfsubjectrulesreviews servicecidrs storageclasses "
    "subjectaccessreviews tokenreviews uids userextras users validatingadmissionpolicies "
    "validatingadmissionpolicybindings validatingwebhookconfigurations volumeattachments "
    "volumeattributesclasses"
)
_OF_CLUSTER = frozenset(_CLUSTER_NAMES.split())
"""Resources of Kubernetes itself that are in no namespace (API reference); what else there is the cluster tells."""

_ALIASES = {
    "workloads": "pods deployments statefulsets daemonsets replicasets jobs cronjobs services configmaps ingresses",
    "workload-changes": "deployments/scale statefulsets/scale replicasets/scale pods/eviction pods/ephemeralcontainers",
}
"""What stands for several: the pod kinds with Services, ConfigMaps and Ingresses; other ways to change these."""


def resources(name: str) -> tuple[Resource, ...]:
    """Return the resources a name stands for: an alias, or one with its group after a dot when that is not known."""
    return tuple(_resource(item) for item in _ALIASES.get(name, name).split())


def fits(name: str, pattern: str) -> bool:
    """Tell whether a verb or resource is one that a pattern with `*` means: `impersonate-on:*`, `*networkpolicies`."""
    return fnmatchcase(name, pattern)


def _resource(name: str) -> Resource:
    whole, _, subresource = name.partition("/")
    resource, _, group = whole.partition(".")
    return resource_of(group or _GROUP_OF.get(resource, ""), resource, subresource)


def resource_of(group: str, resource: str, subresource: str = "", *, of_cluster: Collection[str] = ()) -> Resource:
    """Return a resource as questions name it. Parameters: `of_cluster`, more of those that are in no namespace."""
    shown = f"{resource}.{group}" if group else resource
    return Resource(resource, subresource, group, resource not in _OF_CLUSTER and shown not in of_cluster)


@dataclass(frozen=True, slots=True)
class Question:
    """A verb on a resource."""

    verb: str
    resource: Resource


AUTHENTICATION = "authentication.k8s.io"
"""Group of the resources that acting as somebody else for one verb is about."""
_MODES = ("user-info", "serviceaccount", "arbitrary-node", "associated-node")
"""Ways in which somebody may act as somebody else for one verb and resource (KEP-5284)."""
_CHANGE = ("create", "update", "patch")
_WRITE = (*_CHANGE, "delete", "deletecollection")
_ASKED: tuple[tuple[tuple[str, ...], str], ...] = (
    ((*READ, *_WRITE), "workloads secrets"),
    (("create", "update", "patch"), "workload-changes"),
    (_CHANGE, "sealedsecrets.bitnami.com"),
    (_WRITE, "networkpolicies persistentvolumeclaims serviceaccounts horizontalpodautoscalers"),
    # A websocket asked `get` alone until 1.35, SPDY `create`.
    (("get", "create"), "pods/portforward pods/exec pods/attach"),
    (("get", "create"), "nodes/proxy"),
    ((*_CHANGE, "bind", "escalate"), "roles clusterroles"),
    (_CHANGE, "rolebindings clusterrolebindings"),
    (("impersonate",), "users groups serviceaccounts"),
    (("impersonate:user-info",), "users.authentication.k8s.io groups.authentication.k8s.io"),
    (("impersonate:serviceaccount",), "serviceaccounts.authentication.k8s.io"),
    (("impersonate:arbitrary-node", "impersonate:associated-node"), "nodes.authentication.k8s.io"),
    (tuple(f"impersonate-on:{mode}:get" for mode in _MODES), "secrets"),
    (("create",), "serviceaccounts/token"),
    (
        (*_CHANGE, "delete"),
        "namespaces ingressclasses gatewayclasses.gateway.networking.k8s.io gateways.gateway.networking.k8s.io "
        "apisixglobalrules.apisix.apache.org apisixpluginconfigs.apisix.apache.org",
    ),
)


def questions() -> Iterator[Question]:
    """Yield all that is asked of every user and group of the supplier, in every namespace that is asked about."""
    for verbs, named in _ASKED:
        for name in named.split():
            for resource in resources(name):
                for verb in verbs:
                    yield Question(verb, resource)
