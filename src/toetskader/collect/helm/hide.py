"""The facts of a chart without the secrets in them."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from msgspec.structs import replace

from toetskader.core.failure import Reason
from toetskader.facts.attempt import NotSeen
from toetskader.facts.chart import ChartAttempt, ChartFiles, Circumstance, Render, RenderedObject
from toetskader.facts.key import FactKey
from toetskader.facts.redaction import MOST_SECRETS, Hider, Redaction, TooManySecretsError, said
from toetskader.facts.secrets.documents import named_secrets
from toetskader.text import Text

_Part = TypeVar("_Part")


def without_secrets(
    attempts: Mapping[FactKey, ChartAttempt],
    redaction: Redaction,
    *,
    texts: Iterable[str] = (),
    settings: Iterable[Mapping[str, Any]] = (),
) -> dict[FactKey, ChartAttempt]:
    """Return the facts of a chart without the secrets in them; with too many to look for, why it is not judged.

    Parameters: `redaction`, of the target; `texts` of the values files that the target gives and the `settings` on top
    of them, whose secrets may stand in a message about a render that failed.
    """
    try:
        return redaction.hidden(
            attempts,
            lambda hider: _Chart(hider).attempt,
            names=lambda: _names_of_secrets(attempts.values()),
            texts=texts,
            settings=settings,
        )
    except TooManySecretsError:
        return {key: _refused(attempt) for key, attempt in attempts.items()}


class _Chart:
    """Goes through the facts of a chart with a hider."""

    def __init__(self, hider: Hider) -> None:
        self._hider = hider
        self._seen: dict[int, tuple[Any, Any]] = {}

    def attempt(self, attempt: ChartAttempt) -> ChartAttempt:
        match attempt:
            case ChartFiles():
                return self._files(attempt)
            case Render():
                return self._render(attempt)
            case NotSeen():
                return replace(attempt, message=said(self._hider, attempt.message))

    def _files(self, chart: ChartFiles) -> ChartFiles:
        hider = self._hider
        return replace(
            chart,
            metadata=hider.tree(chart.metadata),
            values=hider.tree(chart.values),
            schema=None if chart.schema is None else hider.tree(chart.schema, schema=True),
            files={path: hider.file(path, text, in_base64="charts/" not in path) for path, text in chart.files.items()},
            dependencies=tuple(
                replace(item, repository=hider.text("", item.repository)) for item in chart.dependencies
            ),
            lint=tuple(replace(item, message=hider.message(item.message)) for item in chart.lint),
            lint_failure=None if chart.lint_failure is None else said(hider, chart.lint_failure),
            not_rendered={name: said(hider, why) for name, why in chart.not_rendered.items()},
        )

    def _render(self, render: Render) -> Render:
        hider = self._hider
        return replace(
            render,
            values=self._once(render.values, hider.tree),
            overrides=hider.tree(render.overrides),
            objects=self._once(render.objects, self._objects),
            notes=hider.notes(render.notes),
            otherwise=tuple(self._circumstance(item) for item in render.otherwise),
            undecided=tuple(replace(item, what=hider.text("NOTES.txt", item.what)) for item in render.undecided),
        )

    def _circumstance(self, item: Circumstance) -> Circumstance:
        return replace(
            item,
            objects=self._once(item.objects, self._objects),
            notes=self._hider.notes(item.notes),
            unseen=None if item.unseen is None else said(self._hider, item.unseen),
        )

    def _objects(self, items: tuple[RenderedObject, ...]) -> tuple[RenderedObject, ...]:
        return tuple(map(self._object, items))

    def _object(self, item: RenderedObject) -> RenderedObject:
        document = self._hider.document(item.document)
        return item if document is item.document else replace(item, document=document)

    def _once(self, part: _Part, work: Callable[[_Part], _Part]) -> _Part:
        """Do the work once for a part that several facts share, as the probes do that one render answers."""
        if id(part) not in self._seen:
            self._seen[id(part)] = (part, work(part))  # the part is kept, so that its id is not given to another
        found: _Part = self._seen[id(part)][1]
        return found


def _names_of_secrets(attempts: Iterable[ChartAttempt]) -> frozenset[str]:
    renders = [attempt for attempt in attempts if isinstance(attempt, Render)]
    groups = [render.objects for render in renders]
    groups += [part.objects for render in renders for part in render.otherwise]
    different = {id(group): group for group in groups}
    return named_secrets(item.document for group in different.values() for item in group)


def _refused(attempt: ChartAttempt) -> NotSeen:
    message = Text(
        f"De chart bevat meer dan {MOST_SECRETS} verschillende geheimen. Haal ze eruit, dan kan hij beoordeeld worden.",
        f"The chart holds more than {MOST_SECRETS} different secrets. Take them out, then it can be judged.",
    )
    return NotSeen(reason=Reason.TOO_LARGE, message=message, provenance=attempt.provenance)
