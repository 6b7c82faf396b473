"""Audits of the example targets without pytest: collect with Helm's SDK, judge every requirement on the chart."""

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from pathlib import Path

from toetskader.audit.scope import InScope, scope_of
from toetskader.catalogue.load import load_catalogue
from toetskader.catalogue.models import Catalogue
from toetskader.collect.charts import collect_chart
from toetskader.collect.helm.engine import Helm
from toetskader.facts.key import TargetFacts
from toetskader.judging.check import Check
from toetskader.judging.judge import Judged, judge
from toetskader.judging.outcomes import Parameters
from toetskader.judging.registry import load_checks
from toetskader.judging.subjects import TargetSubjects
from toetskader.targets.load import load_targets
from toetskader.targets.models import with_defaults

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "targets/voorbeeld"
FLAWED = ROOT / "targets/voorbeeld-gebrekkig"
TODAY = date(2026, 11, 22)

Outcome = Mapping[str, Judged]
"""Requirement → what its check said."""


class Auditor:
    """Collects targets with Helm's SDK and judges every requirement on their chart; several threads may use it."""

    def __init__(self, helm: Helm) -> None:
        self._helm = helm
        self.checks: Mapping[str, Check] = load_checks(ROOT / "tests")
        self.catalogue: Catalogue = load_catalogue(ROOT / "policies", self.checks)
        self._vanity_host = next(
            str(item.params["host"])
            for item in self.catalogue.requirements.values()
            if item.check == "ingress.vanity_host"
        )

    def audit(self, folder: Path, only: frozenset[str] | None = None) -> Outcome:
        """Return what every requirement in scope comes to for the target in a folder, before deviations.

        Parameters: `only`, the kinds of facts that a requirement needs to be selected; None for all requirements.
        """
        (target,) = load_targets([folder], today=TODAY, catalogue=self.catalogue)
        scope = scope_of(target, self.catalogue, self.checks, profiles=(), lang="en").looked_at
        scope = [item for item in scope if only is None or item.check.fact_kinds(item.part) == only]
        kinds = frozenset().union(*(item.check.fact_kinds(item.part) for item in scope))
        assert target.chart is not None
        attempts = collect_chart(self._helm, target, target.chart, kinds, by="Helm", vanity_host=self._vanity_host)
        subjects = TargetSubjects(TargetFacts(target.name, target.scenes, dict(attempts)))
        parameters = Parameters(with_defaults(target, self.catalogue.profiles))

        def judged(item: InScope) -> Judged:
            return judge(
                item.check,
                subjects,
                part=item.part,
                params=item.params,
                parameters=parameters,
                today=TODAY,
                fixtures={},
            )

        return {item.requirement.id: judged(item) for item in scope}

    @cached_property
    def fact_kinds(self) -> frozenset[frozenset[str]]:
        """What requirements on a chart need to be collected; those with the same needs are collected the same."""
        return frozenset(self.checks[check].fact_kinds("chart") for check in self.chart_requirements.values())

    @cached_property
    def chart_requirements(self) -> dict[str, str]:
        """Requirement → check, for every requirement measured on a chart whose check is built."""
        return {
            item.id: item.check
            for item in self.catalogue.requirements.values()
            if "chart" in item.measured_on and item.check in self.checks
        }

    def judged_alike(self, one: str, other: str) -> bool:
        """Tell whether two requirements have one check with the same parameters, so that no chart tells them apart."""
        first, second = self.catalogue.requirements[one], self.catalogue.requirements[other]
        return (first.check, first.params) == (second.check, second.params)
