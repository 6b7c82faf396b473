"""The material of private keys in a text, and the text without it: headers, lines and all."""

import re
from bisect import bisect_left
from collections.abc import Iterator

from toetskader.facts.secrets.shapes import PRIVATE_KEY
from toetskader.text import spliced

KEY_WORD = "REDACTED"
"""What stands for a run of key material: eight characters, the least that counts as such."""

_KEY_BLOCK = re.compile(r"(?P<begin>-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----)")
_KEY_END = re.compile(r"-----END [A-Z0-9 ]{1,80}-----")
_MATERIAL = re.compile(
    r"(?P<escape>(?<!\\)\\+[nrt])|(?P<header>(?:Proc-Type|DEK-Info|Version|Comment):[^\n\\]*)|"
    r"(?P<key>[A-Za-z0-9+/]{4,}={0,2})"
)
_LONG = re.compile(r"[A-Za-z0-9+/]{16,}={0,2}")
_LONGEST_KEY = 40_000
_KNOWN_BLOCK = re.compile(r"(?:PRIVATE KEY|PRIVATE KEY BLOCK|PUBLIC KEY|CERTIFICATE|CRL)$")
_PEM_BEGIN = re.compile(r"-----BEGIN ([A-Z0-9 ]{1,60})-----")
_PEM_END = re.compile(r"-----END ([A-Z0-9 ]{1,60})-----")


def key_spans(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield where a text holds the material of a private key, with the same without it: headers, lines and all."""
    if PRIVATE_KEY.literals[0] not in text:
        return
    for match in _KEY_BLOCK.finditer(text):
        stop = min(len(text), match.end() + _LONGEST_KEY)
        following = text.find("-----BEGIN", match.end(), stop)
        stop = following if following >= 0 else stop
        end = _KEY_END.search(text, match.end(), stop)
        stop = end.start() if end else stop
        body = text[match.end() : stop]
        # Without an end prose or a template follows, of which only long runs are taken for key material.
        whole = end is not None and "{{" not in body
        replaced = _MATERIAL.sub(_hide, body) if whole else _LONG.sub(KEY_WORD, body)
        if replaced != body:
            yield match.end(), stop, replaced


def _hide(match: re.Match[str]) -> str:
    # No longer than what stood there: a word too short to be key material does not become so.
    return KEY_WORD[: len(match["key"])] if match["key"] else match[0]


def without_keys(text: str, *, thorough: bool = False) -> str:
    """Return a text without the material of the private keys in it.

    Parameters: `thorough` leaves nothing but its PEM blocks, of which certificates and public keys are public.
    """
    whole = spliced(text, key_spans(text))
    if not thorough:
        return whole
    blocks = [block for label, block in _pem_blocks(whole) if _KNOWN_BLOCK.search(label)]
    if not blocks:
        return KEY_WORD
    return "\n".join(blocks) + "\n" if "\n" in text else " ".join(blocks)


def _pem_blocks(text: str) -> Iterator[tuple[str, str]]:
    """Yield the PEM blocks of a text that end, each with its label; none begins within another."""
    ends: dict[str, list[tuple[int, int]]] = {}
    for match in _PEM_END.finditer(text):
        ends.setdefault(match[1], []).append(match.span())
    position = 0
    for match in _PEM_BEGIN.finditer(text):
        known = ends.get(match[1], [])
        at = bisect_left(known, (match.end(), 0))
        if match.start() >= position and at < len(known) and known[at][0] - match.end() <= _LONGEST_KEY:
            position = known[at][1]
            yield match[1], text[match.start() : position]
