"""One list per kind of object, page by page; what was refused or cut off says so."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from toetskader.collect.kubernetes.client import JSON, ApiServer, path_of
from toetskader.collect.kubernetes.failures import ApiFailed, ApiFailure, unreadable
from toetskader.collect.kubernetes.reduce import reduced, secret_metadata
from toetskader.collect.kubernetes.resources import Resource
from toetskader.facts.kubernetes.live import ListOutcome
from toetskader.text import Text

PAGE = 2_000
"""Objects a page: few requests for a large namespace, and no answer of more than some tens of megabytes."""
MOST_OBJECTS = 20_000
"""Objects of one kind that are taken in."""
_TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"
_METADATA = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"
_EXPIRED = 410
_RESTARTS = 2


@dataclass(slots=True)
class Listed:
    """The objects of one kind, and how their list went."""

    outcome: ListOutcome
    documents: list[dict[str, Any]] = field(default_factory=list)


class _ListMetadata(msgspec.Struct):
    go_on: str = msgspec.field(name="continue", default="")


class _Page(msgspec.Struct):
    metadata: _ListMetadata = msgspec.field(default_factory=_ListMetadata)
    items: list[dict[str, Any]] | None = None


class _Column(msgspec.Struct):
    name: str


class _Row(msgspec.Struct):
    cells: list[Any] = []
    object: dict[str, Any] | None = None


class _Table(msgspec.Struct):
    kind: str
    metadata: _ListMetadata = msgspec.field(default_factory=_ListMetadata)
    columns: list[_Column] = msgspec.field(name="columnDefinitions", default_factory=list)
    rows: list[_Row] | None = None


@dataclass(frozen=True, slots=True)
class _Form:
    """In which form a list is asked for."""

    accept: str
    decode: Callable[[bytes, Resource, str], tuple[list[dict[str, Any]], str]]
    """From the body of a page to its documents and the token for the next page."""
    query: dict[str, str | int] = field(default_factory=dict)


def list_kind(server: ApiServer, resource: Resource, version: str, namespace: str) -> Listed:
    """List all objects of a kind in a namespace, or in the cluster for a kind outside namespaces.

    Never raises: a list that fails half way keeps what it has, as not complete, with the reason.
    """
    if resource.key == ("Secret", ""):
        return _list_secrets(server, resource, version, namespace)
    return _list(server, resource, version, namespace, _Form(JSON, _objects))


def list_of_unserved(resource: Resource, *, why: Text | None = None) -> Listed:
    """Return the list of a kind that the API server does not know."""
    reason = why or Text(f"Het cluster kent {resource.name} niet.", f"The cluster does not know {resource.name}.")
    return Listed(_outcome(resource, "", served=False, reason=reason))


def _list_secrets(server: ApiServer, resource: Resource, version: str, namespace: str) -> Listed:
    """List Secrets as the table that `kubectl get` shows: name, type, number of entries; values never leave the server.

    The metadata-only list that an older server may have in its place leaves the type unknown.
    """
    form = _Form(_TABLE, _secrets, {"includeObject": "Metadata"})
    found = _list(server, resource, version, namespace, form)
    if found.outcome.reason is not None and not found.documents and not found.outcome.denied:
        again = _list(server, resource, version, namespace, _Form(_METADATA, _metadata_only))
        return again if again.outcome.complete else found
    return found


def _list(server: ApiServer, resource: Resource, version: str, namespace: str, form: _Form) -> Listed:
    documents: list[dict[str, Any]] = []
    requests, restarts, go_on = 0, 0, ""
    path = _path(resource, version, namespace)
    while True:
        requests += 1
        pages: dict[str, str | int] = {} if restarts >= _RESTARTS else {"limit": PAGE}
        if resource.labels:
            pages["labelSelector"] = resource.labels
        if go_on:
            pages["continue"] = go_on
        try:
            answer = server.get(path, {**form.query, **pages}, accept=form.accept, what=resource.name)
            found, go_on = form.decode(answer.body, resource, version)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return _broken_off(resource, version, documents, unreadable(resource.name), requests)
        except ApiFailed as outcome:
            if outcome.failure.status == _EXPIRED and restarts < _RESTARTS:
                # The page after this one is no longer kept: the objects changed too much in between. From the start
                # again, the last time in one go.
                documents, go_on = [], ""
                restarts += 1
                continue
            return _broken_off(resource, version, documents, outcome.failure, requests)
        for document in found:
            reduced(document, status=resource.status)
        documents += found
        if go_on and len(documents) >= MOST_OBJECTS:
            return Listed(
                _outcome(resource, version, documents, complete=False, reason=_too_many(resource), requests=requests),
                documents,
            )
        if not go_on:
            return Listed(_outcome(resource, version, documents, requests=requests), documents)


def _path(resource: Resource, version: str, namespace: str) -> str:
    root = ("apis", resource.group, version) if resource.group else ("api", version)
    where = ("namespaces", namespace) if resource.namespaced else ()
    return path_of(*root, *where, resource.plural)


def _objects(body: bytes, resource: Resource, version: str) -> tuple[list[dict[str, Any]], str]:
    page = msgspec.json.decode(body, type=_Page)
    api_version = f"{resource.group}/{version}" if resource.group else version
    # Items of a list do not repeat what they are.
    head = {"apiVersion": api_version, "kind": resource.kind}
    return [{**item, **head} for item in page.items or ()], page.metadata.go_on


def _secrets(body: bytes, resource: Resource, version: str) -> tuple[list[dict[str, Any]], str]:  # noqa: ARG001
    table = msgspec.json.decode(body, type=_Table)
    if table.kind != "Table":
        raise ApiFailed(unreadable(resource.name))
    at = next((index for index, column in enumerate(table.columns) if column.name == "Type"), None)
    return [
        secret_metadata(row.object.get("metadata"), row.cells[at] if at is not None and at < len(row.cells) else None)
        for row in table.rows or ()
        if row.object is not None
    ], table.metadata.go_on


def _metadata_only(body: bytes, resource: Resource, version: str) -> tuple[list[dict[str, Any]], str]:  # noqa: ARG001
    page = msgspec.json.decode(body, type=_Page)
    return [secret_metadata(item.get("metadata")) for item in page.items or ()], page.metadata.go_on


def _broken_off(
    resource: Resource, version: str, documents: list[dict[str, Any]], failure: ApiFailure, requests: int
) -> Listed:
    if failure.status == 404 and not documents:
        return list_of_unserved(resource)
    outcome = _outcome(
        resource,
        version,
        documents,
        complete=False,
        denied=failure.status in (401, 403),
        reason=failure.message,
        requests=requests,
    )
    return Listed(outcome, documents)


def _outcome(
    resource: Resource,
    version: str,
    documents: list[dict[str, Any]] | None = None,
    *,
    served: bool = True,
    complete: bool = True,
    denied: bool = False,
    reason: Text | None = None,
    requests: int = 0,
) -> ListOutcome:
    return ListOutcome(
        group=resource.group,
        version=version,
        kind=resource.kind,
        plural=resource.plural,
        served=served,
        count=len(documents or ()),
        complete=complete,
        denied=denied,
        reason=reason,
        requests=requests,
    )


def _too_many(resource: Resource) -> Text:
    return Text(
        f"Er zijn meer dan {MOST_OBJECTS} {resource.name}; de rest is niet gelezen.",
        f"There are more than {MOST_OBJECTS} {resource.name}; the rest was not read.",
    )
