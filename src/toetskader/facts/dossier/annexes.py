"""What an annex says that a header or TLS must be, beside what a server does."""

from collections.abc import Iterable

from toetskader.facts.dossier.rules import folded
from toetskader.patterns import linear

_PRESENT = frozenset({"aanwezig", "present"})
_ABSENT = frozenset({"afwezig", "absent"})
_DIRECTIVES = linear(r"[;,]")
_HSTS = "strict-transport-security"
_MAX_AGE = linear(r"^max-age ?= ?\"?([0-9]{1,15})\"?$")
_VERSION = linear(r"(tls|ssl) ?v?([123])\.([0-9])")


def is_served(header: str, wanted: str, served: str | None) -> bool:
    """Tell whether a header is served as an annex wants it.

    Parameters: `wanted`, a value of which each directive must be there, the `max-age` of Strict-Transport-Security at
    least as long; or `aanwezig` (present), or `afwezig` (absent); `served`, None when it is not there.
    """
    if folded(wanted) in _ABSENT:
        return served is None
    if served is None:
        return False
    return folded(wanted) in _PRESENT or all(
        directive in _directives(served) or (folded(header) == _HSTS and _is_as_long(directive, _directives(served)))
        for directive in _directives(wanted)
    )


def versions_in(text: str) -> frozenset[str]:
    """Return the versions of TLS that a text names, as they are called in what is measured: `TLS 1.2`."""
    return frozenset(f"{found[1].upper()} {found[2]}.{found[3]}" for found in _VERSION.finditer(folded(text)))


def _directives(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (part.strip() for part in _DIRECTIVES.split(folded(text)))))


def _is_as_long(wanted: str, served: Iterable[str]) -> bool:
    asked = _MAX_AGE.search(wanted)
    found = next((match for directive in served if (match := _MAX_AGE.search(directive)) is not None), None)
    return asked is not None and found is not None and int(found[1]) >= int(asked[1])
