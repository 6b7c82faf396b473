"""What a right lets somebody do."""

import pytest

from toetskader.facts.kubernetes.deeds import (
    FORWARDING,
    changes,
    is_for_everybody,
    reaches_secrets,
    writes,
)
from toetskader.facts.kubernetes.rbac import RbacSubject, Rule


@pytest.mark.parametrize(
    ("verb", "group", "resource", "expected"),
    [
        ("get", "", "pods", False),
        ("watch", "acme.example", "widgets", False),
        ("patch", "acme.example", "widgets", True),
        ("approve", "acme.example", "widgets", True),
        ("*", "", "pods", True),
        ("bind", "rbac.authorization.k8s.io", "roles", True),
        ("impersonate", "", "users", True),
        ("create", "authorization.k8s.io", "selfsubjectaccessreviews", False),
        ("create", "authorization.k8s.io", "localsubjectaccessreviews", False),
        ("create", "authentication.k8s.io", "tokenreviews", False),
        ("create", "authorization.openshift.io", "selfsubjectrulesreviews", False),
        ("create", "acme.example", "reviews", True),
        ("delete", "authorization.k8s.io", "selfsubjectaccessreviews", True),
        ("impersonate-on:serviceaccount:get", "", "secrets", False),
        ("impersonate-on:serviceaccount:patch", "apps", "deployments", True),
        ("impersonate:serviceaccount", "authentication.k8s.io", "serviceaccounts", False),
    ],
)
def test_writing_is_all_but_reading(verb: str, group: str, resource: str, expected: bool) -> None:
    assert writes(verb, group, resource) is expected
    assert changes(Rule(verbs=("get", verb), groups=(group,), resources=(resource,))) is expected


def test_a_resource_that_is_judged_apart_does_not_count() -> None:
    rule = Rule(verbs=("create",), groups=("",), resources=(FORWARDING,))
    assert changes(rule)
    assert not changes(rule, besides=FORWARDING)
    assert not changes(Rule(verbs=("get", "post"), paths=("/metrics",)))


@pytest.mark.parametrize(
    ("rule", "verbs"),
    [
        (Rule(verbs=("get", "create"), groups=("",), resources=("secrets",)), ("get", "create")),
        (Rule(verbs=("patch",), groups=("*",), resources=("*",)), ("patch",)),
        (Rule(verbs=("get",), groups=("bitnami.com",), resources=("secrets",)), ()),
        (Rule(verbs=("get",), groups=("",), resources=("secrets/status",)), ()),
        (Rule(verbs=("impersonate-on:serviceaccount:get",), groups=("",), resources=("secrets",)), ()),
    ],
)
def test_secrets_are_reached_by_any_verb_on_them(rule: Rule, verbs: tuple[str, ...]) -> None:
    assert reaches_secrets(rule) == verbs


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        ("User", "system:anonymous", True),
        ("Group", "system:unauthenticated", True),
        ("Group", "system:serviceaccounts:zaken", True),
        ("User", "system:authenticated", False),
        ("Group", "leverancier", False),
    ],
)
def test_everybody_is_who_the_api_server_itself_says(kind: str, name: str, expected: bool) -> None:
    assert is_for_everybody(RbacSubject(kind=kind, name=name)) is expected
