"""An API server that is away, busy, forgetful or another than it says: the reason is told, nothing looks absent."""

import base64
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from cluster_certificates import Authority
from control_plane import ControlPlane
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from front_server import in_front

from toetskader.collect.kubernetes import lists
from toetskader.collect.kubernetes.collector import NamespaceCollector
from toetskader.core.failure import Reason
from toetskader.facts.attempt import NotSeen, Unseen
from toetskader.facts.kubernetes.live import Live
from toetskader.facts.kubernetes.objects import Objects
from toetskader.kinds.namespace.part import NamespaceEntry

LIVE = frozenset({"live"})
PODS = "\n---\n".join(
    f"{{apiVersion: v1, kind: Pod, metadata: {{name: pod-{index}}}, "
    "spec: {containers: [{name: a, image: 'registry.example/a:1.0.0'}]}}"
    for index in range(7)
)


def collect(kubeconfig: Path, namespace: str, deadline_s: float = 60) -> Live | NotSeen:
    entry = NamespaceEntry(environment="test", namespace=namespace, kubeconfig=kubeconfig)
    found = NamespaceCollector(entry, deadline_s=deadline_s).collect(LIVE)["live"]
    assert isinstance(found, Live | NotSeen)
    return found


def not_seen(kubeconfig: Path, namespace: str, deadline_s: float = 60) -> NotSeen:
    found = collect(kubeconfig, namespace, deadline_s)
    assert isinstance(found, NotSeen), found
    return found


def changed(kubeconfig: Path, **cluster: str) -> Path:
    """Return a kubeconfig beside this one with other settings of its cluster."""
    config = yaml.safe_load(kubeconfig.read_text())
    for key, value in cluster.items():
        config["clusters"][0]["cluster"][key.replace("_", "-")] = value
    path = kubeconfig.with_name("changed.kubeconfig")
    path.write_text(yaml.safe_dump(config))
    return path


@pytest.fixture(scope="module", autouse=True)
def all_rights(control_plane: ControlPlane) -> Iterator[None]:
    """Let the service account that goes through the front server read everything, for these tests only."""
    granted = ("--clusterrole=cluster-admin", "--serviceaccount=default:default")
    control_plane.kubectl("create", "clusterrolebinding", "voorkant", *granted)
    yield
    control_plane.kubectl("delete", "clusterrolebinding", "voorkant")


@pytest.fixture
def pods(control_plane: ControlPlane, namespace: str) -> str:
    control_plane.apply(PODS, namespace=namespace)
    control_plane.wait_for_pods(namespace, count=7)
    return namespace


def test_a_busy_server_is_asked_again_when_it_says(control_plane: ControlPlane, pods: str) -> None:
    tries: Counter[str] = Counter()

    def storm(path: str, number: int) -> tuple[int, dict[str, str], bytes] | None:
        tries[path] += 1
        return (429, {"Retry-After": "1"}, b"{}") if tries[path] == 1 else None

    with in_front(control_plane, storm) as (_, kubeconfig):
        live = collect(kubeconfig, pods)
    assert isinstance(live, Live), live
    assert all(item.complete for item in live.lists)
    assert set(tries.values()) == {2}


def test_a_server_that_stays_busy_ends_within_the_deadline(control_plane: ControlPlane, pods: str) -> None:
    def storm(path: str, number: int) -> tuple[int, dict[str, str], bytes] | None:
        return (429, {"Retry-After": "3600"}, b"{}") if "/pods" in path else None

    with in_front(control_plane, storm) as (_, kubeconfig):
        live = collect(kubeconfig, pods, deadline_s=8)
    assert isinstance(live, Live), live
    (outcome,) = [item for item in live.lists if item.kind == "Pod"]
    assert (outcome.complete, outcome.denied) == (False, False)
    assert outcome.reason is not None
    with pytest.raises(Unseen):
        Objects.of_live(live).of_kind("Pod")


@pytest.mark.parametrize("status", [500, 503])
def test_a_failure_of_the_server_passes(control_plane: ControlPlane, pods: str, status: int) -> None:
    def fails(path: str, number: int) -> tuple[int, dict[str, str], bytes] | None:
        return (status, {}, b"etcd") if number in (2, 4, 6) else None

    with in_front(control_plane, fails) as (_, kubeconfig):
        live = collect(kubeconfig, pods)
    assert isinstance(live, Live), live
    assert all(item.complete for item in live.lists)


def test_pages_are_put_together(control_plane: ControlPlane, pods: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "PAGE", 3)
    live = collect(control_plane.kubeconfig, pods)
    assert isinstance(live, Live)
    assert len(list(Objects.of_live(live).of_kind("Pod"))) == 7
    assert next(item for item in live.lists if item.kind == "Pod").requests == 3


@pytest.mark.parametrize("times", [1, 2, 9])
def test_pages_that_are_no_longer_kept_are_read_anew(
    control_plane: ControlPlane, pods: str, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    monkeypatch.setattr(lists, "PAGE", 3)
    expired = json.dumps({"kind": "Status", "code": 410, "reason": "Expired", "message": "too old"}).encode()
    left = [times]

    def forgets(path: str, number: int) -> tuple[int, dict[str, str], bytes] | None:
        if "/pods?" in path and "continue=" in path and left[0]:
            left[0] -= 1
            return 410, {"Content-Type": "application/json"}, expired
        return None

    with in_front(control_plane, forgets) as (_, kubeconfig):
        live = collect(kubeconfig, pods)
    assert isinstance(live, Live)
    names = [item.name for item in Objects.of_live(live).of_kind("Pod")]
    assert sorted(names) == [f"pod-{index}" for index in range(7)]


def test_more_objects_than_are_taken_in_are_said_not_to_be_all(
    control_plane: ControlPlane, pods: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "PAGE", 3)
    monkeypatch.setattr(lists, "MOST_OBJECTS", 4)
    live = collect(control_plane.kubeconfig, pods)
    assert isinstance(live, Live)
    outcome = next(item for item in live.lists if item.kind == "Pod")
    assert (outcome.count, outcome.complete) == (6, False)
    with pytest.raises(Unseen, match="more than 4"):
        Objects.of_live(live).of_kind("Pod")


def test_a_slow_server_costs_the_deadline(control_plane: ControlPlane, pods: str) -> None:
    gone = threading.Event()

    def hangs(path: str, number: int) -> tuple[int, dict[str, str], bytes] | None:
        if "/pods" in path:
            gone.wait(30)
        return None

    with in_front(control_plane, hangs) as (_, kubeconfig):
        live = collect(kubeconfig, pods, deadline_s=4)
        gone.set()
    assert isinstance(live, Live), live
    outcome = next(item for item in live.lists if item.kind == "Pod")
    assert outcome.complete is False
    assert [item.kind for item in live.lists if item.served and not item.complete] == ["Pod"]


def test_a_redirect_is_not_followed(control_plane: ControlPlane, pods: str) -> None:
    def elsewhere(path: str, number: int) -> tuple[int, dict[str, str], bytes] | None:
        return (302, {"Location": "https://127.0.0.1:1/api/v1/pods"}, b"") if "/pods" in path else None

    with in_front(control_plane, elsewhere) as (_, kubeconfig):
        live = collect(kubeconfig, pods)
    assert isinstance(live, Live), live
    assert [item.kind for item in live.lists if item.served and not item.complete] == ["Pod"]


def test_a_namespace_whose_reading_is_refused_and_that_is_empty_may_not_be_there(control_plane: ControlPlane) -> None:
    found = not_seen(control_plane.user("onbekend"), "kube-system")
    assert found.reason is Reason.DENIED


def test_an_identity_that_ran_out_is_told(control_plane: ControlPlane, namespace: str) -> None:
    expired = control_plane.user("verlopen", lifetime=timedelta(minutes=-5))
    assert not_seen(expired, namespace).reason is Reason.DENIED
    claims = base64.urlsafe_b64encode(json.dumps({"exp": 1_700_000_000}).encode()).decode().rstrip("=")
    token = control_plane.write_kubeconfig("token-oud", {"token": f"e30.{claims}.AAAA"})
    found = not_seen(token, namespace)
    assert found.reason is Reason.DENIED
    assert "2023-11-14" in found.message.en


def test_a_token_that_ran_out_is_told(control_plane: ControlPlane, namespace: str) -> None:
    control_plane.apply(PODS, namespace=namespace)
    now = int(time.time())
    valid = control_plane.write_kubeconfig("geldig", {"token": service_account_token(control_plane, now + 600)})
    assert isinstance(collect(valid, namespace), Live)
    ended = control_plane.write_kubeconfig("beeindigd", {"token": service_account_token(control_plane, now - 600)})
    found = not_seen(ended, namespace)
    assert found.reason is Reason.DENIED
    assert datetime.fromtimestamp(now - 600, UTC).strftime("ran out on %Y-%m-%d %H:%M UTC") in found.message.en


def service_account_token(control_plane: ControlPlane, ends: int) -> str:
    """Return a token of the service account `default` as the API server signs them, with another end."""

    def part(text: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        return found

    def encoded(content: bytes) -> str:
        return base64.urlsafe_b64encode(content).decode().rstrip("=")

    issued = control_plane.kubectl("create", "token", "default", "--namespace=default").stdout.strip()
    head, claims = (part(text) for text in issued.split(".")[:2])
    claims |= {"iat": ends - 3600, "nbf": ends - 3600, "exp": ends}
    signed = f"{encoded(json.dumps(head).encode())}.{encoded(json.dumps(claims).encode())}"
    key = serialization.load_pem_private_key((control_plane.folder / "accounts.key").read_bytes(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return f"{signed}.{encoded(key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def test_a_token_that_runs_out_half_way_leaves_the_rest_open(control_plane: ControlPlane, pods: str) -> None:
    def ends(path: str, number: int) -> tuple[int, dict[str, str], bytes] | None:
        return (401, {"Content-Type": "application/json"}, b'{"kind": "Status", "code": 401}') if number > 8 else None

    with in_front(control_plane, ends) as (_, kubeconfig):
        live = collect(kubeconfig, pods)
    assert isinstance(live, Live), live
    open_ = [item for item in live.lists if not item.complete]
    assert "Pod" not in {item.kind for item in open_}
    assert len(open_) > 10
    assert all(item.denied and item.reason is not None and "401" in item.reason.en for item in open_)


def test_a_watch_cache_that_lags_is_waited_for(control_plane: ControlPlane, pods: str) -> None:
    """What an API server answers whose cache has not come as far as what is asked (TooLargeResourceVersion)."""
    status = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "Timeout", "code": 504}
    status |= {"message": "Timeout: Too large resource version: 9, current: 5"}
    status |= {"details": {"causes": [{"reason": "ResourceVersionTooLarge"}], "retryAfterSeconds": 1}}
    lagging: Counter[str] = Counter()

    def lags(path: str, number: int) -> tuple[int, dict[str, str], bytes] | None:
        lagging[path] += 1
        behind = "/namespaces/" in path and lagging[path] <= 2
        headers = {"Content-Type": "application/json", "Retry-After": "1"}
        return (504, headers, json.dumps(status).encode()) if behind else None

    with in_front(control_plane, lags) as (front, kubeconfig):
        live = collect(kubeconfig, pods)
    assert isinstance(live, Live), live
    assert [item.kind for item in live.lists if not item.complete] == []
    assert len(list(Objects.of_live(live).of_kind("Pod"))) == 7
    # An old answer out of the cache is never asked for: nothing names a version, or lets it be any.
    assert not [path for path in front.asked if "resourceVersion" in path]


def test_a_server_of_another_authority_gets_nothing(control_plane: ControlPlane, namespace: str) -> None:
    other = Authority(control_plane.folder, "other-authority")
    kubeconfig = control_plane.write_kubeconfig("other", {"token": "geheim"}, authority=other.certificate)
    found = not_seen(kubeconfig, namespace)
    assert found.reason is Reason.UNREACHABLE
    assert "certificate authority" in found.message.en
    assert "geheim" not in found.message.en


def test_a_server_that_is_not_there_is_told(control_plane: ControlPlane, namespace: str) -> None:
    found = not_seen(changed(control_plane.kubeconfig, server="https://127.0.0.1:1"), namespace)
    assert found.reason is Reason.UNREACHABLE


# Last: the API server is away for a while.
def test_a_server_killed_half_way_leaves_what_was_seen(control_plane: ControlPlane, pods: str) -> None:
    def kills(path: str, number: int) -> tuple[int, dict[str, str], bytes] | None:
        if "/services" in path:
            control_plane.kill("kube-apiserver")
        return None

    try:
        with in_front(control_plane, kills) as (_, kubeconfig):
            live = collect(kubeconfig, pods)
    finally:
        control_plane.revive("kube-apiserver")
    assert isinstance(live, Live), live
    unseen = [item for item in live.lists if not item.complete]
    assert unseen
    assert all(item.reason is not None for item in unseen)
    objects = Objects.of_live(live)
    for item in unseen:
        with pytest.raises(Unseen):
            objects.of_kind(item.kind, group=item.group)
    assert "Pod" not in {item.kind for item in unseen}
