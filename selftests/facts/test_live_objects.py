"""Objects of a live namespace: what was not seen is not absent, and what is owned is no workload."""

import msgspec
import pytest
from from_live import live, pods

from toetskader.facts.attempt import Unseen
from toetskader.facts.kubernetes.live import ListOutcome, Live
from toetskader.facts.kubernetes.objects import Objects
from toetskader.facts.kubernetes.pods import moment
from toetskader.facts.kubernetes.workloads import Workloads
from toetskader.text import Text

FORBIDDEN = ListOutcome(
    group="networking.k8s.io",
    version="v1",
    kind="NetworkPolicy",
    plural="networkpolicies",
    complete=False,
    denied=True,
    reason=Text("verboden", "forbidden"),
)
UNSERVED = ListOutcome(
    group="bitnami.com", kind="SealedSecret", plural="sealedsecrets", served=False, reason=Text("onbekend", "unknown")
)
SEEN = ListOutcome(version="v1", kind="Service", plural="services")

STACK = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: app, uid: d1}
spec: {replicas: 1, template: {spec: {containers: [{name: app}]}}}
---
apiVersion: apps/v1
kind: ReplicaSet
metadata:
  name: app-1
  uid: r1
  ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: app, uid: d1, controller: true}]
spec: {template: {spec: {containers: [{name: app}]}}}
---
apiVersion: v1
kind: Pod
metadata:
  name: app-1-x
  uid: p1
  creationTimestamp: "2026-01-01T10:00:00Z"
  ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: app-1, uid: r1, controller: true}]
spec: {initContainers: [{name: init}], containers: [{name: app}]}
status:
  phase: Running
  conditions: [{type: Ready, status: "True"}]
  containerStatuses:
  - name: app
    ready: true
    restartCount: 3
    imageID: docker.io/library/app@sha256:abc
    state: {running: {}}
    lastState: {terminated: {reason: OOMKilled, exitCode: 137, finishedAt: "2026-01-01T11:00:00Z"}}
---
{apiVersion: v1, kind: Pod, metadata: {name: los, uid: p2}, spec: {containers: [{name: app}]}}
---
apiVersion: v1
kind: Pod
metadata:
  name: db-1
  uid: p3
  ownerReferences: [{apiVersion: postgresql.cnpg.io/v1, kind: Cluster, name: db, uid: elsewhere, controller: true}]
spec: {containers: [{name: postgres}]}
"""


def test_a_kind_that_was_refused_cannot_be_asked_for() -> None:
    objects = Objects.of_live(live("", (FORBIDDEN,)))
    with pytest.raises(Unseen) as caught:
        objects.of_kind("NetworkPolicy", group="networking.k8s.io")
    assert caught.value.reason == FORBIDDEN.reason
    with pytest.raises(Unseen):
        objects.of_kind("Service", "NetworkPolicy")
    assert not objects.is_seen("NetworkPolicy")


def test_only_the_group_that_was_refused_is_unseen() -> None:
    objects = Objects.of_live(live("", (FORBIDDEN,)))
    assert list(objects.of_kind("NetworkPolicy", group="crd.projectcalico.org")) == []


def test_a_kind_that_is_not_served_has_no_objects() -> None:
    objects = Objects.of_live(live("", (UNSERVED, SEEN)))
    assert list(objects.of_kind("SealedSecret", group="bitnami.com")) == []
    assert list(objects.of_kind("Middleware")) == []
    with pytest.raises(Unseen):
        objects.require("SealedSecret", "bitnami.com")
    objects.require("Service", "")


def test_a_kind_that_is_served_but_was_not_asked_for_is_unseen() -> None:
    objects = Objects.of_live(live("", (SEEN,), others=("KongPlugin.configuration.konghq.com",)))
    with pytest.raises(Unseen, match="KongPlugin"):
        objects.of_kind("KongPlugin")


def test_without_word_of_what_is_served_every_other_kind_is_unseen() -> None:
    objects = Objects.of_live(live("", (SEEN,), unknown=Text("staat er niet in", "not in the dump")))
    assert list(objects.of_kind("Service")) == []
    with pytest.raises(Unseen, match="not in the dump"):
        objects.of_kind("Ingress")


def test_what_a_workload_made_is_no_workload_of_its_own() -> None:
    workloads = Workloads(Objects.of_live(live(STACK)))
    assert [item.where for item in workloads] == ["Deployment/app", "Pod/los", "Pod/db-1"]
    assert [item.where for item in workloads.bare_pods] == ["Pod/los"]


def test_what_an_object_of_the_same_name_made_before_is_a_workload() -> None:
    text = STACK.replace("uid: d1, controller", "uid: d0, controller")
    assert "ReplicaSet/app-1" in [item.where for item in Workloads(Objects.of_live(live(text)))]


def test_a_pod_knows_what_manages_it_and_how_it_fares() -> None:
    found = pods(STACK)
    (pod,) = found.by_workload["Deployment/app"]
    init, app = pod.containers
    assert (pod.managed_by, pod.is_running, pod.is_ready) == ("Deployment/app", True, True)
    assert (init.phase, init.restarts) == ("", 0)
    assert (app.phase, app.restarts, app.ready, app.digest) == ("running", 3, True, "sha256:abc")
    assert [(end.reason, end.exit_code) for end in app.ended] == [("OOMKilled", 137)]
    assert pod.created == moment(pod.get("metadata", "creationTimestamp"))
    assert pod.created is not None
    assert pod.condition("PodScheduled").value is None
    assert [item.where for item in found.without_pods] == []


def test_a_deployment_without_pods_is_named_unless_it_is_scaled_to_none() -> None:
    alone = STACK.partition("---")[0]
    assert [item.where for item in pods(alone).without_pods] == ["Deployment/app"]
    assert pods(alone.replace("replicas: 1", "replicas: 0")).without_pods == ()


def test_a_namespace_goes_through_json() -> None:
    fact = live(STACK, (FORBIDDEN, UNSERVED, SEEN))
    assert msgspec.json.decode(msgspec.json.encode(fact), type=Live) == fact
