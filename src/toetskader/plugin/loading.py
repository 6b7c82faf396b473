"""Loading of all that a run is about: checks, catalogue, and targets or stored evidence."""

import os
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest

from toetskader.audit.scope import scope_of
from toetskader.catalogue.load import load_catalogue
from toetskader.catalogue.models import Catalogue
from toetskader.collect.evidence import EvidenceError
from toetskader.judging.registry import load_checks
from toetskader.plugin.evidence import EvidenceFolder, Stored
from toetskader.plugin.options import Options
from toetskader.plugin.plan import Plan
from toetskader.targets.deviations import deviation_problems
from toetskader.targets.load import load_targets
from toetskader.targets.models import Target
from toetskader.text import Lang, Text
from toetskader.yamlfile import did_you_mean, joined, shown, shown_path


def load(options: Options, tests: Path, project_target: Callable[..., Target | None]) -> Plan:
    """Load checks, catalogue and targets. Raises FileErrors, RegistryError or EvidenceError in plain words.

    Parameters: `tests`, the folder of the checks; `project_target`, our hook that lets a project date its own
    targets.
    """
    lang = options.lang
    checks = load_checks(tests)
    catalogue = load_catalogue(options.policies, checks=checks)
    for name in options.profiles:
        _known_profile("--profile", name, catalogue, lang)
    stored: Stored | None = None
    if options.replay is not None:
        stored = EvidenceFolder(options.replay).read_run(lang)
        targets = stored.targets
        today = options.date or stored.day
        for target in targets:
            for name in target.profiles:
                _known_profile(f"--replay: {target.name}", name, catalogue, lang)
            _sound_deviations(options.replay, target, catalogue, today, lang)
    else:
        today = options.date or datetime.now().astimezone().date()
        for path in options.targets:
            _require_text(path, lang)
        loaded = load_targets(options.targets, today=today, catalogue=catalogue)
        targets = tuple(project_target(target=target, today=today) or target for target in loaded)
    scopes = {
        target.name: scope_of(target, catalogue, checks, profiles=options.profiles, lang=lang) for target in targets
    }
    return Plan(options, catalogue, targets, scopes, today, stored)


def _known_profile(place: str, name: str, catalogue: Catalogue, lang: Lang) -> None:
    if name not in catalogue.profiles:
        known = ", ".join(catalogue.profiles)
        message = Text(
            f"{place}: profiel {shown(name)} bestaat niet; kies uit {known}.",
            f"{place}: profile {shown(name)} does not exist; choose from {known}.",
        )
        raise pytest.UsageError(joined(message, did_you_mean(name, catalogue.profiles))[lang])


def _require_text(path: Path, lang: Lang) -> None:
    """Refuse a path that is no text: Helm, and every report that names it, could not. Raises pytest.UsageError."""
    try:
        os.fsencode(path.absolute()).decode("utf-8")
    except UnicodeDecodeError:
        name = shown(str(path), 500)
        message = Text(
            f"--target: {name}: de naam van dit pad is geen UTF-8; hernoem het of kopieer het doel",
            f"--target: {name}: the name of this path is not UTF-8; rename it or copy the target",
        )
        raise pytest.UsageError(message[lang]) from None


def _sound_deviations(folder: Path, target: Target, catalogue: Catalogue, today: date, lang: Lang) -> None:
    """Hold the deviations that evidence names to the rules for those in a file. Raises EvidenceError."""
    for path, problem in deviation_problems(target.deviations, [target.name], catalogue, today):
        place = shown_path(("targets", target.name, "deviations", *path))
        raise EvidenceError(f"{folder / 'run.json'}: {place}: {problem[lang]}")
