"""Requests to one API server: bounded in time and size, tried again when it asks for that, and never a write.

The `kubernetes` client reads the configuration and does TLS and authentication. Its generated calls are not used: they
build a Python object of every field, which for a thousand pods takes longer than all the rest.
"""

import random
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import urllib3
from urllib3 import exceptions

from toetskader.collect.deadline import Deadline
from toetskader.collect.kubernetes.failures import (
    ApiFailed,
    ApiFailure,
    answered,
    busy,
    forbidden,
    not_trusted,
    out_of_time,
    too_large,
    unauthorised,
    unreachable,
)
from toetskader.collect.kubernetes.kubeconfig import Access
from toetskader.core.failure import Reason
from toetskader.text import Text

JSON = "application/json"
AT_ONCE = 4
"""Requests to one API server at a time."""
MOST_BYTES = 128_000_000
"""What one answer may hold: some 20,000 pods."""
_CONNECT_S = 5.0
_READ_S = 30.0
_TRIES = 6
_TRIES_TO_CONNECT = 4
_FIRST_WAIT_S = 0.25
_LONGEST_WAIT_S = 10.0
_CHUNK = 1 << 18
_AGAIN = frozenset({429, 500, 502, 503, 504})

REVIEWS = (
    "/apis/authorization.k8s.io/v1/subjectaccessreviews",
    "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
)
"""The only things that are ever posted: questions about rights, of which nothing is kept."""


@dataclass(frozen=True, slots=True)
class Response:
    """An answer with status 200 (or 201 on a review)."""

    body: bytes
    content_type: str
    status: int
    cut: bool = False
    """True when there was more than the caller wanted, which was allowed."""


@dataclass(frozen=True, slots=True)
class _Request:
    """One request, as it is made and made again."""

    method: str
    path: str
    query: list[tuple[str, str]] | None
    accept: str
    most_bytes: int
    cut: bool = False
    body: bytes | None = None
    what: str = ""


class ApiServer:
    """One API server, for as long as a collection may take. Use as a context manager.

    Parameters: `access`, how to reach it; `deadline_s`, seconds for everything that is asked of it together.
    """

    def __init__(self, access: Access, *, deadline_s: float, user_agent: str = "toetskader") -> None:
        self.access = access
        self.requests = 0
        self._deadline = Deadline(deadline_s)
        self._ends = time.monotonic() + deadline_s
        self._lock = threading.Lock()
        self._down: ApiFailure | None = None
        self._user_agent = user_agent
        self._folder = tempfile.TemporaryDirectory(prefix="toetskader-")
        self._pool: urllib3.PoolManager | None = None
        self._headers: dict[str, str] = {}

    def __enter__(self) -> Self:
        self._deadline.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.clear()
        self._deadline.__exit__(kind, error, trace)
        self._folder.cleanup()

    @property
    def remaining(self) -> float:
        """Seconds left; 0 when there are none."""
        return max(self._ends - time.monotonic(), 0.0)

    def get(
        self,
        path: str,
        query: Mapping[str, str | int] | None = None,
        *,
        accept: str = JSON,
        most_bytes: int = MOST_BYTES,
        cut: bool = False,
        any_status: bool = False,
        what: str = "",
    ) -> Response:
        """Read something.

        Parameters: `path` below the server's address; `accept`, the representation that is asked for; `most_bytes`,
        what the answer may hold; `cut`, to take the start of a longer answer; `any_status`, to hand back what a pod
        says through the proxy; `what`, what it is called when it fails. Raises `ApiFailed`.
        """
        asked = [(key, str(value)) for key, value in query.items()] if query else None
        return self._ask(_Request("GET", path, asked, accept, most_bytes, cut=cut, what=what or path), any_status)

    def review(self, path: str, body: bytes) -> Response:
        """Ask about rights. Parameters: `path`, one of `REVIEWS`; `body`, the review as JSON. Raises `ApiFailed`."""
        if path not in REVIEWS:
            raise ValueError(f"{path} is no review")
        request = _Request("POST", path, None, JSON, 1_000_000, body=body, what=path.rpartition("/")[2])
        return self._ask(request, any_status=False)

    def _ask(self, request: "_Request", any_status: bool) -> Response:
        what = request.what
        for attempt in range(1, _TRIES + 1):
            try:
                response, wait = self._once(request)
            except ConnectionError as error:
                if attempt >= _TRIES_TO_CONNECT:
                    raise self._fails(unreachable(self.access.server, str(error))) from None
                self._wait(attempt, 0.0, what)
                continue
            if response.status in (200, 201) or (any_status and response.status != 429):
                return response
            if response.status not in _AGAIN:
                raise self._fails(self._failure(response, what))
            if attempt == _TRIES:
                raise ApiFailed(busy(self.access.server, response.status, attempt))
            self._wait(attempt, wait, what)
        raise AssertionError("a try ends in an answer or an error")

    def _failure(self, response: Response, what: str) -> ApiFailure:
        if response.status == 401:
            return unauthorised(self.access.server, self.access.token, datetime.now(UTC))
        if response.status == 403:
            return forbidden(what, response.body)
        return answered(what, response.status, response.body)

    def _fails(self, failure: ApiFailure) -> ApiFailed:
        if failure.everything:
            with self._lock:
                self._down = self._down or failure
        return ApiFailed(failure)

    def _wait(self, attempt: int, asked: float, what: str) -> None:
        """Wait before another try: as long as the server asks, else longer each time.

        Raises `ApiFailed` without time.
        """
        backoff = _FIRST_WAIT_S * 2 ** (attempt - 1) * (0.75 + random.random() / 2)  # noqa: S311 - no secret
        wait = min(max(asked, backoff), _LONGEST_WAIT_S)
        if wait >= self.remaining:
            raise ApiFailed(out_of_time(what))
        time.sleep(wait)

    def _once(self, request: "_Request") -> tuple[Response, float]:
        """Ask once. Returns the answer, whatever its status, and how long the server asks to wait.

        Raises `ConnectionError` when no connection could be made, or it broke off.
        """
        with self._lock:
            if self._down is not None:
                raise ApiFailed(self._down)
            pool, headers = self._connected()
            self.requests += 1
        left = self.remaining
        if left <= 0:
            raise ApiFailed(out_of_time(request.what))
        try:
            answer = pool.request(
                request.method,
                self.access.server + request.path,
                fields=request.query,
                body=request.body,
                headers={
                    **headers,
                    "Accept": request.accept,
                    **({"Content-Type": JSON} if request.body else {}),
                },
                timeout=urllib3.Timeout(connect=min(_CONNECT_S, left), read=min(_READ_S, left)),
                retries=False,
                redirect=False,  # it would carry the token to wherever an answer points
                preload_content=False,
                decode_content=False,  # nothing compressed was asked for
            )
            with answer:
                return self._read(answer, request), _seconds(answer.headers.get("Retry-After", ""))
        except exceptions.SSLError as error:
            raise self._fails(not_trusted(self.access.server, str(error))) from None
        except (exceptions.HTTPError, OSError, ValueError) as error:
            if self.remaining <= 0:
                raise ApiFailed(out_of_time(request.what)) from None
            if isinstance(error, exceptions.ReadTimeoutError):
                raise ApiFailed(_no_answer(request.what)) from None
            raise ConnectionError(type(error).__name__) from None

    def _read(self, answer: urllib3.BaseHTTPResponse, request: "_Request") -> Response:
        chunks, size = [], 0
        while size <= request.most_bytes and (chunk := answer.read1(_CHUNK)):
            if self.remaining <= 0:
                raise ApiFailed(out_of_time(request.what))
            chunks.append(chunk)
            size += len(chunk)
        longer = size > request.most_bytes
        if longer:
            answer.close()
            if not request.cut:
                raise ApiFailed(too_large(request.what, request.most_bytes))
        content_type = answer.headers.get("Content-Type", "")
        return Response(b"".join(chunks)[: request.most_bytes], content_type, answer.status, cut=longer)

    def _connected(self) -> tuple[urllib3.PoolManager, dict[str, str]]:
        if self._pool is None:
            self._pool, self._headers = self._connect()
        return self._pool, self._headers

    def _connect(self) -> tuple[urllib3.PoolManager, dict[str, str]]:
        # Some 0.7 s to import: only a run that looks at a cluster should wait for it.
        from kubernetes import client, config  # noqa: PLC0415

        settings = client.Configuration()
        settings.connection_pool_maxsize = AT_ONCE
        try:
            config.load_kube_config_from_dict(  # type: ignore[no-untyped-call]
                self.access.config,
                client_configuration=settings,
                persist_config=False,
                temp_file_path=self._folder.name,
            )
            api = client.ApiClient(settings)
            pool: urllib3.PoolManager = api.rest_client.pool_manager
        except (config.ConfigException, OSError, ValueError, exceptions.HTTPError) as error:
            raise ApiFailed(_unusable(self.access.name, type(error).__name__)) from None
        headers: dict[str, str] = {"User-Agent": self._user_agent}
        api.update_params_for_auth(headers, [], ["BearerToken"], "", "GET", None)
        pool.pool_classes_by_scheme = _watched_by(self._deadline)
        return pool, headers


def _watched_by(deadline: Deadline) -> dict[str, Any]:
    """Return the connection pools whose connections end at the deadline, whatever a server does to hold them."""

    class Plain(urllib3.connection.HTTPConnection):
        def _new_conn(self) -> Any:
            made = super()._new_conn()
            deadline.watch(made)
            return made

    class Secure(urllib3.connection.HTTPSConnection):
        def _new_conn(self) -> Any:
            made = super()._new_conn()
            deadline.watch(made)
            return made

    class PlainPool(urllib3.HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(urllib3.HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


def _seconds(text: str) -> float:
    return float(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0.0


def _no_answer(what: str) -> ApiFailure:
    return ApiFailure(
        Reason.TIMED_OUT,
        Text(
            f"{what}: geen antwoord van de API-server binnen {_READ_S:.0f} seconden.",
            f"{what}: no answer of the API server within {_READ_S:.0f} seconds.",
        ),
    )


def _unusable(name: str, detail: str) -> ApiFailure:
    return ApiFailure(
        Reason.REFUSED_INPUT,
        Text(
            f"Met de context {name} is geen verbinding te maken ({detail}): een certificaat of sleutel klopt niet.",
            f"No connection can be made with the context {name} ({detail}): a certificate or key is not valid.",
        ),
        everything=True,
    )


def path_of(*parts: str) -> str:
    """Join parts of a path, each of them safe in it."""
    return "/" + "/".join(quote(part, safe="") for part in parts)
