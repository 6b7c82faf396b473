"""A value of a wrong type anywhere costs at most verdicts: no check breaks, and none passes what it cannot read."""

from typing import Any

import pytest
from every_check import Golden, Path, collect_golden, in_field, in_object, places
from hypothesis import given, settings
from hypothesis import strategies as st

from toetskader.facts.chart import ChartFiles, Render
from toetskader.results import Verdict

POD: Path = ("spec", "template", "spec")
CONTAINER: Path = (*POD, "containers", 0)
CONTEXT: Path = (*CONTAINER, "securityContext")
LABELS: Path = ("spec", "template", "metadata", "labels")
WRONG: tuple[Any, ...] = (3, "x", True, 1.5, ["x"], [3], {"a": "b"}, {"a": 3})
EVERYWHERE = (("spec",), ("spec", "template"), POD, (*POD, "containers"), CONTAINER)

# Check → places in a Deployment that it cannot judge without.
NEEDED: dict[str, tuple[Path, ...]] = {
    "workload.non_root": ((*POD, "securityContext"), (*POD, "securityContext", "runAsUser"), CONTEXT),
    "workload.read_only_root_filesystem": (CONTEXT, (*CONTEXT, "readOnlyRootFilesystem")),
    "workload.writable_paths_on_volumes": (CONTEXT, (*CONTAINER, "volumeMounts"), (*POD, "volumes")),
    "workload.one_layer_per_container": (LABELS, (*LABELS, "common-ground.nl/laag"), (*CONTAINER, "image")),
    "workload.rolling_update": (("spec", "strategy"), ("spec", "strategy", "type")),
    "workload.probes": ((*CONTAINER, "livenessProbe"), (*CONTAINER, "livenessProbe", "httpGet")),
    "workload.stateless": ((*CONTAINER, "image"), (*POD, "volumes")),
    "workload.resource_estimate": ((*CONTAINER, "resources"), (*CONTAINER, "resources", "requests")),
    "scaling.graceful_stop": ((*POD, "terminationGracePeriodSeconds"),),
    "image.semver_tag": ((*CONTAINER, "image"),),
    "image.semver_labels": (LABELS, (*LABELS, "app.kubernetes.io/version")),
    "image.trusted_location": ((*CONTAINER, "image"),),
    "image.third_party_pinned": ((*CONTAINER, "image"),),
    "config.by_environment": ((*CONTAINER, "volumeMounts"), (*POD, "volumes")),
    "config.environment_from_config_maps": ((*CONTAINER, "env"), (*CONTAINER, "envFrom")),
    "secrets.by_reference": ((*CONTAINER, "env"),),
    "service.plain_http_port": ((*CONTAINER, "ports"), (*CONTAINER, "ports", 0, "containerPort"), LABELS),
    "network.policy_coverage": (LABELS,),
    "storage.no_local_persistence": (CONTEXT, (*POD, "volumes")),
}
# Check → kind, and places in an object of that kind.
NEEDED_ELSEWHERE: tuple[tuple[str, str, Path], ...] = (
    ("network.policy_coverage", "NetworkPolicy", ("spec", "podSelector")),
    ("network.policy_coverage", "NetworkPolicy", ("spec", "policyTypes")),
    ("network.policy_coverage", "NetworkPolicy", ("spec", "ingress")),
    ("network.declared_peers", "NetworkPolicy", ("spec", "ingress", 0, "from", 0)),
    ("network.declared_peers", "NetworkPolicy", ("spec", "ingress", 0, "from", 0, "podSelector")),
    ("service.no_load_balancer", "Service", ("spec", "type")),
    ("service.plain_http_port", "Service", ("spec", "selector")),
    ("scaling.graceful_stop", "PodDisruptionBudget", ("spec", "selector")),
    ("scaling.adjustable", "HorizontalPodAutoscaler", ("spec", "minReplicas")),
    ("secrets.none_in_chart", "ConfigMap", ("data",)),
)


@pytest.fixture(scope="module")
def golden() -> Golden:
    return collect_golden()


def index_of(golden: Golden, kind: str, path: Path) -> int:
    """Return the first object of a kind that has something in a place."""
    return next(
        index
        for index, item in enumerate(golden.render.objects)
        if item.document["kind"] == kind and path in set(places(item.document))
    )


def value_at(document: Any, path: Path) -> Any:
    for step in path:
        document = document[step]
    return document


def test_the_golden_target_passes_as_it_is(golden: Golden) -> None:
    verdicts = {judged.verdict for judged in golden.judged(lambda attempt: attempt).values()}
    assert verdicts <= {Verdict.PASS, Verdict.NOT_APPLICABLE}


def assert_unreadable(golden: Golden, check: str, kind: str, path: Path) -> None:
    index = index_of(golden, kind, path)
    right = type(value_at(golden.render.objects[index].document, path))
    for wrong in WRONG:
        if type(wrong) is right:
            continue
        for judged in golden.judged(in_object(index, path, wrong), check).values():
            assert judged.crash is None
            assert judged.verdict in (Verdict.FAIL, Verdict.UNDETERMINED), f"{path}: {wrong!r} {judged}"


@pytest.mark.parametrize("check", NEEDED)
def test_a_workload_that_cannot_be_read_never_passes(check: str, golden: Golden) -> None:
    for path in (*EVERYWHERE, *NEEDED[check]):
        assert_unreadable(golden, check, "Deployment", path)


@pytest.mark.parametrize(("check", "kind", "path"), NEEDED_ELSEWHERE)
def test_an_object_that_cannot_be_read_never_passes(check: str, kind: str, path: Path, golden: Golden) -> None:
    assert_unreadable(golden, check, kind, path)


ANYTHING: tuple[Any, ...] = (
    *(None, True, 0, -1, 3, 1.5, 10**30, 1e308, "", "x", "\0", "9" * 5000, "{{"),
    *([], [1], ["x"], [[]], [None], [{}], {}, {"": ""}, {"a": 1}, {"name": {}, "value": []}, [[[{"a": [1]}]]]),
)


def fields_of(golden: Golden) -> dict[str, tuple[type[Any], str, Any]]:
    """Return what a chart holds besides objects: the fact, the field in it, and what that holds."""
    return {
        "values": (Render, "values", golden.render.values),
        "defaults": (ChartFiles, "values", golden.chart.values),
        "metadata": (ChartFiles, "metadata", golden.chart.metadata),
        "schema": (ChartFiles, "schema", golden.chart.schema),
    }


@settings(derandomize=True, max_examples=150, deadline=None, database=None)
@given(data=st.data())
def test_no_check_breaks_on_a_wrong_type(data: st.DataObject, golden: Golden) -> None:
    fields = fields_of(golden)
    part = data.draw(st.sampled_from([*fields, *["objects"] * 6]))
    value = data.draw(st.sampled_from(ANYTHING))
    if part == "objects":
        index = data.draw(st.integers(0, len(golden.render.objects) - 1))
        path = data.draw(st.sampled_from(list(places(golden.render.objects[index].document))))
        change = in_object(index, path, value)
    else:
        kind, name, document = fields[part]
        change = in_field(kind, name, data.draw(st.sampled_from(list(places(document)))), value)
    judged = golden.judged(change)
    assert [(id_, found.crash) for id_, found in judged.items() if found.crash] == []
    assert [id_ for id_, found in judged.items() if found.verdict is Verdict.UNDETERMINED and not found.reason] == []
