"""Checks declare each kind of object that their code can name, also where nothing that is judged leads there.

What a check reads is refused while it judges when it did not declare it. That shows on the way that it takes; here the
other ways are gone through: all functions, classes and tables of ours that a check leads to, for kinds named in them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache, cached_property
from inspect import unwrap
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest
from test_judge import run, scene

from toetskader.collect.kubernetes.resources import RESOURCES
from toetskader.facts.chart import Render
from toetskader.facts.key import FactKey, TargetFacts
from toetskader.facts.kubernetes.declared import AT_HAND, EVERY_KIND, UndeclaredError, is_among
from toetskader.facts.kubernetes.objects import Objects
from toetskader.judging import Findings
from toetskader.judging.check import Check, check, check_of
from toetskader.judging.judge import Judged
from toetskader.judging.registry import load_checks
from toetskader.kinds.registry import SUBJECTS
from toetskader.results import Verdict


def asked(found: Check) -> tuple[str, ...]:
    """Return the subjects of a check, those of other kinds of parts too."""
    return (*found.subjects, *(name for item in found.beside for name in item.subjects))


CHECKS = {id_: item for id_, item in load_checks(Path("tests")).items() if item.reads}
KINDS = {item.kind for item in RESOURCES}
NAMED_ONLY = {
    ("network_policies", "Ingress"),  # the direction of traffic, which is called so too
    ("certificate.not_from_release", "ExternalSecret"),  # the owner that a Secret names
    ("secrets.sealed_in_namespace", "ExternalSecret"),
    ("delivery.nothing_by_hand", "HelmRelease"),  # by the labels that Flux puts on what it applies
    ("delivery.nothing_by_hand", "Kustomization"),
}
"""Check, or a subject of it, and a kind that its code names and does not read."""
_KIND = re.compile(r"([A-Z]\w+)(?:\.([a-z0-9.-]+))?")
_NOT_FOLLOWED = tuple(f"toetskader.facts.kubernetes.{name}" for name in ("objects", "node", "unseen"))
"""Modules that name kinds and read none: they hold objects, or tell of a kind what follows from it.

`unseen` reads them all, for a subject that says so.
"""


@pytest.mark.parametrize("id_", CHECKS)
def test_a_check_declares_the_kinds_that_its_code_names(id_: str) -> None:
    found = CHECKS[id_]
    exempt = {kind for name, kind in NAMED_ONLY if name in (id_, *asked(found))}
    declared_kinds = {kind.partition(".")[0] for kind in found.reads}
    named = [_KIND.fullmatch(text) for text in texts_of(found)]
    undeclared = {
        match[0]
        for match in named
        if match is not None and match[1] in KINDS - exempt and EVERY_KIND not in found.reads
        if (match[1] not in declared_kinds if match[2] is None else not is_among(match[1], match[2], found.reads))
    }
    assert undeclared == set()


def texts_of(found: Check) -> set[str]:
    """Return every text in the code of a check and of the derivations of its subjects."""
    subjects, left = set[str](), list(asked(found))
    while left:
        name = left.pop()
        if name not in subjects:
            subjects.add(name)
            left.extend(SUBJECTS[name].rests_on)
    return set().union(_texts(found.function), *(_texts(SUBJECTS[name].derive) for name in subjects))


@cache
def _texts(start: Any) -> frozenset[str]:
    texts, followed, left = set[str](), dict[int, Any](), [start]
    while left:
        found = left.pop()
        if isinstance(found, str):
            texts.add(found)
        elif id(found) not in followed:
            followed[id(found)] = found
            left.extend(_next(found))
    return frozenset(texts)


def _next(found: Any) -> Iterator[Any]:
    """Yield what a value holds or refers to, as far as it is ours."""
    match found:
        case Mapping():
            yield from (*found, *found.values())
        case tuple() | list() | set() | frozenset():
            yield from found
        case CodeType():
            yield from found.co_consts
        case property():
            yield found.fget
        case cached_property():
            yield found.func
        case type() if _is_ours(found):
            yield from (*found.__mro__[1:], *vars(found).values())
        case FunctionType() if _is_ours(found):
            yield from (found.__code__, found.__defaults__, found.__kwdefaults__)
            yield from _globals(found.__code__, found.__globals__)
            yield from (cell.cell_contents for cell in found.__closure__ or ())
        case _ if hasattr(found, "__wrapped__"):
            yield unwrap(found)


def _globals(code: CodeType, known: Mapping[str, Any]) -> Iterator[Any]:
    yield from (known[name] for name in code.co_names if name in known)
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _globals(inner, known)


def _is_ours(found: Any) -> bool:
    module = str(getattr(found, "__module__", ""))
    return module.startswith(("toetskader.", "tests.")) and module not in _NOT_FOLLOWED


@pytest.mark.parametrize("name", sorted({name for item in CHECKS.values() for name in asked(item)}))
def test_a_subject_rests_on_the_subjects_that_its_code_asks_for(name: str) -> None:
    code = getattr(SUBJECTS[name].derive, "__code__", None)
    asked = {text for text in (code.co_consts if code else ()) if text in SUBJECTS}
    # In another circumstance it may be the same as in the scene that this one is a variant of.
    assert asked - {name} <= set(SUBJECTS[name].rests_on)


def judged(found: Any) -> Judged:
    render: Render = scene("a")
    return run(found, TargetFacts("t", {"chart": ("a",)}, {FactKey("render", "a"): render}))


def test_what_reads_more_than_it_declares_is_a_fault_of_ours_and_no_pass() -> None:
    @check("test.reads_more", objects=("Ingress",))
    def function(objects: Objects, findings: Findings) -> None:
        objects.of_kind("Service")

    found = judged(function)
    assert found.verdict is Verdict.UNDETERMINED
    assert isinstance(found.crash, UndeclaredError)
    assert found.reason is not None
    assert "fout in Toetskader" in found.reason.nl


def test_what_a_subject_is_derived_from_may_be_read_again_but_not_all_that_is_there() -> None:
    @check("test.reads_again", objects=("Ingress",))
    def again(objects: Objects, workloads: Any, findings: Findings) -> None:
        objects.of_kind("Deployment", "Ingress")

    @check("test.reads_all", objects=("Ingress",))
    def everything(objects: Objects, workloads: Any, findings: Findings) -> None:
        list(objects)

    assert judged(again).verdict is Verdict.PASS
    assert isinstance(judged(everything).crash, UndeclaredError)


def test_a_subject_reads_only_what_it_declares_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    @check("test.takes_routes", objects=(EVERY_KIND,))
    def function(routes: Any, findings: Findings) -> None:
        pass

    monkeypatch.setitem(SUBJECTS, "routes", replace(SUBJECTS["routes"], objects=("Ingress",)))
    assert isinstance(judged(function).crash, UndeclaredError)


def test_a_check_that_takes_objects_says_of_which_kinds() -> None:
    with pytest.raises(TypeError, match=r"say which kinds: @check\(objects=…\)"):

        @check("test.takes_objects")
        def function(objects: Objects, findings: Findings) -> None:
            pass


def test_a_check_reads_what_its_subjects_are_derived_from() -> None:
    @check("test.reads", objects=("Secret",))
    def function(environment: Any, findings: Findings) -> None:
        pass

    found = check_of(function)
    assert found is not None
    assert {"Secret", "ConfigMap", "Deployment", AT_HAND} <= found.reads
    assert AT_HAND not in found.may_read
    assert "Ingress" not in found.reads
