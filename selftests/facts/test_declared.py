"""What reads objects of a kind that it does not declare is refused, whatever way it takes."""

from collections.abc import Callable
from typing import Any

import pytest
from from_yaml import objects

from toetskader.facts.kubernetes.declared import AT_HAND, EVERY_KIND, UndeclaredError, must_be_declared, noting, reading
from toetskader.facts.kubernetes.fronts import Services
from toetskader.facts.kubernetes.objects import Objects
from toetskader.text import Text

SCENE = """
{apiVersion: v1, kind: Service, metadata: {name: one}}
---
{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: two}}
---
{apiVersion: serving.knative.dev/v1, kind: Service, metadata: {name: three}}
---
{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: four}}
"""

READERS: dict[str, Callable[[Objects], Any]] = {
    "of_kind": lambda found: list(found.of_kind("Ingress")),
    "of_kind, second": lambda found: list(found.of_kind("Service", "Ingress")),
    "of_kind with group": lambda found: list(found.of_kind("Ingress", group="networking.k8s.io")),
    "present": lambda found: list(found.present("Ingress.networking.k8s.io")),
    "find": lambda found: found.find("Ingress", "two", "namespace"),
    "require": lambda found: found.require("Ingress"),
    "is_seen": lambda found: found.is_seen("Ingress"),
    "derived": lambda found: found.derived(_ingresses),
    "everything": lambda found: list(found.of_every_kind()),
    "all there is": list,
    "how many": len,
}


def _ingresses(found: Objects) -> list[str]:
    return [item.name for item in found.of_kind("Ingress")]


@pytest.mark.parametrize("name", READERS)
def test_what_is_not_declared_is_refused(name: str) -> None:
    with reading(["Service", "Gateway.gateway.networking.k8s.io"]), pytest.raises(UndeclaredError):
        READERS[name](objects(SCENE))


@pytest.mark.parametrize("name", READERS)
def test_it_is_allowed_to_who_declares_it_and_to_who_was_not_asked(name: str) -> None:
    READERS[name](objects(SCENE))
    with reading([EVERY_KIND]):
        READERS[name](objects(SCENE))
    if name not in ("everything", "all there is", "how many"):
        with reading(["Ingress", "Service"]):
            READERS[name](objects(SCENE))


def test_what_is_at_hand_is_not_everything() -> None:
    with reading([AT_HAND]):
        assert len(objects(SCENE)) == len(list(objects(SCENE))) == 4
        for name in ("everything", "of_kind", "present", "find"):
            with pytest.raises(UndeclaredError):
                READERS[name](objects(SCENE))


def test_a_group_is_one_kind_and_a_kind_alone_is_that_of_every_group() -> None:
    found = objects(SCENE)
    with reading(["Service.serving.knative.dev", "Gateway"]):
        assert [item.name for item in found.of_kind("Service", group="serving.knative.dev")] == ["three"]
        assert [item.name for item in found.present("Service.serving.knative.dev")] == ["three"]
        assert [item.name for item in found.of_kind("Gateway", group="gateway.networking.k8s.io")] == ["four"]
        for group in (None, "", "example.nl"):
            with pytest.raises(UndeclaredError):
                found.of_kind("Service", group=group)


def test_what_is_present_comes_as_it_was_rendered_and_without_what_was_not_seen() -> None:
    unseen = {("Ingress", "networking.k8s.io"): Text("geweigerd", "refused")}
    rendered = objects(SCENE)
    seen = (item for item in rendered if item.kind != "Ingress")
    found = Objects(seen, scene="", namespace="", unseen=unseen)
    assert [item.name for item in found.present("Gateway", "Ingress", "Service")] == ["one", "three", "four"]
    assert [item.name for item in rendered.present("Gateway", "Ingress")] == ["two", "four"]


def test_what_was_derived_before_is_refused_by_what_was_read_for_it() -> None:
    found = objects(SCENE)
    found.derived(_of_services)
    with reading(["Ingress"]), pytest.raises(UndeclaredError):
        found.derived(_of_services)
    with reading(["Ingress"]), pytest.raises(UndeclaredError):
        found.derived(_over_services)
    with reading(["Service"]):
        found.derived(_over_services)
    with reading(["Ingress"]), pytest.raises(UndeclaredError):
        found.derived(_over_services)


def _of_services(found: Objects) -> Services:
    return found.derived(Services)


def _over_services(found: Objects) -> tuple[Services, list[str]]:
    return found.derived(_of_services), [item.name for item in found.of_kind("Service")]


def test_blocks_end_where_they_end() -> None:
    with reading(["Service"]):
        with reading(["Ingress"]), pytest.raises(UndeclaredError, match="reads Service, which it does not declare"):
            must_be_declared("Ingress", "Service")
        must_be_declared("Service")
    must_be_declared("Gateway")
    with pytest.raises(ZeroDivisionError), reading(["Service"]):
        raise ZeroDivisionError
    must_be_declared("Gateway")


def test_what_is_read_is_noted() -> None:
    with noting() as read:
        objects(SCENE).is_seen("Ingress", "networking.k8s.io")
        with noting() as inner:
            must_be_declared("Service")
    assert (read, inner) == ({"Ingress.networking.k8s.io"}, {"Service"})
