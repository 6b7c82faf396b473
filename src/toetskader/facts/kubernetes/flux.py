"""What Flux applies in a namespace, in what state, and from where (Flux APIs helm, kustomize and source, v1 and v2)."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from toetskader.facts.attempt import Unseen
from toetskader.facts.kubernetes.declared import in_group, must_be_declared
from toetskader.facts.kubernetes.node import Node
from toetskader.facts.kubernetes.objects import KubernetesObject, Objects
from toetskader.facts.kubernetes.pods import condition
from toetskader.text import Text

HELM = "helm.toolkit.fluxcd.io"
KUSTOMIZE = "kustomize.toolkit.fluxcd.io"
SOURCE = "source.toolkit.fluxcd.io"
_APPLIERS = (("HelmRelease", HELM), ("Kustomization", KUSTOMIZE))
SOURCES = ("GitRepository", "OCIRepository", "HelmRepository", "HelmChart")
"""Kinds that an applier can take its content from, as far as they are read."""
FLUX_KINDS = (
    *(in_group(kind, group) for kind, group in _APPLIERS),
    *(in_group(kind, SOURCE) for kind in SOURCES),
)
"""Kinds of objects of Flux (`find`)."""


@dataclass(frozen=True, slots=True)
class Reference:
    """An object of Flux by name."""

    kind: str
    group: str
    name: str
    namespace: str

    @property
    def where(self) -> str:
        """The object for people: `HelmRelease/zaken/app`."""
        return f"{self.kind}/{self.namespace}/{self.name}"


def applied_by(item: KubernetesObject) -> Reference | None:
    """Return what of Flux applied an object, by the labels that Flux gives it; None when it bears none.

    What a HelmRelease makes counts as the release's, whatever applied the release.
    """
    for kind, group in _APPLIERS:
        name = item.labels.get(f"{group}/name")
        if name:
            return Reference(kind, group, name, item.labels.get(f"{group}/namespace") or item.namespace)
    return None


def find(objects: Objects, reference: Reference) -> KubernetesObject | None:
    """Return the object a reference names, if the namespace holds it.

    Raises `Unseen` when its kind was not seen, as of a source that is none of `SOURCES` (a Bucket).
    """
    must_be_declared(*FLUX_KINDS)
    if reference.group == SOURCE and reference.kind not in SOURCES:
        raise Unseen(
            reference.kind,
            Text(
                f"{reference.where} is een bron die hier niet gelezen wordt; gebruik een GitRepository.",
                f"{reference.where} is a source that is not read here; use a GitRepository.",
            ),
        )
    for item in objects.of_kind(reference.kind, group=reference.group):
        if (item.name, item.namespace) == (reference.name, reference.namespace):
            return item
    return None


def sources(applier: KubernetesObject) -> Iterator[Reference]:
    """Yield where a HelmRelease or Kustomization, or the chart it names, takes its content from."""
    for path in (("spec", "chart", "spec", "sourceRef"), ("spec", "chartRef"), ("spec", "sourceRef")):
        node = applier.get(*path)
        kind, name = node.get("kind").text(), node.get("name").text()
        if kind and name:
            yield Reference(kind, SOURCE, name, node.get("namespace").text() or applier.namespace)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why something of Flux does not do its work now."""

    node: Node
    seen: str
    expected: str


def troubles(item: KubernetesObject) -> Iterator[Trouble]:
    """Yield why an object of Flux is not in order: suspended, not Ready, or not looked at since its last change.

    A status that says nothing of Ready is no order either: then nothing was reconciled yet.
    """
    suspended = item.get("spec", "suspend")
    if suspended.flag() is True:
        yield Trouble(suspended, "true", "false")
    ready = condition(item, "Ready")
    status = ready.get("status")
    if status.text() != "True":
        reason = ready.get("reason").text() or ""
        yield Trouble(status, f"{status.value or '-'} {reason}".strip(), "True")
    observed = item.get("status", "observedGeneration")
    generation = item.get("metadata", "generation").number()
    if generation is not None and (observed.number() or 0) < generation and status.text() == "True":
        yield Trouble(observed, str(observed.value), str(generation))


def host_of(url: str) -> str:
    """Return the host in the address of a repository, in lower case; empty when it has none.

    Takes `https://`, `ssh://`, `oci://` and the short form that git knows, `git@host:path`.
    """
    if "://" not in url:
        before, colon, _ = url.partition(":")
        return before.rpartition("@")[2].lower() if colon and "/" not in before else ""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""
