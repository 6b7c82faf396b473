"""Whole handshakes, with the engine of sslyze (nassl): what only shows once a connection stands.

That is in TLS 1.3 the certificates and staple, which are encrypted; early data, which needs a session; renegotiation
asked by the client; and what becomes of a client without certificate.
"""

import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from nassl._nassl import OpenSSLError
from nassl.ephemeral_key_info import OpenSslEcNidEnum, OpenSslEvpPkeyEnum
from nassl.legacy_ssl_client import LegacySslClient
from nassl.ssl_client import (
    ClientCertificateRequested,
    OpenSslDigestNidEnum,
    OpenSslEarlyDataStatusEnum,
    OpenSslVerifyEnum,
    OpenSslVersionEnum,
    SslClient,
)

from toetskader.collect.endpoint.tls.certificates import visible
from toetskader.collect.endpoint.tls.connection import DeadlineSocket, Line
from toetskader.collect.endpoint.tls.registry import Version
from toetskader.core.failure import Failed, Failure, Reason
from toetskader.facts.endpoint.tls import Answer, Aspect, ClientAuthentication, ClientCertificate
from toetskader.text import Text

_VERSIONS = {
    Version.SSL3: OpenSslVersionEnum.SSLV3,
    Version.TLS10: OpenSslVersionEnum.TLSV1,
    Version.TLS11: OpenSslVersionEnum.TLSV1_1,
    Version.TLS12: OpenSslVersionEnum.TLSV1_2,
    Version.TLS13: OpenSslVersionEnum.TLSV1_3,
}
_NIDS = {name.lower(): nid for name, nid in OpenSslEcNidEnum.__members__.items()}
_COMMON = ("x25519", "secp256r1", "x448", "secp521r1", "secp384r1")
_EVERY_SUITE = "ALL:eNULL:@SECLEVEL=0"
_TICKETS = 16384
RENEGOTIATION_WAIT_S = 2.0
"""How long a server may take to take up a renegotiation; one that says nothing does not."""

ANSWER_WAIT_S = 3.0
"""How long a server may take to answer a request; its tickets come with the answer, or before it."""

_DIGESTS = (OpenSslDigestNidEnum.SHA256, OpenSslDigestNidEnum.SHA384, OpenSslDigestNidEnum.SHA512)
_ED25519, _ED448 = 1087, 1088
"""OpenSSL's numbers of keys that have a hash of their own (obj_mac.h)."""

SIGNATURES: dict[str, tuple[tuple[int, int], ...]] = {
    "RSA": tuple((digest, key) for key in (OpenSslEvpPkeyEnum.RSA_PSS, OpenSslEvpPkeyEnum.RSA) for digest in _DIGESTS),
    "EC": tuple((digest, OpenSslEvpPkeyEnum.EC) for digest in _DIGESTS),
    "Ed25519": ((0, _ED25519),),
    "Ed448": ((0, _ED448),),
}
"""Kind of key → signatures that a client offers to be shown a certificate of that kind: pairs of hash and key."""


class NoHandshake(Failed):
    """The handshake did not get through. Attribute: `refused`, whether the server said that it will not."""

    def __init__(self, message: Text, *, refused: bool) -> None:
        super().__init__(Failure(Reason.DENIED if refused else Reason.UNREACHABLE, message))
        self.refused = refused


@dataclass(slots=True)
class Session:
    """What a whole handshake showed."""

    established: bool = False
    reason: Text | None = None
    """Why it was not established."""
    refused: bool = False
    """True when the server said that it will not: by an alert, or by closing."""
    chain: list[bytes] = field(default_factory=list)
    staple: Any = None
    """The engine's own object, with which it can be verified."""
    staple_asked: bool = False
    client: ClientAuthentication | None = None
    renegotiation: Aspect | None = None
    early_data: Aspect | None = None


def _unknown(reason: Text) -> Aspect:
    return Aspect(answer=Answer.UNKNOWN, reason=reason)


_NEEDS_CERTIFICATE = Text(
    "De server eist een certificaat van de client; zonder is dit niet te testen.",
    "The server demands a certificate of the client; without one this cannot be tested.",
)


_EARLY_FAILED = Text(
    "De server staat 0-RTT toe in zijn ticket; de proef ermee liep vast.",
    "The server allows 0-RTT in its ticket; trying it got stuck.",
)
_NO_COMMON_GROUP = Text(
    "Bij TLS 1.3 heeft de server alleen groepen waarmee hier geen hele handshake kan worden gedaan.",
    "With TLS 1.3 the server has only groups with which no whole handshake can be done here.",
)


class _Client:
    """One connection of the engine."""

    def __init__(
        self,
        line: Line,
        version: Version,
        connection: DeadlineSocket,
        *,
        groups: Sequence[str],
        wanted: Sequence[str] = (),
        without_certificate: bool,
    ) -> None:
        kind = LegacySslClient if version is Version.SSL3 else SslClient
        self.ssl = kind(
            ssl_version=_VERSIONS[version],
            ssl_verify=OpenSslVerifyEnum.NONE,
            ignore_client_authentication_requests=without_certificate,
        )
        if version is not Version.TLS13:
            self.ssl.set_cipher_list(_EVERY_SUITE if version is not Version.SSL3 else "ALL:eNULL")
        else:
            cast("SslClient", self.ssl).set_ciphersuites(
                "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:"
                "TLS_AES_128_CCM_SHA256:TLS_AES_128_CCM_8_SHA256"
            )
        if line.server_name:
            self.ssl.set_tlsext_host_name(line.server_name)
        if isinstance(self.ssl, SslClient):
            # Curves of certificates count as well, so what any server has is offered besides what this one showed.
            self.ssl.set_groups(
                [_NIDS[name] for name in dict.fromkeys((*map(str.lower, groups), *_COMMON)) if name in _NIDS]
            )
            if wanted:
                pairs = [pair for kind in wanted for pair in SIGNATURES[kind]]
                self.ssl._ssl.set1_sigalgs([int(number) for pair in pairs for number in pair])
        if version is not Version.SSL3:
            self.ssl.set_tlsext_status_ocsp()
        self.ssl.set_underlying_socket(cast("socket.socket", connection))

    def handshake(self) -> None:
        """Do it. Raises `NoHandshake` and ClientCertificateRequested."""
        self._guard(self.ssl.do_handshake)

    def request(self, host: str, user_agent: str) -> bytes:
        """Ask for the start page and read the beginning of the answer. Raises as `handshake`."""
        agent = user_agent.encode("ascii", "replace").decode("ascii").replace("\r", " ").replace("\n", " ")
        asked = f"GET / HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {agent}\r\nAccept: */*\r\nConnection: close\r\n\r\n"
        self._guard(lambda: self.ssl.write(asked.encode("ascii", "replace")))
        return bytes(self._guard(lambda: self.ssl.read(_TICKETS)))

    def renegotiate(self) -> None:
        """Ask for a new handshake over this connection. Raises as `handshake`."""
        self._guard(self.ssl._ssl.renegotiate)
        self._guard(self.ssl.do_handshake)

    def received(self, session: Session) -> None:
        """Keep what the server sent of itself, as far as the handshake came."""
        try:
            pems = self.ssl.get_received_chain()
        except (OpenSSLError, TypeError, ValueError, RuntimeError):
            pems = []
        for pem in pems[:11]:
            try:
                session.chain.append(x509.load_pem_x509_certificate(pem.encode("ascii")).public_bytes(Encoding.DER))
            except (ValueError, TypeError):
                session.chain.append(pem.encode("ascii", "replace"))
        session.staple = self.ssl.get_tlsext_status_ocsp_resp()
        session.staple_asked = bool(session.chain)

    def _guard(self, step: Any) -> Any:
        try:
            return step()
        except ClientCertificateRequested:
            raise
        except TimeoutError:
            text = Text("De server antwoordde niet op tijd.", "The server did not answer in time.")
            raise NoHandshake(text, refused=False) from None
        except OpenSSLError as error:
            detail = visible(str(error.args[0] if error.args else error).strip(), 160)
            alert = "alert" in detail
            raise NoHandshake(
                Text(f"De handshake mislukte: {detail}", f"The handshake failed: {detail}"), refused=alert
            ) from None
        except OSError:
            text = Text("De server verbrak de verbinding.", "The server closed the connection.")
            raise NoHandshake(text, refused=True) from None


def older_session(
    line: Line, version: Version, groups: Sequence[str], *, wants_certificate: bool, user_agent: str
) -> Session:
    """Do a whole handshake of TLS 1.2 or older: renegotiation, staple and what becomes of an unknown client.

    Parameters: `groups`, curves the server was seen to accept; `wants_certificate`, whether it asks its client for a
    certificate. Raises `Spent`.
    """
    session = Session()
    try:
        with line.socket() as connection:
            client = _Client(line, version, connection, groups=groups, without_certificate=True)
            _run_older(client, connection, session, line, wants_certificate=wants_certificate, user_agent=user_agent)
    except OSError:
        session.reason = Text("Er kwam geen verbinding tot stand.", "There was no connection.")
    return session


def _run_older(
    client: _Client,
    connection: DeadlineSocket,
    session: Session,
    line: Line,
    *,
    wants_certificate: bool,
    user_agent: str,
) -> None:
    try:
        client.handshake()
    except (NoHandshake, ClientCertificateRequested) as error:
        failed = error if isinstance(error, NoHandshake) else NoHandshake(_NEEDS_CERTIFICATE, refused=True)
        client.received(session)
        session.reason = failed.message
        if wants_certificate and failed.refused:
            session.client = ClientAuthentication(state=ClientCertificate.REQUIRED, reason=failed.message)
            session.renegotiation = _unknown(_NEEDS_CERTIFICATE)
        else:
            session.renegotiation = _unknown(failed.message)
        return
    session.established = True
    client.received(session)
    if wants_certificate:
        session.client = _without_certificate(client, line, user_agent)
        session.renegotiation = _unknown(_NEEDS_CERTIFICATE)
        return
    session.client = ClientAuthentication(state=ClientCertificate.NONE)
    connection.shorten(RENEGOTIATION_WAIT_S)
    try:
        client.renegotiate()
    except (NoHandshake, ClientCertificateRequested) as error:
        session.renegotiation = Aspect(answer=Answer.NO, detail=visible(str(error), 160))
    else:
        session.renegotiation = Aspect(answer=Answer.YES)


def _without_certificate(client: _Client, line: Line, user_agent: str) -> ClientAuthentication:
    """Ask something over a connection for which a certificate was wanted and not given."""
    try:
        answer = client.request(line.server_name or line.address, user_agent)
    except ClientCertificateRequested:
        return ClientAuthentication(state=ClientCertificate.REQUIRED, reason=_NEEDS_CERTIFICATE)
    except NoHandshake as error:
        if error.refused:
            return ClientAuthentication(state=ClientCertificate.REQUIRED, reason=error.message)
        return ClientAuthentication(state=ClientCertificate.UNKNOWN, reason=error.message)
    line_one = answer.split(b"\r\n", 1)[0][:80].decode("latin-1")
    number = re.match(r"HTTP/\d\.\d (\d{3})", line_one)
    status = int(number[1]) if number else 0
    # nginx takes the connection, and then answers 400 with a page that says why.
    if b"SSL certificate" in answer and b" 400 " in answer[:16]:
        said = visible(line_one, 80)
        reason = Text(f"Zonder certificaat antwoordt de server: {said}", f"Without one the server answers: {said}")
        return ClientAuthentication(state=ClientCertificate.REQUIRED, reason=reason, status=status)
    said = visible(line_one, 80)
    reason = Text(
        f"De server vraagt een certificaat, en antwoordt zonder: {said}",
        f"The server asks for a certificate, and answers without one: {said}",
    )
    return ClientAuthentication(state=ClientCertificate.REQUESTED, reason=reason, status=status)


def newest_session(
    line: Line, groups: Sequence[str], *, user_agent: str, wanted: Sequence[str] = (), only_chain: bool = False
) -> Session:
    """Do a whole handshake of TLS 1.3: chain, staple, demand for a certificate, early data.

    Parameters: `groups`, those the server was seen to accept; `wanted`, kinds of certificate (of `SIGNATURES`), any
    without; `only_chain`, ask
    nothing over the connection. Raises `Spent`.
    """
    session = Session()
    if not any(name.lower() in _NIDS for name in groups):
        session.reason = _NO_COMMON_GROUP
        session.early_data = _unknown(_NO_COMMON_GROUP)
        session.client = ClientAuthentication(state=ClientCertificate.UNKNOWN, reason=_NO_COMMON_GROUP)
        return session
    reusable: Any = None
    requested = False
    try:
        with line.socket() as connection:
            client = _Client(line, Version.TLS13, connection, groups=groups, wanted=wanted, without_certificate=False)
            try:
                client.handshake()
                session.established = True
                client.received(session)
                if only_chain:
                    return session
                session.client = ClientAuthentication(state=ClientCertificate.NONE)
                connection.shorten(ANSWER_WAIT_S)
                client.request(line.server_name or line.address, user_agent)
                reusable = client.ssl.get_session()
            except ClientCertificateRequested:
                requested = True
                if not session.chain:
                    client.received(session)
            except NoHandshake as error:
                if not session.established:
                    client.received(session)
                    session.reason, session.refused = error.message, error.refused
                    session.client = ClientAuthentication(state=ClientCertificate.UNKNOWN, reason=error.message)
                    session.early_data = _unknown(error.message)
                    return session
                reusable = client.ssl.get_session()
                if not _has_ticket(reusable):
                    session.early_data = _unknown(error.message)
                    return session
    except OSError:
        session.reason = Text("Er kwam geen verbinding tot stand.", "There was no connection.")
        session.early_data = _unknown(session.reason)
        return session
    if requested:
        if not only_chain:
            _newest_without_certificate(line, groups, session, user_agent)
        return session
    session.early_data = _early_data(line, groups, reusable)
    return session


def _newest_without_certificate(line: Line, groups: Sequence[str], session: Session, user_agent: str) -> None:
    """Do it again, now saying that there is no certificate."""
    reusable: Any = None
    try:
        with line.socket() as connection:
            client = _Client(line, Version.TLS13, connection, groups=groups, without_certificate=True)
            try:
                client.handshake()
            except (NoHandshake, ClientCertificateRequested) as error:
                refused = isinstance(error, ClientCertificateRequested) or error.refused
                state = ClientCertificate.REQUIRED if refused else ClientCertificate.UNKNOWN
                reason = error.message if isinstance(error, NoHandshake) else _NEEDS_CERTIFICATE
                session.client = ClientAuthentication(state=state, reason=reason)
            else:
                session.established = True
                if not session.chain:
                    client.received(session)
                session.client = _without_certificate(client, line, user_agent)
                reusable = client.ssl.get_session()
    except OSError:
        reason = Text("Er kwam geen verbinding tot stand.", "There was no connection.")
        session.client = ClientAuthentication(state=ClientCertificate.UNKNOWN, reason=reason)
    if reusable is not None and _has_ticket(reusable):
        session.early_data = _early_data(line, groups, reusable)
    else:
        session.early_data = _unknown(_NEEDS_CERTIFICATE)


def _has_ticket(reusable: Any) -> bool:
    return "TLS session ticket" in reusable.as_text()


def _early_data(line: Line, groups: Sequence[str], reusable: Any) -> Aspect:
    """Try to send data before the handshake is done, if the server's ticket allows it (RFC 8446, 4.2.10)."""
    if reusable is None or reusable.get_max_early_data() == 0:
        return Aspect(answer=Answer.NO)  # without a ticket there is no session in which it could be sent
    try:
        with line.socket() as connection:
            client = _Client(line, Version.TLS13, connection, groups=groups, without_certificate=True)
            engine = cast("SslClient", client.ssl)
            engine.set_session(reusable)
            try:
                engine.write_early_data(b"G")
                client.handshake()
            except (NoHandshake, ClientCertificateRequested, OpenSSLError, OSError):
                return _unknown(_EARLY_FAILED)  # a server that declines early data goes on with the handshake
            accepted = engine.get_early_data_status() is OpenSslEarlyDataStatusEnum.ACCEPTED
            return Aspect(answer=Answer.YES if accepted else Answer.NO)
    except OSError:
        return _unknown(Text("Er kwam geen verbinding tot stand.", "There was no connection."))
