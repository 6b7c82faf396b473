"""TLS and certificates of mutants: as good as the golden ones but for one thing."""

import ssl
import warnings
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from toetskader.laboratory.certificates import Authority, self_signed
from toetskader.laboratory.example import Credentials

_ALLOW_CLIENT_RENEGOTIATION = 1 << 8
"""Of OpenSSL 3.0 and newer; the library has no name for it."""

_CUT = b"# here begins the other one\n"

Speaks = Callable[[bytes, bytes], ssl.SSLContext]
Certified = Callable[[Authority, str], Credentials]

GOOD_SUITES = "ECDHE+AESGCM:ECDHE+CHACHA20"
RSA_SUITES = f"{GOOD_SUITES}:AES256-GCM-SHA384"
CBC_SUITES = f"{GOOD_SUITES}:ECDHE-ECDSA-AES128-SHA256"


def speaks(
    suites: str = GOOD_SUITES,
    *,
    lowest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2,
    highest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3,
    curve: str = "prime256v1",
    own_order: bool = True,
    renegotiates: bool = False,
    clients: tuple[Authority, ssl.VerifyMode] | None = None,
) -> Speaks:
    """Return a way to speak TLS.

    Parameters: `suites`, in OpenSSL's notation; `curve`, of the key exchange, empty for all that OpenSSL offers by
    itself; `own_order`, whether the server's order of suites counts; `renegotiates`, at a client's wish; `clients`,
    whose certificates are asked for, and how strictly.
    """

    def made(certificate: bytes, key: bytes) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers(suites)  # first: it holds the level of security, that the rest must fit
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # that a version is old is the point
            context.minimum_version, context.maximum_version = lowest, highest
        if curve:
            context.set_ecdh_curve(curve)
        if not own_order:
            context.options &= ~ssl.OP_CIPHER_SERVER_PREFERENCE
        if renegotiates:
            context.options |= _ALLOW_CLIENT_RENEGOTIATION
        else:
            context.options |= ssl.OP_NO_RENEGOTIATION
        _load(context, certificate, key)
        if clients is not None:
            context.load_verify_locations(cadata=clients[0].pem.decode("ascii"))
            context.verify_mode = clients[1]
        return context

    return made


def _load(context: ssl.SSLContext, certificate: bytes, key: bytes) -> None:
    with TemporaryDirectory(prefix="toetskader-") as folder:  # the library reads keys from files only
        pem = Path(folder, "server.pem")
        pem.write_bytes(key + certificate)
        context.load_cert_chain(pem)


def certified(key: str = "p256", **options: Any) -> Certified:
    """Return a certificate of the laboratory's authority. Parameters: as for `Authority.issue`."""
    return lambda authority, host: authority.issue((host,), key, **options)


def for_names(*names: str, **options: Any) -> Certified:
    """Return a certificate for other names than the host's; `{domain}` stands for what is above the host."""

    def made(authority: Authority, host: str) -> Credentials:
        chosen: Sequence[str] = [name.format(host=host, domain=host.partition(".")[2]) for name in names]
        return authority.issue(chosen, common_name=host, **options)

    return made


def expired(authority: Authority, host: str, key: str = "p256", **options: Any) -> Credentials:
    """Return a certificate that was valid until a week ago."""
    return authority.issue((host,), key, starts=datetime.now(UTC) - timedelta(days=97), days=90, **options)


def nearly_expired(authority: Authority, host: str) -> Credentials:
    """Return a certificate that is valid for ten of its ninety days more."""
    return authority.issue((host,), "p256", starts=datetime.now(UTC) - timedelta(days=80), days=90)


def beside(first: Certified, second: Certified) -> Certified:
    """Return two certificates as one, for `speaks_both`."""

    def made(authority: Authority, host: str) -> Credentials:
        (one, its_key), (other, other_key) = first(authority, host), second(authority, host)
        return one + _CUT + other, its_key + _CUT + other_key

    return made


def speaks_both(certificates: bytes, keys: bytes) -> ssl.SSLContext:
    """Return a way to speak TLS with two certificates, of which the client's wishes choose."""
    (one, other), (its_key, other_key) = certificates.split(_CUT), keys.split(_CUT)
    context = speaks()(one, its_key)
    _load(context, other, other_key)
    return context


def by_itself(_: Authority, host: str) -> Credentials:
    """Return a certificate that nobody vouches for."""
    return self_signed((host,))


def without_the_middle(authority: Authority, host: str) -> Credentials:
    """Return a certificate of an authority below the root, without that authority's own."""
    middle = Authority("Toetskader laboratory issuing CA", above=authority)
    return middle.issue((host,), with_chain=False)


old_versions = partial(speaks, lowest=ssl.TLSVersion.TLSv1)
"""TLS 1.0 and 1.1 too. They need suites with SHA-1, and a level of security at which these are allowed."""
