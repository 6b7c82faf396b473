"""What operators are given does what it says: the CronJob's own command, with no other rights than come along."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import kubernetes.client
import pytest
import yaml
from control_plane import ControlPlane, Object, until
from golden_live import GOLDEN, NAMESPACE, LiveAuditor, golden_namespace

from toetskader.results import Verdict

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs/beheer"
OWN = "toetskader"
ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
STORE: Object = {
    "apiVersion": "v1",
    "kind": "PersistentVolumeClaim",
    "metadata": {"name": "toetskader-rapporten"},
    "spec": {
        "storageClassName": "rapporten",
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "1Gi"}},
    },
}


def target(source: str) -> str:
    """A target like the one on the page for operators, with the golden target's own parameters."""
    parts = {"namespace": {"environment": "production", "namespace": NAMESPACE, "groups": ["leverancier-acme"]}}
    parts["namespace"] |= yaml.safe_load(source)
    made = {"name": "meldingen", "supplier": "Acme BV", "component": "Meldingen", "gate": 3, "profiles": ["haven"]}
    parameters = yaml.safe_load((GOLDEN / "target.yaml").read_text())["parameters"]
    del parameters["production_values_sets"]  # of the chart, which is not looked at here
    return yaml.safe_dump(made | {"parts": parts, "parameters": parameters})


@pytest.fixture(scope="module")
def golden(control_plane: ControlPlane) -> Iterator[ControlPlane]:
    with golden_namespace(control_plane):
        yield control_plane


@pytest.fixture(scope="module")
def deployed(golden: ControlPlane) -> Iterator[ControlPlane]:
    """The manifests as they are, applied in a namespace that lets in nothing that is not restricted."""
    restricted = {"pod-security.kubernetes.io/enforce": "restricted"}
    with golden.namespace(OWN, restricted):
        for file in ("rollen.yaml", "cronjob.yaml"):
            golden.kubectl("apply", "--server-side", "--validate=strict", f"--filename={FOLDER / file}")
        golden.storage("rapporten", "bestanden.gemeente.example")
        data = {"meldingen.yaml": target("in_cluster: true")}
        golden.apply(
            STORE,
            {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "toetskader-doelen"}, "data": data},
            namespace=OWN,
        )
        yield golden
        golden.kubectl("delete", f"--filename={FOLDER / 'rollen.yaml'}", "--ignore-not-found", "--wait=false")


def results(folder: Path) -> dict[tuple[str, str], str]:
    """Return what a run found: requirement and part → verdict."""
    (file,) = folder.glob("*/latest/results.json")
    found: list[dict[str, Any]] = json.loads(file.read_text())["results"]
    return {(item["requirement"], item["part"]): item["verdict"] for item in found}


def test_the_cron_job_sees_with_its_own_rights_what_an_administrator_sees(
    deployed: ControlPlane, tmp_path: Path, contained: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    where = f"--namespace={OWN}"
    deployed.kubectl("create", "job", "nacht", "--from=cronjob/toetskader", where)
    deployed.kubectl("wait", "--for=condition=Complete", "job/nacht", where, "--timeout=60s")
    (pod,) = deployed.get("pods", where, "--selector=job-name=nacht")["items"]
    assert pod["spec"]["serviceAccountName"] == "toetskader"

    (made,) = pod["spec"]["containers"]
    folders = {name: tmp_path / name for name in ("doelen", "rapporten", "account")}
    for folder in folders.values():
        folder.mkdir()
        os.chown(folder, pod["spec"]["securityContext"]["fsGroup"], -1)
    (folders["doelen"] / "meldingen.yaml").write_text(target("in_cluster: true"))
    token = deployed.kubectl("create", "token", pod["spec"]["serviceAccountName"], where).stdout.strip()
    (folders["account"] / "token").write_text(token)
    (folders["account"] / "ca.crt").write_bytes(deployed.authority.certificate.read_bytes())
    volumes = {mount["name"]: mount["mountPath"] for mount in made["volumeMounts"]}
    server = urlsplit(deployed.server)
    done = contained(
        made["command"],
        folder=made["workingDir"],
        user=pod["spec"]["securityContext"]["runAsUser"],
        environment={
            "PATH": os.defpath,
            "KUBERNETES_SERVICE_HOST": str(server.hostname),
            "KUBERNETES_SERVICE_PORT": str(server.port),
        },
        mounts={
            made["workingDir"]: ROOT,
            str(ROOT): ROOT,  # a virtual environment names the folder that it was made in
            volumes["doelen"]: folders["doelen"],
            volumes["rapporten"]: folders["rapporten"],
            str(ACCOUNT): folders["account"],
        },
        temporary=[volumes["tijdelijk"]],
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr

    (tmp_path / "beheerder.yaml").write_text(target(f"kubeconfig: {deployed.kubeconfig}"))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--reports={tmp_path / 'beheerder'}"]
    as_administrator = subprocess.run(
        [*command, f"--target={tmp_path / 'beheerder.yaml'}"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert as_administrator.returncode in (0, 1), as_administrator.stdout + as_administrator.stderr
    found = results(folders["rapporten"])
    assert found == results(tmp_path / "beheerder")
    assert {part for _, part in found} == {"namespace", "rbac"}
    assert list(found.values()).count("pass") >= 40
    assert found["DDC-6.2-01", "rbac"] == "pass"


def rights() -> Iterator[tuple[str, str, list[str], frozenset[str]]]:
    """Yield role, API group and resources of each rule on a namespace, with the sections that its comment names."""
    for text in (FOLDER / "rollen.yaml").read_text(encoding="utf-8").split("---\n"):
        role = yaml.safe_load(text)
        if role["kind"] != "ClusterRole":
            continue
        for comment, rules in re.findall(
            r"((?:^ *#.*\n)+)((?:^ *[^# \n].*\n?)+)", text.partition("\nrules:\n")[2], re.M
        ):
            said = re.search(r"DDC ([\d., ]+)\.\s", comment.replace("#", ""))
            sections = frozenset(said[1].split(", ") if said else ())
            for rule in yaml.safe_load(rules):
                for group in rule["apiGroups"]:
                    yield role["metadata"]["name"], group, rule["resources"], sections


RIGHTS = [(name, group, resource, said) for name, group, items, said in rights() for resource in items]
NOT_OF_THE_NAMESPACE = (
    "namespaces",
    "subjectaccessreviews",
    "roles",
    "rolebindings",
    "clusterroles",
    "clusterrolebindings",
)
"""What is read for the rights of the supplier, which `test_rights` takes away one by one."""


TELLING = {
    "": {"pods", "services", "configmaps", "secrets", "persistentvolumeclaims", "pods/log", "pods/proxy"},
    "apps": {"deployments"},
    "networking.k8s.io": {"ingresses", "networkpolicies"},
    "autoscaling": {"horizontalpodautoscalers"},
    "policy": {"poddisruptionbudgets"},
    "bitnami.com": {"sealedsecrets"},
    "helm.toolkit.fluxcd.io": {"helmreleases"},
    "source.toolkit.fluxcd.io": {"gitrepositories"},
    "cert-manager.io": {"certificates"},
}
"""What the golden namespace has of it decides a verdict."""


@pytest.fixture(scope="module")
def live(deployed: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> LiveAuditor:
    return LiveAuditor(deployed, tmp_path_factory.mktemp("live"))


@pytest.fixture(scope="module")
def token(deployed: ControlPlane) -> Path:
    return deployed.token(OWN, OWN)


@pytest.mark.parametrize(
    ("role", "group", "resource", "said"),
    [item for item in RIGHTS if item[2] not in NOT_OF_THE_NAMESPACE],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_without_a_right_only_what_it_is_for_cannot_be_told(
    deployed: ControlPlane,
    live: LiveAuditor,
    token: Path,
    role: str,
    group: str,
    resource: str,
    said: frozenset[str],
) -> None:
    whole = deployed.get("clusterrole", role)
    rules = [without(rule, group, resource) for rule in whole["rules"]]
    golden = live.judged()
    try:
        replace(deployed, token, whole | {"rules": rules}, group, resource, allowed=False)
        outcome = live.judged(token)
    finally:
        replace(deployed, token, whole, group, resource, allowed=True)
    changed = {id_: item.verdict for id_, item in outcome.items() if item.verdict is not golden[id_].verdict}
    assert set(changed.values()) <= {Verdict.UNDETERMINED}
    assert bool(changed) or resource not in TELLING.get(group, ())
    if said:  # "every requirement" names none
        assert {id_.split("-")[1] for id_ in changed} <= said


def without(rule: Object, group: str, resource: str) -> Object:
    left = [item for item in rule["resources"] if item != resource] if group in rule["apiGroups"] else rule["resources"]
    return rule | {"resources": left or ["nothing"]}


def replace(plane: ControlPlane, token: Path, role: Object, group: str, resource: str, *, allowed: bool) -> None:
    """Give a role these rules, and wait until the API server holds to them."""
    metadata = {"name": role["metadata"]["name"]}
    plane.kubectl("replace", "--filename=-", stdin=json.dumps(role | {"metadata": metadata}))
    name, _, sub = resource.partition("/")
    attributes = {"namespace": NAMESPACE, "group": group, "resource": name, "subresource": sub}
    attributes["verb"] = "get" if sub else "list"
    reviews = kubernetes.client.AuthorizationV1Api(plane.api(token))

    def holds() -> bool:
        answer = reviews.create_self_subject_access_review({"spec": {"resourceAttributes": attributes}})
        return answer.status.allowed is allowed

    until(holds, "the role holds", 15)
