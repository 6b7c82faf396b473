"""Paper for tests and for the embedded example: real PDFs, with real signatures that nobody trusts outside it.

pyHanko takes 0.4 seconds to import, so what signs imports it when it is called.
"""

import ctypes
import io
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pypdfium2  # type: ignore[import-untyped]
import pypdfium2.raw as pdfium  # type: ignore[import-untyped]
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

if TYPE_CHECKING:
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko.sign.timestamps import TimeStamper
    from pyhanko_certvalidator.registry import SimpleCertificateStore

_Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

_A4 = (595, 842)
_MARGIN = 50
_LINE = 16
_FONT_SIZE = 11.0
# Hexadecimal digits of a signature with its certificates and a time stamp. More take readers longer.
_RESERVED = 10_240
# How long an authority holds on each side of the day it is made for: papers of many years are judged together.
_HOLDS = timedelta(days=3650)


def pdf(pages: Sequence[Sequence[str]]) -> bytes:
    """Make a PDF. Parameters: `pages`, the lines of each page. The same lines give the same bytes."""
    with pypdfium2.PdfDocument.new() as document:
        font = pdfium.FPDFText_LoadStandardFont(document, b"Helvetica")
        for lines in pages:
            page = document.new_page(*_A4)
            for number, line in enumerate(lines):
                text = pdfium.FPDFPageObj_CreateTextObj(document, font, _FONT_SIZE)
                encoded = ctypes.create_string_buffer(f"{line}\0".encode("utf-16-le"))
                pdfium.FPDFText_SetText(text, ctypes.cast(encoded, ctypes.POINTER(ctypes.c_ushort)))
                pdfium.FPDFPageObj_Transform(text, 1, 0, 0, 1, _MARGIN, _A4[1] - _MARGIN - number * _LINE)
                pdfium.FPDFPage_InsertObject(page, text)
            pdfium.FPDFPage_GenerateContent(page)
        saved = io.BytesIO()
        document.save(saved)
    return _steady(saved.getvalue())


class Signatory:
    """Somebody with a certificate to sign with. Made by an `Authority`.

    Attributes: `certificate`; `key`, its private key; `authorities`, those between it and the root, which go along
    with a signature.
    """

    def __init__(self, certificate: x509.Certificate, key: _Key, authorities: Sequence[x509.Certificate]) -> None:
        self.certificate = certificate
        self.key = key
        self.authorities = tuple(authorities)

    @property
    def digest(self) -> str:
        """SHA-256 of the certificate, as a `SignatureSeen` names it."""
        return self.certificate.fingerprint(hashes.SHA256()).hex()


class Authority:
    """One that issues certificates to sign documents with.

    Parameters: `on`, a moment that it and what it issues hold at, as long before as after; `above`, the authority that
    vouches for it: a root has none.
    """

    def __init__(
        self, on: datetime, name: str = "Toetskader laboratory signing CA", above: "Authority | None" = None
    ) -> None:
        self._on = on
        self._above = above
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._subject = x509.Name(
            (
                x509.NameAttribute(NameOID.COUNTRY_NAME, "NL"),
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Toetskader laboratory"),
                x509.NameAttribute(NameOID.COMMON_NAME, name),
            )
        )
        signer = above or self
        self.certificate = signer._issued(self._subject, self._key, on - _HOLDS, on + _HOLDS, authority=True)

    @property
    def pem(self) -> bytes:
        """Its certificate, to trust it by."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def issue(
        self,
        organisation: str,
        *,
        person: str = "",
        unit: str = "",
        country: str = "NL",
        starts: datetime | None = None,
        ends: datetime | None = None,
        stamps: bool = False,
    ) -> Signatory:
        """Issue a certificate to an organisation, or to a person in it.

        Parameters: `person`, the organisation itself when empty; `starts` and `ends`, as long as the authority holds
        when None; `stamps`, whether it is one to stamp times with, and nothing else (RFC 3161, 2.3).
        """
        attributes = (
            (NameOID.COUNTRY_NAME, country),
            (NameOID.ORGANIZATION_NAME, organisation),
            (NameOID.ORGANIZATIONAL_UNIT_NAME, unit),
            (NameOID.COMMON_NAME, person or organisation),
        )
        subject = x509.Name([x509.NameAttribute(kind, value) for kind, value in attributes if value])
        key = rsa.generate_private_key(65537, 2048) if stamps else ec.generate_private_key(ec.SECP256R1())
        certificate = self._issued(
            subject, key, starts or self._on - _HOLDS, ends or self._on + _HOLDS, authority=False, stamps=stamps
        )
        between = []
        authority: Authority | None = self
        while authority is not None and authority._above is not None:
            between.append(authority.certificate)
            authority = authority._above
        return Signatory(certificate, key, between)

    def _issued(
        self,
        subject: x509.Name,
        key: _Key,
        starts: datetime,
        ends: datetime,
        *,
        authority: bool,
        stamps: bool = False,
    ) -> x509.Certificate:
        usage = x509.KeyUsage(
            digital_signature=not authority,
            content_commitment=not authority,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=authority,
            crl_sign=authority,
            encipher_only=False,
            decipher_only=False,
        )
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(starts)
            .not_valid_after(ends)
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
        )
        if stamps:
            builder = builder.add_extension(x509.ExtendedKeyUsage((ExtendedKeyUsageOID.TIME_STAMPING,)), critical=True)
        return builder.sign(self._key, hashes.SHA256())


def signed(document: bytes, by: Signatory, on: datetime, *, clock: Signatory | None = None) -> bytes:
    """Sign a PDF; one that is signed already is signed by another besides.

    Parameters: `on`, when it is signed; `clock`, who stamps that time.
    """
    import asyncio  # noqa: PLC0415

    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter  # noqa: PLC0415
    from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner  # noqa: PLC0415
    from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes  # noqa: PLC0415

    field = f"Signature{document.count(b'/ByteRange') + 1}"  # each has one of its own
    signer = PdfSigner(
        PdfSignatureMetadata(field_name=field, md_algorithm="sha256"),
        signer=_signer(by),
        timestamper=None if clock is None else _timestamper(clock, on),
    )
    session = signer.init_signing_session(IncrementalPdfFileWriter(io.BytesIO(document)))
    session.system_time = on

    async def sign() -> bytes:
        ready = session.prepare_tbs_document(validation_info=None, bytes_reserved=_RESERVED)
        output = io.BytesIO()
        prepared, _ = ready.digest_tbs_document(output=output)
        done = await ready.perform_signature(
            document_digest=prepared.document_digest,
            pdf_cms_signed_attrs=PdfCMSSignedAttributes(signing_time=on),
        )
        await done.post_signature_processing(output)
        return output.getvalue()

    return asyncio.run(sign())


def flipped(document: bytes) -> bytes:
    """Change one byte of a PDF, which shows nowhere: in the comment on its second line."""
    place = document.index(b"\n%") + 2
    return document[:place] + bytes((document[place] ^ 1,)) + document[place + 1 :]


def changed(document: bytes, line: str) -> bytes:
    """Let the first page of a PDF made here hold another line, as an incremental update: what was signed stays."""
    from pyhanko.pdf_utils import generic  # noqa: PLC0415
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter  # noqa: PLC0415

    writer = IncrementalPdfFileWriter(io.BytesIO(document))
    page, _ = writer.find_page_for_modification(0)  # type: ignore[no-untyped-call]
    font = next(iter(page.get_object()["/Resources"]["/Font"]))
    shown = f"BT {font} {_FONT_SIZE} Tf {_MARGIN} {_A4[1] - _MARGIN} Td ({line}) Tj ET".encode("cp1252")
    page.get_object()["/Contents"] = writer.add_object(generic.StreamObject(stream_data=shown))
    writer.mark_update(page)
    output = io.BytesIO()
    writer.write(output)  # type: ignore[no-untyped-call]
    return output.getvalue()


def _signer(by: Signatory) -> "SimpleSigner":
    from pyhanko.sign.signers import SimpleSigner  # noqa: PLC0415

    return SimpleSigner(_same(by.certificate), _same_key(by), _along(by))


def _timestamper(by: Signatory, on: datetime) -> "TimeStamper":
    from pyhanko.sign.timestamps import DummyTimeStamper  # noqa: PLC0415

    return DummyTimeStamper(_same(by.certificate), _same_key(by), certs_to_embed=_along(by), fixed_dt=on)


def _same(certificate: x509.Certificate) -> Any:
    from asn1crypto.x509 import Certificate  # type: ignore[import-untyped]  # noqa: PLC0415

    return Certificate.load(certificate.public_bytes(serialization.Encoding.DER))


def _same_key(by: Signatory) -> Any:
    from asn1crypto.keys import PrivateKeyInfo  # type: ignore[import-untyped]  # noqa: PLC0415

    return PrivateKeyInfo.load(
        by.key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )


def _along(by: Signatory) -> "SimpleCertificateStore":
    from pyhanko_certvalidator.registry import SimpleCertificateStore  # noqa: PLC0415

    along = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    along.register_multiple([_same(authority) for authority in by.authorities])
    return along


def _steady(document: bytes) -> bytes:
    """Take out when a PDF was made and its random name, without moving anything."""
    document = re.sub(rb"/CreationDate\(D:\d{14}", b"/CreationDate(D:20000101000000", document)
    return re.sub(rb"<[0-9A-F]{32}>", b"<" + b"0" * 32 + b">", document)
