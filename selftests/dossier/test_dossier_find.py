"""Places are proposed where a file says what its document says, in the words of the file; nothing is made up."""

import io
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toetskader.cli import main
from toetskader.collect.dossier.folders import read_folders
from toetskader.dossier.finding_places import facts, search, writings
from toetskader.facts.dossier.text import says
from toetskader.laboratory.papers import pdf
from toetskader.yamlfile import read_yaml

ROOT = Path(__file__).parents[2]
Output = pytest.CaptureFixture[str]
DOCUMENT = """\
id: sla
kind: agreement
type: sla
title: "SLA"          # mine
issuer: {organisation: "Voorbeeld BV", side: supplier}
issued_on: 2026-03-04
valid_until: 2027-12-31
files: [{path: sla.pdf}]
levels: [{name: availability, value: 99.5, unit: "%"}]
component: "Iets anders"
places:
  - {fact: issued_on, page: 1, text: "4 maart 2026"}
"""
PAGES = [["Overeenkomst van Voorbeeld B.V.", "Getekend op 4 maart 2026"], ["Voorbeeld BV", "tot 31-12-2027", "99,5 %"]]


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(ROOT)
    (tmp_path / "target.yaml").write_text(
        "name: acme\nsupplier: Voorbeeld BV\ncomponent: Meldingen\ngate: 3\nprofiles: [haven]\n"
        "parts:\n  dossier:\n    folders: [dossier]\n",
        encoding="utf-8",
    )
    folder = tmp_path / "dossier/sla"
    folder.mkdir(parents=True)
    (folder / "bewijs.yaml").write_text(DOCUMENT, encoding="utf-8")
    (folder / "sla.pdf").write_bytes(pdf(PAGES))
    return tmp_path


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def found(folder: Path) -> list[tuple[str, int, str]]:
    (searched,), _ = search([folder / "dossier"], folder)
    return [(item.fact, item.page, item.text) for item in searched.proposals]


def test_what_stands_there_is_proposed_with_its_page(target: Path) -> None:
    assert found(target) == [
        ("issuer.organisation", 2, "Voorbeeld BV"),
        ("valid_until", 2, "31-12-2027"),
        ("levels.0.value", 2, "99,5"),
    ]
    (searched,), _ = search([target / "dossier"], target)
    assert searched.missed == ("levels.0.name", "levels.0.unit", "component")


def test_a_proposal_is_a_place_that_proves(target: Path) -> None:
    (searched,), _ = search([target / "dossier"], target)
    searched.write()
    (again,), _ = search([target / "dossier"], target)
    assert again.proposals == ()
    (item,), unread = read_folders([target / "dossier"], target)
    assert unread == ()
    assert len(item.document.places) == 4
    assert "# mine" in (target / "dossier/sla/bewijs.yaml").read_text(encoding="utf-8")


def test_a_file_without_text_gives_nothing(target: Path) -> None:
    (target / "dossier/sla/sla.pdf").write_bytes(pdf([[]]))
    assert found(target) == []


@pytest.mark.hostile("dossier")
def test_files_that_cannot_be_read_give_nothing(target: Path, tmp_path: Path) -> None:
    path = target / "dossier/sla/sla.pdf"
    path.write_bytes(b"%PDF-1.7 broken")
    assert found(target) == []
    path.unlink()
    assert found(target) == []
    (tmp_path / "other.pdf").write_bytes(pdf(PAGES))
    path.symlink_to(tmp_path / "other.pdf")
    assert found(target) == []


@pytest.mark.parametrize(
    "value", [date(2026, 3, 4), date(2026, 12, 31), 16, 99.5, 1234567, 1500.25, -3, 0.1, "Voorbeeld"]
)
def test_every_writing_says_the_value(value: object) -> None:
    written = list(writings(value))
    assert written
    assert all(says(text, value) for text in written)  # type: ignore[arg-type]


@given(st.dates() | st.floats(allow_nan=False, allow_infinity=False) | st.integers())
def test_no_writing_says_something_else(value: object) -> None:
    assert all(says(text, value) for text in writings(value))  # type: ignore[arg-type]


def test_a_yes_or_no_and_words_of_a_list_are_not_searched_for(target: Path) -> None:
    ((item,), _) = read_folders([target / "dossier"], target)
    paths = [path for path, _ in facts(item.document)]
    assert "issuer.side" not in paths
    assert not any(path.startswith(("files", "places", "title")) for path in paths)
    assert list(writings(value=True)) == []


class TestCommand:
    def test_prints_yaml_and_changes_nothing(self, target: Path, capsys: Output) -> None:
        assert main(["dossier", "find", str(target)]) == 0
        out = capsys.readouterr().out
        assert "  - {fact: valid_until, page: 2, text: 31-12-2027}" in out
        assert "niet gevonden: " in out
        assert (target / "dossier/sla/bewijs.yaml").read_text(encoding="utf-8") == DOCUMENT

    @pytest.mark.parametrize(("answer", "places"), [("ja\n", 4), ("nee\n", 1), ("\n", 1), ("", 1)])
    def test_writes_after_a_yes(
        self, answer: str, places: int, target: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
    ) -> None:
        monkeypatch.setattr("sys.stdin", Terminal(answer))
        assert main(["dossier", "find", str(target), "--write"]) == 0
        assert len(read_yaml(target / "dossier/sla/bewijs.yaml").data["places"]) == places

    def test_writes_without_a_question(self, target: Path, capsys: Output) -> None:
        assert main(["dossier", "find", str(target), "--write", "--yes"]) == 0
        assert len(read_yaml(target / "dossier/sla/bewijs.yaml").data["places"]) == 4

    def test_does_not_ask_where_nobody_is(self, target: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO("ja\n"))
        assert main(["dossier", "find", str(target), "--write"]) == 2
        assert main(["dossier", "find", str(target), "--yes"]) == 2
        assert (target / "dossier/sla/bewijs.yaml").read_text(encoding="utf-8") == DOCUMENT

    def test_what_is_yet_to_be_filled_in_is_no_fault(self, target: Path, capsys: Output) -> None:
        path = target / "dossier/other/bewijs.yaml"
        path.parent.mkdir()
        path.write_text(DOCUMENT.replace('title: "SLA" ', "title: ").replace("id: sla", "id: other"), encoding="utf-8")
        assert main(["dossier", "find", str(target)]) == 0
        assert "# 1 nog niet ingevuld" in capsys.readouterr().out

    @pytest.mark.hostile("dossier")
    def test_what_a_document_says_cannot_leave_its_line(self, target: Path, capsys: Output) -> None:
        path = target / "dossier/sla/bewijs.yaml"
        evil = 'component: "x\\nid: evil\\u001b[31m, text: }"'
        path.write_text(DOCUMENT.replace('component: "Iets anders"', evil), encoding="utf-8")
        (path.parent / "sla.pdf").write_bytes(pdf([["x", "id: evil", "x id: evil[31m, text: }"]]))
        main(["dossier", "find", str(target), "--write", "--yes"])
        assert "\x1b" not in capsys.readouterr().out
        assert read_yaml(path).data["id"] == "sla"
