"""Judgements on how a component came into its namespace: by Flux from the municipality's GitLab, alone, and whole."""

from collections import defaultdict
from collections.abc import Iterator

import msgspec

from tests.test_live_images import require_running
from toetskader.facts.kubernetes.declared import AT_HAND
from toetskader.facts.kubernetes.drift import RELEASE_NAME
from toetskader.facts.kubernetes.flux import FLUX_KINDS, Reference, applied_by, find, host_of, sources, troubles
from toetskader.facts.kubernetes.objects import KubernetesObject, Objects
from toetskader.facts.kubernetes.owners import Owners
from toetskader.facts.kubernetes.workloads import POD_KINDS, Workloads
from toetskader.judging import Findings, Parameters, Text, check, undetermined

_BY_FLUX = Text("toegepast door een HelmRelease of Kustomization", "applied by a HelmRelease or Kustomization")


@check("delivery.by_flux", objects=FLUX_KINDS)
def test_flux_delivers_from_the_municipal_gitlab(
    workloads: Workloads, objects: Objects, parameters: Parameters, findings: Findings
) -> None:
    """DDC 1.4: deployment goes through GitLab and Flux.

    Every workload bears the labels by which Flux knows what it applied; what applied it is there, not suspended and
    Ready at its last change; and the definition comes from a GitRepository at the municipality's GitLab: that of the
    HelmRelease's chart, or of the Kustomization that applied the HelmRelease.
    """
    require_running(workloads)
    appliers: dict[Reference, KubernetesObject] = {}
    for workload in workloads:
        reference = applied_by(workload.object)
        if reference is None and (workloads.is_managed(workload) or workload.is_hook):
            continue  # Flux labels neither what an operator made, nor the hooks that Helm runs for it
        if reference is None:
            findings.add(
                workload.get("metadata", "labels"),
                seen=Text("geen labels van Flux", "no labels of Flux"),
                expected=_BY_FLUX,
                remedy=Text(
                    "Beschrijf deze workload in de GitLab-repository die Flux toepast en verwijder wat met de hand is "
                    "gemaakt.",
                    "Describe this workload in the GitLab repository that Flux applies, and remove what was made by "
                    "hand.",
                ),
            )
        else:
            appliers.setdefault(reference, workload.object)
    host = str(parameters.require("gitlab_host")).lower()
    chain = _Chain(objects, host, findings)
    for reference, applied in appliers.items():
        chain.follow(reference, applied)
    if chain.unseen:
        names = ", ".join(dict.fromkeys(item.where for item in chain.unseen))
        undetermined(
            f"Niet gezien: {names}. Geef leesrecht op de Flux-objecten in die namespace, of lever ze mee in de dump.",
            f"Not seen: {names}. Give read rights on the objects of Flux in that namespace, or add them to the dump.",
        )


class _Chain:
    """Follows what Flux applied to the repository that it comes from."""

    def __init__(self, objects: Objects, host: str, findings: Findings) -> None:
        self._objects = objects
        self._host = host
        self._findings = findings
        self._followed: set[Reference] = set()
        self.unseen: list[Reference] = []

    def follow(self, reference: Reference, applied: KubernetesObject) -> None:
        """Report what is wrong with an applier, and where it takes its content from."""
        if reference in self._followed:
            return
        self._followed.add(reference)
        item = self._find(reference, applied)
        if item is None:
            return
        for trouble in troubles(item):
            self._findings.add(trouble.node, seen=trouble.seen, expected=trouble.expected)
        known = [self._find(source, item) for source in sources(item)]
        here = [source for source in known if source is not None]
        git = [source for source in here if source.kind == "GitRepository"]
        for source in here:
            for trouble in troubles(source):
                self._findings.add(trouble.node, seen=trouble.seen, expected=trouble.expected)
        if item.kind == "HelmRelease" and not any(self._is_municipal(source) for source in git):
            above = applied_by(item)
            if above is None:
                self._findings.add(
                    item,
                    seen=Text("een HelmRelease die niemand toepast", "a HelmRelease that nothing applies"),
                    expected=Text(
                        f"toegepast door een Kustomization uit {self._host}",
                        f"applied by a Kustomization from {self._host}",
                    ),
                )
            else:
                self.follow(above, item)
        elif item.kind == "Kustomization":
            self._report_sources(item, here, complete=len(here) == len(known))

    def _report_sources(self, item: KubernetesObject, here: list[KubernetesObject], *, complete: bool) -> None:
        expected = Text(f"een GitRepository op {self._host}", f"a GitRepository at {self._host}")
        for source in here:
            if not self._is_municipal(source):
                url = source.get("spec", "url")
                self._findings.add(
                    url, seen=host_of(url.text() or "") or Text("geen host", "no host"), expected=expected
                )
        if not here and complete:
            self._findings.add(item.get("spec", "sourceRef"), seen=None, expected=expected)

    def _is_municipal(self, source: KubernetesObject) -> bool:
        return source.kind == "GitRepository" and host_of(source.get("spec", "url").text() or "") == self._host

    def _find(self, reference: Reference, by: KubernetesObject) -> KubernetesObject | None:
        """Return an object of Flux. One that is not in this namespace is missing; one elsewhere was not seen."""
        found = find(self._objects, reference)
        if found is None and reference.namespace == self._objects.namespace:
            expected = Text("een object van Flux dat er is", "an object of Flux that is there")
            self._findings.add(by, seen=Text(reference.where, reference.where), expected=expected)
        elif found is None:
            self.unseen.append(reference)
        return found


class ComponentParams(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Parameters of `namespace.one_component`."""

    component_label: str
    """Label that names the functional component a workload is part of."""


@check("namespace.one_component", params=ComponentParams)
def test_namespace_holds_one_component(workloads: Workloads, params: ComponentParams, findings: Findings) -> None:
    """DDC 7.6: every namespace belongs to one functional component.

    The label says of which component a workload is; without it the Helm release, which delivers one component. Whether
    the component is in other namespaces too does not show here. All of the namespace is looked at, whatever the
    target's selector says.
    """
    require_running(workloads)
    everything = [workload for workload in workloads.of_namespace if not workload.object.is_test]
    members: dict[str, list[str]] = defaultdict(list)
    unknown: list[str] = []
    for workload in everything:
        label = workload.object.labels.get(params.component_label) or workload.pod_labels.get(params.component_label)
        release = workload.object.annotations.get(RELEASE_NAME)
        if label or release:
            members[label or f"release {release}"].append(workload.where)
        else:
            unknown.append(workload.where)
    names = sorted(members)
    findings.saw(f"componenten: {', '.join(names) or '-'}", f"components: {', '.join(names) or '-'}")
    if len(members) > 1:
        main = max(members, key=lambda name: (len(members[name]), name))
        for workload in everything:
            others = [name for name, items in members.items() if workload.where in items and name != main]
            if others:
                findings.add(
                    workload.get("metadata", "labels"),
                    seen=Text(f"component {others[0]}", f"component {others[0]}"),
                    expected=Text(f"alleen {main} in deze namespace", f"only {main} in this namespace"),
                )
    if unknown:
        undetermined(
            f"Bij welk component {', '.join(unknown[:5])} hoort, is niet te zien: geef het label "
            f"{params.component_label}.",
            f"To what component {', '.join(unknown[:5])} belongs does not show: give the label "
            f"{params.component_label}.",
        )


# What a chart delivers. Policies, roles and quota are left out: a platform puts those in a namespace as well.
_DELIVERED = (
    *POD_KINDS,
    "Service",
    "ConfigMap",
    "ServiceAccount",
    "Ingress",
    "HTTPRoute",
    "HorizontalPodAutoscaler",
    "PodDisruptionBudget",
    "PersistentVolumeClaim",
)
_BY_PLATFORM = frozenset(
    {
        ("ConfigMap", "kube-root-ca.crt"),
        ("ConfigMap", "openshift-service-ca.crt"),
        ("ConfigMap", "istio-ca-root-cert"),
        ("ServiceAccount", "default"),
        ("ServiceAccount", "builder"),
        ("ServiceAccount", "deployer"),
        ("Service", "kubernetes"),
    }
)


@check("delivery.nothing_by_hand", objects=(AT_HAND, *_DELIVERED))
def test_nothing_was_made_by_hand(workloads: Workloads, objects: Objects, findings: Findings) -> None:
    """DDC 7.7: the chart deploys everything, so that nothing in the namespace was made by hand.

    An object is delivered when it bears the marks of a Helm release or of Flux, or when something else owns it. Claims
    that a StatefulSet made have neither and are known by their name; so is what Kubernetes puts in each namespace.
    """
    require_running(workloads)
    owners = Owners(objects)
    for item in objects.of_kind(*_DELIVERED):
        if item.namespace != objects.namespace or (item.kind, item.name) in _BY_PLATFORM or _is_delivered(item, owners):
            continue
        if item.kind == "PersistentVolumeClaim" and any(item.name.startswith(name) for name in _templates(workloads)):
            continue
        findings.add(
            item,
            seen=Text("geen merk van Helm of Flux, en geen eigenaar", "no mark of Helm or Flux, and no owner"),
            expected=Text("een object uit de chart", "an object from the chart"),
            remedy=Text(
                "Neem het object op in de chart, of verwijder het.", "Put the object in the chart, or remove it."
            ),
        )


def _is_delivered(item: KubernetesObject, owners: Owners) -> bool:
    return (
        RELEASE_NAME in item.annotations
        or applied_by(item) is not None
        or owners.is_made(item)
        or bool(item.hooks)  # Helm puts no marks of the release on hooks
    )


def _templates(workloads: Workloads) -> Iterator[str]:
    for workload in workloads.of_namespace:
        for template in workload.get("spec", "volumeClaimTemplates").each():
            yield f"{template.get('metadata', 'name').text()}-{workload.name}-"
