"""PDFs: what is read of honest ones, and what those come to that are damaged or made to harm a reader."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pypdfium2
import pytest
from dossier_files import page_pdf, raw_pdf, text_stream
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PdfFileWriter, copy_into_new_writer

from toetskader.collect.dossier.limits import Limits
from toetskader.collect.dossier.reading import Reader, open_reader
from toetskader.facts.dossier.attachments import PlaceAsked, Read
from toetskader.laboratory import papers

ON = datetime(2026, 11, 30, 12, tzinfo=UTC)
LINES = (
    ("Certificaat ISO/IEC 27001:2022", "geldig tot en met 31 decem-", "ber 2026, 99,5 %"),
    ("blad twee",),
    (),
)
DOCUMENT = papers.pdf(LINES)


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with open_reader((), ON, Limits(memory_bytes=600 * 2**20, processor_s=20)) as opened:
        yield opened


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pdf")


def read(reader: Reader, folder: Path, content: bytes, *places: tuple[int, str]) -> Read:
    path = folder / "file.pdf"
    path.write_bytes(content)
    return reader.read(path, named="file.pdf", places=tuple(PlaceAsked(page=page, text=text) for page, text in places))


def problem(reader: Reader, folder: Path, content: bytes) -> str:
    """Return why a file is not read; nothing of it then proves anything."""
    seen = read(reader, folder, content, (1, "x"))
    assert seen.attachment.problem is not None
    assert seen.places[0].problem is not None
    assert not seen.places[0].found
    assert len(seen.attachment.sha256) == 64
    return seen.attachment.problem.en


def test_pages_and_text(reader: Reader, folder: Path) -> None:
    seen = read(reader, folder, DOCUMENT).attachment

    assert (seen.format, seen.pages, seen.has_text) == ("pdf", 3, True)
    assert (seen.encrypted, seen.active, seen.signatures, seen.problem) == (False, (), (), None)


@pytest.mark.parametrize(
    ("page", "text", "found", "elsewhere"),
    [
        (1, "ISO/IEC 27001:2022", True, None),
        (1, "31 december 2026", True, None),
        (1, "31 decem-\nber 2026", True, None),
        (1, "9,5 %", False, None),
        (2, "blad  TWEE", True, None),
        (2, "iso/iec 27001:2022", False, 1),
        (4, "blad twee", False, 2),
        (400, "nergens", False, None),
        (0, "blad twee", False, 2),
        (1, "blad drie", False, None),
    ],
)
def test_places(reader: Reader, folder: Path, page: int, text: str, found: bool, elsewhere: int | None) -> None:
    (place,) = read(reader, folder, DOCUMENT, (page, text)).places

    assert (place.page, place.text, place.found, place.elsewhere) == (page, text, found, elsewhere)
    assert place.problem is None


def test_a_page_without_text(reader: Reader, folder: Path) -> None:
    (place,) = read(reader, folder, DOCUMENT, (3, "blad twee")).places

    assert (place.found, place.elsewhere) == (False, 2)
    assert place.problem is not None
    assert "no text" in place.problem.en


def test_a_scan(reader: Reader, folder: Path) -> None:
    image = pypdfium2.PdfDocument.new()
    page = image.new_page(595, 842)
    bitmap = pypdfium2.PdfBitmap.new_native(8, 8, pypdfium2.raw.FPDFBitmap_BGR)
    drawn = pypdfium2.PdfImage.new(image)
    drawn.set_bitmap(bitmap)
    page.insert_obj(drawn)
    page.gen_content()
    saved = io.BytesIO()
    image.save(saved)

    seen = read(reader, folder, saved.getvalue(), (1, "tekst"))

    assert seen.attachment.has_text is False
    assert seen.attachment.problem is None
    assert seen.places[0].problem is not None


def test_text_beside_the_page_is_not_on_it(reader: Reader, folder: Path) -> None:
    document = page_pdf(text_stream("zichtbaar) Tj 900 0 Td (verstopt"))

    seen = read(reader, folder, document, (1, "zichtbaar"), (1, "verstopt"))

    assert [place.found for place in seen.places] == [True, False]


@pytest.mark.parametrize(
    ("document", "active"),
    [
        (page_pdf(text_stream("x"), catalog=b"/OpenAction<</S/JavaScript/JS(app.alert(1))>>"), ("javascript",)),
        (
            page_pdf(text_stream("x"), catalog=b"/Names<</JavaScript<</Names[(a)<</S/JavaScript/JS(x)>>]>>>>"),
            ("javascript",),
        ),
        (page_pdf(text_stream("x"), catalog=b"/OpenAction<</S/Launch/F(cmd.exe)>>"), ("launch",)),
    ],
)
def test_what_does_more_than_show_is_said(
    reader: Reader, folder: Path, document: bytes, active: tuple[str, ...]
) -> None:
    seen = read(reader, folder, document, (1, "x"))

    assert seen.attachment.active == active
    assert seen.attachment.problem is None
    assert seen.places[0].found


def test_embedded_files_are_said(reader: Reader, folder: Path) -> None:
    with pypdfium2.PdfDocument(DOCUMENT) as document:
        document.new_attachment("meer.txt").set_data(b"meer")
        saved = io.BytesIO()
        document.save(saved)

    assert read(reader, folder, saved.getvalue()).attachment.active == ("files",)


def test_encrypted(reader: Reader, folder: Path) -> None:
    def locked(user: str) -> bytes:
        writer = copy_into_new_writer(PdfFileReader(io.BytesIO(DOCUMENT)))
        assert isinstance(writer, PdfFileWriter)
        writer.encrypt(owner_pass="eigenaar", user_pass=user)
        saved = io.BytesIO()
        writer.write(saved)
        return saved.getvalue()

    assert "password" in problem(reader, folder, locked("geheim"))
    seen = read(reader, folder, locked(""), (2, "blad twee"))  # anybody may read this one
    assert seen.attachment.encrypted
    assert seen.places[0].found


@pytest.mark.parametrize(
    "document",
    [
        b"%PDF-1.7\n",
        b"%PDF-1.7\nniets\n%%EOF\n",
        raw_pdf({1: b"<</Type/Catalog>>"}),
        raw_pdf({1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<</Type/Pages/Count 0/Kids[]>>"}),
        DOCUMENT[:300],
    ],
)
def test_damaged(reader: Reader, folder: Path, document: bytes) -> None:
    assert "cannot be read" in problem(reader, folder, document)


def test_too_many_pages(reader: Reader, folder: Path) -> None:
    kids = b"3 0 R " * 200_000
    document = raw_pdf(
        {
            1: b"<</Type/Catalog/Pages 2 0 R>>",
            2: b"<</Type/Pages/Count 200000/Kids[" + kids + b"]>>",
            3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
        }
    )

    assert "pages" in problem(reader, folder, document)


def test_a_limit_of_pages(folder: Path) -> None:
    with open_reader((), ON, Limits(pages=2)) as strict:
        seen = read(strict, folder, DOCUMENT)
        assert seen.attachment.pages == 3
        assert seen.attachment.problem is not None
        assert seen.attachment.has_text is None
        assert read(strict, folder, papers.pdf(LINES[:2])).attachment.problem is None


NESTED = b"[" * 100_000 + b"]" * 100_000
HARMFUL = {
    "a tree of pages that leads to itself": raw_pdf(
        {1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<</Type/Pages/Count 3/Kids[2 0 R 2 0 R]>>"}
    ),
    "arrays in the catalog": page_pdf(text_stream("x"), catalog=b"/X" + NESTED),
    "arrays among the pages": raw_pdf(
        {1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<</Type/Pages/Count 1/Kids" + NESTED + b">>"}
    ),
    "arrays on the page": page_pdf(NESTED, filters=b""),
    "a count of pages below zero": raw_pdf(
        {1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<</Type/Pages/Count -5/Kids[]>>"}
    ),
    "a page that is drawn in itself": page_pdf(
        b"/X Do",
        filters=b"",
        extra={9: b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Length 5>>stream\n/X Do\nendstream"},
    ),
    "a signature without anything": page_pdf(
        text_stream("x"),
        catalog=b"/AcroForm<</Fields[9 0 R]/SigFlags 3>>",
        extra={9: b"<</FT/Sig/T(S)/V<</Type/Sig/ByteRange[0 9 9 9]/Contents<00>>>>>"},
    ),
    "fields that lead to themselves": page_pdf(
        text_stream("x"),
        catalog=b"/AcroForm<</Fields[9 0 R]/SigFlags 3>>/ByteRange[0 0 0 0]",
        extra={9: b"<</T(S)/Kids[9 0 R]>>"},
    ),
    "arrays beside a signature": page_pdf(text_stream("x"), catalog=b"/ByteRange[0 0 0 0]/X" + NESTED),
}


@pytest.mark.parametrize("document", HARMFUL.values(), ids=HARMFUL)
def test_harmful(reader: Reader, folder: Path, document: bytes) -> None:
    """Whatever it comes to, it is an answer, and never that something wanted stands there."""
    seen = read(reader, folder, document, (1, "wat er niet staat"))

    assert not seen.places[0].found
    assert not any(signature.valid or signature.intact for signature in seen.attachment.signatures)
    assert read(reader, folder, DOCUMENT, (2, "blad twee")).places[0].found


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_any_change_is_survived(reader: Reader, folder: Path, data: st.DataObject) -> None:
    document = bytearray(DOCUMENT)
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(0, len(document) - 1))
        document[place : place + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))

    seen = read(reader, folder, bytes(document), (2, "wat er niet staat"))

    assert not seen.places[0].found
    assert seen.attachment.signatures == ()
