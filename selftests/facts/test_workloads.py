"""Workloads, their containers, and what those containers are known to be."""

from decimal import Decimal

import pytest
from from_live import live
from from_yaml import objects, pod, workload, workloads

from toetskader.facts.attempt import Malformed
from toetskader.facts.kubernetes.known_images import data_stores, is_only_data_store
from toetskader.facts.kubernetes.objects import Objects
from toetskader.facts.kubernetes.quantities import int_or_percentage, quantity
from toetskader.facts.kubernetes.workloads import Workloads


def test_every_kind_shows_its_containers() -> None:
    spec = "{containers: [{name: c, image: app}]}"
    template = f"{{metadata: {{labels: {{app: x}}}}, spec: {spec}}}"
    found = workloads(f"""
{{kind: Pod, metadata: {{name: pod, labels: {{app: x}}}}, spec: {spec}}}
---
{{kind: Job, metadata: {{name: job}}, spec: {{template: {template}}}}}
---
{{kind: CronJob, metadata: {{name: cron}}, spec: {{jobTemplate: {{spec: {{template: {template}}}}}}}}}
---
{{kind: DaemonSet, metadata: {{name: daemon}}, spec: {{template: {template}}}}}
---
kind: Pod
metadata: {{name: test, annotations: {{helm.sh/hook: test}}}}
spec: {{restartPolicy: Never, containers: [{{name: c, image: app}}]}}
""")
    seen = {item.name: ([container.name for container in item.containers], item.pod_labels) for item in found}
    assert seen == {name: (["c"], {"app": "x"}) for name in ("pod", "job", "cron", "daemon")}
    assert len(list(found.containers())) == 4
    assert len(list(found.containers(tests=True))) == 5


def test_roles_of_containers() -> None:
    found = pod(
        "{initContainers: [{name: i}, {name: s, restartPolicy: Always}], containers: [{name: c}],"
        " ephemeralContainers: [{name: e}]}"
    )
    assert [(item.name, item.role.name, item.runs_continuously) for item in found.containers] == [
        ("i", "INIT", False),
        ("s", "SIDECAR", True),
        ("c", "REGULAR", True),
        ("e", "EPHEMERAL", False),
    ]


SECURITY = {
    "of the container": ("{}", "{runAsUser: 7, runAsNonRoot: true}", 7, True),
    "of the pod": ("{runAsUser: 7, runAsNonRoot: true}", "{}", 7, True),
    "the container's before the pod's": ("{runAsUser: 7, runAsNonRoot: true}", "{runAsUser: 0}", 0, True),
    "each field by itself": ("{runAsUser: 7}", "{runAsNonRoot: false}", 7, False),
    "none": ("{}", "{}", None, None),
    "written as nothing": ("null", "null", None, None),
}  # fmt: skip


@pytest.mark.parametrize(("of_pod", "own", "user", "non_root"), SECURITY.values(), ids=SECURITY.keys())
def test_effective_security_context(of_pod: str, own: str, user: int | None, non_root: bool | None) -> None:
    found = pod(f"{{securityContext: {of_pod}, containers: [{{name: c, securityContext: {own}}}]}}")
    security = found.containers[0].security
    assert (security.run_as_user.number(), security.run_as_non_root.flag()) == (user, non_root)


def test_the_pod_has_no_read_only_root_filesystem() -> None:
    found = pod("{securityContext: {readOnlyRootFilesystem: true}, containers: [{name: c}]}")
    setting = found.containers[0].security.read_only_root_filesystem
    assert setting.flag() is None
    assert setting.path == "spec.template.spec.containers[0].securityContext.readOnlyRootFilesystem"


@pytest.mark.parametrize("spec", ["3", "{containers: 3}", "{containers: [3]}", "{initContainers: {a: b}}"])
def test_a_pod_of_the_wrong_type_is_malformed(spec: str) -> None:
    with pytest.raises(Malformed):
        pod(spec)


@pytest.mark.parametrize("image", ["':0.6.6'", "ghcr.io/Acme/app"])
def test_an_image_that_cannot_be_read_is_malformed_and_no_known_image(image: str) -> None:
    found = pod(f"{{containers: [{{name: c, image: {image}}}]}}")
    with pytest.raises(Malformed):
        _ = found.containers[0].image
    assert data_stores(found) == ()


@pytest.mark.parametrize("image", ["[1]", "3"])
def test_what_a_container_runs_cannot_be_told_from_an_image_that_is_no_text(image: str) -> None:
    with pytest.raises(Malformed):
        data_stores(pod(f"{{containers: [{{name: c, image: {image}}}]}}"))


@pytest.mark.parametrize(("hooks", "expected"), {"test": 0, "test,test-success": 0, "post-install,test": 1}.items())
def test_what_also_runs_at_installation_is_no_test(hooks: str, expected: int) -> None:
    text = f"{{kind: Job, apiVersion: batch/v1, metadata: {{name: x, annotations: {{helm.sh/hook: '{hooks}'}}}}}}"
    assert len(workloads(text)) == expected


def test_an_object_with_a_pod_template_is_a_workload_whatever_its_kind() -> None:
    template = "spec: {template: {spec: {containers: [{name: a, image: x}]}}}"
    (found,) = workloads(f"{{kind: Rollout, apiVersion: argoproj.io/v1alpha1, metadata: {{name: x}}, {template}}}")
    assert [item.name for item in found.containers] == ["a"]
    assert len(workloads("{kind: Gateway, apiVersion: x/v1, metadata: {name: x}, spec: {template: {spec: 3}}}")) == 0


STAYS = {
    "{}": True,
    "{helm.sh/hook: 'pre-install,pre-upgrade', helm.sh/hook-delete-policy: before-hook-creation}": True,
    "{helm.sh/hook: post-install, helm.sh/hook-delete-policy: 'before-hook-creation,hook-succeeded'}": False,
    "{helm.sh/hook: ' Post-Install , POST-UPGRADE', helm.sh/hook-delete-policy: ' Hook-Succeeded '}": False,
    "{helm.sh/hook: Post-Install, helm.sh/hook-delete-policy: 'HOOK-SUCCEEDED,before-hook-creation'}": False,
    "{helm.sh/hook: Post-Install, helm.sh/hook-delete-policy: hook-failed}": True,
    "{helm.sh/hook: post-install, helm.sh/hook-delete-policy: hook_succeeded}": True,
    "{helm.sh/hook-delete-policy: hook-succeeded}": True,
    "{helm.sh/hook: pre-delete}": False,
    "{helm.sh/hook: 'pre-rollback,test'}": False,
    "{helm.sh/hook: pre-upgrade}": False,
}


@pytest.mark.parametrize(("annotations", "expected"), STAYS.items())
def test_what_is_there_while_the_component_runs(annotations: str, expected: bool) -> None:
    found = workload(f"{{kind: Job, apiVersion: batch/v1, metadata: {{name: x, annotations: {annotations}}}}}")
    assert found.object.stays is expected


STORES = {
    "a store": ("[{name: a, image: redis}]", True),
    "a store and its exporter": ("[{name: a, image: redis}, {name: b, image: redis-exporter}]", True),
    "an application beside a store": ("[{name: a, image: redis}, {name: b, image: acme/app}]", False),
    "no store": ("[{name: b, image: acme/app}]", False),
}


@pytest.mark.parametrize(("containers", "expected"), STORES.values(), ids=STORES.keys())
def test_workloads_that_are_only_a_data_store(containers: str, expected: bool) -> None:
    assert is_only_data_store(pod(f"{{containers: {containers}}}")) is expected


LONG_RUNNING = {
    "{kind: Deployment, metadata: {name: x}}": True,
    "{kind: Job, metadata: {name: x}}": False,
    "{kind: CronJob, metadata: {name: x}}": False,
    "{kind: Pod, metadata: {name: x}, spec: {}}": True,
    "{kind: Pod, metadata: {name: x}, spec: {restartPolicy: Never}}": False,
    "{kind: Pod, metadata: {name: x, annotations: {helm.sh/hook: pre-install}}, spec: {}}": False,
}


@pytest.mark.parametrize(("text", "expected"), LONG_RUNNING.items())
def test_what_keeps_running(text: str, expected: bool) -> None:
    assert workload(text).is_long_running is expected


QUANTITIES = {
    "250m": "0.25",
    "1": "1",
    "0.5": "0.5",
    "512Mi": "536870912",
    "1e3": "1000",
    "2E": "2E+18",
    "'1.'": "1",
    "0": "0",
}


@pytest.mark.parametrize(("text", "expected"), QUANTITIES.items())
def test_quantities(text: str, expected: str) -> None:
    found = pod(f"{{containers: [{{name: c, resources: {{limits: {{cpu: {text}}}}}}}]}}")
    assert quantity(found.containers[0].get("resources", "limits", "cpu")) == Decimal(expected)


@pytest.mark.parametrize("text", ["veel", "''", "1 Gi", "true", "[1]", "'1e+99999'", "1e999", ".nan"])
def test_no_quantities(text: str) -> None:
    found = pod(f"{{containers: [{{name: c, resources: {{limits: {{cpu: {text}}}}}}}]}}")
    with pytest.raises(Malformed):
        quantity(found.containers[0].get("resources", "limits", "cpu"))


@pytest.mark.parametrize(
    ("text", "round_up", "expected"),
    [("1", True, 1), ("25%", True, 1), ("25%", False, 0), ("100%", False, 3), ("null", True, None), ("34%", True, 2)],
)
def test_numbers_and_percentages(text: str, round_up: bool, expected: int | None) -> None:
    node = pod(f"{{hostUsers: {text}, containers: []}}").pod.get("hostUsers")
    assert int_or_percentage(node, 3, round_up=round_up) == expected


TESTS = {
    "{kind: Pod, metadata: %s, spec: {restartPolicy: Never, containers: [{name: c}]}}": 0,
    "{kind: Job, metadata: %s, spec: {template: {spec: {containers: [{name: c}]}}}}": 0,
    "{kind: Pod, metadata: %s, spec: {containers: [{name: c}]}}": 1,
    "{kind: Deployment, metadata: %s, spec: {template: {spec: {containers: [{name: c}]}}}}": 1,
    "{kind: CronJob, metadata: %s, spec: {jobTemplate: {spec: {}}}}": 1,
}


@pytest.mark.parametrize(("text", "expected"), TESTS.items())
def test_a_test_ends_by_itself(text: str, expected: int) -> None:
    assert len(workloads(text % "{name: x, annotations: {helm.sh/hook: Test}}")) == expected


RUNNING_TESTS = {
    "{kind: Pod, metadata: %s, spec: {restartPolicy: Never, containers: [{name: c}]}, status: {phase: Succeeded}}": 0,
    "{kind: Pod, metadata: %s, spec: {restartPolicy: Never, containers: [{name: c}]}, status: {phase: Running}}": 1,
    "{kind: Pod, metadata: %s, spec: {restartPolicy: Never, containers: [{name: c}]}}": 1,
    "{kind: Job, metadata: %s, spec: {template: {}}, status: {conditions: [{type: Complete, status: 'True'}]}}": 0,
    "{kind: Job, metadata: %s, spec: {template: {}}, status: {conditions: [{type: Complete, status: 'False'}]}}": 1,
    "{kind: Deployment, metadata: %s, spec: {template: {}}}": 1,
}


@pytest.mark.parametrize(("text", "expected"), RUNNING_TESTS.items())
def test_what_runs_is_no_test_until_it_has_ended(text: str, expected: int) -> None:
    found = Workloads(Objects.of_live(live(text % "{name: x, annotations: {helm.sh/hook: test}}")))
    assert len(found) == expected


def test_a_policy_that_is_there_holds_whatever_its_annotations_say() -> None:
    metadata = "{name: x, annotations: {helm.sh/hook: test, helm.sh/hook-delete-policy: hook-succeeded}}"
    text = f"{{kind: NetworkPolicy, apiVersion: networking.k8s.io/v1, metadata: {metadata}}}"
    (found,) = Objects.of_live(live(text))
    assert (found.is_test, found.stays) == (False, True)
    (rendered,) = objects(text)
    assert (rendered.is_test, rendered.stays) == (True, False)
