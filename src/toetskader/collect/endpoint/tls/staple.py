"""Proof of a certificate's status that a server hands out with it (OCSP stapling, RFC 6066 and 6960)."""

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from toetskader.collect.endpoint.tls.certificates import visible
from toetskader.facts.endpoint.tls import Staple, StapleState
from toetskader.text import Text


class _Wrong(Exception):  # noqa: N818 - a finding, not a fault
    """What is wrong with a staple."""

    def __init__(self, nl: str, en: str) -> None:
        super().__init__(en)
        self.text = Text(nl, en)


def read_staple(response: bytes, chain: Sequence[bytes], now: datetime) -> Staple:
    """Judge a staple by itself: signed for its issuer, about this certificate, in time, and saying that it is good.

    Parameters: `response`, in DER; `chain`, the certificates it came with, the server's own first.
    """
    try:
        _check(response, chain, now)
    except _Wrong as wrong:
        return Staple(state=StapleState.BAD, reason=wrong.text)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        detail = visible(str(error), 120)
        return Staple(state=StapleState.BAD, reason=Text(f"Niet leesbaar: {detail}", f"Not readable: {detail}"))
    return Staple(state=StapleState.GOOD)


def _check(response: bytes, chain: Sequence[bytes], now: datetime) -> None:
    loaded = ocsp.load_der_ocsp_response(response)
    if loaded.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        raise _Wrong(
            f"Status van het antwoord: {loaded.response_status.name}.", f"Status: {loaded.response_status.name}."
        )
    leaf = x509.load_der_x509_certificate(chain[0])
    single = next((item for item in loaded.responses if item.serial_number == leaf.serial_number), None)
    if single is None:
        raise _Wrong("Het antwoord gaat over een ander certificaat.", "It is about another certificate.")
    if single.certificate_status is not ocsp.OCSPCertStatus.GOOD:
        name = single.certificate_status.name.lower()
        raise _Wrong(f"De status van het certificaat is {name}.", f"The certificate's status is {name}.")
    if single.next_update_utc is not None and single.next_update_utc < now:
        ended = f"{single.next_update_utc:%Y-%m-%d %H:%M}"
        raise _Wrong(f"Het antwoord is verlopen op {ended}.", f"It expired on {ended}.")
    if single.this_update_utc > now:
        raise _Wrong("Het antwoord geldt nog niet.", "It is not valid yet.")
    issuers = [x509.load_der_x509_certificate(der) for der in chain[1:]]
    issuer = next((item for item in issuers if item.subject == leaf.issuer), None)
    if issuer is None:
        return  # the issuer was not sent, so who signed cannot be told here
    _verify(loaded, issuer)


def _verify(response: ocsp.OCSPResponse, issuer: x509.Certificate) -> None:
    """Verify the signature: of the issuer, or of one whom it lets answer (RFC 6960, 4.2.2.2)."""
    signers = [issuer]
    for delegate in response.certificates:
        try:
            delegate.verify_directly_issued_by(issuer)
            usage = delegate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
            continue
        if ExtendedKeyUsageOID.OCSP_SIGNING in usage:
            signers.append(delegate)
    if not any(_signed_by(response, signer) for signer in signers):
        raise _Wrong("De handtekening is niet van de uitgever.", "The signature is not the issuer's.")


def _signed_by(response: ocsp.OCSPResponse, signer: x509.Certificate) -> bool:
    key, used = signer.public_key(), response.signature_hash_algorithm
    try:
        if isinstance(key, rsa.RSAPublicKey) and used is not None:
            key.verify(response.signature, response.tbs_response_bytes, padding.PKCS1v15(), used)
            return True
        if isinstance(key, ec.EllipticCurvePublicKey) and used is not None:
            key.verify(response.signature, response.tbs_response_bytes, ec.ECDSA(used))
            return True
    except InvalidSignature:
        return False
    return False
