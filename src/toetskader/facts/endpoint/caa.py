"""Whether CAA records say what they mean to (RFC 8659; parameters of RFC 8657, contacts of the CA/Browser Forum)."""

import re
from urllib.parse import urlsplit

from toetskader.facts.endpoint.dns import CaaRecord
from toetskader.patterns import linear
from toetskader.text import Text

CRITICAL = 128
"""The one flag there is; the other bits are reserved."""
ISSUING = ("issue", "issuewild", "issuemail", "issuevmc")
RESERVED = ("auth", "path", "policy")
"""Tags that the registry keeps free, from drafts of RFC 6844."""

# Validation methods in the ACME registry of IANA; an authority's own begin with `ca-` (RFC 8657, 4).
METHODS = frozenset(
    {
        "http-01",
        "dns-01",
        "tls-alpn-01",
        "tls-sni-01",
        "tls-sni-02",
        "email-reply-00",
        "tkauth-01",
        "onion-csr-01",
        "bp-nodeid-00",
        "dns-account-01",
        "dns-persist-01",
    }
)

_LABEL = r"[A-Za-z0-9](?:-*[A-Za-z0-9])*"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_PARAMETER = re.compile(rf"({_LABEL})[ \t]*=[ \t]*([\x21-\x3a\x3c-\x7e]*)")
_METHOD = re.compile(r"[A-Za-z0-9-]+")
_MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)")
_PHONE = linear(r"\+[0-9().-]*[0-9][0-9().-]*")
# Bytes that are not printable ASCII are kept as \nnn; a backslash itself as \092.
_ESCAPED = re.compile(r"\\(?!092)[0-9]{3}")


def problem(record: CaaRecord) -> Text | None:
    """Return what is wrong with a record, or None when authorities can read it as it is meant."""
    if record.flags not in (0, CRITICAL):
        return Text(f"vlaggen {record.flags} zijn gereserveerd", f"flags {record.flags} are reserved")
    if record.tag in RESERVED:
        return Text(f"tag {record.tag} is gereserveerd", f"tag {record.tag} is reserved")
    if record.tag in ISSUING:
        return _of_issuers(record.value)
    if record.tag == "iodef":
        return (
            None if _is_report_address(record.value) else _wrong_value("https://… of mailto:…", "https://… or mailto:…")
        )
    if record.tag == "contactemail":
        return None if _MAILBOX.fullmatch(record.value) else _wrong_value("een e-mailadres", "an e-mail address")
    if record.tag == "contactphone":
        return (
            None if _PHONE.fullmatch(record.value) else _wrong_value("een nummer zoals +31…", "a number such as +31…")
        )
    return Text(f"tag {record.tag[:40]} is onbekend", f"tag {record.tag[:40]} is unknown")


def _wrong_value(nl: str, en: str) -> Text:
    return Text(f"de waarde is niet {nl}", f"the value is not {en}")


def _of_issuers(value: str) -> Text | None:
    """Return what is wrong with who may issue: `[domain] [; name=value]…` (RFC 8659, 4.2)."""
    if _ESCAPED.search(value):
        return Text("de waarde bevat meer dan ASCII", "the value holds more than ASCII")
    domain, semicolon, rest = value.partition(";")
    domain = domain.strip(" \t")
    if domain and not _DOMAIN.fullmatch(domain):
        return Text(f"{domain[:80]} is geen domeinnaam", f"{domain[:80]} is no domain name")
    if not semicolon or not rest.strip(" \t"):
        return None
    for part in rest.split(";"):
        found = _PARAMETER.fullmatch(part.strip(" \t"))
        if found is None:
            return Text(
                f"parameter {part.strip()[:80]!r} is niet naam=waarde",
                f"parameter {part.strip()[:80]!r} is not name=value",
            )
        name, given = found[1].lower(), found[2]
        if name == "accounturi" and not _is_uri(given):
            return Text("accounturi is geen URI", "accounturi is no URI")
        if name == "validationmethods" and (unknown := _unknown_method(given)) is not None:
            return Text(f"validatiemethode {unknown!r} bestaat niet", f"validation method {unknown!r} does not exist")
    return None


def _unknown_method(value: str) -> str | None:
    for method in value.split(","):
        known = method in METHODS or (method.startswith("ca-") and len(method) > len("ca-"))
        if not known or not _METHOD.fullmatch(method):
            return method[:40]
    return None


def _is_uri(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return bool(parts.scheme and (parts.netloc or parts.path))


def _is_report_address(value: str) -> bool:
    """Tell whether a value is an address for reports: a mailbox or a website (RFC 8659, 4.4)."""
    if _ESCAPED.search(value) or any(character.isspace() for character in value):
        return False
    try:
        parts = urlsplit(value)
        host = parts.hostname
    except ValueError:
        return False
    if parts.scheme == "mailto":
        return bool(_MAILBOX.fullmatch(parts.path))
    return parts.scheme in ("http", "https") and bool(host)
