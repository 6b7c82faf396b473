"""A supplier's folder is data: nothing in it is loaded, wherever pytest is started and however it is called."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tiny_project import CHECKS, CONFTEST, PYTEST_INI, Project, Run

# What a settings file of a supplier would have pytest do, in the words of each kind of file.
_INI = "addopts = -p evil\npythonpath = .\ntestpaths = .\npython_files = *.py\n"
_TOML = 'addopts = ["-p", "evil"]\npythonpath = ["."]\ntestpaths = ["."]\npython_files = ["*.py"]\n'
SETTINGS = {
    "pytest.ini": f"[pytest]\n{_INI}",
    ".pytest.ini": f"[pytest]\n{_INI}",
    "tox.ini": f"[pytest]\n{_INI}",
    "setup.cfg": f"[tool:pytest]\n{_INI}",
    "pytest.toml": f"[pytest]\n{_TOML}",
    ".pytest.toml": f"[pytest]\n{_TOML}",
    "pyproject.toml": f"[tool.pytest.ini_options]\n{_TOML}",
}

# Names that pytest, its plugins and we import ourselves, beside what pytest would collect.
MODULES = [
    "conftest", "evil", "test_evil", "tests/__init__", "tests/conftest", "tests/test_evil", "tests/test_tiny",
    "toetskader/__init__", "toetskader/plugin/__init__", "xdist", "pytest_html", "pytest_metadata", "msgspec", "yaml",
    "pytest", "_pytest/__init__", "pluggy", "iniconfig", "pathlib", "functools", "contextlib", "argparse", "shlex",
    "sitecustomize", "usercustomize", "runpy", "importlib", "execnet", "pkgutil", "queue", "json", "re",
]  # fmt: skip


class Supplier:
    """A target with Python in every place where Python, pytest or we might look for it."""

    def __init__(self, folder: Path, trace: Path) -> None:
        self.folder = folder
        self.trace = trace

    def lay_traps(self, folder: Path) -> None:
        code = f"open({str(self.trace)!r}, 'a').write(__name__ + ' ')\n"
        for name in MODULES:
            path = folder / f"{name}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{code}def test_it(): pass\n")
        (folder / "README.md").write_text(f">>> _ = {code}")

    @property
    def ran(self) -> str:
        """The modules of his that were run."""
        return self.trace.read_text() if self.trace.exists() else ""


@pytest.fixture(scope="module")
def supplier(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Supplier:
    """A target outside the project; `targets/acme` is a copy of it."""
    parent = tmp_path_factory.mktemp("elders")
    project.target("acme")
    made = Supplier(parent / "acme", parent / "trace")
    made.lay_traps(project.root / "targets/acme")
    shutil.copytree(project.root / "targets/acme", made.folder)
    (parent / "link").symlink_to(made.folder)
    (project.root / "link").symlink_to("targets/acme")
    return made


@pytest.fixture(params=["outside", "inside"])
def folder(request: pytest.FixtureRequest, project: Project, supplier: Supplier) -> Path:
    """The target outside the project, and its copy in the project's `targets/`."""
    return supplier.folder if request.param == "outside" else project.root / "targets/acme"


def is_refused(done: Run) -> bool:
    """It ended as a usage error, in a sentence, with nothing collected."""
    assert "Traceback" not in done.out + done.error
    return done.code == 4 and "Er is niets getoetst" in done.error.replace("en er is niets", "Er is niets")


@pytest.mark.parametrize("where", ["in it", "above it"])
def test_settings_of_a_supplier_are_not_obeyed(
    project: Project, supplier: Supplier, tmp_path: Path, where: str
) -> None:
    home = tmp_path / "levering"
    shutil.copytree(supplier.folder, home / "acme")
    settings = home / "acme" if where == "in it" else home
    for name in MODULES:
        if where == "above it" and "/" not in name:
            shutil.copy(supplier.folder / f"{name}.py", home)
    for name, text in SETTINGS.items():
        (settings / name).write_text(text)
        for args in ([], ["--target=."]):
            assert is_refused(project.run(*args, cwd=home / "acme")), name
        done = project.run("--target", str(home / "acme"), "--date=geen")  # what is refused here is the date alone
        assert (done.code, "'geen' is geen datum" in done.error) == (4, True), done.error
        (settings / name).unlink()
    assert supplier.ran == ""


IN_THE_FOLDER = [
    "--target=.", "--target .", "--target=target.yaml", "--target=. --help", "--collect-only", "--fixtures", "--help",
    ".", "test_evil.py", "test_evil.py::test_it", "tests", "chart", "--rootdir=.", "--rootdir=. --target=.",
    "--confcutdir=/", "--import-mode=importlib", "--import-mode=append", "--pyargs evil", "-p evil",
    "-o pythonpath=. -p evil", "-o testpaths=tests", "--doctest-modules", "--doctest-glob=*.md",
    "--ignore=conftest.py", "--noconftest", "-n 2", "--lf", "-p no:cacheprovider", "--disable-plugin-autoload",
    "-p no:toetskader", "-c /dev/null", "--level=1", "--lang=nl",
]  # fmt: skip


def test_nothing_runs_in_the_folder_of_a_supplier(project: Project, supplier: Supplier, folder: Path) -> None:
    for line in ["", *IN_THE_FOLDER]:
        assert is_refused(project.run(*line.split(), cwd=folder)), line
        assert supplier.ran == "", line
    for below in ("tests", "chart/templates"):
        assert is_refused(project.run(cwd=folder / below))
    for env in (
        {"PYTEST_ADDOPTS": "--collect-only"},
        {"PYTEST_PLUGINS": "evil"},
        {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    ):
        assert is_refused(project.run(cwd=folder, env=env)), env
    assert supplier.ran == ""


def test_nothing_of_a_supplier_is_collected_from_the_project(
    project: Project, supplier: Supplier, folder: Path
) -> None:
    arguments = project.write("argumenten", f"{folder}\n")
    named = [
        [str(folder)],
        [os.path.relpath(folder, project.root)],
        [str(folder / "test_evil.py")],
        [str(folder / "tests/test_evil.py::test_it")],
        ["tests", str(folder)],
        [f"@{arguments}"],
        [f"--rootdir={folder}"],
        [f"--rootdir={project.root}", str(folder)],
        [f"-c{project.root}/pytest.ini", str(folder)],
        [f"--confcutdir={folder}", str(folder)],
        ["--import-mode=importlib", str(folder)],
        ["--doctest-modules", str(folder / "evil.py")],
        ["--doctest-glob=*.md", str(folder / "README.md")],
        ["-o", f"testpaths={folder}"],
        ["--html", str(folder / "README.md")],
        [str(folder.parent / "link" if folder == supplier.folder else project.root / "link")],
    ]
    before = project.reports()
    for args in named:
        assert is_refused(project.run("-q", *args)), args
        assert is_refused(project.run("-q", *args, "--target=targets/acme")), args
        assert supplier.ran == "", args
    assert is_refused(project.run(env={"PYTEST_ADDOPTS": str(folder)}))
    done = project.run("-o", f"pythonpath={folder}", "-p", "evil")
    assert (done.code, supplier.ran) == (4, "")
    assert project.reports() == before


def test_a_space_after_an_option_does_no_harm(
    project: Project, supplier: Supplier, folder: Path, tmp_path: Path
) -> None:
    (folder / "pytest.ini").write_text(SETTINGS["pytest.ini"])
    done = project.run("-q", "-k", "TST-1", "--target", str(folder), "--reports", str(tmp_path / "r"), "--csv", "a.csv")
    assert done.code == 0
    (stored,) = tmp_path.glob("r/acme/20*/evidence")
    shutil.copy(folder / "pytest.ini", stored)
    shutil.copy(folder / "evil.py", stored)
    assert len(project.run("-q", "-k", "TST-1", "--replay", str(stored)).verdicts()) == 2
    for args in (
        ["--replay", str(folder)],
        ["--policies", str(folder)],
        ["--results", str(folder)],
        ["--csv", str(folder)],
    ):
        done = project.run("-q", *args)
        assert done.code == 4, args
        assert "Traceback" not in done.out + done.error
    (folder / "pytest.ini").unlink()
    assert supplier.ran == ""


@pytest.mark.parametrize("workers", [[], ["-n2"], ["-d", "--tx=2*popen"]])
def test_our_tests_may_be_named_in_the_folder_of_a_supplier(
    project: Project, supplier: Supplier, workers: list[str]
) -> None:
    """Then that is the working folder, where Python looks for modules first when a worker starts."""
    folder = project.root / "targets/acme"
    call = ["-q", "-k", "TST-1", "--target=.", *workers, "../../tests"]
    env = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    for start in (["-m", "pytest"], ["-mpytest"], [str(Path(sys.executable).with_name("pytest"))]):
        given = {**env, "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(
            [sys.executable, *start, *call], cwd=folder, env=given, capture_output=True, text=True, check=False
        )
        assert (done.returncode, supplier.ran) == (0, ""), (start, done.stdout + done.stderr)


def test_our_own_commands_load_nothing_there_either(project: Project, supplier: Supplier) -> None:
    for start in (["-m", "toetskader.cli"], ["-mtoetskader.cli"]):
        subprocess.run([sys.executable, *start, "lint"], cwd=supplier.folder, capture_output=True, check=False)
        assert supplier.ran == ""


def test_a_chart_without_a_target_is_no_folder_of_tests_either(
    project: Project, supplier: Supplier, tmp_path: Path
) -> None:
    for name, settings in (("kaal", ""), ("ingesteld", "pytest.ini")):
        chart = tmp_path / name
        shutil.copytree(supplier.folder, chart)
        (chart / "target.yaml").unlink()
        if settings:
            (chart / settings).write_text(SETTINGS[settings])
        for cwd in (project.root, project.root / "tests"):
            assert is_refused(project.run(str(chart), cwd=cwd))
            assert is_refused(project.run(f"--rootdir={chart}", cwd=cwd))
    shutil.copytree(tmp_path / "kaal", project.root / "charts/kaal")
    assert is_refused(project.run("charts/kaal"))
    shutil.rmtree(project.root / "charts")
    assert supplier.ran == ""


def test_a_project_of_the_suppliers_own_is_no_project(project: Project, supplier: Supplier, tmp_path: Path) -> None:
    """He may imitate all of ours; the tests of an audit still do not come from what is audited."""
    trap = (supplier.folder / "evil.py").read_text()
    for name, target in (("een", "target.yaml"), ("twee", "acme.yaml")):
        fake = tmp_path / name
        shutil.copytree(project.root / "targets/voorbeeld", fake)
        (fake / "target.yaml").rename(fake / target)
        shutil.copytree(project.root / "policies", fake / "policies")
        for file, text in (("conftest.py", CONFTEST), ("tests/test_tiny.py", CHECKS), ("tests/__init__.py", "")):
            (fake / file).parent.mkdir(exist_ok=True)
            (fake / file).write_text(trap + text)
        (fake / "pytest.ini").write_text(PYTEST_INI)
        for args in (["--target=."], ["--target", "."], [f"--target={target}"], ["--target=..", "-n2"]):
            assert is_refused(project.run(*args, cwd=fake)), args
    assert supplier.ran == ""


def test_a_target_may_have_the_name_of_our_folder(project: Project, supplier: Supplier, tmp_path: Path) -> None:
    shutil.copytree(supplier.folder, tmp_path / "tests")
    for cwd, args in ((tmp_path, []), (tmp_path, ["tests"]), (tmp_path / "tests", []), (tmp_path, ["--target=tests"])):
        assert is_refused(project.run(*args, cwd=cwd))
    done = project.run("-q", "-k", "TST-1", f"--target={tmp_path}/tests")
    assert (done.code, supplier.ran) == (0, "")


def test_the_name_of_a_folder_cannot_write_on_a_terminal(project: Project, supplier: Supplier, tmp_path: Path) -> None:
    folder = tmp_path / "ac\x1b[2Jme\n\u202e"
    shutil.copytree(supplier.folder, folder)
    done = project.run(cwd=folder)
    assert is_refused(done)
    assert "ac[U+001B][2Jme ↵ [U+202E]" in done.error


def test_a_link_among_our_tests_to_a_supplier_is_refused(project: Project, supplier: Supplier) -> None:
    link = project.root / "tests/test_leverancier.py"
    link.symlink_to(supplier.folder / "test_evil.py")
    assert is_refused(project.run("-q"))
    link.unlink()
    # The other way around our tests are not an audit's either: their root would be the supplier's.
    (project.root / "targets/acme/toetsen").symlink_to("../../tests")
    assert is_refused(project.run("targets/acme/toetsen"))
    (project.root / "targets/acme/toetsen").unlink()
    assert supplier.ran == ""


@pytest.mark.parametrize(
    ("args", "cwd"),
    [
        (["-q", "-k", "TST-1", "--target=../targets/acme"], "tests"),
        (["-q", "-k", "TST-1", "--target=acme", "../tests"], "targets"),
        (["-q", "-k", "TST-1 and acme", "--target=targets", "tests/test_tiny.py"], ""),
        (["-q", "-k", "TST-1", "-p", "xdist", "-x", "--rootdir=.", "-c", "pytest.ini", "--target=targets/acme"], ""),
        (["-q", "-k", "TST-1", "-n", "2", "--target", "targets/acme"], ""),
    ],
)
def test_honest_ways_to_call_audit(project: Project, supplier: Supplier, args: list[str], cwd: str) -> None:
    done = project.run(*args, cwd=project.root / cwd)
    assert (done.code, len(done.verdicts()), supplier.ran) == (0, 2, ""), done.error


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["targets/acme"], "is van een leverancier, want daar is {root}/targets/acme/target.yaml"),
        (["targets/acme/target.yaml"], "targets/acme/target.yaml is van een leverancier, want het is een doelbestand"),
        (["targets/acme/chart", "--lang=en"], "Did you mean `--target=targets/acme`?"),
    ],
)
def test_who_names_a_target_as_a_test_is_told_the_option(
    project: Project, supplier: Supplier, args: list[str], said: str
) -> None:
    done = project.run("-q", *args)
    assert done.code == 4
    assert said.format(root=project.root) in done.error
    assert "`--target=targets/acme`" in done.error
    assert supplier.ran == ""


def test_who_stands_in_a_target_is_told_the_whole_command(project: Project, supplier: Supplier) -> None:
    below = project.run("-q", cwd=project.root / "targets/acme/chart")
    assert f"cd {project.root} && " in below.error
    assert below.error.rstrip().endswith(" --target=targets/acme")
    assert "met =" not in below.error
    outside = project.run("-q", "--target=.", cwd=supplier.folder)
    assert outside.error.rstrip().endswith(f" --target={supplier.folder}")
    assert supplier.ran == ""


@pytest.mark.parametrize("cwd", ["policies", "reports", "targets"])
def test_an_audit_collects_its_own_tests_only(project: Project, cwd: str) -> None:
    project.write("reports/test_here.py", "def test_it(): pass\n")
    done = project.run("--target=targets/voorbeeld", cwd=project.root / cwd)
    assert is_refused(done)
    assert is_refused(project.run("--target=targets/voorbeeld", "reports/test_here.py"))


def test_a_run_of_other_tests_is_left_alone(project: Project, supplier: Supplier, tmp_path: Path) -> None:
    """Toetskader may be installed where somebody else's tests run; a target in a folder there is data all the same."""
    (tmp_path / "test_own.py").write_text("import helper\ndef test_it(): assert helper.ONE == 1\n")
    (tmp_path / "helper.py").write_text("ONE = 1\n")
    shutil.copytree(supplier.folder, tmp_path / "uitrol")
    done = project.run("-q", cwd=tmp_path)
    assert (done.code, supplier.ran) == (0, "")
    assert "1 passed" in done.out
    for args in (
        ["--target=uitrol"],
        ["--level=1"],
        ["--lang=nl"],
        ["--reports=r", "test_own.py"],
        ["--replay=uitrol"],
    ):
        done = project.run("-q", *args, cwd=tmp_path)
        assert is_refused(done)
        assert f"{args[0].partition('=')[0]}: {tmp_path} is geen map van Toetskader" in done.error
    (tmp_path / "conftest.py").write_text("")
    assert project.run("-q", "--date=2026-01-01", cwd=tmp_path).code == 4


def test_without_the_hook_at_the_start_of_python_no_conftest_runs(project: Project, supplier: Supplier) -> None:
    """An environment that is not made anew has the entry point only."""
    code = (
        "import sys; sys.meta_path[:] = [f for f in sys.meta_path if type(f).__name__ != 'BeforePytest'];"
        "import pytest; raise SystemExit(pytest.main(sys.argv[1:]))"
    )
    (supplier.folder / "pytest.ini").write_text("[pytest]\n")
    for args, cwd in (
        (["--target", str(supplier.folder)], project.root),
        ([str(supplier.folder)], project.root),
        (["--target=."], supplier.folder),
    ):
        command = [sys.executable, "-P", "-c", code, "-q", *args]
        done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
        assert done.returncode == 4
        assert "iets getoetst" in done.stderr
    (supplier.folder / "pytest.ini").unlink()
    assert supplier.ran == ""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An environment with Toetskader from its wheel; what it needs comes from this one."""
    home = tmp_path_factory.mktemp("omgeving")
    root = Path(__file__).parents[2]
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(home)]
    subprocess.run(build, cwd=root, check=True, capture_output=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home / "env")], check=True)
    (site,) = home.glob("env/lib/python3*/site-packages")
    (wheel,) = home.glob("*.whl")
    shutil.unpack_archive(wheel, site, "zip")
    ours = [path for path in sys.path if path.endswith("-packages")]
    (site / "zz-what-it-needs.pth").write_text("\n".join(ours))
    yield home / "env/bin/python"
    shutil.rmtree(home)


def test_an_installed_package_guards_from_the_start(installed: Path, supplier: Supplier, tmp_path: Path) -> None:
    script = tmp_path / "pytest"  # as the command of that name does
    script.write_text("from pytest import main\nraise SystemExit(main())\n")
    ways = [["-m", "pytest"], ["-c", script.read_text()], [str(script)]]
    (supplier.folder / "pytest.ini").write_text(SETTINGS["pytest.ini"])
    empty = tmp_path / "leeg"
    empty.mkdir()

    def run(*args: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run([str(installed), *args], cwd=cwd, capture_output=True, text=True, check=False)

    for way in ways:
        done = run(*way, "--target=.", cwd=supplier.folder)
        assert (done.returncode, supplier.ran) == (4, ""), done.stderr
    done = run(*ways[0], "--target", str(supplier.folder), cwd=empty)
    assert done.returncode == 4
    assert f"--target: {empty} is geen map van Toetskader" in done.stderr
    assert "Start pytest in zo'n map, bijvoorbeeld in een kloon van Toetskader" in done.stderr
    (empty / "test_own.py").write_text("def test_it(): pass\n")
    done = run("-m", "pytest", "-W", "error", cwd=empty)
    assert (done.returncode, "1 passed" in done.stdout) == (0, True), done.stdout + done.stderr
    done = run("-c", "import toetskader; print(toetskader.__file__)", cwd=empty)
    assert done.stdout.startswith(str(installed.parent.parent))
    (supplier.folder / "pytest.ini").unlink()
    assert supplier.ran == ""
