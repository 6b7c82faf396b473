"""Judgements on network traffic: segmentation, declared peers, and ways out of the cluster."""

import ipaddress
import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from toetskader.facts.kubernetes.environment import Environment, Origin
from toetskader.facts.kubernetes.literals import LITERAL_KINDS, arguments, literals
from toetskader.facts.kubernetes.network_policies import Direction, IpNetwork, NetworkPolicies
from toetskader.facts.kubernetes.node import Node
from toetskader.facts.kubernetes.objects import Objects
from toetskader.facts.kubernetes.plugin_policies import plugin_covers
from toetskader.facts.kubernetes.workloads import Workload, Workloads
from toetskader.judging import Findings, Parameters, Text, check, not_applicable, undetermined


@check("network.policy_coverage")
def test_every_pod_is_covered_by_a_policy_both_ways(
    workloads: Workloads, network_policies: NetworkPolicies, findings: Findings
) -> None:
    """DDC 7.5: network policies segment the network at pod level.

    Each workload is covered in both directions by policies of its own namespace (norm: workloads); one that allows
    everything covers nothing, and for a pod on the node's network none holds. Helm tests are out of scope.
    """
    report_uncovered(workloads, network_policies, findings)


def report_uncovered(workloads: Workloads, network_policies: NetworkPolicies, findings: Findings) -> None:
    """Report the workloads that no policy covers in both directions."""
    _need_workloads(workloads)
    unread: list[str] = []
    for workload in workloads:
        if workload.on_host_network:
            findings.add(
                workload.pod.get("hostNetwork"),
                seen=Text("netwerk van de node", "the node's network"),
                expected=Text("een eigen podnetwerk", "a pod network of its own"),
                remedy=Text(
                    "Verwijder hostNetwork: voor deze pods geldt geen enkele netwerkpolicy.",
                    "Remove hostNetwork: no network policy holds for these pods.",
                ),
            )
            continue
        open_directions = []
        for direction in network_policies.uncovered(workload):
            judged = [plugin_covers(item, workload, direction) for item in network_policies.of_other_plugins]
            if None in judged:
                unread.append(workload.where)
            elif True not in judged:
                open_directions.append(direction)
        if open_directions:
            name = _names(open_directions)
            findings.add(
                workload,
                seen=Text(f"{name.nl} niet begrensd", f"{name.en} not limited"),
                expected=Text(
                    "een NetworkPolicy die deze pods selecteert en hun verkeer in beide richtingen begrenst",
                    "a NetworkPolicy that selects these pods and limits their traffic both ways",
                ),
            )
    if unread and not findings:
        _undetermined_for_plugins(unread)


@check("network.declared_peers")
def test_policies_name_who_may_talk_to_whom(
    workloads: Workloads, network_policies: NetworkPolicies, findings: Findings
) -> None:
    """DDC 7.11: the provider declares as code which services may reach which.

    Every rule names its peers; an empty list, every address, and any pod in any namespace name nobody. A workload
    for which no policy holds in a direction has declared nothing there. Looking up names (port 53) may be open: DNS
    is the platform's, and its labels differ between clusters. So may the internet, private ranges left out: this is
    about services in the cluster, and ways out are judged by themselves (DDC 7.12).
    """
    _need_workloads(workloads)
    for _, rule in (*network_policies.rules(Direction.INGRESS), *network_policies.rules(Direction.EGRESS)):
        expected = Text("genoemde afzenders of bestemmingen", "senders or destinations by name")
        if not rule.peers and not rule.is_name_lookup:
            findings.add(
                rule.node,
                seen=Text("een regel zonder from of to: iedereen", "a rule without from or to: everybody"),
                expected=expected,
            )
        for peer in rule.whole_cluster_peers:
            seen = Text("elke pod in elke namespace", "any pod in any namespace")
            findings.add(peer, seen=seen, expected=expected)
        for block in rule.open_blocks if rule.direction is Direction.EGRESS else rule.whole_world_blocks:
            findings.add(block.node, seen=str(block.network), expected=expected)
    _readable(network_policies)
    for workload in workloads:
        directions = network_policies.undeclared(workload)
        if directions:
            name = _names(directions)
            findings.add(
                workload,
                seen=Text(f"geen NetworkPolicy voor {name.nl}", f"no NetworkPolicy for {name.en}"),
                expected=Text("een NetworkPolicy met genoemde partijen", "a NetworkPolicy with parties by name"),
            )


class MinimalEgress(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Parameters of network.minimal_egress."""

    purpose_annotation: str
    """Annotation of a NetworkPolicy that says what its ways out are for."""


@check("network.minimal_egress", params=MinimalEgress)
def test_ways_out_of_the_cluster_are_minimal(
    workloads: Workloads, network_policies: NetworkPolicies, params: MinimalEgress, findings: Findings
) -> None:
    """DDC 7.12: only the minimum is opened to other environments: source, destination, port and purpose are known.

    Looked at are rules to addresses (`ipBlock`) and rules without destination. A workload whose outgoing traffic no
    policy limits has everything open. Looking up names (port 53) without destination stays within the platform.
    """
    _need_workloads(workloads)
    outward = 0
    for policy, rule in network_policies.rules(Direction.EGRESS):
        if rule.peers and not rule.blocks:
            continue
        if not rule.peers and rule.is_name_lookup:
            continue
        outward += 1
        if not rule.peers:
            seen = Text("een regel zonder bestemming", "a rule without destination")
            findings.add(rule.node, seen=seen, expected=Text("genoemde bestemmingen", "destinations by name"))
        for block in rule.whole_world_blocks:
            expected = Text("alleen de adressen die nodig zijn", "only the addresses needed")
            findings.add(block.node, seen=str(block.network), expected=expected)
        if rule.allows_all_ports:
            findings.add(
                rule.node.get("ports"),
                seen=Text("alle poorten", "every port"),
                expected=Text("de poorten die nodig zijn", "the ports needed"),
            )
        if not policy.annotations.get(params.purpose_annotation, "").strip():
            findings.add(
                policy,
                seen=Text("geen doel vermeld", "no purpose given"),
                expected=Text(f"annotatie {params.purpose_annotation}", f"annotation {params.purpose_annotation}"),
            )
    _readable(network_policies)
    for workload in workloads:
        if _is_open_outward(workload, network_policies):
            findings.add(
                workload,
                seen=Text("uitgaand verkeer staat overal open", "outgoing traffic is open everywhere"),
                expected=Text("een NetworkPolicy voor uitgaand verkeer", "a NetworkPolicy for outgoing traffic"),
            )
    if not outward and not findings:
        not_applicable(
            "De pods kunnen het cluster niet uit: elke regel voor uitgaand verkeer noemt pods of namespaces.",
            "The pods cannot leave the cluster: every rule for outgoing traffic names pods or namespaces.",
        )


@check("network.no_direct_diginetwerk", objects=("Endpoints", "EndpointSlice.discovery.k8s.io", *LITERAL_KINDS))
def test_no_direct_way_to_diginetwerk(
    workloads: Workloads,
    objects: Objects,
    network_policies: NetworkPolicies,
    parameters: Parameters,
    findings: Findings,
) -> None:
    """DDC 4: there is no direct connection to Diginetwerk; access runs through Gemnet.

    Neither policies nor settings (environment, ConfigMaps, command lines, host aliases, Endpoints) name an address in
    the ranges that `diginetwerk_ranges` gives. Where outgoing traffic is not limited to destinations, the chart
    cannot show it.
    """
    ranges = _networks(parameters.require("diginetwerk_ranges"))
    if not ranges:
        undetermined(
            "Parameter 'diginetwerk_ranges' is leeg; vul de adresreeksen van Diginetwerk in.",
            "Parameter 'diginetwerk_ranges' is empty; fill in the address ranges of Diginetwerk.",
        )
    _need_workloads(workloads)
    expected = Text("geen adres van Diginetwerk; verkeer via Gemnet", "no address of Diginetwerk; traffic via Gemnet")
    for _, rule in network_policies.rules(Direction.EGRESS):
        for block in rule.blocks:
            if any(block.overlaps(item) for item in ranges):
                findings.add(block.node, seen=str(block.network), expected=expected)
    for place in _addressed(workloads, objects):
        for address in _addresses(str(place.value)):
            if any(address in item for item in ranges):
                findings.add(place, seen=str(address), expected=expected)
    _readable(network_policies)
    unlimited = [item.where for item in workloads if _is_open_outward(item, network_policies)]
    unlimited += [
        policy.where
        for policy, rule in network_policies.rules(Direction.EGRESS)
        if not rule.peers and not rule.is_name_lookup
    ]
    if unlimited and not findings:
        undetermined(
            "Het uitgaande verkeer is niet tot bestemmingen begrensd, dus of Diginetwerk bereikbaar is, blijkt niet "
            f"uit de chart: {_some(unlimited, 'nl')}. Noem de bestemmingen in NetworkPolicies.",
            "Outgoing traffic is not limited to destinations, so the chart does not show whether Diginetwerk can be "
            f"reached: {_some(unlimited, 'en')}. Name the destinations in NetworkPolicies.",
        )


def _is_open_outward(workload: Workload, network_policies: NetworkPolicies) -> bool:
    """Tell whether no policy is in force for a workload's outgoing traffic."""
    return workload.on_host_network or Direction.EGRESS in network_policies.undeclared(workload)


def _addressed(workloads: Workloads, objects: Objects) -> Iterator[Node]:
    """Yield the places where the component is told what to connect to."""
    for literal in literals(workloads, objects):
        yield literal.node
    yield from arguments(workloads)
    for workload in workloads:
        for alias in workload.pod.get("hostAliases").each():
            yield alias.get("ip")
    for item in objects.of_kind("Endpoints", group=""):
        for subset in item.get("subsets").each():
            for address in subset.get("addresses").each():
                yield address.get("ip")
    for item in objects.of_kind("EndpointSlice", group="discovery.k8s.io"):
        for endpoint in item.get("endpoints").each():
            yield from endpoint.get("addresses").each()


_ADDRESS = re.compile(
    r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?!\.?\w)|(?<![\w.:])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![\w:])"
)


def _addresses(text: str) -> Iterator[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    """Yield the IP addresses that stand in a text."""
    for match in _ADDRESS.finditer(text):
        try:
            yield ipaddress.ip_address(match[0])
        except ValueError:
            continue


def _networks(ranges: Iterable[str]) -> tuple[IpNetwork, ...]:
    try:
        return tuple(ipaddress.ip_network(item, strict=False) for item in ranges)
    except ValueError as error:
        undetermined(
            f"Parameter 'diginetwerk_ranges' bevat geen geldige adresreeks (CIDR): {error}.",
            f"Parameter 'diginetwerk_ranges' holds no valid address range (CIDR): {error}.",
        )


@check("network.in_cluster_traffic", objects=LITERAL_KINDS)
def test_traffic_to_components_in_the_cluster_stays_inside(
    workloads: Workloads, objects: Objects, environment: Environment, parameters: Parameters, findings: Findings
) -> None:
    """DDC 7.11: communication between components in one cluster takes place within it.

    No setting (environment, ConfigMap, command line) names the public host of a component that `in_cluster_peers`
    lists; its service name (`….svc.cluster.local`) is right. An indication: Secrets and databases can hold addresses
    as well.
    """
    peers = parameters.require("in_cluster_peers")
    _need_workloads(workloads)
    if not peers:
        not_applicable(
            "Volgens parameter 'in_cluster_peers' spreekt dit component geen ander component in het cluster.",
            "By parameter 'in_cluster_peers' this component talks to no other component in the cluster.",
        )
    for peer in msgspec.convert(peers, list[_Peer], from_attributes=True):
        # The host itself, not a longer name that it is part of.
        host = re.compile(rf"(?<![\w.-]){re.escape(peer.public_host)}(?![\w-]|\.\w)", re.IGNORECASE)
        for place in (*(item.node for item in literals(workloads, objects)), *arguments(workloads)):
            if isinstance(place.value, str) and host.search(place.value):
                findings.add(
                    place,
                    seen=Text(
                        f"{peer.public_host}, de openbare host van {peer.name}",
                        f"{peer.public_host}, the public host of {peer.name}",
                    ),
                    expected=Text(
                        f"het interne adres van {peer.name} (….svc.cluster.local)",
                        f"the internal address of {peer.name} (….svc.cluster.local)",
                    ),
                )
    elsewhere = list(dict.fromkeys(item.name for item in environment.unseen if item.origin is Origin.CONFIG_MAP))
    if elsewhere and not findings:
        undetermined(
            f"Niet te zien welke adressen in deze ConfigMaps staan: {_some(elsewhere, 'nl')}. Render ze mee.",
            f"Cannot see which addresses are in these ConfigMaps: {_some(elsewhere, 'en')}. Render them along.",
        )


class _Peer(msgspec.Struct):
    name: str
    public_host: str


def _names(directions: Sequence[Direction]) -> Text:
    if len(directions) > 1:
        return Text("inkomend en uitgaand verkeer", "incoming and outgoing traffic")
    if directions[0] is Direction.INGRESS:
        return Text("inkomend verkeer", "incoming traffic")
    return Text("uitgaand verkeer", "outgoing traffic")


def _need_workloads(workloads: Workloads) -> None:
    if not workloads:
        not_applicable("Er zijn geen workloads.", "There are no workloads.")


def _readable(network_policies: NetworkPolicies) -> None:
    """End undetermined where rules are written for a network plugin that is not read here."""
    if network_policies.of_other_plugins:
        _undetermined_for_plugins([item.where for item in network_policies.of_other_plugins])


def _undetermined_for_plugins(names: list[str]) -> None:
    undetermined(
        f"De regels van Cilium of Calico zijn hier niet volledig te lezen ({_some(names, 'nl')}); beschrijf het "
        "verkeer ook met NetworkPolicies (networking.k8s.io/v1), of toon het aan in de namespace.",
        f"The rules of Cilium or Calico cannot be read in full here ({_some(names, 'en')}); describe the traffic with "
        "NetworkPolicies (networking.k8s.io/v1) as well, or show it in the namespace.",
    )


def _some(names: list[str], lang: str) -> str:
    """Name the first three, and how many more there are."""
    more = len(names) - 3
    rest = f" en {more} andere" if lang == "nl" else f" and {more} more"
    return ", ".join(names[:3]) + (rest if more > 0 else "")
