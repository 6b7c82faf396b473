"""Rights on a real API server: three environments, answers that agree with kubectl, nothing written but reviews."""

import json
import shlex
import uuid
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from auditor import Auditor, Outcome
from control_plane import ControlPlane, Object

from toetskader.catalogue.models import TargetParameters
from toetskader.collect.kubernetes.access import collect_rights
from toetskader.collect.kubernetes.client import ApiServer
from toetskader.collect.kubernetes.collector import NamespaceCollector
from toetskader.collect.kubernetes.kubeconfig import read_kubeconfig
from toetskader.collect.kubernetes.rights_plan import rights_of_objects
from toetskader.core.failure import Reason
from toetskader.facts.attempt import NotSeen
from toetskader.facts.key import FactKey, TargetFacts
from toetskader.facts.kubernetes.questions import questions
from toetskader.facts.kubernetes.rbac import Access
from toetskader.facts.kubernetes.rights import NOBODY, Holder, LayerLabel, Right, Rights, SeenBy
from toetskader.kinds.namespace.part import NamespaceEntry
from toetskader.results import Verdict
from toetskader.text import Text
from toetskader.vocabulary import Environment

JUDGES = Auditor("rbac", today=datetime.now(UTC).date())
DEADLINE_S = 120.0

AUDITOR = """
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: toetskader-vragen}
rules: [{apiGroups: [authorization.k8s.io], resources: [subjectaccessreviews], verbs: [create]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: toetskader-rollen}
rules:
  - apiGroups: [rbac.authorization.k8s.io]
    resources: [roles, rolebindings, clusterroles, clusterrolebindings]
    verbs: [list]
  - {apiGroups: [""], resources: [namespaces], verbs: [list]}
  - {apiGroups: [apps], resources: [deployments, statefulsets, daemonsets], verbs: [list]}
  - {apiGroups: [batch], resources: [cronjobs], verbs: [list]}
"""
WORKLOADS = """
  - {apiGroups: [""], resources: [pods, services, configmaps], verbs: VERBS}
  - {apiGroups: [apps], resources: [deployments, statefulsets, daemonsets, replicasets], verbs: VERBS}
  - {apiGroups: [batch], resources: [jobs, cronjobs], verbs: VERBS}
  - {apiGroups: [networking.k8s.io], resources: [ingresses], verbs: VERBS}
"""
READ = "[get, list, watch]"
WRITE = "[get, list, watch, create, update, patch, delete]"


def role(name: str, rules: str) -> str:
    return f"apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {{name: {name}}}\nrules:\n{rules}\n"


def binding(
    name: str, role: str, *subjects: str, kind: str = "Role", annotations: Mapping[str, str] | None = None
) -> Object:
    """A RoleBinding; subjects as `User:jan`, `Group:leverancier` or `ServiceAccount:namespace/name`."""
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": name, "annotations": dict(annotations or {})},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": role},
        "subjects": [subject(item) for item in subjects],
    }


def cluster_binding(name: str, role: str, *subjects: str) -> Object:
    made = binding(name, role, *subjects, kind="ClusterRole")
    return made | {"kind": "ClusterRoleBinding"}


def subject(text: str) -> Object:
    kind, _, name = text.partition(":")
    if kind != "ServiceAccount":
        return {"kind": kind, "name": name, "apiGroup": "rbac.authorization.k8s.io"}
    namespace, _, account = name.partition("/")
    return {"kind": kind, "name": account, "namespace": namespace}


@dataclass(frozen=True)
class World:
    """Three environments of one component, another's namespace, and whoever measures."""

    control_plane: ControlPlane
    namespaces: Mapping[str, str]
    other: str
    auditors: Mapping[str, Path]

    def collect(self, environment: Environment, auditor: str = "all", **given: Any) -> Rights | NotSeen:
        people = {"users": ("jan.jansen@leverancier.example",), "groups": ("leverancier",)}
        entry = NamespaceEntry(environment=environment, namespace=self.namespaces[environment], **{**people, **given})
        return collect_with(self.auditors[auditor], entry, *self.namespaces.values())

    def seen(self, environment: Environment, auditor: str = "all", **given: Any) -> Rights:
        found = self.collect(environment, auditor, **given)
        assert isinstance(found, Rights), found
        return found


def collect_with(kubeconfig: Path, entry: NamespaceEntry, *own: str) -> Rights | NotSeen:
    with ApiServer(read_kubeconfig(kubeconfig, None), deadline_s=DEADLINE_S) as server:
        return collect_rights(server, entry, own=own)


@pytest.fixture(scope="module")
def world(control_plane: ControlPlane) -> Iterator[World]:
    control_plane.apply(
        AUDITOR,
        cluster_binding("toetskader-vragen", "toetskader-vragen", "User:meter-all", "User:meter-reviews"),
        cluster_binding("toetskader-rollen", "toetskader-rollen", "User:meter-all", "User:meter-roles"),
    )
    auditors = {name: control_plane.user(f"meter-{name}") for name in ("all", "reviews", "roles", "none")}
    suffix = uuid.uuid4().hex[:6]
    with (
        control_plane.namespace(f"zaak-test-{suffix}") as test,
        control_plane.namespace(f"zaak-acc-{suffix}", {"common-ground.nl/laag": "2"}) as acceptance,
        control_plane.namespace(f"zaak-prod-{suffix}") as production,
        control_plane.namespace(f"buren-{suffix}") as other,
    ):
        sealed = "  - {apiGroups: [bitnami.com], resources: [sealedsecrets], verbs: [get, list, create, update, patch]}"
        of_group = "Group:leverancier"
        own = role("eigen-geheim", "  - {apiGroups: [''], resources: [secrets], resourceNames: [db], verbs: [get]}")
        for namespace, verbs in ((test, WRITE), (acceptance, WRITE), (production, READ)):
            rules = WORKLOADS.replace("VERBS", verbs) + (sealed if namespace == test else "")
            control_plane.apply(
                role("leverancier", rules),
                binding("leverancier", "leverancier", of_group),
                own,
                binding("eigen-geheim", "eigen-geheim", f"ServiceAccount:{namespace}/default"),
                namespace=namespace,
            )
        control_plane.apply(
            role("buren", WORKLOADS.replace("VERBS", WRITE)), binding("buren", "buren", "Group:buren"), namespace=other
        )
        names = {"test": test, "acceptance": acceptance, "production": production}
        yield World(control_plane, names, other, auditors)


def judged(rights: Rights | NotSeen, environment: str) -> Outcome:
    """What requirements on rights come to, one for each thing that is asked."""
    facts = TargetFacts("t", {"rbac": (environment,)}, {FactKey("rights", environment): rights})
    return JUDGES.judged(facts, TargetParameters(), scenes=dict.fromkeys(JUDGES.distinct))


def verdicts(found: Outcome) -> dict[str, Verdict]:
    assert [item.crash for item in found.values() if item.crash] == []
    return {id_: item.verdict for id_, item in found.items()}


PASS, FAIL, NA, UNDETERMINED = Verdict.PASS, Verdict.FAIL, Verdict.NOT_APPLICABLE, Verdict.UNDETERMINED
GOLDEN = {
    "test": {
        "DDC-4-05": PASS, "DDC-6.2-01": PASS, "DDC-6.2-02": PASS, "DDC-6.2-03": PASS, "DDC-6.2-04": PASS,
        "DDC-6.2-05": NA, "DDC-6.2-06": NA, "DDC-6.2-07": NA, "DDC-6.2-08": NA, "DDC-6.2-09": PASS,
        "DDC-7.3-01": PASS, "DDC-7.11-06": PASS,
    },
    "acceptance": {
        "DDC-4-05": PASS, "DDC-6.2-01": PASS, "DDC-6.2-02": PASS, "DDC-6.2-03": NA, "DDC-6.2-04": NA,
        "DDC-6.2-05": PASS, "DDC-6.2-06": NA, "DDC-6.2-07": NA, "DDC-6.2-08": NA, "DDC-6.2-09": PASS,
        "DDC-7.3-01": PASS, "DDC-7.11-06": PASS,
    },
    "production": {
        "DDC-4-05": PASS, "DDC-6.2-01": PASS, "DDC-6.2-02": PASS, "DDC-6.2-03": NA, "DDC-6.2-04": NA,
        "DDC-6.2-05": NA, "DDC-6.2-06": NA, "DDC-6.2-07": PASS, "DDC-6.2-08": NA, "DDC-6.2-09": PASS,
        "DDC-7.3-01": PASS, "DDC-7.11-06": PASS,
    },
}  # fmt: skip


@pytest.mark.parametrize("environment", ["test", "acceptance", "production"])
def test_rights_as_agreed_meet_everything(world: World, environment: Environment) -> None:
    found = judged(world.seen(environment), environment)
    assert verdicts(found) == GOLDEN[environment], {
        id_: (item.findings, item.reason, item.doubt) for id_, item in found.items() if item.verdict is FAIL
    }


# Mutants: what is granted too much, and what it then fails


@dataclass(frozen=True)
class Mutant:
    """Something granted, or taken away, in one environment."""

    environment: Environment
    fails: frozenset[str]
    objects: tuple[str | Object, ...]
    in_other: bool = False
    """Granted in another party's namespace instead of the own one."""


def grant(rules: str, *subjects: str, annotations: Mapping[str, str] | None = None) -> tuple[str | Object, ...]:
    return role("te-veel", f"  - {rules}"), binding("te-veel", "te-veel", *subjects, annotations=annotations)


@contextmanager
def granted(world: World, namespace: str, *objects: str | Object) -> Iterator[None]:
    """Have something granted that is called `te-veel`, and take it away again."""
    world.control_plane.apply(*objects, namespace=namespace)
    try:
        yield
    finally:
        world.control_plane.kubectl("delete", "role,rolebinding", "te-veel", f"--namespace={namespace}")


def soon(hours: float) -> str:
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat(timespec="seconds")


SUPPLIER = "Group:leverancier"
BY_NAME = "{apiGroups: [''], resources: [secrets], resourceNames: [db], verbs: [get]}"
NOBODY_ELSE = "{apiGroups: [''], resources: [secrets], verbs: [get]}"
PATCH = "{apiGroups: [apps], resources: [deployments], verbs: [patch]}"
FORWARD = "{apiGroups: [''], resources: [pods/portforward], verbs: [create]}"
TICKET = "common-ground.nl/aanvraag"
CHANGE = "common-ground.nl/wijziging"
UNTIL = "common-ground.nl/geldig-tot"

MUTANTS: dict[str, Mutant] = {
    "reads secrets": Mutant("test", frozenset({"DDC-6.2-01", "DDC-6.2-02"}), grant(NOBODY_ELSE, SUPPLIER)),
    "reads one secret by name": Mutant(
        "production",
        frozenset({"DDC-6.2-01", "DDC-6.2-02"}),
        grant("{apiGroups: [''], resources: [secrets], resourceNames: [db], verbs: [get]}", SUPPLIER),
    ),
    "everybody reads secrets": Mutant(
        "test", frozenset({"DDC-6.2-01", "DDC-6.2-02", "DDC-7.11-06"}), grant(NOBODY_ELSE, "Group:system:authenticated")
    ),
    "somebody else reads secrets": Mutant("test", frozenset({"DDC-6.2-02"}), grant(NOBODY_ELSE, "Group:buren")),
    "the application reads all secrets": Mutant(
        "test", frozenset({"DDC-6.2-02"}), grant(NOBODY_ELSE, "Group:system:serviceaccounts:OWN")
    ),
    "writes secrets": Mutant(
        "test",
        frozenset({"DDC-6.2-01", "DDC-6.2-02", "DDC-6.2-03"}),
        grant("{apiGroups: [''], resources: [secrets], verbs: [create]}", SUPPLIER),
    ),
    "reads the neighbours' pods": Mutant(
        "test",
        frozenset({"DDC-6.2-04"}),
        grant("{apiGroups: [''], resources: [pods], verbs: [get]}", SUPPLIER),
        in_other=True,
    ),
    "writes in acceptance at the neighbours'": Mutant(
        "acceptance", frozenset({"DDC-6.2-05"}), grant(PATCH, SUPPLIER), in_other=True
    ),
    "writes in production": Mutant("production", frozenset({"DDC-6.2-07", "DDC-6.2-08"}), grant(PATCH, SUPPLIER)),
    "writes in production on one object": Mutant(
        "production",
        frozenset({"DDC-6.2-07", "DDC-6.2-08"}),
        grant("{apiGroups: [apps], resources: [deployments], resourceNames: [web], verbs: [patch]}", SUPPLIER),
    ),
    "a user writes in production": Mutant(
        "production", frozenset({"DDC-6.2-07", "DDC-6.2-08"}), grant(PATCH, "User:jan.jansen@leverancier.example")
    ),
    "scales in production": Mutant(
        "production",
        frozenset({"DDC-6.2-07", "DDC-6.2-08"}),
        grant("{apiGroups: [apps], resources: ['*/scale'], verbs: [update]}", SUPPLIER),
    ),
    "an emergency, on request and soon over": Mutant(
        "production", frozenset(), grant(PATCH, SUPPLIER, annotations={TICKET: "INC-1", UNTIL: soon(2)})
    ),
    "an emergency that takes days": Mutant(
        "production",
        frozenset({"DDC-6.2-07", "DDC-6.2-08"}),
        grant(PATCH, SUPPLIER, annotations={TICKET: "INC-1", UNTIL: soon(72)}),
    ),
    "an emergency that is over": Mutant(
        "production",
        frozenset({"DDC-6.2-07", "DDC-6.2-08"}),
        grant(PATCH, SUPPLIER, annotations={TICKET: "INC-1", UNTIL: soon(-1)}),
    ),
    "an emergency without a request": Mutant(
        "production", frozenset({"DDC-6.2-07", "DDC-6.2-08"}), grant(PATCH, SUPPLIER, annotations={UNTIL: soon(2)})
    ),
    "forwards ports": Mutant("test", frozenset({"DDC-6.2-09"}), grant(FORWARD, SUPPLIER)),
    "forwards ports with an approved change": Mutant(
        "test", frozenset(), grant(FORWARD, SUPPLIER, annotations={CHANGE: "CHG-7", UNTIL: soon(200)})
    ),
    "enters containers": Mutant(
        "test", frozenset({"DDC-6.2-09"}), grant("{apiGroups: [''], resources: [pods/exec], verbs: [create]}", SUPPLIER)
    ),
    # Since Kubernetes 1.35 a websocket asks for create as well, so that get opens nothing.
    "would have entered by websocket": Mutant(
        "test",
        frozenset(),
        grant("{apiGroups: [''], resources: [pods/exec, pods/attach, pods/portforward], verbs: [get]}", SUPPLIER),
    ),
    "opens the neighbours' network": Mutant(
        "test",
        frozenset({"DDC-6.2-04", "DDC-7.11-06"}),
        grant("{apiGroups: [networking.k8s.io], resources: [networkpolicies], verbs: [create]}", SUPPLIER),
        in_other=True,
    ),
    "opens the neighbours' network by a policy of Cilium": Mutant(
        "test",
        frozenset({"DDC-6.2-04", "DDC-7.11-06"}),
        grant("{apiGroups: [cilium.io], resources: [ciliumnetworkpolicies], verbs: [patch]}", SUPPLIER),
        in_other=True,
    ),
    "reads the neighbours' routes": Mutant(
        "test",
        frozenset({"DDC-6.2-04"}),
        grant("{apiGroups: [gateway.networking.k8s.io], resources: [httproutes], verbs: [list]}", SUPPLIER),
        in_other=True,
    ),
    "evicts the neighbours' pods": Mutant(
        "acceptance",
        frozenset({"DDC-6.2-05"}),
        grant("{apiGroups: [policy], resources: [poddisruptionbudgets], verbs: [deletecollection]}", SUPPLIER),
        in_other=True,
    ),
    "binds any role": Mutant(
        "test",
        frozenset({"DDC-7.11-06"}),
        grant("{apiGroups: [rbac.authorization.k8s.io], resources: [roles], verbs: [bind]}", SUPPLIER),
    ),
    **{
        f"writes in production: {resource} {group}": Mutant(
            "production",
            frozenset({"DDC-6.2-07", "DDC-6.2-08"}),
            grant(f"{{apiGroups: ['{group}'], resources: ['{resource}'], verbs: ['{verb}']}}", SUPPLIER),
        )
        for group, resource, verb in (
            ("gateway.networking.k8s.io", "httproutes", "patch"),
            ("cert-manager.io", "certificates", "delete"),
            ("policy", "poddisruptionbudgets", "create"),
            ("", "serviceaccounts/token", "create"),
            ("", "services/proxy", "update"),
            ("", "pods/resize", "patch"),
            ("acme.example", "widgets", "approve"),
            ("acme.example", "*", "*"),
        )
    },
    "runs commands in production": Mutant(
        "production",
        frozenset({"DDC-6.2-07", "DDC-6.2-08", "DDC-6.2-09"}),
        grant("{apiGroups: [''], resources: [pods/exec], verbs: [create]}", SUPPLIER),
    ),
    "reads all but secrets in production": Mutant(
        "production",
        frozenset(),
        grant(
            "{apiGroups: ['', gateway.networking.k8s.io, acme.example], resources: [events, httproutes, widgets, "
            "services/proxy], verbs: [get, list, watch]}",
            SUPPLIER,
        ),
    ),
    "asks who may what in production": Mutant(
        "production",
        frozenset(),
        grant("{apiGroups: [authorization.k8s.io], resources: [localsubjectaccessreviews], verbs: [create]}", SUPPLIER),
    ),
    "forwards ports in production with an approved change": Mutant(
        "production", frozenset(), grant(FORWARD, SUPPLIER, annotations={CHANGE: "Wijziging 4521", UNTIL: soon(200)})
    ),
    "an emergency with a word for a number": Mutant(
        "production",
        frozenset({"DDC-6.2-07", "DDC-6.2-08"}),
        grant(PATCH, SUPPLIER, annotations={TICKET: "volgt nog", UNTIL: soon(2)}),
    ),
    **{
        f"changes secrets in acceptance: {verb}": Mutant(
            "acceptance",
            frozenset({"DDC-6.2-01", "DDC-6.2-02"}),
            grant(f"{{apiGroups: [''], resources: [secrets], verbs: [{verb}]}}", SUPPLIER),
        )
        for verb in ("patch", "deletecollection", "'*'")
    },
    **{
        f"secrets are read by {subject}{' by name' if rule is BY_NAME else ''}": Mutant(
            "production", fails, grant(rule, subject)
        )
        for subject, rule, fails in (
            ("User:system:serviceaccount:OTHER:deployer", NOBODY_ELSE, frozenset({"DDC-6.2-02"})),
            ("Group:system:serviceaccounts:OTHER", NOBODY_ELSE, frozenset({"DDC-6.2-02"})),
            ("User:system:jan", NOBODY_ELSE, frozenset({"DDC-6.2-02"})),
            ("User:system:serviceaccount:OWN:app", NOBODY_ELSE, frozenset({"DDC-6.2-02"})),
            ("User:system:serviceaccount:OWN:app", BY_NAME, frozenset[str]()),
            ("User:system:serviceaccount:kube-system:sealer", NOBODY_ELSE, frozenset[str]()),
            ("Group:system:serviceaccounts:flux-system", NOBODY_ELSE, frozenset[str]()),
            ("User:system:kube-controller-manager", NOBODY_ELSE, frozenset[str]()),
            ("User:system:node:node-1", NOBODY_ELSE, frozenset[str]()),
            ("User:system:anonymous", NOBODY_ELSE, frozenset({"DDC-6.2-02", "DDC-7.11-06"})),
        )
    },
    "acts as other accounts": Mutant(
        "test",
        frozenset({"DDC-7.11-06"}),
        grant("{apiGroups: [''], resources: [serviceaccounts], verbs: [impersonate]}", SUPPLIER),
    ),
    "configures gateways": Mutant(
        "test",
        frozenset({"DDC-4-05"}),
        grant("{apiGroups: [gateway.networking.k8s.io], resources: [gateways], verbs: [update]}", SUPPLIER),
    ),
    "all verbs on everything": Mutant(
        "test",
        frozenset({"DDC-4-05", "DDC-6.2-01", "DDC-6.2-02", "DDC-6.2-03", "DDC-6.2-09", "DDC-7.11-06"}),
        grant("{apiGroups: ['*'], resources: ['*'], verbs: ['*']}", SUPPLIER),
    ),
    "a shared account": Mutant(
        "test",
        frozenset({"DDC-7.3-01"}),
        grant("{apiGroups: [''], resources: [events], verbs: [list]}", "User:beheer"),
    ),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_what_is_granted_too_much_fails_what_it_should(world: World, name: str) -> None:
    mutant = MUTANTS[name]
    own = world.namespaces[mutant.environment]
    namespace = world.other if mutant.in_other else own
    texts = [item if isinstance(item, str) else yaml.safe_dump(item) for item in mutant.objects]
    with granted(world, namespace, *(text.replace("OWN", own).replace("OTHER", world.other) for text in texts)):
        # Worked out from roles and bindings: that this says the same as the API server is shown below.
        found = judged(world.seen(mutant.environment, "roles"), mutant.environment)
    failing = {id_ for id_, verdict in verdicts(found).items() if verdict is FAIL}
    assert failing == mutant.fails
    assert UNDETERMINED not in verdicts(found).values()
    if mutant.fails:
        sources = {item.source for id_ in mutant.fails for item in found[id_].findings}
        places = {item.where for id_ in mutant.fails for item in found[id_].findings}
        assert any("te-veel" in text for text in sources | places) or "DDC-7.3-01" in mutant.fails


ACT = "{apiGroups: [authentication.k8s.io], resources: [serviceaccounts], verbs: ['impersonate:serviceaccount']NAMED}"
ON = "{apiGroups: [''], resources: [RESOURCE], verbs: ['impersonate-on:MODE:VERB']}"


def on(resource: str, verb: str, mode: str = "serviceaccount") -> str:
    return ON.replace("RESOURCE", resource).replace("MODE", mode).replace("VERB", verb)


ACTING: dict[str, tuple[tuple[str, ...], set[str]]] = {
    "reads secrets": ((ACT.replace("NAMED", ""), on("secrets", "get")), {"DDC-6.2-01", "DDC-7.11-06"}),
    "as one account": (
        (ACT.replace("NAMED", ", resourceNames: [default]"), on("secrets", "list")),
        {"DDC-6.2-01", "DDC-7.11-06"},
    ),
    "reads pods": ((ACT.replace("NAMED", ""), on("pods", "get")), {"DDC-7.11-06"}),
    "patches pods": ((ACT.replace("NAMED", ""), on("pods", "patch")), {"DDC-6.2-07", "DDC-6.2-08", "DDC-7.11-06"}),
    "one half": ((ACT.replace("NAMED", ""),), set()),
    "the other half": ((on("secrets", "get"),), set()),
    "halves of two ways": ((ACT.replace("NAMED", ""), on("secrets", "get", "user-info")), set()),
}


@pytest.mark.parametrize("auditor", ["all", "roles"])
@pytest.mark.parametrize("name", ACTING)
def test_acting_as_somebody_else_for_one_verb_takes_both_rights(world: World, name: str, auditor: str) -> None:
    """As the API server of this version does: with one half, or halves of two ways, it answers 403."""
    rules, fails = ACTING[name]
    namespace = world.namespaces["production"]
    with granted(world, namespace, *grant("\n  - ".join(rules), SUPPLIER, "User:jan")):
        found = judged(world.seen("production", auditor), "production")
        asked = acted(world.control_plane, namespace, "list" if name == "as one account" else "get")
    assert {id_ for id_, verdict in verdicts(found).items() if verdict is FAIL} == fails
    assert ("DDC-6.2-01" in fails) is asked


def acted(control_plane: ControlPlane, namespace: str, verb: str) -> bool:
    """Ask for secrets as the account of a namespace, whoever we are: the account itself may read `db` alone."""
    kubeconfig = control_plane.user("jan")
    account = f"--as=system:serviceaccount:{namespace}:default"
    said = control_plane.kubectl(
        *("get", "secrets", *(["db"] if verb == "get" else []), account, f"--namespace={namespace}"),
        check=False,
        kubeconfig=kubeconfig,
    )
    # What the account may not, or what is not there, is no refusal to act as it.
    return (
        said.returncode == 0 or "NotFound" in said.stderr or f'User "system:serviceaccount:{namespace}' in said.stderr
    )


@pytest.mark.parametrize(("version", "verdict"), [("v1.34.9", FAIL), ("v1.35.0", PASS), ("", UNDETERMINED)])
def test_what_get_opens_depends_on_the_version(world: World, version: str, verdict: Verdict) -> None:
    namespace = world.namespaces["test"]
    with granted(world, namespace, *grant("{apiGroups: [''], resources: [pods/attach], verbs: [get]}", SUPPLIER)):
        rights = world.seen("test")
    assert rights.kubernetes.startswith("v1.3")
    assert judged(msgspec.structs.replace(rights, kubernetes=version), "test")["DDC-6.2-09"].verdict is verdict


def test_the_command_with_a_finding_answers_as_the_finding_says(world: World) -> None:
    namespace = world.namespaces["production"]
    rules = (
        "{apiGroups: [''], resources: [secrets], resourceNames: [db, web], verbs: [get]}",
        "{apiGroups: [apps], resources: [deployments/scale], resourceNames: [web], verbs: [patch]}",
        "{apiGroups: [''], resources: [pods/portforward], resourceNames: [web-0], verbs: [create]}",
        "{apiGroups: [acme.example], resources: [widgets], resourceNames: [one], verbs: [approve]}",
    )
    with granted(world, namespace, *grant("\n  - ".join(rules), SUPPLIER)):
        for auditor in ("all", "roles"):
            found = judged(world.seen("production", auditor), "production")
            commands = {
                item.command for id_ in ("DDC-6.2-01", "DDC-6.2-07", "DDC-6.2-09") for item in found[id_].findings
            }
            shown = {item for item in commands if "can-i" not in item}
            assert shown == {f"kubectl get rolebinding te-veel --namespace {namespace} -o yaml"}  # acme.example
            assert len(commands - shown) == 3
            for command in commands - shown:
                assert world.control_plane.kubectl(*shlex.split(command)[1:], check=False).stdout.split() == ["yes"]


@pytest.mark.parametrize(
    ("environment", "given", "fails"),
    [
        # Named by nobody it is a neighbour's; the supplier's own in test it may write in.
        ("test", {}, {"DDC-6.2-04"}),
        ("acceptance", {}, {"DDC-6.2-05"}),
        ("production", {}, {"DDC-6.2-07", "DDC-6.2-08"}),
        *((environment, {"own": ("OTHER",)}, set()) for environment in ("test", "acceptance", "production")),
        # In production it only reads, whichever component it is.
        ("production", {"own": ("OTHER",), "siblings": ("OTHER",)}, {"DDC-6.2-07", "DDC-6.2-08"}),
        ("test", {"own": ("OTHER",), "siblings": ("OTHER",)}, set()),
    ],
)
def test_a_namespace_of_another_component_is_no_neighbours(
    world: World, environment: Environment, given: dict[str, tuple[str, ...]], fails: set[str]
) -> None:
    named = {key: tuple(name.replace("OTHER", world.other) for name in names) for key, names in given.items()}
    entry = NamespaceEntry(
        environment=environment, namespace=world.namespaces[environment], groups=("leverancier",), **named
    )
    with granted(world, world.other, *grant(PATCH, SUPPLIER)):
        rights = collect_with(world.auditors["roles"], entry, *world.namespaces.values(), *named.get("own", ()))
    assert {id_ for id_, verdict in verdicts(judged(rights, environment)).items() if verdict is FAIL} == fails


@pytest.mark.parametrize("subject", ["ServiceAccount:OTHER/bouwer", "User:system:serviceaccount:OTHER:bouwer"])
def test_an_account_of_the_supplier_is_known_however_it_is_spelled(world: World, subject: str) -> None:
    account = f"system:serviceaccount:{world.other}:bouwer"
    reads = grant("{apiGroups: [''], resources: [events], verbs: [list]}", subject.replace("OTHER", world.other))
    with granted(world, world.other, *reads):
        found = judged(world.seen("test", "roles", users=(account,)), "test")
    assert [(item.where, item.path) for item in found["DDC-6.2-04"].findings] == [
        (f"User {account} in {world.other}", "events")
    ]


def test_a_cluster_role_reaches_everywhere(world: World) -> None:
    made = cluster_binding("leverancier-kijkt", "edit", SUPPLIER)
    world.control_plane.apply(made)
    try:
        found = judged(world.seen("production"), "production")
    finally:
        world.control_plane.kubectl("delete", "clusterrolebinding", "leverancier-kijkt")
    failing = {id_ for id_, verdict in verdicts(found).items() if verdict is FAIL}
    assert failing == {"DDC-6.2-01", "DDC-6.2-02", "DDC-6.2-07", "DDC-6.2-08", "DDC-6.2-09", "DDC-7.11-06"}
    assert {item.source for item in found["DDC-6.2-01"].findings} == {"ClusterRoleBinding leverancier-kijkt"}
    # What holds in all namespaces is told once, and not of every one of them.
    assert all(" in *" in item.where for item in found["DDC-6.2-01"].findings)


@pytest.mark.parametrize(("layer", "failing"), [("4", {"DDC-6.2-06"}), ("1", set())])
def test_the_layer_of_the_component_decides_in_acceptance(world: World, layer: str, failing: set[str]) -> None:
    namespace = world.namespaces["acceptance"]
    world.control_plane.kubectl("label", "namespace", namespace, f"common-ground.nl/laag={layer}", "--overwrite")
    try:
        found = verdicts(judged(world.seen("acceptance"), "acceptance"))
    finally:
        world.control_plane.kubectl("label", "namespace", namespace, "common-ground.nl/laag=2", "--overwrite")
    assert {id_ for id_, verdict in found.items() if verdict is FAIL} == failing


def test_without_its_layer_acceptance_is_undetermined(world: World) -> None:
    namespace = world.namespaces["acceptance"]
    world.control_plane.kubectl("label", "namespace", namespace, "common-ground.nl/laag-")
    try:
        found = judged(world.seen("acceptance"), "acceptance")
    finally:
        world.control_plane.kubectl("label", "namespace", namespace, "common-ground.nl/laag=2")
    assert found["DDC-6.2-05"].verdict is found["DDC-6.2-06"].verdict is UNDETERMINED
    reason = found["DDC-6.2-05"].reason
    assert reason is not None
    assert "common-ground.nl/laag" in reason.nl


# Answers agree with kubectl, and with the evaluation of roles and bindings

EXOTIC = """
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: exotisch-deel, labels: {exotisch: "ja"}}
rules:
  - {apiGroups: ["*"], resources: ["*/scale"], verbs: [update]}
  - {apiGroups: [apps], resources: ["*"], verbs: [get, "*"]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: exotisch}
aggregationRule: {clusterRoleSelectors: [{matchLabels: {exotisch: "ja"}}]}
rules: []
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: exotisch-cluster}
rules:
  - {apiGroups: ["", batch], resources: [pods, pods/exec, jobs, namespaces, users], verbs: [list, create, impersonate]}
  - {apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], resourceNames: [view], verbs: [bind]}
  - {nonResourceURLs: ["/metrics", "/health*"], verbs: [get]}
"""
HOLDERS = (
    Holder(kind="User", name="jan.jansen@leverancier.example"),
    Holder(kind="User", name="exoot"),
    Holder(kind="Group", name="leverancier"),
    Holder(kind="Group", name="buren"),
    Holder(kind="Group", name="system:masters"),
    Holder(kind="Group", name="system:unauthenticated"),
)


@pytest.fixture
def exotic(world: World) -> Iterator[World]:
    """The same world, with what bindings and roles can further hold."""
    account = f"system:serviceaccount:{world.other}:default"
    cluster = (
        cluster_binding("exotisch-cluster", "exotisch-cluster", "User:exoot", "Group:buren"),
        cluster_binding("exotisch-zonder-rol", "bestaat-niet", "User:exoot"),
    )
    local = (
        binding("exotisch", "exotisch", "User:exoot", kind="ClusterRole"),
        binding("exotisch-account", "view", f"User:{account}", kind="ClusterRole"),
        binding("exotisch-beheer", "admin", f"ServiceAccount:{world.other}/default", kind="ClusterRole"),
        binding("exotisch-accounts", "edit", f"Group:system:serviceaccounts:{world.other}", kind="ClusterRole"),
        binding("exotisch-zonder", "bestaat-niet", "User:exoot"),
    )
    world.control_plane.apply(EXOTIC, *cluster)
    for namespace in world.namespaces.values():
        world.control_plane.apply(*local, namespace=namespace)
    yield world
    kubectl = world.control_plane.kubectl
    kubectl("delete", "clusterrolebinding", "exotisch-cluster", "exotisch-zonder-rol")
    kubectl("delete", "clusterrole", "exotisch", "exotisch-deel", "exotisch-cluster")
    for namespace in world.namespaces.values():
        kubectl("delete", "rolebinding", *(item["metadata"]["name"] for item in local), f"--namespace={namespace}")


def holders(world: World) -> dict[str, Any]:
    account = f"system:serviceaccount:{world.other}:default"
    return {
        "users": (*(item.name for item in HOLDERS if item.kind == "User"), account),
        "groups": tuple(item.name for item in HOLDERS if item.kind == "Group"),
    }


def as_kubectl_asks(control_plane: ControlPlane, rights: tuple[Right, ...]) -> list[bool]:
    """Ask what `kubectl auth can-i --as` asks: the API server, as if we were somebody else, what we may do."""
    api = control_plane.api()

    def ask(right: Right) -> bool:
        about = {"verb": right.verb, "group": right.group, "resource": right.resource}
        about |= {"subresource": right.subresource, "namespace": right.namespace, "name": right.name}
        is_user = right.holder.kind == "User"
        headers = {"Impersonate-User": right.holder.name if is_user else NOBODY, "Content-Type": "application/json"}
        if not is_user:
            headers["Impersonate-Group"] = right.holder.name
        spec = {"resourceAttributes": about}
        body = {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview", "spec": spec}
        answer = api.rest_client.pool_manager.request(
            "POST",
            f"{control_plane.server}/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
            body=json.dumps(body),
            headers=headers,
        )
        assert answer.status == 201, answer.data
        return bool(json.loads(answer.data)["status"]["allowed"])

    with ThreadPoolExecutor(4) as workers:
        return list(workers.map(ask, rights))


@pytest.mark.parametrize("environment", ["test", "acceptance", "production"])
def test_answers_agree_with_kubectl_for_everything_asked(exotic: World, environment: Environment) -> None:
    rights = exotic.seen(environment, **holders(exotic))
    asked = [right for right in rights.rights if right.holder.name != "system:unauthenticated"]
    theirs = as_kubectl_asks(exotic.control_plane, tuple(asked))
    assert [right for right, allowed in zip(asked, theirs, strict=True) if right.allowed is not allowed] == []
    # Everything was asked: each question of everybody, in the own namespace and elsewhere.
    here = [right for right in rights.rights if right.namespace == rights.namespace and not right.name]
    for holder in rights.holders:
        found = {(right.verb, rights.resource_of(right.access)) for right in here if right.holder == holder}
        assert {(item.verb, item.resource) for item in questions() if item.resource.namespaced} <= found
    assert {True, False} <= {right.allowed for right in here}
    # Roles and bindings, where reviews are refused, say the same.
    evaluated = exotic.seen(environment, "roles", **holders(exotic))
    assert {right.seen_by for right in evaluated.rights} == {SeenBy.EVALUATED}
    assert {right.seen_by for right in rights.rights} == {SeenBy.REVIEW}
    assert answers(evaluated) == answers(rights)
    # What rules name was asked by name, and the API server says the same as the rules.
    named = [right for right in rights.rights if right.name]
    assert {right.allowed for right in named} >= {True}
    assert all(evaluated.limited(right) or evaluated.granting(right) for right in named if right.allowed)
    assert evaluated.bindings == rights.bindings
    print(f"{environment}: {len(asked)} answers agree, {sum(theirs)} of them allowed")


def answers(rights: Rights) -> dict[tuple[Holder, Access], bool | None]:
    """The answers to questions about all objects."""
    return {(right.holder, right.access): right.allowed for right in rights.rights if not right.name}


def test_commands_in_findings_are_what_kubectl_takes(exotic: World) -> None:
    seen = exotic.seen("test", **holders(exotic))
    # Of what the API server does not serve kubectl says no, whatever the API server says: findings show the binding.
    rights = [item for item in seen.rights if item.what not in seen.unserved]
    sample = [right for right in rights if right.holder.name != "system:unauthenticated"][:: len(rights) // 60]
    assert {right.allowed for right in sample} == {True, False}

    def can_i(right: Right) -> bool:
        words = shlex.split(right.command)
        assert words[:3] == ["kubectl", "auth", "can-i"]
        said = exotic.control_plane.kubectl(*words[1:], check=False)
        answer = said.stdout.split()[0]  # what follows tells of bindings to roles that do not exist
        assert answer in {"yes", "no"}, said
        return answer == "yes"

    with ThreadPoolExecutor(2) as workers:
        assert list(workers.map(can_i, sample)) == [right.allowed for right in sample]


def listed_by_kubectl(world: World, *arguments: str) -> list[Object]:
    items: list[Object] = world.control_plane.get(*arguments)["items"]
    return items


def test_what_kubectl_listed_says_the_same(exotic: World) -> None:
    asked = exotic.seen("test", "roles", **holders(exotic))
    kinds = "roles,rolebindings,clusterroles,clusterrolebindings"
    entry = NamespaceEntry(environment="test", namespace=asked.namespace, **holders(exotic))
    own = tuple(exotic.namespaces.values())
    told = rights_of_objects(
        listed_by_kubectl(exotic, kinds, "--all-namespaces"), entry, provenance=asked.provenance, own=own
    )
    assert isinstance(told, Rights)
    assert answers(told).items() <= answers(asked).items()
    assert {item.binding.shown: item for item in told.bindings} == {item.binding.shown: item for item in asked.bindings}
    assert told.others_unseen is None


def test_what_kubectl_listed_of_one_namespace_leaves_the_rest_unknown(exotic: World) -> None:
    asked = exotic.seen("test", "roles")
    listed = listed_by_kubectl(exotic, "roles,rolebindings", f"--namespace={asked.namespace}")
    entry = NamespaceEntry(environment="test", namespace=asked.namespace, groups=("leverancier",))
    told = rights_of_objects(listed, entry, provenance=asked.provenance)
    assert isinstance(told, Rights)
    assert {right.allowed for right in told.rights} == {True, None}
    # Names of accounts are judged on the bindings of the own namespace.
    assert {id_ for id_, verdict in verdicts(judged(told, "test")).items() if verdict is PASS} == {"DDC-7.3-01"}
    assert isinstance(rights_of_objects([], entry, provenance=asked.provenance), NotSeen)


RBAC = "roles,rolebindings,clusterroles,clusterrolebindings"


def of_dumps(world: World, environment: Environment, folder: Path, *given: tuple[str, ...]) -> Rights | NotSeen:
    """Return rights from what `kubectl get` writes: one file for each list of arguments."""
    paths = []
    for number, arguments in enumerate(given):
        paths.append(folder / f"{number}.{'json' if number % 2 else 'yaml'}")
        form = f"--output={paths[-1].suffix[1:]}"
        paths[-1].write_text(world.control_plane.kubectl("get", *arguments, form).stdout)
    entry = NamespaceEntry(
        environment=environment,
        namespace=world.namespaces[environment],
        dumps=tuple(paths),
        users=("jan.jansen@leverancier.example",),
        groups=("leverancier",),
    )
    collector = NamespaceCollector(entry, own=tuple(world.namespaces.values()))
    found = collector.collect(frozenset({"rights"}))["rights"]
    assert isinstance(found, Rights | NotSeen)
    return found


@pytest.mark.parametrize("environment", ["test", "acceptance", "production"])
def test_files_of_kubectl_say_what_the_cluster_says(world: World, environment: Environment, tmp_path: Path) -> None:
    everywhere = (RBAC, "--all-namespaces")
    told = of_dumps(world, environment, tmp_path, everywhere, ("namespaces", world.namespaces[environment]))
    assert isinstance(told, Rights), told
    # In another namespace without a binding the same holds as in all of them: a cluster is asked about one as a sample.
    assert answers(told).items() <= answers(world.seen(environment, "roles")).items()
    assert {right.seen_by for right in told.rights} == {SeenBy.EVALUATED}
    found = judged(told, environment)
    assert verdicts(found) == GOLDEN[environment]
    assert all(any("worked out" in text.en for text in found[id_].measured) for id_ in ("DDC-6.2-01", "DDC-4-05"))


def test_files_with_some_of_the_roles_leave_the_rest_unknown(world: World, tmp_path: Path) -> None:
    named = of_dumps(world, "production", tmp_path, ("clusterrole", "view"), ("clusterrolebinding", "cluster-admin"))
    assert isinstance(named, NotSeen)
    assert "clusterroles,clusterrolebindings" in named.message.en
    own = ("roles,rolebindings", f"--namespace={world.namespaces['production']}")
    part = of_dumps(world, "production", tmp_path, own)
    assert isinstance(part, Rights)
    assert PASS not in {verdict for id_, verdict in verdicts(judged(part, "production")).items() if id_ != "DDC-7.3-01"}


def test_on_a_cluster_of_a_provider_roles_are_not_all_there_is(world: World) -> None:
    """Azure RBAC and its like are authorizers of their own; the API server's answers hold them, roles do not."""
    world.control_plane.kubectl("create", "clusterrole", "aks-service", "--verb=get", "--resource=pods")
    try:
        worked_out, asked = world.seen("production", "roles"), world.seen("production", "all")
    finally:
        world.control_plane.kubectl("delete", "clusterrole", "aks-service")
    assert {right.allowed for right in worked_out.rights} == {True, None}
    found = judged(worked_out, "production")
    assert {id_: verdict for id_, verdict in verdicts(found).items() if GOLDEN["production"][id_] is PASS} == {
        "DDC-4-05": UNDETERMINED,
        "DDC-6.2-01": UNDETERMINED,
        "DDC-6.2-02": UNDETERMINED,
        "DDC-6.2-07": UNDETERMINED,
        "DDC-6.2-09": UNDETERMINED,
        "DDC-7.3-01": PASS,  # on names of accounts
        "DDC-7.11-06": UNDETERMINED,
    }
    assert verdicts(found)["DDC-6.2-08"] is UNDETERMINED  # nobody writes, as far as roles tell
    reason = found["DDC-6.2-01"].reason
    assert reason is not None
    assert "Azure RBAC" in reason.en
    assert "subjectaccessreviews" in reason.en
    changed = {
        id_: item for id_, item in judged(asked, "production").items() if item.verdict is not GOLDEN["production"][id_]
    }
    assert {id_: item.verdict for id_, item in changed.items()} == {"DDC-6.2-02": UNDETERMINED}
    assert "Azure RBAC" in str(changed["DDC-6.2-02"].reason)


# Who may see what


@pytest.mark.parametrize("auditor", ["all", "reviews", "roles"])
def test_of_a_namespace_that_is_not_there_nothing_is_judged(world: World, auditor: str) -> None:
    entry = NamespaceEntry(environment="test", namespace=world.other[:-1], groups=("leverancier",))
    rights = collect_with(world.auditors[auditor], entry)
    assert isinstance(rights, NotSeen)
    assert world.other[:-1] in rights.message.nl


def test_near_names_are_given_where_these_may_be_read(world: World) -> None:
    rights = collect_with(
        world.control_plane.kubeconfig,
        NamespaceEntry(environment="test", namespace=world.other[:-1], groups=("leverancier",)),
    )
    assert isinstance(rights, NotSeen)
    assert f"{world.other}" in rights.message.en.replace(world.other[:-1] + " ", "")


def test_reviews_alone_leave_undetermined_what_only_roles_tell(world: World) -> None:
    rights = world.seen("production", "reviews")
    assert rights.bindings == ()
    assert {right.allowed for right in rights.rights} == {True, False}
    found = judged(rights, "production")
    assert PASS not in {verdict for id_, verdict in verdicts(found).items() if GOLDEN["production"][id_] is PASS}
    reason = found["DDC-6.2-01"].reason
    assert reason is not None
    assert "namespaces" in reason.en


def test_reviews_alone_still_find_what_is_too_much(world: World) -> None:
    with granted(world, world.namespaces["production"], *grant(NOBODY_ELSE, SUPPLIER)):
        found = judged(world.seen("production", "reviews"), "production")
    assert found["DDC-6.2-01"].verdict is FAIL


@pytest.mark.parametrize(
    "rule",
    [
        "{apiGroups: [policy], resources: [poddisruptionbudgets], verbs: [patch]}",
        "{apiGroups: [''], resources: [pods/resize], verbs: [update]}",
        "{apiGroups: [discovery.k8s.io], resources: [endpointslices], verbs: [deletecollection]}",
    ],
)
def test_reviews_alone_are_about_all_that_the_server_serves(world: World, rule: str) -> None:
    with granted(world, world.namespaces["acceptance"], *grant(rule, SUPPLIER)):
        rights = world.seen("acceptance", "reviews")
    found = judged(msgspec.structs.replace(rights, layers=(LayerLabel(where="x", value="4"),)), "acceptance")
    verb = rule.rpartition("[")[2].partition("]")[0]
    resource = rule.partition("resources: [")[2].partition("]")[0]
    shown = [item for item in found["DDC-6.2-06"].findings if item.path.startswith(resource)]
    assert [item.seen for item in shown if verb in str(item.seen)] == [Text(f"mag: {verb}", f"may: {verb}")]


def test_a_secret_by_name_is_found_where_roles_may_not_be_read(world: World) -> None:
    namespace, kubectl = world.namespaces["production"], world.control_plane.kubectl
    where = f"--namespace={namespace}"
    lists = role("namen", "  - {apiGroups: [''], resources: [secrets], verbs: [list]}")
    world.control_plane.apply(*grant(BY_NAME, SUPPLIER), namespace=namespace)
    world.control_plane.apply(lists, binding("namen", "namen", "User:meter-reviews"), namespace=namespace)
    kubectl("create", "secret", "generic", "db", where)
    try:
        rights = world.seen("production", "reviews")
    finally:
        kubectl("delete", "role,rolebinding", "te-veel", "namen", where)
        kubectl("delete", "secret", "db", where)
    assert rights.bindings == ()
    assert {right.allowed for right in rights.rights if right.name == "db"} == {True, False}
    found = judged(rights, "production")["DDC-6.2-01"]
    assert found.verdict is FAIL
    assert [item.seen for item in found.findings] == [Text("mag: get (db)", "may: get (db)")]


def test_without_any_right_nothing_is_seen_and_that_is_said(world: World) -> None:
    rights = world.collect("production", "none")
    assert isinstance(rights, NotSeen)
    assert rights.reason is Reason.DENIED
    assert "subjectaccessreviews" in rights.message.en
    assert set(verdicts(judged(rights, "production")).values()) == {UNDETERMINED}


def test_without_users_and_groups_there_is_nothing_to_ask(world: World) -> None:
    rights = world.collect("production", users=(), groups=())
    assert isinstance(rights, NotSeen)
    assert rights.reason is Reason.NOT_COLLECTED


def test_nothing_is_written_but_reviews(world: World) -> None:
    world.seen("acceptance", "all")
    events = world.control_plane.audit("meter-all")
    done = {(event["verb"], event.get("objectRef", {}).get("resource", event["requestURI"])) for event in events}
    assert {item for item in done if item[0] not in {"get", "list"}} == {("create", "subjectaccessreviews")}
    assert "secrets" not in {resource for _, resource in done}
    assert [event for event in events if "impersonatedUser" in event] == []
