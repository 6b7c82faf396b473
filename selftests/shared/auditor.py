"""Audits without pytest, for all kinds of parts: load a target, collect it, judge every requirement on one part of it.

It is what a run does, but for whom requirements bind and which profile they are of: a mutant is about a check, and a
check that only a requirement on somebody else asks can break as well.
"""

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import get_args

from toetskader.audit.scope import Measurement, scope_of
from toetskader.catalogue.load import load_catalogue
from toetskader.catalogue.models import Addressee, Catalogue, Part, Profile, Requirement, TargetParameters
from toetskader.collect.charts import collect_chart
from toetskader.collect.collector import Means, Wanted
from toetskader.collect.helm.engine import Helm
from toetskader.collect.run import collect
from toetskader.facts.key import Attempt, FactKey, Need, TargetFacts
from toetskader.facts.redaction import Redaction
from toetskader.judging.check import Check
from toetskader.judging.combining import Judged
from toetskader.judging.judge import judge
from toetskader.judging.outcomes import Parameters
from toetskader.judging.registry import load_checks
from toetskader.judging.stage import Matched
from toetskader.judging.subjects import TargetSubjects
from toetskader.kinds.chart.kind import CHART
from toetskader.targets.load import load_targets
from toetskader.targets.models import Target, with_defaults
from toetskader.text import Text

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 11, 22)
"""The day on which what is stored is judged."""

Outcome = Mapping[str, Judged]
"""Requirement → what its check said."""
Collector = Callable[["Auditor", Target, tuple[Measurement, ...]], Mapping[FactKey, Attempt]]


def as_a_run(auditor: "Auditor", target: Target, scope: tuple[Measurement, ...]) -> Mapping[FactKey, Attempt]:
    """Collect a target as a run does."""
    objects = frozenset().union(*(item.listed_objects for item in scope))
    means = Means(helm_program=None, resolver=None)
    wanted = {target.name: Wanted(auditor.needs_of(scope), objects)}
    (facts,) = collect([target], wanted, means=means, progress=lambda *_: None)
    return facts.attempts


def with_helm(helm: Helm) -> Collector:
    """Return a collector of charts that all use one pool of Helm processes, which take long to start."""

    def collected(auditor: Auditor, target: Target, scope: tuple[Measurement, ...]) -> Mapping[FactKey, Attempt]:
        part = CHART.of(target.parts)
        assert part is not None
        needs = auditor.needs_of(scope)
        return {**collect_chart(helm, target, part, needs, by="Helm", redaction=Redaction())}

    return collected


class Auditor:
    """Collects targets and judges them; several threads may use it.

    Parameters: `part`, the part of targets that is judged; `collector`, what collects them; `today`, the day to judge
    on.
    """

    def __init__(self, part: Part, collector: Collector = as_a_run, *, today: date = TODAY) -> None:
        self.part: Part = part
        self.today = today
        self._collector = collector
        self.checks: Mapping[str, Check] = load_checks(ROOT / "tests")
        self.catalogue: Catalogue = load_catalogue(ROOT / "policies", self.checks)
        whole = Profile(
            id="alles",
            title=Text("Alles", "Everything"),
            sources=tuple(self.catalogue.sources),
            profiles=tuple({name for item in self.catalogue.requirements.values() for name in item.profiles}),
        )
        self._everything = dataclasses.replace(self.catalogue, profiles={**self.catalogue.profiles, whole.id: whole})
        self._profiles = (whole.id,)

    @cached_property
    def requirements(self) -> dict[str, Requirement]:
        """Every requirement that is measured on the part by a check that is built, by id."""
        return {
            item.id: item
            for item in self.catalogue.requirements.values()
            if self.part in item.measured_on
            and (check := self.checks.get(item.check_for(self.part))) is not None
            and self.part in check.parts
        }

    @cached_property
    def distinct(self) -> tuple[str, ...]:
        """One requirement for each thing that is asked of the part, the first of the catalogue.

        Whatever else asks the same, of whichever document, comes to the same.
        """
        first: dict[str, str] = {}
        for item in self.requirements.values():
            asked = (item.check_for(self.part), item.params_for(self.part), item.roles, item.environments)
            first.setdefault(repr(asked), item.id)
        return tuple(first.values())

    def check_of(self, requirement: str) -> Check:
        """Return the check that measures a requirement, by id, on the part."""
        return self.checks[self.requirements[requirement].check_for(self.part)]

    def load(self, path: Path) -> Target:
        """Load the target of a file or folder."""
        (target,) = load_targets([path], today=self.today, catalogue=self.catalogue)
        return target

    def scope(self, target: Target) -> tuple[Measurement, ...]:
        """Return every requirement that can be judged on the part of a target, whoever must meet it."""
        found: dict[str, Measurement] = {}
        for addressee in get_args(Addressee):
            asked = dataclasses.replace(target, addressee=addressee)
            scope = scope_of(asked, self._everything, self.checks, profiles=self._profiles, lang="en")
            found |= {
                item.requirement.id: one
                for item in scope.looked_at
                for one in item.measurements
                if one.part == self.part
            }
        return tuple(found.values())

    def needs_of(self, scope: Iterable[Measurement]) -> frozenset[Need]:
        """Return what must be collected for requirements."""
        return frozenset().union(*(item.needs for item in scope))

    def audit(self, path: Path, only: frozenset[Need] | None = None) -> Outcome:
        """Return what every requirement comes to on the target of a file or folder, before deviations.

        Parameters: `only`, select the requirements that need exactly this; None for all of them.
        """
        target = self.load(path)
        scope = tuple(item for item in self.scope(target) if only is None or item.needs == only)
        attempts = self._collector(self, target, scope)
        return self.judged(
            TargetFacts(target.name, target.scenes, dict(attempts)),
            with_defaults(target, self.catalogue.profiles),
            scenes={item.requirement.id: item.scenes for item in scope},
            matched={item.requirement.id: item.matched for item in scope},
        )

    def judged(
        self,
        facts: TargetFacts,
        parameters: TargetParameters,
        *,
        scenes: Mapping[str, frozenset[str] | None] | None = None,
        matched: Mapping[str, Matched] | None = None,
    ) -> Outcome:
        """Judge facts.

        Parameters: `parameters`, the target's; `scenes`, requirement → scenes it is about or None for all: those that
        are judged, or None for all requirements on the part; `matched`, requirement → what is laid beside.
        """
        subjects = TargetSubjects(facts)
        given = Parameters(parameters)
        return {
            id_: judge(
                self.check_of(id_),
                subjects,
                part=self.part,
                params=self.requirements[id_].params_for(self.part),
                parameters=given,
                today=self.today,
                fixtures={},
                only=only,
                norms=self.catalogue.norms,
                matched=(matched or {}).get(id_),
            )
            for id_, only in (dict.fromkeys(self.requirements) if scenes is None else scenes).items()
        }
