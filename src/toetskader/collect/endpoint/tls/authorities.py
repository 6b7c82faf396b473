"""Whom to trust: stores of authorities, ready for both engines that look for a path."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import verification
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier
from nassl._nassl import X509
from nassl.cert_chain_verifier import CertificateChainVerifier
from sslyze.plugins.certificate_info.trust_stores.trust_store_repository import TrustStoresRepository

from toetskader.collect.endpoint.tls.extensions import UNREADABLE, extension_of
from toetskader.core.bounded import read_bounded

LARGEST_FILE = 8_000_000
"""Bytes of a file with authorities; all that Mozilla trusts take a quarter of a megabyte."""


@dataclass(frozen=True)
class Store:
    """Authorities that are trusted, under a name."""

    name: str
    anchors: verification.Store
    openssl: CertificateChainVerifier
    ev_policies: tuple[ObjectIdentifier, ...] = ()
    """Policies with which an authority in it says that it did extended validation."""


_reading = Lock()


@lru_cache(maxsize=1)
def public_store() -> Store:
    """Return Mozilla's store, as sslyze ships it."""
    # Old roots have serial numbers that a later version will refuse. One thread at a time: warnings are everybody's.
    with _reading, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mozilla = TrustStoresRepository.get_default().get_main_store()
        return _store(f"{mozilla.name} ({mozilla.version})", mozilla.path.read_bytes(), mozilla.ev_oids or ())


@lru_cache(maxsize=16)
def extra_store(path: Path) -> Store:
    """Return the store of a file with certificates that a target gives.

    Raises UnfitFileError, OSError, and ValueError when none in it may vouch for a server.
    """
    return _store(path.name, read_bounded(path, LARGEST_FILE, follow=True))  # the auditor names it


def _store(name: str, content: bytes, ev_policies: Sequence[ObjectIdentifier] = ()) -> Store:
    """Make a store of certificates in PEM form. Raises ValueError when none may vouch for a server."""
    fit = [item for item in x509.load_pem_x509_certificates(content) if is_for_servers(item)]
    if not fit:
        raise ValueError("no authority for servers")
    pems = [item.public_bytes(Encoding.PEM).decode("ascii") for item in fit]
    openssl = CertificateChainVerifier([X509(pem) for pem in pems])
    return Store(name, verification.Store(fit), openssl, tuple(ev_policies))


def is_for_servers(certificate: x509.Certificate) -> bool:
    """Tell whether a certificate may be used for a server, or may vouch for one; not when that cannot be read."""
    try:
        return allows_servers(extension_of(certificate, x509.ExtendedKeyUsage))
    except UNREADABLE:
        return False


def allows_servers(usage: x509.ExtendedKeyUsage | None) -> bool:
    """Tell whether what a certificate says of its use, if anything, has a server among it (RFC 5280, 4.2.1.12).

    What says nothing about its use may be used for anything. Of an authority it limits what it vouches for: so
    browsers and OpenSSL have it, and the Baseline Requirements of the CA/Browser Forum (7.1.2.10.6). Any use, without
    that of a server, is not enough: RFC 5280 leaves that to clients, and Firefox and OpenSSL refuse it.
    """
    return usage is None or ExtendedKeyUsageOID.SERVER_AUTH in usage
