"""Which policy covers which pod, in which direction, and whom it lets through."""

import ipaddress

import pytest
from from_yaml import objects, workloads

from toetskader.facts.attempt import Malformed
from toetskader.facts.kubernetes.network_policies import Direction, NetworkPolicies, NetworkPolicy, Rule
from toetskader.facts.kubernetes.plugin_policies import plugin_covers
from toetskader.facts.kubernetes.workloads import Workload

INGRESS, EGRESS = Direction.INGRESS, Direction.EGRESS
BOTH = (INGRESS, EGRESS)
HEAD = "apiVersion: networking.k8s.io/v1, kind: NetworkPolicy"


def pod(*, namespace: str = "namespace", labels: str = "{app: web, laag: proces}", spec: str = "{}") -> Workload:
    (only,) = workloads(f"{{kind: Pod, metadata: {{name: p, namespace: {namespace}, labels: {labels}}}, spec: {spec}}}")
    return only


def policies(*specs: str) -> NetworkPolicies:
    return NetworkPolicies(
        objects("\n---\n".join(f"{{{HEAD}, metadata: {{name: n}}, spec: {spec}}}" for spec in specs))
    )


def rule(text: str, direction: Direction = EGRESS) -> Rule:
    (only,) = policies(f"{{policyTypes: [{direction.value.capitalize()}], {direction.value}: [{text}]}}").policies
    return only.rules(direction)[0]


DENY = "{podSelector: {}, policyTypes: [Ingress, Egress]}"
COVERAGE = {
    "no policy": ([], BOTH),
    "deny all": ([DENY], ()),
    "no selector is the empty selector": (["{policyTypes: [Ingress, Egress]}"], ()),
    "by label": (["{podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress, Egress]}"], ()),
    "of another pod": (["{podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress, Egress]}"], BOTH),
    "by default ingress only": (["{podSelector: {}}"], (EGRESS,)),
    "egress rules imply egress": (["{podSelector: {}, egress: [{ports: [{port: 53}]}]}"], ()),
    "empty egress does not": (["{podSelector: {}, egress: []}"], (EGRESS,)),
    "egress alone": (["{podSelector: {}, policyTypes: [Egress]}"], (INGRESS,)),
    "allow all": (["{podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{}], egress: [{}]}"], BOTH),
    "one opens what another closes": ([DENY, "{podSelector: {}, policyTypes: [Egress], egress: [{}]}"], (EGRESS,)),
    "everybody on one port": (["{podSelector: {}, ingress: [{ports: [{port: 80}]}]}"], (EGRESS,)),
    "everybody on every TCP port": (["{podSelector: {}, ingress: [{ports: [{protocol: TCP}]}]}"], BOTH),
    "everybody on the whole range": (["{podSelector: {}, ingress: [{ports: [{port: 1, endPort: 65535}]}]}"], BOTH),
    "everybody on the whole range in parts": (
        [
            "{podSelector: {}, ingress: [{ports: [{port: 443}, {port: 20000, endPort: 65535}, "
            "{port: 1, endPort: 19999}]}]}"
        ],
        BOTH,
    ),
    "everybody on two ranges of two protocols": (
        [
            "{podSelector: {}, ingress: [{ports: [{port: 1, endPort: 19999}, "
            "{protocol: UDP, port: 20000, endPort: 65535}]}]}"
        ],
        (EGRESS,),
    ),
}


@pytest.mark.parametrize(("specs", "uncovered"), COVERAGE.values(), ids=COVERAGE)
def test_coverage(specs: list[str], uncovered: tuple[Direction, ...]) -> None:
    assert policies(*specs).uncovered(pod()) == uncovered


def test_a_policy_that_helm_takes_away_holds_for_hooks_only() -> None:
    annotations = "{helm.sh/hook: post-install, helm.sh/hook-delete-policy: hook-succeeded}"
    fleeting = NetworkPolicies(objects(f"{{{HEAD}, metadata: {{name: n, annotations: {annotations}}}, spec: {DENY}}}"))
    (job,) = workloads(f"{{kind: Job, metadata: {{name: j, annotations: {annotations}}}, spec: {{template: {{}}}}}}")
    assert fleeting.uncovered(pod()) == BOTH
    assert fleeting.uncovered(job) == ()


def test_policies_hold_in_their_namespace_only_and_not_on_the_host_network() -> None:
    assert policies(DENY).uncovered(pod(namespace="elders")) == BOTH
    assert policies(DENY).uncovered(pod(spec="{hostNetwork: true}")) == BOTH
    assert policies(DENY).undeclared(pod(spec="{hostNetwork: true}")) == ()


def test_policies_of_helm_tests_do_not_count() -> None:
    hook = f"{{{HEAD}, metadata: {{name: n, annotations: {{helm.sh/hook: test}}}}, spec: {DENY}}}"
    assert NetworkPolicies(objects(hook)).policies == ()


INTERNET = "{cidr: 0.0.0.0/0, except: [10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16]}"
PEERS = {
    "nobody named": ("{}", True),
    "an empty list": ("{to: []}", True),
    "own namespace": ("{to: [{podSelector: {}}]}", False),
    "a namespace": ("{to: [{namespaceSelector: {matchLabels: {name: zaken}}}]}", False),
    "every namespace": ("{to: [{namespaceSelector: {}}]}", True),
    "every namespace, written out": ("{to: [{namespaceSelector: {matchLabels: {}}}]}", True),
    "every pod everywhere": ("{to: [{namespaceSelector: {}, podSelector: {}}]}", True),
    "some pods everywhere": ("{to: [{namespaceSelector: {}, podSelector: {matchLabels: {k8s-app: dns}}}]}", False),
    "a peer without anything": ("{to: [{}]}", True),
    "an address": ("{to: [{ipBlock: {cidr: 10.0.0.1/32}}]}", False),
    "every address": ("{to: [{ipBlock: {cidr: 0.0.0.0/0}}]}", True),
    "every address but one": ("{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}]}", True),
    "every IPv6 address": ("{to: [{ipBlock: {cidr: '::/0'}}]}", True),
    "two halves": ("{to: [{ipBlock: {cidr: 0.0.0.0/1}}, {ipBlock: {cidr: 128.0.0.0/1}}]}", True),
    "half": ("{to: [{ipBlock: {cidr: 0.0.0.0/1}}, {ipBlock: {cidr: 10.0.0.0/8}}]}", True),
    "the widest private network": ("{to: [{ipBlock: {cidr: 10.0.0.0/8}}, {ipBlock: {cidr: 'fc00::/7'}}]}", False),
    "the internet without the private ranges": (f"{{to: [{{ipBlock: {INTERNET}}}]}}", False),
    "the internet over IPv6": ("{to: [{ipBlock: {cidr: '::/0', except: ['fc00::/7']}}]}", False),
    "the internet in two halves": (
        "{to: [{ipBlock: {cidr: 0.0.0.0/1, except: [10.0.0.0/8]}}, "
        "{ipBlock: {cidr: 128.0.0.0/1, except: [172.16.0.0/12, 192.168.0.0/16]}}]}",
        False,
    ),
    "the internet and the address of a database": (
        f"{{to: [{{ipBlock: {INTERNET}}}, {{ipBlock: {{cidr: 10.20.0.0/16}}}}]}}",
        False,
    ),
    "the private ranges left out in parts": (
        "{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/9, 10.128.0.0/9, 172.16.0.0/12, 192.168.0.0/16]}}]}",
        False,
    ),
    "one of the private ranges left in": (
        "{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8, 192.168.0.0/16]}}]}",
        True,
    ),
    "the internet, and every IPv6 address": (f"{{to: [{{ipBlock: {INTERNET}}}, {{ipBlock: {{cidr: '::/0'}}}}]}}", True),
    "the private ranges left out and put back": (
        f"{{to: [{{ipBlock: {INTERNET}}}, {{ipBlock: {{cidr: 10.0.0.0/8}}}}]}}",
        True,
    ),
    "every address but the metadata of clouds": (
        "{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [169.254.169.254/32]}}]}",
        True,
    ),
    "namespaces by the label they all have": (
        "{to: [{namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: Exists}]}}]}",
        True,
    ),
    "all namespaces but one": (
        "{to: [{namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: NotIn, "
        "values: [x]}]}}]}",
        True,
    ),
    "namespaces by a label that some have": (
        "{to: [{namespaceSelector: {matchExpressions: [{key: team, operator: Exists}]}}]}",
        False,
    ),
}


@pytest.mark.parametrize(("text", "everybody"), PEERS.values(), ids=PEERS)
def test_who_everybody_is(text: str, everybody: bool) -> None:
    assert rule(text).allows_everybody is everybody


@pytest.mark.parametrize(
    ("ports", "lookup"),
    [
        ("[{port: 53, protocol: UDP}, {port: 53, protocol: TCP}]", True),
        ("[{port: dns}]", True),
        ("[{port: 53}, {port: 443}]", False),
        ("[]", False),
        ("[{protocol: UDP}]", False),
    ],
)
def test_looking_up_names(ports: str, lookup: bool) -> None:
    assert rule(f"{{ports: {ports}}}").is_name_lookup is lookup


@pytest.mark.parametrize(
    ("block", "other", "overlaps"),
    [
        ("{cidr: 10.0.0.0/8}", "10.1.0.0/16", True),
        ("{cidr: 10.1.2.3/32}", "10.1.0.0/16", True),
        ("{cidr: 10.0.0.0/8, except: [10.1.0.0/16]}", "10.1.0.0/16", False),
        ("{cidr: 10.0.0.0/8, except: [10.1.0.0/17]}", "10.1.0.0/16", True),
        ("{cidr: 10.0.0.0/8, except: [10.1.0.0/17, 10.1.128.0/17]}", "10.1.0.0/16", False),
        ("{cidr: 192.168.0.0/16}", "10.1.0.0/16", False),
        ("{cidr: '::/0'}", "10.1.0.0/16", False),
    ],
)
def test_overlap_of_addresses(block: str, other: str, overlaps: bool) -> None:
    (found,) = rule(f"{{to: [{{ipBlock: {block}}}]}}").blocks
    assert found.overlaps(ipaddress.ip_network(other)) is overlaps


@pytest.mark.parametrize("cidr", ["overal", "10.0.0.0/99", "{a: b}", "3"])
def test_addresses_that_the_api_refuses(cidr: str) -> None:
    with pytest.raises(Malformed):
        rule(f"{{to: [{{ipBlock: {{cidr: {cidr}}}}}]}}").allows_everybody  # noqa: B018


CILIUM = "apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy"
CALICO = "apiVersion: projectcalico.org/v3, kind: NetworkPolicy"
PLUGINS = {
    "Cilium, closed": (
        f"{CILIUM}, spec: {{endpointSelector: {{}}, ingress: [{{fromEndpoints: [{{}}]}}]}}",
        True,
        False,
    ),
    "Cilium, by label": (
        f"{CILIUM}, spec: {{endpointSelector: {{matchLabels: {{k8s:app: web}}}}, egress: [{{}}]}}",
        False,
        True,
    ),
    "Cilium, other pod": (
        f"{CILIUM}, spec: {{endpointSelector: {{matchLabels: {{app: db}}}}, egress: [{{}}]}}",
        False,
        False,
    ),
    "Cilium, open": (f"{CILIUM}, spec: {{endpointSelector: {{}}, ingress: [{{fromEntities: [all]}}]}}", None, False),
    "Cilium, open to the cluster": (
        f"{CILIUM}, spec: {{endpointSelector: {{}}, egress: [{{toEntities: [cluster]}}]}}",
        False,
        None,
    ),
    "Cilium, to the internet": (
        f"{CILIUM}, spec: {{endpointSelector: {{}}, egress: [{{toEntities: [world]}}]}}",
        False,
        True,
    ),
    "Cilium, several": (f"{CILIUM}, specs: []", None, None),
    "Calico, all": (f"{CALICO}, spec: {{selector: all(), types: [Ingress, Egress]}}", True, True),
    "Calico, by label": (f"{CALICO}, spec: {{selector: \"app == 'web' && has(laag)\", types: [Egress]}}", False, True),
    "Calico, not these": (f"{CALICO}, spec: {{selector: \"app != 'web'\", types: [Egress]}}", False, False),
    "Calico, open": (f"{CALICO}, spec: {{types: [Egress], egress: [{{action: Allow}}]}}", False, None),
    "Calico, to every address": (
        f"{CALICO}, spec: {{types: [Egress], egress: [{{action: Allow, destination: {{nets: [0.0.0.0/0]}}}}]}}",
        False,
        None,
    ),
    "Calico, to the internet": (
        f"{CALICO}, spec: {{types: [Egress], egress: [{{action: Allow, destination: "
        "{notNets: [10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 'fc00::/7']}}]}",
        False,
        True,
    ),
    "Calico, unread": (f"{CALICO}, spec: {{selector: \"app in {{'web'}}\"}}", None, None),
    "cluster-wide": ("apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy", None, None),
}


@pytest.mark.parametrize(("text", "incoming", "outgoing"), PLUGINS.values(), ids=PLUGINS)
def test_policies_of_network_plugins(text: str, incoming: bool | None, outgoing: bool | None) -> None:
    (item,) = NetworkPolicies(objects(f"{{{text}, metadata: {{name: n}}}}")).of_other_plugins
    assert plugin_covers(item, pod(), INGRESS) is incoming
    assert plugin_covers(item, pod(), EGRESS) is outgoing
    assert plugin_covers(item, pod(namespace="elders"), INGRESS) is False


def test_a_rule_in_a_direction_the_policy_does_not_hold_for_is_no_rule() -> None:
    (policy,) = policies("{podSelector: {}, policyTypes: [Ingress], egress: [{}]}").policies
    assert isinstance(policy, NetworkPolicy)
    assert policy.rules(EGRESS) == ()
