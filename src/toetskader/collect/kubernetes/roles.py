"""The roles with which a cluster can be audited: what the collectors ask of its API server, and for which requirements.

The manifest for operators is made of it (`toetskader roles --write`), so that it says what is asked, and nothing else.
"""

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from toetskader.collect.kubernetes.collector import READS
from toetskader.collect.kubernetes.objects import to_list
from toetskader.collect.kubernetes.resources import RESOURCES
from toetskader.facts.kubernetes.declared import EVERY_KIND

_WIDTH = 126
_RBAC = "rbac.authorization.k8s.io"
_OF_FACTS: dict[str, tuple[str, ...]] = {
    "logs": ("pods/log",),
    "metrics": ("pods/proxy",),
    "usage": ("pods.metrics.k8s.io",),
    "rights": (
        "namespaces",
        "subjectaccessreviews.authorization.k8s.io",
        *(f"{name}.{_RBAC}" for name in ("roles", "rolebindings", "clusterroles", "clusterrolebindings")),
    ),
}
"""Kind of fact → resources that are asked for it besides the lists of objects."""


@dataclass(frozen=True, slots=True)
class Need:
    """What one requirement needs of a cluster.

    Parameters: `section`, of which document, for people (`DDC 7.2`); `facts`, the kinds of facts that its judgement
    reads; `objects`, the kinds of objects that it declares (`facts.kubernetes.declared`).
    """

    section: str
    facts: frozenset[str]
    objects: frozenset[str]

    @property
    def resources(self) -> frozenset[str]:
        """Names of the resources that are asked for it, as kubectl takes them."""
        of_facts = (name for fact in self.facts for name in _OF_FACTS.get(fact, ()))
        listed = self.facts & READS.keys()
        kinds = self.objects.union(*(READS[fact] for fact in listed))
        return frozenset(of_facts).union(item.name for item in (to_list(kinds) if listed else ()))


@dataclass(frozen=True, slots=True)
class _Block:
    """Rights that are granted for one purpose. Parameters: `why`, that purpose in Dutch, the manifest's language."""

    why: str
    resources: tuple[str, ...]
    verbs: tuple[str, ...] = ("list",)


_NAMESPACE = (
    _Block(
        "Wat er draait",
        (
            "pods",
            "replicationcontrollers",
            "deployments.apps",
            "statefulsets.apps",
            "daemonsets.apps",
            "replicasets.apps",
            "jobs.batch",
            "cronjobs.batch",
        ),
    ),
    _Block("Bereikbaarheid", ("services",)),
    _Block("Adressen buiten het cluster", ("endpointslices.discovery.k8s.io",)),
    _Block(
        "Netwerkpolicies, ook die van Cilium en Calico",
        (
            "networkpolicies.networking.k8s.io",
            "ciliumnetworkpolicies.cilium.io",
            "networkpolicies.crd.projectcalico.org",
        ),
    ),
    _Block("Routes", ("ingresses.networking.k8s.io",)),
    _Block(
        "Routes van wat het cluster verder kent, en wat TLS ervoor beëindigt",
        (
            "httproutes.gateway.networking.k8s.io",
            "grpcroutes.gateway.networking.k8s.io",
            "tlsroutes.gateway.networking.k8s.io",
            "gateways.gateway.networking.k8s.io",
            "apisixroutes.apisix.apache.org",
            "apisixtlses.apisix.apache.org",
            "ingressroutes.traefik.io",
            "ingressroutes.traefik.containo.us",
            "virtualservices.networking.istio.io",
            "gateways.networking.istio.io",
            "routes.route.openshift.io",
        ),
    ),
    _Block(
        "Wat routes beperkt",
        (
            "backendtrafficpolicies.gateway.envoyproxy.io",
            "apisixpluginconfigs.apisix.apache.org",
            "apisixglobalrules.apisix.apache.org",
            "pluginconfigs.apisix.apache.org",
            "middlewares.traefik.io",
            "middlewares.traefik.containo.us",
            "kongplugins.configuration.konghq.com",
        ),
    ),
    _Block("Instellingen", ("configmaps",)),
    _Block(
        "Van Secrets worden alleen naam, soort en eigenaar opgevraagd; Kubernetes kent daar geen apart recht voor. "
        "Wilt u dat niet geven: laat `secrets` weg, dan zijn eisen hieruit niet te bepalen",
        ("secrets",),
    ),
    _Block("Waar Secrets vandaan komen", ("sealedsecrets.bitnami.com", "externalsecrets.external-secrets.io")),
    _Block("Wat met de hand gemaakt is", ("serviceaccounts",)),
    _Block("Opslag", ("persistentvolumeclaims",)),
    _Block(
        "Schalen en netjes stoppen",
        ("horizontalpodautoscalers.autoscaling", "poddisruptionbudgets.policy", "scaledobjects.keda.sh"),
    ),
    _Block(
        "Uitrol met Flux uit GitLab",
        (
            "helmreleases.helm.toolkit.fluxcd.io",
            "kustomizations.kustomize.toolkit.fluxcd.io",
            "gitrepositories.source.toolkit.fluxcd.io",
            "ocirepositories.source.toolkit.fluxcd.io",
            "helmrepositories.source.toolkit.fluxcd.io",
            "helmcharts.source.toolkit.fluxcd.io",
        ),
    ),
    _Block("Certificaten", ("certificates.cert-manager.io", "issuers.cert-manager.io")),
    _Block(
        "Waar metrieken te vinden zijn",
        ("servicemonitors.monitoring.coreos.com", "podmonitors.monitoring.coreos.com"),
    ),
    _Block("Lijsten met toegelaten adressen", ("securitypolicies.gateway.envoyproxy.io",)),
    _Block("Logregels", ("pods/log",), ("get",)),
    _Block("Metrieken, via de API", ("pods/proxy",), ("get",)),
    _Block("Verbruik", ("pods.metrics.k8s.io",)),
)
_CLUSTER = (
    _Block(
        "Of de namespace bestaat, en welke namen erop lijken; andere namespaces voor", ("namespaces",), ("get", "list")
    ),
    _Block("Volumes en klassen van opslag", ("persistentvolumes", "storageclasses.storage.k8s.io")),
    _Block(
        "Netwerkpolicies van het hele cluster",
        ("ciliumclusterwidenetworkpolicies.cilium.io", "globalnetworkpolicies.crd.projectcalico.org"),
    ),
    _Block("Plugins van Kong voor het hele cluster", ("kongclusterplugins.configuration.konghq.com",)),
    _Block("Uitgevers van certificaten voor het hele cluster", ("clusterissuers.cert-manager.io",)),
    _Block(
        'De vraag "mag deze persoon dit", die niets verandert',
        ("subjectaccessreviews.authorization.k8s.io",),
        ("create",),
    ),
    _Block(
        "Wie rechten geeft, in alle namespaces: een recht op één object staat alleen in de rollen",
        tuple(f"{name}.{_RBAC}" for name in ("roles", "rolebindings", "clusterroles", "clusterrolebindings")),
    ),
)
_ONLY_ALL = "alleen voor een snapshot, en om de chart te leggen naast wat er draait"

_START = """\
{head}
# Dit bestand is gemaakt met `toetskader roles --write`, uit wat de toetsen zeggen te lezen.
apiVersion: v1
kind: ServiceAccount
metadata:
  name: toetskader
  namespace: toetskader
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: toetskader-namespace
rules:
{namespace}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: toetskader-cluster
rules:
{cluster}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: toetskader
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: toetskader-cluster
subjects:
  - kind: ServiceAccount
    name: toetskader
    namespace: toetskader
---
# Een keer per namespace die getoetst wordt.
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: toetskader
  namespace: meldingen
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: toetskader-namespace
subjects:
  - kind: ServiceAccount
    name: toetskader
    namespace: toetskader
"""
_HEAD = (
    "Wat Toetskader in een cluster mag: alleen lezen, en vragen wie wat mag. De namespace `toetskader` is van de toets "
    "zelf; bind de Role in elke namespace die getoetst wordt. Bij elke regel staat waarvoor hij nodig is; wat u "
    "weglaat maakt alleen de eisen die ervan afhangen niet te bepalen. De chart naast wat er draait leggen gebruikt "
    "alle soorten: {sections}."
)


def roles(needs: Iterable[Need]) -> str:
    """Return the manifest with the roles, for all that requirements need: YAML in Dutch, for operators to apply.

    Raises ValueError when a resource that is asked for stands in no block here, or one that is never asked for does.
    """
    needs = [need for need in needs if need.resources]
    named = [name for block in (*_NAMESPACE, *_CLUSTER) for name in block.resources]
    asked = {item.name for item in RESOURCES}.union(*_OF_FACTS.values())
    if sorted(named) != sorted(asked):
        raise ValueError(f"granted but not asked for, or asked for but not granted: {sorted({*named} ^ asked)}")
    of_all = [need for need in needs if EVERY_KIND in need.objects]
    some = [need for need in needs if EVERY_KIND not in need.objects]
    return _START.format(
        head=_comment(_HEAD.format(sections=_sections(of_all)), ""),
        namespace="\n".join(_rules(_NAMESPACE, some)),
        cluster="\n".join(_rules(_CLUSTER, some)),
    )


def _rules(blocks: Iterable[_Block], needs: Sequence[Need]) -> Iterator[str]:
    listed = [need for need in needs if need.facts & READS.keys()]
    for block in blocks:
        served = [need for need in needs if not need.resources.isdisjoint(block.resources)]
        reasons = "elke eis" if listed and served == listed else _sections(served) or _ONLY_ALL
        yield _comment(f"{block.why}: {reasons}.", "  ")
        for groups, names in _by_group(block.resources):
            yield f"  - apiGroups: [{', '.join(groups)}]"
            yield f"    resources: [{', '.join(names)}]"
            yield f"    verbs: [{', '.join(block.verbs)}]"


def _by_group(resources: Iterable[str]) -> Iterator[tuple[list[str], tuple[str, ...]]]:
    """Yield the resources of each API group; groups that have the same ones together."""
    of_group: dict[str, tuple[str, ...]] = {}
    for resource in resources:
        name, _, group = resource.partition(".")
        of_group[group or '""'] = (*of_group.get(group or '""', ()), name)
    groups: dict[tuple[str, ...], list[str]] = {}
    for group, names in of_group.items():
        groups.setdefault(names, []).append(group)
    yield from ((found, names) for names, found in groups.items())


def _sections(needs: Iterable[Need]) -> str:
    """Name the sections that needs come from, by document: `DDC 1.3, 7.11; SLA 2.4`."""
    by_source: dict[str, set[str]] = {}
    for need in needs:
        source, _, section = need.section.partition(" ")
        by_source.setdefault(source, set()).add(section)
    return "; ".join(
        f"{source} {', '.join(sorted(found, key=_by_number))}" for source, found in sorted(by_source.items())
    )


def _by_number(section: str) -> tuple[tuple[int, str], ...]:
    return tuple((int(part) if part.isdecimal() else 0, part) for part in section.split("."))


def _comment(text: str, indent: str) -> str:
    return textwrap.fill(
        text, _WIDTH, initial_indent=f"{indent}# ", subsequent_indent=f"{indent}# ", break_on_hyphens=False
    )
