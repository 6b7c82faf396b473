"""Cookies that a server sets: what their attributes say, never their values."""

import re
from collections.abc import Iterator

from toetskader.facts.endpoint.escape import escaped
from toetskader.facts.endpoint.graded import Remark
from toetskader.facts.endpoint.http import Cookie
from toetskader.text import Text

LONGEST_NAME = 200


def read_cookie(field: str) -> Cookie:
    """Read a Set-Cookie field as a browser does (RFC 6265, 5.2), and forget its value."""
    pair, *rest = field.split(";")
    attributes: dict[str, str] = {}
    for part in rest[:50]:
        name, _, value = part.partition("=")
        attributes[name.strip().lower()] = value.strip()  # of a repeated attribute the last counts
    name, equals, _ = pair.partition("=")
    return Cookie(
        name=escaped(name.strip(), LONGEST_NAME) if equals else "",  # without a name all of it is the value
        secure="secure" in attributes,
        http_only="httponly" in attributes,
        same_site=escaped(attributes.get("samesite", "").lower(), LONGEST_NAME),
        persistent="expires" in attributes or "max-age" in attributes,
        domain=escaped(attributes.get("domain", ""), LONGEST_NAME),
        path=escaped(attributes.get("path", ""), LONGEST_NAME),
    )


# A token that scripts must read to send it back; such a cookie cannot be HttpOnly.
_FOR_SCRIPTS = re.compile(r"xsrf|csrf|antiforgery", re.IGNORECASE)
_SESSION = re.compile(r"sess|sid\b|^sid|auth|token|login|jwt|identity", re.IGNORECASE)


def is_session(cookie: Cookie) -> bool:
    """Tell whether a cookie may carry a session: it ends with the browser, or is named so; no token for scripts."""
    if _FOR_SCRIPTS.search(cookie.name):
        return False
    return not cookie.persistent or _SESSION.search(cookie.name) is not None


def flaws(cookie: Cookie) -> Iterator[Remark]:
    """Yield what a cookie lacks: Secure, HttpOnly when it may carry a session, SameSite (RFC 6265bis, 5.5)."""
    seen = Text(f"zonder Secure: {cookie.name}", f"without Secure: {cookie.name}")
    if not cookie.secure:
        yield Remark("no-secure", seen, Text("Secure", "Secure"))
    if is_session(cookie) and not cookie.http_only:
        seen = Text(f"zonder HttpOnly: {cookie.name}", f"without HttpOnly: {cookie.name}")
        yield Remark("no-http-only", seen, Text("HttpOnly op sessiecookies", "HttpOnly on session cookies"))
    if cookie.same_site not in ("strict", "lax", "none"):
        seen = Text(f"zonder SameSite: {cookie.name}", f"without SameSite: {cookie.name}")
        yield Remark("no-same-site", seen, Text("SameSite=Lax of Strict", "SameSite=Lax or Strict"))
