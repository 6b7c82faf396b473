"""What was given to `kubectl get` for files with its output: a list that came back empty leaves no trace in them."""

from collections.abc import Iterable
from typing import Literal

from toetskader.collect.kubernetes.resources import Resource

EVERYTHING: Literal["everything"] = "everything"
"""All kinds of the namespace: `kubectl api-resources --namespaced --verbs=list`."""

_OF_ALL = (
    "pods replicationcontrollers services daemonsets.apps deployments.apps replicasets.apps statefulsets.apps "
    "horizontalpodautoscalers.autoscaling cronjobs.batch jobs.batch"
)
"""What `kubectl get all` asks for: the category `all` in Kubernetes' own registry."""
_SHORT = {
    "po": "pods",
    "deploy": "deployments",
    "sts": "statefulsets",
    "ds": "daemonsets",
    "rs": "replicasets",
    "rc": "replicationcontrollers",
    "cj": "cronjobs",
    "svc": "services",
    "ing": "ingresses",
    "netpol": "networkpolicies",
    "cm": "configmaps",
    "sa": "serviceaccounts",
    "pvc": "persistentvolumeclaims",
    "pv": "persistentvolumes",
    "sc": "storageclasses",
    "hpa": "horizontalpodautoscalers",
    "pdb": "poddisruptionbudgets",
    "crd": "customresourcedefinitions",
    "crds": "customresourcedefinitions",
}
"""Short names of Kubernetes' own resources (`kubectl api-resources`); those of others are written out."""


class Asked:
    """Tells which kinds were asked for. Parameters: `given`, names as kubectl takes them, or `everything`."""

    def __init__(self, given: Iterable[str] | Literal["everything"]) -> None:
        self.everything = given == EVERYTHING
        names = () if isinstance(given, str) else tuple(given)
        words = [word for name in names for word in name.lower().split(",") if word]
        self._names = {name for word in words for name in (_OF_ALL.split() if word == "all" else (_written_out(word),))}

    def __contains__(self, resource: Resource) -> bool:
        return (self.everything and resource.namespaced) or self.names(
            resource.kind, resource.plural, resource.group, builtin="." not in resource.group
        )

    def names(self, kind: str, plural: str, group: str, *, builtin: bool) -> bool:
        """Tell whether a kind was named. Parameters: `builtin`, whether its name alone means this group to kubectl."""
        forms = (plural, kind.lower())
        if builtin or group.endswith(".k8s.io"):
            return any(name in self._names or f"{name}.{group}".rstrip(".") in self._names for name in forms)
        return any(f"{name}.{group}" in self._names for name in forms)


def _written_out(word: str) -> str:
    name, dot, group = word.partition(".")
    return _SHORT.get(name, name) + dot + group
