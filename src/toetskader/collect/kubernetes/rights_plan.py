"""What to ask about rights, and how roles and bindings answer it where nobody else does. No requests."""

import shlex
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from toetskader.core.failure import Reason
from toetskader.facts.attempt import NotSeen, Provenance
from toetskader.facts.kubernetes.deeds import is_for_everybody, reaches_secrets, writes
from toetskader.facts.kubernetes.questions import Question, questions, resource_of
from toetskader.facts.kubernetes.rbac import (
    ALL,
    Access,
    Binding,
    Rbac,
    Role,
    binding_of,
    distribution,
    other_authorizer,
    role_of,
)
from toetskader.facts.kubernetes.rights import (
    EVERY_NAMESPACE,
    Bound,
    Holder,
    LayerLabel,
    Right,
    Rights,
    SeenBy,
    is_meant,
)
from toetskader.kinds.namespace.part import NamespaceEntry
from toetskader.text import Text

MOST_NAMESPACES = 50
"""Other namespaces that are asked about one by one."""
MOST_NAMED = 2_000
"""Questions about one object each."""
MOST_OF_ROLES = 10_000
"""Questions about what roles name besides what is always asked."""
LAYER_LABEL = "common-ground.nl/laag"
_RBAC_GROUP = "rbac.authorization.k8s.io"
_ALWAYS_BOUND = "kube-system"
"""Namespace in which every API server keeps bindings of its own: who lists all namespaces sees these."""
_ALWAYS_THERE = ("", "cluster-admin")
"""Role and binding of the cluster that every API server makes."""
_LISTING = Text(
    "geef wie meet 'list' op roles, rolebindings, clusterroles en clusterrolebindings",
    "grant whoever measures 'list' on roles, rolebindings, clusterroles and clusterrolebindings",
)


_ASKING = Text(
    "geef wie meet 'create' op subjectaccessreviews (authorization.k8s.io), dan antwoordt de API-server zelf",
    "grant whoever measures 'create' on subjectaccessreviews (authorization.k8s.io), and the API server itself answers",
)


@dataclass(frozen=True, slots=True)
class Server:
    """What is known of the API server: its version, which resources it serves, and which are in no namespace."""

    version: str = ""
    of_cluster: frozenset[str] = frozenset()
    served: Mapping[tuple[str, str, str], tuple[str, ...]] = field(default_factory=dict)
    """Group, resource and subresource → verbs, of API groups besides the core; empty when that is not known."""

    def unserved(self, rights: Iterable[Right]) -> frozenset[str]:
        """Return the resources that were asked about and that it does not serve."""
        if not self.served:
            return frozenset()
        known = {(group, resource) for group, resource, _ in self.served}
        asked = (item for item in rights if item.group not in ("", ALL))
        return frozenset(item.what for item in asked if (item.group, item.resource) not in known)


@dataclass(frozen=True, slots=True)
class SeenRbac:
    """Roles and bindings as far as they were seen: of the cluster, of the own namespace and of the others."""

    rbac: Rbac
    roles: frozenset[tuple[str, str]]
    """Namespace and name of the roles that exist."""
    cluster: Text | None
    """Why some may be missing; None when all are there."""
    own: Text | None
    others: Text | None

    @property
    def of_cluster(self) -> list[str]:
        """Names of the roles and bindings of the cluster."""
        names = [name for namespace, name in self.roles if not namespace]
        return names + [binding.name for binding in self.rbac.bindings if not binding.namespace]

    @property
    def beyond(self) -> Text | None:
        """Why another authorizer may grant rights that do not stand here; None when nothing points to one."""
        found = other_authorizer(self.of_cluster)
        if found is None:
            return None
        provider, authorizer = found
        return Text(
            f"dit is een cluster van {provider}: wat {authorizer} geeft, staat niet in rollen en bindingen",
            f"this is a cluster of {provider}: what {authorizer} grants stands in no roles and bindings",
        )


class Plan:
    """What is asked about the users and groups of one entry.

    Parameters: `own`, namespaces of the same supplier; `server`, what is known of the API server.
    """

    def __init__(self, entry: NamespaceEntry, own: Iterable[str], server: Server | None = None) -> None:
        self.entry = entry
        self.server = server or Server()
        self.siblings = tuple(dict.fromkeys(name for name in entry.siblings if name != entry.namespace))
        self.own = frozenset(own) | {entry.namespace, *self.siblings}
        self._cut: Text | None = None
        users = (Holder(kind="User", name=name) for name in dict.fromkeys(entry.users))
        groups = (Holder(kind="Group", name=name) for name in dict.fromkeys(entry.groups))
        self.holders = (*users, *groups)

    def nobody(self, provenance: Provenance) -> NotSeen | None:
        """Return why there is nothing to ask; None when there is somebody to ask about."""
        if self.holders:
            return None
        message = Text(
            "Het doel noemt geen gebruikers of groepen van de leverancier; vul bij de namespace 'users' of 'groups' "
            "in.",
            "The target names no users or groups of the supplier; fill in 'users' or 'groups' of the namespace.",
        )
        return NotSeen(reason=Reason.NOT_COLLECTED, message=message, provenance=provenance)

    def others(self, seen: SeenRbac, known: tuple[str, ...] | Text) -> tuple[tuple[str, ...], Text | None]:
        """Return the other namespaces to ask about, and why there may be more in which they have rights.

        Where all bindings are seen, those with a binding that names the supplier, and one without for all the rest.
        """
        bound = {
            binding.namespace
            for holder in self.holders
            for binding in seen.rbac.of(holder.identity)
            if binding.namespace and binding.namespace not in self.own
        }
        there = () if isinstance(known, Text) else tuple(sorted(name for name in known if name not in self.own))
        if seen.others is None:
            rest = [name for name in there if name not in bound][:1]
            wanted = [*sorted(bound), *rest]
            unseen = None
        else:
            wanted = list(there)
            unseen = _joined(known, seen.others) if isinstance(known, Text) else None
        if len(wanted) > MOST_NAMESPACES:
            unseen = Text(
                f"{len(wanted)} andere namespaces, waarvan er {MOST_NAMESPACES} bevraagd zijn; {_LISTING.nl}",
                f"{len(wanted)} other namespaces, of which {MOST_NAMESPACES} were asked about; {_LISTING.en}",
            )
        return tuple(wanted[:MOST_NAMESPACES]), unseen

    def asked(self, others: Iterable[str]) -> Iterator[tuple[Holder, Access]]:
        """Yield every question: of everybody, in the own namespace, in all of them at once, and in others."""
        everywhere = (self.entry.namespace, EVERY_NAMESPACE, *self.siblings, *others)
        for namespace in everywhere:
            for holder in self.holders:
                for question in questions():
                    if question.resource.namespaced or namespace == EVERY_NAMESPACE:
                        yield holder, _access(question, namespace)

    def of_roles(self, seen: SeenRbac, others: Iterable[str]) -> tuple[tuple[Holder, Access], ...]:
        """Return the questions about all else that roles give somebody, where these hold.

        What everybody may read is no right of the supplier's, and left out.
        """
        asked: dict[tuple[Holder, Access], None] = {}
        for item in self._by_roles(seen, {self.entry.namespace, *self.siblings, *others}):
            asked[item] = None
            if len(asked) > MOST_OF_ROLES:
                self._cut = Text(
                    f"rollen geven meer dan {MOST_OF_ROLES} rechten; de rest is niet bekeken",
                    f"roles give more than {MOST_OF_ROLES} rights; the rest was not looked at",
                )
                break
        return tuple(asked)

    def _by_roles(self, seen: SeenRbac, where: Collection[str]) -> Iterator[tuple[Holder, Access]]:
        """Yield the questions that roles call for. Parameters: `where`, namespaces of which bindings are followed."""
        always = set(questions())
        for holder in self.holders:
            for binding in seen.rbac.of(holder.identity):
                if binding.namespace and binding.namespace not in where:
                    continue
                named = any(is_meant(item, holder, binding.namespace) for item in binding.subjects)
                places = (binding.namespace,) if binding.namespace else (EVERY_NAMESPACE, self.entry.namespace)
                for question in self._granted(seen.rbac, binding):
                    what = question.resource
                    if question in always or not (named or writes(question.verb, what.group, what.resource)):
                        continue
                    if what.namespaced or not binding.namespace:
                        yield from ((holder, _access(question, place)) for place in places)

    def of_served(self, served: Mapping[tuple[str, str, str], tuple[str, ...]]) -> Iterator[tuple[Holder, Access]]:
        """Yield the questions about changing all else that the API server serves, in the own namespace.

        Parameters: `served`, group, resource and subresource → verbs. For where roles do not tell all.
        """
        always = set(questions())
        for (group, resource, subresource), verbs in served.items():
            what = resource_of(group, resource, subresource, of_cluster=self.server.of_cluster)
            for question in (Question(verb, what) for verb in verbs if writes(verb, group, resource)):
                if question not in always:
                    for holder in self.holders:
                        yield holder, _access(question, self.entry.namespace)

    def _granted(self, rbac: Rbac, binding: Binding) -> Iterator[Question]:
        for rule in rbac.rules(binding):
            for group in rule.groups:
                for named in rule.resources:
                    resource, _, subresource = named.partition("/")
                    what = resource_of(group, resource, subresource, of_cluster=self.server.of_cluster)
                    for verb in rule.verbs:
                        yield Question(verb, what)

    def named(
        self, seen: SeenRbac, of_roles: Iterable[tuple[Holder, Access]], secrets: Iterable[str]
    ) -> tuple[tuple[Holder, Access], ...]:
        """Return the questions about one object each, which a review of all of them leaves out.

        About the objects that a rule names, and about reading Secrets. Parameters: `of_roles`, the questions about what
        roles give besides what is always asked; `secrets`, names of those to ask about, where rules were not seen.
        """
        asked: dict[tuple[Holder, Access], None] = {}
        further = defaultdict(list)
        for holder, access in of_roles:
            further[holder].append(access)
        for bound in self.bearing(seen):
            names = sorted({name for rule in bound.rules for name in rule.names})
            where = bound.binding.namespace or self.entry.namespace
            always = [_access(question, where) for question in questions()] if names else []
            for holder in self.holders if names else ():
                for access in (*always, *further[holder]):
                    if bound.grants(holder, access, by_name=True):
                        asked.update(((holder, msgspec.structs.replace(access, name=name)), None) for name in names)
        for name in secrets:
            access = Access(verb="get", resource="secrets", namespace=self.entry.namespace, name=name)
            asked.update(((holder, access), None) for holder in self.holders)
        return tuple(asked)[:MOST_NAMED]

    def bearing(self, seen: SeenRbac) -> Iterator[Bound]:
        """Yield the bindings that can matter to a judgement."""
        identities = [holder.identity for holder in self.holders]
        theirs = {id(binding) for identity in identities for binding in seen.rbac.of(identity)}
        for binding in seen.rbac.bindings:
            rules = seen.rbac.rules(binding)
            here = binding.namespace in {"", self.entry.namespace}
            if (
                id(binding) in theirs
                or any(is_for_everybody(subject) for subject in binding.subjects)
                or (here and any(reaches_secrets(rule) for rule in rules))
                or binding.namespace == self.entry.namespace
            ):
                home = "" if binding.role_kind == "ClusterRole" else binding.namespace
                yield Bound(binding=binding, rules=rules, role_found=(home, binding.role) in seen.roles)

    def commands(self) -> tuple[str, ...]:
        """Return the commands with which an auditor sees the same."""
        own = shlex.quote(self.entry.namespace)
        on_secrets = Access(verb="get", resource="secrets", namespace=self.entry.namespace)
        return (
            f"kubectl get roles,rolebindings --namespace {own} -o yaml",
            "kubectl get clusterroles,clusterrolebindings -o yaml",
            "kubectl get roles,rolebindings --all-namespaces -o yaml",
            *(right_of(holder, on_secrets, None).command for holder in self.holders),
        )

    def rights(
        self,
        seen: SeenRbac,
        rights: tuple[Right, ...],
        others: tuple[tuple[str, ...], Text | None],
        layers: tuple[tuple[LayerLabel, ...], Text | None],
        provenance: Provenance,
    ) -> Rights:
        """Put the fact together. Parameters: `others` and `layers`, each with why there may be more."""
        return Rights(
            provenance=provenance,
            commands=self.commands(),
            environment=self.entry.environment,
            namespace=self.entry.namespace,
            own_namespaces=tuple(sorted(self.own)),
            holders=self.holders,
            rights=rights,
            other_namespaces=others[0],
            others_unseen=others[1],
            bindings=tuple(self.bearing(seen)),
            cluster_bindings_unseen=seen.cluster or self._cut,
            own_bindings_unseen=seen.own,
            other_bindings_unseen=seen.others,
            beyond_rbac=seen.beyond,
            kubernetes=self.server.version,
            siblings=self.siblings,
            of_cluster=tuple(sorted(self.server.of_cluster)),
            unserved=tuple(sorted(self.server.unserved(rights))),
            distribution=distribution(seen.of_cluster),
            layers=layers[0],
            layers_unseen=layers[1],
        )

    def evaluated(self, seen: SeenRbac, asked: Iterable[tuple[Holder, Access]]) -> tuple[Right, ...]:
        """Answer questions from roles and bindings, as far as these tell."""
        return tuple(_evaluated(seen, self.entry.namespace, holder, access) for holder, access in asked)


def _access(question: Question, namespace: str) -> Access:
    what = question.resource
    return Access(
        verb=question.verb,
        group=what.group,
        resource=what.resource,
        subresource=what.subresource,
        namespace=namespace if what.namespaced else EVERY_NAMESPACE,
    )


def right_of(
    holder: Holder,
    access: Access,
    allowed: bool | None,
    *,
    seen_by: SeenBy = SeenBy.REVIEW,
    reason: Text | None = None,
) -> Right:
    """Make an answer; `allowed` is None when there was none, for the reason given."""
    return Right(
        holder=holder,
        verb=access.verb,
        group=access.group,
        resource=access.resource,
        subresource=access.subresource,
        namespace=access.namespace,
        name=access.name,
        allowed=allowed,
        seen_by=seen_by,
        reason=reason,
    )


def _evaluated(seen: SeenRbac, own: str, holder: Holder, access: Access) -> Right:
    """Answer a question from roles and bindings.

    What is not granted is denied only when all of them were seen, and nothing points to another authorizer: these add
    up.
    """
    if seen.rbac.allows(holder.identity, access):
        return right_of(holder, access, True, seen_by=SeenBy.EVALUATED)
    unseen = seen.cluster or (None if not access.namespace else seen.own if access.namespace == own else seen.others)
    if unseen is None and seen.beyond is not None:
        unseen = _joined(seen.beyond, _ASKING)
    allowed = None if unseen is not None else False
    return right_of(holder, access, allowed, seen_by=SeenBy.EVALUATED, reason=unseen)


def rights_of_objects(
    documents: Iterable[Mapping[str, Any]],
    entry: NamespaceEntry,
    *,
    provenance: Provenance,
    partial: Collection[str] = (),
    own: Iterable[str] = (),
    server: Server | None = None,
) -> Rights | NotSeen:
    """Work rights out of objects that somebody else listed, with `kubectl get … -o yaml`. Nothing is asked.

    Parameters: `documents`, objects of any kind in any namespace; `partial`, kinds of which there are some by name, and
    maybe not all; `own`, further namespaces of the supplier; `server`, what is known of the API server.

    Whether a list was whole does not stand in it. An API server always has cluster-admin, its role and its binding, and
    roles and bindings in kube-system: without these among the objects, what is not granted is not known to be denied.
    Raises msgspec.ValidationError for a role or binding that is none.
    """
    plan = Plan(entry, own, server)
    if (nobody := plan.nobody(provenance)) is not None:
        return nobody
    roles: list[Role] = []
    bindings: list[Binding] = []
    layers: list[LayerLabel] = []
    for document in documents:
        kind = document.get("kind")
        if str(document.get("apiVersion")).startswith(f"{_RBAC_GROUP}/"):
            if kind in {"Role", "ClusterRole"}:
                roles.append(role_of(document))
            elif kind in {"RoleBinding", "ClusterRoleBinding"}:
                bindings.append(binding_of(document))
        layers += _layer(document, entry.namespace)
    names = [{(item.namespace, item.name) for item in found} for found in (roles, bindings)]
    given = [{namespace for namespace, _ in found} for found in names]
    of_cluster = not {"ClusterRole", "ClusterRoleBinding"} & set(partial)
    of_namespaces = not {"Role", "RoleBinding"} & set(partial)
    here = all({_ALWAYS_BOUND, entry.namespace} & found for found in given)
    everywhere = all(_ALWAYS_BOUND in found for found in given)
    seen = SeenRbac(
        Rbac(roles, bindings),
        frozenset((role.namespace, role.name) for role in roles),
        cluster=None
        if of_cluster and all(_ALWAYS_THERE in found for found in names)
        else _not_given("clusterroles,clusterrolebindings"),
        own=None
        if of_namespaces and here
        else _not_given(f"roles,rolebindings --namespace {shlex.quote(entry.namespace)}"),
        others=None if of_namespaces and everywhere else _not_given("roles,rolebindings --all-namespaces"),
    )
    if seen.cluster is not None and seen.own is not None:
        message = Text(f"Rechten zijn niet te zien: {seen.cluster.nl}.", f"Rights cannot be seen: {seen.cluster.en}.")
        return NotSeen(reason=Reason.NOT_COLLECTED, message=message, provenance=provenance)
    others = plan.others(seen, Text("namespaces zijn niet gegeven", "namespaces were not given"))
    rights = plan.evaluated(seen, (*plan.asked(others[0]), *plan.of_roles(seen, others[0])))
    return plan.rights(seen, rights, others, (tuple(layers), None), provenance)


def _layer(document: Mapping[str, Any], namespace: str) -> Iterator[LayerLabel]:
    """Yield the label with the component's layer, of a workload or of the namespace."""
    kind, metadata = document.get("kind"), document.get("metadata")
    if not isinstance(metadata, dict):
        return
    labels, name = metadata.get("labels"), metadata.get("name")
    value = labels.get(LAYER_LABEL) if isinstance(labels, dict) else None
    is_namespace = kind == "Namespace" and name == namespace
    is_workload = kind in {"Deployment", "StatefulSet", "DaemonSet", "CronJob"}
    if isinstance(value, str) and (is_namespace or (is_workload and metadata.get("namespace") == namespace)):
        yield LayerLabel(where=f"{kind}/{name}", value=value)


def _not_given(what: str) -> Text:
    return Text(f"'kubectl get {what} -o yaml' is niet gegeven", f"'kubectl get {what} -o yaml' was not given")


def _joined(first: Text, second: Text) -> Text:
    return Text(f"{first.nl}; {second.nl}", f"{first.en}; {second.en}")
