"""PEM and base64: what a text holds that is written in them."""

import base64
import binascii
import re
from collections.abc import Iterator

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificates

from toetskader.facts.secrets.shapes import PRIVATE_KEY

_BASE64_OF_DASHES = "LS0tLS1"  # of '-----', how PEM starts


def holds_private_key(text: str) -> bool:
    """Tell whether a text holds a private key in PEM form, as it is or in base64 (Secret data)."""
    return any(
        PRIVATE_KEY.literals[0] in version and PRIVATE_KEY.expression.search(version) for version in _readings(text)
    )


def holds_certificate(text: str) -> bool:
    """Tell whether a text holds a certificate in PEM form, as it is or in base64."""
    return any("-----BEGIN CERTIFICATE-----" in version for version in _readings(text))


def is_certificate(text: str) -> bool:
    """Tell whether a text is one or more certificates and nothing else, as they are or in base64 (Secret data)."""
    for version in _readings(text):
        if version.startswith("-----BEGIN CERTIFICATE-----"):
            try:
                found = load_pem_x509_certificates(version.encode())
            except ValueError:
                continue
            written = "".join(one.public_bytes(Encoding.PEM).decode() for one in found)
            if written.split() == version.split():
                return True
    return False


def may_hold_pem(text: str) -> bool:
    """Tell quickly whether a text can hold anything in PEM form, as it is or in base64."""
    return "-----BEGIN " in text or _BASE64_OF_DASHES in text


def _readings(text: str) -> Iterator[str]:
    yield text
    if _BASE64_OF_DASHES in text[:64]:
        yield decoded(text)


SHORTEST = 16
"""Characters of base64 that are looked at: that of a text that gives a name a value is longer than most words."""
# It may go on over lines of nothing else.
_RUN = re.compile(
    rf"[A-Za-z0-9+/]{{{SHORTEST},}}"
    r"(?:(?<=[A-Za-z0-9+/]{48})\r?\n[ \t]*(?:[A-Za-z0-9+/]{48,}\r?\n[ \t]*){0,20000}"
    r"[A-Za-z0-9+/]+(?![^=\s]))?={0,2}"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_MOST_NESTED = 3


def text_of(written: str) -> str | None:
    """Return the text that is written in base64 (RFC 4648, section 4), over lines or not; None when it is none.

    Text is UTF-8 without control characters: the bytes of an archive, an image or a key store are not.
    """
    compact = "".join(written.split())
    try:
        data = binascii.a2b_base64(compact + "=" * (-len(compact) % 4), strict_mode=True)
        plain = data.decode()
    except (binascii.Error, ValueError):
        return None
    return plain if plain and not _CONTROL.search(plain) else None


def in_base64(text: str) -> str:
    """Write a text in base64, by its UTF-8, so that `text_of` gives it back."""
    return base64.b64encode(text.encode("utf-8", "replace")).decode()


def encoded_texts(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield where a text holds another in base64: start, end, and what that says."""
    for match in _RUN.finditer(text):
        plain = text_of(match[0])
        if plain is not None:
            yield *match.span(), plain


def texts_within(text: str, depth: int = _MOST_NESTED) -> Iterator[str]:
    """Yield the texts that a text holds in base64, and those within them."""
    for _, _, plain in encoded_texts(text) if depth else ():
        yield plain
        yield from texts_within(plain, depth - 1)


def decoded(text: str) -> str:
    """Undo base64, as in a Secret's `data`; bytes that are no text come back as one character each.

    What is no base64 comes back as it is: the API would refuse it, and a value it remains.
    """
    try:
        return base64.b64decode(text, validate=False).decode("latin-1")
    except (binascii.Error, ValueError):
        return text
