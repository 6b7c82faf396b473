"""Certificates that a server shows to clients that say which protocols they want (ALPN, RFC 7301), in TLS 1.3.

There they are encrypted, and the engine of sslyze cannot offer protocols; Python's own can.
"""

import ssl

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from toetskader.collect.endpoint.tls.connection import Line
from toetskader.collect.endpoint.tls.sessions import Session
from toetskader.text import Text

PROTOCOLS = ("h2", "http/1.1")
"""What browsers offer."""
_AT_ONCE = 16384


def as_browsers_offer(line: Line) -> Session:
    """Do a handshake of TLS 1.3 with the protocols of a browser, for the certificates. Raises `Spent`."""
    session = Session()
    try:
        with line.socket() as connection:
            incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
            client = _context().wrap_bio(incoming, outgoing, server_hostname=line.server_name or None)
            while not session.established:
                try:
                    client.do_handshake()
                    session.established = True
                except ssl.SSLWantReadError:
                    connection.send(outgoing.read())
                    data = connection.recv(_AT_ONCE)
                    if not data:
                        raise ConnectionResetError from None
                    incoming.write(data)
            connection.send(outgoing.read())
            session.chain = _chain(client)
    except ssl.SSLError as error:
        session.refused = True
        session.reason = Text(f"De handshake mislukte: {error.reason}", f"The handshake failed: {error.reason}")
    except ConnectionError:
        session.refused = True
        session.reason = Text("De server verbrak de verbinding.", "The server closed the connection.")
    except OSError:
        session.reason = Text("De server antwoordde niet op tijd.", "The server did not answer in time.")
    return session


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False  # what comes is judged, whatever it is
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.set_alpn_protocols(list(PROTOCOLS))
    return context


def _chain(client: ssl.SSLObject) -> list[bytes]:
    """Return what was sent; before Python 3.13 only the object within gives that."""
    sent = (client if hasattr(client, "get_unverified_chain") else client._sslobj).get_unverified_chain()  # type: ignore[attr-defined]
    return [item if isinstance(item, bytes) else _der(item.public_bytes()) for item in sent or ()]


def _der(pem: str) -> bytes:
    return x509.load_pem_x509_certificate(pem.encode("ascii")).public_bytes(Encoding.DER)
