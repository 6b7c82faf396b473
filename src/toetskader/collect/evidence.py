"""Facts of a target in a folder, one file a fact, and back."""

import re
from pathlib import Path
from typing import TypeVar, Union

import msgspec

from toetskader.core.bounded import UnfitFileError, read_bounded
from toetskader.core.failure import ToetskaderError
from toetskader.facts.attempt import NotSeen
from toetskader.facts.key import Attempt, FactKey, TargetFacts
from toetskader.kinds.registry import FACT_TYPES
from toetskader.oserrors import why

_Read = TypeVar("_Read")

LARGEST_FILE = 128_000_000
"""What one file of evidence may hold: some times what a collector takes in of one chart."""
_PART_OF_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,235}")


class EvidenceError(ToetskaderError):
    """An evidence folder that cannot be replayed; the message says which file and why."""


class _Index(msgspec.Struct):
    target: str
    scenes: dict[str, tuple[str, ...]]
    facts: tuple[FactKey, ...]


_encoder = msgspec.json.Encoder(order="deterministic")
_index = msgspec.json.Decoder(_Index)
_attempt: msgspec.json.Decoder[Attempt] = msgspec.json.Decoder(Union[(NotSeen, *FACT_TYPES.values())])


def write_evidence(facts: TargetFacts, folder: Path) -> dict[FactKey, str]:
    """Store facts as JSON, one file a fact, and return the file name of each key.

    Parameters: `folder`, the target's own evidence folder; made when absent. Raises OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    index = _Index(facts.target, facts.scenes, tuple(sorted(facts.attempts)))
    for key, attempt in facts.attempts.items():
        (folder / key.file_name).write_bytes(_encoder.encode(attempt))
    (folder / "index.json").write_bytes(_encoder.encode(index))
    return {key: key.file_name for key in facts.attempts}


def read_evidence(folder: Path) -> TargetFacts:
    """Read the facts that `write_evidence` stored; what is read may come from somebody else.

    Raises EvidenceError with the file and what is wrong with it: not there, no regular file of this folder, too large,
    or other content than was written.
    """
    if folder.is_symlink():
        raise _wrong(folder, "is een koppeling", "is a link")
    index = _decoded(folder / "index.json", _index)
    attempts: dict[FactKey, Attempt] = {}
    for key in dict.fromkeys(index.facts):
        for part in (key.kind, key.scene or "_"):
            if not _PART_OF_NAME.fullmatch(part):
                raise _wrong(folder / "index.json", f"noemt {part[:80]!r}", f"names {part[:80]!r}")
        path = folder / key.file_name
        attempt = attempts[key] = _decoded(path, _attempt)
        if not _fits(key, attempt):
            raise _wrong(path, "bevat een ander feit dan zijn naam zegt", "holds another fact than its name says")
    return TargetFacts(index.target, index.scenes, attempts)


def _fits(key: FactKey, attempt: Attempt) -> bool:
    """Tell whether a file holds what its name says, or why that was not seen."""
    if isinstance(attempt, NotSeen):
        return True
    return isinstance(attempt, FACT_TYPES.get(key.kind, ())) and getattr(attempt, "scene", key.scene) == key.scene


def read_file(path: Path) -> bytes:
    """Read one file of evidence. Raises EvidenceError: not there, a link, no regular file, or too large."""
    try:
        return read_bounded(path, LARGEST_FILE)
    except UnfitFileError as error:
        raise _wrong(path, error.text.nl, error.text.en) from error
    except OSError as error:
        raise _wrong(path, f"is niet te lezen ({why(error).nl})", f"cannot be read ({why(error).en})") from error


def _decoded(path: Path, decoder: msgspec.json.Decoder[_Read]) -> _Read:
    try:
        return decoder.decode(read_file(path))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _wrong(path, f"past niet ({error})", f"does not fit ({error})") from error


def _wrong(path: Path, nl: str, en: str) -> EvidenceError:
    return EvidenceError(f"{path}: {nl}; toets opnieuw zonder --replay / {en}; audit again without --replay")
