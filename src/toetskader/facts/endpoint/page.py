"""What a document shows: derived from its bytes when it is fetched, after which these are forgotten."""

import hashlib
import heapq
import html
import itertools
import json
import re
import zlib
from collections import Counter
from collections.abc import Iterable
from typing import Literal

from toetskader.facts.endpoint.escape import escaped, resolved, without_query
from toetskader.facts.endpoint.http import Page
from toetskader.facts.endpoint.json_answers import parsed_json, signs, versions
from toetskader.facts.endpoint.loads import is_insecure, is_run, loaded, refresh, styles
from toetskader.facts.endpoint.markup import EndTag, Tag, Token, Words, tokens
from toetskader.facts.endpoint.traces import messages, product_versions, traces, without_escapes

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
        count = 0
        for token in tokens(text):
            count += isinstance(token, Tag)
            if count > MOST_TAGS:
                complete = False
                break
            seen.read(token)
    shown = "".join(seen.words) if form == "html" else without_escapes(text)
    of_api = _is_api_document(form, text)
    answered = None if form == "html" or of_api else parsed_json(text)
    named: Iterable[str] = ()
    if answered is not None:
        named = versions(answered)
    elif form in ("html", "text", "xml") and not of_api:
        named = product_versions(shown)
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
        hosts=_some(seen.hosts),
        upgrades=seen.upgrades,
        sheets=_some(seen.sheets),
        sent_on=seen.sent_on,
        versions=_some((*seen.generators, *named)),
        traces=_some((*traces(text, shown), *(signs(answered) if answered is not None else ()))),
        messages=_some(messages(shown, url.partition("://")[2])),
        sign_in=_some(seen.sign_in),
        password_form=seen.password_form,
        scripted=seen.scripted,
        api_document=of_api,
    )


def insecure_in_sheet(css: str, url: str) -> tuple[str, ...]:
    """Return what a style sheet of a page over https asks for over http.

    Parameters: `url`, where it was asked for, for its relative addresses.
    """
    found = (resolved(url, address) for address in styles(css) if ":" in address)
    return _some(f"{url}: {without_query(part.geturl())}" for part in found if part is not None and is_insecure(part))


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
ENTRA = "login.microsoftonline.com"
_SIGN_IN = re.compile(
    r"(?:^|[/._-])(?:log-?in|sign-?in|inloggen|aanmelden|sso|oauth2?|oidc|openid|saml2?)(?=[/._-]|$)", re.IGNORECASE
)
_READ = frozenset({"title", "textarea", "xmp"})
"""Elements whose text is read by people and has no tags."""
_WITHIN_LINES = frozenset(
    {"a", "abbr", "b", "code", "em", "font", "i", "mark", "small", "span", "strong", "tt", "u", "var"}
)
"""Elements that do not break a line."""
MOST_NESTED = 3
"""How deep documents written in attributes of documents are read."""
_IN_HEAD = frozenset(
    {
        *("html", "head", "base", "basefont", "bgsound", "link", "meta", "noframes", "noscript", "script", "style"),
        *("template", "title"),
    }
)
"""Elements after which the head of a document may go on (HTML, 13.2.6.4.4 and 13.2.6.4.6)."""


class _Seen:
    """Collects what is told of a page."""

    def __init__(self, url: str, depth: int = 0) -> None:
        self.base = url
        self.depth = depth
        self.plug_ins: list[str] = []
        self.handlers: list[str] = []
        self.downloads: list[str] = []
        self.insecure: list[str] = []
        self.sheets: list[str] = []
        self.hosts: list[str] = []
        self.generators: list[str] = []
        self.sign_in: list[str] = []
        self.words: list[str] = []
        """What people read, with comments; without scripts, styles and the values of attributes."""
        self.upgrades = False
        self.password_form = False
        self.scripted = False
        self.sent_on = ""
        self._has_base = False
        self._in_head = True
        self._templates: list[bool] = []
        """For each open <template>, whether it keeps its content off the page: all do but a shadow tree."""
        self._kept_off = 0
        self._pictures = 0

    def read(self, token: Token) -> None:
        if isinstance(token, Words):
            self.words.append(html.unescape(token.text))
            if token.text.strip() and not token.in_comment and not self._kept_off:
                self._in_head = False
        elif isinstance(token, EndTag):
            if token.name == "template" and self._templates:
                self._kept_off -= self._templates.pop()
            self._pictures -= self._pictures > 0 and token.name == "picture"
        else:
            self._read_tag(token)

    def _read_tag(self, tag: Tag) -> None:
        get = tag.attributes.get
        if tag.name in _READ:
            self.words.append(html.unescape(tag.text))
        elif tag.name not in _WITHIN_LINES:
            self.words.append("\n")
        if not self._kept_off:
            self._in_head = self._in_head and tag.name in _IN_HEAD
            if tag.name == "base" and get("href") and not self._has_base:  # the first counts (HTML, 2.4.3)
                self._has_base = True
                found = resolved(self.base, get("href", ""))
                usable = found is not None and found.scheme in ("http", "https")
                self.base = found.geturl() if found is not None and usable else self.base
            self._loads(tag)
        if tag.name == "template":
            self._templates.append(get("shadowrootmode", "").strip().lower() not in ("open", "closed"))
            self._kept_off += self._templates[-1]
        elif tag.name == "picture":
            self._pictures += 1
        elif tag.name == "meta":
            self._meta(get("name", ""), get("http-equiv", ""), get("content", ""))
        elif tag.name == "script" and is_run(tag):
            self.scripted = True
        elif tag.name == "input" and get("type", "").strip().lower() == "password":
            self.password_form = True
        self._plug_in(tag)
        for name in ("href", "src", "action"):
            if get(name):
                self._leads_to(tag.name, get(name, ""))

    def _meta(self, name: str, equivalent: str, content: str) -> None:
        if name.strip().lower() == "generator" and re.search(r"\d", content):
            self.generators.append(content)
        if self._kept_off:
            return
        if equivalent.strip().lower() == "content-security-policy" and self._in_head:  # elsewhere it is not read
            self.upgrades = self.upgrades or upgrades_requests(content)
        if equivalent.strip().lower() == "refresh" and (address := refresh(content)):
            self._leads_to("meta", address)
            found = resolved(self.base, address)
            if found is not None and not self.sent_on:
                self.sent_on = escaped(without_query(found.geturl()), LONGEST_NAMED)

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
        """Note which hosts are asked, and what is asked for over http, until the page says that browsers upgrade what
        follows (CSP, 3.3).
        """
        for address in loaded(tag, in_picture=self._pictures > 0):
            asked = resolved(self.base, address) if address else None
            if asked is not None and asked.scheme in ("http", "https") and asked.hostname:
                self.hosts.append(asked.hostname.lower())
        if self.upgrades:
            return
        can_be_http = self.base.startswith("http:")
        for address in loaded(tag, in_picture=self._pictures > 0):
            if address and (can_be_http or ":" in address):
                found = resolved(self.base, address)
                if found is not None and is_insecure(found):
                    self.insecure.append(f"<{tag.name}> {without_query(found.geturl())}")
        if tag.name == "link" and "stylesheet" in tag.attributes.get("rel", "").lower().split():
            sheet = resolved(self.base, next(loaded(tag), ""))
            if sheet is not None and sheet.scheme == "https" and sheet.path:
                self.sheets.append(sheet._replace(query="", fragment="").geturl())
        if tag.name == "iframe" and "srcdoc" in tag.attributes and self.depth < MOST_NESTED:
            inner = _Seen(self.base, self.depth + 1)
            for token in tokens(tag.attributes["srcdoc"]):
                inner.read(token)
            self.insecure += inner.insecure
            self.hosts += inner.hosts

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
