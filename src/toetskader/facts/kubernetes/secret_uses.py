"""Which Secrets the pods use, and where the chart says those come from."""

from collections.abc import Iterator
from dataclasses import dataclass

from toetskader.facts.kubernetes.declared import AT_HAND
from toetskader.facts.kubernetes.node import Node
from toetskader.facts.kubernetes.objects import KubernetesObject, Objects
from toetskader.facts.kubernetes.workloads import Workload, Workloads
from toetskader.facts.references import Replaced, Resolves, is_plain_path, programs
from toetskader.facts.secrets.documents import named_secrets
from toetskader.facts.secrets.encoded import decoded
from toetskader.facts.secrets.names import names_identity, names_place
from toetskader.facts.secrets.shapes import leaks
from toetskader.facts.secrets.values import is_literal, is_plain_address, looks_chosen

# Objects whose controller makes a Secret in the cluster, and where they name it; else it has the object's own name.
_SECRET_MAKERS: dict[str, tuple[str, ...]] = {
    "SealedSecret.bitnami.com": ("spec", "template", "metadata", "name"),
    "ExternalSecret.external-secrets.io": ("spec", "target", "name"),
    "ClusterExternalSecret.external-secrets.io": ("spec", "externalSecretName"),
    "ExternalSecret.kubernetes-client.io": ("metadata", "name"),
    "AzureKeyVaultSecret.spv.no": ("spec", "output", "secret", "name"),
    "VaultStaticSecret.secrets.hashicorp.com": ("spec", "destination", "name"),
    "VaultDynamicSecret.secrets.hashicorp.com": ("spec", "destination", "name"),
    "OnePasswordItem.onepassword.com": ("metadata", "name"),
    "Certificate.cert-manager.io": ("spec", "secretName"),
}
SECRET_MAKERS = tuple(_SECRET_MAKERS)
"""Kinds of objects of which a controller makes a Secret (`made_by_controllers`)."""


@dataclass(frozen=True, slots=True)
class SecretUse:
    """A place where a pod refers to a Secret."""

    name: str
    namespace: str
    node: Node


SECRET_USES = ("ServiceAccount",)
"""Kinds of objects, besides workloads, that refer to a Secret (`secret_uses`)."""


def secret_uses(workload: Workload, objects: Objects) -> Iterator[SecretUse]:
    """Yield every reference of a workload's pods to a Secret.

    From `env`, `envFrom`, volumes (projected too), and pull secrets, those of its service account in the same scene
    included.
    """
    for node in _names(workload, objects):
        name = node.text()
        if name:
            yield SecretUse(name, workload.namespace, node)


def _names(workload: Workload, objects: Objects) -> Iterator[Node]:
    for container in workload.containers:
        for entry in container.env():
            yield entry.get("valueFrom", "secretKeyRef", "name")
        for source in container.get("envFrom").each():
            yield source.get("secretRef", "name")
    for volume in workload.volumes():
        yield volume.get("secret", "secretName")
        for source in volume.get("projected", "sources").each():
            yield source.get("secret", "name")
    for entry in workload.pod.get("imagePullSecrets").each():
        yield entry.get("name")
    account = workload.pod.get("serviceAccountName").text()
    for item in objects.of_kind("ServiceAccount"):
        if account and item.name == account and item.namespace == workload.namespace:
            for entry in item.get("imagePullSecrets").each():
                yield entry.get("name")


def uses_secret_store(workloads: Workloads) -> bool:
    """Tell whether any pod, Helm tests included, takes something from a Secret or a secret store's volume."""
    for workload in workloads.with_tests:
        for container in workload.containers:
            if any(entry.get("valueFrom", "secretKeyRef") for entry in container.env()):
                return True
            if any(source.get("secretRef") for source in container.get("envFrom").each()):
                return True
        for volume in workload.volumes():
            if volume.get("secret") or volume.get("csi"):
                return True
            if any(source.get("secret") for source in volume.get("projected", "sources").each()):
                return True
    return False


SECRET_NAMES = (AT_HAND, *SECRET_MAKERS)
"""Kinds of objects that can name a Secret (`secret_names`)."""


def secret_names(objects: Objects) -> frozenset[str]:
    """Return the names of the Secrets that a scene holds, makes or refers to."""
    return named_secrets(item.root.value for item in objects) | {name for _, name in made_by_controllers(objects)}


def made_by_controllers(objects: Objects) -> frozenset[tuple[str, str]]:
    """Return (namespace, name) of the Secrets that a controller makes from an object of the scene."""
    found = set()
    for item in objects.present(*SECRET_MAKERS):
        path = _SECRET_MAKERS[f"{item.kind}.{item.group}"]
        found.add((item.namespace, item.get(*path).text() or item.name))
    return frozenset(found)


def filled_entries(secret: KubernetesObject) -> tuple[Node, ...]:
    """Return the entries of a Secret that hold a value of their own.

    Left out are empty entries, references of a program that the Secret's annotations name, and what is plainly not
    secret: a public certificate, a user name or client id by its key, an address without password, and where something
    is found (host, port, name of a database). Values that are no text, which the API would refuse, count.
    """
    replaced = Replaced(programs=programs(secret.get("metadata", "annotations").mapping()))
    return tuple(
        node
        for field in ("data", "stringData")
        for name, node in secret.get(field).entries()
        if not names_identity(name) and _is_filled(name, node.value, replaced, encoded=field == "data")
    )


def _is_filled(name: str, value: object, replaced: Resolves, *, encoded: bool) -> bool:
    if not isinstance(value, str):
        return value is not None and not names_place(name)
    text = decoded(value) if encoded else value
    if names_place(name) and not looks_chosen(text) and not leaks(text):
        return False
    return is_literal(text, replaced) and not is_plain_address(text) and not is_plain_path(text.strip())
