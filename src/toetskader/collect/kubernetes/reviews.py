"""Requests of the collector of rights: lists and reviews, with patience within one deadline."""

import random
import time
from collections.abc import Mapping
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec
import urllib3
from kubernetes.client import ApiClient
from kubernetes.client.exceptions import ApiException

from toetskader.facts.attempt import Reason
from toetskader.facts.endpoint.escape import escaped
from toetskader.facts.kubernetes.rbac import Access
from toetskader.facts.kubernetes.rights import Holder
from toetskader.text import Text

MOST_OBJECTS = 20_000
"""Objects of one kind that are read."""
PAGE = 500
_REVIEWS = "/apis/authorization.k8s.io/v1/subjectaccessreviews"
_TRIES = 5
_TIMEOUT_S = 15.0
_METADATA_ONLY = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"

_T = TypeVar("_T")


class Refused(Exception):  # noqa: N818 - carries a reason to where it is told
    """A request without the answer that was asked for."""

    def __init__(self, reason: Reason, message: Text) -> None:
        super().__init__(message.en)
        self.reason = reason
        self.message = message


class _Position(msgspec.Struct):
    next: str | None = msgspec.field(default=None, name="continue")


class _Page(msgspec.Struct):
    metadata: _Position
    items: list[dict[str, Any]] | None = None


class ReviewStatus(msgspec.Struct, rename="camel"):
    """What the API server says of a question."""

    allowed: bool
    denied: bool = False
    """True when an authorizer forbids it outright, whatever another allows."""
    evaluation_error: str = ""


class Answer(msgspec.Struct):
    """What a review came to."""

    status: ReviewStatus


class Wire:
    """Requests to the API server, with patience within one deadline."""

    def __init__(self, api: ApiClient, ends: float) -> None:
        self._api = api
        self._ends = ends

    def list(self, path: str, query: Mapping[str, str] | None = None, *, names_only: bool = False) -> list[Any]:
        """Return all items of a list, page by page. Raises `Refused`."""
        items: list[Any] = []
        asked = {"limit": str(PAGE), **(query or {})}
        while True:
            page = _decoded(path, self._request("GET", f"{path}?{urlencode(asked)}", names_only=names_only), _Page)
            items += page.items or []
            if not page.metadata.next:
                return items
            if len(items) >= MOST_OBJECTS:
                text = Text(f"{path}: meer dan {MOST_OBJECTS} objecten", f"{path}: more than {MOST_OBJECTS} objects")
                raise Refused(Reason.TOO_LARGE, text)
            asked["continue"] = page.metadata.next

    def review(self, holder: Holder, access: Access) -> Answer:
        """Ask whether somebody may do something. Raises `Refused`."""
        identity = holder.identity
        about = {
            "verb": access.verb,
            "group": access.group,
            "resource": access.resource,
            "subresource": access.subresource,
            "namespace": access.namespace,
        }
        spec: dict[str, Any] = {"resourceAttributes": {key: value for key, value in about.items() if value}}
        # Whoever logs in gets groups from the API server itself; a review takes the groups as they are given.
        spec["groups"] = sorted(identity.groups)
        if identity.user:
            spec["user"] = identity.user
        body = {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": spec}
        return _decoded(_REVIEWS, self._request("POST", _REVIEWS, body), Answer)

    def _request(self, method: str, path: str, body: object = None, *, names_only: bool = False) -> bytes:
        for attempt in range(_TRIES):
            left = self._ends - time.monotonic()
            if left <= 0:
                break
            status, data, wait_s = self._once(method, path, body, min(left, _TIMEOUT_S), names_only=names_only)
            if status in {200, 201}:
                return data
            if status != 429 and status < 500:
                raise _refusal(method, path, status, data)
            pause = wait_s if wait_s is not None else 0.1 * 2**attempt * (0.5 + random.random())  # noqa: S311
            if attempt == _TRIES - 1 or pause >= self._ends - time.monotonic():
                raise _refusal(method, path, status, data)
            time.sleep(pause)
        raise Refused(Reason.TIMED_OUT, Text(f"{path}: de tijd was op", f"{path}: the time was used up"))

    def _once(
        self, method: str, path: str, body: object, timeout_s: float, *, names_only: bool
    ) -> tuple[int, bytes, float | None]:
        headers = {"Accept": _METADATA_ONLY if names_only else "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        method, url, sent, content, form = self._api.param_serialize(
            method, path, header_params=headers, body=body, auth_settings=["BearerToken"]
        )
        try:
            response = self._api.call_api(method, url, sent, content, form, _request_timeout=timeout_s)
            data: object = response.read()  # type: ignore[no-untyped-call]  # the client has no types there
        except ApiException as error:
            if error.status:
                return int(error.status), _bytes(error.body), _seconds((error.headers or {}).get("Retry-After"))
            raise _unreachable(path, str(error.reason)) from None
        except urllib3.exceptions.HTTPError as error:
            raise _unreachable(path, type(error).__name__) from None
        return response.status, _bytes(data), _seconds(response.headers.get("Retry-After"))


def _bytes(data: object) -> bytes:
    if isinstance(data, bytes):
        return data
    return data.encode() if isinstance(data, str) else b""


def _seconds(header: object) -> float | None:
    return float(header) if isinstance(header, str) and header.isdigit() and len(header) < 5 else None


def _decoded(path: str, data: bytes, kind: type[_T]) -> _T:
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _unreadable(path) from None


def _unreadable(path: str) -> Refused:
    text = Text(
        f"{path}: het antwoord is niet wat een API-server hoort te geven",
        f"{path}: the answer is not what an API server should give",
    )
    return Refused(Reason.TOOL_FAILED, text)


def _unreachable(path: str, detail: str) -> Refused:
    shown = escaped(detail, 200)
    return Refused(Reason.UNREACHABLE, Text(f"{path}: geen antwoord ({shown})", f"{path}: no answer ({shown})"))


def _refusal(method: str, path: str, status: int, data: bytes) -> Refused:
    plain = path.partition("?")[0]
    what = "create" if method == "POST" else "list"
    if status in {401, 403}:
        text = Text(f"{what} op {plain} wordt geweigerd ({status})", f"{what} on {plain} is refused ({status})")
        return Refused(Reason.DENIED, text)
    try:
        said = escaped(str(msgspec.json.decode(data).get("message", "")), 200)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, AttributeError):
        said = ""
    text = Text(f"{plain}: status {status} {said}".rstrip(), f"{plain}: status {status} {said}".rstrip())
    return Refused(Reason.TOOL_FAILED, text)
