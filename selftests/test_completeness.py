"""Every kind of part that this version measures is held to the same; what a kind lacks is named here.

The kinds come from the code, so that a kind to come is held to it from its first day.
"""

import ast
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from auditor import ROOT, TODAY, Auditor
from mutant import alike, without_mutant
from stages import KINDS, STORED, golden_target, mutants_of

from toetskader.catalogue.models import Part
from toetskader.kinds.registry import ENTRIES
from toetskader.kinds.registry import KINDS as REGISTERED
from toetskader.targets.load import load_targets

each_kind = pytest.mark.parametrize("kind", KINDS)
FOLDER = "selftests/mutants"
RENEW = "run make schemas"


@cache
def marked(name: str) -> frozenset[str]:
    """Return the kinds that tests are marked with: `@pytest.mark.hostile("chart")`."""
    files = (path for path in (ROOT / "selftests").rglob("test_*.py") if path != Path(__file__))
    return frozenset(kind for path in files for kind in _marks(path, name))


def _marks(path: Path, name: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == f"pytest.mark.{name}":
            yield from (item.value for item in node.args if isinstance(item, ast.Constant))


def golden(kind: Part) -> Path:
    """Return the golden target of a kind. Raises AssertionError without one."""
    found = golden_target(kind)
    assert found is not None, f"{kind} has no golden target: store one in {FOLDER}/{kind}/golden"
    return found


def mutants_place(kind: Part) -> str:
    """Say where the mutants of a kind are."""
    return f"{FOLDER}/{kind}/*.yaml" if kind in STORED else f"what {kind.replace('-', '_')}_mutants.py gathers"


@each_kind
def test_a_golden_target_is_stored(kind: Part) -> None:
    (target,) = load_targets([golden(kind)], today=TODAY, catalogue=Auditor(kind).catalogue)
    assert kind in target.parts, f"the golden target {target.name} has no part {kind}"


@each_kind
def test_a_requirement_is_measured_on_it(kind: Part) -> None:
    assert Auditor(kind).requirements, f"{kind}: no requirement is measured on it by a check that is built"


@each_kind
def test_every_requirement_has_a_mutant_that_fails_it(kind: Part) -> None:
    mutants = mutants_of(kind)
    lacking = without_mutant(Auditor(kind).requirements.values(), kind, mutants)
    assert mutants, f"{kind} has no mutants: write them in {mutants_place(kind)}"
    assert not lacking, (
        f"no mutant of {kind} is about and fails {', '.join(lacking)}: write one in {mutants_place(kind)}"
    )


@each_kind
def test_requirements_on_one_check_are_told_apart_by_a_mutant(kind: Part) -> None:
    """Other parameters, roles or environments are read: a mutant fails one requirement, and not the other."""
    pairs = alike(Auditor(kind).requirements.values(), kind, mutants_of(kind))
    assert not pairs, f"no mutant of {kind} tells these apart: {'; '.join(pairs)}; write one in {mutants_place(kind)}"


@each_kind
@pytest.mark.parametrize(
    ("name", "what"),
    [("hostile", "shows what harm it can bring in"), ("redaction", "shows that a secret in it is not kept")],
)
def test_a_test_is_marked_for_it(kind: Part, name: str, what: str) -> None:
    assert kind in marked(name), f'{kind}: no test {what}; write one and mark it @pytest.mark.{name}("{kind}")'


@each_kind
def test_the_documentation_has_a_section(kind: Part) -> None:
    page, heading = REGISTERED[kind].docs
    path = ROOT / "docs" / page
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    assert heading in lines, f"{kind}: docs/{page} has no heading {heading!r}"


@each_kind
def test_the_published_schemas_have_it(kind: Part) -> None:
    """The schema of targets has a key for what their files name, that of policies has the kind."""
    target, policy = (
        (ROOT / f"docs/schemas/{name}.schema.json").read_text(encoding="utf-8") for name in ("target", "policy")
    )
    parts = json.loads(target)["$defs"]["PartEntries"]["properties"]
    assert kind in parts or kind not in ENTRIES, (
        f"{kind}: docs/schemas/target.schema.json has no such key in parts; {RENEW}"
    )
    measured = json.loads(policy)["$defs"]["PolicyRow"]["properties"]["measured_on"]
    assert kind in measured["propertyNames"]["enum"], (
        f"{kind}: docs/schemas/policy.schema.json has no such part; {RENEW}"
    )
