"""A dossier goes to a workbook and comes back as it was; what anybody sends harms and overwrites nothing."""

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import convert
from test_dossier_flat import Maker

from toetskader.cli import main
from toetskader.collect.dossier.contents import read as read_content
from toetskader.collect.dossier.limits import Limits
from toetskader.collect.dossier.protocol import Request, Start
from toetskader.dossier.flat import Read, read_rows
from toetskader.dossier.stored import Stored
from toetskader.dossier.workbook import HEADINGS, save, sheet_of
from toetskader.facts.dossier.attachments import TableAsked
from toetskader.facts.dossier.documents import KINDS
from toetskader.yamlfile import read_yaml

ROOT = Path(__file__).parents[2]
Output = pytest.CaptureFixture[str]
DOCUMENT = """\
id: sla
kind: agreement
type: sla
title: "=HYPERLINK(1)"   # mine
issuer: {organisation: "+31 <b>BV</b>", side: supplier}
issued_on: 2026-03-04
term: {from: 2026-01-01}
clauses:
  - {topic: audit, ref: "7.2"}
  - {topic: exit, ref: "1.10", text: "@SUM(1)"}
"""
CARD = """\
id: kaart
kind: card
type: card
title: "Kaart"
issuer: {organisation: "Voorbeeld BV", side: supplier}
issued_on: 2026-03-04
component: "Meldingen"
level: 3
"""


class Desk:
    """A target with a dossier, and the commands on it."""

    def __init__(self, folder: Path, capsys: Output) -> None:
        self._capsys = capsys
        self.folder = folder
        self.dossier = folder / "dossier"
        self.book = folder / "dossier.xlsx"
        (folder / "target.yaml").write_text(
            "name: acme\nsupplier: Voorbeeld BV\ncomponent: Meldingen\ngate: 3\nprofiles: [haven]\n"
            "parts:\n  dossier:\n    folders: [dossier]\n",
            encoding="utf-8",
        )

    def document(self, text: str, name: str = "sla") -> Path:
        path = self.dossier / "kaart.yaml" if "kind: card" in text else self.dossier / name / "bewijs.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def run(self, command: str, *options: str) -> tuple[int, str]:
        names = [str(self.folder), str(self.book)]
        code = main(["dossier", command, *(names if command == "export" else reversed(names)), *options])
        said = self._capsys.readouterr()
        return code, said.out + said.err

    def change(self, kind: str, heading: str, value: object, row: int = 1) -> None:
        book = openpyxl.load_workbook(self.book)
        sheet = book[sheet_of(kind)]
        headings = [cell.value for cell in sheet[HEADINGS]]
        sheet.cell(HEADINGS + row, headings.index(heading) + 1).value = value
        book.save(self.book)


@pytest.fixture
def desk(tmp_path: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.chdir(ROOT)
    return Desk(tmp_path, capsys)


def cells(book: Path) -> bytes:
    with zipfile.ZipFile(book) as archive:
        return b"".join(archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/"))


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(sorted(KINDS)), st.integers(0, 10**9))
def test_what_was_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, kind: str, seed: int) -> None:
    document = Maker(seed).document(kind)
    path = tmp_path_factory.mktemp("book") / "b.xlsx"
    save([Stored(Path("x/bewijs.yaml"), "x", kind, document, False)], (), path, "nl")
    content = path.read_bytes()
    table = TableAsked(sheet=sheet_of(kind), header_row=HEADINGS)
    request = Request(path="b.xlsx", format="sheet", table=table)
    seen = read_content(request, content, Start(limits=Limits(), roots=(), moment=None)).table  # type: ignore[arg-type]
    assert seen is not None
    assert seen.problem is None
    rows = [
        (number, dict(zip(seen.columns, row, strict=True))) for number, row in zip(seen.numbers, seen.rows, strict=True)
    ]
    (back,) = read_rows(kind, rows)
    assert isinstance(back, Read), back.message.en
    assert convert(back.data, KINDS[kind]) == convert(document, KINDS[kind])


class TestExport:
    def test_a_sheet_a_kind_with_lists_to_choose_from(self, desk: Desk) -> None:
        desk.document(DOCUMENT)
        code, said = desk.run("export")
        assert code == 0
        assert "(1)" in said
        book = openpyxl.load_workbook(desk.book)
        assert set(map(sheet_of, KINDS)) <= set(book.sheetnames)
        sheet = book["overeenkomst"]
        assert sheet.max_row == HEADINGS + 2
        rules = {str(rule.sqref).split(":")[0]: rule for rule in sheet.data_validations.dataValidation}
        headings = [cell.value for cell in sheet[HEADINGS]]
        side = openpyxl.utils.get_column_letter(headings.index("issuer.side") + 1)
        assert rules[f"{side}{HEADINGS + 1}"].type == "list"

    @pytest.mark.hostile("dossier")
    def test_nothing_is_a_formula(self, desk: Desk) -> None:
        desk.document(DOCUMENT)
        desk.run("export")
        assert re.search(rb"<f[ >]", cells(desk.book)) is None
        sheet = openpyxl.load_workbook(desk.book)["overeenkomst"]
        texts = [cell for row in sheet.iter_rows(min_row=HEADINGS + 1) for cell in row if isinstance(cell.value, str)]
        assert texts
        assert all(cell.data_type == "s" and cell.quotePrefix for cell in texts)

    def test_writes_over_nothing(self, desk: Desk) -> None:
        desk.document(DOCUMENT)
        desk.book.write_bytes(b"mine")
        assert desk.run("export")[0] == 2
        assert desk.book.read_bytes() == b"mine"

    @pytest.mark.parametrize("text", ["\\0", "\\x07", "x" * 40_000])
    @pytest.mark.hostile("dossier")
    def test_what_no_cell_can_hold_is_refused(self, text: str, desk: Desk) -> None:
        desk.document(DOCUMENT.replace("@SUM(1)", "y").replace("+31", text))
        code, said = desk.run("export")
        assert code == 2
        assert "issuer.organisation" in said
        assert not desk.book.exists()

    def test_one_that_cannot_be_read_is_told(self, desk: Desk) -> None:
        desk.document(DOCUMENT)
        desk.document("kind: [", "broken")
        code, said = desk.run("export")
        assert code == 1
        assert "broken/bewijs.yaml" in said


class TestImport:
    def test_what_did_not_change_is_left_alone(self, desk: Desk) -> None:
        paths = desk.document(DOCUMENT), desk.document(CARD)
        before = [path.read_text(encoding="utf-8") for path in paths]
        desk.run("export")
        assert desk.run("import") == (0, "0 overgenomen\n")
        assert [path.read_text(encoding="utf-8") for path in paths] == before

    def test_new_ones_are_made(self, desk: Desk) -> None:
        paths = desk.document(DOCUMENT), desk.document(CARD)
        before = [read_yaml(path).data for path in paths]
        desk.run("export")
        for path in paths:
            path.unlink()
        code, said = desk.run("import")
        assert code == 0, said
        assert "2 overgenomen" in said
        assert [read_yaml(path).data for path in paths] == before
        assert "$schema=" in paths[0].read_text(encoding="utf-8")

    def test_one_that_differs_is_told_and_written_on_request(self, desk: Desk) -> None:
        path = desk.document(DOCUMENT)
        desk.run("export")
        desk.change("agreement", "title", "Nieuw")
        code, said = desk.run("import")
        assert code == 1
        assert "verschilt" in said
        assert "(title)" in said
        assert path.read_text(encoding="utf-8") == DOCUMENT
        code, said = desk.run("import", "--overwrite")
        assert code == 0
        assert "overschreven" in said
        assert read_yaml(path).data["title"] == "Nieuw"

    def test_a_form_is_filled_in(self, desk: Desk) -> None:
        assert main(["dossier", "scaffold", str(desk.folder)]) == 0  # with blocks of which nothing is filled in
        form = desk.dossier / "verklaring-passwords/bewijs.yaml"
        desk.run("export")
        before = {path: path.read_text(encoding="utf-8") for path in desk.dossier.rglob("*.yaml")}
        assert desk.run("import")[0] == 0
        assert {path: path.read_text(encoding="utf-8") for path in desk.dossier.rglob("*.yaml")} == before
        for heading, value in (("title", "Verklaring"), ("issued_on", "31-12-2025"), ("clauses[]", "password-manager")):
            desk.change("declaration", heading, value, row=_row(desk, "verklaring-passwords"))
        code, said = desk.run("import")
        assert code == 0
        assert "verklaring-passwords: ingevuld" in said
        assert "nog in te vullen" in said
        data = read_yaml(form).data
        assert (data["title"], data["issued_on"]) == ("Verklaring", "2025-12-31")
        assert data["clauses"] == ["password-manager"]

    @pytest.mark.parametrize(
        ("heading", "value", "told"),
        [
            ("issued_on", "gisteren", "issued_on"),
            ("issued_on", "=1/0", "issued_on"),
            ("issuer.side", "leverancier", "issuer.side"),
            ("id", "../../evil", "id"),
            ("id", "bewijs.yaml", "id"),
            ("kind", "x", "kind"),
            ("clauses[].topic", "Hoofd Letter", "clauses[0].topic"),
        ],
    )
    @pytest.mark.hostile("dossier")
    def test_what_does_not_fit_is_told_with_its_row(self, heading: str, value: str, told: str, desk: Desk) -> None:
        path = desk.document(DOCUMENT)
        desk.run("export")
        if heading == "kind":
            book = openpyxl.load_workbook(desk.book)
            sheet = book["overeenkomst"]
            sheet.cell(HEADINGS, sheet.max_column + 1).value = "kind"
            book.save(desk.book)
        else:
            desk.change("agreement", heading, value)
        code, said = desk.run("import", "--overwrite")
        assert code == 1
        assert "overeenkomst" in said
        assert told in said
        assert path.read_text(encoding="utf-8") == DOCUMENT
        assert [entry.name for entry in desk.dossier.iterdir()] == ["sla"]

    @pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"<html>", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"a,b\n"])
    @pytest.mark.hostile("dossier")
    def test_what_is_no_workbook_is_refused(self, content: bytes, desk: Desk) -> None:
        desk.book.write_bytes(content)
        code, said = desk.run("import")
        assert code == 1
        assert "dossier.xlsx" in said
        assert not desk.dossier.exists()

    @pytest.mark.hostile("dossier")
    def test_one_that_inflates_is_refused(self, desk: Desk) -> None:
        book = io.BytesIO()
        with zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/workbook.xml", b" " * 20_000_000)
        desk.book.write_bytes(book.getvalue())
        assert desk.run("import")[0] == 1

    @pytest.mark.hostile("dossier")
    def test_links_are_not_followed_and_folders_of_others_not_written(self, desk: Desk, tmp_path: Path) -> None:
        path = desk.document(DOCUMENT)
        desk.run("export")
        path.unlink()
        path.parent.rmdir()
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        path.parent.symlink_to(elsewhere)
        code, said = desk.run("import")
        assert code == 1
        assert "koppeling" in said
        assert list(elsewhere.iterdir()) == []

    @pytest.mark.hostile("dossier")
    def test_one_behind_another_id_is_not_overwritten(self, desk: Desk) -> None:
        path = desk.document(DOCUMENT)
        desk.run("export")
        path.write_text(DOCUMENT.replace("id: sla", "id: other"), encoding="utf-8")
        before = path.read_text(encoding="utf-8")
        code, said = desk.run("import", "--overwrite")
        assert code == 1
        assert "met een andere id" in said
        assert path.read_text(encoding="utf-8") == before

    @pytest.mark.hostile("dossier")
    def test_what_hides_itself_is_shown(self, desk: Desk) -> None:
        desk.document(DOCUMENT)
        desk.run("export")
        desk.change("agreement", "issued_on", "\u202e<script>")
        _, said = desk.run("import")
        assert "\u202e" not in said

    def test_the_same_id_twice(self, desk: Desk) -> None:
        desk.document(DOCUMENT)
        desk.document(CARD)
        desk.run("export")
        desk.change("card", "id", "sla")
        code, said = desk.run("import")
        assert code == 1
        assert "kaart, rij 3, id: staat er twee keer" in said


def _row(desk: Desk, id_: str) -> int:
    sheet: Any = openpyxl.load_workbook(desk.book)["verklaring"]
    headings = [cell.value for cell in sheet[HEADINGS]]
    column = headings.index("id") + 1
    return next(row for row in range(1, 50) if sheet.cell(HEADINGS + row, column).value == id_)
