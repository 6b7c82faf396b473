"""TLS settings of the HTTP collector: first those of a browser, and then such that any server can be read."""

import ssl
from functools import lru_cache
from pathlib import Path
from typing import Literal

import certifi

Protocol = Literal["http/1.1", "h2"]

# What Chrome or Firefox, and so Edge, offers for TLS 1.2 with its standard settings (2026): no 3DES, no finite fields.
_OF_BROWSERS = (
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-CHACHA20-POLY1305",
    "ECDHE-RSA-CHACHA20-POLY1305",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-AES128-SHA",
    "ECDHE-ECDSA-AES256-SHA",
    "ECDHE-RSA-AES128-SHA",
    "ECDHE-RSA-AES256-SHA",
    "AES128-GCM-SHA256",
    "AES256-GCM-SHA384",
    "AES128-SHA",
    "AES256-SHA",
)


@lru_cache(maxsize=64)
def tls_context(
    protocol: Protocol, authorities: Path | None, *, verify: bool, as_browsers: bool = False
) -> ssl.SSLContext:
    """Return settings for a connection.

    Parameters: `protocol`, which is offered, and beside HTTP/2 also HTTP/1.1, as browsers do: some servers break off
    when they can choose nothing (RFC 7301, 3.2); `authorities`, a PEM file with certificates that are trusted besides
    the public ones; `verify`, whether to break off when the certificate is not trusted; `as_browsers`, connect as
    browsers do with their standard settings: TLS 1.2 at least (RFC 8996), and no signature with SHA-1 (OpenSSL's level
    of security 1); else to any server. Raises OSError for a file that cannot be read.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2 if as_browsers else ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers(f"{':'.join(_OF_BROWSERS)}:@SECLEVEL=1" if as_browsers else "ALL:@SECLEVEL=0")
    context.options |= getattr(ssl, "OP_LEGACY_SERVER_CONNECT", 0x4)
    context.set_alpn_protocols(["h2", "http/1.1"] if protocol == "h2" else [protocol])
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    context.hostname_checks_common_name = False  # RFC 9525: browsers read the alternative names alone
    context.load_verify_locations(certifi.where())
    if authorities is not None:
        context.load_verify_locations(authorities)
    return context
