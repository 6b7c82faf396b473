"""What works on Azure only."""

import pytest
from from_yaml import objects

from toetskader.facts.azure import azure_uses

USES = {
    "{kind: Service, metadata: {name: x, annotations: {service.beta.kubernetes.io/azure-pls-name: a}}}": (
        "service.beta.kubernetes.io/azure-pls-name"
    ),
    "{kind: Pod, metadata: {name: x}, spec: {nodeSelector: {kubernetes.azure.com/os: x}}}": "kubernetes.azure.com/os",
    "{kind: Pod, metadata: {name: x, labels: {azure.workload.identity/use: 'true'}}}": "azure.workload.identity/use",
    "{kind: Pod, metadata: {name: x}, spec: {volumes: [{name: v, azureFile: {shareName: s}}]}}": "azureFile",
    "{kind: PersistentVolume, metadata: {name: x}, spec: {csi: {driver: file.csi.azure.com}}}": "file.csi.azure.com",
    "{kind: StorageClass, metadata: {name: x}, provisioner: disk.csi.azure.com}": "disk.csi.azure.com",
    "{kind: PersistentVolumeClaim, metadata: {name: x}, spec: {storageClassName: managed-csi}}": "managed-csi",
    "{kind: ConfigMap, metadata: {name: x}, data: {U: 'https://a.blob.core.windows.net'}}": "a.blob.core.windows.net",
    "{apiVersion: spv.no/v1, kind: AzureKeyVaultSecret, metadata: {name: x}}": "spv.no",
    "{kind: Ingress, metadata: {}, spec: {ingressClassName: azure-application-gateway}}": "azure-application-gateway",
    # A definition that is Azure's own is a use; what the schema in it names is none.
    "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: x, annotations:"
    " {service.beta.kubernetes.io/azure-x: a}}, spec: {versions: [{schema: {openAPIV3Schema: {properties:"
    " {azureFile: {type: object}}}}}]}}": "service.beta.kubernetes.io/azure-x",
    "{apiVersion: apiextensions.k8s.io/v1beta1, kind: CustomResourceDefinition, metadata: {name: x}, spec: {validation:"
    " {openAPIV3Schema: {properties: {azureDisk: {type: object}}}}}}": "",
    "{apiVersion: apiextensions.crossplane.io/v1, kind: CompositeResourceDefinition, metadata: {name: x}, spec:"
    " {versions: [{schema: {openAPIV3Schema: {properties: {url: {description: see a.blob.core.windows.net}}}}}]}}": "",
    "{apiVersion: templates.gatekeeper.sh/v1, kind: ConstraintTemplate, metadata: {name: x}, spec: {crd: {spec:"
    " {validation: {openAPIV3Schema: {properties: {kubernetes.azure.com/mode: {type: string}}}}}}}}": "",
    # Entra ID serves any platform, an image registry is a place to copy from, and words are words.
    "{kind: ConfigMap, metadata: {name: x}, data: {OIDC: 'https://login.microsoftonline.com/t'}}": "",
    "{kind: Pod, metadata: {name: x}, spec: {containers: [{name: c, image: acr.azurecr.io/app}]}}": "",
    "{kind: ConfigMap, metadata: {name: x}, data: {AZURE_CLIENT_ID: '', note: runs on azure too}}": "",
    "{kind: PersistentVolumeClaim, metadata: {name: x}, spec: {storageClassName: standard}}": "",
}


@pytest.mark.parametrize(("document", "what"), USES.items())
def test_azure_uses(document: str, what: str) -> None:
    (item,) = objects(document)
    assert [use.what for use in azure_uses(item)] == [what] * bool(what)


def test_a_use_has_its_path() -> None:
    (item,) = objects("{kind: Pod, metadata: {name: x}, spec: {volumes: [{name: v, azureFile: {shareName: s}}]}}")
    assert [use.node.path for use in azure_uses(item)] == ["spec.volumes[0].azureFile"]
