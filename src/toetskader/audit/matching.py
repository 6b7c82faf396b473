"""What of one part of a target goes with what of another: a values set of a chart with the endpoint that it serves."""

from collections.abc import Collection, Iterable, Mapping

from toetskader.kinds.kind import SceneEntry
from toetskader.kinds.registry import KINDS
from toetskader.kinds.values_sets import values_set_of
from toetskader.targets.models import Target
from toetskader.text import Text


def matched(target: Target, part: str, other: str) -> Mapping[str, str | Text]:
    """Return which scene of another part goes with each scene of a part: its name, or why that cannot be told.

    Where the target names an environment, the chart's values set of that environment goes with it, and what else is of
    the same environment. Of two that go with it none is chosen. The part as a whole stands under the empty name.
    """
    scenes, others = target.scene_list(part), target.scene_list(other)
    if not others:
        return dict.fromkeys(("", *(scene.name for scene in scenes)), "")
    found: dict[str, str | Text] = {"": _only(others, Text(part, part), other)}
    for scene in scenes:
        kind = KINDS[part].scene
        named = Text(f"{kind.nl} {scene.shown}", f"{kind.en} {scene.shown}")
        if KINDS[other].are_variants:
            found[scene.name] = _values_set(target, scene, others, named)
        else:
            found[scene.name] = _only(_going_with(target, scene, part, other), named, other)
    return found


def _values_set(target: Target, scene: SceneEntry, sets: Collection[SceneEntry], named: Text) -> str | Text:
    names = tuple(item.name for item in sets)
    everywhere = [item for part in KINDS for item in target.scene_list(part) if item.environment]
    given = {item.values for item in everywhere if item.environment == scene.environment and item.values is not None}
    if scene.values is not None or len(given) < 2:  # of two that are named for its environment none is chosen
        environments = {item.environment for item in everywhere}
        known = values_set_of(scene.environment, scene.values or next(iter(given), None), names, environments)
        if known in names:
            return known
    listed = ", ".join(names)
    return Text(
        f"Bij {named.nl} ({scene.environment}) is niet te zeggen welke waardenset van de chart hoort ({listed}). Zet "
        f"die in het doelbestand bij {scene.shown}, met de sleutel values, of geef een waardenset de naam "
        f"{scene.environment}.",
        f"Which values set of the chart goes with {named.en} ({scene.environment}) cannot be told ({listed}). Write it "
        f"at {scene.shown} in the target file, with the key values, or name a values set {scene.environment}.",
    )


def _going_with(target: Target, scene: SceneEntry, part: str, other: str) -> tuple[SceneEntry, ...]:
    """Return the scenes of another part that go with a scene: those whose values set it is, or of its environment."""
    others = target.scene_list(other)
    if not KINDS[part].are_variants:
        return tuple(item for item in others if item.environment == scene.environment)
    sets = target.scene_list(part)
    unnamed = Text("", "")
    return tuple(item for item in others if _values_set(target, item, sets, unnamed) == scene.name)


def _only(found: Iterable[SceneEntry], named: Text, other: str) -> str | Text:
    found = tuple(found)
    if len(found) == 1:
        return found[0].name
    kind = KINDS[other].scene
    if not found:
        return Text(
            f"Bij {named.nl} hoort geen {kind.nl} van {other}. Noem die in het doelbestand, onder parts.",
            f"No {kind.en} of {other} goes with {named.en}. Name it in the target file, under parts.",
        )
    listed = ", ".join(scene.shown for scene in found)
    return Text(
        f"Bij {named.nl} is niet te zeggen welke {kind.nl} van {other} hoort: {listed}. Toets ze in doelen apart.",
        f"Which {kind.en} of {other} goes with {named.en} cannot be told: {listed}. Audit each in a target of its own.",
    )
