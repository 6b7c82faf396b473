"""What a chart makes in other circumstances than those of its render, for as far as these change anything."""

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from toetskader.collect.helm.engine import OpenChart
from toetskader.collect.helm.forced import Forced
from toetskader.collect.helm.protocol import Rendered, RenderRequest
from toetskader.collect.helm.rewritten import ChartCopy
from toetskader.collect.helm.sentences import timed_out
from toetskader.collect.helm.undecided import kept, undecided
from toetskader.collect.helm.variants import MOST_VARIANTS, Variant, variants
from toetskader.core.failure import Failure
from toetskader.facts.chart import Circumstance, Render, RenderedObject, alike, decisive
from toetskader.facts.steady import steady
from toetskader.facts.template_decisions import Decision, Decisions
from toetskader.facts.template_sources import Site, Source, words_of
from toetskader.facts.values import texts_within
from toetskader.text import Text

_AT_AN_UPGRADE = Text("bij een upgrade", "at an upgrade")
_MOST_PLACES = 3
_MOST_MARKS = 8
"""Outputs that are looked at one by one, to name the one that decides."""


def at_an_upgrade(base: Render, upgrade: Rendered | Failure) -> tuple[Circumstance, ...]:
    """Return what a chart renders at an upgrade, where that is something else than at the installation.

    One that cannot be rendered as an upgrade wants something of the cluster; `otherwise` then looks further.
    """
    if isinstance(upgrade, Failure) or alike(base, upgrade):
        return ()
    return (Circumstance(when=_AT_AN_UPGRADE, objects=upgrade.objects, notes=upgrade.notes),)


def otherwise(
    chart: OpenChart,
    renders: Mapping[str, Render],
    requests: Sequence[RenderRequest],
    kubernetes: str,
    *,
    refused: Collection[str] = (),
) -> dict[str, Render]:
    """Return renders with the circumstances in which a chart makes something else, and what comes or goes with these.

    Parameters: `renders`, by name of the values set, with the circumstances known so far; `requests`, as they were
    rendered, under the same names; `kubernetes`, the version; `refused`, the values sets that give no upgrade.
    """
    texts = [text for render in renders.values() for text in texts_within(render.values)]
    decisions = Decisions(chart.source.files, values=texts, kubernetes=kubernetes)
    found = {name: render.otherwise for name, render in renders.items()}
    forced = Forced(decisions, texts)
    with ChartCopy(chart.source) as copy:
        trials = _Trials(chart, copy, forced)
        if decisions.are_unsettled or decisions.unread or refused:
            ways = variants(decisions)
            everything = trials.exactly(ways[0], requests)
            failed: set[str] = set()
            for answers in trials.all(ways[:MOST_VARIANTS], requests, everything):
                for name, answer in answers.items():
                    if isinstance(answer, Failure):
                        failed.add(name)
                        continue
                    made = _completed(decisions, renders[name], answer)
                    if not alike(renders[name], made) and not any(alike(known, made) for known in found[name]):
                        when = _when(decisions, renders[name], made)
                        found[name] += (Circumstance(when=when, objects=made.objects, notes=made.notes),)
            marks = _Marks(trials, forced.marks, ways[0])
            for request in requests:
                name = request.key
                hidden = marks.doubt(request, renders[name], everything[name])
                doubt = _doubt(decisions, failed=name in failed or len(ways) > MOST_VARIANTS)
                found[name] += tuple(one for one in (hidden, doubt) if one is not None)
        return {
            request.key: _with_undecided(decisions, renders[request.key], found[request.key], trials, request)
            for request in requests
        }


def _with_undecided(
    decisions: Decisions, base: Render, found: tuple[Circumstance, ...], trials: "_Trials", request: RenderRequest
) -> Render:
    """Add to a render its circumstances, and which objects are made in some of them and not in others."""
    if not found:
        return base
    base = msgspec.structs.replace(base, otherwise=found)
    return msgspec.structs.replace(base, undecided=undecided(decisions, base, trials.timed(request)))


class _Trials:
    """Renders a chart with its decisions taken, in a copy of it."""

    def __init__(self, chart: OpenChart, copy: ChartCopy, forced: Forced) -> None:
        self._chart = chart
        self._copy = copy
        self._forced = forced

    def exactly(
        self, variant: Variant | None, requests: Sequence[RenderRequest], marks: Collection[Decision] = ()
    ) -> dict[str, Rendered | Failure]:
        """Render a variant, None for decisions as they are, with some outputs written as a mark."""
        found = self._chart.render_copy(self._copy, self._forced.texts(variant, marks), requests)
        return {one.key: found if isinstance(found, Failure) else found[one.key] for one in requests}

    def all(
        self,
        ways: Sequence[Variant],
        requests: Sequence[RenderRequest],
        first: Mapping[str, Rendered | Failure],
    ) -> Iterator[dict[str, Rendered | Failure]]:
        """Render all variants. Together they may take as long as one request; what is left then is refused.

        Parameters: `first`, what the first of them gave already.
        """
        end = self._end()
        for way in ways:
            if time.monotonic() > end:
                refusal = timed_out(self._chart.limits.deadline_s).failure
                yield {request.key: refusal for request in requests}
                return
            yield self._as_far_as_can_be(way, requests, first if way is ways[0] else {})

    def timed(self, request: RenderRequest) -> Callable[[Variant], tuple[RenderedObject, ...] | None]:
        """Return what gives the objects of a values set with some decisions taken, for as long as one request may take.

        It gives None when these cannot be rendered, or took too long before.
        """
        end = self._end()

        def objects_of(variant: Variant) -> tuple[RenderedObject, ...] | None:
            if time.monotonic() > end:
                return None
            answer = self._as_far_as_can_be(variant, [request], {})[request.key]
            return None if isinstance(answer, Failure) else answer.objects

        return objects_of

    def _as_far_as_can_be(
        self, variant: Variant, requests: Sequence[RenderRequest], known: Mapping[str, Rendered | Failure]
    ) -> dict[str, Rendered | Failure]:
        """Render a variant; where that fails, with less of it: no answer of `lookup`, and decisions on pods alone.

        Parameters: `known`, what the whole of it gave, where that was rendered already.
        """
        whole, *less = self._forced.parts(variant)
        answers = dict(known) or self.exactly(whole, requests)
        for part in less:
            left = [one for one in requests if isinstance(answers[one.key], Failure)]
            if not left:
                break
            answers |= self.exactly(part, left)
        return answers

    def _end(self) -> float:
        return time.monotonic() + self._chart.limits.deadline_s


def _completed(decisions: Decisions, base: Render, made: Rendered) -> Rendered:
    """Add what the cluster has in that circumstance without this render."""
    there = {_identity(item.document) for item in made.objects}
    others = tuple(item for item in base.objects if _identity(item.document) not in there and kept(decisions, item))
    return msgspec.structs.replace(made, objects=(*made.objects, *others)) if others else made


def _identity(document: Mapping[str, Any]) -> tuple[str, str, str]:
    metadata = document.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    return str(document.get("apiVersion")).rpartition("/")[0], str(document.get("kind")), str(name)


def _when(decisions: Decisions, base: Render, made: Rendered) -> Text:
    """Say which decisions turned out otherwise: those with a part in the templates whose objects differ."""
    before, after = (
        {(template, msgspec.json.encode(document, order="deterministic")) for template, document in decisive(objects)}
        for objects in (base.objects, made.objects)
    )
    files = {template.partition("/")[2] for template, _ in before ^ after}
    near: dict[str, int] = {}
    for file in sorted(files):
        for name, distance in decisions.included_by(file).items():
            near[name] = min(near.get(name, distance), distance)
    deciding = [one for one in decisions.decisions if one.unit in near]
    return _if(sorted(deciding or decisions.decisions, key=lambda one: near.get(one.unit, 0)))


def _if(deciding: Sequence[Decision]) -> Text:
    if not deciding:
        return Text("met wat de template zelf samenstelt", "with what the template puts together")
    places = dict.fromkeys(f"{one.path}:{one.line}" for one in deciding)
    shown = ", ".join([*places][:_MOST_PLACES])
    sources = sorted({source for one in deciding[:_MOST_PLACES] for source in one.sources})
    nl, en = (" / ".join(words_of(source)[number] for source in sources) for number in (0, 1))
    return Text(f"als {shown} anders uitvalt, door {nl}", f"if {shown} turns out otherwise, by {en}")


class _Marks:
    """Looks where that comes to stand which a template writes out, and which is otherwise each time.

    What stands in a Secret, in a name or in an annotation that renews pods decides nothing. Anything else is a doubt:
    no render shows what it will be.
    """

    def __init__(self, trials: _Trials, marks: Sequence[Decision], everything: Variant) -> None:
        self._trials = trials
        self._marks = marks
        self._everything = everything

    def doubt(self, request: RenderRequest, render: Render, forced: Rendered | Failure) -> Circumstance | None:
        """Return the first output that decides on what runs in a values set.

        Parameters: `render`, as it is; `forced`, with every decision taken.
        """
        for variant, plain in ((None, render), (self._everything, forced)) if self._marks else ():
            if isinstance(plain, Failure) or not self._decides(request, plain, variant, self._marks):
                continue
            ours = (one for one in self._marks[:_MOST_MARKS] if self._decides(request, plain, variant, (one,)))
            return _written(next(ours, self._marks[0]))
        return None

    def _decides(
        self, request: RenderRequest, plain: Render | Rendered, variant: Variant | None, marks: Collection[Decision]
    ) -> bool:
        marked = self._trials.exactly(variant, [request], marks)[request.key]
        return isinstance(marked, Failure) or steady(marked.objects) != steady(plain.objects)


def _written(one: Decision) -> Circumstance:
    what = Text(*words_of(sorted(one.sources)[0]))
    return Circumstance(
        when=_if([one]),
        unseen=Text(
            f"{one.path}:{one.line} schrijft iets in wat er draait dat van {what.nl} afhangt, en wat er dan draait is "
            "hier niet te zien. Laat de values daarover beslissen.",
            f"{one.path}:{one.line} writes something into what runs that depends on {what.en}, and what runs then "
            "cannot be seen here. Have the values decide that.",
        ),
    )


def _doubt(decisions: Decisions, *, failed: bool) -> Circumstance | None:
    """Return what cannot be told: what a decision on pods would make that could not be rendered."""
    if decisions.unread:
        place = decisions.unread
        return Circumstance(
            when=Text(f"in {place}", f"in {place}"),
            unseen=Text(
                f"Wat in {place} beslist over wat er draait is hier niet te lezen. Schrijf die template eenvoudiger.",
                f"What decides in {place} on what runs cannot be read here. Write that template in a simpler way.",
            ),
        )
    for one in decisions.decisions:
        hidden = one.site is not Site.CONDITION and bool(one.sources - {Source.LOOKUP, Source.UPGRADE})
        if (failed or hidden) and decisions.pods_of(one):
            what = Text(*words_of(sorted(one.sources)[0]))
            return Circumstance(
                when=_if([one]),
                unseen=Text(
                    f"{one.path}:{one.line} laat {what.nl} beslissen over wat er draait, en wat er dan draait is hier "
                    "niet te zien. Laat de values daarover beslissen.",
                    f"{one.path}:{one.line} has {what.en} decide what runs, and what runs then cannot be seen here. "
                    "Have the values decide that.",
                ),
            )
    return None
