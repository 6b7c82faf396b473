"""All attempts for one target, keyed so that a judgement finds what it needs, and their evidence folder."""

import errno
import os
import re
import stat
from pathlib import Path
from typing import TypeVar

import msgspec

from toetskader.facts.attempt import NotSeen
from toetskader.facts.chart import ChartFiles, Render
from toetskader.facts.endpoint.dns import DnsFacts
from toetskader.facts.endpoint.dnssec import DnssecFacts
from toetskader.facts.endpoint.http import HttpFacts
from toetskader.facts.endpoint.names import Endpoint, Endpoints
from toetskader.facts.endpoint.rpki import RpkiFacts
from toetskader.facts.endpoint.tls import TlsFacts
from toetskader.facts.haven import HavenReport
from toetskader.facts.kubernetes.live import Inside, Live, Logs, Metrics, Usage
from toetskader.facts.kubernetes.rights import Rights
from toetskader.oserrors import why

ChartAttempt = ChartFiles | Render | NotSeen
LiveFact = Live | Logs | Metrics | Usage | Inside | Rights | HavenReport
EndpointFact = Endpoint | Endpoints | DnsFacts | DnssecFacts | TlsFacts | HttpFacts | RpkiFacts
Fact = ChartFiles | Render | EndpointFact | LiveFact
Attempt = Fact | NotSeen
_TYPES: dict[str, type] = {
    "chart": ChartFiles,
    "endpoint": Endpoint,
    "endpoints": Endpoints,
    "dns": DnsFacts,
    "dnssec": DnssecFacts,
    "tls": TlsFacts,
    "http": HttpFacts,
    "rpki": RpkiFacts,
    "live": Live,
    "logs": Logs,
    "metrics": Metrics,
    "usage": Usage,
    "inside": Inside,
    "rights": Rights,
    "haven": HavenReport,
}
"""Kind of fact → its type; every other kind is a render."""
_Read = TypeVar("_Read")


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
    scenes: dict[str, tuple[str, ...]]
    """Part of the target → its scenes, in the target's order: values sets of a chart, endpoints of a service."""
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
    scenes: dict[str, tuple[str, ...]]
    facts: tuple[FactKey, ...]


LARGEST_FILE = 128 * 1024 * 1024
"""What one file of evidence may hold: some times what a collector takes in of one chart."""
_PART_OF_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,235}")


def read_evidence(folder: Path) -> TargetFacts:
    """Read the facts that `write_evidence` stored; what is read may come from somebody else.

    Raises EvidenceError with the file and what is wrong with it: not there, no regular file of this folder, too large,
    or other content than was written.
    """
    if folder.is_symlink():
        raise _wrong(folder, "is een koppeling", "is a link")
    index = _decoded(folder / "index.json", msgspec.json.Decoder(_Index))
    attempts: dict[FactKey, Attempt] = {}
    for key in dict.fromkeys(index.facts):
        for part in (key.kind, key.scene or "_"):
            if not _PART_OF_NAME.fullmatch(part):
                raise _wrong(folder / "index.json", f"noemt {part[:80]!r}", f"names {part[:80]!r}")
        path = folder / key.file_name
        attempt = attempts[key] = _decoded(path, _decoder)
        fits = _TYPES.get(key.kind, Render)
        if not isinstance(attempt, fits | NotSeen) or (isinstance(attempt, Render) and attempt.scene != key.scene):
            raise _wrong(path, "bevat een ander feit dan zijn naam zegt", "holds another fact than its name says")
    return TargetFacts(index.target, index.scenes, attempts)


def read_file(path: Path) -> bytes:
    """Read one file of evidence. Raises EvidenceError: not there, a link, no regular file, or too large."""
    try:
        # Neither follows a link out of the folder, nor waits for a pipe that nobody writes to.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as stream:
            status = os.fstat(stream.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise _wrong(path, "is geen gewoon bestand", "is no regular file")
            if status.st_size > LARGEST_FILE:
                size = LARGEST_FILE // (1024 * 1024)
                raise _wrong(path, f"is groter dan {size} MB", f"is larger than {size} MB")
            return stream.read(status.st_size)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise _wrong(path, "is een koppeling", "is a link") from error
        raise _wrong(path, f"is niet te lezen ({why(error).nl})", f"cannot be read ({why(error).en})") from error


def _decoded(path: Path, decoder: msgspec.json.Decoder[_Read]) -> _Read:
    try:
        return decoder.decode(read_file(path))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _wrong(path, f"past niet ({error})", f"does not fit ({error})") from error


def _wrong(path: Path, nl: str, en: str) -> EvidenceError:
    return EvidenceError(f"{path}: {nl}; toets opnieuw zonder --replay / {en}; audit again without --replay")
