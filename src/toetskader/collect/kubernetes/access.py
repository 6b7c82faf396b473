"""The collector of rights: what the supplier's users and groups may do, asked of the API server itself.

Questions are SubjectAccessReviews, the only thing that is ever posted; nobody is impersonated. Roles and bindings are
listed too, because a review without a name does not see what a rule grants on named objects, and to say which binding
grants what. Where reviews are refused the bindings are evaluated instead, and the answers are marked so.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import msgspec

from toetskader.collect.kubernetes.client import AT_ONCE, ApiServer, path_of
from toetskader.collect.kubernetes.failures import ApiFailed, ApiFailure
from toetskader.collect.kubernetes.namespace import exists, perhaps_absent
from toetskader.collect.kubernetes.resources import core_verbs, discover, server_version
from toetskader.collect.kubernetes.reviews import listed, review
from toetskader.collect.kubernetes.rights_plan import LAYER_LABEL, Plan, SeenRbac, Server, right_of
from toetskader.core.failure import Failed, Failure, Reason
from toetskader.facts.attempt import NotSeen, Provenance
from toetskader.facts.endpoint.escape import escaped
from toetskader.facts.kubernetes.rbac import Access, Binding, Rbac, Role, binding_of, role_of
from toetskader.facts.kubernetes.rights import (
    Holder,
    LayerLabel,
    Right,
    Rights,
)
from toetskader.kinds.namespace.part import NamespaceEntry
from toetskader.text import Text

MOST_REVIEWS = 20_000
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
    return _Collector(server, entry, own).collect()


class _Collector:
    """Collects the rights of one entry."""

    def __init__(self, server: ApiServer, entry: NamespaceEntry, own: Iterable[str]) -> None:
        self._server = server
        self._entry = entry
        self._plan = Plan(entry, own)
        self._provenance = Provenance(
            at=datetime.now(UTC), by="kubernetes: SubjectAccessReview, RBAC", source=server.access.server
        )

    def collect(self) -> Rights | NotSeen:
        """Collect everything."""
        if (nobody := self._plan.nobody(self._provenance)) is not None:
            return nobody
        with ThreadPoolExecutor(AT_ONCE) as workers:
            return self._collect(workers)

    def _collect(self, workers: ThreadPoolExecutor) -> Rights | NotSeen:
        told = workers.submit(self._server_itself)
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
        known = namespaces.result()
        if isinstance(known, Failure):
            return self._not_seen(known.reason, known.message)
        self._plan.server = told.result()
        others = self._plan.others(seen, known)
        of_roles = self._plan.of_roles(seen, others[0])
        asked = [*self._plan.asked(others[0]), *of_roles]
        if refused is None:
            if seen.cluster or seen.own or seen.beyond:  # then roles do not name all that somebody may
                asked += self._plan.of_served(self._served())
            named = self._plan.named(seen, of_roles, self._secrets() if seen.own or seen.cluster else ())
            rights = self._review(workers, list(dict.fromkeys((*asked, *named))))
        else:
            rights = self._plan.evaluated(seen, asked)
        if self._may_be_absent(seen, known, rights):
            absent = perhaps_absent(self._entry.namespace)
            return self._not_seen(absent.reason, absent.message)
        return self._plan.rights(seen, rights, others, layers.result(), self._provenance)

    def _may_be_absent(self, seen: SeenRbac, known: tuple[str, ...] | Text, rights: tuple[Right, ...]) -> bool:
        """Tell whether nothing shows that the namespace exists: then its rights would all be denied, and look right."""
        own = self._entry.namespace
        if not isinstance(known, Text):
            return own not in known
        bound = any(binding.namespace == own for binding in seen.rbac.bindings)
        return not bound and not any(right.allowed and right.namespace == own for right in rights)

    def _server_itself(self) -> Server:
        """Return what the API server says of itself: nothing that decides by itself whether somebody may something."""
        try:
            served = discover(self._server)
            return Server(server_version(self._server), served.of_cluster, served.verbs)
        except Failed:
            return Server()

    def _served(self) -> Mapping[tuple[str, str, str], tuple[str, ...]]:
        try:
            return {**core_verbs(self._server), **self._plan.server.served}
        except Failed:  # then what is always asked is all
            return {}

    # What bindings there are

    def _bindings(self, workers: ThreadPoolExecutor) -> SeenRbac:
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
        return SeenRbac(
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

    # Where to ask

    def _namespaces(self) -> tuple[str, ...] | Text | Failure:
        """Return all namespaces, or why they are not known; a failure when the own one does not exist."""
        try:
            exists(self._server, self._entry.namespace)  # reviews would answer as if it were there
        except Failed as failed:
            return failed.failure
        try:
            items = listed(self._server, "/api/v1/namespaces", metadata_only=True)
            return tuple(msgspec.convert(item, _Named).metadata.name for item in items)
        except Failed as failed:
            return failed.failure.message
        except msgspec.ValidationError:
            return Text("namespaces: het antwoord is niet te lezen", "namespaces: the answer cannot be read")

    def _secrets(self) -> tuple[str, ...]:
        """Return the names of the Secrets of the namespace, to ask about each; none where these may not be listed."""
        path = f"/api/v1{path_of('namespaces', self._entry.namespace, 'secrets')}"
        try:
            items = listed(self._server, path, metadata_only=True)
            return tuple(msgspec.convert(item, _Named).metadata.name for item in items)
        except (Failed, msgspec.ValidationError):  # then it stays unknown, as the bindings are
            return ()

    # Asking

    def _reviews_refused(self) -> ApiFailure | None:
        """Ask one question, to know whether more may be asked."""
        access = Access(verb="get", resource="pods", namespace=self._entry.namespace)
        try:
            review(self._server, self._plan.holders[0], access)
        except ApiFailed as failed:
            return failed.failure
        return None

    def _review(self, workers: ThreadPoolExecutor, asked: list[tuple[Holder, Access]]) -> tuple[Right, ...]:
        broken = _Broken()
        found = list(workers.map(lambda item: self._ask(item[0], item[1], broken), asked[:MOST_REVIEWS]))
        too_many = Text(f"meer dan {MOST_REVIEWS} vragen", f"more than {MOST_REVIEWS} questions")
        return (*found, *(right_of(holder, access, None, reason=too_many) for holder, access in asked[MOST_REVIEWS:]))

    def _ask(self, holder: Holder, access: Access, broken: "_Broken") -> Right:
        if broken.reason is not None:
            return right_of(holder, access, None, reason=broken.reason)
        try:
            status = review(self._server, holder, access)
        except ApiFailed as failed:
            if failed.failure.everything or failed.failure.reason in {Reason.TIMED_OUT, Reason.DENIED}:
                broken.reason = failed.failure.message  # nor will it answer the next
            return right_of(holder, access, None, reason=failed.failure.message)
        if status.allowed:
            return right_of(holder, access, True)
        if status.evaluation_error and not status.denied:
            said = escaped(status.evaluation_error, 200)
            reason = Text(f"de API-server kon het niet nagaan ({said})", f"the API server could not tell ({said})")
            return right_of(holder, access, None, reason=reason)
        return right_of(holder, access, False)

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

    def _not_seen(self, reason: Reason, message: Text) -> NotSeen:
        return NotSeen(reason=reason, message=message, provenance=self._provenance)


class _Broken:
    """Why nothing more is asked, once that is known."""

    def __init__(self) -> None:
        self.reason: Text | None = None


def _items(found: list[Role | Binding] | Text) -> list[Role | Binding]:
    return [] if isinstance(found, Text) else found


def _why(*found: object) -> Text | None:
    return next((item for item in found if isinstance(item, Text)), None)
