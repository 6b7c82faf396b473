"""Judgements on network policies as they hold in a namespace, for the pods that run there."""

import msgspec

from tests.test_live_images import require_running
from tests.test_network import report_uncovered
from toetskader.facts.kubernetes.network_policies import Direction, NetworkPolicies, NetworkPolicy, Rule
from toetskader.facts.kubernetes.plugin_policies import plugin_covers
from toetskader.facts.kubernetes.pods import LivePods
from toetskader.facts.kubernetes.running import is_there
from toetskader.facts.kubernetes.workloads import Workloads
from toetskader.judging import Findings, Text, check, undetermined

_NAMES = {
    Direction.INGRESS: Text("inkomend verkeer", "incoming traffic"),
    Direction.EGRESS: Text("uitgaand verkeer", "outgoing traffic"),
}


class DefaultDenyParams(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Parameters of `network.default_deny`."""

    policy_types: tuple[str, ...]
    """Directions that are shut by default: `Ingress`, `Egress`."""


@check("network.default_deny", params=DefaultDenyParams)
def test_namespace_denies_what_is_not_allowed(
    workloads: Workloads,
    pods: LivePods,
    network_policies: NetworkPolicies,
    params: DefaultDenyParams,
    findings: Findings,
) -> None:
    """DDC 7.11: by default a service cannot be reached from another namespace.

    A policy that selects every pod of the namespace shuts each direction, so that a pod that is added later is shut
    off too; no rule opens the namespace to everybody or to any pod of any namespace; and no pod is on the node's
    network, where no policy holds. Looking up names may be open.
    """
    require_running(workloads)
    directions = [Direction(name.lower()) for name in params.policy_types]
    shut = {direction: _shuts(network_policies, direction) for direction in directions}
    for rule in (rule for direction in directions for _, rule in network_policies.rules(direction)):
        if _opens(rule):
            name = _NAMES[rule.direction]
            findings.add(
                rule.node,
                seen=Text(f"{name.nl} van of naar iedereen", f"{name.en} from or to everybody"),
                expected=Text("genoemde namespaces en pods", "namespaces and pods by name"),
            )
    for pod in (pod for pod in pods.of_namespace if is_there(pod) and pod.workload.on_host_network):
        findings.add(
            pod.get("spec", "hostNetwork"),
            seen=True,
            expected=Text("een eigen podnetwerk", "a pod network of its own"),
        )
    open_ = [direction for direction in directions if not shut[direction]]
    for direction in directions:
        for policy in shut[direction]:
            name = _NAMES[direction]
            findings.saw(f"{policy.where} sluit {name.nl}", f"{policy.where} shuts {name.en}")
    others = network_policies.of_other_plugins
    # Policies add up: one of a network plugin can open what is shut, or shut what is open.
    unclear = [
        item.where
        for item in others
        if open_
        or (
            item.declared_namespace is not None
            and any(
                plugin_covers(item, workload, direction) is None for workload in workloads for direction in directions
            )
        )
    ]
    if unclear:
        names = ", ".join(unclear[:5])
        undetermined(
            f"Wat {names} opent en sluit, is hier niet volledig te lezen; zet er een NetworkPolicy met "
            "podSelector: {} naast en beschrijf het toegestane verkeer met NetworkPolicies.",
            f"What {names} opens and shuts cannot be read in full here; put a NetworkPolicy with podSelector: {{}} "
            "beside it, and describe the traffic that is allowed with NetworkPolicies.",
        )
    for direction in open_:
        name = _NAMES[direction]
        findings.add(
            next(iter(workloads)),
            seen=Text(
                f"geen NetworkPolicy sluit {name.nl} van de hele namespace",
                f"no NetworkPolicy shuts {name.en} of the whole namespace",
            ),
            expected=Text("een NetworkPolicy met podSelector: {}", "a NetworkPolicy with podSelector: {}"),
        )


def _shuts(network_policies: NetworkPolicies, direction: Direction) -> list[NetworkPolicy]:
    """Return the policies that select every pod of the namespace in a direction."""
    return [
        policy
        for policy in network_policies.policies
        if direction in policy.directions
        and policy.object.stays
        and _selects_all(policy)
        and not any(_opens(rule) for rule in policy.rules(direction))
    ]


def _selects_all(policy: NetworkPolicy) -> bool:
    selector = policy.object.get("spec", "podSelector")
    return not selector.get("matchLabels").mapping() and not any(selector.get("matchExpressions").each())


def _opens(rule: Rule) -> bool:
    """Tell whether a rule lets in or out whoever is in another namespace.

    Every address outside is no namespace; what comes in from every address comes from other namespaces too.
    """
    if rule.is_name_lookup:
        return False
    anywhere = not rule.peers or bool(rule.whole_cluster_peers)
    return anywhere or (rule.direction is Direction.INGRESS and rule.allows_everybody)


@check("network.running_policy_coverage")
def test_every_running_pod_is_covered(
    workloads: Workloads, pods: LivePods, network_policies: NetworkPolicies, findings: Findings
) -> None:
    """DDC 7.5: network policies segment the network at pod level, for the pods that run and by policies that exist.

    A pod is held to its own labels, for these can differ from those that its workload asks for now.
    """
    require_running(workloads)
    plugin_policies = network_policies.of_other_plugins
    report_uncovered(workloads=workloads, network_policies=network_policies, findings=findings)
    managing = {item.where: item for item in workloads}
    unread: list[str] = []
    for pod in pods:
        workload = managing.get(pod.managed_by)
        if not is_there(pod) or workload is None or workload.where == pod.where:
            continue
        told = network_policies.uncovered(workload)
        for direction in network_policies.uncovered(pod.workload):
            judged = [plugin_covers(item, pod.workload, direction) for item in plugin_policies]
            if direction in told or True in judged:
                continue
            if None in judged:
                unread.append(pod.where)
                continue
            name = _NAMES[direction]
            findings.add(
                pod.get("metadata", "labels"),
                seen=Text(f"{name.nl} niet begrensd", f"{name.en} not limited"),
                expected=Text("een NetworkPolicy die deze pod selecteert", "a NetworkPolicy that selects this pod"),
            )
    if unread:
        undetermined(
            f"De regels van Cilium of Calico zijn hier niet volledig te lezen voor {', '.join(unread[:5])}; beschrijf "
            "het verkeer ook met NetworkPolicies.",
            f"The rules of Cilium or Calico cannot be read in full here for {', '.join(unread[:5])}; describe the "
            "traffic with NetworkPolicies as well.",
        )
