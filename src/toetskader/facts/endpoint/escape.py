"""Text that a server sent, made safe to keep: what cannot be seen is written out."""

import re
from urllib.parse import SplitResult, urljoin, urlsplit

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")

_QUERY = re.compile(r"[?#]")


def escaped(text: str, longest: int = 2_000) -> str:
    r"""Return text with control characters and lone surrogates written as `\x00`, and no longer than that."""
    left_out = len(text) - longest
    shown = _CONTROL.sub(_escape, text[:longest])
    return f"{shown}… (+{left_out})" if left_out > 0 else shown


def escaped_bytes(data: bytes, longest: int = 2_000) -> str:
    """Like `escaped`, for bytes that should be UTF-8; what is not is written out too."""
    return escaped(data.decode("utf-8", errors="backslashreplace"), longest)


def without_query(url: str) -> str:
    """Cut query and fragment, which can hold secrets, and a user name; `?…` says that there was a query."""
    bare, question, _ = url.partition("#")[0].partition("?")
    bare = bare.replace("\\", "/")  # as browsers read it, so that what precedes an @ is shown where it is the host
    scheme, slashes, rest = bare.partition("//")
    authority, slash, path = rest.partition("/")
    bare = f"{scheme}{slashes}{authority.rpartition('@')[2]}{slash}{path}" if slashes else bare
    return bare + ("?…" if question else "")


def resolved(base: str, reference: str) -> SplitResult | None:
    """Return the address that a reference on a page or in a header comes to, or None when it cannot be read.

    A backslash before query and fragment is a slash, as browsers have it (URL Standard, 4.4): it ends a host name.
    """
    address = reference.strip()
    query = _QUERY.search(address)
    end = query.start() if query else len(address)
    address = address[:end].replace("\\", "/") + address[end:]
    try:
        parts = urlsplit(urljoin(base, address))
        _ = parts.port  # raises for what is no port
    except ValueError:
        return None
    return parts


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
