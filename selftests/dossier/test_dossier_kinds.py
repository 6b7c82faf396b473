"""The page with the kinds of documents is that of the models."""

from pathlib import Path

import pytest

from toetskader.cli import main
from toetskader.dossier.reference import reference
from toetskader.dossier.words import KINDS

ROOT = Path(__file__).parents[2]
Output = pytest.CaptureFixture[str]


def test_the_page_is_up_to_date() -> None:
    page = (ROOT / "docs/dossier-soorten.md").read_text(encoding="utf-8")
    assert page == reference(), "run make schemas"


def test_it_is_written_where_asked(tmp_path: Path, capsys: Output) -> None:
    assert main(["dossier", "kinds", "--write", str(tmp_path / "page.md")]) == 0
    assert (tmp_path / "page.md").read_text(encoding="utf-8") == reference()


def test_kinds_are_listed_and_one_is_told(capsys: Output) -> None:
    assert main(["dossier", "kinds"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(KINDS)
    assert main(["dossier", "kinds", "certificate"]) == 0
    assert "| `standard` | ● |" in capsys.readouterr().out
