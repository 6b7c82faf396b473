"""What was measured of other parts of a target in the same run, to lay beside what a document says."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from toetskader.facts.dossier.papers import Paper
from toetskader.facts.kubernetes.node import Place
from toetskader.judging.findings import Findings
from toetskader.judging.outcomes import Undetermined, not_applicable
from toetskader.text import Text

Scenes = Mapping[str, Any]
"""Scene → a subject of it, or an `Undetermined` with why it was not seen."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Something that was measured."""

    value: str
    place: Place
    part: str
    scene: str


class Measured:
    """Gathers what was measured, over the parts and scenes of a target."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self._unseen: list[Text] = []

    def of(self, part: str, scenes: Scenes | None, read: Callable[[Any], Iterable[tuple[str, Place]]]) -> None:
        """Add what one part shows.

        Parameters: `scenes`, by name, None when the target has no such part; `read`, yields what a scene shows, each
        with its place.
        """
        for scene, subject in (scenes or {}).items():
            if isinstance(subject, Undetermined):
                self._unseen.append(subject.reason)
                continue
            try:
                self.seen += [Seen(value, place, part, scene) for value, place in read(subject)]
            except Undetermined as outcome:
                self._unseen.append(outcome.reason)

    def require_some(self) -> None:
        """End the judgement when nothing was measured: then the document stands alone."""
        if self.seen:
            return
        if self._unseen:
            raise Undetermined(self._unseen[0])
        not_applicable(
            "Er is in deze run niets gemeten dat ernaast te leggen is.",
            "Nothing was measured in this run to lay beside it.",
        )

    def lay_beside(
        self,
        paper: Paper,
        findings: Findings,
        *,
        states: Callable[[str], bool],
        says: Text,
        seen: Callable[[str], Text] | None = None,
    ) -> None:
        """Report everything measured that a document does not state; when it states all, a measurement confirms it.

        Parameters: `states`, whether the document states a value; `says`, what the document should say, for people;
        `seen`, how a measured value is told.
        """
        self.require_some()
        other = [item for item in self.seen if not states(item.value)]
        told = set()
        for item in other:
            if (item.value, item.place.where) in told:
                continue
            told.add((item.value, item.place.where))
            shown = seen(item.value) if seen else Text(f"gemeten: {item.value}", f"measured: {item.value}")
            findings.add(
                item.place,
                seen=shown,
                expected=Text(f"{says.nl}, zoals {paper.name} zegt", f"{says.en}, as {paper.name} says"),
                part=item.part,
                scene=item.scene,
            )
        if not other:
            paper.is_measured = not self._unseen
            counted = len({item.value for item in self.seen})
            findings.saw(
                f"Naast de meting gelegd: {counted} gemeten, alle genoemd in {paper.name}.",
                f"Laid beside the measurement: {counted} measured, all named in {paper.name}.",
            )
        for reason in self._unseen[:1]:
            findings.saw(f"Niet alles is gemeten: {reason.nl}", f"Not all was measured: {reason.en}")
