"""Targets as evidence keeps them: a key for each kind, no secrets, and back to what they were."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import msgspec
import pytest

from toetskader.kinds.chart.kind import CHART
from toetskader.kinds.parts import with_followers
from toetskader.targets import Target, load_targets
from toetskader.targets.stored import restored, stored

ROOT = Path(__file__).parents[2]
GOLDEN = (
    "targets/voorbeeld",
    "targets/voorbeeld-saas",
    *(f"selftests/mutants/{kind}/golden" for kind in ("release", "rbac", "cluster")),
)


def load(name: str) -> Target:
    (target,) = load_targets([ROOT / name], today=date(2026, 11, 22))
    return target


@pytest.mark.parametrize("name", GOLDEN)
def test_a_target_comes_back_as_it_was(name: str) -> None:
    target = load(name)
    assert restored(stored(target)) == target


def test_the_keys_of_parts_are_those_that_evidence_always_had() -> None:
    """Evidence is kept for years: what a kind is called in it does not change with our own names."""
    kept = msgspec.structs.asdict(stored(load("selftests/mutants/release/golden")))
    assert {"chart", "saas", "namespaces", "haven_report"} <= kept.keys()
    assert kept["chart"] is not None
    assert [entry.environment for entry in kept["namespaces"]] == ["production"]
    assert (kept["saas"], kept["haven_report"]) == (None, None)


def test_that_no_namespace_was_named_is_no_part() -> None:
    kept = msgspec.structs.replace(stored(load("targets/voorbeeld")), namespaces=())
    assert set(restored(kept).parts) == {"chart"}


def test_a_secret_that_a_values_set_sets_is_not_kept() -> None:
    target = load("targets/voorbeeld")
    part = CHART.of(target.parts)
    assert part is not None
    secret = replace(part.values[0], set={"database.password": "Tr0ub4dor&3-horse"})
    target = replace(target, parts=with_followers({"chart": replace(part, values=(secret,))}))
    kept = CHART.of(restored(stored(target)).parts)
    assert kept is not None
    assert kept.values[0].set.keys() == {"database.password"}
    assert "Tr0ub4dor" not in repr(kept)
