"""A check reads no kind of object that it does not declare, and judges with those alone as with all of them."""

import copy
from functools import cache
from typing import Any

import msgspec
import pytest
import yaml
from golden_namespace import GOLDEN, Facts, facts, judged_by, requirements
from test_live_judgements import CHANGES, MUTANTS

from toetskader.collect.kubernetes.resources import RESOURCES
from toetskader.facts.attempt import Unseen
from toetskader.facts.kubernetes.declared import EVERY_KIND, is_among
from toetskader.facts.kubernetes.live import ListOutcome, Live
from toetskader.facts.kubernetes.objects import Objects
from toetskader.facts.kubernetes.workloads import POD_KINDS
from toetskader.judging.check import Check
from toetskader.judging.combining import Judged
from toetskader.results import Verdict
from toetskader.text import Text


def left_out(kind: str, group: str = "") -> ListOutcome:
    return ListOutcome(kind=kind, group=group, complete=False, left_out=True, reason=Text("weggelaten", "left out"))


def narrowed(found: Facts, declared: frozenset[str]) -> Facts:
    """Return facts in which only these kinds of objects were asked for."""
    live = found["live"]
    assert isinstance(live, Live)
    if EVERY_KIND in declared:
        return found
    return {
        **found,
        "live": msgspec.structs.replace(
            live,
            objects=tuple(item for item in live.objects if is_among(*key_of(item.document), declared | {"Namespace"})),
            lists=tuple(left_out(*item.key) for item in RESOURCES if not is_among(*item.key, declared)),
        ),
    }


def key_of(document: dict[str, Any]) -> tuple[str, str]:
    return document["kind"], document["apiVersion"].rpartition("/")[0]


@cache
def namespaces() -> dict[str, Facts]:
    """Return the golden namespace, each fault of it, and one in which all routes are of other kinds."""
    found = {"golden": GOLDEN}
    found |= {name: GOLDEN.replace(before, after) for name, (before, after, _) in MUTANTS.items()}
    for name, (change, _) in CHANGES.items():
        documents = yaml.safe_load(GOLDEN)
        change(documents)
        found[name] = yaml.safe_dump(documents)
    found["of every kind"] = yaml.safe_dump([*yaml.safe_load(GOLDEN), *one_of_each()])
    return {name: facts(text) for name, text in found.items()}


def one_of_each() -> list[dict[str, Any]]:
    """Return an object of each kind that is asked for, with fields that many of them read."""
    template = next(item for item in yaml.safe_load(GOLDEN) if item["kind"] == "Deployment")["spec"]["template"]
    runs = {"template": template, "jobTemplate": {"spec": {"template": template}}, **template["spec"]}
    says = {
        "hosts": ["een.voorbeeld.nl"],
        "hostnames": ["een.voorbeeld.nl"],
        "host": "een.voorbeeld.nl",
        "gateways": ["een-gateways"],
        "podSelector": {},
        "endpointSelector": {},
        "selector": {"matchLabels": {"app": "een"}},
        "scaleTargetRef": {"kind": "Deployment", "name": "app"},
        "storageClassName": "een-storageclasses",
        "secretName": "een-secrets",
        "selfSigned": {},
    }
    return [
        {
            "apiVersion": f"{item.group}/{item.versions[0]}" if item.group else item.versions[0],
            "kind": item.kind,
            "metadata": {"name": f"een-{item.plural}", "namespace": "meldingen", "uid": f"u-{item.name}"},
            "spec": copy.deepcopy(runs if item.kind in POD_KINDS else says),
        }
        for item in RESOURCES
    ]


def outcome(judged: Judged) -> tuple[Any, ...]:
    return judged.verdict, judged.reason, judged.findings, judged.measured, judged.doubt


CHECKS = {check.id: (row, check) for row, check in requirements()}


@pytest.mark.parametrize("name", CHECKS)
def test_the_kinds_that_a_check_declares_are_enough(name: str) -> None:
    row, check = CHECKS[name]
    for which, whole in namespaces().items():
        judged = judged_by(row, whole)
        assert judged.crash is None, which  # reading what is not declared is one
        assert outcome(judged_by(row, narrowed(whole, check.reads))) == outcome(judged), which


def test_kinds_are_left_out_for_most_checks() -> None:
    for _, check in CHECKS.values():
        assert any(not is_among(*item.key, check.reads) for item in RESOURCES), check.id
    assert not is_among("Ingress", "networking.k8s.io", CHECKS["workload.runs_non_root"][1].reads)


def test_a_kind_that_was_left_out_is_never_taken_for_absent() -> None:
    whole = facts()
    live = whole["live"]
    assert isinstance(live, Live)
    for kind, group in (("Secret", ""), ("NetworkPolicy", "networking.k8s.io"), ("ConfigMap", ""), ("Pod", "")):
        rest = tuple(item for item in live.objects if item.document["kind"] != kind)
        without = msgspec.structs.replace(live, objects=rest, lists=(left_out(kind, group),))
        with pytest.raises(Unseen, match="left out"):
            Objects.of_live(without).of_kind(kind)
        with pytest.raises(Unseen, match="left out"):
            Objects.of_live(without).find(kind, "a", "meldingen")
        with pytest.raises(Unseen, match="left out"):
            Objects.of_live(without).of_every_kind()
        for row, _ in reading(kind):
            judged = judged_by(row, {**whole, "live": without})
            assert judged.verdict in (Verdict.UNDETERMINED, Verdict.NOT_APPLICABLE), (kind, row.id)


def reading(kind: str) -> list[tuple[Any, Check]]:
    """Return the checks that ask for a kind in the golden namespace."""
    found = [(row, check) for row, check in CHECKS.values() if kind in asked_by(row, check, facts())]
    assert found
    return found


def asked_by(row: Any, check: Check, found: Facts) -> set[str]:
    """Return the kinds that a check asks for in a namespace."""
    asked: set[str] = set()
    original = Objects._must_be_seen

    def spy(self: Objects, kind: str, group: str | None) -> None:
        asked.add(kind)
        original(self, kind, group)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Objects, "_must_be_seen", spy)
        judged_by(row, found)
    return asked
