"""A few values of a YAML file change, and everything else in it stays as people wrote it."""

import string
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from toetskader.dossier.yaml_text import YamlText, scalar
from toetskader.yamlfile import FileError, read_yaml

DIGEST = "ab" * 32


def changed(folder: Path, text: str, *items: dict[str, str | int], member: bool = False) -> str:
    path = folder / "bewijs.yaml"
    path.write_bytes(text.encode())
    edited = YamlText(read_yaml(path))
    if member:
        edited.set_member(("files", 0), "sha256", DIGEST)
    if items:
        edited.add_items("files", items)
    edited.save()
    assert [entry.name for entry in folder.iterdir()] == ["bewijs.yaml"]
    return path.read_bytes().decode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("files:\n  - {path: a.pdf}  # 😀 c\nz: 1\n", "files:\n  - {path: a.pdf, sha256: %s}  # 😀 c\nz: 1\n"),
        ("files:\n  - path: a.pdf  # c\n\nz: 1\n", "files:\n  - path: a.pdf  # c\n    sha256: %s\n\nz: 1\n"),
        ("files:\n- path: 'é.pdf'\n# d\nz: 1", "files:\n- path: 'é.pdf'\n  sha256: %s\n# d\nz: 1"),
        ("files:\n  - path: a.pdf", "files:\n  - path: a.pdf\n    sha256: %s"),
        ("files:\r\n  - path: a.pdf\r\nz: 1\r\n", "files:\r\n  - path: a.pdf\r\n    sha256: %s\r\nz: 1\r\n"),
        ("files:\n  - path: a.pdf\n    sha256:\n", "files:\n  - path: a.pdf\n    sha256: %s\n"),
        ("files:\n  - sha256:   # hier\n    path: a\n", "files:\n  - sha256: %s   # hier\n    path: a\n"),
        ("files: [{path: a.pdf, sha256: }]\n", "files: [{path: a.pdf, sha256: %s}]\n"),
        ("files: [{sha256: null, path: a.pdf}]\n", "files: [{sha256: %s, path: a.pdf}]\n"),
        ('files: [{path: a.pdf, sha256: "oud"}]\n', "files: [{path: a.pdf, sha256: %s}]\n"),
        ("files:\n  - path: >\n      a.pdf\nz: 1\n", "files:\n  - path: >\n      a.pdf\n    sha256: %s\nz: 1\n"),
        ("{files: [{path: a.pdf}]}", "{files: [{path: a.pdf, sha256: %s}]}"),
        ("\ufefffiles: [{path: a.pdf}]", "\ufefffiles: [{path: a.pdf, sha256: %s}]"),
    ],
)
def test_a_member_is_set(before: str, after: str, tmp_path: Path) -> None:
    assert changed(tmp_path, before, member=True) == after % DIGEST


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a: 1\nfiles: []  # later\nz: 1\n", "a: 1\nfiles:   # later\n  - {path: b.pdf, page: 2}\nz: 1\n"),
        ("files:   # later\nz: 1\n", "files:   # later\n  - {path: b.pdf, page: 2}\nz: 1\n"),
        ("a: 1\n", "a: 1\nfiles:\n  - {path: b.pdf, page: 2}\n"),
        ("a: 1", "a: 1\nfiles:\n  - {path: b.pdf, page: 2}"),
        ("files:\n- path: a\n# c\nz: 1\n", "files:\n- path: a\n- {path: b.pdf, page: 2}\n# c\nz: 1\n"),
        ("files:\n    - {path: a}\n", "files:\n    - {path: a}\n    - {path: b.pdf, page: 2}\n"),
        ("files: [{path: a}]\n", "files: [{path: a}, {path: b.pdf, page: 2}]\n"),
    ],
)
def test_items_are_added(before: str, after: str, tmp_path: Path) -> None:
    assert changed(tmp_path, before, {"path": "b.pdf", "page": 2}) == after


@pytest.mark.parametrize(
    "text", ["x: &a [{path: a}]\nfiles: *a\n", "files: [&f {path: a}]\nother: *f\n", "{files: [], a: 1}\n", "{a: 1}"]
)
@pytest.mark.hostile("dossier")
def test_what_is_not_foreseen_is_refused_and_left_alone(text: str, tmp_path: Path) -> None:
    path = tmp_path / "bewijs.yaml"
    path.write_text(text, encoding="utf-8")
    edited = YamlText(read_yaml(path))
    if "path" in text:
        edited.set_member(("files", 0), "sha256", DIGEST)
    else:
        edited.add_items("files", [{"path": "a"}])
    with pytest.raises(FileError, match="vul het zelf in"):
        edited.save()
    assert path.read_text(encoding="utf-8") == text
    assert [entry.name for entry in tmp_path.iterdir()] == ["bewijs.yaml"]


def test_the_mode_of_a_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "bewijs.yaml"
    path.write_text("files: [{path: a}]\n", encoding="utf-8")
    path.chmod(0o640)
    edited = YamlText(read_yaml(path))
    edited.set_member(("files", 0), "sha256", DIGEST)
    edited.save()
    assert path.stat().st_mode & 0o777 == 0o640


@given(st.text(st.characters(blacklist_categories=("Cs", "Cc")) | st.sampled_from(string.punctuation), max_size=30))
def test_a_scalar_is_read_as_it_was(value: str) -> None:
    read = yaml.load(f"[{scalar(value)}, {{k: {scalar(value)}}}]", Loader=yaml.BaseLoader)
    assert read == [value, {"k": value}]
