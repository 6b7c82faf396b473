"""The command line of an audit, checked."""

import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from toetskader.text import Lang, Text

pytest_plugins = ["toetskader.entry"]
"""This module is our entry point in `pytest11`; the options themselves are added there."""


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
    def of(cls, config: pytest.Config, root: Path) -> "Options":
        """Read and check the options; `root` is the project's folder. Raises pytest.UsageError in plain words."""
        option = config.option
        lang: Lang = option.lang or "nl"
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
            policies=_from(root, option.policies or "policies"),
            lang=lang,
            date=day,
            results=_output("--results", option.results, lang),
            csv=_output("--csv", option.csv, lang),
            html=_output("--html", config.getoption("htmlpath", None), lang),
            junit=_output("--junitxml", config.getoption("xmlpath", None), lang),
            reports=_from(root, option.reports or "reports"),
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
    from toetskader.collect.endpoint.dns.transport import carriers  # noqa: PLC0415
    from toetskader.core.failure import Failed  # noqa: PLC0415

    try:
        carriers(resolver)
    except Failed as error:
        raise _wrong(lang, f"--resolver: {error.message.nl}", f"--resolver: {error.message.en}") from None


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
