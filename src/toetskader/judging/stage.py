"""What a judgement looks at: a scene of the part that is measured, and what of other kinds stands beside it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from toetskader.judging.check import Beside, Check
from toetskader.judging.subjects import SceneSubjects, TargetSubjects
from toetskader.text import Text

Matched = Mapping[str, Mapping[str, str | Text]]
"""Kind of part that the target has → scene that is measured → the scene of that kind that goes with it, or why none."""


@dataclass(frozen=True)
class Stage:
    """A scene that is measured, and of each kind beside it the scene that goes with it."""

    scene: SceneSubjects
    beside: Mapping[str, SceneSubjects | tuple[SceneSubjects, ...] | Text | None]
    """Kind of part → its scene, all of its scenes, why it cannot be told which, or None when the target has no such
    part.
    """

    @property
    def others(self) -> Iterator[SceneSubjects]:
        """The scenes beside the measured one."""
        for item in self.beside.values():
            if isinstance(item, tuple):
                yield from item
            elif isinstance(item, SceneSubjects):
                yield item

    @property
    def scenes(self) -> Iterator[SceneSubjects]:
        """All scenes that are looked at, the measured one first."""
        yield self.scene
        yield from self.others

    def with_scene(self, scene: SceneSubjects) -> "Stage":
        """Return the same with another scene in the place of that of its part."""
        if scene.part == self.scene.part:
            return replace(self, scene=scene)
        there = self.beside[scene.part]
        if isinstance(there, tuple):
            changed = tuple(scene if item.scene == scene.scene else item for item in there)
            return replace(self, beside={**self.beside, scene.part: changed})
        return replace(self, beside={**self.beside, scene.part: scene})


def staged(check: Check, scene: SceneSubjects, subjects: TargetSubjects, matched: Matched) -> Stage:
    """Lay beside a scene what a check takes of other kinds of parts. Parameters: as for `judge`."""
    return Stage(scene, {item.part: _beside(item, scene.scene, subjects, matched) for item in check.beside})


def _beside(
    item: Beside, scene: str, subjects: TargetSubjects, matched: Matched
) -> SceneSubjects | tuple[SceneSubjects, ...] | Text | None:
    if item.part not in matched:
        return None
    if item.every:
        return subjects.scenes(item.part, per_scene=item.per_scene)
    found = matched[item.part][scene] if item.per_scene else ""
    return found if isinstance(found, Text) else subjects.scene(item.part, found)
