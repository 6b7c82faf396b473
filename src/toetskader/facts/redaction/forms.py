"""The forms in which a value that was found can stand elsewhere: cut into lines, quoted, turned, in hex or base64."""

import base64
import contextlib
import json
import re
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

from toetskader.facts.redaction.markers import WORD
from toetskader.facts.secrets.values import is_literal, is_plain_address, looks_random


def versions(value: str) -> Iterator[str]:
    """Yield what of a value to look for, in the characters it was written in: all of it, or lines of key material.

    Other lines of a long value, such as a whole configuration file, are no secrets by themselves.
    """
    texts = [value]
    if not value.isascii():
        with contextlib.suppress(UnicodeError):  # a Secret's data, read byte by byte
            texts.append(value.encode("latin-1").decode("utf-8"))
    for text in texts:
        lines = text.splitlines()
        yield from (line.strip() for line in lines if len(lines) == 1 or looks_random(line))


_COMMON = re.compile(
    r"[A-Za-z]*[-_ ]?[0-9]{0,2}"  # a word, such as a name
    r"|[a-z0-9]+(?:[-_.][a-z]+[0-9]{0,2})+|[A-Z][A-Z_]*"  # names of objects and hosts, and of variables
    r"|[vV]?[0-9][0-9.:TZ+-]*"  # versions, dates and small numbers
)


def is_distinctive(text: str) -> bool:
    """Tell whether a value can be nothing but the secret it is, wherever it occurs: long, and no plain word or name."""
    if len(text) < 8 or text.startswith(WORD):
        return False
    if looks_random(text):
        return True
    return _COMMON.fullmatch(text) is None and "{{" not in text and not is_plain_address(text) and is_literal(text)


_ALIKE = ("LS0tLS1", "eyJ", "-----", "MII")
_LONGEST_CUT = 64
_START = 8
"""Characters at the start of a value that give it away, when a template cuts it."""


def written(text: str) -> Iterator[str]:
    """Yield the other forms in which templates and programs write a value, but base64 (`cores`)."""
    data = text.encode()
    yield from (data.hex(), data.hex().upper(), base64.b32encode(data).decode().rstrip("="))
    yield from (form for form in (quote(text, safe=""), quote_plus(text), json.dumps(text)[1:-1]) if form != text)
    turned = (text.upper(), text.lower(), text.swapcase(), text[::-1])
    yield from (form for form in turned if form != text and is_distinctive(form))
    start = text[:_START]
    # What starts as others of its kind do (keys, tokens in JSON) is no secret at its start.
    if _START < len(text) <= _LONGEST_CUT and not text.startswith(_ALIKE) and is_distinctive(start):
        yield start


def cores(text: str) -> Iterator[str]:
    """Yield how base64 writes a text, for each of the three places in a group that it can start at."""
    data = text.encode()
    for shift, first in ((0, 0), (1, 2), (2, 3)):
        text_in_base64 = base64.b64encode(bytes(shift) + data).decode()
        yield text_in_base64[first : (shift + len(data)) * 8 // 6]
