"""Many selectors at once: the same answers as one by one, for work that grows with their number and not with pairs."""

import sys
from collections.abc import Callable, Mapping

from hypothesis import given
from hypothesis import strategies as st

from toetskader.facts.attempt import Malformed
from toetskader.facts.chart import RenderedObject
from toetskader.facts.kubernetes.network_policies import NetworkPolicies
from toetskader.facts.kubernetes.node import Node
from toetskader.facts.kubernetes.objects import KubernetesObject, Objects
from toetskader.facts.kubernetes.scaling import autoscaler, disruption_budgets
from toetskader.facts.kubernetes.selectors import Selectors, members, selector
from toetskader.facts.kubernetes.services import service_ports
from toetskader.facts.kubernetes.workloads import Workloads
from toetskader.judging import FilePlace

KEYS = st.sampled_from(["app", "laag", "versie", ""])
VALUES = st.sampled_from(["web", "db", "1", ""])
LABELS = st.dictionaries(KEYS, VALUES, max_size=4)
EXPRESSIONS = st.fixed_dictionaries(
    {"key": KEYS | st.none(), "operator": st.sampled_from(["In", "NotIn", "Exists", "DoesNotExist", "Like"])},
    optional={"values": st.lists(VALUES | st.none(), max_size=3)},
)
SELECTORS = st.none() | st.fixed_dictionaries(
    {}, optional={"matchLabels": LABELS, "matchExpressions": st.lists(EXPRESSIONS, max_size=4)}
)


def one_by_one(node: Node, labels: Mapping[str, str]) -> bool | type[Malformed]:
    """The API's own rules, written down once more: each condition in turn, and no further than the first not met."""
    chosen = node.value
    if chosen is None:
        return False
    for key, value in chosen.get("matchLabels", {}).items():
        if labels.get(key) != value:
            return False
    for item in chosen.get("matchExpressions", []):
        key, operator, values = item["key"], item["operator"], [value or "" for value in item.get("values", [])]
        if key is None or operator == "Like" or (operator in ("In", "NotIn")) != bool(values):
            return Malformed
        held = {
            "In": key in labels and labels[key] in values,
            "NotIn": key not in labels or labels[key] not in values,
            "Exists": key in labels,
            "DoesNotExist": key not in labels,
        }[operator]
        if not held:
            return False
    return True


def at_once(nodes: list[Node], labels: Mapping[str, str]) -> list[bool | type[Malformed]]:
    read = [selector(node) for node in nodes]
    selected = set(members(Selectors(read).selecting(labels)))
    return [
        (Malformed if item.fault is not None else True) if number in selected else False
        for number, item in enumerate(read)
    ]


@given(st.lists(SELECTORS, max_size=8), LABELS)
def test_many_at_once_select_what_each_selects(chosen: list[dict[str, object] | None], labels: dict[str, str]) -> None:
    nodes = [Node(item, "spec.selector", FilePlace("t.yaml")) for item in chosen]
    assert at_once(nodes, labels) == [one_by_one(node, labels) for node in nodes]


@given(st.integers(min_value=0, max_value=2**70))
def test_members_of_a_set(set_: int) -> None:
    assert sum(1 << number for number in members(set_)) == set_


# --- work ----------------------------------------------------------------------------------------------------------

_NEVER = [{"key": f"sleutel{number}", "operator": "NotIn", "values": ["a", "b"]} for number in range(20)]
_MISSED = [*_NEVER[:19], {"key": "app", "operator": "In", "values": ["niets"]}]


def scene(number: int) -> Objects:
    """As many of each of what selects as of what is selected."""
    documents: list[dict[str, object]] = []
    for at in range(number):
        template = {"metadata": {"labels": {"app": f"w{at}"}}, "spec": {"containers": [{"name": "c"}]}}
        documents += [
            {"kind": "Deployment", "metadata": {"name": f"w{at}"}, "spec": {"template": template}},
            _of("networking.k8s.io/v1", "NetworkPolicy", at, {"podSelector": {"matchExpressions": _NEVER}}),
            _of("policy/v1", "PodDisruptionBudget", at, {"selector": {"matchExpressions": _MISSED}}),
            _of("autoscaling/v2", "HorizontalPodAutoscaler", at, {"scaleTargetRef": {"name": f"v{at}"}}),
            _of("v1", "Service", at, {"selector": {"app": f"w{at}"}, "ports": [{"port": 80}]}),
            _of("crd.projectcalico.org/v1", "NetworkPolicy", at, {"selector": "app == 'niets'"}),
        ]
    items = tuple(RenderedObject(template="t.yaml", document=document) for document in documents)
    return Objects([KubernetesObject(item.document, item.template, "n") for item in items], scene="s", namespace="n")


def _of(version: str, kind: str, at: int, spec: dict[str, object]) -> dict[str, object]:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": f"o{at}"}, "spec": spec}


def ask_everything(number: int) -> None:
    objects = scene(number)
    workloads, policies = Workloads(objects), NetworkPolicies(objects)
    for workload in workloads:
        policies.undeclared(workload)
        disruption_budgets(objects, workload)
        autoscaler(objects, workload)
    assert len(list(service_ports(objects, workloads))) == number


def calls(work: Callable[[], None]) -> int:
    """Count the calls of functions, ours and built in, that some work takes."""
    counted = 0

    def count(_: object, event: str, __: object) -> None:
        nonlocal counted
        counted += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
    return counted


def test_twice_as_much_of_everything_is_twice_the_work() -> None:
    few, many = (calls(lambda number=number: ask_everything(number)) for number in (40, 160))  # type: ignore[misc]
    assert many < few * 4 * 1.3


def test_policies_that_select_all_are_looked_at_once_for_all() -> None:
    def ask(number: int) -> None:
        objects = scene(number)
        policies = NetworkPolicies(objects)
        for workload in Workloads(objects):
            policies.uncovered(workload)

    few, many = calls(lambda: ask(40)), calls(lambda: ask(160))
    assert many < few * 4 * 1.3
