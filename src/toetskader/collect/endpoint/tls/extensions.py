"""Extensions of a certificate."""

from typing import TypeVar

from cryptography import x509

Extension = TypeVar("Extension", bound=x509.ExtensionType)

UNREADABLE = (ValueError, TypeError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType)
"""What the library raises for extensions that it cannot read; one that cannot be read leaves none."""


def extension_of(certificate: x509.Certificate, kind: type[Extension]) -> Extension | None:
    """Return what a certificate says in an extension, None when it does not have it. Raises `UNREADABLE`."""
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
