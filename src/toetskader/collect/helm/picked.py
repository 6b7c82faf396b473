"""Having a version of a chart picked by the process that reads what a supplier hands us."""

from toetskader.collect.fetch.failure import refused_input
from toetskader.collect.helm.picking import is_version
from toetskader.collect.helm.process import HelmProcess
from toetskader.collect.helm.protocol import PickAnswer, PickRequest
from toetskader.core.failure import Failed, Failure


def picked_by(reader: HelmProcess, request: PickRequest, seconds: float) -> PickAnswer:
    """Have a version picked, which becomes part of the name of a file. Raises `Failed`."""
    answer = reader.ask(request, seconds)
    if isinstance(answer, Failure):
        raise Failed(answer)
    if not isinstance(answer, PickAnswer):
        raise TypeError(answer)
    if not is_version(answer.version):
        raise refused_input(
            nl=f"{answer.version[:80]!r} is geen versie van een chart.",
            en=f"{answer.version[:80]!r} is no version of a chart.",
        )
    return answer
