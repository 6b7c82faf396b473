"""Judgements on the storage that a namespace got."""

import re

from tests.test_live_images import require_running
from toetskader.facts.kubernetes.objects import Objects
from toetskader.facts.kubernetes.storage import LOCAL_CLAIM_KINDS, local_claims
from toetskader.facts.kubernetes.workloads import Workloads
from toetskader.judging import Findings, Text, check, not_applicable, undetermined

# Classes that AKS makes by itself, and provisioners of Azure's storage. Source: AKS, storage options for applications.
_OF_AKS = re.compile(
    r"default|managed(-premium|-csi(-premium)?)?|azurefile(-premium|-csi(-premium)?)?|azureblob-(fuse|nfs)(-premium)?"
)
_AZURE = ("disk.csi.azure.com", "file.csi.azure.com", "blob.csi.azure.com", "kubernetes.io/azure-disk",
          "kubernetes.io/azure-file")  # fmt: skip
_DEFAULT = "storageclass.kubernetes.io/is-default-class"


@check("storage.class_in_use", objects=LOCAL_CLAIM_KINDS)
def test_claims_use_the_classes_of_the_cluster(workloads: Workloads, objects: Objects, findings: Findings) -> None:
    """DDC 1.3: storage uses the storage accounts of Azure, by the classes that AKS has.

    Every claim is bound, and its class is one of AKS by name, or has a provisioner of Azure, or is the cluster's
    default. Another class that the cluster has was chosen by the platform, and is remarked on; storage on a node fails.
    """
    claims = [item for item in objects.of_kind("PersistentVolumeClaim") if not item.is_test]
    if not claims:
        require_running(workloads)
        not_applicable("Het component gebruikt geen PersistentVolumeClaim.", "The component uses no claim of storage.")
    on_nodes = {name for claim in local_claims(objects, workloads) for name in claim.names}
    classes = {}
    if objects.is_seen("StorageClass", "storage.k8s.io"):
        classes = {item.name: item for item in objects.of_kind("StorageClass", group="storage.k8s.io")}
    unknown: list[str] = []
    for claim in claims:
        phase = claim.get("status", "phase")
        if phase.text() == "Lost":
            findings.add(phase, seen=phase.value, expected="Bound")
        elif phase.text() != "Bound":
            unknown.append(f"{claim.where} ({phase.value or '-'})")
        node = claim.get("spec", "storageClassName")
        name = node.text() or ""
        if claim.name in on_nodes:
            findings.add(
                node,
                seen=Text(f"{name or claim.name}: opslag op een node", f"{name or claim.name}: storage on a node"),
                expected=Text("een klasse van AKS", "a class of AKS"),
            )
            continue
        known = classes.get(name)
        if _OF_AKS.fullmatch(name):
            continue
        if known is not None and (
            known.get("provisioner").text() in _AZURE or known.annotations.get(_DEFAULT) == "true"
        ):
            continue
        if known is not None:  # only the platform can make a class, so it chose this one
            findings.add(
                node,
                seen=f"{name}: {known.get('provisioner').value}",
                expected=Text("een klasse van AKS", "a class of AKS"),
                strength="recommended",
            )
        else:
            unknown.append(f"{claim.where} ({name or '-'})")
    if unknown:
        undetermined(
            f"Niet te zien of deze opslag van AKS is en er is: {', '.join(unknown[:5])}. Geef leesrecht op "
            "StorageClasses, en meet opnieuw als elke claim gebonden is.",
            f"Cannot see whether this storage is of AKS and is there: {', '.join(unknown[:5])}. Give read rights on "
            "StorageClasses, and measure again when every claim is bound.",
        )
