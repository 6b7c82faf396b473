"""The door: what a run of pytest may load. An audit takes its own tests, settings and conftest.py, nothing else.

`toetskader.start` makes this one of pytest's first plugins; where that is not installed, our entry point loads it:
before any conftest.py, but after the plugins that a settings file names. It takes part in every run of pytest in an
environment with Toetskader: it imports little, and leaves alone what is neither an audit nor a supplier's.
"""

import copy
import os
import shlex
import sys
from argparse import Namespace
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from _pytest.config import PytestPluginManager
from _pytest.config.argparsing import Argument, Parser
from _pytest.config.findpaths import determine_setup
from _pytest.pathlib import safe_exists

from toetskader.report.visible import one_line
from toetskader.supplied import TARGET_FILE, is_project, supplied
from toetskader.text import Lang, Text

TESTS = "tests"
"""The folder of a project whose files an audit collects."""

_PROJECT: pytest.StashKey[Path | None] = pytest.StashKey()

_OUR_PLUGINS = "toetskader"
"""What the names of our plugins start with, and of the entry point in our package."""


_GROUP = "toetskader"


def pytest_addoption(parser: Parser) -> None:
    """Add the options of an audit to pytest's. None of them has a default here: what is None was not given."""
    group = parser.getgroup(_GROUP, "Toetskader: audit van een leverancier")
    group.addoption(
        "--target", action="append", metavar="PATH", help="target file or folder of targets; repeatable (a portfolio)"
    )
    group.addoption("--level", type=int, choices=(1, 2, 3, 4), help="gate: levels up to this one decide")
    group.addoption("--profile", action="append", metavar="NAME", help="judge this profile only; repeatable")
    group.addoption("--policies", metavar="DIR", help="the catalogue (default: policies)")
    group.addoption("--lang", choices=("nl", "en"), help="language of the report (default: nl)")
    group.addoption("--date", metavar="YYYY-MM-DD", help="day to judge deviations on (default: today, or the replay's)")
    group.addoption("--results", metavar="PATH", help="write results.json here as well")
    group.addoption("--csv", metavar="PATH", help="write the results as CSV here")
    group.addoption("--reports", metavar="DIR", help="where runs are kept (default: reports)")
    group.addoption(
        "--replay", metavar="DIR", help="judge the stored facts of an evidence folder; no network, no tools"
    )
    group.addoption(
        "--resolver",
        metavar="ADDRESS",
        help="ask names of this resolver: address[:port], tls://host or https://host/path (default: the target's)",
    )
    group.addoption("--helm", metavar="PATH", help="render with this helm binary instead of Helm's own SDK")


def audit_options(parser: Parser) -> list[Argument]:
    """Return the options that an audit adds."""
    return parser.getgroup(_GROUP).options


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_parse(pluginmanager: PytestPluginManager) -> None:
    """Refuse a run before pytest obeys any settings, when its paths or its root are a supplier's or no project's."""
    config: Any = pluginmanager.get_plugin("pytestconfig")
    known = _parsed(config, _given(config))
    paths = [path for path in _paths(config, known.file_or_dir) if safe_exists(path)]
    _refuse_supplied(paths or [config.invocation_params.dir], known)  # before what is found there is read
    root, settings = _root(config, known)
    _refuse_supplied([root, settings or root], known)
    _refuse_elsewhere(config, root, known)
    _refuse_unhonoured(config, root, known)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Refuse a run before any conftest.py is loaded, now that the settings and the options of all plugins are known."""
    early_config.stash[_PROJECT] = _checked_project(early_config)


def project_of(config: pytest.Config) -> Path:
    """Return the folder of the project that this run audits with. Raises pytest.UsageError for any other run."""
    root = config.stash[_PROJECT] if _PROJECT in config.stash else _checked_project(config)
    if root is None or not config.pluginmanager.has_plugin(str(root / "conftest.py")):
        raise _refusal(_no_project(config.rootpath), config.option)
    return root


def asks_for_help(config: pytest.Config) -> bool:
    """Say whether a person typed --help or --version, rather than that some setting holds it."""
    typed = _parsed(config, config.invocation_params.args)
    return bool(typed.help or typed.version)


@pytest.hookimpl(tryfirst=True)
def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out what is not ours, as a second lock: of a project all but its tests, of any folder what is supplied."""
    root = config.stash.get(_PROJECT, None)
    if root is not None:
        tests = root / TESTS
        return None if collection_path.is_relative_to(tests) or tests.is_relative_to(collection_path) else True
    return True if supplied(collection_path) else None


def _checked_project(config: pytest.Config) -> Path | None:
    """Return the project that a run audits with, None when it is no audit. Raises pytest.UsageError."""
    known = config.known_args_namespace
    named, _ = config._decide_args(
        args=known.file_or_dir,
        pyargs=known.pyargs,
        testpaths=config.getini("testpaths"),
        invocation_dir=config.invocation_params.dir,
        rootpath=config.rootpath,
        warn=False,
    )
    paths = _paths(config, named)
    # pytest also loads the conftest.py of a folder test* in a folder that it starts from.
    below = [folder for path in paths if safe_exists(path) and path.is_dir() for folder in path.glob("test*")]
    _refuse_supplied([*paths, *below, config.rootpath, config.inipath or config.rootpath], known)
    _refuse_elsewhere(config, config.rootpath, known)
    _refuse_unhonoured(config, config.rootpath, known)
    if not is_project(str(config.rootpath)):
        return None
    _require_own(config, known, paths)
    return config.rootpath


def _require_own(config: pytest.Config, known: Namespace, paths: Iterable[Path]) -> None:
    """Refuse an audit that would take anything but the project's own tests, settings and plugins."""
    root = config.rootpath
    tests = root / TESTS
    _refuse_supplied(tests.rglob("*"), known)
    real = tests.resolve()
    if known.pyargs:
        raise _not_own(known, "--pyargs", root)
    for path in paths:
        if not path.resolve().is_relative_to(real):
            raise _not_own(known, str(path), root)
    if config.inipath is None or config.inipath.parent != root:
        raise _not_own(known, str(config.inipath or "-c"), root)
    if Path(known.confcutdir).resolve() != root.resolve():
        raise _not_own(known, f"--confcutdir={known.confcutdir}", root)
    if known.noconftest:
        raise _not_own(known, "--noconftest", root)
    for name, plugin in config.pluginmanager.list_name_plugin():
        if plugin is None and name.startswith(_OUR_PLUGINS):
            raise _not_own(known, f"-p no:{name}", root)
    if _root(config, _parsed(config, _given(config))) != (root, config.inipath):
        raise _not_own(known, str(root), root)  # pytest took the value of an option for a folder of tests
    if (known.help or known.version) and not asks_for_help(config):
        message = Text(
            "PYTEST_ADDOPTS of addopts vraagt om --help of --version: dan wordt er niets getoetst. Haal het daar weg.",
            "PYTEST_ADDOPTS or addopts asks for --help or --version: nothing is audited then. Take it away there.",
        )
        raise _refusal(message, known)


def _refuse_supplied(paths: Iterable[Path], known: Namespace) -> None:
    for path in paths:
        if mark := supplied(path):
            is_target = os.path.realpath(path) == os.path.realpath(mark)
            why = (
                Text("het is een doelbestand", "it is a target file")
                if is_target
                else Text(f"daar is {mark}", f"{mark} is there")
            )
            instead = _instead(Path(path), Path(mark))
            message = Text(
                f"{path} is van een leverancier, want {why.nl}: daaruit wordt niets geladen, en er is niets getoetst. "
                f"{instead.nl}",
                f"{path} is a supplier's, for {why.en}: nothing in it is loaded, and nothing was audited. {instead.en}",
            )
            raise _refusal(message, known)


def _instead(path: Path, mark: Path) -> Text:
    """Say how to audit what is a supplier's: `path`, for `mark` is there."""
    target = (mark.parent if mark.name == TARGET_FILE else path).absolute()
    here = Path.cwd()
    home = _project_above(here)
    if home is not None and not supplied(here):
        option = f"`--target={shlex.quote(os.path.relpath(target, here))}`"
        return Text(f"Bedoelt u {option}?", f"Did you mean {option}?")
    home = home or _project_above(Path(__file__))
    if home is None:
        return Text(
            "Start pytest in de map van Toetskader met --target=PAD.",
            "Start pytest in the folder of Toetskader with --target=PATH.",
        )
    named = os.path.relpath(target, home) if target.is_relative_to(home) else target
    program = Path(sys.prefix, "bin/pytest")
    pytest_ = program.relative_to(home) if program.is_relative_to(home) else program
    command = f"cd {shlex.quote(str(home))} && {shlex.quote(str(pytest_))} --target={shlex.quote(str(named))}"
    return Text(
        f"Start pytest in de map van Toetskader: {command}", f"Start pytest in the folder of Toetskader: {command}"
    )


def _refuse_elsewhere(config: pytest.Config, root: Path, known: Namespace) -> None:
    """Refuse to leave the project that pytest was started in: who names a supplier's chart there meant --target."""
    home = _project_above(config.invocation_params.dir)
    if home is not None and not root.resolve().is_relative_to(home.resolve()):
        raise _not_own(known, str(root), home)


def _refuse_unhonoured(config: pytest.Config, root: Path, known: Namespace) -> None:
    """Refuse options of an audit where there is no project, or where the project lies in what is audited."""
    given = [option for option in audit_options(config._parser) if getattr(known, option.dest) is not None]
    if not given:
        return
    if not is_project(str(root)):
        option, message = given[0].names()[0], _no_project(root)
        raise _refusal(Text(f"{option}: {message.nl}", f"{option}: {message.en}"), known)
    here = root.resolve()
    for name in (*(known.target or ()), *filter(None, (known.replay,))):
        audited = (config.invocation_params.dir / name).resolve()
        if here.is_relative_to(audited) or (audited.is_file() and here == audited.parent):
            message = Text(
                f"{name}: de map {root}, waaruit de toetsen komen, ligt zelf in wat getoetst wordt. Er is niets "
                "getoetst. Zet het doel in een eigen map, zoals targets/NAAM, en start pytest in de map van "
                "Toetskader.",
                f"{name}: the folder {root} that the tests come from lies itself in what is audited. Nothing was "
                "audited. Give the target a folder of its own, such as targets/NAME, and start pytest in the folder of "
                "Toetskader.",
            )
            raise _refusal(message, known)


def _project_above(place: Path) -> Path | None:
    """Return the nearest folder of a project, from a place upwards."""
    return next((folder for folder in (place, *place.parents) if is_project(str(folder))), None)


def _no_project(root: Path) -> Text:
    return Text(
        f"{root} is geen map van Toetskader, met een conftest.py die toetskader.plugin laadt, en tests/, policies/ en "
        "targets/. Er is niets getoetst. Start pytest in zo'n map, bijvoorbeeld in een kloon van Toetskader, en noem "
        "daar geen andere toetsen dan die in tests/.",
        f"{root} is no folder of Toetskader, with a conftest.py that loads toetskader.plugin, and tests/, policies/ "
        "and targets/. Nothing was audited. Start pytest in such a folder, for instance in a clone of Toetskader, and "
        "name no other tests there than those in tests/.",
    )


def _not_own(known: Namespace, what: str, root: Path) -> pytest.UsageError:
    message = Text(
        f"{what}: een audit laadt alleen wat van {root} zelf is: de toetsen in {TESTS}/, de instellingen, conftest.py "
        "en de plug-ins. Er is niets getoetst. Start pytest in die map, en noem wat u toetst met --target=PAD.",
        f"{what}: an audit loads only what is {root}'s own: the tests in {TESTS}/, the settings, conftest.py and the "
        "plugins. Nothing was audited. Start pytest in that folder, and name what you audit with --target=PATH.",
    )
    return _refusal(message, known)


def _given(config: pytest.Config) -> list[str]:
    try:
        settings = shlex.split(os.environ.get("PYTEST_ADDOPTS", ""))
    except ValueError as error:
        raise pytest.UsageError(f"PYTEST_ADDOPTS: {error}") from None
    return [*settings, *map(os.fspath, config.invocation_params.args)]


def _parsed(config: pytest.Config, args: Iterable[str | os.PathLike[str]]) -> Namespace:
    return config._parser.parse_known_args(list(args), namespace=copy.copy(config.option))


def _paths(config: pytest.Config, names: Iterable[str]) -> list[Path]:
    """Return the paths of tests named on a command line, without what is named in a file."""
    return [config.invocation_params.dir / name.partition("::")[0] for name in names]


def _root(config: pytest.Config, known: Namespace) -> tuple[Path, Path | None]:
    """Choose root and settings file as pytest does."""
    root, settings, *_ = determine_setup(
        inifile=known.inifilename,
        override_ini=known.override_ini,
        args=known.file_or_dir,
        rootdir_cmd_arg=known.rootdir or None,
        invocation_dir=config.invocation_params.dir,
    )
    return root, settings


def _refusal(message: Text, known: Namespace) -> pytest.UsageError:
    lang: Lang = getattr(known, "lang", None) or "nl"  # absent when our options are switched off
    return pytest.UsageError(one_line(message[lang]))  # a supplier may have named the paths in it
