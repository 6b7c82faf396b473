"""The command line of an audit: what pytest understands beside its own options."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from toetskader.text import Lang


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
    group.addoption("--helm", metavar="PATH", help="render with this helm binary instead of Helm's own SDK")


def pytest_configure(config: pytest.Config) -> None:
    """Refuse a run that has our options and not our suite: pytest took a target for the place of the tests.

    pytest chooses its root by what looks like a path, before it knows which options take one.
    """
    option = config.option
    if (option.target or option.replay) and not config.pluginmanager.has_plugin("toetskader.plugin"):
        raise pytest.UsageError(
            "pytest zag het doel aan voor de map met toetsen. Schrijf --target=PAD (met =) en start pytest in de map "
            "van Toetskader. / pytest took the target for the folder of tests: write --target=PATH, with the = sign."
        )


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

    @classmethod
    def of(cls, config: pytest.Config) -> "Options":
        """Read and check the options. Raises pytest.UsageError in plain words."""
        option = config.option
        try:
            day = date.fromisoformat(option.date) if option.date else None
        except ValueError:
            raise pytest.UsageError(f"--date: {option.date!r} is geen datum; schrijf JJJJ-MM-DD") from None
        root = config.rootpath
        if option.replay and option.target:
            raise pytest.UsageError("--replay beoordeelt de doelen uit de bewijsmap; laat --target weg")
        return cls(
            targets=tuple(Path(item) for item in option.target or [_from(root, "targets/voorbeeld")]),
            level=option.level,
            profiles=tuple(option.profile or ()),
            policies=_from(root, option.policies),
            lang=option.lang,
            date=day,
            results=_path(option.results),
            csv=_path(option.csv),
            html=_path(option.htmlpath),
            junit=_path(option.xmlpath),
            reports=_from(root, option.reports),
            replay=_path(option.replay),
            helm=_path(option.helm),
        )

    def shown(self) -> dict[str, str]:
        """Return the options that were given, for the report."""
        given = {
            "level": self.level,
            "profile": ", ".join(self.profiles),
            "replay": self.replay and self.replay.name,
            "helm": self.helm and self.helm.name,
        }
        return {name: str(value) for name, value in given.items() if value}


def _from(root: Path, name: str) -> Path:
    """Return a path below the project, short when we stand there: messages show it."""
    path = root / name
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _path(text: str | None) -> Path | None:
    return Path(text) if text else None
