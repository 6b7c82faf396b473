"""Papers of the laboratory are what they say: the same each time, readable, and signed as other readers see it too."""

import io
from datetime import UTC, datetime

import pypdfium2
from pyhanko.pdf_utils.reader import PdfFileReader

from toetskader.laboratory import papers

ON = datetime(2026, 11, 30, 12, tzinfo=UTC)
LINES = (("Certificaat – ISO/IEC 27001:2022", "geldig tot 31 december 2026, € 1.234,56"), ("blad twee é",))


def text(document: bytes) -> list[list[str]]:
    with pypdfium2.PdfDocument(document) as opened:
        return [page.get_textpage().get_text_range().splitlines() for page in opened]


def test_the_same_lines_give_the_same_bytes() -> None:
    assert papers.pdf(LINES) == papers.pdf(LINES)
    assert text(papers.pdf(LINES)) == [list(page) for page in LINES]


def test_signed_twice() -> None:
    root = papers.Authority(ON)
    first = root.issue("Acme B.V.", person="P. Persoon", unit="Inkoop")
    second = papers.Authority(ON, "Below", above=root).issue("Beta B.V.")

    document = papers.signed(papers.signed(papers.pdf(LINES), first, ON), second, ON)

    assert text(document) == [list(page) for page in LINES]
    signatures = PdfFileReader(io.BytesIO(document)).embedded_signatures
    assert [signature.signer_cert.sha256.hex() for signature in signatures] == [first.digest, second.digest]
    assert [signature.self_reported_timestamp for signature in signatures] == [ON, ON]


def test_flaws_leave_it_readable() -> None:
    document = papers.signed(papers.pdf(LINES), papers.Authority(ON).issue("Acme B.V."), ON)

    changed = papers.changed(document, "iets anders")
    assert changed.startswith(document)
    assert text(changed) == [["iets anders"], list(LINES[1])]
    flipped = papers.flipped(document)
    assert sum(a != b for a, b in zip(document, flipped, strict=True)) == 1
    assert text(flipped) == text(document)
