"""The Kubernetes objects of one scene (a render, or later a namespace), with indexes built once."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

from toetskader.facts.attempt import Malformed
from toetskader.facts.chart import Render
from toetskader.facts.kubernetes.node import Node, type_name

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

_INSTALLING = frozenset({"pre-install", "post-install"})


class KubernetesObject:
    """One object: its document, and where it came from."""

    def __init__(self, document: dict[str, Any], source: str, default_namespace: str) -> None:
        self.document = document
        self.source = source
        self.path = ""
        self.kind = _name_part(document, "kind")
        self.api_version = _name_part(document, "apiVersion")
        self.group = self.api_version.rpartition("/")[0]
        metadata = document.get("metadata")
        self.name = _name_part(metadata, "name") or _name_part(metadata, "generateName")
        self.where = f"{self.kind}/{self.name}"
        self.root = Node(document, "", self)
        self.declared_namespace = self.root.get("metadata", "namespace").text()
        self.namespace = "" if self.kind in CLUSTER_KINDS else self.declared_namespace or default_namespace

    def get(self, *keys: str) -> Node:
        """Step into the document."""
        return self.root.get(*keys)

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
        """Helm hooks the object is part of, such as `pre-upgrade`; empty for an ordinary object."""
        text = self.annotations.get("helm.sh/hook", "")
        return frozenset(part.strip() for part in text.split(",") if part.strip())

    @property
    def is_test(self) -> bool:
        """True for a Helm test: out of scope for run-time rules (norm: workloads).

        What also runs at installation or upgrade (`post-install,test`) is no test alone.
        """
        return bool(self.hooks) and all(hook.startswith("test") for hook in self.hooks)

    @property
    def stays(self) -> bool:
        """True for what is there while the component runs: no hook, or one of installations that Helm leaves behind."""
        policy = self.annotations.get("helm.sh/hook-delete-policy", "")
        return not self.hooks or (bool(self.hooks & _INSTALLING) and "hook-succeeded" not in policy)

    @cached_property
    def haystack(self) -> str:
        """Every key and text of the document, a line each: to search once before walking it with places."""
        parts: list[Any] = [self.document]
        for part in parts:  # grows on the way
            if isinstance(part, dict):
                parts.extend(part)
                parts.extend(part.values())
            elif isinstance(part, list):
                parts.extend(part)
        return "\n".join([part for part in parts if isinstance(part, str)])

    def __repr__(self) -> str:
        return f"<{self.where}>"


class Objects:
    """All objects of one scene, indexed by kind."""

    def __init__(self, objects: Iterable[KubernetesObject], *, scene: str, namespace: str) -> None:
        self.scene = scene
        self.namespace = namespace
        self._all = tuple(objects)
        by_kind: dict[str, list[KubernetesObject]] = defaultdict(list)
        for item in self._all:
            by_kind[item.kind].append(item)
        self._by_kind = {kind: tuple(items) for kind, items in by_kind.items()}

    @classmethod
    def of(cls, render: Render) -> "Objects":
        """Index a render. Raises `Malformed` for an object without kind or metadata the API could read."""
        return cls(
            (KubernetesObject(item.document, item.template, render.namespace) for item in render.objects),
            scene=render.scene,
            namespace=render.namespace,
        )

    def __iter__(self) -> Iterator[KubernetesObject]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def of_kind(self, *kinds: str, group: str | None = None) -> Iterator[KubernetesObject]:
        """Yield the objects of these kinds, in rendering order within a kind; `group` narrows to an API group."""
        for kind in kinds:
            for item in self._by_kind.get(kind, ()):
                if group is None or item.group == group:
                    yield item

    def find(self, kind: str, name: str, namespace: str) -> KubernetesObject | None:
        """Return the object with this name, if the scene holds it."""
        return self._by_name.get((kind, name, namespace))

    @cached_property
    def _by_name(self) -> dict[tuple[str, str, str], KubernetesObject]:
        # Of objects with one name the first counts.
        return {(item.kind, item.name, item.namespace): item for item in reversed(self._all)}


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
