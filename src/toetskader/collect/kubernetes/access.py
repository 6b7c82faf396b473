"""The collector of rights: what the supplier's users and groups may do, asked of the API server itself.

Questions are SubjectAccessReviews, the only thing that is ever posted; nobody is impersonated. Roles and bindings are
listed too, because a review without a name does not see what a rule grants on named objects, and to say which binding
grants what. Where reviews are refused the bindings are evaluated instead, and the answers are marked so.
"""

import shlex
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

import msgspec

from toetskader.collect.kubernetes.client import AT_ONCE, ApiServer, path_of
from toetskader.collect.kubernetes.failures import Failed, Failure
from toetskader.collect.kubernetes.reviews import listed, review
from toetskader.facts.attempt import NotSeen, Provenance, Reason
from toetskader.facts.endpoint.escape import escaped
from toetskader.facts.kubernetes.rbac import Access, Binding, Rbac, Role, binding_of, role_of
from toetskader.facts.kubernetes.rights import (
    EVERY_NAMESPACE,
    Bound,
    Holder,
    LayerLabel,
    Right,
    Rights,
    SeenBy,
    is_for_everybody,
    questions,
    reads_secrets,
)
from toetskader.targets.namespaces import NamespaceEntry
from toetskader.text import Text

MOST_REVIEWS = 20_000
MOST_NAMESPACES = 50
"""Other namespaces that are asked about one by one."""
LAYER_LABEL = "common-ground.nl/laag"
_RBAC = "/apis/rbac.authorization.k8s.io/v1"
_WITH_LAYER = (
    "/apis/apps/v1/{}/deployments",
    "/apis/apps/v1/{}/statefulsets",
    "/apis/apps/v1/{}/daemonsets",
    "/apis/batch/v1/{}/cronjobs",
)
_NEEDED = Text(
    "Geef wie meet 'create' op subjectaccessreviews (authorization.k8s.io), of 'list' op roles, rolebindings, "
    "clusterroles en clusterrolebindings (rbac.authorization.k8s.io); zie de meegeleverde ClusterRole",
    "Grant whoever measures 'create' on subjectaccessreviews (authorization.k8s.io), or 'list' on roles, rolebindings, "
    "clusterroles and clusterrolebindings (rbac.authorization.k8s.io); see the ClusterRole that comes along",
)
_FORBIDDEN = 403
_LISTING = Text(
    "geef wie meet 'list' op roles, rolebindings, clusterroles en clusterrolebindings",
    "grant whoever measures 'list' on roles, rolebindings, clusterroles and clusterrolebindings",
)

_T = TypeVar("_T")


class _Named(msgspec.Struct):
    class Meta(msgspec.Struct):
        name: str
        labels: dict[str, str] | None = None

    metadata: Meta


def collect_rights(server: ApiServer, entry: NamespaceEntry, *, own: Collection[str] = ()) -> Rights | NotSeen:
    """Collect what the supplier's users and groups may do, in their own namespace and elsewhere.

    Parameters: `server`, the API server, with its deadline; `entry`, with the users and groups to ask about; `own`,
    further namespaces of the supplier, such as those of its other environments or components: they are no other
    party's, and are judged by themselves. NotSeen when there is nobody to ask about, or nothing could be seen. A
    question without an answer is a right that is neither allowed nor denied, with its reason.
    """
    return _Collector(server, entry, frozenset(own)).collect()


@dataclass(frozen=True, slots=True)
class _Seen:
    """Roles and bindings as far as they may be listed."""

    rbac: Rbac
    roles: frozenset[tuple[str, str]]
    cluster: Text | None
    own: Text | None
    others: Text | None


class _Collector:
    """Collects the rights of one entry."""

    def __init__(self, server: ApiServer, entry: NamespaceEntry, own: frozenset[str]) -> None:
        self._server = server
        self._entry = entry
        self._own = own | {entry.namespace}
        self._at = datetime.now(UTC)
        users = (Holder(kind="User", name=name) for name in dict.fromkeys(entry.users))
        groups = (Holder(kind="Group", name=name) for name in dict.fromkeys(entry.groups))
        self._holders = (*users, *groups)

    def collect(self) -> Rights | NotSeen:
        """Collect everything."""
        if not self._holders:
            return self._not_seen(
                Reason.NOT_COLLECTED,
                Text(
                    "Het doel noemt geen gebruikers of groepen van de leverancier; vul bij de namespace 'users' of "
                    "'groups' in.",
                    "The target names no users or groups of the supplier; fill in 'users' or 'groups' of the "
                    "namespace.",
                ),
            )
        with ThreadPoolExecutor(AT_ONCE) as workers:
            return self._collect(workers)

    def _collect(self, workers: ThreadPoolExecutor) -> Rights | NotSeen:
        namespaces = workers.submit(self._namespaces)
        layers = workers.submit(self._layers)
        seen = self._bindings(workers)
        refused = self._reviews_refused()
        if refused is not None and seen.cluster is not None and seen.own is not None:
            if refused.status != _FORBIDDEN:
                return self._not_seen(refused.reason, refused.message)
            return self._not_seen(
                Reason.DENIED,
                Text(
                    f"Rechten zijn niet te zien: geen SubjectAccessReview, geen rollen en bindingen. {_NEEDED.nl}.",
                    f"Rights cannot be seen: no SubjectAccessReview, no roles and bindings. {_NEEDED.en}.",
                ),
            )
        others, others_unseen = self._others(seen, namespaces.result())
        asked = list(self._asked(others))
        if refused is None:
            rights = self._review(workers, asked)
        else:
            rights = tuple(_evaluated(seen, self._entry.namespace, holder, access) for holder, access in asked)
        labels, layers_unseen = layers.result()
        return Rights(
            provenance=self._provenance(),
            commands=self._commands(),
            environment=self._entry.environment,
            namespace=self._entry.namespace,
            own_namespaces=tuple(sorted(self._own)),
            holders=self._holders,
            rights=rights,
            other_namespaces=others,
            others_unseen=others_unseen,
            bindings=tuple(self._bearing(seen)),
            cluster_bindings_unseen=seen.cluster,
            own_bindings_unseen=seen.own,
            other_bindings_unseen=seen.others,
            layers=labels,
            layers_unseen=layers_unseen,
        )

    # What bindings there are

    def _bindings(self, workers: ThreadPoolExecutor) -> _Seen:
        """List roles and bindings: of the cluster, and of all namespaces or else of the own one."""
        paths = ("clusterroles", "clusterrolebindings", "roles", "rolebindings")
        found = dict(zip(paths, workers.map(lambda path: self._listed(f"{_RBAC}/{path}", path), paths), strict=True))
        own = f"{_RBAC}{path_of('namespaces', self._entry.namespace)}"
        others: Text | None = None
        for path in ("roles", "rolebindings"):
            everywhere = found[path]
            if isinstance(everywhere, Text):
                others = others or everywhere
                found[path] = self._listed(f"{own}/{path}", path)
        roles = [item for path in ("clusterroles", "roles") for item in _items(found[path]) if isinstance(item, Role)]
        bindings = [
            item
            for path in ("clusterrolebindings", "rolebindings")
            for item in _items(found[path])
            if isinstance(item, Binding)
        ]
        return _Seen(
            Rbac(roles, bindings),
            frozenset((role.namespace, role.name) for role in roles),
            cluster=_why(found["clusterroles"], found["clusterrolebindings"]),
            own=_why(found["roles"], found["rolebindings"]),
            others=others,
        )

    def _listed(self, path: str, kind: str) -> list[Role | Binding] | Text:
        read: Callable[[object], Role | Binding] = binding_of if kind.endswith("bindings") else role_of
        try:
            return [read(item) for item in listed(self._server, path)]
        except Failed as failed:
            return failed.failure.message
        except msgspec.ValidationError:
            return Text(f"{kind}: het antwoord is niet te lezen", f"{kind}: the answer cannot be read")

    def _bearing(self, seen: _Seen) -> Iterator[Bound]:
        """Yield the bindings that can matter to a judgement."""
        identities = [holder.identity for holder in self._holders]
        theirs = {id(binding) for identity in identities for binding in seen.rbac.of(identity)}
        for binding in seen.rbac.bindings:
            rules = seen.rbac.rules(binding)
            here = binding.namespace in {"", self._entry.namespace}
            if (
                id(binding) in theirs
                or any(is_for_everybody(subject) for subject in binding.subjects)
                or (here and any(reads_secrets(rule) for rule in rules))
                or binding.namespace == self._entry.namespace
            ):
                home = "" if binding.role_kind == "ClusterRole" else binding.namespace
                yield Bound(binding=binding, rules=rules, role_found=(home, binding.role) in seen.roles)

    # Where to ask

    def _namespaces(self) -> tuple[str, ...] | Text:
        try:
            items = listed(self._server, "/api/v1/namespaces", metadata_only=True)
            return tuple(msgspec.convert(item, _Named).metadata.name for item in items)
        except Failed as failed:
            return failed.failure.message
        except msgspec.ValidationError:
            return Text("namespaces: het antwoord is niet te lezen", "namespaces: the answer cannot be read")

    def _others(self, seen: _Seen, known: tuple[str, ...] | Text) -> tuple[tuple[str, ...], Text | None]:
        """Return the other namespaces to ask about, and why there may be more in which they have rights.

        Where all bindings are seen, those with a binding that names the supplier, and one without for all the rest.
        """
        bound = {
            binding.namespace
            for holder in self._holders
            for binding in seen.rbac.of(holder.identity)
            if binding.namespace and binding.namespace not in self._own
        }
        listed = () if isinstance(known, Text) else tuple(sorted(name for name in known if name not in self._own))
        if seen.others is None:
            rest = [name for name in listed if name not in bound][:1]
            wanted = [*sorted(bound), *rest]
            unseen = None
        else:
            wanted = list(listed)
            unseen = _joined(known, seen.others) if isinstance(known, Text) else None
        if len(wanted) > MOST_NAMESPACES:
            unseen = Text(
                f"{len(wanted)} andere namespaces, waarvan er {MOST_NAMESPACES} bevraagd zijn; {_LISTING.nl}",
                f"{len(wanted)} other namespaces, of which {MOST_NAMESPACES} were asked about; {_LISTING.en}",
            )
        return tuple(wanted[:MOST_NAMESPACES]), unseen

    def _asked(self, others: Iterable[str]) -> Iterator[tuple[Holder, Access]]:
        everywhere = (self._entry.namespace, EVERY_NAMESPACE, *others)
        for namespace in everywhere:
            for holder in self._holders:
                for question in questions():
                    what = question.resource
                    if what.namespaced or namespace == EVERY_NAMESPACE:
                        yield (
                            holder,
                            Access(
                                verb=question.verb,
                                group=what.group,
                                resource=what.resource,
                                subresource=what.subresource,
                                namespace=namespace,
                            ),
                        )

    # Asking

    def _reviews_refused(self) -> Failure | None:
        """Ask one question, to know whether more may be asked."""
        access = Access(verb="get", resource="pods", namespace=self._entry.namespace)
        try:
            review(self._server, self._holders[0], access)
        except Failed as failed:
            return failed.failure
        return None

    def _review(self, workers: ThreadPoolExecutor, asked: list[tuple[Holder, Access]]) -> tuple[Right, ...]:
        broken = _Broken()
        found = list(workers.map(lambda item: self._ask(item[0], item[1], broken), asked[:MOST_REVIEWS]))
        too_many = Text(f"meer dan {MOST_REVIEWS} vragen", f"more than {MOST_REVIEWS} questions")
        return (*found, *(_right(holder, access, None, reason=too_many) for holder, access in asked[MOST_REVIEWS:]))

    def _ask(self, holder: Holder, access: Access, broken: "_Broken") -> Right:
        if broken.reason is not None:
            return _right(holder, access, None, reason=broken.reason)
        try:
            status = review(self._server, holder, access)
        except Failed as failed:
            if failed.failure.everything or failed.failure.reason in {Reason.TIMED_OUT, Reason.DENIED}:
                broken.reason = failed.failure.message  # nor will it answer the next
            return _right(holder, access, None, reason=failed.failure.message)
        if status.allowed:
            return _right(holder, access, True)
        if status.evaluation_error and not status.denied:
            said = escaped(status.evaluation_error, 200)
            reason = Text(f"de API-server kon het niet nagaan ({said})", f"the API server could not tell ({said})")
            return _right(holder, access, None, reason=reason)
        return _right(holder, access, False)

    # The component's layer

    def _layers(self) -> tuple[tuple[LayerLabel, ...], Text | None]:
        """Return the labels that tell the component's layer: of its workloads, and of the namespace.

        Only rights in acceptance depend on it.
        """
        if self._entry.environment != "acceptance":
            return (), Text("alleen nodig in acceptatie", "needed in acceptance only")
        found: list[LayerLabel] = []
        unseen: Text | None = None
        where = path_of("namespaces", self._entry.namespace).removeprefix("/")
        of_namespace = {"fieldSelector": f"metadata.name={self._entry.namespace}"}
        of_component = {"labelSelector": self._entry.selector} if self._entry.selector else {}
        queries = [(path.format(where), of_component) for path in _WITH_LAYER]
        for path, query in [*queries, ("/api/v1/namespaces", of_namespace)]:
            kind = path.rpartition("/")[2]
            try:
                found_here = listed(self._server, path, query, metadata_only=True)
                items = [msgspec.convert(item, _Named) for item in found_here]
            except Failed as failed:
                unseen = unseen or failed.failure.message
                continue
            except msgspec.ValidationError:
                unseen = unseen or Text(f"{kind}: onleesbaar antwoord", f"{kind}: unreadable answer")
                continue
            for item in items:
                value = (item.metadata.labels or {}).get(LAYER_LABEL)
                if value is not None:
                    found.append(LayerLabel(where=f"{kind}/{item.metadata.name}", value=value))
        return tuple(found), unseen

    # Where it came from

    def _provenance(self) -> Provenance:
        return Provenance(at=self._at, by="kubernetes: SubjectAccessReview, RBAC", source=self._server.access.server)

    def _commands(self) -> tuple[str, ...]:
        own = shlex.quote(self._entry.namespace)
        on_secrets = Access(verb="get", resource="secrets", namespace=self._entry.namespace)
        return (
            f"kubectl get roles,rolebindings --namespace {own} -o yaml",
            "kubectl get clusterroles,clusterrolebindings -o yaml",
            "kubectl get roles,rolebindings --all-namespaces -o yaml",
            *(_right(holder, on_secrets, None).command for holder in self._holders),
        )

    def _not_seen(self, reason: Reason, message: Text) -> NotSeen:
        return NotSeen(reason=reason, message=message, provenance=self._provenance())


class _Broken:
    """Why nothing more is asked, once that is known."""

    def __init__(self) -> None:
        self.reason: Text | None = None


def _right(
    holder: Holder,
    access: Access,
    allowed: bool | None,
    *,
    seen_by: SeenBy = SeenBy.REVIEW,
    reason: Text | None = None,
) -> Right:
    return Right(
        holder=holder,
        verb=access.verb,
        group=access.group,
        resource=access.resource,
        subresource=access.subresource,
        namespace=access.namespace,
        allowed=allowed,
        seen_by=seen_by,
        reason=reason,
    )


def _evaluated(seen: _Seen, own: str, holder: Holder, access: Access) -> Right:
    """Answer a question from roles and bindings; what is not granted is denied only when all of them were seen."""
    if seen.rbac.allows(holder.identity, access):
        return _right(holder, access, True, seen_by=SeenBy.EVALUATED)
    unseen = seen.cluster or (None if not access.namespace else seen.own if access.namespace == own else seen.others)
    allowed = None if unseen is not None else False
    return _right(holder, access, allowed, seen_by=SeenBy.EVALUATED, reason=unseen)


def _items(found: list[Role | Binding] | Text) -> list[Role | Binding]:
    return [] if isinstance(found, Text) else found


def _why(*found: object) -> Text | None:
    return next((item for item in found if isinstance(item, Text)), None)


def _joined(first: Text, second: Text) -> Text:
    return Text(f"{first.nl}; {second.nl}", f"{first.en}; {second.en}")
