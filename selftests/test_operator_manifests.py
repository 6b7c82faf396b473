"""The manifests for operators: enough to read everything, nothing that writes, and files that parse."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from toetskader.catalogue.load import load_catalogue
from toetskader.collect.kubernetes.resources import RESOURCES, Resource
from toetskader.facts.kubernetes.objects import EVERY_KIND
from toetskader.judging.check import Check
from toetskader.judging.reach import texts_of
from toetskader.judging.registry import load_checks

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs/beheer"
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
    roles = ["toetskader-cluster", *(["toetskader-namespace"] if resource.namespaced else [])]
    assert any(allows(BY_NAME[name], resource.group, resource.plural, "list") for name in roles)


FACTS = {
    ("", "pods/log"): "logs",
    ("", "pods/proxy"): "metrics",
    ("metrics.k8s.io", "pods"): "usage",
    ("", "namespaces"): "rights",
    ("authorization.k8s.io", "subjectaccessreviews"): "rights",
    **{("rbac.authorization.k8s.io", name): "rights" for name in ("roles", "clusterroles")},
    **{("rbac.authorization.k8s.io", f"{name}bindings"): "rights" for name in ("role", "clusterrole")},
}
"""API group and resource that is read for a fact of its own → that fact."""
WITHOUT_REQUIREMENT = {("gateway.envoyproxy.io", "securitypolicies"), ("cert-manager.io", "clusterissuers")}
"""What only a snapshot holds, and the comparison with a chart."""


@cache
def judged() -> tuple[tuple[str, Check, str], ...]:
    """Return each requirement with its check on a part of a cluster: section (`7.2`), check, part."""
    checks = load_checks(ROOT / "tests")
    return tuple(
        (row.id.split("-")[1], checks[id_], part)
        for row in load_catalogue(ROOT / "policies", checks).requirements.values()
        for part in ("namespace", "rbac", "release")
        if part in row.measured_on and (id_ := row.check_for(part)) in checks and part in checks[id_].parts
    )


def needed_by(group: str, resource: str) -> set[str]:
    """Return the sections with a requirement whose judgement reads a resource; a pod's are all of them."""
    fact = FACTS.get((group, resource))
    if fact is not None:
        return {section for section, check, part in judged() if fact in check.fact_kinds(part)}
    (kind,) = [item.kind for item in RESOURCES if (item.group, item.plural) == (group, resource)]
    return {section for section, check, part in judged() if part == "namespace" and kind in texts_of(check)}


def blocks() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield each comment in the roles, with the rules below it."""
    for role in (FOLDER / "rollen.yaml").read_text(encoding="utf-8").split("---\n"):
        _, _, rules = role.partition("\nrules:\n")
        for block in re.findall(r"((?:^ *#.*\n)+)((?:^ *[^# \n].*\n?)+)", rules, re.MULTILINE):
            yield block[0].replace("#", ""), yaml.safe_load(block[1])


@pytest.mark.parametrize(("comment", "rules"), list(blocks()), ids=lambda value: str(value).strip()[:40])
def test_every_right_says_for_which_requirements_it_is(comment: str, rules: list[dict[str, Any]]) -> None:
    resources = {(group, name) for rule in rules for group in rule["apiGroups"] for name in rule["resources"]}
    sections = {section for group, name in resources for section in needed_by(group, name)}
    if "elke eis" in comment:
        assert all(
            needed_by(*item) == {name for name, _, part in judged() if part == "namespace"} for item in resources
        )
    else:
        said = re.search(r"DDC ([\d., ]+)\.\s", comment)
        assert set(said[1].split(", ") if said else ()) == sections, (
            f"it should say: DDC {', '.join(sorted(sections))}."
        )
        assert {item for item in resources if not needed_by(*item)} <= WITHOUT_REQUIREMENT


def test_what_reads_every_kind_is_told_once() -> None:
    head, _, _ = (FOLDER / "rollen.yaml").read_text(encoding="utf-8").partition("apiVersion")
    sections = {section for section, check, part in judged() if part == "release" and EVERY_KIND in texts_of(check)}
    assert head.rstrip().endswith(f"alle soorten: DDC {', '.join(sorted(sections))}.")
    assert {section for section, _, part in judged() if part == "release"} == sections


def test_every_rule_is_below_a_comment() -> None:
    assert sum(len(rules) for _, rules in blocks()) == sum(len(role["rules"]) for role in ROLES)


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
