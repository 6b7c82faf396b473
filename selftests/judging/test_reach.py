"""What a check can name follows from its code, whatever way leads to it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from typing import Any

import pytest

from toetskader.facts.kubernetes.objects import EVERY_KIND, Objects
from toetskader.judging import reach
from toetskader.judging.check import check, check_of
from toetskader.judging.findings import Findings
from toetskader.judging.reach import texts_of


@dataclass(frozen=True)
class Reader:
    """A table's row."""

    kind: str


_TABLE = {("InTable", "example.nl"): 1}
_ROWS = (Reader("InRow"),)


class Derived:
    """A derivation."""

    def __init__(self, objects: Objects) -> None:
        self.first = list(objects.of_kind("InConstructor"))

    @property
    def second(self) -> str:
        return "InProperty"

    @cached_property
    def third(self) -> list[str]:
        return [f"{kind}?" for kind in ("InComprehension",)]


@lru_cache
def _kept() -> str:
    return "InKept"


def _helper(objects: Objects, kind: str = "InDefault") -> Any:
    def inner() -> Any:
        return objects.of_kind("InInner"), _TABLE, _ROWS, Derived

    return inner(), kind, partial(_kept, "InPartial")


_BOUND = partial(_kept, "InArgument")


@check("reach.direct")
def judges_direct(objects: Objects, findings: Findings) -> None:
    _helper(objects)
    _BOUND()


@check("reach.all")
def judges_all(objects: Objects, findings: Findings) -> None:
    assert all(item.kind for item in objects.of_every_kind())


@check("reach.subject")
def judges_subject(routes: Any, findings: Findings) -> None:
    assert routes


@check("reach.subject_of_subject")
def judges_subject_of_subject(environment: Any, findings: Findings) -> None:
    assert environment


def texts(function: Callable[..., None]) -> frozenset[str]:
    found = check_of(function)
    assert found is not None
    return texts_of(found)


@pytest.fixture(autouse=True)
def these_are_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take this module for one of judgements."""
    monkeypatch.setattr(reach, "_OURS", (*reach._OURS, __name__))


def test_every_way_is_followed() -> None:
    assert texts(judges_direct) >= {
        "InTable", "InRow", "InConstructor", "InProperty", "InComprehension", "InKept", "InDefault", "InInner",
        "InPartial", "InArgument",
    }  # fmt: skip
    assert EVERY_KIND not in texts(judges_direct)


def test_reading_every_kind_is_told() -> None:
    assert EVERY_KIND in texts(judges_all)


def test_subjects_are_followed_to_those_they_ask_for() -> None:
    assert {"Ingress", "HTTPRoute", "ApisixRoute"} <= texts(judges_subject)
    assert {"ConfigMap", "SealedSecret", "Deployment"} <= texts(judges_subject_of_subject)
    assert "Ingress" not in texts(judges_subject_of_subject)


def test_what_holds_objects_asks_for_none() -> None:
    assert "ClusterIssuer" not in texts(judges_direct)
