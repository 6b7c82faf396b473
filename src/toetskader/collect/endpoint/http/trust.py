"""TLS settings of the HTTP collector: it reads what any server says; how good the TLS is, others judge."""

import ssl
from functools import lru_cache
from pathlib import Path
from typing import Literal

import certifi

Protocol = Literal["http/1.1", "h2"]


@lru_cache(maxsize=16)
def tls_context(protocol: Protocol, authorities: Path | None, *, verify: bool) -> ssl.SSLContext:
    """Return settings that get through to old servers too.

    Parameters: `protocol`, which is offered, and beside HTTP/2 also HTTP/1.1, as browsers do: some servers break off
    when they can choose nothing (RFC 7301, 3.2); `authorities`, a PEM file with certificates that are trusted besides
    the public ones; `verify`, whether to break off when the certificate is not trusted. Raises OSError for a
    file that cannot be read.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
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
