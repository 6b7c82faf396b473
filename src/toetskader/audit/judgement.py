"""A requirement in scope, judged: on every part of the target that can be, and combined."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from toetskader.audit.scope import InScope, Measurement
from toetskader.facts.dossier.strength import SIGNED
from toetskader.judging.check import Check
from toetskader.judging.combining import PROOF, Judged, OnPart, Together, laid_beside, parts_together
from toetskader.judging.judge import judge
from toetskader.judging.outcomes import Parameters
from toetskader.judging.subjects import TargetSubjects


def judged_in_scope(
    item: InScope,
    subjects: TargetSubjects,
    *,
    parameters: Parameters,
    today: date,
    norms: Mapping[str, Any] | None = None,
    fixtures: Mapping[str, Any] | None = None,
) -> Together:
    """Judge a requirement on a target.

    Parameters: `subjects`, what was collected of the target; `parameters`, the target's; `today`, the day to judge on;
    `norms`, all norms by id; `fixtures`, values of pytest fixtures that its check also asks for.
    """
    given = fixtures or {}

    def judged_by(check: Check, measurement: Measurement, params: Mapping[str, Any]) -> Judged:
        return judge(
            check,
            subjects,
            part=measurement.part,
            params=params,
            only=measurement.scenes,
            parameters=parameters,
            today=today,
            fixtures={name: value for name, value in given.items() if name in check.fixtures},
            norms=norms,
            matched=measurement.matched,
        )

    def on_part(measurement: Measurement) -> OnPart:
        judged = judged_by(measurement.check, measurement, measurement.params)
        if measurement.laid_beside is not None:
            judged = laid_beside(judged, judged_by(measurement.laid_beside, measurement, measurement.beside_params))
        # A pass on paper that is validly signed, or that a measurement confirms, is proof (the design, vocabulary).
        proven = judged.worth is not None and judged.worth.strength >= SIGNED
        return OnPart(
            measurement.part,
            PROOF if proven else measurement.proof,
            measurement.check.id,
            judged,
            tuple(measurement.matched),
        )

    return parts_together([on_part(measurement) for measurement in item.measurements])
