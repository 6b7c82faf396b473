"""The models of targets and deviations: what stands in their files, and a target with its references resolved."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import Meta

from toetskader.catalogue.models import Addressee, Level, Profile, RequirementId, TargetParameters
from toetskader.core.fields import FileName, Model, Name, Namespace, NonEmpty
from toetskader.kinds.entry import Parts
from toetskader.kinds.kind import SceneEntry
from toetskader.kinds.registry import ENTRIES, KINDS
from toetskader.vocabulary import Environment

DeviationStatus = Literal["applied", "expired"]


if TYPE_CHECKING:

    class PartEntries(Model, frozen=True, kw_only=True):
        """The parts a target has: one field for each kind in `ENTRIES`, None for one that it does not name."""

else:
    PartEntries = msgspec.defstruct(
        "PartEntries",
        [(name, entry.model | None, None) for name, entry in ENTRIES.items()],
        bases=(Model,),
        namespace={"__doc__": "The parts a target has."},
        frozen=True,
        kw_only=True,
    )


class TargetFile(Model, frozen=True, kw_only=True):
    """A target: what is audited, of whom, and how far it must be."""

    name: Annotated[Name, Meta(description="Unique among the targets of a run")]
    supplier: Annotated[NonEmpty, Meta(description="Who delivers it")]
    component: Annotated[NonEmpty, Meta(description="What is delivered")]
    gate: Annotated[Level, Meta(description="Level up to which failing blocks")]
    profiles: Annotated[tuple[Name, ...], Meta(min_length=1, description="Profiles under policies/profiles/")]
    addressee: Annotated[Addressee, Meta(description="Who is audited")] = "supplier"
    parts: PartEntries
    parameters: TargetParameters = TargetParameters()
    own_namespaces: Annotated[
        dict[Environment, tuple[Namespace, ...]],
        Meta(
            description="Further namespaces of the same supplier on these clusters, by environment, such as those of "
            "its other components: what it may do there is no trespass"
        ),
    ] = msgspec.field(default_factory=dict)
    agreements: Annotated[
        tuple[RequirementId, ...],
        Meta(description="Requirements of level 4 that an agreement with the supplier names, and that may block"),
    ] = ()
    deviations: Annotated[FileName | None, Meta(description="File with deviations, relative to this file")] = None


class Deviation(Model, frozen=True, kw_only=True):
    """An explained non-compliance (leg uit): approved, and for a limited time."""

    id: Annotated[str, Meta(min_length=1, max_length=63)]
    requirements: Annotated[tuple[RequirementId, ...], Meta(min_length=1)]
    targets: Annotated[
        tuple[Name, ...], Meta(description="Targets it holds for; empty for every target that names this file")
    ] = ()
    reason: NonEmpty
    risk: NonEmpty
    mitigation: NonEmpty
    owner: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=300,
            description="Who answers for it: a person or a role first, the organisation after a comma",
        ),
    ]
    approved_by: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=300,
            description="Somebody else than the owner, under whatever spelling or mail address",
        ),
    ]
    approved_on: date
    expires: Annotated[date, Meta(description="Last day that it holds, at most two years after its approval")]
    evidence: tuple[NonEmpty, ...] = ()

    def holds_for(self, target: str) -> bool:
        """Tell whether it is meant for a target, by name."""
        return not self.targets or target in self.targets

    def status(self, today: date) -> DeviationStatus:
        """Tell whether it holds on a day; the day it expires still counts."""
        return "applied" if today <= self.expires else "expired"


class DeviationsFile(Model, frozen=True, kw_only=True):
    """The deviations of one or more targets."""

    deviations: tuple[Deviation, ...]


@dataclass(frozen=True)
class Target:
    """What is audited, its references resolved."""

    name: str
    supplier: str
    component: str
    gate: Level
    profiles: tuple[str, ...]
    addressee: Addressee
    parts: Parts
    """Kind → the part of it that is looked at, in the order of the registry; `Kind.of` returns one with its type."""
    parameters: TargetParameters
    """As the target gives them; `with_defaults` adds those of its profiles."""
    deviations: tuple[Deviation, ...]
    """Those that are meant for this target, sound: no two cover a requirement on the same day."""
    agreements: tuple[str, ...]
    """Requirements of level 4 that an agreement names."""
    file: Path

    @property
    def places(self) -> Iterator[Path]:
        """The files and folders that it is made of: nothing may be written there while it is audited."""
        yield self.file
        for name, part in self.parts.items():
            yield from KINDS[name].places(part)

    def scene_list(self, part: str) -> tuple[SceneEntry, ...]:
        """Return the scenes of a part; none for a part that the target does not have."""
        return self._scenes.get(part, ())

    @property
    def scenes(self) -> dict[str, tuple[str, ...]]:
        """Part → names of its scenes."""
        return {part: tuple(scene.name for scene in scenes) for part, scenes in self._scenes.items()}

    @cached_property
    def _scenes(self) -> dict[str, tuple[SceneEntry, ...]]:
        return {name: KINDS[name].scenes(part) for name, part in self.parts.items()}

    def deviations_on(self, today: date) -> tuple["Bearing", ...]:
        """Return all deviations of this target, and whether they hold on a day."""
        return tuple(Bearing(item, item.status(today)) for item in self.deviations)

    def deviation_for(self, requirement: str, today: date) -> "Bearing | None":
        """Return the deviation that covers a requirement, by id: the one that holds today, else the last to expire."""
        found = [item for item in self.deviations_on(today) if requirement in item.requirements]
        return max(found, key=lambda item: (item.status == "applied", item.deviation.expires), default=None)


@dataclass(frozen=True)
class Bearing:
    """A deviation as it bears on a target on a day."""

    deviation: Deviation
    status: DeviationStatus

    @property
    def requirements(self) -> tuple[str, ...]:
        """Requirements it covers."""
        return self.deviation.requirements


def with_defaults(target: Target, profiles: Mapping[str, Profile]) -> TargetParameters:
    """Return a target's parameters, with its profiles' defaults for those it does not give.

    Parameters: `profiles`, of the catalogue, by id; the first of the target's that has a default wins.
    """
    sources = [target.parameters, *(profiles[name].parameters for name in target.profiles if name in profiles)]
    chosen: dict[str, Any] = {}
    for name in TargetParameters.__struct_fields__:
        given = (getattr(source, name) for source in sources)
        chosen[name] = next((value for value in given if value is not None), None)
    return TargetParameters(**chosen)
