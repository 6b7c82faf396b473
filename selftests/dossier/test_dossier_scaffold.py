"""Forms to begin a dossier with: one a document, nothing overwritten, and nothing proven until they are filled in."""

import re
from datetime import date
from pathlib import Path

import pytest
import yaml

from toetskader.cli import main
from toetskader.collect.dossier.folders import read_folders
from toetskader.dossier.asked import Ask, Asked, Reference
from toetskader.dossier.scaffold import form
from toetskader.facts.attempt import NotProven, Provenance, Unseen
from toetskader.facts.dossier.documents import KINDS
from toetskader.facts.dossier.fact import Dossier, Unread
from toetskader.facts.dossier.papers import Look
from toetskader.facts.dossier.rules import Rule
from toetskader.text import Lang, Text

ROOT = Path(__file__).parents[2]
TARGET = """\
name: acme
supplier: Acme BV
component: Meldingen
gate: 3
profiles: [haven]
parts:
  dossier:
    folders: [dossier]
"""
Output = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _in_the_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.fixture
def acme(tmp_path: Path) -> Path:
    folder = tmp_path / "acme"
    folder.mkdir()
    (folder / "target.yaml").write_text(TARGET, encoding="utf-8")
    return folder


def asked(kind: str, type_: str = "a-type", **ask: object) -> Asked:
    class Row:
        id = "X-1"
        title = Text("Titel", "Title")
        remedy = Text("Lever het\nid: aan.", "Supply\nid: it.")

    return Asked(Reference(kind, type_), (Ask(Row(), **ask),))  # type: ignore[arg-type]


def scaffold(capsys: Output, *arguments: object) -> tuple[int, str, str]:
    code = main(["dossier", "scaffold", *map(str, arguments)])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_makes_a_form_for_each_document(acme: Path, capsys: Output) -> None:
    code, out, _ = scaffold(capsys, acme)
    text = (acme / "dossier/verklaring-passwords/bewijs.yaml").read_text(encoding="utf-8")
    assert code == 0
    assert "verklaring-passwords/bewijs.yaml" in out
    assert "DDC-7.3-03  " in text
    assert "DDC-7.3-04  " in text
    assert "gevraagd: password-manager, password-private" in text


def test_names_a_schema_that_is_there(acme: Path, capsys: Output) -> None:
    scaffold(capsys, acme)
    path = acme / "dossier/verklaring-passwords/bewijs.yaml"
    named = re.search(r"\$schema=(\S+)", path.read_text(encoding="utf-8"))
    assert named
    assert (path.parent / named[1]).resolve() == ROOT / "docs/schemas/bewijs.schema.json"


def test_overwrites_nothing_and_says_so(acme: Path, capsys: Output) -> None:
    scaffold(capsys, acme)
    files = {path: path.read_text(encoding="utf-8") for path in acme.rglob("*.yaml")}
    path = acme / "dossier/verklaring-passwords/bewijs.yaml"
    path.write_text("mine", encoding="utf-8")
    code, out, _ = scaffold(capsys, acme)
    assert code == 0
    assert "0 gemaakt" in out
    assert path.read_text(encoding="utf-8") == "mine"
    assert set(acme.rglob("*.yaml")) == set(files)


def test_a_document_under_another_name_is_not_begun_again(acme: Path, capsys: Output) -> None:
    scaffold(capsys, acme)
    (acme / "dossier/verklaring-passwords").rename(acme / "dossier/wachtwoorden")
    scaffold(capsys, acme)
    assert not (acme / "dossier/verklaring-passwords").exists()


@pytest.mark.parametrize("lang", ["nl", "en"])
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "card"])
def test_a_form_is_yet_to_be_filled_in_and_no_worse(kind: str, lang: Lang, tmp_path: Path) -> None:
    made = form(asked(kind, signed_by=("supplier", "municipality")), schemas="../s", lang=lang)
    path = tmp_path / made.path
    path.parent.mkdir()
    path.write_text(made.text, encoding="utf-8")
    found, (unread,) = read_folders([tmp_path], tmp_path)
    assert found == ()
    assert unread.is_blank
    assert (unread.kind, unread.type) == (kind, "a-type")


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_commented_out_fits_too(kind: str, tmp_path: Path) -> None:
    text = form(asked(kind), schemas="..", lang="nl").text
    possible = re.sub(r"(?m)^( *)# (?=[a-z_0-9]+: .*  # )", r"\1", text).replace("…", "x")
    path = tmp_path / form(asked(kind), schemas="..", lang="nl").path
    path.parent.mkdir(exist_ok=True)
    path.write_text(possible, encoding="utf-8")
    _, (unread,) = read_folders([tmp_path], tmp_path)
    assert unread.is_blank, unread.why.nl


def test_the_card_stands_beside_the_folders() -> None:
    made = form(asked("card", ""), schemas="..", lang="nl")
    assert made.path == Path("kaart.yaml")
    assert yaml.safe_load(made.text)["kind"] == "card"


def test_what_is_asked_by_name_has_its_place_in_the_form() -> None:
    rules = (Rule(field="name"), Rule(field="country", when={"side": "a"}), Rule(field="valid_until", days_left=30))
    columns = yaml.safe_load(form(asked("register", rules=rules), schemas="..", lang="nl").text)["columns"]
    assert columns == {"name": None}
    agreement = yaml.safe_load(form(asked("agreement", clauses=("audit",)), schemas="..", lang="nl").text)
    assert agreement["clauses"] == [{"topic": "audit", "ref": None}]
    rules = (Rule(field="clauses.audit.text"),)
    agreement = yaml.safe_load(form(asked("agreement", rules=rules), schemas="..", lang="nl").text)
    assert agreement["clauses"] == [{"topic": "audit", "ref": None}]


REST = {
    "in_eea": ["place"],
    "spread": [{"field": "zone", "per": ["name"], "at_least": 2}, {"field": "who", "at_most": 3}],
}


def test_columns_of_rows_have_their_place_and_rows_are_told_apart() -> None:
    only = (Rule(field="type", equals="disk"),)
    of_rows = (Rule(field="region", same_as="other"), Rule(field="title", unless="reason"))
    text = form(asked("export", only=only, of_rows=of_rows, rest=REST), schemas="..", lang="nl").text
    assert list(yaml.safe_load(text)["columns"]) == ["type", "region", "other", "title", "place", "zone", "name", "who"]
    assert "title: ingevuld, of anders reason ingevuld, waar type: disk" in text
    assert "een regio in de EER: place" in text
    assert "zone: minstens 2 verschillende per name" in text
    assert "who: hooguit 3 verschillende" in text


@pytest.mark.hostile("dossier")
def test_words_of_a_catalogue_cannot_leave_their_comment() -> None:
    rules = (Rule(field="a\nid: evil", contains="b\n\x1b[31mkind: c"),)
    text = form(asked("policy", rules=rules, rest={"max_age_days": "\nz: 1"}), schemas="..", lang="nl").text
    assert yaml.safe_load(text)["id"] == "beleid-a-type"
    assert "\x1b" not in text


@pytest.mark.hostile("dossier")
def test_what_cannot_be_written_is_told(acme: Path, capsys: Output) -> None:
    (acme / "dossier").write_text("a file", encoding="utf-8")
    code, _, err = scaffold(capsys, acme)
    assert code == 2
    assert "is niet te schrijven" in err


@pytest.mark.hostile("dossier")
def test_a_link_is_not_written_through(acme: Path, capsys: Output, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (acme / "dossier").mkdir()
    (acme / "dossier/verklaring-passwords").symlink_to(elsewhere)
    code, _, err = scaffold(capsys, acme)
    assert code == 2
    assert "koppeling" in err
    assert list(elsewhere.iterdir()) == []


def test_a_target_without_a_dossier_is_told_what_to_add(acme: Path, capsys: Output) -> None:
    text = TARGET.replace(
        "  dossier:\n    folders: [dossier]", "  saas:\n    endpoints: [{host: a.example, role: portal}]"
    )
    (acme / "target.yaml").write_text(text, encoding="utf-8")
    code, _, err = scaffold(capsys, acme)
    assert code in (1, 2)
    assert "dossier" in err or "saas" in err


class TestBlanks:
    """A document that is yet to be filled in proves nothing; it is not undetermined, as one that is wrong is."""

    BLANK = Unread(where="a", kind="policy", type="a-type", why=Text("leeg", "blank"), is_blank=True)
    WRONG = Unread(where="b", kind="policy", type="a-type", why=Text("fout", "wrong"))

    def look(self, *unread: Unread) -> Look:
        now = date(2026, 11, 30)
        provenance = Provenance(at="2026-11-30T00:00:00Z", by="dossier", source="")  # type: ignore[arg-type]
        dossier = Dossier(provenance=provenance, supplier="", component="", documents=(), unread=unread)
        return Look(dossier, None, None, now)  # type: ignore[arg-type]

    def test_is_not_proven(self) -> None:
        with pytest.raises(NotProven):
            self.look(self.BLANK).the("policy:a-type")

    def test_one_that_is_wrong_decides(self) -> None:
        with pytest.raises(Unseen):
            self.look(self.BLANK, self.WRONG).the("policy:a-type")

    def test_says_nothing_of_another_document(self) -> None:
        with pytest.raises(NotProven, match="has no document of kind policy, type other"):
            self.look(self.BLANK).the("policy:other")
