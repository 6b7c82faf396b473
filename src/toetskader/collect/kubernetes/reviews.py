"""Requests of the collector of rights: lists across namespaces, and reviews."""

from collections.abc import Mapping
from typing import Any

import msgspec

from toetskader.collect.kubernetes.client import JSON, REVIEWS, ApiServer
from toetskader.collect.kubernetes.failures import ApiFailed, unreadable
from toetskader.core.failure import Failed, Failure, Reason
from toetskader.facts.kubernetes.rbac import Access
from toetskader.facts.kubernetes.rights import Holder
from toetskader.text import Text

MOST_OBJECTS = 20_000
"""Objects of one kind that are read."""
_PAGE = 2_000
_METADATA_ONLY = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"


class _Position(msgspec.Struct):
    go_on: str = msgspec.field(name="continue", default="")


class _Page(msgspec.Struct):
    metadata: _Position = msgspec.field(default_factory=_Position)
    items: list[dict[str, Any]] | None = None


class ReviewStatus(msgspec.Struct, rename="camel"):
    """What the API server says of a question."""

    allowed: bool
    denied: bool = False
    """True when an authorizer forbids it outright, whatever another allows."""
    evaluation_error: str = ""


class _Review(msgspec.Struct):
    status: ReviewStatus


def listed(
    server: ApiServer, path: str, query: Mapping[str, str] | None = None, *, metadata_only: bool = False
) -> list[dict[str, Any]]:
    """Return all objects of a list, page by page. Raises `Failed`, also when there are too many."""
    what = path.rpartition("/")[2]
    found: list[dict[str, Any]] = []
    asked: dict[str, str | int] = {"limit": _PAGE, **(query or {})}
    while True:
        answer = server.get(path, asked, accept=_METADATA_ONLY if metadata_only else JSON, what=what)
        try:
            page = msgspec.json.decode(answer.body, type=_Page)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise ApiFailed(unreadable(what)) from None
        found += page.items or []
        if not page.metadata.go_on:
            return found
        if len(found) >= MOST_OBJECTS:
            text = Text(f"{what}: meer dan {MOST_OBJECTS} objecten.", f"{what}: more than {MOST_OBJECTS} objects.")
            raise Failed(Failure(Reason.TOO_LARGE, text))
        asked["continue"] = page.metadata.go_on


def review(server: ApiServer, holder: Holder, access: Access) -> ReviewStatus:
    """Ask whether somebody may do something, by a SubjectAccessReview. Raises `Failed`.

    Whoever logs in gets groups from the API server itself (system:authenticated); a review takes groups as given, so
    that they are named here.
    """
    identity = holder.identity
    about = {
        "verb": access.verb,
        "group": access.group,
        "resource": access.resource,
        "subresource": access.subresource,
        "namespace": access.namespace,
        "name": access.name,
    }
    spec: dict[str, Any] = {
        "resourceAttributes": {key: value for key, value in about.items() if value},
        "groups": sorted(identity.groups),
    }
    if identity.user:
        spec["user"] = identity.user
    body = {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": spec}
    answer = server.review(REVIEWS[0], msgspec.json.encode(body))
    try:
        return msgspec.json.decode(answer.body, type=_Review).status
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ApiFailed(unreadable("subjectaccessreviews")) from None
