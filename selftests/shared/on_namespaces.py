"""Every requirement that is measured on a namespace, judged on one."""

from collections.abc import Mapping
from datetime import date

from toetskader.catalogue.models import Catalogue, Requirement, TargetParameters
from toetskader.facts.key import Attempt, FactKey, TargetFacts
from toetskader.judging.check import Check
from toetskader.judging.combining import Judged
from toetskader.judging.judge import judge
from toetskader.judging.outcomes import Parameters
from toetskader.judging.subjects import TargetSubjects

Requirements = dict[str, tuple[Requirement, Check]]


def requirements_on_namespaces(catalogue: Catalogue, checks: Mapping[str, Check]) -> Requirements:
    """Return the requirements that are measured on a namespace, each with its check there."""
    return {
        row.id: (row, checks[id_])
        for row in catalogue.requirements.values()
        if "namespace" in row.measured_on
        and (id_ := row.check_for("namespace")) in checks
        and "namespace" in checks[id_].parts
    }


def judged_on_namespace(
    requirements: Requirements,
    found: Mapping[str, Attempt],
    *,
    environment: str,
    parameters: TargetParameters,
    today: date,
) -> dict[str, Judged]:
    """Judge requirements on a namespace. Parameters: `found`, kind of fact → the fact, or why it was not seen."""
    attempts = {FactKey(kind, environment): attempt for kind, attempt in found.items()}
    subjects = TargetSubjects(TargetFacts("t", {"namespace": (environment,)}, attempts))
    return {
        id_: judge(
            check,
            subjects,
            part="namespace",
            params=row.params if check.params is not None else {},
            parameters=Parameters(parameters),
            today=today,
            fixtures={},
        )
        for id_, (row, check) in requirements.items()
    }
