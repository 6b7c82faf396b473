"""The command line of an audit: what pytest understands beside its own options."""

import copy
import os
import shlex
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from _pytest.config.findpaths import determine_setup

from toetskader.text import Lang, Text

_LOST_ROOT = Text(
    "pytest zag een pad op de opdrachtregel aan voor de map met toetsen, en nam de instellingen daarvan over. Er is "
    "niets getoetst. Start pytest in de map van Toetskader en schrijf een pad met =, zoals --target=PAD.",
    "pytest took a path on the command line for the folder of tests, with the settings found there. Nothing was "
    "audited. Start pytest in the folder of Toetskader and write a path with =, such as --target=PATH.",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of an audit to pytest's."""
    group = parser.getgroup("toetskader", "Toetskader: audit van een leverancier")
    group.addoption(
        "--target", action="append", metavar="PATH", help="target file or folder of targets; repeatable (a portfolio)"
    )
    group.addoption("--level", type=int, choices=(1, 2, 3, 4), help="gate: levels up to this one decide")
    group.addoption("--profile", action="append", metavar="NAME", help="judge this profile only; repeatable")
    group.addoption("--policies", default="policies", metavar="DIR", help="the catalogue (default: policies)")
    group.addoption("--lang", choices=("nl", "en"), default="nl", help="language of the report (default: nl)")
    group.addoption("--date", metavar="YYYY-MM-DD", help="day to judge deviations on (default: today, or the replay's)")
    group.addoption("--results", metavar="PATH", help="write results.json here as well")
    group.addoption("--csv", metavar="PATH", help="write the results as CSV here")
    group.addoption("--reports", default="reports", metavar="DIR", help="where runs are kept (default: reports)")
    group.addoption(
        "--replay", metavar="DIR", help="judge the stored facts of an evidence folder; no network, no tools"
    )
    group.addoption(
        "--resolver",
        metavar="ADDRESS",
        help="ask names of this resolver: address[:port], tls://host or https://host/path (default: the target's)",
    )
    group.addoption("--helm", metavar="PATH", help="render with this helm binary instead of Helm's own SDK")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Refuse, before any conftest.py is loaded, a run whose root follows from anything but the paths of its tests.

    pytest chooses its root by what looks like a path before it knows which options take one: `--target DIR` makes a
    supplier's folder the root, whose pytest.ini could then name more folders to load code from.
    """
    if "PYTEST_XDIST_WORKER" in os.environ:  # its command line is the controller's, already taken apart
        return
    typed = [*shlex.split(os.environ.get("PYTEST_ADDOPTS", "")), *early_config.invocation_params.args]
    known = early_config._parser.parse_known_args(typed, namespace=copy.copy(early_config.option))
    root, settings, *_ = determine_setup(
        inifile=known.inifilename,
        override_ini=None,
        args=known.file_or_dir,
        rootdir_cmd_arg=known.rootdir or None,
        invocation_dir=early_config.invocation_params.dir,
    )
    if (root, settings) != (early_config.rootpath, early_config.inipath):
        raise pytest.UsageError(_LOST_ROOT[known.lang])


def require_root(config: pytest.Config) -> Path:
    """Return the project's folder. Raises pytest.UsageError when pytest's root is another than our conftest.py's."""
    if not config.pluginmanager.has_plugin(str(config.rootpath / "conftest.py")):
        raise pytest.UsageError(_LOST_ROOT[config.option.lang])
    return config.rootpath


@dataclass(frozen=True, slots=True)
class Options:
    """The options of an audit, checked."""

    targets: tuple[Path, ...]
    level: int | None
    profiles: tuple[str, ...]
    policies: Path
    lang: Lang
    date: date | None
    results: Path | None
    csv: Path | None
    html: Path | None
    junit: Path | None
    reports: Path
    replay: Path | None
    helm: Path | None
    resolver: str | None
    selection: dict[str, str]
    """What pytest's own options leave out: `-k`, `-m`, paths … A report of a part must say that it is one."""

    @classmethod
    def of(cls, config: pytest.Config) -> "Options":
        """Read and check the options. Raises pytest.UsageError in plain words."""
        option = config.option
        lang: Lang = option.lang
        root = require_root(config)
        try:
            day = date.fromisoformat(option.date) if option.date else None
        except ValueError:
            raise _wrong(
                lang,
                f"--date: {option.date!r} is geen datum; schrijf JJJJ-MM-DD",
                f"--date: {option.date!r} is no date; write YYYY-MM-DD",
            ) from None
        if option.replay and option.target:
            raise _wrong(
                lang,
                "--replay beoordeelt de doelen uit de bewijsmap; laat --target weg",
                "--replay judges the targets in the evidence folder; leave out --target",
            )
        if option.helm and not shutil.which(option.helm):
            raise _wrong(
                lang,
                f"--helm: {option.helm} is geen programma dat te starten is; noem het pad van helm",
                f"--helm: {option.helm} is no program that can be started; name the path of helm",
            )
        _require_resolver(option.resolver, lang)
        return cls(
            targets=tuple(Path(item) for item in option.target or [_from(root, "targets/voorbeeld")]),
            level=option.level,
            profiles=tuple(option.profile or ()),
            policies=_from(root, option.policies),
            lang=option.lang,
            date=day,
            results=_output("--results", option.results, lang),
            csv=_output("--csv", option.csv, lang),
            html=_output("--html", config.getoption("htmlpath", None), lang),
            junit=_output("--junitxml", config.getoption("xmlpath", None), lang),
            reports=_from(root, option.reports),
            replay=_path(option.replay),
            helm=_path(option.helm),
            resolver=option.resolver,
            selection={
                name: value
                for name, value in (
                    ("-k", option.keyword),
                    ("-m", option.markexpr),
                    ("--lf", "true" if config.getoption("lf", False) else ""),
                    ("--maxfail", str(config.getoption("maxfail", 0) or "")),
                    ("tests", " ".join(config.args) if config.args_source is config.ArgsSource.ARGS else ""),
                )
                if value
            },
        )

    def shown(self) -> dict[str, str]:
        """Return the options that were given, for the report."""
        given = {
            "--level": self.level,
            "--profile": ", ".join(self.profiles),
            "--date": self.date,
            "--replay": self.replay and "/".join(self.replay.absolute().parts[-3:]),
            "--helm": self.helm and self.helm.name,
            "--resolver": self.resolver,
            **self.selection,
        }
        return {name: str(value) for name, value in given.items() if value}


def _from(root: Path, name: str) -> Path:
    """Return a path below the project, short when we stand there: messages show it."""
    path = root / name
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _require_resolver(resolver: str | None, lang: Lang) -> None:
    """Refuse what is no resolver before anything is collected with it. Raises pytest.UsageError."""
    if resolver is None:
        return
    # It loads the libraries for DNS, which a run without services does not need.
    from toetskader.collect.endpoint.dns.transport import BadResolverError, carriers  # noqa: PLC0415

    try:
        carriers(resolver)
    except BadResolverError as error:
        raise _wrong(lang, f"--resolver: {error.text.nl}", f"--resolver: {error.text.en}") from None


def _path(text: str | None) -> Path | None:
    return Path(text) if text else None


def _output(option: str, text: str | None, lang: Lang) -> Path | None:
    """Return the path of a file to write. Raises pytest.UsageError when a folder stands there."""
    if not text:
        return None
    if Path(text).is_dir():
        raise _wrong(
            lang,
            f"{option}: {text} is een map; noem een bestand, zoals {Path(text) / 'naam'}",
            f"{option}: {text} is a folder; name a file, such as {Path(text) / 'name'}",
        )
    return Path(text)


def _wrong(lang: Lang, nl: str, en: str) -> pytest.UsageError:
    return pytest.UsageError(Text(nl, en)[lang])
