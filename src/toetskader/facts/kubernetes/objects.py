"""The Kubernetes objects of one scene (a render, or later a namespace), with indexes built once."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, TypeVar

import msgspec

from toetskader.facts.attempt import Malformed, Unseen
from toetskader.facts.chart import Render
from toetskader.facts.kubernetes.declared import AT_HAND, EVERY_KIND, in_group, is_among, must_be_declared, noting
from toetskader.facts.kubernetes.live import ListOutcome, Live
from toetskader.facts.kubernetes.node import Node, type_name
from toetskader.text import Text

# Kinds that live outside any namespace, as far as charts render them (Kubernetes API reference).
CLUSTER_KINDS = frozenset(
    {
        "APIService",
        "CertificateSigningRequest",
        "ClusterIssuer",
        "ClusterRole",
        "ClusterRoleBinding",
        "CSIDriver",
        "CustomResourceDefinition",
        "GatewayClass",
        "IngressClass",
        "MutatingWebhookConfiguration",
        "Namespace",
        "Node",
        "PersistentVolume",
        "PodSecurityPolicy",
        "PriorityClass",
        "RuntimeClass",
        "StorageClass",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "ValidatingWebhookConfiguration",
    }
)

# Served by no Kubernetes since 1.22, so that nothing in them can run; charts may still have them.
_REMOVED_GROUPS = frozenset({"extensions"})

_INSTALLING = frozenset({"pre-install", "post-install"})
_REMOVING = frozenset({"pre-delete", "post-delete"})

# Where an object says what pods it has or makes.
_OF_PODS = ("containers", "template", "jobTemplate")

_Made = TypeVar("_Made")


def words(text: str) -> frozenset[str]:
    """Read an annotation of Helm's that lists words: between commas, without spaces around, in lower case.

    Source: `SortManifests` in Helm's `pkg/release/v1/util/manifest_sorter.go`.
    """
    return frozenset(part.strip().lower() for part in text.split(","))


class KubernetesObject:
    """One object: its document, and where it came from.

    Parameters: `listed_under`, the hook annotations of the list that the object came in, if it came in one;
    `is_live`, whether it was seen in a namespace, and not rendered.
    """

    def __init__(
        self,
        document: dict[str, Any],
        source: str,
        default_namespace: str,
        *,
        listed_under: Mapping[str, str] | None = None,
        is_live: bool = False,
    ) -> None:
        self.document = document
        self.is_live = is_live
        self._listed_under = listed_under
        self.source = source
        self.path = ""
        self.kind = _name_part(document, "kind")
        self.api_version = _name_part(document, "apiVersion")
        self.group = self.api_version.rpartition("/")[0]
        metadata = document.get("metadata")
        self.name = _name_part(metadata, "name") or _name_part(metadata, "generateName")
        self.where = f"{self.kind}/{self.name}"
        self.root = Node(document, "", self)
        self._stepped: dict[tuple[str, ...], Node] = {}
        self._derived: dict[Callable[[KubernetesObject], Any], Any] = {}
        self.declared_namespace = self.root.get("metadata", "namespace").text()
        self.namespace = "" if self.kind in CLUSTER_KINDS else self.declared_namespace or default_namespace

    def get(self, *keys: str) -> Node:
        """Step into the document."""
        found = self._stepped.get(keys)
        if found is None:  # many judgements look at the same places
            found = self._stepped[keys] = self.root.get(*keys)
        return found

    def derived(self, make: Callable[["KubernetesObject"], _Made]) -> _Made:
        """Return what a function reads from this object, such as its selector; it is read once."""
        if make not in self._derived:
            self._derived[make] = make(self)
        found: _Made = self._derived[make]
        return found

    @cached_property
    def labels(self) -> dict[str, str]:
        """The object's own labels."""
        return self.get("metadata", "labels").labels()

    @cached_property
    def annotations(self) -> dict[str, str]:
        """The object's annotations."""
        return self.get("metadata", "annotations").labels()

    @cached_property
    def hooks(self) -> frozenset[str]:
        """Helm hooks the object is part of, such as `pre-upgrade`; empty for an ordinary object.

        On what runs the annotation is somebody's word, that Helm need not have written: it is not believed of what has
        or makes pods, until that has ended.
        """
        if self.is_live and self.has_pods and not self.has_ended:
            return frozenset()
        return words(self._for_helm.get("helm.sh/hook", "")) - {""}

    @property
    def _for_helm(self) -> Mapping[str, str]:
        return self.annotations if self._listed_under is None else self._listed_under

    @property
    def has_pods(self) -> bool:
        """True for what has pods or says how to make them, whatever its kind."""
        spec = self.get("spec").value
        return isinstance(spec, dict) and any(key in spec for key in _OF_PODS)

    @property
    def has_ended(self) -> bool:
        """True for a Pod or Job that runs no more, and will not again."""
        if self.kind == "Pod":
            return self.get("status", "phase").text() in ("Succeeded", "Failed")
        return self.kind == "Job" and any(
            condition.get("type").text() in ("Complete", "Failed") and condition.get("status").text() == "True"
            for condition in self.get("status", "conditions").each()
        )

    @property
    def is_test(self) -> bool:
        """True for a Helm test: out of scope for run-time rules (norm: workloads).

        What also runs at installation or upgrade (`post-install,test`) is no test alone. Nor is what does not end by
        itself: Helm starts it once and leaves it running. In a namespace that runs only what has ended was a test.
        """
        if not self.hooks or not all(hook.startswith("test") for hook in self.hooks):
            return False
        return self.has_ended if self.is_live else not self.has_pods or self._ends

    @property
    def _ends(self) -> bool:
        return self.kind == "Job" or (
            self.kind == "Pod" and self.get("spec", "restartPolicy").text() in ("Never", "OnFailure")
        )

    @property
    def stays(self) -> bool:
        """True for what is there while the component runs: no hook, or one of installations that Helm leaves behind.

        Source: `pkg/action/hooks.go` of Helm: what has `hook-succeeded` is deleted once its hook has succeeded, and
        what has `hook-failed` only with an installation that failed.
        """
        if self.is_live or not self.hooks:
            return True
        policies = words(self._for_helm.get("helm.sh/hook-delete-policy", ""))
        return bool(self.hooks & _INSTALLING) and "hook-succeeded" not in policies

    @property
    def is_taken_away(self) -> bool:
        """True for a hook that is not there while the component runs, whatever its kind.

        Helm deletes it once its hook has succeeded, or makes it only when the component is removed. Helm waits for Jobs
        and Pods to end; of another kind a hook has succeeded as soon as the API server took it (`pkg/action/hooks.go`).
        """
        if self.is_live or not self.hooks:
            return False
        policies = words(self._for_helm.get("helm.sh/hook-delete-policy", ""))
        return "hook-succeeded" in policies or self.hooks <= _REMOVING

    @cached_property
    def haystack(self) -> str:
        """The document as JSON: to search once before walking it with places.

        What has quotes, backslashes or control characters in it is not found there as it is.
        """
        return msgspec.json.encode(self.document).decode()

    def __repr__(self) -> str:
        return f"<{self.where}>"


Unknown = Mapping[tuple[str, str], Text]
"""Kind and API group → why objects of that kind were not seen."""


class Objects:
    """All objects of one scene, indexed by kind. Who reads them declares of which kinds (`declared`).

    Parameters: `unseen`, kinds that may have objects that are not here; `unknown`, why nothing is known of kinds that
    were not asked for, or None when there are none of those; `unserved`, kinds that the API server does not know;
    `left_out`, those of `unseen` that were not asked for, because no requirement that was selected reads them.
    """

    def __init__(
        self,
        objects: Iterable[KubernetesObject],
        *,
        scene: str,
        namespace: str,
        unseen: Unknown | None = None,
        unserved: Unknown | None = None,
        unknown: Text | None = None,
        asked: frozenset[tuple[str, str]] = frozenset(),
        left_out: frozenset[tuple[str, str]] = frozenset(),
    ) -> None:
        self.scene = scene
        self.namespace = namespace
        self.unseen = dict(unseen or {})
        self.unserved = dict(unserved or {})
        self._unknown = unknown
        self._asked = asked
        self._left_out = left_out
        self._unseen_kinds = {kind for kind, _ in self.unseen}
        self._asked_kinds = {kind for kind, _ in asked}
        self._all = tuple(objects)
        by_kind: dict[str, list[KubernetesObject]] = defaultdict(list)
        for item in self._all:
            by_kind[item.kind].append(item)
        self._by_kind = {kind: tuple(items) for kind, items in by_kind.items()}
        self._derived: dict[Callable[[Objects], Any], tuple[Any, frozenset[str]]] = {}

    @classmethod
    def of(cls, render: Render) -> "Objects":
        """Index a render. Raises `Malformed` for an object without kind or metadata the API could read."""
        return cls(
            (
                KubernetesObject(item.document, item.template, render.namespace, listed_under=item.listed_under)
                for item in render.objects
            ),
            scene=render.scene,
            namespace=render.namespace,
        )

    @classmethod
    def of_live(cls, live: Live) -> "Objects":
        """Index what was seen in a namespace. Raises `Malformed` as `of` does.

        A kind that could not be listed is unseen: asking for it raises `Unseen`. A kind that the API server does not
        serve has no objects, and asking for it gives none; `require` tells the two apart.
        """
        unseen = {(item.kind, item.group): _why(item) for item in live.lists if item.served and not item.complete}
        for name in live.others:
            kind, _, group = name.partition(".")
            unseen.setdefault((kind, group), _not_asked(name))
        return cls(
            (KubernetesObject(item.document, item.template, live.namespace, is_live=True) for item in live.objects),
            scene=live.environment,
            namespace=live.namespace,
            unseen=unseen,
            unserved={(item.kind, item.group): _why(item) for item in live.lists if not item.served},
            unknown=live.unknown,
            asked=frozenset((item.kind, item.group) for item in live.lists),
            left_out=frozenset((item.kind, item.group) for item in live.lists if item.left_out),
        )

    def derived(self, make: Callable[["Objects"], _Made]) -> _Made:
        """Return what a function makes of these objects, such as an index; it is made once.

        Whoever asks for it declares the kinds that were read to make it.
        """
        if make not in self._derived:
            with noting() as read:
                made = make(self)
            self._derived[make] = made, frozenset(read)
        found: _Made
        found, kinds = self._derived[make]
        must_be_declared(*kinds)
        return found

    def __iter__(self) -> Iterator[KubernetesObject]:
        """Return what is here; kinds that were not seen are passed over. Declared as `AT_HAND`."""
        must_be_declared(AT_HAND)
        return iter(self._all)

    def present(self, *kinds: str) -> Iterator[KubernetesObject]:
        """Return the objects of these kinds that are here, in rendering order; what was not seen is passed over.

        Parameters: `kinds`, as they are declared: `Service`, `APIService.apiregistration.k8s.io`.
        """
        must_be_declared(*kinds)
        wanted = frozenset(kinds)
        return (item for item in self._all if is_among(item.kind, item.group, wanted))

    def of_every_kind(self) -> Iterator[KubernetesObject]:
        """Return the objects of all kinds. Declared as `EVERY_KIND`: all kinds are collected that can be.

        What was refused is passed over: `of_kind` tells. Raises `Unseen` where kinds were left out on purpose.
        """
        must_be_declared(EVERY_KIND)
        for kind, group in self._left_out:
            raise Unseen(kind, self.unseen[kind, group])
        return iter(self._all)

    def __len__(self) -> int:
        must_be_declared(AT_HAND)
        return len(self._all)

    def of_kind(self, *kinds: str, group: str | None = None) -> Iterator[KubernetesObject]:
        """Return the objects of these kinds, in rendering order within a kind; `group` narrows to an API group.

        Raises `Unseen`, at the call, when one of these kinds may have objects that were not seen.
        """
        for kind in kinds:
            self._must_be_seen(kind, group)
        return self._of_kind(kinds, group)

    def require(self, kind: str, group: str | None = None) -> None:
        """Raise `Unseen` when a kind was not seen, or when the API server does not serve it."""
        self._must_be_seen(kind, group)
        for (unserved, of_group), reason in self.unserved.items():
            if unserved == kind and group in (None, of_group):
                raise Unseen(kind, reason)

    def is_seen(self, kind: str, group: str | None = None) -> bool:
        """Tell whether all objects of a kind are here, as far as there are any."""
        try:
            self._must_be_seen(kind, group)
        except Unseen:
            return False
        return True

    def _must_be_seen(self, kind: str, group: str | None) -> None:
        must_be_declared(in_group(kind, group))
        if kind in self._unseen_kinds:
            for (unseen, of_group), reason in self.unseen.items():
                if unseen == kind and group in (None, of_group):
                    raise Unseen(kind, reason)
        if self._unknown is not None and group not in _REMOVED_GROUPS:
            known = kind in self._asked_kinds if group is None else (kind, group) in self._asked
            if not known:
                why = Text(f"{kind}: {self._unknown.nl}", f"{kind}: {self._unknown.en}")
                raise Unseen(kind, why)

    def _of_kind(self, kinds: Iterable[str], group: str | None) -> Iterator[KubernetesObject]:
        for kind in kinds:
            for item in self._by_kind.get(kind, ()):
                if group is None or item.group == group:
                    yield item

    def find(self, kind: str, name: str, namespace: str) -> KubernetesObject | None:
        """Return the object with this name, if the scene holds it. Raises `Unseen` when its kind was not seen."""
        self._must_be_seen(kind, None)
        return self._by_name.get((kind, name, namespace))

    @cached_property
    def _by_name(self) -> dict[tuple[str, str, str], KubernetesObject]:
        # Of objects with one name the first counts.
        return {(item.kind, item.name, item.namespace): item for item in reversed(self._all)}


def _why(item: ListOutcome) -> Text:
    return item.reason or Text(f"{item.resource} is niet gezien.", f"{item.resource} was not seen.")


def _not_asked(name: str) -> Text:
    return Text(
        f"Het cluster kent {name}, maar daarnaar is niet gevraagd.",
        f"The cluster serves {name}, which was not asked for.",
    )


def _name_part(holder: object, key: str) -> str:
    """Read a name that must be text, from a document or metadata that may be anything."""
    if holder is None:
        return ""
    if not isinstance(holder, dict):
        raise Malformed("object", "metadata", "mapping", type_name(holder))
    value = holder.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Malformed(f"{holder.get('kind', 'object')}", key, "text", type_name(value))
    return value
