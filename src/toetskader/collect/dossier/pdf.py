"""PDFs: how many pages, whether there is text, and whether what a document quotes stands on its page."""

from functools import cache

import pypdfium2  # type: ignore[import-untyped]
import pypdfium2.raw as pdfium  # type: ignore[import-untyped]
from msgspec.structs import replace

from toetskader.collect.dossier.limits import Limits, damaged, encrypted, too_large
from toetskader.facts.dossier.attachments import Active, Attachment, PlaceAsked, PlaceSeen
from toetskader.facts.dossier.text import holds, normal
from toetskader.text import Text

# A file that can do more than show itself has these. PDFium finds the first two where they are compressed, too.
_MARKS: tuple[tuple[bytes, Active], ...] = (
    (b"/JavaScript", "javascript"),
    (b"/EmbeddedFile", "files"),
    (b"/Launch", "launch"),
)


class Pdf:
    """A PDF that was opened. Raises Failed when it cannot be. Parameters: `content`, its bytes."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        try:
            self._document = pypdfium2.PdfDocument(content)
        except pypdfium2.PdfiumError as error:
            if error.err_code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY):
                raise encrypted() from None
            raise damaged("het is geen PDF, of een beschadigde", "it is no PDF, or a damaged one") from None
        self.pages = len(self._document)
        self._text = cache(self._read_text)

    def described(self, attachment: Attachment, limits: Limits) -> Attachment:
        """Return what is known of a file with what this PDF is; its problem, when its pages are not to be read."""
        attachment = replace(
            attachment,
            pages=self.pages,
            encrypted=pdfium.FPDF_GetSecurityHandlerRevision(self._document) != -1,
            active=self._active(),
        )
        if not self.pages:
            return replace(attachment, problem=damaged("het heeft geen bladzijden", "it has no pages").message)
        if self.pages > limits.pages:
            stop = too_large(
                f"het heeft {self.pages} bladzijden, en er worden er hooguit {limits.pages} gelezen",
                f"it has {self.pages} pages, and {limits.pages} are read at most",
            )
            return replace(attachment, problem=stop.message)
        return replace(attachment, has_text=any(self._text(page) for page in range(1, self.pages + 1)))

    @property
    def may_be_signed(self) -> bool:
        """Whether there is anything that looks like a signature."""
        return pdfium.FPDF_GetSignatureCount(self._document) > 0 or b"/ByteRange" in self._content

    def place(self, asked: PlaceAsked) -> PlaceSeen:
        """Look up what a document says that stands on a page."""
        there = 1 <= asked.page <= self.pages
        here = self._text(asked.page) if there else ""
        if here is not None and holds(here, asked.text):
            return PlaceSeen(page=asked.page, text=asked.text, found=True)
        elsewhere = next(
            (
                page
                for page in range(1, self.pages + 1)
                if page != asked.page and holds(self._text(page) or "", asked.text)
            ),
            None,
        )
        problem = None
        if here is None:
            problem = Text(
                f"Bladzijde {asked.page} is niet te lezen: het bestand is beschadigd. Lever het opnieuw aan.",
                f"Page {asked.page} cannot be read: the file is damaged. Supply it again.",
            )
        elif there and not here:
            problem = Text(
                f"Bladzijde {asked.page} heeft geen tekst om te lezen; is het een scan? Lever een PDF met tekst aan.",
                f"Page {asked.page} has no text to read; is it a scan? Supply a PDF with text.",
            )
        return PlaceSeen(page=asked.page, text=asked.text, elsewhere=elsewhere, problem=problem)

    def close(self) -> None:
        """Let go of it."""
        self._document.close()

    def _read_text(self, number: int) -> str | None:
        """Text of a page as it is compared, None when it cannot be read. What stands beside the page is none of it."""
        try:
            page = self._document[number - 1]
            text = page.get_textpage()
        except pypdfium2.PdfiumError:
            return None
        try:
            return normal(text.get_text_bounded())
        finally:
            text.close()
            page.close()

    def _active(self) -> tuple[Active, ...]:
        found = {name for mark, name in _MARKS if mark in self._content}
        if pdfium.FPDFDoc_GetJavaScriptActionCount(self._document) > 0:
            found.add("javascript")
        if pdfium.FPDFDoc_GetAttachmentCount(self._document) > 0:
            found.add("files")
        return tuple(sorted(found))
