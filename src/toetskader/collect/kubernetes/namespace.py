"""Whether a namespace is there at all: of one that is not, the API server lists no objects without a word of it."""

import difflib

import msgspec

from toetskader.collect.kubernetes.client import ApiServer, path_of
from toetskader.collect.kubernetes.failures import ApiFailed
from toetskader.core.failure import Failed, Failure, Reason
from toetskader.facts.endpoint.escape import escaped
from toetskader.text import Text

_METADATA_ONLY = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"
_NAMES_ONLY = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"
_MOST_NAMES = 5_000


class _Named(msgspec.Struct):
    class _Name(msgspec.Struct):
        name: str = ""

    metadata: _Name


class _Names(msgspec.Struct):
    items: list[_Named] = []


def exists(server: ApiServer, name: str) -> bool:
    """Tell whether a namespace is known to be there; False when that may not be read.

    Raises `Failed` when it is not there, with names like it, or when nothing can be asked.
    """
    try:
        server.get(path_of("api", "v1", "namespaces", name), accept=_METADATA_ONLY, what=f"namespaces/{name}")
    except ApiFailed as outcome:
        if outcome.failure.status == 404:
            raise Failed(_absent(server, name)) from None
        if outcome.failure.status == 403:
            return False
        raise
    return True


def perhaps_absent(name: str) -> Failure:
    """Say that nothing at all was seen in a namespace that may not be there."""
    return Failure(
        Reason.DENIED,
        Text(
            f"In namespace {name} is niets gezien, zelfs niet wat in elke namespace staat, en of hij bestaat mag niet "
            "worden gelezen. Controleer de naam, of geef het recht 'get namespaces'.",
            f"Nothing was seen in namespace {name}, not even what every namespace has, and whether it exists may not "
            "be read. Check the name, or grant the right 'get namespaces'.",
        ),
    )


def _absent(server: ApiServer, name: str) -> Failure:
    message = Text(f"Namespace {name} bestaat niet in dit cluster.", f"There is no namespace {name} in this cluster.")
    try:
        answer = server.get("/api/v1/namespaces", {"limit": _MOST_NAMES}, accept=_NAMES_ONLY, what="namespaces")
        known = [escaped(item.metadata.name, 63) for item in msgspec.json.decode(answer.body, type=_Names).items]
    except (Failed, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        message = Text(
            f"{message.nl} Welke er wel zijn mag niet worden gelezen.",
            f"{message.en} Which there are may not be read.",
        )
    else:
        near = near_names(name, known)
        if near:
            names = ", ".join(near)
            message = Text(f"{message.nl} Wel: {names}.", f"{message.en} There is: {names}.")
    return Failure(Reason.REFUSED_INPUT, message)


def near_names(name: str, known: list[str]) -> tuple[str, ...]:
    """Return the names most like this one, the nearest first; names that share a word with it count too."""
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.6)
    words = {word for word in name.split("-") if len(word) > 2}
    shared = [other for other in known if other not in close and words & set(other.split("-"))]
    return (*close, *sorted(shared)[: 3 - len(close)])
