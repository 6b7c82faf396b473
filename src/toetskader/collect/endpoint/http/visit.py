"""A visit to one address: the requests that are made, and the facts made of the answers."""

import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import SplitResult, unquote_plus, urlsplit

import msgspec

from toetskader.collect.deadline import Deadline
from toetskader.collect.endpoint.http.failures import certificate_fault, unanswered
from toetskader.collect.endpoint.http.trust import Protocol, tls_context
from toetskader.collect.endpoint.http.wire import (
    ALL_ENCODINGS,
    MOST_FIELD_BYTES,
    READ_ENCODINGS,
    Http1,
    Http2,
    Line,
    Received,
)
from toetskader.facts.endpoint.blockers import blocker
from toetskader.facts.endpoint.cookies import read_cookie
from toetskader.facts.endpoint.escape import escaped, escaped_bytes, resolved, without_query
from toetskader.facts.endpoint.http import (
    Answer,
    Cookie,
    Exchange,
    FileAnswer,
    HeaderField,
    How,
    Page,
    Redirect,
    Unanswered,
)
from toetskader.facts.endpoint.page import MOST_NAMED, examine, insecure_in_sheet
from toetskader.facts.endpoint.security_txt import LONGEST_FILE, is_at, policy_urls, shown_url
from toetskader.facts.endpoint.urls import host_of, request_target
from toetskader.text import Text

NOT_THERE = "/toetskader-a-path-that-is-not-there-6f1d"
"""Asked for to see the error page."""
WELL_KNOWN = "/.well-known/security.txt"
LEGACY = "/security.txt"
MOST_HOPS = 10
MOST_FILE_HOPS = 5
MOST_POLICIES = 3
MOST_SHEETS = 3
"""Style sheets of the page that are read."""
LONGEST_VALUE = 8_192
"""Characters of a header's value that are kept."""
LONGEST_PATH = 4_096
REDIRECTS = frozenset({301, 302, 303, 307, 308})

# Headers that carry a secret by what they are called; the value of such a one is not kept.
_SECRET = ("token", "secret", "auth", "session", "password", "csrf", "xsrf", "apikey", "api-key", "signature", "cookie")
_NO_SECRET = frozenset({"www-authenticate", "proxy-authenticate"})


@dataclass(slots=True)
class Https:
    """What was seen over HTTPS."""

    first: Exchange
    certificate_fault: str
    browser_fault: Text | None = None
    http2: Exchange | None = None
    hops: list[Exchange] = field(default_factory=list)
    document: Page | None = None
    load_ms: int | None = None
    sign_in: list[Exchange] = field(default_factory=list)
    sign_in_page: Page | None = None
    error: Exchange | None = None
    error_page: Page | None = None
    security_txt: FileAnswer | None = None
    legacy_security_txt: FileAnswer | None = None
    policy: list[Exchange] = field(default_factory=list)


class _Way(NamedTuple):
    """How strict a connection is."""

    verify: bool
    as_browsers: bool


_AS_BROWSERS = _Way(verify=True, as_browsers=True)


class _Tried(NamedTuple):
    """What came of the first request."""

    line: Line
    exchange: Exchange
    received: Received | None
    fault: str
    """Why the certificate is not trusted."""
    refusal: Text | None = None
    """Why a browser gets no connection, where one came that is less strict."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Makes the requests to one address."""

    host: str
    port: int
    http_port: int
    path: str
    address: str
    authorities: Path | None
    user_agent: str
    deadline: Deadline

    @property
    def authority(self) -> str:
        """Host, and port when it is not that of https."""
        return _authority(self.host, self.port, 443)

    def plain(self) -> Exchange:
        """Ask for the path over plain HTTP."""
        line = Http1(**self._settings(_authority(self.host, self.http_port, 80), self.http_port, None))
        try:
            return self._ask(line, self.path, ALL_ENCODINGS)[0]
        finally:
            line.close()

    def https(self) -> Https:
        """Ask for everything over HTTPS. Without a first answer nothing more is asked for."""
        line, seen, received = self._open()
        try:
            if isinstance(seen.first, Answer) and received is not None:
                self._follow(line, seen, received)
                self._sheets(line, seen)
                self._sign_in(line, seen)
                seen.error, missing = self._ask(line, NOT_THERE, READ_ENCODINGS)
                seen.error_page = _page(missing, line.url(NOT_THERE))
                seen.security_txt = self._file(line, WELL_KNOWN)
                answered = seen.security_txt.exchange
                if isinstance(answered, Answer) and answered.status != 200:
                    seen.legacy_security_txt = self._file(line, LEGACY)
                self._policies(line, seen)
        finally:
            line.close()
        return seen

    def over_http2(self, seen: Https) -> None:
        """Ask for the path over HTTP/2, as browsers do, unless the server does not choose it.

        What a server sends to clients of HTTP/2 may be another certificate, so that it is looked at as well.
        """
        tried = self._try(Http2)
        tried.line.close()
        if not (isinstance(tried.line, Http2) and tried.line.declined):
            seen.http2 = tried.exchange
        seen.certificate_fault = seen.certificate_fault or tried.fault

    def _settings(self, authority: str, port: int, tls: ssl.SSLContext | None) -> dict[str, object]:
        return {
            "address": self.address,
            "authority": authority,
            "port": port,
            "tls": tls,
            "user_agent": self.user_agent,
            "deadline": self.deadline,
        }

    def _open(self) -> tuple[Line, Https, Received | None]:
        """Make the first request over a line that works: trusting or not, HTTP/1.1 or else HTTP/2."""
        tried = self._try(Http1)
        exchange = tried.exchange
        if (
            isinstance(exchange, Unanswered)
            and exchange.how in (How.TLS, How.PROTOCOL, How.RESET)
            and tried.line.connected
        ):
            other = self._try(Http2)
            if isinstance(other.exchange, Answer):
                tried.line.close()
                tried = other
            else:
                other.line.close()
        return tried.line, Https(tried.exchange, tried.fault, tried.refusal), tried.received

    def _try(self, kind: type[Http1] | type[Http2]) -> _Tried:
        """Ask as a browser does; when that brings no connection, in the way that is less strict on just that."""
        way, refusal, fault, first = _AS_BROWSERS, None, "", None
        while True:
            protocol: Protocol = "http/1.1" if kind is Http1 else "h2"
            tls = tls_context(protocol, self.authorities, verify=way.verify, as_browsers=way.as_browsers)
            line = kind(**self._settings(self.authority, self.port, tls))
            faults: list[str] = []
            exchange, received = self._ask(line, self.path, ALL_ENCODINGS, faults.append)
            if faults and way.verify:
                fault, way = faults[0], way._replace(verify=False)
            elif isinstance(exchange, Unanswered) and exchange.how in (How.TLS, How.RESET) and way.as_browsers:
                refusal, first, way = exchange.message, exchange, way._replace(as_browsers=False)
            elif isinstance(exchange, Unanswered):
                return _Tried(line, first or exchange, None, fault)
            else:
                return _Tried(line, exchange, received, fault, refusal)
            if not line.connected:
                return _Tried(line, exchange, received, fault)
            line.close()

    def _ask(
        self, line: Line, path: str, encodings: str, untrusted: Callable[[str], None] | None = None
    ) -> tuple[Exchange, Received | None]:
        """Make a request; once more when the connection broke off, which an idle one may do at any time."""
        url = escaped(without_query(line.url(path)), LONGEST_PATH)
        for last in (False, True):
            try:
                received = line.get(path, encodings=encodings)
            except Exception as error:  # whatever a hostile server makes a library raise is its answer
                found = unanswered(url, error, connected=line.connected, over=self.deadline.over)
                fault = certificate_fault(error) if untrusted is not None else ""
                if untrusted is not None and fault:
                    untrusted(fault)
                if last or fault or found.how is not How.RESET:
                    return found, None
            else:
                return _answer(url, received, line.url(path)), received
        raise AssertionError("the last try returns")

    def _follow(self, line: Line, seen: Https, received: Received) -> None:
        """Follow redirects on the same host to the document."""
        path, exchange, total = self.path, seen.first, received.total_ms
        visited = {path}
        while isinstance(exchange, Answer) and exchange.status in REDIRECTS:
            target = self._next(line.url(path), received)
            if target is None:
                return
            if target in visited or len(seen.hops) == MOST_HOPS:
                seen.hops.append(_looping(line.url(target), len(seen.hops)))
                return
            visited.add(target)
            exchange, found = self._ask(line, target, ALL_ENCODINGS)
            seen.hops.append(exchange)
            if found is None:
                return
            path, received, total = target, found, total + found.total_ms
        if received.encoding_unread:  # in an encoding that was only offered to see whether it would be taken
            exchange, found = self._ask(line, path, READ_ENCODINGS)
            received = found or received
        seen.document = _page(received, line.url(path))
        seen.load_ms = total if received.complete else None

    def _sheets(self, line: Line, seen: Https) -> None:
        """Read the style sheets of the page that are on this host, for what they load in turn."""
        page = seen.document
        if page is None:
            return
        for url in [url for url in page.sheets if is_at(url, self.host, self.port)][:MOST_SHEETS]:
            exchange, received = self._ask(line, request_target(urlsplit(url)), READ_ENCODINGS)
            if received is not None and isinstance(exchange, Answer) and exchange.status == 200:
                more = insecure_in_sheet(received.body.decode(errors="replace"), url)
                page = msgspec.structs.replace(page, insecure=(*page.insecure, *more)[:MOST_NAMED])
        seen.document = page

    def _sign_in(self, line: Line, seen: Https) -> None:
        """Follow the first link to sign in that is on this host, as far as it stays there."""
        links = seen.document.sign_in if seen.document is not None else ()
        path = next((request_target(urlsplit(link)) for link in links if is_at(link, self.host, self.port)), None)
        visited: set[str] = set()
        while path is not None:
            if path in visited or len(seen.sign_in) == MOST_HOPS:
                seen.sign_in.append(_looping(line.url(path), len(seen.sign_in)))
                return
            visited.add(path)
            exchange, received = self._ask(line, path, READ_ENCODINGS)
            seen.sign_in.append(exchange)
            if received is None:
                return
            if received.status not in REDIRECTS:
                seen.sign_in_page = _page(received, line.url(path))
                return
            path = self._next(line.url(path), received)

    def _next(self, url: str, received: Received) -> str | None:
        """Return the path that a redirect leads to, if that is on this host and port over https."""
        target = _target(url, received.first(b"location"))
        if target is None or not is_at(target.geturl(), self.host, self.port):
            return None
        path = request_target(target)
        return path if len(path) <= LONGEST_PATH else None

    def _file(self, line: Line, path: str) -> FileAnswer:
        hops: list[Answer] = []
        visited = {path}
        while True:
            exchange, received = self._ask(line, path, READ_ENCODINGS)
            if not isinstance(exchange, Answer) or received is None:
                return FileAnswer(exchange=exchange, hops=tuple(hops))
            target = self._next(line.url(path), received) if exchange.status in REDIRECTS else None
            if target is None:
                break
            if target in visited or len(hops) == MOST_FILE_HOPS:
                return FileAnswer(exchange=_looping(line.url(target), len(hops)), hops=tuple(hops))
            visited.add(target)
            hops.append(exchange)
            path = target
        if exchange.status != 200:
            return FileAnswer(exchange=exchange, hops=tuple(hops))
        data = received.body[:LONGEST_FILE]
        complete = received.complete and len(received.body) <= LONGEST_FILE and not received.encoding_unread
        try:
            text, utf8 = data.decode(), True
        except UnicodeDecodeError:
            text, utf8 = data.decode(errors="backslashreplace"), False
        return FileAnswer(exchange=exchange, hops=tuple(hops), text=text, utf8=utf8, complete=complete)

    def _policies(self, line: Line, seen: Https) -> None:
        """Ask for the policies that security.txt names, as far as they are on this host."""
        file = seen.legacy_security_txt or seen.security_txt
        urls = policy_urls(file.text) if file is not None else []
        for url in urls[:MOST_POLICIES]:
            target = resolved(line.url("/"), url)
            if target is None or not is_at(url, self.host, self.port):
                seen.policy.append(_elsewhere(url))
            else:
                seen.policy.append(self._ask(line, request_target(target), READ_ENCODINGS)[0])


def _authority(host: str, port: int, usual: int) -> str:
    name = f"[{host}]" if ":" in host else host
    return name if port == usual else f"{name}:{port}"


def _target(url: str, location: bytes) -> SplitResult | None:
    return resolved(url, location.decode("utf-8", errors="backslashreplace")) if location else None


def _answer(url: str, received: Received, full_url: str) -> Answer:
    fields: list[HeaderField] = []
    cookies: list[Cookie] = []
    room = MOST_FIELD_BYTES
    for raw_name, raw_value in received.fields:
        name = escaped_bytes(raw_name.lower(), 200)
        if name == "set-cookie":
            cookie = read_cookie(raw_value.decode("utf-8", errors="backslashreplace"), at=datetime.now(UTC))
            cookies += [cookie] if cookie is not None else []
            continue
        value = _kept(name, escaped_bytes(raw_value, LONGEST_VALUE))
        room -= len(name) + len(value)
        fields.append(HeaderField(name=name, value=value if room > 0 else "…"))
    answer = Answer(
        url=url,
        status=received.status,
        protocol=received.protocol,
        fields=tuple(fields),
        cookies=tuple(cookies),
        redirect=_redirect(full_url, received),
        malformed=received.malformed,
        first_byte_ms=received.first_byte_ms,
    )
    found = blocker(answer, "" if received.encoding_unread else received.body.decode("utf-8", errors="replace"))
    return msgspec.structs.replace(answer, blocker=found) if found else answer


def _kept(name: str, value: str) -> str:
    if name not in _NO_SECRET and any(word in name for word in _SECRET):
        return "…"
    if name in ("location", "content-location", "refresh"):
        return without_query(value)
    return value


def _redirect(url: str, received: Received) -> Redirect | None:
    location = received.first(b"location")
    if received.status not in REDIRECTS or not location:
        return None
    shown = escaped(without_query(location.decode("utf-8", errors="backslashreplace")), LONGEST_PATH)
    target = _target(url, location)
    if target is None:
        return Redirect(location=shown, scheme="", host="", port=0, path="")
    scheme = target.scheme.lower()
    names = [part.partition("=")[0] for part in target.query.split("&") if part]
    return Redirect(
        location=shown,
        scheme=escaped(scheme, 100),
        host=escaped(host_of(target), 300),
        port=target.port or {"http": 80, "https": 443}.get(scheme, 0),
        path=escaped(target.path, LONGEST_PATH),
        parameters=tuple(escaped(name, 100) for name in names[:50]),
        returns_to=escaped(_returns_to(target.query), 300),
    )


def _returns_to(query: str) -> str:
    """Return the host that a user who signs in is sent back to; empty for none, or one that cannot be read.

    OpenID Connect names it in `redirect_uri` (RFC 6749, 4.1.1), WS-Federation in `wreply` (WS-Federation 1.2, 13.2.1).
    """
    for part in query.split("&"):
        name, _, value = part.partition("=")
        if name in ("redirect_uri", "wreply"):
            try:
                return host_of(urlsplit(unquote_plus(value)))
            except ValueError:
                return ""
    return ""


def _page(received: Received | None, url: str) -> Page | None:
    if received is None:
        return None
    return examine(
        received.body,
        received.first(b"content-type").decode("latin-1"),
        url=urlsplit(url)._replace(query="").geturl(),
        complete=received.complete,
        encoding_unread=received.encoding_unread,
    )


def _looping(url: str, hops: int) -> Unanswered:
    message = Text(
        f"De omleidingen houden niet op (na {hops + 1}); cookies worden niet bewaard.",
        f"The redirects do not end (after {hops + 1}); cookies are not kept.",
    )
    return Unanswered(url=shown_url(url), how=How.LOOP, message=message, connected=True)


def _elsewhere(url: str) -> Unanswered:
    message = Text(
        "Dit staat niet op het onderzochte adres en is dus niet opgevraagd.",
        "This is not at the address that is audited, so it was not asked for.",
    )
    return Unanswered(url=shown_url(url), how=How.NOT_ASKED, message=message)
