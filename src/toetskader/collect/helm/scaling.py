"""Which values decide on numbers of replicas, found by what changes in the render.

First all values that are called replicas are raised. A workload whose number stays the same is looked at further: some
other number, or what its template names behind `replicas:`, may decide. Helm may refuse what we try, which says
nothing of the values as they are: other numbers are tried then, and what is refused all the same is kept with the
reason, and with the workloads that would have followed.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from toetskader.collect.helm.engine import OpenChart
from toetskader.collect.helm.forced import Forced
from toetskader.collect.helm.protocol import Rendered, RenderRequest
from toetskader.collect.helm.rewritten import ChartCopy
from toetskader.collect.helm.variants import Variant
from toetskader.core.failure import Failure, Reason
from toetskader.facts.attempt import Malformed
from toetskader.facts.chart import Render, RenderedObject, Untried
from toetskader.facts.kubernetes.objects import Objects
from toetskader.facts.kubernetes.scaling import autoscaler
from toetskader.facts.kubernetes.workloads import Workloads
from toetskader.facts.replica_fields import Fields, replica_fields
from toetskader.facts.template_decisions import Decisions
from toetskader.facts.values import walk_leaves
from toetskader.facts.values_paths import as_before, join_path, number_paths, replica_paths, split_path, value_at
from toetskader.text import Text

_MOST_RENDERS = 40
"""For one values set, besides the first: a chart with more that must be told apart is left as far as it is."""
_SCHEMA = "values.schema.json"

_Key = tuple[str, str, str]
"""Kind, name and namespace of a workload."""
_Changes = dict[str, Any]
"""Values path → what to set it to."""


class Scaling:
    """Looks for what decides on the numbers of replicas of one values set."""

    def __init__(self, chart: OpenChart, base: Render, ask: Callable[[_Changes], RenderRequest], more: int) -> None:
        """Parameters: `base`, as contracted; `ask`, which makes the request for some changes; `more`, by how much to
        raise numbers first.
        """
        self._chart = chart
        self._base = base
        self._ask = ask
        self._more = more
        self._left = _MOST_RENDERS
        self._watched: dict[_Key, str] = {}
        self._untried: list[Untried] = []
        self.first = replica_paths(base.values, more=more)
        """What to change first."""

    def complete(self, answer: Rendered | Failure) -> tuple[Rendered | Failure, _Changes, tuple[Untried, ...]]:
        """Return the render in which as many numbers follow as can, the changes in it, and what could not be tried.

        Parameters: `answer`, the render of `first`. What Helm refuses whatever is changed comes back as its refusal.
        """
        changes = self.first
        try:
            self._watched = _watched(self._base)
            if isinstance(answer, Failure):
                changes, made = self._accepted(changes, answer, {}, tell=True)
                answer = made or self._render({})
            if isinstance(answer, Rendered):
                answer, changes = self._with_others(answer, changes)
        except Malformed:  # the judgement comes to the same on these objects, and says so
            pass
        return answer, changes, tuple(self._untried)

    def _with_others(self, answer: Rendered, changes: _Changes) -> tuple[Rendered, _Changes]:
        """Add other values than those called replicas, for the workloads that these do not change."""
        barred = {name for item in self._untried for name in item.decides}
        left = {key for key, where in self._watched.items() if where not in barred} - self._moved(answer)
        tried_before: list[_Changes] = []
        for group in self._others(left) if left else ():
            if not group or group in tried_before:
                continue
            tried_before.append(group)
            whole = self._render({**changes, **group})
            if isinstance(whole, Failure) and self._moves_nothing({**changes, **group}, left):
                continue
            tried, made = self._accepted(group, whole, changes, tell=False)
            if made is None or not (moved := self._moved(made) & left):
                continue
            deciding, known = self._narrowed(moved, changes, tried, made)
            more = known or self._render({**changes, **deciding})
            if isinstance(more, Rendered):
                answer, changes = more, {**changes, **deciding}
                left -= self._moved(answer)
            if not left:
                break
        return answer, changes

    def _others(self, left: Iterable[_Key]) -> Iterator[_Changes]:
        """Yield groups of other values to change.

        First the numbers that templates write out behind `replicas:` and that are what is rendered, which mostly
        decide; those called replicas, to less and to far more, for a template may hold to a bound; then whatever
        templates name there, and other numbers.
        """
        numbers = {path: raised for path, raised in self._raised.items() if path not in self.first}
        now = {number for key, number in self._now.items() if key in left}
        as_rendered = {path: raised for path, raised in numbers.items() if int(raised) - self._more in now}
        fields = replica_fields(self._chart.source.files)
        yield _written_out(as_rendered, fields)
        now_set = {path: value_at(self._base.values, path) for path in self.first}
        yield {path: as_before(value, int(value) - 1) for path, value in now_set.items() if int(value) > 1}
        yield {path: as_before(value, 10 * int(value) + self._more) for path, value in now_set.items()}
        named = self._named(fields, [self._watched[key] for key in left])
        yield named
        yield as_rendered
        yield numbers
        # By how much numbers are raised is drawn by chance: what is divided, or compared with others, takes far more.
        far = {path: as_before(raised, 10 * int(raised)) for path, raised in numbers.items()}
        yield {**named, **far}

    def _named(self, fields: Iterable[Fields], left: list[str]) -> _Changes:
        """Return changes of the values that templates name; for one in words no other can be thought of."""
        found: _Changes = {}
        values = self._base.values
        ends = {one[-1] for one in fields}
        unlike = max((number for number in self._now.values() if isinstance(number, int)), default=1) + self._more
        for steps, value in walk_leaves(values):
            path = join_path(steps)
            if steps[-1] not in ends or path in self.first:
                continue
            if isinstance(value, bool):
                found[path] = not value
            elif path in self._raised:
                found[path] = self._raised[path]
            elif isinstance(value, str) and value:
                self._untried.append(Untried(path=path, why=_IN_WORDS, decides=tuple(left)))
        for one in fields:
            path = join_path(one[1:])
            if one[0] != "Values" or not path:
                continue
            value = value_at(values, path)
            if value is None:
                found[path] = unlike
            elif isinstance(value, list) and value:
                found[path] = [*value, value[-1]]
        return found

    def _accepted(
        self, changes: _Changes, answer: Rendered | Failure, beside: _Changes, *, tell: bool
    ) -> tuple[_Changes, Rendered | None]:
        """Return of some changes what Helm takes, and the render with that; None where it takes none.

        Where it refuses the whole, each half is tried by itself.
        Parameters: `answer`, the render with all of them; `beside`, changes that it took; `tell`, whether to keep what
        it refuses with the reason, and to try more numbers near it; one less, and what a schema lists, always are.
        """
        if isinstance(answer, Rendered):
            return changes, answer
        if len(changes) < 2:
            return self._another(changes, beside, answer, tell=tell) if changes else ({}, None)
        taken: _Changes = {}
        made: Rendered | None = None
        for half in _halves(changes):
            so_far = {**beside, **taken}
            more, render = self._accepted(half, self._render({**so_far, **half}), so_far, tell=tell)
            taken, made = taken | more, render or made
        return taken, made

    def _another(
        self, changes: _Changes, beside: _Changes, refusal: Failure, *, tell: bool
    ) -> tuple[_Changes, Rendered | None]:
        """Return a change by another number, where Helm refuses the first; keep what it refuses all the same."""
        ((path, refused),) = changes.items()
        value = value_at(self._base.values, path)
        if not tell and (isinstance(refused, bool) or path not in self._raised):
            return {}, None
        now = int(value)
        less = [now - 1] if now > 1 else []
        near = [now + 1, *less, now + 2, 2 * now] if tell else less
        for number in dict.fromkeys(number for number in (*_listed(self._chart.source.files, path), *near)):
            if number == now:
                continue
            other = {path: as_before(value, number)}
            answer = self._render({**beside, **other})
            if isinstance(answer, Rendered):
                return other, answer
            refusal = refusal if _is_about(path, refusal) else answer
        if not tell:
            return {}, None
        moved = self._moved(self._unhindered({**beside, **changes}))
        decides = tuple(sorted(self._watched[key] for key in moved))
        self._untried.append(
            Untried(path=path, why=refusal.message, by_schema=_is_about(path, refusal), decides=decides)
        )
        return {}, None

    def _narrowed(
        self, keys: Collection[_Key], changes: _Changes, tried: _Changes, made: Rendered
    ) -> tuple[_Changes, Rendered | None]:
        """Return the changes among those tried that move some workloads, all where one is moved by no half of them.

        Parameters: `made`, the render with all that is tried. The render with what is returned comes with it, None
        where that was not made.
        """
        parts: list[tuple[_Changes, Rendered | None]] = []
        left = set(keys)
        for half in _halves(tried) if len(tried) > 1 else ():
            answer = self._render({**changes, **half}) if left else None
            moved = left & self._moved(answer) if answer else set()
            if isinstance(answer, Rendered) and moved:
                parts.append(self._narrowed(moved, changes, half, answer))
                left -= moved
        if left:
            return tried, made
        return parts[0] if len(parts) == 1 else (parts[0][0] | parts[1][0], None)

    def _moves_nothing(self, changes: _Changes, left: set[_Key]) -> bool:
        """Tell whether changes that are refused would not change any number either if they were not."""
        answer = self._unhindered(changes)
        return isinstance(answer, Rendered) and not self._moved(answer) & left

    def _unhindered(self, changes: _Changes) -> Rendered | Failure:
        """Render without schemas, and with templates that go on where they would stop."""
        request = self._ask(changes)
        with ChartCopy(self._chart.source) as copy:
            answers = self._chart.render_copy(copy, self._going_on, [request])
        return answers if isinstance(answers, Failure) else answers[request.key]

    @cached_property
    def _going_on(self) -> dict[str, str]:
        """The templates that go on where they would stop, and schemas that ask nothing, those in archives too."""
        files = self._chart.source.files
        texts = Forced(Decisions(files), ()).texts(Variant({}, answers=False))
        return texts | {path: "{}" for path in files if path.rpartition("/")[2] == _SCHEMA}

    def _render(self, changes: _Changes) -> Rendered | Failure:
        if self._left <= 0:
            return Failure(reason=Reason.TOO_LARGE, message=_TOO_MANY)
        self._left -= 1
        request = self._ask(changes)
        answers = self._chart.render([request])
        return answers if isinstance(answers, Failure) else answers[request.key]

    def _moved(self, answer: Rendered | Failure) -> set[_Key]:
        """Return the workloads whose number is another one in a render; those that it does not have are not moved."""
        if isinstance(answer, Failure):
            return set()
        after = _numbers(answer.objects, self._base)
        return {key for key in self._watched if key in after and after[key] != self._now.get(key)}

    @cached_property
    def _now(self) -> dict[_Key, Any]:
        """How many replicas each object asks for as contracted."""
        return _numbers(self._base.objects, self._base)

    @cached_property
    def _raised(self) -> _Changes:
        """All numbers of the values, raised."""
        return number_paths(self._base.values, more=self._more)


def _written_out(changes: _Changes, fields: Iterable[Fields]) -> _Changes:
    """Return the changes of values that a template names in full: `.Values.web.size`, in a subchart below its name."""
    ways = {one[1:] for one in fields if one[0] == "Values" and len(one) > 1}
    lengths = {len(way) for way in ways}
    found = {}
    for path, value in changes.items():
        steps = split_path(path)
        if any(steps[-length:] in ways for length in lengths):
            found[path] = value
    return found


def _halves(changes: _Changes) -> tuple[_Changes, _Changes]:
    items = list(changes.items())
    middle = len(items) // 2
    return dict(items[:middle]), dict(items[middle:])


def _watched(base: Render) -> dict[_Key, str]:
    """Return the workloads that should follow a number, by what they are called."""
    objects = Objects.of(base)
    return {
        (item.kind, item.name, item.namespace): item.where
        for item in Workloads(objects)
        if item.is_long_running and item.is_scalable and autoscaler(objects, item) is None
    }


def _numbers(objects: Iterable[RenderedObject], base: Render) -> dict[_Key, Any]:
    """Return how many replicas each object asks for; None where it does not say."""
    found = {}
    for item in objects:
        metadata, spec = (item.document.get(key) for key in ("metadata", "spec"))
        if isinstance(metadata, dict) and isinstance(spec, dict):
            key = (
                str(item.document.get("kind")),
                str(metadata.get("name")),
                metadata.get("namespace") or base.namespace,
            )
            found[key] = spec.get("replicas")
    return found


def _is_about(path: str, refusal: Failure) -> bool:
    """Tell whether a schema refuses the number at a path by itself; a pointer starts at the chart that it is of."""
    steps = tuple(map(str, split_path(path)))
    parts = (tuple(pointer.split("/")[1:]) for pointer in refusal.pointers)
    return any(part and steps[-len(part) :] == part for part in parts)


def _listed(files: Mapping[str, str], path: str) -> list[int]:
    """Return the numbers that a schema lists for a value (`enum`), and its bounds."""
    steps = split_path(path)
    found: list[int] = []
    for schema, keys in ((_SCHEMA, steps), (f"charts/{steps[0]}/{_SCHEMA}", steps[1:])):
        try:
            part = json.loads(files.get(schema, "{}"))
        except (ValueError, RecursionError):
            continue
        for key in keys:
            properties = part.get("properties") if isinstance(part, dict) else None
            part = properties.get(key) if isinstance(properties, dict) else None
        if isinstance(part, dict):
            listed = part.get("enum")
            numbers = [*(listed if isinstance(listed, list) else []), part.get("maximum"), part.get("minimum")]
            found += [one for one in numbers if isinstance(one, int) and not isinstance(one, bool) and one > 0]
    return found


_IN_WORDS = Text(
    "welke woorden daar nog meer kunnen staan, is hier niet te raden",
    "which other words can stand there cannot be guessed here",
)
_TOO_MANY = Text(
    f"Daarna is niet verder gezocht: {_MOST_RENDERS} keer weergeven is genoeg.",
    f"No further was looked: {_MOST_RENDERS} renders are enough.",
)
