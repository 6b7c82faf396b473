"""A run collects the parts of a target by the kinds that it has, each with the collector that its kind names."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from toetskader.collect import run
from toetskader.collect.collector import Collector, Means, Task, Wanted
from toetskader.facts.attempt import NotSeen
from toetskader.facts.haven import HavenReport
from toetskader.facts.key import Attempt, FactKey, Need
from toetskader.kinds.kind import Kind
from toetskader.kinds.registry import COLLECTED, KINDS
from toetskader.targets import Target, load_targets

GOLDEN = Path(__file__).parents[1] / "mutants"
MEANS = Means(helm_program=None, resolver=None)
NEEDS = {name: frozenset({Need(kind) for kind in one.facts}) for name, one in KINDS.items()}


def load(kind: str) -> Target:
    (target,) = load_targets([GOLDEN / kind / "golden"], today=date(2026, 11, 22))
    return target


def collected(target: Target, needs: frozenset[Need]) -> Mapping[FactKey, Attempt]:
    wanted = {target.name: Wanted(needs)}
    (found,) = run.collect([target], wanted, means=MEANS, progress=lambda *_: None)
    return found.attempts


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_the_collector_of_a_kind_is_there(kind: Kind[Any]) -> None:
    assert callable(run.opens(kind))


def test_a_kind_is_collected_behind_those_that_its_collector_reads() -> None:
    names = [kind.name for kind in COLLECTED]
    assert {kind.collector for kind in COLLECTED} == {kind.collector for kind in KINDS.values()}
    assert len(names) == len({kind.collector for kind in KINDS.values()})
    assert all(names.index(before) < names.index(kind.name) for kind in COLLECTED for before in kind.after)
    assert names.index("namespace") < names.index("chart")


def test_a_collector_is_loaded_when_a_target_has_its_part() -> None:
    """Libraries of clusters, endpoints and Helm take up to a second to load."""
    modules = sorted({kind.collector.partition(":")[0] for kind in KINDS.values()})
    program = f"import sys, toetskader.collect.run; print([name for name in {modules} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@contextmanager
def broken(*_: object) -> Iterator[Collector[Any]]:
    def collector(part: object, task: Task) -> Mapping[FactKey, Attempt]:
        raise KeyError("geheim")

    yield collector


@contextmanager
def unopened(*_: object) -> Iterator[Collector[Any]]:
    raise KeyError("geheim")
    yield


class TestFault:
    """A fault of ours in a collector costs what was needed of that part, and not the run."""

    @pytest.fixture(autouse=True, params=[broken, unopened])
    def fault(self, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
        """Break the collector of namespaces, at work or as it is opened."""
        opens = run.opens
        monkeypatch.setattr(run, "opens", lambda kind: request.param if kind.name == "namespace" else opens(kind))

    def test_what_was_needed_of_its_kinds_is_not_seen(self) -> None:
        target = load("rbac")
        found = collected(target, NEEDS["rbac"] | {Need("live")})
        environments = target.scenes["namespace"]
        assert found.keys() == {FactKey(kind, scene) for kind in ("live", "rights") for scene in environments}
        (message,) = {attempt.message for attempt in found.values() if isinstance(attempt, NotSeen)}
        said = f"Collecting namespace broke on {target.name} (KeyError). That is a fault in Toetskader"
        assert message.en == f"{said}: please report it."

    def test_other_parts_are_collected(self) -> None:
        found = collected(load("cluster"), NEEDS["cluster"])
        assert isinstance(found[FactKey("haven")], HavenReport)
