"""What was given to `kubectl get` for files with its output: a list that came back empty leaves no trace in them."""

from collections.abc import Iterable
from typing import Literal

from toetskader.collect.kubernetes.resources import Resource
from toetskader.facts.kubernetes.kind_names import SHORT

EVERYTHING: Literal["everything"] = "everything"
"""All kinds of the namespace: `kubectl api-resources --namespaced --verbs=list`."""

_OF_ALL = (
    "pods replicationcontrollers services daemonsets.apps deployments.apps replicasets.apps statefulsets.apps "
    "horizontalpodautoscalers.autoscaling cronjobs.batch jobs.batch"
)
"""What `kubectl get all` asks for: the category `all` in Kubernetes' own registry."""


class Asked:
    """Tells which kinds were asked for. Parameters: `given`, names as kubectl takes them, or `everything`."""

    def __init__(self, given: Iterable[str] | Literal["everything"]) -> None:
        self.everything = given == EVERYTHING
        names = () if isinstance(given, str) else tuple(given)
        words = [word for name in names for word in name.lower().split(",") if word]
        self._names = {name for word in words for name in (_OF_ALL.split() if word == "all" else (_written_out(word),))}

    def __contains__(self, resource: Resource) -> bool:
        return (self.everything and resource.namespaced) or self._is_named(resource)

    def _is_named(self, resource: Resource) -> bool:
        group = resource.group
        by_itself = "." not in group or group.endswith(".k8s.io")  # its name alone means this group to kubectl
        return any(
            f"{name}.{group}".rstrip(".") in self._names or (by_itself and name in self._names)
            for name in (resource.plural, resource.kind.lower())
        )


def _written_out(word: str) -> str:
    name, dot, group = word.partition(".")
    return SHORT.get(name, name) + dot + group
