"""Signatures in PDFs, judged offline by pyHanko: who signed, whether it holds, and what of the file it covers.

Importing pyHanko takes 0.4 seconds, so this module is imported only when a PDF may have a signature. Nothing is
fetched: whether a certificate was revoked is known only from what the file itself carries.
"""

import io
import re
from collections.abc import Sequence
from datetime import datetime

from asn1crypto.x509 import Certificate  # type: ignore[import-untyped]
from msgspec.structs import replace
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import (
    EmbeddedPdfSignature,
    SignatureCoverageLevel,
    validate_pdf_signature,
    validate_pdf_timestamp,
)
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import DocumentTimestampStatus, PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext

from toetskader.collect.dossier.limits import Limits
from toetskader.facts.dossier.attachments import SignatureSeen
from toetskader.text import Text

# Certificates of persons, and seals of organisations, have the one or the other.
_USAGE = KeyUsageConstraints(key_usage={"non_repudiation", "digital_signature"})
_LONGEST_NAME = 200
_END_OF_REVISION = re.compile(rb"%%EOF[ \t]*(?:\r\n|\r|\n)?")

_Status = PdfSignatureStatus | DocumentTimestampStatus


def signatures(content: bytes, roots: Sequence[bytes], moment: datetime, limits: Limits) -> tuple[SignatureSeen, ...]:
    """Judge the signatures in a PDF, in the order in which they were set.

    Parameters: `roots`, certificates to trust, in DER; `moment`, when they are to be trusted. A file whose signatures
    cannot be told apart has one, with a problem.
    """
    try:
        reader = PdfFileReader(io.BytesIO(content))
        if reader.encrypted:
            reader.decrypt(b"")
        found = reader.embedded_signatures
    except Exception as error:
        return (SignatureSeen(has_roots=bool(roots), problem=_not_judged(error)),)
    if len(found) > limits.signatures:
        problem = Text(
            f"Het bestand heeft {len(found)} handtekeningen, en er worden er hooguit {limits.signatures} bekeken.",
            f"The file has {len(found)} signatures, and {limits.signatures} are looked at, at most.",
        )
        return (SignatureSeen(has_roots=bool(roots), problem=problem),)
    trusted = [Certificate.load(root) for root in roots]
    judged = [(signature, _judged(signature, trusted, moment)) for signature in found]
    loose = _bytes_after(reader, content, judged)
    return tuple(
        _seen(signature, status, loose, trusted, moment)
        for signature, status in judged
        if signature.sig_object_type == "/Sig"
    )


def _judged(signature: EmbeddedPdfSignature, roots: Sequence[Certificate], moment: datetime) -> _Status | Exception:
    # A list of its own, also when it is empty: without one pyHanko trusts what the system trusts.
    context = ValidationContext(trust_roots=list(roots), allow_fetching=False, moment=moment)
    try:
        if signature.sig_object_type == "/DocTimeStamp":
            return validate_pdf_timestamp(signature, context)
        return validate_pdf_signature(signature, context, key_usage_settings=_USAGE)
    except Exception as error:
        return error


def _bytes_after(
    reader: PdfFileReader, content: bytes, judged: Sequence[tuple[EmbeddedPdfSignature, _Status | Exception]]
) -> int:
    """Count the bytes behind all that intact signatures cover, but for an update that only adds proof of validity."""
    intact = [
        (_end(signature), signature, status)
        for signature, status in judged
        if not isinstance(status, Exception) and status.intact and status.valid
    ]
    if not intact:
        return 0
    end, last, status = max(intact, key=lambda item: item[0])
    tail = content[end:]
    if reader.xrefs.total_revisions - 1 > last.signed_revision and _level(status) <= ModificationLevel.LTA_UPDATES:
        *_, final = [0, *(match.end() for match in _END_OF_REVISION.finditer(tail))]
        return len(tail) - final
    return len(tail)


def _end(signature: EmbeddedPdfSignature) -> int:
    *_, start, length = signature.byte_range
    return int(start) + int(length)


def _level(status: _Status) -> ModificationLevel:
    level = status.modification_level
    return ModificationLevel.OTHER if level is None else level


def _seen(
    signature: EmbeddedPdfSignature,
    status: _Status | Exception,
    loose: int,
    roots: Sequence[Certificate],
    moment: datetime,
) -> SignatureSeen:
    seen = replace(_signer(signature), has_roots=bool(roots))
    if not isinstance(status, PdfSignatureStatus):
        return replace(seen, problem=_not_judged(status))
    stamp = status.timestamp_validity
    if stamp is not None and not (stamp.intact and stamp.valid and stamp.trusted):
        stamp = None
    trusted = status.trusted
    if stamp is not None and not trusted:  # it may have held when a trusted clock says that it was set
        then = _judged(signature, roots, stamp.timestamp)
        trusted = isinstance(then, PdfSignatureStatus) and then.trusted
    signed_at = status.signer_reported_dt if stamp is None else stamp.timestamp
    coverage = status.coverage or SignatureCoverageLevel.UNCLEAR
    whole = coverage >= SignatureCoverageLevel.ENTIRE_REVISION
    changed = _level(status) > ModificationLevel.FORM_FILLING or status.docmdp_ok is False
    return replace(
        seen,
        signed_on=None if signed_at is None else signed_at.date(),
        stamped=stamp is not None,
        intact=status.intact and status.valid,
        trusted=trusted,
        covers_whole_file=whole and not loose,
        changed_after=whole and changed,
        bytes_after=loose,
        problem=None if trusted else _why_not_trusted(signature.signer_cert, moment),
    )


def _signer(signature: EmbeddedPdfSignature) -> SignatureSeen:
    """Who signed, as far as it is kept: never the name of a person."""
    try:
        certificate = signature.signer_cert
        subject = certificate.subject.native
        digest = certificate.sha256.hex()
    except Exception:  # its absence is told by the signature's problem
        return SignatureSeen()

    def part(name: str) -> str:
        value = subject.get(name, "")
        return (", ".join(map(str, value)) if isinstance(value, list) else str(value))[:_LONGEST_NAME]

    return SignatureSeen(
        certificate=digest,
        organisation=part("organization_name"),
        unit=part("organizational_unit_name"),
        country=part("country_name"),
    )


def _why_not_trusted(certificate: Certificate, moment: datetime) -> Text | None:
    """Say it when the certificate does not hold on the day; None when it is not known there at all."""
    starts, ends = certificate.not_valid_before, certificate.not_valid_after
    if ends < moment:
        return Text(
            f"Ondertekend met een certificaat dat op {ends.date()} verliep, zonder tijdstempel om op te vertrouwen.",
            f"Signed with a certificate that expired on {ends.date()}, without a time stamp that is trusted.",
        )
    if starts > moment:
        return Text(
            f"Ondertekend met een certificaat dat pas vanaf {starts.date()} geldt.",
            f"Signed with a certificate that holds from {starts.date()} only.",
        )
    return None


def _not_judged(error: object) -> Text:
    why = str(error).splitlines()[0][:_LONGEST_NAME] if str(error) else type(error).__name__
    return Text(
        f"De handtekening is niet te beoordelen: {why}. Laat het document opnieuw ondertekenen.",
        f"The signature cannot be judged: {why}. Have the document signed again.",
    )
