"""What an answer in JSON gives away that its text alone does not show: versions under their keys, frames of a stack."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from toetskader.facts.endpoint.traces import is_source_file, product_versions
from toetskader.facts.names import words
from toetskader.patterns import linear

_MOST = 20_000
"""Values that are read."""
_VERSION = re.compile(r"v?\d{1,5}(?:\.\d{1,9}){2,4}(?:[-+.~][\w.+~-]{1,60})?")
_SHORT_VERSION = re.compile(r"v?\d{1,5}\.\d{1,9}")
# What is agreed between the parties has a version too, and that is needed to work.
_AGREED = linear(
    r".*\b(?:api|schema|spec|protocol|http|tls|xml|json|jsonapi|openapi|asyncapi|content|resource|document|format|info|odata)"
)
_OF_A_BUILD = linear(
    r"(?:.* )?(?:commit(?: id| sha| hash)?|git (?:sha|commit|revision|version)|build (?:date|hash|sha|time|number|id)|"
    r"(?:go|java|lucene|python|node|php|ruby|runtime|framework) version)"
)
_PRODUCT = frozenset({"name", "product", "server", "application", "software", "service", "app", "engine", "vendor"})
_LINES = frozenset({"line", "lineno", "line no", "line number", "linenumber"})
_METHODS = frozenset({"function", "method", "method name", "func", "function name", "declaring class"})
_FILES = frozenset({"file", "file name", "filename", "path", "source", "class", "class name", "module"})


def parsed_json(text: str) -> Any:
    """Return what a text in JSON holds; None when it is none, or nests deeper than can be read."""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return None


def versions(document: Any) -> Iterator[str]:
    """Yield the versions of products in an answer: under a key that says so, or as a server writes its name."""
    for above, key, value, beside in _scalars(document):
        if not isinstance(value, str):
            continue
        yield from product_versions(value)
        if _is_version(above, key, value, beside):
            yield f"{key}: {value}"


def signs(document: Any) -> Iterator[str]:
    """Yield what no user needs, wherever it is answered: a frame of a stack, and what a program was built from."""
    for above, holder in _mappings(document):
        named = {words(str(key)): value for key, value in holder.items()}
        if any(isinstance(named.get(key), int) for key in _LINES) and _is_frame(named):
            yield "frame of a stack"
        of_build = next((key for key, value in named.items() if value and _OF_A_BUILD.fullmatch(key)), "")
        if of_build and _tells_version(above, holder):
            yield f"version and {of_build}"


def _tells_version(above: str, holder: Mapping[Any, Any]) -> bool:
    """Tell whether a mapping has a version in it, also as `version: {number: 8.13.0, build_hash: …}`."""
    for key, value in holder.items():
        entries = value if isinstance(value, dict) else {key: value}
        under, beside = (str(key), value) if isinstance(value, dict) else (above, holder)
        if any(_is_version(under, str(name), part, beside) for name, part in entries.items()):
            return True
    return False


def _is_frame(named: Mapping[str, Any]) -> bool:
    files = [value for key, value in named.items() if key in _FILES and isinstance(value, str)]
    return any(map(is_source_file, files)) or (bool(files) and any(named.get(key) for key in _METHODS))


def _is_version(above: str, key: str, value: object, beside: Mapping[Any, Any]) -> bool:
    """Tell whether a value is the version of a product, by its key and the one that it stands under."""
    if not isinstance(value, str):
        return False
    called = words(key)
    under = words(above)
    if called == "number" and under.endswith("version"):
        return _VERSION.fullmatch(value) is not None
    if not called.endswith("version") or _AGREED.match(called) or _AGREED.match(under):
        return False
    if _VERSION.fullmatch(value):
        return True
    names = any(words(str(other)) in _PRODUCT and isinstance(text, str) for other, text in beside.items())
    return names and _SHORT_VERSION.fullmatch(value) is not None


def _mappings(document: Any) -> Iterator[tuple[str, Mapping[Any, Any]]]:
    """Yield each mapping with the key that it stands under."""
    stack: list[tuple[str, Any]] = [("", document)]
    left = _MOST
    while stack and left:
        left -= 1
        above, value = stack.pop()
        if isinstance(value, dict):
            yield above, value
            stack.extend((str(key), part) for key, part in value.items() if isinstance(part, dict | list))
        elif isinstance(value, list):
            stack.extend((above, part) for part in value if isinstance(part, dict | list))


def _scalars(document: Any) -> Iterator[tuple[str, str, Any, Mapping[Any, Any]]]:
    """Yield each value of a mapping that is none itself: the key above, its key, the value, what stands beside it."""
    for above, holder in _mappings(document):
        for key, value in holder.items():
            for part in value if isinstance(value, list) else (value,):
                if not isinstance(part, dict | list):
                    yield above, str(key), part, holder
