"""The verdicts of a run: judged one by one, here or by a worker, and counted."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from toetskader.audit.deviations import record_of
from toetskader.audit.disposition import dispose
from toetskader.audit.judgement import judged_in_scope
from toetskader.audit.looked_at import LookedAt, looked_at
from toetskader.audit.scope import InScope
from toetskader.judging.outcomes import Parameters
from toetskader.judging.subjects import TargetSubjects
from toetskader.plugin.gathering import Gathering
from toetskader.plugin.plan import Plan
from toetskader.results import Result
from toetskader.targets.models import with_defaults


class Verdicts:
    """Judges what is asked for, and takes in the results."""

    def __init__(self, plan: Plan, gathering: Gathering) -> None:
        self._plan = plan
        self._gathering = gathering
        self._by_name = {target.name: target for target in plan.targets}
        self._parameters = {
            target.name: Parameters(with_defaults(target, plan.catalogue.profiles)) for target in plan.targets
        }
        self._subjects: dict[str, TargetSubjects] = {}
        self._to_judge: Counter[str] = Counter()
        self.results: dict[tuple[str, str], Result] = {}
        self.seen: dict[str, LookedAt] = {}
        """Name of a target that was judged here → what of it was looked at."""

    def await_these(self, items: Iterable[InScope]) -> None:
        """Say what will be judged here, so that the facts of a target are let go after the last of its judgements."""
        self._to_judge.update(item.target.name for item in items)

    def judge(self, item: InScope, fixtures: Mapping[str, Any]) -> tuple[Result, BaseException | None]:
        """Judge one requirement on one target; the second value is the fault of a check that broke."""
        target = item.target
        together = judged_in_scope(
            item,
            self._subjects_of(target.name),
            parameters=self._parameters[target.name],
            today=self._plan.today,
            norms=self._plan.catalogue.norms,
            fixtures=fixtures,
        )
        bearing = target.deviation_for(item.requirement.id, self._plan.today)
        result = dispose(
            item,
            together,
            gate=self._plan.gate(target),
            deviation=record_of(bearing) if bearing else None,
            evidence=tuple(f"{target.name}/{key.file_name}" for key in together.judged.keys),
            lang=self._plan.options.lang,
        )
        self._to_judge[target.name] -= 1
        if not self._to_judge[target.name]:
            self._subjects.pop(target.name)
        return result, together.judged.crash

    def _subjects_of(self, target: str) -> TargetSubjects:
        """Return what can be judged of a target; it is forgotten after the last judgement."""
        if target not in self._subjects:
            facts = self._gathering.facts(target)
            self._subjects[target] = TargetSubjects(facts)
            self.seen[target] = looked_at(self._by_name[target], facts, self._plan.options.lang)
        return self._subjects[target]

    def record(self, result: Result) -> None:
        """Take in a result, from here or from a worker."""
        self.results[result.requirement, result.target] = result

    @property
    def missing(self) -> set[tuple[str, str]]:
        """Verdicts that are owed and did not come: a run that loses one must not end well."""
        return self._plan.owed - self.results.keys()

    @property
    def may_end_well(self) -> bool:
        """Say whether the run may end with 0: it judged, every verdict it owes came, and nothing blocks."""
        return bool(self.results) and not self.missing and not self.is_blocked

    @property
    def is_blocked(self) -> bool:
        """Say whether some verdict blocks, or that all of them rest on evidence that was edited."""
        return self._plan.is_edited or any(result.blocks for result in self.results.values())

    @property
    def is_whole(self) -> bool:
        """Tell whether all that is in scope was judged, and not a selection, on evidence as it was stored."""
        in_scope = self._plan.in_scope
        return bool(in_scope) and in_scope <= self.results.keys() and not self._plan.is_edited
