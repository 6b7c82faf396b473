"""What a value of a template depends on, as tokens, and what a field or a comparison makes of these.

A token names a source (`clock`) when that decides, with `~` before it when a value was only made from it; and else what
is not known within one template: what another gives (`include:name`), its argument (`dot`, `part:key`), the chart's
whole context (`root`), or what was put into the values (`set:key`).
"""

import re

from toetskader.facts.template_sources import Source

Tokens = frozenset[str]

NONE: Tokens = frozenset()

# A value carries what it was made from with `~`; a comparison makes a decision of that.
VALUES = {
    "~clock": Source.CLOCK,
    "~chance": Source.CHANCE,
    "~helm": Source.HELM,
    "~revision": Source.RELEASE,
    "~release": Source.RELEASE,
    "~version": Source.VERSION,
    "~minor": Source.VERSION,
    "~apis": Source.APIS,
    "~code": Source.CODE,
}

WHOLE_RELEASE = frozenset({"upgrade", "~release", "~revision", "~helm"})
WHOLE_CLUSTER = frozenset({"~apis", "~version", "~helm"})
"""What `.Release` and `.Capabilities` hold, taken as a whole."""

_RELEASE = {
    "IsUpgrade": "upgrade",
    "IsInstall": "upgrade",
    "Revision": "~revision",
    "Name": "~release",
    "Namespace": "~release",
    "Service": "~helm",
}

BY_ACCIDENT = frozenset({"~clock", "~chance", "clock", "chance", "dns", "lookup"})
"""What nobody chose: with it, what is there decides."""

_WRITTEN = frozenset({"clock", "chance", "dns", "apis", "version", "helm", "release"})
"""What may not decide on what is written out. An upgrade and what `lookup` finds are rendered as such."""

_PATCH = re.compile(r"\d\.\d+\.[1-9*xX]")

PASSED_ON = frozenset({"lookup", "dns", "code", "clock", "chance", "~clock", "~chance"})
"""What is followed into the values when it is put there."""

MADE = "~made"
"""Mark of a text that the template put together, or changed."""

CHANGES = frozenset({"~clock", "~chance", "~version", "~helm"})
"""What is not the same each time, so that what is made of it may be nothing at one time."""


def of_field(fields: tuple[str, ...], holder: Tokens) -> Tokens:
    """Return what a field of something depends on."""
    if not fields:
        return holder
    for at, name in enumerate(fields):
        if name in ("Values", "Chart", "Files", "Template", "Subcharts"):
            return frozenset({f"set:{'.'.join(fields[at + 1 :])}"})
        if name == "Release":
            rest = fields[at + 1 : at + 2]
            return frozenset({_RELEASE.get(rest[0], "")} - {""}) if rest else WHOLE_RELEASE
        if name == "Capabilities":
            return _of_cluster(fields[at + 1 :])
    part = f"part:{fields[0]}"
    handed_on = {part} if "dot" in holder else set()
    handed_on |= {Source.CLOCK.value} if "~clock" in holder else set()  # `now.IsDST`
    return holder - {"root", "dot"} | handed_on | {f"set:{'.'.join(fields)}"}


def _of_cluster(fields: tuple[str, ...]) -> Tokens:
    match fields:
        case ():
            return WHOLE_CLUSTER
        case ("KubeVersion", "Major" | "Minor", *_):
            return frozenset({"~minor"})
        case ("KubeVersion", *_):
            return frozenset({"~version"})
        case ("APIVersions", *_):
            return frozenset({"~apis"})
        case _:
            return frozenset({"~helm"})


def compared(tokens: Tokens, literals: tuple[str, ...], function: str) -> Tokens:
    """Return what a comparison depends on: what a value was made from becomes what it decides by."""
    found: set[str] = set()
    mark = _mark(literals, function)
    if tokens == {"~release"} and mark == _OTHER:  # its own name and namespace, with each other
        return frozenset({Source.RELEASE.value})
    for token in tokens:
        if token.startswith(("include:", "part:")) or token in ("dot", "tpl"):
            found.add(f"{mark}{token}")
        elif token not in VALUES:
            found.add(token)
        elif mark not in _DROPS.get(token, ""):
            found |= decides(token, literals, function)
    return frozenset(found) - {"root"}


def ordered(name: str, tokens: Tokens) -> Tokens:
    """Follow that Go lists the keys of a mapping in another order each time: the first of them is chance."""
    match name:
        case "keys" | "values":
            return tokens | {_ORDER}
        case "first" | "last" | "initial" | "rest" if _ORDER in tokens:
            return tokens | {"~chance"}
        case "sortAlpha":
            return tokens - {_ORDER}
        case _:
            return tokens


_ORDER = "~order"


def _mark(literals: tuple[str, ...], function: str) -> str:
    """Return how a comparison is made, in one sign: what another template gives is compared once that is known."""
    if function in ("empty", "hasKey"):
        return _EMPTY
    if literals and not any(_ALPHANUMERIC.search(text) for text in literals):
        return _SIGNS
    if function == "semverCompare" and literals and not any(_PATCH.search(text) for text in literals):
        return _MINOR
    if literals and all(text.isdigit() for text in literals):
        return _DIGITS
    return _LITERAL if literals else _OTHER


_ALPHANUMERIC = re.compile(r"[^\W_]")

_EMPTY, _SIGNS, _MINOR, _DIGITS, _LITERAL, _OTHER = "0+=#!?"

MARKS = _EMPTY + _SIGNS + _MINOR + _DIGITS + _LITERAL + _OTHER

_DROPS = {
    # These are always there, and no name matches signs alone; what the minor version decides shows in renders for this
    # one and the next.
    "~release": _EMPTY + _SIGNS + _OTHER,
    "~version": _EMPTY + _MINOR,
    "~minor": _EMPTY + _MINOR + _DIGITS + _OTHER,
    "~apis": _EMPTY,
    "~clock": _EMPTY,
    "~chance": _EMPTY,
    "~helm": _EMPTY + _SIGNS,
    "~revision": _EMPTY,
}


def decides(token: str, literals: tuple[str, ...], function: str) -> set[str]:
    """Return what a value was made from as what it decides by; `has` asks for one API at a time."""
    if token == _APIS and function == "has" and literals:
        return {f"apis:{text}" for text in literals}
    return {VALUES[token].value}


_APIS = "~apis"


def is_written(token: str) -> bool:
    """Tell whether a token may not decide on what is written out."""
    return token in _WRITTEN or token.startswith("apis:")


def counts(token: str, mark: str) -> bool:
    """Tell whether a comparison, made as its mark says, makes a decision of a token."""
    return mark not in _DROPS.get(token, "")
