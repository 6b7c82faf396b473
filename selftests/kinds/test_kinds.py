"""What a kind of part is stands in its module: a declaration is whole, and nobody else names a kind."""

import ast
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

import pytest

from toetskader.catalogue.models import Part
from toetskader.kinds.kind import Kind
from toetskader.kinds.registry import ALWAYS_COLLECTED, FACT_TYPES, KINDS, SUBJECTS, in_order

SOURCE = Path(__file__).parents[2] / "src/toetskader"
NAME_NO_KIND = (
    "judging", "results", "report", "plugin", "audit", "facts/key.py",
    "cli.py", "targets/scaffold.py",
    "collect/run.py", "collect/collector.py", "collect/evidence.py", "kinds/parts.py",
)  # fmt: skip
OF_ONE_KIND = tuple(f"toetskader.kinds.{name}" for name in KINDS)
OPTIONAL = {"indication", "documents"}


def declared(kind: Kind) -> dict[str, Any]:
    return {field.name: getattr(kind, field.name) for field in fields(kind)}


@pytest.mark.parametrize("lacking", sorted({field.name for field in fields(Kind)} - OPTIONAL - {"name"}))
def test_a_declaration_that_lacks_something_says_of_which_kind_and_what(lacking: str) -> None:
    given = {name: value for name, value in declared(KINDS["saas"]).items() if name != lacking}
    with pytest.raises(TypeError, match=f"kind saas lacks {lacking}"):
        Kind(**given)


def test_a_kind_collects_what_it_declares() -> None:
    with pytest.raises(TypeError, match="kind saas collects facts that it does not declare"):
        Kind(**{**declared(KINDS["saas"]), "always": ("nothing",)})


@pytest.mark.parametrize("name", ["nothing", "release"])
def test_a_kind_comes_after_one_that_is_collected_by_itself(name: str) -> None:
    wrong = Kind(**{**declared(KINDS["saas"]), "after": (name,)})
    with pytest.raises(TypeError, match=f"kind saas comes after {name}, which has no collector of its own"):
        in_order([KINDS["chart"], KINDS["release"], KINDS["namespace"], wrong])


def test_every_kind_is_one_that_a_policy_can_name() -> None:
    assert set(KINDS) <= set(get_args(Part))


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_every_subject_rests_on_a_fact_that_some_kind_collects(kind: Kind) -> None:
    assert set(kind.subjects.values()) <= FACT_TYPES.keys()
    assert {name for subject in kind.subjects for name in subject.rests_on} <= {one.name for one in kind.subjects}


def test_a_kind_of_fact_and_a_subject_mean_one_thing() -> None:
    facts = [name for kind in KINDS.values() for name in kind.facts]
    assert len(facts) == len(set(facts))
    subjects = {subject for kind in KINDS.values() for subject in kind.subjects}
    assert len(subjects) == len(SUBJECTS)
    assert set(ALWAYS_COLLECTED) <= set(facts)


def modules() -> list[Path]:
    found: list[Path] = []
    for name in NAME_NO_KIND:
        place = SOURCE / name
        found += [place] if place.suffix else sorted(place.rglob("*.py"))
    return found


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_no_kind_is_named(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    texts = (node for node in ast.walk(tree) if isinstance(node, ast.Constant))
    assert [(node.lineno, node.value) for node in texts if node.value in KINDS] == []
    imported = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
    known = {node.module for node in imported if (node.module or "").startswith(OF_ONE_KIND)}
    assert known == ({"toetskader.kinds.namespace.part"} if path.name == "cli.py" else set())  # `toetskader snapshot`
