"""PEM and base64: what a text holds that is written in them."""

import base64
import binascii
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


def decoded(text: str) -> str:
    """Undo base64, as in a Secret's `data`; bytes that are no text come back as one character each.

    What is no base64 comes back as it is: the API would refuse it, and a value it remains.
    """
    try:
        return base64.b64decode(text, validate=False).decode("latin-1")
    except (binascii.Error, ValueError):
        return text
