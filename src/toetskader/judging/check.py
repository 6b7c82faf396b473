"""Checks: the test functions in `tests/`, each known by an id that requirements name."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, get_args

import msgspec

from toetskader.facts.attempt import NotSeen
from toetskader.facts.key import Need
from toetskader.facts.kubernetes.declared import AT_HAND, EVERY_KIND
from toetskader.judging.outcomes import NotApplicable, Undetermined
from toetskader.judging.subjects import fact_kinds, needs, parts_of, reads
from toetskader.kinds.registry import KINDS, RESTS_ON, SUBJECTS

# Arguments that every judgement can have besides subjects.
GIVEN = frozenset({"findings", "params", "parameters", "today"})
NORMS = ("norm", "tls_norm", "web_norm")
"""Arguments that take a norm; the annotation says of which kind."""
ATTRIBUTE = "__toetskader_check__"
_OF = "_of_"
"""Between a subject and the kind of part that it is of, in the name of an argument: `routes_of_chart`."""
_EVERY = "every_"
"""Before that kind, for the subject of each of its scenes: `routes_of_every_chart`."""

Judgement = TypeVar("Judgement", bound=Callable[..., None])
Absent = NotApplicable | Undetermined | None
"""What a judgement comes to on a target that lacks a kind of part: an outcome with its reason, or None to judge what is
there, where the arguments of that kind are None."""


@dataclass(frozen=True, slots=True)
class Beside:
    """Another kind of part, of which subjects stand beside those of the part that is measured."""

    part: str
    arguments: tuple[tuple[str, str], ...]
    """Arguments, each with its subject: `("routes_of_chart", "routes")`."""
    absent: Absent
    every: bool = False
    """Whether it takes each of its scenes, by name, rather than the one that goes with the measured scene."""

    @property
    def subjects(self) -> tuple[str, ...]:
        """What is asked of it."""
        return tuple(subject for _, subject in self.arguments)

    @property
    def per_scene(self) -> bool:
        """True when one of its scenes must be chosen."""
        return any(SUBJECTS[name].per_scene for name in self.subjects)


@dataclass(frozen=True, slots=True)
class Check:
    """A judgement and what it needs, as read from its signature."""

    id: str
    function: Callable[..., None]
    subjects: tuple[str, ...]
    given: frozenset[str]
    params: type[msgspec.Struct] | None
    accepts_not_seen: frozenset[str] = frozenset()
    """Subjects it takes as `NotSeen` as well, and judges the reason of."""
    beside: tuple[Beside, ...] = ()
    """Kinds of parts that it lays beside the part that it is measured on."""
    accepts_undetermined: frozenset[str] = frozenset()
    """Arguments of those kinds that it takes as `Undetermined` as well, when they are not to be had."""
    is_aspect: bool = False
    """True for a part of a larger judgement, which no requirement needs to name."""
    norms: tuple[tuple[str, str], ...] = ()
    """Arguments that take a norm, each with its kind: `("norm", "tls")`."""
    fixtures: frozenset[str] = frozenset()
    """Fixtures of pytest that it also asks for."""
    objects: frozenset[str] = frozenset()
    """Kinds of Kubernetes objects that it reads itself (`facts.kubernetes.declared`)."""
    reads: frozenset[str] = frozenset()
    """The same, with those that its subjects are derived from."""

    @property
    def may_read(self) -> frozenset[str]:
        """Kinds of Kubernetes objects that it may read while it judges.

        What its subjects are derived from may be read again; all that is there only by who says so for itself.
        """
        return self.objects | (self.reads - {AT_HAND, EVERY_KIND})

    @property
    def parts(self) -> frozenset[str]:
        """Parts of a target it can be measured on: those that have all its subjects, but what stands beside them."""
        return _common_parts(self.subjects) - {item.part for item in self.beside}

    def subjects_by_part(self, part: str) -> dict[str, tuple[str, ...]]:
        """Return the kinds of parts that it takes subjects of, the one it is measured on first, with these."""
        return {part: self.subjects, **{item.part: item.subjects for item in self.beside}}

    def fact_kinds(self, part: str) -> frozenset[str]:
        """Kinds of facts that must be collected to measure it on a part."""
        asked = self.subjects_by_part(part).items()
        return frozenset().union(*(fact_kinds(name, of) for of, names in asked for name in names))

    def listed_objects(self, part: str) -> frozenset[str]:
        """Kinds of Kubernetes objects that must be listed to measure it on a part: a chart has none listed."""
        listed = [names for of, names in self.subjects_by_part(part).items() if KINDS[of].lists_objects]
        return self.objects.union(*(reads(name) for names in listed for name in names)) if listed else frozenset()

    def converted(self, params: Mapping[str, Any]) -> Any:
        """Return a requirement's parameters as it takes them; None for a check that takes none."""
        return None if self.params is None else msgspec.convert(dict(params), self.params)

    def argument(self, subject: str, params: Any) -> str:
        """Return what the fact of a subject must be made with. Parameters: `params`, converted."""
        made_with = SUBJECTS[subject].made_with
        return str(getattr(params, made_with)) if made_with else ""

    def needs(self, part: str, params: Mapping[str, Any]) -> frozenset[Need]:
        """Return what must be collected to measure a requirement on a part. Parameters: `params`, its own."""
        given = self.converted(params)
        asked = self.subjects_by_part(part).items()
        return frozenset().union(
            *(needs(name, of, self.argument(name, given)) for of, names in asked for name in names)
        )

    @property
    def per_scene(self) -> bool:
        """True when it is judged once a scene: a values set, an endpoint, an environment."""
        return any(SUBJECTS[name].per_scene for name in self.subjects)


def check(
    id_: str,
    *,
    params: type[msgspec.Struct] | None = None,
    is_aspect: bool = False,
    objects: tuple[str, ...] = (),
    absent: Mapping[str, Absent] | None = None,
) -> Callable[[Judgement], Judgement]:
    """Make a test function a check.

    Parameters: `id_`, the id that requirements name, `subject.property`; `params`, the struct that a requirement's
    `params` must fit; `is_aspect`, for a part of a larger judgement that calls it; `objects`, the kinds of Kubernetes
    objects that it reads besides those that its subjects are derived from: `Service`, `Gateway.networking.istio.io`,
    `AT_HAND` or `EVERY_KIND`; of a namespace no other is asked for, and reading one is an error; `absent`, kind of part
    that is laid beside the measured one → what the judgement comes to on a target without it.
    The function's arguments say what it needs: a subject (`workloads`, `objects`, `chart`, …; see `judging.subjects`),
    the same of a kind of part beside the one that is measured (`routes_of_chart`, or `routes_of_every_chart` for a
    mapping of each of its scenes, an `Undetermined` for what was not seen), `findings`, `params`, `parameters`
    (the target's), `norm` (its annotation says of which kind), `today`; any other is a pytest fixture.
    Raises TypeError for a check without subject, with subjects that no part has together, with `params` on one
    side only, that asks for `objects` without saying of which kinds, for a subject whose fact is made with a
    parameter that it does not take, or for subjects of another kind of part without saying what its absence comes to.
    """

    def decorate(function: Judgement) -> Judgement:
        arguments = inspect.signature(function).parameters
        subjects = tuple(name for name in arguments if name in SUBJECTS)
        if not subjects:
            raise TypeError(f"check {id_}: {function.__name__} asks for no subject, so it could not fail")
        beside = _beside(id_, arguments, absent or {})
        if not _common_parts(subjects) - {item.part for item in beside}:
            raise TypeError(f"check {id_}: {function.__name__} asks for subjects that no part of a target has together")
        if (params is None) != ("params" not in arguments):
            raise TypeError(f"check {id_}: the argument 'params' and @check(params=…) go together")
        asked = subjects + tuple(name for item in beside for name in item.subjects)
        for name in asked:
            made_with = SUBJECTS[name].made_with
            if made_with and made_with not in (params.__struct_fields__ if params else ()):
                raise TypeError(f"check {id_}: {name!r} is made with {made_with!r}, which no parameter of it gives")
        read = frozenset(objects).union(*(reads(name) for name in asked))
        if "objects" in asked and not objects:
            raise TypeError(f"check {id_}: {function.__name__} asks for 'objects'; say which kinds: @check(objects=…)")
        accepts = frozenset(name for name in subjects if NotSeen in get_args(arguments[name].annotation))
        norms = tuple(
            (name, str(arguments[name].annotation.__struct_config__.tag)) for name in NORMS if name in arguments
        )
        given = GIVEN.union(NORMS) & arguments.keys()
        of_others = {argument for item in beside for argument, _ in item.arguments}
        made = Check(
            id_,
            function,
            subjects,
            given,
            params,
            accepts,
            beside,
            frozenset(name for name in of_others if Undetermined in get_args(arguments[name].annotation)),
            is_aspect,
            norms,
            frozenset(arguments.keys() - given - SUBJECTS.keys() - of_others),
            frozenset(objects),
            read,
        )
        setattr(function, ATTRIBUTE, made)
        return function

    return decorate


def _beside(id_: str, arguments: Mapping[str, inspect.Parameter], absent: Mapping[str, Absent]) -> tuple[Beside, ...]:
    """Return the kinds of parts that arguments ask for by name, `<subject>_of_<kind>` and `<subject>_of_every_<kind>`.

    Raises TypeError as `check`.
    """
    found: dict[str, list[tuple[str, str]]] = {}
    every: dict[str, bool] = {}
    for name in arguments:
        subject, of, written = name.rpartition(_OF)
        part = written.removeprefix(_EVERY)
        if not of or part not in KINDS:
            continue
        if every.setdefault(part, part != written) is not (part != written):
            raise TypeError(f"check {id_}: {name!r} and another argument ask for one and for every scene of {part}")
        if subject not in RESTS_ON[part]:
            raise TypeError(f"check {id_}: {name!r} asks for {subject!r}, which no {part} has")
        found.setdefault(part, []).append((name, subject))
    for part in found.keys() ^ absent.keys():
        if part in found:
            said = f"@check(absent={{{part!r}: …}})"
            raise TypeError(f"check {id_}: say what it comes to when a target has no {part}: {said}")
        raise TypeError(f"check {id_}: it says what the absence of {part!r} comes to, and takes nothing of that kind")
    for part, asked in found.items():
        for name, _ in asked:
            if absent[part] is None and type(None) not in get_args(arguments[name].annotation):
                raise TypeError(f"check {id_}: {name!r} is None when a target has no {part}; say so: `… | None`")
    return tuple(Beside(part, tuple(asked), absent[part], every[part]) for part, asked in found.items())


def _common_parts(subjects: tuple[str, ...]) -> frozenset[str]:
    return frozenset.intersection(*(parts_of(name) for name in subjects))


def check_of(candidate: Any) -> Check | None:
    """Return the check a test function is, or None for anything else."""
    found = getattr(candidate, ATTRIBUTE, None)
    return found if isinstance(found, Check) else None
