"""Parts of an address as a browser reads them (URL Standard): the host that it asks, and what it asks it for."""

from urllib.parse import SplitResult, quote, unquote

import idna

# What neither set of percent-encoding in the URL Standard, 1.3 (path, special-query), has; escapes stay as they are.
_IN_PATH = "!$%&'()*+,/:;=@[\\]|"
_IN_QUERY = "!$%&()*+,/:;=?@[\\]^`{|}"


def host_of(parts: SplitResult) -> str:
    """Return the host that a browser asks, as `ascii_host` has it; empty for none."""
    return ascii_host(parts.hostname or "")


def ascii_host(written: str) -> str:
    """Return a host in lower case ASCII and without a dot at the end, as browsers make it.

    A name in another script is the same host as its A-label (URL Standard, 3.3; UTS 46). One that no browser takes is
    returned as it was written. Nothing more is asked of a label, as browsers ask no more: IDNA 2008 refuses names that
    are in use.
    """
    try:
        mapped = idna.uts46_remap(unquote(written, errors="strict"), std3_rules=False, transitional=False)
        labels = [
            label if label.isascii() else f"xn--{label.encode('punycode').decode()}" for label in mapped.split(".")
        ]
    except (idna.IDNAError, UnicodeError):
        return written.rstrip(".")
    return ".".join(labels).lower().rstrip(".")


def request_target(parts: SplitResult) -> str:
    """Return path and query as a browser sends them: what is no ASCII, and white space, is percent-encoded."""
    path = quote(parts.path or "/", safe=_IN_PATH)
    return f"{path}?{quote(parts.query, safe=_IN_QUERY)}" if parts.query else path
