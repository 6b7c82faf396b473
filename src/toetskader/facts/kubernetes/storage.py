"""Where pods keep data: volumes by what they are, claims by what they ask, and volumes on a node."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from toetskader.facts.kubernetes.declared import must_be_declared
from toetskader.facts.kubernetes.node import Node
from toetskader.facts.kubernetes.objects import KubernetesObject, Objects
from toetskader.facts.kubernetes.workloads import Container, Workload, Workloads

CLAIM_KINDS = ("PersistentVolumeClaim",)
"""Kinds of objects that ask for storage (`claims`, `shared_volumes`)."""
LOCAL_CLAIM_KINDS = (*CLAIM_KINDS, "PersistentVolume", "StorageClass")
"""Kinds of objects that tell which claims end on a node (`local_claims`)."""


class VolumeType(StrEnum):
    """What becomes of data written to a volume."""

    TEMPORARY = "temporary"
    """Gone with the pod."""
    EXTERNAL = "external"
    """Kept outside the pod and its node."""
    CLAIM = "claim"
    """Kept where the claim is bound."""
    READ_ONLY = "read-only"
    """Cannot be written, by its nature."""
    NODE = "node"
    """Kept on the node that the pod happens to run on."""


# Volume sources of the Kubernetes API that are not network storage; every other source is.
_SOURCES = {
    "emptyDir": VolumeType.TEMPORARY,
    "ephemeral": VolumeType.TEMPORARY,
    "gitRepo": VolumeType.TEMPORARY,
    "persistentVolumeClaim": VolumeType.CLAIM,
    "configMap": VolumeType.READ_ONLY,
    "secret": VolumeType.READ_ONLY,
    "projected": VolumeType.READ_ONLY,
    "downwardAPI": VolumeType.READ_ONLY,
    "image": VolumeType.READ_ONLY,
    "hostPath": VolumeType.NODE,
}
# Provisioners' usual names for classes that keep data on a node.
_LOCAL_CLASSES = frozenset({"hostpath", "local-path", "local-storage", "local", "standard-local", "openebs-hostpath"})


@dataclass(frozen=True, slots=True)
class Volume:
    """A volume of a pod."""

    name: str
    type: VolumeType
    node: Node
    claim_name: str | None = None
    """The claim it refers to, when it does."""
    source: str = ""
    """The field that says what it is: `emptyDir`, `nfs`."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A request for storage: a PersistentVolumeClaim, a template for one, or one that a pod brings along."""

    name: str
    spec: Node
    class_node: Node
    names: frozenset[str]
    """Names by which an auditor may declare it."""
    users: tuple[Workload, ...] = ()
    """The workloads whose pods mount it."""
    is_temporary: bool = False
    """True when it is gone with the pod."""

    @property
    def storage_class(self) -> str | None:
        """The class it asks for; None asks for the cluster's default, empty for a volume made by hand."""
        return self.class_node.text()

    @property
    def access_modes(self) -> tuple[str, ...]:
        """The access modes it asks for."""
        return tuple(node.text() or "" for node in self.spec.get("accessModes").each())

    @property
    def size(self) -> Node:
        """The amount of storage it asks for."""
        return self.spec.get("resources", "requests", "storage")

    @property
    def is_shared(self) -> bool:
        """True when pods on several nodes can use it at once."""
        return bool({"ReadWriteMany", "ReadOnlyMany"} & set(self.access_modes))


@lru_cache(maxsize=64)
def volumes(workload: Workload) -> tuple[Volume, ...]:
    """Return the volumes of a workload's pods, those of a StatefulSet's claim templates included."""
    found = [_volume(node) for node in workload.volumes()]
    found += [
        Volume(template.get("metadata", "name").text() or "", VolumeType.CLAIM, template)
        for template in _templates(workload)
    ]
    return tuple(found)


def _volume(node: Node) -> Volume:
    name = node.get("name").text() or ""
    source = next((key for key, value in node.mapping().items() if key != "name" and value is not None), "emptyDir")
    place = node.get(source)
    place.mapping()
    claim = place.get("claimName").text() if source == "persistentVolumeClaim" else None
    return Volume(name, _SOURCES.get(source, VolumeType.EXTERNAL), place if place else node, claim, source)


def mounts(container: Container) -> Iterator[tuple[Node, Volume | None]]:
    """Yield the container's mounts with their volume; None when the pod has no volume of that name."""
    by_name = _by_name(container.workload)
    for mount in container.get("volumeMounts").each():
        yield mount, by_name.get(mount.get("name").text() or "")


@lru_cache(maxsize=4)
def _by_name(workload: Workload) -> dict[str, Volume]:
    """Return a workload's volumes by name; its containers are asked about one after the other."""
    return {volume.name: volume for volume in volumes(workload)}


def claims(objects: Objects, workloads: Workloads) -> tuple[Claim, ...]:
    """Return every request for storage of a scene, Helm tests and what only somebody else's workloads use left out."""
    users: dict[tuple[str, str], list[Workload]] = defaultdict(list)
    for workload in workloads.of_namespace:
        for volume in volumes(workload):
            if volume.claim_name:
                users[workload.namespace, volume.claim_name].append(workload)
    component = set(workloads)
    found = []
    for item in objects.of_kind("PersistentVolumeClaim"):
        if not item.is_test:
            mounted_by = users[item.namespace, item.name]
            names = {item.name}
            for owner, template_name in _made_from(item, workloads.of_namespace):
                mounted_by = [*mounted_by, owner]
                names |= {template_name, f"{template_name}-{owner.name}"}
            own = tuple(workload for workload in mounted_by if workload in component)
            if own or not mounted_by:
                found.append(_claim(item.root, frozenset(names), own, name=item.name))
    for workload in workloads:
        for template in _templates(workload):
            name = template.get("metadata", "name").text() or ""
            found.append(_claim(template, frozenset({name, f"{name}-{workload.name}"}), (workload,), name=name))
        for node in workload.volumes():
            template = node.get("ephemeral", "volumeClaimTemplate")
            if template:
                name = node.get("name").text() or ""
                found.append(_claim(template, frozenset({name}), (workload,), name=name, temporary=True))
    return tuple(found)


def _made_from(item: KubernetesObject, workloads: Iterable[Workload]) -> Iterator[tuple[Workload, str]]:
    """Yield the StatefulSet that made a claim, and the template's name: it does not own its claims, but names them."""
    for workload in workloads:
        for template in _templates(workload):
            name = template.get("metadata", "name").text() or ""
            start, _, number = item.name.rpartition("-")
            if item.namespace == workload.namespace and start == f"{name}-{workload.name}" and number.isdigit():
                yield workload, name


def _claim(
    node: Node, names: frozenset[str], users: tuple[Workload, ...], *, name: str, temporary: bool = False
) -> Claim:
    # The annotation is how classes were named before the field existed; it still wins.
    annotation = node.get("metadata", "annotations").get("volume.beta.kubernetes.io/storage-class")
    spec = node.get("spec")
    return Claim(name, spec, annotation if annotation else spec.get("storageClassName"), names, users, temporary)


def _templates(workload: Workload) -> Iterator[Node]:
    if workload.kind == "StatefulSet":
        yield from workload.get("spec", "volumeClaimTemplates").each()


# Volumes in a pod template that are one disk for all pods made of it, and one node's at a time (Kubernetes, "Persistent
# Volumes", table of access modes), unless every pod reads only.
_ONE_DISK = frozenset(
    {"awsElasticBlockStore", "azureDisk", "cinder", "fc", "gcePersistentDisk", "iscsi", "rbd", "vsphereVolume"}
)


@dataclass(frozen=True, slots=True)
class SharedVolume:
    """A volume that all pods of a workload share: a claim that the pod template names, or a disk itself."""

    node: Node
    """Where what decides on it is written: the claim's access modes, else the volume."""
    name: str
    reach: bool | None
    """Whether pods on several nodes can use it at once; None when the claim is not in the scene."""
    modes: tuple[str, ...] = ()


def shared_volumes(objects: Objects, workload: Workload) -> Iterator[SharedVolume]:
    """Yield the volumes that all pods of a workload share; a claim made for each pod is none of those.

    Raises `Unseen` where claims were not seen.
    """
    must_be_declared(*CLAIM_KINDS)
    for volume in volumes(workload):
        if volume.claim_name:
            item = objects.find("PersistentVolumeClaim", volume.claim_name, workload.namespace)
            if item is None:
                yield SharedVolume(volume.node, volume.claim_name, reach=None)
                continue
            found = _claim(item.root, frozenset({item.name}), (workload,), name=item.name)
            yield SharedVolume(found.spec.get("accessModes"), item.name, found.is_shared, found.access_modes)
        elif volume.source in _ONE_DISK and volume.node.get("readOnly").flag() is not True:
            yield SharedVolume(volume.node, volume.name, reach=False, modes=(volume.source,))


def node_volumes(workload: Workload) -> tuple[Volume, ...]:
    """Return the volumes of a workload that lie on the node."""
    return tuple(volume for volume in volumes(workload) if volume.type is VolumeType.NODE)


def works_on_node(workload: Workload) -> bool:
    """Tell whether a workload's pods have to do with the node they are on: its files, network, processes or ports."""
    shares = any(workload.pod.get(field).flag() for field in ("hostNetwork", "hostPID", "hostIPC"))
    ports = (port.get("hostPort").number() for item in workload.containers for port in item.get("ports").each())
    return shares or bool(node_volumes(workload)) or any(ports)


def local_persistent_volumes(objects: Objects) -> Iterator[tuple[KubernetesObject, Node]]:
    """Yield PersistentVolumes that lie on a node, with the field that says so."""
    for item in objects.of_kind("PersistentVolume"):
        for source in ("hostPath", "local"):
            node = item.get("spec", source)
            if node:
                yield item, node


def local_claims(objects: Objects, workloads: Workloads) -> tuple[Claim, ...]:
    """Return the claims that end on a node: a class that keeps data there, or a local volume of the same render."""
    local = [item for item, _ in local_persistent_volumes(objects)]
    volumes_by_name = {item.name for item in local}
    classes = {item.get("spec", "storageClassName").text() for item in local} - {None, ""}
    classes |= {item.name for item in objects.of_kind("StorageClass") if _provisions_locally(item)}
    return tuple(
        claim
        for claim in claims(objects, workloads)
        if not claim.is_temporary
        and (
            claim.spec.get("volumeName").text() in volumes_by_name
            or claim.storage_class in classes
            or (claim.storage_class or "").lower() in _LOCAL_CLASSES
        )
    )


def _provisions_locally(item: KubernetesObject) -> bool:
    provisioner = item.get("provisioner").text() or ""
    return provisioner == "kubernetes.io/no-provisioner" or any(
        word in provisioner.lower() for word in ("hostpath", "local-path", "openebs.io/local")
    )


def storage_class_values(values: Any) -> frozenset[str]:
    """Return the text that values hold under keys that name a storage class; the walk trusts no type."""
    found: set[str] = set()
    stack = [values]
    while stack:
        value = stack.pop()
        if isinstance(value, list):
            stack.extend(value)
        elif isinstance(value, dict):
            for key, part in value.items():
                if isinstance(part, str) and _names_class(str(key)):
                    found.add(part)
                else:
                    stack.append(part)
    return frozenset(found)


def _names_class(key: str) -> bool:
    return key.lower().replace("_", "").replace("-", "") in ("class", "storageclass", "storageclassname")
