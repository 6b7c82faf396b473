"""What stands in the folders of a dossier: documents, and those that cannot be read, each with its place and reason."""

from pathlib import Path

import msgspec
import pytest
from auditor import TODAY
from dossier_files import row, xlsx

from toetskader.collect.dossier.collector import read_dossier
from toetskader.collect.dossier.folders import read_folders
from toetskader.collect.dossier.hide import without_secrets
from toetskader.facts.dossier.attachments import Unreadable
from toetskader.facts.dossier.fact import Dossier
from toetskader.facts.redaction import Redaction
from toetskader.kinds.dossier import DossierPart

DECLARATION = f"""\
id: verklaring
kind: declaration
type: passwords
title: "Verklaring"
issuer: {{organisation: "Voorbeeld BV", side: supplier, person: "Anna de Vries"}}
issued_on: {TODAY}
clauses: [password-manager]
on_behalf_of: "Voorbeeld BV"
"""
CANARY = "Zomer-2026-kanarie!"


def written(folder: Path, *texts: str, name: str = "bewijs.yaml") -> Path:
    """Write documents, each in a folder of its own; return the dossier."""
    for number, text in enumerate(texts):
        path = folder / f"document-{number}" / name
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    return folder


def reasons(folder: Path) -> list[str]:
    """Return why documents of a dossier are not read."""
    _, unread = read_folders([folder], folder)
    return [item.why.en for item in unread]


def read(folder: Path) -> Dossier:
    return read_dossier(
        DossierPart(folders=(folder,), trust=None), folder, supplier="Voorbeeld BV", component="Meldingen"
    )


def test_a_document_is_read_with_its_place(tmp_path: Path) -> None:
    found, unread = read_folders([written(tmp_path, DECLARATION)], tmp_path)
    assert [(item.document.id, item.where) for item in found] == [("verklaring", "document-0/bewijs.yaml")]
    assert unread == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (DECLARATION.replace("kind: declaration", "kind: declaratoin"), "kind must be one of these"),
        (DECLARATION.replace("kind: declaration", "kind: card"), "only a card (kind: card) stands in kaart.yaml"),
        (DECLARATION.replace("type: passwords\n", ""), "key type is missing"),
        (DECLARATION + "klausules: []\n", "unknown key klausules"),
        (DECLARATION + "files: [{path: ../geheim.pdf}]\n", "a file stands in the folder of its document"),
        (DECLARATION + "files: [{path: /etc/passwd}]\n", "a file stands in the folder of its document"),
        (DECLARATION + "files: [{path: a.pdf}, {path: a.pdf}]\n", "stands here twice"),
        (DECLARATION.replace(str(TODAY), "gisteren"), "issued_on"),
        ("kind: [", "is not valid YAML"),
        ("", "is empty"),
    ],
)
@pytest.mark.hostile("dossier")
def test_what_is_no_document_is_told_with_file_and_line(text: str, told: str, tmp_path: Path) -> None:
    (reason,) = reasons(written(tmp_path, text))
    assert told in reason
    assert reason.startswith("document-0/bewijs.yaml")


def test_documents_with_one_id_are_both_unread(tmp_path: Path) -> None:
    first, second = reasons(written(tmp_path, DECLARATION, DECLARATION))
    assert "id verklaring stands here 2 times" in first
    assert "id verklaring stands here 2 times" in second
    assert read(tmp_path).documents == ()


@pytest.mark.hostile("dossier")
def test_links_are_not_followed(tmp_path: Path) -> None:
    elsewhere = written(tmp_path / "elsewhere", DECLARATION)
    dossier = tmp_path / "dossier"
    dossier.mkdir()
    (dossier / "linked").symlink_to(elsewhere / "document-0")
    (dossier / "own").mkdir()
    (dossier / "own/bewijs.yaml").symlink_to(elsewhere / "document-0/bewijs.yaml")
    assert [reason.rpartition(" ")[0] for reason in reasons(dossier)] != []
    assert all("is a link" in reason for reason in reasons(dossier))


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    (reason,) = reasons(tmp_path / "weg")
    assert "cannot be read" in reason


@pytest.mark.redaction("dossier")
def test_names_of_persons_and_secrets_are_in_no_fact(tmp_path: Path) -> None:
    text = DECLARATION.replace('title: "Verklaring"', f'title: "password={CANARY}"')
    text += f'scope: "https://anna:{CANARY}@git.example/"\ndetails: {{db-password: "{CANARY}"}}\n'
    fact = without_secrets(read(written(tmp_path, text)), Redaction())
    held = msgspec.json.encode(fact).decode()
    assert "persoon 1" in held
    assert "Anna de Vries" not in held
    assert CANARY not in held


def test_the_fact_is_the_same_after_a_round_trip(tmp_path: Path) -> None:
    fact = read(written(tmp_path, DECLARATION))
    assert msgspec.json.decode(msgspec.json.encode(fact), type=Dossier) == fact


REGISTER = f"""\
id: register
kind: register
type: owners
title: "Eigenaren"
issuer: {{organisation: "Voorbeeld BV", side: supplier}}
issued_on: {TODAY}
as_of: {TODAY}
table: eigenaren.xlsx
columns: {{owner: "Eigenaar"}}
personal: [owner]
files: [{{path: eigenaren.xlsx}}]
"""


@pytest.mark.redaction("dossier")
def test_a_column_of_persons_holds_numbers_and_what_names_nobody_stays_that(tmp_path: Path) -> None:
    written(tmp_path, REGISTER)
    cells = ("Eigenaar", "Anna de Vries", " - ", "<c><f>A2</f></c>", "ANNA DE VRIES")
    sheet = xlsx("".join(row(number, cell) for number, cell in enumerate(cells, start=1)))
    (tmp_path / "document-0/eigenaren.xlsx").write_bytes(sheet)
    table = read(tmp_path).documents[0].table
    assert table is not None
    assert table.rows == (("persoon 1",), ("",), (Unreadable("formula"),), ("persoon 1",))
