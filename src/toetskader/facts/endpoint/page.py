"""What a document shows: derived from its bytes when it is fetched, after which these are forgotten."""

import hashlib
import heapq
import itertools
import json
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Literal

from toetskader.facts.endpoint.escape import escaped, resolved, without_query
from toetskader.facts.endpoint.http import Page
from toetskader.facts.endpoint.markup import Tag, tags
from toetskader.patterns import linear

MOST_NAMED = 20
"""Things of one kind that are kept."""
MOST_TAGS = 100_000
"""Tags that are read."""
LONGEST_NAMED = 200
"""Characters of one of them."""

_CHARSETS = frozenset({"utf-8", "iso-8859-1", "windows-1252", "us-ascii", "utf-16", "utf-16le", "utf-16be"})
Form = Literal["html", "json", "xml", "text", "other", "empty"]


def examine(body: bytes, content_type: str, *, url: str, complete: bool = True, encoding_unread: str = "") -> Page:
    """Derive what is judged of a document.

    Parameters: `content_type`, the header as received; `url`, where it was asked for, for its relative addresses;
    `complete`, whether all of it was read; `encoding_unread`, a content encoding that could not be undone.
    """
    media_type, charset = media(content_type)
    if encoding_unread:
        return Page(
            content_type=media_type, form="other", size=len(body), complete=False, encoding_unread=encoding_unread
        )
    text = _decoded(body, charset)
    form = _form(media_type, text)
    seen = _Seen(url)
    if form == "html":
        for number, tag in enumerate(tags(text)):
            if number == MOST_TAGS:
                complete = False
                break
            seen.read(tag)
    return Page(
        content_type=media_type,
        form=form,
        size=len(body),
        complete=complete,
        sha256=hashlib.sha256(body).hexdigest(),
        sketch=sketch(text),
        plug_ins=_some(seen.plug_ins),
        handlers=_some(seen.handlers),
        downloads=_some(seen.downloads),
        insecure=_some(seen.insecure),
        upgrades=seen.upgrades,
        versions=_some((*seen.generators, *_product_versions(text))) if form in ("html", "text") else (),
        traces=_some(traces(text)),
        sign_in=_some(seen.sign_in),
        password_form=seen.password_form,
        scripted=seen.scripted,
        api_document=_is_api_document(form, text),
    )


def media(content_type: str) -> tuple[str, str]:
    """Return media type and charset of a Content-Type, in lower case; empty for what is not given."""
    media_type, *parameters = content_type.split(";")
    charset = ""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            charset = value.strip().strip('"').lower()
    return escaped(media_type.strip().lower(), LONGEST_NAMED), escaped(charset, LONGEST_NAMED)


def _decoded(body: bytes, charset: str) -> str:
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        charset = "utf-16"
    return body.decode(charset if charset in _CHARSETS else "utf-8", errors="replace")


def _form(media_type: str, text: str) -> Form:
    if not text.strip():
        return "empty"
    if media_type in ("text/html", "application/xhtml+xml"):
        return "html"
    if media_type == "application/json" or media_type.endswith("+json"):
        return "json"
    if media_type in ("application/xml", "text/xml") or media_type.endswith("+xml"):
        return "xml"
    if not media_type and re.match(r"\s*(?:<!--.{0,1000}?-->\s*)?<(?:!doctype\s+html|html)", text, re.I | re.S):
        return "html"
    return "text" if media_type.startswith("text/") else "other"


# What a browser shows by itself, so that an element for it needs no plug-in.
_NATIVE_TYPE = re.compile(r"(?:image|text|audio|video)/.+|application/(?:pdf|xhtml\+xml|xml|json)", re.IGNORECASE)
_NATIVE_FILE = re.compile(
    r"\.(?:svg|png|jpe?g|gif|webp|avif|ico|html?|xhtml|pdf|txt|mp[34]|web[ma]|ogg|ogv|wav)$", re.IGNORECASE
)
# To install, or to open with a program that must be installed.
_PROGRAM = re.compile(
    r"\.(?:exe|msi|msix|msixbundle|appx|appinstaller|dmg|pkg|deb|rpm|jnlp|jar|ica|rdp|cab|xpi|crx|application|clickonce)$",
    re.IGNORECASE,
)
# Schemes that belong to the web, and those of contact that the application works without.
_ORDINARY = frozenset(
    {
        *("http", "https", "ws", "wss", "data", "blob", "about", "javascript", "urn", "cid", "mailto", "tel", "sms"),
        *("fax", "callto", "geo", "sip", "sips", "xmpp", "whatsapp", "webcal", "facetime", "skype"),
    }
)
_SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]{1,40}):(?!\d)")
_INSECURE_STYLE = re.compile(r"(?:url\(\s*[\"']?|@import\s+[\"'])(http://[^\s\"')]{1,300})", re.IGNORECASE)
_LOADED_LINKS = frozenset({"stylesheet", "icon", "preload", "modulepreload", "manifest", "apple-touch-icon"})
_LOADED = {
    "script": "src",
    "img": "src",
    "source": "src",
    "video": "src",
    "audio": "src",
    "track": "src",
    "embed": "src",
    "iframe": "src",
    "frame": "src",
    "input": "src",
    "object": "data",
    "body": "background",
}
"""Elements and the attribute by which they load something."""
ENTRA = "login.microsoftonline.com"
_SIGN_IN = re.compile(
    r"(?:^|[/._-])(?:log-?in|sign-?in|inloggen|aanmelden|sso|oauth2?|oidc|openid|saml2?)(?=[/._-]|$)", re.IGNORECASE
)
_DATA_SCRIPTS = frozenset({"application/json", "application/ld+json", "text/template", "text/x-template"})


class _Seen:
    """Collects what is told of a page."""

    def __init__(self, url: str) -> None:
        self.base = url
        self.plug_ins: list[str] = []
        self.handlers: list[str] = []
        self.downloads: list[str] = []
        self.insecure: list[str] = []
        self.generators: list[str] = []
        self.sign_in: list[str] = []
        self.upgrades = False
        self.password_form = False
        self.scripted = False

    def read(self, tag: Tag) -> None:
        get = tag.attributes.get
        if tag.name == "base" and get("href"):
            found = resolved(self.base, get("href", ""))
            self.base = found.geturl() if found is not None else self.base
        elif tag.name == "meta":
            self._meta(get("name", ""), get("http-equiv", ""), get("content", ""))
        elif tag.name == "script" and get("type", "").strip().lower() not in _DATA_SCRIPTS:
            self.scripted = True
        elif tag.name == "input" and get("type", "").strip().lower() == "password":
            self.password_form = True
        self._plug_in(tag)
        self._loads(tag)
        for name in ("href", "src", "action"):
            if get(name):
                self._leads_to(tag.name, get(name, ""))

    def _meta(self, name: str, equivalent: str, content: str) -> None:
        if name.strip().lower() == "generator" and re.search(r"\d", content):
            self.generators.append(content)
        if equivalent.strip().lower() == "content-security-policy":
            self.upgrades = self.upgrades or upgrades_requests(content)
        if equivalent.strip().lower() == "refresh":
            self._leads_to("meta", content.partition("=")[2])

    def _plug_in(self, tag: Tag) -> None:
        if tag.name not in ("applet", "embed", "object"):
            return
        media_type = tag.attributes.get("type", "").strip()
        source = tag.attributes.get("data") or tag.attributes.get("src") or ""
        address = resolved(self.base, source) if source and not media_type else None
        native = _NATIVE_TYPE.fullmatch(media_type) or (address is not None and _NATIVE_FILE.search(address.path))
        if tag.name == "applet" or tag.attributes.get("classid") or not native:
            self.plug_ins.append(f"<{tag.name}> {media_type or without_query(source)}".strip())

    def _loads(self, tag: Tag) -> None:
        get = tag.attributes.get
        addresses = [get(_LOADED[tag.name], "")] if tag.name in _LOADED else []
        if tag.name == "link" and _LOADED_LINKS & set(get("rel", "").lower().split()):
            addresses.append(get("href", ""))
        if tag.name == "form":
            addresses.append(get("action", ""))
        if tag.name == "video":
            addresses.append(get("poster", ""))
        if tag.name in ("img", "source"):
            addresses += [part.split()[0] for part in get("srcset", "").split(",")[:100] if part.split()]
        styles = tag.text if tag.name == "style" else get("style", "")
        if "http:" in styles.lower():
            addresses += [match[1] for match in _INSECURE_STYLE.finditer(styles)][:MOST_NAMED]
        for address in addresses:
            found = resolved(self.base, address) if address else None
            if found is not None and found.scheme == "http":
                self.insecure.append(f"<{tag.name}> {without_query(found.geturl())}")

    def _leads_to(self, element: str, address: str) -> None:
        scheme = _SCHEME.match(address)
        if scheme and scheme[1].lower() not in _ORDINARY:
            self.handlers.append(f"<{element}> {scheme[1].lower()}:")
        found = resolved(self.base, address)
        if element in ("a", "area", "meta", "iframe") and found is not None and _PROGRAM.search(found.path):
            self.downloads.append(without_query(found.geturl()))
        is_link = element in ("a", "area", "meta") and found is not None and found.scheme == "https"
        if is_link and found is not None and (found.hostname == ENTRA or _SIGN_IN.search(found.path)):
            self.sign_in.append(f"https://{found.netloc.rpartition('@')[2]}{found.path}")


def upgrades_requests(policy: str) -> bool:
    """Tell whether a Content-Security-Policy makes browsers ask for everything over https."""
    directives = (part.split() for part in policy.replace(",", ";").split(";"))
    return any(words and words[0].lower() == "upgrade-insecure-requests" for words in directives)


_TRACES = {
    "Python": r"Traceback \(most recent call last\)",
    "Java": r"\bat [\w$.<>]{3,200}\([\w$]{1,80}\.(?:java|kt|scala|groovy):\d{1,6}\)",
    "Java exception": r"\b(?:java|javax|jakarta|org\.(?:springframework|apache|hibernate))\.[\w.]{1,120}Exception\b",
    ".NET": r"\bat [\w.`<>]{3,200}\([^()\n]{0,200}\) in [^\n<]{1,200}:line \d{1,6}|\[\w{1,60}Exception(?: \(0x|:)",
    "ASP.NET": r"Server Error in '[^'\n]{1,100}' Application|<b>\s{0,5}Stack Trace:\s{0,5}</b>",
    ".NET exception": r"\bSystem\.[\w.]{1,80}Exception:",
    "PHP": r"(?:Fatal error|Warning|Notice|Parse error)(?:</b>)?:\s[^\n]{1,300}? on line (?:<b>)?\d{1,6}",
    "PHP trace": r"Stack trace:\s{1,5}#0 ",
    "Node.js": r"\bat [\w.<>\[\] ]{0,100}\(?(?:file://)?(?:/|[A-Z]:\\|node:)[^\s()<>]{1,200}:\d{1,6}:\d{1,6}\)?",
    "Ruby": r"\.rb:\d{1,6}:in [`']",
    "Go": r"\bgoroutine \d{1,9} \[running\]",
    "Rails": r"Action Controller: Exception caught",
    "Django debug": r"<code>DEBUG = True</code>",
    "Werkzeug debugger": r"Werkzeug Debugger|The debugger caught an exception in your WSGI application",
    "Whoops": r"<title>Whoops! There was an error|Whoops\\Exception",
    "Symfony": r"Symfony Exception|sf-exceptionreset",
    "Spring": r"Whitelabel Error Page",
    "SQL": r"\bSQLSTATE\[|\bORA-\d{5}\b|You have an error in your SQL syntax|Unclosed quotation mark after",
}
_TRACE_PATTERNS = {name: linear(pattern) for name, pattern in _TRACES.items()}


def traces(text: str) -> Iterator[str]:
    """Yield the kinds of stack trace, debug screen or database error that a text shows, with what shows it."""
    for name, pattern in _TRACE_PATTERNS.items():
        if match := pattern.search(text):
            yield f"{name}: {match[0]}"


_PRODUCT = re.compile(
    r"\b(?:nginx|openresty|Apache(?: Tomcat)?|Tomcat|Microsoft-IIS|IIS|PHP|Jetty(?:\(| ?://)?|WildFly|JBoss\w{0,10}|GlassFish|"
    r"WebLogic(?: Server)?|lighttpd|Caddy|gunicorn|uWSGI|Werkzeug|Kestrel|Express|Phusion Passenger|OpenSSL|Varnish|"
    r"HAProxy|Traefik|Envoy|Kong|Squid|\.NET Framework Version|ASP\.NET Version|Node\.js|Django|Drupal|WordPress)"
    r"[ /:(v]{1,3}\d{1,5}(?:\.\d{1,9}){1,4}"
)


def _product_versions(text: str) -> Iterator[str]:
    return (match[0] for match in _PRODUCT.finditer(text))


def _is_api_document(form: Form, text: str) -> bool:
    if form == "json":
        try:
            document = json.loads(text)
        except (ValueError, RecursionError):
            return False
        return isinstance(document, dict) and ("openapi" in document or "swagger" in document)
    if form == "xml":
        return re.search(r"<(?:\w{1,20}:)?(?:definitions|description)\b[^>]{0,2000}wsdl", text[:20_000]) is not None
    return form in ("text", "other") and re.match(r"\s{0,100}openapi:\s", text) is not None


def _some(found: Iterable[str]) -> tuple[str, ...]:
    """Return the first few, each once and short enough to keep."""
    kept: dict[str, None] = {}
    for item in found:
        kept[escaped(item, LONGEST_NAMED)] = None
        if len(kept) == MOST_NAMED:
            break
    return tuple(kept)


_WORDS = re.compile(r"\w{1,40}")
_KEPT = 128
"""Words in a sketch: the estimate is then right within some 3 percent."""
_MOST_WORDS = 200_000
_SPREAD = 2_654_435_761
"""Knuth's multiplier (The Art of Computer Programming, 6.4), which spreads neighbouring numbers."""


def sketch(text: str) -> str:
    """Return a sketch of the words in a text: the smallest hashes of them, each occurrence for itself (MinHash)."""
    counts: Counter[str] = Counter()
    hashes = set()
    for match in itertools.islice(_WORDS.finditer(text), _MOST_WORDS):
        word = match[0]
        counts[word] += 1
        # a checksum is quick, and spread out it serves: nobody gains by making two documents seem alike
        hashes.add((zlib.crc32(word.encode(), counts[word]) * _SPREAD) & 0xFFFFFFFF)
    return "".join(f"{number:08x}" for number in heapq.nsmallest(_KEPT, hashes))


def likeness(first: Page, second: Page) -> float:
    """Estimate which part of two documents is the same, from 0 to 1, as the share of words they have in common."""
    if first.sha256 == second.sha256:
        return 1.0
    one, two = _hashes(first.sketch), _hashes(second.sketch)
    if not one or not two:
        return 0.0
    smallest = set(heapq.nsmallest(_KEPT, one | two))
    jaccard = len(smallest & one & two) / len(smallest)
    return 2 * jaccard / (1 + jaccard)


def _hashes(written: str) -> set[str]:
    return {written[start : start + 8] for start in range(0, len(written), 8)}
