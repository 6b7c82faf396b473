"""Which requirements are looked at for a target, and why the others are not."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from toetskader.audit.matching import matched
from toetskader.catalogue.models import Catalogue, Part, Profile, Requirement
from toetskader.facts.key import Need
from toetskader.judging.check import Check
from toetskader.judging.combining import PROOF
from toetskader.judging.stage import Matched
from toetskader.kinds.registry import KINDS
from toetskader.results import NotLookedAt
from toetskader.targets.models import Target
from toetskader.text import Lang, Text


@dataclass(frozen=True, slots=True)
class Measurement:
    """A requirement on one part of a target, and the check that judges it there."""

    requirement: Requirement
    target: Target
    part: Part
    check: Check
    laid_beside: Check | None = None
    """What lays a document beside a measurement, where the requirement has that."""

    @property
    def _checks(self) -> tuple[Check, ...]:
        return (self.check,) if self.laid_beside is None else (self.check, self.laid_beside)

    @property
    def beside_params(self) -> Mapping[str, Any]:
        """Parameters of what lays it beside a measurement."""
        return self.requirement.beside.params if self.requirement.beside else {}

    @property
    def params(self) -> Mapping[str, Any]:
        """Parameters of the check."""
        return self.requirement.params_for(self.part)

    @property
    def scenes(self) -> frozenset[str] | None:
        """Scenes of the part that it is about; None for all of them."""
        concerned = _concerned(self.requirement, self.target, self.part)
        return None if concerned is None else frozenset(concerned)

    @property
    def proof(self) -> str:
        """What a pass is worth on this part."""
        return self.requirement.measured_on[self.part]

    @property
    def needs(self) -> frozenset[Need]:
        """What must be collected for it."""
        own = self.check.needs(self.part, self.params)
        return own if self.laid_beside is None else own | self.laid_beside.needs(self.part, self.beside_params)

    @property
    def listed_objects(self) -> frozenset[str]:
        """Kinds of Kubernetes objects that must be listed for it."""
        return frozenset().union(*(check.listed_objects(self.part) for check in self._checks))

    @property
    def matched(self) -> Matched:
        """The other parts of the target that its checks lay beside, each with what goes with every scene."""
        named = dict.fromkeys(item.part for check in self._checks for item in check.beside)
        return {other: matched(self.target, self.part, other) for other in named if other in self.target.parts}


@dataclass(frozen=True, slots=True)
class InScope:
    """A requirement that is judged on a target, on every part that can be."""

    measurements: tuple[Measurement, ...]
    """One a part, those on which a pass is proof first."""

    @property
    def requirement(self) -> Requirement:
        """What is judged."""
        return self.measurements[0].requirement

    @property
    def target(self) -> Target:
        """On what."""
        return self.measurements[0].target

    @property
    def check(self) -> Check:
        """The check that pytest runs it as: the requirement's own, unless its parts have others."""
        checks = [item.check for item in self.measurements]
        return next((check for check in checks if check.id == self.requirement.check), checks[0])

    @property
    def key(self) -> tuple[str, str]:
        """The key of its result: requirement and target."""
        return self.requirement.id, self.target.name

    @property
    def id(self) -> str:
        """What pytest shows between brackets: `DDC-7.2-13@acme/chart+namespace`."""
        return f"{self.requirement.id}@{self.target.name}/{'+'.join(item.part for item in self.measurements)}"

    @property
    def needs(self) -> frozenset[Need]:
        """What must be collected for it."""
        return frozenset().union(*(item.needs for item in self.measurements))

    @property
    def listed_objects(self) -> frozenset[str]:
        """Kinds of Kubernetes objects that must be listed for it."""
        return frozenset().union(*(item.listed_objects for item in self.measurements))


@dataclass(frozen=True, slots=True)
class Scope:
    """The scope of one target."""

    target: Target
    profiles: tuple[str, ...]
    """Profiles that were chosen: the run's, else the target's own."""
    looked_at: tuple[InScope, ...]
    not_looked_at: tuple[NotLookedAt, ...]

    def narrowed(self, selected: Collection[tuple[str, str]], lang: Lang) -> "Scope":
        """Leave out what a run did not select (`-k`, `-m`, a path), with that as the reason."""
        left_out = [item for item in self.looked_at if item.key not in selected]
        if not left_out:
            return self
        return Scope(
            self.target,
            self.profiles,
            tuple(item for item in self.looked_at if item.key in selected),
            self.not_looked_at + tuple(passed_over(item.requirement, _NOT_SELECTED, lang) for item in left_out),
        )


_NOT_SELECTED = Text("niet geselecteerd in deze run", "not selected in this run")


def scope_of(
    target: Target, catalogue: Catalogue, checks: Mapping[str, Check], *, profiles: tuple[str, ...], lang: Lang
) -> Scope:
    """Divide the catalogue for one target (DESIGN: in scope, not looked at).

    Parameters: `checks`, the checks this version has; `profiles`, the profiles to narrow the run to, empty for the
    target's own; `lang`, language of the reasons.
    """
    names = profiles or target.profiles
    chosen = [catalogue.profiles[name] for name in names]
    looked_at: list[InScope] = []
    not_looked_at: list[NotLookedAt] = []
    for requirement in catalogue.requirements.values():
        reason = _outside(requirement, target, chosen)
        found = () if reason else _measurements(requirement, target, checks)
        if found:
            looked_at.append(InScope(found))
        else:
            missing = reason or _unmeasured(requirement, target, checks.get(requirement.check))
            not_looked_at.append(passed_over(requirement, missing, lang))
    return Scope(target, names, tuple(looked_at), tuple(not_looked_at))


def passed_over(requirement: Requirement, reason: Text, lang: Lang) -> NotLookedAt:
    """Record a requirement that is not looked at, with the reason."""
    return NotLookedAt(
        requirement=requirement.id,
        level=requirement.level,
        title=requirement.title[lang],
        chapter=f"{requirement.chapter} {requirement.chapter_title[lang]}",
        part=", ".join(requirement.measured_on),
        reason=reason[lang],
    )


def _outside(requirement: Requirement, target: Target, chosen: Sequence[Profile]) -> Text | None:
    """Say why a requirement does not concern this target at all, or return None when it does."""
    if not any(profile.selects(requirement) for profile in chosen) and requirement.binds(target.addressee):
        names = ", ".join(profile.id for profile in chosen)
        return Text(f"hoort niet bij profiel {names}", f"not part of profile {names}")
    if not requirement.binds(target.addressee):
        return _OTHER_ADDRESSEE[requirement.addressee]
    return None


_OTHER_ADDRESSEE = {
    "supplier": Text("is een eis aan de leverancier", "is a demand on the supplier"),
    "municipality": Text("is een eis aan de gemeente", "is a demand on the municipality"),
    "service organisation": Text("is een eis aan de serviceorganisatie", "is a demand on the service organisation"),
    "community": Text("is een eis aan de gemeenschap", "is a demand on the community"),
}


def _measurements(requirement: Requirement, target: Target, checks: Mapping[str, Check]) -> tuple[Measurement, ...]:
    """Return the parts that the target has and a check reads for a requirement, those that prove first."""
    possible = [
        Measurement(requirement, target, part, check, _laid_beside(requirement, part, checks))
        for part in requirement.measured_on
        if part in target.parts
        and _concerned(requirement, target, part) != ()
        and (check := checks.get(requirement.check_for(part))) is not None
        and part in check.parts
    ]
    return tuple(sorted(possible, key=lambda item: item.proof != PROOF))


def _laid_beside(requirement: Requirement, part: Part, checks: Mapping[str, Check]) -> Check | None:
    """Return the check that lays what a document says beside a measurement, on the part that it reads."""
    found = checks.get(requirement.beside.check) if requirement.beside else None
    return found if found is not None and part in found.parts else None


def _concerned(requirement: Requirement, target: Target, part: Part) -> tuple[str, ...] | None:
    """Return the scenes of a part that a requirement is about; None for all of them, whatever they are."""
    scenes = target.scene_list(part)
    roles = requirement.roles if any(scene.role for scene in scenes) else ()
    environments = requirement.environments if any(scene.environment for scene in scenes) else ()
    if not roles and not environments:
        return None
    return tuple(
        scene.name
        for scene in scenes
        if (not roles or scene.role in roles) and (not environments or scene.environment in environments)
    )


def _unmeasured(requirement: Requirement, target: Target, check: Check | None) -> Text:
    """Say what is lacking to measure a requirement that does concern this target."""
    parts = ", ".join(requirement.measured_on)
    for part in requirement.measured_on:
        if part in target.parts and _concerned(requirement, target, part) == ():
            asked = KINDS[part].scene_asked
            wanted = ", ".join((*requirement.roles, *requirement.environments))
            return Text(f"het doel noemt geen {asked.nl}: {wanted}", f"the target names no {asked.en}: {wanted}")
    if check is None:
        return Text(
            f"deze versie heeft de toets {requirement.check} nog niet; nodig: {parts}",
            f"this version does not have the check {requirement.check} yet; needed: {parts}",
        )
    if not any(part in target.parts for part in requirement.measured_on):
        return Text(
            f"het doel geeft geen onderdeel op van soort: {parts}", f"the target gives no part of kind: {parts}"
        )
    return Text(f"deze versie verzamelt niets over: {parts}", f"this version collects nothing on: {parts}")
