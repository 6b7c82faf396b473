"""Output of `kubectl get … -o yaml` or `-o json`, in the place of a cluster. Secrets in it are metadata at once."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from toetskader.collect.helm.manifests import is_deeper
from toetskader.collect.kubernetes.asked import Asked
from toetskader.collect.kubernetes.dump_yaml import MOST_DEPTH, TOO_DEEP, NotADump, documents
from toetskader.collect.kubernetes.files import read_file, refused
from toetskader.collect.kubernetes.reduce import reduced
from toetskader.collect.kubernetes.resources import BUILT_IN, RESOURCES, Resource
from toetskader.collect.kubernetes.rights_plan import Server, rights_of_objects
from toetskader.core.failure import Failed, Failure, Reason
from toetskader.facts.attempt import NotSeen, Provenance
from toetskader.facts.endpoint.escape import escaped
from toetskader.facts.kubernetes.label_selector import label_selector
from toetskader.facts.kubernetes.live import ListOutcome, Live, as_objects
from toetskader.facts.kubernetes.rights import Rights
from toetskader.kinds.namespace.part import NamespaceEntry
from toetskader.text import Text

MOST_BYTES = 128_000_000
"""Of all files of one namespace together."""
MOST_OBJECTS = 100_000
_LISTS_IN_LISTS = 3
_RBAC_GROUP = "rbac.authorization.k8s.io"
_CRD = ("CustomResourceDefinition", "apiextensions.k8s.io")
# Groups that no CustomResourceDefinition tells of, as another API server behind the first serves them; and the end of
# the names of groups that every cluster with such a server does define.
_AGGREGATED = {"route.openshift.io": ".openshift.io"}
# Kinds of Kubernetes itself that are not asked for, and so not known to be absent: those in no namespace, and all.
_NEVER_IN_NAMESPACES = (
    "ClusterRole.rbac.authorization.k8s.io",
    "ClusterRoleBinding.rbac.authorization.k8s.io",
    "Node",
)
_BUILT_IN_OTHERS = tuple(sorted((*_NEVER_IN_NAMESPACES, "LimitRange", "PodTemplate", "ResourceQuota")))

_Key = tuple[str, str]


class Dump:
    """What was read of the files of one namespace."""

    def __init__(self, entry: NamespaceEntry) -> None:
        self._entry = entry
        self.namespace = entry.namespace
        self.digest = ""
        self.objects: list[dict[str, Any]] = []
        self.defined: set[_Key] = set()
        self.of_cluster: set[str] = set()
        self._asked = Asked(entry.asked)
        self._lists_all = False
        self.elsewhere: set[str] = set()
        self._known = {resource.key: resource for resource in RESOURCES}
        self._versions: dict[_Key, str] = {}
        self._counts: dict[_Key, int] = {}
        self._alone: set[_Key] = set()
        self._rbac: list[dict[str, Any]] = []
        self._rbac_alone: set[str] = set()

    def add(self, document: object, path: Path, level: int = 0) -> None:
        """Take in a document: an object, or a list of them."""
        if document is None:
            return
        if not isinstance(document, dict) or not isinstance(document.get("kind"), str):
            raise refused(path, Text("is geen uitvoer van kubectl get.", "is no output of kubectl get."))
        kind, items = document["kind"], document.get("items")
        if not (kind.endswith("List") and (items is None or isinstance(items, list))):
            self._object(document, path, alone=level == 0)
            return
        if level >= _LISTS_IN_LISTS:
            raise refused(path, Text("heeft te veel lijsten in lijsten.", "has too many lists in lists."))
        if kind == "List":
            self._lists_all = self._lists_all or _lists_all(items or (), self.namespace)
        else:
            self._seen(_key(kind.removesuffix("List"), document.get("apiVersion")), document.get("apiVersion"))
        for item in items or ():
            if isinstance(item, dict) and kind != "List":  # as `kubectl get --raw` gives them
                item.setdefault("kind", kind.removesuffix("List"))
                item.setdefault("apiVersion", document.get("apiVersion"))
            self.add(item, path, level + 1)

    def _object(self, document: dict[str, Any], path: Path, *, alone: bool) -> None:
        metadata, key = document.get("metadata"), _key(document["kind"], document.get("apiVersion"))
        if not isinstance(metadata, dict) or not isinstance(metadata.get("name"), str):
            raise refused(path, Text("heeft een object zonder naam.", "has an object without a name."))
        if key == _CRD:
            self._define(document)
        if key[1] == _RBAC_GROUP:  # wherever it holds: rights come from the whole cluster
            self._rbac.append(document)
            self._rbac_alone |= {document["kind"]} if alone else set()
        resource = self._known.get(key)
        where = metadata.get("namespace")
        if isinstance(where, str) and where != self.namespace:
            if key[1] == _RBAC_GROUP:
                return
            if resource is None or not resource.group.endswith(".toolkit.fluxcd.io"):
                self.elsewhere.add(escaped(where, 63))
                return
        elif key == ("Namespace", "") and metadata["name"] != self.namespace:
            self.elsewhere.add(escaped(metadata["name"], 63))
            return
        self._seen(key, document.get("apiVersion"))
        if resource is not None and resource.labels and not label_selector(resource.labels)(_labels(metadata)):
            return
        if alone and (resource is not None or key == _CRD):
            self._alone.add(key)
        self._counts[key] = self._counts.get(key, 0) + 1
        self.objects.append(reduced(document, status=resource is not None and resource.status))
        if len(self.objects) > MOST_OBJECTS:
            raise refused(
                path, Text(f"heeft meer dan {MOST_OBJECTS} objecten.", f"has more than {MOST_OBJECTS} objects.")
            )

    def _seen(self, key: _Key, api_version: object) -> None:
        self._counts.setdefault(key, 0)
        self._versions[key] = str(api_version).rpartition("/")[2]

    def _define(self, document: dict[str, Any]) -> None:
        spec = document.get("spec")
        names = spec.get("names") if isinstance(spec, dict) else None
        if isinstance(spec, dict) and isinstance(names, dict):
            self.defined.add((str(names.get("kind")), str(spec.get("group"))))
            if spec.get("scope") == "Cluster":
                self.of_cluster.add(f"{names.get('plural')}.{spec.get('group')}")

    def outcomes(self) -> tuple[ListOutcome, ...]:
        """Return how each kind was seen: whole, one by one, not at all though the cluster has it, or asked in vain."""
        found = {key: self._outcome(key) for key in self._counts}
        for resource in RESOURCES:
            if resource.key not in found and (resource in self._asked or self._presumed(resource)):
                found[resource.key] = _none(resource)
        for resource in RESOURCES:
            if resource.key in found:
                continue
            # Without what would use them they say nothing of this namespace, and so are as good as seen.
            users = [item for item in found.values() if item.kind in resource.only_with]
            seen = {item.kind for item in users if not item.served or (item.complete and not item.count)}
            if resource.only_with and seen == set(resource.only_with):
                found[resource.key] = _none(resource)
            elif self.knows_kinds:
                has = self._has(resource)
                found[resource.key] = _missing(resource, knows_kinds=True) if has else _unserved(resource)
            elif self._asked.everything or self._lists_all:
                found[resource.key] = _missing(resource, knows_kinds=False)
        return tuple(found.values())

    @property
    def _presumes_all(self) -> bool:
        """True when all kinds of the namespace seem to have been asked for, and nobody says what was."""
        return self._lists_all and not self._entry.asked

    def _presumed(self, resource: Resource) -> bool:
        """Tell whether a kind was asked for where all kinds of the namespace were. Secrets are often left out."""
        return self._presumes_all and resource.namespaced and resource.kind != "Secret"

    def _has(self, resource: Resource) -> bool:
        """Tell whether the cluster can have a kind, as far as the definitions in the files say."""
        if resource.group in _AGGREGATED:
            end = _AGGREGATED[resource.group]
            return any(group.endswith(end) for _, group in {*self.defined, *self._counts})
        return resource.group in BUILT_IN or resource.key in self.defined

    @property
    def knows_kinds(self) -> bool:
        """True when the files say which kinds the cluster has besides those of Kubernetes itself."""
        return bool(self._counts.get(_CRD)) and _CRD not in self._alone

    def others(self) -> tuple[str, ...]:
        """Return kinds that the cluster has and that the files do not hold, besides those in the outcomes."""
        if self._asked.everything or self._presumes_all:
            return _NEVER_IN_NAMESPACES
        if not self.knows_kinds:
            return ()
        known = self._known.keys() | self._counts.keys()
        return (*_BUILT_IN_OTHERS, *sorted(f"{kind}.{group}" for kind, group in self.defined - known))

    def _outcome(self, key: _Key) -> ListOutcome:
        kind, group = key
        resource = self._known.get(key)
        alone = key in self._alone
        return ListOutcome(
            group=group,
            version=self._versions[key],
            kind=kind,
            plural=resource.plural if resource else kind.lower(),
            count=self._counts[key],
            complete=not alone,
            reason=_alone(kind) if alone else None,
        )

    def live(self, *, now: datetime) -> Live:
        """Return the namespace as the files show it. Raises `Failed` when they hold nothing of it."""
        if not self.objects:
            raise Failed(_nothing(self._entry, self.elsewhere))
        provenance = self._provenance(now)
        return Live(
            provenance=provenance,
            namespace=self.namespace,
            environment=self._entry.environment,
            selector=self._entry.selector,
            objects=as_objects(self.objects),
            lists=self.outcomes(),
            unknown=None if self.knows_kinds or self._asked.everything else _NOT_IN_FILES,
            presumed=_PRESUMED if self._presumes_all else None,
            others=self.others(),
        )

    def rights(self, *, now: datetime, own: Iterable[str]) -> Rights | NotSeen:
        """Work the supplier's rights out of the roles and bindings in the files; the answers are marked so.

        Parameters: `own`, namespaces of the same supplier. Raises `Failed` for a role or binding that is none.
        """
        others = (item for item in self.objects if _key(item["kind"], item.get("apiVersion"))[1] != _RBAC_GROUP)
        try:
            return rights_of_objects(
                [*self._rbac, *others],
                self._entry,
                provenance=self._provenance(now),
                partial=self._rbac_alone,
                own=own,
                server=Server(of_cluster=frozenset(self.of_cluster)),
            )
        except msgspec.ValidationError:
            raise Failed(_no_rbac()) from None

    def _provenance(self, now: datetime) -> Provenance:
        return Provenance(
            at=now,
            by="kubectl get -o yaml",
            source=f"{', '.join(path.name for path in self._entry.dumps)}: {self.namespace}",
            digest=self.digest,
        )


def read_dumps(entry: NamespaceEntry) -> Dump:
    """Read the files of a namespace. Raises `Failed` with the file and what is wrong with it."""
    dump = Dump(entry)
    digest, left = sha256(), MOST_BYTES
    for path in entry.dumps:
        content = read_file(path, left)
        left -= len(content)
        digest.update(content)
        for document in _read(path, content):
            dump.add(document, path)
    dump.digest = digest.hexdigest()
    return dump


_PRESUMED = Text(
    "De bestanden lijken van alle soorten van de namespace te zijn, maar zeggen dat niet: een soort die niet gelezen "
    "mocht worden ontbreekt er ook in. Gaf kubectl geen fout, zet dan 'asked: everything' bij de namespace.",
    "The files seem to be of all kinds of the namespace, but do not say so: a kind that was not allowed is not in them "
    "either. When kubectl gave no error, put 'asked: everything' with the namespace.",
)
_NOT_IN_FILES = Text(
    "de bestanden bevatten deze soort niet; voeg de uitvoer van kubectl get daarvoor toe, of noem bij de namespace met "
    "'asked' wat er opgevraagd is: van een lege lijst staat er niets in.",
    "the files hold none of this kind; add the output of kubectl get for it, or name in 'asked' of the namespace what "
    "was asked for: an empty list leaves nothing in them.",
)
_OR_UNKNOWN = Text(
    "Kent het cluster de soort niet, dan toont de uitvoer van kubectl get crd dat.",
    "If the cluster does not have the kind, the output of kubectl get crd shows that.",
)


def _read(path: Path, content: bytes) -> Iterator[Any]:
    try:
        text = content.decode("utf-8-sig")
        if text.lstrip()[:1] in ("{", "["):
            if is_deeper(text, MOST_DEPTH):
                raise NotADump(0, TOO_DEEP)
            found = msgspec.json.decode(text)
            yield from found if isinstance(found, list) else (found,)
        else:
            yield from documents(text)
    except NotADump as outcome:
        where = f" (regel {outcome.line}: {outcome.why.nl})", f" (line {outcome.line}: {outcome.why.en})"
        raise refused(
            path, Text(f"is geen uitvoer van kubectl{where[0]}.", f"is no output of kubectl{where[1]}.")
        ) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise refused(path, Text("is geen JSON of YAML in UTF-8.", "is no JSON or YAML in UTF-8.")) from None


def _key(kind: str, api_version: object) -> _Key:
    group = api_version.rpartition("/")[0] if isinstance(api_version, str) else ""
    return escaped(kind, 100), escaped(group, 253)


def _unserved(resource: Resource) -> ListOutcome:
    return ListOutcome(
        group=resource.group,
        kind=resource.kind,
        plural=resource.plural,
        served=False,
        reason=Text(f"Het cluster kent {resource.name} niet.", f"The cluster does not know {resource.name}."),
    )


def _none(resource: Resource) -> ListOutcome:
    return ListOutcome(group=resource.group, version=resource.versions[0], kind=resource.kind, plural=resource.plural)


def _missing(resource: Resource, *, knows_kinds: bool) -> ListOutcome:
    named = Text(f"{resource.name}: {_NOT_IN_FILES.nl}", f"{resource.name}: {_NOT_IN_FILES.en}")
    if not knows_kinds and resource.group not in BUILT_IN:
        named = Text(f"{named.nl} {_OR_UNKNOWN.nl}", f"{named.en} {_OR_UNKNOWN.en}")
    return ListOutcome(group=resource.group, kind=resource.kind, plural=resource.plural, complete=False, reason=named)


def _lists_all(items: Iterable[Any], namespace: str) -> bool:
    """Tell whether a list comes of asking for every kind: it has the same event of the namespace by both its groups."""
    events: dict[str, set[str]] = {"v1": set(), "events.k8s.io/v1": set()}
    for item in items:
        metadata = item.get("metadata") if isinstance(item, dict) else None
        if not isinstance(metadata, dict) or metadata.get("namespace") != namespace:
            continue
        if item.get("kind") == "Event" and item.get("apiVersion") in events:
            events[item["apiVersion"]].add(str(metadata.get("uid")))
    return bool(set.intersection(*events.values()) - {"None"})


def _labels(metadata: dict[str, Any]) -> dict[str, str]:
    labels = metadata.get("labels")
    return {str(key): str(value) for key, value in labels.items()} if isinstance(labels, dict) else {}


def _alone(kind: str) -> Text:
    return Text(
        f"De bestanden bevatten losse objecten van soort {kind}: of dat alle zijn, is niet te zien. Vraag ze alle op "
        "met kubectl get, zonder naam.",
        f"The files hold single objects of kind {kind}: whether those are all cannot be seen. Get all of them "
        "with kubectl get, without a name.",
    )


def _no_rbac() -> Failure:
    return Failure(
        Reason.REFUSED_INPUT,
        Text(
            "De bestanden bevatten een rol of binding die er geen is; vraag ze opnieuw op met kubectl get -o yaml.",
            "The files hold a role or binding that is none; get them again with kubectl get -o yaml.",
        ),
    )


def _nothing(entry: NamespaceEntry, elsewhere: set[str]) -> Failure:
    message = Text(
        f"De bestanden bevatten geen objecten uit namespace {entry.namespace}.",
        f"The files hold no objects of namespace {entry.namespace}.",
    )
    if elsewhere:
        names = ", ".join(sorted(elsewhere)[:5])
        message = Text(f"{message.nl} Wel uit: {names}.", f"{message.en} There are of: {names}.")
    return Failure(Reason.REFUSED_INPUT, message)
