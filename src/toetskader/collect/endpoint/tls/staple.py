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


def read_staple(
    response: bytes, chain: Sequence[bytes], now: datetime, path: Sequence[x509.Certificate] = ()
) -> Staple:
    """Judge a staple by itself: signed for its issuer, about this certificate, in time, and saying that it is good.

    One that is signed, in time and says that the certificate is revoked is the issuer's word, out of the server's own
    hand. Parameters: `response`, in DER; `chain`, the certificates it came with, the server's own first; `path`, those
    that lead from it to a root, in which an issuer may be that was not sent.
    """
    try:
        return _checked(response, chain, now, path)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        detail = visible(str(error), 120)
        return _bad(f"Niet leesbaar: {detail}", f"Not readable: {detail}")


def _bad(nl: str, en: str) -> Staple:
    return Staple(state=StapleState.BAD, reason=Text(nl, en))


def _checked(response: bytes, chain: Sequence[bytes], now: datetime, path: Sequence[x509.Certificate]) -> Staple:
    loaded = ocsp.load_der_ocsp_response(response)
    if loaded.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        return _bad(
            f"Status van het antwoord: {loaded.response_status.name}.", f"Status: {loaded.response_status.name}."
        )
    leaf = x509.load_der_x509_certificate(chain[0])
    single = next((item for item in loaded.responses if item.serial_number == leaf.serial_number), None)
    if single is None:
        return _bad("Het antwoord gaat over een ander certificaat.", "It is about another certificate.")
    issuers = [*(x509.load_der_x509_certificate(der) for der in chain[1:]), *path[1:]]
    issuer = next((item for item in issuers if item.subject == leaf.issuer), None)
    # An issuer that was not sent cannot be told here from whoever signed.
    if issuer is not None and not _is_signed_for(loaded, issuer):
        return _bad("De handtekening is niet van de uitgever.", "The signature is not the issuer's.")
    if single.next_update_utc is not None and single.next_update_utc < now:
        ended = f"{single.next_update_utc:%Y-%m-%d %H:%M}"
        return _bad(f"Het antwoord is verlopen op {ended}.", f"It expired on {ended}.")
    if single.this_update_utc > now:
        return _bad("Het antwoord geldt nog niet.", "It is not valid yet.")
    if single.certificate_status is not ocsp.OCSPCertStatus.GOOD:
        revoked = single.certificate_status is ocsp.OCSPCertStatus.REVOKED and issuer is not None
        name = single.certificate_status.name.lower()
        return Staple(
            state=StapleState.REVOKED if revoked else StapleState.BAD,
            reason=Text(f"De status van het certificaat is {name}.", f"The certificate's status is {name}."),
        )
    return Staple(state=StapleState.GOOD)


def _is_signed_for(response: ocsp.OCSPResponse, issuer: x509.Certificate) -> bool:
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
    return any(_signed_by(response, signer) for signer in signers)


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
