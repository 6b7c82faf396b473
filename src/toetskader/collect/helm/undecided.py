"""Which objects of a chart come or stay away by what no value decides: clock, cluster, chance or release."""

from collections.abc import Callable, Iterable

from toetskader.collect.helm.variants import Variant
from toetskader.facts.attempt import Malformed
from toetskader.facts.chart import Render, RenderedObject, Undecided
from toetskader.facts.kubernetes.objects import KubernetesObject
from toetskader.facts.kubernetes.served_apis import builtin_groups
from toetskader.facts.kubernetes.unseen import may_run_pods
from toetskader.facts.kubernetes.workloads import POD_KINDS
from toetskader.facts.template_decisions import Decision, Decisions
from toetskader.facts.template_sources import Site, Source, words_of
from toetskader.text import Text

_HOLDS_DATA = frozenset({"Secret", "ConfigMap", "PersistentVolumeClaim"})
"""Kinds of which a chart may leave one as it is, that it finds in the cluster."""
_FINDS_ITS_OWN = frozenset({Source.LOOKUP, Source.UPGRADE})
_OF_THE_CLUSTER = frozenset({Source.APIS, Source.VERSION, Source.UPGRADE})
"""What a chart may suit everything to but its workloads: a ServiceMonitor is made where its API is."""
_MOST_TRIED = 12
"""Decisions taken each way on their own, to see which of them an object comes by; of more, all are named."""

_Identity = tuple[str, str, str]
"""Kind, name and namespace."""


def undecided(
    decisions: Decisions, base: Render, objects_of: Callable[[Variant], tuple[RenderedObject, ...] | None]
) -> tuple[Undecided, ...]:
    """Return the objects that are made in some circumstances and not in others.

    Parameters: `base`, with all its circumstances; `objects_of`, what the chart makes with some decisions taken, None
    when that cannot be rendered. A test is left out, and so is what ends by itself (a hook, a Job) where being an
    installation or an upgrade decides: both take place, and what then runs is judged.
    """
    seen = [base.objects, *(item.objects for item in base.otherwise if item.unseen is None)]
    if len(seen) == 1 or not decisions.decisions:
        return ()
    named = [{_identity(item): item for item in objects} for objects in seen]
    always = set(named[0]).intersection(*named[1:])
    moved = {key: item for items in named for key, item in items.items() if key not in always}
    found = []
    deciders = _Deciders(decisions, objects_of)
    for key, item in sorted(moved.items()):
        near = deciders.near(item)
        if not _counts(item, near, base.namespace):
            continue
        renamed = len({_number(objects, item) for objects in seen}) == 1
        deciding = deciders.of(key, near, or_all=not renamed)
        if _counts(item, deciding, base.namespace):
            sources = sorted({source for one in deciding for source in one.sources})
            found.append(
                Undecided(
                    what="/".join(key[:2]),
                    runs=_runs(item),
                    by=tuple(Text(*words_of(source)) for source in sources),
                    places=tuple(dict.fromkeys(f"{one.path}:{one.line}" for one in deciding)),
                )
            )
    return tuple(found)


class _Deciders:
    """Tells which decisions an object comes by. What is rendered for that is kept for the next object."""

    def __init__(
        self, decisions: Decisions, objects_of: Callable[[Variant], tuple[RenderedObject, ...] | None]
    ) -> None:
        self._decisions = decisions
        self._objects_of = objects_of
        self._made: dict[tuple[Decision | None, bool], frozenset[_Identity]] = {}

    def near(self, item: RenderedObject) -> list[Decision]:
        """Return the decisions in the templates that make an object, those in its own template first."""
        names = self._decisions.included_by(item.template.partition("/")[2])
        return sorted((one for one in self._decisions.decisions if one.unit in names), key=lambda one: names[one.unit])

    def of(self, key: _Identity, near: list[Decision], *, or_all: bool) -> list[Decision]:
        """Return the decisions that an object comes by on their own; `or_all`, where there are none, all near it."""
        if len(near) == 1 and or_all:
            return near
        return [one for one in near[:_MOST_TRIED] if self._decides(one, key)] or (near if or_all else [])

    def _decides(self, one: Decision, key: _Identity) -> bool:
        return (key in self._with(one, holds=True)) != (key in self._with(one, holds=False))

    def _with(self, one: Decision, *, holds: bool) -> frozenset[_Identity]:
        if one.site is not Site.CONDITION:  # what is found decides, and that can only be had or not
            return self._rendered(None, Variant({}, answers=holds), holds=holds)
        return self._rendered(one, Variant({one: holds}, answers=Source.LOOKUP in one.sources), holds=holds)

    def _rendered(self, one: Decision | None, variant: Variant, *, holds: bool) -> frozenset[_Identity]:
        if (one, holds) not in self._made:
            objects = self._objects_of(variant)
            self._made[one, holds] = frozenset(_identity(item) for item in objects or ())
        return self._made[one, holds]


def _identity(item: RenderedObject) -> _Identity:
    metadata = item.document.get("metadata")
    name, namespace = (metadata.get(key) if isinstance(metadata, dict) else "" for key in ("name", "namespace"))
    return str(item.document.get("kind")), str(name), str(namespace or "")


def _number(objects: Iterable[RenderedObject], like: RenderedObject) -> int:
    """Return how many objects of a kind a template makes: where that stays the same, it is the name that changes."""
    kind = like.document.get("kind")
    return sum(item.template == like.template and item.document.get("kind") == kind for item in objects)


def _runs(item: RenderedObject) -> bool:
    kind, group = str(item.document.get("kind")), str(item.document.get("apiVersion")).rpartition("/")[0]
    return may_run_pods(kind, group)


def _counts(item: RenderedObject, deciding: Iterable[Decision], namespace: str) -> bool:
    """Tell whether it matters that these decide whether an object is made."""
    sources = {source for one in deciding for source in one.sources}
    try:
        made = KubernetesObject(item.document, item.template, namespace, listed_under=item.listed_under)
        if made.is_test:
            return False
        if _runs(item):
            if made.kind not in POD_KINDS:
                return bool(sources - {Source.APIS})  # where its API is not, there is no such object
            return bool(sources - {Source.UPGRADE} if made.hooks or made.kind == "Job" else sources)
        if made.kind in _HOLDS_DATA:
            sources = sources - {Source.LOOKUP}
        return not sources <= _OF_THE_CLUSTER
    except Malformed:  # the judgement comes to the same on this object, and says so
        return False


def kept(decisions: Decisions, item: RenderedObject) -> bool:
    """Tell whether an object that a render does not make may be in the cluster all the same.

    A Secret that a chart finds it does not make again; of an API that is not there, no object can be missed. That says
    nothing of what the clock or chance decides on.
    """
    near = decisions.included_by(item.template.partition("/")[2])
    sources = {source for one in decisions.decisions if one.unit in near for source in one.sources}
    if item.document.get("kind") in _HOLDS_DATA:
        return not sources.isdisjoint(_FINDS_ITS_OWN)
    group = str(item.document.get("apiVersion")).rpartition("/")[0]
    return group not in builtin_groups() and Source.APIS in sources
