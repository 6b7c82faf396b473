"""What the supplier's users and groups may do on a cluster, and which bindings grant it."""

import shlex
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import msgspec

from toetskader.facts.attempt import Provenance
from toetskader.facts.kubernetes.deeds import ACTING, is_for_everybody
from toetskader.facts.kubernetes.questions import AUTHENTICATION, Resource, resource_of
from toetskader.facts.kubernetes.rbac import (
    ALL,
    Access,
    Binding,
    Identity,
    RbacSubject,
    Rule,
    covers,
    holds_in,
    home,
    member,
    names,
    user,
)
from toetskader.facts.kubernetes.served_apis import major_minor
from toetskader.text import Text

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


def is_meant(subject: RbacSubject, holder: Holder, namespace: str) -> bool:
    """Tell whether a subject of a binding is a user or group itself, however spelled, and not everybody.

    Parameters: `namespace`, the binding's.
    """
    if (subject.kind, subject.name) == (holder.kind, holder.name):
        return True
    shared = is_for_everybody(subject) and not home(subject)
    return not shared and names(subject, holder.identity, namespace)


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
    def what(self) -> str:
        """The resource as kubectl takes it: `deployments.apps`."""
        return f"{self.resource}.{self.group}" if self.group else self.resource

    @property
    def command(self) -> str:
        """The command with which an auditor asks the same. Of what the API server does not serve kubectl says no."""
        who = (
            ["--as", self.holder.name]
            if self.holder.kind == "User"
            else ["--as", NOBODY, "--as-group", self.holder.name]
        )
        what = f"{self.what}/{self.name}" if self.name else self.what
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

    def names_for(self, access: Access) -> frozenset[str]:
        """Return the names of the objects that it gives what is asked for, where it does so by name."""
        return frozenset(name for rule in self.rules if _covers(rule, access, by_name=True) for name in rule.names)


def _covers(rule: Rule, access: Access, *, by_name: bool) -> bool:
    if not by_name:
        return covers(rule, access)
    if not access.subresource and access.verb in {"create", "deletecollection"}:
        return False  # these requests carry no name, so that a rule on names never grants them
    return bool(rule.names) and covers(msgspec.structs.replace(rule, names=()), access)


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
    """The supplier's, this one among them; of these only this one and `siblings` were asked about."""
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
    kubernetes: str = ""
    """Version of the API server, `v1.36.1`; empty when it did not say."""
    siblings: tuple[str, ...] = ()
    """Namespaces of the supplier's other components in the same environment; these were asked about too."""
    of_cluster: tuple[str, ...] = ()
    """Resources that are in no namespace, as far as the cluster told: `nodes`, `issuers.example.com`."""
    unserved: tuple[str, ...] = ()
    """Resources that were asked about and that the API server does not serve."""
    distribution: str = ""
    """Whose Kubernetes it is, where that has `system:` users of its own: `OpenShift`, `GKE`."""
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

    @property
    def version(self) -> tuple[int, int] | None:
        """Major and minor version of the API server; None when not known."""
        return major_minor(self.kubernetes)

    def resource_of(self, access: Access) -> Resource:
        """Return the resource that was asked about."""
        return resource_of(access.group, access.resource, access.subresource, of_cluster=self.of_cluster)

    def asked(self) -> "Answers":
        """Return the answers, to look up."""
        return Answers(self)


class Answers:
    """The answers to questions about rights, by question."""

    def __init__(self, rights: Rights) -> None:
        self._rights = rights
        self._found = {(item.holder, item.access): item for item in rights.rights if not item.name}
        self._named: dict[tuple[Holder, Access], list[Right]] = defaultdict(list)
        for item in rights.rights:
            if item.name:
                self._named[item.holder, msgspec.structs.replace(item.access, name="")].append(item)

    def of(self, holder: Holder) -> Iterator[Access]:
        """Yield all that was asked about somebody, of all objects at once."""
        return (access for asked, access in self._found if asked == holder)

    def acts_as(self, holder: Holder, mode: str) -> bool:
        """Tell whether somebody may act as others in a way (`serviceaccount`) for what `impersonate-on` then names."""
        verb = f"{ACTING}{mode}"
        return any(
            item.allowed and item.holder == holder and item.verb in (verb, ALL) and item.group in (AUTHENTICATION, ALL)
            for item in self._rights.rights
        ) or any(
            (verb in rule.verbs or ALL in rule.verbs) and rule.has_group(AUTHENTICATION) and rule.names
            for bound in self._rights.of(holder)
            for rule in bound.rules
        )

    def get(self, holder: Holder, access: Access) -> Right | None:
        """Return an answer; None when it was not asked."""
        return self._found.get((holder, access))

    def by_name(self, right: Right) -> tuple[Right, ...]:
        """Return the answers to the same question about one object each, as far as these were asked."""
        return tuple(self._named.get((right.holder, right.access), ()))
