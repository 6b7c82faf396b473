"""A run ends with 0 only when it judged, gave every verdict it owed, and none of them blocks."""

import pytest
from tiny_project import Project


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["--collect-only"], 5),
        (["--co", "-q", "-n", "2"], 5),
        (["--fixtures"], 5),
        (["--fixtures-per-test"], 5),
        (["--markers"], 5),
        (["--cache-show"], 5),
        (["--deselect=tests"], 5),
        (["--ignore=tests/test_tiny.py"], 5),
        (["-k", "no_such_name"], 5),
        (["-p", "no:toetskader"], 4),
        (["-p", "no:toetskader.entry", "--co"], 4),
        (["-p", "no:toetskader.plugin", "--co"], 4),
        (["-p", "no:toetskader.plugin.html"], 4),
        (["--noconftest"], 4),
        (["--confcutdir=tests"], 4),
        (["--pyargs", "tests"], 4),
        (["-c", "/dev/null"], 4),
        (["--target", "targets/voorbeeld", "--targe=x"], 4),
    ],
)
def test_what_judges_nothing_does_not_end_well(project: Project, args: list[str], code: int) -> None:
    done = project.run(*args)
    assert done.code == code, done.error
    assert "Traceback" not in done.out + done.error
    assert not done.results.get("results")


def test_help_that_a_person_types_ends_well(project: Project) -> None:
    for args in (["--help"], ["--help", "--target=targets/voorbeeld"], ["--version"], ["--version", "--version"]):
        assert project.run(*args).code == 0


@pytest.mark.parametrize(
    ("options", "code"), [("--collect-only", 5), ("--fixtures", 5), ("--help", 4), ("--version", 4), ("-VV", 4)]
)
def test_nor_when_a_setting_asks_for_it(project: Project, options: str, code: int) -> None:
    for done in (
        project.run("--target=targets/voorbeeld", env={"PYTEST_ADDOPTS": options}),
        project.run("--target=targets/voorbeeld", "-o", f"addopts={options} --strict-markers"),
    ):
        assert done.code == code, done.error
        assert not done.results


def test_settings_that_cannot_be_read_are_named(project: Project) -> None:
    done = project.run(env={"PYTEST_ADDOPTS": "'"})
    assert (done.code, done.error.strip()) == (4, "ERROR: PYTEST_ADDOPTS: No closing quotation")


@pytest.mark.parametrize("option", ["--setup-only", "--setup-plan", "--setup-show"])
def test_what_pytest_would_only_plan_is_judged_or_missed(project: Project, option: str) -> None:
    done = project.run("-q", option)
    owed = 8
    assert done.code == (0 if len(done.verdicts()) == owed else 3)


# A plugin that breaks, or that makes the run look better than it is: its hook, the target, and who runs it.
FAULTS = {
    "loses every test": ("runtest_protocol(item): return True", "voorbeeld", "controller worker"),
    "ends the loop": ("runtestloop(session): return True", "voorbeeld", "controller"),
    "leaves all out": ("collection_modifyitems(items): items.clear()", "voorbeeld", "controller worker"),
    "ends its worker": ("collection(session): os._exit(0)", "voorbeeld", "worker"),
    "turns what failed": ("runtest_logreport(report): report.outcome = 'passed'", "somber", "controller"),
    "says all is well": ("sessionfinish(session): session.exitstatus = 0", "somber", "controller"),
}
FAULTY = """\
import os, pytest

def pytest_configure(config):
    where = "worker" if "PYTEST_XDIST_WORKER" in os.environ else "controller"
    if where in {where!r}:
        config.pluginmanager.register(Faulty())

class Faulty:
    @pytest.hookimpl({order}=True)
    def pytest_{hook}
"""


@pytest.mark.parametrize(
    ("fault", "workers"),
    [
        *[(fault, []) for fault in FAULTS if fault != "ends its worker"],
        *[(fault, ["-n", "2", "--max-worker-restart=0"]) for fault in FAULTS if fault.startswith(("ends", "turns"))],
    ],
)
def test_a_broken_plugin_gives_no_good_end(project: Project, fault: str, workers: list[str]) -> None:
    hook, target, where = FAULTS[fault]
    project.target("somber", values={"mood": "bad"})
    order = "trylast" if "finish" in hook else "tryfirst"
    code = FAULTY.format(where=where, order=order, hook=hook.replace("(", "(self, ", 1))
    project.write("plugins/faulty.py", code)
    done = project.run("-q", "-x", "-o", "pythonpath=plugins", "-p", "faulty", *workers, f"--target=targets/{target}")
    assert done.code in (1, 2, 3, 5), done.out
    assert done.results.get("run", {}).get("exit_code", done.code) == done.code


def test_a_test_that_is_no_judgement_is_no_verdict(project: Project) -> None:
    project.write("tests/test_plain.py", "def test_plain(): pass\n")
    done = project.run("-q", "tests/test_plain.py")
    assert done.code == 5
    assert done.results["run"]["exit_code"] == 5
    (project.root / "tests/test_plain.py").unlink()
