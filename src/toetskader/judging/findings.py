"""What a judgement reports: places where a requirement is not met."""

from dataclasses import dataclass

import msgspec

from toetskader.facts.kubernetes.node import Place
from toetskader.text import Text


@dataclass(frozen=True, slots=True)
class FilePlace:
    """A place in a file of the chart."""

    source: str
    """Path inside the chart."""
    line: int = 0
    """Line number from 1; 0 for the file as a whole."""

    @property
    def where(self) -> str:
        """The file, with the line when one is meant, for people."""
        return f"{self.source}:{self.line}" if self.line else self.source

    @property
    def path(self) -> str:
        """Nothing: the line says it all."""
        return ""


class RawFinding(msgspec.Struct, frozen=True, kw_only=True):
    """A finding before it is put into the language of the run."""

    where: str
    path: str
    source: str
    scene: str
    seen: object
    expected: object
    remedy: Text | None


class Findings:
    """Collects the findings of one judgement in one scene."""

    def __init__(self, scene: str = "") -> None:
        self._scene = scene
        self.items: list[RawFinding] = []

    def add(self, place: Place, *, seen: object, expected: object, remedy: Text | None = None) -> None:
        """Report a place where the requirement is not met.

        Parameters: `place`, a node, container, workload, object or `FilePlace`; `seen` and `expected`, a plain value
        or a `Text`, never a secret's value; `remedy`, the smallest change that mends this place, when it is more
        precise than the requirement's own remedy.
        """
        self.items.append(
            RawFinding(
                where=place.where,
                path=place.path,
                source=place.source,
                scene=self._scene,
                seen=seen,
                expected=expected,
                remedy=remedy,
            )
        )

    def __len__(self) -> int:
        return len(self.items)
