"""What an endpoint answers over HTTP, address by address. Cookie values, query strings and bodies are not kept."""

import shlex
from collections.abc import Iterator
from enum import StrEnum
from typing import Literal

import msgspec

from toetskader.facts.addresses import in_url, version_of
from toetskader.facts.attempt import Provenance
from toetskader.text import Text


class How(StrEnum):
    """How a request ended without an answer."""

    REFUSED = "refused"
    """The port is closed: the connection was refused."""
    TIMED_OUT = "timed_out"
    UNREACHABLE = "unreachable"
    """No route to the address, from where it was measured."""
    RESET = "reset"
    """The connection was broken off."""
    TLS = "tls"
    """No TLS connection could be made."""
    CLIENT_CERTIFICATE = "client_certificate"
    """The server demands a client certificate."""
    PROTOCOL = "protocol"
    """What came back is no HTTP."""
    TOO_LARGE = "too_large"
    LOOP = "loop"
    """The redirects do not end; without cookies, which are not kept."""
    KEPT_OFF = "kept_off"
    """Refused after our own measurement of the address, which may be why; it says nothing of the service."""
    NOT_ASKED = "not_asked"
    """The request was not made, for the reason in the message."""


class Unanswered(msgspec.Struct, frozen=True, kw_only=True, tag="unanswered"):
    """A request without an answer, with the reason."""

    url: str
    how: How
    message: Text
    connected: bool = False
    """True when the port was open."""


class HeaderField(msgspec.Struct, frozen=True, kw_only=True):
    """A header field as it was received, in order and not combined."""

    name: str
    """In lower case."""
    value: str
    """Control characters and what is no UTF-8 are escaped; shortened when it is very long."""


class Cookie(msgspec.Struct, frozen=True, kw_only=True):
    """A cookie that was set or taken away: its name and attributes, never its value."""

    name: str
    secure: bool = False
    http_only: bool = False
    same_site: str = ""
    """As written, in lower case; empty when the attribute is not there."""
    persistent: bool = False
    """True when it has an `Expires` or `Max-Age`."""
    deleted: bool = False
    """True when its time is over as soon as it comes: it takes a cookie away."""
    partitioned: bool = False
    domain: str = ""
    path: str = ""


class Redirect(msgspec.Struct, frozen=True, kw_only=True):
    """Where an answer sends the browser."""

    location: str
    """As received, without query and fragment."""
    scheme: str
    """Of the address it comes to, in lower case; empty when the location cannot be read."""
    host: str
    port: int
    path: str
    parameters: tuple[str, ...] = ()
    """Names of the query's parameters; never their values."""
    returns_to: str = ""
    """Host that whoever is asked to sign a user in is to send the user back to; empty when that is not told."""


class Answer(msgspec.Struct, frozen=True, kw_only=True, tag="answer"):
    """What came back on one request."""

    url: str
    """The address asked for, without query."""
    status: int
    protocol: Literal["HTTP/1.0", "HTTP/1.1", "HTTP/2"]
    fields: tuple[HeaderField, ...] = ()
    """All but Set-Cookie."""
    cookies: tuple[Cookie, ...] = ()
    redirect: Redirect | None = None
    blocker: str = ""
    """Product or kind of what answered in place of the site (a firewall, a rate limit, a challenge); else empty."""
    malformed: bool = False
    """True when a line among the header fields was none, and clients read the rest."""
    first_byte_ms: int = 0

    def values(self, name: str) -> tuple[str, ...]:
        """Return the values of a header, one for each field line."""
        return tuple(field.value for field in self.fields if field.name == name.lower())

    def joined(self, name: str) -> str | None:
        """Return a header's values as one list (RFC 9110, 5.3), or None when it is not there."""
        values = self.values(name)
        return ", ".join(values) if values else None


Exchange = Answer | Unanswered


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """What was derived from a document; the document is not kept."""

    content_type: str
    """In lower case, without parameters; empty when not given."""
    form: Literal["html", "json", "xml", "text", "other", "empty"]
    size: int
    """Bytes, after decompression."""
    complete: bool = True
    """False when the document was longer than what is read, or broke off: then what is not listed may be there."""
    encoding_unread: str = ""
    """Content encoding that could not be undone, so that nothing could be derived."""
    sha256: str = ""
    sketch: str = ""
    """Sketch of the words in it, to compare two documents; see `facts.endpoint.page.likeness`."""
    plug_ins: tuple[str, ...] = ()
    """Elements that ask for a plug-in."""
    handlers: tuple[str, ...] = ()
    """Links for a program on the user's computer, by scheme."""
    downloads: tuple[str, ...] = ()
    """Links to programs to install."""
    insecure: tuple[str, ...] = ()
    """Parts that an https page asks for over http."""
    hosts: tuple[str, ...] = ()
    """Hosts that browsers ask for parts of the page, as far as that shows without running scripts."""
    upgrades: bool = False
    """True when the page itself makes browsers ask for what follows over https; that is not listed as insecure."""
    sheets: tuple[str, ...] = ()
    """Style sheets that the page loads over https, without query; what they load in turn is in `insecure` too."""
    sent_on: str = ""
    """Address that the page sends browsers on to by itself, without query."""
    versions: tuple[str, ...] = ()
    """Products with a version number."""
    traces: tuple[str, ...] = ()
    """Signs of a stack trace or debug screen."""
    messages: tuple[str, ...] = ()
    """What a program or database said of an error; a text can be about it."""
    sign_in: tuple[str, ...] = ()
    """Links to sign in, without query."""
    password_form: bool = False
    scripted: bool = False
    """True when scripts make (part of) the page, which is not seen."""
    api_document: bool = False
    """True for an OpenAPI or WSDL description."""


class FileAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A small public file, with its text."""

    exchange: Exchange
    """The last answer."""
    hops: tuple[Answer, ...] = ()
    """Redirects before it."""
    text: str = ""
    """As UTF-8; bytes that are none are escaped."""
    utf8: bool = True
    complete: bool = True


class AddressHttp(msgspec.Struct, frozen=True, kw_only=True):
    """What one address answers."""

    address: str
    plain: Exchange
    """The path over plain HTTP."""
    first: Exchange
    """The path over HTTPS, before any redirect."""
    http2: Exchange | None = None
    """The same over HTTP/2, which browsers speak where they can; None when the server does not choose it."""
    certificate_fault: str = ""
    """Why a client would not trust the certificate; it was read on regardless."""
    browser_fault: Text | None = None
    """Why a browser gets no connection with its standard settings, whatever the certificate; it was read regardless."""
    hops: tuple[Exchange, ...] = ()
    """What redirects on the same host led to, one by one."""
    document: Page | None = None
    """Of the last answer; None when there is none."""
    load_ms: int | None = None
    """From the first request to the last byte of the document, over a connection that was made for it."""
    sign_in: tuple[Exchange, ...] = ()
    """What the document's first link to sign in on this host led to, and redirects on the same host after it."""
    sign_in_page: Page | None = None
    """Of the last answer on the way to sign in, when that is a page on this host."""
    error: Exchange
    """A path that is not there."""
    error_page: Page | None = None
    security_txt: FileAnswer
    legacy_security_txt: FileAnswer | None = None
    """At `/security.txt`; asked only when there is none where it belongs."""
    policy: tuple[Exchange, ...] = ()
    """The policies that security.txt names on this host, in order; others are not asked for."""

    @property
    def where(self) -> str:
        """The address as a URL writes it."""
        return in_url(self.address)

    @property
    def is_v6(self) -> bool:
        """True for an IPv6 address."""
        return version_of(self.address) == 6

    @property
    def firsts(self) -> tuple[Exchange, ...]:
        """The first answer over HTTPS, in each version of HTTP that the server speaks."""
        return (self.first,) if self.http2 is None else (self.first, self.http2)

    @property
    def last(self) -> Exchange:
        """The last answer of the redirects on this host."""
        return self.hops[-1] if self.hops else self.first

    @property
    def files(self) -> tuple[FileAnswer, ...]:
        """What was asked for as security.txt: where it belongs, and then at the old place."""
        legacy = self.legacy_security_txt
        return (self.security_txt,) if legacy is None else (self.security_txt, legacy)

    def answers(self) -> Iterator[Answer]:
        """Yield every answer, over HTTPS and then over plain HTTP."""
        of_files = [exchange for file in self.files for exchange in (*file.hops, file.exchange)]
        for exchange in (*self.firsts, *self.hops, *self.sign_in, self.error, *of_files, *self.policy, self.plain):
            if isinstance(exchange, Answer):
                yield exchange


class HttpFacts(msgspec.Struct, frozen=True, kw_only=True, tag="http"):
    """An endpoint over HTTP, on each of its addresses."""

    host: str
    port: int
    http_port: int
    path: str
    addresses: tuple[AddressHttp, ...]
    addresses_left_out: tuple[str, ...] = ()
    """Addresses that were not asked, as there were too many."""
    addresses_unseen: Text | None = None
    """Why there may be addresses that are not known: the DNS did not tell of one kind."""
    refused_addresses: tuple[str, ...] = ()
    """Addresses that may not be contacted: private ones, loopback and the like."""
    own_authorities: bool = False
    """True when authorities were trusted besides the public ones, which a command does not know."""
    provenance: Provenance
    commands: tuple[str, ...] = ()
    """How to see the same by hand."""

    def curl(
        self, address: AddressHttp, path: str = "", *, plain: bool = False, trusting: bool = True, http2: bool = False
    ) -> str:
        """Return the command with which an auditor makes a request by hand.

        Parameters: `path`, that of the endpoint when absent; `plain`, over plain HTTP; `trusting`, whether to read on
        when the certificate is not trusted, as was done here; `http2`, over HTTP/2.
        """
        port = self.http_port if plain else self.port
        insecure = trusting and not plain and (self.own_authorities or bool(address.certificate_fault))
        version = "" if plain or address.http2 is None else "--http2" if http2 else "--http1.1"
        return curl_command(
            self.host, port, path or self.path, address.where, plain=plain, insecure=insecure, version=version
        )

    def plain_place(self, address: AddressHttp) -> str:
        """Name the plain HTTP port of an address, for people."""
        return f"{self.host} ({address.where}:{self.http_port})"

    def place(self, address: AddressHttp) -> str:
        """Name one address of the endpoint, for people."""
        return f"{self.host} ({address.where}:{self.port})"


def curl_command(
    host: str, port: int, path: str, where: str, *, plain: bool, insecure: bool = False, version: str = ""
) -> str:
    """Return a command that asks one address of a host for a path.

    Parameters: `where`, the address as in a URL; `insecure`, whatever the certificate; `version`, curl's option for a
    version of HTTP, which it chooses itself without.
    """
    scheme, usual = ("http", 80) if plain else ("https", 443)
    url = f"{scheme}://{host}{'' if port == usual else f':{port}'}{path}"
    options = [*(["--insecure"] if insecure else []), *([version] if version else [])]
    return shlex.join(["curl", "-sS", "-i", *options, "--max-time", "20", "--resolve", f"{host}:{port}:{where}", url])
