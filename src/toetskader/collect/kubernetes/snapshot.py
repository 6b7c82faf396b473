"""A namespace's facts in a folder, to hand over; and such a folder in the place of a cluster.

What is in a folder was redacted when it was written. It may come from anybody, so it is done again when it is read.
"""

from datetime import datetime
from pathlib import Path

import msgspec

from toetskader.collect.attempting import not_seen
from toetskader.collect.helm.manifests import is_deeper
from toetskader.collect.kubernetes.files import read_file, refused
from toetskader.collect.kubernetes.reduce import reduced
from toetskader.core.failure import Failed, Failure, Reason
from toetskader.facts.attempt import NotSeen, Provenance
from toetskader.facts.endpoint.escape import escaped
from toetskader.facts.kubernetes.live import Inside, Live, Logs, Metrics, Usage, as_objects
from toetskader.facts.kubernetes.rights import Rights
from toetskader.kinds.namespace.part import NamespaceEntry
from toetskader.kinds.registry import FACT_TYPES
from toetskader.text import Text

NamespaceFact = Live | Logs | Metrics | Usage | Inside | Rights

INDEX = "snapshot.json"
FORMAT = 1
MOST_BYTES = 128_000_000
_MOST_DEPTH = 80
KIND_WORDS = {
    "live": Text("objecten", "objects"),
    "logs": Text("logregels", "log lines"),
    "metrics": Text("metrieken", "metrics"),
    "usage": Text("verbruik", "use of CPU and memory"),
    "inside": Text("blik in de containers", "look inside the containers"),
    "rights": Text("rechten", "rights"),
}
"""Kinds of facts, as reasons call what is not held."""
_encoder = msgspec.json.Encoder(order="deterministic")
_decoder = msgspec.json.Decoder(NamespaceFact | NotSeen)


class _Index(msgspec.Struct, frozen=True, kw_only=True):
    """What a folder holds."""

    format: int
    namespace: str
    environment: str
    at: datetime
    facts: tuple[str, ...]


def write_facts(
    entry: NamespaceEntry, facts: dict[str, NamespaceFact | NotSeen], folder: Path, *, at: datetime
) -> tuple[Path, ...]:
    """Write facts to a folder, made when absent, and return the files. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for kind, fact in facts.items():
        path = folder / f"{kind}.json"
        path.write_bytes(_encoder.encode(fact))
        written.append(path)
    index = _Index(format=FORMAT, namespace=entry.namespace, environment=entry.environment, at=at, facts=tuple(facts))
    (folder / INDEX).write_bytes(_encoder.encode(index))  # last: without it there is no snapshot
    return (folder / INDEX, *written)


def read_snapshot(entry: NamespaceEntry, folder: Path, kinds: frozenset[str]) -> dict[str, NamespaceFact | NotSeen]:
    """Read the facts of these kinds from a folder. Raises `Failed`: no snapshot, or one of another namespace."""
    index = _index(folder)
    if index.namespace != entry.namespace:
        raise refused(
            folder,
            Text(
                f"is een snapshot van namespace {escaped(index.namespace, 63)}, niet van {entry.namespace}.",
                f"is a snapshot of namespace {escaped(index.namespace, 63)}, not of {entry.namespace}.",
            ),
        )
    return {kind: _fact(entry, folder, index, kind) for kind in KIND_WORDS if kind in kinds}


def _index(folder: Path) -> _Index:
    if folder.is_symlink():
        raise refused(folder, Text("is een koppeling.", "is a link."))
    path = folder / INDEX
    try:
        index = msgspec.json.decode(read_file(path, 100_000), type=_Index)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        index = None
    if index is None or index.format != FORMAT:
        raise refused(
            path,
            Text("is niet van een snapshot die hier gelezen kan worden.", "is of no snapshot that can be read here."),
        )
    return index


def _fact(entry: NamespaceEntry, folder: Path, index: _Index, kind: str) -> NamespaceFact | NotSeen:
    source = f"{folder.name}: {entry.namespace}"
    path = folder / f"{kind}.json"
    if kind not in index.facts:
        words = KIND_WORDS[kind]
        return _not_seen(
            Failure(
                Reason.NOT_COLLECTED,
                Text(
                    f"De snapshot {folder.name} bevat geen {words.nl}.",
                    f"The snapshot {folder.name} holds no {words.en}.",
                ),
            ),
            index,
            source,
        )
    try:
        content = read_file(path, MOST_BYTES)
        text = content.decode()
        found: NamespaceFact | NotSeen = _decoder.decode(text)
        if is_deeper(text, _MOST_DEPTH) or not isinstance(found, (FACT_TYPES[kind], NotSeen)):
            raise refused(path, Text("past niet in een snapshot.", "does not fit in a snapshot."))
        provenance = msgspec.structs.replace(
            found.provenance, by=f"snapshot; {escaped(found.provenance.by, 200)}", source=source
        )
        if isinstance(found, Live):
            return _live(entry, found, provenance)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _not_seen(
            refused(path, Text("past niet in een snapshot.", "does not fit in a snapshot.")).failure, index, source
        )
    except Failed as outcome:
        return _not_seen(outcome.failure, index, source)
    return msgspec.structs.replace(found, provenance=provenance)


def _live(entry: NamespaceEntry, live: Live, provenance: Provenance) -> Live:
    """Return the objects as if they were read here: the target says which environment and component it is."""
    if live.namespace != entry.namespace:
        raise Failed(
            Failure(
                Reason.REFUSED_INPUT,
                Text("De snapshot is van een andere namespace.", "The snapshot is of another namespace."),
            )
        )
    documents = [reduced(item.document, status=True) for item in live.objects]
    return msgspec.structs.replace(
        live,
        provenance=provenance,
        environment=entry.environment,
        selector=entry.selector,
        objects=as_objects(documents),
    )


def _not_seen(failure: Failure, index: _Index, source: str) -> NotSeen:
    return not_seen(failure, Provenance(at=index.at, by="snapshot", source=source))
