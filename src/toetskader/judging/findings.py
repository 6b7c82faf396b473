"""What a judgement reports: places where a requirement is not met."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import msgspec

from toetskader.core.failure import Outcome
from toetskader.facts.dossier.strength import Worth
from toetskader.facts.kubernetes.node import Place
from toetskader.norms.difference import Difference
from toetskader.text import Text

Strength = Literal["required", "recommended", "optional"]
"""How heavily a finding weighs: what is required fails, what is recommended warns, what is optional informs."""
STRENGTHS: tuple[Strength, ...] = get_args(Strength)
"""Heaviest first."""


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


@dataclass(frozen=True, slots=True)
class EndpointPlace:
    """A place on a public endpoint."""

    where: str
    """Host, and the address when one is meant: `app.example.nl (192.0.2.1:443)`."""
    path: str = ""
    """What there: a cipher suite, a header, a record."""
    source: str = ""


class RawFinding(msgspec.Struct, frozen=True, kw_only=True):
    """A finding before it is put into the language of the run."""

    where: str
    path: str
    source: str
    scene: str
    part: str = ""
    """The part of the target it was found on; filled in where several were judged, and for what stands beside."""
    seen: object
    expected: object
    remedy: Text | None
    strength: Strength = "required"
    command: str = ""


MOST_FINDINGS = 1_000
"""Findings that fail, of one judgement in one scene: after these it is stopped, as more tell nobody anything. As many
that only warn or inform are kept too, and these stop nothing, for something that fails may come after them."""
MOST_MEASURED = 20
"""Sentences on what one judgement measured in one scene."""
LONGEST_TEXT = 1_000
"""Characters of one part of a finding or reason; what a supplier writes can be megabytes."""


class Enough(Outcome):
    """As many findings as are kept."""


class Findings:
    """Collects the findings of one judgement in one scene."""

    def __init__(self, scene: str = "", beside: Mapping[str, str] | None = None) -> None:
        """Parameters: `scene`, its name; `beside`, each other kind of part that is looked at → name of its scene."""
        self._scene = scene
        self._beside = beside or {}
        self.items: list[RawFinding] = []
        self._failing = 0
        self.measured: list[Text] = []
        self.differences: list[Text] = []
        self._lacking: list[Text] = []
        self.worth: Worth | None = None
        self.documents: dict[str, None] = {}

    def saw(self, nl: str, en: str) -> None:
        """Tell what was measured, in a few words; it is shown with every verdict, a pass too."""
        if len(self.measured) < MOST_MEASURED:
            self.measured.append(clipped(Text(nl, en)))

    def differs(self, difference: Difference | None) -> None:
        """Tell that a deliberate difference of the norm bears on this verdict; None when the norm has none."""
        if difference is not None and difference.note not in self.differences:
            self.differences.append(clipped(difference.note))

    def unproven(self, nl: str, en: str) -> None:
        """Tell what is lacking for a proof, and what to do: full sentences. The judgement goes on."""
        text = clipped(Text(nl, en))
        if text not in self._lacking and len(self._lacking) < MOST_MEASURED:
            self._lacking.append(text)

    @property
    def lacking(self) -> Text | None:
        """All that is lacking for a proof; None when nothing is."""
        if not self._lacking:
            return None
        return clipped(Text(" ".join(text.nl for text in self._lacking), " ".join(text.en for text in self._lacking)))

    def took(self, document: str) -> None:
        """Tell that the verdict rests on a document of the dossier, by id."""
        self.documents[document] = None

    def rests_on(self, worth: Worth) -> None:
        """Tell what a verdict on paper is worth; of several the weakest counts."""
        if self.worth is None or worth.strength < self.worth.strength:
            self.worth = worth

    @property
    def fail(self) -> bool:
        """True when something required is not met."""
        return self._failing > 0

    def add(
        self,
        place: Place,
        *,
        seen: object,
        expected: object,
        remedy: Text | None = None,
        strength: Strength = "required",
        command: str = "",
        differs: Difference | None = None,
        part: str = "",
        scene: str = "",
    ) -> None:
        """Report a place where the requirement is not met.

        Parameters: `place`, a node, container, workload, object, `FilePlace` or `EndpointPlace`; `seen` and
        `expected`, a plain value or a `Text`, never a secret's value; `remedy`, the smallest change that mends this
        place, when it is more precise than the requirement's own remedy; `strength`, as the norm gives it: only what
        is required fails; `command`, with which an auditor sees the same; `differs`, how the norm differs on purpose
        from what others measure by on just this, with its own remedy when it has one; `part`, the kind of part that
        the place is of, when that is not the one that is measured; `scene`, which one of it where there are several.
        Raises KeyError for a kind that is not looked at.
        """
        self.differs(differs)
        remedy = remedy or (differs.remedy if differs is not None else None)
        fails = strength == "required"
        if not fails and len(self.items) - self._failing >= MOST_FINDINGS:
            return
        self.items.append(
            RawFinding(
                where=_clipped(place.where),
                path=_clipped(place.path),
                source=_clipped(place.source),
                scene=scene or (self._beside[part] if part else self._scene),
                part=part,
                seen=_plain(seen),
                expected=_plain(expected),
                remedy=clipped(remedy) if remedy else None,
                strength=strength,
                command=_clipped(command),
            )
        )
        self._failing += fails
        if self._failing >= MOST_FINDINGS:
            raise Enough

    def __len__(self) -> int:
        return len(self.items)


def clipped(text: Text) -> Text:
    """Return a text short enough to keep."""
    return Text(_clipped(text.nl), _clipped(text.en))


def _clipped(text: str) -> str:
    left_out = len(text) - LONGEST_TEXT
    return text if left_out <= 0 else f"{text[:LONGEST_TEXT]}… (+{left_out})"


def _plain(value: object) -> object:
    """Return what was seen or expected, short enough to keep; collections as text."""
    if value is None or isinstance(value, int | float):
        return value
    return clipped(value) if isinstance(value, Text) else _clipped(str(value))
