"""What made an object of a namespace: owner references, as far as they can be true.

Whoever may make an object may write any owner in it. A reference is believed where a controller of Kubernetes makes
such objects for such an owner, the owner is there, and everything in the reference fits it. What an owner made runs
what the owner says only where it agrees with the owner's pod template; else it is to be judged by itself.

Source of who makes what: the controllers of kube-controller-manager; of what else they do with pods, the admission
plugins of kube-apiserver.
"""

from collections.abc import Iterable, Mapping

from toetskader.facts.kubernetes.node import Node
from toetskader.facts.kubernetes.objects import KubernetesObject

_MAKERS: Mapping[tuple[str, str], frozenset[tuple[str, str]]] = {
    ("ReplicaSet", "apps"): frozenset({("Deployment", "apps")}),
    ("Job", "batch"): frozenset({("CronJob", "batch")}),
    ("Pod", ""): frozenset(
        {
            ("ReplicaSet", "apps"),
            ("StatefulSet", "apps"),
            ("DaemonSet", "apps"),
            ("Job", "batch"),
            ("ReplicationController", ""),
        }
    ),
}
"""Kind and group of what runs pods → kinds and groups that a controller makes it for."""

_NAMESPACES_OF_HOST = ("hostNetwork", "hostPID", "hostIPC")
_COMMANDS = ("command", "args", "lifecycle")
_VARIABLES = ("env", "envFrom")
_SEEN_ON_PODS = frozenset({"runAsUser", "runAsNonRoot", "readOnlyRootFilesystem"})
"""Of a security context: what is judged on pods themselves where they differ (`RunningWorkloads`), as images are."""
_KINDS_OF_CONTAINER = ("initContainers", "containers")
_WITHOUT_RIGHTS = frozenset({"runAsGroup", "fsGroup", "fsGroupChangePolicy", "supplementalGroups", "seLinuxOptions"})
"""Of a security context: what admission may fill in, whatever the value."""


class Owners:
    """The owners among some objects. In a chart there are none: nothing has made anything yet."""

    def __init__(self, objects: Iterable[KubernetesObject]) -> None:
        self._by_uid = {
            uid: item for item in objects if item.is_live and (uid := item.get("metadata", "uid").text() or "")
        }

    def maker(self, item: KubernetesObject) -> KubernetesObject | None:
        """Return what a controller made an object for; None when nothing shows that one did."""
        makers = _MAKERS.get((item.kind, item.group), frozenset())
        for owner in item.get("metadata", "ownerReferences").each() if makers else ():
            if owner.get("controller").flag() is not True:
                continue
            found = self._by_uid.get(owner.get("uid").text() or "")
            if found is not None and (found.kind, found.group) in makers and _names(owner, found):
                return found if found.namespace == item.namespace else None
        return None

    def runs_what_its_maker_says(self, item: KubernetesObject) -> bool:
        """Tell whether judging what made an object judges the object too: it agrees with it, or runs nothing (more)."""
        maker = self.maker(item)
        if maker is None:
            return False
        if item.has_ended or (item.kind == "Pod" and item.get("metadata", "deletionTimestamp").value is not None):
            return True
        if _is_scaled_to_none(item):
            return True
        if maker.has_ended:  # of a Job that has ended no pod runs on; anybody may have written that it has
            return False
        top = self.maker(maker)
        if self.is_past(maker) or (top is not None and self.is_past(top)):  # that is not judged
            return False
        # What is left of the pods of an old ReplicaSet runs what nothing that is judged says.
        return self._agree(item, maker) and (not _is_scaled_to_none(maker) or self._agree(maker, self.maker(maker)))

    @staticmethod
    def is_past(item: KubernetesObject) -> bool:
        """Tell whether an object is what a custom resource's controller keeps of before, and that runs nothing.

        Argo keeps ReplicaSets of a Rollout, Knative a Deployment of each Revision, OpenShift ReplicationControllers of
        a DeploymentConfig, all at 0 replicas; a Workflow or ScaledJob leaves Pods and Jobs that have ended. What of a
        revision's pods still runs is judged by itself.
        """
        return bool(operator_of(item)) and (item.get("spec", "replicas").value == 0 or item.has_ended)

    @staticmethod
    def _agree(item: KubernetesObject, maker: KubernetesObject | None) -> bool:
        return maker is None or agrees(_template(item), _template(maker), is_pod=item.kind == "Pod")

    def is_made(self, item: KubernetesObject) -> bool:
        """Tell whether an object names something that made it; of what has pods, whether that can be true."""
        if item.has_pods:
            return self.maker(item) is not None or bool(operator_of(item))
        return any(True for _ in item.get("metadata", "ownerReferences").each())


def operator_of(item: KubernetesObject) -> str:
    """Return the custom resource that a live object names as its manager, `Cluster/db`; empty when it names none.

    Such a controller is not known here; what it made is judged by itself, and only not called made by hand.
    """
    for owner in item.get("metadata", "ownerReferences").each() if item.is_live else ():
        if owner.get("controller").flag() and "." in (owner.get("apiVersion").text() or "").rpartition("/")[0]:
            return f"{owner.get('kind').text()}/{owner.get('name').text()}"
    return ""


def agrees(made: Node, asked: Node, *, is_pod: bool) -> bool:
    """Tell whether pods are made as a pod template asks, in what decides on what they run and with what rights.

    Parameters: `made` and `asked`, pod templates; `is_pod`, whether what was made is a Pod. To that admission may have
    added containers, variables and volumes, and its images and users are judged by themselves where they differ.
    """
    spec, wanted = made.get("spec"), asked.get("spec")
    account = wanted.get("serviceAccountName").text()
    return (
        asked.get("metadata", "labels").labels().items() <= made.get("metadata", "labels").labels().items()
        and all(bool(spec.get(key).value) == bool(wanted.get(key).value) for key in _NAMESPACES_OF_HOST)
        and (not account or spec.get("serviceAccountName").text() == account)
        and _host_paths(spec) <= _host_paths(wanted)
        and _same_rights(spec.get("securityContext"), wanted.get("securityContext"), is_pod=is_pod)
        and all(_same_containers(spec.get(kind), wanted.get(kind), is_pod=is_pod) for kind in _KINDS_OF_CONTAINER)
    )


def _names(owner: Node, found: KubernetesObject) -> bool:
    """Tell whether a reference names an object in every part."""
    return (
        owner.get("apiVersion").text() == found.api_version
        and owner.get("kind").text() == found.kind
        and owner.get("name").text() == found.name
    )


def _is_scaled_to_none(item: KubernetesObject) -> bool:
    return item.kind == "ReplicaSet" and item.get("spec", "replicas").value == 0


def _template(item: KubernetesObject) -> Node:
    match item.kind:
        case "Pod":
            return item.root
        case "CronJob":
            return item.get("spec", "jobTemplate", "spec", "template")
        case _:
            return item.get("spec", "template")


def _same_containers(made: Node, asked: Node, *, is_pod: bool) -> bool:
    there = {container.get("name").text(): container for container in made.each()}
    meant = {container.get("name").text(): container for container in asked.each()}
    names_fit = meant.keys() <= there.keys() if is_pod else meant.keys() == there.keys()
    return names_fit and all(_same_container(there[name], item, is_pod=is_pod) for name, item in meant.items())


def _same_container(there: Node, meant: Node, *, is_pod: bool) -> bool:
    return (
        (is_pod or there.get("image").value == meant.get("image").value)
        and all((there.get(key).value or None) == (meant.get(key).value or None) for key in _COMMANDS)
        and all(_holds_all(there.get(key), meant.get(key)) for key in _VARIABLES)
        and _same_rights(there.get("securityContext"), meant.get("securityContext"), is_pod=is_pod)
    )


def _holds_all(there: Node, meant: Node) -> bool:
    values = [entry.value for entry in there.each()]
    return all(entry.value in values for entry in meant.each())


def _same_rights(there: Node, meant: Node, *, is_pod: bool) -> bool:
    """Compare security contexts; admission may fill in what is not said, as long as that gives no right."""
    given, wanted = there.mapping(), meant.mapping()
    return all(
        given.get(key) == wanted.get(key) or (key not in wanted and _gives_nothing(key, given[key]))
        for key in {*given, *wanted} - (_SEEN_ON_PODS if is_pod else frozenset())
    )


def _gives_nothing(key: str, value: object) -> bool:
    match key:
        case "privileged" | "allowPrivilegeEscalation":
            return value is False
        case "runAsNonRoot" | "readOnlyRootFilesystem":
            return value is True
        case "runAsUser":
            return value != 0
        case "seccompProfile":
            return value == {"type": "RuntimeDefault"}
        case "capabilities":
            return isinstance(value, dict) and not value.get("add")
        case _:
            return key in _WITHOUT_RIGHTS


def _host_paths(spec: Node) -> set[str]:
    return {
        volume.get("hostPath", "path").text() or "" for volume in spec.get("volumes").each() if volume.get("hostPath")
    }
