"""The manifests for operators: enough to read everything, nothing that writes, and files that parse."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from toetskader.cli import roles_text
from toetskader.collect.kubernetes.resources import RESOURCES, Resource
from toetskader.collect.kubernetes.roles import Need, roles
from toetskader.facts.kubernetes.declared import EVERY_KIND

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


def test_the_roles_follow_from_what_the_checks_declare() -> None:
    assert (FOLDER / "rollen.yaml").read_text(encoding="utf-8") == roles_text(ROOT / "policies", ROOT / "tests")


def granted(*needs: Need) -> str:
    """Return the roles for some needs, on one line and without the marks of comments."""
    return re.sub(r"\s+(?:# )?", " ", roles(needs))


def need(section: str, *objects: str, facts: Iterable[str] = ("live",)) -> Need:
    return Need(section, frozenset(facts), frozenset(objects))


def test_every_right_says_for_which_requirements_it_is() -> None:
    text = granted(
        need("DDC 7.10", "Ingress.networking.k8s.io"),
        need("DDC 7.9", "Ingress", "Gateway.networking.istio.io"),
        need("TA 1.2", "ConfigMap", "Ingress"),
        need("DDC 8", "Service"),
        need("SLA 3", "ConfigMap", facts=("render",)),
    )
    assert "Wat er draait: elke eis." in text
    assert "Routes: DDC 7.9, 7.10; TA 1.2." in text
    assert "wat TLS ervoor beëindigt: DDC 7.9." in text
    assert "Instellingen: TA 1.2." in text
    assert "Opslag: alleen voor een snapshot" in text


def test_what_a_fact_asks_for_is_granted_for_it() -> None:
    text = granted(
        need("DDC 1", facts=("live", "logs")),
        need("DDC 2", facts=("live", "metrics")),
        need("DDC 3", facts=("rights",)),
    )
    assert "Wat er draait: elke eis." in text
    assert "Bereikbaarheid: DDC 2." in text
    assert "Waar metrieken te vinden zijn: DDC 2." in text
    assert "Logregels: DDC 1." in text
    assert 'De vraag "mag deze persoon dit", die niets verandert: DDC 3.' in text


def test_what_a_kind_is_listed_with_is_granted_for_it_too() -> None:
    assert "Certificaten: elke eis." in granted(need("DDC 1", "Issuer"))
    assert "Opslag: DDC 1." in granted(need("DDC 1", "StorageClass"), need("DDC 2"))


def test_what_reads_every_kind_is_told_once() -> None:
    text = granted(need("DDC 7.9", EVERY_KIND), need("DDC 1", "Service"), need("DDC 2"))
    assert "gebruikt alle soorten: DDC 7.9." in text
    assert "Bereikbaarheid: DDC 1." in text
    assert "Opslag: alleen" in text


def test_a_resource_that_nobody_grants_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    more = (*RESOURCES, Resource("Lease", "coordination.k8s.io", "leases"))
    monkeypatch.setattr("toetskader.collect.kubernetes.roles.RESOURCES", more)
    with pytest.raises(ValueError, match=r"leases\.coordination\.k8s\.io"):
        roles([])


def blocks() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield each comment in the roles, with the rules below it."""
    for role in (FOLDER / "rollen.yaml").read_text(encoding="utf-8").split("---\n"):
        _, _, rules = role.partition("\nrules:\n")
        for block in re.findall(r"((?:^ *#.*\n)+)((?:^ *[^# \n].*\n?)+)", rules, re.MULTILINE):
            yield block[0].replace("#", ""), yaml.safe_load(block[1])


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
