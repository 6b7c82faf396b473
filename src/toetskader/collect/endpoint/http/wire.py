"""One request to one address of a host, over HTTP/1.1 (requests) or HTTP/2 (httpx); everything with limits."""

import http.client
import io
import logging
import re
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Literal

import httpx
import requests
import requests.adapters
import urllib3
import urllib3.connection
import urllib3.connectionpool
import urllib3.exceptions

from toetskader.collect.deadline import Deadline
from toetskader.core.failure import Failed, Reason, failed

# It warns of headers that it cannot parse, on the terminal; what a server sends is told in the facts.
logging.getLogger("urllib3").setLevel(logging.ERROR)

CONNECT_S = 5.0
"""Longest wait for a connection."""
MOST_BODY = 2_000_000
"""Bytes of a body that are read, and kept after decompression."""
CHUNK = 65_536
ALL_ENCODINGS = "gzip, deflate, br, zstd, compress"
"""Offered to see whether a server compresses at all."""
READ_ENCODINGS = "gzip, deflate"
"""Encodings that are undone here."""
MOST_FIELDS = 100
"""Header fields of an answer; Python's own client reads no more."""
MOST_LINES = 1_000
"""Lines before the body, with those of interim answers."""
LONGEST_LINE = 65_536
"""Bytes of a line before the body, as Python's own client has it."""
MOST_FIELD_BYTES = 262_144


@dataclass(frozen=True, slots=True)
class Received:
    """An answer as it came, short-lived: facts are derived from it."""

    status: int
    protocol: Literal["HTTP/1.0", "HTTP/1.1", "HTTP/2"]
    fields: tuple[tuple[bytes, bytes], ...]
    body: bytes
    """Decompressed, when the encoding is one that is read."""
    complete: bool
    encoding_unread: str
    first_byte_ms: int
    total_ms: int
    malformed: bool = False
    """True when a line among the fields was none."""

    def first(self, name: bytes) -> bytes:
        """Return the value of the first field of that name; empty when there is none."""
        return next((value for known, value in self.fields if known.lower() == name), b"")


class Line:
    """Connections to one address of a host, one at a time, over one protocol."""

    def __init__(
        self,
        *,
        address: str,
        authority: str,
        port: int,
        tls: ssl.SSLContext | None,
        user_agent: str,
        deadline: Deadline,
    ) -> None:
        """Prepare; nothing is opened yet.

        Parameters: `authority`, host, and port when it is not the usual one; `tls`, settings, or None for plain HTTP.
        """
        self.address = address
        self.authority = authority
        self.port = port
        self.tls = tls
        self.connected = False
        """True once a connection was opened."""
        self._agent = user_agent
        self._deadline = deadline

    def get(self, path: str, *, encodings: str) -> Received:
        """Ask for a path, with query. Raises what the libraries raise, and `Failed`."""
        raise NotImplementedError

    def close(self) -> None:
        """Close the connection."""
        raise NotImplementedError

    def url(self, path: str) -> str:
        """Return the address of a path on this line."""
        return f"{'https' if self.tls else 'http'}://{self.authority}{path}"

    def _headers(self, encodings: str) -> dict[str, str]:
        return {"User-Agent": self._agent, "Accept": "*/*", "Accept-Encoding": encodings}

    def _dial(self) -> socket.socket:
        if self._deadline.over:
            raise TimeoutError
        wait = min(CONNECT_S, self._deadline.remaining)
        connection = socket.create_connection((self.address, self.port), timeout=wait)
        self.connected = True
        self._deadline.watch(connection)
        connection.settimeout(self._deadline.remaining)
        return connection


class Http1(Line):
    """HTTP/1.1, with requests."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._adapter = _Adapter(self._dial, self.tls)

    def get(self, path: str, *, encodings: str) -> Received:
        """Ask for a path, with query."""
        start = time.monotonic()
        request = requests.Request("GET", self.url(path), headers=self._headers(encodings)).prepare()
        # The adapter and not a session: a session reads all of a redirect's body to be ready for the next request.
        answer = self._adapter.send(
            request, stream=True, timeout=self._deadline.remaining, verify=bool(self.tls), proxies={}
        )
        raw = answer.raw
        first = time.monotonic()
        fields = tuple(
            (name.encode("latin-1", "replace"), value.encode("latin-1", "replace"))
            for name, value in raw.headers.iteritems()
        )
        body = _read(_chunks_of(raw), _encoding(fields), self._deadline)
        if body.complete:
            raw.release_conn()  # for the next request
        else:
            raw.close()
        return Received(
            status=answer.status_code,
            protocol="HTTP/1.0" if raw.version == 10 else "HTTP/1.1",
            fields=fields,
            body=body.data,
            complete=body.complete,
            encoding_unread=body.encoding_unread,
            first_byte_ms=_milliseconds(start, first),
            total_ms=_milliseconds(start, time.monotonic()),
            malformed=isinstance(raw._original_response, _WholeHead) and raw._original_response.malformed,
        )

    def close(self) -> None:
        """Close the connection."""
        self._adapter.close()


class Http2(Line):
    """HTTP/2, with httpx, with a server that chooses it, as browsers speak it (RFC 9113, 3.2)."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        assert self.tls is not None  # noqa: S101 - HTTP/2 is spoken over TLS only
        self.declined = False
        """True when the server chose another protocol."""
        self._client = httpx.Client(http1=False, http2=True, verify=self.tls, trust_env=False, follow_redirects=False)

    def get(self, path: str, *, encodings: str) -> Received:
        """Ask for a path, with query."""
        if self._deadline.over:
            raise TimeoutError
        start = time.monotonic()
        wait = self._deadline.remaining
        host = self.authority.rpartition(":")[0] if self.authority.endswith(f":{self.port}") else self.authority
        request = self._client.build_request(
            "GET",
            httpx.URL(scheme="https", host=self.address, port=self.port, raw_path=path.encode("ascii")),
            headers={"Host": self.authority, **self._headers(encodings)},
            timeout=httpx.Timeout(wait, connect=min(CONNECT_S, wait)),
            extensions={"sni_hostname": host, "trace": self._watch},
        )
        answer = self._client.send(request, stream=True)
        try:
            first = time.monotonic()
            fields = tuple(answer.headers.raw)
            if len(fields) > MOST_FIELDS:
                raise _too_many_fields()
            body = _read(answer.iter_raw(CHUNK), _encoding(fields), self._deadline)
        finally:
            answer.close()
        return Received(
            status=answer.status_code,
            protocol="HTTP/2" if answer.http_version == "HTTP/2" else "HTTP/1.1",
            fields=fields,
            body=body.data,
            complete=body.complete,
            encoding_unread=body.encoding_unread,
            first_byte_ms=_milliseconds(start, first),
            total_ms=_milliseconds(start, time.monotonic()),
        )

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _watch(self, event: str, info: dict[str, Any]) -> None:
        if event == "connection.connect_tcp.complete":
            self.connected = True
            self._deadline.watch(info["return_value"].get_extra_info("socket"))
        elif event == "connection.start_tls.complete":
            chosen = info["return_value"].get_extra_info("ssl_object").selected_alpn_protocol()
            self.declined = chosen != "h2"
            if self.declined:
                raise failed(
                    Reason.REFUSED_INPUT, nl="De server kiest geen HTTP/2.", en="The server does not choose HTTP/2."
                )


class _WholeHead(http.client.HTTPResponse):
    """An answer of which all headers arrived, read as browsers read them.

    Python's takes the end of a connection for the end of the headers, and reads no field after a malformed line.
    """

    malformed = False
    """True when a line among the fields was none."""

    def begin(self) -> None:
        """Read status and headers."""
        file, lines = self.fp, _Lines(self.fp)
        self.fp = lines  # type: ignore[assignment]  # it reads lines, which is all that is asked of it here
        try:
            super().begin()
        finally:
            self.malformed = lines.malformed
            if self.fp is not None:  # None when there is no body
                self.fp = file
        if lines.last not in (b"\r\n", b"\n"):
            raise http.client.IncompleteRead(b"")

    def _read_status(self) -> tuple[str, int, str]:
        """Read the status of the answer itself: Python's knows no interim answer but 100 (RFC 9110, 15.2)."""
        lines = self.fp
        assert isinstance(lines, _Lines)  # noqa: S101 - it is called by `begin` alone
        while True:
            lines.in_fields = False
            version, status, reason = super()._read_status()  # type: ignore[misc]  # not in the stubs
            lines.in_fields = True
            if status in (HTTPStatus.CONTINUE, HTTPStatus.SWITCHING_PROTOCOLS) or not 100 <= status < 200:
                return version, status, reason
            while lines.readline(LONGEST_LINE) not in (b"\r\n", b"\n", b""):
                pass  # such as 103 Early Hints, of which browsers take no policy


# A field line of RFC 9112, 5, also with white space before the colon, which a proxy takes out (5.1).
_FIELD_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*:(.*?)\r?\n?", re.DOTALL)


class _Lines:
    """Lines of a head, counted; of the fields those that browsers read."""

    def __init__(self, file: io.BufferedReader) -> None:
        self.file = file
        self.last = b""
        self.in_fields = False
        self.malformed = False
        self._count = 0
        self._dropped = False
        """True when the last line was none that is read, so that its continuation is not read either."""

    def readline(self, limit: int) -> bytes:
        """Return the next line; of fields the next that is one, as browsers skip others and read on.

        A line that folds (RFC 9112, 5.2) belongs to the one before it. A bare CR is read as a space (RFC 9112, 2.2).
        """
        while True:
            self._count += 1
            if self._count > MOST_LINES:  # interim answers without end
                raise http.client.LineTooLong("head")
            self.last = self.file.readline(limit)
            if not self.in_fields and self.last in (b"\r\n", b"\n"):
                continue  # before a status, as some servers end an answer with more than they should
            whole = len(self.last) < limit and self.last.endswith(b"\n")
            if not self.in_fields or not whole or self.last in (b"\r\n", b"\n"):
                self._dropped = True  # what folds right after the status belongs to no field
                return self.last
            if self.last[:1] in b" \t":
                if self._dropped:
                    continue
                return self.last.rstrip(b"\r\n").replace(b"\r", b" ") + b"\r\n"
            field = _FIELD_LINE.fullmatch(self.last)
            self._dropped = field is None
            self.malformed |= self._dropped
            if field is not None:
                return field[1] + b":" + field[2].replace(b"\r", b" ") + b"\r\n"

    def close(self) -> None:
        self.file.close()


class _Adapter(requests.adapters.HTTPAdapter):
    """Sends requests over connections that are dialled here, with given TLS settings."""

    def __init__(self, dial: Callable[[], socket.socket], tls: ssl.SSLContext | None) -> None:
        super().__init__(pool_connections=1, pool_maxsize=1)
        self._tls = tls

        class Plain(urllib3.connection.HTTPConnection):
            response_class = _WholeHead

            def _new_conn(self) -> socket.socket:
                return dial()

        class Secure(urllib3.connection.HTTPSConnection):
            response_class = _WholeHead

            def _new_conn(self) -> socket.socket:
                return dial()

            def send(self, data: Any) -> None:
                try:
                    super().send(data)
                except OSError:
                    self.sock.recv(1)  # an alert may say why: with TLS 1.3 a demand for a certificate comes this late
                    raise

            def connect(self) -> None:
                super().connect()
                self.is_verified = True  # else it warns on the terminal; whom to trust is told in the facts

        class PlainPool(urllib3.connectionpool.HTTPConnectionPool):
            ConnectionCls = Plain

        class SecurePool(urllib3.connectionpool.HTTPSConnectionPool):
            ConnectionCls = Secure

        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: bool | str, cert: Any = None
    ) -> tuple[Any, Any]:
        """Give the pool our TLS settings in place of those that requests would make."""
        host, pool = super().build_connection_pool_key_attributes(request, verify, cert)
        if self._tls is None:
            return host, pool
        settings: dict[str, Any] = {"ssl_context": self._tls, "cert_reqs": self._tls.verify_mode}
        if self._tls.verify_mode is ssl.CERT_NONE:
            settings["assert_hostname"] = False
        return host, settings

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """Leave the settings as they are: they already say whom to trust."""


@dataclass(frozen=True, slots=True)
class _Body:
    data: bytes
    complete: bool
    encoding_unread: str = ""


def _chunks_of(raw: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
    while chunk := raw.read1(CHUNK, decode_content=False):
        yield chunk


def _encoding(fields: Iterable[tuple[bytes, bytes]]) -> str:
    values = [value for name, value in fields if name.lower() == b"content-encoding"]
    return b",".join(values).decode("latin-1").strip().lower()


def _read(chunks: Iterable[bytes], encoding: str, deadline: Deadline) -> _Body:
    """Read a body up to the limit; one that breaks off is kept as far as it came."""
    known = encoding in ("", "identity", "gzip", "x-gzip", "deflate")
    undo = _inflater(encoding) if known and encoding not in ("", "identity") else None
    data = bytearray()
    received = 0
    try:
        for chunk in chunks:
            received += len(chunk)
            part = undo(chunk, MOST_BODY + 1 - len(data)) if undo else chunk
            data += part[: MOST_BODY + 1 - len(data)]
            if len(data) > MOST_BODY or received > MOST_BODY or deadline.over:
                return _Body(bytes(data[:MOST_BODY]), complete=False, encoding_unread="" if known else encoding)
    except (OSError, urllib3.exceptions.HTTPError, httpx.HTTPError, ValueError, zlib.error):
        return _Body(bytes(data), complete=False, encoding_unread="" if known else encoding)
    return _Body(bytes(data), complete=not deadline.over, encoding_unread="" if known else encoding)


def _inflater(encoding: str) -> Callable[[bytes, int], bytes]:
    """Return what undoes gzip or deflate, the latter with or without the zlib wrapper, up to a number of bytes."""
    decoder = zlib.decompressobj(wbits=31 if "gzip" in encoding else 15)
    started = False

    def undo(chunk: bytes, most: int) -> bytes:
        nonlocal decoder, started
        try:
            part = decoder.decompress(decoder.unconsumed_tail + chunk, most)
        except zlib.error:
            if started or "gzip" in encoding:
                raise
            decoder = zlib.decompressobj(wbits=-15)
            part = decoder.decompress(chunk, most)
        started = True
        return part

    return undo


def _too_many_fields() -> Failed:
    return failed(
        Reason.TOO_LARGE,
        nl=f"Het antwoord heeft meer dan {MOST_FIELDS} headers.",
        en=f"The answer has more than {MOST_FIELDS} headers.",
    )


def _milliseconds(start: float, end: float) -> int:
    return round((end - start) * 1000)
