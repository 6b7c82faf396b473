"""A supplier's folder is data: nothing in it is loaded, however its path is written on the command line."""

from pathlib import Path

import pytest
from tiny_project import Project

TRACE = "open({path!r}, 'a').write(__name__)\n"


@pytest.fixture
def supplier(project: Project, tmp_path: Path) -> Path:
    """A folder outside the project with Python in every place where pytest or we might look for it."""
    code = TRACE.format(path=str(tmp_path / "executed"))
    folder = tmp_path / "acme"
    project.target("acme")
    (project.root / "targets/acme").rename(folder)
    for name in ("conftest.py", "tests/__init__.py", "tests/conftest.py", "tests/test_evil.py", "test_evil.py"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(code)
    return folder


def test_nothing_of_a_supplier_runs(project: Project, supplier: Path) -> None:
    plain = [["--target", str(supplier)], ["--target", str(supplier / "target.yaml")], ["--html", str(supplier)]]
    hostile = [["--target", str(supplier)], ["--replay", str(supplier)], ["--csv", str(supplier / "target.yaml")]]
    before = project.reports()
    first = [project.run("-q", *args) for args in plain]
    (supplier / "pytest.ini").write_text(f"[pytest]\naddopts = {supplier / 'tests'}\ntestpaths = tests\n")
    second = [project.run("-q", *args) for args in hostile]
    for done in [*first, *second]:
        assert done.code == 4
        assert "Start pytest in de map van Toetskader en schrijf een pad met =, zoals --target=PAD" in done.error
    assert project.reports() == before
    assert not (supplier.parent / "executed").exists()
    # With the equals sign the same folder is audited, and still nothing in it runs.
    done = project.run("-q", f"--target={supplier}", "-k", "TST-1")
    assert done.code == 0
    assert done.verdicts() == {"TST-1-01": "pass", "TST-1-02": "not_applicable"}
    assert not (supplier.parent / "executed").exists()


def test_a_space_does_no_harm_where_the_root_stays_ours(project: Project) -> None:
    done = project.run("-q", "--target", "targets/voorbeeld", "-k", "TST-1")
    assert done.code == 0
    assert len(done.verdicts()) == 2
