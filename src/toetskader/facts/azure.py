"""What in Kubernetes objects works on Azure only."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from toetskader.facts.kubernetes.node import Node
from toetskader.facts.kubernetes.objects import KubernetesObject
from toetskader.patterns import linear

# Prefixes of annotations, labels and node selectors that Azure's own controllers read (AKS and its add-ons).
_KEY = linear(
    r"service\.beta\.kubernetes\.io/azure-[\w-]+|(?:[\w-]+\.)*azure\.(?:com|io)/[\w./-]+"
    r"|azure\.workload\.identity/[\w-]+"
    r"|aadpodidbinding|appgw\.ingress\.kubernetes\.io/[\w-]+|agentpool|kubernetes\.azure\.com/[\w./-]+"
)
_GROUP = linear(
    r"(?:.*\.)?azure\.(?:com|io)|aadpodidentity\.k8s\.io|spv\.no|.*\.azure\.upbound\.io|alb\.networking\.azure\.io"
)
# Storage classes that AKS creates in every cluster.
_STORAGE_CLASS = re.compile(
    r"managed|managed-(?:premium|csi)(?:-premium)?|default-azure|azurefile(?:-csi)?(?:-premium)?"
    r"|azureblob-\w+(?:-premium)?"
)
_DRIVER = re.compile(r"(?:disk|file|blob)\.csi\.azure\.com|kubernetes\.io/azure-(?:disk|file)")
_INGRESS_CLASS = re.compile(r"azure[-/]application-gateway|webapprouting\.kubernetes\.azure\.com|azure-alb-\w+")
# Entra ID's addresses are not here: identities come from Entra ID on any platform (DDC 1.3).
_HOST = linear(
    r"[\w.-]{0,100}\.(?:(?:blob|file|queue|table|dfs)\.core\.windows\.net|vault\.azure\.net|(?:postgres"
    r"|mysql)\.database\.azure\.com"
    r"|database\.windows\.net|servicebus\.windows\.net|redis\.cache\.windows\.net|documents\.azure\.com"
    r"|azurewebsites\.net"
    r"|azure-api\.net|azconfig\.io|monitor\.azure\.com)",
    re.IGNORECASE,
)
_HINTS = ("azure", "aadpodid", "appgw", "agentpool", "windows.net", "azconfig", "spv.no")
_HINT = re.compile("|".join(map(re.escape, _HINTS)))
_VOLUMES = ("azureDisk", "azureFile")
# What holds the schema of other objects, in every kind that defines one (CustomResourceDefinition, Crossplane's
# CompositeResourceDefinition, Gatekeeper's ConstraintTemplate): it names what those may have, and uses nothing.
_SCHEMA = "openAPIV3Schema"
# What any use has somewhere in the object, to look for before walking it. A storage class is a text of its own.
_TRACES = (*_HINTS, '"managed')


@dataclass(frozen=True, slots=True)
class AzureUse:
    """A place in an object that works on Azure only."""

    node: Node
    what: str
    """The key, class, driver or host itself."""


def azure_uses(item: KubernetesObject) -> Iterator[AzureUse]:
    """Yield the places in an object that work on Azure only.

    They are: its API group, keys of annotations, labels and selectors, storage classes, CSI drivers, volumes, ingress
    classes, and host names of Azure services anywhere in its text, but for schemas of other objects.
    """
    if _GROUP.fullmatch(item.group):
        yield AzureUse(item.get("apiVersion"), item.group)
        return
    if not any(map(item.haystack.__contains__, _TRACES)):
        return
    stack: list[tuple[str, str, Any]] = [("", "", item.document)]
    while stack:
        path, key, value = stack.pop()
        if isinstance(value, dict):
            for name, part in value.items():
                if name == _SCHEMA:
                    continue
                here = f"{path}.{name}" if path else str(name)
                if (name in _VOLUMES and isinstance(part, dict)) or (_HINT.search(name) and _KEY.fullmatch(name)):
                    yield AzureUse(Node(part, here, item), name)
                else:
                    stack.append((here, name, part))
        elif isinstance(value, list):
            stack.extend((f"{path}[{index}]", key, part) for index, part in enumerate(value))
        elif isinstance(value, str):
            what = _in_text(key, value)
            if what:
                yield AzureUse(Node(value, path, item), what)


def _in_text(key: str, value: str) -> str:
    """Return what in a text works on Azure only, given the key it stands under."""
    if key == "storageClassName" and _STORAGE_CLASS.fullmatch(value):
        return value
    if not _HINT.search(value):
        return ""
    # A label or taint of its nodes, as affinities and tolerations name them.
    if key in ("key", "topologyKey") and _KEY.fullmatch(value):
        return value
    if (key in ("driver", "provisioner") and _DRIVER.fullmatch(value)) or (key == "provider" and value == "azure"):
        return value
    if key in ("ingressClassName", "kubernetes.io/ingress.class", "gatewayClassName") and _INGRESS_CLASS.fullmatch(
        value
    ):
        return value
    match = _HOST.search(value)
    return match[0] if match else ""
