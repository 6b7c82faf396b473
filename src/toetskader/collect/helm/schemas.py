"""Schemas of values that refer to another schema: read for what lies outside, which is never fetched or opened.

Helm resolves a reference in `values.schema.json` against the `$id` around it, else against `file:///values.schema.json`;
what is not in the file itself it reads from this machine or asks from the network. So such references are taken out of
the copy that Helm gets, and what they would say of the values is not known.
"""

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import urldefrag, urljoin

import msgspec

from toetskader.facts.endpoint.escape import escaped, without_query

_BASE = "file:///values.schema.json"
_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
_META = ("http://json-schema.org/", "https://json-schema.org/")
"""Where the drafts of JSON Schema are, which Helm carries with it."""
_KEPT = ("$id", "id", "$anchor", "$defs", "definitions", "title", "description")
"""What stays beside a reference that is taken out: in older drafts nothing else beside one counts."""
_LONGEST = 200


class Outside(msgspec.Struct, frozen=True):
    """A reference to a schema that is not in the file."""

    reference: str
    """As written, for people."""
    is_remote: bool
    """True for an address on the network, which works for whoever can reach it; False for a file on the machine."""


@lru_cache(maxsize=64)
def without_outside(text: str) -> tuple[str, tuple[Outside, ...]]:
    """Return a schema without its references to others, and these references. Many charts carry the same subchart.

    Raises ValueError or RecursionError for what is no JSON that can be read.
    """
    schema = json.loads(text)
    found: dict[str, Outside] = {}
    while more := _take_out(schema):  # what goes may have held what others referred to
        found |= more
    return (json.dumps(schema), tuple(found.values())) if found else (text, ())


def _take_out(schema: Any) -> dict[str, Outside]:
    """Take references to others out of a schema, and return them."""
    known = {_BASE, *(base for _, base in _bases(schema))}
    found: dict[str, Outside] = {}
    for part, base in list(_bases(schema)):
        for key in (*_REFERENCES, "$schema"):
            reference = part.get(key)
            if not isinstance(reference, str) or (key == "$schema" and reference.startswith(_META)):
                continue
            where = _joined(base, reference)
            if key != "$schema" and where in known:
                continue
            shown = escaped(without_query(reference), _LONGEST)
            found[shown] = Outside(shown, where.lower().startswith(("http://", "https://")))
            if key == "$schema":
                del part[key]
                continue
            kept = {name: part[name] for name in _KEPT if name in part}
            part.clear()
            part.update(kept)
    return found


def _bases(schema: Any) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield every mapping in a schema with the address that references in it start from."""
    stack: list[tuple[Any, str]] = [(schema, _BASE)]
    while stack:
        part, base = stack.pop()
        if isinstance(part, list):
            stack.extend((item, base) for item in part)
        elif isinstance(part, dict):
            own = part.get("$id", part.get("id"))
            if isinstance(own, str):
                base = _joined(base, own)
            yield part, base
            stack.extend((item, base) for item in part.values())


def _joined(base: str, reference: str) -> str:
    """Return where a reference leads, without the place in the schema there."""
    try:
        return urldefrag(urljoin(base, reference)).url
    except ValueError:  # no address at all: Helm cannot read it either
        return reference
