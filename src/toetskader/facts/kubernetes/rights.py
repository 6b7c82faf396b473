"""What the supplier's users and groups may do on a cluster, and which bindings grant it."""

import shlex
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import msgspec

from toetskader.facts.attempt import Provenance
from toetskader.facts.kubernetes.rbac import (
    ALL,
    AUTHENTICATED,
    MASTERS,
    SERVICE_ACCOUNTS,
    UNAUTHENTICATED,
    Access,
    Binding,
    Identity,
    RbacSubject,
    Rule,
    covers,
    holds_in,
    member,
    names,
    user,
)
from toetskader.text import Text

_READ = ("get", "list", "watch")
NOBODY = "nobody-in-particular"
"""User name to ask for a group with, where a tool wants one."""
EVERY_NAMESPACE = ""
"""Namespace of a right that holds in all namespaces, or on a resource of the cluster."""


@dataclass(frozen=True, slots=True)
class RightPlace:
    """Whose right it is and where, what it is on, and which bindings grant it."""

    where: str
    path: str
    source: str = ""


class SeenBy(StrEnum):
    """How the answer to a question about rights was come by."""

    REVIEW = "review"
    """The API server answered a SubjectAccessReview."""
    EVALUATED = "evaluated"
    """Worked out from roles and bindings; authorizers other than RBAC are not seen."""


class Holder(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """A user or group of the supplier, as the target names it."""

    kind: Literal["User", "Group"]
    name: str

    @property
    def shown(self) -> str:
        """Kind and name, for people."""
        return f"{self.kind} {self.name}"

    @property
    def identity(self) -> Identity:
        """Who it is to the API server; of a user no other groups are assumed than the server adds itself."""
        return user(self.name) if self.kind == "User" else member(self.name)


class Right(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answer to one question: may this user or group do this?"""

    holder: Holder
    verb: str
    resource: str
    group: str = ""
    subresource: str = ""
    namespace: str = EVERY_NAMESPACE
    """Where; empty for all namespaces at once, or a resource of the cluster."""
    name: str = ""
    """Of the one object that was asked about; empty for all of them."""
    allowed: bool | None
    """None when there was no answer, for the reason given."""
    seen_by: SeenBy = SeenBy.REVIEW
    reason: Text | None = None

    @property
    def access(self) -> Access:
        """What was asked."""
        return Access(
            verb=self.verb,
            group=self.group,
            resource=self.resource,
            subresource=self.subresource,
            namespace=self.namespace,
            name=self.name,
        )

    @property
    def command(self) -> str:
        """The command with which an auditor asks the same."""
        who = (
            ["--as", self.holder.name]
            if self.holder.kind == "User"
            else ["--as", NOBODY, "--as-group", self.holder.name]
        )
        what = f"{self.resource}.{self.group}" if self.group else self.resource
        what = f"{what}/{self.name}" if self.name else what
        where = ["--namespace", self.namespace] if self.namespace else ["--all-namespaces"]
        sub = ["--subresource", self.subresource] if self.subresource else []
        return shlex.join(["kubectl", "auth", "can-i", self.verb, what, *sub, *where, *who])


class Bound(msgspec.Struct, frozen=True, kw_only=True):
    """A binding, with what its role grants."""

    binding: Binding
    rules: tuple[Rule, ...]
    role_found: bool = True
    """False when the role it refers to does not exist: then it grants nothing, until somebody makes that role."""

    def grants(self, holder: Holder, access: Access, *, by_name: bool = False) -> bool:
        """Tell whether it gives a user or group what is asked; with `by_name`, for objects of some names only."""
        return (
            any(names(subject, holder.identity, self.binding.namespace) for subject in self.binding.subjects)
            and holds_in(self.binding, access)
            and any(_covers(rule, access, by_name=by_name) for rule in self.rules)
        )


def _covers(rule: Rule, access: Access, *, by_name: bool) -> bool:
    if not by_name:
        return covers(rule, access)
    if not access.subresource and access.verb in {"create", "deletecollection"}:
        return False  # these requests carry no name, so that a rule on names never grants them
    return bool(rule.names) and covers(msgspec.structs.replace(rule, names=()), access)


def is_for_everybody(subject: RbacSubject) -> bool:
    """Tell whether a binding names a group that the API server itself puts people or accounts in."""
    return subject.kind == "Group" and (
        subject.name in {MASTERS, AUTHENTICATED, UNAUTHENTICATED, SERVICE_ACCOUNTS}
        or subject.name.startswith(f"{SERVICE_ACCOUNTS}:")
    )


def reads_secrets(rule: Rule) -> bool:
    """Tell whether a rule lets read Secrets, all or some by name."""
    return any(rule.has_verb(verb) for verb in _READ) and rule.has_group("") and rule.has_resource("secrets")


def changes(rule: Rule) -> bool:
    """Tell whether a rule grants more than reading. Questions that anybody may ask about itself change nothing."""
    about_itself = (
        bool(rule.groups)
        and set(rule.groups) <= {"authorization.k8s.io", "authentication.k8s.io"}
        and all(resource.startswith("self") for resource in rule.resources)
    )
    return bool(rule.resources) and not about_itself and not set(rule.verbs) <= set(_READ)


def is_wide(rule: Rule) -> bool:
    """Tell whether a rule grants what its writer need not have thought of: all verbs, resources or groups."""
    return bool(rule.resources) and any(ALL in items for items in (rule.verbs, rule.resources, rule.groups))


class LayerLabel(msgspec.Struct, frozen=True, kw_only=True):
    """A label that tells the Common Ground layer of the component."""

    where: str
    """Object that has it."""
    value: str


class Rights(msgspec.Struct, frozen=True, kw_only=True, tag="rights"):
    """What the supplier's users and groups may do, in one environment."""

    provenance: Provenance
    commands: tuple[str, ...]
    environment: str
    namespace: str
    own_namespaces: tuple[str, ...]
    """The supplier's, this one among them; only this one was asked about."""
    holders: tuple[Holder, ...]
    rights: tuple[Right, ...]
    other_namespaces: tuple[str, ...]
    """Other namespaces that were asked about, besides the question for all namespaces at once."""
    others_unseen: Text | None = None
    """Why there may be other namespaces in which they have rights that were not asked about."""
    bindings: tuple[Bound, ...] = ()
    """Those that bear on the supplier, on a group of everybody, or on the secrets of the namespace."""
    cluster_bindings_unseen: Text | None = None
    """Why bindings and roles of the cluster may be missing among them."""
    own_bindings_unseen: Text | None = None
    """Why bindings and roles of the namespace may be missing among them."""
    other_bindings_unseen: Text | None = None
    """Why bindings and roles of other namespaces may be missing among them."""
    beyond_rbac: Text | None = None
    """Why another authorizer may grant rights that stand in no role or binding, as Azure RBAC does on AKS."""
    layers: tuple[LayerLabel, ...] = ()
    layers_unseen: Text | None = None
    """Why the component's layer may stand somewhere it was not looked for."""

    def granting(self, right: Right) -> tuple[Bound, ...]:
        """Return the bindings that grant a right; none when they were not seen, or another authorizer grants it."""
        return tuple(bound for bound in self.bindings if bound.grants(right.holder, right.access))

    def limited(self, right: Right) -> tuple[Bound, ...]:
        """Return the bindings that grant a right for some objects only, by name; a review without a name misses it."""
        return tuple(bound for bound in self.bindings if bound.grants(right.holder, right.access, by_name=True))

    def of(self, holder: Holder) -> Iterator[Bound]:
        """Yield the bindings that name a user or group, or a group that everybody is in."""
        for bound in self.bindings:
            if any(names(subject, holder.identity, bound.binding.namespace) for subject in bound.binding.subjects):
                yield bound

    def bindings_unseen(self, namespace: str) -> Text | None:
        """Return why bindings may be missing that hold in a namespace, or in all when it is empty."""
        if self.cluster_bindings_unseen is not None or not namespace:
            return self.cluster_bindings_unseen
        return self.own_bindings_unseen if namespace == self.namespace else self.other_bindings_unseen

    def asked(self) -> "Answers":
        """Return the answers, to look up."""
        return Answers(self)


class Answers:
    """The answers to questions about rights, by question."""

    def __init__(self, rights: Rights) -> None:
        self._found = {(item.holder, item.access): item for item in rights.rights if not item.name}
        self._named: dict[tuple[Holder, Access], list[Right]] = defaultdict(list)
        for item in rights.rights:
            if item.name:
                self._named[item.holder, msgspec.structs.replace(item.access, name="")].append(item)

    def get(self, holder: Holder, access: Access) -> Right | None:
        """Return an answer; None when it was not asked."""
        return self._found.get((holder, access))

    def by_name(self, right: Right) -> tuple[Right, ...]:
        """Return the answers to the same question about one object each, as far as these were asked."""
        return tuple(self._named.get((right.holder, right.access), ()))


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
_OF_CLUSTER = (
    "namespaces nodes users groups clusterroles clusterrolebindings ingressclasses gatewayclasses apisixglobalrules"
)
"""Resources that are in no namespace."""

_ALIASES = {
    "workloads": "pods deployments statefulsets daemonsets replicasets jobs cronjobs services configmaps ingresses",
    "workload-changes": "deployments/scale statefulsets/scale replicasets/scale pods/eviction pods/ephemeralcontainers",
}
"""What stands for several: the pod kinds with Services, ConfigMaps and Ingresses; other ways to change these."""


def resources(name: str) -> tuple[Resource, ...]:
    """Return the resources a name stands for: an alias, or one with its group after a dot when that is not known."""
    return tuple(_resource(item) for item in _ALIASES.get(name, name).split())


def _resource(name: str) -> Resource:
    whole, _, subresource = name.partition("/")
    resource, _, group = whole.partition(".")
    return Resource(resource, subresource, group or _GROUP_OF.get(resource, ""), resource not in _OF_CLUSTER.split())


@dataclass(frozen=True, slots=True)
class Question:
    """A verb on a resource."""

    verb: str
    resource: Resource


_CHANGE = ("create", "update", "patch")
_WRITE = (*_CHANGE, "delete", "deletecollection")
_ASKED: tuple[tuple[tuple[str, ...], str], ...] = (
    ((*_READ, *_WRITE), "workloads secrets"),
    (("create", "update", "patch"), "workload-changes"),
    (_CHANGE, "sealedsecrets.bitnami.com"),
    (_WRITE, "networkpolicies persistentvolumeclaims serviceaccounts horizontalpodautoscalers"),
    # A websocket asks `get`, SPDY `create`: either opens it.
    (("get", "create"), "pods/portforward pods/exec pods/attach"),
    (("get", "create"), "nodes/proxy"),
    ((*_CHANGE, "bind", "escalate"), "roles clusterroles"),
    (_CHANGE, "rolebindings clusterrolebindings"),
    (("impersonate",), "users groups serviceaccounts"),
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
