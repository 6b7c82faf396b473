"""Rebuild `src/toetskader/facts/kubernetes/api.json` from the Kubernetes API's own OpenAPI definitions.

Run once per Kubernetes release, in an environment of its own:

    pip install kubernetes-validate
    python maintenance/kubernetes_api.py

The package carries the OpenAPI definitions of each Kubernetes minor version as JSON Schema (Apache-2.0). Kept are names
of fields, their types and whether they must be there, each with the versions it exists in; no descriptions.
"""

import json
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

# From 1.32 on no beta API is served unless a cluster's administrator switches it on (the last one that was, flow
# control v1beta3, went away in 1.32), so that from there alpha and beta can be left out of what is served.
VERSIONS = ("1.32", "1.33", "1.34", "1.35", "1.36", "1.37")
TARGET = Path(__file__).parent.parent / "src/toetskader/facts/kubernetes/api.json"
SCALARS = ("string", "integer", "number", "boolean")
# Types whose OpenAPI definition says less than the API accepts.
SPECIAL = {
    "io.k8s.apimachinery.pkg.api.resource.Quantity": "quantity",
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": "int-or-string",
    "io.k8s.apimachinery.pkg.apis.meta.v1.Time": "string",
    "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime": "string",
    "io.k8s.apimachinery.pkg.apis.meta.v1.ManagedFieldsEntry": "any",
}
# APIs that are no longer served: what replaced each (empty for nothing), and the first version without it. Source: the
# deprecated API migration guide of the Kubernetes documentation; of alpha versions the change logs of 1.21 and 1.23.
REPLACED = {
    "extensions/v1beta1/Ingress": ("networking.k8s.io/v1", "1.22"),
    "networking.k8s.io/v1beta1/Ingress": ("networking.k8s.io/v1", "1.22"),
    "networking.k8s.io/v1beta1/IngressClass": ("networking.k8s.io/v1", "1.22"),
    "extensions/v1beta1/NetworkPolicy": ("networking.k8s.io/v1", "1.16"),
    "extensions/v1beta1/Deployment": ("apps/v1", "1.16"),
    "apps/v1beta1/Deployment": ("apps/v1", "1.16"),
    "apps/v1beta2/Deployment": ("apps/v1", "1.16"),
    "extensions/v1beta1/DaemonSet": ("apps/v1", "1.16"),
    "apps/v1beta2/DaemonSet": ("apps/v1", "1.16"),
    "apps/v1beta1/StatefulSet": ("apps/v1", "1.16"),
    "apps/v1beta2/StatefulSet": ("apps/v1", "1.16"),
    "extensions/v1beta1/ReplicaSet": ("apps/v1", "1.16"),
    "apps/v1beta2/ReplicaSet": ("apps/v1", "1.16"),
    "batch/v1beta1/CronJob": ("batch/v1", "1.25"),
    "batch/v2alpha1/CronJob": ("batch/v1", "1.21"),
    "policy/v1beta1/PodDisruptionBudget": ("policy/v1", "1.25"),
    "policy/v1beta1/PodSecurityPolicy": ("", "1.25"),
    "extensions/v1beta1/PodSecurityPolicy": ("", "1.16"),
    "autoscaling/v2beta1/HorizontalPodAutoscaler": ("autoscaling/v2", "1.25"),
    "autoscaling/v2beta2/HorizontalPodAutoscaler": ("autoscaling/v2", "1.26"),
    "discovery.k8s.io/v1beta1/EndpointSlice": ("discovery.k8s.io/v1", "1.25"),
    "events.k8s.io/v1beta1/Event": ("events.k8s.io/v1", "1.25"),
    "rbac.authorization.k8s.io/v1beta1/Role": ("rbac.authorization.k8s.io/v1", "1.22"),
    "rbac.authorization.k8s.io/v1beta1/RoleBinding": ("rbac.authorization.k8s.io/v1", "1.22"),
    "rbac.authorization.k8s.io/v1beta1/ClusterRole": ("rbac.authorization.k8s.io/v1", "1.22"),
    "rbac.authorization.k8s.io/v1beta1/ClusterRoleBinding": ("rbac.authorization.k8s.io/v1", "1.22"),
    "rbac.authorization.k8s.io/v1alpha1/Role": ("rbac.authorization.k8s.io/v1", "1.23"),
    "rbac.authorization.k8s.io/v1alpha1/RoleBinding": ("rbac.authorization.k8s.io/v1", "1.23"),
    "apiextensions.k8s.io/v1beta1/CustomResourceDefinition": ("apiextensions.k8s.io/v1", "1.22"),
    "admissionregistration.k8s.io/v1beta1/MutatingWebhookConfiguration": ("admissionregistration.k8s.io/v1", "1.22"),
    "admissionregistration.k8s.io/v1beta1/ValidatingWebhookConfiguration": ("admissionregistration.k8s.io/v1", "1.22"),
    "apiregistration.k8s.io/v1beta1/APIService": ("apiregistration.k8s.io/v1", "1.22"),
    "scheduling.k8s.io/v1beta1/PriorityClass": ("scheduling.k8s.io/v1", "1.22"),
    "scheduling.k8s.io/v1alpha1/PriorityClass": ("scheduling.k8s.io/v1", "1.23"),
    "storage.k8s.io/v1beta1/StorageClass": ("storage.k8s.io/v1", "1.22"),
    "storage.k8s.io/v1beta1/CSIDriver": ("storage.k8s.io/v1", "1.22"),
    "storage.k8s.io/v1beta1/CSIStorageCapacity": ("storage.k8s.io/v1", "1.27"),
    "coordination.k8s.io/v1beta1/Lease": ("coordination.k8s.io/v1", "1.22"),
    "certificates.k8s.io/v1beta1/CertificateSigningRequest": ("certificates.k8s.io/v1", "1.22"),
    "node.k8s.io/v1beta1/RuntimeClass": ("node.k8s.io/v1", "1.25"),
    "flowcontrol.apiserver.k8s.io/v1beta3/FlowSchema": ("flowcontrol.apiserver.k8s.io/v1", "1.32"),
    "flowcontrol.apiserver.k8s.io/v1beta3/PriorityLevelConfiguration": ("flowcontrol.apiserver.k8s.io/v1", "1.32"),
    "apps/v1beta1/ReplicaSet": ("apps/v1", "1.16"),
    "storage.k8s.io/v1beta1/CSINode": ("storage.k8s.io/v1", "1.22"),
    "storage.k8s.io/v1beta1/VolumeAttachment": ("storage.k8s.io/v1", "1.22"),
    "flowcontrol.apiserver.k8s.io/v1beta1/FlowSchema": ("flowcontrol.apiserver.k8s.io/v1", "1.26"),
    "flowcontrol.apiserver.k8s.io/v1beta1/PriorityLevelConfiguration": ("flowcontrol.apiserver.k8s.io/v1", "1.26"),
    "flowcontrol.apiserver.k8s.io/v1beta2/FlowSchema": ("flowcontrol.apiserver.k8s.io/v1", "1.29"),
    "flowcontrol.apiserver.k8s.io/v1beta2/PriorityLevelConfiguration": ("flowcontrol.apiserver.k8s.io/v1", "1.29"),
}


def main() -> None:
    """Write the table for all versions."""
    folder = package_folder()
    definitions = [
        json.loads((folder / f"v{version}.0-local-strict/_definitions.json").read_text())["$defs"]
        for version in VERSIONS
    ]
    kinds: dict[str, list[str | None]] = {}
    fields: dict[str, dict[str, list[str | None]]] = {}
    for index, known in enumerate(definitions):
        tops = dict(served(known))
        for kind, name in tops.items():
            kinds.setdefault(kind, [None] * len(VERSIONS))[index] = short(name)
        for name in reachable(known, tops.values()):
            row = fields.setdefault(short(name), {})
            for field, written in described(known[name], top=name in tops.values()):
                row.setdefault(field, [None] * len(VERSIONS))[index] = written
    table = {
        "source": "OpenAPI definitions of Kubernetes (Apache-2.0), reduced to names and types by "
        "maintenance/kubernetes_api.py",
        "versions": VERSIONS,
        "kinds": {kind: ranged(values) for kind, values in sorted(kinds.items())},
        "types": {
            name: {field: ranged(values) for field, values in sorted(row.items())}
            for name, row in sorted(fields.items())
        },
        "replaced": REPLACED,
    }
    TARGET.write_text(json.dumps(table, indent=0, separators=(",", ":")) + "\n")
    sys.stdout.write(f"{TARGET}: {len(kinds)} kinds, {len(fields)} types, {TARGET.stat().st_size} bytes\n")


def package_folder() -> Path:
    """Return the folder with the definitions of the installed package."""
    spec = find_spec("kubernetes_validate")
    if spec is None or spec.origin is None:
        sys.exit("kubernetes-validate is not installed here; run: pip install kubernetes-validate")
    return Path(spec.origin).parent / "kubernetes-json-schema"


def served(known: dict[str, Any]) -> list[tuple[str, str]]:
    """Return group/version/kind and definition of the stable kinds an object can have."""
    found = []
    for name, definition in known.items():
        for entry in definition.get("x-kubernetes-group-version-kind", []):
            version = entry["version"]
            if "beta" in version or "alpha" in version or "metadata" not in definition.get("properties", {}):
                continue
            if not entry["kind"].endswith("List") and not name.startswith("io.k8s.apimachinery"):
                prefix = f"{entry['group']}/" if entry["group"] else ""
                found.append((f"{prefix}{version}/{entry['kind']}", name))
    return found


def reachable(known: dict[str, Any], tops: Any) -> set[str]:
    """Return the definitions that the kinds are built from."""
    todo, done = list(tops), set()
    while todo:
        name = todo.pop()
        if name in done:
            continue
        done.add(name)
        for field, schema in known[name].get("properties", {}).items():
            if field == "status" and name in tops:
                continue
            reference = referred(schema)
            if reference and reference not in SPECIAL and known[reference].get("properties"):
                todo.append(reference)
    return done


def referred(schema: dict[str, Any]) -> str:
    """Return the definition a field's type ends in, through lists and maps."""
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            return referred(schema[key])
    return schema["$ref"].rpartition("/")[2] if "$ref" in schema else ""


def described(definition: dict[str, Any], *, top: bool) -> list[tuple[str, str]]:
    """Return field and type of a definition; `!` marks a field that must be there."""
    required = definition.get("required", [])
    found = []
    for field, schema in definition["properties"].items():
        written = "any" if top and field == "status" else type_of(schema)
        found.append((field, written + "!" * (field in required)))
    return found


def type_of(schema: dict[str, Any]) -> str:
    """Write a type: `string`, `[string]` for a list, `{string}` for a map, or the name of another type."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return SPECIAL.get(name) or (short(name) if name in WITH_FIELDS else "any")
    if isinstance(schema.get("items"), dict):
        return f"[{type_of(schema['items'])}]"
    if isinstance(schema.get("additionalProperties"), dict):
        return "{" + type_of(schema["additionalProperties"]) + "}"
    types = schema.get("type", "any")
    names = [types] if isinstance(types, str) else [name for name in types if name != "null"]
    return names[0] if len(names) == 1 and names[0] in SCALARS else "any"


def short(name: str) -> str:
    """Shorten a definition's name."""
    return name.removeprefix("io.k8s.api.").removeprefix("io.k8s.apimachinery.pkg.apis.").removeprefix("io.k8s.")


def ranged(values: list[str | None]) -> str:
    """Write the one type a field has, and the versions it has it in when not all."""
    present = [version for version, value in zip(VERSIONS, values, strict=True) if value is not None]
    # The newest wording counts for all: what 1.37 marks as required, the API server refused the absence of before.
    newest = [value for value in values if value is not None][-1]
    if len(present) == len(VERSIONS):
        return newest
    until = "" if present[-1] == VERSIONS[-1] else present[-1]
    since = "" if present[0] == VERSIONS[0] else present[0]
    return f"{newest}@{since}-{until}"


WITH_FIELDS: set[str] = set()

if __name__ == "__main__":
    for _version in VERSIONS:
        _known = json.loads((package_folder() / f"v{_version}.0-local-strict/_definitions.json").read_text())["$defs"]
        WITH_FIELDS |= {name for name, definition in _known.items() if definition.get("properties")}
    main()
