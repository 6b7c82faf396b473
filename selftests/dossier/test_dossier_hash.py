"""Which files a document consists of is recorded in its YAML, and not recorded anew by itself."""

from hashlib import sha256
from pathlib import Path

import pytest

from toetskader.cli import main
from toetskader.yamlfile import read_yaml

ROOT = Path(__file__).parents[2]
Output = pytest.CaptureFixture[str]
PDF, OTHER = sha256(b"pdf").hexdigest(), sha256(b"other").hexdigest()


class Desk:
    """A target with a dossier of one document."""

    def __init__(self, folder: Path, capsys: Output) -> None:
        self._capsys = capsys
        self.target = folder / "target.yaml"
        self.target.write_text(
            "name: acme\nsupplier: Voorbeeld BV\ncomponent: Meldingen\ngate: 3\nprofiles: [haven]\n"
            "parts:\n  dossier:\n    folders: [dossier]\n",
            encoding="utf-8",
        )
        self.folder = folder / "dossier/sla"
        self.folder.mkdir(parents=True)
        self.yaml = self.folder / "bewijs.yaml"

    def write(self, text: str, **files: str) -> None:
        self.yaml.write_text(text, encoding="utf-8")
        for name, content in files.items():
            (self.folder / name.replace("_", ".")).write_text(content, encoding="utf-8")

    def run(self, *options: str) -> tuple[int, str]:
        code = main(["dossier", "hash", str(self.target), *options])
        said = self._capsys.readouterr()
        return code, said.out + said.err

    @property
    def files(self) -> dict[str, str | None]:
        return {item["path"]: item.get("sha256") for item in read_yaml(self.yaml).data["files"]}


@pytest.fixture
def desk(tmp_path: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.chdir(ROOT)
    return Desk(tmp_path, capsys)


def test_a_digest_is_filled_in_once(desk: Desk) -> None:
    desk.write("# mine\nfiles:\n  - {path: a.pdf}  # c\n", a_pdf="pdf")
    assert desk.run()[0] == 0
    text = desk.yaml.read_text(encoding="utf-8")
    assert text == f"# mine\nfiles:\n  - {{path: a.pdf, sha256: {PDF}}}  # c\n"
    assert desk.run() == (0, "0 vastgelegd\n")
    assert desk.yaml.read_text(encoding="utf-8") == text


def test_files_that_lie_there_are_listed_when_none_is(desk: Desk) -> None:
    desk.write("kind: x\nfiles: []\n", z_pdf="pdf", a_csv="other", _hidden="no")
    (desk.folder / "~$a.xlsx").write_text("lock")
    assert desk.run()[0] == 0
    assert list(desk.files.items()) == [("z.pdf", PDF), ("a.csv", OTHER)]


def test_one_that_lies_beside_listed_ones_is_told(desk: Desk) -> None:
    desk.write("files: [{path: a.pdf}]\n", a_pdf="pdf", b_pdf="other")
    code, said = desk.run()
    assert code == 0
    assert "b.pdf staat niet onder files" in said
    assert list(desk.files) == ["a.pdf"]


def test_a_file_that_changed_is_told_and_recorded_on_request(desk: Desk) -> None:
    desk.write(f"files: [{{path: a.pdf, sha256: {OTHER}}}]\n", a_pdf="pdf")
    code, said = desk.run()
    assert code == 1
    assert "a.pdf gewijzigd" in said
    assert desk.files == {"a.pdf": OTHER}
    assert desk.run("--update")[0] == 0
    assert desk.files == {"a.pdf": PDF}


@pytest.mark.parametrize(
    ("text", "code"),
    [("files: [{path: a.pdf}]\n", 1), ("files: []\n", 1), (f"files: [{{path: a.pdf, sha256: {PDF}}}]\n", 0)],
)
def test_a_check_changes_nothing(text: str, code: int, desk: Desk) -> None:
    desk.write(text, a_pdf="pdf")
    assert desk.run("--check")[0] == code
    assert desk.yaml.read_text(encoding="utf-8") == text


def test_english(desk: Desk) -> None:
    desk.write("files: [{path: a.pdf}]\n", a_pdf="pdf")
    assert "a.pdf recorded" in desk.run("--lang", "en")[1]


@pytest.mark.parametrize(
    "name", ["../target.yaml", "/etc/passwd", "a\\\\b", "a\\0b", "gone.pdf", "sub", "link.pdf", "over/x.pdf"]
)
@pytest.mark.hostile("dossier")
def test_what_does_not_lie_in_the_folder_is_not_read(name: str, desk: Desk, tmp_path: Path) -> None:
    desk.write(f'files: [{{path: "{name}"}}]\n')
    (desk.folder / "sub").mkdir()
    (tmp_path / "x.pdf").write_text("pdf")
    (desk.folder / "link.pdf").symlink_to(tmp_path / "x.pdf")
    (desk.folder / "over").symlink_to(tmp_path)
    code, _ = desk.run()
    assert code == 1
    assert list(desk.files.values()) == [None]


@pytest.mark.parametrize("text", ["kind: [", "", "[1, 2]", "files: {a: b}", "files: [a, 3, {x: y}]", "files: 3"])
@pytest.mark.hostile("dossier")
def test_a_file_that_is_no_document_is_left_alone(text: str, desk: Desk) -> None:
    desk.write(text, a_pdf="pdf")
    code, _ = desk.run()
    assert code in (0, 1)
    assert desk.yaml.read_text(encoding="utf-8") == text


@pytest.mark.hostile("dossier")
def test_a_document_behind_a_link_is_not_written(desk: Desk, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text("files: [{path: a.pdf}]\n", encoding="utf-8")
    desk.yaml.symlink_to(other)
    (desk.folder / "a.pdf").write_text("pdf")
    code, said = desk.run()
    assert code == 1
    assert "koppeling" in said
    assert other.read_text(encoding="utf-8") == "files: [{path: a.pdf}]\n"


@pytest.mark.hostile("dossier")
def test_names_that_hide_or_mean_something_are_shown_as_text(desk: Desk) -> None:
    desk.write("files: []\n")
    (desk.folder / "=a\x1b[31m: {x} #.pdf").write_text("pdf")
    code, said = desk.run()
    assert code == 0
    assert "\x1b" not in said
    assert desk.files == {"=a\x1b[31m: {x} #.pdf": PDF}
