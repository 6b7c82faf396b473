"""Role-based access control as the API server evaluates it (rbac.authorization.k8s.io/v1). Pure.

Used to name the binding that grants a right, and to answer offline where the API server does not let us ask. Rights
only add up: what no rule grants is denied. Other authorizers (a webhook, a node's own) are not seen here.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec

from toetskader.facts.endpoint.escape import escaped

ALL = "*"
AUTHENTICATED = "system:authenticated"
UNAUTHENTICATED = "system:unauthenticated"
SERVICE_ACCOUNTS = "system:serviceaccounts"
MASTERS = "system:masters"
"""The API server lets this group do everything, whatever the bindings say."""
ANONYMOUS = "system:anonymous"
_ACCOUNT = "system:serviceaccount:"


class Rule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A PolicyRule: verbs on resources of API groups, or on paths outside the API's resources."""

    verbs: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    """API groups; the core group is the empty text."""
    resources: tuple[str, ...] = ()
    """`pods`, `pods/exec`, `*/scale` or `*`."""
    names: tuple[str, ...] = ()
    """Names of objects it is limited to; empty for all."""
    paths: tuple[str, ...] = ()
    """Paths such as `/metrics`, or with `*` at the end."""

    def has_verb(self, verb: str) -> bool:
        """Tell whether it grants a verb."""
        return ALL in self.verbs or verb in self.verbs

    def has_group(self, group: str) -> bool:
        """Tell whether it is about an API group."""
        return ALL in self.groups or group in self.groups

    def has_resource(self, resource: str, subresource: str = "") -> bool:
        """Tell whether it is about a resource, or one of its subresources. `pods` says nothing of `pods/exec`."""
        asked = f"{resource}/{subresource}" if subresource else resource
        anywhere = f"*/{subresource}" if subresource else ALL
        return any(item in {ALL, asked, anywhere} for item in self.resources)

    def has_name(self, name: str) -> bool:
        """Tell whether it holds for an object; with no name asked (a list, a create), only if it is not limited."""
        return not self.names or name in self.names

    def has_path(self, path: str) -> bool:
        """Tell whether it is about a path outside the API's resources."""
        return any(
            item in {ALL, path} or (item.endswith(ALL) and path.startswith(item.rstrip(ALL))) for item in self.paths
        )


class RbacSubject(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody a binding names."""

    kind: str
    name: str
    namespace: str = ""
    """Of a ServiceAccount; without one it is nobody."""

    @property
    def shown(self) -> str:
        """Kind and name, for people."""
        inside = f"{self.namespace}/" if self.namespace else ""
        return f"{self.kind} {inside}{self.name}"


class Role(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A Role, or a ClusterRole when it has no namespace; rules of aggregated roles stand in it already."""

    name: str
    namespace: str = ""
    rules: tuple[Rule, ...] = ()


class Binding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A RoleBinding, or a ClusterRoleBinding when it has no namespace."""

    name: str
    namespace: str = ""
    role_kind: str
    role: str
    subjects: tuple[RbacSubject, ...] = ()
    annotations: dict[str, str] = {}
    created: datetime | None = None

    @property
    def shown(self) -> str:
        """Kind, namespace and name, for people."""
        return f"RoleBinding {self.namespace}/{self.name}" if self.namespace else f"ClusterRoleBinding {self.name}"

    @property
    def command(self) -> str:
        """The command that shows it."""
        if self.namespace:
            return f"kubectl get rolebinding {self.name} --namespace {self.namespace} -o yaml"
        return f"kubectl get clusterrolebinding {self.name} -o yaml"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks: a user name and groups, as an authenticated request carries them."""

    user: str
    groups: frozenset[str]


def user(name: str, groups: Iterable[str] = ()) -> Identity:
    """Return who a user is to the API server: a name brings the groups that the server itself adds."""
    if name == ANONYMOUS:
        return Identity(name, frozenset({*groups, UNAUTHENTICATED}))
    if not name.startswith(_ACCOUNT):
        return Identity(name, frozenset({*groups, AUTHENTICATED}))
    namespace = name.removeprefix(_ACCOUNT).partition(":")[0]
    return Identity(name, frozenset({*groups, SERVICE_ACCOUNTS, f"{SERVICE_ACCOUNTS}:{namespace}", AUTHENTICATED}))


def member(group: str) -> Identity:
    """Return who somebody is of whom nothing but a group is known."""
    added = {UNAUTHENTICATED if group == UNAUTHENTICATED else AUTHENTICATED}
    if group.startswith(f"{SERVICE_ACCOUNTS}:"):
        added.add(SERVICE_ACCOUNTS)
    return Identity("", frozenset({group, *added}))


class Access(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is asked: a verb on a resource, or on a path outside the API's resources."""

    verb: str
    group: str = ""
    resource: str = ""
    subresource: str = ""
    namespace: str = ""
    """Empty for all namespaces, or a resource of the cluster."""
    name: str = ""
    path: str = ""


def covers(rule: Rule, access: Access) -> bool:
    """Tell whether a rule grants what is asked, wherever it holds."""
    if not rule.has_verb(access.verb):
        return False
    if access.path:
        return rule.has_path(access.path)
    return (
        rule.has_group(access.group)
        and rule.has_resource(access.resource, access.subresource)
        and rule.has_name(access.name)
    )


def names(subject: RbacSubject, identity: Identity, namespace: str = "") -> bool:
    """Tell whether a subject of a binding is meant to be this identity.

    Parameters: `namespace`, the binding's: a ServiceAccount without one is of the binding's.
    """
    match subject.kind:
        case "User":
            return bool(identity.user) and subject.name == identity.user
        case "Group":
            return subject.name in identity.groups
        case "ServiceAccount":
            home = subject.namespace or namespace
            return bool(home) and identity.user == f"{_ACCOUNT}{home}:{subject.name}"
        case _:
            return False


def home(subject: RbacSubject, namespace: str = "") -> str:
    """Return the namespace whose account or accounts a subject is, however it is spelled; empty for anybody else.

    An account is a user `system:serviceaccount:NAMESPACE:NAME` to the API server, and all of a namespace are a group.

    Parameters: `namespace`, the binding's: a ServiceAccount without one is of the binding's.
    """
    match subject.kind:
        case "ServiceAccount":
            return subject.namespace or namespace
        case "User" if subject.name.startswith(_ACCOUNT):
            place, _, name = subject.name.removeprefix(_ACCOUNT).partition(":")
            return place if name and ":" not in name else ""
        case "Group" if subject.name.startswith(f"{SERVICE_ACCOUNTS}:"):
            return subject.name.removeprefix(f"{SERVICE_ACCOUNTS}:")
        case _:
            return ""


_CONTROL_PLANE = frozenset(
    {
        ("User", "system:apiserver"),
        ("User", "system:kube-controller-manager"),
        ("User", "system:kube-scheduler"),
        ("User", "system:kube-proxy"),
        ("Group", "system:nodes"),
        ("Group", MASTERS),
    }
)
_NODE = "system:node:"


def is_control_plane(subject: RbacSubject) -> bool:
    """Tell whether a subject is a part of Kubernetes itself. That a name starts with `system:` does not make it one.

    Source: Kubernetes, "Using RBAC Authorization", core component roles; "Using Node Authorization".
    """
    return (subject.kind, subject.name) in _CONTROL_PLANE or (
        subject.kind == "User" and subject.name.startswith(_NODE) and subject.name != _NODE
    )


class Rbac:
    """Roles and bindings, put together. Bindings of a namespace hold only in that namespace."""

    def __init__(self, roles: Iterable[Role], bindings: Iterable[Binding]) -> None:
        self.bindings = tuple(bindings)
        self._roles: Mapping[tuple[str, str], Role] = {(role.namespace, role.name): role for role in roles}

    def rules(self, binding: Binding) -> tuple[Rule, ...]:
        """Return what a binding grants; nothing when its role does not exist.

        A binding of the cluster cannot refer to a Role, and rules on paths hold for the whole cluster only.
        """
        if binding.role_kind == "ClusterRole":
            found = self._roles.get(("", binding.role))
        elif binding.role_kind == "Role" and binding.namespace:
            found = self._roles.get((binding.namespace, binding.role))
        else:
            found = None
        return found.rules if found else ()

    def of(self, identity: Identity) -> Iterator[Binding]:
        """Yield the bindings that name an identity, or a group of it."""
        for binding in self.bindings:
            if any(names(subject, identity, binding.namespace) for subject in binding.subjects):
                yield binding

    def granting(self, identity: Identity, access: Access) -> Iterator[Binding]:
        """Yield the bindings that grant an identity what is asked."""
        for binding in self.of(identity):
            if holds_in(binding, access) and any(covers(rule, access) for rule in self.rules(binding)):
                yield binding

    def allows(self, identity: Identity, access: Access) -> bool:
        """Tell whether an identity may do what is asked."""
        return MASTERS in identity.groups or any(True for _ in self.granting(identity, access))


# What OpenShift makes in every cluster. Source: OpenShift, "Using RBAC to define and apply permissions".
_OPENSHIFT = "system:openshift:"
# What a provider makes in the RBAC of a cluster of its own, and the authorizer that it can set beside RBAC. Sources:
# Microsoft, "Use Azure RBAC for Kubernetes authorization"; AWS, "EKS access entries"; Google, "IAM and GKE RBAC".
_PROVIDERS = (
    (("aks-", "aks:"), "AKS", "Azure RBAC"),
    (("eks:",), "EKS", "EKS access policies"),
    (("gce:", "system:gke-"), "GKE", "IAM"),
)


def other_authorizer(names: Iterable[str]) -> tuple[str, str] | None:
    """Return whose cluster it is, and the authorizer there that may grant rights besides RBAC; None without a sign.

    Parameters: `names`, of roles and bindings of the cluster. Whether that authorizer is on does not show in them.
    """
    found = [item for name in names for item in _PROVIDERS if name.startswith(item[0])]
    return found[0][1:] if found else None


def distribution(names: Iterable[str]) -> str:
    """Return whose Kubernetes it is, where that gives users and groups of its own names that start with `system:`.

    Parameters: `names`, of roles and bindings of the cluster. Empty without a sign.
    """
    known = tuple(names)
    found = other_authorizer(known)
    if found is not None:
        return found[0]
    return "OpenShift" if any(name.startswith(_OPENSHIFT) for name in known) else ""


def holds_in(binding: Binding, access: Access) -> bool:
    """Tell whether a binding holds where something is asked: its own namespace, or everywhere."""
    if not binding.namespace:
        return True
    return not access.path and binding.namespace == access.namespace


# Reading the API's objects


class _Metadata(msgspec.Struct, rename="camel"):
    name: str
    namespace: str = ""
    annotations: dict[str, str] | None = None
    creation_timestamp: datetime | None = None


class _Rule(msgspec.Struct):
    verbs: tuple[str, ...] | None = None
    groups: tuple[str, ...] | None = msgspec.field(default=None, name="apiGroups")
    resources: tuple[str, ...] | None = None
    names: tuple[str, ...] | None = msgspec.field(default=None, name="resourceNames")
    paths: tuple[str, ...] | None = msgspec.field(default=None, name="nonResourceURLs")


class _Role(msgspec.Struct):
    metadata: _Metadata
    rules: tuple[_Rule, ...] | None = None


class _Reference(msgspec.Struct):
    kind: str
    name: str


class _Subject(msgspec.Struct):
    kind: str
    name: str
    namespace: str = ""


class _Binding(msgspec.Struct, rename="camel"):
    metadata: _Metadata
    role_ref: _Reference
    subjects: tuple[_Subject, ...] | None = None


_LONGEST_NAME = 300
LONGEST_ANNOTATION = 200
"""Characters of an annotation that is kept; what tells a request and an end is short."""


def _shown(texts: tuple[str, ...] | None) -> tuple[str, ...]:
    """Return what a rule names as it can be shown: nothing checks it, so that it may be any text."""
    return tuple(escaped(text, _LONGEST_NAME) for text in texts or ())


def role_of(document: object) -> Role:
    """Read a Role or ClusterRole as the API gives it. Raises msgspec.ValidationError for anything else."""
    read = msgspec.convert(document, _Role)
    rules = tuple(
        Rule(
            verbs=_shown(rule.verbs),
            groups=_shown(rule.groups),
            resources=_shown(rule.resources),
            names=_shown(rule.names),
            paths=_shown(rule.paths),
        )
        for rule in read.rules or ()
    )
    return Role(name=read.metadata.name, namespace=read.metadata.namespace, rules=rules)


def binding_of(document: object) -> Binding:
    """Read a RoleBinding or ClusterRoleBinding as the API gives it. Raises msgspec.ValidationError for anything else.

    What kubectl keeps of the last apply is left out, and so are long annotations.
    """
    read = msgspec.convert(document, _Binding)
    annotations = read.metadata.annotations or {}
    return Binding(
        name=read.metadata.name,
        namespace=read.metadata.namespace,
        role_kind=read.role_ref.kind,
        role=read.role_ref.name,
        subjects=tuple(
            RbacSubject(
                kind=item.kind, name=item.name, namespace=item.namespace if item.kind == "ServiceAccount" else ""
            )
            for item in read.subjects or ()
        ),
        annotations={
            key: value
            for key, value in annotations.items()
            if len(value) <= LONGEST_ANNOTATION and not key.startswith("kubectl.kubernetes.io/")
        },
        created=read.metadata.creation_timestamp,
    )
