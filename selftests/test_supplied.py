"""What makes a folder a supplier's, and what the start of Python costs others."""

import subprocess
import sys
from pathlib import Path

import pytest

from toetskader import supplied as module
from toetskader.supplied import close_to_imports, is_project, supplied

CONFTEST = 'pytest_plugins = ["toetskader.plugin"]\n'


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        (CONFTEST, True),
        ("from toetskader.plugin import x\n", False),
        ('pytest_plugins = ["pytester"]\n', False),
        (f"raise SystemExit  # {'x' * 70_000}\n{CONFTEST}", False),
    ],
)
def test_a_project_names_our_plugin(tmp_path: Path, text: str, is_one: bool) -> None:
    (tmp_path / "conftest.py").write_text(text)
    assert is_project(str(tmp_path)) is is_one


def test_a_folder_is_no_conftest(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").mkdir()
    assert not is_project(str(tmp_path))


def test_a_target_file_makes_a_folder_and_all_below_it_a_suppliers(tmp_path: Path) -> None:
    below = tmp_path / "acme/chart/" / "/".join(["d"] * 200)
    below.mkdir(parents=True)
    (tmp_path / "acme/target.yaml").write_text("")
    mark = str(tmp_path / "acme/target.yaml")
    assert supplied(tmp_path) is None
    assert [supplied(path) for path in (tmp_path / "acme", below, tmp_path / "acme/absent.py")] == [mark] * 3
    (tmp_path / "link").symlink_to(below)
    assert supplied(tmp_path / "link") == mark


def test_a_project_keeps_suppliers_in_its_folder_of_targets(tmp_path: Path) -> None:
    for project in ("ours", "theirs"):
        (tmp_path / project / "targets/acme").mkdir(parents=True)
    (tmp_path / "ours/conftest.py").write_text(CONFTEST)
    assert supplied(tmp_path / "ours/targets/acme") == str(tmp_path / "ours/targets")
    assert supplied(tmp_path / "ours") is None
    assert supplied(tmp_path / "theirs/targets/acme") is None


def test_no_module_is_found_in_a_suppliers_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("acme", "own", "acme/env"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"found_in_{Path(name).name}.py").write_text("")
    (tmp_path / "acme/target.yaml").write_text("")
    monkeypatch.setattr(sys, "path_hooks", list(sys.path_hooks))
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "acme/env"))  # the environment itself may stand there
    close_to_imports()
    for name in ("acme", "own", "acme/env"):
        monkeypatch.syspath_prepend(tmp_path / name)
    with pytest.raises(ModuleNotFoundError):
        __import__("found_in_acme")
    assert __import__("found_in_own")
    assert __import__("found_in_env")
    monkeypatch.undo()
    sys.path_importer_cache.clear()


def test_the_start_of_python_loads_nothing_else() -> None:
    code = (
        "import sys; before = set(sys.modules); import toetskader.start; toetskader.start.prepare();"
        "print(sorted(set(sys.modules) - before - {'__future__'}))"
    )
    clean = f"import sys; sys.path.insert(0, {str(Path(module.__file__).parents[1])!r}); "
    done = subprocess.run([sys.executable, "-S", "-c", clean + code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['toetskader', 'toetskader.start']"
