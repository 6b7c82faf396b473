"""Headers that tell a browser to be careful, each by the rule of internet.nl and of its own standard."""

import re
from collections.abc import Collection, Sequence

from toetskader.facts.addresses import is_address
from toetskader.facts.endpoint.graded import Graded, Remark, Status
from toetskader.patterns import linear
from toetskader.text import Text

_KNOWN_POLICIES = frozenset(
    {
        "no-referrer",
        "no-referrer-when-downgrade",
        "origin",
        "origin-when-cross-origin",
        "same-origin",
        "strict-origin",
        "strict-origin-when-cross-origin",
        "unsafe-url",
    }
)


def _plain(text: str) -> Text:
    return Text(text, text)


_NO_HEADER = Text("geen header", "no header")


def items(value: str | None) -> list[str]:
    """Return the members of a header's list, without white space; an empty header has none."""
    return [item.strip() for item in value.split(",")] if value and value.strip() else []


def grade_content_type_options(value: str | None) -> Graded:
    """Judge X-Content-Type-Options: its first value must be `nosniff` (Fetch, 3.6)."""
    found = items(value)
    if found and found[0].lower() == "nosniff":
        return Graded()
    return Graded((Remark("no-nosniff", _plain(value) if value else _NO_HEADER, _plain("nosniff")),))


def grade_frame_options(value: str | None, *, frame_ancestors: bool = False) -> Graded:
    """Judge X-Frame-Options: its first value must be `DENY` or `SAMEORIGIN`, or CSP must say who may frame the page.

    Parameters: `frame_ancestors`, whether the Content-Security-Policy has a tight `frame-ancestors`, which browsers
    read in place of this header (CSP level 3, 6.4.2.1).
    """
    found = items(value)
    if frame_ancestors or (found and found[0].upper() in ("DENY", "SAMEORIGIN")):
        return Graded()
    expected = Text(
        "DENY of SAMEORIGIN, of frame-ancestors in Content-Security-Policy",
        "DENY or SAMEORIGIN, or frame-ancestors in Content-Security-Policy",
    )
    return Graded((Remark("no-frame-options", _plain(value) if value else _NO_HEADER, expected),))


def grade_referrer_policy(value: str | None, *, good: Collection[str], sufficient: Collection[str]) -> Graded:
    """Judge Referrer-Policy: the last value that is known decides (Referrer Policy, 8.1).

    Parameters: `good` and `sufficient`, policies as the norm grades them. Names are written in lower case there, and a
    list has no empty members (RFC 9110, 5.6.1): what is written otherwise is told, for not every reader takes it.
    """
    expected = Text(" of ".join(good), " or ".join(good))
    found = items(value)
    if not found:
        return Graded((Remark("no-policy", _NO_HEADER, expected, Status.SUFFICIENT),))
    known = [item for item in found if item.lower() in _KNOWN_POLICIES]
    deciding = known[-1] if known else ""
    if not known or not found[-1] or deciding != deciding.lower():
        return Graded((Remark("invalid-policy", _plain(value or ""), expected),))
    if deciding in good:
        return Graded()
    if deciding in sufficient:
        return Graded((Remark(f"recommendation-{deciding}", _plain(deciding), expected, Status.SUFFICIENT),))
    return Graded((Remark(f"bad-{deciding}", _plain(deciding), expected),))


def internetnl_knows_no_policy(value: str | None) -> bool:
    """Tell whether internet.nl rejects a Referrer-Policy that is read here: it takes the last value, as written."""
    found = items(value)
    return bool(found) and found[-1] not in _KNOWN_POLICIES and any(item.lower() in _KNOWN_POLICIES for item in found)


def grade_compression(value: str | None) -> Graded:
    """Judge Content-Encoding: any is told, as compression over TLS can leak secrets of a page (BREACH)."""
    if not value:
        return Graded()
    expected = Text("geen compressie op pagina's met geheimen", "no compression on pages that hold secrets")
    return Graded((Remark("compression", _plain(value), expected),))


# Headers that are there to name software, so that any number in them with a dot is a version.
_NAMES_SOFTWARE = linear(
    r"^(?:server|via|liferay-portal|x-jenkins|x-hudson)$|web-?server|server-?software|servlet|powered|generator|version|product|engine|framework|platform|"
    r"\bcms\b|build|release",
    re.IGNORECASE,
)
# Versions of something else than software: of protocols, of interfaces (API Design Rules, /core/version-header) and of
# what an answer holds; and measures.
_NAMES_OTHER = linear(
    r"\bapi\b|odata|dataservice|mime|websocket|protocol|\b(?:http|tls|ssl|soap|fhir|dav)\b|schema|licen[cs]e|"
    r"\b(?:content|document|resource|object|data|model|policy|terms|consent|cookie)-version|"
    r"\b(?:time|timestamp|date|duration|elapsed|latency|score|rate|ratio|limit)\b|"
    r"^etag$|^link$|^content-|^access-control-",
    re.IGNORECASE,
)
# Addresses, paths and file names, and what stands between angle brackets.
_NO_PRODUCT = linear(
    r"[a-z][a-z0-9+.-]{0,20}:(?:\\?/){2}[^\s,;]*|<[^>]*>|(?:^|[\s=,;(])\.{0,2}/[^\s,;)]*|filename\*?=[^;]*", re.I
)
# Protocols, and our own name, which an answer may repeat.
_PROTOCOL = linear(
    r"^(?:HTTP|HTTPS|SHTTP|TLS|SSL|SPDY|QUIC|WEBSOCKET|RTSP|SIP|SOAP|DAV|OAUTH|Toetskader)[/ -]", re.IGNORECASE
)
_VIA_PROTOCOL = linear(r"(^|,)\s*(?:[A-Za-z]{1,20}/)?\d\.\d\s+")
_NUMBER = r"v?[0-9]{1,6}(?:\.[0-9][0-9A-Za-z_-]{0,20})"
# A product with a version (RFC 9110, 10.2.4): `PHP/7.4.3`, `Jetty(9.4.31)`, `Drupal 9.5`, `JBoss-5.0`.
_PRODUCT = r"[A-Za-z][A-Za-z0-9_.+!-]{0,40}?"
_IN_NAMES = linear(rf"(?:^|[^A-Za-z0-9.])({_PRODUCT}[/ (-]{{1,2}}v?[0-9]{{1,6}}(?:\.[0-9A-Za-z_-]{{1,20}}){{1,6}})")
_ANYWHERE = linear(rf"(?:^|[^A-Za-z0-9./])({_PRODUCT}(?:[/(]{_NUMBER}{{1,6}}|[ :-]{{1,2}}{_NUMBER}{{2,6}}))")
_BARE = linear(r"^(v?[0-9]{1,6}(?:\.[0-9]{1,9}){1,6}(?:[.+~-][0-9A-Za-z.+~-]{1,40})?)(?:$|[\s(])")
_AMONG_WORDS = linear(
    r"(?:^|[\s(])((?:[a-z]{1,20}|v)?[0-9]{1,4}(?:\.[0-9]{1,6}){1,5}[0-9A-Za-z_+~-]{0,20})(?:$|[\s),;])"
)
"""Where software is named, a number with a dot is a version between any words: `Passenger(R) 6.0.4`, `go1.21.5`."""
_LONE = linear(r"^v?[0-9]{1,6}(?:\.[0-9]{1,6}){2,5}(?:[^0-9.]|$)")
"""Three parts or more, none as long as a moment or a number of a request."""
_BARE_MAJOR = frozenset({"x-aspnet-version", "x-aspnetmvc-version", "x-owa-version", "x-jenkins", "x-drupal-version"})
_MAJOR_ONLY = linear(r"(?:^|[^A-Za-z0-9.])([A-Za-z][A-Za-z0-9_.+-]{1,40}/v?[0-9]{1,6})(?:$|[^0-9A-Za-z.])")
_MAJOR_IN_WORDS = linear(r"(?:^|[^A-Za-z0-9.])([A-Za-z][A-Za-z0-9_+-]{1,40}[/ ]v?[0-9]{1,6})(?:$|[^0-9A-Za-z.])")
_DATE = linear(r"^(?:[0-9]{1,2}\.[0-9]{1,2}\.(?:19|20)[0-9]{2}|(?:19|20)[0-9]{2}\.[01]?[0-9]\.[0-3]?[0-9])$")
_DEBUG = linear(r"\bdebug|exception|stack-?trace|sourcefiles|chromelogger|chromephp", re.IGNORECASE)
_OFF = frozenset({"", "0", "false", "off", "no", "none", "disabled"})


def is_debugging(name: str, value: str) -> bool:
    """Tell whether a header is one that only a server in debug mode sends, by what it is called."""
    return _DEBUG.search(name) is not None and value.strip().lower() not in _OFF


def versions_in_header(name: str, value: str) -> Sequence[str]:
    """Return what of a header tells which version of what software is running: `nginx/1.18.0`, `PHP/8`, `4.0.30319`.

    A product with a dotted number tells a version in any header, and so does a number of three parts or more alone.
    In a header that is there to name software, less is enough. Versions of protocols and interfaces are none of the
    software's, and neither are addresses, dates, measures and what is inside URLs.
    """
    name = name.lower()
    if _NAMES_OTHER.search(name):
        return ()
    naming = _NAMES_SOFTWARE.search(name) is not None
    text = _VIA_PROTOCOL.sub(lambda match: match[1], value) if name == "via" else value
    text = _NO_PRODUCT.sub(" ", text)
    found = [
        match[1]
        for match in (_IN_NAMES if naming else _ANYWHERE).finditer(text)
        if not text[match.end(1) :].startswith("/") or naming
    ]
    found = [item for item in found if naming or not is_address(re.split(r"[/ (:-]", item)[-1])]
    if naming:
        major = _MAJOR_IN_WORDS if name == "x-generator" else _MAJOR_ONLY
        found += [match[1] for match in major.finditer(text)]
        found = found or [match[1] for match in _AMONG_WORDS.finditer(text) if not _is_no_version(name, match[1])]
    found += _bare(name, text, naming=naming)
    return tuple(dict.fromkeys(item for item in found if not _PROTOCOL.search(item)))


def _bare(name: str, text: str, *, naming: bool) -> list[str]:
    """Return the versions that stand alone: two parts in a header that names software, else three."""
    if name in _BARE_MAJOR and re.fullmatch(r"v?[0-9]{1,6}", text.strip()):
        return [text.strip()]
    found = []
    for member in re.split(r"[,;]", text):
        match = _BARE.search(member.strip())
        if match is None or not (naming or _LONE.search(match[1])):
            continue
        if not _is_no_version(name, match[1]):
            found.append(match[1])
    return found


def _is_no_version(name: str, number: str) -> bool:
    """Tell whether a number alone is an address or a date, which it is not in a header that is called a version."""
    return "version" not in name and (is_address(number) or _DATE.search(number) is not None)
