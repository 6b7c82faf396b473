"""All attempts for one target, keyed so that a judgement finds what it needs, and their evidence folder."""

from pathlib import Path

import msgspec

from toetskader.facts.attempt import NotSeen
from toetskader.facts.chart import ChartFiles, Render

Attempt = ChartFiles | Render | NotSeen


class FactKey(msgspec.Struct, frozen=True, order=True):
    """Names one fact of a target: its kind and, for what is seen once per values set, the scene."""

    kind: str
    scene: str = ""

    @property
    def file_name(self) -> str:
        """File in the evidence folder."""
        return f"{self.kind}.{self.scene}.json" if self.scene else f"{self.kind}.json"


class TargetFacts(msgspec.Struct, frozen=True):
    """What was collected for one target. Absent keys were not asked for."""

    target: str
    scenes: tuple[str, ...]
    """Named values sets of the chart part, in the target's order."""
    attempts: dict[FactKey, Attempt]


_encoder = msgspec.json.Encoder(order="deterministic")
_decoder = msgspec.json.Decoder(Attempt)


class EvidenceError(Exception):
    """An evidence folder that cannot be replayed; the message says which file and why."""


def write_evidence(facts: TargetFacts, folder: Path) -> dict[FactKey, str]:
    """Store facts as JSON, one file a fact, and return the file name of each key.

    Parameters: `folder`, the target's own evidence folder; made when absent. Raises OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    index = {"target": facts.target, "scenes": facts.scenes, "facts": sorted(facts.attempts)}
    for key, attempt in facts.attempts.items():
        (folder / key.file_name).write_bytes(_encoder.encode(attempt))
    (folder / "index.json").write_bytes(_encoder.encode(index))
    return {key: key.file_name for key in facts.attempts}


class _Index(msgspec.Struct):
    target: str
    scenes: tuple[str, ...]
    facts: tuple[FactKey, ...]


def read_evidence(folder: Path) -> TargetFacts:
    """Read the facts that `write_evidence` stored. Raises EvidenceError with the file and what is wrong with it."""
    path = folder / "index.json"
    try:
        index = msgspec.json.decode(path.read_bytes(), type=_Index)
        attempts: dict[FactKey, Attempt] = {}
        for key in index.facts:
            path = folder / Path(key.file_name).name
            attempts[key] = _decoder.decode(path.read_bytes())
    except (OSError, msgspec.DecodeError) as error:
        raise EvidenceError(f"{path}: {error}") from error
    return TargetFacts(index.target, index.scenes, attempts)
