"""The manifests for operators: enough to read everything, nothing that writes, and files that parse."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from toetskader.collect.kubernetes.resources import RESOURCES, Resource

FOLDER = Path(__file__).parents[1] / "docs/beheer"
ROLES: list[dict[str, Any]] = [
    document
    for document in yaml.safe_load_all((FOLDER / "rollen.yaml").read_text())
    if document["kind"] == "ClusterRole"
]
BY_NAME = {role["metadata"]["name"]: role for role in ROLES}


def allows(role: dict[str, Any], group: str, resource: str, verb: str) -> bool:
    return any(
        group in rule["apiGroups"] and resource in rule["resources"] and verb in rule["verbs"] for rule in role["rules"]
    )


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.name)
def test_every_kind_can_be_listed(resource: Resource) -> None:
    role = BY_NAME["toetskader-namespace" if resource.namespaced else "toetskader-cluster"]
    assert allows(role, resource.group, resource.plural, "list")


def test_nothing_can_be_changed() -> None:
    creates = set()
    for role in ROLES:
        for rule in role["rules"]:
            assert set(rule["verbs"]) <= {"get", "list", "create"}
            if "create" in rule["verbs"]:
                creates |= {(group, name) for group in rule["apiGroups"] for name in rule["resources"]}
    assert creates == {("authorization.k8s.io", "subjectaccessreviews")}


def test_secrets_are_never_read_one_by_one() -> None:
    assert not any(allows(role, "", "secrets", "get") for role in ROLES)


def test_no_wildcards() -> None:
    for role in ROLES:
        for rule in role["rules"]:
            assert "*" not in {*rule["apiGroups"], *rule["resources"], *rule["verbs"]}


def test_the_cron_job_runs_as_nobody_and_writes_where_it_may() -> None:
    job = yaml.safe_load((FOLDER / "cronjob.yaml").read_text())
    pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert "--reports=/rapporten" in container["command"]
    assert {mount["mountPath"] for mount in container["volumeMounts"]} == {"/doelen", "/rapporten", "/tmp"}


def test_the_schedule_runs_the_audit_and_keeps_no_credentials() -> None:
    pipeline = yaml.safe_load((FOLDER / "gitlab-ci.yml").read_text())["toets"]
    assert any("pytest" in line and "--target=doelen" in line for line in pipeline["script"])
    assert pipeline["after_script"] == ["rm -f doelen/kubeconfig"]
    assert "doelen" not in pipeline["artifacts"]["paths"]
