"""Files as suppliers hand them in, and as somebody makes them who means harm."""

import io
import zipfile
import zlib
from collections.abc import Mapping

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
ODF = "urn:oasis:names:tc:opendocument:xmlns"


def raw_pdf(objects: Mapping[int, bytes]) -> bytes:
    """Make a PDF of objects by their number; 1 is the catalog."""
    document = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places = {}
    for number, content in objects.items():
        places[number] = len(document)
        document += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    start = len(document)
    size = max(objects) + 1
    document += b"xref\n0 %d\n0000000000 65535 f \n" % size
    for number in range(1, size):
        document += b"%010d 00000 n \n" % places[number] if number in places else b"0000000000 00000 f \n"
    return bytes(document + b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, start))


def page_pdf(
    content: bytes, *, catalog: bytes = b"", filters: bytes = b"/FlateDecode", extra: Mapping[int, bytes] = {}
) -> bytes:
    """Make a PDF of one page. Parameters: `content`, its stream, packed as `filters` says; `catalog`, more of that."""
    return raw_pdf(
        {
            1: b"<</Type/Catalog/Pages 2 0 R" + catalog + b">>",
            2: b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
            3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
            4: b"<</Length %d/Filter[%s]>>stream\n" % (len(content), filters) + content + b"\nendstream",
            5: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
            **extra,
        }
    )


def text_stream(text: str) -> bytes:
    """Make the stream of a page that shows a text."""
    return zlib.compress(f"BT /F 11 Tf 50 700 Td ({text}) Tj ET".encode("cp1252"))


def bomb(size: int, sign: bytes = b" ") -> bytes:
    """Pack so many bytes of one sign."""
    packer = zlib.compressobj(9)
    chunk = sign * 2**20
    return b"".join([*(packer.compress(chunk) for _ in range(size // 2**20)), packer.flush()])


def xlsx(
    *sheets: str,
    names: tuple[str, ...] = ("Blad1", "Blad2"),
    states: tuple[str, ...] = ("visible", "visible"),
    more: Mapping[str, bytes | str] = {},
    prologue: str = '<?xml version="1.0" encoding="UTF-8"?>',
) -> bytes:
    """Make an XLSX. Parameters: `sheets`, the rows of each as XML; `more`, other members, which may take a place."""
    listed = "".join(
        f'<sheet name="{names[index]}" sheetId="{index + 1}" state="{states[index]}" r:id="rId{index + 1}"/>'
        for index in range(len(sheets))
    )
    related = "".join(
        f'<Relationship Id="rId{index + 1}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{index + 1}.xml"/>'
        for index in range(len(sheets))
    )
    members: dict[str, bytes | str] = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": (
            f'<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" Type="{RELATIONS}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": (
            f'{prologue}<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{listed}</sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">{related}</Relationships>',
    }
    for index, rows in enumerate(sheets, start=1):
        members[f"xl/worksheets/sheet{index}.xml"] = (
            f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
        )
    return archive({**members, **more})


def ods(*rows: str, more: Mapping[str, bytes | str] = {}) -> bytes:
    """Make an ODS of one sheet. Parameters: `rows`, as XML."""
    table = f'<table:table table:name="Blad1">{"".join(rows)}</table:table>'
    spaces = " ".join(f'xmlns:{name}="{ODF}:{name}:1.0"' for name in ("office", "table", "text"))
    content = f"<office:document-content {spaces}><office:body><office:spreadsheet>{table}</office:spreadsheet>"
    return archive(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": f'<manifest:manifest xmlns:manifest="{ODF}:manifest:1.0"/>',
            "content.xml": f"{content}</office:body></office:document-content>",
            **more,
        }
    )


def archive(members: Mapping[str, bytes | str]) -> bytes:
    """Make an archive."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in members.items():
            opened.writestr(name, content)
    return made.getvalue()


def row(number: int, *cells: object) -> str:
    """Make a row of an XLSX: text, numbers and booleans, and what begins with `<` as it stands; None is left out."""
    made = "".join(_cell(f"{chr(65 + index)}{number}", cell) for index, cell in enumerate(cells))
    return f'<row r="{number}">{made}</row>'


def _cell(place: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{place}"><v>{value}</v></c>'
    if str(value).startswith("<"):
        return str(value).replace("<c", f'<c r="{place}"', 1)
    return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'
