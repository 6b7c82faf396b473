"""Where the Secrets of a namespace come from, by who owns them and what kind they are; never by their content."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from toetskader.facts.kubernetes.objects import KubernetesObject, Objects
from toetskader.facts.kubernetes.pods import condition
from toetskader.text import Text

SEALED = ("SealedSecret", "bitnami.com")
# Controllers that fill a Secret from a store outside the cluster; the norm on workloads takes these for right.
_STORES = frozenset(
    {
        ("ExternalSecret", "external-secrets.io"),
        ("ClusterExternalSecret", "external-secrets.io"),
        ("AzureKeyVaultSecret", "spv.no"),
        ("VaultStaticSecret", "secrets.hashicorp.com"),
        ("VaultDynamicSecret", "secrets.hashicorp.com"),
        ("SecretProviderClass", "secrets-store.csi.x-k8s.io"),
        ("OnePasswordItem", "onepassword.com"),
    }
)
_UNOWNED = "sealedsecrets.bitnami.com/skip-set-owner-references"
_EXEMPT_TYPES: Mapping[str, Text] = {
    "kubernetes.io/service-account-token": Text(
        "tokens van serviceaccounts, die Kubernetes maakt", "tokens of service accounts, which Kubernetes makes"
    ),
    "helm.sh/release.v1": Text("administratie van Helm", "Helm's own records"),
}


class Origin(StrEnum):
    """Where a Secret comes from."""

    SEALED = "sealed"
    """Unsealed from a SealedSecret."""
    STORE = "store"
    """Filled by a controller from a store outside the cluster."""
    CERTIFICATE = "certificate"
    """Made by cert-manager for a Certificate: there is nothing to seal."""
    PLATFORM = "platform"
    """Made by Kubernetes or Helm for themselves."""
    BY_HAND = "by hand"
    """Nothing shows what made it."""


@dataclass(frozen=True, slots=True)
class SecretOrigin:
    """A Secret, and where it comes from."""

    secret: KubernetesObject
    origin: Origin
    reason: Text | None = None
    """For what the platform made: what it is."""
    owner: str = ""
    """Name of the object that owns it."""


def origin(secret: KubernetesObject) -> SecretOrigin:
    """Tell where a Secret comes from, by its owners, its type and the marks of who made it.

    Where the type was not seen, Helm's records are known by their name with Helm's label, and tokens by the annotation
    that names their service account.
    """
    owners = {
        (owner.get("kind").text() or "", (owner.get("apiVersion").text() or "").rpartition("/")[0]): owner
        for owner in secret.get("metadata", "ownerReferences").each()
    }
    if SEALED in owners:
        return SecretOrigin(secret, Origin.SEALED, owner=owners[SEALED].get("name").text() or "")
    for key in _STORES & owners.keys():
        return SecretOrigin(secret, Origin.STORE, owner=f"{key[0]}/{owners[key].get('name').text()}")
    kind = secret.get("type").text()
    reason = _EXEMPT_TYPES.get(kind) if kind is not None else _by_marks(secret)
    if reason is not None:
        return SecretOrigin(secret, Origin.PLATFORM, reason)
    certificate = secret.annotations.get("cert-manager.io/certificate-name")
    by_cert_manager = any(group.endswith("cert-manager.io") for _, group in owners)
    if by_cert_manager or (certificate and kind in (None, "kubernetes.io/tls")):
        return SecretOrigin(secret, Origin.CERTIFICATE, owner=certificate or "")
    return SecretOrigin(secret, Origin.BY_HAND)


def _by_marks(secret: KubernetesObject) -> Text | None:
    if secret.name.startswith("sh.helm.release.v1.") and secret.labels.get("owner") == "helm":
        return _EXEMPT_TYPES["helm.sh/release.v1"]
    if "kubernetes.io/service-account.name" in secret.annotations:
        return _EXEMPT_TYPES["kubernetes.io/service-account-token"]
    return None


def sealed_by(objects: Objects) -> dict[str, KubernetesObject]:
    """Return name of a Secret → the SealedSecret that makes it. Raises `Unseen` when SealedSecrets were not seen."""
    return {
        item.get("spec", "template", "metadata", "name").text() or item.name: item
        for item in objects.of_kind(SEALED[0], group=SEALED[1])
    }


def leaves_owner_out(sealed: KubernetesObject) -> bool:
    """Tell whether a SealedSecret asks its controller to name no owner on the Secret it makes."""
    return sealed.get("spec", "template", "metadata", "annotations").labels().get(_UNOWNED) == "true"


def is_unsealed(sealed: KubernetesObject) -> bool | None:
    """Tell whether the controller could unseal it; None when its status does not say."""
    status = condition(sealed, "Synced").get("status").text()
    return None if status is None else status == "True"
