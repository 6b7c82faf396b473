"""The golden target's facts, to change at will, and every requirement judged on them."""

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path as FilePath
from typing import Any

import msgspec
from hostile_targets import GOLDEN, ROOT

from toetskader.audit.judgement import judged_in_scope
from toetskader.audit.scope import InScope, scope_of
from toetskader.catalogue.load import load_catalogue
from toetskader.collect.charts import collect_chart
from toetskader.collect.helm.engine import Helm
from toetskader.facts.chart import ChartFiles, Render
from toetskader.facts.key import Attempt, FactKey, TargetFacts
from toetskader.facts.redaction import Redaction
from toetskader.judging.combining import Judged
from toetskader.judging.outcomes import Parameters
from toetskader.judging.registry import load_checks
from toetskader.judging.subjects import TargetSubjects
from toetskader.kinds.chart.kind import CHART
from toetskader.targets.load import load_targets
from toetskader.targets.models import with_defaults

TODAY = date(2026, 11, 22)
SCENE = "standaard"

KINDS = ("render", "render_next", "render_vanity", "render_scaled")

Path = tuple[str | int, ...]
Change = Callable[[Attempt], Attempt]


@dataclass(frozen=True)
class Golden:
    """Facts of the golden target in one scene, and what to judge on them."""

    facts: TargetFacts
    scope: tuple[InScope, ...]
    parameters: Parameters

    @property
    def chart(self) -> ChartFiles:
        found = self.facts.attempts[FactKey("chart")]
        assert isinstance(found, ChartFiles)
        return found

    @property
    def render(self) -> Render:
        found = self.facts.attempts[FactKey("render", SCENE)]
        assert isinstance(found, Render)
        return found

    def judged(self, change: Change, *checks: str) -> dict[str, Judged]:
        """Judge every requirement, or those of some checks, with a change made to the chart and to all its renders."""
        attempts = {
            key: change(attempt) if key.kind == "chart" or (key.kind in KINDS and key.scene == SCENE) else attempt
            for key, attempt in self.facts.attempts.items()
        }
        subjects = TargetSubjects(TargetFacts("hostile", {"chart": (SCENE,)}, attempts))
        return {
            item.requirement.id: judged_in_scope(item, subjects, parameters=self.parameters, today=TODAY).judged
            for item in self.scope
            if not checks or item.check.id in checks
        }


def in_object(index: int, path: Path, value: object) -> Change:
    """Replace one value in one object of every render."""

    def change(attempt: Attempt) -> Attempt:
        if not isinstance(attempt, Render):
            return attempt
        items = list(attempt.objects)
        items[index] = msgspec.structs.replace(items[index], document=replaced(items[index].document, path, value))
        return msgspec.structs.replace(attempt, objects=tuple(items))

    return change


def in_field(kind: type[Attempt], name: str, path: Path, value: object) -> Change:
    """Replace one value in one field (`values`, `metadata`) of the chart, or of every render."""

    def change(attempt: Attempt) -> Attempt:
        if not isinstance(attempt, kind):
            return attempt
        return msgspec.structs.replace(attempt, **{name: replaced(getattr(attempt, name), path, value)})

    return change


def collect_golden(folder: FilePath = GOLDEN) -> Golden:
    """Collect the golden target, or a changed copy of it."""
    checks = load_checks(ROOT / "tests")
    catalogue = load_catalogue(ROOT / "policies", checks)
    (target,) = load_targets([folder], today=TODAY, catalogue=catalogue)
    part = CHART.of(target.parts)
    assert part is not None
    scope = scope_of(target, catalogue, checks, profiles=(), lang="en").looked_at
    needs = frozenset().union(*(item.needs for item in scope))
    with Helm(processes=1) as helm:
        attempts = collect_chart(
            helm,
            target,
            part,
            needs,
            by="Helm",
            redaction=Redaction(),
        )
    facts = TargetFacts(target.name, target.scenes, dict(attempts))
    return Golden(facts, scope, Parameters(with_defaults(target, catalogue.profiles)))


def places(document: Any) -> Iterator[Path]:
    """Yield the path of every value in a document."""
    stack: list[tuple[Path, Any]] = [((), document)]
    while stack:
        path, value = stack.pop()
        if path:
            yield path
        if isinstance(value, dict):
            stack.extend(((*path, key), part) for key, part in value.items())
        elif isinstance(value, list):
            stack.extend(((*path, index), part) for index, part in enumerate(value))


def replaced(document: Any, path: Path, value: object) -> Any:
    """Return a copy of a document with another value in one place."""
    changed = holder = copy.deepcopy(document)
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    return changed
