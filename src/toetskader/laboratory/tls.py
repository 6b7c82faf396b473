"""TLS for servers of the laboratory, with what Python itself can do: good, modern only, and weak."""

import ssl
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

Quality = Literal["good", "modern", "weak"]

_AEAD = "ECDHE+AESGCM:ECDHE+CHACHA20"
_WEAK = "ALL:!aNULL:!eNULL:@SECLEVEL=0"


def ssl_context(
    quality: Quality, certificate: bytes, key: bytes, *, client_authority: bytes | None = None
) -> ssl.SSLContext:
    """Return how a server speaks TLS.

    Parameters: `quality`, `good` (TLS 1.2 and 1.3, suites with forward secrecy only, P-256), `modern` (TLS 1.3 alone)
    or `weak` (TLS 1.0 on, suites without forward secrecy, the client's order); `certificate` and `key` in PEM;
    `client_authority`, demand a certificate of the client signed by it (mutual TLS).
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if quality == "weak":
        context.set_ciphers(_WEAK)  # first: at a higher level of security the library refuses the old versions
        _lowest(context, ssl.TLSVersion.TLSv1)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.options &= ~ssl.OP_CIPHER_SERVER_PREFERENCE
    else:
        context.minimum_version = ssl.TLSVersion.TLSv1_3 if quality == "modern" else ssl.TLSVersion.TLSv1_2
        context.set_ciphers(_AEAD)
        context.set_ecdh_curve("prime256v1")  # else the library adds finite fields to TLS 1.3
        context.options |= ssl.OP_NO_RENEGOTIATION
    with TemporaryDirectory(prefix="toetskader-") as folder:  # the library reads keys from files only
        pem = Path(folder, "server.pem")
        pem.touch(mode=0o600)
        pem.write_bytes(key + certificate)
        context.load_cert_chain(pem)
    if client_authority is not None:
        context.load_verify_locations(cadata=client_authority.decode("ascii"))
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def _lowest(context: ssl.SSLContext, version: ssl.TLSVersion) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that it is old is the point
        context.minimum_version = version
