"""What a file is, told from its first bytes, and of plain text from its name."""

from pathlib import PurePosixPath

from toetskader.facts.dossier.attachments import Format

PDF = b"%PDF-"
ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How old formats of Microsoft Office begin, and new ones that are encrypted."""

# A PDF may have other bytes in front, as readers take it.
_HEAD = 1024
_BY_NAME: dict[str, Format] = {
    ".pdf": "pdf",
    ".xlsx": "sheet",
    ".xlsm": "sheet",
    ".xls": "sheet",
    ".xlsb": "sheet",
    ".ods": "sheet",
    ".csv": "csv",
    ".tsv": "csv",
    ".json": "json",
    ".jsonld": "json",
    ".yaml": "yaml",
    ".yml": "yaml",
}


def format_of(content: bytes, name: str) -> Format:
    """Tell what a file is to be read as.

    One that a document calls a sheet or a PDF is read as such, and told to be none where it is not. An archive under
    another name is not looked into.
    """
    found = _BY_NAME.get(PurePosixPath(name).suffix.lower(), "other")
    if PDF in content[:_HEAD] and found in {"pdf", "other"}:
        return "pdf"
    return found
