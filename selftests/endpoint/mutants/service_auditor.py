"""Audits of a service that somebody set up by hand: collected once, judged by what each addressee is asked.

It stands by itself, so that a bed of servers outside this repository can use it with nothing but this folder.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from toetskader.audit.judgement import judged_in_scope
from toetskader.audit.scope import scope_of
from toetskader.catalogue.load import load_catalogue
from toetskader.collect.endpoints import EndpointCollectors
from toetskader.facts.key import TargetFacts
from toetskader.judging.combining import Judged
from toetskader.judging.outcomes import Parameters
from toetskader.judging.registry import load_checks
from toetskader.judging.subjects import TargetSubjects
from toetskader.kinds.saas.kind import SAAS
from toetskader.targets.models import Target, with_defaults

ROOT = Path(__file__).parents[3]
AUDITED = {
    "supplier": ("saas", "onprem", "haven"),
    "service organisation": ("service-organisation",),
}
"""Addressee → profiles: together they select every requirement that a service can show."""


class ServiceAuditor:
    """Collects a service and judges every requirement on it."""

    def __init__(self) -> None:
        self.checks = load_checks(ROOT / "tests")
        self.catalogue = load_catalogue(ROOT / "policies", self.checks)

    def judged(self, targets: Sequence[Target]) -> Mapping[str, Judged]:
        """Return what every requirement comes to, by id.

        Parameters: `targets`, one an addressee (`AUDITED`), on the same service.
        """
        scope = [
            (item, target)
            for target in targets
            for item in scope_of(target, self.catalogue, self.checks, profiles=(), lang="en").looked_at
        ]
        kinds = frozenset(need.kind for item, _ in scope for need in item.needs)
        first = targets[0]
        part = SAAS.of(first.parts)
        assert part is not None
        with EndpointCollectors(None) as collectors:
            attempts = collectors.collect(part, kinds)
        subjects = TargetSubjects(TargetFacts(first.name, first.scenes, attempts))
        return {
            item.requirement.id: judged_in_scope(
                item,
                subjects,
                parameters=Parameters(with_defaults(target, self.catalogue.profiles)),
                today=date.today(),
                norms=self.catalogue.norms,
            ).judged
            for item, target in scope
        }

    _judged = judged  # the name by which beds outside this repository call it
