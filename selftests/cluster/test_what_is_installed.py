"""What Helm and Kubernetes make of a chart is what we read of it, whatever a supplier tries.

Each chart is installed with Helm on the control plane. What is there afterwards must be what we say stays, and what
Helm ever sent what we say it sends; what the controllers run must be what we say is judged. An archive that we refuse
is refused with the entry that is unclear, whatever Helm makes of it.
"""

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from control_plane import ControlPlane, until
from raw_tar import entry, header, long_name, packed, pax, record

from toetskader.collect.helm.engine import Helm, render_chart
from toetskader.collect.helm.protocol import Rendered, RenderRequest
from toetskader.core.failure import Failure
from toetskader.facts.attempt import Provenance
from toetskader.facts.chart import Render, RenderedObject
from toetskader.facts.kubernetes.live import Live
from toetskader.facts.kubernetes.objects import KubernetesObject, Objects
from toetskader.facts.kubernetes.pods import LivePods
from toetskader.facts.kubernetes.unseen import unseen
from toetskader.facts.kubernetes.workloads import Workloads

RELEASE = "proef"
SEEN = Provenance(at=datetime(2026, 1, 1, tzinfo=UTC), by="test", source="test")
KINDS = (
    "pods,replicasets,deployments,statefulsets,daemonsets,jobs,cronjobs,configmaps,services,networkpolicies,"
    "poddisruptionbudgets,horizontalpodautoscalers"
)
HEAD = "apiVersion: v2\nname: proef\nversion: 1.2.3\n"
POD_SPEC = "{restartPolicy: Never, containers: [{name: c, image: r.example/c:1.0.0}]}"
SERVE = "{containers: [{name: c, image: r.example/c:1.0.0}]}"


def annotated(annotations: str) -> str:
    return f", annotations: {{{annotations}}}" if annotations else ""


def config_map(name: str, annotations: str = "") -> str:
    metadata = f"{{name: {name}{annotated(annotations)}}}"
    return f"{{apiVersion: v1, kind: ConfigMap, metadata: {metadata}, data: {{a: b}}}}\n"


def pod(name: str, annotations: str = "") -> str:
    metadata = f"{{name: {name}{annotated(annotations)}}}"
    return f"{{apiVersion: v1, kind: Pod, metadata: {metadata}, spec: {POD_SPEC}}}\n"


def deployment(name: str, annotations: str = "", more: str = "") -> str:
    labels = f"{{app: {name}}}"
    template = f"{{metadata: {{labels: {labels}}}, spec: {SERVE}}}"
    spec = f"{{replicas: 1, selector: {{matchLabels: {labels}}}, template: {template}}}"
    metadata = f"{{name: {name}{annotated(annotations)}{more}}}"
    return f"{{apiVersion: apps/v1, kind: Deployment, metadata: {metadata}, spec: {spec}}}\n"


def job(name: str, annotations: str = "") -> str:
    metadata = f"{{name: {name}{annotated(annotations)}}}"
    return f"{{apiVersion: batch/v1, kind: Job, metadata: {metadata}, spec: {{template: {{spec: {POD_SPEC}}}}}}}\n"


def policy(name: str, annotations: str = "") -> str:
    metadata = f"{{name: {name}{annotated(annotations)}}}"
    spec = "{podSelector: {}}"
    return f"{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {metadata}, spec: {spec}}}\n"


def listed(*items: str, annotations: str = "", kind: str = "List") -> str:
    of_list = f"metadata: {{annotations: {{{annotations}}}}}, " if annotations else ""
    return f"{{apiVersion: v1, kind: {kind}, {of_list}items: [{', '.join(item.strip() for item in items)}]}}\n"


def budget(name: str, annotations: str) -> str:
    spec = "{minAvailable: 1, selector: {matchLabels: {app: a}}}"
    metadata = f"{{name: {name}{annotated(annotations)}}}"
    return f"{{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {metadata}, spec: {spec}}}\n"


def scaler(name: str, annotations: str) -> str:
    spec = "{maxReplicas: 3, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: a}}"
    metadata = f"{{name: {name}{annotated(annotations)}}}"
    return f"{{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {metadata}, spec: {spec}}}\n"


HOOK, DELETE = "helm.sh/hook", "helm.sh/hook-delete-policy"
SUB = {
    "Chart.yaml": HEAD + "dependencies: [{name: sub, version: 1.0.0, repository: '', condition: sub.enabled}]\n",
    "charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 1.0.0\n",
}

CHARTS: dict[str, dict[str, str]] = {
    # Honest charts
    "an ordinary chart": {"templates/a.yaml": "---\n".join((deployment("web"), policy("web"), config_map("web")))},
    "hooks of an installation": {
        "templates/a.yaml": job("migrate", f"{HOOK}: 'pre-install,pre-upgrade', {DELETE}: before-hook-creation"),
        "templates/b.yaml": config_map("settings", f"{HOOK}: pre-install"),
        "templates/c.yaml": job("once", f"{HOOK}: post-install, {DELETE}: hook-succeeded"),
        "templates/tests/t.yaml": pod("test", f"{HOOK}: test"),
    },
    "a list without hooks": {"templates/a.yaml": listed(deployment("web"), policy("web"))},
    # Hooks of what is in a list
    "an unknown hook on an item": {"templates/a.yaml": listed(deployment("evil", f"{HOOK}: whatever"))},
    "a test hook on an item": {"templates/a.yaml": listed(deployment("evil", f"{HOOK}: test"))},
    "an empty hook on an item": {"templates/a.yaml": listed(deployment("evil", f"{HOOK}: ''"))},
    "a hook on an item of an item": {"templates/a.yaml": listed(listed(deployment("evil", f"{HOOK}: pre-delete")))},
    "a hook on an item of another list": {
        "templates/a.yaml": listed(deployment("evil", f"{HOOK}: x"), kind="DeploymentList")
    },
    "a hook on a list": {
        "templates/a.yaml": listed(policy("shuts"), annotations=f"{HOOK}: post-install, {DELETE}: hook-succeeded"),
    },
    "a test hook on a list": {"templates/a.yaml": listed(policy("shuts"), annotations=f"{HOOK}: test")},
    "an unknown hook on a list": {"templates/a.yaml": listed(policy("shuts"), annotations=f"{HOOK}: whatever")},
    # Hooks that Helm does not know, and their spelling
    "an unknown hook": {"templates/a.yaml": policy("shuts", f"{HOOK}: crd-install")},
    "a hook without value": {"templates/a.yaml": policy("shuts", f"{HOOK}: null")},
    "an empty hook": {"templates/a.yaml": policy("shuts", f"{HOOK}: ''")},
    "a comma too many": {"templates/a.yaml": policy("shuts", f"{HOOK}: 'post-install,'")},
    "a hook in capitals": {"templates/a.yaml": policy("shuts", f"{HOOK}: ' POST-Install '")},
    "a hook of removal": {"templates/a.yaml": policy("shuts", f"{HOOK}: pre-delete")},
    "a hook of rolling back": {"templates/a.yaml": policy("shuts", f"{HOOK}: 'post-rollback, Test'")},
    "a hook of upgrades": {"templates/a.yaml": policy("shuts", f"{HOOK}: 'pre-upgrade,post-upgrade'")},
    "spaces in a condition": {
        "Chart.yaml": HEAD + "dependencies: [{name: sub, version: 1.0.0, condition: 'no.value, sub.enabled'}]\n",
        "values.yaml": "sub: {enabled: false}\n",
        "charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 1.0.0\n",
        "charts/sub/crds/a.yaml": deployment("evil"),
    },
    # What Helm deletes
    "deleted, in capitals": {
        "templates/a.yaml": policy("shuts", f"{HOOK}: 'post-install,post-upgrade', {DELETE}: Hook-Succeeded"),
        "templates/b.yaml": budget("guards", f"{HOOK}: 'post-install,post-upgrade', {DELETE}: ' HOOK-SUCCEEDED '"),
        "templates/c.yaml": scaler("scales", f"{HOOK}: post-install, {DELETE}: 'before-hook-creation,hook-succeeded'"),
    },
    "deleted when it fails, and it does not": {
        "templates/a.yaml": policy("shuts", f"{HOOK}: post-install, {DELETE}: hook-failed"),
    },
    "a policy that is none": {"templates/a.yaml": policy("shuts", f"{HOOK}: post-install, {DELETE}: hook_succeeded")},
    "a policy without hook": {"templates/a.yaml": policy("shuts", f"{DELETE}: hook-succeeded")},
    # Everything in crds/
    "a workload in crds/": {"crds/a.YAML": deployment("evil") + "---\n" + config_map("evil")},
    "a hook in crds/": {"crds/a.Yml": deployment("evil", f"{HOOK}: whatever") + "---\n" + pod("evil", f"{HOOK}: test")},
    "a list in crds/": {"crds/a.json": json.dumps(yaml.safe_load(listed(deployment("evil"), policy("evil"))))},
    "a workload in a subchart's crds/": SUB | {"charts/sub/crds/deep/a.YAML": deployment("evil")},
    "crds/ of a subchart that is off": SUB
    | {"charts/sub/crds/a.yaml": deployment("evil"), "values.yaml": "sub: {enabled: false}\n"},
    "what is no manifest in crds/": {"crds/README.md": deployment("evil"), "crds/a.yaml.txt": deployment("evil")},
    "templates/crds/ is templates": {"templates/crds/a.yaml": policy("shuts", f"{HOOK}: test")},
    # Tests that do not end
    "a test that keeps running": {"templates/a.yaml": deployment("evil", f"{HOOK}: test")},
    # Something else installs
    "a release of another chart": {
        "templates/a.yaml": """
            {apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, metadata: {name: evil}, spec: {interval: 1h}}
            """
    },
}  # fmt: skip

# What we read as objects, to be judged, and Helm does not get installed.
REFUSED = {
    "a hook on an item of an item": "is not a list",
    "a hook on an item of another list": "no matches for kind",
}

EVIL = deployment("evil").encode()
ARCHIVES: dict[str, bytes] = {
    "a rule that would leave a template out": packed(
        entry(b"proef/.helmignore", b"templates/\n"), entry(b"proef/templates/a.yaml", EVIL)
    ),
    "a hidden template": packed(entry(b"proef/templates/.a.yaml", EVIL)),
    "a pax name and a long name": packed(
        pax(record(b"path", b"proef/docs/a.md")), long_name(b"proef/templates/a.yaml"), entry(b"proef/z", EVIL)
    ),
    "a doubled template": packed(
        entry(b"proef/templates/a.yaml", config_map("web").encode()), entry(b"proef/templates/a.yaml", EVIL)
    ),
    "a block of zeros": packed(bytes(512), entry(b"proef/templates/a.yaml", EVIL)),
    "one block of zeros at the end": packed(entry(b"proef/templates/a.yaml", EVIL), end=bytes(512)),
    "an absolute path": packed(entry(b"/templates/a.yaml", EVIL)),
    "a path with two slashes": packed(entry(b"proef//templates/a.yaml", EVIL)),
    "both slashes": packed(entry(b"proef/x\\templates/a.yaml", EVIL)),
    "backslashes": packed(entry(b"proef\\templates\\a.yaml", EVIL)),
    "two top folders": packed(entry(b"ander/templates/a.yaml", EVIL)),
    "the rights of a folder": packed(entry(b"proef/templates/a.yaml", EVIL, mode=b"0040755\0")),
    "a size in bits": packed(header(b"proef/templates/a.yaml", 0, size=b"\x80" + bytes(11))),
    "a size in a record": packed(pax(record(b"size", b"%d" % len(EVIL))), entry(b"proef/templates/a.yaml", EVIL)),
    "a name for all files": packed(
        pax(record(b"path", b"proef/docs/a.md"), kind=b"g"), entry(b"proef/templates/a.yaml", EVIL)
    ),
    "a sparse file": packed(
        pax(record(b"GNU.sparse.map", b"0,10"), record(b"GNU.sparse.size", b"10")),
        entry(b"proef/templates/a.yaml", EVIL),
    ),
    "a mark of byte order": packed(entry(b"proef/templates/a.yaml", b"\xef\xbb\xbf" + EVIL)),
    "a space behind the suffix": packed(entry(b"proef/crds/a.yaml ", EVIL)),
    "a packed subchart with a hidden template and a rule": packed(
        entry(
            b"proef/charts/sub.tgz",
            packed(
                entry(b"sub/Chart.yaml", b"{apiVersion: v2, name: sub, version: 1.0.0}"),
                entry(b"sub/.helmignore", b"*"),
                entry(b"sub/templates/.a.yaml", EVIL),
                head=(),
            ),
        )
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def helm() -> Iterator[Helm]:
    with Helm(processes=1) as found:
        yield found


@pytest.fixture(scope="module")
def served(control_plane: ControlPlane) -> ControlPlane:
    control_plane.apply_crds()
    return control_plane


def helm_says(plane: ControlPlane, *command: str) -> subprocess.CompletedProcess[str]:
    assert plane.helm_binary is not None, "no helm: set HELM_BINARY"
    with tempfile.TemporaryDirectory() as home:
        places = {f"HELM_{kind}_HOME": home for kind in ("CACHE", "CONFIG", "DATA")}
        return subprocess.run(
            [str(plane.helm_binary), *command, f"--kubeconfig={plane.kubeconfig}"],
            env=os.environ | places,
            capture_output=True,
            text=True,
            check=False,
        )


def install(plane: ControlPlane, chart: Path, namespace: str) -> str:
    """Install a chart; return why Helm did not, if it did not."""
    done = helm_says(plane, "install", RELEASE, str(chart), f"--namespace={namespace}")
    return done.stderr if done.returncode else ""


def there(plane: ControlPlane, namespace: str) -> set[tuple[str, str]]:
    """Return what Helm made in a namespace and is there: the API server keeps who wrote each field."""
    found: set[tuple[str, str]] = set()
    for kinds in (KINDS, "helmreleases"):
        for item in plane.get(kinds, f"--namespace={namespace}", "--show-managed-fields")["items"]:
            if any(field["manager"].startswith("helm") for field in item["metadata"].get("managedFields", [])):
                found.add((item["kind"], item["metadata"]["name"]))
    return found


def sent(plane: ControlPlane, namespace: str) -> set[tuple[str, str]]:
    """Return what Helm ever made in a namespace, by the API server's audit log: resource and name."""
    made = [event for event in plane.audit() if event["verb"] in ("create", "patch") and "objectRef" in event]
    return {
        (event["objectRef"]["resource"], event["objectRef"]["name"])
        for event in made
        if event["objectRef"].get("namespace") == namespace
        and event["userAgent"].startswith("Helm/")
        and event["objectRef"]["resource"] != "secrets"  # Helm's own records
    }


def read(helm: Helm, chart: Path, namespace: str) -> Objects | str:
    """Return the objects that we read of a chart, or why it is refused."""
    answer = render_chart(helm, chart, [RenderRequest(key="s", release=RELEASE, namespace=namespace)])
    if isinstance(answer, Failure):
        return answer.message.en
    found = answer.renders["s"]
    if isinstance(found, Failure):
        return found.message.en
    assert isinstance(found, Rendered)
    render = Render(
        provenance=SEEN, scene="s", release=RELEASE, namespace=namespace, kubernetes="1.36", objects=found.objects
    )
    return Objects.of(render)


def names(objects: Iterator[KubernetesObject]) -> set[tuple[str, str]]:
    return {(item.kind, item.name) for item in objects}


def plural(kind: str) -> str:
    return {"NetworkPolicy": "networkpolicies"}.get(kind, f"{kind.lower()}s")


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in ({"Chart.yaml": HEAD} | files).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def agrees(plane: ControlPlane, helm: Helm, chart: Path, namespace: str, refused: str = "") -> Objects:
    """Install a chart, and hold what is there and what was sent against what we read of it.

    Parameters: `refused`, part of why Helm does not install it, when it does not.
    """
    ours = read(helm, chart, namespace)
    assert not isinstance(ours, str), ours
    why_not = install(plane, chart, namespace)
    if why_not:
        assert refused in why_not
        assert there(plane, namespace) == set()
        return ours
    assert refused == ""
    assert there(plane, namespace) == names(item for item in ours if item.stays)
    installs = {"pre-install", "post-install"}
    ever = {(plural(item.kind), item.name) for item in ours if not item.hooks or item.hooks & installs}
    assert sent(plane, namespace) == ever
    return ours


# Both ways where Helm finds files; the rest is the same once a chart is loaded.
FORMS = [(name, form) for name in CHARTS for form in ("packed", "folder") if form == "packed" or "crds/" in name]


@pytest.mark.parametrize(("name", "form"), FORMS)
def test_what_helm_installs_is_what_we_read(
    name: str, form: str, served: ControlPlane, helm: Helm, namespace: str, tmp_path: Path
) -> None:
    chart = write(tmp_path / "chart", CHARTS[name])
    if form == "packed":
        assert helm_says(served, "package", str(chart), f"--destination={tmp_path}").returncode == 0
        chart = tmp_path / "proef-1.2.3.tgz"
    objects = agrees(served, helm, chart, namespace, REFUSED.get(name, ""))
    assert bool(unseen(objects)) is (name == "a release of another chart")


SPELLED = {
    "another metadata": policy("shuts").replace("spec:", f"Metadata: {{annotations: {{{HOOK}: test}}}}, spec:"),
    "other annotations": policy("shuts").replace("name:", f"ANNOTATIONS: {{{HOOK}: whatever}}, name:"),
}


@pytest.mark.parametrize("name", SPELLED)
def test_a_hook_that_only_helm_reads_is_refused(
    name: str, served: ControlPlane, helm: Helm, namespace: str, tmp_path: Path
) -> None:
    chart = write(tmp_path / "chart", {"templates/a.yaml": SPELLED[name]})
    assert install(served, chart, namespace) == ""
    assert there(served, namespace) == set()  # the policy is not there, and a reader of YAML would say it is
    ours = read(helm, chart, namespace)
    assert isinstance(ours, str)
    assert "and Kubernetes does not" in ours


@pytest.mark.parametrize("name", ARCHIVES)
def test_what_helm_reads_of_an_archive_is_what_we_read(
    name: str, served: ControlPlane, helm: Helm, namespace: str, tmp_path: Path
) -> None:
    chart = tmp_path / "chart.tgz"
    chart.write_bytes(ARCHIVES[name])
    ours = read(helm, chart, namespace)
    if isinstance(ours, str):
        assert any(part in ours for part in ("a.yaml", "a.md", "proef/z"))  # whatever Helm makes of it
    else:
        agrees(served, helm, chart, namespace)


def running(plane: ControlPlane, namespace: str) -> tuple[Workloads, LivePods]:
    """Return what we judge of a namespace as it runs now."""
    items = plane.get(KINDS, f"--namespace={namespace}")["items"]
    documents: list[dict[str, Any]] = [item for item in items if item["metadata"]["name"] != "kube-root-ca.crt"]
    objects = tuple(RenderedObject(template="", document=document) for document in documents)
    live = Live(provenance=SEEN, namespace=namespace, environment="production", objects=objects)
    found = Objects.of_live(live)
    workloads = Workloads(found)
    return workloads, LivePods(found, workloads)


def test_a_test_that_keeps_running_is_judged(served: ControlPlane, helm: Helm, namespace: str, tmp_path: Path) -> None:
    tests = {"templates/a.yaml": deployment("evil", f"{HOOK}: test"), "templates/b.yaml": pod("test", f"{HOOK}: test")}
    chart = write(tmp_path / "chart", tests)
    objects = agrees(served, helm, chart, namespace)
    assert {item.where for item in Workloads(objects)} == {"Deployment/evil"}
    assert helm_says(served, "test", RELEASE, f"--namespace={namespace}").returncode == 0
    served.wait_for_pods(namespace, "app=evil")
    workloads, pods = running(served, namespace)
    assert {item.where for item in workloads} == {"Deployment/evil"}  # the Pod was a test, and has ended
    assert {pod.managed_by for pod in pods} == {"Deployment/evil", "Pod/test"}


def test_what_controllers_made_is_told_from_what_says_so(control_plane: ControlPlane, namespace: str) -> None:
    stateful = (
        deployment("db")
        .replace("kind: Deployment", "kind: StatefulSet")
        .replace("{replicas", "{serviceName: db, replicas")
    )
    daemon = deployment("each").replace("kind: Deployment", "kind: DaemonSet").replace("replicas: 1, ", "")
    cron = f"""
        apiVersion: batch/v1
        kind: CronJob
        metadata: {{name: cron}}
        spec: {{schedule: "0 0 1 1 *", jobTemplate: {{spec: {{template: {{spec: {POD_SPEC}}}}}}}}}
        """
    control_plane.apply(deployment("web"), stateful, daemon, cron, job("once"), namespace=namespace)
    control_plane.kubectl("create", "job", "cron-1", "--from=cronjob/cron", f"--namespace={namespace}")
    for selector in ("app=web", "app=db", "app=each", "job-name=once", "job-name=cron-1"):
        control_plane.wait_for_pods(namespace, selector)
    honest = {"Deployment/web", "StatefulSet/db", "DaemonSet/each", "CronJob/cron", "Job/once"}
    workloads, pods = running(control_plane, namespace)
    assert {item.where for item in workloads} == honest
    assert {pod.managed_by for pod in pods} == honest

    uid = control_plane.get("deployment", "web", f"--namespace={namespace}")["metadata"]["uid"]
    (replicas,) = control_plane.get("replicasets", f"--namespace={namespace}", "--selector=app=web")["items"]
    owners = {
        "of-web": f"{{apiVersion: apps/v1, kind: Deployment, name: web, uid: {uid}, controller: true}}",
        "of-set": f"{{apiVersion: apps/v1, kind: ReplicaSet, name: {replicas['metadata']['name']},"
        f" uid: {replicas['metadata']['uid']}, controller: true}}",
        "of-test": "",
    }
    for name, owner in owners.items():
        more = f", ownerReferences: [{owner}]" if owner else ""
        control_plane.apply(deployment(name, f"{HOOK}: test", more), namespace=namespace)
        control_plane.wait_for_pods(namespace, f"app={name}")
    pretends = pod("pretends", f"{HOOK}: test").replace(POD_SPEC, SERVE)
    pretends = pretends.replace("annotations", f"ownerReferences: [{owners['of-web']}], annotations")
    control_plane.apply(pretends, namespace=namespace)
    until(
        lambda: control_plane.get("pod", "pretends", f"--namespace={namespace}")["status"].get("phase") == "Running",
        "the pod runs",
    )
    workloads, pods = running(control_plane, namespace)
    hidden = {*(f"Deployment/{name}" for name in owners), "Pod/pretends"}
    assert {item.where for item in workloads} == honest | hidden
    assert {pod.managed_by for pod in pods} == honest | hidden
