"""Role-based access control, as the API server evaluates it."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toetskader.facts.kubernetes.rbac import (
    Access,
    Binding,
    Identity,
    Rbac,
    RbacSubject,
    Role,
    Rule,
    binding_of,
    covers,
    distribution,
    home,
    is_control_plane,
    member,
    names,
    other_authorizer,
    role_of,
    user,
)
from toetskader.facts.kubernetes.rights import Holder, is_meant

PODS = Rule(verbs=("get",), groups=("",), resources=("pods",))

RULES: dict[str, tuple[Rule, Access, bool]] = {
    "as it says": (PODS, Access(verb="get", resource="pods"), True),
    "another verb": (PODS, Access(verb="list", resource="pods"), False),
    "another resource": (PODS, Access(verb="get", resource="secrets"), False),
    "another group": (PODS, Access(verb="get", group="apps", resource="pods"), False),
    "a resource says nothing of what is below it": (
        PODS,
        Access(verb="get", resource="pods", subresource="exec"),
        False,
    ),
    "a subresource by name": (
        Rule(verbs=("create",), groups=("",), resources=("pods/exec",)),
        Access(verb="create", resource="pods", subresource="exec"),
        True,
    ),
    "a subresource says nothing of its resource": (
        Rule(verbs=("create",), groups=("",), resources=("pods/exec",)),
        Access(verb="create", resource="pods"),
        False,
    ),
    "a subresource of anything": (
        Rule(verbs=("update",), groups=("*",), resources=("*/scale",)),
        Access(verb="update", group="apps", resource="deployments", subresource="scale"),
        True,
    ),
    "another subresource of anything": (
        Rule(verbs=("update",), groups=("*",), resources=("*/scale",)),
        Access(verb="update", group="apps", resource="deployments", subresource="status"),
        False,
    ),
    "all subresources of one is no pattern": (
        Rule(verbs=("get",), groups=("",), resources=("pods/*",)),
        Access(verb="get", resource="pods", subresource="log"),
        False,
    ),
    "all resources, subresources too": (
        Rule(verbs=("get",), groups=("",), resources=("*",)),
        Access(verb="get", resource="pods", subresource="log"),
        True,
    ),
    "all verbs": (
        Rule(verbs=("*",), groups=("",), resources=("pods",)),
        Access(verb="escalate", resource="pods"),
        True,
    ),
    "no group is not the core group": (
        Rule(verbs=("get",), resources=("pods",)),
        Access(verb="get", resource="pods"),
        False,
    ),
    "an object by name": (
        Rule(verbs=("get",), groups=("",), resources=("secrets",), names=("db",)),
        Access(verb="get", resource="secrets", name="db"),
        True,
    ),
    "another object": (
        Rule(verbs=("get",), groups=("",), resources=("secrets",), names=("db",)),
        Access(verb="get", resource="secrets", name="mail"),
        False,
    ),
    "no name asked": (
        Rule(verbs=("get",), groups=("",), resources=("secrets",), names=("db",)),
        Access(verb="get", resource="secrets"),
        False,
    ),
    "a path": (Rule(verbs=("get",), paths=("/metrics",)), Access(verb="get", path="/metrics"), True),
    "a path below": (Rule(verbs=("get",), paths=("/health*",)), Access(verb="get", path="/healthz/etcd"), True),
    "a path beside": (Rule(verbs=("get",), paths=("/health*",)), Access(verb="get", path="/metrics"), False),
    "resources are no paths": (
        Rule(verbs=("*",), groups=("*",), resources=("*",)),
        Access(verb="get", path="/metrics"),
        False,
    ),
    "paths are no resources": (Rule(verbs=("*",), paths=("*",)), Access(verb="get", resource="pods"), False),
}


@pytest.mark.parametrize("case", RULES)
def test_a_rule_covers_what_the_api_says(case: str) -> None:
    rule, access, expected = RULES[case]
    assert covers(rule, access) is expected


SUBJECTS: dict[str, tuple[RbacSubject, Identity, bool]] = {
    "a user": (RbacSubject(kind="User", name="jan"), user("jan"), True),
    "another user": (RbacSubject(kind="User", name="jan"), user("piet"), False),
    "a user is no pattern": (RbacSubject(kind="User", name="*"), user("jan"), False),
    "a group": (RbacSubject(kind="Group", name="dev"), user("jan", ["dev"]), True),
    "a user named as a group": (RbacSubject(kind="Group", name="jan"), user("jan"), False),
    "everybody": (RbacSubject(kind="Group", name="system:authenticated"), user("jan"), True),
    "members are everybody too": (RbacSubject(kind="Group", name="system:authenticated"), member("dev"), True),
    "nobody logged in": (RbacSubject(kind="Group", name="system:authenticated"), user("system:anonymous"), False),
    "an account": (
        RbacSubject(kind="ServiceAccount", name="app", namespace="shop"),
        user("system:serviceaccount:shop:app"),
        True,
    ),
    "an account of the binding's namespace": (
        RbacSubject(kind="ServiceAccount", name="app"),
        user("system:serviceaccount:home:app"),
        True,
    ),
    "an account by its user name": (
        RbacSubject(kind="User", name="system:serviceaccount:shop:app"),
        user("system:serviceaccount:shop:app"),
        True,
    ),
    "all accounts of a namespace": (
        RbacSubject(kind="Group", name="system:serviceaccounts:shop"),
        user("system:serviceaccount:shop:app"),
        True,
    ),
    "an unknown kind": (RbacSubject(kind="Robot", name="jan"), user("jan"), False),
    "a group without a user has no name": (RbacSubject(kind="User", name=""), member("dev"), False),
}


@pytest.mark.parametrize("case", SUBJECTS)
def test_a_subject_names_whom_the_api_says(case: str) -> None:
    subject, identity, expected = SUBJECTS[case]
    assert names(subject, identity, "home") is expected


def bound(namespace: str = "", kind: str = "ClusterRole", role: str = "reader") -> Binding:
    return Binding(
        name="b", namespace=namespace, role_kind=kind, role=role, subjects=(RbacSubject(kind="User", name="jan"),)
    )


WHERE: dict[str, tuple[Binding, str, bool]] = {
    "of the cluster, anywhere": (bound(), "shop", True),
    "of the cluster, everywhere": (bound(), "", True),
    "of a namespace, there": (bound("shop"), "shop", True),
    "of a namespace, elsewhere": (bound("shop"), "other", False),
    "of a namespace, everywhere": (bound("shop"), "", False),
    "to a role of that namespace": (bound("shop", "Role", "local"), "shop", True),
    "to a role of another namespace": (bound("other", "Role", "local"), "other", False),
    "of the cluster to a role": (bound("", "Role", "local"), "shop", False),
    "to a role that does not exist": (bound("shop", role="absent"), "shop", False),
}


@pytest.mark.parametrize("case", WHERE)
def test_a_binding_holds_where_the_api_says(case: str) -> None:
    binding, namespace, expected = WHERE[case]
    roles = (Role(name="reader", rules=(PODS,)), Role(name="local", namespace="shop", rules=(PODS,)))
    access = Access(verb="get", resource="pods", namespace=namespace)
    assert Rbac(roles, [binding]).allows(user("jan"), access) is expected


def test_masters_may_do_everything() -> None:
    assert Rbac((), ()).allows(member("system:masters"), Access(verb="delete", resource="nodes"))


WORDS = st.sampled_from(["get", "list", "create", "*"])
GROUPS = st.sampled_from(["", "apps", "*"])
RESOURCES = st.sampled_from(["pods", "secrets", "pods/exec", "*/exec", "*"])
SOME_RULES = st.builds(
    Rule,
    verbs=st.lists(WORDS, max_size=2).map(tuple),
    groups=st.lists(GROUPS, max_size=2).map(tuple),
    resources=st.lists(RESOURCES, max_size=2).map(tuple),
    names=st.lists(st.sampled_from(["a", "b"]), max_size=1).map(tuple),
)
QUESTIONS = st.builds(
    Access,
    verb=st.sampled_from(["get", "list", "create"]),
    group=st.sampled_from(["", "apps"]),
    resource=st.sampled_from(["pods", "secrets"]),
    subresource=st.sampled_from(["", "exec"]),
    namespace=st.sampled_from(["", "shop", "other"]),
    name=st.sampled_from(["", "a", "c"]),
)


@given(rule=SOME_RULES, more=SOME_RULES, access=QUESTIONS)
def test_rights_only_add_up(rule: Rule, more: Rule, access: Access) -> None:
    def allows(*rules: Rule) -> bool:
        roles = [Role(name=f"r{index}", rules=(item,)) for index, item in enumerate(rules)]
        return Rbac(roles, [bound(role=role.name) for role in roles]).allows(user("jan"), access)

    assert allows(rule, more) == (allows(rule) or allows(more))
    assert not allows()


@given(rule=SOME_RULES, access=QUESTIONS)
def test_a_wildcard_grants_at_least_what_it_stands_for(rule: Rule, access: Access) -> None:
    if covers(rule, access):
        assert covers(msgspec.structs.replace(rule, verbs=("*",)), access)
        assert covers(msgspec.structs.replace(rule, groups=("*",)), access)
        assert covers(msgspec.structs.replace(rule, resources=("*",)), access)
        assert covers(msgspec.structs.replace(rule, names=()), access)


@given(rule=SOME_RULES, access=QUESTIONS)
def test_what_holds_everywhere_holds_in_each_namespace(rule: Rule, access: Access) -> None:
    rbac = Rbac([Role(name="reader", rules=(rule,))], [bound(), bound("shop")])
    everywhere = rbac.allows(user("jan"), msgspec.structs.replace(access, namespace=""))
    assert not everywhere or rbac.allows(user("jan"), access)


def test_objects_of_the_api_are_read() -> None:
    role = role_of(
        {
            "metadata": {"name": "r", "namespace": "shop"},
            "rules": [{"verbs": ["get"], "apiGroups": [""], "resources": ["pods"], "resourceNames": None}],
        }
    )
    assert role == Role(name="r", namespace="shop", rules=(PODS,))
    binding = binding_of(
        {
            "metadata": {
                "name": "b",
                "creationTimestamp": "2026-01-02T03:04:05Z",
                "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}", "x": "1", "lang": "y" * 999},
            },
            "roleRef": {"kind": "ClusterRole", "name": "view"},
            "subjects": None,
        }
    )
    assert (binding.namespace, binding.role, binding.subjects) == ("", "view", ())
    assert binding.annotations == {"x": "1"}
    assert binding.created is not None
    assert role_of({"metadata": {"name": "leeg"}, "rules": None}).rules == ()
    odd = {"metadata": {"name": "r"}, "rules": [{"verbs": ["ge\x1b[2Jt"], "apiGroups": [""], "resources": ["p" * 999]}]}
    rule = role_of(odd).rules[0]
    assert rule.verbs == ("ge\\x1b[2Jt",)
    assert len(rule.resources[0]) < 400


@pytest.mark.hostile("rbac")
@pytest.mark.parametrize(
    "document", [3, {}, {"metadata": {"name": "r"}, "rules": [3]}, {"metadata": {"name": "r"}, "rules": {"a": 1}}]
)
def test_anything_else_is_refused(document: object) -> None:
    with pytest.raises(msgspec.ValidationError):
        role_of(document)


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["cluster-admin", "aks-service"], ("AKS", "Azure RBAC")),
        (["eks:node-manager"], ("EKS", "EKS access policies")),
        (["gce:cloud-provider"], ("GKE", "IAM")),
        (["cluster-admin", "view", "mijn-aks-rol", "system:node"], None),
    ],
)
def test_a_provider_shows_in_the_names_of_its_own_roles(names: list[str], found: tuple[str, str] | None) -> None:
    assert other_authorizer(names) == found


# Who a subject is, however it is spelled


@pytest.mark.parametrize(
    ("subject", "place"),
    [
        (RbacSubject(kind="ServiceAccount", name="app", namespace="zaken"), "zaken"),
        (RbacSubject(kind="ServiceAccount", name="app"), "bound"),
        (RbacSubject(kind="User", name="system:serviceaccount:zaken:app"), "zaken"),
        (RbacSubject(kind="Group", name="system:serviceaccounts:zaken"), "zaken"),
        (RbacSubject(kind="Group", name="system:serviceaccounts"), ""),
        (RbacSubject(kind="User", name="system:serviceaccounts:zaken"), ""),
        (RbacSubject(kind="Group", name="system:serviceaccount:zaken:app"), ""),
        (RbacSubject(kind="User", name="system:serviceaccount:zaken"), ""),
        (RbacSubject(kind="User", name="system:serviceaccount:zaken:app:more"), ""),
        (RbacSubject(kind="User", name="jan"), ""),
    ],
)
def test_the_namespace_of_an_account_does_not_depend_on_its_spelling(subject: RbacSubject, place: str) -> None:
    assert home(subject, "bound") == place


@pytest.mark.parametrize(
    ("kind", "name", "is_part"),
    [
        ("User", "system:kube-scheduler", True),
        ("User", "system:node:node-1", True),
        ("Group", "system:nodes", True),
        ("Group", "system:masters", True),
        ("User", "system:masters", False),
        ("Group", "system:kube-scheduler", False),
        ("User", "system:node:", False),
        ("User", "system:jan", False),
        ("Group", "system:authenticated", False),
        ("ServiceAccount", "system:kube-scheduler", False),
    ],
)
def test_a_name_that_starts_with_system_makes_nobody_a_part_of_kubernetes(kind: str, name: str, is_part: bool) -> None:
    assert is_control_plane(RbacSubject(kind=kind, name=name)) is is_part


def test_an_account_of_a_namespace_is_in_the_group_of_all_accounts() -> None:
    assert member("system:serviceaccounts:zaken").groups == {
        "system:serviceaccounts:zaken",
        "system:serviceaccounts",
        "system:authenticated",
    }


@pytest.mark.parametrize(
    ("names", "found"),
    [(["admin"], ""), (["aks-service"], "AKS"), (["system:openshift:scc"], "OpenShift"), (["gce:podsecurity"], "GKE")],
)
def test_a_distribution_shows_in_the_names_of_its_own_roles(names: list[str], found: str) -> None:
    assert distribution(names) == found


ACCOUNT = Holder(kind="User", name="system:serviceaccount:bouw:deployer")
ACME = Holder(kind="Group", name="acme")
EVERYBODY = Holder(kind="Group", name="system:authenticated")


@pytest.mark.parametrize(
    ("kind", "name", "namespace", "holder", "expected"),
    [
        ("User", ACCOUNT.name, "", ACCOUNT, True),
        ("ServiceAccount", "deployer", "bouw", ACCOUNT, True),
        ("ServiceAccount", "deployer", "", ACCOUNT, True),
        ("ServiceAccount", "deployer", "elders", ACCOUNT, False),
        ("Group", "system:serviceaccounts:bouw", "", ACCOUNT, True),
        ("Group", "system:serviceaccounts", "", ACCOUNT, False),
        ("Group", "system:authenticated", "", ACME, False),
        ("Group", "system:authenticated", "", EVERYBODY, True),
        ("User", "acme", "", ACME, False),
    ],
)
def test_who_is_meant_does_not_depend_on_the_spelling(
    kind: str, name: str, namespace: str, holder: Holder, expected: bool
) -> None:
    assert is_meant(RbacSubject(kind=kind, name=name, namespace=namespace), holder, "bouw") is expected
