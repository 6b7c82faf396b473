"""Files of a supplier in the place of a cluster: kubeconfigs, dumps and snapshots that mean harm or are just wrong."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import msgspec
import pytest
import yaml

from toetskader.collect.kubernetes import dumps
from toetskader.collect.kubernetes.collector import NamespaceCollector
from toetskader.collect.kubernetes.dump_yaml import documents
from toetskader.collect.kubernetes.hide import without_secrets
from toetskader.collect.kubernetes.kubeconfig import in_cluster, read_kubeconfig
from toetskader.collect.kubernetes.namespace import near_names
from toetskader.collect.kubernetes.resources import RESOURCES
from toetskader.core.failure import Failed, Reason
from toetskader.facts.attempt import NotSeen, Unseen
from toetskader.facts.kubernetes.live import Live
from toetskader.facts.kubernetes.objects import Objects
from toetskader.facts.redaction import Redaction
from toetskader.kinds.namespace.part import NamespaceEntry

LIVE = frozenset({"live"})
PASSWORD = "Zw4arT-g3heim-en-lang-77"


def kubeconfig(path: Path, user: dict[str, Any] | None = None, **cluster: Any) -> Path:
    authority = base64.b64encode(b"certificate").decode()
    settings = {"server": "https://127.0.0.1:6443", "certificate-authority-data": authority, **cluster}
    config = {
        "current-context": "c",
        "contexts": [{"name": "c", "context": {"cluster": "k", "user": "u"}}],
        "clusters": [{"name": "k", "cluster": settings}],
        "users": [{"name": "u", "user": {"token": "t"} if user is None else user}],
    }
    file = path / "kubeconfig"
    file.write_text(yaml.safe_dump(config))
    return file


def refusal(path: Path, context: str | None = None) -> str:
    with pytest.raises(Failed) as caught:
        read_kubeconfig(path, context)
    assert caught.value.failure.reason is Reason.REFUSED_INPUT
    return caught.value.failure.message.en


def test_a_kubeconfig_holds_all_in_itself_after_reading(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("geheim\n")
    access = read_kubeconfig(kubeconfig(tmp_path, {"tokenFile": "token"}), None)
    assert access.token == "geheim"
    assert access.config["users"][0]["user"] == {"token": "geheim"}
    assert not [key for key in access.config["clusters"][0]["cluster"] if key == "certificate-authority"]


@pytest.mark.parametrize(
    ("user", "said"),
    [
        ({"exec": {"command": "/bin/sh", "args": ["-c", "touch gerend"]}}, "start a program with 'exec'"),
        ({"auth-provider": {"name": "gcp", "config": {"cmd-path": "/bin/sh"}}}, "'auth-provider'"),
        ({"token": "t", "as": "admin"}, "impersonates"),
        ({"tokenFile": "/etc/hostname"}, "outside its own folder"),
        ({"tokenFile": "../token"}, "outside its own folder"),
        ({"client-certificate": "/etc/ssl/certs/ca-certificates.crt"}, "outside its own folder"),
        ({"client-key-data": "geen base64!"}, "no base64"),
        ({"tokenFile": "nergens"}, "cannot be read"),
    ],
)
def test_what_a_user_of_a_kubeconfig_may_not_ask(tmp_path: Path, user: dict[str, Any], said: str) -> None:
    folder = tmp_path / "leverancier"
    folder.mkdir()
    (tmp_path / "token").write_text("van de gemeente")
    assert said in refusal(kubeconfig(folder, user))
    assert not (Path.cwd() / "gerend").exists()


@pytest.mark.parametrize(
    ("cluster", "said"),
    [
        ({"insecure-skip-tls-verify": True}, "insecure-skip-tls-verify"),
        ({"server": "http://cluster.example"}, "no https address"),
        ({"server": "https://user@cluster.example"}, "no https address"),
        ({"server": "https://cluster.example:port"}, "no https address"),
        ({"server": 3}, "no https address"),
    ],
)
def test_what_a_cluster_of_a_kubeconfig_may_not_be(tmp_path: Path, cluster: dict[str, Any], said: str) -> None:
    assert said in refusal(kubeconfig(tmp_path, **cluster))


def test_a_link_to_a_file_elsewhere_is_not_followed(tmp_path: Path) -> None:
    folder = tmp_path / "leverancier"
    folder.mkdir()
    (tmp_path / "token").write_text("van de gemeente")
    (folder / "token").symlink_to(tmp_path / "token")
    assert "outside its own folder" in refusal(kubeconfig(folder, {"tokenFile": "token"}))


def test_a_context_that_is_not_there_is_named_with_one_like_it(tmp_path: Path) -> None:
    file = kubeconfig(tmp_path)
    file.write_text(file.read_text().replace("name: c\n", "name: productie\n"))
    assert "Did you mean productie" in refusal(file, "prodctie")


@pytest.mark.parametrize("text", ["", "[]", "geen kubeconfig", "\x00", "a: &a [*a, *a]", "{" * 2000])
def test_garbage_is_no_kubeconfig(tmp_path: Path, text: str) -> None:
    (tmp_path / "kubeconfig").write_text(text)
    assert refusal(tmp_path / "kubeconfig")
    assert "does not exist" in refusal(tmp_path / "nergens")


def test_outside_a_cluster_there_is_no_in_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    with pytest.raises(Failed, match="does not run in a pod"):
        in_cluster()


def test_without_a_source_there_is_a_reason() -> None:
    found = NamespaceCollector(NamespaceEntry(environment="test", namespace="zaken")).collect(LIVE)["live"]
    assert isinstance(found, NotSeen)
    assert found.reason is Reason.REFUSED_INPUT


# Dumps

DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: zaken, managedFields: [{manager: kubectl}]}
spec: {template: {spec: {containers: [{name: web, env: [{name: DB_PASSWORD, value: "SECRET"}]}]}}}
""".replace("SECRET", PASSWORD)
SECRET = {
    "apiVersion": "v1",
    "kind": "Secret",
    "metadata": {
        "name": "s",
        "namespace": "zaken",
        "annotations": {"kubectl.kubernetes.io/last-applied-configuration": json.dumps({"data": {"p": PASSWORD}})},
    },
    "data": {"p": base64.b64encode(PASSWORD.encode()).decode()},
    "stringData": {"q": PASSWORD},
    "type": "Opaque",
}


def listed(*items: dict[str, Any], kind: str = "List", api_version: str = "v1") -> str:
    return json.dumps({"apiVersion": api_version, "kind": kind, "items": items})


def read(tmp_path: Path, *texts: str, asked: tuple[str, ...] | Literal["everything"] = ()) -> Live | NotSeen:
    paths = []
    for index, text in enumerate(texts):
        paths.append(tmp_path / f"dump-{index}")
        paths[-1].write_text(text)
    entry = NamespaceEntry(environment="test", namespace="zaken", dumps=tuple(paths), asked=asked)
    found = NamespaceCollector(entry).collect(LIVE)["live"]
    assert isinstance(found, Live | NotSeen)
    return found


def test_several_files_in_both_forms_are_one_namespace(tmp_path: Path) -> None:
    live = read(tmp_path, listed(SECRET), DEPLOYMENT + "---\n" + DEPLOYMENT.replace("name: web,", "name: api,"))
    assert isinstance(live, Live), live
    assert {item.document["metadata"]["name"] for item in live.objects} == {"s", "web", "api"}
    written = msgspec.json.encode(live)
    assert PASSWORD.encode() not in written
    assert base64.b64encode(PASSWORD.encode()) not in written
    assert b"managedFields" not in written


def test_single_objects_are_not_taken_for_all_of_their_kind(tmp_path: Path) -> None:
    live = read(tmp_path, DEPLOYMENT, listed(SECRET))
    assert isinstance(live, Live)
    objects = Objects.of_live(live)
    assert len(list(objects.of_kind("Secret"))) == 1
    with pytest.raises(Unseen, match="single objects"):
        objects.of_kind("Deployment")


def test_an_empty_list_of_a_kind_says_there_are_none(tmp_path: Path) -> None:
    live = read(tmp_path, listed(SECRET), listed(kind="IngressList", api_version="networking.k8s.io/v1"))
    assert isinstance(live, Live)
    assert list(Objects.of_live(live).of_kind("Ingress")) == []


def test_definitions_say_which_kinds_there_are(tmp_path: Path) -> None:
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "certificates.cert-manager.io"},
        "spec": {"group": "cert-manager.io", "names": {"kind": "Certificate"}},
    }
    own = {**definition, "spec": {"group": "example.nl", "names": {"kind": "Iets"}}}
    live = read(tmp_path, listed(SECRET, definition, own))
    assert isinstance(live, Live)
    objects = Objects.of_live(live)
    assert list(objects.of_kind("SealedSecret", group="bitnami.com")) == []
    assert list(objects.of_kind("VirtualMachine")) == []
    for kind in ("Certificate", "Iets", "Ingress", "ClusterRole"):
        with pytest.raises(Unseen):
            objects.of_kind(kind)


def kinds_seen(live: Live | NotSeen) -> set[str]:
    """Return the kinds of which all objects are known to be there."""
    assert isinstance(live, Live), live
    objects = Objects.of_live(live)
    return {item.name for item in RESOURCES if objects.is_seen(item.kind, item.group)}


def test_what_was_asked_for_in_vain_is_known_when_the_target_says_so(tmp_path: Path) -> None:
    one = listed(yaml.safe_load(DEPLOYMENT))
    assert kinds_seen(read(tmp_path, one)) == {"deployments.apps"}
    assert kinds_seen(read(tmp_path, one, asked=("netpol,ing", "certificates.cert-manager.io"))) == {
        "deployments.apps",
        "networkpolicies.networking.k8s.io",
        "ingresses.networking.k8s.io",
        "certificates.cert-manager.io",
        "issuers.cert-manager.io",  # say nothing without certificates
        "clusterissuers.cert-manager.io",
    }
    # By its plural alone kubectl takes a kind of Kubernetes itself.
    assert "gateways.networking.istio.io" not in kinds_seen(read(tmp_path, one, asked=("gateways",)))
    assert kinds_seen(read(tmp_path, one, asked=("all",))) >= {"pods", "cronjobs.batch", "replicationcontrollers"}
    assert "ingresses.networking.k8s.io" not in kinds_seen(read(tmp_path, one, asked=("all",)))
    whole = kinds_seen(read(tmp_path, one, asked="everything"))
    assert whole == {item.name for item in RESOURCES} - {
        *(item.name for item in RESOURCES if not item.namespaced and not item.only_with)
    }


def test_a_kind_that_the_cluster_may_not_have_is_told_with_what_shows_that(tmp_path: Path) -> None:
    live = read(tmp_path, listed(yaml.safe_load(DEPLOYMENT)), asked="everything")
    assert isinstance(live, Live), live
    said = {f"{item.plural}.{item.group}": item.reason.en for item in live.lists if item.reason is not None}
    assert "kubectl get crd" in said["ciliumclusterwidenetworkpolicies.cilium.io"]
    assert not [name for name, reason in said.items() if name.endswith(".k8s.io") and "kubectl get crd" in reason]


def test_what_uses_nothing_needs_nothing(tmp_path: Path) -> None:
    """As a cluster is not asked for volumes and classes of storage without a claim."""
    one = listed(yaml.safe_load(DEPLOYMENT))
    assert "storageclasses.storage.k8s.io" in kinds_seen(read(tmp_path, one, asked=("pvc",)))
    claim = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "c", "namespace": "zaken"}}
    assert "storageclasses.storage.k8s.io" not in kinds_seen(read(tmp_path, one, listed(claim), asked=("pvc",)))


def event(api_version: str, uid: str, namespace: str = "zaken") -> dict[str, Any]:
    return {"apiVersion": api_version, "kind": "Event", "metadata": {"name": "e", "namespace": namespace, "uid": uid}}


def test_a_list_of_all_kinds_is_known_by_its_events_and_only_presumed(tmp_path: Path) -> None:
    """Who asks for every kind that the server names is given each event twice, and nobody else is."""
    one = yaml.safe_load(DEPLOYMENT)
    live = read(tmp_path, listed(one, event("v1", "1"), event("events.k8s.io/v1", "1")))
    assert isinstance(live, Live)
    assert live.presumed is not None
    seen = kinds_seen(live)
    assert "networkpolicies.networking.k8s.io" in seen
    assert "secrets" not in seen  # these are often left out
    for other in (
        listed(one, event("v1", "1"), event("events.k8s.io/v1", "2")),
        listed(one, event("v1", "1")),
        listed(one, event("v1", "1", "andere"), event("events.k8s.io/v1", "1", "andere")),
    ):
        live = read(tmp_path, other)
        assert isinstance(live, Live)
        assert live.presumed is None
        assert kinds_seen(live) == {"deployments.apps"}
    live = read(tmp_path, listed(one, event("v1", "1"), event("events.k8s.io/v1", "1")), asked=("deploy",))
    assert isinstance(live, Live)
    assert live.presumed is None


def test_a_kind_of_a_server_behind_the_first_is_only_missed_where_there_can_be_one(tmp_path: Path) -> None:
    def definition(group: str) -> dict[str, Any]:
        spec = {"group": group, "names": {"kind": "Iets", "plural": "ietsen"}}
        metadata = {"name": f"ietsen.{group}"}
        return {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": metadata} | {
            "spec": spec
        }

    one = yaml.safe_load(DEPLOYMENT)
    assert "routes.route.openshift.io" in kinds_seen(read(tmp_path, listed(one, definition("example.nl"))))
    on_openshift = listed(one, definition("config.openshift.io"))
    assert "routes.route.openshift.io" not in kinds_seen(read(tmp_path, on_openshift))


def test_the_reason_names_the_kind(tmp_path: Path) -> None:
    live = read(tmp_path, listed(yaml.safe_load(DEPLOYMENT)))
    assert isinstance(live, Live)
    for kind in ("Ingress", "ReplicationController", "Iets"):
        with pytest.raises(Unseen, match=rf"{kind}.*asked"):
            Objects.of_live(live).of_kind(kind)


def test_addresses_that_the_cluster_keeps_itself_are_left_out_as_they_are_not_asked_for(tmp_path: Path) -> None:
    def slices(controller: str) -> dict[str, Any]:
        labels = {"endpointslice.kubernetes.io/managed-by": controller}
        metadata = {"name": controller[:8], "namespace": "zaken", "labels": labels}
        return {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "metadata": metadata}

    live = read(tmp_path, listed(slices("endpointslice-controller.k8s.io"), slices("staff")))
    assert isinstance(live, Live)
    assert [item.name for item in Objects.of_live(live).of_kind("EndpointSlice")] == ["staff"]


def test_a_group_that_is_no_more_is_not_missed(tmp_path: Path) -> None:
    live = read(tmp_path, listed(SECRET), listed(kind="IngressList", api_version="networking.k8s.io/v1"))
    assert isinstance(live, Live)
    assert list(Objects.of_live(live).of_kind("Ingress", group="extensions")) == []


def test_objects_of_other_namespaces_are_left_out(tmp_path: Path) -> None:
    found = read(tmp_path, DEPLOYMENT.replace("zaken", "andere"))
    assert isinstance(found, NotSeen)
    assert "andere" in found.message.en


@pytest.mark.hostile("namespace")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: &a [1]\nb: *a\n", "alias"),
        ("kind: !!python/object:os.system {}\n", "tag"),
        ("a: 1\na: 2\n", "twice"),
        ("? [1]\n: 2\n", "key that is no text"),
        ("a: [" * 100, "nested deeper"),
        ('{"a":' * 100 + "1" + "}" * 100, "nested deeper"),
        ('{"a":' * 100_000, "nested deeper|no JSON"),
        ("kind: [\n", "no valid YAML"),
        ("zomaar tekst\n", "no output of kubectl get"),
        ('{"kind": 3}', "no output of kubectl get"),
        ('{"kind": "Pod", "metadata": 3}', "without a name"),
        ('{"kind": "List", "items": [3]}', "no output of kubectl get"),
        ("\ufffe", "no valid YAML|no output"),
        ('{"kind":"List","items":[' * 5 + "]}" * 5, "too many lists"),
    ],
)
def test_what_is_no_output_of_kubectl_is_refused(tmp_path: Path, text: str, said: str) -> None:
    found = read(tmp_path, text)
    assert isinstance(found, NotSeen), found
    assert any(part in found.message.en for part in said.split("|")), found.message.en


def test_a_dump_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dumps, "MOST_BYTES", 100)
    found = read(tmp_path, DEPLOYMENT)
    assert isinstance(found, NotSeen)
    assert found.reason is Reason.TOO_LARGE


def test_yaml_is_read_as_kubectl_means_it() -> None:
    text = 'a: 1\nb: "1"\nc: true\nd: yes\ne: null\nf: =\ng: 2026-01-01\nh: |\n  x\ni: 1.5\nj: 0755\n'
    (found,) = documents(text)
    assert found == {
        "a": 1,
        "b": "1",
        "c": True,
        "d": "yes",
        "e": None,
        "f": "=",
        "g": "2026-01-01",
        "h": "x\n",
        "i": 1.5,
        "j": "0755",
    }


# Snapshots


def snapshot(tmp_path: Path, document: dict[str, Any], spoil: Callable[[Path], object] = lambda _: None) -> Any:
    folder = tmp_path / "momentopname"
    folder.mkdir()
    live = {
        "type": "live",
        "provenance": {"at": "2026-01-01T00:00:00Z", "by": "x", "source": "y"},
        "namespace": "zaken",
        "environment": "test",
        "objects": [{"template": "", "document": document}],
    }
    index = {"format": 1, "namespace": "zaken", "environment": "test", "at": "2026-01-01T00:00:00Z", "facts": ["live"]}
    (folder / "live.json").write_text(json.dumps(live))
    (folder / "snapshot.json").write_text(json.dumps(index))
    spoil(folder)
    entry = NamespaceEntry(environment="acceptance", namespace="zaken", snapshot=folder)
    return NamespaceCollector(entry).collect(LIVE)["live"]


def test_secrets_in_a_snapshot_by_another_hand_are_taken_out(tmp_path: Path) -> None:
    live = snapshot(tmp_path, SECRET)
    assert isinstance(live, Live), live
    written = msgspec.json.encode(live)
    assert PASSWORD.encode() not in written
    assert base64.b64encode(PASSWORD.encode()) not in written
    assert live.environment == "acceptance"
    assert live.provenance.by.startswith("snapshot")


def _spoilt(name: str, text: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_text(text)


def _linked(folder: Path) -> None:
    (folder / "live.json").unlink()
    (folder / "live.json").symlink_to("/etc/hostname")


@pytest.mark.parametrize(
    "spoil",
    [
        _spoilt("live.json", "{}"),
        _spoilt("live.json", '{"type":"logs","provenance":{"at":"2026-01-01T00:00:00Z","by":"x","source":"y"}}'),
        _spoilt("live.json", '{"type":"live","x":' + "[" * 100_000),
        _spoilt("snapshot.json", "[]"),
        _spoilt(
            "snapshot.json", '{"format":9,"namespace":"zaken","environment":"t","at":"2026-01-01T00:00:00Z","facts":[]}'
        ),
        lambda folder: (folder / "live.json").unlink(),
        lambda folder: (folder / "snapshot.json").unlink(),
        _linked,
    ],
)
def test_a_spoilt_snapshot_has_a_reason(tmp_path: Path, spoil: Callable[[Path], object]) -> None:
    found = snapshot(tmp_path, SECRET, spoil)
    assert isinstance(found, NotSeen), found
    assert found.reason is Reason.REFUSED_INPUT


# Secrets in objects

PLACES: list[dict[str, Any]] = [
    {"spec": {"template": {"spec": {"containers": [{"env": [{"name": "PASSWORD", "value": PASSWORD}]}]}}}},
    {"spec": {"template": {"spec": {"containers": ["wrong", {"env": [{"name": "PASSWORD", "value": PASSWORD}]}]}}}},
    {"spec": {"template": {"spec": {"containers": [{"args": ["--password", PASSWORD]}]}}}},
    {
        "spec": {
            "jobTemplate": {
                "spec": {"template": {"spec": {"initContainers": [{"command": [f"--password={PASSWORD}"]}]}}}
            }
        }
    },
    {"spec": {"template": {"metadata": {"annotations": {"password": PASSWORD}}}}},
    {"spec": {"volumes": [{"name": "a", "csi": {"volumeAttributes": {"password": PASSWORD}}}]}},
    {"metadata": {"name": "a", "annotations": {"example/url": f"https://u:{PASSWORD}@host/x"}}},
    {"metadata": {"name": "a", "password": PASSWORD}},
    {"data": {"application.properties": f"spring.datasource.password={PASSWORD}"}},
    {"binaryData": {"x": base64.b64encode(PASSWORD.encode()).decode()}},
    {"status": {"message": f"password={PASSWORD}"}},
    {"status": {"containerStatuses": [{"lastState": {"terminated": {"message": PASSWORD}}}]}},
    {"password": PASSWORD},
    {"type": {"password": PASSWORD}},
]


# These fields are those of one kind alone.
ONE_KIND = {"binaryData": "ConfigMap", "containerStatuses": "Pod"}
KINDS = ("Deployment", "Pod", "ConfigMap", "Iets")


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        (place, kind)
        for place in PLACES
        for kind in KINDS
        if all(kind == only for field, only in ONE_KIND.items() if field in json.dumps(place))
    ],
)
def test_a_secret_leaves_no_trace(tmp_path: Path, place: dict[str, Any], kind: str) -> None:
    document = {"apiVersion": "v1", "kind": kind, "metadata": {"name": "a"}, **place}
    live = read(tmp_path, listed(document))
    assert isinstance(live, Live), live
    written = msgspec.json.encode(live)
    assert PASSWORD.encode() not in written
    assert base64.b64encode(PASSWORD.encode()) not in written


def test_a_secret_has_one_marker_wherever_it_stands() -> None:
    pod = {"kind": "Pod", "spec": {"containers": [{"env": [{"name": "PASSWORD", "value": PASSWORD}]}]}}
    settings = {"kind": "ConfigMap", "apiVersion": "v1", "data": {"url": f"postgresql://app:{PASSWORD}@db/app"}}
    without_secrets([pod, settings], Redaction())
    marker = pod["spec"]["containers"][0]["env"][0]["value"]  # type: ignore[index]
    assert marker != PASSWORD
    assert marker in settings["data"]["url"]  # type: ignore[index]


def test_too_many_secrets_are_refused() -> None:
    many = [
        {"kind": "ConfigMap", "apiVersion": "v1", "data": {"password": f"Zw4arT-g3heim-{index}-{index * 7919}"}}
        for index in range(600)
    ]
    with pytest.raises(Failed, match="more than 500"):
        without_secrets(many, Redaction())


def test_near_names_are_the_nearest_first() -> None:
    known = ["zaken-prd", "zaken-tst", "kube-system", "meldingen-prd"]
    assert near_names("zaken-prod", known)[0] == "zaken-prd"
    assert near_names("niets", known) == ()
