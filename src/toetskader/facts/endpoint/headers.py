"""Headers that tell a browser to be careful, each by the rule of internet.nl and of its own standard."""

import re
from collections.abc import Collection, Sequence

from toetskader.facts.endpoint.graded import Graded, Remark, Status
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
    found = [item.strip() for item in value.split(",")] if value and value.strip() else []
    return bool(found) and found[-1] not in _KNOWN_POLICIES and any(item.lower() in _KNOWN_POLICIES for item in found)


def grade_compression(value: str | None) -> Graded:
    """Judge Content-Encoding: any is told, as compression over TLS can leak secrets of a page (BREACH)."""
    if not value:
        return Graded()
    expected = Text("geen compressie op pagina's met geheimen", "no compression on pages that hold secrets")
    return Graded((Remark("compression", _plain(value), expected),))


# A product with a version (RFC 9110, 10.2.4), as far as a name and digits with a dot in them, or ASP.NET's bare version
_PRODUCT_VERSION = re.compile(
    r"(?<![A-Za-z0-9.])[A-Za-z][A-Za-z0-9_.+!-]{0,40}?[/ (-]{1,2}v?[0-9]{1,6}(?:\.[0-9A-Za-z_-]{1,20}){1,6}"
)
_BARE_VERSION = re.compile(r"v?[0-9]{1,6}(?:\.[0-9A-Za-z_-]{1,20}){0,6}")
BANNERS = (
    "server",
    "x-powered-by",
    "x-aspnet-version",
    "x-aspnetmvc-version",
    "x-generator",
    "x-runtime-version",
    "x-drupal-version",
    "x-owa-version",
    "via",
    "x-powered-cms",
    "liferay-portal",
    "x-jenkins",
    "x-version",
    "x-app-version",
    "x-application-version",
)
"""Headers that name the software behind a site."""
_VERSION_ONLY = frozenset({"x-aspnet-version", "x-aspnetmvc-version", "x-owa-version", "x-jenkins", "x-drupal-version"})
DEBUG_HEADERS = ("x-debug-token", "x-debug-token-link", "x-debug-exception", "x-debug-exception-file", "x-sourcefiles")
"""Headers that only a server in debug mode sends."""
_MAJOR_ONLY = re.compile(r"(?<![A-Za-z0-9.])[A-Za-z][A-Za-z0-9_.+-]{1,40}/v?[0-9]{1,6}(?![0-9A-Za-z.])")


_MAJOR_IN_WORDS = re.compile(r"(?<![A-Za-z0-9.])[A-Za-z][A-Za-z0-9_+-]{1,40}[/ ]v?[0-9]{1,6}(?![0-9A-Za-z.])")


def versions_in_header(name: str, value: str) -> Sequence[str]:
    """Return what of a banner tells a version: `nginx/1.18.0`, `PHP/8`, `4.0.30319`; nothing for other headers.

    The protocol in `Via` is none of the software's versions.
    """
    if name not in BANNERS:
        return ()
    if name in _VERSION_ONLY and _BARE_VERSION.fullmatch(value.strip()):
        return (value.strip(),)
    found = [match[0] for match in _PRODUCT_VERSION.finditer(value)]
    major = _MAJOR_IN_WORDS if name == "x-generator" else _MAJOR_ONLY
    found += [match[0] for match in major.finditer(value)]
    return tuple(dict.fromkeys(item for item in found if not item.upper().startswith("HTTP/")))
