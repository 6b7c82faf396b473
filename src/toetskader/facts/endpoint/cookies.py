"""Cookies that a server sets: what their attributes say, never their values."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from toetskader.facts.endpoint.escape import escaped
from toetskader.facts.endpoint.graded import Remark
from toetskader.facts.endpoint.http import Cookie
from toetskader.facts.endpoint.urls import ascii_host
from toetskader.text import Text

LONGEST_NAME = 200
LONGEST_PAIR = 4_096
"""Bytes of name and value; browsers take no cookie that has more (RFC 6265bis, 5.6)."""
LONGEST_ATTRIBUTE = 1_024
"""Bytes of an attribute's value; browsers ignore one that has more (RFC 6265bis, 5.6)."""
_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f]")
_AGE = re.compile(r"-?[0-9]+", re.ASCII)


def read_cookie(field: str, *, at: datetime | None = None) -> Cookie | None:
    """Read a Set-Cookie field as a browser does (RFC 6265bis, 5.6), and forget its value.

    Parameters: `at`, when it came, to tell whether it takes a cookie away. Returns None for what no browser takes for
    a cookie: control characters, neither name nor value, or a name and value that are too long.
    """
    pair, *rest = field.split(";")
    if _CONTROL.search(field):
        return None
    name, equals, value = pair.partition("=")
    name, value = (name.strip(), value.strip()) if equals else ("", pair.strip())  # without a name all is the value
    if not (name or value) or len(name.encode(errors="replace")) + len(value.encode(errors="replace")) > LONGEST_PAIR:
        return None
    attributes: dict[str, str] = {}
    for part in rest[:50]:
        attribute, _, given = part.partition("=")
        if len(given.strip().encode(errors="replace")) <= LONGEST_ATTRIBUTE:
            attributes[attribute.strip().lower()] = given.strip()  # of a repeated attribute the last counts
    age = attributes.get("max-age", "")
    return Cookie(
        name=escaped(name, LONGEST_NAME),
        secure="secure" in attributes,
        http_only="httponly" in attributes,
        same_site=escaped(attributes.get("samesite", "").lower(), LONGEST_NAME),
        persistent="expires" in attributes or "max-age" in attributes,
        deleted=age.startswith("-") or not age.strip("0") if _AGE.fullmatch(age) else _is_past(attributes, at),
        partitioned="partitioned" in attributes,
        domain=escaped(attributes.get("domain", ""), LONGEST_NAME),
        path=escaped(attributes.get("path", ""), LONGEST_NAME),
    )


def _is_past(attributes: dict[str, str], at: datetime | None) -> bool:
    try:
        moment = parsedate_to_datetime(attributes.get("expires", "")[:100])
        return at is not None and moment.replace(tzinfo=UTC) <= at
    except (ValueError, OverflowError):
        return False  # no time that can be read: browsers ignore the attribute


def refusals(cookie: Cookie, host: str) -> Iterator[Remark]:
    """Yield why browsers refuse a cookie with their standard settings (RFC 6265bis, 5.7, and CHIPS for Partitioned).

    Parameters: `host`, in lower case ASCII, that set it. A cookie that takes another away is not used.
    """
    if cookie.deleted:
        return
    name = cookie.name.lower()
    prefix = next((known for known in ("__host-", "__secure-") if name.startswith(known)), "")
    needs_secure = {"SameSite=None": cookie.same_site == "none", "Partitioned": cookie.partitioned}
    needs_secure[cookie.name[: len(prefix)]] = bool(prefix)
    for what, needs in needs_secure.items():
        if needs and not cookie.secure:
            seen = Text(
                f"{what} zonder Secure, wat browsers weigeren: {cookie.name}",
                f"{what} without Secure, which browsers refuse: {cookie.name}",
            )
            yield Remark("refused-without-secure", seen, Text(f"{what} met Secure", f"{what} with Secure"))
    domain = ascii_host(cookie.domain.removeprefix("."))
    if prefix == "__host-" and (cookie.domain or cookie.path != "/"):
        seen = Text(
            f"__Host- met Domain of zonder Path=/, wat browsers weigeren: {cookie.name}",
            f"__Host- with Domain or without Path=/, which browsers refuse: {cookie.name}",
        )
        yield Remark("refused-host-prefix", seen, Text("Path=/ en geen Domain", "Path=/ and no Domain"))
    elif domain and host != domain and not (host.endswith(f".{domain}") and "." in domain):
        seen = Text(
            f"voor het domein van een ander ({domain}), wat browsers weigeren: {cookie.name}",
            f"for another's domain ({domain}), which browsers refuse: {cookie.name}",
        )
        yield Remark("refused-domain", seen, Text(f"Domain van {host}", f"Domain of {host}"))


# A token that scripts must read to send it back; such a cookie cannot be HttpOnly.
_FOR_SCRIPTS = re.compile(r"xsrf|csrf|antiforgery", re.IGNORECASE)
_SESSION = re.compile(r"sess|sid\b|^sid|auth|token|login|jwt|identity", re.IGNORECASE)


def is_session(cookie: Cookie) -> bool:
    """Tell whether a cookie may carry a session: it ends with the browser, or is named so; no token for scripts."""
    if _FOR_SCRIPTS.search(cookie.name):
        return False
    return not cookie.persistent or _SESSION.search(cookie.name) is not None


def flaws(cookie: Cookie) -> Iterator[Remark]:
    """Yield what a cookie lacks: Secure, HttpOnly when it may carry a session, SameSite (RFC 6265bis, 5.6 and 8)."""
    if cookie.deleted:
        return
    seen = Text(f"zonder Secure: {cookie.name}", f"without Secure: {cookie.name}")
    if not cookie.secure:
        yield Remark("no-secure", seen, Text("Secure", "Secure"))
    if is_session(cookie) and not cookie.http_only:
        seen = Text(f"zonder HttpOnly: {cookie.name}", f"without HttpOnly: {cookie.name}")
        yield Remark("no-http-only", seen, Text("HttpOnly op sessiecookies", "HttpOnly on session cookies"))
    if cookie.same_site not in ("strict", "lax", "none"):
        seen = Text(f"zonder SameSite: {cookie.name}", f"without SameSite: {cookie.name}")
        yield Remark("no-same-site", seen, Text("SameSite=Lax of Strict", "SameSite=Lax or Strict"))
